from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.protocol_experiment import ProtocolExperiment


T = TypeVar("T", bound="ProtocolToTemplate")


@_attrs_define
class ProtocolToTemplate:
    """A protocol to save.

    Attributes:
        protocol_experiment (ProtocolExperiment): A protocol and its name.
        project_id (str): The project to save it in.
        experiment_parameters (Any | Unset): Values for the protocol's inputs and its initial state, by name, each in
            the unit that its name gives.
    """

    protocol_experiment: ProtocolExperiment
    project_id: str
    experiment_parameters: Any | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        protocol_experiment = self.protocol_experiment.to_dict()

        project_id = self.project_id

        experiment_parameters = self.experiment_parameters

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "protocol_experiment": protocol_experiment,
                "project_id": project_id,
            }
        )
        if experiment_parameters is not UNSET:
            field_dict["experiment_parameters"] = experiment_parameters

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.protocol_experiment import ProtocolExperiment  # noqa: PLC0415

        d = dict(src_dict)
        protocol_experiment = ProtocolExperiment.from_dict(d.pop("protocol_experiment"))

        project_id = d.pop("project_id")

        experiment_parameters = d.pop("experiment_parameters", UNSET)

        protocol_to_template = cls(
            protocol_experiment=protocol_experiment,
            project_id=project_id,
            experiment_parameters=experiment_parameters,
        )

        return protocol_to_template
