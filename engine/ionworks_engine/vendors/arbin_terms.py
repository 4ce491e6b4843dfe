"""Numbers in Arbin schedules: plain, worked out by formulas, or multiples of a named value."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import add, sub
from typing import TypeAlias

from ionworks_engine.vendors.errors import Unreadable

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_]\w*(?:\[\d+\])?)|(?P<sign>[-+*/()]))"
)
_LONGEST = 500
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Term:
    """``factor`` times a named value of the cycler, or a plain number without one."""

    factor: float
    name: str | None = None


def parse(text: str, formulas: Mapping[str, str], *, line: int, key: str) -> Term:
    """Read a value of a schedule.

    Parameters
    ----------
    text
        Such as ``2.5`` or ``-0.1 * MV_NominalCapacity``.
    formulas
        Name -> expression of the schedule's own formulas.
    line, key
        Where it stands, for errors.

    Raises
    ------
    Unreadable
        If it is no number, formula, or multiple of one named value.

    Examples
    --------
    >>> parse("-F_Vmax * 2", {"F_Vmax": "4.2*1 + 0"}, line=1, key="")
    Term(factor=-8.4, name=None)
    >>> parse("0.05 * MV_NominalCapacity", {}, line=1, key="")
    Term(factor=0.05, name='MV_NominalCapacity')
    """
    try:
        term = _Reader(text, formulas, 0).whole()
    except (_Wrong, ZeroDivisionError) as error:
        reason = str(error) if isinstance(error, _Wrong) else "it divides by 0"
        raise Unreadable(
            f"{text[:60]!r} is no number or multiple of a value of the cycler: {reason}",
            line=line,
            key=key,
        ) from None
    if not math.isfinite(term.factor):
        raise Unreadable(f"{text[:60]!r} is not finite", line=line, key=key)
    return term


Descent: TypeAlias = Callable[[], Term]


class _Wrong(ValueError):  # noqa: N818 - what the text is
    """What stops the reading of one text; becomes `Unreadable`."""


class _Reader:
    """Reads sums of products, by descent."""

    def __init__(self, text: str, formulas: Mapping[str, str], depth: int) -> None:
        if len(text) > _LONGEST or depth > _DEEPEST:
            raise _Wrong("it is too long or nested too deep")
        self._formulas = formulas
        self._depth = depth
        self._tokens = list(_tokens(text))
        self._nesting = 0

    def whole(self) -> Term:
        term = self._sum()
        if self._tokens:
            raise _Wrong(f"nothing can be done with {self._tokens[0]!r}")
        return term

    def _next(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _sum(self) -> Term:
        term = self._product()
        while self._next() in ("+", "-"):
            work = add if self._tokens.pop(0) == "+" else sub
            other = self._product()
            if term.name != other.name and term.factor and other.factor:
                raise _Wrong("it adds different values")
            name = term.name if term.factor else other.name
            term = Term(work(term.factor, other.factor), name)
        return term

    def _product(self) -> Term:
        term = self._factor()
        while self._next() in ("*", "/"):
            divides = self._tokens.pop(0) == "/"
            other = self._factor()
            if other.name and (term.name or divides):
                raise _Wrong("it is no multiple of one value")
            factor = term.factor / other.factor if divides else term.factor * other.factor
            term = Term(factor, term.name or other.name)
        return term

    def _factor(self) -> Term:
        part = self._tokens.pop(0) if self._tokens else ""
        if part == "-":
            term = self._descended(self._factor)
            return Term(-term.factor, term.name)
        if part == "(":
            term = self._descended(self._sum)
            if not self._tokens or self._tokens.pop(0) != ")":
                raise _Wrong("a bracket is not closed")
            return term
        if part in self._formulas:
            return _Reader(self._formulas[part], self._formulas, self._depth + 1).whole()
        if part[:1].isalpha() or part[:1] == "_":
            return Term(1.0, part)
        if part and part not in "+*/)":
            return Term(float(part))
        raise _Wrong("a value is missing")

    def _descended(self, read: Descent) -> Term:
        self._nesting += 1
        if self._nesting > _DEEPEST:
            raise _Wrong("it is nested too deep")
        term = read()
        self._nesting -= 1
        return term


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    text = text.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _Wrong(f"{text[place]!r} means nothing here")
        found.append(match.group().strip())
        place = match.end()
    return found
