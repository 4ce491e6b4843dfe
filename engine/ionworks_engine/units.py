"""Units of quantities, in either spelling: ``mg/cm**2`` and ``mg.cm-2``, ``A*h`` and ``A.h``.

The spelling is read here, each name in it is looked up in pint::

    unit     = "" | "-" | product
    product  = factor { ( "*" | "." | "·" | "/" | space ) factor }     from left to right
    factor   = ( name | "1" | "(" product ")" ) [ exponent ]
    exponent = [ "**" | "^" ] number | ( "**" | "^" ) "(" number ")"

So nothing a request says is ever evaluated, and a number that scales (``5 mg``) is no unit.
A share may say of what (``wt%``, ``vol%``), and ``C-rate`` is one over an hour.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from ionworks_engine.errors import Problem
from ionworks_engine.near_units import MISREAD, near
from ionworks_engine.validation import key_path

if TYPE_CHECKING:
    from pint import UnitRegistry

LONGEST = 100
DEEPEST = 32
NONE = ("", "-")
_QUANTITY = {"value", "unit"}
_LARGEST_EXPONENT = 20
_MOST = 100
_TOKEN = re.compile(
    r"(?P<space>\s*)"
    r"(?:(?P<name>(?:wt|vol|mol|at)\.?%|C-rate\b|[^\W\d_][^\W\d]*|°[CFK]?|[%‰])"
    r"|(?P<number>[+-]?\d+(?:\.\d+)?)|(?P<sign>\*\*|[*.·⋅/^()]))"
)
_TIMES = frozenset("*.·⋅")
_POWERS = frozenset({"**", "^"})
_OPEN = _TIMES | _POWERS | {"/", "("}
# Times that nobody counts in thousandths or hundreds: "hh" is a slip, not a hectohour.
_UNPREFIXED = frozenset({"minute", "hour", "day", "week", "month", "year"})
# Words for no answer, of which one reads as newtons per ampere.
_NO_ANSWER = frozenset({"n/a", "n.a", "n.a.", "na", "none", "null", "nan", "unknown"})
_DEFINED = ("@alias ohm = Ohm = Ohms", "@alias ampere = amps = Amp = Amps", "ppb = 1e-9")
_PER_HOUR = [("sign", "("), ("number", "1"), ("sign", "/"), ("name", "hour"), ("sign", ")")]
_SPELT = {
    "°": [("name", "degree")],
    "C-rate": _PER_HOUR,
    **{f"{of}{dot}%": [("name", "%")] for of in ("wt", "vol", "mol", "at") for dot in ("", ".")},
}


class UnitError(ValueError):
    """A text that is no unit; the message says why, and what is near."""


def to_pint(text: str) -> str:
    """Return a unit in the spelling of pint.

    Parameters
    ----------
    text
        A unit in either spelling; ``""`` and ``"-"`` are none.

    Raises
    ------
    UnitError
        If it is no unit.

    Examples
    --------
    >>> to_pint("mg.cm-2"), to_pint("mg/cm**2"), to_pint("-")
    ('mg * cm**-2', 'mg * cm**-2', 'dimensionless')
    """
    parts = _read(text)
    spelt = [name if power == 1 else f"{name}**{power:g}" for name, power in parts]
    return " * ".join(spelt) or "dimensionless"


@lru_cache(maxsize=4096)
def why_not(text: str) -> str | None:
    """Say why a text is no unit; ``None`` when it is one.

    Examples
    --------
    >>> why_not("A.h")
    >>> why_not("mg/cmm**2")
    "'mg/cmm**2' is no unit: 'cmm' is unknown; did you mean 'mg/cm**2' or 'mA/cm**2'?"
    """
    try:
        to_pint(text)
    except UnitError as error:
        return str(error)
    return None


def problems(document: Any, path: str) -> Iterator[Problem]:
    """Tell which quantities, anywhere in a free-form document, have no unit or no number.

    After a hundred it ends.

    Parameters
    ----------
    document
        A JSON value. An object with exactly the keys ``value`` and ``unit`` is a quantity: its
        value is a number, a list (perhaps of lists) of numbers, or null.
    path
        Key path of the document in the request.

    Examples
    --------
    >>> [p.path for p in problems({"loading": {"value": 12.1, "unit": "mg/"}}, "properties")]
    ['properties.loading.unit']
    """
    # A stack, not recursion: how deep a document is nested is the sender's choice.
    waiting: list[tuple[Any, str, int]] = [(document, path, 0)]
    told = 0
    while waiting and told < _MOST:
        value, there, depth = waiting.pop()
        if depth > DEEPEST:
            yield Problem(path, f"this is nested more than {DEEPEST} levels deep")
            return
        if isinstance(value, Mapping):
            if value.keys() == _QUANTITY:
                for name, message in _wrong(value):
                    yield Problem(key_path([name], there), message)
                    told += 1
            inner = [(each, key_path([name], there), depth + 1) for name, each in value.items()]
        elif isinstance(value, list):
            inner = [(each, key_path([i], there), depth + 1) for i, each in enumerate(value)]
        else:
            continue
        waiting += reversed(inner)


def amount(quantity: Any, unit: str) -> float | None:
    """Return a stated quantity in a unit; ``None`` when it is none of that kind.

    Parameters
    ----------
    quantity
        An object of ``value`` and ``unit``, or a number, which is taken to be in ``unit``.
    unit
        The unit wanted.

    Examples
    --------
    >>> amount({"value": 3, "unit": "mA h"}, "A.h"), amount(3, "A.h"), amount("much", "A.h")
    (0.003, 3.0, None)
    """
    if isinstance(quantity, Mapping):
        value, stated = quantity.get("value"), quantity.get("unit")
    else:
        value, stated = quantity, unit
    if isinstance(value, bool) or not isinstance(value, int | float) or not isinstance(stated, str):
        return None
    scale = _scale(stated, unit)
    return None if scale is None else value * scale


@lru_cache(maxsize=256)
def _scale(unit: str, other: str) -> float | None:
    """Return how many of another unit one of this is; ``None`` when they differ in kind."""
    if unit == other:
        return 1.0
    from pint import DimensionalityError

    registry = _registry()
    try:
        one, wanted = registry.Unit(to_pint(unit)), registry.Unit(to_pint(other))
        return float(registry.convert(1.0, one, wanted))
    except (UnitError, DimensionalityError):
        return None


def _wrong(quantity: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the keys of a quantity that hold what they cannot, and why."""
    value = quantity["value"]
    odd = [each for each in _flat(value) if not _is_number(each)][:1]
    if odd:
        shown = f"{odd[0]!r:.60}" if isinstance(odd[0], str | bool) else "an object"
        yield "value", f"the value of a quantity is a number, not {shown}"
    if message := _judged(quantity["unit"]):
        yield "unit", message


