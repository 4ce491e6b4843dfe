"""Cell specifications, batches and cells: the seed on cell instances, and what is around it."""

import pytest

from ionworks import Navigator
from ionworks.errors import ConflictError, IonworksError, NotFoundError

pytestmark = pytest.mark.vcr

MEASURED = {
    "cathode": {"loading": {"value": 12.1, "unit": "mg/cm**2"}},
    "anode": {"loading": {"value": 6.4, "unit": "mg/cm**2"}},
}
CELL = {
    "name": "NCM622-GR-001",
    "batch": "BATCH-2024-001",
    "date_manufactured": "2024-01-20",
    "measured_properties": MEASURED,
}


@pytest.fixture
def project(client, now):
    made = client.project.create({"name": f"Cells {now}"})
    yield made.id
    client.project.delete(made.id)


@pytest.fixture
def spec(client, project):
    return client.cell_spec.create(
        {
            "name": "NCM622/Gr 21700",
            "project_id": project,
            "form_factor": "21700",
            "ratings": {"capacity": {"value": 5.0, "unit": "A*h"}},
            "cathode": {"material": {"name": "NCM622"}, "properties": MEASURED["cathode"]},
            "anode": {"material": {"name": "Graphite"}},
        }
    )


def test_the_guide_on_cell_instances(client, spec):
    cell = client.cell_instance.create(spec.id, CELL)
    assert (cell.batch, cell.batch_name) == ("BATCH-2024-001", "BATCH-2024-001")
    assert cell.measured_properties == MEASURED
    assert client.cell_instance.create_or_get(spec.id, {"name": CELL["name"]}).id == cell.id
    assert [each.name for each in client.cell_instance.list(spec.id)] == ["NCM622-GR-001"]
    assert client.cell_instance.get(cell.id).date_manufactured == "2024-01-20"
    moved = client.cell_instance.update(cell.id, {"batch": "BATCH-2024-002"})
    assert moved.batch_name == "BATCH-2024-002"
    assert moved.batch_id != cell.batch_id
    detail = client.cell_instance.detail(cell.id)
    assert client.cell_spec.get(detail.specification_id).name == spec.name
    client.cell_instance.delete(cell.id)
    with pytest.raises(NotFoundError):
        client.cell_instance.get(cell.id)


def test_specifications_with_components(client, project, spec):
    assert spec.ratings == {"capacity": {"value": 5.0, "unit": "A*h"}}
    assert spec.cathode.material.name == "NCM622"
    material = spec.cathode.material_id
    found = client.cell_spec.list(material_id=material, project_id=project)
    assert [each.id for each in found] == [spec.id]
    changed = client.cell_spec.update(spec.id, {"notes": "pilot line"})
    assert (changed.notes, changed.cathode.material_id) == ("pilot line", material)
    with pytest.raises(ConflictError) as taken:
        client.cell_spec.create({"name": spec.name, "project_id": project})
    assert taken.value.existing_id == spec.id
    again = client.cell_spec.create_or_get({"name": spec.name, "project_id": project})
    assert again.id == spec.id


def test_a_unit_that_is_none_is_refused_by_its_place(client, project):
    ratings = {"capacity": {"value": 5.0, "unit": "A.hourz"}}
    with pytest.raises(IonworksError, match=r"ratings\.capacity.*A\.hourz") as refused:
        client.cell_spec.create({"name": "x", "project_id": project, "ratings": ratings})
    assert refused.value.status_code == 422


def test_batches(client, spec):
    batch = client.cell_batch.create(spec.id, {"name": "Pilot", "date_manufactured": "2024-01-20"})
    assert client.cell_batch.create_or_get(spec.id, {"name": "PILOT"}).id == batch.id
    cell = client.cell_instance.create(spec.id, {"name": "1", "batch": "pilot"})
    assert cell.batch_id == batch.id
    assert client.cell_batch.get(batch.id).instance_count == 1
    within = client.cell_instance.list(spec.id, batch_id=batch.id)
    assert [each.id for each in within] == [cell.id]
    client.cell_batch.delete(batch.id)
    assert client.cell_instance.get(cell.id).batch is None


def test_a_cell_is_found_by_names(client, project, spec):
    cell = client.cell_instance.create(spec.id, {"name": "1"})
    weighed = client.cell_measurement.create_properties(
        cell.id, "Weighing", {"mass": {"value": 68.4, "unit": "g"}}, tags="incoming"
    )
    assert weighed.tags == ["incoming"]
    named = client.resolve_measurement(spec.name, "1", "Weighing", project_id=project)
    assert named.id == weighed.id
    navigator = Navigator(client, project_id=project)
    assert [each.name for each in navigator.instances(spec.name)] == ["1"]
    hits = client.search.query("NCM622", project_id=project, entity_types="cell_specification")
    assert [each.id for each in hits] == [spec.id]


def test_the_schema_of_cell_data(client):
    schema = client.schema("data")
    assert {"cell_specification", "cell_instance", "time_series"} <= schema["properties"].keys()
