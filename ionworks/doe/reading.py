"""Reads a design as it is given, and refuses what is wrong with it by row and key."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any

from ionworks.doe.points import Design, Discrete, Normal, Range, Row

SAMPLINGS = ("grid", "random", "latin_hypercube")
_KEYS = {
    "discrete": ("values",),
    "range": ("min", "max", "count"),
    "normal": ("mean", "std", "count"),
}
_DESIGN_KEYS = ("sampling", "rows", "count")


class DesignError(ValueError):
    """A design that cannot be run; its text lists all problems, one a line.

    Parameters
    ----------
    problems
        Pairs of a key path, such as ``rows[1].min``, and what is wrong there.

    Examples
    --------
    >>> from ionworks import doe
    >>> row = {"type": "discrete", "name": "T", "vals": [1]}
    >>> try:
    ...     doe.check({"sampling": "grid", "rows": [row]})
    ... except doe.DesignError as error:
    ...     print(error)
    rows[0].vals: Unknown key for a discrete row, which has type, name, values. Try: values
    """

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(f"{path}: {message}" for path, message in problems))

    def __reduce__(self) -> tuple[type[DesignError], tuple[list[tuple[str, str]]]]:
        return type(self), (self.problems,)


@dataclass(slots=True)
class _Fields:
    """One mapping of a design, read key by key; notes what is wrong with them."""

    given: Mapping[str, Any]
    path: str
    problems: list[tuple[str, str]]
    meant: set[str] = field(default_factory=set)

    def note(self, key: str, message: str) -> None:
        """Note a problem with one key."""
        self.problems.append((f"{self.path}.{key}" if self.path else key, message))

    def refuse_others(self, keys: tuple[str, ...], what: str) -> None:
        """Note the keys that are not among ``keys``."""
        for key in self.given:
            if key not in keys:
                near = get_close_matches(str(key)[:40].lower(), keys, n=1, cutoff=0.6)
                self.meant.update(near)
                hint = f" Try: {near[0]}" if near else ""
                self.note(str(key), f"Unknown key for {what}, which has {', '.join(keys)}.{hint}")

    def word(self, key: str, words: tuple[str, ...]) -> str | None:
        """Read one of some words."""
        word = self.given.get(key)
        if isinstance(word, str) and word in words:
            return word
        if word is None:
            if self._missing(key):
                self.note(key, f"Is missing; give one of {', '.join(words)}.")
        else:
            near = get_close_matches(str(word)[:40].lower(), words, n=1, cutoff=0.6)
            hint = f" Try: {near[0]}" if near else ""
            self.note(key, f"Must be one of {', '.join(words)}, not {str(word)[:40]!r}.{hint}")
        return None

    def name(self) -> str:
        """Read the name of a parameter."""
        name = self.given.get("name")
        if isinstance(name, str) and name.strip():
            return name
        if name is not None or self._missing("name"):
            self.note("name", "Must be the name of the parameter to vary.")
        return ""

    def number(self, key: str) -> float | None:
        """Read a finite number."""
        value = self.given.get(key)
        if value is None:
            if self._missing(key):
                self.note(key, "Is missing; give a number.")
            return None
        return self._finite(key, value)

    def numbers(self, key: str) -> tuple[float, ...]:
        """Read a list of at least one finite number."""
        values: Any = self.given.get(key)
        if hasattr(values, "tolist"):
            values = values.tolist()
        if isinstance(values, Sequence) and not isinstance(values, str | bytes) and values:
            read = [self._finite(f"{key}[{index}]", value) for index, value in enumerate(values)]
            return tuple(value for value in read if value is not None)
        if values is not None or self._missing(key):
            self.note(key, "Must be a list of at least one number.")
        return ()

    def count(self, *, required: bool = False) -> int | None:
        """Read a count of at least 1."""
        value = self.given.get("count")
        if value is None:
            if required and self._missing("count"):
                self.note("count", "Is missing; a grid needs the number of values of each row.")
            return None
        if isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1:
            return int(value)
        self.note("count", f"Must be a whole number, at least 1, not {str(value)[:40]}.")
        return None

    def _missing(self, key: str) -> bool:
        """Whether a key is absent, not just misspelt (which is noted already)."""
        return key not in self.meant

    def _finite(self, key: str, value: object) -> float | None:
        if isinstance(value, Real) and not isinstance(value, bool):
            try:
                number = float(value)
            except OverflowError:
                number = math.inf
            if math.isfinite(number):
                return number
        self.note(key, f"Must be a finite number, not {str(value)[:40]!r}.")
        return None


def read(design: object) -> Design:
    """Read a whole design.

    Parameters
    ----------
    design
        As the user gave it.

    Returns
    -------
    Design
        Checked; it may have any number of points.

    Raises
    ------
    DesignError
        With all that is wrong with it.
    """
    if not isinstance(design, Mapping):
        raise DesignError([("design", f"Must be a mapping with {', '.join(_DESIGN_KEYS)}.")])
    problems: list[tuple[str, str]] = []
    fields = _Fields(design, "", problems)
    fields.refuse_others(_DESIGN_KEYS, "a design")
    sampling = fields.word("sampling", SAMPLINGS)
    size = fields.count()
    rows = _read_rows(fields, is_grid=sampling == "grid")
    if problems or sampling is None:
        raise DesignError(problems)
    points = _grid_size(rows, size) if sampling == "grid" else _sample_size(rows, size)
    return Design(sampling, rows, points)


def _read_rows(fields: _Fields, *, is_grid: bool) -> tuple[Row, ...]:
    given = fields.given.get("rows")
    if not isinstance(given, Sequence) or isinstance(given, str | bytes) or not given:
        if given is not None or "rows" not in fields.meant:
            fields.note("rows", "Must be a list of at least one row.")
        return ()
    first: dict[str, int] = {}
    rows = []
    for index, one in enumerate(given):
        if not isinstance(one, Mapping):
            fields.note(f"rows[{index}]", "Must be a mapping with type, name and values.")
            continue
        row = _read_row(_Fields(one, f"rows[{index}]", fields.problems), is_grid=is_grid)
        if row is None:
            continue
        rows.append(row)
        if first.setdefault(row.name, index) != index and row.name:
            message = f"{row.name!r} is already varied by rows[{first[row.name]}]."
            fields.note(f"rows[{index}].name", message)
    return tuple(rows)


def _read_row(fields: _Fields, *, is_grid: bool) -> Row | None:
    kind, name = fields.word("type", tuple(_KEYS)), fields.name()
    if kind is None:
        return None
    fields.refuse_others(("type", "name", *_KEYS[kind]), f"a {kind} row")
    if kind == "discrete":
        return Discrete(name, fields.numbers("values"))
    size = fields.count(required=is_grid)
    first, second = (fields.number(key) for key in _KEYS[kind][:2])
    if first is None or second is None:
        return None
    if kind == "range":
        if not first < second:
            fields.note("min", f"Must be below max, {second:g}, not {first:g}.")
        if not math.isfinite(second - first):
            fields.note("max", "Is too far from min.")
        return Range(name, first, second, size)
    if second <= 0:
        fields.note("std", f"Must be above 0, not {second:g}.")
    if not math.isfinite(abs(first) + 10 * second):
        fields.note("std", "Is too large: draws would not be finite.")
    return Normal(name, first, second, size)


def _grid_size(rows: tuple[Row, ...], size: int | None) -> int:
    points = math.prod(row.count or 1 for row in rows)
    if size is not None and size != points:
        message = f"A grid of these rows has {points:,} points, not {size:,}; leave count out."
        raise DesignError([("count", message)])
    return points


def _sample_size(rows: tuple[Row, ...], size: int | None) -> int:
    """Return the design's count, else the one that all rows agree on."""
    if size is not None:
        return size
    sizes = {row.count for row in rows if not isinstance(row, Discrete) and row.count}
    if len(sizes) == 1:
        return sizes.pop()
    said = f"The rows say {', '.join(map(str, sorted(sizes)))}" if sizes else "No row says it"
    raise DesignError([("count", f"How many points? {said}; give the design a count.")])
