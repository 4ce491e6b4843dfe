"""Lists of measurements: every filter, every order, pages; and tags."""

import pytest
from measured import engine
from sqlalchemy import update

STARTS = {"alpha": "2026-01-01", "Beta 100%": "2026-02-01T12:00:00+02:00", "gamma_1": None}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with engine(tmp_path_factory.mktemp("store")) as lab:
        lab.ids = {}
        tags = {"alpha": ["RPT", "cold"], "Beta 100%": ["rpt"], "gamma_1": ["Größe"]}
        for name, start in STARTS.items():
            told = {"start_time": start, "tags": tags[name], "notes": f"Note of {name}"}
            told["protocol"] = {"name": f"Protocol {name.upper()}"}
            lab.ids[name] = create(lab, lab.cell, name, **told)
        lab.other = lab.new_cell("other")
        lab.ids["alpha of other"] = create(lab, lab.other, "alpha", tags=["cold", "dry"])
        failed = lab.settled(lab.upload(b"no parquet", name="broken"))
        lab.ids["broken"] = failed["id"]
        yield lab


def create(lab, cell, name, **told):
    path = f"/cell_instances/{cell}/cell_measurements/create"
    told = {key: value for key, value in told.items() if value is not None}
    answer = lab.post(path, json={"name": name, "properties": {}, **told})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def listed(lab, cell=None, **query):
    answer = lab.get(f"/cell_instances/{cell or lab.cell}/cell_measurements", params=query)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["count"] == len(page["items"])
    return [each["name"] for each in page["items"]]


def in_project(lab, **query):
    answer = lab.get("/cell_measurements", params={"project_id": lab.project, **query})
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["broken", "gamma_1", "Beta 100%", "alpha"]),
        ({"order": "asc"}, ["alpha", "Beta 100%", "gamma_1", "broken"]),
        ({"order_by": "name"}, ["gamma_1", "broken", "alpha", "Beta 100%"]),
        ({"order_by": "start_time"}, ["Beta 100%", "alpha", "broken", "gamma_1"]),
        ({"limit": 1, "offset": 1}, ["gamma_1"]),
        ({"name": "eq.alpha"}, ["alpha"]),
        ({"name": "alpha"}, ["alpha"]),
        ({"name": r"ilike.%100\%%"}, ["Beta 100%"]),
        ({"name": r"ilike.%a\_1%"}, ["gamma_1"]),
        ({"name": "ilike.%ALPHA%"}, ["alpha"]),
        ({"name": "in.(alpha,broken)"}, ["broken", "alpha"]),
        ({"measurement_type": "properties"}, ["gamma_1", "Beta 100%", "alpha"]),
        ({"measurement_type": "time_series"}, ["broken"]),
        ({"measurement_type": "file"}, []),
        ({"processing_status": "failed"}, ["broken"]),
        ({"processing_status": "neq.failed"}, ["gamma_1", "Beta 100%", "alpha"]),
        ({"processing_status": "in.(pending,running)"}, []),
        ({"tags_all": "rpt"}, ["Beta 100%", "alpha"]),
        ({"tags_all": ["RPT", "Cold"]}, ["alpha"]),
        ({"tags_any": ["COLD", "größe"]}, ["gamma_1", "alpha"]),
        ({"tags_any": "r"}, []),
        ({"start_time_gt": "2026-02-01T10:00:00Z"}, ["Beta 100%"]),
        ({"start_time_gt": "2026-02-01T10:00:01Z"}, []),
        ({"start_time_lt": "2026-01-01"}, ["alpha"]),
        ({"start_time": "is.null"}, ["broken", "gamma_1"]),
        ({"start_time": "gte.2026-01-01"}, ["Beta 100%", "alpha"]),
        ({"end_time": "is.null"}, ["broken", "gamma_1", "Beta 100%", "alpha"]),
        ({"created_by_email": "ilike.%nobody%"}, []),
        ({"created_at_gt": "2020-01-01", "name": "alpha"}, ["alpha"]),
        ({"updated_at_lt": "2020-01-01"}, []),
    ],
)
def test_filters_and_orders(lab, query, expected):
    assert listed(lab, **query) == expected


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"start_time": "like.2026%"}, "query.start_time"),
        ({"start_time_gt": "soon"}, "query.start_time_gt"),
        ({"measurement_type": "video"}, "query.measurement_type"),
        ({"order_by": "notes"}, "query.order_by"),
        ({"cell": "x"}, "query.cell"),
        ({"name": "iliike.%x%"}, "query.name"),
        ({"limit": 0}, "query.limit"),
    ],
)
def test_filters_that_are_none_are_refused_by_name(lab, query, word):
    answer = lab.get(f"/cell_instances/{lab.cell}/cell_measurements", params=query)
    assert answer.status_code == 422
    assert word in answer.json()["message"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["broken", "alpha", "gamma_1", "Beta 100%", "alpha"]),
        ({"q": "NOTE OF"}, ["gamma_1", "Beta 100%", "alpha"]),
        ({"q": "100%"}, ["Beta 100%"]),
        ({"q": "l_GAMMA"}, []),
        ({"q": "protocol gamma"}, ["gamma_1"]),
        ({"q": "GRÖSSE"}, []),
        ({"q": "GRÖß"}, ["gamma_1"]),
        ({"q": "dry"}, ["alpha"]),
        ({"q": "brok"}, ["broken"]),
        ({"tags_all": ["cold"], "q": "alpha", "order": "asc"}, ["alpha", "alpha"]),
        ({"limit": 2, "offset": 4}, ["alpha"]),
    ],
)
def test_a_project_is_searched_as_a_whole(lab, query, expected):
    assert in_project(lab, **query) == expected


