from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="SimulationSubmission")


@_attrs_define
class SimulationSubmission:
    """A simulation that was submitted, and the design point it belongs to.

    Attributes:
        simulation_id (str): Identifies the simulation.
        job_id (str): The job that runs it.
        already_existed (bool | None): Whether the same run was there already, finished or not.
        design_parameters (Any): Its values of the design's parameters, by name, each in the unit that its name gives.
        experiment_parameters (Any): Its values for the protocol's inputs and its initial state, by name, each in the
            unit that its name gives.
    """

    simulation_id: str
    job_id: str
    already_existed: bool | None
    design_parameters: Any
    experiment_parameters: Any
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        simulation_id = self.simulation_id

        job_id = self.job_id

        already_existed: bool | None
        already_existed = self.already_existed

        design_parameters = self.design_parameters

        experiment_parameters = self.experiment_parameters

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "simulation_id": simulation_id,
                "job_id": job_id,
                "already_existed": already_existed,
                "design_parameters": design_parameters,
                "experiment_parameters": experiment_parameters,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        simulation_id = d.pop("simulation_id")

        job_id = d.pop("job_id")

        def _parse_already_existed(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        already_existed = _parse_already_existed(d.pop("already_existed", None))

        design_parameters = d.pop("design_parameters", None)

        experiment_parameters = d.pop("experiment_parameters", None)

        simulation_submission = cls(
            simulation_id=simulation_id,
            job_id=job_id,
            already_existed=already_existed,
            design_parameters=design_parameters,
            experiment_parameters=experiment_parameters,
        )

        simulation_submission.additional_properties = d
        return simulation_submission

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
