"""Data in a configuration: its form, and the columns it is known to have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ionworks_engine.pipelines import queries
from ionworks_engine.pipelines.data import (
    LOCAL,
    RESERVED,
    STORED,
    VOLTAGE,
    VOLTAGES,
    missing_column,
    no_data,
)
from ionworks_engine.pipelines.errors import PipelineError, near, shown
from ionworks_engine.pipelines.timespans import read_window

TRANSFORMS = (
    "rest_to_ocp",
    "sort",
    "remove_duplicates",
    "remove_extremes",
    "filters",
    "interpolate",
    "keep_first_ocp_point",
)
OPTIONS = (*sorted(queries.STEPS), "capacity_column", "transforms", *TRANSFORMS)
_DEEPEST = 8
_MOST, _LONGEST = 20, 80


@dataclass(frozen=True)
class Known:
    """What is known at one element.

    Parameters
    ----------
    columns_of
        Returns the names of a measurement's columns by its id, if they are known.
    handles
        Data of earlier entries by ``"<element>.<key>"``.
    """

    columns_of: Callable[[str], frozenset[str] | None] = field(default=lambda _: None)
    handles: Mapping[str, Any] = field(default_factory=dict)

    def after(self, name: str, handles: Mapping[str, Any]) -> Known:
        """Return what is known after an element."""
        named = {f"{name}.{key}": value for key, value in handles.items()}
        return replace(self, handles={**self.handles, **named})


@dataclass(frozen=True)
class Columns:
    """What a configuration says of data.

    Parameters
    ----------
    names
        Of its columns; ``None`` where only the data itself can tell.
    problems
        What is wrong with how it is given.
    values
        The columns themselves, where they are in the configuration and nothing is chosen from them.
    """

    names: frozenset[str] | None = None
    problems: tuple[tuple[str, str], ...] = ()
    values: Mapping[str, list[Any]] | None = None

    def lacking(self, needed: Iterable[str], where: str) -> Iterator[tuple[str, str]]:
        """Yield the needed columns that are not there."""
        if self.names is None:
            return
        for name in needed:
            if name not in self.names and not (name == VOLTAGE and self.names & set(VOLTAGES)):
                yield where, missing_column(name, sorted(self.names))


def columns_of_data(data: Any, where: str, known: Known, depth: int = 0) -> Columns:
    """Look at data in any of its forms.

    Parameters
    ----------
    data
        As the configuration has it.
    where
        Its key path.
    known
        What is known at the element.
    depth
        How often it is wrapped already.

    Examples
    --------
    >>> columns_of_data({"data": {"Time [s]": [0, 1]}}, "data", Known()).names
    frozenset({'Time [s]'})
    """
    if depth > _DEEPEST:
        return _wrong(where, "is nested too deeply")
    if isinstance(data, str):
        return _referred(data, where, known, depth)
    if not isinstance(data, Mapping):
        return _wrong(where, f"must be a table of columns or a reference, not {shown(data)}")
    if not any(name in data for name in RESERVED):
        return _table(data, where)
    for name in data:
        if name not in RESERVED:
            told = f"unknown key {shown(name)}{near(str(name)[:_LONGEST], RESERVED)}"
            return _wrong(f"{where}.{str(name)[:_LONGEST]}", told)
    if data.get("analysis") is not None:
        return _wrong(f"{where}.analysis", "no analyses are stored here; give the data itself")
    return _payload(data, where, known, depth)


def _wrong(where: str, message: str) -> Columns:
    return Columns(None, ((where, message),))


def _referred(data: str, where: str, known: Known, depth: int) -> Columns:
    if data.startswith(STORED):
        name = data.removeprefix(STORED)
        return Columns(known.columns_of(name)) if name else _wrong(where, "names no measurement")
    if data.startswith(LOCAL):
        return _wrong(where, f"{shown(data)} is a place of yours: the client reads it and sends it")
    if data in known.handles:
        return replace(columns_of_data(known.handles[data], where, known, depth + 1), problems=())
    return _wrong(where, no_data(data, known.handles))


def _table(data: Mapping[str, Any], where: str) -> Columns:
    if not data:
        return _wrong(where, "has no columns")
    for name, values in data.items():
        if not isinstance(values, list):
            return _wrong(f"{where}.{name}", f"a column must be a list, not {shown(values)}")
    lengths = {name: len(values) for name, values in data.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name!r} has {count}" for name, count in lengths.items())
        return _wrong(where, f"the columns differ in length: {told}")
    return Columns(frozenset(map(str, data)), values=data)


def _payload(data: Mapping[str, Any], where: str, known: Known, depth: int) -> Columns:
    if "time_series" in data:
        inner = _inner_table(data["time_series"], f"{where}.time_series")
        steps = data.get("steps")
        if steps is not None:
            found = _inner_table(steps, f"{where}.steps")
            inner = replace(inner, problems=(*inner.problems, *found.problems))
    elif data.get("data") is None:
        return _wrong(where, "'data' or 'time_series' is missing")
    else:
        inner = columns_of_data(data["data"], f"{where}.data", known, depth + 1)
    wrong = tuple(_of_choice(data, where))
    changed = bool(data.get("options"))
    values = None if changed or data.get("time_range") else inner.values
    return Columns(None if changed else inner.names, (*inner.problems, *wrong), values)


def _inner_table(columns: Any, where: str) -> Columns:
    if not isinstance(columns, Mapping):
        return _wrong(where, f"must be a table of columns, not {shown(columns)}")
    return _table(columns, where)


def _of_choice(data: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    try:
        read_window(data.get("time_range"), f"{where}.time_range")
    except PipelineError as error:
        yield error.where, error.what
    metadata = data.get("metadata")
    if metadata is not None and not isinstance(metadata, Mapping):
        yield f"{where}.metadata", "must be a mapping"
    options = data.get("options")
    if options is None:
        return
    if not isinstance(options, Mapping):
        yield f"{where}.options", "must be a mapping"
        return
    yield from unknown_keys(options, OPTIONS, f"{where}.options")
    transforms = options.get("transforms")
    if isinstance(transforms, Mapping):
        yield from unknown_keys(transforms, TRANSFORMS, f"{where}.options.transforms")
    try:
        queries.vet(options, f"{where}.options")
    except PipelineError as error:
        yield error.where, error.what


def unknown_keys(
    mapping: Mapping[str, Any], allowed: Iterable[str], where: str
) -> Iterator[tuple[str, str]]:
    """Yield the keys of a mapping that it cannot have, the first few of them."""
    allowed = tuple(allowed)
    unknown = [key for key in mapping if key not in allowed]
    for key in unknown[:_MOST]:
        name = str(key)[:_LONGEST]
        yield f"{where}.{name}", f"unknown key {shown(key)}{near(name, allowed)}"
    if len(unknown) > _MOST:
        yield where, f"has {len(unknown) - _MOST:,} more unknown keys"
