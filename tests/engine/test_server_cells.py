"""Cell specifications with their components, batches and instances, as a client meets them."""

import threading

import pytest
from conftest import app_client
from ionworks_engine import records
from ionworks_engine.call import Call
from ionworks_engine.errors import ApiError
from ionworks_engine.routes import (
    cell_batches,
    cell_instances,
    cell_specifications,
    projects,
    studies,
)
from ionworks_engine.storage import tables
from measured import engine as measured_engine
from measured import series
from sqlalchemy import func, insert, select

SEED = {
    "name": "NCM622-GR-001",
    "batch": "BATCH-2024-001",
    "date_manufactured": "2024-01-20",
    "measured_properties": {
        "cathode": {"loading": {"value": 12.1, "unit": "mg/cm**2"}},
        "anode": {"loading": {"value": 6.4, "unit": "mg/cm**2"}},
    },
}
GRAPHITE = {
    "name": "Graphite",
    "manufacturer": "Example",
    "definition": {"d50": {"value": 15, "unit": "um"}},
}


@pytest.fixture
def client(tmp_path):
    with app_client(tmp_path) as client:
        yield client


@pytest.fixture
def project(client):
    return client.project()


@pytest.fixture
def spec(client, project):
    return make_spec(client, project, "Cell A")


def made(answer):
    assert answer.status_code == 201, answer.text
    return answer.json()


def found(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(answer):
    return [item["name"] for item in found(answer)["items"]]


def error(answer, status):
    assert answer.status_code == status, answer.text
    return answer.json()


def problems(answer):
    return {e["path"]: e["message"] for e in error(answer, 422)["detail"]["errors"]}


def make_spec(client, project, name, **more):
    body = {"name": name, "project_id": project, **more}
    return made(client.post("/cell_specifications", json=body))


def make_instance(client, spec, name, **more):
    body = {"name": name, **more}
    return made(client.post(f"/cell_specifications/{spec['id']}/cell_instances", json=body))


def make_batch(client, spec, name, **more):
    body = {"name": name, **more}
    return made(client.post(f"/cell_specifications/{spec['id']}/cell_batches", json=body))


def batches_of(client, spec):
    return names(client.get(f"/cell_specifications/{spec['id']}/cell_batches?order=asc"))


LIBRARY = ("models", "parameterized_models")


def rows_in(client):
    """Count the rows of every table."""
    with client.app.state.services.store.reading() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table))
            for name, table in tables.metadata.tables.items()
        }


# Specifications


def test_a_specification_is_stored_as_it_was_written(client, project):
    body = {
        "name": "NCM622/graphite 21700",
        "project_id": project,
        "form_factor": "21700",
        "manufacturer": "Example Cells",
        "ratings": {
            "capacity": {"value": 5.0, "unit": "A.h"},
            "energy": {"value": 18, "unit": "W*h"},
            "max_discharge_rate": 3,
        },
        "properties": {"mass": {"value": 70, "unit": "g"}, "tabs": ["two", {"n": 2}]},
        "source": {"creator": "Ada", "doi": "10.1/x"},
        "notes": "Größe ± 1 %",
        "anode": {
            "properties": {"loading": {"value": 6.4, "unit": "mg.cm-2"}},
            "material": GRAPHITE,
        },
        "cathode": {"material": {"name": "NCM622"}},
        "separator": {"properties": {"thickness": {"value": 12, "unit": "µm"}}},
        "case": None,
    }
    spec = made(client.post("/cell_specifications", json=body))
    for name in ("form_factor", "manufacturer", "ratings", "properties", "source", "notes"):
        assert spec[name] == body[name]
    assert spec["anode"]["properties"] == body["anode"]["properties"]
    material = spec["anode"]["material"]
    assert {name: material[name] for name in GRAPHITE} == GRAPHITE
    assert spec["anode"]["material_id"] == material["id"]
    assert spec["anode_id"] == spec["anode"]["id"]
    assert spec["cathode"]["material"]["name"] == "NCM622"
    assert (spec["separator"]["material_id"], spec["separator"]["material"]) == (None, None)
    assert (spec["case"], spec["case_id"], spec["electrolyte"]) == (None, None, None)
    assert spec["created_by_email"] == "local@localhost"
    assert found(client.get(f"/cell_specifications/{spec['id']}")) == spec


