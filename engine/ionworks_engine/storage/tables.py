"""The tables. Ids are uuid4 texts; ``seq`` keeps the order of insertion.

Nothing here is particular to SQLite: the same tables stand in PostgreSQL.

``documents`` holds what many runs share (cells, protocol bodies), by content: a sweep of 2,000
points stores its cell once. ``simulations`` is what was asked and what came of it, ``jobs`` the
work: a queue that survives the process.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION = 1

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
    Column("study_id", String(36), index=True),
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
