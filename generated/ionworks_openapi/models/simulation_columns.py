from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="SimulationColumns")


@_attrs_define
class SimulationColumns:
    """The results of a simulation as columns.

    Attributes:
        time_series (Any): The time series, a list of equal length for each column, each in the unit that its name
            gives.
        steps (Any): The steps, a list of equal length for each column, each in the unit that its name gives.
        metrics (Any): What was computed over the run, free-form, each value in the unit that its name gives.
    """

    time_series: Any
    steps: Any
    metrics: Any
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        time_series = self.time_series

        steps = self.steps

        metrics = self.metrics

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "time_series": time_series,
                "steps": steps,
                "metrics": metrics,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        time_series = d.pop("time_series", None)

        steps = d.pop("steps", None)

        metrics = d.pop("metrics", None)

        simulation_columns = cls(
            time_series=time_series,
            steps=steps,
            metrics=metrics,
        )

        simulation_columns.additional_properties = d
        return simulation_columns

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
