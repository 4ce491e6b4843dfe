"""Cells, measurements, raw data, studies and search, against what the platform's client sends."""

import json

import jsonschema_rs
import pytest
from ionworks_engine.data_schema import data_schema

from codegen.layout import Layout
from codegen.lint.problem import parameters
from codegen.reach import look_up, operations

BUNDLE = json.loads(Layout().bundle.read_text("utf-8"))
REGISTRY = jsonschema_rs.Registry([("urn:bundle", BUNDLE)])
OPERATIONS = {each["operationId"]: (path, method) for path, method, each in operations(BUNDLE)}


def problems(name, value):
    schema = {"$ref": f"urn:bundle#/components/schemas/{name}"}
    validator = jsonschema_rs.Draft202012Validator(schema, registry=REGISTRY, validate_formats=True)
    return [error.message for error in validator.iter_errors(value)]


def query(operation_id):
    """Return the query parameters of an operation by name, with their schemas."""
    found = parameters(BUNDLE, *OPERATIONS[operation_id])
    return {
        each["name"]: look_up(BUNDLE, each["schema"]) for each in found if each["in"] == "query"
    }


SHARED = {
    "limit", "offset", "name", "created_by_email", "created_at_gt", "created_at_lt",
    "updated_at_gt", "updated_at_lt", "order_by", "order",
}  # fmt: skip
MEASUREMENTS = SHARED | {
    "measurement_type", "tags_all", "tags_any", "start_time_gt", "start_time_lt"
}  # fmt: skip
SLOTS = ("anode", "cathode", "electrolyte", "separator", "case")
ASKED = {
    "list_cell_specifications": SHARED
    | {"full", "form_factor", "material_id", "material_ids", "exclude_cell_spec_id", "project_id"}
    | {f"{slot}_material_id" for slot in SLOTS},
    "list_cell_batches": {"limit", "offset", "name"},
    "list_cell_instances": SHARED | {"batch_id"},
    "list_cell_measurements": MEASUREMENTS,
    "list_project_measurements": {
        "project_id", "limit", "offset", "measurement_type", "q", "tags_all", "tags_any",
        "order_by", "order",
    },
    "list_measurement_tags": {"project_id", "q", "limit"},
    "get_cell_measurement": {"include_steps", "include_time_series"},
    "list_measurement_raw_data": {"limit", "offset"},
    "list_raw_data": {"project_id", "limit", "offset"},
    "list_raw_data_measurements": {"limit", "offset"},
    "list_studies": {"limit", "offset", "name", "order_by", "order"},
    "list_study_measurements": {"limit", "offset"},
    "list_simulations": {"study_id"},
    "search_everything": {"q", "limit", "offset", "per_type", "entity_types", "project_id"},
}  # fmt: skip


@pytest.mark.parametrize("operation_id", ASKED)
def test_what_the_platforms_client_asks_for_is_described(operation_id):
    assert query(operation_id).keys() >= ASKED[operation_id]


@pytest.mark.parametrize(
    ("operation_id", "name"),
    [
        ("list_cell_specifications", "material_ids"),
        ("list_cell_measurements", "tags_all"),
        ("list_cell_measurements", "tags_any"),
        ("list_project_measurements", "tags_any"),
        ("search_everything", "entity_types"),
    ],
)
def test_lists_in_a_query_repeat_the_parameter(operation_id, name):
    assert query(operation_id)[name]["type"] == "array"


def test_measurements_are_sorted_by_their_start_too():
    words = query("list_cell_measurements")["order_by"]["enum"]
    assert set(words) == {"name", "created_at", "updated_at", "start_time"}
    assert "start_time" not in query("list_cell_instances")["order_by"]["enum"]


def test_what_the_platform_searches_can_be_searched():
    words = look_up(BUNDLE, query("search_everything")["entity_types"]["items"])["enum"]
    assert set(words) >= {
        "project", "model", "cell_specification", "cell_instance", "cell_measurement",
        "parameterized_model", "experiment_template", "optimization_template", "material", "study",
        "optimization", "pipeline",
    }  # fmt: skip
    per_type = query("search_everything")["per_type"]
    assert (per_type["minimum"], per_type["maximum"], per_type["default"]) == (1, 20, 5)
    assert query("search_everything")["q"]["minLength"] == 2


