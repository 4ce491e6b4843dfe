"""The jobs that run pipelines: what they ask a worker for, and what a finished element leaves.

A pipeline has one job at a time, that of the element whose turn it is. An element that ends well
leaves its files and, in the same transaction, the job of the next one; after one that does not,
nothing is put into the queue. A simple pipeline is one job from its first element to its last.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, delete, insert, select, update

from ionworks_engine.jobs.kinds import Ended, Order
from ionworks_engine.jobs.memory import OUT_OF_MEMORY
from ionworks_engine.storage import Store, queue
from ionworks_engine.storage.tables import (
    element_files,
    jobs,
    pipeline_elements,
    pipelines,
    simple_pipelines,
)

ELEMENT, SIMPLE = "pipeline_element", "simple_pipeline"
PRIORITY = 5
BEGUN_PRIORITY = 6
"""Of later elements: what has begun is brought to its end before something new begins."""
STATE, RESULT, METADATA, PLOTS, SERIES = "state", "result", "metadata", "plots", "series/"
TIME_LIMIT = 7 * 86400.0
"""Seconds that an element may take: fits and samplers run for days where simulations do not."""
_WAYS_OUT = {
    OUT_OF_MEMORY: "Make smaller what it holds at once: its data ('time_range', fewer points), "
    "'population_size', 'popsize', 'n_initial', 'npts', 'n_samples', 'multistarts', or the mesh of "
    "its model.",
    "EXECUTION_TIMEOUT": "The option 'maxtime' (in s) ends each start of a fit earlier, and keeps "
    "the best that it found.",
}
_DETAILS = ("objective", "source", "channels")


def new_job(kind: str, subject: str, owner: str, now: str, priority: int) -> dict[str, Any]:
    """Return the row of a job; those of one ``owner`` share what a worker has compiled for it."""
    return {
        "id": str(uuid.uuid4()),
        "job_type": kind,
        "subject_id": subject,
        "affinity": owner,
        "status": queue.PENDING,
        "priority": priority,
        "attempts": 0,
        "created_at": now,
        "updated_at": now,
    }


class ElementJobs:
    """Elements of pipelines as jobs.

    Parameters
    ----------
    store
        Where pipelines and their files live.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def orders(self, connection: Connection, jobs: Sequence[Row[Any]]) -> Mapping[str, Order]:
        """Return the element that each job is to run, and what it may need."""
        query = _turns().where(pipeline_elements.c.job_id.in_([job.id for job in jobs]))
        return {
            row.job_id: _order(self._store, ELEMENT, pipeline_elements, row)
            for row in connection.execute(query)
        }

    def settle(self, connection: Connection, ended: Sequence[Ended]) -> Sequence[Mapping[str, Any]]:
        """Keep what elements left, and put those that follow into the queue."""
        return [_failure(each) or self._settled(connection, each) for each in ended]

    def _settled(self, connection: Connection, ended: Ended) -> dict[str, Any]:
        table, now = pipeline_elements, self._store.now()
        mine = table.c.job_id == ended.job.id
        element = connection.execute(select(table).where(mine)).one()
        _keep_files(connection, ended)
        told = ended.reply.content.get("assumptions") or []
        progress = _last_progress(element.progress, ended)
        changed = {"assumptions": told, "progress": progress, "updated_at": now}
        connection.execute(update(table).where(mine).values(changed))
        ended.follows = _advance(connection, element, now)
        found = {"pipeline_id": element.pipeline_id, "element": element.name}
        return queue.completed(ended.job.id, found)


