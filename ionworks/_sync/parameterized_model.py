# Generated from ionworks/_async/parameterized_model.py by `python -m codegen sync`; do not edit.
"""``client.parameterized_model``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.parameterized_models import (
    create_cell_parameterized_model,
    create_parameterized_model,
    delete_cell_parameterized_model,
    delete_parameterized_model,
    get_parameter_values,
    get_parameterized_model,
    list_cell_parameterized_models,
    list_parameterized_models,
    list_variable_names,
    update_cell_parameterized_model,
    update_parameterized_model,
)
from ionworks_openapi.models import (
    ParameterizedModel,
    ParameterizedModelCreate,
    ParameterizedModelUpdate,
)

from ionworks._sync.creation import sync_create_or_get
from ionworks._sync.lists import sync_list
from ionworks.calls import sync_call, sync_mapping
from ionworks.encode import parameter_values
from ionworks.paging import Chunk, Page
from ionworks.requests import given, mapping, matching, path_id, request_body, same_name

if TYPE_CHECKING:
    from ionworks._sync.session import Session

__all__ = ["ParameterizedModelClient"]


class ParameterizedModelClient:
    """Models with parameters: what simulations run on."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, parameterized_model_id: str) -> ParameterizedModel:
        """Return a parameterized model.

        Raises
        ------
        NotFoundError
            If there is no such parameterized model.
        """
        wanted = path_id(parameterized_model_id, "parameterized_model_id")
        return sync_call(get_parameterized_model.sync_detailed, wanted, client=self._session.api)

    def list_by_project(
        self,
        project_id: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
        *,
        cell_spec_id: str | None = None,
        summary: bool = False,
    ) -> Page[ParameterizedModel]:
        """List the parameterized models of a project and those of the system.

        Parameters
        ----------
        project_id
            The project; without it, the client's.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.
        cell_spec_id
            Only those of this cell specification.
        summary
            Leave out the parameters.

        Examples
        --------
        >>> models = client.parameterized_model.list_by_project(summary=True)
        >>> "Chen2020 SPMe" in [model.name for model in models.all()]
        True
        """
        project = self._session.project_id(project_id)

        def fetch(limit: int, offset: int) -> Chunk:
            page = sync_call(
                list_parameterized_models.sync_detailed,
                client=self._session.api,
                project_id=project,
                cell_spec_id=given(cell_spec_id),
                summary=given(summary or None),
                limit=limit,
                offset=offset,
            )
            return Chunk(page.items, page.total)

        return Page[ParameterizedModel].open(fetch, limit, offset)

    def list_by_cell_specification(
        self, cell_spec_id: str, limit: int | None = None, offset: int | None = None
    ) -> Page[ParameterizedModel]:
        """List the parameterized models of a cell specification.

        Parameters
        ----------
        cell_spec_id
            The cell specification.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.

        Raises
        ------
        NotFoundError
            If there is no such cell specification.
        """
        wanted = path_id(cell_spec_id, "cell_spec_id")
        operation = list_cell_parameterized_models.sync_detailed
        return sync_list(self._session, operation, wanted, query={}, limit=limit, offset=offset)

    def create(self, cell_spec_id: str | None, data: dict[str, Any]) -> ParameterizedModel:
        """Store a parameterized model.

        Parameters
        ----------
        cell_spec_id
            The cell specification that it is a model of, in whose project it then is: pipelines
            take the newest one for measurements of such cells where they name no model. ``None``:
            it belongs to the project alone.
        data
            ``name``, ``model_id``, and ``parameters``: a ``pybamm.ParameterValues``, the name of a
            published set such as ``Chen2020``, or numbers by name. If wanted ``description``,
            ``simulation_settings``, ``project_id``.
        """
        values = dict(data)
        if "parameters" in values:
            values["parameters"] = parameter_values(values["parameters"])
        if cell_spec_id is not None:
            return sync_call(
                create_cell_parameterized_model.sync_detailed,
                path_id(cell_spec_id, "cell_spec_id"),
                client=self._session.api,
                body=request_body(ParameterizedModelCreate, values, "data"),
            )
        values["project_id"] = self._session.project_id(data.get("project_id"))
        body = request_body(ParameterizedModelCreate, values, "data")
        return sync_call(
            create_parameterized_model.sync_detailed, client=self._session.api, body=body
        )

    def create_or_get(self, cell_spec_id: str | None, data: dict[str, Any]) -> ParameterizedModel:
        """Store a parameterized model, or return the one of this name as it is."""
        name = mapping(data, "data").get("name")
        found: ParameterizedModel = sync_create_or_get(
            partial(self.create, cell_spec_id, data),
            self.get,
            partial(self._named, cell_spec_id, name, data.get("project_id")),
            f"a parameterized model {name!r}",
            lambda item: same_name(item.name, str(name)),
        )
        return found

    def update(
        self, cell_spec_id: str | None, parameterized_model_id: str, data: dict[str, Any]
    ) -> ParameterizedModel:
        """Change a parameterized model's name, description or simulation_settings.

        With a cell specification, one that is a model of it.
        """
        body = request_body(ParameterizedModelUpdate, data, "data")
        wanted = path_id(parameterized_model_id, "parameterized_model_id")
        if cell_spec_id is not None:
            return sync_call(
                update_cell_parameterized_model.sync_detailed,
                path_id(cell_spec_id, "cell_spec_id"),
                wanted,
                client=self._session.api,
                body=body,
            )
        return sync_call(
            update_parameterized_model.sync_detailed,
            wanted,
            client=self._session.api,
            body=body,
        )

    def delete(self, cell_spec_id: str | None, parameterized_model_id: str) -> None:
        """Delete a parameterized model; with a cell specification, one that is a model of it."""
        wanted = path_id(parameterized_model_id, "parameterized_model_id")
        if cell_spec_id is not None:
            sync_call(
                delete_cell_parameterized_model.sync_detailed,
                path_id(cell_spec_id, "cell_spec_id"),
                wanted,
                client=self._session.api,
            )
            return
        sync_call(delete_parameterized_model.sync_detailed, wanted, client=self._session.api)

    def get_parameter_values(self, parameterized_model_id: str) -> dict[str, Any]:
        """Return the parameters by name: numbers, and functions in PyBaMM's own JSON."""
        wanted = path_id(parameterized_model_id, "parameterized_model_id")
        values = sync_mapping(get_parameter_values.sync_detailed, wanted, client=self._session.api)
        return dict(values)

    def get_variable_names(self, parameterized_model_id: str) -> list[str]:
        """Return the names of the scalar variables, which ``extra_variables`` may ask for."""
        wanted = path_id(parameterized_model_id, "parameterized_model_id")
        return sync_call(list_variable_names.sync_detailed, wanted, client=self._session.api)

    def _named(
        self, cell_spec_id: str | None, name: str | None, project_id: str | None
    ) -> Page[ParameterizedModel]:
        if cell_spec_id is not None:
            return self.list_by_cell_specification(cell_spec_id)
        project = self._session.project_id(project_id)
        query = {"project_id": project, "name": matching(None, name)}
        operation = list_parameterized_models.sync_detailed
        return sync_list(self._session, operation, query=query, limit=None, offset=None)
