"""One search over everything that has a name."""

import pytest
from conftest import app_client
from ionworks_engine.searching import ENTITIES

KINDS = ["cell_specification", "cell_batch", "cell_instance", "material", "study"]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with app_client(tmp_path_factory.mktemp("store")) as client:
        yield client


@pytest.fixture(scope="module")
def projects(client):
    """Two projects with cells in them, of the same names."""
    other = made(client.post("/projects", json={"name": "Zinc project"}))["id"]
    return [fill(client, project) for project in (client.project(), other)]


def made(answer):
    assert answer.status_code == 201, answer.text
    return answer.json()


def fill(client, project):
    body = {
        "name": "Quokka 21700",
        "project_id": project,
        "notes": "Measured with (Numbat) rigs\nand quolls; 100% sure",
        "anode": {"material": {"name": "Quokka graphite"}},
    }
    spec = made(client.post("/cell_specifications", json=body))
    path = f"/cell_specifications/{spec['id']}"
    for name in ("quokka-1", "QUOKKA-2", "Wombat"):
        cell = {"name": name, "batch": "Quokka batch", "notes": "Großer quokkaartiger"}
        made(client.post(f"{path}/cell_instances", json=cell))
    study = {"name": "Study of quokkas", "description": "Platypus curves"}
    made(client.post(f"/projects/{project}/studies", json=study))
    return project


def search(client, q, **more):
    answer = client.get("/search", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def hits(client, q, **more):
    return [(hit["entity_type"], hit["name"]) for hit in search(client, q, **more)["results"]]


def refused(client, status, **query):
    answer = client.get("/search", params=query)
    assert answer.status_code == status, answer.text
    return answer.json()["message"]


def test_a_part_of_a_name_in_any_case_is_found_by_kind(client, projects):
    found = search(client, "  quokKA ", project_id=projects[0])
    assert (found["query"], found["limit"], found["offset"]) == ("quokKA", 25, 0)
    assert found["total"] == len(found["results"])
    listed = [(hit["entity_type"], hit["name"]) for hit in found["results"]]
    assert listed == [
        ("cell_specification", "Quokka 21700"),
        ("cell_batch", "Quokka batch"),
        ("cell_instance", "QUOKKA-2"),
        ("cell_instance", "quokka-1"),
        # Found by its notes: after what has it in its name.
        ("cell_instance", "Wombat"),
        ("material", "Quokka graphite"),
        ("material", "Quokka graphite"),
        ("study", "Study of quokkas"),
    ]
    by_name = {hit["name"]: hit for hit in found["results"]}
    spec, cell = by_name["Quokka 21700"], by_name["quokka-1"]
    assert cell["parent_id"] == spec["id"]
    assert (spec["parent_id"], spec["project_id"]) == (None, projects[0])


def test_beginnings_of_words_are_found_in_what_is_written(client, projects):
    here = {"project_id": projects[0]}
    spec = [("cell_specification", "Quokka 21700")]
    assert hits(client, "numb", **here) == spec
    assert hits(client, "rigs measu", **here) == spec
    assert hits(client, "quoll", **here) == spec
    assert hits(client, "umbat", **here) == []
    assert hits(client, "numb zebra", **here) == []
    assert hits(client, "GROSSER", **here) == []
    assert ("cell_instance", "Wombat") in hits(client, "GROSSER".replace("SS", "ß"), **here)
    assert hits(client, "platy", **here) == [("study", "Study of quokkas")]


def test_signs_stand_for_themselves(client, projects):
    here = {"project_id": projects[0]}
    assert "U+0000" in refused(client, 422, q="\0\0")
    for text in ("%%", "__", "..", ".*", "\\\\", "(q", "'; --", "[a", "q%a"):
        assert hits(client, text, **here) == [], text
    assert hits(client, "a-1", **here) == [("cell_instance", "quokka-1")]


def test_kinds_are_chosen(client, projects):
    here = {"project_id": projects[0]}
    for kind in KINDS:
        found = hits(client, "quokka", entity_types=kind, **here)
        assert {each for each, _ in found} == {kind}
    both = hits(client, "quokka", entity_types=["study", "cell_batch"], **here)
    assert [kind for kind, _ in both] == ["cell_batch", "study"]
    # Known to the platform, kept by no engine.
    assert hits(client, "quokka", entity_types=["pipeline", "cycler"], **here) == []
    message = refused(client, 422, q="quokka", entity_types="cell_instanc")
    assert "did you mean 'cell_instance'" in message


def test_the_library_is_found_whatever_the_project(client, projects):
    for more in ({}, {"project_id": projects[1]}):
        found = hits(client, "chen2020 spme", **more)
        assert ("parameterized_model", "Chen2020 SPMe") in found
        assert ("project", "Zinc project") in hits(client, "zinc", **more)


def test_a_project_keeps_the_rest_out(client, projects):
    everywhere = search(client, "quokka", entity_types="cell_specification")["results"]
    assert {hit["project_id"] for hit in everywhere} == set(projects)
    here = search(client, "quokka", entity_types="cell_specification", project_id=projects[1])
    assert [hit["project_id"] for hit in here["results"]] == [projects[1]]
    assert "no project" in refused(client, 404, q="quokka", project_id="none")


def test_results_are_cut_by_kind_and_by_page(client, projects):
    here = {"project_id": projects[0]}
    everything = hits(client, "quokka", **here)
    one_each = hits(client, "quokka", per_type=1, **here)
    assert [kind for kind, _ in one_each] == KINDS
    two = hits(client, "quokka", per_type=2, entity_types="cell_instance", **here)
    assert [name for _, name in two] == ["QUOKKA-2", "quokka-1"]
    page = search(client, "quokka", limit=3, offset=2, **here)
    assert page["total"] == len(everything)
    assert [(hit["entity_type"], hit["name"]) for hit in page["results"]] == everything[2:5]
    assert search(client, "quokka", offset=100, **here)["results"] == []


@pytest.mark.usefixtures("projects")
@pytest.mark.parametrize(
    "q", ["ab " * 333, " ".join(["a"] * 490) + " ab", "%_" * 500, "(a+)+$" * 100, "quokka" * 100]
)
def test_long_searches_find_nothing_and_end(client, q):
    assert search(client, q)["results"] == []


@pytest.mark.usefixtures("projects")
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 422),
        ({"q": ""}, 422),
        ({"q": "a"}, 422),
        ({"q": " a "}, 422),
        ({"q": "   "}, 400),
        ({"q": "ab", "limit": 0}, 422),
        ({"q": "ab", "limit": 101}, 422),
        ({"q": "ab", "per_type": 21}, 422),
        ({"q": "ab", "per_type": "x"}, 422),
        ({"q": "ab", "offset": -1}, 422),
        ({"q": "ab", "entity_type": "study"}, 422),
        ({"q": "a" * 1001}, 422),
    ],
)
def test_a_search_that_cannot_be_is_refused(client, query, status):
    assert refused(client, status, **query)


def test_every_kind_has_what_a_result_says():
    for entity in ENTITIES.values():
        assert {"id", "name", "created_at", "seq"} <= set(entity.table.c.keys())
        assert entity.text is None or entity.text in entity.table.c
        assert entity.parent is None or entity.parent in entity.table.c
