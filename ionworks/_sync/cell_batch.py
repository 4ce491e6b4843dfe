# Generated from ionworks/_async/cell_batch.py by `python -m codegen sync`; do not edit.
"""``client.cell_batch``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.cell_batches import (
    create_cell_batch,
    delete_cell_batch,
    get_cell_batch,
    list_cell_batches,
    update_cell_batch,
)
from ionworks_openapi.models import CellBatch, CellBatchCreate, CellBatchUpdate

from ionworks._sync.creation import sync_create_or_get
from ionworks._sync.lists import sync_list
from ionworks.calls import sync_call
from ionworks.listing import Filters, list_query
from ionworks.paging import Page
from ionworks.requests import mapping, path_id, request_body, same_name

if TYPE_CHECKING:
    from ionworks._sync.session import Session

__all__ = ["CellBatchClient"]


class CellBatchClient:
    """Batches: the cells of one specification that were made together."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, batch_id: str) -> CellBatch:
        """Return a batch, with the ``instance_count`` of its cells.

        Raises
        ------
        NotFoundError
            If there is no such batch.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> batch = client.cell_batch.create_or_get(spec.id, {"name": "Week 3"})
        >>> (client.cell_batch.get(batch.id)).instance_count
        0
        """
        wanted = path_id(batch_id, "batch_id")
        return sync_call(get_cell_batch.sync_detailed, wanted, client=self._session.api)

    def list(
        self,
        cell_spec_id: str,
        limit: int | None = None,
        offset: int | None = None,
        *,
        name: str | None = None,
        name_exact: str | None = None,
        filters: Filters | None = None,
    ) -> Page[CellBatch]:
        """List the batches of a specification.

        Parameters
        ----------
        cell_spec_id
            The specification.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.
        name, name_exact
            A part of the name, in any case; or the whole name. Plain text: ``%`` is a percent sign.
        filters
            Further filters, with the operators of the API: ``{"name": "in.(A,B)"}``. See
            `ionworks.listing`.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> _ = client.cell_batch.create_or_get(spec.id, {"name": "Week 3"})
        >>> [batch.name for batch in (client.cell_batch.list(spec.id, name="3")).all()]
        ['Week 3']
        """
        operation = list_cell_batches.sync_detailed
        return sync_list(
            self._session,
            operation,
            path_id(cell_spec_id, "cell_spec_id"),
            query=list_query(operation, filters, name=name, name_exact=name_exact),
            limit=limit,
            offset=offset,
        )

    def create(self, cell_spec_id: str, data: Mapping[str, Any]) -> CellBatch:
        """Make a batch.

        Parameters
        ----------
        cell_spec_id
            The specification of its cells.
        data
            ``name``, and if wanted ``notes``, ``date_manufactured`` (``YYYY-MM-DD``) and
            ``properties``, whose numbers are written ``{"value": ..., "unit": ...}``.

        Raises
        ------
        ConflictError
            If the specification has a batch of this name, in any case.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> batch = client.cell_batch.create(spec.id, {
        ...     "name": "Week 4",
        ...     "date_manufactured": "2024-01-22",
        ...     "properties": {"electrolyte mass": {"value": 3.2, "unit": "g"}},
        ... })
        >>> batch.date_manufactured
        '2024-01-22'
        >>> client.cell_batch.delete(batch.id)
        """
        body = request_body(CellBatchCreate, data, "data")
        wanted = path_id(cell_spec_id, "cell_spec_id")
        return sync_call(
            create_cell_batch.sync_detailed, wanted, client=self._session.api, body=body
        )

    def create_or_get(self, cell_spec_id: str, data: Mapping[str, Any]) -> CellBatch:
        """Make a batch, or return the one of this name in any case, as it is.

        A warning says where it is not as in ``data``.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> one = client.cell_batch.create_or_get(spec.id, {"name": "Week 5"})
        >>> other = client.cell_batch.create_or_get(spec.id, {"name": "WEEK 5"})
        >>> one.id == other.id
        True
        """
        name = mapping(data, "data").get("name")
        found: CellBatch = sync_create_or_get(
            partial(self.create, cell_spec_id, data),
            self.get,
            partial(self.list, cell_spec_id),
            f"a cell batch {name!r}",
            lambda item: same_name(item.name.casefold(), str(name).casefold()),
            data,
        )
        return found

    def update(self, batch_id: str, data: Mapping[str, Any]) -> CellBatch:
        """Change a batch: its ``name``, ``notes``, ``date_manufactured`` or ``properties``.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> batch = client.cell_batch.create_or_get(spec.id, {"name": "Week 3"})
        >>> (client.cell_batch.update(batch.id, {"notes": "dry room B"})).notes
        'dry room B'
        """
        body = request_body(CellBatchUpdate, data, "data")
        wanted = path_id(batch_id, "batch_id")
        return sync_call(
            update_cell_batch.sync_detailed, wanted, client=self._session.api, body=body
        )

    def delete(self, batch_id: str) -> None:
        """Delete a batch. Its cells stay, without a batch.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> batch = client.cell_batch.create_or_get(spec.id, {"name": "Made in error"})
        >>> client.cell_batch.delete(batch.id)
        """
        wanted = path_id(batch_id, "batch_id")
        sync_call(delete_cell_batch.sync_detailed, wanted, client=self._session.api)
