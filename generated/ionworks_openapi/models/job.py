from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.job_error_code import JobErrorCode
from ..models.job_status import JobStatus
from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="Job")


@_attrs_define
class Job:
    """Work that the service does on its own time.

    Attributes:
        job_id (str): Identifies the job.
        status (JobStatus | str): Where it stands.
        job_type (str): What it does, for example `simulate`.
        priority (int): Its place in the queue: higher goes first.
        created_at (str): When it was submitted.
        updated_at (str): When it last changed.
        error (None | str): Why it failed.
        error_code (JobErrorCode | None | str): Why it failed, in a word.
        result (Any): What came of it, free-form.
        is_terminal (bool): Whether it has ended.
        is_failed (bool): Whether it has failed or was canceled.
    """

    job_id: str
    status: JobStatus | str
    job_type: str
    priority: int
    created_at: str
    updated_at: str
    error: None | str
    error_code: JobErrorCode | None | str
    result: Any
    is_terminal: bool
    is_failed: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        job_id = self.job_id

        status: str
        if isinstance(self.status, JobStatus):
            status = self.status.value
        else:
            status = self.status

        job_type = self.job_type

        priority = self.priority

        created_at = self.created_at

        updated_at = self.updated_at

        error: None | str
        error = self.error

        error_code: None | str
        if isinstance(self.error_code, JobErrorCode):
            error_code = self.error_code.value
        else:
            error_code = self.error_code

        result = self.result

        is_terminal = self.is_terminal

        is_failed = self.is_failed

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "job_id": job_id,
                "status": status,
                "job_type": job_type,
                "priority": priority,
                "created_at": created_at,
                "updated_at": updated_at,
                "error": error,
                "error_code": error_code,
                "result": result,
                "is_terminal": is_terminal,
                "is_failed": is_failed,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        job_id = d.pop("job_id")

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

        job_type = d.pop("job_type")

        priority = d.pop("priority")

        created_at = d.pop("created_at")

        updated_at = d.pop("updated_at")

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

        result = d.pop("result", None)

        is_terminal = d.pop("is_terminal")

        is_failed = d.pop("is_failed")

        job = cls(
            job_id=job_id,
            status=status,
            job_type=job_type,
            priority=priority,
            created_at=created_at,
            updated_at=updated_at,
            error=error,
            error_code=error_code,
            result=result,
            is_terminal=is_terminal,
            is_failed=is_failed,
        )

        job.additional_properties = d
        return job

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
