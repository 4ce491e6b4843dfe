"""Cells and measurements with all that was measured: composed of flat calls, a few at once."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.cell_instances import get_cell_instance

from ionworks._async.cell_measurement_records import AsyncMeasurementRecords
from ionworks._async.measurement_parts import (
    Source,
    async_files,
    async_series,
    async_tables,
)
from ionworks.calls import async_call, async_map
from ionworks.errors import ConflictError, IonworksError, NotFoundError
from ionworks.requests import path_id
from ionworks.results.cells import CellInstanceDetail
from ionworks.results.measurements import CellMeasurement, CellMeasurementDetail
from ionworks.storage.answers import StorageRefusedError
from ionworks.streams import AsyncStream

if TYPE_CHECKING:
    from ionworks._async.session import AsyncSession

__all__ = ["Wanted", "async_detail", "async_details", "async_instance_detail", "async_iter_details"]

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


async def async_instance_detail(
    session: AsyncSession, cell_instance_id: str, wanted: Wanted
) -> CellInstanceDetail:
    """Return a cell with all its measurements."""
    key = path_id(cell_instance_id, "cell_instance_id")

    async def record() -> Any:
        return await async_call(get_cell_instance.asyncio_detailed, key, client=session.api)

    async def call(function: Callable[[], Any]) -> Any:
        return await function()

    both: list[Callable[[], Any]] = [record, partial(_rows, session, key)]
    instance, rows = await async_map(call, both, session.at_once)

    async def known() -> Any:
        return rows

    details = [detail async for detail in async_details(session, known, wanted)]
    return CellInstanceDetail(instance, instance.cell_specification_id, details)


def async_iter_details(
    session: AsyncSession, cell_instance_id: str, wanted: Wanted
) -> AsyncIterator[CellMeasurementDetail]:
    """Yield the measurements of a cell as they come."""
    key = path_id(cell_instance_id, "cell_instance_id")
    return async_details(session, partial(_rows, session, key), wanted)


async def async_details(
    session: AsyncSession, listed: Callable[[], Any], wanted: Wanted
) -> AsyncIterator[CellMeasurementDetail]:
    """Yield measurements with their parts, in order, while later ones are still fetched.

    The parts of a measurement that has not been processed are ``None``, and a warning says so; it
    is the same with one that is extended meanwhile. One that is deleted meanwhile is left out, and
    a warning says so.
    """
    rows: Rows = await listed()
    if unread := [row for row in rows if not _is_ready(row)]:
        _warn_of(unread)
    parts = [wanted.parts_of(row) if _is_ready(row) else [] for row in rows]
    jobs = [(row, part) for row, names in zip(rows, parts, strict=True) for part in names]

    async def fetch(job: tuple[CellMeasurement, str]) -> _Read:
        row, part = job
        return await _tried(session, row, wanted, part)

    stream = AsyncStream(fetch, jobs, session.at_once)
    try:
        for row, names in zip(rows, parts, strict=True):
            read = [await anext(stream) for _ in names]
            detail = await _settled(session, row, wanted, read)
            if detail is not None:
                yield detail
    finally:
        await stream.aclose()


async def _rows(session: AsyncSession, cell_instance_id: str) -> Rows:
    page = await AsyncMeasurementRecords(session).list(cell_instance_id)
    return await page.all()


async def async_detail(
    session: AsyncSession, row: CellMeasurement, wanted: Wanted
) -> CellMeasurementDetail:
    """Return one measurement with its parts."""

    async def fetch(part: str) -> dict[str, Any]:
        try:
            return await _part(session, row, part, wanted)
        except NotFoundError:
            if part != _TABLES:
                raise
            return dict.fromkeys(wanted.tables)

    read: dict[str, Any] = {}
    for parts in await async_map(fetch, wanted.parts_of(row), session.at_once):
        read |= parts
    return CellMeasurementDetail.holding(row, read)


async def _settled(
    session: AsyncSession, row: CellMeasurement, wanted: Wanted, read: Sequence[_Read]
) -> CellMeasurementDetail | None:
    """Return a measurement with the parts that were read, ``None`` if it is gone.

    If one could not be had, the measurement may have changed since it was listed.
    """
    for _ in range(_TRIES):
        refusals = [part for part in read if isinstance(part, IonworksError)]
        if not refusals:
            break
        now = await _look(session, row)
        if now is None or not _is_ready(now):
            return None if now is None else CellMeasurementDetail.holding(now, {})
        has_none = all(isinstance(refusal, NotFoundError) for refusal in refusals)
        if has_none and now.updated_at == row.updated_at:
            read = [part for part in read if not isinstance(part, IonworksError)]
            break
        row, fetch = now, partial(_tried, session, now, wanted)
        read = await async_map(fetch, wanted.parts_of(now), session.at_once)
    parts: dict[str, Any] = {}
    for part in read:
        if isinstance(part, IonworksError):
            part.message = f"the measurement {row.name!r}: {part.message}"
            raise part
        parts |= part
    return CellMeasurementDetail.holding(row, parts)


async def _look(session: AsyncSession, row: CellMeasurement) -> CellMeasurement | None:
    """Return the record as it is now, ``None`` if it is gone; warn if there is nothing to read."""
    try:
        now = await AsyncMeasurementRecords(session).get(row.id)
    except NotFoundError:
        _warn(f"{row.name!r} was deleted while it was to be read: it is left out")
        return None
    if not _is_ready(now):
        _warn_of([now])
    return now


async def _tried(session: AsyncSession, row: CellMeasurement, wanted: Wanted, part: str) -> _Read:
    try:
        return await _part(session, row, part, wanted)
    except _CHANGED as refusal:
        return refusal


async def _part(
    session: AsyncSession, row: CellMeasurement, part: str, wanted: Wanted
) -> dict[str, Any]:
    """Fetch a part of a measurement, with frames in the user's backend."""
    source = Source.of(row) if wanted.use_cache else Source(row.id)
    if part == _FILES:
        return {"files": await async_files(session, source)}
    if part == _SERIES:
        return {_SERIES: session.frame(await async_series(session, source))}
    tables = await async_tables(session, source, wanted.tables)
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