def test_a_project_is_narrowed_to_a_specification(lab):
    assert len(in_project(lab, cell_specification_id=lab.specification)) == 5
    assert in_project(lab, cell_specification_id="eq.other") == []


def test_a_project_that_is_not_there_is_named(lab):
    for path in ("/cell_measurements", "/cell_measurements/tags"):
        assert lab.get(path, params={"project_id": "nowhere"}).status_code == 404


@pytest.mark.parametrize("path", ["/cell_measurements", "/cell_measurements/tags"])
def test_more_text_than_the_database_searches_for_is_refused(lab, path):
    query = {"project_id": lab.project, "q": "x" * 1000}
    assert lab.get(path, params=query).status_code == 200
    query["q"] += "x"
    answer = lab.get(path, params=query)
    assert answer.status_code == 422
    assert "query.q: this is longer than 1000" in answer.json()["message"]


def test_more_tags_than_the_database_asks_for_at_once_are_refused(lab):
    for name, most in {"tags_all": 50, "tags_any": 1000}.items():
        query = {"project_id": lab.project, name: ["a"] * most}
        assert lab.get("/cell_measurements", params=query).status_code == 200
        query[name].append("a")
        answer = lab.get("/cell_measurements", params=query)
        assert answer.status_code == 422
        assert f"query.{name}: this has more than {most}" in answer.json()["message"]


def test_a_project_shows_25_by_default_an_instance_100(tmp_path):
    with engine(tmp_path) as lab:
        wanted = [create(lab, lab.cell, f"M{at:03}") for at in range(250)]
        one = lab.get(f"/cell_instances/{lab.cell}/cell_measurements").json()
        assert (one["count"], one["total"]) == (100, 250)
        project = lab.get("/cell_measurements", params={"project_id": lab.project}).json()
        assert (project["count"], project["total"]) == (25, 250)
        most = lab.get("/cell_measurements", params={"project_id": lab.project, "limit": 1000})
        assert [each["id"] for each in most.json()["items"]] == wanted[::-1]
        answer = lab.get("/cell_measurements", params={"project_id": lab.project, "limit": 1001})
        assert answer.status_code == 422
        body = {"measurement_ids": wanted, "add": ["all"]}
        answer = lab.post("/cell_measurements/tags/bulk", json=body)
        assert answer.json() == {"updated_count": 250}
        usage = lab.get("/cell_measurements/tags", params={"project_id": lab.project}).json()
        assert usage["items"] == [{"tag": "all", "usage_count": 250}]