def test_lists_carry_components_in_full_only_when_asked(client, project):
    spec = make_spec(client, project, "A", anode={"properties": {"x": 1}, "material": GRAPHITE})
    [lean] = found(client.get("/cell_specifications"))["items"]
    ids = {"id": spec["anode_id"], "material_id": spec["anode"]["material_id"]}
    assert lean["anode"] == ids
    assert lean["anode_id"] == spec["anode_id"]
    [full] = found(client.get("/cell_specifications?full=true"))["items"]
    assert full == spec


def test_the_same_material_is_kept_once_in_a_project(client, project):
    one = make_spec(client, project, "A", anode={"material": GRAPHITE})
    same = {**GRAPHITE, "definition": {"d50": {"unit": "um", "value": 15.0}}}
    two = make_spec(client, project, "B", anode={"material": same}, cathode={"material": GRAPHITE})
    assert one["anode"]["material_id"] == two["anode"]["material_id"]
    assert one["anode"]["material_id"] == two["cathode"]["material_id"]
    assert one["anode_id"] != two["anode_id"]
    other = {**GRAPHITE, "manufacturer": "Other"}
    three = make_spec(client, project, "C", anode={"material": other})
    assert three["anode"]["material_id"] != one["anode"]["material_id"]
    elsewhere = made(client.post("/projects", json={"name": "P2"}))["id"]
    four = make_spec(client, elsewhere, "A", anode={"material": GRAPHITE})
    assert four["anode"]["material_id"] != one["anode"]["material_id"]


def test_a_material_is_named_by_its_id(client, project):
    one = make_spec(client, project, "A", anode={"material": GRAPHITE})
    material = one["anode"]["material_id"]
    two = make_spec(client, project, "B", cathode={"material_id": material})
    assert two["cathode"]["material"] == one["anode"]["material"]
    body = {"name": "C", "project_id": project, "case": {"material_id": "none"}}
    message = error(client.post("/cell_specifications", json=body), 404)["message"]
    assert "case.material_id" in message
    elsewhere = made(client.post("/projects", json={"name": "P2"}))["id"]
    body = {"name": "C", "project_id": elsewhere, "case": {"material_id": material}}
    assert error(client.post("/cell_specifications", json=body), 404)
    body = {
        "name": "C",
        "project_id": project,
        "case": {"material_id": material, "material": GRAPHITE},
    }
    assert (
        "not both" in problems(client.post("/cell_specifications", json=body))["case.material_id"]
    )
    assert names(client.get(f"/cell_specifications?project_id={project}&order=asc")) == ["A", "B"]


def test_a_change_of_a_component_leaves_the_rest_of_it(client, project):
    properties = {"loading": {"value": 6.4, "unit": "mg.cm-2"}}
    spec = make_spec(
        client, project, "A", notes="n", anode={"properties": properties, "material": GRAPHITE}
    )
    other = make_spec(client, project, "B", anode={"material": GRAPHITE})
    path = f"/cell_specifications/{spec['id']}"
    thicker = {"loading": {"value": 7.0, "unit": "mg.cm-2"}}
    changed = found(client.patch(path, json={"anode": {"properties": thicker}}))
    assert changed["anode"] == {**spec["anode"], "properties": thicker}
    assert (changed["notes"], changed["updated_at"] > spec["updated_at"]) == ("n", True)
    # A material is shared: a changed one is another one.
    renamed = found(client.patch(path, json={"anode": {"material": {"name": "Graphite B"}}}))
    assert renamed["anode"]["properties"] == thicker
    assert renamed["anode"]["material"]["manufacturer"] == "Example"
    assert renamed["anode"]["material_id"] != other["anode"]["material_id"]
    assert found(client.get(f"/cell_specifications/{other['id']}")) == other
    added = found(client.patch(path, json={"case": {"properties": {"x": 1}}}))
    assert added["case"]["properties"] == {"x": 1}
    bare = found(client.patch(path, json={"anode": {"material_id": None}}))
    assert (bare["anode"]["material"], bare["anode"]["id"]) == (None, spec["anode_id"])
    gone = found(client.patch(path, json={"anode": None, "notes": None}))
    assert (gone["anode"], gone["anode_id"], gone["notes"]) == (None, None, None)
    assert problems(client.patch(path, json={}))


def test_a_specification_name_is_used_once_in_a_project(client, project, spec):
    body = {"name": "Cell A", "project_id": project}
    conflict = error(client.post("/cell_specifications", json=body), 409)
    assert conflict["error_code"] == "CONFLICT"
    assert conflict["detail"] == {"existing_id": spec["id"]}
    elsewhere = made(client.post("/projects", json={"name": "P2"}))["id"]
    make_spec(client, elsewhere, "Cell A")
    other = make_spec(client, project, "Cell B")
    path = f"/cell_specifications/{other['id']}"
    taken = error(client.patch(path, json={"name": "Cell A", "notes": "x"}), 409)
    assert taken["detail"] == {"existing_id": spec["id"]}
    assert found(client.get(path))["notes"] is None
    assert found(client.patch(path, json={"name": "Cell B"}))["name"] == "Cell B"


