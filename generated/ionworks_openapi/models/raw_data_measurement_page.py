from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="RawDataMeasurementPage")


@_attrs_define
class RawDataMeasurementPage:
    """A page of ids of measurements.

    Attributes:
        items (list[str]): The measurements of this page.
        count (int): How many are on this page.
        total (int): How many there are in all.
    """

    items: list[str]
    count: int
    total: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        items = self.items

        count = self.count

        total = self.total

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "items": items,
                "count": count,
                "total": total,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        items = cast(list[str], d.pop("items"))

        count = d.pop("count")

        total = d.pop("total")

        raw_data_measurement_page = cls(
            items=items,
            count=count,
            total=total,
        )

        raw_data_measurement_page.additional_properties = d
        return raw_data_measurement_page

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
