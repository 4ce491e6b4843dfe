"""Everything the public client does with protocols but simulating them."""

import sys
import tempfile
from pathlib import Path

from ionworks import Ionworks
from ionworks.errors import IonworksError

sys.path.insert(0, str(Path(__file__).parent))
from watching import report, watched

UCP = """
global:
  initial_temperature: 25
  initial_state_type: soc_percentage
  initial_state_value: 100
steps:
  - CC Charge:
      - Charge:
          mode: C-rate
          value: 1
          ends:
            - "Voltage > 4.2"
  - CV Charge:
      - Charge:
          mode: Voltage
          value: 4.2
          ends:
            - "Current < 0.05"
  - Discharge:
      - Discharge:
          mode: C-rate
          value: 1
          ends:
            - "Voltage < 2.7"
"""

client = watched(Ionworks("any-key", sys.argv[1]))
project = client.project.list()[0].id


def refusal(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except IonworksError as error:
        return {"status": error.status_code, "message": str(error), "data": error.data}
    return None


def converted(target):
    """Convert, save and read back."""
    result = client.protocol.convert(
        UCP, target, filename_stem="cell", nominal_capacity_ah=5.0, verify=True
    )
    with tempfile.TemporaryDirectory() as folder:
        paths = result.save(folder)
        parsed = client.protocol.parse_file(paths[0])
    return {
        "target": result.target,
        "filename": result.primary_filename,
        "saved": [Path(path).name for path in paths],
        "size": len(result.primary_bytes),
        "cycler": parsed.cycler_type,
        "valid": client.protocol.validate(parsed.ucp)["valid"],
        "human": parsed.human_readable,
        "required_drive_cycles": parsed.required_drive_cycles,
        "error": parsed.error,
    }


targets = sys.argv[2:]
cycle = {"Time [s]": [0, 1, 2], "Current [A]": [0.5, 1.5, 0]}
driven = client.protocol.convert(
    {"steps": [{"DriveCycle": {"profile": "Commute", "ends": ["Voltage < 2.7"]}}]},
    "maccor",
    drive_cycles={"Commute": cycle},
)
saved = client.protocol.create("Cycle", UCP, project)
bare = client.protocol.create("Pause", {"steps": [{"Rest": {"duration": 61}}]}, project)
heavy = client.protocol.list(
    project, include=["protocol_config", "source_protocol", "metrics_spec"], name_exact="Cycle"
)
report(
    {
        "converted": {target: converted(target) for target in targets},
        "assets": [name for name, _ in driven.assets],
        "bttest": refusal(client.protocol.convert, UCP, "biologic_bttest"),
        "no_capacity": refusal(client.protocol.convert, UCP, "neware"),
        "no_file": refusal(client.protocol.parse_file, Path(__file__)),
        "human": client.protocol.human_readable(saved.id),
        "source": client.protocol.source_protocol(saved.id) == UCP,
        "no_source": refusal(client.protocol.source_protocol, bare.id),
        "heavy": heavy[0].source_protocol == UCP and bool(heavy[0].protocol_config),
        "wrong": client.protocol.validate("steps:\n  - Rest: {}\n"),
        "inputs": client.protocol.find_input_references('a: input["x"]\nb: input["y"]'),
    }
)