def test_specifications_are_found_by_their_materials(client, project):
    one = make_spec(
        client, project, "A", anode={"material": GRAPHITE}, cathode={"material": {"name": "LFP"}}
    )
    two = make_spec(
        client, project, "B", anode={"material": {"name": "LTO"}}, cathode={"material": GRAPHITE}
    )
    make_spec(client, project, "C", anode={"properties": {"x": 1}})
    graphite, lfp = one["anode"]["material_id"], one["cathode"]["material_id"]
    lto = two["anode"]["material_id"]

    def asked(**query):
        return names(client.get("/cell_specifications", params={**query, "order": "asc"}))

    assert asked(material_id=graphite) == ["A", "B"]
    assert asked(material_ids=[lfp, lto]) == ["A", "B"]
    assert asked(material_ids=[lto]) == ["B"]
    assert asked(anode_material_id=graphite) == ["A"]
    assert asked(anode_material_id=graphite, cathode_material_id=graphite) == ["A", "B"]
    assert asked(anode_material_id=graphite, case_material_id=lto) == ["A"]
    assert asked(material_id=graphite, exclude_cell_spec_id=one["id"]) == ["B"]
    assert asked(material_id=graphite, anode_material_id=lto) == ["B"]
    assert asked(material_id=f"in.({lfp},{lto})") == ["A", "B"]
    assert asked(material_id="unknown") == []
    refused = client.get("/cell_specifications?anode_material_id=ilke.x")
    assert "query.anode_material_id" in problems(refused)


def test_specifications_are_filtered_ordered_and_cut(client, project):
    make_spec(client, project, "50% NMC_1", form_factor="21700", manufacturer="Example")
    make_spec(client, project, "50x NMCx1", form_factor="18650")
    make_spec(client, project, "LFP", form_factor="pouch", manufacturer="Other")

    def asked(**query):
        return names(client.get("/cell_specifications", params={"order": "asc", **query}))

    assert asked(name="eq.LFP") == asked(name="LFP") == ["LFP"]
    assert asked(name="ilike.%lf%") == ["LFP"]
    assert asked(name=r"ilike.%50\% nmc\_1%") == ["50% NMC_1"]
    assert asked(name="not.ilike.%nmc%") == ["LFP"]
    assert asked(form_factor="eq.21700") == ["50% NMC_1"]
    assert asked(form_factor="in.(21700,18650)") == ["50% NMC_1", "50x NMCx1"]
    assert asked(form_factor="neq.pouch", name="like.50x%") == ["50x NMCx1"]
    assert asked(manufacturer="is.null") == ["50x NMCx1"]
    assert asked(manufacturer="not.is.null") == ["50% NMC_1", "LFP"]
    assert asked(created_by_email="ilike.%LOCAL%", order_by="name", order="desc")[0] == "LFP"
    assert asked(created_at_gt="2020-01-01", updated_at_lt="2999-01-01T00:00:00Z", limit=2) == [
        "50% NMC_1",
        "50x NMCx1",
    ]
    assert asked(created_at_lt="2020-01-01") == []
    page = found(client.get("/cell_specifications?limit=1&offset=1&order=asc"))
    assert (page["items"][0]["name"], page["count"], page["total"]) == ("50x NMCx1", 1, 3)
    refused = {
        "name=ilke.x": "did you mean 'ilike'",
        "name=fts.x": "there are eq, neq",
        "name=not.NMC": "no operator",
        "name=in.a,b": "parentheses",
        "form_factor=is.pouch": "null, true or false",
        "created_at_gt=yesterday": "ISO 8601",
        "chemistry=eq.NMC": "not a parameter",
        "form_facter=eq.pouch": "did you mean 'form_factor'",
        "name=a&name=b": "twice",
        "limit=1001": "maximum",
        "limit=-1": "minimum",
        "full=perhaps": "true or false",
        "order_by=mass": "not one of the choices",
    }
    for query, why in refused.items():
        [message] = problems(client.get(f"/cell_specifications?{query}")).values()
        assert why in message, query
    assert error(client.get("/cell_specifications?project_id=none"), 404)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"name": "ilike.%" + "x" * 5000}, "at most 1,000 characters"),
        ({"name": "like." + "%a_" * 2000}, "at most 1,000 characters"),
        ({"name": f"in.({','.join(map(str, range(1001)))})"}, "at most 1,000 at once"),
        ({"material_ids": [str(i) for i in range(1001)]}, "at most 1,000 at once"),
        ({"name": "ilike.%\0%"}, "U+0000"),
        ({"name": "ilike.a\\"}, "single backslash"),
        ({"limit": "1e3"}, "whole number"),
        ({"offset": 10**30}, "whole number"),
    ],
)
def test_what_a_database_would_fail_at_is_refused_before(client, query, why):
    [message] = problems(client.get("/cell_specifications", params=query)).values()
    assert why in message


