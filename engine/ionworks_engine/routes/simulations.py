"""Simulations run a protocol on a parameterized model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, select

from ionworks_engine import runs, submissions
from ionworks_engine.call import Call, ParquetFile
from ionworks_engine.errors import ApiError, Problem, invalid
from ionworks_engine.records import cut, find
from ionworks_engine.storage.tables import jobs, simulations, studies, study_simulations

_SCOPES = ("parameterized_model_id", "experiment_template_id")


def list_simulations(call: Call) -> dict[str, Any]:
    """List simulations, the newest first."""
    if "parameterized_model_id" in call.query and "study_id" in call.query:
        message = "Give parameterized_model_id or study_id, not both."
        raise invalid([Problem("query.study_id", message)])
    query = _in_study(runs.joined(), call.query.get("study_id"))
    for scope in _SCOPES:
        if scope in call.query:
            query = query.where(simulations.c[scope] == call.query[scope])
    if "state" in call.query:
        query = query.where(jobs.c.status.in_(runs.STATES[call.query["state"]]))
    ordered = query.order_by(simulations.c.created_at.desc(), simulations.c.seq.desc())
    with call.store.reading() as connection:
        if "study_id" in call.query:
            find(connection, studies, call.query["study_id"], "study")
        counted = query.with_only_columns(simulations.c.seq)
        rows, total = cut(connection, counted, ordered, call.query["limit"], call.query["offset"])
    summary = call.query.get("summary", False)
    return {
        "simulations": [runs.shown(row, summary=summary) for row in rows],
        "total": total,
        "model_scalar_parameters": {},
    }


def _in_study(query: Select[Any], study: str | None) -> Select[Any]:
    if study is None:
        return query
    there = select(study_simulations.c.simulation_id).where(study_simulations.c.study_id == study)
    return query.where(simulations.c.id.in_(there))


async def create_simulation_batch(call: Call) -> list[dict[str, Any]]:
    """Submit simulations: all of them, or none when anything is wrong."""
    planned = await submissions.plan(call)
    with call.store.writing() as connection:
        answers = submissions.submit(call, connection, planned)
    call.jobs.wake()
    return answers


def list_simulation_statuses(call: Call) -> list[dict[str, Any]]:
    """Say where many simulations stand, in the order of asking; unknown ones are left out."""
    # A whole number may be written 2.0.
    offset, limit = int(call.body.get("offset") or 0), int(call.body.get("limit") or 1000)
    wanted = call.body["simulation_ids"][offset:][:limit]
    query = (
        select(simulations.c.id, jobs.c.status, jobs.c.error, jobs.c.error_code, jobs.c.updated_at)
        .join(jobs, jobs.c.id == simulations.c.job_id)
        .where(simulations.c.id.in_(wanted))
    )
    with call.store.reading() as connection:
        found = {row.id: row for row in connection.execute(query)}
    return [_status(found[name]) for name in dict.fromkeys(wanted) if name in found]


def get_simulation(call: Call) -> dict[str, Any]:
    """Return a simulation."""
    with call.store.reading() as connection:
        return runs.shown(runs.find_run(connection, call.path["simulation_id"]))


def delete_simulation(call: Call) -> None:
    """Delete a simulation and its results; one that runs is canceled."""
    name = call.path["simulation_id"]
    with call.store.writing() as connection:
        runs.find_run(connection, name)
        files = runs.remove(call.jobs, connection, simulations.c.id == name)
    call.store.discard_files(files)


def get_simulation_result(call: Call) -> dict[str, Any]:
    """Return the frames of a simulation as columns."""
    run = _run(call)
    return {
        "time_series": _columns(_frame(call, run, "time_series_file")),
        "steps": _columns(_frame(call, run, "steps_file")),
        "metrics": run.metrics or {},
    }


def download_simulation_time_series(call: Call) -> ParquetFile:
    """Return the time series as Parquet."""
    return ParquetFile(_frame(call, _run(call), "time_series_file"))


def download_simulation_steps(call: Call) -> ParquetFile:
    """Return the steps as Parquet."""
    return ParquetFile(_frame(call, _run(call), "steps_file"))


def _run(call: Call) -> Row[Any]:
    with call.store.reading() as connection:
        return runs.find_run(connection, call.path["simulation_id"])


def _frame(call: Call, run: Row[Any], column: str) -> Path:
    name = run._mapping[column]
    if name is None:
        why = f": {run.error}" if run.error else ""
        message = f"The results are not ready: simulation {run.id!r} is {run.status}{why}"
        raise ApiError(404, "NOT_FOUND", message)
    return call.store.files.path(name)


def _columns(path: Path) -> dict[str, Any]:
    import polars as pl

    frame = pl.read_parquet(path)
    floats = pl.selectors.float()
    finite = pl.when(floats.is_finite()).then(floats).name.keep()
    return frame.with_columns(finite).to_dict(as_series=False)


def _status(row: Any) -> dict[str, Any]:
    return {
        "simulation_id": row.id,
        "status": row.status,
        "error": row.error,
        "error_code": row.error_code,
        "updated_at": row.updated_at,
    }
