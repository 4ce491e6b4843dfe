"""Pictures laid over each other: axes that show something keep their names and units."""

import matplotlib as mpl
import numpy as np
import polars as pl
import pytest
from ionworks_openapi.models import CellMeasurement as Record
from matplotlib import pyplot

from ionworks.results import SimulationResult, SimulationResults
from ionworks.results.measurements import CellMeasurement, CellMeasurementDetail
from ionworks.results.pictures.elements import draw_found
from ionworks.results.pictures.fits import comparisons, draw_comparisons
from ionworks.results.pictures.traces import draw_trace

mpl.use("Agg")

T, V, A = "Time [s]", "Voltage [V]", "Current [A]"
DAY = 86400.0


@pytest.fixture(autouse=True)
def _no_figure_stays_open():
    yield
    pyplot.close("all")


def series(seconds, **columns):
    return pl.DataFrame(
        {
            T: [0.0, seconds / 4, seconds / 2, seconds],
            V: [4.1, 4.0, 3.9, 4.0],
            A: [5.0, 5.0, 0.0, 0.0],
            "Step count": [0, 0, 1, 1],
            **columns,
        }
    )


def simulated(seconds, **columns):
    return SimulationResult(series(seconds, **columns), pl.DataFrame(), {})


def measured(frame):
    record = Record.from_dict(
        {
            "id": "0868b1c4-f8b1-451d-ba09-cd1517aa3d2e",
            "cell_instance_id": "0868b1c4-f8b1-451d-ba09-cd1517aa3d2f",
            "name": "cycler",
            "measurement_type": "time_series",
        }
    )
    return CellMeasurementDetail.holding(CellMeasurement.of(record), {"time_series": frame})


def compared(seconds, x=T, y=V):
    xs = [0.0, seconds]
    traces = [{"name": name, "x": xs, "y": [4.1, 4.0]} for name in ("Data", "Model")]
    layout = {"xaxis": {"title": {"text": x}}, "yaxis": {"title": {"text": y}}}
    return {"plots": [{"traces": traces, "layout": layout}]}


def sweep(*seconds):
    points = [{"a": each} for each in seconds]
    return SimulationResults([simulated(each) for each in seconds], points, ["s1", "s2"])


def fit(*seconds):
    overlay = {str(place): compared(each) for place, each in enumerate(seconds)}
    return lambda axes=None: draw_comparisons(comparisons(overlay), axes)


KINDS = {
    "simulation": lambda seconds: lambda axes=None: simulated(seconds).plot(axes, [V, A]),
    "sweep": lambda seconds: lambda axes=None: sweep(1.0, seconds).plot(axes, [V, A]),
    "measurement": lambda seconds: measured(series(seconds)).plot,
    "fit": lambda seconds: fit(seconds),
}


def ends(axes):
    """Return where each line ends, without those that cross the whole picture."""
    drawn = [line for line in axes.lines if line.get_transform() == axes.transData]
    return [line.get_xdata()[-1] for line in drawn]