def test_patterns_that_branch_without_end_end(client, project):
    make_spec(client, project, "a" * 255)
    pattern = "ilike." + "%a" * 120 + "%b"
    assert names(client.get("/cell_specifications", params={"name": pattern})) == []


HOSTILE = [
    ({}, "name"),
    ({"name": ""}, "name"),
    ({"name": "x" * 256}, "name"),
    ({"name": 5}, "name"),
    ({"name": "A", "colour": "red"}, "colour"),
    ({"name": "A", "anod": {}}, "anod"),
    ({"name": "A", "anode": {"materials": {}}}, "anode.materials"),
    ({"name": "A", "anode": {"material": {}}}, "anode.material.name"),
    ({"name": "A", "ratings": [1]}, "ratings"),
    ({"name": "A", "ratings": {"capacity": {"value": 5, "unit": "Ahh"}}}, "ratings.capacity.unit"),
    ({"name": "A", "source": {"a": [{"value": 5, "unit": "5 mg"}]}}, "source.a[0].unit"),
    (
        {"name": "A", "anode": {"properties": {"l": {"value": 1, "unit": "mg/cmm**2"}}}},
        "anode.properties.l.unit",
    ),
    (
        {
            "name": "A",
            "case": {"material": {"name": "S", "definition": {"l": {"value": 1, "unit": 7}}}},
        },
        "case.material.definition.l.unit",
    ),
]


@pytest.mark.parametrize(("body", "path"), HOSTILE)
def test_a_wrong_specification_leaves_nothing(client, project, body, path):
    before = rows_in(client)
    refused = client.post("/cell_specifications", json={"project_id": project, **body})
    assert path in problems(refused)
    assert rows_in(client) == before


def test_everything_wrong_is_told_at_once_with_near_units(client, project):
    body = {
        "name": "A",
        "project_id": project,
        "ratings": {"capacity": {"value": 5, "unit": "Ahr"}},
        "anode": {"properties": {"l": {"value": 1, "unit": "mg/cmm**2"}}},
    }
    told = problems(client.post("/cell_specifications", json=body))
    assert "'Ah'" in told["ratings.capacity.unit"]
    assert "'mg/cm**2'" in told["anode.properties.l.unit"]


@pytest.mark.parametrize(
    "name", ["'; DROP TABLE projects; --", "../../etc/passwd", "\u202eabc", "a/b?c#d", "名前"]
)
def test_names_are_texts_and_nothing_else(client, project, name):
    spec = make_spec(client, project, name, anode={"material": {"name": name}})
    instance = make_instance(client, spec, name, batch=name)
    assert (spec["name"], instance["name"], instance["batch"]) == (name, name, name)
    listed = client.get("/cell_specifications", params={"name": f"eq.{name}"})
    assert names(listed) == [name]


def test_what_is_nested_without_end_is_refused(client, project):
    text = '{"a":' * 900 + "1" + "}" * 900
    body = f'{{"name": "A", "project_id": "{project}", "properties": {text}}}'
    answer = client.post("/cell_specifications", content=body)
    assert answer.status_code == 422, answer.text


def test_paths_of_what_is_not_there(client):
    for path in ("cell_specifications", "cell_batches", "cell_instances"):
        for method in ("GET", "DELETE"):
            assert error(client.request(method, f"/{path}/none"), 404)["error_code"] == "NOT_FOUND"
        assert error(client.patch(f"/{path}/none", json={"name": "x"}), 404)
    for path in ("cell_batches", "cell_instances"):
        assert error(client.get(f"/cell_specifications/none/{path}"), 404)
        assert error(client.post(f"/cell_specifications/none/{path}", json={"name": "x"}), 404)
    body = {"name": "x", "project_id": "none"}
    assert error(client.post("/cell_specifications", json=body), 404)


# Batches


