"""What is easily written wrong: refused, never taken for something else, with what is right."""

import pytest

from ionworks import ucp
from tests.robustness.ucp_oracle import disagreement


def rest(end):
    return {"steps": [{"Rest": {"ends": [end]}}]}


@pytest.mark.parametrize(
    ("left", "suggestion"),
    [
        ("Cell temperature", "Temperature"),
        ("C rate", "C-rate"),
        ("State of charge", "SOC"),
        ("Step time", "Time"),
        ("not Voltage", "Voltage"),
        ("not Voltage [V]", "Voltage"),
        ("Voltage (V)", "Voltage"),
        ("variable[Voltage [V]]", "Voltage"),
        ("variable[Cell mass [kg]]", 'variable["Cell mass [kg]"]'),
        ("Discharge capacity [A.h]", "Capacity"),
        ("Charge capacity  [A.h]", "Capacity"),
        ("Discharge energy [W.h]", "Energy"),
        ("Charge energy [W.h]", "Energy"),
        ("Duration [s]", "Time"),
        ("Cell mass", None),
    ],
)
def test_only_a_unit_or_quotes_make_a_variable_of_the_model(left, suggestion):
    for end in (f"{left} > 3", {"variable": left, "operator": ">", "value": 3}):
        (finding,) = ucp.check(rest(end))
        assert (finding.code, finding.suggestion) == ("unknown-variable", suggestion)
        assert disagreement(rest(end)) is None


@pytest.mark.parametrize("name", ["Cycle", "Iteration", "Test time", "Test  time", "Test time [s]"])
def test_counters_belong_in_a_control(name):
    (finding,) = ucp.check(rest(f"{name} > 3"))
    assert finding.code == "unknown-variable"
    shown = " ".join(name.removesuffix(" [s]").split())
    assert f'Control: {{ends: [{{"{shown} > 3": {{goto: End}}}}]}}' in finding.message


@pytest.mark.parametrize(
    ("end", "words", "suggestion"),
    [
        ("Voltage < 2.5 or Current < 1", "one list item a condition", "Voltage < 2.5"),
        ("Voltage < 2.5 and Time > 1", "one condition", "Voltage < 2.5"),
        ("Voltage > 4.2 for 10 s", "no `for`", "Voltage > 4.2"),
        ("Voltage > 4.2 goto End", "as a mapping", '"Voltage > 4.2": {goto: End}'),
    ],
)
def test_one_condition_stands_alone(end, words, suggestion):
    for form in (end, {"expression": end}):
        (finding,) = ucp.check(rest(form))
        assert (finding.code, finding.suggestion) == ("bad-end", suggestion)
        assert words in finding.message


def test_such_words_in_a_name_are_just_its_words():
    tree = ucp.load(rest('Voltage > input["this or that goto for"]'))
    assert tree.steps[0].ends[0].value.name == "this or that goto for"


@pytest.mark.parametrize(
    ("written", "meant"), [("1 e3", "1e3"), ("2.5 E-1", "2.5E-1"), ("VAR * 1 e3", "1e3")]
)
def test_a_number_has_no_blank(written, meant):
    (finding,) = ucp.check({"steps": [{"Rest": {"duration": written}}]})
    assert (finding.code, finding.suggestion) == ("not-a-number", meant)


BLOCK_END = "steps:\n  - Rest:\n      ends:\n        - {}"


@pytest.mark.parametrize("operator", [">", ">=", "> # above"])
def test_a_bare_operator_belongs_in_quotes(operator):
    lines = f"variable: Voltage\n          operator: {operator}\n          value: 4"
    (finding,) = ucp.check(BLOCK_END.format(lines))
    assert "in quotes" in finding.message
    assert finding.position.line == 5
    quoted = lines.replace(operator, f'"{operator[:2].strip()}"')
    assert ucp.check(BLOCK_END.format(quoted)) == []


def test_a_bare_operator_in_braces_belongs_in_quotes():
    (finding,) = ucp.check("steps: [{Rest: {ends: [{variable: Voltage, operator: >, value: 4}]}}]")
    assert "in quotes" in finding.message


@pytest.mark.parametrize("kind", ["Rest", "Control"])
def test_a_goto_stands_under_its_condition(kind):
    text = f"steps:\n  - {kind}:\n      ends:\n        - Voltage < 2.5:\n          goto: End\n"
    (finding,) = ucp.check(text)
    assert "indent it" in finding.message
    assert (finding.position.line, finding.position.column) == (4, 11)
    assert ucp.check(text.replace("goto", "  goto")) == []


def test_merge_keys_are_not_supported_and_said_once():
    text = "steps:\n  - Rest: &common {duration: 60}\n  - Rest:\n      <<: *common\n"
    (finding,) = ucp.check(text)
    assert "Merge keys" in finding.message
    assert finding.position.line == 4
    assert ucp.check(text.replace("<<: *common", "duration: 60")) == []


@pytest.mark.parametrize(("name", "suggestion"), [(True, '"true"'), (7, '"7"')])
def test_a_name_is_a_text(name, suggestion):
    (finding,) = ucp.check({"steps": [{"Rest": {"duration": 1, "name": name}}]})
    assert (finding.code, finding.suggestion) == ("bad-name", suggestion)
    assert "in quotes" in finding.message


@pytest.mark.parametrize("name", ["p.yaml", "some folder/p.YML", "C:\\protocols\\p.json"])
def test_the_name_of_a_file_is_not_its_text(name):
    with pytest.raises(ucp.ProtocolError, match=r"names a file.*pathlib\.Path\("):
        ucp.load(name)


def test_half_a_character_is_refused_wherever_it_stands():
    for document in (
        {"steps": [{"Rest": {"duration": 1, "note": "a\ud800"}}]},
        {"steps": [{"Block\udfff": [{"Rest": {"duration": 1}}]}]},
    ):
        (finding,) = ucp.check(document)
        assert "cannot stand in a protocol" in finding.message
        with pytest.raises(ucp.ProtocolError):
            ucp.load(document)
    assert ucp.check({"steps": [{"Rest": {"duration": 1, "note": "\U0001f50b"}}]}) == []
