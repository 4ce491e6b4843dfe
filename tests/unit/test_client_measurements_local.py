"""Measurements against the engine in this process: uploaded, read, drawn, and whole or absent."""

import asyncio
import copy
import pickle
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import polars as pl
import pytest
from matplotlib import pyplot

from ionworks import AsyncIonworks, Ionworks, errors
from ionworks.measurements.checks import NewMeasurement
from ionworks.results import CellInstanceDetail, CellMeasurement, CellMeasurementDetail
from tests.unit.cycler_exports import csv, maccor
from tests.unit.stub import client_of

mpl.use("Agg")


def series(steps=4, rows=50, start=0.0):
    """Discharge, rest, charge, rest and so on, with a voltage that tells which is which."""
    count = steps * rows
    step = np.arange(count) // rows
    current = np.array([1.0, 0.0, -1.0, 0.0])[step % 4]
    moved = np.cumsum(current) * 10 / 3600
    return pl.DataFrame(
        {
            "Time [s]": start + 10.0 * np.arange(count),
            "Voltage [V]": 3.8 - 0.2 * moved - 0.05 * current,
            "Current [A]": current,
            "Step count": step,
            "Cycle count": step // 4,
        }
    )


def data(name="RPT", frame=None, **record):
    return {
        "measurement": {"name": name, **record},
        "time_series": series() if frame is None else frame,
    }


@pytest.fixture(autouse=True)
def figures():
    yield
    pyplot.close("all")


