from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="PipelineOptions")


@_attrs_define
class PipelineOptions:
    """How a pipeline is to be run.

    Attributes:
        live_progress_updates (bool | None | Unset): Whether elements tell how they come along while they run: best
            cost, iteration, evaluations. By default fits do.
    """

    live_progress_updates: bool | None | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        live_progress_updates: bool | None | Unset
        if isinstance(self.live_progress_updates, Unset):
            live_progress_updates = UNSET
        else:
            live_progress_updates = self.live_progress_updates

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if live_progress_updates is not UNSET:
            field_dict["live_progress_updates"] = live_progress_updates

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_live_progress_updates(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        live_progress_updates = _parse_live_progress_updates(
            d.pop("live_progress_updates", UNSET)
        )

        pipeline_options = cls(
            live_progress_updates=live_progress_updates,
        )

        return pipeline_options
