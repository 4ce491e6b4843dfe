# Generated from ionworks/_async/naming.py by `python -m codegen sync`; do not edit.
"""From the names that people use to the one thing that they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ionworks.errors import ConflictError, NotFoundError
from ionworks.paging import Page
from ionworks.requests import text

if TYPE_CHECKING:
    from ionworks._sync.client import Ionworks

__all__ = ["sync_resolve_measurement"]


def sync_resolve_measurement(
    client: Ionworks,
    cell_specification: str,
    cell_instance: str,
    measurement: str,
    project_id: str,
) -> Any:
    """Return the measurement of this name, of this cell, of this specification."""
    text(cell_specification, "cell_specification")
    text(cell_instance, "cell_instance")
    text(measurement, "measurement")
    specs = client.cell_spec.list(name_exact=cell_specification, project_id=project_id)
    spec = _only(specs, f"cell specification {cell_specification!r} in project {project_id}")
    cells = client.cell_instance.list(spec.id, name_exact=cell_instance)
    cell = _only(cells, f"cell instance {cell_instance!r} of {cell_specification!r}")
    found = client.cell_measurement.list(cell.id, name_exact=measurement)
    return _only(found, f"measurement {measurement!r} of {cell_instance!r}")


def _only(page: Page[Any], what: str) -> Any:
    found = page.all()
    if not found:
        raise NotFoundError(f"there is no {what}", 404)
    if len(found) > 1:
        ids = ", ".join(item.id for item in found)
        raise ConflictError(f"{what} is not the only one of this name: take one of {ids}", 409)
    return found[0]
