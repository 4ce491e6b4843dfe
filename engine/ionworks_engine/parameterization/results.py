"""What elements left: documents as they are stored, series and plots cut to what is asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, Row, select

from ionworks_engine.call import Call, JsonText
from ionworks_engine.errors import ApiError, Problem, invalid, meant
from ionworks_engine.jobs.pipelines import METADATA, PLOTS, RESULT, SERIES, STATE
from ionworks_engine.measurements.columns import as_columns
from ionworks_engine.parameterization import records
from ionworks_engine.parameterization.thinning import thinned, windowed
from ionworks_engine.records import find
from ionworks_engine.storage import queue
from ionworks_engine.storage.tables import element_files, jobs, pipeline_elements, pipelines


async def of_pipeline(call: Call) -> JsonText:
    """Return what the elements of a pipeline found, as far as they have finished.

    The parameters are those that the last of them was left with.
    """
    with call.store.reading() as connection:
        row = records.find(connection, pipelines, call.path["pipeline_id"])
        query = (
            select(pipeline_elements.c.name, element_files.c.name.label("file"))
            .add_columns(element_files.c.content)
            .join(element_files, element_files.c.job_id == pipeline_elements.c.job_id)
            .where(
                pipeline_elements.c.pipeline_id == row.id,
                element_files.c.name.in_((STATE, RESULT)),
            )
            .order_by(pipeline_elements.c.position)
        )
        found = connection.execute(query).all()
    paths = {(each.name, each.file): call.store.files.path(each.content) for each in found}
    return JsonText(await asyncio.to_thread(_found, paths))


def _found(paths: Mapping[tuple[str, str], Path]) -> bytes:
    """Put results together as they are stored, keeping the order of elements and of their keys."""
    names = list(dict.fromkeys(name for name, _ in paths))
    values = b"{}"
    if names:
        state = json.loads(_content(paths[names[-1], STATE]))
        values = json.dumps(state["parameter_values"], separators=(",", ":")).encode()
    each = (json.dumps(name).encode() + b":" + _content(paths[name, RESULT]) for name in names)
    return b'{"result":{"parameter_values":%b},"element_results":{%b}}' % (values, b",".join(each))


def of_simple(
    call: Call, connection: Connection, rows: Sequence[Row[Any]], longest: int | None = None
) -> dict[str, Any]:
    """Return what simple pipelines found, by id; those that have not finished are absent.

    Parameters
    ----------
    call, connection
        The request, and where to read.
    rows
        The pipelines.
    longest
        How many bytes a result may have; longer ones are left out.
    """
    query = select(element_files.c.job_id, element_files.c.content).where(
        element_files.c.job_id.in_([row.job_id for row in rows]), element_files.c.name == RESULT
    )
    stored = {row.job_id: row.content for row in connection.execute(query)}
    found = {}
    for row in rows:
        if row.job_id in stored:
            text = _content(call.store.files.path(stored[row.job_id]))
            if longest is None or len(text) <= longest:
                found[row.id] = json.loads(text)
    return found


async def metadata(call: Call) -> JsonText:
    """Return what a job tells about its work."""
    [row] = _left(call, element_files.c.name == METADATA, "metadata")
    path = call.store.files.path(row.content)
    return JsonText(await asyncio.to_thread(_content, path))


def channels(call: Call) -> dict[str, dict[str, list[str]]]:
    """Return the channels of a job's series, by objective and source."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in _left(call, _IS_SERIES, "series"):
        told = row.details
        found.setdefault(told["objective"], {})[told["source"]] = told["channels"]
    return found


async def series(call: Call) -> dict[str, list[Any]]:
    """Return channels of an objective: a window of them first, then as few points as asked for."""
    asked = call.query
    rows = _left(call, _IS_SERIES, "series")
    by_objective = {row.details["objective"] for row in rows}
    _refuse_unknown("objective", asked["objective"], by_objective)
    mine = {
        row.details["source"]: row for row in rows if row.details["objective"] == asked["objective"]
    }
    _refuse_unknown(f"source of {asked['objective']!r}", asked["source"], mine)
    row = mine[asked["source"]]
    known = row.details["channels"]
    columns = _chosen(asked["columns"], known) if "columns" in asked else known
    x = asked.get("x_column", known[0])
    _refuse_unknown_channels("x_column", [x], known)
    path = call.store.files.path(row.content)
    return await asyncio.to_thread(_cut, path, columns, x, asked)


