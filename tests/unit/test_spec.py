"""The description against facts it was not made from: the platform's client and its guide."""

import json

import jsonschema_rs
import pytest

from codegen.layout import Layout
from codegen.reach import component_schemas, operations
from ionworks import ucp

BUNDLE = json.loads(Layout().bundle.read_text("utf-8"))
REGISTRY = jsonschema_rs.Registry([("urn:bundle", BUNDLE)])

OPERATIONS = """
get    /healthz                                                  get_health
get    /users/me                                                 get_current_user
get    /discovery/capabilities                                   get_capabilities
get    /discovery/schemas/{name}                                 get_schema
get    /discovery/pybamm_models                                  list_pybamm_models
post   /discovery/pybamm_models/validate                         validate_pybamm_model
get    /projects                                                 list_projects
post   /projects                                                 create_project
get    /projects/{project_id}                                    get_project
patch  /projects/{project_id}                                    update_project
delete /projects/{project_id}                                    delete_project
get    /models                                                   list_models
post   /models                                                   create_model
get    /models/{model_id}                                        get_model
patch  /models/{model_id}                                        update_model
delete /models/{model_id}                                        delete_model
get    /parameterized_models                                     list_parameterized_models
post   /parameterized_models                                     create_parameterized_model
get    /parameterized_models/{parameterized_model_id}            get_parameterized_model
patch  /parameterized_models/{parameterized_model_id}            update_parameterized_model
delete /parameterized_models/{parameterized_model_id}            delete_parameterized_model
get    /parameterized_models/{parameterized_model_id}/parameter-values  get_parameter_values
get    /parameterized_models/{parameterized_model_id}/variable-names    list_variable_names
get    /experiment_templates                                     list_experiment_templates
post   /experiment_templates                                     create_experiment_template
get    /experiment_templates/{protocol_id}                       get_experiment_template
patch  /experiment_templates/{protocol_id}                       update_experiment_template
delete /experiment_templates/{protocol_id}                       delete_experiment_template
get    /experiment_templates/{protocol_id}/human_readable        get_protocol_human_readable
get    /experiment_templates/{protocol_id}/source_protocol       get_protocol_source
post   /protocols/convert                                        convert_protocol
post   /protocols/parse                                          parse_protocol_file
post   /protocols/parse-to-template                              parse_protocol_to_template
post   /protocols/validate                                       validate_protocol
post   /protocols/input_references                               list_protocol_inputs
get    /simulations                                              list_simulations
post   /simulations/with-template/batch                          create_simulation_batch
post   /simulations/statuses                                     list_simulation_statuses
get    /simulations/{simulation_id}                              get_simulation
delete /simulations/{simulation_id}                              delete_simulation
get    /simulations/{simulation_id}/result                       get_simulation_result
get    /simulations/{simulation_id}/time_series/download         download_simulation_time_series
get    /simulations/{simulation_id}/steps/download               download_simulation_steps
get    /jobs/                                                    list_jobs
get    /jobs/{job_id}                                            get_job
post   /jobs/{job_id}/cancel                                     cancel_job
get    /cell_specifications                                      list_cell_specifications
post   /cell_specifications                                      create_cell_specification
get    /cell_specifications/{cell_spec_id}                       get_cell_specification
patch  /cell_specifications/{cell_spec_id}                       update_cell_specification
delete /cell_specifications/{cell_spec_id}                       delete_cell_specification
get    /cell_specifications/{cell_spec_id}/cell_batches          list_cell_batches
post   /cell_specifications/{cell_spec_id}/cell_batches          create_cell_batch
get    /cell_batches/{batch_id}                                  get_cell_batch
patch  /cell_batches/{batch_id}                                  update_cell_batch
delete /cell_batches/{batch_id}                                  delete_cell_batch
get    /cell_specifications/{cell_spec_id}/cell_instances        list_cell_instances
post   /cell_specifications/{cell_spec_id}/cell_instances        create_cell_instance
get    /cell_instances/{cell_instance_id}                        get_cell_instance
patch  /cell_instances/{cell_instance_id}                        update_cell_instance
delete /cell_instances/{cell_instance_id}                        delete_cell_instance
get    /cell_instances/{cell_instance_id}/cell_measurements      list_cell_measurements
post   /cell_instances/{cell_instance_id}/cell_measurements/initiate-upload
       initiate_measurement_upload
post   /cell_instances/{cell_instance_id}/cell_measurements/create           create_cell_measurement
get    /cell_measurements                                        list_project_measurements
get    /cell_measurements/tags                                   list_measurement_tags
post   /cell_measurements/tags/bulk                              change_measurement_tags
get    /cell_measurements/{measurement_id}                       get_cell_measurement
patch  /cell_measurements/{measurement_id}                       update_cell_measurement
delete /cell_measurements/{measurement_id}                       delete_cell_measurement
get    /cell_measurements/{measurement_id}/steps/download        download_measurement_steps
get    /cell_measurements/{measurement_id}/time_series/download  download_measurement_time_series
get    /cell_measurements/{measurement_id}/cycles                get_measurement_cycles
get    /cell_measurements/{measurement_id}/steps_and_cycles      get_measurement_steps_and_cycles
post   /cell_measurements/{measurement_id}/confirm-upload        confirm_measurement_upload
post   /cell_measurements/{measurement_id}/initiate-extend       initiate_measurement_extend
post   /cell_measurements/{measurement_id}/confirm-extend        confirm_measurement_extend
get    /cell_measurements/{measurement_id}/files                 list_measurement_files
get    /cell_measurements/{measurement_id}/files/{filename}      download_measurement_file
post   /cell_measurements/{measurement_id}/raw_data              attach_raw_data
get    /cell_measurements/{measurement_id}/raw_data              list_measurement_raw_data
delete /cell_measurements/{measurement_id}/raw_data/{raw_data_id}            detach_raw_data
post   /cell_measurements/{measurement_id}/watch                 watch_measurement
delete /cell_measurements/{measurement_id}/watch                 unwatch_measurement
post   /raw_data/initiate-upload                                 initiate_raw_data_upload
post   /raw_data/{raw_data_id}/confirm-upload                    confirm_raw_data_upload
get    /raw_data                                                 list_raw_data
get    /raw_data/{raw_data_id}                                   get_raw_data
get    /raw_data/{raw_data_id}/download-url                      get_raw_data_download_url
patch  /raw_data/{raw_data_id}                                   update_raw_data
delete /raw_data/{raw_data_id}                                   delete_raw_data
get    /raw_data/{raw_data_id}/cell_measurements                 list_raw_data_measurements
get    /projects/{project_id}/studies                            list_studies
post   /projects/{project_id}/studies                            create_study
get    /projects/{project_id}/studies/{study_id}                 get_study
patch  /projects/{project_id}/studies/{study_id}                 update_study
delete /projects/{project_id}/studies/{study_id}                 delete_study
post   /projects/{project_id}/studies/{study_id}/simulations/{simulation_id}
       assign_simulation_to_study
delete /projects/{project_id}/studies/{study_id}/simulations/{simulation_id}
       remove_simulation_from_study
get    /projects/{project_id}/studies/{study_id}/measurements
       list_study_measurements
post   /projects/{project_id}/studies/{study_id}/measurements/{measurement_id}
       assign_measurement_to_study
delete /projects/{project_id}/studies/{study_id}/measurements/{measurement_id}
       remove_measurement_from_study
get    /search                                                   search_everything
get    /cells/{cell_spec_id}/parameterized_models                list_cell_parameterized_models
post   /cells/{cell_spec_id}/parameterized_models                create_cell_parameterized_model
patch  /cells/{cell_spec_id}/parameterized_models/{parameterized_model_id}
       update_cell_parameterized_model
delete /cells/{cell_spec_id}/parameterized_models/{parameterized_model_id}
       delete_cell_parameterized_model
get    /jobs/{job_id}/metadata                                   get_job_metadata
get    /jobs/{job_id}/series/channels                            list_job_series_channels
get    /jobs/{job_id}/series                                     get_job_series
get    /pipelines                                                list_pipelines
post   /pipelines                                                create_pipeline
get    /pipelines/{pipeline_id}                                  get_pipeline
patch  /pipelines/{pipeline_id}                                  update_pipeline
delete /pipelines/{pipeline_id}                                  delete_pipeline
post   /pipelines/{pipeline_id}/cancel                           cancel_pipeline
get    /pipelines/{pipeline_id}/elements                         list_pipeline_elements
get    /pipelines/{pipeline_id}/result                           get_pipeline_result
get    /pipelines/datafits/{job_id}/plot_data                    get_plot_data
get    /simple_pipelines                                         list_simple_pipelines
post   /simple_pipelines                                         create_simple_pipeline
get    /simple_pipelines/{simple_pipeline_id}                    get_simple_pipeline
patch  /simple_pipelines/{simple_pipeline_id}                    update_simple_pipeline
delete /simple_pipelines/{simple_pipeline_id}                    delete_simple_pipeline
post   /simple_pipelines/{simple_pipeline_id}/cancel             cancel_simple_pipeline
"""


