"""Random protocols: each target writes them to mean the same, or refuses them by name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ionworks_engine.vendors import capabilities
from ionworks_engine.vendors.convert import convert, parse
from ionworks_engine.vendors.errors import Inexpressible

from ionworks import ucp

NAMES = ["A", "B", "C"]
volts = st.sampled_from([2.5, 3.0, 3.65, 4.1, 4.2])
amounts = st.floats(0.001, 20).map(lambda value: float(f"{value:.4g}"))
times = st.floats(0.1, 1e6).map(lambda value: float(f"{value:.5g}"))
gotos = st.sampled_from([None, None, None, "Next", "End", *NAMES])


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


blocks = st.lists(
    steps() | st.tuples(st.integers(2, 5), st.lists(steps(), min_size=1, max_size=3)),
    min_size=1,
    max_size=4,
)


def document(items, guarded):
    """Give the first three steps the names that gotos use, and blocks names of their own."""
    names = iter(NAMES)

    def named(step):
        ((kind, body),) = step.items()
        name = next(names, None)
        return {kind: ({"name": name} if name else {}) | body}

    laid = []
    for number, item in enumerate(items):
        if isinstance(item, tuple):
            inside = [named(step) for step in item[1]]
            laid.append({f"Loop {number}": {"repeat": item[0], "steps": inside}})
        else:
            laid.append(named(item))
    limits = {"safety_limits": {"max_voltage": 4.4, "min_voltage": 2.4}} if guarded else {}
    return limits | {"steps": laid}


@pytest.mark.parametrize("target", capabilities.TARGETS)
@settings(deadline=None, max_examples=60, derandomize=True)
@given(items=blocks, guarded=st.booleans())
def test_a_random_protocol_is_written_to_mean_the_same_or_refused(target, items, guarded):
    source = document(items, guarded)
    if any(finding.severity == "error" for finding in ucp.check(source)):
        return
    try:
        made = convert(source, target, nominal_capacity_ah=2.0, verify=True)
    except Inexpressible:
        return
    if not made.files.assets:
        assert parse(made.files.primary.content).error is None


@pytest.mark.parametrize("target", ["neware", "novonix"])
@settings(deadline=None, max_examples=60, derandomize=True)
@given(items=blocks, guarded=st.booleans())
def test_what_is_written_passes_when_it_is_verified(target, items, guarded):
    source = document(items, guarded)
    if any(finding.severity == "error" for finding in ucp.check(source)):
        return
    try:
        made = convert(source, target, nominal_capacity_ah=2.0)
    except Inexpressible:
        return
    assert convert(source, target, nominal_capacity_ah=2.0, verify=True) == made