def _flat(value: Any) -> Iterator[Any]:
    """Yield what lies in lists, of which there may be lists."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += reversed(each)
        else:
            yield each


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _judged(unit: Any) -> str | None:
    if not isinstance(unit, str):
        return "a unit is a text, such as 'mg/cm**2'; '-' stands for none"
    return why_not(unit)


def _read(text: str) -> list[tuple[str, float]]:
    """Return the names of a unit, each with its exponent."""
    if len(text) > LONGEST:
        raise UnitError(f"a unit has at most {LONGEST} characters, not {len(text)}")
    plain = unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-").strip()
    if plain in NONE:
        return []
    if plain.lower() in _NO_ANSWER:
        raise UnitError(f"{text!r} is no unit; '-' stands for none")
    try:
        parts = _Reader(_tokens(plain)).unit()
        for name, _ in parts:
            _look_up(name)
    except UnitError as error:
        raise UnitError(f"{text!r} is no unit: {error}{near(plain)}") from None
    return parts


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise UnitError(f"it cannot be read at {text[at:]!r}")
        kind, sign = str(match.lastgroup), match["sign"]
        joined = not sign or sign == "("
        if match["space"] and joined and tokens and tokens[-1][1] not in _OPEN:
            tokens.append(("sign", "*"))
        tokens += _SPELT.get(match[kind], [(kind, match[kind])])
        at = match.end()
    return tokens


class _Reader:
    """Reads a product of names from tokens."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = [*tokens, ("end", "")]
        self._at = 0

    def unit(self) -> list[tuple[str, float]]:
        parts = self._product()
        if self._kind != "end":
            raise UnitError(f"{self._text!r} is out of place")
        return parts

    @property
    def _kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def _text(self) -> str:
        return self._tokens[self._at][1]

    def _take(self) -> str:
        text = self._text
        self._at += 1
        return text

    def _product(self) -> list[tuple[str, float]]:
        parts = self._factor()
        while self._text in _TIMES or self._text == "/":
            sign = -1 if self._take() == "/" else 1
            parts += [(name, sign * power) for name, power in self._factor()]
        return parts

    def _factor(self) -> list[tuple[str, float]]:
        if self._kind == "name":
            parts = [(self._take(), 1.0)]
        elif self._text == "(":
            self._take()
            parts = self._product()
            self._expect(")")
        elif self._text == "1":
            self._take()
            return []
        elif self._kind == "number":
            raise UnitError(f"the factor {self._text} belongs to the value")
        else:
            where = f"before {self._text!r}" if self._text else "at the end"
            raise UnitError(f"a name is missing {where}")
        power = self._power()
        return [(name, inner * power) for name, inner in parts]

    def _power(self) -> float:
        marked = self._text in _POWERS
        if marked:
            self._take()
        bracketed = marked and self._text == "("
        if bracketed:
            self._take()
        if self._kind != "number":
            if marked:
                raise UnitError("an exponent is missing")
            return 1.0
        power = float(self._take())
        if bracketed:
            self._expect(")")
        if not 0 < abs(power) <= _LARGEST_EXPONENT:
            raise UnitError(f"the exponent {power:g} is not one of a unit")
        return power

    def _expect(self, sign: str) -> None:
        if self._text != sign:
            raise UnitError(f"{sign!r} is missing")
        self._take()


def _look_up(name: str) -> None:
    from pint import OffsetUnitCalculusError, UndefinedUnitError

    try:
        if name in MISREAD:
            raise UnitError(f"{name!r} is unknown")
        _registry().get_name(name)
        for prefix, unit, _ in _registry().parse_unit_name(name)[:1]:
            if prefix and unit in _UNPREFIXED:
                raise UnitError(f"{name!r} is unknown")
    except (UndefinedUnitError, OffsetUnitCalculusError):
        raise UnitError(f"{name!r} is unknown") from None


@cache
def _registry() -> UnitRegistry[Any]:
    # Importing pint and reading its definitions takes longer than most requests.
    import pint

    registry: UnitRegistry[Any] = pint.UnitRegistry()
    for definition in _DEFINED:
        registry.define(definition)
    return registry