def test_batches_count_their_instances(client, spec):
    batch = make_batch(
        client,
        spec,
        "BATCH-1",
        notes="Pilot",
        date_manufactured="2024-01-20",
        properties={"speed": {"value": 12, "unit": "m/min"}},
    )
    assert (batch["instance_count"], batch["date_manufactured"]) == (0, "2024-01-20")
    for name in ("a", "b"):
        make_instance(client, spec, name, batch_id=batch["id"])
    path = f"/cell_batches/{batch['id']}"
    assert found(client.get(path))["instance_count"] == 2
    [listed] = found(client.get(f"/cell_specifications/{spec['id']}/cell_batches"))["items"]
    assert listed == found(client.get(path))
    changed = found(client.patch(path, json={"notes": None, "date_manufactured": "2024-02-01"}))
    assert (changed["notes"], changed["instance_count"]) == (None, 2)
    assert problems(client.patch(path, json={"date_manufactured": "2024-02-30"}))
    told = problems(client.patch(path, json={"date_manufactured": "20.01.2024"}))
    assert told["date_manufactured"] == "'20.01.2024' is no date such as 2024-01-20"
    assert problems(client.patch(path, json={"properties": {"a": {"value": 1, "unit": "no"}}}))


def test_a_batch_name_is_used_once_in_any_case(client, project, spec):
    batch = make_batch(client, spec, "Straße-1")
    for name in ("STRASSE-1", " straße-1 "):
        body = {"name": name}
        answer = client.post(f"/cell_specifications/{spec['id']}/cell_batches", json=body)
        assert error(answer, 409)["detail"] == {"existing_id": batch["id"]}
    other = make_batch(client, spec, "2")
    path = f"/cell_batches/{other['id']}"
    assert error(client.patch(path, json={"name": "strasse-1"}), 409)
    assert found(client.patch(f"/cell_batches/{batch['id']}", json={"name": "STRASSE-1"}))
    assert problems(client.patch(path, json={"name": "  "}))
    make_batch(client, make_spec(client, project, "B"), "Straße-1")


def test_batches_are_filtered(client, spec):
    for day, name in enumerate(("B1", "b2", "C3"), start=1):
        make_batch(client, spec, name, date_manufactured=f"2024-01-0{day}")
    make_batch(client, spec, "undated")
    path = f"/cell_specifications/{spec['id']}/cell_batches?order=asc"
    assert names(client.get(f"{path}&name=ilike.%25B%25")) == ["B1", "b2"]
    assert names(client.get(f"{path}&date_manufactured=gte.2024-01-02")) == ["b2", "C3"]
    assert names(client.get(f"{path}&date_manufactured=2024-01-02")) == ["b2"]
    assert names(client.get(f"{path}&date_manufactured=is.null")) == ["undated"]
    in_a_list = "not.in.(2024-01-01,2024-01-02)"
    assert names(client.get(f"{path}&date_manufactured={in_a_list}")) == ["C3"]
    for wrong in ("gte.soon", "like.2024%25", "2024-13-01"):
        assert "query.date_manufactured" in problems(
            client.get(f"{path}&date_manufactured={wrong}")
        )


def test_instances_outlive_their_batch(client, spec):
    instance = make_instance(client, spec, "a", batch="B")
    gone = client.delete(f"/cell_batches/{instance['batch_id']}")
    assert gone.status_code == 204
    left = found(client.get(f"/cell_instances/{instance['id']}"))
    assert (left["batch"], left["batch_name"], left["batch_id"]) == (None, None, None)


# Instances


def test_the_instance_of_the_guide(client, spec):
    path = f"/cell_specifications/{spec['id']}/cell_instances"
    instance = made(client.post(path, json=SEED))
    assert instance["batch"] == instance["batch_name"] == SEED["batch"]
    assert instance["date_manufactured"] == SEED["date_manufactured"]
    assert instance["measured_properties"] == SEED["measured_properties"]
    assert instance["cell_specification_id"] == spec["id"]
    again = error(client.post(path, json=SEED), 409)
    assert again["detail"] == {"existing_id": instance["id"]}
    own = f"/cell_instances/{instance['id']}"
    assert found(client.get(own)) == instance
    updated = found(client.patch(own, json={"batch": "BATCH-2024-002"}))
    assert updated["batch"] == "BATCH-2024-002"
    assert updated["measured_properties"] == SEED["measured_properties"]
    assert batches_of(client, spec) == ["BATCH-2024-001", "BATCH-2024-002"]
    assert names(client.get(path)) == [SEED["name"]]
    assert client.delete(own).status_code == 204
    assert error(client.get(own), 404)


