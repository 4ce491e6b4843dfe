"""The examples of the API's description do what they say when they are sent."""

import pytest
from conftest import app_client
from described import BUNDLE, EXAMPLE_IDS, OPERATIONS, learn

from codegen.reach import look_up

ORDER = [
    "projects", "cell_specifications", "cell_batches", "cell_instances", "raw_data",
    "cell_measurements", "studies",
]  # fmt: skip
WITHOUT = {
    "initiate_measurement_extend", "confirm_measurement_extend", "assign_simulation_to_study"
}  # fmt: skip
"""These need a test that runs, and a simulation."""


@pytest.fixture
def client(tmp_path):
    with app_client(tmp_path) as client:
        yield client


def filled(value, ids):
    if isinstance(value, dict):
        return {name: filled(item, ids) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, ids) for item in value]
    return ids[EXAMPLE_IDS[value]][0] if value in EXAMPLE_IDS else value


def bodies(operation):
    content = operation.get("requestBody", {}).get("content", {})
    stated = content.get("application/json", {}).get("examples", {})
    return [look_up(BUNDLE, each)["value"] for each in stated.values()]


def confirmed_first(operation):
    """Order what is made before what is told of it: uploads are begun, then confirmed."""
    name = operation[2]["operationId"]
    begun = name.startswith(("create_", "initiate_")), name.startswith("confirm_")
    return ORDER.index(operation[2]["tags"][0]), begun != (True, False), begun != (False, True)


def upload(client, answer, content):
    for place in answer.json()["uploads"]:
        assert client.put(place["signed_url"], content=content).status_code == 200


def test_every_example_of_a_body_is_taken(client):
    stated = [each for each in OPERATIONS if each[2]["tags"][0] in ORDER and bodies(each[2])]
    ids, begun, sent = {}, {}, set()
    for path, method, operation in sorted(stated, key=confirmed_first):
        name = operation["operationId"]
        if name in WITHOUT:
            continue
        for number, body in enumerate(bodies(operation)):
            named = {kind: each[0] for kind, each in ids.items()}
            if name.startswith("confirm_"):
                named |= {kind: each[number] for kind, each in begun.items() if kind in path}
            address = path.format(**named)
            answer = client.request(method, address, json=filled(body, ids))
            assert answer.status_code in (200, 201), f"{name}: {answer.text}"
            if name.startswith("initiate_"):
                upload(client, answer, bytes(18204))
            learn(begun if name.startswith("initiate_") else ids, operation, answer)
            if name == "confirm_raw_data_upload":
                ids["raw_data_id"] = [answer.json()["id"]]
            sent.add(name)
    assert len(sent) == 21
