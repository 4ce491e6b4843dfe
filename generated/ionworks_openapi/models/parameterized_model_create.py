from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="ParameterizedModelCreate")


@_attrs_define
class ParameterizedModelCreate:
    """A new parameterized model.

    Attributes:
        name (str): Its name.
        model_id (str): The model it gives values to.
        description (None | str | Unset): What it stands for.
        parameters (Any | Unset): Values by PyBaMM's parameter names, free-form, each in the unit that its name gives,
            for example `Nominal cell capacity [A.h]`; a number, or a function as a symbol tree.
        simulation_settings (Any | Unset): Mesh, methods and solver, free-form; they go before the model's.
        project_id (None | str | Unset): The project it belongs to.
    """

    name: str
    model_id: str
    description: None | str | Unset = UNSET
    parameters: Any | Unset = UNSET
    simulation_settings: Any | Unset = UNSET
    project_id: None | str | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        model_id = self.model_id

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        parameters = self.parameters

        simulation_settings = self.simulation_settings

        project_id: None | str | Unset
        if isinstance(self.project_id, Unset):
            project_id = UNSET
        else:
            project_id = self.project_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "model_id": model_id,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if parameters is not UNSET:
            field_dict["parameters"] = parameters
        if simulation_settings is not UNSET:
            field_dict["simulation_settings"] = simulation_settings
        if project_id is not UNSET:
            field_dict["project_id"] = project_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        model_id = d.pop("model_id")

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        parameters = d.pop("parameters", UNSET)

        simulation_settings = d.pop("simulation_settings", UNSET)

        def _parse_project_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        project_id = _parse_project_id(d.pop("project_id", UNSET))

        parameterized_model_create = cls(
            name=name,
            model_id=model_id,
            description=description,
            parameters=parameters,
            simulation_settings=simulation_settings,
            project_id=project_id,
        )

        return parameterized_model_create
