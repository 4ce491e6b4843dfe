from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="StudyAssignment")


@_attrs_define
class StudyAssignment:
    """That a simulation or a measurement belongs to a study.

    Attributes:
        id (str): Identifies the assignment.
        study_id (str): The study.
        simulation_id (None | str): The simulation that was assigned.
        measurement_id (None | str): The measurement that was assigned.
        created_at (None | str): When it was first assigned.
    """

    id: str
    study_id: str
    simulation_id: None | str
    measurement_id: None | str
    created_at: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        study_id = self.study_id

        simulation_id: None | str
        simulation_id = self.simulation_id

        measurement_id: None | str
        measurement_id = self.measurement_id

        created_at: None | str
        created_at = self.created_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "study_id": study_id,
                "simulation_id": simulation_id,
                "measurement_id": measurement_id,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        study_id = d.pop("study_id")

        def _parse_simulation_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        simulation_id = _parse_simulation_id(d.pop("simulation_id", None))

        def _parse_measurement_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        measurement_id = _parse_measurement_id(d.pop("measurement_id", None))

        def _parse_created_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        created_at = _parse_created_at(d.pop("created_at", None))

        study_assignment = cls(
            id=id,
            study_id=study_id,
            simulation_id=simulation_id,
            measurement_id=measurement_id,
            created_at=created_at,
        )

        study_assignment.additional_properties = d
        return study_assignment

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
