"""The parts of what was measured: from the disk cache if it has them, else in few requests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ionworks_openapi.api.cell_measurements import (
    download_measurement_file,
    download_measurement_time_series,
    get_measurement_cycles,
    get_measurement_steps_and_cycles,
    list_measurement_files,
)

from ionworks.cache import CacheKey, DiskCache
from ionworks.calls import async_aside, async_call, async_map
from ionworks.errors import ConnectionFailedError
from ionworks.measurements.tables import column_table
from ionworks.requests import path_id

if TYPE_CHECKING:
    import polars as pl

    from ionworks._async.session import AsyncSession
    from ionworks.results.measurements import CellMeasurement

    Tables = dict[str, pl.DataFrame]

__all__ = ["Part", "Source", "async_files", "async_series", "async_tables"]


class Part(NamedTuple):
    """Which part of a time series to read; ``None`` for no limit."""

    columns: Sequence[str] | None = None
    row_range: tuple[int | None, int | None] | None = None
    time_range: tuple[float | None, float | None] | None = None
    max_points: int | None = None


class Source(NamedTuple):
    """Which measurement to read.

    Attributes
    ----------
    id
        The measurement.
    version
        What changes with its data: only with it the disk cache may answer.
    """

    id: str
    version: str | None = None

    @classmethod
    def of(cls, row: CellMeasurement) -> Source:
        """Return a measurement in the version it has."""
        return cls(row.id, row.updated_at)

    def key(self, session: AsyncSession, part: str) -> CacheKey | None:
        """Return what the disk cache knows a part of it by, ``None`` if it is not to be cached."""
        config = session.config
        if self.version is None or config.is_local:
            return None
        organization = config.organization_id or ""
        return CacheKey(config.api_url, organization, self.id, part, self.version)


_WHOLE = Part()
_BOTH, _CYCLES = "steps_and_cycles", "cycles"


async def async_tables(session: AsyncSession, source: Source, names: Sequence[str]) -> Tables:
    """Return the ``steps`` and the ``cycles`` of a measurement, or one of them.

    Both come in one request, and are kept in one file: to make a file takes longer than to fill it.
    """
    parts = [_BOTH, _CYCLES] if list(names) == [_CYCLES] else [_BOTH]
    keys = [key for part in parts if (key := source.key(session, part)) is not None]
    found = await async_aside(partial(_cached, keys, names))
    if found is not None:
        return found
    operation: Any = (
        get_measurement_steps_and_cycles.asyncio_detailed
        if parts == [_BOTH]
        else get_measurement_cycles.asyncio_detailed
    )
    answer = await async_call(operation, source.id, client=session.api)
    return await async_aside(partial(_read, answer, names, source.key(session, parts[-1])))


async def async_series(session: AsyncSession, source: Source, part: Part = _WHOLE) -> pl.DataFrame:
    """Return a time series, or a part of it."""
    key = source.key(session, "time_series")
    return await session.storage.table(
        download_measurement_time_series, source.id, **part._asdict(), key=key
    )


async def async_files(
    session: AsyncSession, source: Source, filenames: Iterable[str] | None = None
) -> dict[str, bytes]:
    """Return files of a measurement by name; without names, all of them."""
    if filenames is None:
        listed = await async_call(
            list_measurement_files.asyncio_detailed, source.id, client=session.api
        )
        filenames = listed.filenames
    names = list(filenames)

    async def fetch(name: str) -> bytes:
        filename = path_id(name, "filename")
        key = source.key(session, f"file {filename}")
        return await session.storage.download(
            download_measurement_file, source.id, filename, key=key
        )

    return dict(zip(names, await async_map(fetch, names, session.at_once), strict=True))


def _cached(keys: Iterable[CacheKey], names: Sequence[str]) -> Tables | None:
    """Return the tables if the cache holds them."""
    for key in keys:
        path = DiskCache().find(key)
        if path is not None:
            try:
                return _tables(json.loads(path.read_bytes()), names)
            except (OSError, ValueError, KeyError, TypeError, ConnectionFailedError):
                DiskCache().drop(key)
    return None


def _read(answer: Any, names: Sequence[str], key: CacheKey | None) -> Tables:
    """Return the tables in an answer, and let the cache keep it."""
    columns = answer.to_dict()
    tables = _tables(columns, names)
    if key is not None and (aside := DiskCache().room(key)) is not None:
        with suppress(OSError):
            aside.write_text(json.dumps(columns), encoding="utf-8")
            DiskCache().keep(key, aside)
        aside.unlink(missing_ok=True)
    return tables


def _tables(columns: Mapping[str, Any], names: Sequence[str]) -> Tables:
    return {name: column_table(columns[name], name) for name in names}
