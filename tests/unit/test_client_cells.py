"""Specifications, batches and instances: what is sent, what comes back, what is refused."""

import copy
from datetime import UTC, date, datetime

import pytest

from ionworks import errors
from tests.unit.stub import URL, client_of, raw, reply, stubbed

SPEC = {"id": "cs", "name": "NMC622-GR", "project_id": "owner"}
MADE_OF = {**SPEC, "anode": {"material_id": "C"}, "cathode": {"material_id": "NMC"}}
BATCH = {"id": "b", "name": "Week 3", "cell_specification_id": "cs"}
CELL = {"id": "c", "name": "NMC622-GR-001", "cell_specification_id": "cs"}
DATA = {
    "name": "NMC622-GR-001",
    "batch": "BATCH-2024-001",
    "date_manufactured": "2024-01-20",
    "measured_properties": {"cathode": {"loading": {"value": 12.1, "unit": "mg/cm**2"}}},
}


def page(*items, total=None):
    return {"items": list(items), "count": len(items), "total": total or len(items)}


def conflict(**detail):
    return reply({"error_code": "CONFLICT", "message": "it exists", "detail": detail}, 409)


def params(request):
    return request.url.params.multi_items()


@pytest.fixture
def stub():
    with stubbed() as stub:
        yield stub


@pytest.fixture(params=["sync", "async"])
def colour(request):
    return request.param


@pytest.fixture
def client(colour, stub):
    assert stub.requests == []
    with client_of(colour, "k", URL, "project", max_retries=0) as client:
        yield client


@pytest.fixture
def homeless(colour, stub):
    assert stub.requests == []
    with client_of(colour, "k", URL, max_retries=0) as client:
        yield client


