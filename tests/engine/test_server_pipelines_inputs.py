"""What pipelines refer to is looked up when they are submitted, and kept with them."""

import polars as pl
import pytest
from ionworks_engine.storage import tables
from ionworks_engine.storage.tables import parameterized_models
from measured import series
from piped import created, engine, entry, problems, workers
from sqlalchemy import insert, select, update

THICKNESS = "Negative electrode thickness [m]"
CAPACITY = "Nominal cell capacity [A.h]"


@pytest.fixture
def bench(tmp_path):
    with engine(tmp_path) as bench:
        bench.furnish(
            ratings={"capacity": {"value": 5000, "unit": "mA.h"}},
            anode={
                "properties": {
                    "thickness": {"value": 72.225, "unit": "um"},
                    "porosity": {"value": 40, "unit": "%"},
                    "bare": 75,
                    "hottest": {"value": 60, "unit": "degC"},
                    "note": "rolled",
                }
            },
        )
        yield bench


def data(name):
    return {"element_type": "entry", "values": {"data": f"db:{name}"}}


def mapped(bench, **mapping):
    names = {"thickness": THICKNESS, "capacity": CAPACITY}
    mapping = {names.get(name, name): path for name, path in mapping.items()}
    return mapping_of(bench, mapping)


def mapping_of(bench, mapping):
    return {"element_type": "entry", "cell_spec_id": bench.specification, "mapping": mapping}


def request(bench, pipeline, element):
    return bench.result(pipeline["id"])["element_results"][element]["request"]


def refused(answer, status, *words):
    assert answer.status_code == status, answer.text
    assert all(word in answer.json()["message"] for word in words), answer.json()["message"]


# Measurements


def test_a_measurement_comes_along_with_its_tables_and_its_cell(bench):
    name = bench.measured(name="Cycling")["id"]
    done = bench.ran({"a": data(name)})
    told = request(bench, done, "a")["measurements"]
    assert told == {name: {"rows": 44, "steps": 4, "cell": None, "name": "Cycling"}}


def test_the_model_of_a_measured_cell_is_the_newest_of_its_specification(bench):
    name = bench.measured()["id"]
    for model in ("system-spm", "system-spme"):
        row = {"name": model, "cell_spec_id": bench.specification, "model_id": model}
        add_parameterized_model(bench, **row)
    assert request(bench, bench.ran({"a": data(name)}), "a")["measurements"][name]["cell"] == "SPMe"


def add_parameterized_model(bench, **row):
    """Store one as it is: making it by the API would need PyBaMM."""
    store = bench.app.state.services.store
    common = {"id": row["name"], "project_id": bench.project, "parameters": {"values": {}}}
    times = {"created_at": store.now(), "updated_at": store.now()}
    with store.writing() as connection:
        connection.execute(insert(parameterized_models).values(**common, **row, **times))


def test_a_pipeline_keeps_the_data_it_was_submitted_with(tmp_path):
    with engine(tmp_path, workers(1)) as bench:
        bench.furnish()
        name, gone = (bench.measured(name=each)["id"] for each in ("grows", "goes"))
        elements = {"long": entry("sleep 1"), "a": data(name), "b": data(gone)}
        pipeline = bench.submitted(elements)
        more = series(cycles=1).with_columns(pl.col("Time [s]") + 14400.0)
        extended = bench.extend(name, more)
        assert extended.status_code == 200, extended.text
        assert bench.delete(bench.of(gone)).status_code == 204
        done = bench.ended(pipeline)
        assert done["status"] == "completed"
        told = request(bench, done, "b")["measurements"]
        assert (told[name]["rows"], told[gone]["rows"]) == (44, 44)
        # What only the pipeline held goes with it.
        before = len(bench.files())
        assert bench.delete(f"/pipelines/{done['id']}").status_code == 204
        assert len(bench.files()) < before


def test_a_measurement_that_is_not_there_is_not_found_by_its_place(bench):
    fit = {
        "element_type": "data_fit",
        "objectives": {"v": {"data": {"data": "db:none", "time_range": {"start": 0}}}},
        "parameters": {"Contact resistance [Ohm]": {"bounds": [0, 1]}},
    }
    refused(bench.submit({"fit": fit}), 404, "elements.fit.objectives.v.data.data", "'none'")
    refused(bench.submit({"a": data("none")}), 404, "elements.a.values.data", "measurement 'none'")
    answer = bench.submit_simple({"a": data("none")})
    refused(answer, 404, "config.elements.a.values.data")
    assert bench.get(f"/pipelines?project_id={bench.project}").json()["total"] == 0


