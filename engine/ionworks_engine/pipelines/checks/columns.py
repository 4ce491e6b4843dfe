"""What is wrong with the values of a table that is written into a configuration."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import Any

from ionworks_engine.pipelines.errors import shown

Table = Mapping[str, Sequence[Any]]
Problems = Iterator[tuple[str, str]]

_TIME = "Time [s]"
_NUMBERS = {int, float, bool, type(None)}


def not_numbers(table: Table, names: Collection[str], where: str) -> Problems:
    """Yield the columns that hold something other than numbers.

    Parameters
    ----------
    table
        Columns of one length.
    names
        Of those that must hold numbers, where they are there.
    where
        Key path of the table.

    Examples
    --------
    >>> list(not_numbers({"Voltage [V]": [4.1, "low"]}, ["Voltage [V]"], "data"))
    [('data', "column 'Voltage [V]' must hold numbers, not 'low' as in row 1")]
    """
    for name in names:
        column = table.get(name, ())
        if foreign := set(map(type, column)) - _NUMBERS:
            row = next(i for i, value in enumerate(column) if type(value) in foreign)
            told = f"column {name!r} must hold numbers, not {shown(column[row])} as in row {row}"
            yield where, told


def no_course(table: Table, where: str) -> Problems:
    """Yield why a model cannot be driven over the times of a table, which hold numbers."""
    times = table.get(_TIME, ())
    if len(times) < 2:
        yield where, f"needs at least two rows, not {len(times)}"
        return
    pairs = enumerate(pairwise(times), start=1)
    falls = ((row, a, b) for row, (a, b) in pairs if None not in (a, b) and b < a)
    for row, before, after in islice(falls, 1):
        yield (
            where,
            f"column {_TIME!r} falls at row {row}, from {shown(before)} to {shown(after)}; it must "
            "be the time since the start, in the order of the rows",
        )


def nothing_to_compare(table: Table, names: Collection[str], where: str) -> Problems:
    """Yield why there is nothing to compare: none of the columns has a number."""
    there = [table[name] for name in names if name in table]
    if there and len(there) == len(names) and not any(map(_has_number, there)):
        told = " and ".join(map(repr, names))
        yield where, f"{told} {'has' if len(there) == 1 else 'have'} no number to compare"


def _has_number(column: Sequence[Any]) -> bool:
    return any(value is not None and value == value for value in column)
