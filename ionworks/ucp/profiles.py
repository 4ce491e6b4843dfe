"""The ``drive_cycles`` section: named profiles, from a document or from plain values.

drive_cycles:
WLTP: {"Time [s]": [0, 1, 2], "Current [A]": [0, 1.5, -0.5]}     positive is discharge
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise
from numbers import Real
from types import MappingProxyType

from ionworks.ucp.findings import Report, quote
from ionworks.ucp.nodes import Array, Entry, Node, Scalar, Table, member
from ionworks.ucp.rules import PROFILE_VALUE
from ionworks.ucp.shapes import at, refuse_unknown
from ionworks.ucp.tree import Position, Profile, ProfileMode

TIME_KEY = "Time [s]"
COLUMNS: Mapping[str, ProfileMode] = MappingProxyType(
    {
        "Current [A]": "Current",
        "Power [W]": "Power",
        "C-rate": "C-rate",
        "Voltage [V]": "Voltage",
    }
)
"""The columns that a profile may have beside the time, and what they drive."""

MIN_POINTS = 2
_FORM = f'A drive cycle has "{TIME_KEY}" and one of {", ".join(COLUMNS)}.'


def read_profiles(node: Node, path: str, report: Report) -> tuple[Profile, ...]:
    """Read the ``drive_cycles`` section.

    Parameters
    ----------
    node
        What stands under ``drive_cycles``.
    path
        Its key path.
    report
        Receives what is wrong.
    """
    if not isinstance(node, Table):
        message = f"`drive_cycles` is a mapping of names. {_FORM}"
        report.add("not-a-mapping", message, path, node)
        return ()
    read = []
    for entry in node.entries.values():
        profile = _read_profile(entry, path, report)
        if profile is None:
            report.unread.add(entry.key)
        else:
            read.append(profile)
    return tuple(read)


def profile_of(name: str, columns: Mapping[str, Iterable[float]], report: Report) -> Profile | None:
    """Make a profile of plain columns, such as lists or arrays of numbers.

    Parameters
    ----------
    name
        Name of the drive cycle.
    columns
        ``Time [s]``, and one of ``Current [A]``, ``Power [W]``, ``C-rate``, ``Voltage [V]``.
    report
        Receives what is wrong.

    Returns
    -------
    Profile or None
        ``None`` with a finding if the columns are no profile.
    """
    position = Position(member("drive_cycles", name))
    if not isinstance(columns, Mapping) or not _has_columns(set(columns)):
        report.add("bad-profile", _FORM, position.path, position)
        return None
    (column,) = set(columns) - {TIME_KEY}
    lists = []
    for key in (TIME_KEY, column):
        if not isinstance(columns[key], Iterable):
            message = f"{key} is a list or an array of numbers."
            report.add("bad-profile", message, member(position.path, key), position)
            return None
        values = [_finite(value) for value in columns[key]]
        if None in values:
            message = f"{key} has something that is no finite number, item {values.index(None)}."
            report.add("not-a-number", message, member(position.path, key), position)
            return None
        lists.append(tuple(value for value in values if value is not None))
    problem = _problem(lists[0], lists[1])
    if problem is not None:
        report.add("bad-profile", problem, position.path, position)
        return None
    if problem := _implausible(column, lists[1]):
        report.add("out-of-range", problem, member(position.path, column), position)
    return Profile(name, COLUMNS[column], lists[0], lists[1], position)


def _has_columns(keys: set[str]) -> bool:
    return len(keys) == 2 and TIME_KEY in keys and keys <= {TIME_KEY, *COLUMNS}


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _read_profile(entry: Entry, path: str, report: Report) -> Profile | None:
    path, node = member(path, entry.key), entry.value
    if not entry.key.strip(" \t\r\n"):
        report.add("bad-name", "A drive cycle needs a name that is not blank.", path, entry)
        return None
    if not isinstance(node, Table):
        report.add("not-a-mapping", _FORM, path, entry)
        return None
    unknown = refuse_unknown(node, (TIME_KEY, *COLUMNS), "a drive cycle", path, report)
    if not _has_columns(set(node.entries)):
        if not unknown:
            report.add("missing-key", _FORM, path, entry)
        return None
    return _read_columns(entry.key, node, at(path, entry), report)


def _read_columns(name: str, node: Table, position: Position, report: Report) -> Profile | None:
    """Read the times and the values of a profile that has the right keys."""
    path = position.path
    columns = {
        key: _read_column(inner.value, member(path, key), report)
        for key, inner in node.entries.items()
    }
    times = columns.pop(TIME_KEY)
    ((column, values),) = columns.items()
    if times is None or values is None:
        return None
    if times[0] != 0:
        message = f"The time of a drive cycle begins at 0, not at {times[0]:.12g}."
        report.add("out-of-range", message, member(path, TIME_KEY), node.entries[TIME_KEY])
        return None
    if problem := _implausible(column, values):
        mark = node.entries[column].value
        report.add("out-of-range", problem, member(path, column), mark)
    problem = _problem(times, values)
    if problem is not None:
        report.add("bad-profile", problem, path, position)
        return None
    return Profile(name, COLUMNS[column], times, values, position)


def _read_column(node: Node, path: str, report: Report) -> tuple[float, ...] | None:
    """Read a list of numbers; ``None`` with one finding if it is none."""
    if not isinstance(node, Array):
        report.add("not-a-list", "A column of a drive cycle is a list of numbers.", path, node)
        return None
    if len(node.items) < MIN_POINTS:
        message = f"A drive cycle has at least {MIN_POINTS} points, not {len(node.items)}."
        report.add("empty", message, path, node)
        return None
    numbers: list[float] = []
    for index, item in enumerate(node.items):
        value = item.value if isinstance(item, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            shown = f", not {quote(value)}" if isinstance(value, str) else ""
            message = f"A point of a drive cycle is a number{shown}."
            report.add("not-a-number", message, f"{path}[{index}]", item)
            return None
        if not math.isfinite(value):
            return None  # noted when the document was read
        numbers.append(float(value))
    return tuple(numbers)


def _implausible(column: str, values: tuple[float, ...]) -> str | None:
    """Say what is wrong with the size of the values; ``None`` if nothing is."""
    return PROFILE_VALUE[COLUMNS[column]].problem_as_written(max(values, key=abs))


def _problem(times: tuple[float, ...], values: tuple[float, ...]) -> str | None:
    """Say what is wrong with the points of a profile; ``None`` if nothing is."""
    if len(times) != len(values):
        return f"A drive cycle has as many times as values, not {len(times)} and {len(values)}."
    if len(times) < MIN_POINTS:
        return f"A drive cycle has at least {MIN_POINTS} points, not {len(times)}."
    if times[0] != 0:
        return f"The time of a drive cycle begins at 0, not at {times[0]:.12g}."
    for index, (before, after) in enumerate(pairwise(times), start=1):
        if after < before:
            return (
                f"The time of a drive cycle goes back from {before:.12g} s to {after:.12g} s, "
                f"at item {index}."
            )
    if times[-1] <= 0:
        return "A drive cycle takes time: its last time must be above 0 s."
    return None
