from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.protocol_experiment import ProtocolExperiment


T = TypeVar("T", bound="ProtocolToTemplate")


@_attrs_define
class ProtocolToTemplate:
    """A protocol to save.

    Attributes:
        protocol_experiment (ProtocolExperiment): A protocol and its name.
        experiment_parameters (Any | Unset): Values for the protocol's inputs and its initial state, by name, each in
            the unit that its name gives.
        project_id (str | Unset): The project to save it in; without it, the account's first.
    """

    protocol_experiment: ProtocolExperiment
    experiment_parameters: Any | Unset = UNSET
    project_id: str | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        protocol_experiment = self.protocol_experiment.to_dict()

        experiment_parameters = self.experiment_parameters

        project_id = self.project_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "protocol_experiment": protocol_experiment,
            }
        )
        if experiment_parameters is not UNSET:
            field_dict["experiment_parameters"] = experiment_parameters
        if project_id is not UNSET:
            field_dict["project_id"] = project_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.protocol_experiment import ProtocolExperiment  # noqa: PLC0415

        d = dict(src_dict)
        protocol_experiment = ProtocolExperiment.from_dict(d.pop("protocol_experiment"))

        experiment_parameters = d.pop("experiment_parameters", UNSET)

        project_id = d.pop("project_id", UNSET)

        protocol_to_template = cls(
            protocol_experiment=protocol_experiment,
            experiment_parameters=experiment_parameters,
            project_id=project_id,
        )

        return protocol_to_template
