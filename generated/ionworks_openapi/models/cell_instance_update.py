from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="CellInstanceUpdate")


@_attrs_define
class CellInstanceUpdate:
    """What changes in a cell; what is left out stays.

    Attributes:
        batch (None | str | Unset): The name of its batch, which is found or made.
        batch_id (None | str | Unset): Its batch; of the same specification.
        date_manufactured (None | str | Unset): When it was made.
        measured_properties (Any | Unset): What was measured of it, by component and then by name, free-form; a number
            with a unit is `{value, unit}`.
        notes (None | str | Unset): Notes.
        name (str | Unset): Its new name.
    """

    batch: None | str | Unset = UNSET
    batch_id: None | str | Unset = UNSET
    date_manufactured: None | str | Unset = UNSET
    measured_properties: Any | Unset = UNSET
    notes: None | str | Unset = UNSET
    name: str | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        batch: None | str | Unset
        if isinstance(self.batch, Unset):
            batch = UNSET
        else:
            batch = self.batch

        batch_id: None | str | Unset
        if isinstance(self.batch_id, Unset):
            batch_id = UNSET
        else:
            batch_id = self.batch_id

        date_manufactured: None | str | Unset
        if isinstance(self.date_manufactured, Unset):
            date_manufactured = UNSET
        else:
            date_manufactured = self.date_manufactured

        measured_properties = self.measured_properties

        notes: None | str | Unset
        if isinstance(self.notes, Unset):
            notes = UNSET
        else:
            notes = self.notes

        name = self.name

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if batch is not UNSET:
            field_dict["batch"] = batch
        if batch_id is not UNSET:
            field_dict["batch_id"] = batch_id
        if date_manufactured is not UNSET:
            field_dict["date_manufactured"] = date_manufactured
        if measured_properties is not UNSET:
            field_dict["measured_properties"] = measured_properties
        if notes is not UNSET:
            field_dict["notes"] = notes
        if name is not UNSET:
            field_dict["name"] = name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_batch(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        batch = _parse_batch(d.pop("batch", UNSET))

        def _parse_batch_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        batch_id = _parse_batch_id(d.pop("batch_id", UNSET))

        def _parse_date_manufactured(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        date_manufactured = _parse_date_manufactured(d.pop("date_manufactured", UNSET))

        measured_properties = d.pop("measured_properties", UNSET)

        def _parse_notes(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        notes = _parse_notes(d.pop("notes", UNSET))

        name = d.pop("name", UNSET)

        cell_instance_update = cls(
            batch=batch,
            batch_id=batch_id,
            date_manufactured=date_manufactured,
            measured_properties=measured_properties,
            notes=notes,
            name=name,
        )

        return cell_instance_update
