"""Measured data in all the forms in which a configuration may give it, as tables of numbers.

The forms are: a column map; ``{"data": columns | reference}`` with ``options`` (ionworksdata's
loader), ``time_range`` and ``metadata``; ``{"time_series", "steps"}``; ``"db:<measurement id>"``;
and ``"<element>.<key>"``, what an earlier entry holds. Nothing here opens a file that a
configuration names: measurements are found by their id among the paths that the task was given.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import polars.selectors as cs

from ionworks.validators.columns import near as similar
from ionworks_engine.pipelines import queries
from ionworks_engine.pipelines.errors import near, refuse, shown, words_of
from ionworks_engine.pipelines.timespans import read_window, windowed

Floats: TypeAlias = npt.NDArray[np.float64]
RESERVED = ("data", "time_series", "steps", "options", "time_range", "analysis", "metadata")
STORED = "db:"
LOCAL = ("file:", "folder:")
VOLTAGE = "Voltage [V]"
VOLTAGES = (
    "OCP [V]",
    "OCV [V]",
    "Open-circuit potential [V]",
    "Open-circuit voltage [V]",
)
"""What stands for :data:`VOLTAGE` where that is missing, the first that is there."""
_IS_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_IS_FILE = re.compile(r"\.(csv|parquet|pq|txt)$", re.IGNORECASE)
_COURSE = ("Time [s]", "Current [A]", VOLTAGE, "Step count")
_DEEPEST = 8


@dataclass(frozen=True)
class Table:
    """Columns of numbers, all of one length.

    Parameters
    ----------
    columns
        By name with unit, such as ``"Voltage [V]"``; positive current is discharge. Gaps are NaN.
    steps
        The steps that the rows belong to, where the data has them.
    metadata
        What the data says of itself.
    where
        Key path of the data in the configuration.
    texts
        Names of columns that hold no numbers.
    whole
        Time, current, voltage and steps of all the rows from which these were chosen; ``None``
        where nothing was.

    Examples
    --------
    >>> table = Table({"Time [s]": np.array([0.0, 1.0])})
    >>> table.rows, table.has("Voltage [V]")
    (2, False)
    """

    columns: Mapping[str, Floats]
    steps: pl.DataFrame | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    where: str = "data"
    texts: frozenset[str] = frozenset()
    whole: Table | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values()), ()))

    def has(self, name: str) -> bool:
        """Whether there is a column of numbers of this name."""
        return name in self.columns

    def column(self, name: str) -> Floats:
        """Return a column.

        Raises
        ------
        PipelineError
            If there is none, saying which there are.
        """
        if name in self.columns:
            return self.columns[name]
        if name in self.texts:
            raise refuse(self.where, f"column {name!r} must hold numbers, not texts")
        raise refuse(self.where, missing_column(name, self.columns))


def missing_column(name: str, names: Iterable[str]) -> str:
    """Say that a column is missing, which was perhaps meant, and which there are.

    Examples
    --------
    >>> missing_column("Voltage [V]", ["voltage / V"])
    "the column 'Voltage [V]' is missing; did you mean 'voltage / V'?; there are 'voltage / V'"
    """
    names = list(names)
    there = ", ".join(map(repr, names)) or "none"
    meant = " or ".join(map(repr, similar(name, names)))
    guess = f"; did you mean {meant}?" if meant else ""
    return f"the column {name!r} is missing{guess}; there are {there}"


def no_data(text: str, handles: Iterable[str]) -> str:
    """Say that a text refers to no data, and what it was perhaps meant to be.

    Examples
    --------
    >>> no_data("discharge.csv", []).partition("; ")[2]
    "did you mean 'file:discharge.csv'?"
    """
    if _IS_ID.fullmatch(text):
        guess = f"; did you mean {STORED + text!r}?"
    elif _IS_FILE.search(text):
        guess = f"; did you mean {LOCAL[0] + shown(text)[1:-1]!r}?"
    else:
        guess = near(text, handles)
    return (
        f"{shown(text)} is no data: give columns, 'db:<measurement id>', 'file:<path>', or "
        f"'<element>.<key>' of an earlier entry{guess}"
    )


@dataclass(frozen=True)
class Sources:
    """What references in a configuration may lead to.

    Parameters
    ----------
    measurements
        By id: paths of ``time_series`` and ``steps`` (Parquet), ``metadata``, and ``cell``.
    handles
        Data that earlier entries hold, by ``"<element>.<key>"``.
    """

    measurements: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    handles: Mapping[str, Any] = field(default_factory=dict)

    def followed(self, data: Any, where: str) -> Any:
        """Return what a handle stands for; all else as it is."""
        for _ in range(_DEEPEST):
            if not isinstance(data, str) or data.startswith((STORED, *LOCAL)):
                return data
            if data not in self.handles:
                raise refuse(where, no_data(data, self.handles))
            data = self.handles[data]
        raise refuse(where, "this reference leads back to itself")

    def measurement(self, data: Any, where: str) -> Mapping[str, Any] | None:
        """Return the measurement that data comes from; ``None`` if it is none."""
        data = self.followed(data, where)
        if isinstance(data, Mapping) and isinstance(data.get("data"), str | Mapping):
            return self.measurement(data["data"], f"{where}.data")
        if not isinstance(data, str) or not data.startswith(STORED):
            return None
        name = data.removeprefix(STORED)
        if name not in self.measurements:
            raise refuse(where, f"there is no measurement {name!r}")
        return self.measurements[name]


def read_table(data: Any, sources: Sources, where: str) -> Table:
    """Read data in any of its forms.

    Parameters
    ----------
    data
        As the configuration has it.
    sources
        Where its references lead.
    where
        Key path of the data, for messages.

    Raises
    ------
    PipelineError
        For a form, an option or a reference that is unknown, and for columns that differ in length.

    Examples
    --------
    >>> table = read_table({"data": {"Time [s]": [0, 1]}}, Sources(), "objectives.v.data")
    >>> table.column("Time [s]").tolist()
    [0.0, 1.0]
    """
    data = sources.followed(data, where)
    found = _parts(data, sources, where)
    if isinstance(data, Mapping) and _is_payload(data):
        found = found.chosen(data, where)
    if not found.frame.width:
        raise refuse(where, "there are no columns")
    table = _table(found.frame, found.steps, found.metadata, where)
    if found.whole is found.frame:
        return table
    course = found.whole.select(cs.by_name(*_COURSE, require_all=False))
    return replace(table, whole=_table(course, None, {}, where))


def _is_payload(data: Mapping[str, Any]) -> bool:
    return any(name in data for name in RESERVED)


@dataclass(frozen=True)
class _Found:
    """Rows, their steps, what is said of them, and the rows before any choice."""

    frame: pl.DataFrame
    steps: pl.DataFrame | None
    metadata: dict[str, Any]
    whole: pl.DataFrame

    def chosen(self, data: Mapping[str, Any], where: str) -> _Found:
        """Return what data asks for of these."""
        frame, steps = _chosen(self.frame, self.steps, data, where)
        metadata = {**self.metadata, **(data.get("metadata") or {})}
        return _Found(frame, steps, metadata, self.whole)


def _all_of(frame: pl.DataFrame, steps: pl.DataFrame | None = None, said: Any = None) -> _Found:
    frame = _with_voltage(frame)
    return _Found(frame, steps, dict(said or {}), frame)


def _parts(data: Any, sources: Sources, where: str) -> _Found:
    """Return rows, steps and metadata, before anything is chosen from them."""
    if isinstance(data, str):
        return _stored(data, sources, where)
    if not isinstance(data, Mapping):
        raise refuse(where, f"must be a table of columns or a reference, not {shown(data)}")
    if not _is_payload(data):
        return _all_of(_frame(data, where))
    if odd := [name for name in data if name not in RESERVED]:
        raise refuse(where, f"unknown key {odd[0]!r}{near(str(odd[0]), RESERVED)}")
    if data.get("analysis") is not None:
        raise refuse(f"{where}.analysis", "this engine stores no analyses; give the data itself")
    if "time_series" in data:
        steps = data.get("steps")
        rows = _frame(data["time_series"], f"{where}.time_series")
        return _all_of(rows, None if steps is None else _frame(steps, f"{where}.steps"))
    if data.get("data") is None:
        raise refuse(where, "'data' or 'time_series' is missing")
    inner, there = sources.followed(data["data"], f"{where}.data"), f"{where}.data"
    found = _parts(inner, sources, there)
    is_chosen = isinstance(inner, Mapping) and _is_payload(inner)
    return found.chosen(inner, there) if is_chosen else found


def _stored(data: str, sources: Sources, where: str) -> _Found:
    if data.startswith(LOCAL):
        raise refuse(
            where, f"{data!r} is a place on your machine: the client reads it before it sends"
        )
    found = sources.measurement(data, where)
    if found is None:
        raise refuse(where, f"{data!r} is no data")
    if found.get("time_series") is None:
        raise refuse(where, f"the measurement {data.removeprefix(STORED)!r} has no time series")
    rows = pl.read_parquet(Path(found["time_series"]))
    steps = pl.read_parquet(Path(found["steps"])) if found.get("steps") else None
    return _all_of(rows, steps, found.get("metadata"))


def _frame(columns: Any, where: str) -> pl.DataFrame:
    if not isinstance(columns, Mapping):
        raise refuse(where, f"must be a table of columns, not {shown(columns)}")
    lengths = {}
    for name, values in columns.items():
        if not isinstance(values, list):
            raise refuse(where, f"column {name!r} must be a list, not {shown(values)}")
        lengths[name] = len(values)
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name!r} has {count}" for name, count in lengths.items())
        raise refuse(where, f"the columns differ in length: {told}")
    try:
        return pl.DataFrame([pl.Series(str(k), v, strict=False) for k, v in columns.items()])
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise refuse(where, f"the columns cannot be read: {words_of(error)}") from None


def _with_voltage(frame: pl.DataFrame) -> pl.DataFrame:
    """Offer an open-circuit voltage as the voltage, as ionworksdata does."""
    if VOLTAGE in frame.columns:
        return frame
    other = next((name for name in VOLTAGES if name in frame.columns), None)
    return frame if other is None else frame.with_columns(pl.col(other).alias(VOLTAGE))


def _chosen(
    frame: pl.DataFrame, steps: pl.DataFrame | None, data: Mapping[str, Any], where: str
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Return the steps, the time and the transforms of the rows that data asks for."""
    window = read_window(data.get("time_range"), f"{where}.time_range")
    options = data.get("options") or {}
    if not isinstance(options, Mapping):
        raise refuse(f"{where}.options", f"must be a mapping, not {shown(options)}")
    if not options and not window:
        return frame, steps
    if window and (steps is None or not options):
        frame, steps = windowed(frame, window, f"{where}.time_range"), None
        window = {}
    if not options:
        return frame, steps
    return _loaded(frame, steps, dict(options), window, f"{where}.options")


