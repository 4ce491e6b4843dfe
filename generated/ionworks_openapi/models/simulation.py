from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.job_error_code import JobErrorCode
from ..models.job_status import JobStatus
from ..printing import in_a_line, in_a_table

if TYPE_CHECKING:
    from ..models.parameterized_model_reference import ParameterizedModelReference
    from ..models.protocol_template_reference import ProtocolTemplateReference


T = TypeVar("T", bound="Simulation")


@_attrs_define
class Simulation:
    """A run of a protocol on a parameterized model.

    Attributes:
        id (str): Identifies the simulation.
        job_id (None | str): The job that runs it.
        status (JobStatus | None | str): Where its job stands.
        error (None | str): Why it failed.
        error_code (JobErrorCode | None | str): Why it failed, in a word.
        name (None | str): Its name.
        project_id (None | str): The project it belongs to.
        organization_id (None | str): The organization it belongs to.
        parameterized_model_id (None | str): Its parameterized model; null when the model was given with the request.
        model_name (None | str): The name of the model.
        experiment_template_id (None | str): Its saved protocol.
        protocol_id (None | str): The same as `experiment_template_id`.
        study_id (None | str): A study it is assigned to.
        experiment_parameters (Any): Its values for the protocol's inputs and its initial state, by name, each in the
            unit that its name gives.
        design_parameters (Any): Its values of the design's parameters, by name, each in the unit that its name gives.
        extra_variables (list[str] | None): The further variables in its time series.
        max_backward_jumps (int | None): How often the protocol may jump back before the run is stopped.
        storage_folder (None | str): Set once the results are there.
        simulation_data (Any): An older mark of finished runs; null in new ones.
        metrics (Any): What was computed over the run, free-form, each value in the unit that its name gives.
        created_at (None | str): When it was submitted.
        updated_at (None | str): When it last changed.
        created_by_email (None | str): Who submitted it.
        parameterized_model (None | ParameterizedModelReference): Its parameterized model in short.
        experiment_template (None | ProtocolTemplateReference): Its saved protocol in short.
    """

    id: str
    job_id: None | str
    status: JobStatus | None | str
    error: None | str
    error_code: JobErrorCode | None | str
    name: None | str
    project_id: None | str
    organization_id: None | str
    parameterized_model_id: None | str
    model_name: None | str
    experiment_template_id: None | str
    protocol_id: None | str
    study_id: None | str
    experiment_parameters: Any
    design_parameters: Any
    extra_variables: list[str] | None
    max_backward_jumps: int | None
    storage_folder: None | str
    simulation_data: Any
    metrics: Any
    created_at: None | str
    updated_at: None | str
    created_by_email: None | str
    parameterized_model: None | ParameterizedModelReference
    experiment_template: None | ProtocolTemplateReference
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        from ..models.parameterized_model_reference import ParameterizedModelReference  # noqa: PLC0415
        from ..models.protocol_template_reference import ProtocolTemplateReference  # noqa: PLC0415

        id = self.id

        job_id: None | str
        job_id = self.job_id

        status: None | str
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

        name: None | str
        name = self.name

        project_id: None | str
        project_id = self.project_id

        organization_id: None | str
        organization_id = self.organization_id

        parameterized_model_id: None | str
        parameterized_model_id = self.parameterized_model_id

        model_name: None | str
        model_name = self.model_name

        experiment_template_id: None | str
        experiment_template_id = self.experiment_template_id

        protocol_id: None | str
        protocol_id = self.protocol_id

        study_id: None | str
        study_id = self.study_id

        experiment_parameters = self.experiment_parameters

        design_parameters = self.design_parameters

        extra_variables: list[str] | None
        if isinstance(self.extra_variables, list):
            extra_variables = self.extra_variables

        else:
            extra_variables = self.extra_variables

        max_backward_jumps: int | None
        max_backward_jumps = self.max_backward_jumps

        storage_folder: None | str
        storage_folder = self.storage_folder

        simulation_data = self.simulation_data

        metrics = self.metrics

        created_at: None | str
        created_at = self.created_at

        updated_at: None | str
        updated_at = self.updated_at

        created_by_email: None | str
        created_by_email = self.created_by_email

        parameterized_model: dict[str, Any] | None
        if isinstance(self.parameterized_model, ParameterizedModelReference):
            parameterized_model = self.parameterized_model.to_dict()
        else:
            parameterized_model = self.parameterized_model

        experiment_template: dict[str, Any] | None
        if isinstance(self.experiment_template, ProtocolTemplateReference):
            experiment_template = self.experiment_template.to_dict()
        else:
            experiment_template = self.experiment_template

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "job_id": job_id,
                "status": status,
                "error": error,
                "error_code": error_code,
                "name": name,
                "project_id": project_id,
                "organization_id": organization_id,
                "parameterized_model_id": parameterized_model_id,
                "model_name": model_name,
                "experiment_template_id": experiment_template_id,
                "protocol_id": protocol_id,
                "study_id": study_id,
                "experiment_parameters": experiment_parameters,
                "design_parameters": design_parameters,
                "extra_variables": extra_variables,
                "max_backward_jumps": max_backward_jumps,
                "storage_folder": storage_folder,
                "simulation_data": simulation_data,
                "metrics": metrics,
                "created_at": created_at,
                "updated_at": updated_at,
                "created_by_email": created_by_email,
                "parameterized_model": parameterized_model,
                "experiment_template": experiment_template,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.parameterized_model_reference import ParameterizedModelReference  # noqa: PLC0415
        from ..models.protocol_template_reference import ProtocolTemplateReference  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        def _parse_job_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        job_id = _parse_job_id(d.pop("job_id", None))

        def _parse_status(data: object) -> JobStatus | None | str:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                status_type_0 = JobStatus(data)

                return status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JobStatus | None | str, data)

        status = _parse_status(d.pop("status", None))

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

        def _parse_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        name = _parse_name(d.pop("name", None))

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

        def _parse_parameterized_model_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        parameterized_model_id = _parse_parameterized_model_id(
            d.pop("parameterized_model_id", None)
        )

        def _parse_model_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        model_name = _parse_model_name(d.pop("model_name", None))

        def _parse_experiment_template_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        experiment_template_id = _parse_experiment_template_id(
            d.pop("experiment_template_id", None)
        )

        def _parse_protocol_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        protocol_id = _parse_protocol_id(d.pop("protocol_id", None))

        def _parse_study_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        study_id = _parse_study_id(d.pop("study_id", None))

        experiment_parameters = d.pop("experiment_parameters", None)

        design_parameters = d.pop("design_parameters", None)

        def _parse_extra_variables(data: object) -> list[str] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                extra_variables_type_0 = cast(list[str], data)

                return extra_variables_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None, data)

        extra_variables = _parse_extra_variables(d.pop("extra_variables", None))

        def _parse_max_backward_jumps(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        max_backward_jumps = _parse_max_backward_jumps(
            d.pop("max_backward_jumps", None)
        )

        def _parse_storage_folder(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        storage_folder = _parse_storage_folder(d.pop("storage_folder", None))

        simulation_data = d.pop("simulation_data", None)

        metrics = d.pop("metrics", None)

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

        def _parse_created_by_email(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        created_by_email = _parse_created_by_email(d.pop("created_by_email", None))

        def _parse_parameterized_model(
            data: object,
        ) -> None | ParameterizedModelReference:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                parameterized_model_type_0 = ParameterizedModelReference.from_dict(data)

                return parameterized_model_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ParameterizedModelReference, data)

        parameterized_model = _parse_parameterized_model(
            d.pop("parameterized_model", None)
        )

        def _parse_experiment_template(
            data: object,
        ) -> None | ProtocolTemplateReference:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                experiment_template_type_0 = ProtocolTemplateReference.from_dict(data)

                return experiment_template_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ProtocolTemplateReference, data)

        experiment_template = _parse_experiment_template(
            d.pop("experiment_template", None)
        )

        simulation = cls(
            id=id,
            job_id=job_id,
            status=status,
            error=error,
            error_code=error_code,
            name=name,
            project_id=project_id,
            organization_id=organization_id,
            parameterized_model_id=parameterized_model_id,
            model_name=model_name,
            experiment_template_id=experiment_template_id,
            protocol_id=protocol_id,
            study_id=study_id,
            experiment_parameters=experiment_parameters,
            design_parameters=design_parameters,
            extra_variables=extra_variables,
            max_backward_jumps=max_backward_jumps,
            storage_folder=storage_folder,
            simulation_data=simulation_data,
            metrics=metrics,
            created_at=created_at,
            updated_at=updated_at,
            created_by_email=created_by_email,
            parameterized_model=parameterized_model,
            experiment_template=experiment_template,
        )

        simulation.additional_properties = d
        return simulation

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
