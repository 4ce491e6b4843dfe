"""``client.cell_instance``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.cell_instances import (
    create_cell_instance,
    delete_cell_instance,
    get_cell_instance,
    list_cell_instances,
    update_cell_instance,
)
from ionworks_openapi.models import CellInstance, CellInstanceCreate, CellInstanceUpdate

from ionworks._async.creation import async_create_or_get
from ionworks._async.lists import async_list
from ionworks.calls import async_call
from ionworks.listing import Filters, list_query
from ionworks.paging import AsyncPage
from ionworks.requests import mapping, path_id, request_body, same_name

if TYPE_CHECKING:
    from ionworks._async.session import AsyncSession
    from ionworks.results.cells import CellInstanceDetail
    from ionworks.results.measurements import CellMeasurementDetail

__all__ = ["AsyncCellInstanceClient"]


class AsyncCellInstanceClient:
    """Cell instances: the single cells, each of a specification."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, cell_instance_id: str) -> CellInstance:
        """Return a cell.

        Raises
        ------
        NotFoundError
            If there is no such cell.

        Examples
        --------
        >>> spec = await client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = await client.cell_instance.create_or_get(spec.id, {"name": "Cell 1"})
        >>> (await client.cell_instance.get(cell.id)).name
        'Cell 1'
        """
        wanted = path_id(cell_instance_id, "cell_instance_id")
        return await async_call(
            get_cell_instance.asyncio_detailed, wanted, client=self._session.api
        )

    async def list(
        self,
        cell_spec_id: str,
        limit: int | None = None,
        offset: int | None = None,
        *,
        name: str | None = None,
        name_exact: str | None = None,
        created_by_email: str | None = None,
        created_after: str | date | None = None,
        created_before: str | date | None = None,
        updated_after: str | date | None = None,
        updated_before: str | date | None = None,
        order_by: str | None = None,
        order: str | None = None,
        batch_id: str | None = None,
        filters: Filters | None = None,
    ) -> AsyncPage[CellInstance]:
        """List the cells of a specification.

        Parameters
        ----------
        cell_spec_id
            The specification.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.
        name, name_exact
            A part of the name, in any case; or the whole name. Plain text: ``%`` is a percent sign.
        created_by_email
            A part of the address of who made it.
        created_after, created_before, updated_after, updated_before
            Times, as ISO text or as a date or time of Python, themselves included. Without a time
            zone they mean UTC; a date means its midnight.
        order_by, order
            ``name``, ``created_at`` or ``updated_at``; ``asc`` or ``desc``.
        batch_id
            Only those of this batch.
        filters
            Further filters, with the operators of the API: ``{"batch_id": "is.null"}`` for cells
            without a batch. See `ionworks.listing`.

        Examples
        --------
        >>> spec = await client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> _ = await client.cell_instance.create_or_get(spec.id, {"name": "Cell 1"})
        >>> cells = await client.cell_instance.list(spec.id, name="cell", order_by="name")
        >>> [cell.name for cell in await cells.all()][0]
        'Cell 1'
        """
        operation = list_cell_instances.asyncio_detailed
        query = list_query(
            operation,
            filters,
            name=name,
            name_exact=name_exact,
            created_by_email=created_by_email,
            created_after=created_after,
            created_before=created_before,
            updated_after=updated_after,
            updated_before=updated_before,
            order_by=order_by,
            order=order,
            batch_id=batch_id,
        )
        return await async_list(
            self._session,
            operation,
            path_id(cell_spec_id, "cell_spec_id"),
            query=query,
            limit=limit,
            offset=offset,
        )

    async def detail(
        self,
        cell_instance_id: str,
        include_steps: bool = True,
        include_cycles: bool = True,
        include_time_series: bool = True,
        *,
        use_cache: bool = True,
    ) -> CellInstanceDetail:
        """Return a cell with all its measurements, and what was measured.

        The parts are fetched a few at once, whatever the number of measurements. Of one that is
        still processed, or failed, there is the record alone, and a warning says so.

        Parameters
        ----------
        cell_instance_id
            Which cell.
        include_steps, include_cycles, include_time_series
            Which tables to fetch; those left out are ``None``.
        use_cache
            Whether the cache on disk may answer, and keeps what is fetched.

        Returns
        -------
        CellInstanceDetail
            ``instance``, ``specification_id`` and ``measurements``, each of these with its
            ``steps``, ``cycles`` and ``time_series`` in the frames of the client's backend.

        Raises
        ------
        NotFoundError
            If there is no such cell.

        Examples
        --------
        >>> spec = await client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = await client.cell_instance.create_or_get(spec.id, {"name": "Not measured"})
        >>> detail = await client.cell_instance.detail(cell.id)
        >>> detail.specification_id == spec.id, detail.measurements
        (True, [])
        """
        from ionworks._async.details import Wanted, async_instance_detail

        wanted = Wanted.of(include_steps, include_cycles, include_time_series, use_cache)
        return await async_instance_detail(self._session, cell_instance_id, wanted)

    async def create(self, cell_spec_id: str, data: Mapping[str, Any]) -> CellInstance:
        """Make a cell.

        Parameters
        ----------
        cell_spec_id
            Its specification.
        data
            ``name``, and if wanted:

            - ``batch``, the name of its batch, in any case, which is made if there is none yet;
              or ``batch_id``
            - ``date_manufactured``: ``YYYY-MM-DD``
            - ``measured_properties``: for each of ``cathode``, ``anode``, ``cell`` ... quantities
              ``{"value": ..., "unit": ...}`` by name. Units are written ``mg/cm**2`` or
              ``mg.cm-2``
            - ``notes``

        Raises
        ------
        ConflictError
            If the specification has a cell of this name: ``existing_id`` is its id.
        ValidationError
            If a unit is none, named by its path, or the batch is of another specification.
        ValueError
            If a key is missing or unknown; nothing was sent then.

        Examples
        --------
        >>> spec = await client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = await client.cell_instance.create(spec.id, {
        ...     "name": "NMC622-GR-007",
        ...     "batch": "BATCH-2024-001",
        ...     "date_manufactured": "2024-01-20",
        ...     "measured_properties": {"cell": {"mass": {"value": 46.2, "unit": "g"}}},
        ... })
        >>> cell.batch, cell.measured_properties["cell"]["mass"]["value"]
        ('BATCH-2024-001', 46.2)
        >>> await client.cell_instance.delete(cell.id)
        """
        body = request_body(CellInstanceCreate, data, "data")
        wanted = path_id(cell_spec_id, "cell_spec_id")
        return await async_call(
            create_cell_instance.asyncio_detailed, wanted, client=self._session.api, body=body
        )

    async def create_or_get(self, cell_spec_id: str, data: Mapping[str, Any]) -> CellInstance:
        """Make a cell, or return the one of this name, as it is.

        Parameters
        ----------
        cell_spec_id
            Its specification.
        data
            As for `create`. Where the cell exists, only its ``name`` counts: nothing of it is
            changed, and a warning says where it is not as in ``data``.

        Examples
        --------
        >>> spec = await client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> one = await client.cell_instance.create_or_get(spec.id, {"name": "Cell 1"})
        >>> other = await client.cell_instance.create_or_get(spec.id, {"name": "Cell 1"})
        >>> one.id == other.id
        True
        """
        name = mapping(data, "data").get("name")
        found: CellInstance = await async_create_or_get(
            partial(self.create, cell_spec_id, data),
            self.get,
            partial(self.list, cell_spec_id, name_exact=name),
            f"a cell instance {name!r}",
            lambda item: same_name(item.name, str(name)),
            data,
        )
        return found

    async def update(self, cell_instance_id: str, data: Mapping[str, Any]) -> CellInstance:
        """Change a cell; what is not named stays.

        Parameters
        ----------
        cell_instance_id
            Which one.
        data
            What to change, as for `create`. ``"batch": None`` takes it out of its batch.

        Examples
        --------
        >>> spec = await client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = await client.cell_instance.create_or_get(spec.id, {"name": "Cell 1"})
        >>> (await client.cell_instance.update(cell.id, {"batch": "BATCH-2024-002"})).batch
        'BATCH-2024-002'
        """
        body = request_body(CellInstanceUpdate, data, "data")
        wanted = path_id(cell_instance_id, "cell_instance_id")
        return await async_call(
            update_cell_instance.asyncio_detailed, wanted, client=self._session.api, body=body
        )

    async def delete(self, cell_instance_id: str) -> None:
        """Delete a cell and all of its measurements.

        Examples
        --------
        >>> spec = await client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = await client.cell_instance.create_or_get(spec.id, {"name": "Made in error"})
        >>> await client.cell_instance.delete(cell.id)
        """
        wanted = path_id(cell_instance_id, "cell_instance_id")
        await async_call(delete_cell_instance.asyncio_detailed, wanted, client=self._session.api)

    def iter_details(
        self,
        cell_instance_id: str,
        include_steps: bool = True,
        include_cycles: bool = True,
        include_time_series: bool = True,
        *,
        use_cache: bool = True,
    ) -> AsyncIterator[CellMeasurementDetail]:
        """Yield the measurements of a cell with what was measured, as they come.

        Each is handed on in the order of the list while later ones are still fetched; no more
        than a few are in memory at once.

        Parameters
        ----------
        cell_instance_id, include_steps, include_cycles, include_time_series, use_cache
            As for `detail`.

        Examples
        --------
        >>> spec = await client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = await client.cell_instance.create_or_get(spec.id, {"name": "Weighed"})
        >>> mass = {"mass": {"value": 46.2, "unit": "g"}}
        >>> _ = await client.cell_measurement.create_properties(cell.id, "Weighing", mass)
        >>> spec = await client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = await client.cell_instance.create_or_get(spec.id, {"name": "Streamed"})
        >>> mass = {"mass": {"value": 68.4, "unit": "g"}}
        >>> _ = await client.cell_measurement.create_properties(cell.id, "Weighing", mass)
        >>> async for measurement in client.cell_instance.iter_details(cell.id):
        ...     print(measurement.name, measurement.cycles)
        Weighing None
        >>> await client.cell_instance.delete(cell.id)
        """
        from ionworks._async.details import Wanted, async_iter_details

        wanted = Wanted.of(include_steps, include_cycles, include_time_series, use_cache)
        return async_iter_details(self._session, cell_instance_id, wanted)
