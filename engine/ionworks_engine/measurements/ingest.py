"""The task of a worker: an uploaded series in; the stored series, its steps and its cycles out."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import polars as pl

from ionworks_engine.measurements import columns, cycles, series, steps, uploaded_steps


def ingest(request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Process an upload.

    Parameters
    ----------
    request
        ``source`` is the path of the uploaded series and ``into`` where its stored form is
        written, unless the upload is kept as it is. ``steps`` is the path of uploaded steps,
        ``before`` that of the series to which the upload is added; either may be ``None``.
        ``rated_capacity`` is in A.h, or ``None``.

    Returns
    -------
    content, blobs
        ``rows``, ``duration`` in s and ``written``, the paths that were written; then steps and
        cycles as Parquet, and both in JSON.

    Raises
    ------
    RefusedSeriesError
        If the upload breaks the rules for measurement data.
    """
    source = Path(request["source"])
    frame = _extended(request) if request["before"] else _new(source)
    uploaded, frame = frame, series.normalised(frame)
    table = steps.derive(frame, request["rated_capacity"])
    if request["steps"]:
        given = series.read(Path(request["steps"]), "steps.parquet")
        table = uploaded_steps.overlaid(table, given)
    cycled = cycles.derive(table)
    together = columns.as_json({"steps": table, "cycles": cycled})
    blobs = [_parquet(table), _parquet(cycled), together]
    keep = not request["before"] and series.is_stored_form(uploaded, frame, source)
    if not keep:
        series.write(frame, Path(request["into"]))
    facts = {"rows": frame.height, "duration": _duration(frame)}
    return {**facts, "written": [] if keep else [request["into"]]}, blobs


def _new(source: Path) -> pl.DataFrame:
    frame = series.read(source, "time_series.parquet")
    series.judge(frame)
    return frame


def _extended(request: dict[str, Any]) -> pl.DataFrame:
    before = series.read(Path(request["before"]), "the stored series")
    more = series.read(Path(request["source"]), "time_series_extend.parquet")
    longer = series.extended(before, more)
    series.judge(longer, f"Rows are counted over all; the first {before.height} were there before.")
    return longer


def _duration(frame: pl.DataFrame) -> float | None:
    if series.TIME not in frame.columns:
        return None
    times = frame[series.TIME]
    first, last = times.min(), times.max()
    if first is None or last is None:
        return None
    return float(last) - float(first)  # type: ignore[arg-type]


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()
