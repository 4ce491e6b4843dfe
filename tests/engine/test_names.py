"""Names of anything: blanks around one are no part of it, one of blanks is refused."""

import pytest
from measured import engine


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with engine(tmp_path_factory.mktemp("names")) as lab:
        yield lab


# Where things are made, and where they are then.
PLACES = {
    "project": ("/projects", "/projects"),
    "specification": ("/cell_specifications", "/cell_specifications"),
    "batch": ("/cell_specifications/{s}/cell_batches", "/cell_batches"),
    "instance": ("/cell_specifications/{s}/cell_instances", "/cell_instances"),
    "study": ("/projects/{p}/studies", "/projects/{p}/studies"),
}


def place(lab, kind):
    """Return these two paths, and what is needed beside a name."""
    made, then = (each.format(s=lab.specification, p=lab.project) for each in PLACES[kind])
    return made, then, {"project_id": lab.project} if kind == "specification" else {}


def errors(answer):
    assert answer.status_code == 422, answer.text
    return {each["path"]: each["message"] for each in answer.json()["detail"]["errors"]}


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("name", [" ", "\t\n", "\u00a0 "])
def test_a_name_of_blanks_is_none(lab, kind, name):
    path, _, more = place(lab, kind)
    before = lab.get(path).json()["total"]
    assert errors(lab.post(path, json={**more, "name": name})) == {
        "name": "a name is more than blanks"
    }
    assert lab.get(path).json()["total"] == before


@pytest.mark.parametrize("kind", PLACES)
def test_names_do_not_differ_by_blanks_around_them(lab, kind):
    path, then, more = place(lab, kind)
    made = lab.post(path, json={**more, "name": f" {kind} 1 "}).json()
    assert made["name"] == f"{kind} 1"
    again = lab.post(path, json={**more, "name": f"{kind} 1\t"})
    assert again.status_code == 409
    assert again.json()["detail"]["existing_id"] == made["id"]
    one = f"{then}/{made['id']}"
    assert lab.patch(one, json={"name": f" {kind}\u00a02 "}).json()["name"] == f"{kind}\u00a02"
    assert errors(lab.patch(one, json={"name": "  "}))


@pytest.mark.parametrize("kind", PLACES)
def test_a_name_is_found_by_what_it_was_given_as(lab, kind):
    path, then, more = place(lab, kind)
    given = f" {kind} found\t"
    made = lab.post(path, json={**more, "name": given}).json()["id"]
    where = then if kind == "project" else path

    def found(name):
        items = lab.get(where, params={**more, "name": name}).json()["items"]
        return [item["id"] for item in items]

    assert found(given) == found(f"eq.{given}") == found(f'in.(other,"{given}")') == [made]
    assert made not in found(f"neq.{given}")
    assert made not in found(f"not.eq.{given}")
    assert made in found(f"not.neq.{given}")
    assert made not in found("eq. other ")


def test_a_name_that_has_blanks_is_found_as_it_is(lab):
    told = {"project_id": lab.project, "filename": " day 1.csv"}
    opened = lab.post("/raw_data/initiate-upload", json=told).json()
    lab.send(opened, {" day 1.csv": b"1,2"})
    uploaded = opened["raw_data_id"]
    confirmed = lab.post(f"/raw_data/{uploaded}/confirm-upload", json={**told, "size_bytes": 3})
    assert confirmed.json()["name"] == " day 1.csv"
    for name in (" day 1.csv", "eq. day 1.csv"):
        asked = {"project_id": lab.project, "name": name}
        items = lab.get("/raw_data", params=asked).json()["items"]
        assert [item["id"] for item in items] == [uploaded]


def test_names_inside_a_request_are_names(lab):
    body = {"name": "with a material", "project_id": lab.project}
    material = {"anode": {"material": {"name": " LFP "}}}
    made = lab.post("/cell_specifications", json=body | material).json()
    assert made["anode"]["material"]["name"] == "LFP"
    material["anode"]["material"]["name"] = " "
    told = errors(lab.post("/cell_specifications", json=body | material))
    assert list(told) == ["anode.material.name"]
    cells = f"/cell_specifications/{lab.specification}/cell_instances"
    assert lab.post(cells, json={"name": "in a batch", "batch": " B7 "}).json()["batch"] == "B7"
    assert list(errors(lab.post(cells, json={"name": "c", "batch": " "}))) == ["batch"]


def test_measurements_are_named_alike(lab):
    assert lab.measured(name=" M1 ")["name"] == "M1"
    assert lab.initiate("M1").status_code == 409
    assert list(errors(lab.initiate("  "))) == ["measurement.name"]
    assert lab.measured(name="M2", notes=" as written ")["notes"] == " as written "
