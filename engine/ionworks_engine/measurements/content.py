"""The ways to what is stored of a measurement: as a signed address, or as columns in JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Connection, Row, select

from ionworks_engine.call import Call, JsonText, Redirect
from ionworks_engine.errors import ApiError, conflict, not_found
from ionworks_engine.measurements import records, sizes
from ionworks_engine.measurements.columns import JSON_NUMBER, MOST_JSON, as_columns
from ionworks_engine.storage.tables import measurement_files

PARQUET = "application/vnd.apache.parquet"
SERIES, STEPS, CYCLES = "time_series", "steps", "cycles"
MOST_INLINE = 100_000
_SMALL = 4 << 20


def table_address(call: Call, part: str) -> Redirect:
    """Return where a table of the measurement can be fetched as Parquet."""
    with call.store.reading() as connection:
        path = _table(call, connection, part)
    return Redirect(call.signed(path.parent.name + path.name, f"{part}.parquet", PARQUET))


async def table_columns(call: Call, part: str) -> dict[str, list[Any]]:
    """Return a table of the measurement as lists by column; NaN and infinities become null.

    Raises
    ------
    ApiError
        400 if it is too much for that, with the numbers; 404 or 409 if it is not there.
    """
    return (await tables_columns(call, [part]))[part]


async def tables_columns(call: Call, parts: Sequence[str]) -> dict[str, dict[str, list[Any]]]:
    """Return tables of one state of the measurement, each as `table_columns` does."""
    with call.store.reading() as connection:
        paths = {part: _table(call, connection, part) for part in parts}
    try:
        # Others are served meanwhile: it can take seconds.
        return await asyncio.to_thread(
            lambda: {part: _columns(path, part) for part, path in paths.items()}
        )
    except FileNotFoundError:
        raise not_found(records.WHAT, call.path["measurement_id"]) from None


async def tables_text(call: Call) -> JsonText | dict[str, Any]:
    """Return steps and cycles as they were written down when the measurement was processed."""
    with call.store.reading() as connection:
        row = records.find(connection, call.path["measurement_id"])
        if row.tables_file is not None:
            _table(call, connection, STEPS)
            kept = call.store.files.path(row.tables_file)
            if kept.exists() and 0 < kept.stat().st_size <= MOST_JSON:
                return JsonText(kept.read_bytes())
    return await tables_columns(call, [STEPS, CYCLES])


async def inline_series(call: Call, row: Row[Any]) -> dict[str, list[Any]]:
    """Return the time series as lists by column, unless it is too long for that."""
    if row.rows is not None and row.rows > MOST_INLINE:
        raise _too_much(f"The time series has {row.rows:,} rows; {MOST_INLINE:,}")
    return await table_columns(call, SERIES)


def _columns(path: Path, part: str) -> dict[str, list[Any]]:
    told = sizes.outline(path)
    _refuse_too_long(max(told.size_bytes, told.values * JSON_NUMBER), part)
    # From its bytes polars reads a small file in half the time.
    is_small = path.stat().st_size <= _SMALL
    frame = pl.read_parquet(path.read_bytes() if is_small else path, glob=False)
    _refuse_too_long(told.values * JSON_NUMBER + sizes.text_bytes(frame), part)
    return as_columns(frame)


def _refuse_too_long(size: int, part: str) -> None:
    if size > MOST_JSON:
        raise _too_much(f"In JSON, the {_words(part)} would have {size:,} bytes; {MOST_JSON:,}")


def _too_much(counted: str) -> ApiError:
    message = f"{counted} are the most that come along: download the table as Parquet"
    return ApiError(400, "BAD_REQUEST", message)


def file_address(call: Call) -> Redirect:
    """Return where a file of the measurement can be fetched."""
    name, filename = call.path["measurement_id"], call.path["filename"]
    with call.store.reading() as connection:
        _of_files(records.find(connection, name))
        files = measurement_files
        query = select(files).where(files.c.measurement_id == name, files.c.filename == filename)
        row = connection.execute(query).first()
    if row is None:
        raise not_found("file of this measurement", filename)
    _stored(call, row.content, f"file {filename!r}")
    return Redirect(call.signed(row.content, row.filename, row.content_type))


def filenames(call: Call) -> list[str]:
    """Return the names of the measurement's files, in the order of the upload."""
    name, files = call.path["measurement_id"], measurement_files
    with call.store.reading() as connection:
        _of_files(records.find(connection, name))
        mine = select(files.c.filename).where(files.c.measurement_id == name)
        return list(connection.scalars(mine.order_by(files.c.position)))


def _table(call: Call, connection: Connection, part: str) -> Path:
    """Return where a table lies; refuse one that is not there, saying why."""
    row = records.find(connection, call.path["measurement_id"])
    if row.measurement_type != records.TIME_SERIES:
        message = f"A measurement of type {row.measurement_type!r} has no {_words(part)}."
        raise ApiError(404, "NOT_FOUND", message)
    status, error = records.standing(connection, row.id)
    if status in records.OPEN:
        raise conflict(
            f"The {_words(part)} can be had when the measurement is ready; it is {status}."
        )
    if status == records.FAILED:
        message = f"There are no {_words(part)}: the processing failed: {error}"
        raise ApiError(404, "NOT_FOUND", message)
    return _stored(call, row._mapping[f"{part}_file"], _words(part))


def _of_files(row: Row[Any]) -> None:
    if row.measurement_type != records.FILE:
        message = f"A measurement of type {row.measurement_type!r} has no files."
        raise ApiError(404, "NOT_FOUND", message)


def _stored(call: Call, content: str, what: str) -> Path:
    path = call.store.files.path(content)
    if not path.exists():
        message = (
            f"The {what} was stored, but its file is gone from the data folder: restore the folder "
            "from a backup, or delete the measurement and upload it again"
        )
        raise ApiError(404, "NOT_FOUND", message)
    return path


def _words(part: str) -> str:
    return part.replace("_", " ")