def test_a_measurement_that_is_not_ready_is_a_conflict(bench):
    failed = bench.settled(bench.upload(series().drop("Voltage [V]"), "Bad"))
    assert failed["processing_status"] == "failed"
    refused(bench.submit({"a": data(failed["id"])}), 409, "elements.a.values.data", "is failed")
    store = bench.app.state.services.store
    ready = bench.measured(name="Later")["id"]
    with store.writing() as connection:
        mine = tables.cell_measurements.c.id == ready
        connection.execute(
            update(tables.cell_measurements).where(mine).values(processing_status="pending")
        )
        connection.execute(update(tables.jobs).values(status="waiting"))
        its_job = tables.jobs.c.id.in_(select(tables.cell_measurements.c.job_id).where(mine))
        connection.execute(update(tables.jobs).where(its_job).values(status="processing"))
    refused(bench.submit({"a": data(ready)}), 409, "is running: wait until it is ready")


def test_a_measurement_of_properties_has_no_series(bench):
    path = f"/cell_instances/{bench.cell}/cell_measurements/create"
    body = {"name": "Weight", "properties": {"mass": {"value": 68.4, "unit": "g"}}}
    name = created(bench.post(path, json=body))["id"]
    found = problems(bench.submit({"a": data(name)}))
    assert found == {
        "elements.a.values.data": "a measurement of type 'properties' has no time series"
    }


# Pipelines and models


def test_a_finished_pipeline_gives_its_parameters(bench):
    before = bench.ran({"a": entry(**{"A [m]": 1.0}), "b": entry(B=2.0)})
    then = {"element_type": "entry", "pipeline_id": before["id"], "keep": ["B"]}
    done = bench.ran({"then": then})
    told = request(bench, done, "then")["pipelines"]
    assert told == {before["id"]: {"A [m]": 1.0, "B": 2.0}}


def test_only_what_a_completed_pipeline_found_can_be_taken(bench):
    def then(name):
        return bench.submit({"then": {"element_type": "entry", "pipeline_id": name}})

    failed = bench.ran({"a": entry(), "b": entry("fail at once")})
    refused(then(failed["id"]), 409, "elements.then.pipeline_id", "is failed")
    refused(then("none"), 404, "elements.then.pipeline_id", "no pipeline 'none'")
    empty = bench.submitted({})
    assert "elements.then.pipeline_id" in problems(then(empty["id"]))


def test_a_parameterized_model_comes_along_as_a_cell(bench):
    def validation(name):
        options = {"parameterized_model_id": name}
        columns = {"Time [s]": [0, 1], "Current [A]": [1, 1], "Voltage [V]": [4, 4]}
        objective = {"type": "CurrentDriven", "data": columns, "options": options}
        return {"element_type": "validation", "objectives": {"v": objective}}

    done = bench.ran({"check": validation("system-chen2020-spm")})
    assert request(bench, done, "check")["cells"] == ["system-chen2020-spm"]
    answer = bench.submit({"check": validation("none")})
    place = "elements.check.objectives.v.options.parameterized_model_id"
    refused(answer, 404, place, "no parameterized model 'none'")


# Cell specifications


def test_a_cell_specification_is_read_once_with_its_units(bench):
    element = mapped(bench, thickness="anode.properties.thickness", capacity="ratings.capacity")
    element["mapping"]["Negative electrode porosity"] = "anode.properties.porosity"
    done = bench.ran({"cell": element})
    assert request(bench, done, "cell")["mapped"] == {
        "cell": {
            THICKNESS: {"path": "anode.properties.thickness", "value": 72.225, "unit": "um"},
            CAPACITY: {"path": "ratings.capacity", "value": 5000, "unit": "mA.h"},
            "Negative electrode porosity": {
                "path": "anode.properties.porosity",
                "value": 40,
                "unit": "%",
            },
        }
    }


