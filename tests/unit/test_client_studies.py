"""Studies, search, projects, names that lead to measurements, and the navigator."""

import copy

import pandas as pd
import polars as pl
import pytest

import ionworks
from ionworks import AsyncNavigator, Navigator, errors
from tests.unit.stub import URL, Blocking, client_of, raw, reply, stubbed

STUDY = {"id": "st", "name": "1C Discharge Sweep", "project_id": "project", "simulation_count": 2}
LINK = {"id": "l", "study_id": "st", "simulation_id": "s"}
RESULT = {"id": "cs", "entity_type": "a_new_kind", "name": "n"}
PROJECT = {"id": "p", "name": "Fast charge", "organization_id": "o"}
SPEC = {"id": "cs", "name": "NMC622", "project_id": "project"}
CELL = {"id": "c", "name": "Cell 1", "cell_specification_id": "cs"}
MEASUREMENT = {
    "id": "m",
    "name": "RPT",
    "cell_instance_id": "c",
    "measurement_type": "time_series",
    "tags": [],
}


def page(*items, total=None):
    return {"items": list(items), "count": len(items), "total": total or len(items)}


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


class TestStudy:
    def test_a_key_that_is_too_short_is_told_the_whole(self, client, stub):
        with pytest.raises(ValueError, match=r"data has no key desc \(did you mean description\?"):
            client.study.create({"name": "s", "desc": "d"})
        assert stub.requests == []

    def test_listing_in_the_clients_project_or_another(self, client, stub):
        stub.will(reply(page(STUDY)))
        assert [study.id for study in client.study.list()["items"]] == ["st"]
        client.study.list(name="Discharge", order_by="name", order="asc")
        client.study.list(limit=10, offset=0)
        client.study.list(project_id="other-project-id", name_exact="a")
        client.study.list("positional", filters={"created_by_email": "eq.me@lab"})
        assert stub.paths == [
            *["GET /projects/project/studies"] * 3,
            "GET /projects/other-project-id/studies",
            "GET /projects/positional/studies",
        ]
        sent = [dict(request.url.params) for request in stub.requests]
        assert sent[1]["name"] == "ilike.%Discharge%"
        assert (sent[1]["order_by"], sent[1]["order"]) == ("name", "asc")
        assert (sent[2]["limit"], sent[2]["offset"]) == ("10", "0")
        assert sent[3]["name"] == "eq.a"
        assert sent[4]["created_by_email"] == "eq.me@lab"

    def test_an_update_of_nothing(self, client, stub):
        stub.will(reply(STUDY))
        assert client.study.update("st").id == "st"
        assert stub.body() == {}

    def test_its_life(self, client, stub):
        stub.will(reply(STUDY, 201), reply(STUDY), reply(STUDY), raw(b"", 204))
        data = {"name": "1C Discharge Sweep", "description": "d"}
        before = copy.deepcopy(data)
        assert client.study.create(data).simulation_count == 2
        assert stub.body() == data == before
        assert client.study.get("st").id == "st"
        client.study.update("st", {"name": "v2"}, project_id="other")
        assert stub.body() == {"name": "v2"}
        assert client.study.delete("st") is None
        assert stub.paths == [
            "POST /projects/project/studies",
            "GET /projects/project/studies/st",
            "PATCH /projects/other/studies/st",
            "DELETE /projects/project/studies/st",
        ]

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ("1C", "data must be a mapping, not '1C'"),
            (None, "data must be a mapping, not None"),
            ({"description": "d"}, "needs the key 'name'"),
            ({"name": "n", "nme": "x"}, "no key nme"),
        ],
    )
    def test_what_is_refused_before_it_is_sent(self, client, stub, data, message):
        with pytest.raises(ValueError, match=message):
            client.study.create(data)
        assert stub.requests == []

    def test_an_existing_one_is_returned(self, client, stub):
        conflict = {"error_code": "CONFLICT", "message": "m", "detail": {"existing_id": "st"}}
        stub.will(reply(conflict, 409), reply(STUDY))
        assert client.study.create_or_get({"name": "n"}, "other").id == "st"
        assert stub.paths[1] == "GET /projects/other/studies/st"

    def test_assigning(self, client, stub):
        stub.will(reply(LINK), reply({**LINK, "simulation_id": None, "measurement_id": "m"}))
        link = client.study.assign_simulation("st", "s")
        assert link["simulation_id"] == link.simulation_id == "s"
        assert client.study.assign_measurement("st", "m", project_id="other").measurement_id == "m"
        assert [request.content for request in stub.requests] == [b"{}", b"{}"]
        stub.answers = [raw(b"", 204)]
        assert client.study.remove_simulation("st", "s") is None
        assert client.study.remove_measurement("st", "m") is None
        assert stub.paths == [
            "POST /projects/project/studies/st/simulations/s",
            "POST /projects/other/studies/st/measurements/m",
            "DELETE /projects/project/studies/st/simulations/s",
            "DELETE /projects/project/studies/st/measurements/m",
        ]

    def test_its_measurements_answer_as_the_server_names_them(self, client, stub):
        stub.will(reply(page(MEASUREMENT, total=1)))
        found = client.study.list_measurements("st")
        assert (found["total"], found["count"], len(found)) == (1, 1, 1)
        assert found["items"][0]["id"] == found[0].id == "m"
        with pytest.raises(KeyError, match="items, total, count"):
            found["pages"]
        assert stub.paths == ["GET /projects/project/studies/st/measurements"]

    def test_its_simulations(self, client, stub):
        stub.will(reply(STUDY), reply({"simulations": [{"id": "s"}], "total": 1}))
        found = client.study.list_simulations("st", limit=5)
        assert found["items"][0]["id"] == found[0].id == "s"
        assert stub.paths == ["GET /projects/project/studies/st", "GET /simulations"]
        assert stub.requests[1].url.params["study_id"] == "st"

    def test_without_a_project_nothing_is_sent(self, colour, stub):
        with (
            client_of(colour, "k", URL) as homeless,
            pytest.raises(ValueError, match="project_id="),
        ):
            homeless.study.list()
        assert stub.requests == []


