from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="CellInstance")


@_attrs_define
class CellInstance:
    """One physical cell.

    Attributes:
        id (str): Identifies the cell.
        name (str): Its name, once in a specification.
        cell_specification_id (str): The specification it was made to.
        project_id (None | str): The project it belongs to.
        organization_id (None | str): The organization it belongs to.
        batch (None | str): The name of its batch.
        batch_name (None | str): The same as `batch`.
        batch_id (None | str): Its batch.
        date_manufactured (None | str): When it was made.
        measured_properties (Any): What was measured of it, by component and then by name, free-form; a number with a
            unit is `{value, unit}`.
        notes (None | str): Notes.
        created_by_email (None | str): Who created it.
        created_at (None | str): When it was created.
        updated_at (None | str): When it last changed.
    """

    id: str
    name: str
    cell_specification_id: str
    project_id: None | str
    organization_id: None | str
    batch: None | str
    batch_name: None | str
    batch_id: None | str
    date_manufactured: None | str
    measured_properties: Any
    notes: None | str
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

        cell_specification_id = self.cell_specification_id

        project_id: None | str
        project_id = self.project_id

        organization_id: None | str
        organization_id = self.organization_id

        batch: None | str
        batch = self.batch

        batch_name: None | str
        batch_name = self.batch_name

        batch_id: None | str
        batch_id = self.batch_id

        date_manufactured: None | str
        date_manufactured = self.date_manufactured

        measured_properties = self.measured_properties

        notes: None | str
        notes = self.notes

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
                "cell_specification_id": cell_specification_id,
                "project_id": project_id,
                "organization_id": organization_id,
                "batch": batch,
                "batch_name": batch_name,
                "batch_id": batch_id,
                "date_manufactured": date_manufactured,
                "measured_properties": measured_properties,
                "notes": notes,
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

        cell_specification_id = d.pop("cell_specification_id")

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

        def _parse_batch(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        batch = _parse_batch(d.pop("batch", None))

        def _parse_batch_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        batch_name = _parse_batch_name(d.pop("batch_name", None))

        def _parse_batch_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        batch_id = _parse_batch_id(d.pop("batch_id", None))

        def _parse_date_manufactured(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        date_manufactured = _parse_date_manufactured(d.pop("date_manufactured", None))

        measured_properties = d.pop("measured_properties", None)

        def _parse_notes(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        notes = _parse_notes(d.pop("notes", None))

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

        cell_instance = cls(
            id=id,
            name=name,
            cell_specification_id=cell_specification_id,
            project_id=project_id,
            organization_id=organization_id,
            batch=batch,
            batch_name=batch_name,
            batch_id=batch_id,
            date_manufactured=date_manufactured,
            measured_properties=measured_properties,
            notes=notes,
            created_by_email=created_by_email,
            created_at=created_at,
            updated_at=updated_at,
        )

        cell_instance.additional_properties = d
        return cell_instance

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
