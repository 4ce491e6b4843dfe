"""The public ``ionworksdata`` on our package: its loaders read what the engine keeps.

``tests/unit/test_neighbours.py`` has its readers of files, its steps and its transforms. The
series here has a closed form: 1 A out for an hour, ten minutes of rest, 1 A in for an hour.
"""

import ionworks_schema as iws
import ionworksdata
import matplotlib as mpl
import numpy as np
import polars as pl
import pybamm
import pytest
from matplotlib import pyplot

from ionworks import Ionworks, cache

ROWS = 61
NAME = "Negative particle diffusivity [m2.s-1]"
TRUTH = 4.4e-14


def measured():
    frames, start = [], 0.0
    for step, (current, duration) in enumerate([(1.0, 3600.0), (0.0, 600.0), (-1.0, 3600.0)]):
        seconds = np.linspace(0.0, duration, ROWS)
        moved = {0: -1.0, 1: 0.0, 2: 1.0}[step] * seconds / 3600.0
        level = {0: 4.1, 1: 3.2, 2: 3.3}[step]
        frames.append(
            pl.DataFrame(
                {
                    "Time [s]": start + seconds,
                    "Current [A]": np.full(ROWS, current),
                    "Voltage [V]": level + 0.8 * moved,
                    "Step count": np.full(ROWS, step),
                }
            )
        )
        start += duration
    return pl.concat(frames)


@pytest.fixture(scope="module")
def client(engine_url, tmp_path_factory):
    before = cache.get_cache_directory()
    cache.set_cache_directory(tmp_path_factory.mktemp("cache"))
    with Ionworks("any-key", engine_url) as client:
        project = client.project.create({"name": "Loaders"})
    with Ionworks("any-key", engine_url, project_id=project.id) as client:
        yield client
    cache.set_cache_directory(before)


@pytest.fixture(scope="module")
def cell(client):
    spec = client.cell_spec.create({"name": "for loaders"})
    return client.cell_instance.create(spec.id, {"name": "1"}).id


@pytest.fixture(scope="module")
def measurement(client, cell):
    detail = {"measurement": {"name": "cycle"}, "time_series": measured()}
    return client.cell_measurement.create(cell, detail).id


@pytest.fixture
def loader(client, measurement):
    return ionworksdata.DataLoader.from_db(measurement, use_cache=False, client=client)


def columns(frame, *names):
    return {name: frame[name].to_list() for name in names}


def test_a_measurement_is_loaded_with_its_steps(loader):
    assert columns(loader.data, "Time [s]", "Current [A]", "Voltage [V]") == columns(
        measured(), "Time [s]", "Current [A]", "Voltage [V]"
    )
    assert loader.steps["Step type"].to_list() == [
        "Constant current discharge",
        "Rest",
        "Constant current charge",
    ]
    assert (loader.start_idx, loader.end_idx, loader.initial_voltage) == (0, 3 * ROWS, 4.1)


def test_a_window_of_time_is_loaded(client, measurement):
    window = {"start": 3600.0, "end": 4200.0}
    loader = ionworksdata.DataLoader.from_db(
        measurement, use_cache=False, client=client, time_range=window
    )
    rows = measured().filter(pl.col("Time [s]").is_between(3600.0, 4200.0))
    assert loader.data["Voltage [V]"].to_list() == rows["Voltage [V]"].to_list()


def test_steps_are_cut_out(client, measurement, loader):
    options = {"first_step": 2, "last_step": 2}
    loaded = ionworksdata.DataLoader.from_db(measurement, options, client=client, use_cache=False)
    for part in (loaded, loader.slice_to_steps(2, 2)):
        assert part.data["Current [A]"].to_list() == [-1.0] * ROWS
        assert part.steps.height == 1


def test_what_is_loaded_comes_again_out_of_the_cache(client, measurement):
    first = ionworksdata.DataLoader.from_db(measurement, client=client)
    again = ionworksdata.DataLoader.from_db(measurement, client=client)
    assert again.data.equals(first.data)


def test_a_copy_and_its_own_tables_are_the_same(loader):
    assert loader.copy().data.equals(loader.data)
    assert loader.to_local().data.equals(loader.data)


def test_it_becomes_an_experiment_and_a_current(loader):
    experiment = loader.generate_experiment()
    assert [step.duration for step in experiment.steps] == pytest.approx([3600.0, 600.0, 3600.0])
    assert [step.value for step in experiment.steps] == pytest.approx([1.0, 0.0, -1.0])
    current = loader.generate_interpolant()
    for seconds, amperes in ((1800.0, 1.0), (3900.0, 0.0), (6000.0, -1.0)):
        assert current.evaluate(t=seconds) == pytest.approx(amperes)


