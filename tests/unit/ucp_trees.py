"""Any protocol tree that a document can mean, for property tests."""

import string
from itertools import count

from hypothesis import strategies as st

from ionworks.ucp import tree
from ionworks.ucp.dump import write_end
from ionworks.ucp.rules import SAFETY, STEP_VALUE

NOWHERE = tree.Position("")
VARIABLES = ("VAR_A", "VAR_B", "n", "C_rate")
QUANTITIES = st.sampled_from(list(tree.Quantity.__args__))
COUNTERS = st.sampled_from(["Cycle", "Iteration", "Test time"])
UNARY = st.sampled_from(["abs", "sqrt", "exp", "log"])
SIGNS = st.sampled_from(["+", "-", "*", "/", "**", "<", "<=", ">", ">=", "==", "!="])

any_number = st.floats(-1e12, 1e12, allow_nan=False) | st.integers(-100, 100).map(float)
positive = st.floats(1e-9, 1000, allow_nan=False) | st.integers(1, 1000).map(float)
seconds = positive | st.floats(1e-9, 1e9, allow_nan=False) | st.integers(1, 10**6).map(float)
either_sign = st.floats(-1000, 1000) | st.integers(-100, 100).map(float)
fraction = st.floats(0, 1)
degrees = st.floats(-200, 150) | st.integers(-20, 60).map(float)
whole = st.integers(1, 10**6).map(float)
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"])
    | st.sampled_from("\"' :#-[]{}\n,&*!|>%@"),
    max_size=30,
)
labels = texts.filter(lambda text: text.strip(" \t\r\n"))
quotable = labels.filter(
    lambda text: "\n" not in text and not ('"' in text and "'" in text) and text.strip(" \t\"'")
)


def number(values):
    return values.map(lambda value: tree.Number(float(value), NOWHERE))


def leaves(*, steps):
    given = [st.builds(tree.Input, quotable, st.just(NOWHERE))]
    if steps:
        given += [
            st.sampled_from(VARIABLES).map(lambda name: tree.Variable(name, NOWHERE)),
            (QUANTITIES | COUNTERS).map(lambda name: tree.Live(name, NOWHERE)),
            st.builds(tree.ModelVariable, quotable, st.just(NOWHERE)),
        ]
    return st.one_of(given)


def grown(inner, open_leaf):
    """Combine expressions; one that is all numbers would have been folded, so one is replaced."""

    def combine(make):
        def checked(parts, leaf):
            if all(isinstance(part, tree.Number) for part in parts):
                parts = [*parts[:-1], leaf]
            return make(parts)

        return checked

    def operation(sign):
        return combine(lambda parts: tree.Operation(sign, *parts, NOWHERE))

    def call(name):
        return combine(lambda parts: tree.Call(name, tuple(parts), NOWHERE))

    def some(low, high):
        return st.lists(inner, min_size=low, max_size=high)

    return st.one_of(
        SIGNS.flatmap(lambda sign: st.builds(operation(sign), some(2, 2), open_leaf)),
        SIGNS.flatmap(lambda sign: st.builds(operation(sign), some(2, 2), open_leaf)),
        st.builds(combine(lambda parts: tree.Negation(parts[0], NOWHERE)), some(1, 1), open_leaf),
        UNARY.flatmap(lambda name: st.builds(call(name), some(1, 1), open_leaf)),
        st.sampled_from(["min", "max"]).flatmap(
            lambda name: st.builds(call(name), some(1, 4), open_leaf)
        ),
        st.builds(call("ifelse"), some(3, 3), open_leaf),
    )


def _expressions(*, steps):
    leaf = leaves(steps=steps)
    return st.recursive(
        leaf | number(any_number), lambda inner: grown(inner, leaf), max_leaves=10
    ).filter(lambda expression: not isinstance(expression, tree.Number))


in_steps = _expressions(steps=True)
in_start = _expressions(steps=False)


def value(numbers):
    return number(numbers) | in_steps


def maybe(strategy):
    return st.none() | strategy


def resolutions(expressions=in_steps):
    part = maybe(number(positive) | expressions)
    return st.builds(tree.Resolution, part, part, part)


assignments = st.lists(
    st.builds(tree.Assignment, st.sampled_from(VARIABLES), value(any_number), st.just(NOWHERE)),
    max_size=3,
).map(tuple)
gotos = st.sampled_from(["Next", "End"]).map(lambda name: tree.Goto(name, NOWHERE))
_LIMITS = {"Voltage": st.floats(0, 10), "SOC": fraction, "Temperature": degrees}
_LIMITS |= {"Time": seconds}


@st.composite
def ends(draw):
    quantity = draw(QUANTITIES | st.builds(tree.ModelVariable, quotable, st.just(NOWHERE)))
    if isinstance(quantity, tree.ModelVariable):
        limit = draw(value(any_number))
    else:
        limit = draw(value(_LIMITS.get(quantity, positive)))
    operator = draw(st.sampled_from(["<", "<=", ">", ">="]))
    end = tree.End(quantity, operator, limit, "", NOWHERE, draw(maybe(gotos)))
    return tree.End(quantity, operator, limit, write_end(end), NOWHERE, end.goto)


def common(*, ending=True):
    parts = {
        "position": st.just(NOWHERE),
        "temperature": maybe(value(degrees)),
        "resolution": maybe(resolutions()),
        "assignments": assignments,
        "note": maybe(texts),
    }
    if ending:
        parts["duration"] = value(seconds)
        parts["ends"] = st.lists(ends(), max_size=3).map(tuple)
    return parts


