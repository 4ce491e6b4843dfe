"""Constant voltages whose current nothing bounds are told, whatever the cycler."""

import pytest
from ionworks_engine.vendors import capabilities
from ionworks_engine.vendors.convert import convert
from ionworks_engine.vendors.currents import unbounded
from ionworks_engine.vendors.flatten import flatten

from ionworks import ucp

HELD = "- Charge: {mode: Voltage, value: 4.2, ends: [Current < 0.075]}"
UP = "- Charge: {mode: Current, value: 1, ends: [Voltage > 4.2]}"

FREE = {
    "at the beginning": (HELD, [1]),
    "after a rest": (f"- Rest: {{duration: 60}}\n{HELD}", [2]),
    "at another voltage": (f"{UP.replace('4.2', '4.1')}\n{HELD}", [2]),
    "after a discharge": (
        f"- Discharge: {{mode: Current, value: 1, ends: [Voltage < 4.2]}}\n{HELD}",
        [2],
    ),
    "after a time as well": (f"{UP.replace('ends', 'duration: 60, ends')}\n{HELD}", [2]),
    "after a current that was held for a time": (
        "- Charge: {mode: Current, value: 1, hold_voltage: 4.2, duration: 60}\n" + HELD,
        [2],
    ),
    "by a jump": (
        f"- Rest: {{duration: 9, ends: [{{'Voltage < 3': {{goto: CV}}}}]}}\n{UP}\n"
        + HELD.replace("{mode", "{name: CV, mode"),
        [3],
    ),
    "after another that nothing bounds": (f"{HELD}\n{HELD}", [1, 2]),
    "at the top of a loop": (
        f"- Loop:\n    repeat: 2\n    steps:\n    {HELD}\n    {UP}",
        [1],
    ),
    "behind a counter": ("- Control: {advance_cycle: true}\n" + HELD, [2]),
}
BOUNDED = {
    "after its current": f"{UP}\n{HELD}",
    "after its current and a counter": f"{UP}\n- Control: {{advance_cycle: true}}\n{HELD}",
    "after another": f"{UP}\n{HELD}\n{HELD}",
    "after one step of both": (
        "- Charge: {mode: Current, value: 1, hold_voltage: 4.2, ends: [Current < 0.1]}\n" + HELD
    ),
    "after a power": f"{UP.replace('mode: Current', 'mode: Power')}\n{HELD}",
    "after its discharge": (
        "- Discharge: {mode: C-rate, value: 1, ends: [Voltage < 3]}\n"
        "- Discharge: {mode: Voltage, value: 3, duration: 60}"
    ),
}


def found(steps, target="maccor"):
    program = flatten(ucp.load(f"steps:\n{steps}\n"))
    return [index + 1 for index in unbounded(program, target)]


@pytest.mark.parametrize("case", FREE)
def test_a_voltage_that_begins_elsewhere_is_unbounded(case):
    steps, expected = FREE[case]
    assert found(steps) == expected


@pytest.mark.parametrize("case", BOUNDED)
def test_a_voltage_that_a_current_led_to_is_bounded(case):
    assert found(BOUNDED[case]) == []


def test_a_recovery_of_a_safety_limit_is_unbounded():
    limits = "{max_voltage: {value: 4.3, goto: CV}}"
    steps = f"{UP}\n{HELD.replace('{mode', '{name: CV, mode')}"
    program = flatten(ucp.load(f"safety_limits: {limits}\nsteps:\n{steps}\n"))
    assert unbounded(program, "arbin") == [1]


def test_a_safety_limit_on_the_current_of_its_direction_bounds_it():
    for side, expected in (("charge", []), ("discharge", [0])):
        text = f"safety_limits: {{max_{side}_current: 3}}\nsteps:\n{HELD}\n"
        assert unbounded(flatten(ucp.load(text)), "arbin") == expected


def test_a_file_that_says_the_current_before_bounds_it():
    steps, _ = FREE["after a time as well"]
    assert found(steps, "neware") == []
    assert found(HELD, "neware") == [1]


def warned(text, target):
    notes = convert(text, target, nominal_capacity_ah=2).notes
    return [note for note in notes if "nothing bounds its current" in note]


@pytest.mark.parametrize("target", [name for name in capabilities.TARGETS if name != "novonix"])
def test_people_are_told_whatever_the_cycler(target):
    """Novonix writes no voltage without the current before it."""
    (note,) = warned(f"steps:\n- Rest: {{duration: 60}}\n{HELD}\n", target)
    assert "(step 2)" in note
    assert "hold_voltage" in note
    assert not warned(f"steps:\n{UP}\n{HELD}\n", target)


def largest(text):
    made = convert(text, "arbin_sdx", nominal_capacity_ah=2, verify=True)
    lines = made.files.primary.content.decode("latin-1").splitlines()
    (name,) = [
        number
        for number, line in enumerate(lines)
        if line.startswith("m_szStepCtrlType=Voltage(V)")
    ]
    before = [line for line in lines[:name] if line.startswith("m_nMaxCurrent=")]
    notes = [note for note in made.notes if note.startswith("The largest current of ")]
    return before[-1].removeprefix("m_nMaxCurrent="), notes


def test_an_arbin_voltage_has_the_largest_current_of_the_test_or_of_its_safety_limit():
    assert largest(f"steps:\n{UP}\n{HELD}\n") == ("1", [])
    limits = "safety_limits: {max_charge_current: 3, max_discharge_current: 5}"
    assert largest(f"{limits}\nsteps:\n{UP}\n{HELD}\n") == ("3", [])


def test_an_arbin_voltage_of_unknown_current_is_told():
    value, (note,) = largest(f"steps:\n- Rest: {{duration: 9}}\n{HELD}\n")
    assert value == "0"
    assert "choose the range at the cycler" in note
