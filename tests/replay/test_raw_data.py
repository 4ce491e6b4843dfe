"""`client.raw_data`: files as instruments wrote them."""

import pytest

from ionworks.errors import NotFoundError

pytestmark = pytest.mark.vcr


@pytest.fixture
def project(client, now):
    made = client.project.create({"name": f"Raw data {now}"})
    yield made.id
    client.project.delete(made.id)


def test_a_file_is_kept_attached_and_fetched(client, project, tmp_path):
    export = tmp_path / "formation.csv"
    export.write_bytes(b"t,V\r\n0,4.2\r\n")
    raw = client.raw_data.upload(project, export, source="maccor", metadata={"channel": 3})
    assert (raw.filename, raw.size_bytes, raw.content_type) == ("formation.csv", 12, "text/csv")
    spec = client.cell_spec.create({"name": "21700", "project_id": project})
    cell = client.cell_instance.create(spec.id, {"name": "1"})
    weighed = client.cell_measurement.create_properties(cell.id, "Weighing", {"mass": 1})
    client.cell_measurement.attach_raw_data(weighed.id, [raw.id])
    assert [each.id for each in client.cell_measurement.list_raw_data(weighed.id)] == [raw.id]
    assert list(client.raw_data.list_measurements(raw.id)) == [weighed.id]
    assert client.raw_data.download(raw.id) == export.read_bytes()
    client.cell_measurement.detach_raw_data(weighed.id, raw.id)
    assert len(client.raw_data.list_measurements(raw.id)) == 0
    client.raw_data.delete(raw.id)
    with pytest.raises(NotFoundError):
        client.raw_data.get(raw.id)


def test_what_is_told_changes_and_the_file_does_not(client, project, tmp_path):
    export = tmp_path / "formation.csv"
    export.write_bytes(b"t,V\r\n0,4.2\r\n")
    raw = client.raw_data.upload(project, export, name="Export", source="maccor")
    changed = client.raw_data.update(raw.id, name="Formation", source="", metadata={"a": 1})
    assert (changed.name, changed.source, changed.metadata) == ("Formation", None, {"a": 1})
    assert [each.name for each in client.raw_data.list(project)] == ["Formation"]
    assert client.raw_data.download(raw.id, use_cache=False) == export.read_bytes()
