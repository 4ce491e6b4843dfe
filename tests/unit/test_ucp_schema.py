"""The published schema and the parser accept the same documents."""

from random import Random

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionworks import ucp
from ionworks.ucp.formats import FORMATS
from tests.robustness.ucp_documents import Documents
from tests.robustness.ucp_oracle import VALIDATOR, disagreement

REST = {"Rest": {"duration": 1}}


@settings(max_examples=120, deadline=None)
@given(st.integers(min_value=0, max_value=2**48))
def test_parser_and_schema_accept_the_same_documents(seed):
    documents = Documents(Random(seed))
    for _ in range(25):
        assert disagreement(documents.document()) is None


def test_the_generated_documents_are_a_fair_mixture():
    documents = Documents(Random(1))
    verdicts = [VALIDATOR.is_valid(documents.document()) for _ in range(2000)]
    assert 500 < sum(verdicts) < 1700
    codes = {finding.code for _ in range(3000) for finding in ucp.check(documents.document())}
    assert len(codes) > 30


def test_the_schema_is_a_schema():
    jsonschema_rs.meta.validate(ucp.SCHEMA)
    assert ucp.SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_format_of_the_schema_has_its_meaning():
    def words(node):
        if isinstance(node, dict):
            named = {node["format"]} if isinstance(node.get("format"), str) else set()
            return named.union(*(words(value) for value in node.values()))
        return set().union(*map(words, node)) if isinstance(node, list) else set()

    assert words(ucp.SCHEMA) == set(FORMATS)


def test_without_formats_the_schema_still_refuses_wrong_shapes():
    plain = jsonschema_rs.Draft202012Validator(ucp.SCHEMA)
    assert plain.is_valid({"steps": [{"Rest": {"duration": "2 * VAR_N"}}]})
    assert not plain.is_valid({"steps": [{"Rest": {"duratoin": 2}}]})


@pytest.mark.parametrize(
    "document",
    [
        {"steps": [{"Discharge": [{"Discharge": {"mode": "Power", "value": 1, "duration": 1}}]}]},
        {"steps": [{"direction": "Rest", "duration": "60"}]},
        {"global": {}, "steps": [{"Rest": {"ends": ["Voltage > input['x'] + 1"]}}]},
        {"steps": [{"direction[1]": {"mode": "Resistance", "value": 1, "duration": 1}}]},
        {"steps": [{"Waveform": {"steps": [REST]}}]},
        {
            "safety_limits": {"max_voltage": {"value": 4, "goto": "End"}, "goto": "End"},
            "steps": [REST],
        },
        {"drive_cycles": {"P": {"Time [s]": [0.0, 1], "C-rate": [1, 1]}}, "steps": [REST]},
        {"steps": [{"Rest": {"ends": [{"Cell mass [kg] > 1": {"goto": "Next"}}]}}]},
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
        {"steps": [{"steps": [REST]}]},
        {"steps": [{"Charge": {"mode": "Current", "value": -1, "duration": 1}}]},
        {"steps": [{"Charge": {"mode": "Current", "value": "a.b", "duration": 1}}]},
        {"steps": [{"Charge": {"mode": "Voltage", "value": 4, "hold_voltage": 4, "duration": 1}}]},
        {"steps": [{"Loop": {"repeat": 1.5, "steps": [REST]}}]},
        {"steps": [{"Rest": {"ends": ["1 < 2 < 3"]}}]},
        {"steps": [{"Rest": {"ends": ["Voltage < 2 < 3"]}}]},
        {"steps": [{"Control": {"advance_cycle": False}}]},
        {"global": {"initial_soc": 80}, "steps": [REST]},
        {"global": {"initial_soc": "Voltage"}, "steps": [REST]},
        {"drive_cycles": {"P": {"Time [s]": [1, 2], "C-rate": [1, 1]}}, "steps": [REST]},
    ],
)
def test_both_refuse(document):
    assert not VALIDATOR.is_valid(document)
    assert ucp.check(document) != []


def test_the_schema_tells_the_sense_of_an_end_without_operator():
    def sense(kind, quantity):
        forms = ucp.SCHEMA["$defs"][f"endOf{kind}"]["anyOf"]
        mappings = [
            form["properties"] for form in forms if "operator" in form.get("properties", {})
        ]
        (form,) = [one for one in mappings if quantity in one["variable"].get("pattern", "")]
        return form["operator"].get("default")

    assert sense("Discharge", "Voltage") == "<="
    assert sense("Charge", "Voltage") == ">="
    assert sense("Rest", "Voltage") is None
    assert sense("Other", "Voltage") is None
    assert sense("Rest", "Time") == ">="
    assert sense("Rest", "dV/dt") == "<="
