from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.element_status import ElementStatus
from ..models.job_error_code import JobErrorCode
from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="PipelineElement")


@_attrs_define
class PipelineElement:
    """An element of a pipeline and where it stands.

    Attributes:
        id (None | str): Identifies the element.
        pipeline_id (None | str): The pipeline it belongs to.
        name (str): Its name, once in a pipeline.
        element_type (str): What it does.
        element_order (int | None): Its place, from 1.
        job_id (None | str): The job that runs it; null before its turn.
        status (ElementStatus | str): Where it stands.
        error (None | str): Why it failed.
        error_code (JobErrorCode | None | str): Why it failed, in a word.
        progress (Any): How a fit comes along, free-form: `best_cost`, `iteration`, `evaluations`.
        assumptions (list[str] | None): What was left out, and what was taken instead: a sentence each.
        is_terminal (bool | None): Whether it has ended.
        is_failed (bool | None): Whether it has failed or was canceled.
        created_at (None | str): When it was submitted.
        updated_at (None | str): When it last changed.
    """

    id: None | str
    pipeline_id: None | str
    name: str
    element_type: str
    element_order: int | None
    job_id: None | str
    status: ElementStatus | str
    error: None | str
    error_code: JobErrorCode | None | str
    progress: Any
    assumptions: list[str] | None
    is_terminal: bool | None
    is_failed: bool | None
    created_at: None | str
    updated_at: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        id: None | str
        id = self.id

        pipeline_id: None | str
        pipeline_id = self.pipeline_id

        name = self.name

        element_type = self.element_type

        element_order: int | None
        element_order = self.element_order

        job_id: None | str
        job_id = self.job_id

        status: str
        if isinstance(self.status, ElementStatus):
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

        progress = self.progress

        assumptions: list[str] | None
        if isinstance(self.assumptions, list):
            assumptions = self.assumptions

        else:
            assumptions = self.assumptions

        is_terminal: bool | None
        is_terminal = self.is_terminal

        is_failed: bool | None
        is_failed = self.is_failed

        created_at: None | str
        created_at = self.created_at

        updated_at: None | str
        updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "pipeline_id": pipeline_id,
                "name": name,
                "element_type": element_type,
                "element_order": element_order,
                "job_id": job_id,
                "status": status,
                "error": error,
                "error_code": error_code,
                "progress": progress,
                "assumptions": assumptions,
                "is_terminal": is_terminal,
                "is_failed": is_failed,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        id = _parse_id(d.pop("id", None))

        def _parse_pipeline_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        pipeline_id = _parse_pipeline_id(d.pop("pipeline_id", None))

        name = d.pop("name")

        element_type = d.pop("element_type")

        def _parse_element_order(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        element_order = _parse_element_order(d.pop("element_order", None))

        def _parse_job_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        job_id = _parse_job_id(d.pop("job_id", None))

        def _parse_status(data: object) -> ElementStatus | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                status_type_0 = ElementStatus(data)

                return status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ElementStatus | str, data)

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

        progress = d.pop("progress", None)

        def _parse_assumptions(data: object) -> list[str] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                assumptions_type_0 = cast(list[str], data)

                return assumptions_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None, data)

        assumptions = _parse_assumptions(d.pop("assumptions", None))

        def _parse_is_terminal(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        is_terminal = _parse_is_terminal(d.pop("is_terminal", None))

        def _parse_is_failed(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        is_failed = _parse_is_failed(d.pop("is_failed", None))

        def _parse_created_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        created_at = _parse_created_at(d.pop("created_at", None))

        def _parse_updated_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        updated_at = _parse_updated_at(d.pop("updated_at", None))

        pipeline_element = cls(
            id=id,
            pipeline_id=pipeline_id,
            name=name,
            element_type=element_type,
            element_order=element_order,
            job_id=job_id,
            status=status,
            error=error,
            error_code=error_code,
            progress=progress,
            assumptions=assumptions,
            is_terminal=is_terminal,
            is_failed=is_failed,
            created_at=created_at,
            updated_at=updated_at,
        )

        pipeline_element.additional_properties = d
        return pipeline_element

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
