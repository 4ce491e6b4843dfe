from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="Study")


@_attrs_define
class Study:
    """Simulations and measurements that are looked at together.

    Attributes:
        id (str): Identifies the study.
        name (str): Its name, once in a project.
        description (None | str): What it is about.
        project_id (None | str): The project it belongs to.
        organization_id (None | str): The organization it belongs to.
        simulation_count (int | None): How many simulations are assigned to it.
        measurement_count (int | None): How many measurements are assigned to it.
        validation_count (int | None): How many validations belong to it.
        created_by_email (None | str): Who created it.
        created_at (None | str): When it was created.
        updated_at (None | str): When it last changed.
    """

    id: str
    name: str
    description: None | str
    project_id: None | str
    organization_id: None | str
    simulation_count: int | None
    measurement_count: int | None
    validation_count: int | None
    created_by_email: None | str
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

        organization_id: None | str
        organization_id = self.organization_id

        simulation_count: int | None
        simulation_count = self.simulation_count

        measurement_count: int | None
        measurement_count = self.measurement_count

        validation_count: int | None
        validation_count = self.validation_count

        created_by_email: None | str
        created_by_email = self.created_by_email

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
                "organization_id": organization_id,
                "simulation_count": simulation_count,
                "measurement_count": measurement_count,
                "validation_count": validation_count,
                "created_by_email": created_by_email,
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

        def _parse_organization_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        organization_id = _parse_organization_id(d.pop("organization_id", None))

        def _parse_simulation_count(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        simulation_count = _parse_simulation_count(d.pop("simulation_count", None))

        def _parse_measurement_count(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        measurement_count = _parse_measurement_count(d.pop("measurement_count", None))

        def _parse_validation_count(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        validation_count = _parse_validation_count(d.pop("validation_count", None))

        def _parse_created_by_email(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        created_by_email = _parse_created_by_email(d.pop("created_by_email", None))

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

        study = cls(
            id=id,
            name=name,
            description=description,
            project_id=project_id,
            organization_id=organization_id,
            simulation_count=simulation_count,
            measurement_count=measurement_count,
            validation_count=validation_count,
            created_by_email=created_by_email,
            created_at=created_at,
            updated_at=updated_at,
        )

        study.additional_properties = d
        return study

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