QUANTITY = {"value": 12.1, "unit": "mg/cm**2"}
TOLD = {
    "name": "Formation", "notes": "n", "protocol": {"name": "C/10", "definition": {}},
    "protocol_id": "p", "channel_id": None, "start_time": "2026-11-02T08:15:00Z",
    "end_time": None, "test_setup": {"cycler": "Maccor"}, "tags": ["formation"],
    "file_metadata": {"a": 1}, "properties": {"mass": QUANTITY},
}  # fmt: skip
ACCEPTED = {
    "the guide's cell": (
        "CellInstanceCreate",
        {
            "name": "NCM622-GR-001",
            "batch": "BATCH-2024-001",
            "date_manufactured": "2024-01-20",
            "measured_properties": {
                "cathode": {"loading": {"value": 12.1, "unit": "mg/cm**2"}},
                "anode": {"loading": {"value": 6.4, "unit": "mg/cm**2"}},
            },
        },
    ),
    "the guide's other batch": ("CellInstanceUpdate", {"batch": "BATCH-2024-002"}),
    "a cell out of its batch": ("CellInstanceUpdate", {"batch_id": None}),
    "a specification with components": (
        "CellSpecificationCreate",
        {
            "name": "s", "project_id": "p", "form_factor": "21700", "manufacturer": "m",
            "ratings": {"capacity": {"value": 5.0, "unit": "A.h"}, "max_charge_rate": 2},
            "cathode": {"properties": {"loading": QUANTITY}, "material": {"name": "NMC"}},
            "anode": {"material": {"name": "Gr", "manufacturer": "x", "definition": {"a": 1}}},
            "electrolyte": {"material_id": "m"}, "separator": None, "case": {"properties": {}},
            "source": {"doi": "10.1/2"}, "notes": "n", "properties": {"mass": QUANTITY},
        },
    ),
    "nothing new of a specification": ("CellSpecificationUpdate", {}),
    "a batch": (
        "CellBatchCreate",
        {"name": "b", "notes": "n", "date_manufactured": "2024-01-20", "properties": {}},
    ),
    "a time series": ("MeasurementUpload", {"measurement": {"name": "Formation"}}),
    "files": (
        "MeasurementUpload",
        {
            "measurement": {"name": "f", "notes": "n"},
            "measurement_type": "file",
            "filenames": ["a b#1.txt", "ü.png"],
        },
    ),
    "a confirmed time series": (
        "MeasurementConfirmation",
        {"cell_instance_id": "c", "measurement": TOLD, "measurement_type": "time_series"},
    ),
    "confirmed files": (
        "MeasurementConfirmation",
        {
            "cell_instance_id": "c",
            "measurement": {"name": "f"},
            "measurement_type": "file",
            "filenames": ["a.png"],
        },
    ),
    "properties": (
        "CellMeasurementCreate",
        {
            "name": "w", "measurement_type": "properties", "properties": {"mass": QUANTITY},
            "notes": "n", "protocol": {}, "start_time": "2026-11-02", "test_setup": {}, "tags": [],
        },
    ),
    "an extension": ("MeasurementExtension", {}),
    "an end": ("CellMeasurementUpdate", {"end_time": "2026-11-03T20:15:00Z", "channel_id": None}),
    "tags": ("TagChange", {"measurement_ids": ["m"], "add": ["a"], "remove": []}),
    "an attachment": ("RawDataAttachment", {"raw_data_ids": ["r", "s"]}),
    "raw data": (
        "RawDataUpload",
        {
            "project_id": "p", "name": "n", "filename": "f.csv", "content_type": "text/csv",
            "metadata": {}, "source": "maccor",
        },
    ),
    "confirmed raw data": (
        "RawDataConfirmation",
        {
            "project_id": "p", "name": "n", "filename": "f.csv", "content_type": "text/csv",
            "metadata": {}, "size_bytes": 0,
        },
    ),
    "a source taken back": ("RawDataUpdate", {"source": ""}),
    "a study": ("StudyCreate", {"name": "1C Discharge Sweep", "description": "d"}),
    "nothing new of a study": ("StudyUpdate", {}),
    "an assignment": ("StudyAssignmentRequest", {}),
    "a watch": ("MeasurementWatchRequest", {}),
}  # fmt: skip


