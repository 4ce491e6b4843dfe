"""What a pipeline refers to, as it is when the pipeline is submitted.

Measurements grow and are deleted, cells are measured anew: a pipeline works with what was there
when it was submitted, however late its turn comes and however often an element is tried again. So
what it refers to is looked up once, and kept with it; of files the names, which holds the files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from ionworks_engine import cells
from ionworks_engine.errors import ApiError, Problem, invalid
from ionworks_engine.jobs.pipelines import STATE
from ionworks_engine.measurements import records as measurements
from ionworks_engine.parameterization import records
from ionworks_engine.parameterization.mapping import Specification
from ionworks_engine.pipelines.elements import Reference
from ionworks_engine.records import find
from ionworks_engine.storage import queue
from ionworks_engine.storage.tables import (
    cell_measurements,
    cell_specifications,
    element_files,
    parameterized_models,
    pipelines,
)

_TOLD = ("name", "protocol", "test_setup", "properties", "start_time")


@dataclass
class Inputs:
    """What the elements of a pipeline will be given.

    Parameters
    ----------
    measurements
        By id: names of the files ``time_series`` and ``steps``, ``metadata``, and ``cell``, the id
        of the parameterized model of the measurement's cell, if it has one.
    cells
        Descriptions of cells by the id of their parameterized model.
    pipelines
        The last state of other pipelines, by their ids.
    mapped
        By element and parameter: what a cell specification says, ``path``, ``value`` and ``unit``.
    """

    measurements: dict[str, dict[str, Any]] = field(default_factory=dict)
    cells: dict[str, dict[str, Any]] = field(default_factory=dict)
    pipelines: dict[str, str] = field(default_factory=dict)
    mapped: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def files(self) -> set[str]:
        """Return the names of the stored files among them."""
        series = (
            name
            for each in self.measurements.values()
            for name in (each["time_series"], each["steps"])
        )
        return {name for name in (*series, *self.pipelines.values()) if name is not None}


def resolve(connection: Connection, references: Iterable[Reference]) -> Inputs:
    """Look up everything that a configuration refers to.

    Raises
    ------
    ApiError
        Beginning with the key path of the reference: 404 for what is not there, 409 for what is
        not ready, 422 for what cannot be used in its place.
    """
    found = Inputs()
    for reference in references:
        try:
            _RESOLVERS[reference.kind](connection, reference, found)
        except ApiError as error:
            if error.status == 422:
                raise
            message = queue.shortened(f"{reference.path}: {error.message}")
            raise ApiError(error.status, error.code, message, error.detail) from None
    return found


def series_of(connection: Connection, name: str) -> str | None:
    """Return the name of a measurement's stored time series; ``None`` where there is none yet."""
    column = cell_measurements.c.time_series_file
    found: str | None = connection.scalar(select(column).where(cell_measurements.c.id == name))
    return found


def _measurement(connection: Connection, reference: Reference, found: Inputs) -> None:
    if reference.id in found.measurements:
        return
    row = measurements.find(connection, reference.id)
    _refuse_unready(connection, reference, row)
    cell = _model_of_cell(connection, row.cell_specification_id)
    if cell is not None:
        _keep_cell(connection, cell, found)
    found.measurements[row.id] = {
        "time_series": row.time_series_file,
        "steps": row.steps_file,
        "cell": cell,
        "metadata": {name: row._mapping[name] for name in _TOLD},
    }


def _refuse_unready(connection: Connection, reference: Reference, row: Row[Any]) -> None:
    if row.measurement_type != measurements.TIME_SERIES:
        message = f"a measurement of type {row.measurement_type!r} has no time series"
        raise invalid([Problem(reference.path, message)])
    status, error = measurements.standing(connection, row.id)
    if status == measurements.READY:
        return
    why = f": {error}" if error else ": wait until it is ready"
    message = f"The measurement {row.id!r} ({row.name}) is {status}{why}"
    raise ApiError(409, "CONFLICT", message, {"processing_status": status})


def _model_of_cell(connection: Connection, specification: str) -> str | None:
    """Return the newest parameterized model of a specification's cells."""
    table = parameterized_models
    newest = select(table.c.id).where(table.c.cell_spec_id == specification)
    found: str | None = connection.scalar(
        newest.order_by(table.c.created_at.desc(), table.c.seq.desc()).limit(1)
    )
    return found


def _parameterized_model(connection: Connection, reference: Reference, found: Inputs) -> None:
    _keep_cell(connection, reference.id, found)


def _keep_cell(connection: Connection, name: str, found: Inputs) -> None:
    if name not in found.cells:
        found.cells[name] = cells.of_parameterized_model(connection, name).cell


def _pipeline(connection: Connection, reference: Reference, found: Inputs) -> None:
    row = records.find(connection, pipelines, reference.id)
    if row.status != queue.COMPLETED:
        message = f"The pipeline {row.id!r} ({row.name}) is {row.status}: only what a completed one"
        raise ApiError(409, "CONFLICT", f"{message} found can be taken", {"status": row.status})
    left = select(element_files.c.content).where(
        element_files.c.job_id == row.job_id, element_files.c.name == STATE
    )
    state = connection.scalar(left)
    if state is None:
        raise invalid([Problem(reference.path, "this pipeline has no elements, and found nothing")])
    found.pipelines[row.id] = state


def _cell_specification(connection: Connection, reference: Reference, found: Inputs) -> None:
    row = find(connection, cell_specifications, reference.id, "cell specification")
    where = reference.path.removesuffix("cell_spec_id") + "mapping"
    specification = Specification.read(connection, row)
    found.mapped[reference.element] = specification.mapped(reference.mapping, where)


_RESOLVERS = {
    "measurement": _measurement,
    "parameterized_model": _parameterized_model,
    "pipeline": _pipeline,
    "cell_specification": _cell_specification,
}