def test_it_draws_what_it_loaded(loader):
    with mpl.rc_context({"backend": "Agg"}):
        figure, _ = loader.plot_data()
    lines = [line for axes in figure.axes for line in axes.get_lines()]
    assert any(len(line.get_ydata()) == 3 * ROWS for line in lines)
    pyplot.close(figure)


def test_a_folder_is_loaded_as_the_measurement_is(client, measurement, loader, tmp_path):
    detail = client.cell_measurement.detail(measurement)
    detail.time_series.write_parquet(tmp_path / "time_series.parquet")
    detail.steps.write_parquet(tmp_path / "steps.parquet")
    local = ionworksdata.DataLoader.from_local(tmp_path)
    assert local.data["Voltage [V]"].to_list() == loader.data["Voltage [V]"].to_list()
    assert local.steps["Step type"].to_list() == loader.steps["Step type"].to_list()


def test_rows_are_interpolated(loader):
    knots = np.array([900.0, 1800.0, 2700.0])
    rows = ionworksdata.DataLoader.interpolate_data(loader.data, knots)
    assert rows["Voltage [V]"].to_list() == pytest.approx([3.9, 3.7, 3.5])


def test_an_open_circuit_curve_is_loaded(client, cell):
    curve = {
        "Capacity [A.h]": np.linspace(0.0, 5.0, 41),
        "Voltage [V]": np.linspace(4.2, 3.0, 41),
        "Step count": np.zeros(41, dtype=int),
    }
    told = {"name": "OCV", "data_type": "ocp"}
    made = client.cell_measurement.create(cell, {"measurement": told, "time_series": curve})
    with pytest.warns(DeprecationWarning, match=r"DataLoader\.from_db"):
        old = ionworksdata.OCPDataLoader.from_db(made.id, client=client, use_cache=False)
    loader = ionworksdata.DataLoader.from_db(made.id, client=client, use_cache=False)
    assert old.data["Voltage [V]"].to_list() == pytest.approx(loader.data["Voltage [V]"].to_list())
    assert loader.data["Voltage [V]"].to_list() == pytest.approx(curve["Voltage [V]"])
    assert loader.data["Capacity [A.h]"].to_list() == pytest.approx(curve["Capacity [A.h]"])


def test_an_analysis_is_outside_of_the_engine(client, measurement):
    loader = ionworksdata.AnalysisLoader(measurement, name="dQdV", client=client)
    with pytest.raises(AttributeError, match="analysis"):
        _ = loader.data


@pytest.fixture(scope="module")
def discharge(client, cell):
    values = pybamm.ParameterValues("Chen2020")
    values[NAME] = TRUTH
    times = np.arange(0.0, 3000.0, 30.0)
    run = pybamm.Simulation(pybamm.lithium_ion.SPM(), parameter_values=values).solve(
        [0, times[-1]], t_interp=times
    )
    names = ("Current [A]", "Voltage [V]")
    series = pl.DataFrame({"Time [s]": run.t, **{name: run[name].entries for name in names}})
    series = series.with_columns(pl.lit(0).alias("Step count"))
    detail = {"measurement": {"name": "discharge"}, "time_series": series}
    return client.cell_measurement.create(cell, detail).id


def named(client, discharge):
    return ionworksdata.DataLoader.from_db(discharge, client=client)


@pytest.mark.parametrize(
    "data",
    [
        named,
        lambda *given: named(*given).to_local(),
        lambda *given: named(*given).to_config(),
    ],
    ids=["by its name", "its tables", "its configuration"],
)
def test_a_pipeline_takes_a_loader(client, discharge, data):
    wanted = iws.Parameter(NAME, initial_value=3e-14, bounds=(1e-15, 1e-12))
    given = data(client, discharge)
    fit = iws.DataFit(
        objectives={"1C": iws.objectives.CurrentDriven(given, options={"model": "SPM"})},
        parameters={NAME: wanted},
        cost=iws.costs.SSE(),
        optimizer=iws.optimizers.ScipyLeastSquares(),
    )
    known = iws.direct_entries.DirectEntry(
        parameters=pybamm.ParameterValues("Chen2020"), source="Chen"
    )
    made = client.pipeline.create(iws.Pipeline({"known": known, "fit": fit}))
    client.pipeline.wait_for_completion(made.id, poll_interval=0.2, verbose=False)
    found = client.pipeline.result(made.id).element_results["fit"].parameter_values
    assert found[NAME] == pytest.approx(TRUTH, rel=1e-3, abs=0)
