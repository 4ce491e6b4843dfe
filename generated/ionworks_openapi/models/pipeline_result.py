from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="PipelineResult")


@_attrs_define
class PipelineResult:
    """What a pipeline found.

    Attributes:
        result (Any): All of it, free-form: `parameter_values`, the parameters that the last finished element was left
            with: numbers, and functions in PyBaMM's JSON form.
        element_results (Any): What each element found, by its name: `type`, `parameter_values`, `assumptions` and what
            the type has beside them. Elements that have not finished are absent.
    """

    result: Any
    element_results: Any
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        result = self.result

        element_results = self.element_results

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "result": result,
                "element_results": element_results,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        result = d.pop("result", None)

        element_results = d.pop("element_results", None)

        pipeline_result = cls(
            result=result,
            element_results=element_results,
        )

        pipeline_result.additional_properties = d
        return pipeline_result

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
