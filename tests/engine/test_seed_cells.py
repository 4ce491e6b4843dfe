"""The documented calls on cell instances and studies, word for word, against the local engine."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import polars as pl
import pytest

from ionworks import AsyncIonworks, AsyncNavigator, Ionworks, Navigator, errors

PROTOCOL = "steps: [{Discharge: {mode: C-rate, value: 1, ends: [Voltage < 2.5]}}]"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def client(store):
    with Ionworks.local(store) as client:
        yield client


@pytest.fixture
def cell_spec(client, request):
    data = {
        "name": f"NMC622-GR {request.node.name}",
        "form_factor": "pouch",
        "ratings": {"capacity": {"value": 2.5, "unit": "A*h"}},
        "anode": {"material": {"name": "Graphite"}},
        "cathode": {"material": {"name": "NMC622"}},
    }
    cell_spec = client.cell_spec.create_or_get(data)
    yield cell_spec
    client.cell_spec.delete(cell_spec.id)


@pytest.fixture
def cell_instance(client, cell_spec):
    return client.cell_instance.create(cell_spec.id, {"name": "NMC622-GR-001"})


def discharge(rows=40):
    """A discharge at 1 A, the voltage falling with the charge."""
    time = np.linspace(0.0, 3600.0, rows)
    voltage = 4.1 - 1.2 * time / 3600.0
    return pl.DataFrame(
        {
            "Time [s]": time,
            "Current [A]": np.ones(rows),
            "Voltage [V]": voltage,
            "Step count": np.zeros(rows, dtype=int),
        }
    )


def measure(client, cell, name="RPT"):
    return client.cell_measurement.create(
        cell.id, {"measurement": {"name": name}, "time_series": discharge()}
    )


class TestCellInstances:
    def test_creating(self, client, cell_spec, capsys):
        cell_instance = client.cell_instance.create(
            cell_spec.id,
            {
                "name": "NMC622-GR-001",
                "batch": "BATCH-2024-001",
                "date_manufactured": "2024-01-20",
                "measured_properties": {
                    "cathode": {"loading": {"value": 12.1, "unit": "mg/cm**2"}},
                    "anode": {"loading": {"value": 6.4, "unit": "mg/cm**2"}},
                },
            },
        )
        print(cell_instance.id)
        assert capsys.readouterr().out == f"{client.cell_instance.get(cell_instance).id}\n"
        assert cell_instance.batch == cell_instance.batch_name == "BATCH-2024-001"
        assert client.cell_batch.get(cell_instance.batch_id).instance_count == 1
        assert cell_instance.date_manufactured == "2024-01-20"
        loading = cell_instance.measured_properties["cathode"]["loading"]
        assert loading == {"value": 12.1, "unit": "mg/cm**2"}

    def test_creating_or_getting(self, client, cell_spec):
        cell_instance = client.cell_instance.create_or_get(cell_spec.id, {
            "name": "NMC622-GR-001",
            # ...
        })  # fmt: skip
        again = client.cell_instance.create_or_get(cell_spec.id, {"name": "NMC622-GR-001"})
        assert again.id == cell_instance.id
        with pytest.raises(errors.ConflictError) as conflict:
            client.cell_instance.create(cell_spec.id, {"name": "NMC622-GR-001"})
        assert conflict.value.existing_id == cell_instance.id

    def test_listing(self, client, cell_spec, cell_instance, capsys):
        instances = client.cell_instance.list(cell_spec.id)
        for inst in instances:
            print(inst.name)
        assert capsys.readouterr().out == f"{cell_instance.name}\n"

    def test_retrieving(self, client, cell_instance):
        instance_id = cell_instance.id
        instance = client.cell_instance.get(instance_id)
        assert instance == cell_instance

    def test_full_details(self, client, cell_spec, cell_instance):
        instance_id = cell_instance.id
        measure(client, cell_instance)
        detail = client.cell_instance.detail(instance_id)
        # specification_id is a foreign key — fetch the full
        # spec if needed:
        spec = client.cell_spec.get(detail.specification_id)
        assert (spec.id, detail.instance.id) == (cell_spec.id, instance_id)
        (measured,) = detail.measurements
        assert measured.time_series["Voltage [V]"][0] == 4.1
        assert len(measured.steps) == len(measured.cycles) == 1

        # Skip time series for a faster response:
        detail = client.cell_instance.detail(
            instance_id, include_time_series=False
        )  # fmt: skip
        assert detail.measurements[0].time_series is None
        assert len(detail.measurements[0].steps) == 1

    def test_listing_with_measurements(self, client, cell_spec, cell_instance, capsys):
        measure(client, cell_instance, "RPT")
        measure(client, cell_instance, "Aging")
        instances = client.cell_instance.list(cell_spec.id)
        for inst in instances:
            measurements = client.cell_measurement.list(inst.id)
            print(f"{inst.name}: {len(measurements)} measurements")
        assert capsys.readouterr().out == "NMC622-GR-001: 2 measurements\n"

    def test_updating(self, client, cell_instance):
        instance_id = cell_instance.id
        updated = client.cell_instance.update(instance_id, {
            "batch": "BATCH-2024-002",
        })  # fmt: skip
        assert (updated.batch, updated.name) == ("BATCH-2024-002", cell_instance.name)
        assert client.cell_instance.update(instance_id, {"batch": None}).batch_id is None

    def test_deleting(self, client, cell_instance):
        instance_id = cell_instance.id
        measurement = measure(client, cell_instance)
        client.cell_instance.delete(instance_id)
        for gone in (
            lambda: client.cell_instance.get(instance_id),
            lambda: client.cell_measurement.get(measurement.id),
        ):
            with pytest.raises(errors.NotFoundError):
                gone()


class TestBatches:
    def test_a_deleted_batch_leaves_its_cells(self, client, cell_spec):
        cell = client.cell_instance.create(cell_spec.id, {"name": "n", "batch": "Week 3"})
        found = client.cell_instance.list(cell_spec.id, batch_id=cell.batch_id)
        assert [each.id for each in found] == [cell.id]
        client.cell_batch.delete(cell.batch_id)
        cell = client.cell_instance.get(cell.id)
        assert (cell.batch, cell.batch_name, cell.batch_id) == (None, None, None)

    def test_a_batch_is_found_in_any_case(self, client, cell_spec):
        batch = client.cell_batch.create(cell_spec.id, {"name": "Groß 3"})
        cell = client.cell_instance.create(cell_spec.id, {"name": "n", "batch": "GROSS 3"})
        assert cell.batch_id == batch.id
        assert client.cell_batch.create_or_get(cell_spec.id, {"name": "gross 3"}).id == batch.id
        assert client.cell_batch.list(cell_spec.id)["total"] == 1

    def test_eight_at_once_make_one(self, client, cell_spec):
        def make(_):
            data = {"name": "raced", "batch": "raced", "notes": "n"}
            return client.cell_instance.create_or_get(cell_spec.id, data).id

        with ThreadPoolExecutor(8) as threads:
            assert len(set(threads.map(make, range(16)))) == 1
        assert client.cell_instance.list(cell_spec.id)["total"] == 1
        assert client.cell_batch.list(cell_spec.id)["items"][0].instance_count == 1

    def test_what_exists_with_other_ratings_is_said(self, client, cell_spec):
        data = {"name": cell_spec.name, "ratings": {"capacity": {"value": 5.0, "unit": "A*h"}}}
        with pytest.warns(UserWarning, match=r"ratings\.capacity\.value is 2\.5, not 5\.0"):
            assert client.cell_spec.create_or_get(data).id == cell_spec.id


class TestStudies:
    def test_listing(self, client, capsys):
        client.project.create_or_get({"name": "Other"})
        other = client.project.list(name_exact="Other")[0].id
        study = client.study.create_or_get({"name": "Discharge at 1C"})

        # Uses the default project from the client
        studies = client.study.list()
        for study in studies:
            print(f"{study.name} (ID: {study.id})")
        assert capsys.readouterr().out == f"Discharge at 1C (ID: {study.id})\n"

        # Filter by name
        studies = client.study.list(name="Discharge")
        assert [found.id for found in studies] == [study.id]

        # Paginate results
        studies = client.study.list(limit=10, offset=0)
        assert (len(studies), studies.total) == (1, 1)

        # Override the project for a single call
        studies = client.study.list(project_id=other)
        assert list(studies) == []
        with pytest.raises(errors.NotFoundError):
            client.study.get(study.id, project_id=other)
        client.study.delete(study.id)

    def test_a_life(self, client):
        study = client.study.create({
            "name": "1C Discharge Sweep",
            "description": "Comparing discharge curves across temperatures",
        })  # fmt: skip
        assert client.study.get(study.id) == study
        study = client.study.update(study.id, {
            "name": "1C Discharge Sweep v2",
        })  # fmt: skip
        assert study.name == "1C Discharge Sweep v2"
        assert study.description == "Comparing discharge curves across temperatures"
        assert client.study.create_or_get({"name": study.name}).id == study.id
        client.study.delete(study.id)
        with pytest.raises(errors.NotFoundError):
            client.study.get(study.id)

    def test_measurements(self, client, cell_instance):
        study = client.study.create({"name": "Measured"})
        measurement = measure(client, cell_instance)
        first = client.study.assign_measurement(study.id, measurement.id)
        again = client.study.assign_measurement(study.id, measurement.id)
        assert first.id == again.id
        measurements = client.study.list_measurements(study.id)
        assert [found.id for found in measurements["items"]] == [measurement.id]
        assert measurements["items"][0]["name"] == "RPT"
        assert (measurements["total"], measurements["count"], len(measurements)) == (1, 1, 1)
        client.study.remove_measurement(study.id, measurement.id)
        assert client.study.list_measurements(study.id)["items"] == []
        assert client.cell_measurement.get(measurement.id).name == "RPT"
        client.study.delete(study.id)

    def test_simulations(self, client):
        study = client.study.create({"name": "Simulated"})
        response = client.simulation.protocol(
            {
                "parameterized_model": "system-chen2020-spm",
                "protocol_experiment": {"protocol": PROTOCOL, "name": "1C"},
            }
        )
        client.study.assign_simulation(study.id, response.simulation_id)
        client.study.assign_simulation(study.id, response)
        found = client.study.list_simulations(study.id)
        assert [item["id"] for item in found["items"]] == [response.simulation_id]
        assert client.study.get(study.id).simulation_count == found["total"] == 1
        client.study.remove_simulation(study.id, response.simulation_id)
        assert len(client.study.list_simulations(study.id)) == 0
        client.study.delete(study.id)
        assert client.simulation.get(response.simulation_id).id == response.simulation_id


class TestFilters:
    @pytest.fixture
    def cells(self, client, cell_spec):
        names = ["50% SOC", "50a SOC", "x_1", "xa1", "back\\slash", "eq.1", "Ärger"]
        for name in names:
            client.cell_instance.create(cell_spec.id, {"name": name})
        return cell_spec.id

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("50%", ["50% SOC"]),
            ("x_1", ["x_1"]),
            ("\\", ["back\\slash"]),
            ("K\\S", ["back\\slash"]),
            ("soc", ["50% SOC", "50a SOC"]),
            ("q.1", ["eq.1"]),
            ("rger", ["Ärger"]),
            ("äRGER", ["Ärger"]),
        ],
    )
    def test_names_are_plain_text(self, client, cells, typed, found):
        listed = client.cell_instance.list(cells, name=typed, order_by="name", order="asc")
        assert [cell.name for cell in listed] == found

    def test_whole_names(self, client, cells):
        for name in ("50% SOC", "eq.1", "back\\slash"):
            assert [c.name for c in client.cell_instance.list(cells, name_exact=name)] == [name]
        assert len(client.cell_instance.list(cells, name_exact="X_1")) == 0

    def test_operators(self, client, cells):
        listed = client.cell_instance.list(
            cells, filters={"name": "in.(x_1,xa1)"}, order_by="name", order="asc"
        )
        assert [cell.name for cell in listed] == ["x_1", "xa1"]
        assert len(client.cell_instance.list(cells, filters={"batch_id": "is.null"})) == 7
        assert len(client.cell_instance.list(cells, filters={"name": "not.like.x%"})) == 5

    def test_times_are_inclusive(self, client, cells):
        made = [cell.created_at for cell in client.cell_instance.list(cells, order="asc")]
        assert len(client.cell_instance.list(cells, created_after=made[2])) == 5
        assert len(client.cell_instance.list(cells, created_before=pd.Timestamp(made[2]))) == 3

    def test_many_pages(self, client, cell_spec):
        for number in range(105):
            client.cell_instance.create(cell_spec.id, {"name": f"cell {number:03}"})
        cells = client.cell_instance.list(cell_spec.id, order_by="name", order="asc")
        assert (len(cells), cells[104].name, cells["total"]) == (105, "cell 104", 105)
        navigator = Navigator(client, page_size=50)
        assert [cell.name for cell in navigator.instances(cell_spec.name)][-1] == "cell 104"


class TestSpecifications:
    def test_what_shares_a_material(self, client, cell_spec):
        other = client.cell_spec.create(
            {"name": "Coin", "anode": {"material": {"name": "Graphite"}}}
        )
        assert [spec.id for spec in client.cell_spec.related_specs(cell_spec.id)] == [other.id]
        assert len(client.cell_spec.related_specs(cell_spec.id, slots="cathode")) == 0
        (full,) = client.cell_spec.list(True, name_exact="Coin", filters={"form_factor": "is.null"})
        assert full.anode.material.name == "Graphite"
        listed = client.cell_spec.list(material_id=[full.anode.material_id])
        assert {spec.id for spec in listed} == {cell_spec.id, other.id}
        client.cell_spec.delete(other.id)

    def test_a_batch_of_another_specification(self, client, cell_spec, cell_instance):
        other = client.cell_spec.create({"name": "Coin"})
        batch = client.cell_batch.create(other.id, {"name": "B"})
        with pytest.raises(errors.ValidationError, match="batch"):
            client.cell_instance.update(cell_instance.id, {"batch_id": batch.id})
        assert client.cell_batch.create_or_get(other.id, {"name": "b"}).id == batch.id
        client.cell_spec.delete(other.id)
        assert client.cell_spec.get(cell_spec.id).name == cell_spec.name

    def test_a_unit_that_is_none(self, client, cell_spec):
        with pytest.raises(errors.ValidationError, match="mgg"):
            client.cell_instance.create(
                cell_spec.id,
                {
                    "name": "n",
                    "batch": "New",
                    "measured_properties": {"cell": {"mass": {"value": 1, "unit": "mgg"}}},
                },
            )
        assert client.cell_batch.list(cell_spec.id)["total"] == 0


def a_measured_cell(client, name):
    spec = client.cell_spec.create_or_get({"name": f"Walked {name}"})
    cell = client.cell_instance.create_or_get(spec.id, {"name": "Cell 1"})
    return spec, cell, measure(client, cell)


class TestByName:
    @pytest.fixture(params=["local", "remote"])
    def address(self, store, request):
        return (
            {"api_url": f"local:{store}"}
            if request.param == "local"
            else {
                "api_key": "k",
                "api_url": request.getfixturevalue("engine_url"),
            }
        )

    @pytest.mark.parametrize("kind", [pl.DataFrame, pd.DataFrame])
    def test_a_way_by_name(self, address, kind, request):
        backend = kind.__module__.partition(".")[0]
        with Ionworks(**address) as client:
            project = client.project.list(order_by="created_at", order="asc")[0].id
        with Ionworks(**address, project_id=project, dataframe_backend=backend) as client:
            spec, cell, measurement = a_measured_cell(client, request.node.name)
            navigator = Navigator(client)
            assert navigator.specs()[spec.name].id == spec.id
            assert [found.id for found in navigator.instances(spec.name)] == [cell.id]
            assert [found.id for found in navigator.measurements(cell.id)] == [measurement.id]
            series, steps = navigator.time_series(measurement), navigator.steps(measurement.id)
            assert isinstance(series, kind)
            assert isinstance(steps, kind)
            assert list(series["Voltage [V]"]) == discharge()["Voltage [V]"].to_list()
            assert len(steps) == 1
            client.cell_spec.delete(spec.id)

    def test_the_asynchronous_way(self, store):
        async def walk():
            async with AsyncIonworks(api_url=f"local:{store}") as client:
                spec = await client.cell_spec.create_or_get({"name": "Walked later"})
                for name in ("b", "a"):
                    await client.cell_instance.create_or_get(spec.id, {"name": name})
                navigator = AsyncNavigator(client, page_size=1)
                cells = await navigator.instances("Walked later")
                empty = await (await client.study.list()).all()
                with pytest.raises(errors.NotFoundError, match="measurement 'RPT' of 'a'"):
                    await client.resolve_measurement("Walked later", "a", "RPT")
                await client.cell_spec.delete(spec.id)
                return [cell.name for cell in cells], empty

        assert asyncio.run(walk()) == (["a", "b"], [])

    def test_a_measurement_has_two_names(self, client):
        assert client.measurement is client.cell_measurement
        assert type(client.raw_data).__name__ == "RawDataClient"

    def test_names_lead_to_a_measurement(self, client, cell_spec, cell_instance):
        measurement = measure(client, cell_instance)
        names = (cell_spec.name, cell_instance.name, "RPT")
        assert client.resolve_measurement(*names).id == measurement.id
        with pytest.raises(errors.NotFoundError, match="measurement 'RPT 2'"):
            client.resolve_measurement(*names[:2], "RPT 2")

    def test_searching(self, client, cell_spec, cell_instance):
        found = client.search.query("nmc622-gr-001", entity_types="cell_instance")
        assert [result.id for result in found.results] == [cell_instance.id]
        kinds = {result.entity_type for result in client.search.query("nmc622").results}
        assert {"cell_specification", "cell_instance"} <= kinds
        assert client.search.query(cell_spec.name).results[0].id == cell_spec.id
