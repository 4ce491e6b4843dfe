"""YAML text and mappings: what scalars mean, where things stand, and what is refused unread."""

import time
import tracemalloc

import pytest
import yaml

from ionworks import ucp


def only(source):
    findings = ucp.check(source)
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]


def rest(value):
    return f"steps:\n  - Rest:\n      duration: {value}\n"


PLAIN = """\
global:
  initial_state_type: soc_percentage
  initial_state_value: 80
  resolution: {time: 5.0, voltage: 0.002}
steps:
  - Cycle:
      repeat: 2
      steps:
        - Charge: {mode: C-rate, value: "0.6", ends: [Voltage > 4.1, 'SOC > 0.9']}
        - Rest:
            duration: 900
"""


def test_body_is_what_a_yaml_parser_reads():
    assert ucp.body(PLAIN) == yaml.safe_load(PLAIN)


def test_a_mapping_comes_back_equal_and_unshared():
    given = yaml.safe_load(PLAIN)
    returned = ucp.body(given)
    assert returned == given
    returned["steps"].clear()
    assert given["steps"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e-3", 1e-3),
        ("75e-6", 75e-6),
        ("1E3", 1000.0),
        ("+5", 5.0),
        (".5", 0.5),
        ("5.", 5.0),
        ('"0.6"', 0.6),
        ("' 0.6 '", 0.6),
        ("12345678901234567890", 12345678901234567890.0),
    ],
)
def test_decimal_numbers_are_numbers(written, value):
    assert ucp.load(rest(written)).steps[0].duration.value == value


@pytest.mark.parametrize(
    ("written", "suggestion"),
    [
        ("1:30", "90"),
        ("1:00:00", "3600"),
        ("010", "10"),
        ('"010"', "10"),
        ("1,5", "1.5"),
        ("30 s", "30"),
        ("10 minutes", None),
        ("2024-01-01", None),
        ("0x10", None),
        ("1_000", None),
        ("1e999x", None),
    ],
)
def test_what_is_no_decimal_number_stays_text_and_is_refused(written, suggestion):
    finding = only(rest(written))
    assert (finding.code, finding.suggestion) == ("not-a-number", suggestion)
    assert finding.position.path == "steps[0].Rest.duration"
    assert finding.position.line == 3


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("on", "unset-variable"),
        ("no", "unset-variable"),
        ("nan", "unset-variable"),
        ("١٢", "bad-expression"),
        ("input[x]", "bad-expression"),
        ("input[' ']", "bad-expression"),
    ],
)
def test_words_are_never_numbers(written, code):
    assert only(rest(written)).code == code


@pytest.mark.parametrize("written", ["true", "null", "~", "", "[1]", "{a: 1}"])
def test_other_values_are_no_numbers(written):
    assert only(rest(written)).code == "not-a-number"


@pytest.mark.parametrize("written", [".nan", ".inf", "-.inf", ".NaN", "1e999", '"1e999"'])
def test_numbers_that_are_not_finite_are_refused_in_their_place(written):
    finding = only(rest(written))
    assert (finding.code, finding.position.line, finding.position.column) == ("not-finite", 3, 17)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400])
def test_not_finite_in_a_mapping(value):
    finding = only({"steps": [{"Rest": {"duration": value}}]})
    assert (finding.code, str(finding.position)) == ("not-finite", "steps[0].Rest.duration")
    with pytest.raises(ucp.ProtocolError, match="finite"):
        ucp.body({"extra": value})


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("steps:\n\t- Rest: 1", 2, 1, "tab"),
        ("steps: [", 1, 9, "not closed"),
        ("steps: 'a", 1, 10, "never closed"),
        ("steps:\n  - Rest: {duration: 5\n  - Rest: {duration: 6}\n", 2, 11, "not closed"),
        ("a:\n  b: 'x\n\nsteps: []\n", 2, 6, "never closed"),
        ("steps:\n - Rest:\n     duration 5\n     ends: []\n", 4, 10, "line above"),
        ("a: b: c", 1, 5, "quotes"),
        ("steps:\n  - a: 1\n bad", 3, 1, "indentation"),
        ("steps:\n  - Rest: {duration: input['x']}", 2, 27, "in quotes"),
        ("steps: @x", 1, 8, "quotes"),
        ("a: 1\n---\nb: 2", 2, 1, "one document"),
        ("a: \x07", 1, 4, r"U\+0007"),
        ("a: \ud800", 1, 4, r"U\+D800"),
        ("? [a]\n: 1", 1, 3, "plain text"),
    ],
)
def test_syntax_is_refused_with_line_column_and_reason(text, line, column, words):
    finding = only(text)
    assert finding.code.startswith("yaml")
    place = finding.position
    assert place.line == line
    assert abs(place.column - column) <= 1
    with pytest.raises(ucp.ProtocolError, match=words):
        ucp.load(text)