class TestSearch:
    def test_a_query(self, client, stub):
        answer = {"results": [RESULT], "query": "nmc", "total": 1, "limit": 25, "offset": 0}
        stub.will(reply(answer))
        found = client.search.query("nmc")
        assert (found.total, found.results[0].entity_type) == (1, "a_new_kind")
        assert [each.name for each in found] == [RESULT["name"]]
        assert (len(found), bool(found), found[0], found[:0]) == (1, True, found.results[0], [])
        assert dict(stub.requests[0].url.params) == {
            "q": "nmc",
            "limit": "25",
            "offset": "0",
            "per_type": "5",
        }
        client.search.query("nmc", entity_types=("study", "model"), project_id="p")
        assert stub.requests[1].url.params.get_list("entity_types") == ["study", "model"]

    def test_a_bare_word_is_one_kind(self, client, stub):
        stub.will(reply({"results": [], "query": "nmc", "total": 0, "limit": 25, "offset": 0}))
        client.search.query("nmc", entity_types="study")
        assert stub.requests[0].url.params.get_list("entity_types") == ["study"]

    def test_no_kind_has_nothing(self, client, stub):
        found = client.search.query(" nmc ", entity_types=[], limit=3)
        assert (found.results, found.query, found.total, found.limit) == ([], "nmc", 0, 3)
        assert not found
        assert stub.requests == []

    @pytest.mark.parametrize("q", ["", "   ", " a "])
    def test_too_little_to_look_for(self, client, stub, q):
        with pytest.raises(ValueError, match="2 characters or more"):
            client.search.query(q)
        with pytest.raises(ValueError, match="entity_types must be one of"):
            client.search.query("nmc", entity_types="studdy")
        assert stub.requests == []