def test_a_batch_is_found_in_any_case_or_made(client, spec):
    one = make_instance(client, spec, "a", batch="Batch-A")
    two = make_instance(client, spec, "b", batch="BATCH-a ")
    assert one["batch_id"] == two["batch_id"]
    assert two["batch"] == "Batch-A"
    assert batches_of(client, spec) == ["Batch-A"]


def test_a_failed_instance_leaves_no_batch(client, spec):
    make_instance(client, spec, "a")
    path = f"/cell_specifications/{spec['id']}/cell_instances"
    before = rows_in(client)
    assert error(client.post(path, json={"name": "a", "batch": "New"}), 409)
    wrong = {"name": "b", "batch": "New", "measured_properties": {"x": {"value": 1, "unit": "no"}}}
    assert "measured_properties.x.unit" in problems(client.post(path, json=wrong))
    assert "batch" in problems(client.post(path, json={"name": "b", "batch": "  "}))
    assert "batch" in problems(client.post(path, json={"name": "b", "batch": ""}))
    assert "batch_id" in problems(
        client.post(path, json={"name": "b", "batch": "New", "batch_id": None})
    )
    assert error(client.post(path, json={"name": "b", "batch": "New", "batch_id": "none"}), 404)
    assert "date_manufactured" in problems(
        client.post(path, json={"name": "b", "batch": "New", "date_manufactured": "20-01-2024"})
    )
    own = f"/cell_instances/{make_instance(client, spec, 'c')['id']}"
    before["cell_instances"] += 1
    assert error(client.patch(own, json={"name": "a", "batch": "New"}), 409)
    assert rows_in(client) == before


def test_batch_and_batch_id_may_mean_the_same(client, spec):
    batch = make_batch(client, spec, "B")
    other = make_batch(client, spec, "C")
    instance = make_instance(client, spec, "a", batch="b", batch_id=batch["id"])
    assert instance["batch_id"] == batch["id"]
    own = f"/cell_instances/{instance['id']}"
    both = {"batch": "B", "batch_id": other["id"]}
    assert "not both" in problems(client.patch(own, json=both))["batch_id"]
    assert "batch_id" in problems(client.patch(own, json={"batch": None, "batch_id": batch["id"]}))
    assert found(client.get(own)) == instance
    for nothing in ({"batch": None}, {"batch_id": None}, {"batch": None, "batch_id": None}):
        assert found(client.patch(own, json={"batch": "B"}))["batch"] == "B"
        assert found(client.patch(own, json=nothing))["batch"] is None
    assert found(client.patch(own, json={"notes": "n"}))["batch"] is None


def test_a_batch_of_another_specification_is_refused(client, project, spec):
    foreign = make_batch(client, make_spec(client, project, "Cell B"), "B")
    body = {"name": "a", "batch_id": foreign["id"]}
    answer = client.post(f"/cell_specifications/{spec['id']}/cell_instances", json=body)
    refused = error(answer, 400)
    assert refused["error_code"] == "BAD_REQUEST"
    assert "batch_id" in refused["message"]
    instance = make_instance(client, spec, "a")
    answer = client.patch(f"/cell_instances/{instance['id']}", json={"batch_id": foreign["id"]})
    assert error(answer, 400)


def test_instances_are_filtered(client, spec):
    batch = make_batch(client, spec, "B")
    make_instance(client, spec, "NMC_1", batch_id=batch["id"], date_manufactured="2024-01-20")
    make_instance(client, spec, "NMC-2", batch="C", date_manufactured="2024-02-20")
    make_instance(client, spec, "LFP")
    path = f"/cell_specifications/{spec['id']}/cell_instances"

    def asked(**query):
        return names(client.get(path, params={"order": "asc", **query}))

    assert asked(batch_id=batch["id"]) == ["NMC_1"]
    assert asked(batch_id=f"neq.{batch['id']}") == ["NMC-2"]
    assert asked(batch_id="is.null") == ["LFP"]
    assert asked(batch_id=f"not.in.({batch['id']})") == ["NMC-2"]
    assert asked(name=r"ilike.%nmc\_%") == ["NMC_1"]
    assert asked(date_manufactured="lt.2024-02-01") == ["NMC_1"]
    assert asked(order_by="name") == ["LFP", "NMC-2", "NMC_1"]
    assert asked(limit=2, offset=1) == ["NMC-2", "LFP"]
    assert "query.batch_ids" in problems(client.get(path, params={"batch_ids": "x"}))


# One transaction


