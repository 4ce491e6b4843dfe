"""What the status page tells of the store: jobs, simulations, pipelines, and how much there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, func, select

from ionworks_engine.parameterization import records
from ionworks_engine.runs import joined
from ionworks_engine.storage import queue, tables

_NEWEST = 10
_STATES = (queue.PENDING, queue.PROCESSING, queue.COMPLETED, queue.FAILED, queue.CANCELED)
_COUNTED: Mapping[str, Table] = {
    "projects": tables.projects,
    "simulations": tables.simulations,
    "pipelines": tables.pipelines,
    "cells": tables.cell_instances,
    "measurements": tables.cell_measurements,
}
_NAME = func.coalesce(
    tables.simulations.c.name,
    tables.cell_measurements.c.name,
    tables.pipelines.c.name + " / " + tables.pipeline_elements.c.name,
    tables.simple_pipelines.c.name,
)
_JOBS: Select[Any] = (
    select(
        tables.jobs,
        _NAME.label("name"),
        tables.pipeline_elements.c.progress.label("element_progress"),
        tables.simple_pipelines.c.progress.label("simple_progress"),
    )
    .outerjoin(tables.simulations, tables.simulations.c.job_id == tables.jobs.c.id)
    .outerjoin(tables.cell_measurements, tables.cell_measurements.c.job_id == tables.jobs.c.id)
    .outerjoin(tables.pipeline_elements, tables.pipeline_elements.c.job_id == tables.jobs.c.id)
    .outerjoin(tables.pipelines, tables.pipelines.c.id == tables.pipeline_elements.c.pipeline_id)
    .outerjoin(tables.simple_pipelines, tables.simple_pipelines.c.job_id == tables.jobs.c.id)
    .order_by(tables.jobs.c.updated_at.desc(), tables.jobs.c.seq.desc())
)
_LATEST: Select[Any] = (
    select(
        tables.simulations.c.id,
        tables.simulations.c.name,
        tables.simulations.c.time_series_file,
        tables.jobs.c.updated_at.label("ended_at"),
    )
    .join(tables.jobs, tables.jobs.c.id == tables.simulations.c.job_id)
    .where(
        tables.jobs.c.status == queue.COMPLETED,
        tables.simulations.c.time_series_file.is_not(None),
    )
    .order_by(tables.jobs.c.updated_at.desc(), tables.simulations.c.seq.desc())
    .limit(1)
)


def states(connection: Connection) -> dict[str, int]:
    """Return how many jobs are in each state."""
    state = tables.jobs.c.status
    counted = select(state, func.count().label("number")).group_by(state)
    found = {row.status: row.number for row in connection.execute(counted)}
    return dict.fromkeys(_STATES, 0) | found


def counts(connection: Connection) -> dict[str, int]:
    """Return how much the store holds of each kind."""
    return {
        kind: connection.scalar(select(func.count()).select_from(table)) or 0
        for kind, table in _COUNTED.items()
    }


def jobs_in(connection: Connection, state: str, limit: int) -> list[dict[str, Any]]:
    """Return the jobs in a state that changed last: what they are for, and how far they are."""
    rows = connection.execute(_JOBS.where(tables.jobs.c.status == state).limit(limit))
    return [
        {
            **row._mapping,
            "progress": progress_in_words(row.element_progress or row.simple_progress or {}),
        }
        for row in rows
    ]


def progress_in_words(progress: Mapping[str, Any]) -> str:
    """Return the numbers among what a task told of its progress.

    Examples
    --------
    >>> progress_in_words({"iteration": 12, "best_cost": 0.00123456, "inputs": {"D": 1.0}})
    'iteration 12, best cost 0.001235'
    """
    numbers = {
        name.replace("_", " "): value
        for name, value in progress.items()
        if isinstance(value, Real) and not isinstance(value, bool)
    }
    return ", ".join(
        f"{name} {value if isinstance(value, int) else format(value, '.4g')}"
        for name, value in numbers.items()
    )


def simulations(connection: Connection) -> Sequence[Row[Any]]:
    """Return the newest simulations, with their jobs and models."""
    newest = joined().order_by(tables.simulations.c.seq.desc()).limit(_NEWEST)
    return connection.execute(newest).all()


def pipelines(connection: Connection) -> list[dict[str, Any]]:
    """Return the newest pipelines, simple ones among them, as the API shows them."""
    found = []
    for table, shown in (
        (tables.pipelines, records.shown),
        (tables.simple_pipelines, records.shown_simple),
    ):
        newest = records.joined(table).order_by(table.c.seq.desc()).limit(_NEWEST)
        found += [shown(row) for row in connection.execute(newest)]
    return sorted(found, key=lambda pipeline: pipeline["created_at"], reverse=True)[:_NEWEST]


def latest_run(connection: Connection) -> Row[Any] | None:
    """Return the simulation that completed last."""
    return connection.execute(_LATEST).first()
