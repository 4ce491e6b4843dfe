"""The data models of the API, each loaded when its name is first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .capabilities import Capabilities
    from .converted_file import ConvertedFile
    from .converted_protocol import ConvertedProtocol
    from .current_user import CurrentUser
    from .cycler_format import CyclerFormat
    from .design import Design
    from .design_row import DesignRow
    from .design_row_type import DesignRowType
    from .design_sampling import DesignSampling
    from .error import Error
    from .error_code import ErrorCode
    from .finding import Finding
    from .finding_severity import FindingSeverity
    from .health import Health
    from .inline_parameterized_model import InlineParameterizedModel
    from .job import Job
    from .job_error_code import JobErrorCode
    from .job_status import JobStatus
    from .model import Model
    from .model_create import ModelCreate
    from .model_page import ModelPage
    from .model_update import ModelUpdate
    from .order_direction import OrderDirection
    from .order_field import OrderField
    from .organization import Organization
    from .parameterized_model import ParameterizedModel
    from .parameterized_model_create import ParameterizedModelCreate
    from .parameterized_model_page import ParameterizedModelPage
    from .parameterized_model_reference import ParameterizedModelReference
    from .parameterized_model_update import ParameterizedModelUpdate
    from .parsed_protocol import ParsedProtocol
    from .parsed_template import ParsedTemplate
    from .project import Project
    from .project_create import ProjectCreate
    from .project_page import ProjectPage
    from .project_update import ProjectUpdate
    from .protocol_conversion import ProtocolConversion
    from .protocol_experiment import ProtocolExperiment
    from .protocol_file import ProtocolFile
    from .protocol_template import ProtocolTemplate
    from .protocol_template_create import ProtocolTemplateCreate
    from .protocol_template_page import ProtocolTemplatePage
    from .protocol_template_reference import ProtocolTemplateReference
    from .protocol_template_update import ProtocolTemplateUpdate
    from .protocol_text import ProtocolText
    from .protocol_to_template import ProtocolToTemplate
    from .protocol_validation import ProtocolValidation
    from .pybamm_model_query import PybammModelQuery
    from .pybamm_model_validation import PybammModelValidation
    from .pybamm_models import PybammModels
    from .quick_model import QuickModel
    from .quick_model_reference import QuickModelReference
    from .simulation import Simulation
    from .simulation_batch import SimulationBatch
    from .simulation_columns import SimulationColumns
    from .simulation_condition import SimulationCondition
    from .simulation_page import SimulationPage
    from .simulation_state import SimulationState
    from .simulation_status import SimulationStatus
    from .simulation_status_query import SimulationStatusQuery
    from .simulation_submission import SimulationSubmission

_MODULES = {
    "Capabilities": "capabilities",
    "ConvertedFile": "converted_file",
    "ConvertedProtocol": "converted_protocol",
    "CurrentUser": "current_user",
    "CyclerFormat": "cycler_format",
    "Design": "design",
    "DesignRow": "design_row",
    "DesignRowType": "design_row_type",
    "DesignSampling": "design_sampling",
    "Error": "error",
    "ErrorCode": "error_code",
    "Finding": "finding",
    "FindingSeverity": "finding_severity",
    "Health": "health",
    "InlineParameterizedModel": "inline_parameterized_model",
    "Job": "job",
    "JobErrorCode": "job_error_code",
    "JobStatus": "job_status",
    "Model": "model",
    "ModelCreate": "model_create",
    "ModelPage": "model_page",
    "ModelUpdate": "model_update",
    "OrderDirection": "order_direction",
    "OrderField": "order_field",
    "Organization": "organization",
    "ParameterizedModel": "parameterized_model",
    "ParameterizedModelCreate": "parameterized_model_create",
    "ParameterizedModelPage": "parameterized_model_page",
    "ParameterizedModelReference": "parameterized_model_reference",
    "ParameterizedModelUpdate": "parameterized_model_update",
    "ParsedProtocol": "parsed_protocol",
    "ParsedTemplate": "parsed_template",
    "Project": "project",
    "ProjectCreate": "project_create",
    "ProjectPage": "project_page",
    "ProjectUpdate": "project_update",
    "ProtocolConversion": "protocol_conversion",
    "ProtocolExperiment": "protocol_experiment",
    "ProtocolFile": "protocol_file",
    "ProtocolTemplate": "protocol_template",
    "ProtocolTemplateCreate": "protocol_template_create",
    "ProtocolTemplatePage": "protocol_template_page",
    "ProtocolTemplateReference": "protocol_template_reference",
    "ProtocolTemplateUpdate": "protocol_template_update",
    "ProtocolText": "protocol_text",
    "ProtocolToTemplate": "protocol_to_template",
    "ProtocolValidation": "protocol_validation",
    "PybammModelQuery": "pybamm_model_query",
    "PybammModels": "pybamm_models",
    "PybammModelValidation": "pybamm_model_validation",
    "QuickModel": "quick_model",
    "QuickModelReference": "quick_model_reference",
    "Simulation": "simulation",
    "SimulationBatch": "simulation_batch",
    "SimulationColumns": "simulation_columns",
    "SimulationCondition": "simulation_condition",
    "SimulationPage": "simulation_page",
    "SimulationState": "simulation_state",
    "SimulationStatus": "simulation_status",
    "SimulationStatusQuery": "simulation_status_query",
    "SimulationSubmission": "simulation_submission",
}

__all__ = (
    "Capabilities",
    "ConvertedFile",
    "ConvertedProtocol",
    "CurrentUser",
    "CyclerFormat",
    "Design",
    "DesignRow",
    "DesignRowType",
    "DesignSampling",
    "Error",
    "ErrorCode",
    "Finding",
    "FindingSeverity",
    "Health",
    "InlineParameterizedModel",
    "Job",
    "JobErrorCode",
    "JobStatus",
    "Model",
    "ModelCreate",
    "ModelPage",
    "ModelUpdate",
    "OrderDirection",
    "OrderField",
    "Organization",
    "ParameterizedModel",
    "ParameterizedModelCreate",
    "ParameterizedModelPage",
    "ParameterizedModelReference",
    "ParameterizedModelUpdate",
    "ParsedProtocol",
    "ParsedTemplate",
    "Project",
    "ProjectCreate",
    "ProjectPage",
    "ProjectUpdate",
    "ProtocolConversion",
    "ProtocolExperiment",
    "ProtocolFile",
    "ProtocolTemplate",
    "ProtocolTemplateCreate",
    "ProtocolTemplatePage",
    "ProtocolTemplateReference",
    "ProtocolTemplateUpdate",
    "ProtocolText",
    "ProtocolToTemplate",
    "ProtocolValidation",
    "PybammModelQuery",
    "PybammModels",
    "PybammModelValidation",
    "QuickModel",
    "QuickModelReference",
    "Simulation",
    "SimulationBatch",
    "SimulationColumns",
    "SimulationCondition",
    "SimulationPage",
    "SimulationState",
    "SimulationStatus",
    "SimulationStatusQuery",
    "SimulationSubmission",
)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_MODULES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