@pytest.mark.parametrize("what", ["cell_specifications", "cell_batches", "cell_instances"])
def test_the_database_holds_names_when_requests_race(client, project, spec, monkeypatch, what):
    """Both have looked whether the name is free before either stores it."""
    path = (
        "/cell_specifications"
        if what == "cell_specifications"
        else (f"/cell_specifications/{spec['id']}/{what}")
    )
    body = {"name": "Same"} | ({"project_id": project} if what == "cell_specifications" else {})
    first = made(client.post(path, json=body))
    looked = []

    def look_too_early(connection, query, *rest):
        looked.append(rest)
        if len(looked) > 1:
            refuse(connection, query, *rest)

    refuse = records.refuse_same_name
    monkeypatch.setattr(f"ionworks_engine.routes.{what}.refuse_same_name", look_too_early)
    conflict = error(client.post(path, json=body), 409)
    assert conflict["detail"] == {"existing_id": first["id"]}
    assert len(looked) == 2


@pytest.mark.parametrize(
    ("create", "body"),
    [
        (projects.create_project, {}),
        (cell_specifications.create_cell_specification, {"anode": {"material": GRAPHITE}}),
        (cell_batches.create_cell_batch, {}),
        (cell_instances.create_cell_instance, {"batch": "New"}),
        (studies.create_study, {}),
    ],
)
def test_threads_that_create_the_same_name_make_it_once(client, project, spec, create, body):
    """Through the store itself, as many at once as there are threads."""
    services = client.app.state.services
    body = {"name": "Same", "project_id": project, **body}
    if create is not cell_specifications.create_cell_specification:
        del body["project_id"]
    call = Call(
        services.store,
        services.jobs,
        services.descriptions,
        services.links,
        path={"cell_spec_id": spec["id"], "project_id": project},
        query={},
        body=body,
        origin="http://engine",
    )
    barrier, outcomes = threading.Barrier(6), []

    def run():
        barrier.wait(10)
        try:
            outcomes.append(("made", create(call)["id"]))
        except ApiError as refused:
            outcomes.append((refused.code, refused.detail["existing_id"]))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(word for word, _ in outcomes) == ["CONFLICT"] * 5 + ["made"]
    assert len({name for _, name in outcomes}) == 1
    counts = rows_in(client)
    assert counts["materials"] <= 1
    assert counts["cell_batches"] <= 1


def test_what_fails_in_the_middle_leaves_nothing(client, project, monkeypatch):
    before = rows_in(client)

    def explode(*_rest, **_more):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("ionworks_engine.components._upsert", explode)
    body = {"name": "A", "project_id": project, "anode": {"material": GRAPHITE}}
    assert client.post("/cell_specifications", json=body).status_code == 500
    assert rows_in(client) == before


# Deleting


def measured(client, instance):
    """Store a measurement with everything that can hang on one, row by row."""
    now = "2026-01-01T00:00:00.000000+00:00"
    store = client.app.state.services.store
    content = store.files.put(b"series")
    with store.writing() as connection:
        times = {"created_at": now, "updated_at": now}
        connection.execute(
            insert(tables.cell_measurements).values(
                id="m",
                cell_instance_id=instance["id"],
                cell_specification_id=instance["cell_specification_id"],
                project_id=instance["project_id"],
                name="cycling",
                measurement_type="time_series",
                processing_status="ready",
                time_series_file=content,
                **times,
            )
        )
        one = {"measurement_id": "m"}
        tag = {"tag_key": "rpt", "tag": "RPT", "project_id": instance["project_id"]}
        connection.execute(insert(tables.measurement_tags).values(**one, **tag))
        file = {"filename": "a.jpg", "position": 0, "size_bytes": 6, "content_type": "image/jpeg"}
        connection.execute(insert(tables.measurement_files).values(**one, content=content, **file))
        connection.execute(insert(tables.measurement_watches).values(**one, created_at=now))
        raw = {"name": "r", "filename": "r", "content_type": "x", "size_bytes": 6}
        raw |= {"id": "r", "project_id": instance["project_id"], "content": content}
        connection.execute(insert(tables.raw_data).values(**raw, **times))
        link = {"raw_data_id": "r", "created_at": now}
        connection.execute(insert(tables.measurement_raw_data).values(**one, **link))
    store.files.release([content])
    return store.files.path(content)


def tie_model(client, model, spec):
    """Store a parameterized model of a specification."""
    row = {"id": "pm", "project_id": spec["project_id"], "model_id": model["id"], "name": "PM"}
    row |= {"created_at": "", "updated_at": "", "cell_spec_id": spec["id"]}
    with client.app.state.services.store.writing() as connection:
        connection.execute(insert(tables.parameterized_models).values(row))


