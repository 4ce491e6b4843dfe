"""The published schema and the parser accept the same documents."""

import copy
from random import Random

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionworks import ucp

VALIDATOR = jsonschema_rs.Draft202012Validator(ucp.SCHEMA)
KINDS = ["Charge", "Discharge", "Rest"]
MODES = ["C-rate", "Current", "Voltage", "Power"]
QUANTITIES = {"Voltage": "V", "Current": "A", "C-rate": "C", "Power": "W", "Capacity": "A.h"} | {
    "Energy": "W.h",
    "Time": "s",
    "SOC": None,
    "Temperature": "degC",
}
WHOLE_TEXTS = ["1", " 1 ", "1.0", "1e0", 'input["x"]', "input[ 'x y [V]' ]"]
JUNK = [
    None,
    True,
    False,
    "",
    " ",
    "on",
    "1:30",
    "010",
    "1/2",
    "2 V",
    'input["x"] * 2',
    "input['']",
]
JUNK += [
    0,
    -1,
    0.5,
    2,
    2.5,
    50,
    500,
    -300,
    1e9,
    [],
    {},
    ["x"],
    {"x": 1},
    "Rest",
    "Charge",
    "Time > 1",
]
JUNK += ["voltage", "Voltage", "SOC", "soc_percentage", "<", "==", {"steps": []}, "Voltage [V] < 1"]
JUNK += [
    [{"Rest": {"duration": 1}}],
    {"Rest": {"duration": 1}},
    "input['a\nb']",
    "\uff11",
    "SOC [] < 1",
]
NAMES = ["Rest", "Charge", "x", "", " ", "duration", "value", "mode", "ends", "steps", "repeat"]
NAMES += [
    "direction",
    "operator",
    "variable",
    "expression",
    "goto",
    "global",
    "time",
    "rest",
    "EIS",
]


def documents(random):
    """A document that is right, or nearly so."""
    document = {"steps": block(random, 0)}
    if random.random() < 0.5:
        document["global"] = start(random)
    for _ in range(random.choice([0, 0, 1, 1, 2])):
        spoil(random, document)
    return document


def value(random):
    return random.choice([1, 1.0, 1, *WHOLE_TEXTS])


def block(random, depth):
    return [item(random, depth) for _ in range(random.randint(1, 3))]


def item(random, depth):
    name = random.choice([*KINDS, "Formation", "a.b", "EIS"])
    if depth < 2 and random.random() < 0.2:
        return {name: block(random, depth + 1)}
    if depth < 2 and random.random() < 0.2:
        repeated = {"steps": block(random, depth + 1)}
        return {name: repeated | ({"repeat": value(random)} if random.random() < 0.5 else {})}
    kind = random.choice(KINDS)
    step = {} if kind == "Rest" else {"mode": random.choice(MODES), "value": value(random)}
    if random.random() < 0.6:
        step["duration"] = value(random)
    if "duration" not in step or random.random() < 0.5:
        step["ends"] = [end(random, kind) for _ in range(random.randint(1, 2))]
    return {"direction": kind, **step} if random.random() < 0.3 else {kind: step}


def end(random, kind):
    quantity, unit = random.choice(list(QUANTITIES.items()))
    name = f"{quantity} [{unit}]" if unit and random.random() < 0.4 else quantity
    sign = random.choice(["<", ">", "<=", ">="])
    if random.random() < 0.5:
        text = f"{name} {sign} {random.choice(WHOLE_TEXTS)}"
        return {"expression": text} if random.random() < 0.2 else text
    mapping = {"variable": name, "value": value(random)}
    named = kind == "Rest" and quantity in ("Voltage", "SOC")
    return mapping | ({"operator": sign} if named or random.random() < 0.5 else {})


def start(random):
    section = {}
    state = random.choice(["fraction", "percent", "volts", None])
    if state == "fraction":
        section["initial_soc"] = value(random)
    elif state:
        word = "voltage" if state == "volts" else "soc_percentage"
        section |= {"initial_state_type": word, "initial_state_value": value(random)}
    if random.random() < 0.5:
        section[random.choice(["temperature", "initial_temperature"])] = value(random)
    if random.random() < 0.5:
        parts = {key: value(random) for key in ("time", "voltage", "current")}
        section["resolution"] = random.choice([value(random), parts, {}])
    return section


def spoil(random, document):
    """Change one thing somewhere in the document."""
    holder, key = random.choice(list(places(document)) or [(document, "steps")])
    document.setdefault("steps", [])
    action = random.choice(["replace", "replace", "drop", "rename", "add"])
    if action == "replace":
        holder[key] = copy.deepcopy(random.choice(JUNK))
    elif isinstance(holder, list):
        holder.insert(key, copy.deepcopy(random.choice(JUNK)))
    elif action == "drop":
        del holder[key]
    elif action == "rename":
        holder[random.choice(NAMES)] = holder.pop(key)
    else:
        holder[random.choice(NAMES)] = copy.deepcopy(random.choice(JUNK))


def places(node):
    keys = list(node) if isinstance(node, dict) else range(len(node))
    for key in keys:
        yield node, key
        if isinstance(node[key], dict | list):
            yield from places(node[key])


@settings(max_examples=200, deadline=None)
@given(st.integers(min_value=0, max_value=2**48))
def test_parser_and_schema_accept_the_same_documents(seed):
    random = Random(seed)
    for _ in range(25):
        document = documents(random)
        findings = ucp.check(document)
        told = [str(finding) for finding in findings]
        assert VALIDATOR.is_valid(document) == (not findings), (document, told)


def test_the_generated_documents_are_a_fair_mixture():
    random = Random(1)
    verdicts = [VALIDATOR.is_valid(documents(random)) for _ in range(2000)]
    assert 500 < sum(verdicts) < 1500


def test_the_schema_is_a_schema():
    jsonschema_rs.meta.validate(ucp.SCHEMA)
    assert ucp.SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    "document",
    [
        {"steps": [{"Discharge": [{"Discharge": {"mode": "Power", "value": 1, "duration": 1}}]}]},
        {"steps": [{"direction": "Rest", "duration": "60"}]},
        {"global": {}, "steps": [{"Rest": {"ends": ["Voltage > input['x']"]}}]},
    ],
)
def test_both_accept(document):
    assert VALIDATOR.is_valid(document)
    assert ucp.check(document) == []


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"steps": [{"Rest": {}}]},
        {"steps": [{"Rest": {"ends": [{"variable": "Voltage", "value": 3}]}}]},
        {"steps": [{"steps": [{"Rest": {"duration": 1}}]}]},
        {"steps": [{"Charge": {"mode": "Current", "value": -1, "duration": 1}}]},
        {"steps": [{"Loop": {"repeat": 1.5, "steps": [{"Rest": {"duration": 1}}]}}]},
        {"global": {"initial_soc": 80}, "steps": [{"Rest": {"duration": 1}}]},
    ],
)
def test_both_refuse(document):
    assert not VALIDATOR.is_valid(document)
    assert ucp.check(document) != []


def test_the_schema_tells_the_sense_of_an_end_without_operator():
    def senses(kind):
        forms = ucp.SCHEMA["$defs"][f"endOf{kind}"]["anyOf"]
        mappings = [
            form["properties"] for form in forms if "operator" in form.get("properties", {})
        ]
        return {
            form["variable"]["pattern"].split("*")[1].split("(")[0]: form["operator"].get("default")
            for form in mappings
        }

    assert senses("Discharge")["Voltage"] == "<="
    assert senses("Charge")["Voltage"] == ">="
    assert senses("Rest")["Voltage"] is None
    assert senses("Rest")["Time"] == ">="
