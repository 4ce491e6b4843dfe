from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="Material")


@_attrs_define
class Material:
    """What a component is made of; shared by the specifications of a project.

    Attributes:
        id (str): Identifies the material.
        name (str): Its name.
        manufacturer (None | str): Who makes it.
        definition (Any): What it is, free-form; a number with a unit is `{value, unit}`.
    """

    id: str
    name: str
    manufacturer: None | str
    definition: Any
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        manufacturer: None | str
        manufacturer = self.manufacturer

        definition = self.definition

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "manufacturer": manufacturer,
                "definition": definition,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        def _parse_manufacturer(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        manufacturer = _parse_manufacturer(d.pop("manufacturer", None))

        definition = d.pop("definition", None)

        material = cls(
            id=id,
            name=name,
            manufacturer=manufacturer,
            definition=definition,
        )

        material.additional_properties = d
        return material

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