class TestProject:
    def test_an_update_of_nothing(self, client, stub):
        stub.will(reply(STUDY))
        assert client.study.update("st").id == "st"
        assert stub.body() == {}

    def test_its_life(self, client, stub):
        stub.will(reply(PROJECT, 201), reply(PROJECT), reply(PROJECT))
        assert client.project.create({"name": "Fast charge"}).id == "p"
        client.project.update("p", {"description": None})
        assert stub.body() == {"description": None}
        assert client.project.get("p").description is None
        stub.will(raw(b"", 204))
        assert client.project.delete("p") is None
        assert stub.paths == [
            "POST /projects",
            "PATCH /projects/p",
            "GET /projects/p",
            "DELETE /projects/p",
        ]

    def test_its_name_is_plain_text(self, client, stub):
        stub.will(reply(page(PROJECT)))
        client.project.list(name="4C_%", created_after="2026-05-08")
        assert stub.requests[0].url.params["name"] == "ilike.%4C\\_\\%%"
        assert stub.requests[0].url.params["created_at_gt"] == "2026-05-08"

    def test_an_existing_one_is_found_by_name(self, client, stub):
        conflict = {"error_code": "CONFLICT", "message": "m"}
        stub.will(reply(conflict, 409), reply(page(PROJECT)), reply(PROJECT))
        assert client.project.create_or_get({"name": "Fast charge"}).id == "p"
        assert stub.requests[1].url.params["name"] == "eq.Fast charge"


class TestNames:
    def test_three_names_lead_to_a_measurement(self, client, stub):
        stub.will(reply(page(SPEC)), reply(page(CELL)), reply(page(MEASUREMENT)))
        assert client.resolve_measurement("NMC622", "Cell 1", "RPT").id == "m"
        assert stub.paths == [
            "GET /cell_specifications",
            "GET /cell_specifications/cs/cell_instances",
            "GET /cell_instances/c/cell_measurements",
        ]
        asked = [request.url.params["name"] for request in stub.requests]
        assert asked == ["eq.NMC622", "eq.Cell 1", "eq.RPT"]
        assert stub.requests[0].url.params["project_id"] == "project"

    def test_what_is_not_there_is_said(self, client, stub):
        stub.will(reply(page(SPEC)), reply(page()))
        with pytest.raises(errors.NotFoundError, match="cell instance 'Cell 9' of 'NMC622'") as no:
            client.resolve_measurement("NMC622", "Cell 9", "RPT", project_id="other")
        assert no.value.status_code == 404
        assert stub.requests[0].url.params["project_id"] == "other"

    def test_what_is_there_twice_is_said(self, client, stub):
        stub.will(reply(page(SPEC, {**SPEC, "id": "cs2"})))
        with pytest.raises(errors.ConflictError, match="take one of cs, cs2") as twice:
            client.resolve_measurement("NMC622", "Cell 1", "RPT")
        assert twice.value.status_code == 409

    @pytest.mark.parametrize("place", range(3))
    @pytest.mark.parametrize("name", [None, 5])
    def test_a_name_that_is_none_finds_nothing(self, client, stub, place, name):
        names = ["NMC622", "Cell 1", "RPT"]
        names[place] = name
        argument = ("cell_specification", "cell_instance", "measurement")[place]
        with pytest.raises(TypeError, match=f"{argument} must be a text, not {name}"):
            client.resolve_measurement(*names)
        assert stub.requests == []


class Measurements:
    """Stands for ``client.cell_measurement``: counts what it is asked."""

    def __init__(self, frame, later):
        self.frame, self.later, self.asked = frame, later, []

    def _answer(self, value):
        async def later():
            return value

        return later() if self.later else value

    def steps(self, measurement_id):
        self.asked.append(("steps", measurement_id))
        return self._answer(self.frame)

    def time_series(self, measurement_id):
        self.asked.append(("time_series", measurement_id))
        return self._answer(self.frame)