@pytest.mark.parametrize(
    ("parameter", "path", "words"),
    [
        (THICKNESS, "anode.properties.thicknes", "did you mean 'thickness'?"),
        (
            THICKNESS,
            "anode.properties.thickness.value.x",
            "anode.properties.thickness.value has no",
        ),
        (THICKNESS, "cathode.properties.thickness", "cathode has no 'properties'"),
        (THICKNESS, "anode.properties.porosity", "wants [m]"),
        (THICKNESS, "anode.properties.bare", "is 75 without a unit"),
        (THICKNESS, "anode.properties.note", "must be a finite number"),
        (THICKNESS, "anode.properties", "must be a finite number"),
        (THICKNESS, ".ratings", "the cell specification has no ''"),
        ("Negative electrode porosity", "anode.properties.thickness", "a plain number"),
    ],
)
def test_a_mapping_that_leads_to_no_value_is_refused_by_its_place(bench, parameter, path, words):
    answer = bench.submit({"cell": mapping_of(bench, {parameter: path})})
    [(place, message)] = problems(answer).items()
    assert place.startswith("elements.cell.mapping")
    assert words in message


def test_a_cell_specification_that_is_not_there_is_not_found(bench):
    element = {**mapped(bench, capacity="ratings.capacity"), "cell_spec_id": "none"}
    refused(bench.submit({"cell": element}), 404, "elements.cell.cell_spec_id", "'none'")


# Bodies


def test_a_project_that_is_not_there_is_not_found(bench):
    refused(bench.submit({"a": entry()}, project_id="none"), 404, "project 'none'")
    refused(bench.submit_simple({"a": entry()}, project_id="none"), 404, "project 'none'")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"elements": []}, "elements"),
        ({"elements": [{"element_type": "entry"}]}, "elements"),
        ({"elements": "all"}, "elements"),
        ({"elements": {"a": None}}, "elements.a"),
        ({"elements": {"a": 3}}, "elements.a"),
        ({"elements": {"a": []}}, "elements.a"),
        ({"elements": {"a": {}}}, "elements.a.element_type"),
        ({"elements": {"a": {"element_type": "entry"}}}, "elements.a"),
        ({"elements": {"a": {"element_type": "entry", "path": "/etc/passwd"}}}, "elements.a.path"),
        ({"elements": {}, "name": 3}, "name"),
        ({"elements": {}, "name": "  "}, "name"),
        ({"elements": {}, "name": "x" * 256}, "name"),
        ({"elements": {}, "options": {"live": True}}, "options.live"),
        ({"elements": {}, "options": {"live_progress_updates": "no"}}, "options"),
        ({"elements": {}, "config": {}}, "config"),
        ({}, "elements"),
    ],
)
def test_odd_bodies_are_refused_by_their_place(bench, body, place):
    found = problems(bench.post("/pipelines", json={"project_id": bench.project, **body}))
    assert any(path.startswith(place) for path in found), found
    if "elements" in body and "config" not in body:
        config = {"project_id": bench.project, "config": {"elements": body["elements"]}}
        rest = {key: value for key, value in body.items() if key != "elements"}
        found = problems(bench.post("/simple_pipelines", json={**config, **rest}))
        places = (place, f"config.{place}")
        assert any(path.startswith(places) for path in found), found


def test_hostile_trees_are_refused_before_anything_is_imported(bench):
    tree = {"$type": "os.system", "name": "x"}
    found = problems(bench.submit({"a": entry(**{"A [m]": tree})}))
    assert next(iter(found)).startswith("elements.a.values")


def test_a_body_that_is_nested_without_end_is_refused(bench):
    deep = '{"a":' * 900 + "1" + "}" * 900
    text = f'{{"project_id": "{bench.project}", "elements": {{"e": {deep}}}}}'
    headers = {"content-type": "application/json"}
    assert bench.post("/pipelines", content=text, headers=headers).status_code in {400, 422}


def test_an_unknown_type_is_accepted_and_fails_when_its_turn_comes(bench):
    done = bench.ran({"a": entry(), "odd": {"element_type": "magic", "source": "fail magic"}})
    assert (done["status"], done["error"]) == ("failed", "odd: magic")
    assert bench.elements(done["id"])["odd"]["element_type"] == "magic"


def test_a_simple_pipeline_has_one_fit_at_most(bench):
    fit = {
        "element_type": "data_fit",
        "objectives": {
            "v": {"data": {"Time [s]": [0, 1], "Current [A]": [0, 0], "Voltage [V]": [4, 4]}}
        },
        "parameters": {"Contact resistance [Ohm]": {"bounds": [0, 1], "initial_value": 0.1}},
    }
    found = problems(bench.submit_simple({"one": fit, "two": fit}))
    assert "config.elements.two" in found
