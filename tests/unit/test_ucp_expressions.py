"""Expressions: what they mean, what is refused and where, and what they are worth."""

import ast
import math
import pickle
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionworks import ucp
from ionworks.ucp.evaluate import EvaluationError, evaluate
from ionworks.ucp.grammar import MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_TEXT
from ionworks.ucp.tree import Call, Input, Live, ModelVariable, Number, Operation, Variable
from ionworks.ucp.writing import write

SET = {"Control": {"set_variable": [{"name": "VAR_N", "eval": 1}, {"name": "VAR_S", "eval": 2}]}}


def document(text):
    return {"steps": [SET, {"Control": {"set_variable": [{"name": "VAR_X", "eval": text}]}}]}


def read(text):
    return ucp.load(document(text)).steps[1].assignments[0].value


def value(text, **values):
    named = {name.replace("_", " "): number for name, number in values.items()}
    return evaluate(read(text), lambda unknown: (values | named)[unknown.name])


def refused(text):
    (finding,) = ucp.check(document(text))
    return finding


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("2 - 3 - 4", -5),
        ("8 / 4 / 2", 1),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", -4),
        ("(-2) ** 2", 4),
        ("2 ** -1", 0.5),
        ("--3", 3),
        ("2 - -3", 5),
        ("+3", 3),
        ("1e-3 * 5.", 0.005),
        (".5", 0.5),
        ("1 < 2", 1),
        ("2 <= 1", 0),
        ("3 > 2 + 2", 0),
        ("2 == 2.0", 1),
        ("(1 != 2) + 1", 2),
        ("ifelse(1 < 2, 10, 20)", 10),
        ("ifelse(0, 10, 20)", 20),
        ("min(3, 1, 2)", 1),
        ("max(4)", 4),
        ("abs(-2)", 2),
        ("sqrt(16)", 4),
        ("exp(0)", 1),
        ("log(exp(2))", 2),
        (" 1\n+ 1 ", 2),
    ],
)
def test_expressions_of_numbers_are_numbers(text, wanted):
    number = read(text)
    assert isinstance(number, Number)
    assert number.value == wanted


def test_every_name_has_its_meaning():
    assert read("VAR_N") == Variable("VAR_N", None)
    assert read("C-rate") == Live("C-rate", None)
    assert read("dV/dt") == Live("dV/dt", None)
    assert read("Test  time") == Live("Test time", None)
    assert read("input['a b']") == Input("a b", None)
    assert read('variable[ "X [V]" ]') == ModelVariable("X [V]", None)
    product = read("C-rate*VAR_N - 1")
    assert isinstance(product, Operation)
    assert (product.sign, write(product.left)) == ("-", "C-rate * VAR_N")
    call = read("ifelse(VAR_N == 1, Voltage, Cycle)")
    assert isinstance(call, Call)
    assert [write(argument) for argument in call.arguments] == ["VAR_N == 1", "Voltage", "Cycle"]


def test_values_come_from_where_the_caller_looks_them_up():
    assert value("VAR_N * Voltage", VAR_N=2, Voltage=3.5) == 7
    assert value("Test time / 60", Test_time=120) == 2
    assert value("ifelse(VAR_N > 0, 1 / VAR_N, 0)", VAR_N=0) == 0
    with pytest.raises(EvaluationError, match="has no value here"):
        value("VAR_N + VAR_S", VAR_N=1)


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("1 / VAR_N", {"VAR_N": 0}, "divides by zero"),
        ("VAR_N ** -1", {"VAR_N": 0}, "divides by zero"),
        ("log(VAR_N)", {"VAR_N": 0}, "logarithm of 0"),
        ("sqrt(VAR_N)", {"VAR_N": -1}, "root of -1"),
        ("VAR_N ** 0.5", {"VAR_N": -1}, "not real"),
        ("exp(VAR_N)", {"VAR_N": 1000}, "larger than any number"),
        ("VAR_N * 1e300", {"VAR_N": 1e300}, "larger than any number"),
        ("VAR_N + 1", {"VAR_N": math.nan}, "no finite number"),
        ("input['x'] + 1", {}, "bind the protocol"),
    ],
)
def test_what_has_no_value_says_where_and_why(text, values, message):
    with pytest.raises(EvaluationError, match=message) as caught:
        value(text, **values)
    assert "set_variable[0].eval" in str(caught.value)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.position) == (str(caught.value), caught.value.position)


