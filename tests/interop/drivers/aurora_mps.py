"""What aurora-unicycler writes for EC-Lab: protocols as JSON on stdin, settings on the last line."""

import json
import sys
import warnings

from aurora_unicycler import CyclingProtocol

warnings.simplefilter("ignore")
protocols = [CyclingProtocol.from_dict(document) for document in json.load(sys.stdin)]
print(json.dumps([protocol.to_biologic_mps() for protocol in protocols]))