class TestSpecification:
    def test_everything_is_listed_if_nothing_else_is_said(self, client, stub):
        stub.will(reply(page(SPEC)))
        specs = client.cell_spec.list()
        assert (specs[0].id, specs[0].ratings, specs["total"]) == ("cs", None, 1)
        assert params(stub.requests[0]) == [("limit", "100"), ("offset", "0")]

    def test_every_filter(self, client, stub):
        stub.will(reply(page(SPEC)))
        client.cell_spec.list(
            True,
            5,
            2,
            name="a",
            name_exact="a b",
            form_factor="18650",
            created_by_email="me@",
            created_after=datetime(2026, 1, 2, tzinfo=UTC),
            created_before=date(2026, 2, 3),
            updated_after="2026-03-04T05:06:07Z",
            updated_before="2026-04-05",
            order_by="name",
            order="asc",
            exclude_cell_spec_id="x",
            anode_material_id="m1",
            case_material_id="m2",
        )
        assert dict(params(stub.requests[0])) == {
            "full": "true",
            "limit": "5",
            "offset": "2",
            "name": "eq.a b",
            "form_factor": "eq.18650",
            "created_by_email": "ilike.%me@%",
            "created_at_gt": "2026-01-02T00:00:00+00:00",
            "created_at_lt": "2026-02-03",
            "updated_at_gt": "2026-03-04T05:06:07Z",
            "updated_at_lt": "2026-04-05",
            "order_by": "name",
            "order": "asc",
            "exclude_cell_spec_id": "x",
            "anode_material_id": "m1",
            "case_material_id": "m2",
            "project_id": "project",
        }

    @pytest.mark.parametrize(
        ("given", "sent"),
        [
            ("m", [("material_id", "m")]),
            (["m"], [("material_ids", "m")]),
            (("m", "n"), [("material_ids", "m"), ("material_ids", "n")]),
        ],
    )
    def test_materials(self, client, stub, given, sent):
        stub.will(reply(page()))
        client.cell_spec.list(material_id=given, project_id="other")
        assert params(stub.requests[0])[2:] == [*sent, ("project_id", "other")]

    def test_no_material_is_in_nothing(self, homeless, stub):
        specs = homeless.cell_spec.list(material_id=[])
        assert (len(specs), specs.total, stub.requests) == (0, 0, [])

    def test_components_are_mappings_that_answer_by_attribute_too(self, client, stub):
        made_of = {"id": "a", "material_id": "C", "properties": {"loading": {"value": 6.4}}}
        stub.will(reply({**SPEC, "anode": made_of}))
        anode = client.cell_spec.get("cs").anode
        assert (anode["material_id"], anode.material_id, anode.get("x")) == ("C", "C", None)
        assert anode["properties"]["loading"]["value"] == anode.properties.loading.value == 6.4
        stub.will(reply(page({**SPEC, "anode": "a-1"})))
        assert client.cell_spec.list()[0].anode == "a-1"

    @pytest.mark.parametrize("wanted", ["name_exact", "material_id", "case_material_id"])
    def test_where_a_project_is_needed(self, homeless, stub, wanted):
        with pytest.raises(ValueError, match="project_id="):
            homeless.cell_spec.list(**{wanted: "x"})
        assert stub.requests == []
        stub.will(reply(page()))
        assert homeless.cell_spec.list(name="a")["items"] == []

    def test_it_is_made_in_the_clients_project_or_the_given_one(self, client, homeless, stub):
        stub.will(reply(SPEC, 201))
        data = {"name": "n", "project_id": None, "anode": {"material": {"name": "Graphite"}}}
        before = copy.deepcopy(data)
        assert client.cell_spec.create(data).id == "cs"
        assert stub.body() == {**data, "project_id": "project"}
        assert data == before
        client.cell_spec.create({"name": "n", "project_id": "mine"})
        assert stub.body()["project_id"] == "mine"
        with pytest.raises(ValueError, match="no project"):
            homeless.cell_spec.create({"name": "n"})

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ({"name": "n", "form_facto": "x"}, r"no key form_facto \(did you mean form_factor\?\)"),
            (
                {"name": "n", "anode": {"materal": {"name": "C"}}},
                r"no key anode\.materal \(did you mean material\?\)",
            ),
            (
                {"name": "n", "anode": {"material": {"name": "C", "manufactured": "x"}}},
                r"no key anode\.material\.manufactured \(did you mean manufacturer\?\)",
            ),
            ({"form_factor": "x"}, "needs the key 'name'"),
            (["name"], r"data must be a mapping, not \['name'\]"),
            ("n", "data must be a mapping, not 'n'"),
        ],
    )
    def test_what_is_refused_before_it_is_sent(self, client, stub, data, message):
        for call in (client.cell_spec.create, client.cell_spec.create_or_get):
            with pytest.raises(ValueError, match=message):
                call(data)
        assert stub.requests == []

    def test_the_rest_of_its_life(self, client, stub):
        stub.will(reply(SPEC), reply(SPEC), raw(b"", 204))
        assert client.cell_spec.get("cs").project_id == "owner"
        client.cell_spec.update("cs", {"notes": None, "case": None})
        assert stub.body() == {"notes": None, "case": None}
        assert client.cell_spec.delete("cs") is None
        path = "/cell_specifications/cs"
        assert stub.paths == [f"GET {path}", f"PATCH {path}", f"DELETE {path}"]

    def test_a_path_is_not_an_id(self, client, stub):
        for call in (client.cell_spec.get, client.cell_spec.delete):
            with pytest.raises(ValueError, match='holds a "/"'):
                call("cs/../x")
        assert stub.requests == []


