"""Check a protocol before anything runs: offline, all findings at once, each in its place."""

from ionworks import ucp

DRAFT = """
global:
  initial_soc: 100
steps:
  - Charge:
      mode: C-rat
      value: 0.5
      ends:
        - Voltag > 4.2
  - Rest: {}
"""

for finding in ucp.check(DRAFT):
    print(finding)

FORMATION = """
global: {initial_soc: 0}
steps:
  - Formation:
      repeat: 3
      steps:
        - Charge:
            mode: C-rate
            value: input["Formation rate"]
            ends: [Voltage > 4.2]
        - Discharge:
            mode: C-rate
            value: input["Formation rate"]
            ends: [Voltage < 2.5]
"""

print(f"findings: {ucp.check(FORMATION)}, inputs: {list(ucp.inputs(FORMATION))}")