def problems(name, value):
    schema = {"$ref": f"urn:bundle#/components/schemas/{name}"}
    validator = jsonschema_rs.Draft202012Validator(schema, registry=REGISTRY, validate_formats=True)
    return [error.message for error in validator.iter_errors(value)]


def test_the_operations_are_the_platforms():
    words = OPERATIONS.split()
    stated = set(zip(words[::3], words[1::3], words[2::3], strict=True))
    found = {(method, path, each["operationId"]) for path, method, each in operations(BUNDLE)}
    assert found == stated


def test_every_operation_but_health_wants_a_credential():
    open_to_all = {each["operationId"] for _, _, each in operations(BUNDLE) if "security" in each}
    assert open_to_all == {"get_health"}
    assert BUNDLE["security"] == [{"ApiKey": []}, {"BearerToken": []}]
    schemes = BUNDLE["components"]["securitySchemes"]
    assert (schemes["ApiKey"]["in"], schemes["ApiKey"]["name"]) == ("header", "X-API-Key")
    assert schemes["BearerToken"]["scheme"] == "bearer"
    assert [server["url"] for server in BUNDLE["servers"]] == ["https://api.ionworks.com"]


def test_the_status_words_are_the_platforms():
    words = BUNDLE["components"]["schemas"]["JobStatus"]["enum"]
    assert set(words) == {"pending", "waiting", "processing", "completed", "failed", "canceled"}


