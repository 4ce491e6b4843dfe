"""End conditions: every form, the sense of an end without operator, and what is refused."""

import pytest

from ionworks import ucp

UNITS = {
    "Voltage": "V",
    "Current": "A",
    "C-rate": "C",
    "Power": "W",
    "Capacity": "A.h",
    "Energy": "W.h",
    "Time": "s",
    "Temperature": "degC",
}
QUANTITIES = [*UNITS, "SOC"]


def step(kind, end):
    if kind == "Rest":
        return {"steps": [{"Rest": {"ends": [end]}}]}
    return {"steps": [{kind: {"mode": "Current", "value": 1, "ends": [end]}}]}


def read(kind, end):
    return ucp.load(step(kind, end)).steps[0].ends[0]


def refused(kind, end):
    (finding,) = ucp.check(step(kind, end))
    return finding


@pytest.mark.parametrize("operator", ["<", ">", "<=", ">="])
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_every_written_form_means_the_same(quantity, operator):
    wanted = (quantity, operator, 0.5, f"{quantity} {operator} 0.5")
    texts = [
        f"{quantity} {operator} 0.5",
        f"{quantity}{operator}0.5",
        f" {quantity}  {operator} .5 ",
    ]
    mappings = [{"variable": quantity, "operator": operator, "value": 0.5}]
    if quantity in UNITS:
        texts.append(f"{quantity} [{UNITS[quantity]}] {operator} 5e-1")
        variable = f"{quantity} [{UNITS[quantity]}]"
        mappings.append({"variable": variable, "operator": operator, "value": "0.5"})
    for form in [*texts, *mappings, {"expression": texts[0]}]:
        end = read("Discharge", form)
        assert (end.quantity, end.operator, end.value.value, end.text) == wanted


@pytest.mark.parametrize(
    ("quantity", "discharge", "charge", "rest"),
    [
        ("Voltage", "<=", ">=", None),
        ("SOC", "<=", ">=", None),
        ("Current", "<=", "<=", "<="),
        ("C-rate", "<=", "<=", "<="),
        ("Power", "<=", "<=", "<="),
        ("Capacity", ">=", ">=", ">="),
        ("Energy", ">=", ">=", ">="),
        ("Time", ">=", ">=", ">="),
        ("Temperature", ">=", ">=", ">="),
    ],
)
def test_the_sense_of_an_end_without_operator(quantity, discharge, charge, rest):
    end = {"variable": quantity, "value": 0.5}
    assert read("Discharge", end).operator == discharge
    assert read("Charge", end).operator == charge
    if rest is None:
        finding = refused("Rest", end)
        assert (finding.code, finding.position.path) == ("ambiguous-end", "steps[0].Rest.ends[0]")
        assert read("Rest", {**end, "operator": ">"}).operator == ">"
    else:
        assert read("Rest", end).operator == rest


@pytest.mark.parametrize("reference", ['input["Cut < off [V]"]', "input['Cut < off [V]']"])
def test_an_input_may_stand_on_the_right(reference):
    for form in (f"Voltage < {reference}", {"variable": "Voltage", "value": reference}):
        end = read("Discharge", form)
        assert end.value.name == "Cut < off [V]"
    text = f"steps: [{{Rest: {{ends: ['Voltage < {reference.replace(chr(39), chr(34))}']}}}}]"
    assert ucp.inputs(text) == ["Cut < off [V]"]


