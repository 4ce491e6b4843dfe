"""Whatever is given ends in a tree or in findings: soon, and never in another exception."""

import time
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionworks import ucp
from tests.robustness.soak_ucp import soak
from tests.robustness.ucp_oracle import read

FRAGMENTS = (
    """
global: | steps: | - | Rest | Rest: | Charge: | Discharge: | {duration: 60} | mode: | C-rate
value: | 1 | -1 | 1e999 | .nan | on | 1:30 | input["x"] | input['x'] | input[ | ends: | [ | ]
{ | } | , | : | Voltage < 2.5 | Voltage [mV] | SOC | < | goto | &a | *a | *b | !!str | !x | "
' | # | --- | ... | % | ? | |- | > | repeat: | steps: [{Rest: {duration: 1}}] | direction:
variable: | operator: | expression: | Rest for 1 hour | Discharge at 1C until 2.5 V | until | at
Hold at 4.2 V until C/50 | (1 minute period) | initial_soc: | initial_state_type: | resolution:
\t | \u0000 | \ud800 | é | \ufeff | \u2028 | \x85
""".strip("\n")
    .replace("\n", " | ")
    .split(" | ")
)
GLUE = ["\n", "\n  ", "\n    ", " ", "", ": ", "\n- ", ", "]
TEXTS = st.lists(st.tuples(st.sampled_from(FRAGMENTS), st.sampled_from(GLUE)), max_size=30).map(
    lambda parts: "".join(word + glue for word, glue in parts)
)
SCALARS = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.binary()),
    *(st.sampled_from(FRAGMENTS), st.complex_numbers(), st.dates()),
)
KEYS = st.one_of(st.sampled_from([word.rstrip(":") for word in FRAGMENTS]), st.text(max_size=5))
OBJECTS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner),
        st.dictionaries(KEYS, inner, max_size=4),
        st.dictionaries(st.integers(), inner, max_size=1),
    ),
    max_leaves=12,
)


@settings(max_examples=1500, deadline=None)
@given(TEXTS)
def test_any_text_made_of_pieces_of_protocols(text):
    read(text)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text(text):
    read(text)


@settings(max_examples=700, deadline=None)
@given(OBJECTS)
def test_any_object(source):
    read(source)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.text(max_size=8), st.one_of(st.floats(), st.text(max_size=8)), max_size=3)
)
def test_any_parameters(parameters):
    protocol = ucp.load({"steps": [{"Rest": {"duration": 'input["a"]'}}]})
    with suppress(ucp.ProtocolError):
        assert ucp.bind(protocol, parameters).steps[0].duration.value > 0


def test_generated_protocols_whole_and_damaged():
    codes = soak(1500, seed=20)
    assert codes["a tree"] > 100
    assert codes["yaml-syntax"] > 100
    assert len(codes) > 25


def test_text_that_provokes_backtracking_is_read_in_time():
    for piece in (
        'input["',
        "input['a",
        "a " * 9,
        "Voltage [",
        "1" * 9 + " ",
        "< ",
        "at for until ",
    ):
        long = piece * (900_000 // len(piece))
        for text in (long, f"steps: [{{Rest: {{duration: {long!r}}}}}]"):
            ucp.check(text)
            with suppress(ucp.ProtocolError):
                ucp.inputs(text)
    ucp.check({"steps": [{"Rest": {"ends": ["Voltage" + " " * 900_000 + "x"]}}]})
    ucp.check("Rest " + "for 1 " * 150_000)


MANY = 9_000
REST = "steps: [{Rest: {duration: %s}}]"
HOSTILE = {
    "nested lists": lambda: "[" * 1000,
    "nested blocks": lambda: "steps: " + "[{A: " * 1000,
    "nested by indentation": lambda: "\n".join(" " * (2 * depth) + "- A:" for depth in range(1000)),
    "50 MB": lambda: "steps: [{Rest: {duration: 1}}]\n" * 1_700_000,
    "10,000 operators": lambda: REST % "+".join(["1"] * 10_001),
    "10,000 variables": lambda: REST % "+".join(["x"] * 10_001),
    "many expressions": lambda: {"steps": [{"Rest": {"duration": "+".join("1" * 4000)}}] * 100},
    "parentheses": lambda: REST % ("(" * 9_000),
    "signs": lambda: REST % ("-" * 9_000 + "1"),
    "powers": lambda: REST % "9**9**9**9**9",
    "digits": lambda: REST % ("1" * 900_000),
    "a bomb": lambda: (
        "a0: &a0 [x, x]\n"
        + "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(12))
    ),
    "a bomb of steps": lambda: (
        "steps:\n- A: &a0 [{Rest: {duration: 1}}]\n"
        + "".join(f"- A: &a{n + 1} [{{B: *a{n}}}, {{C: *a{n}}}]\n" for n in range(14))
    ),
    "bytes that are no text": lambda: bytes(range(256)).decode("latin1") * 10,
    "half a character": lambda: "steps: \ud800",
    "unknown gotos": lambda: {
        "steps": [
            {"Rest": {"name": f"n{n}", "ends": [{"Time > 1": {"goto": f"m{n}"}}]}}
            for n in range(MANY)
        ]
    },
    "a knot of gotos": lambda: {
        "steps": [
            {"Rest": {"name": f"n{n}", "ends": [{"Time > 1": {"goto": f"n{n * 7919 % MANY}"}}]}}
            for n in range(MANY)
        ]
    },
    "unknown variables": lambda: {"steps": [{"Rest": {"duration": f"v{n}"}} for n in range(MANY)]},
    "unknown keys": lambda: {"steps": [{"Rest": {f"k{n}": 1 for n in range(MANY)}}]},
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_meant_to_hurt_takes_little_time(kind):
    source = HOSTILE[kind]()
    begin = time.process_time()
    assert ucp.check(source)
    assert time.process_time() - begin < 2  # a second, and as much again for a slow machine


@pytest.mark.parametrize("kind", ["50 MB", "many expressions", "a bomb of steps", "unknown gotos"])
def test_what_is_meant_to_hurt_takes_little_memory(kind):
    source = HOSTILE[kind]()
    tracemalloc.start()
    ucp.check(source)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 200e6


def test_bytes_are_no_protocol():
    assert [finding.code for finding in ucp.check(b"\x00\xff")] == ["not-a-protocol"]


def test_the_smallest_c_rate_can_be_explained():
    discharge = {"mode": "C-rate", "value": 1e-320, "duration": 1}
    assert "1e-320 C" in ucp.explain({"steps": [{"Discharge": discharge}]})