@pytest.mark.parametrize(("name", "body"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_the_platforms_client_sends_is_accepted(name, body):
    assert problems(name, body) == []


REFUSED = {
    "no name": ("CellInstanceCreate", {"batch": "b"}),
    "no day of the calendar": (
        "CellInstanceCreate", {"name": "c", "date_manufactured": "2024-02-30"}
    ),
    "an unknown slot": ("CellSpecificationCreate", {"name": "s", "project_id": "p", "anodes": {}}),
    "a material without a name": (
        "CellSpecificationCreate",
        {"name": "s", "project_id": "p", "anode": {"material": {"manufacturer": "m"}}},
    ),
    "properties that are a list": (
        "CellMeasurementCreate", {"name": "w", "properties": [QUANTITY]}
    ),
    "a time series among properties": (
        "CellMeasurementCreate",
        {"name": "w", "properties": {}, "measurement_type": "time_series"},
    ),
    "properties to upload": (
        "MeasurementUpload", {"measurement": {"name": "m"}, "measurement_type": "properties"}
    ),
    "no files": ("MeasurementUpload", {"measurement": {"name": "m"}, "filenames": []}),
    "what only the client knows": (
        "MeasurementConfirmation",
        {"cell_instance_id": "c", "measurement": {"name": "m", "data_type": "ocp"}},
    ),
    "a tag that is a text": ("CellMeasurementUpdate", {"tags": "formation"}),
    "too many measurements": ("TagChange", {"measurement_ids": ["m"] * 1001, "add": ["a"]}),
    "no measurements": ("TagChange", {"measurement_ids": [], "add": ["a"]}),
    "a size below nothing": (
        "RawDataConfirmation", {"project_id": "p", "filename": "f", "size_bytes": -1}
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "body"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_refused(name, body):
    assert problems(name, body) != []


UPLOAD = {
    "filename": None, "signed_url": "https://s/x?signature=y", "token": "y", "path": "x",
    "multipart": {
        "endpoint": "https://s", "region": "r", "bucket": "b", "object_path": "x",
        "access_key_id": "a", "secret_access_key": "s", "session_token": "t",
        "expires_at": "2026-11-02T09:15:00Z",
    },
}  # fmt: skip
ANSWERED = {
    "InitiateUploadResponse": {"measurement_id": "m", "uploads": [UPLOAD]},
    "RawDataUploadResponse": {"raw_data_id": "r", "uploads": [UPLOAD | {"multipart": None}]},
    "CellMeasurement": {
        "id": "m", "name": "n", "cell_instance_id": "c", "measurement_type": "video",
        "processing_status": "queued", "colour": "red",
    },
    "ConfirmedMeasurement": {
        "id": "m", "name": "n", "cell_instance_id": "c", "steps_created": 0, "tags": ["a"],
    },
    "CellInstance": {"id": "c", "name": "n", "cell_specification_id": "s", "batch_name": None},
    "CellBatch": {"id": "b", "name": "n", "cell_specification_id": "s", "instance_count": 3},
    "CellSpecification": {
        "id": "s", "name": "n", "anode": {"material_id": "m"}, "cathode": None,
        "ratings": {"capacity": {"value": 5.0, "unit": "A*h"}, "cycles": 1000, "grade": "A"},
    },
    "RawDataMeasurementPage": {"items": ["m"], "count": 1, "total": 1},
    "SearchResponse": {
        "results": [{"id": "a", "entity_type": "site", "name": "n"}],
        "query": "nm", "total": 1, "limit": 25, "offset": 0,
    },
    "MeasurementCycles": {"cycles": {"Cycle count": [0, 1], "Coulombic efficiency": [None, 0.9]}},
    "TagUsagePage": {"items": [{"tag": "a", "usage_count": 2}], "count": 1, "total": 1},
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERED)
def test_what_the_platforms_client_reads_is_described(name):
    assert problems(name, ANSWERED[name]) == []


@pytest.mark.parametrize("field", ["endpoint", "session_token", "object_path"])
def test_an_upload_in_parts_says_all_that_is_needed(field):
    parts = {name: value for name, value in UPLOAD["multipart"].items() if name != field}
    upload = UPLOAD | {"multipart": parts}
    assert problems("InitiateUploadResponse", {"measurement_id": "m", "uploads": [upload]}) != []


def test_a_plain_measurement_leaves_room_for_what_detail_adds():
    described = BUNDLE["components"]["schemas"]["CellMeasurement"]["properties"]
    assert not {"instance_id", "steps", "cycles", "time_series", "files"} & described.keys()
    confirmed = BUNDLE["components"]["schemas"]["ConfirmedMeasurement"]
    assert confirmed["properties"].keys() == described.keys() | {"steps_created"}


def test_what_is_told_at_the_end_can_be_told_before_and_after():
    schemas = BUNDLE["components"]["schemas"]
    told = schemas["MeasurementMetadata"]["properties"]
    assert schemas["CellMeasurementUpdate"]["properties"].keys() == told.keys()
    assert set(TOLD) == told.keys()


CONFLICTS = {
    "create_cell_specification", "create_cell_batch", "create_cell_instance", "create_study",
    "create_cell_measurement", "initiate_measurement_upload", "confirm_measurement_upload",
    "initiate_measurement_extend", "confirm_measurement_extend", "download_measurement_steps",
    "download_measurement_time_series", "get_measurement_cycles", "get_cell_measurement",
    "get_measurement_steps_and_cycles",
}  # fmt: skip


@pytest.mark.parametrize("operation_id", sorted(CONFLICTS))
def test_a_name_that_is_taken_and_work_that_goes_on_are_conflicts(operation_id):
    path, method = OPERATIONS[operation_id]
    assert "409" in BUNDLE["paths"][path][method]["responses"]


READING = {
    "convert_protocol", "list_protocol_inputs", "list_simulation_statuses", "parse_protocol_file",
    "validate_protocol", "validate_pybamm_model",
}  # fmt: skip


def test_whatever_changes_something_may_have_lost_its_first_answer():
    without = {
        name
        for name, (path, method) in OPERATIONS.items()
        if method in {"post", "patch"} and "409" not in BUNDLE["paths"][path][method]["responses"]
    }
    assert without == READING


def test_what_the_platform_only_does_is_asked_without_or_with_an_empty_body():
    optional = {
        "watch_measurement", "initiate_measurement_extend", "confirm_measurement_extend",
        "assign_simulation_to_study", "assign_measurement_to_study", "update_study",
    }  # fmt: skip
    stated = {
        name
        for name, (path, method) in OPERATIONS.items()
        if BUNDLE["paths"][path][method].get("requestBody", {}).get("required") is False
    }
    assert stated == optional | {"cancel_job", "cancel_pipeline", "cancel_simple_pipeline"}


def test_files_come_as_they_are_or_from_elsewhere():
    path, method = OPERATIONS["download_measurement_file"]
    responses = BUNDLE["paths"][path][method]["responses"]
    assert list(responses["200"]["content"]) == ["application/octet-stream"]
    assert "307" in responses


DOCUMENT = {
    "cell_specification": {"name": "s", "project_id": "p", "anode": {"material": {"name": "Gr"}}},
    "cell_instance": ACCEPTED["the guide's cell"][1],
    "cell_measurement": TOLD,
    "time_series": {
        "Step count": [0, 0], "Time [s]": [0.0, 1.0], "Voltage [V]": [4.0, 3.9],
        "Current [A]": [1.0, None], "Humidity [%]": [40, 41],
    },
}  # fmt: skip
MISTAKES = {
    "cell_specification": {"name": "s", "project_id": "p", "anode": {"material": {"nam": "Gr"}}},
    "cell_instance": {"name": "c", "batches": "b"},
    "cell_measurement": {"name": "m", "colour": "red"},
    "time_series": {"Step count": [0], "Time [s]": [0.0], "Voltage [V]": [4.0]},
}


def test_the_schema_of_cell_data_stands_alone_and_judges():
    schema = jsonschema_rs.Draft202012Validator(data_schema(BUNDLE))
    assert [error.message for error in schema.iter_errors(DOCUMENT)] == []
    for level, mistake in MISTAKES.items():
        assert not schema.is_valid(DOCUMENT | {level: mistake}), level
    assert "#/components" not in json.dumps(data_schema(BUNDLE))
