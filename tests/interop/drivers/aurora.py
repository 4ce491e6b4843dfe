"""What aurora-unicycler writes: protocols as JSON on stdin, its files as JSON on the last line.

Arguments name the formats: ``neware``, ``mps``.
"""

import json
import sys
import warnings

from aurora_unicycler import CyclingProtocol

WRITERS = {
    "neware": CyclingProtocol.to_neware_xml,
    "mps": CyclingProtocol.to_biologic_mps,
}

warnings.simplefilter("ignore")
protocols = [CyclingProtocol.from_dict(document) for document in json.load(sys.stdin)]
print(json.dumps([{name: WRITERS[name](made) for name in sys.argv[1:]} for made in protocols]))
