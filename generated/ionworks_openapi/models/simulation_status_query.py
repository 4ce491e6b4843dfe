from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="SimulationStatusQuery")


@_attrs_define
class SimulationStatusQuery:
    """Which simulations to look at.

    Attributes:
        simulation_ids (list[str]): The simulations.
        limit (int | None | Unset): The most entries to answer with.
        offset (int | None | Unset): How many entries to skip.
    """

    simulation_ids: list[str]
    limit: int | None | Unset = UNSET
    offset: int | None | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        simulation_ids = self.simulation_ids

        limit: int | None | Unset
        if isinstance(self.limit, Unset):
            limit = UNSET
        else:
            limit = self.limit

        offset: int | None | Unset
        if isinstance(self.offset, Unset):
            offset = UNSET
        else:
            offset = self.offset

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "simulation_ids": simulation_ids,
            }
        )
        if limit is not UNSET:
            field_dict["limit"] = limit
        if offset is not UNSET:
            field_dict["offset"] = offset

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        simulation_ids = cast(list[str], d.pop("simulation_ids"))

        def _parse_limit(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        limit = _parse_limit(d.pop("limit", UNSET))

        def _parse_offset(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        offset = _parse_offset(d.pop("offset", UNSET))

        simulation_status_query = cls(
            simulation_ids=simulation_ids,
            limit=limit,
            offset=offset,
        )

        return simulation_status_query