def test_duplicate_keys_name_both_places():
    finding = only("steps:\n- Rest:\n    duration: 1\n    duration: 2")
    assert finding.code == "duplicate-key"
    assert (finding.position.line, finding.position.column) == (4, 5)
    assert "line 3, column 5" in finding.message
    with pytest.raises(ucp.ProtocolError, match="twice"):
        ucp.body("a: 1\na: 2")


@pytest.mark.parametrize("tag", ["!!python/object:os.system", "!!str", "!mine", "!"])
def test_tags_are_refused(tag):
    finding = only(f"steps:\n- Rest: {{duration: {tag} 5}}")
    assert (finding.code, finding.position.line) == ("yaml-tag", 2)


def test_aliases_stand_for_what_they_name():
    text = "steps:\n- A: [&r {Rest: {duration: 5}}]\n- B: [*r, *r]"
    assert [len(block.steps) for block in ucp.load(text).steps] == [1, 2]
    assert ucp.body(text) == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("text", "words"), [("a: &x [*x]", "inside itself"), ("a: *x", "no anchor"), ("*a : 1", "text")]
)
def test_wrong_aliases_are_refused(text, words):
    assert words in only(text).message


def bomb(levels):
    lines = ["a0: &a0 [" + ", ".join(["x"] * 9) + "]"]
    for level in range(1, levels):
        lines.append(f"a{level}: &a{level} [" + ", ".join([f"*a{level - 1}"] * 9) + "]")
    return "\n".join(lines)


def deep_aliases():
    links = [f"- &l{index} [[*l{index - 1}]]" for index in range(1, 60)]
    return "\n".join(["- &l0 [[x]]", *links])


def deep_alias_mappings():
    links = [f"k{index}: &l{index} {{a: {{b: *l{index - 1}}}}}" for index in range(1, 60)]
    return "\n".join(["k0: &l0 {a: {b: c}}", *links])


def self_containing():
    steps = []
    steps.append({"Block": steps})
    return {"steps": steps}


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("a: b\n" * 2_500_000, "too-large"),
        ("é" * 600_000, "too-large"),
        ("[" * 500_000, "too-deep"),
        ("{a: " * 100_000, "too-deep"),
        ("- " * 1000, "too-deep"),
        (bomb(30), "too-large"),
        (deep_aliases(), "too-deep"),
        (deep_alias_mappings(), "too-deep"),
        ("steps:\n" + "- Rest: {duration: 1}\n" * 10_001, "too-large"),
        ({"steps": [{"Rest": {"duration": "x" * 2_000_000}}, 1]}, "too-large"),
        ({"steps": [0] * 300_000}, "too-large"),
        (self_containing(), "too-deep"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_limits_are_refused_in_time(source, code):
    begun = time.perf_counter()
    findings = ucp.check(source)
    assert findings[-1].code == code
    assert time.perf_counter() - begun < 10


@pytest.mark.parametrize("source", ["a: b\n" * 2_500_000, "[" * 500_000, bomb(30)])
def test_limits_are_refused_without_much_memory(source):
    tracemalloc.start()
    try:
        assert ucp.check(source)
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


def test_ten_thousand_steps_are_allowed():
    assert ucp.check("steps:\n" + "- Rest: {duration: 1}\n" * 10_000) == []


def test_a_flood_of_findings_is_cut():
    findings = ucp.check("".join(f"durati{row}: 1\n" for row in range(5000)))
    assert len(findings) == 101
    assert findings[-1].code == "too-many-findings"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"steps: []", "not-a-protocol"),
        (None, "not-a-protocol"),
        (5, "not-a-protocol"),
        ({1: 2}, "bad-key"),
        ({"steps": {1, 2}}, "bad-value"),
        ("", "empty"),
        ("# nothing", "empty"),
        ("hello", "not-a-mapping"),
        ("- Rest: {duration: 1}", "not-a-mapping"),
    ],
)
def test_what_is_no_document_is_refused(source, code):
    assert only(source).code == code
    with pytest.raises(ucp.ProtocolError):
        ucp.load(source)
    with pytest.raises(ucp.ProtocolError):
        ucp.body(source)


def test_numbers_of_numpy_are_numbers():
    numpy = pytest.importorskip("numpy")
    source = {"steps": [{"Rest": {"duration": numpy.float32(0.5)}}, {"Rest": {"duration": 1}}]}
    source["steps"][1]["Rest"]["duration"] = numpy.int64(3)
    assert [step.duration.value for step in ucp.load(source).steps] == [0.5, 3.0]
    assert ucp.body(source)["steps"][1] == {"Rest": {"duration": 3}}


def test_a_byte_order_mark_and_windows_lines_do_no_harm():
    finding = only("\ufeffsteps:\r\n- Rest: {duration: -1}\r\n")
    assert (finding.position.line, finding.position.column) == (2, 20)
