from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="RawDataAttachment")


@_attrs_define
class RawDataAttachment:
    """Raw data to attach.

    Attributes:
        raw_data_ids (list[str]): The raw data; of the measurement's project.
    """

    raw_data_ids: list[str]

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        raw_data_ids = self.raw_data_ids

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "raw_data_ids": raw_data_ids,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        raw_data_ids = cast(list[str], d.pop("raw_data_ids"))

        raw_data_attachment = cls(
            raw_data_ids=raw_data_ids,
        )

        return raw_data_attachment
