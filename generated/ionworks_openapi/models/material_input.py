from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="MaterialInput")


@_attrs_define
class MaterialInput:
    """A material.

    Attributes:
        name (str): Its name.
        manufacturer (None | str | Unset): Who makes it.
        definition (Any | Unset): What it is, free-form; a number with a unit is `{value, unit}`.
    """

    name: str
    manufacturer: None | str | Unset = UNSET
    definition: Any | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        manufacturer: None | str | Unset
        if isinstance(self.manufacturer, Unset):
            manufacturer = UNSET
        else:
            manufacturer = self.manufacturer

        definition = self.definition

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
            }
        )
        if manufacturer is not UNSET:
            field_dict["manufacturer"] = manufacturer
        if definition is not UNSET:
            field_dict["definition"] = definition

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        def _parse_manufacturer(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        manufacturer = _parse_manufacturer(d.pop("manufacturer", UNSET))

        definition = d.pop("definition", UNSET)

        material_input = cls(
            name=name,
            manufacturer=manufacturer,
            definition=definition,
        )

        return material_input
