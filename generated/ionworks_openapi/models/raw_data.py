from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="RawData")


@_attrs_define
class RawData:
    """A file as an instrument wrote it, kept unchanged.

    Attributes:
        id (str): Identifies the raw data.
        project_id (str): The project it belongs to.
        organization_id (None | str): The organization it belongs to.
        name (str): Its name.
        filename (str): The name of the file.
        content_type (None | str): The kind of file, as in `text/csv`.
        source (None | str): Where it came from, for example a cycler.
        metadata (Any): What is told about it, free-form.
        size_bytes (int | None): The size of the file in bytes.
        created_by_email (None | str): Who uploaded it.
        created_at (None | str): When it was uploaded.
        updated_at (None | str): When what is told about it last changed.
    """

    id: str
    project_id: str
    organization_id: None | str
    name: str
    filename: str
    content_type: None | str
    source: None | str
    metadata: Any
    size_bytes: int | None
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

        project_id = self.project_id

        organization_id: None | str
        organization_id = self.organization_id

        name = self.name

        filename = self.filename

        content_type: None | str
        content_type = self.content_type

        source: None | str
        source = self.source

        metadata = self.metadata

        size_bytes: int | None
        size_bytes = self.size_bytes

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
                "project_id": project_id,
                "organization_id": organization_id,
                "name": name,
                "filename": filename,
                "content_type": content_type,
                "source": source,
                "metadata": metadata,
                "size_bytes": size_bytes,
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

        project_id = d.pop("project_id")

        def _parse_organization_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        organization_id = _parse_organization_id(d.pop("organization_id", None))

        name = d.pop("name")

        filename = d.pop("filename")

        def _parse_content_type(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        content_type = _parse_content_type(d.pop("content_type", None))

        def _parse_source(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        source = _parse_source(d.pop("source", None))

        metadata = d.pop("metadata", None)

        def _parse_size_bytes(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        size_bytes = _parse_size_bytes(d.pop("size_bytes", None))

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

        raw_data = cls(
            id=id,
            project_id=project_id,
            organization_id=organization_id,
            name=name,
            filename=filename,
            content_type=content_type,
            source=source,
            metadata=metadata,
            size_bytes=size_bytes,
            created_by_email=created_by_email,
            created_at=created_at,
            updated_at=updated_at,
        )

        raw_data.additional_properties = d
        return raw_data

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