@pytest.mark.parametrize(
    ("text", "code", "character", "suggestion"),
    [
        ("1 / 0", "no-value", 3, None),
        ("VAR_N + 5 / (1 - 1)", "no-value", 11, None),
        ("log(0)", "no-value", 1, None),
        ("10 ** 400", "no-value", 4, None),
        ("VAR_N.real", "bad-expression", 6, None),
        ("().__class__", "bad-expression", 3, None),
        ("VAR_N[0]", "bad-expression", 6, None),
        ("Voltage [V] * 2", "bad-expression", 9, None),
        ("__import__('os')", "bad-expression", 12, None),
        ("open(1)", "unknown-function", 1, None),
        ("squrt(2)", "unknown-function", 1, "sqrt"),
        ("eval(VAR_N)", "unknown-function", 1, None),
        ("lambda: 1", "bad-expression", 7, None),
        ("VAR_N ^ 2", "bad-expression", 7, "**"),
        ("VAR_N % 2", "bad-expression", 7, None),
        ("VAR_N ≤ 2", "bad-expression", 7, "<="),
        ("VAR_N = 2", "bad-expression", 7, "=="),
        ("VAR_N and 1", "bad-expression", 7, "ifelse(a, b, 0)"),
        ("not VAR_N", "bad-expression", 1, "ifelse(a, 0, 1)"),
        ("1 < VAR_N < 3", "bad-expression", 11, None),
        ("2 V * 3", "not-a-number", 1, "2"),
        ("2V * 3", "not-a-number", 1, "2"),
        ("010 * 3", "not-a-number", 1, None),
        ("1_000 + 1", "not-a-number", 1, None),
        ("C/20 + 1", "bad-expression", 1, None),
        ("Charge", "bad-expression", 1, None),
        ("VAR_N VAR_S", "bad-expression", 7, None),
        ("VAR_N +", "bad-expression", 8, None),
        ("* 2", "bad-expression", 1, None),
        ("(VAR_N", "bad-expression", 1, None),
        ("VAR_N)", "bad-expression", 6, None),
        ("min()", "bad-expression", 1, None),
        ("ifelse(1, 2)", "bad-expression", 1, None),
        ("abs(1, 2)", "bad-expression", 1, None),
        ("sqrt", "bad-expression", 1, None),
        ("max(1, )", "bad-expression", 8, None),
        ("input[x]", "bad-expression", 1, None),
        ("input['']", "bad-expression", 1, None),
        ("'text'", "bad-expression", 1, None),
        ("1; 2", "bad-expression", 2, None),
        ("1e999 + 1", "not-finite", 1, None),
        ("٣ + 1", "bad-expression", 1, None),
    ],
)
def test_what_is_no_expression_is_refused_at_its_character(text, code, character, suggestion):
    finding = refused(text)
    assert (finding.code, finding.suggestion) == (code, suggestion)
    assert f"(character {character} of " in finding.message


def test_a_finding_inside_a_text_has_its_own_column():
    for written, column in (("1 + * 2", 18), ("'1 + * 2'", 19), ('"1 + * 2"', 19)):
        (finding,) = ucp.check(f"steps:\n- Rest:\n    duration: {written}\n")
        assert (finding.position.line, finding.position.column) == (3, column + 1)
    folded = "steps:\n- Rest:\n    duration: >\n      1 +\n      * 2\n"
    (finding,) = ucp.check(folded)
    assert (finding.position.line, finding.position.column) == (3, 15)


def test_places_of_parts_are_those_of_the_document():
    text = "steps:\n- Rest:\n    duration: '60 * input[\"a\"]'\n"
    factor = ucp.load(text).steps[0].duration.right
    assert (factor.position.line, factor.position.column) == (3, 21)
    (finding,) = ucp.check(text.replace('input["a"]', "VAR_N"))
    assert (finding.code, finding.position.column) == ("unset-variable", 21)