def fill(client, project):
    """Put something into every table that can hold something of a project."""
    spec = make_spec(client, project, "A", anode={"material": GRAPHITE}, case={"properties": {}})
    instance = make_instance(client, spec, "a", batch="B")
    file = measured(client, instance)
    study = made(client.post(f"/projects/{project}/studies", json={"name": "S"}))
    own = f"/projects/{project}/studies/{study['id']}"
    assert client.post(f"{own}/measurements/m", json={}).status_code == 200
    run = client.submit(
        client.template("steps: [{Rest: {duration: 60}}]", project=project), study_id=study["id"]
    ).json()
    client.wait(run)
    body = {"name": "M", "config": {"type": "SPM"}, "project_id": project}
    tie_model(client, made(client.post("/models", json=body)), spec)
    return spec, instance, file


def submit_pipelines(client, project):
    elements = {"elements": {"known": {"element_type": "entry", "values": {"A [m]": 1.0}}}}
    made(client.post("/pipelines", json={"project_id": project, **elements}))
    made(client.post("/simple_pipelines", json={"project_id": project, "config": elements}))


def test_a_deleted_project_leaves_no_row_and_no_file(client):
    other = made(client.post("/projects", json={"name": "Other"}))["id"]
    before = rows_in(client)
    _, _, file = fill(client, other)
    submit_pipelines(client, other)
    filled = rows_in(client)
    # What is on its way in belongs to nobody yet; it expires.
    untouched = {"facts", "servers", "projects", "idempotency", "uploads", "upload_parts"}
    # What pipelines leave is looked at where they are run.
    untouched |= {"pipeline_inputs", "element_files"}
    assert {name for name in filled if filled[name] == before[name]} == untouched
    assert file.exists()
    assert client.delete(f"/projects/{other}").status_code == 204
    before["projects"] -= 1
    after = rows_in(client)
    after["descriptions"] = before["descriptions"]
    assert after == before
    assert not file.exists()


def test_a_deleted_project_takes_what_was_uploaded_into_it(tmp_path):
    with measured_engine(tmp_path) as lab:
        made(lab.post("/projects", json={"name": "Kept"}))
        measurement = lab.measured(tags=["rpt"])
        lab.settled(lab.upload(series(), name="Second"))
        found(lab.post(f"{lab.of(measurement['id'])}/initiate-extend", json={}))
        files = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
        assert len(files) >= 2
        assert lab.delete(f"/projects/{lab.project}").status_code == 204
        left = {name for name, count in rows_in(lab).items() if count}
        # What all projects share, and the project that was kept.
        assert left <= {*LIBRARY, "facts", "servers", "projects", "descriptions"}
        assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_many_files_are_discarded_at_once(client):
    store = client.app.state.services.store
    name = store.files.put(b"x")
    store.files.release([name])
    store.discard_files([name, *(f"{number:064x}" for number in range(40_000))])
    assert not store.files.path(name).exists()


def test_a_deleted_specification_leaves_materials_raw_data_and_runs(client, project):
    before = rows_in(client)
    spec, _, file = fill(client, project)
    filled = rows_in(client)
    assert client.delete(f"/cell_specifications/{spec['id']}").status_code == 204
    left = rows_in(client)
    staying = {"materials", "raw_data", "studies", "study_simulations", "simulations", "jobs"}
    staying |= {"documents", "descriptions", "models", "experiment_templates"}
    staying |= {"parameterized_models"}
    for name, count in left.items():
        assert count == (filled if name in staying else before)[name], name
    # The raw file is still kept, and it is the same file.
    assert file.exists()


def test_a_deleted_instance_takes_its_measurements(client, project):
    _, instance, _ = fill(client, project)
    kept = make_instance(client, {"id": instance["cell_specification_id"]}, "b", batch="B")
    assert client.delete(f"/cell_instances/{instance['id']}").status_code == 204
    left = rows_in(client)
    gone = ("cell_measurements", "measurement_tags", "measurement_files", "measurement_watches")
    gone += ("measurement_raw_data", "study_measurements")
    assert [left[name] for name in gone] == [0] * len(gone)
    assert found(client.get(f"/cell_instances/{kept['id']}"))["batch"] == "B"


def test_parameterized_models_outlive_their_specification(client, spec):
    tie_model(client, {"id": "system-spm"}, spec)
    assert client.delete(f"/cell_specifications/{spec['id']}").status_code == 204
    with client.app.state.services.store.reading() as connection:
        query = select(tables.parameterized_models.c.cell_spec_id)
        assert connection.scalar(query.where(tables.parameterized_models.c.id == "pm")) is None
