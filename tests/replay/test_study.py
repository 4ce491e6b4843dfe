"""`client.study` as the guide shows it."""

import pytest

from ionworks import Ionworks
from ionworks.errors import NotFoundError

pytestmark = pytest.mark.vcr


@pytest.fixture
def client(server, now):
    url, key = server
    with Ionworks(key, url) as plain:
        project = plain.project.create({"name": f"Studies {now}"})
        with Ionworks(key, url, project_id=project.id) as client:
            yield client
        plain.project.delete(project.id)


def test_the_guide_on_studies(client):
    study = client.study.create(
        {
            "name": "1C Discharge Sweep",
            "description": "Comparing discharge curves across temperatures",
        }
    )
    assert [each.name for each in client.study.list()] == ["1C Discharge Sweep"]
    assert [each.id for each in client.study.list(name="discharge")] == [study.id]
    assert len(client.study.list(name_exact="Discharge")) == 0
    assert len(client.study.list(limit=10, offset=0)) == 1
    assert client.study.get(study.id).description == study.description
    renamed = client.study.update(study.id, {"name": "1C Discharge Sweep v2"})
    assert renamed.name == "1C Discharge Sweep v2"
    client.study.delete(study.id)
    with pytest.raises(NotFoundError):
        client.study.get(study.id)


def test_measurements_of_a_study(client):
    spec = client.cell_spec.create({"name": "21700"})
    cell = client.cell_instance.create(spec.id, {"name": "1"})
    weighed = client.cell_measurement.create_properties(cell.id, "Weighing", {"mass": 1})
    study = client.study.create({"name": "Incoming"})
    first = client.study.assign_measurement(study.id, weighed.id)
    again = client.study.assign_measurement(study.id, weighed.id)
    assert first == again
    listed = client.study.list_measurements(study.id)
    assert [each.name for each in listed] == ["Weighing"]
    assert [each.id for each in listed["items"]] == [weighed.id]
    client.study.remove_measurement(study.id, weighed.id)
    assert len(client.study.list_measurements(study.id)) == 0
    assert client.cell_measurement.get(weighed.id).name == "Weighing"