@pytest.fixture(scope="module", params=["sync", "async"])
def client(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    with client_of(request.param, None, f"local:{folder}") as client:
        yield client


@pytest.fixture
def cell(client, request):
    spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
    name = request.node.name
    return client.cell_instance.create(spec.id, {"name": name}).id


class TestRoundTrip:
    @pytest.mark.parametrize("kind", ["polars", "pandas", "dict"])
    def test_what_was_sent_is_what_is_read(self, client, cell, kind):
        frame = series()
        given = {"polars": frame, "pandas": frame.to_pandas(), "dict": frame.to_dict()}[kind]
        made = client.cell_measurement.create(cell, data(frame=given, tags="RPT"))
        assert (made.processing_status, made.tags) == ("ready", ["RPT"])
        assert client.cell_measurement.time_series(made.id).equals(frame)

    def test_steps_and_cycles_are_the_same_by_every_way(self, client, cell):
        made = client.cell_measurement.create(cell, data(frame=series(steps=8)))
        detail = client.cell_measurement.detail(made.id)
        both = client.cell_measurement.steps_and_cycles(made.id)
        whole = client.cell_instance.detail(cell).measurements[0]
        for steps in (
            detail.steps,
            both.steps,
            whole.steps,
            client.cell_measurement.steps(made.id),
        ):
            assert steps.equals(detail.steps, null_equal=True)
            assert steps.schema == detail.steps.schema
        assert client.cell_measurement.cycles(made.id).equals(both.cycles)
        moved = 49 * 10 / 3600
        np.testing.assert_allclose(detail.steps["Discharge capacity [A.h]"][0], moved)
        np.testing.assert_allclose(detail.cycles["Charge capacity [A.h]"], [moved] * 2)

    def test_a_part_is_what_it_would_be_of_the_whole(self, client, cell):
        made = client.cell_measurement.create(cell, data())
        part = client.cell_measurement.time_series(
            made.id, columns=["Voltage [V]", "Time [s]"], time_range=(100.0, 200.0)
        )
        whole = series().filter(pl.col("Time [s]").is_between(100.0, 200.0))
        assert part.equals(whole.select("Voltage [V]", "Time [s]"))
        rows = client.cell_measurement.time_series(made.id, row_range=(5, 9))
        assert rows.equals(series()[5:9])
        assert len(client.cell_measurement.time_series(made.id, max_points=20)) <= 20
        with pytest.raises(ValueError, match=r"Voltage \[V\]"):
            client.cell_measurement.time_series(made.id, columns=["Voltage[V]"])

    def test_an_extension_is_added(self, client, cell):
        made = client.cell_measurement.create(cell, data())
        later = series(start=5000.0).with_columns(pl.col("Step count") + 4)
        extended = client.cell_measurement.extend(made.id, later)
        assert extended.processing_status == "ready"
        assert client.cell_measurement.time_series(made.id).equals(pl.concat([series(), later]))
        with pytest.raises(errors.MeasurementProcessingError, match=r"Time|Step"):
            client.cell_measurement.extend(made.id, later)
        assert len(client.cell_measurement.time_series(made.id)) == 400

    def test_files_come_back_by_name(self, client, cell, tmp_path):
        contents = {"a b#1?.txt": b"one", "ü.bin": b"\0\1"}
        for name, content in contents.items():
            (tmp_path / name).write_bytes(content)
        made = client.cell_measurement.create_file(
            cell, "F", [tmp_path / name for name in contents]
        )
        assert client.cell_measurement.list_files(made.id) == list(contents)
        assert client.cell_measurement.download_files(made.id) == contents
        assert client.cell_measurement.download_files(made.id, filenames="ü.bin") == {
            "ü.bin": b"\0\1"
        }
        assert client.cell_measurement.detail(made.id).files == contents


class TestWholeOrAbsent:
    def test_what_the_server_refuses_is_removed_and_its_name_is_free(self, client, cell):
        bad_steps = pl.DataFrame({"Step count": [0]})
        with pytest.raises(errors.MeasurementProcessingError, match="steps"):
            client.cell_measurement.create(cell, {**data(), "steps": bad_steps})
        assert len(client.cell_measurement.list(cell)) == 0
        assert client.cell_measurement.create(cell, data()).processing_status == "ready"

    def test_a_name_is_taken_once(self, client, cell):
        first = client.cell_measurement.create_or_get(cell, data())
        assert client.cell_measurement.create_or_get(cell, data()).id == first.id
        with pytest.raises(errors.ConflictError) as caught:
            client.cell_measurement.create(cell, data())
        assert caught.value.existing_id == first.id

    def test_an_export_is_kept_beside_what_was_read_of_it(self, client, cell, tmp_path):
        path = tmp_path / "RPT 3.txt"
        path.write_text(maccor())
        made = client.cell_measurement.create_from_file(cell, path)
        assert (made.name, made.test_setup["cycler"]) == ("RPT 3", "Maccor")
        assert "Read from RPT 3.txt as maccor" in made.notes
        (raw,) = client.cell_measurement.list_raw_data(made.id, limit=5)
        assert client.raw_data.download(raw.id) == path.read_bytes()
        steps = client.cell_measurement.steps(made.id)
        assert steps["Step type"].to_list() == [
            "Constant current discharge",
            "Rest",
            "Constant current charge",
        ]

    def test_an_export_whose_file_cannot_be_kept_leaves_nothing(
        self, client, cell, tmp_path, monkeypatch
    ):
        def full(*_, **__):
            raise errors.ServerError("no room", 507)

        for colour in ("_sync", "_async"):
            target = f"ionworks.{colour}.cell_measurement_links.{{}}MeasurementLinks"
            kind = target.format("" if colour == "_sync" else "Async")
            monkeypatch.setattr(f"{kind}.attach_raw_data", full)
        path = tmp_path / "RPT.csv"
        path.write_text(csv())
        before = client.raw_data.list(limit=1000).total
        with pytest.raises(errors.ServerError, match="no room"):
            client.cell_measurement.create_from_file(cell, path)
        assert len(client.cell_measurement.list(cell)) == 0
        assert client.raw_data.list(limit=1000).total == before

    def test_an_export_that_cannot_be_processed_leaves_nothing(
        self, client, cell, tmp_path, monkeypatch
    ):
        whole = NewMeasurement.of
        one_step = pl.DataFrame({"Step count": [0]})
        monkeypatch.setattr(
            NewMeasurement, "of", lambda *given: replace(whole(*given), steps=one_step)
        )
        path = tmp_path / "RPT.csv"
        path.write_text(csv())
        before = client.raw_data.list(limit=1000).total
        with pytest.raises(errors.MeasurementProcessingError, match="steps"):
            client.cell_measurement.create_from_file(cell, path)
        assert len(client.cell_measurement.list(cell)) == 0
        assert client.raw_data.list(limit=1000).total == before


class TestRecords:
    def test_properties_are_kept(self, client, cell):
        mass = {"mass": {"value": 68.4, "unit": "g"}}
        made = client.cell_measurement.create_properties(cell, "Weighing", mass, tags="incoming")
        assert made.properties == mass
        assert client.cell_measurement.get(made.id).to_dict() == made.to_dict()
        with pytest.raises(ValueError, match="no time series"):
            made.plot()

    def test_tags_are_words_not_letters(self, client, cell):
        made = client.cell_measurement.create_properties(cell, "W", {"a": 1})
        assert client.cell_measurement.add_tags(made.id, "aging") == 1
        assert client.cell_measurement.add_tags([made], ("AGING", "RPT")) == 1
        assert client.cell_measurement.get(made.id).tags == ["aging", "RPT"]
        assert client.cell_measurement.remove_tags(made, "rpt") == 1
        found = client.cell_measurement.list(cell, limit=5, tags_any="Aging")
        assert [one.tags for one in found] == [["aging"]]

    def test_a_record_changes_and_goes(self, client, cell):
        made = client.cell_measurement.create_properties(cell, "W", {"a": 1}, notes="old")
        changed = client.cell_measurement.update(made.id, {"notes": None, "tags": "new"})
        assert (changed.notes, changed.tags) == (None, ["new"])
        with pytest.raises(ValueError, match="did you mean notes"):
            client.cell_measurement.update(made.id, {"note": "x"})
        client.cell_measurement.watch(made.id)
        client.cell_measurement.unwatch(made.id)
        client.cell_measurement.delete(made.id)
        with pytest.raises(errors.NotFoundError):
            client.cell_measurement.get(made.id)


class TestObjects:
    def test_they_are_short_and_survive_copies(self, client, cell):
        client.cell_measurement.create(cell, data())
        detail = client.cell_instance.detail(cell)
        one = detail.measurements[0]
        assert "time_series=<200 rows, 5 columns>" in repr(one)
        assert len(repr(one)) < 300
        assert "measurements=<1>" in repr(detail)
        again = pickle.loads(pickle.dumps(one))
        assert isinstance(again, CellMeasurementDetail)
        assert again.time_series.equals(one.time_series)
        assert copy.copy(one).to_dict() == one.to_dict()

    def test_tables_show_in_a_notebook(self, client, cell):
        made = client.cell_measurement.create(cell, data())
        both = client.cell_measurement.steps_and_cycles(made.id)
        html = both._repr_html_()
        assert html.startswith("<p>Steps</p>")
        assert html.count("<table") == 2
        assert "Discharge capacity [A.h]" in html

    def test_without_a_client_there_is_nothing_to_draw(self):
        plain = CellMeasurement.from_dict({"id": "m", "name": "M", "cell_instance_id": "c"})
        with pytest.raises(ValueError, match="not read through a client"):
            plain.plot()
        with pytest.raises(AttributeError, match="no 'shelf'"):
            _ = plain.shelf


class TestPictures:
    def test_axes_have_names_and_units(self, client, cell):
        client.cell_measurement.create(cell, data(frame=series(steps=8)))
        axes = client.cell_instance.detail(cell).plot()
        labels = [(one.get_xlabel(), one.get_ylabel()) for one in axes]
        assert labels == [
            ("Time [min]", "Voltage [V]"),
            ("Time [min]", "Current [A]"),
            ("Cycle count", "Capacity [A.h]"),
        ]
        times, volts = axes[0].lines[0].get_data()
        np.testing.assert_allclose(times, series(steps=8)["Time [s]"] / 60)
        np.testing.assert_allclose(volts, series(steps=8)["Voltage [V]"])

    def test_what_was_drawn_on_is_returned(self, client, cell):
        client.cell_measurement.create(cell, data())
        detail = client.cell_instance.detail(cell, include_cycles=False)
        _, given = pyplot.subplots(2)
        assert detail.plot(given) == list(given)
        with pytest.raises(ValueError, match="2 pictures"):
            detail.plot(given[0])
        with pytest.raises(ValueError, match="nothing to draw"):
            client.cell_instance.detail(
                cell, include_cycles=False, include_time_series=False
            ).plot()

    def test_an_impedance_is_a_nyquist_plot(self, client, cell):
        spectrum = pl.DataFrame(
            {
                "Frequency [Hz]": [1000.0, 100.0, 10.0, 1.0],
                "Z_Re [Ohm]": [0.01, 0.012, 0.018, 0.02],
                "Z_Im [Ohm]": [-0.001, -0.004, -0.005, -0.001],
                "Step count": [0, 0, 0, 0],
            }
        )
        made = client.cell_measurement.create(cell, data(frame=spectrum, data_type="eis"))
        (axes,) = client.cell_measurement.detail(made.id, include_cycles=False).plot()
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("Z_Re [Ohm]", "-Z_Im [Ohm]")
        assert axes.lines[0].get_ydata().min() > 0


def offline(number, **parts):
    record = CellMeasurement.from_dict(
        {
            "id": f"id{number}",
            "name": f"M{number}",
            "cell_instance_id": "c",
            "start_time": f"2026-01-{28 - number:02}T00:00:00Z",
        }
    )
    return CellMeasurementDetail.holding(record, parts)


def test_an_open_circuit_voltage_is_drawn_over_its_charge():
    curve = pl.DataFrame({"SOC": [0.0, 0.5, 1.0], "Voltage [V]": [3.0, 3.6, 4.2]})
    (axes,) = offline(1, time_series=curve).plot()
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("SOC", "Voltage [V]")


@pytest.mark.parametrize("backend", ["polars", "pandas"])
def test_many_measurements_go_from_dark_to_light_in_time(backend):
    frame = series() if backend == "polars" else series().to_pandas()
    cell = CellInstanceDetail(None, "s", [offline(n, time_series=frame) for n in range(12)])
    voltage, current = cell.plot()
    brightness = [sum(line.get_color()[:3]) for line in voltage.lines]
    assert brightness == sorted(brightness, reverse=True)
    assert voltage.get_legend() is None
    assert len(current.lines) == 12


def test_many_measurements_are_named_beside_their_colours():
    many = [offline(n, time_series=series()) for n in range(25)]
    many[3].name = "a very long name of a measurement"
    voltage, _ = CellInstanceDetail(None, "s", many).plot()
    (bar,) = [one for one in voltage.figure.axes if one.get_label() == "<colorbar>"][:1]
    voltage.figure.canvas.draw()
    named = {
        text.get_text(): place
        for text, place in zip(bar.get_yticklabels(), bar.get_yticks(), strict=True)
    }
    # M24 is the first in time, M0 the last.
    assert next(iter(named)) == "M24"
    assert [*named][-1] == "M0"
    assert "a very long name of a m…" in named
    colormap = mpl.colormaps["viridis"]
    for name, place in named.items():
        line = voltage.lines[3 if name.startswith("a") else int(name[1:])]
        assert line.get_color() == colormap(place / 24)


def test_a_few_measurements_with_many_lines_have_a_legend():
    cycles = {"Cycle count": [0], "Discharge capacity [A.h]": [1], "Charge capacity [A.h]": [1]}
    few = [offline(n, cycles=pl.DataFrame(cycles)) for n in range(8)]
    (axes,) = CellInstanceDetail(None, "s", few).plot()
    assert len(axes.get_legend().get_texts()) == len(axes.lines) == 16


@pytest.mark.parametrize("counts", [[0], [3], [0, 1], [0, 1, 2]])
def test_cycles_are_counted_in_whole_numbers(counts):
    cycles = {"Cycle count": counts, "Discharge capacity [A.h]": [1.0] * len(counts)}
    (axes,) = offline(1, cycles=pl.DataFrame(cycles)).plot()
    axes.figure.canvas.draw()
    ticks = axes.get_xticks()
    assert all(tick == round(tick) for tick in ticks)
    assert set(counts) <= set(ticks)


def test_a_record_draws_itself_in_both_colours(tmp_path):
    async def later(cell):
        async with AsyncIonworks(None, f"local:{tmp_path}") as client:
            (measurement,) = await client.cell_measurement.list(cell, limit=1)
            return await measurement.plot()

    with Ionworks(None, f"local:{tmp_path}") as client:
        spec = client.cell_spec.create({"name": "NMC622-GR"})
        cell = client.cell_instance.create(spec.id, {"name": "C"}).id
        now = client.cell_measurement.create(cell, data()).plot()
        then = asyncio.run(later(cell))
    assert [one.get_ylabel() for one in now] == [one.get_ylabel() for one in then]
    assert len(now) == 3
