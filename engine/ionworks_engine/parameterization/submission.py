"""A pipeline is submitted: everything checked that can be known then, then written at once.

    checked   the elements -> problems with their key paths, told together; nothing is written
    written   what they refer to is looked up and kept, the rows and the first job are made

An element of an unknown type is accepted and fails when its turn comes, and so does one that lacks
parameters: what those before it find is kept.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

import polars as pl
from sqlalchemy import Connection, insert

from ionworks_engine.call import EMAIL, Call
from ionworks_engine.errors import Problem, invalid
from ionworks_engine.idempotency import creates
from ionworks_engine.jobs.pipelines import ELEMENT, PRIORITY, SIMPLE, new_job
from ionworks_engine.parameterization import inputs, records
from ionworks_engine.pipelines import checks
from ionworks_engine.pipelines.elements import references, type_of
from ionworks_engine.records import find_project
from ionworks_engine.storage.tables import (
    jobs,
    pipeline_elements,
    pipeline_inputs,
    pipelines,
    simple_pipelines,
)

MOST_ELEMENTS = 1000
"""Each is a job that is handed the whole configuration."""
MOST_PROBLEMS = 100
"""Of a refusal: nobody reads more, and each is looked up among the names that there are."""
_LONGEST = 1000


async def create(call: Call) -> dict[str, Any]:
    """Submit a pipeline; return it as it is then, before anything of it has run.

    Raises
    ------
    ApiError
        404 or 409 for what it refers to, 422 with everything that is wrong with it.
    """
    elements = call.body["elements"]
    if len(elements) > MOST_ELEMENTS:
        message = f"these are {len(elements):,} elements; the most are {MOST_ELEMENTS:,}"
        raise invalid([Problem("elements", message)])
    await _check(call, elements, simple=False)
    with call.store.writing() as connection:
        row = _row(call, connection, elements, simple=False)
        new = [_element(row, each, at) for at, each in enumerate(elements.items(), 1)]
        if new:
            first = new_job(ELEMENT, new[0]["id"], row["id"], row["created_at"], PRIORITY)
            new[0]["job_id"] = row["job_id"] = first["id"]
            connection.execute(insert(jobs).values(first))
            connection.execute(insert(pipeline_elements), new)
        counted = {"total": len(new), "position": min(1, len(new))}
        connection.execute(insert(pipelines).values(**row, **counted))
        config = json.loads(row["config"])
        answer = records.shown(records.find(connection, pipelines, row["id"]), config)
    call.jobs.wake()
    return answer


async def create_simple(call: Call) -> dict[str, Any]:
    """Submit a simple pipeline; return it as it is then.

    Raises
    ------
    ApiError
        As `create`.
    """
    elements = call.body["config"]["elements"]
    await _check(call, elements, simple=True)
    with call.store.writing() as connection:
        row = _row(call, connection, elements, simple=True)
        job = new_job(SIMPLE, row["id"], row["id"], row["created_at"], PRIORITY)
        connection.execute(insert(jobs).values(job))
        connection.execute(insert(simple_pipelines).values({**row, "job_id": job["id"]}))
        found = records.find(connection, simple_pipelines, row["id"])
    call.jobs.wake()
    return records.shown_simple(found)


async def _check(call: Call, elements: Mapping[str, Any], *, simple: bool) -> None:
    """Refuse elements with all that is wrong with them; others are served meanwhile."""

    def columns_of(measurement_id: str) -> frozenset[str] | None:
        return _columns(call, measurement_id)

    def find() -> list[Problem]:
        found = checks.problems(elements, simple=simple, columns_of=columns_of)
        told = [
            Problem(_shortened(_place(path, simple=simple)), _shortened(message))
            for path, message in islice(found, MOST_PROBLEMS)
        ]
        if next(found, None) is not None:
            told.append(Problem(_place("elements", simple=simple), "and more; mend these first"))
        return told

    problems = await asyncio.to_thread(find)
    if problems:
        raise invalid(problems)


def _shortened(words: str) -> str:
    """Return words without the middle of what a stranger made long."""
    cut = len(words) - _LONGEST
    half = _LONGEST // 2
    return words if cut <= 0 else f"{words[:half]} ... {cut:,} more letters ... {words[-half:]}"


def _place(path: str, *, simple: bool) -> str:
    """Return a key path among the elements as one in the request."""
    return f"config.{path}" if simple else path


def _columns(call: Call, measurement_id: str) -> frozenset[str] | None:
    """Return the columns of a measurement; ``None`` where there are none yet."""
    with call.store.reading() as connection:
        name = inputs.series_of(connection, measurement_id)
    if name is None:
        return None
    try:
        return frozenset(pl.read_parquet_schema(call.store.files.path(name)))
    except FileNotFoundError:  # Deleted meanwhile.
        return None


def _row(
    call: Call, connection: Connection, elements: Mapping[str, Any], *, simple: bool
) -> dict[str, Any]:
    """Return the row of a new pipeline, what it was submitted with written already."""
    body, now, name = call.body, call.store.now(), str(uuid.uuid4())
    project = find_project(connection, body["project_id"]).id
    named = (
        replace(reference, path=_place(reference.path, simple=simple))
        for reference in references(elements)
    )
    found = inputs.resolve(connection, named)
    creates(connection, name)
    files = [{"owner_id": name, "content": content} for content in found.files()]
    if files:
        connection.execute(insert(pipeline_inputs), files)
    options = body.get("options") or {}
    called = "Simple pipeline" if simple else "Pipeline"
    return {
        "id": name,
        "project_id": project,
        "name": body.get("name") or f"{called} of {now[:16].replace('T', ' ')} UTC",
        "description": body.get("description"),
        "config": _text({"elements": elements}),
        "inputs": _text(vars(found)),
        "options": {key: value for key, value in options.items() if value is not None},
        "created_by_email": EMAIL,
        "created_at": now,
        "updated_at": now,
    }


def _element(row: Mapping[str, Any], named: tuple[str, Any], position: int) -> dict[str, Any]:
    name, element = named
    return {
        "id": str(uuid.uuid4()),
        "pipeline_id": row["id"],
        "name": name,
        "element_type": type_of(element) or str(element.get("element_type")),
        "position": position,
        "job_id": None,
        "created_at": row["created_at"],
        "updated_at": row["created_at"],
    }


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