def _loaded(
    frame: pl.DataFrame,
    steps: pl.DataFrame | None,
    options: dict[str, Any],
    window: Mapping[str, float],
    where: str,
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Return what ionworksdata's loader makes of rows and steps."""
    from ionworksdata import DataLoader

    queries.vet(options, where)
    if steps is None and (asked := queries.STEPS & options.keys()):
        raise refuse(f"{where}.{min(asked)}", "the data has no steps to choose from")
    try:
        with warnings.catch_warnings():
            # Its deprecated spellings are spellings that the API still has.
            warnings.simplefilter("ignore", DeprecationWarning)
            told = None if steps is None else _with_ends(steps, frame)
            loader = DataLoader(frame, told, time_range=dict(window) or None, **options)
            return loader.data, loader.steps
    except Exception as error:
        raise refuse(where, f"the data cannot be prepared: {words_of(error)}") from None


def _with_ends(steps: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Return steps with the voltages at their ends, which the loader needs, from their rows."""
    for end in ("Start", "End"):
        name, index = f"{end} voltage [V]", f"{end} index"
        if name not in steps.columns and index in steps.columns and VOLTAGE in frame.columns:
            steps = steps.with_columns(frame[VOLTAGE].gather(steps[index]).alias(name))
    return steps


def _table(
    frame: pl.DataFrame, steps: pl.DataFrame | None, metadata: dict[str, Any], where: str
) -> Table:
    columns, texts = {}, set()
    for series in frame.iter_columns():
        if series.dtype.is_numeric() or series.dtype in (pl.Boolean, pl.Null):
            columns[series.name] = series.cast(pl.Float64).to_numpy().astype(float)
        else:
            texts.add(series.name)
    return Table(columns, steps, metadata, where, frozenset(texts))
