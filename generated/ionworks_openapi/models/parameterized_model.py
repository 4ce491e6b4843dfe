from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="ParameterizedModel")


@_attrs_define
class ParameterizedModel:
    """A model with parameter values, ready to simulate.

    Attributes:
        id (str): Identifies the parameterized model.
        name (str): Its name.
        description (None | str): What it stands for.
        project_id (None | str): The project it belongs to; null is part of the system library.
        cell_spec_id (None | str): The cell specification it belongs to.
        model_id (None | str): The model it gives values to.
        model_name (None | str): The name of that model.
        parameters (Any): Values by PyBaMM's parameter names, each in the unit that its name gives, for example `Nominal
            cell capacity [A.h]`; a number, or a function as a symbol tree. Absent in a summary.
        simulation_settings (Any): Mesh, methods and solver, free-form; they go before the model's.
        created_at (None | str): When it was created.
        updated_at (None | str): When it last changed.
    """

    id: str
    name: str
    description: None | str
    project_id: None | str
    cell_spec_id: None | str
    model_id: None | str
    model_name: None | str
    parameters: Any
    simulation_settings: Any
    created_at: None | str
    updated_at: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        description: None | str
        description = self.description

        project_id: None | str
        project_id = self.project_id

        cell_spec_id: None | str
        cell_spec_id = self.cell_spec_id

        model_id: None | str
        model_id = self.model_id

        model_name: None | str
        model_name = self.model_name

        parameters = self.parameters

        simulation_settings = self.simulation_settings

        created_at: None | str
        created_at = self.created_at

        updated_at: None | str
        updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "description": description,
                "project_id": project_id,
                "cell_spec_id": cell_spec_id,
                "model_id": model_id,
                "model_name": model_name,
                "parameters": parameters,
                "simulation_settings": simulation_settings,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        def _parse_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        description = _parse_description(d.pop("description", None))

        def _parse_project_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        project_id = _parse_project_id(d.pop("project_id", None))

        def _parse_cell_spec_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        cell_spec_id = _parse_cell_spec_id(d.pop("cell_spec_id", None))

        def _parse_model_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        model_id = _parse_model_id(d.pop("model_id", None))

        def _parse_model_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        model_name = _parse_model_name(d.pop("model_name", None))

        parameters = d.pop("parameters", None)

        simulation_settings = d.pop("simulation_settings", None)

        def _parse_created_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        created_at = _parse_created_at(d.pop("created_at", None))

        def _parse_updated_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        updated_at = _parse_updated_at(d.pop("updated_at", None))

        parameterized_model = cls(
            id=id,
            name=name,
            description=description,
            project_id=project_id,
            cell_spec_id=cell_spec_id,
            model_id=model_id,
            model_name=model_name,
            parameters=parameters,
            simulation_settings=simulation_settings,
            created_at=created_at,
            updated_at=updated_at,
        )

        parameterized_model.additional_properties = d
        return parameterized_model

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
