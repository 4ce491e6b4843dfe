"""Damaged schedules and settings end in a program or in a refusal, and soon."""

import time

from arbin_files import AT_ONCE, TIME, limit, schedule, step
from hypothesis import given, settings
from hypothesis import strategies as st
from ionworks_engine.vendors import arbin, arbin_sdx, biologic
from ionworks_engine.vendors.convert import convert
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.program import Repeat

TEXT = """
safety_limits: {max_voltage: 4.3, min_voltage: 2.5}
drive_cycles: {City: {"Time [s]": [0, 5, 5, 10], "Current [A]": [1, 1, -0.5, -0.5]}}
steps:
- Outer:
    repeat: 3
    steps:
    - Charge: {mode: C-rate, value: 0.5, hold_voltage: 4.2, ends: [C-rate < 0.05]}
    - Inner: {repeat: 2, steps: [{Rest: {duration: 60}}]}
    - Discharge: {name: Down, mode: Current, value: 1, ends: [Voltage < 3, Capacity > 0.5]}
- DriveCycle: {profile: City}
"""
PLAIN = TEXT.replace("- DriveCycle: {profile: City}\n", "")
SAMPLES = {
    arbin: convert(TEXT, "arbin", nominal_capacity_ah=2).files.primary.content,
    arbin_sdx: convert(TEXT, "arbin_sdx", nominal_capacity_ah=2).files.primary.content,
    biologic: convert(PLAIN, "biologic_mps", nominal_capacity_ah=2).files.primary.content,
}
pieces = st.sampled_from(
    [b"", b"0", b"-1", b"1e999", b"nan", b"[", b"=", b"\n", b"\xff", b"Next Step", b"9" * 400, b"("]
)


@settings(max_examples=600, deadline=None)
@given(
    module=st.sampled_from(list(SAMPLES)),
    place=st.floats(0, 1),
    length=st.integers(0, 12),
    piece=pieces,
)
def test_damage_is_read_or_refused(module, place, length, piece):
    data = SAMPLES[module]
    at = int(place * len(data))
    damaged = data[:at] + piece + data[at + length :]
    try:
        program = module.read(damaged, {})
    except Unreadable:
        return
    assert program.lines


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_asked_without_an_exception(data):
    for module in SAMPLES:
        assert module.recognises(data) in (True, False)
        try:
            module.read(data, {})
        except Unreadable:
            continue


def test_a_thousand_loops_are_read_soon():
    steps = []
    for index in range(1000):
        steps += [
            step(f"B{index}", "Set Variable(s)", AT_ONCE, value="65536"),
            step(f"R{index}", "Rest", limit("Next Step", (TIME, ">", "9"))),
            step(
                f"L{index}",
                "Set Variable(s)",
                limit(f"R{index}", ("TC_Counter1", "<", "3")),
                limit("Next Step", ("TC_Counter1", ">=", "3")),
                first="2",
            ),
        ]
    data = schedule(*steps)
    begun = time.process_time()
    program = arbin.read(data, {})
    assert time.process_time() - begun < 10
    assert sum(isinstance(line, Repeat) for line in program.lines) == 1000
