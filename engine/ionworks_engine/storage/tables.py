"""The tables. Ids are uuid4 texts; ``seq`` keeps the order of insertion.

The same tables stand in SQLite and in PostgreSQL, and mean the same there (see the end): texts of
any length that sort by their code points, whole numbers of 64 bits.

``documents`` holds what many runs share (cells, protocol bodies), by content: a sweep of 2,000
points stores its cell once. ``simulations`` is what was asked and what came of it, ``jobs`` the
work: a queue that survives the process.

Cell data hangs on specifications: batches and instances, measurements of instances, and beside
them raw files and studies.

A pipeline is a row and a row for each element; a simple pipeline is one row. What they are to do is
kept as text, never as JSON of the database: some of those put keys in another order, and the order
of elements is the order in which they run. ``pipeline_inputs`` names the stored files that a
pipeline was submitted with, ``element_files`` those that its jobs left.

``servers`` has a row for each server that has the store open; it is renewed while the server lives.

``FILES`` names every column that holds the name of a stored file: what none of them names is
nobody's.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION = 4

metadata = MetaData()


def _seq() -> Column[int]:
    return Column("seq", Integer, primary_key=True, autoincrement=True)


def _id() -> Column[str]:
    return Column("id", String(64), nullable=False, unique=True)


def _document(name: str) -> Column[object]:
    return Column(name, JSON(none_as_null=True))


def _times() -> tuple[Column[str], Column[str]]:
    return (
        Column("created_at", String(32), nullable=False),
        Column("updated_at", String(32), nullable=False),
    )


facts = Table(
    "facts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

projects = Table(
    "projects",
    metadata,
    _seq(),
    _id(),
    Column("name", Text, nullable=False),
    Column("description", Text),
    *_times(),
)

models = Table(
    "models",
    metadata,
    _seq(),
    _id(),
    Column("project_id", String(36), index=True),
    Column("name", Text, nullable=False),
    Column("description", Text),
    _document("config"),
    _document("simulation_settings"),
    Column("pybamm_version", String(32)),
    Column("chemistry", String(64)),
    Column("is_custom_model", Boolean, nullable=False),
    Column("source_model_id", String(64)),
    Column("created_by_email", Text),
    *_times(),
)

parameterized_models = Table(
    "parameterized_models",
    metadata,
    _seq(),
    _id(),
    Column("project_id", String(36), index=True),
    Column("cell_spec_id", String(36)),
    Column("model_id", String(64), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("description", Text),
    _document("parameters"),
    _document("simulation_settings"),
    Column("created_by_email", Text),
    *_times(),
)

experiment_templates = Table(
    "experiment_templates",
    metadata,
    _seq(),
    _id(),
    Column("project_id", String(36), nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("content", String(64), nullable=False),
    _document("protocol_config"),
    _document("parameters_schema"),
    Column("source_protocol", Text),
    Column("draft", Boolean, nullable=False),
    Column("created_by_email", Text),
    *_times(),
    UniqueConstraint("project_id", "content"),
)

documents = Table(
    "documents",
    metadata,
    Column("content", String(64), primary_key=True),
    Column("body", JSON, nullable=False),
)

descriptions = Table(
    "descriptions",
    metadata,
    Column("name", String(160), primary_key=True),
    Column("body", JSON, nullable=False),
)

simulations = Table(
    "simulations",
    metadata,
    _seq(),
    _id(),
    Column("job_id", String(36), nullable=False, unique=True),
    Column("project_id", String(36), nullable=False),
    Column("name", Text, nullable=False),
    Column("content", String(64), nullable=False),
    Column("cell", String(64), nullable=False, index=True),
    Column("protocol", String(64), nullable=False, index=True),
    Column("parameterized_model_id", String(64), index=True),
    Column("model_name", Text),
    Column("experiment_template_id", String(36), nullable=False, index=True),
    _document("experiment_parameters"),
    _document("design_parameters"),
    _document("extra_variables"),
    Column("max_backward_jumps", Integer),
    Column("storage_folder", Text),
    Column("time_series_file", String(64), index=True),
    Column("steps_file", String(64), index=True),
    _document("metrics"),
    Column("created_by_email", Text),
    *_times(),
    Index("simulations_by_content", "project_id", "content"),
)

jobs = Table(
    "jobs",
    metadata,
    _seq(),
    _id(),
    Column("job_type", String(32), nullable=False),
    Column("subject_id", String(36), nullable=False),
    Column("affinity", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_owner", String(36)),
    Column("lease_expires", String(32)),
    Column("error", Text),
    Column("error_code", String(64)),
    _document("result"),
    *_times(),
)
Index("jobs_by_turn", jobs.c.status, jobs.c.priority.desc(), jobs.c.seq)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("subject_id", String(64)),
    Column("status", Integer),
    Column("answer", JSON(none_as_null=True)),
    Column("created_at", String(32), nullable=False, index=True),
)

materials = Table(
    "materials",
    metadata,
    _seq(),
    _id(),
    Column("project_id", String(36), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("manufacturer", Text),
    _document("definition"),
    Column("content", String(64), nullable=False),
    *_times(),
    UniqueConstraint("project_id", "content"),
)

cell_specifications = Table(
    "cell_specifications",
    metadata,
    _seq(),
    _id(),
    Column("project_id", String(36), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("form_factor", Text),
    Column("manufacturer", Text),
    _document("ratings"),
    _document("properties"),
    _document("source"),
    Column("notes", Text),
    Column("created_by_email", Text),
    *_times(),
    UniqueConstraint("project_id", "name"),
)

cell_components = Table(
    "cell_components",
    metadata,
    _seq(),
    _id(),
    Column("cell_specification_id", String(36), nullable=False, index=True),
    Column("slot", String(16), nullable=False),
    Column("material_id", String(36), index=True),
    _document("properties"),
    *_times(),
    UniqueConstraint("cell_specification_id", "slot"),
)

cell_batches = Table(
    "cell_batches",
    metadata,
    _seq(),
    _id(),
    Column("cell_specification_id", String(36), nullable=False),
    Column("project_id", String(36), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("notes", Text),
    Column("date_manufactured", String(10)),
    _document("properties"),
    Column("created_by_email", Text),
    *_times(),
    UniqueConstraint("cell_specification_id", "name_key"),
)

cell_instances = Table(
    "cell_instances",
    metadata,
    _seq(),
    _id(),
    Column("cell_specification_id", String(36), nullable=False),
    Column("project_id", String(36), nullable=False),
    Column("batch_id", String(36), index=True),
    Column("name", Text, nullable=False),
    Column("date_manufactured", String(10)),
    _document("measured_properties"),
    Column("notes", Text),
    Column("created_by_email", Text),
    *_times(),
    UniqueConstraint("cell_specification_id", "name"),
)

cell_measurements = Table(
    "cell_measurements",
    metadata,
    _seq(),
    _id(),
    Column("cell_instance_id", String(36), nullable=False),
    Column("cell_specification_id", String(36), nullable=False, index=True),
    Column("project_id", String(36), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("measurement_type", String(16), nullable=False),
    Column("notes", Text),
    _document("protocol"),
    Column("protocol_name", Text),
    Column("protocol_id", String(36)),
    _document("test_setup"),
    _document("properties"),
    _document("file_metadata"),
    Column("start_time", String(32)),
    Column("end_time", String(32)),
    Column("processing_status", String(16), nullable=False),
    Column("processing_error", Text),
    Column("job_id", String(36), index=True),
    Column("rows", Integer),
    Column("duration", Float),
    Column("source_file", String(64), index=True),
    Column("source_steps_file", String(64), index=True),
    Column("time_series_file", String(64), index=True),
    Column("steps_file", String(64), index=True),
    Column("cycles_file", String(64), index=True),
    Column("tables_file", String(64), index=True),
    Column("created_by_email", Text),
    *_times(),
    UniqueConstraint("cell_instance_id", "name"),
)

measurement_tags = Table(
    "measurement_tags",
    metadata,
    Column("measurement_id", String(36), primary_key=True),
    Column("tag_key", String(100), primary_key=True),
    Column("project_id", String(36), nullable=False, index=True),
    Column("tag", String(50), nullable=False),
)

measurement_files = Table(
    "measurement_files",
    metadata,
    Column("measurement_id", String(36), primary_key=True),
    Column("filename", String(255), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("content", String(64), nullable=False, index=True),
    Column("size_bytes", Integer, nullable=False),
    Column("content_type", Text, nullable=False),
)

measurement_watches = Table(
    "measurement_watches",
    metadata,
    Column("measurement_id", String(36), primary_key=True),
    Column("created_at", String(32), nullable=False),
)

raw_data = Table(
    "raw_data",
    metadata,
    _seq(),
    _id(),
    Column("project_id", String(36), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("source", Text),
    _document("metadata"),
    Column("size_bytes", Integer, nullable=False),
    Column("content", String(64), nullable=False, index=True),
    Column("created_by_email", Text),
    *_times(),
)

measurement_raw_data = Table(
    "measurement_raw_data",
    metadata,
    Column("measurement_id", String(36), primary_key=True),
    Column("raw_data_id", String(36), primary_key=True, index=True),
    Column("created_at", String(32), nullable=False),
)

uploads = Table(
    "uploads",
    metadata,
    _seq(),
    _id(),
    Column("kind", String(16), nullable=False),
    Column("owner_id", String(36), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("filename", Text, nullable=False),
    Column("content_type", Text),
    Column("content", String(64), index=True),
    Column("size_bytes", Integer),
    Column("multipart_id", String(36)),
    Column("expires_at", String(32), nullable=False),
    *_times(),
)

upload_parts = Table(
    "upload_parts",
    metadata,
    Column("upload_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", String(64), nullable=False, index=True),
    Column("size_bytes", Integer, nullable=False),
    Column("etag", String(64), nullable=False),
    Column("crc32", String(8), nullable=False),
)

studies = Table(
    "studies",
    metadata,
    _seq(),
    _id(),
    Column("project_id", String(36), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("created_by_email", Text),
    *_times(),
    UniqueConstraint("project_id", "name"),
)

study_simulations = Table(
    "study_simulations",
    metadata,
    _seq(),
    _id(),
    Column("study_id", String(36), nullable=False),
    Column("simulation_id", String(36), nullable=False, index=True),
    Column("created_at", String(32), nullable=False),
    UniqueConstraint("study_id", "simulation_id"),
)

study_measurements = Table(
    "study_measurements",
    metadata,
    _seq(),
    _id(),
    Column("study_id", String(36), nullable=False),
    Column("measurement_id", String(36), nullable=False, index=True),
    Column("created_at", String(32), nullable=False),
    UniqueConstraint("study_id", "measurement_id"),
)

pipelines = Table(
    "pipelines",
    metadata,
    _seq(),
    _id(),
    Column("project_id", String(36), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("config", Text, nullable=False),
    Column("inputs", Text, nullable=False),
    _document("options"),
    Column("total", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("job_id", String(36)),
    Column("created_by_email", Text),
    *_times(),
)

pipeline_elements = Table(
    "pipeline_elements",
    metadata,
    _seq(),
    _id(),
    Column("pipeline_id", String(36), nullable=False),
    Column("name", Text, nullable=False),
    Column("element_type", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("job_id", String(36), index=True),
    _document("progress"),
    _document("assumptions"),
    *_times(),
    UniqueConstraint("pipeline_id", "position"),
)

simple_pipelines = Table(
    "simple_pipelines",
    metadata,
    _seq(),
    _id(),
    Column("project_id", String(36), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("config", Text, nullable=False),
    Column("inputs", Text, nullable=False),
    _document("options"),
    Column("job_id", String(36), nullable=False, index=True),
    _document("progress"),
    Column("created_by_email", Text),
    *_times(),
)

pipeline_inputs = Table(
    "pipeline_inputs",
    metadata,
    Column("owner_id", String(36), primary_key=True),
    Column("content", String(64), primary_key=True, index=True),
)

element_files = Table(
    "element_files",
    metadata,
    Column("job_id", String(36), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("content", String(64), nullable=False, index=True),
    _document("details"),
)

servers = Table(
    "servers",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", Text, nullable=False),
    Column("idle", Integer, nullable=False),
    Column("started_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
)

FILES: tuple[Column[str], ...] = (
    simulations.c.time_series_file,
    simulations.c.steps_file,
    cell_measurements.c.source_file,
    cell_measurements.c.source_steps_file,
    cell_measurements.c.time_series_file,
    cell_measurements.c.steps_file,
    cell_measurements.c.cycles_file,
    cell_measurements.c.tables_file,
    measurement_files.c.content,
    raw_data.c.content,
    uploads.c.content,
    upload_parts.c.content,
    pipeline_inputs.c.content,
    element_files.c.content,
)


def _mean_the_same_in_postgres() -> None:
    for table in metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, String):
                like_sqlite = Text(collation="C")
                column.type = column.type.with_variant(like_sqlite, "postgresql")
            elif isinstance(column.type, Integer) and not column.primary_key:
                column.type = column.type.with_variant(BigInteger(), "postgresql")


_mean_the_same_in_postgres()