class TestRelated:
    def test_any_material_in_any_place(self, client, stub):
        full = {**MADE_OF, "case": {"material_id": "C"}, "separator": {"material_id": None}}
        stub.will(reply(full), reply(page(SPEC)))
        assert client.cell_spec.related_specs("cs")[0].id == "cs"
        assert stub.paths == ["GET /cell_specifications/cs", "GET /cell_specifications"]
        assert params(stub.requests[1])[2:] == [
            ("material_ids", "C"),
            ("material_ids", "NMC"),
            ("exclude_cell_spec_id", "cs"),
            ("project_id", "owner"),
        ]

    @pytest.mark.parametrize("slots", ["anode", ["anode"]])
    def test_one_place(self, client, stub, slots):
        stub.will(reply(MADE_OF), reply(page()))
        client.cell_spec.related_specs("cs", slots=slots, exclude_self=False, limit=3)
        assert dict(params(stub.requests[1])) == {
            "limit": "3",
            "offset": "0",
            "anode_material_id": "C",
            "project_id": "owner",
        }

    def test_a_place_without_material_relates_to_nothing(self, client, stub):
        stub.will(reply(MADE_OF))
        assert client.cell_spec.related_specs("cs", slots=["case", "separator"])["items"] == []
        assert len(stub.requests) == 1

    def test_what_cannot_be_related(self, client, stub):
        with pytest.raises(ValueError, match="anode, cathode, electrolyte, separator, case"):
            client.cell_spec.related_specs("cs", slots=["anode", "can"])
        assert stub.requests == []
        stub.will(reply({**MADE_OF, "project_id": None}))
        with pytest.raises(errors.IonworksError, match="which project"):
            client.cell_spec.related_specs("cs")


class TestInstance:
    def test_it_is_made_as_it_is_written(self, client, stub):
        stub.will(reply({**CELL, "batch": "BATCH-2024-001", "batch_name": "BATCH-2024-001"}, 201))
        before = copy.deepcopy(DATA)
        cell = client.cell_instance.create("cs", DATA)
        assert (cell.id, cell.batch, cell.batch_id) == ("c", "BATCH-2024-001", None)
        assert stub.body() == DATA == before
        assert stub.paths == ["POST /cell_specifications/cs/cell_instances"]
        client.cell_instance.create("cs", {**DATA, "date_manufactured": date(2024, 1, 20)})
        assert stub.body() == DATA

    def test_a_model_stands_for_its_id(self, client, stub):
        stub.will(reply(SPEC), reply(page(CELL)))
        assert client.cell_instance.list(client.cell_spec.get("cs"))[0].id == "c"
        assert stub.paths[1] == "GET /cell_specifications/cs/cell_instances"

    def test_filters(self, client, stub):
        stub.will(reply(page(CELL)))
        client.cell_instance.list(
            "cs", 1, 0, name="x", batch_id="b", updated_after=date(2026, 1, 1), order="desc"
        )
        assert dict(params(stub.requests[0])) == {
            "limit": "1",
            "offset": "0",
            "name": "ilike.%x%",
            "batch_id": "b",
            "updated_at_gt": "2026-01-01",
            "order": "desc",
        }

    def test_out_of_its_batch(self, client, stub):
        stub.will(reply(CELL))
        client.cell_instance.update("c", {"batch": None})
        assert stub.body() == {"batch": None}
        assert stub.paths == ["PATCH /cell_instances/c"]

    def test_the_rest_of_its_life(self, client, stub):
        stub.will(reply(CELL), raw(b"", 204))
        assert client.cell_instance.get("c").name == "NMC622-GR-001"
        assert client.cell_instance.delete("c") is None
        assert stub.paths == ["GET /cell_instances/c", "DELETE /cell_instances/c"]


class TestBatch:
    def test_its_life(self, client, stub):
        stub.will(reply(BATCH, 201), reply({**BATCH, "instance_count": 3}), reply(BATCH))
        made = client.cell_batch.create("cs", {"name": "Week 3", "properties": {"n": 1}})
        assert made.id == "b"
        assert client.cell_batch.get("b").instance_count == 3
        client.cell_batch.update("b", {"notes": "x"})
        stub.will(raw(b"", 204))
        assert client.cell_batch.delete("b") is None
        assert stub.paths == [
            "POST /cell_specifications/cs/cell_batches",
            "GET /cell_batches/b",
            "PATCH /cell_batches/b",
            "DELETE /cell_batches/b",
        ]

    def test_its_name_is_found_in_any_case_on_any_page(self, client, stub):
        others = [{**BATCH, "id": str(i), "name": f"Week 3{i}"} for i in range(100)]
        stub.will(conflict(), reply(page(*others, total=101)), reply(page(BATCH, total=101)))
        stub.answers.append(reply(BATCH))
        assert client.cell_batch.create_or_get("cs", {"name": "wEEK 3"}).id == "b"
        assert "name" not in stub.requests[1].url.params
        assert stub.requests[2].url.params["offset"] == "100"
        assert stub.paths[-1] == "GET /cell_batches/b"