class TestTimes:
    @pytest.mark.parametrize("upper", KINDS)
    @pytest.mark.parametrize("lower", KINDS)
    @pytest.mark.parametrize(
        ("first", "second", "unit", "length"),
        [(8 * 3600.0, 100.0, "h", 3600), (100.0, 8 * 3600.0, "s", 1), (9 * DAY, 30.0, "d", DAY)],
    )
    def test_what_comes_later_is_drawn_in_the_unit_that_is_there(
        self, lower, upper, first, second, unit, length
    ):
        below = KINDS[lower](first)()
        before = ends(below[0])
        others = below[1:] if upper == lower else KINDS[upper](first)()[1:]
        assert KINDS[upper](second)([below[0], *others]) == [below[0], *others]
        assert below[-1].get_xlabel() == others[0].get_xlabel() == f"Time [{unit}]"
        assert ends(below[0])[: len(before)] == before
        assert ends(below[0])[-1] == pytest.approx(second / length)
        assert ends(others[0])[-1] == pytest.approx(second / length)

    def test_each_keeps_its_own_unit(self):
        long, short = simulated(9 * DAY).plot(variables=V), simulated(60.0).plot(variables=A)
        simulated(7200.0).plot([*long, *short], [V, A])
        assert [one.get_xlabel() for one in (*long, *short)] == ["Time [d]", "Time [s]"]
        assert [ends(one)[-1] for one in (*long, *short)] == [pytest.approx(1 / 12), 7200.0]

    @pytest.mark.parametrize(
        ("label", "end"),
        [("Time [min]", 120), ("t / h", 2), ("Time (s)", 7200), ("  time\n [d]", 1 / 12)],
    )
    def test_a_label_of_ones_own_tells_the_unit_and_stays(self, label, end):
        _, axes = pyplot.subplots()
        axes.plot([0, 1], [4, 3], label="own")
        axes.set_xlabel(label)
        simulated(7200.0).plot(axes, V)
        assert ends(axes)[-1] == pytest.approx(end)
        assert axes.get_xlabel() == label

    def test_a_label_chooses_the_unit_of_empty_axes(self):
        _, axes = pyplot.subplots()
        axes.set_xlabel("Time [min]")
        simulated(9 * DAY).plot(axes, V)
        assert ends(axes) == [pytest.approx(9 * 24 * 60)]

    @pytest.mark.parametrize("draw", KINDS.values(), ids=KINDS)
    @pytest.mark.parametrize("label", ["", "Cycle", "Capacity [A.h]", "Time [ms]"])
    def test_lines_over_no_time_that_is_known_are_left_alone(self, draw, label):
        _, axes = pyplot.subplots(2)
        axes[0].plot([0, 1], [4, 3])
        axes[0].set_xlabel(label)
        shown = repr(label) if label else "something without a name"
        with pytest.raises(
            ValueError, match=r"'Time \[s\]' cannot be drawn on axes that show"
        ) as e:
            draw(100.0)(axes)
        assert shown in str(e.value)
        assert "give other axes" in str(e.value)
        assert [len(one.lines) for one in axes] == [1, 0]
        assert axes[0].get_xlabel() == label

    def test_a_limit_is_no_picture(self):
        _, axes = pyplot.subplots()
        axes.axhline(4.2)
        axes.set_xlabel("anything")
        simulated(8 * 3600.0).plot(axes, V)
        assert axes.get_xlabel() == "Time [h]"
        assert len(axes.texts) == 2

    def test_axes_that_share_their_scale_are_one(self):
        _, (above, below) = pyplot.subplots(2, sharex=True)
        simulated(8 * 3600.0).plot(above, V)
        measured(series(100.0)).plot([above.twinx(), below])
        assert [one.get_xlabel() for one in (above, below)] == ["Time [h]"] * 2
        assert ends(below) == [pytest.approx(100 / 3600)]

    def test_comparisons_that_share_their_scale_are_one(self):
        _, axes = pyplot.subplots(4, sharex=True)
        fit(8 * 3600.0, 100.0)(axes)
        assert [one.get_xlabel() for one in axes] == ["Time [h]"] * 4
        assert ends(axes[2]) == pytest.approx([100 / 3600] * 2)

    def test_columns_in_other_units_of_time_are_shown_in_the_one_that_is_there(self):
        axes = simulated(8 * 3600.0).plot(variables=V)
        simulated(8 * 3600.0, **{"Time [min]": [0.0, 30.0, 60.0, 120.0]}).plot(
            axes, V, "Time [min]"
        )
        assert axes[0].get_xlabel() == "Time [h]"
        assert ends(axes[0]) == [8.0, 2.0]

    def test_steps_are_shaded_behind_the_first_only(self):
        for one, other in ((simulated(8 * 3600.0), 100.0), (simulated(100.0), 8 * 3600.0)):
            axes = one.plot(variables=[V, A])
            before = [(len(each.texts), len(each.patches)) for each in axes]
            assert before[0] == (2, 0)
            measured(series(other)).plot(axes)
            assert [(len(each.texts), len(each.patches)) for each in axes] == before
            legend = [text.get_text() for text in axes[0].get_legend().get_texts()]
            assert legend == ["simulation", "cycler"]


