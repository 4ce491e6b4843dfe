from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.job_error_code import JobErrorCode
from ..models.pipeline_status import PipelineStatus
from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="SimplePipeline")


@_attrs_define
class SimplePipeline:
    """A pipeline that is run as one job.

    Attributes:
        id (str): Identifies the simple pipeline.
        project_id (None | str): The project it belongs to.
        organization_id (None | str): The organization it belongs to.
        name (None | str): Its name.
        description (None | str): What it is for.
        status (PipelineStatus | str): Where it stands.
        error (None | str): Why it failed, naming the element.
        error_code (JobErrorCode | None | str): Why it failed, in a word.
        job_id (None | str): The job that runs it.
        config_path (None | str): Where its configuration is stored.
        options (Any): How it was to be run, free-form: `live_progress_updates`.
        progress (Any): How it comes along, free-form: `element`, `best_cost`, `iteration`, `evaluations`.
        result (Any): What its fit or validation found, free-form: `parameter_values`, `assumptions`, and
            `summary_stats` of a validation.
        is_terminal (bool): Whether it has ended.
        is_failed (bool): Whether it has failed or was canceled.
        user_id (None | str): Who submitted it.
        created_by_email (None | str): Their e-mail address.
        created_at (None | str): When it was submitted.
        updated_at (None | str): When it last changed.
    """

    id: str
    project_id: None | str
    organization_id: None | str
    name: None | str
    description: None | str
    status: PipelineStatus | str
    error: None | str
    error_code: JobErrorCode | None | str
    job_id: None | str
    config_path: None | str
    options: Any
    progress: Any
    result: Any
    is_terminal: bool
    is_failed: bool
    user_id: None | str
    created_by_email: None | str
    created_at: None | str
    updated_at: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        project_id: None | str
        project_id = self.project_id

        organization_id: None | str
        organization_id = self.organization_id

        name: None | str
        name = self.name

        description: None | str
        description = self.description

        status: str
        if isinstance(self.status, PipelineStatus):
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

        job_id: None | str
        job_id = self.job_id

        config_path: None | str
        config_path = self.config_path

        options = self.options

        progress = self.progress

        result = self.result

        is_terminal = self.is_terminal

        is_failed = self.is_failed

        user_id: None | str
        user_id = self.user_id

        created_by_email: None | str
        created_by_email = self.created_by_email

        created_at: None | str
        created_at = self.created_at

        updated_at: None | str
        updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "project_id": project_id,
                "organization_id": organization_id,
                "name": name,
                "description": description,
                "status": status,
                "error": error,
                "error_code": error_code,
                "job_id": job_id,
                "config_path": config_path,
                "options": options,
                "progress": progress,
                "result": result,
                "is_terminal": is_terminal,
                "is_failed": is_failed,
                "user_id": user_id,
                "created_by_email": created_by_email,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        def _parse_project_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        project_id = _parse_project_id(d.pop("project_id", None))

        def _parse_organization_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        organization_id = _parse_organization_id(d.pop("organization_id", None))

        def _parse_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        name = _parse_name(d.pop("name", None))

        def _parse_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        description = _parse_description(d.pop("description", None))

        def _parse_status(data: object) -> PipelineStatus | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                status_type_0 = PipelineStatus(data)

                return status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(PipelineStatus | str, data)

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

        def _parse_job_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        job_id = _parse_job_id(d.pop("job_id", None))

        def _parse_config_path(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        config_path = _parse_config_path(d.pop("config_path", None))

        options = d.pop("options", None)

        progress = d.pop("progress", None)

        result = d.pop("result", None)

        is_terminal = d.pop("is_terminal")

        is_failed = d.pop("is_failed")

        def _parse_user_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        user_id = _parse_user_id(d.pop("user_id", None))

        def _parse_created_by_email(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        created_by_email = _parse_created_by_email(d.pop("created_by_email", None))

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

        simple_pipeline = cls(
            id=id,
            project_id=project_id,
            organization_id=organization_id,
            name=name,
            description=description,
            status=status,
            error=error,
            error_code=error_code,
            job_id=job_id,
            config_path=config_path,
            options=options,
            progress=progress,
            result=result,
            is_terminal=is_terminal,
            is_failed=is_failed,
            user_id=user_id,
            created_by_email=created_by_email,
            created_at=created_at,
            updated_at=updated_at,
        )

        simple_pipeline.additional_properties = d
        return simple_pipeline

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
