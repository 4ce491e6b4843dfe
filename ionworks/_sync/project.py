# Generated from ionworks/_async/project.py by `python -m codegen sync`; do not edit.
"""``client.project``."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.projects import (
    create_project,
    delete_project,
    get_project,
    list_projects,
    update_project,
)
from ionworks_openapi.models import (
    OrderDirection,
    OrderField,
    Project,
    ProjectCreate,
    ProjectUpdate,
)

from ionworks.calls import sync_call
from ionworks.paging import Chunk, Page
from ionworks.requests import choice, matching, moment, path_id, request_body

if TYPE_CHECKING:
    from ionworks._sync.session import Session

__all__ = ["ProjectClient"]


class ProjectClient:
    """The projects that everything else belongs to."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, project_id: str) -> Project:
        """Return a project.

        Raises
        ------
        NotFoundError
            If there is no such project.
        """
        wanted = path_id(project_id, "project_id")
        return sync_call(get_project.sync_detailed, wanted, client=self._session.api)

    def list(
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
    ) -> Page[Project]:
        """List projects.

        Parameters
        ----------
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.
        name, name_exact
            A part of the name, in any case; or the whole name.
        created_after, created_before, updated_after, updated_before
            Times, as ISO text or as a date or time of Python.
        order_by, order
            ``name``, ``created_at`` or ``updated_at``; ``asc`` or ``desc``.
        """
        name_filter = matching(name, name_exact)
        order_field = choice(OrderField, order_by, "order_by")
        direction = choice(OrderDirection, order, "order")

        def fetch(limit: int, offset: int) -> Chunk:
            page = sync_call(
                list_projects.sync_detailed,
                client=self._session.api,
                limit=limit,
                offset=offset,
                name=name_filter,
                created_at_gt=moment(created_after),
                created_at_lt=moment(created_before),
                updated_at_gt=moment(updated_after),
                updated_at_lt=moment(updated_before),
                order_by=order_field,
                order=direction,
            )
            return Chunk(page.items, page.total)

        return Page[Project].open(fetch, limit, offset)

    def create(self, data: dict[str, Any]) -> Project:
        """Make a project.

        Parameters
        ----------
        data
            ``name``, and if wanted ``description``.

        Raises
        ------
        ConflictError
            If a project of this name exists.
        """
        body = request_body(ProjectCreate, data, "data")
        return sync_call(create_project.sync_detailed, client=self._session.api, body=body)

    def update(self, project_id: str, data: dict[str, Any]) -> Project:
        """Change the ``name`` or the ``description`` of a project."""
        body = request_body(ProjectUpdate, data, "data")
        wanted = path_id(project_id, "project_id")
        return sync_call(update_project.sync_detailed, wanted, client=self._session.api, body=body)

    def delete(self, project_id: str) -> None:
        """Delete a project and what belongs to it."""
        wanted = path_id(project_id, "project_id")
        sync_call(delete_project.sync_detailed, wanted, client=self._session.api)
