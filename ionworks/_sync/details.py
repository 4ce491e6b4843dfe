# Generated from ionworks/_async/details.py by `python -m codegen sync`; do not edit.
"""Cells and measurements with all that was measured: composed of flat calls, a few at once."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.cell_instances import get_cell_instance

from ionworks._sync.cell_measurement_records import MeasurementRecords
from ionworks._sync.measurement_parts import (
    Source,
    sync_files,
    sync_series,
    sync_tables,
)
from ionworks.calls import sync_call, sync_map
from ionworks.errors import ConflictError, IonworksError, NotFoundError
from ionworks.requests import path_id
from ionworks.results.cells import CellInstanceDetail
from ionworks.results.measurements import CellMeasurement, CellMeasurementDetail
from ionworks.storage.answers import StorageRefusedError
from ionworks.streams import Stream

if TYPE_CHECKING:
    from ionworks._sync.session import Session

__all__ = ["Wanted", "sync_detail", "sync_details", "sync_instance_detail", "sync_iter_details"]

Rows = list[CellMeasurement]
_Read = dict[str, Any] | IonworksError

_TABLES, _SERIES, _FILES = "tables", "time_series", "files"
_NAMED = 5
_TRIES = 3
_CHANGED = (NotFoundError, ConflictError, StorageRefusedError)
"""What is answered about a measurement that has been deleted or extended since it was listed."""


@dataclass(frozen=True)
class Wanted:
    """Which parts of measurements to read.

    Attributes
    ----------
    tables
        Of ``steps`` and ``cycles``, those to read.
    time_series
        Whether to read the time series.
    use_cache
        Whether the disk cache may answer, and keeps what is read.
    """

    tables: tuple[str, ...] = ("steps", "cycles")
    time_series: bool = True
    use_cache: bool = True

    @classmethod
    def of(
        cls, include_steps: bool, include_cycles: bool, include_time_series: bool, use_cache: bool
    ) -> Wanted:
        """Return what the arguments of a call ask for."""
        tables = {"steps": include_steps, "cycles": include_cycles}
        names = tuple(name for name, included in tables.items() if included)
        return cls(names, include_time_series, use_cache)

    def parts_of(self, row: CellMeasurement) -> list[str]:
        """Return what there is to be fetched of a measurement: one call each."""
        if row.measurement_type == "file":
            return [_FILES]
        if row.measurement_type == "properties":
            return []
        return [_TABLES] * bool(self.tables) + [_SERIES] * self.time_series


def sync_instance_detail(
    session: Session, cell_instance_id: str, wanted: Wanted
) -> CellInstanceDetail:
    """Return a cell with all its measurements."""
    key = path_id(cell_instance_id, "cell_instance_id")

    def record() -> Any:
        return sync_call(get_cell_instance.sync_detailed, key, client=session.api)

    def call(function: Callable[[], Any]) -> Any:
        return function()

    both: list[Callable[[], Any]] = [record, partial(_rows, session, key)]
    instance, rows = sync_map(call, both, session.at_once)

    def known() -> Any:
        return rows

    details = [detail for detail in sync_details(session, known, wanted)]
    return CellInstanceDetail(instance, instance.cell_specification_id, details)


def sync_iter_details(
    session: Session, cell_instance_id: str, wanted: Wanted
) -> Iterator[CellMeasurementDetail]:
    """Yield the measurements of a cell as they come."""
    key = path_id(cell_instance_id, "cell_instance_id")
    return sync_details(session, partial(_rows, session, key), wanted)


def sync_details(
    session: Session, listed: Callable[[], Any], wanted: Wanted
) -> Iterator[CellMeasurementDetail]:
    """Yield measurements with their parts, in order, while later ones are still fetched.

    The parts of a measurement that has not been processed are ``None``, and a warning says so; it
    is the same with one that is extended meanwhile. One that is deleted meanwhile is left out, and
    a warning says so.
    """
    rows: Rows = listed()
    if unread := [row for row in rows if not _is_ready(row)]:
        _warn_of(unread)
    parts = [wanted.parts_of(row) if _is_ready(row) else [] for row in rows]
    jobs = [(row, part) for row, names in zip(rows, parts, strict=True) for part in names]

    def fetch(job: tuple[CellMeasurement, str]) -> _Read:
        row, part = job
        return _tried(session, row, wanted, part)

    stream = Stream(fetch, jobs, session.at_once)
    try:
        for row, names in zip(rows, parts, strict=True):
            read = [next(stream) for _ in names]
            detail = _settled(session, row, wanted, read)
            if detail is not None:
                yield detail
    finally:
        stream.close()


def _rows(session: Session, cell_instance_id: str) -> Rows:
    page = MeasurementRecords(session).list(cell_instance_id)
    return page.all()


def sync_detail(session: Session, row: CellMeasurement, wanted: Wanted) -> CellMeasurementDetail:
    """Return one measurement with its parts."""

    def fetch(part: str) -> dict[str, Any]:
        try:
            return _part(session, row, part, wanted)
        except NotFoundError:
            if part != _TABLES:
                raise
            return dict.fromkeys(wanted.tables)

    read: dict[str, Any] = {}
    for parts in sync_map(fetch, wanted.parts_of(row), session.at_once):
        read |= parts
    return CellMeasurementDetail.holding(row, read)


def _settled(
    session: Session, row: CellMeasurement, wanted: Wanted, read: Sequence[_Read]
) -> CellMeasurementDetail | None:
    """Return a measurement with the parts that were read, ``None`` if it is gone.

    If one could not be had, the measurement may have changed since it was listed.
    """
    for _ in range(_TRIES):
        refusals = [part for part in read if isinstance(part, IonworksError)]
        if not refusals:
            break
        now = _look(session, row)
        if now is None or not _is_ready(now):
            return None if now is None else CellMeasurementDetail.holding(now, {})
        has_none = all(isinstance(refusal, NotFoundError) for refusal in refusals)
        if has_none and now.updated_at == row.updated_at:
            read = [part for part in read if not isinstance(part, IonworksError)]
            break
        row, fetch = now, partial(_tried, session, now, wanted)
        read = sync_map(fetch, wanted.parts_of(now), session.at_once)
    parts: dict[str, Any] = {}
    for part in read:
        if isinstance(part, IonworksError):
            part.message = f"the measurement {row.name!r}: {part.message}"
            raise part
        parts |= part
    return CellMeasurementDetail.holding(row, parts)


def _look(session: Session, row: CellMeasurement) -> CellMeasurement | None:
    """Return the record as it is now, ``None`` if it is gone; warn if there is nothing to read."""
    try:
        now = MeasurementRecords(session).get(row.id)
    except NotFoundError:
        _warn(f"{row.name!r} was deleted while it was to be read: it is left out")
        return None
    if not _is_ready(now):
        _warn_of([now])
    return now


def _tried(session: Session, row: CellMeasurement, wanted: Wanted, part: str) -> _Read:
    try:
        return _part(session, row, part, wanted)
    except _CHANGED as refusal:
        return refusal


def _part(session: Session, row: CellMeasurement, part: str, wanted: Wanted) -> dict[str, Any]:
    """Fetch a part of a measurement, with frames in the user's backend."""
    source = Source.of(row) if wanted.use_cache else Source(row.id)
    if part == _FILES:
        return {"files": sync_files(session, source)}
    if part == _SERIES:
        return {_SERIES: session.frame(sync_series(session, source))}
    tables = sync_tables(session, source, wanted.tables)
    return {name: session.frame(table) for name, table in tables.items()}


def _is_ready(row: CellMeasurement) -> bool:
    return row.processing_status in (None, "ready")


def _warn_of(rows: Sequence[CellMeasurement]) -> None:
    states = [f"{row.name!r} ({row.processing_status})" for row in rows[:_NAMED]]
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    _warn(
        f"without data, because not processed: {', '.join(states)}{more}. Wait for those on "
        "their way with client.cell_measurement.wait_for_processing"
    )


def _warn(text: str) -> None:
    warnings.warn(text, UserWarning, stacklevel=2)