BATCH = {
    "parameterized_model": "your-parameterized-model-id",
    "experiment_template_id": "template",
    "experiment_parameter_sets": [{}],
}
GRID = {
    "sampling": "grid",
    "rows": [
        {
            "type": "discrete",
            "name": "Positive electrode thickness [m]",
            "values": [50e-6, 75e-6, 100e-6],
        }
    ],
}
ACCEPTED = {
    "the guide's batch": BATCH | {"design_parameters_doe": GRID},
    "the guide's inputs": BATCH
    | {"experiment_parameter_sets": [{"Initial SOC": 1.0, "C-rate": 0.5, "cycle": "drive.csv"}]},
    "a quick model": BATCH
    | {
        "parameterized_model": {
            "quick_model": {
                "capacity": 1.0,
                "chemistry": "NMC/Graphite",
                "resistance_pct": 50,
                "cell_spec_id": "c",
            }
        },
        "project_id": "p",
    },
    "a model given whole": BATCH
    | {"parameterized_model": {"model_id": "m", "parameters": {"Current [A]": {"$type": "x"}}}},
    "conditions": BATCH
    | {
        "conditions": [
            {"experiment_parameters": {"C-rate": 1.0}, "design_parameters": {"Porosity": 0.3}},
            {"experiment_parameters": {}, "design_parameters": {}},
        ]
    },
    "no further variables": BATCH | {"extra_variables": [], "max_backward_jumps": 0},
    "fields left null": BATCH
    | {"study_id": None, "project_id": None, "conditions": None, "design_parameters_doe": None},
    "rows with nulls": BATCH
    | {
        "design_parameters_doe": {
            "sampling": "latin_hypercube",
            "count": 20,
            "rows": [
                {"type": "range", "name": "a", "min": 0, "max": 1, "count": None, "values": None},
                {"type": "normal", "name": "b", "mean": 0.0, "std": 0.1, "count": 20},
            ],
        }
    },
}


@pytest.mark.parametrize("body", ACCEPTED.values(), ids=ACCEPTED)
def test_what_the_platforms_client_sends_is_accepted(body):
    assert problems("SimulationBatch", body) == []


def row(**changes):
    rows = [GRID["rows"][0] | changes]
    return BATCH | {"design_parameters_doe": GRID | {"rows": rows}}


def quick(**values):
    return BATCH | {"parameterized_model": {"quick_model": values}}


