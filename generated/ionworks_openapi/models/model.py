from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="Model")


@_attrs_define
class Model:
    """Equations without parameter values.

    Attributes:
        id (str): Identifies the model.
        name (str): Its name.
        description (None | str): What it is for.
        project_id (None | str): The project it belongs to; null is a system model that every project shares.
        config (Any): The equations, free-form: `{type, module, options}` names a PyBaMM class, for example `{"type":
            "SPMe", "options": {"thermal": "lumped"}}`.
        simulation_settings (Any): Mesh, methods and solver, free-form with the keys `var_pts`, `submesh_types`,
            `spatial_methods`, `geometry`, `solver`.
        pybamm_version (None | str): The version of PyBaMM it was made with.
        chemistry (None | str): Its family, for example `lithium_ion` or `ecm`.
        is_custom_model (bool | None): Whether its equations were uploaded rather than named.
        source_model_id (None | str): The model it was copied from.
        organization_id (None | str): The organization it belongs to; null for system models.
        created_at (None | str): When it was created.
        updated_at (None | str): When it last changed.
        created_by_email (None | str): Who created it.
    """

    id: str
    name: str
    description: None | str
    project_id: None | str
    config: Any
    simulation_settings: Any
    pybamm_version: None | str
    chemistry: None | str
    is_custom_model: bool | None
    source_model_id: None | str
    organization_id: None | str
    created_at: None | str
    updated_at: None | str
    created_by_email: None | str
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

        config = self.config

        simulation_settings = self.simulation_settings

        pybamm_version: None | str
        pybamm_version = self.pybamm_version

        chemistry: None | str
        chemistry = self.chemistry

        is_custom_model: bool | None
        is_custom_model = self.is_custom_model

        source_model_id: None | str
        source_model_id = self.source_model_id

        organization_id: None | str
        organization_id = self.organization_id

        created_at: None | str
        created_at = self.created_at

        updated_at: None | str
        updated_at = self.updated_at

        created_by_email: None | str
        created_by_email = self.created_by_email

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "description": description,
                "project_id": project_id,
                "config": config,
                "simulation_settings": simulation_settings,
                "pybamm_version": pybamm_version,
                "chemistry": chemistry,
                "is_custom_model": is_custom_model,
                "source_model_id": source_model_id,
                "organization_id": organization_id,
                "created_at": created_at,
                "updated_at": updated_at,
                "created_by_email": created_by_email,
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

        config = d.pop("config", None)

        simulation_settings = d.pop("simulation_settings", None)

        def _parse_pybamm_version(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        pybamm_version = _parse_pybamm_version(d.pop("pybamm_version", None))

        def _parse_chemistry(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        chemistry = _parse_chemistry(d.pop("chemistry", None))

        def _parse_is_custom_model(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        is_custom_model = _parse_is_custom_model(d.pop("is_custom_model", None))

        def _parse_source_model_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        source_model_id = _parse_source_model_id(d.pop("source_model_id", None))

        def _parse_organization_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        organization_id = _parse_organization_id(d.pop("organization_id", None))

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

        def _parse_created_by_email(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        created_by_email = _parse_created_by_email(d.pop("created_by_email", None))

        model = cls(
            id=id,
            name=name,
            description=description,
            project_id=project_id,
            config=config,
            simulation_settings=simulation_settings,
            pybamm_version=pybamm_version,
            chemistry=chemistry,
            is_custom_model=is_custom_model,
            source_model_id=source_model_id,
            organization_id=organization_id,
            created_at=created_at,
            updated_at=updated_at,
            created_by_email=created_by_email,
        )

        model.additional_properties = d
        return model

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