class TestCreateOrGet:
    def test_what_does_not_exist_is_made(self, client, stub):
        stub.will(reply(CELL, 201))
        assert client.cell_instance.create_or_get("cs", DATA).id == "c"
        assert len(stub.requests) == 1

    @pytest.mark.parametrize(
        "answer",
        [
            conflict(existing_id="c"),
            conflict(existing_cell_instance_id="c"),
            reply({"detail": {"error_code": "CONFLICT", "message": "m", "existing_id": "c"}}, 409),
        ],
    )
    def test_what_exists_is_fetched_by_its_id(self, client, stub, answer):
        stub.will(answer, reply({**CELL, **DATA}))
        assert client.cell_instance.create_or_get("cs", DATA).id == "c"
        assert stub.paths[1:] == ["GET /cell_instances/c"]

    def test_without_an_id_it_is_found_by_its_whole_name(self, client, stub):
        other = {**SPEC, "id": "x", "name": "nmc622-gr"}
        stub.will(conflict(), reply(page(other, SPEC)), reply(SPEC))
        assert client.cell_spec.create_or_get({"name": "NMC622-GR"}).id == "cs"
        assert stub.requests[1].url.params["name"] == "eq.NMC622-GR"
        assert stub.requests[1].url.params["project_id"] == "project"

    def test_it_is_found_whatever_blanks_are_around_its_name(self, client, stub):
        stub.will(conflict(), reply(page(SPEC)), reply(SPEC))
        assert client.cell_spec.create_or_get({"name": " NMC622-GR\t"}).id == "cs"

    def test_what_is_neither_named_nor_listed_is_an_error(self, client, stub):
        stub.will(conflict(), reply(page()))
        with pytest.raises(errors.ConflictError, match=r"cell instance 'NMC622-GR-001' exists"):
            client.cell_instance.create_or_get("cs", DATA)

    def test_what_is_deleted_in_between_is_made(self, client, stub):
        gone = reply({"error_code": "NOT_FOUND", "message": "gone"}, 404)
        stub.will(conflict(existing_id="c"), gone, reply({**CELL, **DATA}, 201))
        assert client.cell_instance.create_or_get("cs", DATA).id == "c"
        assert [path.split()[0] for path in stub.paths] == ["POST", "GET", "POST"]
        stub.requests.clear()
        stub.will(conflict(existing_id="c"), gone, conflict(existing_id="c"), gone)
        with pytest.raises(errors.ConflictError):
            client.cell_instance.create_or_get("cs", DATA)
        assert len(stub.requests) == 4

    def test_what_is_not_as_it_was_to_be_is_said(self, client, stub):
        stub.will(conflict(existing_id="c"), reply({**CELL, **DATA, "batch": "batch-2024-001"}))
        client.cell_instance.create_or_get("cs", DATA)
        loading = {"cathode": {"loading": {"value": 9.9, "unit": "mg.cm-2"}}}
        found = {**CELL, "measured_properties": loading, "batch": "BATCH-2024-001"}
        stub.will(conflict(existing_id="c"), reply(found))
        with pytest.warns(UserWarning, match="returned as it is: date_manu") as warned:
            client.cell_instance.create_or_get("cs", DATA)
        assert (
            "cell instance 'NMC622-GR-001' exists and is returned as it is: "
            "date_manufactured is None, not '2024-01-20', "
            "measured_properties.cathode.loading.value is 9.9, not 12.1, "
            "measured_properties.cathode.loading.unit is 'mg.cm-2', not 'mg/cm**2'. update()"
        ) in str(warned[0].message)

    def test_other_errors_pass(self, client, stub):
        stub.will(reply({"error_code": "FORBIDDEN", "message": "no"}, 403))
        with pytest.raises(errors.PermissionDeniedError):
            client.cell_spec.create_or_get({"name": "n"})
        assert len(stub.requests) == 1