@pytest.mark.parametrize(
    "nested",
    [
        lambda depth: "(" * depth + "1" + ")" * depth,
        lambda depth: "-" * depth + "VAR_N",
        lambda depth: "abs(" * depth + "VAR_N" + ")" * depth,
        lambda depth: "VAR_N + " * depth + "VAR_N",
        lambda depth: "VAR_N ** " * depth + "VAR_N",
        lambda depth: "VAR_N - (" * depth + "VAR_N" + ")" * depth,
    ],
)
def test_depth_is_limited_and_what_fits_can_be_walked(nested):
    deepest = read(nested(MAX_EXPRESSION_DEPTH))
    assert read(write(deepest)) == deepest
    assert evaluate(deepest, lambda _: 1.0) in (1.0, 65.0, -1.0, 0.0)
    for depth in (MAX_EXPRESSION_DEPTH + 1, 700):
        assert refused(nested(depth)).code == "too-deep"


def test_ten_thousand_operators():
    assert refused("+".join(["1"] * 10_001)).code == "too-large"
    assert read("+".join(["1"] * (MAX_EXPRESSION_TEXT // 2))).value == MAX_EXPRESSION_TEXT // 2
    text = "+".join(["1"] * 4_000)
    source = {"steps": [{"Rest": {"duration": text}}] * 100}
    assert [finding.code for finding in ucp.check(source)] == ["too-large"]


def arithmetic(random, depth):
    """Write an expression that Python reads as we do."""
    if depth == 0:
        return random.choice(["x", "y", "2", "0.5", "1e-2", "3."])
    left, right = arithmetic(random, depth - 1), arithmetic(random, random.randint(0, depth - 1))
    if random.random() < 0.2:
        return f"({left}) {random.choice(['<', '<=', '>', '>=', '==', '!='])} ({right})"
    if random.random() < 0.2:
        return f"{random.choice(['min', 'max'])}({left}, {right})"
    if random.random() < 0.2:
        return f"-{left}" if random.random() < 0.5 else f"abs({left})"
    first = f"({left})" if random.random() < 0.3 or "<" in left or ">" in left else left
    second = f"({right})" if random.random() < 0.3 or "<" in right or ">" in right else right
    first, second = (f"({one})" if "=" in one else one for one in (first, second))
    return f"{first} {random.choice(['+', '-', '*', '/', '**'])} {second}"


class RealPowers(ast.NodeTransformer):
    """Every power as a call that has no value where Python would go on with a complex one."""

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.Pow):
            return node
        call = ast.Call(ast.Name("real_power", ast.Load()), [node.left, node.right], [])
        return ast.copy_location(call, node)


def real_power(base, exponent):
    power = base**exponent
    if isinstance(power, complex):
        raise TypeError
    return power


def worked_out_by_python(text, given_values):
    powers = ast.fix_missing_locations(RealPowers().visit(ast.parse(text, mode="eval")))
    known = {"min": min, "max": max, "abs": abs, "real_power": real_power}
    return eval(compile(powers, "expression", "eval"), known, given_values)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 50), st.integers(-50, 50))
def test_python_works_out_the_same(seed, x, y):
    text = arithmetic(Random(seed), 4)
    given_values = {"x": x / 10, "y": y / 10}
    try:
        wanted = worked_out_by_python(text, given_values)
    except (ZeroDivisionError, OverflowError, TypeError):
        wanted = None
    source = [{"name": "x", "eval": 1}, {"name": "y", "eval": 1}, {"name": "z", "eval": text}]
    document = {"steps": [{"Control": {"set_variable": source}}]}
    findings = ucp.check(document)
    if findings:
        assert [finding.code for finding in findings] == ["no-value"]
        return
    expression = ucp.load(document).steps[0].assignments[2].value
    try:
        ours = evaluate(expression, lambda unknown: given_values[unknown.name])
    except EvaluationError:
        assert wanted is None or not math.isfinite(wanted)
    else:
        assert wanted is not None
        assert ours == pytest.approx(float(wanted), rel=1e-12)