class TestNavigator:
    @pytest.fixture
    def navigator(self, client, colour):
        self.later = colour == "async"
        if self.later:
            return Blocking(AsyncNavigator(client._target, page_size=2), client._loop)
        return Navigator(client, page_size=2)

    def lend(self, navigator, frame):
        target = navigator._target if self.later else navigator
        measurements = Measurements(frame, self.later)
        target.client.__dict__["cell_measurement"] = measurements
        return measurements

    def test_it_is_public_and_builds_a_client(self, stub, monkeypatch):
        assert ionworks.Navigator is Navigator
        monkeypatch.setenv("IONWORKS_API_KEY", "k")
        monkeypatch.setenv("IONWORKS_API_URL", URL)
        assert Navigator().client.api_url == AsyncNavigator().client.api_url == URL
        assert stub.requests == []
        with pytest.raises(ValueError, match="page_size"):
            Navigator(page_size=0)

    def test_it_reads_every_page_once(self, navigator, stub):
        names = ["c", "a", "b"]
        specs = [{**SPEC, "id": name, "name": name} for name in names]
        stub.will(reply(page(*specs[:2], total=3)), reply(page(specs[2], total=3)))
        assert list(navigator.specs()) == names
        assert navigator.spec("b").id == "b"
        assert [dict(request.url.params) for request in stub.requests] == [
            {"limit": "2", "offset": "0", "project_id": "project"},
            {"limit": "2", "offset": "2", "project_id": "project"},
        ]

    def test_an_unknown_name_says_which_there_are(self, navigator, stub):
        stub.will(reply(page(SPEC)))
        with pytest.raises(KeyError, match=r"did you mean 'NMC622'.*There are: 'NMC622'"):
            navigator.spec("NMC6222")

    def test_blanks_around_a_name_are_no_part_of_it(self, navigator, stub):
        stub.will(reply(page(SPEC)), reply(page(CELL)), reply(page(SPEC)), reply(page()))
        assert navigator.spec(" NMC622 ").id == SPEC["id"]
        assert [cell.name for cell in navigator.instances("NMC622 ")] == [CELL["name"]]
        navigator.invalidate(spec_name="\tNMC622")
        assert navigator.instances("NMC622") == []

    def test_cells_are_sorted_and_remembered(self, navigator, stub):
        cells = [{**CELL, "id": name, "name": name} for name in "ba"]
        stub.will(reply(page(SPEC)), reply(page(*cells)))
        assert [cell.name for cell in navigator.instances("NMC622")] == ["a", "b"]
        navigator.instances("NMC622").clear()
        assert len(navigator.instances("NMC622")) == 2
        assert len(stub.requests) == 2
        navigator.invalidate(spec_name="NMC622")
        stub.will(reply(page(SPEC)), reply(page(cells[0])))
        assert [cell.name for cell in navigator.instances("NMC622")] == ["b"]

    @pytest.mark.parametrize("kind", [pl.DataFrame, pd.DataFrame])
    def test_tables_are_fetched_once_and_stay_as_they_came(self, navigator, kind):
        measurements = self.lend(navigator, kind({"a": [1.0, 2.0]}))
        for _ in range(2):
            for table in (navigator.steps("m"), navigator.time_series("m")):
                assert isinstance(table, kind)
                assert list(table["a"]) == [1.0, 2.0]
                table["a" if kind is pd.DataFrame else (0, "a")] = (
                    9.0 if kind is pd.DataFrame else 9
                )
        assert measurements.asked == [("steps", "m"), ("time_series", "m")]
        navigator.invalidate(measurement_id="m")
        navigator.steps("m")
        navigator.invalidate()
        navigator.steps("m")
        assert measurements.asked[2:] == [("steps", "m")] * 2
