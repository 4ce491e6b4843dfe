from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="PipelineProgress")


@_attrs_define
class PipelineProgress:
    """How many elements have ended.

    Attributes:
        completed (int): How many elements have completed.
        total (int): How many there are.
        running (None | str): The element that runs.
    """

    completed: int
    total: int
    running: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        completed = self.completed

        total = self.total

        running: None | str
        running = self.running

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "completed": completed,
                "total": total,
                "running": running,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        completed = d.pop("completed")

        total = d.pop("total")

        def _parse_running(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        running = _parse_running(d.pop("running", None))

        pipeline_progress = cls(
            completed=completed,
            total=total,
            running=running,
        )

        pipeline_progress.additional_properties = d
        return pipeline_progress

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
