"""Random protocols: each target writes them to mean the same, or refuses them by name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ionworks_engine.vendors import capabilities
from ionworks_engine.vendors.convert import convert, parse
from ionworks_engine.vendors.errors import Inexpressible

from ionworks import ucp

NAMES = ["A", "B", "C"]


def figures(low, high, digits):
    return st.floats(low, high).map(lambda value: float(f"{value:.{digits}g}"))


volts = st.sampled_from([2.5, 3.0, 3.65, 4.1, 4.2]) | figures(2.5, 4.3, 7)
amounts = figures(0.001, 20, 4) | figures(1e-6, 20, 9)
times = figures(0.1, 1e6, 5) | figures(2e-5, 10, 9)
gotos = st.sampled_from([None, None, None, "Next", "End", *NAMES, "Loop 1", "Set"])


@st.composite
def conditions(draw):
    quantity = draw(st.sampled_from(["Voltage", "Current", "C-rate", "Time", "Capacity", "SOC"]))
    value = {"Voltage": volts, "Time": times, "SOC": st.just(0.5)}.get(quantity, amounts)
    sign = draw(st.sampled_from(["<", ">"]))
    text = f"{quantity} {sign} {draw(value)}"
    goto = draw(gotos)
    return text if goto is None else {text: {"goto": goto}}


@st.composite
def steps(draw):
    kind = draw(st.sampled_from(["Charge", "Discharge", "Rest"]))
    step = {"duration": draw(times)} if draw(st.booleans()) or kind == "Rest" else {}
    if kind != "Rest":
        step["mode"] = draw(st.sampled_from(["Current", "C-rate", "Voltage", "Power"]))
        step["value"] = draw(volts if step["mode"] == "Voltage" else amounts)
        if step["mode"] == "Current" and draw(st.booleans()):
            step["hold_voltage"] = draw(volts)
        sign = ">" if kind == "Charge" else "<"
        plain = f"Voltage {sign} {draw(volts)}"
        held = step["mode"] == "Voltage" or "hold_voltage" in step
        step["ends"] = [f"Current < {draw(amounts)}" if held else plain]
    step["ends"] = step.get("ends", []) + draw(st.lists(conditions(), max_size=2))
    return {kind: {key: value for key, value in step.items() if value != []}}


controls = st.sampled_from(
    [
        {"Control": {"advance_cycle": True}},
        {"Control": {"name": "Set", "set_variable": [{"name": "VAR_A", "eval": 1}]}},
        {"Control": {"name": "Set", "ends": [{"1 < 0": {"goto": "End"}}]}},
    ]
)
blocks = st.lists(
    steps()
    | controls
    | st.tuples(st.integers(2, 5), st.lists(steps() | controls, min_size=1, max_size=3)),
    min_size=1,
    max_size=4,
)


recoveries = st.sampled_from([None, None, None, "End", *NAMES, "Loop 1", "Set"])


currents = st.sampled_from(
    [
        {},
        {},
        {"max_charge_current": 25.0, "max_discharge_current": 25.0},
        {"max_charge_current": 24.0, "max_discharge_current": 48.0},
        {"max_discharge_current": 30.0},
    ]
)


def document(items, guarded, recovery=None, currents=None):
    """Give the first three steps the names that gotos use, and blocks names of their own."""
    names = iter(NAMES)

    def named(step):
        ((kind, body),) = step.items()
        name = next(names, None) if kind != "Control" else None
        return {kind: ({"name": name} if name else {}) | body}

    laid = []
    for number, item in enumerate(items):
        if isinstance(item, tuple):
            inside = [named(step) for step in item[1]]
            laid.append({f"Loop {number}": {"repeat": item[0], "steps": inside}})
        else:
            laid.append(named(item))
    highest = {"value": 4.4, "goto": recovery} if recovery else 4.4
    limits = {"max_voltage": highest, "min_voltage": 2.4} if guarded else {}
    limits |= currents or {}
    return ({"safety_limits": limits} if limits else {}) | {"steps": laid}


@pytest.mark.parametrize("target", capabilities.TARGETS)
@settings(deadline=None, max_examples=150, derandomize=True)
@given(items=blocks, guarded=st.booleans(), recovery=recoveries, bounds=currents)
def test_a_random_protocol_is_written_to_mean_the_same_or_refused(
    target, items, guarded, recovery, bounds
):
    """Nobody has to ask for it: what cannot be read back as the same is not written at all."""
    source = document(items, guarded, recovery, bounds)
    if any(finding.severity == "error" for finding in ucp.check(source)):
        return
    try:
        made = convert(source, target, nominal_capacity_ah=2.0)
    except Inexpressible:
        return
    assert convert(source, target, nominal_capacity_ah=2.0, verify=True) == made
    assert parse(made.files.primary.content).error is None
