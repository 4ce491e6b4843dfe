"""Queries for steps in loader options, vetted before anything executes them.

The loader hands such a text to polars, whose SQL can also read files, and join a table to itself
until no memory is left. So only a selection from ``steps`` passes, with the functions listed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from ionworks_engine.pipelines.errors import refuse

STEPS = frozenset({"first_step", "last_step", "first_step_dict", "last_step_dict"})
LONGEST = 2000
_FUNCTIONS = frozenset({"ABS", "AVG", "COUNT", "FIRST", "LAST", "MAX", "MEDIAN", "MIN", "SUM"})
_BEFORE_BRACKETS = frozenset({"SELECT", "FROM", "WHERE", "IN", "AND", "OR", "NOT", "BY", "ON"})
_TOKEN = re.compile(
    r"""\s*(?:(?P<name>"[^"]*"|`[^`]*`)|(?P<text>'(?:[^']|'')*')|(?P<number>\d+(?:\.\d+)?)"""
    r"""|(?P<word>[A-Za-z_]\w*)|(?P<sign><=|>=|<>|!=|==|[-+*/%=<>(),.]))"""
)
_CALLED = _FUNCTIONS | _BEFORE_BRACKETS
_JOINS = frozenset({"JOIN", "STRAIGHT_JOIN", "APPLY"})
_CLAUSES = frozenset({"SELECT", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT"})
_CLAUSES |= {"UNION", "INTERSECT", "EXCEPT"}
# What these mean is read differently here and there.
_NEVER = ("--", "/*", "\\")


def vet(options: Mapping[str, Any], where: str) -> None:
    """Refuse a query in loader options that does more than select from ``steps``.

    Parameters
    ----------
    options
        Loader options.
    where
        Key path of the options, for messages.

    Raises
    ------
    PipelineError
        Saying what the query may be.
    """
    for name in STEPS & options.keys():
        if isinstance(options[name], str):
            for problem in problems(options[name]):
                raise refuse(f"{where}.{name}", problem)


def problems(query: str) -> Iterator[str]:
    """Yield why a text is no harmless selection of a step.

    Examples
    --------
    >>> list(problems('SELECT * FROM steps WHERE "Cycle count" = 3 LIMIT 1'))
    []
    >>> list(problems("SELECT * FROM read_csv('/etc/passwd')"))
    ["a query may read steps only, not 'read_csv'"]
    """
    if len(query) > LONGEST:
        yield f"a query has at most {LONGEST} characters"
        return
    tokens = list(_tokens(query))
    if any(sign in query for sign in _NEVER):
        yield "a query may hold no comments and no backslashes"
    elif not tokens or tokens[0].upper() != "SELECT":
        yield "a query must begin with SELECT"
    elif tokens[-1] == "":
        yield "a query may hold names, texts, numbers and comparisons only"
    else:
        yield from _judged(tokens)


def _tokens(query: str) -> Iterator[str]:
    """Yield the words of a query; an empty one where it cannot be read."""
    at, query = 0, query.strip()
    while at < len(query):
        match = _TOKEN.match(query, at)
        if match is None:
            yield ""
            return
        yield match[match.lastgroup or 0]
        at = match.end()


def _judged(tokens: list[str]) -> Iterator[str]:
    if _joins(tokens):
        yield "a query may read steps as they are, not joined with anything"
        return
    for before, word in pairwise(tokens):
        if before.upper() == "FROM" and word.strip('"`').lower() not in ("steps", "("):
            yield f"a query may read steps only, not {word!r}"
            return
        is_word = re.fullmatch(r'[A-Za-z_]\w*|"[^"]*"|`[^`]*`', before) is not None
        if word == "(" and is_word and before.upper() not in _CALLED:
            yield f"a query may not call {before!r}"
            return


def _joins(tokens: list[str]) -> bool:
    """Whether anything is joined: by name, or by a comma where tables are named."""
    among_tables = [False]
    for word in map(str.upper, tokens):
        if word in _JOINS or (word == "," and among_tables[-1]):
            return True
        if word == "(":
            among_tables.append(among_tables[-1])
        elif word == ")" and len(among_tables) > 1:
            among_tables.pop()
        elif word == "FROM" or word in _CLAUSES:
            among_tables[-1] = word == "FROM"
    return False
