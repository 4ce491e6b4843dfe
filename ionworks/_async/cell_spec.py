"""``client.cell_spec``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.cell_specifications import (
    create_cell_specification,
    delete_cell_specification,
    get_cell_specification,
    list_cell_specifications,
    update_cell_specification,
)
from ionworks_openapi.models import (
    CellComponent,
    CellSpecification,
    CellSpecificationCreate,
    CellSpecificationUpdate,
)

from ionworks._async.creation import async_create_or_get
from ionworks._async.lists import async_list, async_nothing
from ionworks.calls import async_call
from ionworks.errors import IonworksError
from ionworks.listing import Filters, list_query
from ionworks.paging import AsyncPage
from ionworks.records import Record
from ionworks.requests import given, mapping, path_id, request_body, same_name, several

if TYPE_CHECKING:
    from ionworks._async.session import AsyncSession

__all__ = ["AsyncCellSpecClient"]

SLOTS = ("anode", "cathode", "electrolyte", "separator", "case")

Slots = str | Iterable[str] | None


class AsyncCellSpecClient:
    """Cell specifications: the types of cell that everything measured belongs to."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, cell_spec_id: str) -> CellSpecification:
        """Return a specification, with its components.

        Raises
        ------
        NotFoundError
            If there is no such specification.

        Examples
        --------
        >>> spec = await client.cell_spec.create_or_get({
        ...     "name": "LCO coin",
        ...     "ratings": {"capacity": {"value": 0.05, "unit": "A*h"}},
        ... })
        >>> spec = await client.cell_spec.get(spec.id)
        >>> spec.ratings["capacity"]["value"]
        0.05
        """
        wanted = path_id(cell_spec_id, "cell_spec_id")
        spec = await async_call(
            get_cell_specification.asyncio_detailed, wanted, client=self._session.api
        )
        return _with_records(spec)

    async def list(
        self,
        include_components: bool = False,
        limit: int | None = None,
        offset: int | None = None,
        *,
        name: str | None = None,
        name_exact: str | None = None,
        form_factor: str | None = None,
        created_by_email: str | None = None,
        created_after: str | date | None = None,
        created_before: str | date | None = None,
        updated_after: str | date | None = None,
        updated_before: str | date | None = None,
        order_by: str | None = None,
        order: str | None = None,
        project_id: str | None = None,
        material_id: str | Iterable[str] | None = None,
        anode_material_id: str | None = None,
        cathode_material_id: str | None = None,
        electrolyte_material_id: str | None = None,
        separator_material_id: str | None = None,
        case_material_id: str | None = None,
        exclude_cell_spec_id: str | None = None,
        filters: Filters | None = None,
    ) -> AsyncPage[CellSpecification]:
        """List specifications.

        Parameters
        ----------
        include_components
            With the whole components and materials of each.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.
        name, name_exact
            A part of the name, in any case; or the whole name. Plain text: ``%`` is a percent sign.
        form_factor
            The whole form factor, such as ``18650``.
        created_by_email
            A part of the address of who made it.
        created_after, created_before, updated_after, updated_before
            Times, as ISO text or as a date or time of Python, themselves included. Without a time
            zone they mean UTC; a date means its midnight.
        order_by, order
            ``name``, ``created_at`` or ``updated_at``; ``asc`` or ``desc``.
        project_id
            Only those of this project. Without it, all that are visible; but with ``name_exact``
            or a material, those of the client's project.
        material_id
            Only those made with this material, or with one of these, in any place.
        anode_material_id, cathode_material_id, electrolyte_material_id, separator_material_id, \
case_material_id
            Only those with this material in this place; of several, one is enough.
        exclude_cell_spec_id
            Leave this one out.
        filters
            Further filters, with the operators of the API: ``{"name": "in.(A,B)"}``. See
            `ionworks.listing`.

        Raises
        ------
        ValueError
            If a project is needed and there is none, or a filter is not right.

        Examples
        --------
        >>> _ = await client.cell_spec.create_or_get({"name": "LFP 50%", "form_factor": "18650"})
        >>> specs = await client.cell_spec.list(name="50%", form_factor="18650")
        >>> [spec.name for spec in await specs.all()]
        ['LFP 50%']
        >>> (await client.cell_spec.list(filters={"form_factor": "neq.18650", "name": "like.LFP%"}))
        <0 of 0: []>
        """
        anywhere = _anywhere(material_id)
        if anywhere == {"material_ids": []}:
            return await async_nothing()
        slots: dict[str, Any] = {
            "anode_material_id": anode_material_id,
            "cathode_material_id": cathode_material_id,
            "electrolyte_material_id": electrolyte_material_id,
            "separator_material_id": separator_material_id,
            "case_material_id": case_material_id,
        }
        if name_exact is not None or anywhere or any(slots.values()):
            project_id = await self._session.project_id(project_id)
        operation = list_cell_specifications.asyncio_detailed
        query = list_query(
            operation,
            filters,
            name=name,
            name_exact=name_exact,
            form_factor=form_factor,
            created_by_email=created_by_email,
            created_after=created_after,
            created_before=created_before,
            updated_after=updated_after,
            updated_before=updated_before,
            order_by=order_by,
            order=order,
            project_id=project_id,
            exclude_cell_spec_id=exclude_cell_spec_id,
            **slots,
        )
        return await async_list(
            self._session,
            operation,
            query={**query, **anywhere, "full": given(include_components or None)},
            limit=limit,
            offset=offset,
            read=_with_records,
        )

    async def related_specs(
        self,
        cell_spec_id: str,
        *,
        slots: Slots = None,
        exclude_self: bool = True,
        limit: int | None = None,
        offset: int | None = None,
        include_components: bool = False,
    ) -> AsyncPage[CellSpecification]:
        """List the specifications of the same project that share a material with one.

        Parameters
        ----------
        cell_spec_id
            The specification to start from.
        slots
            Which of its materials count, and in the same place: some of ``anode``, ``cathode``,
            ``electrolyte``, ``separator``, ``case``. Without it, all of them, in any place.
        exclude_self
            Leave the specification itself out.
        limit, offset, include_components
            As for `list`.

        Raises
        ------
        ValueError
            If a slot is none of these.

        Examples
        --------
        >>> graphite = {"material": {"name": "Graphite"}}
        >>> one = await client.cell_spec.create_or_get({"name": "Pouch", "anode": graphite})
        >>> _ = await client.cell_spec.create_or_get({"name": "Coin", "anode": graphite})
        >>> related = await client.cell_spec.related_specs(one.id, slots="anode")
        >>> [spec.name for spec in await related.all()]
        ['Coin']
        """
        chosen = _slots(slots)
        spec = await self.get(cell_spec_id)
        if not spec.project_id:
            raise IonworksError(f"the server does not say to which project {spec.name!r} belongs")
        found = {slot: _material_id(getattr(spec, slot, None)) for slot in chosen}
        materials = {slot: material for slot, material in found.items() if material}
        if not materials:
            return await async_nothing()
        wanted: dict[str, Any] = (
            {"material_id": [*dict.fromkeys(materials.values())]}
            if slots is None
            else {f"{slot}_material_id": material for slot, material in materials.items()}
        )
        return await self.list(
            include_components,
            limit,
            offset,
            project_id=spec.project_id,
            exclude_cell_spec_id=spec.id if exclude_self else None,
            **wanted,
        )

    async def create(self, data: Mapping[str, Any]) -> CellSpecification:
        """Make a specification.

        Parameters
        ----------
        data
            ``name``, and if wanted:

            - ``form_factor``, ``manufacturer``, ``notes``, ``source``, ``properties``
            - ``ratings``: quantities ``{"value": ..., "unit": ...}`` by name, such as ``capacity``,
              ``voltage_min``, ``voltage_max``. Units are written ``A*h`` or ``A.h``
            - ``anode``, ``cathode``, ``electrolyte``, ``separator``, ``case``: each with its
              ``properties`` and its ``material``, ``{"name": ..., "manufacturer": ...}``
            - ``project_id``; without it, the client's

        Raises
        ------
        ConflictError
            If the project has a specification of this name: ``existing_id`` is its id.
        ValidationError
            If a unit is none, named by its path.
        ValueError
            If a key is missing or unknown; nothing was sent then.

        Examples
        --------
        >>> spec = await client.cell_spec.create({
        ...     "name": "NMC811-SiGr",
        ...     "form_factor": "21700",
        ...     "ratings": {"capacity": {"value": 5.0, "unit": "A.h"}},
        ...     "cathode": {
        ...         "properties": {"loading": {"value": 21.0, "unit": "mg/cm**2"}},
        ...         "material": {"name": "NMC811", "manufacturer": "Example"},
        ...     },
        ... })
        >>> spec.name
        'NMC811-SiGr'
        >>> await client.cell_spec.delete(spec.id)
        """
        body = request_body(CellSpecificationCreate, await self._in_project(data), "data")
        spec = await async_call(
            create_cell_specification.asyncio_detailed, client=self._session.api, body=body
        )
        return _with_records(spec)

    async def create_or_get(self, data: Mapping[str, Any]) -> CellSpecification:
        """Make a specification, or return the one of this name, as it is.

        Parameters
        ----------
        data
            As for `create`. Where the specification exists, only its ``name`` counts: nothing of
            it is changed, and a warning says where it is not as in ``data``.

        Examples
        --------
        >>> data = {"name": "NMC622-GR"}
        >>> one = await client.cell_spec.create_or_get(data)
        >>> other = await client.cell_spec.create_or_get(data)
        >>> one.id == other.id
        True
        """
        values = await self._in_project(data)
        name = values.get("name")
        found: CellSpecification = await async_create_or_get(
            partial(self.create, values),
            self.get,
            partial(self.list, name_exact=name, project_id=values["project_id"]),
            f"a cell specification {name!r}",
            lambda item: same_name(item.name, str(name)),
            values,
        )
        return found

    async def update(self, cell_spec_id: str, data: Mapping[str, Any]) -> CellSpecification:
        """Change a specification; what is not named stays.

        Parameters
        ----------
        cell_spec_id
            Which one.
        data
            What to change, as for `create`.

        Examples
        --------
        >>> spec = await client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> spec = await client.cell_spec.update(spec.id, {"notes": "from the pilot line"})
        >>> spec.notes
        'from the pilot line'
        """
        body = request_body(CellSpecificationUpdate, data, "data")
        wanted = path_id(cell_spec_id, "cell_spec_id")
        spec = await async_call(
            update_cell_specification.asyncio_detailed, wanted, client=self._session.api, body=body
        )
        return _with_records(spec)

    async def delete(self, cell_spec_id: str) -> None:
        """Delete a specification with its batches, its instances and their measurements.

        Materials stay.

        Examples
        --------
        >>> spec = await client.cell_spec.create_or_get({"name": "Made in error"})
        >>> await client.cell_spec.delete(spec.id)
        """
        wanted = path_id(cell_spec_id, "cell_spec_id")
        await async_call(
            delete_cell_specification.asyncio_detailed, wanted, client=self._session.api
        )

    async def _in_project(self, data: Mapping[str, Any]) -> dict[str, Any]:
        values = mapping(data, "data")
        project = await self._session.project_id(values.get("project_id"))
        return {**values, "project_id": path_id(project, "project_id")}


def _with_records(spec: CellSpecification) -> CellSpecification:
    """Make the components mappings that also answer by attribute, as ratings are mappings."""
    for slot in SLOTS:
        component = getattr(spec, slot)
        if isinstance(component, CellComponent):
            setattr(spec, slot, Record(component.to_dict()))
    return spec


def _anywhere(material_id: str | Iterable[str] | None) -> dict[str, Any]:
    if material_id is None:
        return {}
    if isinstance(material_id, Iterable) and not isinstance(material_id, str):
        return {"material_ids": [path_id(each, "material_id") for each in material_id]}
    return {"material_id": path_id(material_id, "material_id")}


def _slots(slots: Slots) -> tuple[str, ...]:
    chosen = SLOTS if slots is None else tuple(several(slots, "slots"))
    unknown = [slot for slot in chosen if slot not in SLOTS]
    if unknown:
        raise ValueError(f"slots must be of {', '.join(SLOTS)}, not {unknown[0]!r}")
    return chosen


def _material_id(component: Any) -> str | None:
    found = component.get("material_id") if isinstance(component, Mapping) else None
    return found if isinstance(found, str) else None
