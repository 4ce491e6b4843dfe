"""Validating, finding inputs, converting."""

import tempfile
from pathlib import Path

from parts_of_seeds import refusal

TARGETS = "maccor", "arbin", "neware", "biologic_bttest", "novonix"
CONVERTED = """
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


def run(client):
    """Do each once; convert to every target."""
    result = client.protocol.validate("""
global:
  initial_soc: 1
  temperature: 25
steps:
  - direction: Discharge
    mode: C-rate
    value: 1
    ends:
      - variable: Voltage [V]
        value: 2.5
""")
    refs = client.protocol.find_input_references("""
global:
  initial_soc: input["Initial SOC"]
steps:
  - direction: Discharge
    mode: C-rate
    value: input["C-rate"]
""")
    converted = client.protocol.convert(protocol=CONVERTED, target="maccor")
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(path).name for path in converted.save(f"{folder}/converted")]
    return {
        "valid": result["valid"],
        "inputs": list(refs),
        "text": converted.text()[:5],
        "bytes": len(converted.primary_bytes) > 100,
        "paths": paths,
        "refused": {
            target: refused
            for target in TARGETS
            if (refused := refusal(client.protocol.convert, CONVERTED, target))
        },
    }
