from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="TagChange")


@_attrs_define
class TagChange:
    """Tags to add and to remove.

    Attributes:
        measurement_ids (list[str]): The measurements.
        add (list[str] | Unset): Tags to add, each of at most 50 characters.
        remove (list[str] | Unset): Tags to remove.
    """

    measurement_ids: list[str]
    add: list[str] | Unset = UNSET
    remove: list[str] | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        measurement_ids = self.measurement_ids

        add: list[str] | Unset = UNSET
        if not isinstance(self.add, Unset):
            add = self.add

        remove: list[str] | Unset = UNSET
        if not isinstance(self.remove, Unset):
            remove = self.remove

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "measurement_ids": measurement_ids,
            }
        )
        if add is not UNSET:
            field_dict["add"] = add
        if remove is not UNSET:
            field_dict["remove"] = remove

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        measurement_ids = cast(list[str], d.pop("measurement_ids"))

        add = cast(list[str], d.pop("add", UNSET))

        remove = cast(list[str], d.pop("remove", UNSET))

        tag_change = cls(
            measurement_ids=measurement_ids,
            add=add,
            remove=remove,
        )

        return tag_change
