"""Studies collect simulations and measurements of a project."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, Table, delete, func, select

from ionworks_engine import studies as mapping
from ionworks_engine.call import EMAIL, Call
from ionworks_engine.hierarchy import remove_studies
from ionworks_engine.measurements import records as measurements
from ionworks_engine.records import (
    MOMENTS,
    change,
    create,
    cut,
    find_project,
    page,
    refuse_same_name,
    shown,
    written,
)
from ionworks_engine.storage.tables import (
    cell_measurements,
    studies,
    study_measurements,
    study_simulations,
)

_FILTERS = ("name", "description", "created_by_email", *MOMENTS)
_FIELDS = (
    "id",
    "project_id",
    "name",
    "description",
    "created_by_email",
    *MOMENTS,
    "simulation_count",
    "measurement_count",
)


def list_studies(call: Call) -> dict[str, Any]:
    """Return a page of a project's studies."""
    project = call.path["project_id"]
    with call.store.reading() as connection:
        find_project(connection, project)
        query = _counted().where(studies.c.project_id == project)
        rows, total = page(connection, call, studies, query, _FILTERS)
    items = [_shown(row) for row in rows]
    return {"items": items, "count": len(items), "total": total}


def create_study(call: Call) -> dict[str, Any]:
    """Create a study; its name must be new in the project."""

    def work(connection: Connection) -> dict[str, Any]:
        project = find_project(connection, call.path["project_id"]).id
        _refuse_same_name(connection, project, call.body["name"])
        values = {**call.body, "project_id": project, "created_by_email": EMAIL}
        return _document(connection, create(call, connection, studies, values).id)

    return written(call, work)


def get_study(call: Call) -> dict[str, Any]:
    """Return a study."""
    with call.store.reading() as connection:
        return _document(connection, _study(call, connection).id)


def update_study(call: Call) -> dict[str, Any]:
    """Rename or describe a study; without a body nothing changes."""

    def work(connection: Connection) -> dict[str, Any]:
        row = _study(call, connection)
        if "name" in call.body:
            _refuse_same_name(connection, row.project_id, call.body["name"], but=row.id)
        if call.body:
            change(call, connection, studies, row.id, call.body)
        return _document(connection, row.id)

    return written(call, work)


def delete_study(call: Call) -> None:
    """Delete a study; what is in it stays."""

    def work(connection: Connection) -> None:
        remove_studies(connection, studies.c.id == _study(call, connection).id)

    written(call, work)


def assign_simulation_to_study(call: Call) -> dict[str, Any]:
    """Put a simulation into a study; it may be there already."""
    return _assign(call, mapping.SIMULATIONS)


def remove_simulation_from_study(call: Call) -> None:
    """Take a simulation out of a study; it stays."""
    _remove(call, mapping.SIMULATIONS)


def assign_measurement_to_study(call: Call) -> dict[str, Any]:
    """Put a measurement into a study; it may be there already."""
    return _assign(call, mapping.MEASUREMENTS)


def remove_measurement_from_study(call: Call) -> None:
    """Take a measurement out of a study; it stays."""
    _remove(call, mapping.MEASUREMENTS)


def list_study_measurements(call: Call) -> dict[str, Any]:
    """Return a page of the measurements in a study, those added last first."""
    with call.store.reading() as connection:
        study = _study(call, connection)
        query = (
            select(cell_measurements)
            .join(
                study_measurements,
                study_measurements.c.measurement_id == cell_measurements.c.id,
            )
            .where(study_measurements.c.study_id == study.id)
        )
        ordered = query.order_by(study_measurements.c.seq.desc())
        rows, total = cut(connection, query, ordered, call.query["limit"], call.query["offset"])
        items = measurements.shown(connection, rows)
    return {"items": items, "count": len(items), "total": total}


def _study(call: Call, connection: Connection) -> Row[Any]:
    project = find_project(connection, call.path["project_id"])
    return mapping.find_study(connection, project.id, call.path["study_id"])


def _assign(call: Call, kind: mapping.Kind) -> dict[str, Any]:
    def work(connection: Connection) -> dict[str, Any]:
        study = _study(call, connection)
        member = mapping.find_member(connection, study, kind, call.path[kind.column])
        mapping.assign(connection, kind, study.id, [member], call.store.now())
        return mapping.record(connection, kind, study.id, member)

    return written(call, work)


def _remove(call: Call, kind: mapping.Kind) -> None:
    def work(connection: Connection) -> None:
        study = _study(call, connection)
        mine = kind.table.c.study_id == study.id
        member = kind.table.c[kind.column] == call.path[kind.column]
        connection.execute(delete(kind.table).where(mine, member))

    written(call, work)


def _refuse_same_name(
    connection: Connection, project: str, name: str, but: str | None = None
) -> None:
    same = select(studies).where(studies.c.project_id == project, studies.c.name == name)
    refuse_same_name(connection, same, "study", name, but)


def _counted() -> Select[Any]:
    def count(table: Table, name: str) -> Any:
        inside = select(func.count()).where(table.c.study_id == studies.c.id)
        return inside.scalar_subquery().label(name)

    return select(
        studies,
        count(study_simulations, "simulation_count"),
        count(study_measurements, "measurement_count"),
    )


def _document(connection: Connection, name: str) -> dict[str, Any]:
    return _shown(connection.execute(_counted().where(studies.c.id == name)).one())


def _shown(row: Row[Any]) -> dict[str, Any]:
    # The engine runs no validations, so there are none in a study.
    return {**shown(row, _FIELDS), "validation_count": 0}
