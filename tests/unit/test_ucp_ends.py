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
    "dV/dt": "V/s",
}
QUANTITIES = [*UNITS, "SOC"]


def step(kind, end):
    if kind == "Rest":
        return {"steps": [{"Rest": {"duration": 60, "ends": [end]}}]}
    drive = {"mode": "Resistance" if kind == "Discharge" else "Current", "value": 1}
    return {"steps": [{kind: {**drive, "duration": 60, "ends": [end]}}]}


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
        ("dV/dt", "<=", "<=", "<="),
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
    assert list(ucp.inputs(text)) == ["Cut < off [V]"]


@pytest.mark.parametrize(
    ("end", "code", "suggestion"),
    [
        ("Voltag < 2.5", "unknown-variable", "Voltage"),
        ("voltage < 2.5", "unknown-variable", "Voltage"),
        ("voltage [V] < 2.5", "unknown-variable", "Voltage"),
        ("Volatge [V] < 2.5", "unknown-variable", "Voltage"),
        ("Capcity [A.h] > 2.5", "unknown-variable", "Capacity"),
        ("VAR_N < 2.5", "unknown-variable", None),
        ("2 * Voltage < 5", "bad-end", None),
        ("Voltage + 1 < 5", "bad-end", None),
        ("2.5 > Voltage", "bad-end", "Voltage < 2.5"),
        ("2.5 = Voltage", "bad-end", None),
        ("dV/dt [mV/s] < 1", "wrong-unit", "dV/dt [V/s]"),
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
        ("2 < Voltage < 3", "bad-end", None),
        ("Voltage < 2 < 3", "bad-expression", None),
        ("", "missing-operator", None),
        ("Voltage < 2.5 V", "not-a-number", "2.5"),
        ("Voltage < 2500 mV", "not-a-number", None),
        ("C-rate < C/50", "not-a-number", "0.02"),
        ("C-rate < C/0", "not-a-number", None),
        ("Voltage < ", "not-a-number", None),
        ("Voltage < on", "unset-variable", None),
        ("Voltage < 1 / 0", "no-value", None),
        ("Voltage < Voltage [V] - 0.1", "bad-expression", None),
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
        ({"Voltage < 2.5": {"goto": 5}}, "bad-name", '"5"'),
        ({"Voltage < 2.5": {}}, "missing-key", "goto: Next"),
        ({"Voltage < 2.5": "End"}, "bad-end", "goto: Next"),
        ({"Voltage < 2.5": {"goto": "End", "gto": 1}}, "unknown-key", "goto"),
        ({"Volts": {"goto": "End"}}, "missing-operator", None),
        ({"expression": "Voltage < 2.5", "goto": "Nowhere"}, "unknown-target", None),
        ({"variable": "Voltage", "value": 2, "goto": " "}, "bad-name", None),
        (
            {"variable": "Cell mass [kg]", "value": 2},
            "ambiguous-end",
            'operator: ">" or operator: "<"',
        ),
    ],
)
def test_wrong_ends(end, code, suggestion):
    finding = refused("Discharge", end)
    assert (finding.code, finding.suggestion) == (code, suggestion)
    assert finding.position.path.startswith("steps[0].Discharge.ends[0]")


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


@pytest.mark.parametrize(
    ("left", "name"),
    [
        ("X-averaged cell temperature [K]", "X-averaged cell temperature [K]"),
        ("Overpotential [V]", "Overpotential [V]"),
        ('variable["Volatge [V]"]', "Volatge [V]"),
        ('variable["Cell temperature"]', "Cell temperature"),
        ('variable["Discharge capacity [A.h]"]', "Discharge capacity [A.h]"),
        ('variable["Test time [s]"]', "Test time [s]"),
        ('variable["a < b"]', "a < b"),
        ("variable['x']", "x"),
    ],
)
def test_any_variable_of_the_model_may_end_a_step(left, name):
    forms = [f"{left} > 0.5 * 3", {"variable": left, "operator": ">", "value": 1.5}]
    for form in [*forms, {f"{left} > 1.5": {"goto": "Next"}}]:
        end = read("Rest", form)
        assert (end.quantity.name, end.operator, end.value.value) == (name, ">", 1.5)


def test_a_limit_may_be_worked_out():
    end = read("Discharge", "C-rate < 1/50")
    assert (end.value.value, end.text) == (0.02, "C-rate < 0.02")
    end = read("Charge", "Voltage > min(4.2, Voltage + 0.1)")
    assert end.text == "Voltage > min(4.2, Voltage + 0.1)"
    assert read("Rest", "dV/dt [V.s-1] < 1e-4").quantity == "dV/dt"


@pytest.mark.parametrize(
    "end",
    [
        {"Voltage < 2.5": {"goto": "Next"}},
        {"expression": "Voltage < 2.5", "goto": "Next"},
        {"variable": "Voltage", "operator": "<", "value": 2.5, "goto": "Next"},
    ],
)
def test_every_mapping_may_say_where_to_go_on(end):
    read_end = read("Discharge", end)
    assert (read_end.text, read_end.goto.target) == ("Voltage < 2.5", "Next")
    assert read_end.goto.position.path.endswith(".goto")


def test_what_is_wrong_inside_a_condition_is_named_by_its_column():
    text = "steps:\n  - Discharge:\n      mode: C-rate\n      value: 1\n      ends:\n"
    (finding,) = ucp.check(text + "        - Voltage < 2.5 + * 3\n")
    assert (finding.position.line, finding.position.column) == (6, 27)
    (finding,) = ucp.check(text + "        - 'Voltage < 2.5 + * 3'\n")
    assert (finding.position.line, finding.position.column) == (6, 28)
    (finding,) = ucp.check(text + '        - "Voltage < 2.5 + * 3": {goto: End}\n')
    assert (finding.position.line, finding.position.column) == (6, 28)


@pytest.mark.parametrize("name", ["C-rates [C]", "C-Rate [C]", "Voltage-x [V]", "Volatge [V]", "x"])
def test_a_name_near_a_quantity_is_written_so_that_it_is_read_back(name):
    tree = ucp.load(step("Rest", f'variable["{name}"] > 1'))
    assert ucp.load(ucp.dump(tree)) == tree
