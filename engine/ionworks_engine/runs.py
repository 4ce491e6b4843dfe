"""Simulations in the store: found again by what they ask for, listed, shown, removed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, delete, select

from ionworks_engine.call import ORGANIZATION
from ionworks_engine.errors import not_found
from ionworks_engine.jobs.system import Jobs
from ionworks_engine.storage import content, queue
from ionworks_engine.storage.tables import (
    experiment_templates,
    jobs,
    parameterized_models,
    simulations,
    study_simulations,
)

STATES: Mapping[str, tuple[str, ...]] = {
    "queued": ("pending", "waiting"),
    "running": (queue.PROCESSING,),
    "completed": (queue.COMPLETED,),
    "failed": (queue.FAILED, queue.CANCELED),
}
_CHUNK = 500
_FIRST = study_simulations.alias()
_STUDY = (
    select(_FIRST.c.study_id)
    .where(_FIRST.c.simulation_id == simulations.c.id)
    .order_by(_FIRST.c.seq)
    .limit(1)
    .scalar_subquery()
    .label("study_id")
)
_OWN = (
    "id",
    "job_id",
    "name",
    "project_id",
    "parameterized_model_id",
    "model_name",
    "experiment_template_id",
    "study_id",
    "experiment_parameters",
    "design_parameters",
    "extra_variables",
    "max_backward_jumps",
    "storage_folder",
    "metrics",
    "created_at",
    "created_by_email",
)


@cache
def joined() -> Select[Any]:
    """Return simulations with job, parameterized model, protocol and the first of their studies."""
    return (
        select(
            simulations,
            jobs.c.status,
            jobs.c.error,
            jobs.c.error_code,
            jobs.c.updated_at.label("changed_at"),
            parameterized_models.c.id.label("cell_id"),
            parameterized_models.c.name.label("cell_name"),
            parameterized_models.c.model_id.label("cell_model_id"),
            experiment_templates.c.id.label("template_id"),
            experiment_templates.c.name.label("template_name"),
            _STUDY,
        )
        .join(jobs, jobs.c.id == simulations.c.job_id)
        .outerjoin(
            parameterized_models,
            parameterized_models.c.id == simulations.c.parameterized_model_id,
        )
        .outerjoin(
            experiment_templates,
            experiment_templates.c.id == simulations.c.experiment_template_id,
        )
    )


_RUN = joined().where(simulations.c.id == bindparam("name"))


def find_run(connection: Connection, name: str) -> Row[Any]:
    """Return a simulation with what belongs to it, or refuse with 404."""
    row = connection.execute(_RUN, {"name": name}).first()
    if row is None:
        raise not_found("simulation", name)
    return row


def shown(row: Row[Any], *, summary: bool = False) -> dict[str, Any]:
    """Return a simulation as the API shows it."""
    found = row._mapping
    document = {field: found[field] for field in _OWN if not (summary and field == "metrics")}
    cell = {"id": row.cell_id, "name": row.cell_name, "model_id": row.cell_model_id}
    template = {"id": row.template_id, "name": row.template_name}
    return document | {
        "status": row.status,
        "error": row.error,
        "error_code": row.error_code,
        "organization_id": ORGANIZATION,
        "protocol_id": row.experiment_template_id,
        "simulation_data": None,
        "updated_at": row.changed_at,
        "parameterized_model": cell if row.cell_id else None,
        "experiment_template": template if row.template_id else None,
    }


def existing(
    connection: Connection, project: str, contents: Collection[str]
) -> dict[str, tuple[str, str]]:
    """Return the runs of a project that need no repeat: ids of simulation and job, by content.

    A run that failed or was canceled is not among them.
    """
    found = {}
    for chunk in _chunks(list(dict.fromkeys(contents))):
        query = (
            select(simulations.c.content, simulations.c.id, simulations.c.job_id)
            .join(jobs, jobs.c.id == simulations.c.job_id)
            .where(
                simulations.c.project_id == project,
                simulations.c.content.in_(chunk),
                jobs.c.status.not_in(STATES["failed"]),
            )
        )
        found.update({row.content: (row.id, row.job_id) for row in connection.execute(query)})
    return found


def remove(system: Jobs, connection: Connection, which: ColumnElement[bool]) -> list[str]:
    """Delete simulations with their jobs, canceling those that run; return their files' names.

    The files themselves go once the transaction is committed: ``Store.discard_files``.
    """
    columns = (simulations.c.job_id, simulations.c.time_series_file, simulations.c.steps_file)
    rows = connection.execute(select(*columns).where(which)).all()
    for row in rows:
        system.cancel(connection, row.job_id)
    gone = select(simulations.c.id).where(which)
    links = study_simulations
    connection.execute(delete(links).where(links.c.simulation_id.in_(gone)))
    connection.execute(delete(simulations).where(which))
    for chunk in _chunks([row.job_id for row in rows]):
        connection.execute(delete(jobs).where(jobs.c.id.in_(chunk)))
    content.drop_orphans(connection)
    return [name for row in rows for name in (row.time_series_file, row.steps_file) if name]


def _chunks(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[at : at + _CHUNK] for at in range(0, len(names), _CHUNK))
