from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="SimulationCondition")


@_attrs_define
class SimulationCondition:
    """One simulation's own values.

    Attributes:
        experiment_parameters (Any | Unset): Values for the protocol's inputs and its initial state, by name, each in
            the unit that its name gives.
        design_parameters (Any | Unset): Values of the model's parameters, by name, each in the unit that its name
            gives.
    """

    experiment_parameters: Any | Unset = UNSET
    design_parameters: Any | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        experiment_parameters = self.experiment_parameters

        design_parameters = self.design_parameters

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if experiment_parameters is not UNSET:
            field_dict["experiment_parameters"] = experiment_parameters
        if design_parameters is not UNSET:
            field_dict["design_parameters"] = design_parameters

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        experiment_parameters = d.pop("experiment_parameters", UNSET)

        design_parameters = d.pop("design_parameters", UNSET)

        simulation_condition = cls(
            experiment_parameters=experiment_parameters,
            design_parameters=design_parameters,
        )

        return simulation_condition
