from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="RawDataUpdate")


@_attrs_define
class RawDataUpdate:
    """What changes; what is left out stays.

    Attributes:
        name (str | Unset): Its new name.
        source (None | str | Unset): Where it came from; null or an empty text clears it.
        metadata (Any | Unset): What is told about it, free-form; replaces what was told.
    """

    name: str | Unset = UNSET
    source: None | str | Unset = UNSET
    metadata: Any | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        source: None | str | Unset
        if isinstance(self.source, Unset):
            source = UNSET
        else:
            source = self.source

        metadata = self.metadata

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if source is not UNSET:
            field_dict["source"] = source
        if metadata is not UNSET:
            field_dict["metadata"] = metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        def _parse_source(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        source = _parse_source(d.pop("source", UNSET))

        metadata = d.pop("metadata", UNSET)

        raw_data_update = cls(
            name=name,
            source=source,
            metadata=metadata,
        )

        return raw_data_update
