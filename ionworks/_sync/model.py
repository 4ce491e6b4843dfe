# Generated from ionworks/_async/model.py by `python -m codegen sync`; do not edit.
"""``client.model``."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.models import (
    create_model,
    delete_model,
    get_model,
    list_models,
    update_model,
)
from ionworks_openapi.models import Model, ModelCreate, ModelUpdate, OrderDirection, OrderField

from ionworks.calls import sync_call
from ionworks.encode import model_config
from ionworks.paging import Chunk, Page
from ionworks.records import Record
from ionworks.requests import choice, matching, moment, path_id, request_body

if TYPE_CHECKING:
    from ionworks._sync.session import Session

__all__ = ["ModelClient"]


class ModelClient:
    """Models, without parameters."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, model_id: str) -> Model:
        """Return a model with its configuration.

        Raises
        ------
        NotFoundError
            If there is no such model.
        """
        wanted = path_id(model_id, "model_id")
        return sync_call(get_model.sync_detailed, wanted, client=self._session.api)

    def get_simulation_settings(self, model_id: str) -> Record:
        """Return how the model is solved: mesh, solver and the like; empty for the defaults."""
        model = self.get(model_id)
        return Record(model.simulation_settings)

    def list(
        self,
        limit: int | None = None,
        offset: int | None = None,
        *,
        project_id: str | None = None,
        name: str | None = None,
        name_exact: str | None = None,
        created_by_email: str | None = None,
        created_after: str | date | None = None,
        created_before: str | date | None = None,
        updated_after: str | date | None = None,
        updated_before: str | date | None = None,
        order_by: str | None = None,
        order: str | None = None,
    ) -> Page[Model]:
        """List the models of a project and those of the system.

        Parameters
        ----------
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.
        project_id
            The project; without it, the client's.
        name, name_exact
            A part of the name, in any case; or the whole name.
        created_by_email
            A part of the address of who made it.
        created_after, created_before, updated_after, updated_before
            Times, as ISO text or as a date or time of Python.
        order_by, order
            ``name``, ``created_at`` or ``updated_at``; ``asc`` or ``desc``.
        """
        project = self._session.project_id(project_id)
        name_filter = matching(name, name_exact)
        order_field = choice(OrderField, order_by, "order_by")
        direction = choice(OrderDirection, order, "order")

        def fetch(limit: int, offset: int) -> Chunk:
            page = sync_call(
                list_models.sync_detailed,
                client=self._session.api,
                project_id=project,
                limit=limit,
                offset=offset,
                name=name_filter,
                created_by_email=matching(created_by_email),
                created_at_gt=moment(created_after),
                created_at_lt=moment(created_before),
                updated_at_gt=moment(updated_after),
                updated_at_lt=moment(updated_before),
                order_by=order_field,
                order=direction,
            )
            return Chunk(page.items, page.total)

        return Page[Model].open(fetch, limit, offset)

    def create(self, data: dict[str, Any]) -> Model:
        """Store a model.

        Parameters
        ----------
        data
            ``name`` and ``config``: a PyBaMM model such as ``pybamm.lithium_ion.SPMe()``, or
            ``{"type": "SPMe", "options": {...}}``. If wanted ``description``, ``project_id``,
            ``pybamm_version``, ``simulation_settings``.
        """
        values = {**data, "project_id": self._session.project_id(data.get("project_id"))}
        if "config" in values:
            values["config"] = model_config(values["config"])
        body = request_body(ModelCreate, values, "data")
        return sync_call(create_model.sync_detailed, client=self._session.api, body=body)

    def update(self, model_id: str, data: dict[str, Any]) -> Model:
        """Change a model's name, description, pybamm_version or simulation_settings."""
        body = request_body(ModelUpdate, data, "data")
        wanted = path_id(model_id, "model_id")
        return sync_call(update_model.sync_detailed, wanted, client=self._session.api, body=body)

    def delete(self, model_id: str) -> None:
        """Delete a model."""
        wanted = path_id(model_id, "model_id")
        sync_call(delete_model.sync_detailed, wanted, client=self._session.api)
