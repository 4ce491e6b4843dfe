"""The smallest protocol that needs each construct of the table of capabilities."""

SMALLEST = {
    "rest": "steps: [{Rest: {duration: 60}}]",
    "constant current": "steps: [{Discharge: {mode: Current, value: 1, ends: [Voltage < 3]}}]",
    "C-rate": "steps: [{Charge: {mode: C-rate, value: 0.5, ends: [Voltage > 4.2]}}]",
    "constant voltage": """
steps:
- Charge: {mode: Current, value: 1, ends: [Voltage > 4.2]}
- Charge: {mode: Voltage, value: 4.2, ends: [Current < 0.05]}
""",
    "constant power": "steps: [{Discharge: {mode: Power, value: 3, ends: [Voltage < 3]}}]",
    "constant resistance": """
steps: [{Discharge: {mode: Resistance, value: 3, ends: [Voltage < 3]}}]
""",
    "CC-CV in one step": """
steps: [{Charge: {mode: Current, value: 1, hold_voltage: 4.2, ends: [Current < 0.05]}}]
""",
    "drive cycle": """
safety_limits: {max_voltage: 4.3, min_voltage: 2.5}
drive_cycles: {City: {"Time [s]": [0, 5, 5, 10], "Current [A]": [1, 1, -0.5, -0.5]}}
steps: [{DriveCycle: {profile: City}}]
""",
    "waveform": """
steps: [{Waveform: {shape: sine, mode: Current, amplitude: 1, frequency: 0.1, duration: 60}}]
""",
    "impedance spectrum": """
steps:
- EIS: {start_frequency: 1000, end_frequency: 0.1, mode: Voltage, amplitude: 0.01}
""",
    "temperature of a step": "steps: [{Rest: {duration: 60, temperature: 40}}]",
    "chamber temperature": """
steps: [{Ambient temperature: {value: 40}}, {Rest: {duration: 60}}]
""",
    "end on Voltage": "steps: [{Charge: {mode: Current, value: 1, ends: [Voltage > 4.1]}}]",
    "end on Current": """
steps: [{Charge: {mode: Current, value: 1, ends: [Voltage > 4.2]}},
        {Charge: {mode: Voltage, value: 4.2, ends: [Current < 0.02]}}]
""",
    "end on C-rate": """
steps: [{Charge: {mode: Current, value: 1, ends: [Voltage > 4.2]}},
        {Charge: {mode: Voltage, value: 4.2, ends: [C-rate < 0.02]}}]
""",
    "end on Time": """
steps: [{Discharge: {mode: Current, value: 1, duration: 600, ends: [Voltage < 3]}}]
""",
    "end on Capacity": """
steps: [{Discharge: {mode: Current, value: 1, ends: [Voltage < 3, Capacity > 0.5]}}]
""",
    "end on Energy": """
steps: [{Discharge: {mode: Current, value: 1, ends: [Voltage < 3, Energy > 0.5]}}]
""",
    "end on Power": """
steps: [{Discharge: {mode: Resistance, value: 1, ends: [Voltage < 3, Power < 0.5]}}]
""",
    "end on Temperature": """
steps: [{Discharge: {mode: Current, value: 1, ends: [Voltage < 3, Temperature > 45]}}]
""",
    "end on SOC": """
steps: [{Discharge: {mode: Current, value: 1, ends: [Voltage < 3, SOC < 0.5]}}]
""",
    "end on dV/dt": "steps: [{Rest: {duration: 600, ends: [dV/dt < 0.0001]}}]",
    "goto": """
steps:
- Discharge:
    {mode: Current, value: 1, duration: 600, ends: [Voltage < 3, {"Voltage > 4.1": {goto: End}}]}
- Rest: {duration: 60}
""",
    "loop": "steps: [{Twice: {repeat: 2, steps: [{Rest: {duration: 60}}]}}]",
    "branch": """
steps:
- Control: {set_variable: [{name: VAR_N, eval: 0}]}
- Rest: {name: Again, duration: 60}
- Control:
    set_variable: [{name: VAR_N, eval: VAR_N + 1}]
    ends: [{"VAR_N < 3": {goto: Again}}]
""",
    "variable": """
steps:
- Control: {set_variable: [{name: VAR_A, eval: 1}]}
- Rest: {duration: 60}
""",
    "expression": """
steps:
- Control: {set_variable: [{name: VAR_A, eval: 1}]}
- Discharge: {mode: Current, value: VAR_A, ends: [Voltage < 3]}
""",
    "cycle counter": "steps: [{Rest: {duration: 60}}, {Control: {advance_cycle: true}}]",
    "safety limit on Voltage": """
safety_limits: {max_voltage: 4.3, min_voltage: 2.5}
steps: [{Rest: {duration: 60}}]
""",
    "safety limit on Temperature": """
safety_limits: {max_temperature: 60}
steps: [{Rest: {duration: 60}}]
""",
    "safety limit on Charge current": """
safety_limits: {max_charge_current: 2, max_discharge_current: 2}
steps: [{Rest: {duration: 60}}]
""",
    "safety limit on Discharge current": """
safety_limits: {max_charge_current: 2, max_discharge_current: 2}
steps: [{Rest: {duration: 60}}]
""",
    "goto of a safety limit": """
safety_limits: {max_voltage: {value: 4.3, goto: Recover}}
steps:
- Charge: {mode: Current, value: 1, duration: 600, ends: [Voltage > 4.2]}
- Rest: {name: Recover, duration: 60}
""",
    "resolution": """
global: {resolution: {time: 10, voltage: 0.01}}
steps: [{Rest: {duration: 60}}]
""",
    "resolution of a step": "steps: [{Rest: {duration: 60, resolution: {time: 1}}}]",
}