def driven(mode):
    hold = st.none() if mode == "Voltage" else maybe(value(positive))
    kinds = ["Discharge"] if mode == "Resistance" else ["Charge", "Discharge"]
    drive = {"mode": st.just(mode), "value": value(positive), "hold_voltage": hold}
    return st.builds(tree.Step, kind=st.sampled_from(kinds), **drive, **common()) | st.builds(
        tree.Step,
        kind=st.none(),
        direction=value(any_number.filter(bool)),
        **drive,
        **common(),
    )


def waves(mode):
    return st.builds(
        tree.Waveform,
        shape=st.sampled_from(["sine", "square", "triangle", "sawtooth"]),
        mode=st.just(mode),
        amplitude=value(positive),
        frequency=value(positive),
        offset=maybe(value(either_sign)),
        **common(),
    )


branches = st.builds(tree.Branch, in_steps, gotos, st.just(NOWHERE))
controls = st.builds(
    tree.Control,
    position=st.just(NOWHERE),
    assignments=assignments,
    advance_cycle=st.booleans(),
    branches=st.lists(branches, max_size=2).map(tuple),
    note=maybe(texts),
).filter(lambda control: control.assignments or control.advance_cycle or control.branches)
single = st.one_of(
    st.sampled_from(list(STEP_VALUE)).flatmap(driven),
    st.builds(tree.Step, kind=st.just("Rest"), **common()),
    st.sampled_from(list(STEP_VALUE)[:4]).flatmap(waves),
    st.builds(
        tree.DriveCycle,
        profile=labels,
        scale=maybe(value(any_number)),
        repeat=maybe(value(whole)),
        **common(),
    ),
    st.builds(
        tree.Impedance,
        start_frequency=value(positive),
        end_frequency=value(positive),
        points_per_decade=maybe(value(whole)),
        mode=st.sampled_from(["Current", "Voltage"]),
        amplitude=maybe(value(positive)),
        **common(ending=False),
    ),
    controls,
    st.builds(tree.Ambient, position=st.just(NOWHERE), value=value(degrees), note=maybe(texts)),
)
RESERVED = {"direction", "mode", "value", "duration", "ends", "repeat", "steps", "Next", "End"}
block_names = st.sampled_from(["Charge", "Pulses", "yes", "1", "Control"]) | labels.filter(
    lambda text: text not in RESERVED
)
nodes = st.recursive(
    single,
    lambda inner: st.builds(
        tree.Block,
        block_names,
        value(whole),
        st.lists(inner, min_size=1, max_size=3).map(tuple),
        st.just(NOWHERE),
    ),
    max_leaves=6,
)
modes = st.sampled_from(["Current", "Power", "C-rate", "Voltage"])


@st.composite
def profiles(draw, name):
    later = draw(st.lists(seconds, min_size=1, max_size=30).map(sorted))
    values = draw(st.lists(either_sign, min_size=len(later) + 1, max_size=len(later) + 1))
    return tree.Profile(name, draw(modes), (0.0, *later), tuple(values), NOWHERE)


@st.composite
def starts(draw):
    def given(numbers):
        return draw(number(numbers) | in_start)

    state = draw(st.sampled_from(["none", "fraction", "percent", "voltage"]))
    return tree.Start(
        soc=given(fraction if state == "fraction" else st.floats(0, 100))
        if state in ("fraction", "percent")
        else None,
        soc_unit="percent" if state == "percent" else "fraction",
        voltage=given(positive) if state == "voltage" else None,
        temperature=draw(maybe(number(degrees) | in_start)),
        resolution=draw(resolutions(in_start)),
    )


@st.composite
def safeties(draw):
    limits = []
    for quantity, side in draw(st.lists(st.sampled_from(list(SAFETY)), unique=True)):
        low, high = {"low": (0, 2), "high": (3, 100)}[side]
        bound = draw(number(st.floats(low, high)) | in_start)
        limits.append(tree.SafetyLimit(quantity, side, bound, NOWHERE, draw(maybe(gotos))))
    return tree.Safety(tuple(limits), draw(maybe(gotos)))


def _named(node, names, draw):
    """Give some steps names of their own."""
    if isinstance(node, tree.Block):
        steps = tuple(_named(inner, names, draw) for inner in node.steps)
        return tree.Block(node.name, node.repeat, steps, node.position)
    if draw(st.integers(0, 3)):
        return node
    parts = {field: getattr(node, field) for field in node.__dataclass_fields__}
    prefix = draw(st.text(string.ascii_letters + " :#'\"[]-", max_size=8))
    return type(node)(**(parts | {"name": f"{prefix}{next(names)}"}))


@st.composite
def protocols(draw):
    """Draw a tree: every variable is set first, every step falls through to the next."""
    zero = tree.Number(0.0, NOWHERE)
    setting = tuple(tree.Assignment(name, zero, NOWHERE) for name in VARIABLES)
    first = tree.Control(position=NOWHERE, assignments=setting)
    names = count(1)
    steps = draw(st.lists(nodes, max_size=4))
    named = draw(st.lists(labels, unique=True, max_size=2))
    return tree.Protocol(
        start=draw(starts()),
        safety=draw(safeties()),
        profiles=tuple(draw(profiles(name)) for name in named),
        steps=(first, *(_named(step, names, draw) for step in steps)),
    )
