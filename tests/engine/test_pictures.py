"""Pictures of what an engine computed: batches with their points, pipelines, in both colours."""

import asyncio

import matplotlib as mpl
import numpy as np
import pybamm
import pytest
from matplotlib import pyplot

from ionworks import AsyncIonworks, Ionworks
from ionworks.errors import NotFoundError

mpl.use("Agg")

THICKNESS = "Positive electrode thickness [m]"
DIFFUSIVITY = "Negative particle diffusivity [m2.s-1]"
PROTOCOL = """
global: {initial_soc: 1, temperature: 25}
steps:
  - Discharge: {mode: C-rate, value: 'input["Rate"]', duration: 600}
  - Rest: {duration: 300}
"""
BATCH = {
    "parameterized_model": "system-chen2020-spm",
    "protocol_experiment": {"protocol": PROTOCOL, "name": "Pulse"},
    "conditions": [
        {"experiment_parameters": {"Rate": rate}, "design_parameters": {THICKNESS: 7e-5}}
        for rate in (0.5, 1.0, 2.0)
    ],
}


@pytest.fixture(autouse=True)
def _no_figure_stays_open():
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return f"local:{tmp_path_factory.mktemp('engine')}"


@pytest.fixture(scope="module")
def client(place):
    with Ionworks(None, place) as client:
        yield client


@pytest.fixture(scope="module")
def runs(client):
    runs = client.simulation.protocol_batch(BATCH)
    client.simulation.wait_for_completion(runs, timeout=120, verbose=False)
    return runs


@pytest.fixture(scope="module")
def fitted(client, runs):
    series = client.simulation.get_result(runs[1].simulation_id).time_series
    columns = series.select("Time [s]", "Current [A]", "Voltage [V]").to_dict(as_series=False)
    objective = {"type": "CurrentDriven", "data": columns, "options": {"model": "SPM"}}
    free = {DIFFUSIVITY: {"initial_value": 5e-14, "bounds": [1e-15, 1e-12]}}
    known = pybamm.ParameterValues("Chen2020")
    known[THICKNESS] = 7e-5
    known.set_initial_state(1.0)
    pipeline = client.pipeline.create(
        {
            "elements": {
                "known": {"element_type": "entry", "values": dict(known)},
                "fit": {
                    "element_type": "data_fit",
                    "objectives": {"pulse": objective},
                    "parameters": free,
                    "cost": {"type": "SSE"},
                    "optimizer": {"type": "ScipyLeastSquares"},
                },
                "check": {
                    "element_type": "validation",
                    "objectives": {"pulse": objective},
                    "summary_stats": [{"type": "RMSE", "normalization": "identity"}],
                },
            }
        }
    )
    client.pipeline.wait_for_completion(pipeline.id, timeout=120, verbose=False)
    return pipeline.id


class TestBatches:
    def test_results_come_with_their_points_in_the_order_asked(self, client, runs):
        results = client.simulation.get_results(runs[::-1])
        assert [point["Rate"] for point in results.points] == [2.0, 1.0, 0.5]
        assert all(point[THICKNESS] == 7e-5 for point in results.points)
        assert results.simulation_ids == [run.simulation_id for run in runs[::-1]]
        for result, run in zip(results, runs[::-1], strict=True):
            one = client.simulation.get_result(run.simulation_id)
            assert result.time_series.equals(one.time_series)

    def test_what_differs_is_in_the_legend(self, client, runs):
        axes = client.simulation.get_results(runs).plot(variables="Voltage [V]")
        legend = axes[0].get_legend()
        assert [text.get_text() for text in legend.get_texts()] == ["0.5", "1", "2"]
        assert legend.get_title().get_text() == "Rate"
        ends = [line.get_ydata()[10] for line in axes[0].lines]
        assert ends == sorted(ends, reverse=True)

    @pytest.mark.parametrize("backend", ["polars", "pandas"])
    def test_the_summary_is_a_frame_of_the_users_kind(self, place, runs, backend):
        with Ionworks(None, place, dataframe_backend=backend) as client:
            table = client.simulation.get_results(runs).summary()
        assert type(table).__module__.startswith(backend)
        assert list(table["Rate"]) == [0.5, 1.0, 2.0]
        out = list(table["Discharge capacity [A.h]"])
        assert out == pytest.approx([5 * rate / 6 for rate in (0.5, 1, 2)], rel=1e-3)

    def test_what_is_missing_is_an_error_or_a_warning(self, client, runs):
        gone = client.simulation.protocol_batch(
            {**BATCH, "conditions": [{"experiment_parameters": {"Rate": 0.25}}]}
        )[0].simulation_id
        client.simulation.wait_for_completion(gone, timeout=60, verbose=False)
        client.simulation.delete(gone)
        wanted = [runs[0], gone, runs[2]]
        with pytest.raises(NotFoundError):
            client.simulation.get_results(wanted)
        with pytest.warns(UserWarning, match=f"1 of 3 simulations have no results.*{gone}"):
            results = client.simulation.get_results(wanted, skip_missing=True)
        assert [point["Rate"] for point in results.points] == [0.5, 2.0]

    def test_both_colours_fetch_the_same(self, client, place, runs):
        async def later():
            async with AsyncIonworks(None, place) as other:
                return await other.simulation.get_results(runs)

        then, now = asyncio.run(later()), client.simulation.get_results(runs)
        assert then.points == now.points
        assert all(a.time_series.equals(b.time_series) for a, b in zip(then, now, strict=True))


class TestPipelines:
    def test_data_and_model_and_what_is_left(self, client, fitted):
        result = client.pipeline.result(fitted)
        above, below = result.plot()
        assert (above.get_ylabel(), below.get_ylabel()) == ("Voltage [V]", "Model - data [V]")
        series = result.series("fit")["pulse"]["optimal"]
        left = np.array(series["Voltage [V] (model)"]) - np.array(series["Voltage [V] (data)"])
        np.testing.assert_allclose(below.lines[0].get_ydata(), left, atol=1e-12)
        assert np.any(left)

    def test_the_trace_ends_at_what_was_found(self, client, fitted):
        result = client.pipeline.result(fitted)
        cost, diffusivity = result.plot_trace()
        found = result.element_results["fit"]
        assert cost.lines[0].get_ydata()[-1] == pytest.approx(found.cost)
        last = diffusivity.lines[0].get_ydata()[-1]
        assert last == pytest.approx(found.parameter_values[DIFFUSIVITY])
        assert diffusivity.get_ylabel().replace("\n", " ") == DIFFUSIVITY

    def test_what_is_not_there_is_said(self, client, fitted):
        result = client.pipeline.result(fitted)
        with pytest.raises(ValueError, match="no samples are stored"):
            result.plot_posterior()
        with pytest.raises(ValueError, match=r"no element 'fitt'.*did you mean 'fit'"):
            result.plot("fitt")
        with pytest.raises(ValueError, match="no comparison"):
            result.plot("known")

    def test_an_asynchronous_client_awaits_its_pictures(self, client, place, fitted):
        async def later():
            async with AsyncIonworks(None, place) as other:
                result = await other.pipeline.result(fitted)
                return [*await result.plot("check"), *await result.plot_trace()]

        then = asyncio.run(later())
        result = client.pipeline.result(fitted)
        now = [*result.plot("check"), *result.plot_trace()]
        assert [one.get_ylabel() for one in then] == [one.get_ylabel() for one in now]
        for one, other in zip(then, now, strict=True):
            np.testing.assert_array_equal(one.lines[0].get_ydata(), other.lines[0].get_ydata())
