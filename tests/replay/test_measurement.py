"""Measurements, from frames to storage and back, and what is composed of them."""

import asyncio

import polars as pl
import pytest

from ionworks.errors import MeasurementProcessingError, NotFoundError

pytestmark = pytest.mark.vcr

ROWS = 61
HOUR = [60.0 * minute for minute in range(ROWS)]
DISCHARGE = pl.DataFrame(
    {
        "Time [s]": HOUR,
        "Voltage [V]": [4.2 - 1.2 * t / 3600.0 for t in HOUR],
        "Current [A]": [1.0] * ROWS,
        "Step count": [0] * ROWS,
        "Discharge capacity [A.h]": [t / 3600.0 for t in HOUR],
    }
)
REST = pl.DataFrame(
    {
        "Time [s]": [3600.0, 3660.0, 4200.0],
        "Voltage [V]": [3.0, 3.05, 3.1],
        "Current [A]": [0.0, 0.0, 0.0],
        "Step count": [1, 1, 1],
        "Discharge capacity [A.h]": [0.0, 0.0, 0.0],
    }
)


@pytest.fixture
def cell(client, now):
    project = client.project.create({"name": f"Measurements {now}"})
    spec = client.cell_spec.create({"name": "21700", "project_id": project.id})
    yield client.cell_instance.create(spec.id, {"name": "1"})
    client.project.delete(project.id)


def told(name, **fields):
    return {"measurement": {"name": name, **fields}, "time_series": DISCHARGE}


def test_a_time_series_goes_and_comes_back(client, cell):
    made = client.cell_measurement.create(
        cell.id, told("Discharge", start_time="2024-05-01T10:00:00+02:00", tags=["RPT"])
    )
    assert (made.processing_status, made.tags) == ("ready", ["RPT"])
    assert made.start_time.startswith("2024-05-01T08:00:00")
    series = client.cell_measurement.time_series(made.id)
    assert series.select(DISCHARGE.columns).equals(DISCHARGE)
    steps = client.cell_measurement.steps(made.id)
    assert steps["Step type"].to_list() == ["Constant current discharge"]
    assert steps["Discharge capacity [A.h]"].to_list() == pytest.approx([1.0])
    cycles = client.cell_measurement.cycles(made.id)
    assert cycles["Discharge capacity [A.h]"].to_list() == pytest.approx([1.0])
    both = client.cell_measurement.steps_and_cycles(made.id)
    assert both.steps["Duration [s]"].to_list() == [3600.0]


def test_a_part_of_a_time_series(client, cell):
    made = client.cell_measurement.create(cell.id, told("Discharge"))
    part = client.cell_measurement.time_series(
        made.id, columns=["Time [s]", "Voltage [V]"], row_range=(10, 20), use_cache=False
    )
    assert part.equals(DISCHARGE["Time [s]", "Voltage [V]"].slice(10, 10))


def test_a_running_test_is_extended(client, cell):
    made = client.cell_measurement.create(cell.id, told("Running", start_time="2024-05-01"))
    grown = client.cell_measurement.extend(made.id, REST)
    assert grown.processing_status == "ready"
    series = client.cell_measurement.time_series(made.id)
    assert series.select(DISCHARGE.columns).equals(pl.concat([DISCHARGE, REST]))
    assert client.cell_measurement.steps(made.id)["Step type"].to_list() == [
        "Constant current discharge",
        "Rest",
    ]


def test_the_same_again_is_found(client, cell):
    made = client.cell_measurement.create(cell.id, told("Discharge"))
    assert client.cell_measurement.create_or_get(cell.id, told("Discharge")).id == made.id


def test_what_the_service_refuses_leaves_nothing(client, cell):
    steps = pl.DataFrame({"Step count": [0, 1], "Step type": ["Rest", "Rest"]})
    with pytest.raises(MeasurementProcessingError) as failed:
        client.cell_measurement.create(cell.id, {**told("Discharge"), "steps": steps})
    assert failed.value.measurement_id in failed.value.failures
    assert len(client.cell_measurement.list(cell.id)) == 0


def test_files_keep_their_names(client, cell, tmp_path):
    picture = tmp_path / "anode 1#.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(16))
    made = client.cell_measurement.create_file(cell.id, "Teardown", [str(picture)])
    assert list(client.cell_measurement.list_files(made.id)) == ["anode 1#.png"]
    assert client.cell_measurement.get_file(made.id, "anode 1#.png") == picture.read_bytes()


def test_tags(client, cell):
    made = [client.cell_measurement.create_properties(cell.id, name, {"mass": 1}) for name in "ab"]
    assert client.cell_measurement.add_tags(made, "Formation") == 2
    assert client.cell_measurement.remove_tags(made[0].id, ["FORMATION"]) == 1
    tagged = client.cell_measurement.list(cell.id, tags_any=["formation"])
    assert [each.name for each in tagged] == ["b"]
    usage = client.cell_measurement.list_tags(cell.project_id)
    assert [(each.tag, each.usage_count) for each in usage] == [("Formation", 1)]


def test_everything_of_a_cell_at_once(client, cell):
    client.cell_measurement.create(cell.id, told("Discharge"))
    client.cell_measurement.create_properties(
        cell.id, "Weighing", {"mass": {"value": 68.4, "unit": "g"}}
    )
    detail = client.cell_instance.detail(cell.id)
    by_name = {each.name: each for each in detail.measurements}
    assert by_name["Discharge"].time_series.height == ROWS
    assert by_name["Discharge"].steps.height == 1
    assert by_name["Discharge"].cycles.height == 1
    assert by_name["Weighing"].time_series is None


def test_everything_of_a_cell_at_once_in_async(client, async_client, cell):
    client.cell_measurement.create(cell.id, told("Discharge"))

    async def compose():
        async with async_client as platform:
            return await platform.cell_instance.detail(cell.id, include_time_series=False)

    detail = asyncio.run(compose())
    [measurement] = detail.measurements
    assert measurement.time_series is None
    assert measurement.steps["Discharge capacity [A.h]"].to_list() == pytest.approx([1.0])


def test_a_measurement_is_changed_and_deleted(client, cell):
    made = client.cell_measurement.create(cell.id, told("Discharge"))
    changed = client.cell_measurement.update(made.id, {"notes": "noisy", "tags": ["b", "a", "B"]})
    assert (changed.notes, changed.tags) == ("noisy", ["a", "b"])
    client.cell_measurement.delete(made.id)
    with pytest.raises(NotFoundError):
        client.cell_measurement.time_series(made.id)
