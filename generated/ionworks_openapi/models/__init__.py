"""The data models of the API, each loaded when its name is first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .capabilities import Capabilities
    from .cell_batch import CellBatch
    from .cell_batch_create import CellBatchCreate
    from .cell_batch_page import CellBatchPage
    from .cell_batch_update import CellBatchUpdate
    from .cell_component import CellComponent
    from .cell_component_input import CellComponentInput
    from .cell_instance import CellInstance
    from .cell_instance_create import CellInstanceCreate
    from .cell_instance_page import CellInstancePage
    from .cell_instance_update import CellInstanceUpdate
    from .cell_measurement import CellMeasurement
    from .cell_measurement_create import CellMeasurementCreate
    from .cell_measurement_page import CellMeasurementPage
    from .cell_measurement_update import CellMeasurementUpdate
    from .cell_specification import CellSpecification
    from .cell_specification_create import CellSpecificationCreate
    from .cell_specification_page import CellSpecificationPage
    from .cell_specification_update import CellSpecificationUpdate
    from .confirmed_measurement import ConfirmedMeasurement
    from .converted_file import ConvertedFile
    from .converted_protocol import ConvertedProtocol
    from .current_user import CurrentUser
    from .cycler_format import CyclerFormat
    from .design import Design
    from .design_row import DesignRow
    from .design_row_type import DesignRowType
    from .design_sampling import DesignSampling
    from .download_url import DownloadUrl
    from .element_status import ElementStatus
    from .error import Error
    from .error_code import ErrorCode
    from .finding import Finding
    from .finding_severity import FindingSeverity
    from .health import Health
    from .initiate_upload_response import InitiateUploadResponse
    from .inline_parameterized_model import InlineParameterizedModel
    from .job import Job
    from .job_error_code import JobErrorCode
    from .job_status import JobStatus
    from .material import Material
    from .material_input import MaterialInput
    from .measurement_confirmation import MeasurementConfirmation
    from .measurement_cycles import MeasurementCycles
    from .measurement_files import MeasurementFiles
    from .measurement_kind import MeasurementKind
    from .measurement_metadata import MeasurementMetadata
    from .measurement_order_field import MeasurementOrderField
    from .measurement_steps_and_cycles import MeasurementStepsAndCycles
    from .measurement_type import MeasurementType
    from .measurement_upload import MeasurementUpload
    from .measurement_upload_name import MeasurementUploadName
    from .measurement_watch import MeasurementWatch
    from .model import Model
    from .model_create import ModelCreate
    from .model_page import ModelPage
    from .model_update import ModelUpdate
    from .multipart_upload_info import MultipartUploadInfo
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
    from .pipeline import Pipeline
    from .pipeline_create import PipelineCreate
    from .pipeline_element import PipelineElement
    from .pipeline_options import PipelineOptions
    from .pipeline_order_field import PipelineOrderField
    from .pipeline_page import PipelinePage
    from .pipeline_progress import PipelineProgress
    from .pipeline_result import PipelineResult
    from .pipeline_status import PipelineStatus
    from .pipeline_update import PipelineUpdate
    from .plot_data import PlotData
    from .plot_trace import PlotTrace
    from .processing_status import ProcessingStatus
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
    from .quantity import Quantity
    from .quick_model import QuickModel
    from .quick_model_reference import QuickModelReference
    from .raw_data import RawData
    from .raw_data_attachment import RawDataAttachment
    from .raw_data_attachment_result import RawDataAttachmentResult
    from .raw_data_confirmation import RawDataConfirmation
    from .raw_data_measurement_page import RawDataMeasurementPage
    from .raw_data_page import RawDataPage
    from .raw_data_update import RawDataUpdate
    from .raw_data_upload import RawDataUpload
    from .raw_data_upload_response import RawDataUploadResponse
    from .search_entity_type import SearchEntityType
    from .search_response import SearchResponse
    from .search_result import SearchResult
    from .series_source import SeriesSource
    from .simple_pipeline import SimplePipeline
    from .simple_pipeline_config import SimplePipelineConfig
    from .simple_pipeline_create import SimplePipelineCreate
    from .simple_pipeline_page import SimplePipelinePage
    from .simulation import Simulation
    from .simulation_batch import SimulationBatch
    from .simulation_columns import SimulationColumns
    from .simulation_condition import SimulationCondition
    from .simulation_page import SimulationPage
    from .simulation_state import SimulationState
    from .simulation_status import SimulationStatus
    from .simulation_status_query import SimulationStatusQuery
    from .simulation_submission import SimulationSubmission
    from .study import Study
    from .study_assignment import StudyAssignment
    from .study_create import StudyCreate
    from .study_page import StudyPage
    from .study_update import StudyUpdate
    from .tag_change import TagChange
    from .tag_change_result import TagChangeResult
    from .tag_usage import TagUsage
    from .tag_usage_page import TagUsagePage
    from .upload_info import UploadInfo
    from .uploaded_type import UploadedType

_MODULES = {
    "Capabilities": "capabilities",
    "CellBatch": "cell_batch",
    "CellBatchCreate": "cell_batch_create",
    "CellBatchPage": "cell_batch_page",
    "CellBatchUpdate": "cell_batch_update",
    "CellComponent": "cell_component",
    "CellComponentInput": "cell_component_input",
    "CellInstance": "cell_instance",
    "CellInstanceCreate": "cell_instance_create",
    "CellInstancePage": "cell_instance_page",
    "CellInstanceUpdate": "cell_instance_update",
    "CellMeasurement": "cell_measurement",
    "CellMeasurementCreate": "cell_measurement_create",
    "CellMeasurementPage": "cell_measurement_page",
    "CellMeasurementUpdate": "cell_measurement_update",
    "CellSpecification": "cell_specification",
    "CellSpecificationCreate": "cell_specification_create",
    "CellSpecificationPage": "cell_specification_page",
    "CellSpecificationUpdate": "cell_specification_update",
    "ConfirmedMeasurement": "confirmed_measurement",
    "ConvertedFile": "converted_file",
    "ConvertedProtocol": "converted_protocol",
    "CurrentUser": "current_user",
    "CyclerFormat": "cycler_format",
    "Design": "design",
    "DesignRow": "design_row",
    "DesignRowType": "design_row_type",
    "DesignSampling": "design_sampling",
    "DownloadUrl": "download_url",
    "ElementStatus": "element_status",
    "Error": "error",
    "ErrorCode": "error_code",
    "Finding": "finding",
    "FindingSeverity": "finding_severity",
    "Health": "health",
    "InitiateUploadResponse": "initiate_upload_response",
    "InlineParameterizedModel": "inline_parameterized_model",
    "Job": "job",
    "JobErrorCode": "job_error_code",
    "JobStatus": "job_status",
    "Material": "material",
    "MaterialInput": "material_input",
    "MeasurementConfirmation": "measurement_confirmation",
    "MeasurementCycles": "measurement_cycles",
    "MeasurementFiles": "measurement_files",
    "MeasurementKind": "measurement_kind",
    "MeasurementMetadata": "measurement_metadata",
    "MeasurementOrderField": "measurement_order_field",
    "MeasurementStepsAndCycles": "measurement_steps_and_cycles",
    "MeasurementType": "measurement_type",
    "MeasurementUpload": "measurement_upload",
    "MeasurementUploadName": "measurement_upload_name",
    "MeasurementWatch": "measurement_watch",
    "Model": "model",
    "ModelCreate": "model_create",
    "ModelPage": "model_page",
    "ModelUpdate": "model_update",
    "MultipartUploadInfo": "multipart_upload_info",
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
    "Pipeline": "pipeline",
    "PipelineCreate": "pipeline_create",
    "PipelineElement": "pipeline_element",
    "PipelineOptions": "pipeline_options",
    "PipelineOrderField": "pipeline_order_field",
    "PipelinePage": "pipeline_page",
    "PipelineProgress": "pipeline_progress",
    "PipelineResult": "pipeline_result",
    "PipelineStatus": "pipeline_status",
    "PipelineUpdate": "pipeline_update",
    "PlotData": "plot_data",
    "PlotTrace": "plot_trace",
    "ProcessingStatus": "processing_status",
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
    "Quantity": "quantity",
    "QuickModel": "quick_model",
    "QuickModelReference": "quick_model_reference",
    "RawData": "raw_data",
    "RawDataAttachment": "raw_data_attachment",
    "RawDataAttachmentResult": "raw_data_attachment_result",
    "RawDataConfirmation": "raw_data_confirmation",
    "RawDataMeasurementPage": "raw_data_measurement_page",
    "RawDataPage": "raw_data_page",
    "RawDataUpdate": "raw_data_update",
    "RawDataUpload": "raw_data_upload",
    "RawDataUploadResponse": "raw_data_upload_response",
    "SearchEntityType": "search_entity_type",
    "SearchResponse": "search_response",
    "SearchResult": "search_result",
    "SeriesSource": "series_source",
    "SimplePipeline": "simple_pipeline",
    "SimplePipelineConfig": "simple_pipeline_config",
    "SimplePipelineCreate": "simple_pipeline_create",
    "SimplePipelinePage": "simple_pipeline_page",
    "Simulation": "simulation",
    "SimulationBatch": "simulation_batch",
    "SimulationColumns": "simulation_columns",
    "SimulationCondition": "simulation_condition",
    "SimulationPage": "simulation_page",
    "SimulationState": "simulation_state",
    "SimulationStatus": "simulation_status",
    "SimulationStatusQuery": "simulation_status_query",
    "SimulationSubmission": "simulation_submission",
    "Study": "study",
    "StudyAssignment": "study_assignment",
    "StudyCreate": "study_create",
    "StudyPage": "study_page",
    "StudyUpdate": "study_update",
    "TagChange": "tag_change",
    "TagChangeResult": "tag_change_result",
    "TagUsage": "tag_usage",
    "TagUsagePage": "tag_usage_page",
    "UploadedType": "uploaded_type",
    "UploadInfo": "upload_info",
}

__all__ = (
    "Capabilities",
    "CellBatch",
    "CellBatchCreate",
    "CellBatchPage",
    "CellBatchUpdate",
    "CellComponent",
    "CellComponentInput",
    "CellInstance",
    "CellInstanceCreate",
    "CellInstancePage",
    "CellInstanceUpdate",
    "CellMeasurement",
    "CellMeasurementCreate",
    "CellMeasurementPage",
    "CellMeasurementUpdate",
    "CellSpecification",
    "CellSpecificationCreate",
    "CellSpecificationPage",
    "CellSpecificationUpdate",
    "ConfirmedMeasurement",
    "ConvertedFile",
    "ConvertedProtocol",
    "CurrentUser",
    "CyclerFormat",
    "Design",
    "DesignRow",
    "DesignRowType",
    "DesignSampling",
    "DownloadUrl",
    "ElementStatus",
    "Error",
    "ErrorCode",
    "Finding",
    "FindingSeverity",
    "Health",
    "InitiateUploadResponse",
    "InlineParameterizedModel",
    "Job",
    "JobErrorCode",
    "JobStatus",
    "Material",
    "MaterialInput",
    "MeasurementConfirmation",
    "MeasurementCycles",
    "MeasurementFiles",
    "MeasurementKind",
    "MeasurementMetadata",
    "MeasurementOrderField",
    "MeasurementStepsAndCycles",
    "MeasurementType",
    "MeasurementUpload",
    "MeasurementUploadName",
    "MeasurementWatch",
    "Model",
    "ModelCreate",
    "ModelPage",
    "ModelUpdate",
    "MultipartUploadInfo",
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
    "Pipeline",
    "PipelineCreate",
    "PipelineElement",
    "PipelineOptions",
    "PipelineOrderField",
    "PipelinePage",
    "PipelineProgress",
    "PipelineResult",
    "PipelineStatus",
    "PipelineUpdate",
    "PlotData",
    "PlotTrace",
    "ProcessingStatus",
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
    "Quantity",
    "QuickModel",
    "QuickModelReference",
    "RawData",
    "RawDataAttachment",
    "RawDataAttachmentResult",
    "RawDataConfirmation",
    "RawDataMeasurementPage",
    "RawDataPage",
    "RawDataUpdate",
    "RawDataUpload",
    "RawDataUploadResponse",
    "SearchEntityType",
    "SearchResponse",
    "SearchResult",
    "SeriesSource",
    "SimplePipeline",
    "SimplePipelineConfig",
    "SimplePipelineCreate",
    "SimplePipelinePage",
    "Simulation",
    "SimulationBatch",
    "SimulationColumns",
    "SimulationCondition",
    "SimulationPage",
    "SimulationState",
    "SimulationStatus",
    "SimulationStatusQuery",
    "SimulationSubmission",
    "Study",
    "StudyAssignment",
    "StudyCreate",
    "StudyPage",
    "StudyUpdate",
    "TagChange",
    "TagChangeResult",
    "TagUsage",
    "TagUsagePage",
    "UploadedType",
    "UploadInfo",
)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_MODULES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
