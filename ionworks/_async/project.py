"""``client.project``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.projects import (
    create_project,
    delete_project,
    get_project,
    list_projects,
    update_project,
)
from ionworks_openapi.models import (
    Project,
    ProjectCreate,
    ProjectUpdate,
)

from ionworks._async.creation import async_create_or_get
from ionworks._async.lists import async_list
from ionworks.calls import async_call
from ionworks.listing import Filters, list_query
from ionworks.paging import AsyncPage
from ionworks.requests import mapping, path_id, request_body, same_name

if TYPE_CHECKING:
    from ionworks._async.session import AsyncSession

__all__ = ["AsyncProjectClient"]


class AsyncProjectClient:
    """The projects that everything else belongs to."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, project_id: str) -> Project:
        """Return a project.

        Raises
        ------
        NotFoundError
            If there is no such project.

        Examples
        --------
        >>> project = await client.project.create_or_get({"name": "Fast charge"})
        >>> (await client.project.get(project.id)).name
        'Fast charge'
        """
        wanted = path_id(project_id, "project_id")
        return await async_call(get_project.asyncio_detailed, wanted, client=self._session.api)

    async def list(
        self,
        limit: int | None = None,
        offset: int | None = None,
        *,
        name: str | None = None,
        name_exact: str | None = None,
        created_after: str | date | None = None,
        created_before: str | date | None = None,
        updated_after: str | date | None = None,
        updated_before: str | date | None = None,
        order_by: str | None = None,
        order: str | None = None,
        filters: Filters | None = None,
    ) -> AsyncPage[Project]:
        """List projects.

        Parameters
        ----------
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.
        name, name_exact
            A part of the name, in any case; or the whole name. Plain text: ``%`` is a percent sign.
        created_after, created_before, updated_after, updated_before
            Times, as ISO text or as a date or time of Python, themselves included. Without a time
            zone they mean UTC; a date means its midnight.
        order_by, order
            ``name``, ``created_at`` or ``updated_at``; ``asc`` or ``desc``.
        filters
            Further filters, with the operators of the API: ``{"name": "in.(A,B)"}``. See
            `ionworks.listing`.

        Examples
        --------
        >>> project = await client.project.create_or_get({"name": "Fast charge"})
        >>> projects = await client.project.list(name="charge")
        >>> project.id in [each.id for each in await projects.all()]
        True
        """
        operation = list_projects.asyncio_detailed
        query = list_query(
            operation,
            filters,
            name=name,
            name_exact=name_exact,
            created_after=created_after,
            created_before=created_before,
            updated_after=updated_after,
            updated_before=updated_before,
            order_by=order_by,
            order=order,
        )
        return await async_list(self._session, operation, query=query, limit=limit, offset=offset)

    async def create(self, data: Mapping[str, Any]) -> Project:
        """Make a project.

        Parameters
        ----------
        data
            ``name``, and if wanted ``description``.

        Raises
        ------
        ConflictError
            If a project of this name exists: ``existing_id`` is its id.

        Examples
        --------
        >>> project = await client.project.create({"name": "Pilot line", "description": "21700"})
        >>> project.description
        '21700'
        >>> await client.project.delete(project.id)
        """
        body = request_body(ProjectCreate, data, "data")
        return await async_call(
            create_project.asyncio_detailed, client=self._session.api, body=body
        )

    async def create_or_get(self, data: Mapping[str, Any]) -> Project:
        """Make a project, or return the one of this name, as it is.

        A warning says where it is not as in ``data``.

        Examples
        --------
        >>> one = await client.project.create_or_get({"name": "Fast charge"})
        >>> other = await client.project.create_or_get({"name": "Fast charge"})
        >>> one.id == other.id
        True
        """
        name = mapping(data, "data").get("name")
        found: Project = await async_create_or_get(
            partial(self.create, data),
            self.get,
            partial(self.list, name_exact=name),
            f"a project {name!r}",
            lambda item: same_name(item.name, str(name)),
            data,
        )
        return found

    async def update(self, project_id: str, data: Mapping[str, Any]) -> Project:
        """Change the ``name`` or the ``description`` of a project.

        Examples
        --------
        >>> project = await client.project.create_or_get({"name": "Fast charge"})
        >>> (await client.project.update(project.id, {"description": "4C"})).description
        '4C'
        """
        body = request_body(ProjectUpdate, data, "data")
        wanted = path_id(project_id, "project_id")
        return await async_call(
            update_project.asyncio_detailed, wanted, client=self._session.api, body=body
        )

    async def delete(self, project_id: str) -> None:
        """Delete a project and everything that belongs to it: models, runs, cells and their data.

        Examples
        --------
        >>> project = await client.project.create_or_get({"name": "Made in error"})
        >>> await client.project.delete(project.id)
        """
        wanted = path_id(project_id, "project_id")
        await async_call(delete_project.asyncio_detailed, wanted, client=self._session.api)
