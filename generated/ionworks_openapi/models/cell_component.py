from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

if TYPE_CHECKING:
    from ..models.material import Material


T = TypeVar("T", bound="CellComponent")


@_attrs_define
class CellComponent:
    """A component of a cell.

    Attributes:
        id (None | str): Identifies the component.
        material_id (None | str): What it is made of.
        properties (Any): Its properties by name, free-form; a number with a unit is `{value, unit}`.
        material (Material | None): What it is made of, in full.
    """

    id: None | str
    material_id: None | str
    properties: Any
    material: Material | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        from ..models.material import Material  # noqa: PLC0415

        id: None | str
        id = self.id

        material_id: None | str
        material_id = self.material_id

        properties = self.properties

        material: dict[str, Any] | None
        if isinstance(self.material, Material):
            material = self.material.to_dict()
        else:
            material = self.material

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "material_id": material_id,
                "properties": properties,
                "material": material,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.material import Material  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        id = _parse_id(d.pop("id", None))

        def _parse_material_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        material_id = _parse_material_id(d.pop("material_id", None))

        properties = d.pop("properties", None)

        def _parse_material(data: object) -> Material | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                material_type_0 = Material.from_dict(data)

                return material_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Material | None, data)

        material = _parse_material(d.pop("material", None))

        cell_component = cls(
            id=id,
            material_id=material_id,
            properties=properties,
            material=material,
        )

        cell_component.additional_properties = d
        return cell_component

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