@pytest.mark.parametrize(
    ("end", "code", "suggestion"),
    [
        ("Voltag < 2.5", "unknown-variable", "Voltage"),
        ("voltage < 2.5", "unknown-variable", "Voltage"),
        ("Cell temperature > 45", "unknown-variable", "Temperature"),
        ("Discharge capacity [A.h] > 1", "unknown-variable", "Capacity"),
        ("dV/dt < 1", "unknown-variable", None),
        ("< 2.5", "unknown-variable", None),
        ("Voltage [mV] < 2500", "wrong-unit", "Voltage [V]"),
        ("Capacity [Ah] > 1", "wrong-unit", "Capacity [A.h]"),
        ("Temperature [K] > 300", "wrong-unit", "Temperature [degC]"),
        ("SOC [%] < 20", "wrong-unit", "SOC"),
        ("SOC [] < 0.2", "wrong-unit", "SOC"),
        ("Voltage [V < 2", "wrong-unit", "Voltage [V]"),
        ("Voltage = 2.5", "unknown-operator", None),
        ("Voltage ≤ 2.5", "unknown-operator", "<="),
        ("Voltage => 2.5", "unknown-operator", ">="),
        ("Voltage 2.5", "missing-operator", None),
        ("2 < Voltage < 3", "missing-operator", None),
        ("", "missing-operator", None),
        ("Voltage < 2.5 V", "not-a-number", "2.5"),
        ("Voltage < 2500 mV", "not-a-number", None),
        ("C-rate < 1/50", "not-a-number", "0.02"),
        ("C-rate < C/50", "not-a-number", "0.02"),
        ("C-rate < C/0", "not-a-number", None),
        ("Voltage < ", "not-a-number", None),
        ("Voltage < on", "not-a-number", None),
        ("Current < 1e999", "not-finite", None),
        ("SOC < 20", "out-of-range", None),
        ("SOC < -0.1", "out-of-range", None),
        ("Current < 0", "out-of-range", None),
        ("Current < -0.05", "out-of-range", None),
        ("Time > -1", "out-of-range", None),
        ("Temperature < -300", "out-of-range", None),
        (5, "bad-end", None),
        (None, "bad-end", None),
        (["Voltage < 2.5"], "bad-end", None),
        ({}, "bad-end", None),
        ({"variable": "Voltage"}, "bad-end", None),
        ({"value": 2}, "bad-end", None),
        ({"expression": 5}, "bad-end", None),
        ({"variable": "Voltage", "val": 2}, "unknown-key", "value"),
        ({"variable": 5, "value": 2}, "unknown-variable", None),
        ({"variable": "Voltage", "operator": "==", "value": 2}, "unknown-operator", None),
        ({"variable": "Voltage", "operator": 5, "value": 2}, "unknown-operator", None),
        ({"variable": "Voltage", "value": [2]}, "not-a-number", None),
        ({"expression": "Voltage < 2", "value": 2}, "unknown-key", None),
        ({"Voltage < 2.5": {"goto": "End"}}, "not-supported", None),
        ({"expression": "Voltage < 2.5", "goto": "End"}, "not-supported", None),
        ({"variable": "Voltage", "value": 2, "goto": "End"}, "not-supported", None),
    ],
)
def test_wrong_ends(end, code, suggestion):
    finding = refused("Discharge", end)
    assert (finding.code, finding.suggestion) == (code, suggestion)
    assert finding.position.path.startswith("steps[0].Discharge.ends[0]")
    if code == "not-supported":
        assert "not supported yet" in finding.message


@pytest.mark.parametrize(("ends", "code"), [([], "empty"), ("Voltage < 2.5", "not-a-list")])
def test_ends_are_a_list_of_at_least_one(ends, code):
    source = {"steps": [{"Rest": {"ends": ends}}]}
    assert [finding.code for finding in ucp.check(source)] == [code]


def test_an_soc_beyond_one_is_taken_for_percent():
    assert "80 % is 0.8" in refused("Charge", "SOC > 80").message


def test_a_wrong_end_in_text_is_named_by_line_and_column():
    text = "steps:\n  - Discharge:\n      mode: C-rate\n      value: 1\n      ends:\n"
    (finding,) = ucp.check(text + "        - Voltage < 2.5\n        - Voltage [mV] < 2500\n")
    assert (finding.position.line, finding.position.column) == (7, 11)
    assert finding.position.path == "steps[0].Discharge.ends[1]"
