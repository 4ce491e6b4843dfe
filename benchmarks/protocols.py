"""The protocols of ``references.py`` in UCP."""

DISCHARGE = """
global: {initial_soc: 1, temperature: 25}
steps:
  - Discharge: {mode: C-rate, value: 1, ends: [Voltage < 2.5]}
"""

CCCV = """
global: {initial_soc: 1, temperature: 25}
steps:
  - Discharge: {mode: C-rate, value: 1, ends: [Voltage < 2.5]}
  - Rest: {duration: 600}
  - Charge: {mode: C-rate, value: 1, ends: [Voltage > 4.2]}
  - Charge: {mode: Voltage, value: 4.2, ends: [C-rate < 0.02]}
  - Rest: {duration: 600}
"""
