"""The filter grammar of every list: ``name=ilike.%cell%``, ``created_at_gt=2026-05-08``.

A value is an operator, a dot and an operand; without an operator it means equality::

    value   = [ "not." ] operator "." operand  |  text
    operator= eq neq gt gte lt lte like ilike in is
    operand of in  = "(" item { "," item } ")"     an item may stand in double quotes
    operand of is  = null | true | false

In a pattern ``%`` stands for any text and ``_`` for any character; a backslash before one of them
makes it itself. A star stands for itself; where it seems to be meant for ``%`` it is refused.
A text that begins like an operator but is none (``contains.``, ``GT.``, ``isnull``) is refused,
too; ``eq.`` before it asks for the text.

A ``name`` is stored without the blanks around it: one that is asked for with blanks is that, too.

``<column>_gt`` and ``<column>_lt`` are inclusive bounds. What a column holds decides what it is
compared with: moments (``created_at``, ``start_time``) with dates and times, dates
(``date_manufactured``) with dates, numbers with numbers. An absent value (NULL) fulfils nothing
but ``is.null``, whether negated or not, as in SQL.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Float, Integer, Select, and_, false, not_, true

from ionworks_engine.storage import times
from ionworks_engine.storage.texts import lowered

Value = str | bool | None

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
OPERATORS = (*COMPARISONS, "like", "ilike", "in", "is")
# Databases have such limits of their own, and fail instead of saying so.
LONGEST_PATTERN = 1000
MOST_ITEMS = 1000
_PREFIX = re.compile(rf"(not\.)?({'|'.join(OPERATORS)})\.(.*)", re.DOTALL)
_LIKE_AN_OPERATOR = re.compile(r"(not\.)?([A-Za-z_]+)\..*", re.DOTALL)
# Operators of PostgREST that there are none of here, and what others are called elsewhere.
_FOREIGN = frozenset(
    [
        *("not", "match", "imatch", "isdistinct", "or", "and", "any", "all"),
        *("fts", "plfts", "phfts", "wfts", "cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj"),
        *("contains", "icontains", "includes", "has", "equals", "equal", "iequals", "exact"),
        *("iexact", "is_not", "isnot", "startswith", "starts", "istartswith", "begins"),
        *("beginswith", "endswith", "ends", "iendswith", "regex", "iregex", "regexp", "search"),
        *("between", "range", "greater", "less", "greaterthan", "lessthan", "above", "below"),
        *("after", "before", "not_in", "notin", "nin", "not_like", "notlike", "nlike", "ne", "ge"),
        *("le", "isnull", "is_null", "notnull", "not_null", "isnotnull", "isempty", "exists"),
    ]
)
_STATES_OF_NULL = frozenset({"isnull", "is_null", "notnull", "not_null", "isnotnull"})
_NEAR = 0.75
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_ITEM = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"\s*|([^,"]*))(,|\Z)', re.DOTALL)
_STATES: dict[str, Value] = {"null": None, "true": True, "false": False}


class FilterError(ValueError):
    """A filter that cannot be understood.

    Attributes
    ----------
    parameter
        Name of the query parameter.
    """

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Filter:
    """One test of one column: ``operator`` applied to ``operand``, perhaps negated."""

    operator: str
    operand: Any
    negated: bool = False

    @classmethod
    def parse(cls, text: str) -> Filter:
        """Read one value of a query parameter.

        Raises
        ------
        ValueError
            If the operator is none, or the operand does not suit it.

        Examples
        --------
        >>> Filter.parse("in.(completed,failed)").operand
        ['completed', 'failed']
        """
        match = _PREFIX.fullmatch(text)
        if match is None:
            _refuse_other_operator(text)
            return cls("eq", text)
        negation, name, operand = match.groups()
        return cls(name, _operand(name, operand), bool(negation))

    def on(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return the condition in SQL."""
        plain = self._plain(column)
        if not self.negated:
            return plain
        # NOT IN of an empty list is true in SQL, even of NULL.
        return not_(plain) if self.operator == "is" else and_(column.is_not(None), not_(plain))

    def _plain(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        if self.operator == "in":
            return column.in_(self.operand)
        if self.operator == "is":
            if self.operand is None:
                return column.is_(None)
            # A text or a number is neither; PostgreSQL would not even compare them.
            state = true() if self.operand else false()
            return column.is_(state) if isinstance(column.type, Boolean) else false()
        if self.operator == "like":
            return column.like(self.operand, escape="\\")
        if self.operator == "ilike":
            return lowered(column).like(self.operand.lower(), escape="\\")
        condition: ColumnElement[bool] = COMPARISONS[self.operator](column, self.operand)
        return condition


def narrow(
    query: Select[Any], given: Mapping[str, Any], columns: Mapping[str, ColumnElement[Any]]
) -> Select[Any]:
    """Add the conditions that a request's query parameters state.

    Parameters
    ----------
    query
        What to narrow.
    given
        The query parameters of the request, by name.
    columns
        What may be filtered: the name of a parameter and its column. Names ending in ``_at`` or
        ``_time`` are moments, those beginning with ``date_`` are dates.

    Raises
    ------
    FilterError
        Naming the parameter that cannot be understood.
    """
    for name, column in columns.items():
        for parameter, wrap in ((name, ""), (f"{name}_gt", "gte."), (f"{name}_lt", "lte.")):
            text = given.get(parameter)
            if text is not None:
                query = query.where(condition(parameter, wrap + text, name, column))
    return query


def condition(
    parameter: str, text: str, name: str, column: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Return what one query parameter asks of a column called ``name``.

    Raises
    ------
    FilterError
        Naming the parameter that cannot be understood.
    """
    try:
        read = Filter.parse(text)
        if name == "name":
            read = _with_bare_names(read)
        kind = _kind(name, column)
        return (read if kind is None else _converted(read, *kind)).on(column)
    except ValueError as error:
        raise FilterError(parameter, str(error)) from None


def _with_bare_names(read: Filter) -> Filter:
    """Let names be asked for as they are stored, and as they were given to be stored."""
    if read.operator not in {"eq", "neq", "in"}:
        return read
    asked = read.operand if read.operator == "in" else [read.operand]
    names = list(dict.fromkeys([*asked, *(name.strip() for name in asked)]))
    return Filter("in", names, read.negated != (read.operator == "neq"))


def _kind(name: str, column: ColumnElement[Any]) -> tuple[str, Callable[[str], Any]] | None:
    """Return what a column is compared with, and how that is read; ``None`` for texts."""
    if name.endswith(("_at", "_time")):
        return "moment", times.parse
    if name.startswith("date_"):
        return "date", _date
    if isinstance(column.type, Integer | Float):
        return "number", _number
    return None


def _converted(read: Filter, kind: str, convert: Callable[[str], Any]) -> Filter:
    if read.operator == "is":
        return read
    if read.operator in {"like", "ilike"}:
        raise ValueError(f"compare a {kind} by eq, neq, gt, gte, lt, lte or in, not by pattern")
    if read.operator == "in":
        return Filter("in", [convert(item) for item in read.operand], read.negated)
    return Filter(read.operator, convert(read.operand), read.negated)


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise ValueError(f"{text!r} is no date such as 2026-05-08") from None


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{text!r} is no finite number")
    return number


def _refuse_other_operator(text: str) -> None:
    """Refuse what was likely meant as an operator: as a text, it would silently find nothing."""
    match = _LIKE_AN_OPERATOR.fullmatch(text)
    if match is None:
        if text.lower() in _STATES_OF_NULL:
            raise _no_operator(text, "is.null or not.is.null", text)
        return
    negation, word = match.groups()
    lowered = word.lower()
    near = get_close_matches(lowered, OPERATORS, n=1, cutoff=_NEAR)
    if negation or near or lowered in _FOREIGN:
        raise _no_operator(word, repr(near[0]) if near else None, text)


def _no_operator(word: str, meant: str | None, text: str) -> ValueError:
    hint = f"did you mean {meant}? There" if meant else "there"
    return ValueError(
        f"{word!r} is no operator; {hint} are {', '.join(OPERATORS)}, in small letters, each also "
        f"after 'not.'. For the text itself write eq.{text}"
    )


def _operand(name: str, text: str) -> Any:
    if name == "in":
        return _items(text)
    if name == "is":
        if text.lower() not in _STATES:
            raise ValueError(f"'is.' takes null, true or false, not {text!r}")
        return _STATES[text.lower()]
    return _pattern(text) if name in {"like", "ilike"} else text


def _pattern(text: str) -> str:
    if len(text) > LONGEST_PATTERN:
        raise ValueError(f"a pattern has at most {LONGEST_PATTERN:,} characters")
    if (len(text) - len(text.rstrip("\\"))) % 2:
        raise ValueError("a pattern cannot end in a single backslash")
    bare = _ESCAPED.sub("", text)
    if "*" in bare and not set("%_") & set(bare):
        meant = text.replace("*", "%")
        raise ValueError(
            f"a star stands for itself in a pattern; did you mean {meant!r}? '%' stands for any "
            "text, '_' for any character, '\\*' for the star alone"
        )
    return text


def _items(text: str) -> list[str]:
    if not (text.startswith("(") and text.endswith(")")):
        raise ValueError("'in.' takes a list in parentheses, such as in.(a,b)")
    inner, items, at = text[1:-1], [], 0
    comma = "," if inner.strip() else ""
    while comma:
        match = _ITEM.match(inner, at)
        if match is None:
            raise ValueError(f"the list of 'in.' cannot be read at {inner[at:]!r}")
        quoted, plain, comma = match.groups()
        items.append(plain.strip() if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        at = match.end()
    return few(items)


def few(items: list[str]) -> list[str]:
    """Return the items of a list, unless they are more than can be asked for at once.

    Raises
    ------
    ValueError
        If they are too many.
    """
    if len(items) > MOST_ITEMS:
        raise ValueError(f"ask for at most {MOST_ITEMS:,} at once, not for {len(items):,}")
    return items