class TestFilters:
    def test_what_is_typed_is_plain_text(self, client, stub):
        stub.will(reply(page()))
        client.cell_instance.list("cs", name="50%_a\\b", created_by_email="a_b")
        assert stub.requests[0].url.params["name"] == "ilike.%50\\%\\_a\\\\b%"
        assert stub.requests[0].url.params["created_by_email"] == "ilike.%a\\_b%"
        client.cell_instance.list("cs", name_exact="50%_a")
        assert stub.requests[1].url.params["name"] == "eq.50%_a"

    @pytest.mark.parametrize("typed", ["ilike.%x%", "in.(a,b)", "is.null", "not.eq.a", "gte.3"])
    def test_an_operator_in_a_keyword_is_text_and_said_so(self, client, stub, typed):
        stub.will(reply(page()))
        with pytest.warns(UserWarning, match=r"operator goes into filters=\{'name': "):
            client.cell_instance.list("cs", name=typed)
        assert stub.requests[0].url.params["name"].startswith("ilike.%")

    @pytest.mark.parametrize("typed", ["in.house", "is.it", "eq. 5", "like.new", "v1.in.(a)", "eq"])
    def test_names_that_only_look_a_little_like_operators(self, client, stub, typed):
        stub.will(reply(page()))
        client.cell_instance.list("cs", name=typed)
        assert stub.requests[0].url.params["name"] == f"ilike.%{typed}%"

    def test_operators_have_a_door_of_their_own(self, client, stub):
        stub.will(reply(page()))
        filters = {"name": "in.(A,B)", "batch_id": "is.null", "created_at_gt": date(2026, 5, 8)}
        client.cell_instance.list("cs", filters=filters)
        assert params(stub.requests[0])[2:] == [
            ("name", "in.(A,B)"),
            ("batch_id", "is.null"),
            ("created_at_gt", "2026-05-08"),
        ]

    @pytest.mark.parametrize(
        ("wanted", "kind", "message"),
        [
            ({"filters": {"nam": "eq.a"}}, ValueError, "did you mean 'name'"),
            ({"filters": {"limit": "eq.a"}}, ValueError, "no 'limit': there are name, batch_id"),
            ({"filters": {"name": "a"}, "name": "b"}, ValueError, "name is given twice"),
            ({"filters": "x"}, TypeError, r"filters must map .* not 'x'"),
            ({"filters": ["name"]}, TypeError, r"filters must map"),
            ({"filters": {"name": 3}}, TypeError, r"filters\['name'\] must be a text"),
            ({"name": 5}, TypeError, "name must be a text, not 5"),
            ({"name_exact": 5}, TypeError, "name_exact must be a text"),
            ({"created_after": "yesterday"}, ValueError, "created_after must be a time"),
            ({"updated_before": 20260101}, TypeError, "updated_before must be a text"),
            ({"order_by": "size"}, ValueError, "order_by must be one of created_at, name"),
            ({"order": "up"}, ValueError, "order must be one of asc, desc"),
            ({"batch_id": ""}, ValueError, "batch_id must name something"),
            ({"limit": 0}, ValueError, "limit must be 1 or more"),
        ],
    )
    def test_what_no_list_can_answer(self, client, stub, wanted, kind, message):
        with pytest.raises(kind, match=message):
            client.cell_instance.list("cs", **wanted)
        assert stub.requests == []

    def test_a_time_that_is_none_is_refused(self, client, stub):
        import pandas as pd

        with pytest.raises(ValueError, match="created_after must be a time, not NaT"):
            client.cell_instance.list("cs", created_after=pd.NaT)
        stub.will(reply(page()))
        client.cell_instance.list("cs", created_after=pd.Timestamp("2026-05-08", tz="UTC"))
        assert stub.requests[0].url.params["created_at_gt"] == "2026-05-08T00:00:00+00:00"