class TestOthers:
    @pytest.mark.parametrize(
        ("first", "second", "words"),
        [
            ({"variables": V}, {"variables": A}, r"'Current \[A\]' .* show 'Voltage \[V\]'"),
            ({"variables": V}, {"variables": V, "x": "Q [A.h]"}, r"'Q \[A.h\]' .* 'Time \[s\]'"),
            ({"variables": V, "x": "SOC"}, {"variables": V, "x": "x"}, "'x' .* show 'SOC'"),
            ({"variables": V, "x": "SOC"}, {"variables": V, "x": "Q [A.h]"}, "show 'SOC'"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, first, second, words):
        run = simulated(100.0, **{name: [0.0, 0.5, 0.7, 1.0] for name in ("Q [A.h]", "SOC", "x")})
        axes = run.plot(**first)
        labels = axes[0].get_xlabel(), axes[0].get_ylabel()
        with pytest.raises(ValueError, match=words):
            run.plot(axes, **second)
        assert (axes[0].get_xlabel(), axes[0].get_ylabel()) == labels
        assert len(ends(axes[0])) == 1

    def test_another_voltage_is_a_voltage(self):
        other = "Battery open-circuit voltage [V]"
        run = simulated(100.0, **{other: [4.2, 4.1, 4.0, 3.9]})
        axes = run.plot(variables=V)
        run.plot(axes, variables=other)
        assert axes[0].get_ylabel() == V

    def test_a_second_scale_of_its_own_is_for_something_else(self):
        (axes,) = simulated(100.0).plot(variables=V)
        twin = axes.twinx()
        simulated(100.0).plot(twin, variables=A)
        assert (axes.get_ylabel(), twin.get_ylabel()) == (V, A)

    def test_a_long_name_is_the_same_wherever_it_is_wrapped(self):
        name = "X-averaged negative-electrode open-circuit potential of the first half-cell"
        run = simulated(100.0, **{name: [1.0, 2.0, 3.0, 4.0]})
        axes = run.plot(variables=name)
        axes[0].figure.set_size_inches(3, 2)
        run.plot(axes, variables=name)
        assert len(ends(axes[0])) == 2

    def test_panels_that_share_their_scale_stay_unlabelled(self):
        axes = simulated(100.0).plot()
        simulated(50.0).plot(axes)
        assert [one.get_xlabel() for one in axes] == ["", T]

    def test_impedances_and_cycles_lie_over_each_other(self):
        spectrum = {"Frequency [Hz]": [1.0, 2.0, 3.0, 4.0]}
        spectrum |= {
            f"Impedance {part} [Ohm]": [0.1, 0.2, 0.3, 0.4] for part in ("real", "imaginary")
        }
        run = SimulationResult(
            series(100.0, **spectrum),
            pl.DataFrame(),
            {"Cycles": [{"Cycle count": 0, "Discharge capacity [A.h]": 5.0}]},
        )
        for plot in (run.plot_impedance, run.plot_cycles):
            axes = plot()
            labels = [(one.get_xlabel(), one.get_ylabel()) for one in axes]
            counts = [len(one.lines) for one in axes]
            assert plot(axes) == axes
            assert [(one.get_xlabel(), one.get_ylabel()) for one in axes] == labels
            assert [len(one.lines) for one in axes] == [2 * count for count in counts]
        with pytest.raises(ValueError, match="'Cycle count' cannot be drawn"):
            run.plot_cycles(run.plot(variables=V))

    def test_bars_are_not_laid_over_other_bars(self):
        found = {"type": "SensitivityResult", "total_order": {"a": 0.5}, "first_order": {"a": 0.4}}
        axes = draw_found(found)
        with pytest.raises(ValueError, match="give empty axes"):
            draw_found({**found, "total_order": {"b": 0.5}}, axes)
        assert [text.get_text() for text in axes[0].get_yticklabels()] == ["a"]

    def test_a_logarithm_hides_nothing_that_is_there(self):
        def rows(*costs):
            return [{"cost": cost} for cost in costs]

        axes = draw_trace(rows(-1.0, -2.0))
        draw_trace(rows(100.0, 1.0), axes)
        assert axes[0].get_yscale() == "linear"
        axes = draw_trace(rows(100.0, 1.0))
        assert axes[0].get_yscale() == "log"
        draw_trace(rows(1.0, -1.0), axes)
        assert axes[0].get_yscale() == "linear"
        np.testing.assert_array_equal(axes[0].lines[1].get_ydata(), [1.0, -1.0])
