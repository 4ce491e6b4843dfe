from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="RawDataUpload")


@_attrs_define
class RawDataUpload:
    """A file that is going to be uploaded.

    Attributes:
        project_id (str): The project it will belong to.
        filename (str): The name of the file.
        name (str | Unset): Its name; by default that of the file.
        content_type (str | Unset): The kind of file, as in `text/csv`.
        metadata (Any | Unset): What is told about it, free-form.
        source (None | str | Unset): Where it comes from, for example a cycler.
    """

    project_id: str
    filename: str
    name: str | Unset = UNSET
    content_type: str | Unset = UNSET
    metadata: Any | Unset = UNSET
    source: None | str | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        project_id = self.project_id

        filename = self.filename

        name = self.name

        content_type = self.content_type

        metadata = self.metadata

        source: None | str | Unset
        if isinstance(self.source, Unset):
            source = UNSET
        else:
            source = self.source

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "project_id": project_id,
                "filename": filename,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if content_type is not UNSET:
            field_dict["content_type"] = content_type
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if source is not UNSET:
            field_dict["source"] = source

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        project_id = d.pop("project_id")

        filename = d.pop("filename")

        name = d.pop("name", UNSET)

        content_type = d.pop("content_type", UNSET)

        metadata = d.pop("metadata", UNSET)

        def _parse_source(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        source = _parse_source(d.pop("source", UNSET))

        raw_data_upload = cls(
            project_id=project_id,
            filename=filename,
            name=name,
            content_type=content_type,
            metadata=metadata,
            source=source,
        )

        return raw_data_upload
