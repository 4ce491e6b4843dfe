from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="QuickModel")


@_attrs_define
class QuickModel:
    """An equivalent circuit with one RC pair, made from a capacity and a chemistry.

    Attributes:
        capacity (float | Unset): The cell's capacity [A.h].
        chemistry (str | Unset): The electrodes, positive first, for example `LFP/Graphite`.
        resistance_pct (float | None | Unset): The resistance in percent of the usual one for this capacity [%].
        cell_spec_id (None | str | Unset): The cell specification it stands for.
    """

    capacity: float | Unset = UNSET
    chemistry: str | Unset = UNSET
    resistance_pct: float | None | Unset = UNSET
    cell_spec_id: None | str | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        capacity = self.capacity

        chemistry = self.chemistry

        resistance_pct: float | None | Unset
        if isinstance(self.resistance_pct, Unset):
            resistance_pct = UNSET
        else:
            resistance_pct = self.resistance_pct

        cell_spec_id: None | str | Unset
        if isinstance(self.cell_spec_id, Unset):
            cell_spec_id = UNSET
        else:
            cell_spec_id = self.cell_spec_id

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if capacity is not UNSET:
            field_dict["capacity"] = capacity
        if chemistry is not UNSET:
            field_dict["chemistry"] = chemistry
        if resistance_pct is not UNSET:
            field_dict["resistance_pct"] = resistance_pct
        if cell_spec_id is not UNSET:
            field_dict["cell_spec_id"] = cell_spec_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        capacity = d.pop("capacity", UNSET)

        chemistry = d.pop("chemistry", UNSET)

        def _parse_resistance_pct(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        resistance_pct = _parse_resistance_pct(d.pop("resistance_pct", UNSET))

        def _parse_cell_spec_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        cell_spec_id = _parse_cell_spec_id(d.pop("cell_spec_id", UNSET))

        quick_model = cls(
            capacity=capacity,
            chemistry=chemistry,
            resistance_pct=resistance_pct,
            cell_spec_id=cell_spec_id,
        )

        return quick_model