class TestTags:
    def test_tags_are_trimmed_sorted_and_in_the_spelling_of_the_project(self, lab):
        name = create(lab, lab.other, "spelt", tags=[" rPt ", "COLD", "cold", "Zebra", "an apple"])
        assert lab.get(lab.of(name)).json()["tags"] == ["an apple", "cold", "RPT", "Zebra"]
        lab.delete(lab.of(name))

    def test_usage_tells_the_most_used_first(self, lab):
        answer = lab.get("/cell_measurements/tags", params={"project_id": lab.project}).json()
        used = [(each["tag"], each["usage_count"]) for each in answer["items"]]
        assert used == [("cold", 2), ("RPT", 2), ("dry", 1), ("Größe", 1)]
        assert (answer["count"], answer["total"]) == (4, 4)
        query = {"project_id": lab.project, "limit": 1, "offset": 1}
        answer = lab.get("/cell_measurements/tags", params=query).json()
        assert (answer["items"][0]["tag"], answer["total"]) == ("RPT", 4)
        query = {"project_id": lab.project, "q": "RÖSS"}
        assert lab.get("/cell_measurements/tags", params=query).json()["items"] == []
        query = {"project_id": lab.project, "q": "P"}
        assert len(lab.get("/cell_measurements/tags", params=query).json()["items"]) == 1

    def test_tags_are_changed_on_many_and_repeating_changes_nothing(self, lab):
        names = [create(lab, lab.other, f"many {at}", tags=["Old"]) for at in range(3)]
        body = {"measurement_ids": [*names, names[0]], "add": ["new"], "remove": ["OLD", "none"]}
        assert self.change(lab, body).json() == {"updated_count": 3}
        before = lab.get(lab.of(names[0])).json()
        assert before["tags"] == ["new"]
        assert self.change(lab, body).json() == {"updated_count": 0}
        assert lab.get(lab.of(names[0])).json() == before
        assert self.change(lab, {**body, "add": ["NEW"]}).json() == {"updated_count": 0}
        for name in names:
            lab.delete(lab.of(name))

    @pytest.mark.parametrize(
        ("change", "status", "word"),
        [
            ({"add": ["x" * 51]}, 400, "51 characters"),
            ({"add": [""]}, 400, "empty"),
            ({"add": ["a"], "remove": ["A"]}, 400, "both"),
            ({"add": [f"tag {n}" for n in range(49)]}, 400, "51 tags"),
            ({"measurement_ids": ["nowhere"], "add": ["a"]}, 404, "nowhere"),
            ({"measurement_ids": ["x"] * 1001, "add": ["a"]}, 422, "measurement_ids"),
            ({"add": "formation"}, 422, "add"),
        ],
    )
    def test_all_are_changed_or_none(self, lab, change, status, word):
        mine = [lab.ids["gamma_1"], lab.ids["alpha"]]
        answer = self.change(lab, {"measurement_ids": mine, **change})
        assert answer.status_code == status, answer.text
        assert word in answer.json()["message"]
        assert lab.get(lab.of(mine[0])).json()["tags"] == ["Größe"]

    def change(self, lab, body):
        return lab.post("/cell_measurements/tags/bulk", json=body)


@pytest.mark.parametrize(
    ("job", "had_data", "status"),
    [
        ("pending", False, "pending"),
        ("processing", False, "running"),
        ("processing", True, "running"),
        ("failed", False, "failed"),
        ("canceled", False, "failed"),
        ("failed", True, "ready"),
        (None, False, "failed"),
    ],
)
def test_the_job_tells_where_processing_stands_until_it_has_ended(lab, job, had_data, status):
    from ionworks_engine.storage.tables import cell_measurements, jobs

    name = create(lab, lab.other, "standing")
    row = {"processing_status": "pending", "job_id": "j-1", "measurement_type": "time_series"}
    row["time_series_file"] = "0" * 64 if had_data else None
    with lab.app.state.services.store.writing() as connection:
        mine = update(cell_measurements).where(cell_measurements.c.id == name)
        connection.execute(mine.values(row))
        connection.execute(jobs.delete().where(jobs.c.id == "j-1"))
        if job is not None:
            told = {"id": "j-1", "job_type": "x", "subject_id": name, "affinity": "", "priority": 1}
            told |= {
                "status": job,
                "attempts": 1,
                "error": "why",
                "created_at": "",
                "updated_at": "",
            }
            connection.execute(jobs.insert().values(told))
    try:
        found = lab.get(lab.of(name)).json()
        assert found["processing_status"] == status
        if job in {"failed", "canceled"}:
            assert found["processing_error"] == "why"
        assert listed(lab, lab.other, name="standing", processing_status=status) == ["standing"]
    finally:
        lab.delete(lab.of(name))
