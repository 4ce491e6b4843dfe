"""Lists of pipelines, simple pipelines, and the store they live in."""

import pytest
from ionworks_engine.storage import tables
from piped import engine, entry, inline, problems, workers
from sqlalchemy import inspect, update
from stored import open_store


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """An engine with pipelines of every end but one that runs."""
    with engine(tmp_path_factory.mktemp("store")) as bench:
        good, bad = {"a": entry()}, {"a": entry("fail at once")}
        for submit, kind in (
            (bench.submitted, "pipelines"),
            (bench.submitted_simple, "simple_pipelines"),
        ):
            one = submit(good, name="Diffevolution 1", description="half cell")
            two = submit(bad, name="diffevolution 2")
            three = submit(good, name="other")
            setattr(bench, kind, [bench.ended(each, kind) for each in (one, two, three)])
        yield bench


KINDS = pytest.mark.parametrize(
    ("kind", "key", "skip"),
    [("pipelines", "pipelines", "skip"), ("simple_pipelines", "items", "offset")],
)


def listed(bench, kind, **query):
    answer = bench.get(f"/{kind}", params={"project_id": bench.project, **query})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    items = found["pipelines" if kind == "pipelines" else "items"]
    assert found["count"] == len(items)
    return [item["name"].split()[-1] for item in items], found["total"]


@KINDS
def test_lists_show_the_newest_first_page_by_page(bench, kind, key, skip):
    assert listed(bench, kind) == (["other", "2", "1"], 3)
    assert listed(bench, kind, limit=1, **{skip: 1}) == (["2"], 3)
    assert listed(bench, kind, **{skip: 7}) == ([], 3)
    [found, *_] = bench.get(f"/{kind}", params={"project_id": bench.project}).json()[key]
    kept = getattr(bench, kind)[2]
    assert found == {**kept, **({"config": None} if kind == "pipelines" else {})}


@KINDS
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"status": "completed"}, ["other", "1"]),
        ({"status": "in.(pending,running)"}, []),
        ({"status": "in.(completed,failed)"}, ["other", "2", "1"]),
        ({"status": "neq.completed"}, ["2"]),
        ({"name": "other"}, ["other"]),
        ({"name": "ilike.%diffevo%"}, ["2", "1"]),
        ({"name": "like.%Diffevo%"}, ["1"]),
        ({"description": "half cell"}, ["1"]),
        ({"description": "is.null"}, ["other", "2"]),
        ({"created_by_email": "ilike.%localhost%"}, ["other", "2", "1"]),
        ({"created_by_email": "nobody"}, []),
        ({"created_at": "gte.2000-01-01"}, ["other", "2", "1"]),
        ({"created_at_lt": "2000-01-01"}, []),
        ({"updated_at_gt": "2000-01-01"}, ["other", "2", "1"]),
        ({"updated_at": "lt.2000-01-01"}, []),
        ({"order": "asc"}, ["1", "2", "other"]),
        ({"order_by": "name", "order": "asc"}, ["1", "2", "other"]),
        ({"order_by": "status", "order": "desc"}, ["2", "other", "1"]),
        ({"order_by": "updated_at", "order": "asc"}, ["1", "2", "other"]),
        ({"order_by": "description", "order": "desc"}, ["1", "other", "2"]),
    ],
)
def test_lists_are_filtered_and_ordered(bench, kind, key, skip, query, names):
    del key, skip
    found, total = listed(bench, kind, **query)
    assert (found, total) == (names, len(names))


def test_pipelines_are_found_by_id(bench):
    one, two, _ = bench.pipelines
    assert listed(bench, "pipelines", id=one["id"]) == (["1"], 1)
    assert listed(bench, "pipelines", id=f"in.({one['id']},{two['id']})") == (["2", "1"], 2)


@KINDS
@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({"status": "contains.x"}, "query.status"),
        ({"created_at_gt": "yesterday"}, "query.created_at_gt"),
        ({"updated_at": "ilike.%2026%"}, "query.updated_at"),
        ({"order_by": "config"}, "query.order_by"),
        ({"limit": 0}, "query.limit"),
        ({"state": "completed"}, "query.state"),
    ],
)
def test_odd_filters_are_refused_by_name(bench, kind, key, skip, query, place):
    del key, skip
    answer = bench.get(f"/{kind}", params={"project_id": bench.project, **query})
    assert list(problems(answer)) == [place]


@KINDS
def test_a_list_is_of_a_project_that_there_is(bench, kind, key, skip):
    del key, skip
    assert bench.get(f"/{kind}", params={"project_id": "none"}).status_code == 404
    assert list(problems(bench.get(f"/{kind}"))) == ["query.project_id"]
    other = bench.post("/projects", json={"name": f"Other {kind}"}).json()["id"]
    assert listed(bench, kind, project_id=other) == ([], 0)