class SimpleJobs:
    """Simple pipelines as jobs.

    Parameters
    ----------
    store
        Where simple pipelines and their files live.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def orders(self, connection: Connection, jobs: Sequence[Row[Any]]) -> Mapping[str, Order]:
        """Return the pipeline that each job is to run, and what it may need."""
        table = simple_pipelines
        query = select(table).where(table.c.job_id.in_([job.id for job in jobs]))
        return {
            row.job_id: _order(self._store, SIMPLE, table, row) for row in connection.execute(query)
        }

    def settle(self, connection: Connection, ended: Sequence[Ended]) -> Sequence[Mapping[str, Any]]:
        """Keep what the pipelines left."""
        return [_failure(each) or self._settled(connection, each) for each in ended]

    def _settled(self, connection: Connection, ended: Ended) -> dict[str, Any]:
        table = simple_pipelines
        mine = table.c.job_id == ended.job.id
        row = connection.execute(select(table.c.id, table.c.progress).where(mine)).one()
        _keep_files(connection, ended)
        changed = {"progress": _last_progress(row.progress, ended), "updated_at": self._store.now()}
        connection.execute(update(table).where(mine).values(changed))
        return queue.completed(ended.job.id, {"simple_pipeline_id": row.id})


def _turns() -> Select[Any]:
    """Return elements with what their pipelines do, and the state that the one before left."""
    element, before = pipeline_elements, pipeline_elements.alias()
    previous = (before.c.pipeline_id == element.c.pipeline_id) & (
        before.c.position == element.c.position - 1
    )
    left = (element_files.c.job_id == before.c.job_id) & (element_files.c.name == STATE)
    common = (pipelines.c.config, pipelines.c.inputs, pipelines.c.options)
    return (
        select(element.c.job_id, element.c.id, element.c.name, *common)
        .add_columns(pipelines.c.id.label("owner"), element_files.c.content.label("state"))
        .join(pipelines, pipelines.c.id == element.c.pipeline_id)
        .outerjoin(before, previous)
        .outerjoin(element_files, left)
    )


def _order(store: Store, task: str, table: Table, row: Row[Any]) -> Order:
    live = (row.options or {}).get("live_progress_updates")
    owner, state = (row.owner, row.state) if task == ELEMENT else (row.id, None)
    request = {
        "name": row.name,
        "elements": json.loads(row.config)["elements"],
        "state": None if state is None else str(store.files.path(state)),
        "live": live,
        **_at_hand(store, json.loads(row.inputs)),
    }
    notes = None if live is False else partial(_note, table, row.id)
    return Order(task, request, affinity=owner, notes=notes, time_limit=TIME_LIMIT)


def _at_hand(store: Store, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a pipeline was submitted with, files as paths and each cell where it belongs."""

    def path(name: str | None) -> str | None:
        return None if name is None else str(store.files.path(name))

    cells = inputs["cells"]
    return {
        "measurements": {
            name: {
                "time_series": path(kept["time_series"]),
                "steps": path(kept["steps"]),
                "cell": cells.get(kept["cell"]),
                "metadata": kept["metadata"],
            }
            for name, kept in inputs["measurements"].items()
        },
        "cells": cells,
        "pipelines": {name: path(state) for name, state in inputs["pipelines"].items()},
        "mapped": inputs["mapped"],
    }


def _note(table: Table, subject: str, connection: Connection, told: Mapping[str, Any]) -> None:
    connection.execute(update(table).where(table.c.id == subject).values(progress=dict(told)))


def _last_progress(told: Mapping[str, Any] | None, ended: Ended) -> dict[str, Any] | None:
    """Return how far a job said it was, with the cost it ended at; nothing if it never said."""
    best = ended.reply.content.get("best_cost")
    last = {} if best is None else {"best_cost": best}
    return None if told is None else {**told, **last}


def _failure(ended: Ended) -> dict[str, Any] | None:
    error = ended.reply.error
    if error is None:
        return None
    words = [str(error["message"]), *filter(None, [_WAYS_OUT.get(error["code"])])]
    return queue.failed(ended.job.id, error["code"], " ".join(words))


def _keep_files(connection: Connection, ended: Ended) -> None:
    """Name the files of a finished job; a job that ended before leaves only these."""
    content, table = ended.reply.content, element_files
    mine = table.c.job_id == ended.job.id
    ended.unneeded += connection.scalars(select(table.c.content).where(mine))
    connection.execute(delete(table).where(mine))
    series = iter(content.get("series", ()))
    rows = [
        {
            "job_id": ended.job.id,
            "name": name,
            "content": stored,
            "details": dict(zip(_DETAILS, next(series), strict=True))
            if name.startswith(SERIES)
            else None,
        }
        for name, stored in zip(content["files"], ended.files, strict=True)
    ]
    if rows:
        connection.execute(insert(table), rows)


def _advance(connection: Connection, element: Row[Any], now: str) -> bool:
    """Put the element after this one into the queue; false when there is none."""
    table = pipeline_elements
    after = (table.c.pipeline_id == element.pipeline_id) & (
        table.c.position == element.position + 1
    )
    following = connection.execute(select(table.c.id, table.c.position).where(after)).first()
    moved = update(pipelines).where(pipelines.c.id == element.pipeline_id)
    if following is None:
        connection.execute(moved.values(updated_at=now))
        return False
    row = new_job(ELEMENT, following.id, element.pipeline_id, now, BEGUN_PRIORITY)
    connection.execute(insert(jobs).values(row))
    named = {"job_id": row["id"], "updated_at": now}
    connection.execute(update(table).where(table.c.id == following.id).values(named))
    connection.execute(moved.values(position=following.position, **named))
    return True