def _cut(
    path: Path, columns: Sequence[str], x: str, asked: Mapping[str, Any]
) -> dict[str, list[Any]]:
    try:
        frame = pl.read_parquet(path, columns=list(dict.fromkeys([*columns, x])), glob=False)
    except FileNotFoundError:
        raise _gone() from None
    frame = windowed(frame, x, asked.get("x_min"), asked.get("x_max"))
    if "max_points" in asked:
        frame = thinned(frame, asked["max_points"], x)
    return as_columns(frame.select(columns))


def _chosen(text: str, known: Sequence[str]) -> list[str]:
    """Return the channels that a text joins by commas; names may hold commas themselves."""
    chosen: list[str] = []
    part = ""
    for piece in text.split(","):
        part = f"{part},{piece}" if part else piece
        if part.strip() in known:
            chosen.append(part.strip())
            part = ""
    _refuse_unknown_channels("columns", [part.strip()] if part else [], known)
    return list(dict.fromkeys(chosen))


def _refuse_unknown_channels(parameter: str, asked: Sequence[str], known: Sequence[str]) -> None:
    for name in asked:
        if name not in known:
            message = f"there is no channel {name!r}{meant(name, known)}"
            raise invalid([Problem(f"query.{parameter}", message)])


async def plot(call: Call) -> dict[str, Any]:
    """Return a plot of an objective: a window of it first, then as few points as asked for."""
    [row] = _left(call, element_files.c.name == PLOTS, "plots")
    path = call.store.files.path(row.content)
    return await asyncio.to_thread(_plot, path, call.query)


def _plot(path: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    plots = json.loads(_content(path))
    _refuse_unknown("objective", asked["objective_name"], plots)
    mine, index = plots[asked["objective_name"]], asked["plot_index"]
    if index >= len(mine):
        message = f"{asked['objective_name']!r} has {len(mine)} plots, numbered from 0."
        raise ApiError(404, "NOT_FOUND", message)
    found: dict[str, Any] = mine[index]
    return {**found, "traces": [_trace(trace, asked) for trace in found["traces"]]}


def _trace(trace: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    frame = pl.DataFrame(
        {"x": trace["x"], "y": trace["y"]}, schema={"x": pl.Float64, "y": pl.Float64}, strict=False
    )
    frame = windowed(frame, "x", asked.get("x_min"), asked.get("x_max"))
    return {**trace, **as_columns(thinned(frame, asked["max_points"], "x"))}


_IS_SERIES = element_files.c.name.startswith(SERIES, autoescape=True)


def _left(call: Call, which: ColumnElement[bool], what: str) -> Sequence[Row[Any]]:
    """Return the files of a kind that a job left, or refuse with 404, saying why there are none."""
    with call.store.reading() as connection:
        job = find(connection, jobs, call.path["job_id"], "job")
        mine = select(element_files).where(element_files.c.job_id == job.id, which)
        rows = connection.execute(mine).all()
    if not rows:
        why = "" if job.status == queue.COMPLETED else f": it is {job.status}"
        if job.status in queue.OPEN:
            why += ", and how far it is stands in the progress of its element"
        raise ApiError(404, "NOT_FOUND", f"Job {job.id!r} has left no {what}{why}.")
    return sorted(rows, key=lambda row: (len(row.name), row.name))


def _refuse_unknown(what: str, name: str, known: Iterable[str]) -> None:
    if name not in (choices := list(known)):
        message = f"There is no {what} {name!r}{meant(name, choices)}"
        raise ApiError(404, "NOT_FOUND", message)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise _gone() from None


def _gone() -> ApiError:
    message = (
        "What this job left was stored, but its file is gone from the data folder: restore the "
        "folder from a backup, or run the pipeline again"
    )
    return ApiError(404, "NOT_FOUND", message)
