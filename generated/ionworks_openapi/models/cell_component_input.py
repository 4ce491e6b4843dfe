from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.material_input import MaterialInput


T = TypeVar("T", bound="CellComponentInput")


@_attrs_define
class CellComponentInput:
    """A component of a cell.

    Attributes:
        properties (Any | Unset): Its properties by name, free-form; a number with a unit is `{value, unit}`.
        material_id (None | str | Unset): A material of the same project that it is made of; not together with
            `material`.
        material (MaterialInput | None | Unset): What it is made of.
    """

    properties: Any | Unset = UNSET
    material_id: None | str | Unset = UNSET
    material: MaterialInput | None | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        from ..models.material_input import MaterialInput  # noqa: PLC0415

        properties = self.properties

        material_id: None | str | Unset
        if isinstance(self.material_id, Unset):
            material_id = UNSET
        else:
            material_id = self.material_id

        material: dict[str, Any] | None | Unset
        if isinstance(self.material, Unset):
            material = UNSET
        elif isinstance(self.material, MaterialInput):
            material = self.material.to_dict()
        else:
            material = self.material

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if properties is not UNSET:
            field_dict["properties"] = properties
        if material_id is not UNSET:
            field_dict["material_id"] = material_id
        if material is not UNSET:
            field_dict["material"] = material

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.material_input import MaterialInput  # noqa: PLC0415

        d = dict(src_dict)
        properties = d.pop("properties", UNSET)

        def _parse_material_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        material_id = _parse_material_id(d.pop("material_id", UNSET))

        def _parse_material(data: object) -> MaterialInput | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                material_type_0 = MaterialInput.from_dict(data)

                return material_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MaterialInput | None | Unset, data)

        material = _parse_material(d.pop("material", UNSET))

        cell_component_input = cls(
            properties=properties,
            material_id=material_id,
            material=material,
        )

        return cell_component_input
