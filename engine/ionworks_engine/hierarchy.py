"""What belongs to what: specification > batches, instances > measurements; and what goes with it.

Each ``remove_…`` deletes in the caller's transaction and returns names of files; the files
themselves go once that is committed: ``Store.discard_files``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, select, update

from ionworks_engine import rawdata, runs
from ionworks_engine.call import Call
from ionworks_engine.measurements import records as measurements
from ionworks_engine.parameterization import records as parameterization
from ionworks_engine.records import find
from ionworks_engine.storage.tables import (
    cell_batches,
    cell_components,
    cell_instances,
    cell_measurements,
    cell_specifications,
    experiment_templates,
    materials,
    models,
    parameterized_models,
    pipelines,
    projects,
    raw_data,
    simple_pipelines,
    simulations,
    studies,
    study_measurements,
    study_simulations,
)

SPECIFICATION = "cell specification"
BATCH = "cell batch"
INSTANCE = "cell instance"


def find_specification(connection: Connection, name: str) -> Row[Any]:
    """Return a specification's row, or refuse with 404."""
    return find(connection, cell_specifications, name, SPECIFICATION)


def find_instance(connection: Connection, name: str) -> Row[Any]:
    """Return an instance's row, or refuse with 404."""
    return find(connection, cell_instances, name, INSTANCE)


def remove_instances(call: Call, connection: Connection, which: ColumnElement[bool]) -> list[str]:
    """Delete instances and their measurements."""
    gone = select(cell_instances.c.id).where(which)
    files = measurements.remove(call, connection, cell_measurements.c.cell_instance_id.in_(gone))
    connection.execute(delete(cell_instances).where(which))
    return files


def remove_specifications(
    call: Call, connection: Connection, which: ColumnElement[bool]
) -> list[str]:
    """Delete specifications, their components, batches and instances; materials stay."""
    gone = select(cell_specifications.c.id).where(which)
    files = remove_instances(call, connection, cell_instances.c.cell_specification_id.in_(gone))
    for table in (cell_batches, cell_components):
        connection.execute(delete(table).where(table.c.cell_specification_id.in_(gone)))
    tied = update(parameterized_models).where(parameterized_models.c.cell_spec_id.in_(gone))
    connection.execute(tied.values(cell_spec_id=None))
    connection.execute(delete(cell_specifications).where(which))
    return files


def remove_studies(connection: Connection, which: ColumnElement[bool]) -> None:
    """Delete studies; the simulations and measurements in them stay."""
    gone = select(studies.c.id).where(which)
    for table in (study_simulations, study_measurements):
        connection.execute(delete(table).where(table.c.study_id.in_(gone)))
    connection.execute(delete(studies).where(which))


def remove_project(call: Call, connection: Connection, project: str) -> list[str]:
    """Delete a project with everything in it."""
    files = remove_specifications(call, connection, cell_specifications.c.project_id == project)
    files += rawdata.remove(connection, raw_data.c.project_id == project)
    remove_studies(connection, studies.c.project_id == project)
    files += runs.remove(call.jobs, connection, simulations.c.project_id == project)
    files += parameterization.remove(call.jobs, connection, pipelines.c.project_id == project)
    files += parameterization.remove_simple(
        call.jobs, connection, simple_pipelines.c.project_id == project
    )
    for table in (parameterized_models, models, experiment_templates, materials):
        connection.execute(delete(table).where(table.c.project_id == project))
    connection.execute(delete(projects).where(projects.c.id == project))
    return files
