from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="CellBatchUpdate")


@_attrs_define
class CellBatchUpdate:
    """What changes in a batch; what is left out stays.

    Attributes:
        notes (None | str | Unset): Notes.
        date_manufactured (None | str | Unset): When it was made.
        properties (Any | Unset): Its properties by name, free-form; a number with a unit is `{value, unit}`.
        name (str | Unset): Its new name.
    """

    notes: None | str | Unset = UNSET
    date_manufactured: None | str | Unset = UNSET
    properties: Any | Unset = UNSET
    name: str | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        notes: None | str | Unset
        if isinstance(self.notes, Unset):
            notes = UNSET
        else:
            notes = self.notes

        date_manufactured: None | str | Unset
        if isinstance(self.date_manufactured, Unset):
            date_manufactured = UNSET
        else:
            date_manufactured = self.date_manufactured

        properties = self.properties

        name = self.name

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if notes is not UNSET:
            field_dict["notes"] = notes
        if date_manufactured is not UNSET:
            field_dict["date_manufactured"] = date_manufactured
        if properties is not UNSET:
            field_dict["properties"] = properties
        if name is not UNSET:
            field_dict["name"] = name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_notes(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        notes = _parse_notes(d.pop("notes", UNSET))

        def _parse_date_manufactured(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        date_manufactured = _parse_date_manufactured(d.pop("date_manufactured", UNSET))

        properties = d.pop("properties", UNSET)

        name = d.pop("name", UNSET)

        cell_batch_update = cls(
            notes=notes,
            date_manufactured=date_manufactured,
            properties=properties,
            name=name,
        )

        return cell_batch_update
