"""From the names that people use to the one thing that they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ionworks.errors import ConflictError, NotFoundError
from ionworks.paging import AsyncPage
from ionworks.requests import text

if TYPE_CHECKING:
    from ionworks._async.client import AsyncIonworks

__all__ = ["async_resolve_measurement"]


async def async_resolve_measurement(
    client: AsyncIonworks,
    cell_specification: str,
    cell_instance: str,
    measurement: str,
    project_id: str,
) -> Any:
    """Return the measurement of this name, of this cell, of this specification."""
    text(cell_specification, "cell_specification")
    text(cell_instance, "cell_instance")
    text(measurement, "measurement")
    specs = await client.cell_spec.list(name_exact=cell_specification, project_id=project_id)
    spec = await _only(specs, f"cell specification {cell_specification!r} in project {project_id}")
    cells = await client.cell_instance.list(spec.id, name_exact=cell_instance)
    cell = await _only(cells, f"cell instance {cell_instance!r} of {cell_specification!r}")
    found = await client.cell_measurement.list(cell.id, name_exact=measurement)
    return await _only(found, f"measurement {measurement!r} of {cell_instance!r}")


async def _only(page: AsyncPage[Any], what: str) -> Any:
    found = await page.all()
    if not found:
        raise NotFoundError(f"there is no {what}", 404)
    if len(found) > 1:
        ids = ", ".join(item.id for item in found)
        raise ConflictError(f"{what} is not the only one of this name: take one of {ids}", 409)
    return found[0]