REFUSED = {
    "an unknown key": BATCH | {"design_parameters": {}},
    "no model": {key: BATCH[key] for key in list(BATCH)[1:]},
    "a model that is null": BATCH | {"parameterized_model": None},
    "a model without values": BATCH | {"parameterized_model": {"model_id": "m"}},
    "a capacity of 0": quick(capacity=0),
    "a negative capacity": quick(capacity=-1.0),
    "a misspelt quick model": quick(chemistri="NMC/Graphite"),
    "two parameter sets": BATCH | {"experiment_parameter_sets": [{}, {}]},
    "no parameter set": BATCH | {"experiment_parameter_sets": []},
    "a parameter that is true": BATCH | {"experiment_parameter_sets": [{"C-rate": True}]},
    "a parameter that is null": BATCH | {"experiment_parameter_sets": [{"C-rate": None}]},
    "no conditions": BATCH | {"conditions": []},
    "a condition with an unknown key": BATCH | {"conditions": [{"parameters": {}}]},
    "a negative number of jumps": BATCH | {"max_backward_jumps": -5},
    "an unknown row": row(type="uniform"),
    "a misspelt row": row(vals=[1.0]),
    "no values": row(values=[]),
    "a value that is text": row(values=["1"]),
    "a row without a name": row(name=""),
    "a spread of 0": row(type="normal", std=0),
    "an unknown sampling": BATCH | {"design_parameters_doe": GRID | {"sampling": "sobol"}},
    "no rows": BATCH | {"design_parameters_doe": GRID | {"rows": []}},
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_refused(body):
    assert problems("SimulationBatch", body) != []


OTHER_BODIES = [
    ("ProtocolToTemplate", {"protocol_experiment": {"protocol": "steps: []", "name": "1C"},
                            "experiment_parameters": {}, "project_id": "p"}),
    ("ProtocolText", {"protocol": ""}),
    ("ProtocolConversion", {"protocol": "steps: []", "target": "biologic_bttest",
                            "filename_stem": "protocol"}),
    ("ProtocolConversion", {"protocol": {"steps": []}, "target": "arbin_sdx", "verify": True,
                            "filename_stem": "cell 1.b", "nominal_capacity_ah": 5,
                            "drive_cycles": {"a": {"Time [s]": [0, 1], "C-rate": [1, -1]}}}),
    ("ProtocolConversion", {"protocol": "steps: []", "target": "maccor", "drive_cycles": {}}),
    ("ProtocolTemplateCreate", {"name": "1C", "protocol_config": {"steps": []}, "project_id": "p",
                                "parameters_schema": {}, "force_create": False,
                                "description": "d", "source_protocol": "steps: []"}),
    ("ProtocolTemplateUpdate", {}),
    ("ProjectCreate", {"name": "p"}),
    ("ModelCreate", {"name": "m", "config": {"type": "SPMe", "options": {}}, "project_id": "p",
                     "simulation_settings": {"var_pts": {"x_n": 20}}}),
    ("ModelUpdate", {"simulation_settings": None}),
    ("ParameterizedModelCreate", {"name": "c", "model_id": "m", "project_id": "p",
                                  "parameters": {"citations": [], "Current [A]": 5.0}}),
    ("ParameterizedModelUpdate", {"simulation_settings": None, "name": "c"}),
    ("SimulationStatusQuery", {"simulation_ids": ["a", "b"], "limit": 2}),
    ("SimulationStatusQuery", {"simulation_ids": []}),
    ("PybammModelQuery", {"pybamm_model": "SPM", "module": "lithium_ion", "options": {}}),
    ("JobCancel", {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body"), OTHER_BODIES, ids=[name for name, _ in OTHER_BODIES])
def test_the_other_bodies_of_the_platforms_client_are_accepted(name, body):
    assert problems(name, body) == []


BODIES = [
    name
    for name in sorted(component_schemas(BUNDLE, "requests"))
    if BUNDLE["components"]["schemas"][name].get("properties")
]


@pytest.mark.parametrize("name", BODIES)
def test_a_request_refuses_a_field_it_does_not_know_by_name(name):
    assert any("'colour'" in each for each in problems(name, {"colour": "red"}))


LENIENT = {
    "Job": {
        "job_id": "j", "status": "paused", "job_type": "simulate", "priority": 5,
        "created_at": "2026-11-02T08:15:00.123456+00:00", "updated_at": "2026-11-02T08:15:00Z",
        "is_terminal": False, "is_failed": False, "queue": "fast", "error_code": "OUT_OF_DISK",
    },
    "Simulation": {"id": "s", "status": "paused", "owner": {"name": "ada"}},
    "Error": {"error_code": "TEAPOT", "message": "m", "detail": [1], "hint": "h"},
    "ProtocolValidation": {"valid": False, "error": "e", "score": 3},
    "PybammModelValidation": {"valid": True},
}  # fmt: skip


@pytest.mark.parametrize("name", LENIENT)
def test_a_response_may_hold_more_than_is_described(name):
    assert problems(name, LENIENT[name]) == []


def test_a_page_has_the_platforms_envelope():
    page = {"items": [], "count": 0, "total": 0}
    pages = ["ProjectPage", "ModelPage", "ParameterizedModelPage", "ProtocolTemplatePage"]
    assert [problems(name, page) for name in pages] == [[]] * 4
    assert problems("SimulationPage", {"simulations": [], "total": 0}) == []
    assert problems("SimulationPage", page) != []


def test_limits_are_the_platforms():
    limits = {
        operation["operationId"]: parameter["schema"]
        for _, _, operation in operations(BUNDLE)
        for parameter in operation.get("parameters", [])
        if parameter.get("name") == "limit"
    }
    shared = BUNDLE["components"]["parameters"]["Limit"]["schema"]
    stated = (shared["minimum"], shared["maximum"], shared["default"])
    assert stated == (1, 100, 100)
    bounds = {name: (schema["maximum"], schema["default"]) for name, schema in limits.items()}
    assert bounds == {
        "list_simulations": (1000, 100),
        "list_project_measurements": (1000, 25),
        "list_measurement_tags": (1000, 50),
        "search_everything": (100, 25),
        "list_simple_pipelines": (100, 10),
    }
    long = BUNDLE["components"]["parameters"]["PageLimit"]["schema"]
    assert (long["minimum"], long["maximum"], long["default"]) == (1, 1000, 100)


def test_downloads_are_parquet_or_elsewhere():
    tables = [
        f"/{owner}/{table}/download"
        for owner in ("simulations/{simulation_id}", "cell_measurements/{measurement_id}")
        for table in ("time_series", "steps")
    ]
    for table in tables:
        path = BUNDLE["paths"][table]
        responses = path["get"]["responses"]
        assert list(responses["200"]["content"]) == ["application/vnd.apache.parquet"]
        elsewhere = BUNDLE["components"]["responses"][responses["307"]["$ref"].split("/")[-1]]
        assert "Location" in elsewhere["headers"]


def test_a_description_without_breaking_changes_is_released():
    released = json.loads(Layout().released.read_text("utf-8"))
    assert released["openapi"].startswith("3.1")
    assert released["info"]["title"] == BUNDLE["info"]["title"]


WRONG_CONVERSIONS = {
    "an unknown target": {"target": "macor"},
    "a stem that is a path": {"filename_stem": "../protocol"},
    "a stem that is hidden": {"filename_stem": ".protocol"},
    "a stem that ends with a dot": {"filename_stem": "protocol."},
    "no stem": {"filename_stem": ""},
    "a protocol that is a list": {"protocol": ["Rest for 1 minute"]},
    "no capacity": {"nominal_capacity_ah": 0},
    "a drive cycle that is a list": {"drive_cycles": {"a": [[0, 1]]}},
    "three columns": {"drive_cycles": {"a": {"x": [1], "y": [1], "z": [1]}}},
    "a column of text": {"drive_cycles": {"a": {"Time [s]": ["0"], "C-rate": [1]}}},
}


@pytest.mark.parametrize("change", WRONG_CONVERSIONS.values(), ids=WRONG_CONVERSIONS)
def test_a_conversion_that_is_wrong_is_refused(change):
    body = {"protocol": "steps: []", "target": "maccor", "filename_stem": "protocol"}
    assert problems("ProtocolConversion", body) == []
    assert problems("ProtocolConversion", body | change) != []


def language(value):
    return problems("UniversalCyclerProtocol", value)


def test_the_language_is_in_the_bundle_and_judges_as_the_languages_own_schema():
    own = jsonschema_rs.Draft202012Validator(ucp.SCHEMA)
    good = {"steps": [{"Pulses": {"repeat": 2, "steps": [{"Rest": {"duration": 60}}]}}]}
    wrong = {"steps": [{"Pulses": {"repeat": 2, "steps": [{"Rest": {"duratio": 60}}]}}]}
    assert (language(good), own.is_valid(good)) == ([], True)
    assert language(wrong) != []
    assert not own.is_valid(wrong)
    stated = BUNDLE["components"]["schemas"]["UniversalCyclerProtocol"]
    assert stated["$defs"].keys() == ucp.SCHEMA["$defs"].keys()
