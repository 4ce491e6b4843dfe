from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="MeasurementStepsAndCycles")


@_attrs_define
class MeasurementStepsAndCycles:
    """The steps and cycles of a measurement as columns.

    Attributes:
        steps (Any): The steps, a list of equal length for each column, each in the unit that its name gives.
        cycles (Any): The cycles, a list of equal length for each column, each in the unit that its name gives.
    """

    steps: Any
    cycles: Any
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        steps = self.steps

        cycles = self.cycles

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "steps": steps,
                "cycles": cycles,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        steps = d.pop("steps", None)

        cycles = d.pop("cycles", None)

        measurement_steps_and_cycles = cls(
            steps=steps,
            cycles=cycles,
        )

        measurement_steps_and_cycles.additional_properties = d
        return measurement_steps_and_cycles

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