def test_what_waits_and_what_runs_is_found_by_its_status(tmp_path):
    with engine(tmp_path, workers(1)) as bench:
        long = bench.submitted({"done": entry(), "long": entry("sleep 60")}, name="begun")
        path = f"/pipelines/{long['id']}"
        bench.until(path, lambda found: found["progress"]["running"] == "long")
        assert listed(bench, "pipelines", status="running") == (["begun"], 1)
        simple = bench.submitted_simple({"a": entry("sleep 60")}, name="waiting")
        found = bench.get(f"/simple_pipelines/{simple['id']}").json()["status"]
        assert found in {"pending", "running"}
        assert listed(bench, "simple_pipelines", status=f"eq.{found}") == (["waiting"], 1)


# Simple pipelines


def test_a_simple_pipeline_is_one_job_with_one_result(bench):
    config = {"z": entry(**{"A [m]": 1.0}), "a": entry("fit", **{"B [m]": 2.0})}
    new = bench.submitted_simple(config, name="one", options={"live_progress_updates": None})
    assert (new["status"], new["result"], new["is_terminal"]) == ("pending", None, False)
    assert (new["options"], new["config_path"]) == ({}, None)
    done = bench.ended(new, "simple_pipelines")
    assert (done["status"], done["error"]) == ("completed", None)
    assert done["result"]["parameter_values"] == {"A [m]": 1.0, "B [m]": 2.0}
    job = bench.get(f"/jobs/{done['job_id']}").json()
    assert (job["job_type"], job["result"]) == (
        "simple_pipeline",
        {"simple_pipeline_id": done["id"]},
    )
    assert bench.get(f"/jobs/{done['job_id']}/metadata").json()["failures"] == 0
    assert list(bench.get(f"/jobs/{done['job_id']}/series/channels").json()) == ["voltage"]
    assert bench.delete(f"/simple_pipelines/{done['id']}").status_code == 204


def test_a_simple_pipeline_fails_is_renamed_canceled_and_removed(tmp_path):
    with engine(tmp_path, workers(1)) as bench:
        failed = bench.ended(
            bench.submitted_simple({"a": entry("fail no anode")}), "simple_pipelines"
        )
        assert (failed["status"], failed["error"]) == ("failed", "no anode")
        path = f"/simple_pipelines/{failed['id']}"
        assert bench.patch(path, json={"name": "x"}).json()["name"] == "x"
        assert bench.patch(path, json={}).status_code == 422
        long = bench.submitted_simple({"a": entry("sleep 60")})
        path = f"/simple_pipelines/{long['id']}"
        bench.until(path, lambda found: found["status"] == "running")
        canceled = bench.post(f"{path}/cancel").json()
        assert (canceled["status"], canceled["error_code"]) == ("canceled", "CANCELED")
        assert bench.delete(path).status_code == 204
        assert bench.get(path).status_code == 404
        running = bench.submitted_simple({"a": entry("sleep 60")})
        path = f"/simple_pipelines/{running['id']}"
        bench.until(path, lambda found: found["status"] == "running")
        assert bench.delete(path).status_code == 204
        assert bench.ran({"a": entry()})["status"] == "completed"


def test_a_long_result_comes_alone(tmp_path):
    with engine(tmp_path) as bench:
        values = {f"Parameter {i} [m]": float(i) for i in range(5000)}
        new = bench.submitted_simple({"a": entry(**values)})
        done = bench.ended(new, "simple_pipelines")
        assert done["result"]["parameter_values"] == values
        [listed] = bench.get(f"/simple_pipelines?project_id={bench.project}").json()["items"]
        assert listed == {**done, "result": None}


# The store


def test_a_store_of_the_second_version_opens_and_gains_the_tables(tmp_path):
    new = (
        tables.pipelines,
        tables.pipeline_elements,
        tables.simple_pipelines,
        tables.pipeline_inputs,
        tables.element_files,
    )
    before = open_store(tmp_path)
    with before.writing() as connection:
        tables.metadata.drop_all(connection, new)
        stated = update(tables.facts).where(tables.facts.c.name == "schema_version")
        connection.execute(stated.values(value="2"))
        kept = set(inspect(connection).get_table_names())
    before.close()
    with engine(tmp_path, inline) as bench:
        assert bench.ran({"a": entry()})["status"] == "completed"
        with bench.app.state.services.store.reading() as connection:
            found = set(inspect(connection).get_table_names())
    assert found - kept == {table.name for table in new}
    assert kept <= found
