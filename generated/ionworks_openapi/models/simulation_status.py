from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.job_error_code import JobErrorCode
from ..models.job_status import JobStatus
from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="SimulationStatus")


@_attrs_define
class SimulationStatus:
    """Where a simulation stands.

    Attributes:
        simulation_id (str): Identifies the simulation.
        status (JobStatus | str): Where its job stands.
        error (None | str): Why it failed.
        error_code (JobErrorCode | None | str): Why it failed, in a word.
        updated_at (None | str): When it last changed.
    """

    simulation_id: str
    status: JobStatus | str
    error: None | str
    error_code: JobErrorCode | None | str
    updated_at: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        simulation_id = self.simulation_id

        status: str
        if isinstance(self.status, JobStatus):
            status = self.status.value
        else:
            status = self.status

        error: None | str
        error = self.error

        error_code: None | str
        if isinstance(self.error_code, JobErrorCode):
            error_code = self.error_code.value
        else:
            error_code = self.error_code

        updated_at: None | str
        updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "simulation_id": simulation_id,
                "status": status,
                "error": error,
                "error_code": error_code,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        simulation_id = d.pop("simulation_id")

        def _parse_status(data: object) -> JobStatus | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                status_type_0 = JobStatus(data)

                return status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JobStatus | str, data)

        status = _parse_status(d.pop("status"))

        def _parse_error(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        error = _parse_error(d.pop("error", None))

        def _parse_error_code(data: object) -> JobErrorCode | None | str:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                error_code_type_0 = JobErrorCode(data)

                return error_code_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JobErrorCode | None | str, data)

        error_code = _parse_error_code(d.pop("error_code", None))

        def _parse_updated_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        updated_at = _parse_updated_at(d.pop("updated_at", None))

        simulation_status = cls(
            simulation_id=simulation_id,
            status=status,
            error=error,
            error_code=error_code,
            updated_at=updated_at,
        )

        simulation_status.additional_properties = d
        return simulation_status

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
