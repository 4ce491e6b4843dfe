"""What aurora-unicycler writes: protocols as JSON on stdin, its files as JSON on the last line."""

import json
import sys
import warnings

from aurora_unicycler import CyclingProtocol

warnings.simplefilter("ignore")
written = []
for document in json.load(sys.stdin):
    protocol = CyclingProtocol.from_dict(document)
    written.append({"neware": protocol.to_neware_xml(), "mps": protocol.to_biologic_mps()})
print(json.dumps(written))
