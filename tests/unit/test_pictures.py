"""Pictures of results: what lines are drawn, and what is written on the axes."""

import itertools
import sys

import matplotlib as mpl
import numpy as np
import polars as pl
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from ionworks.results import SimulationResult, SimulationResults
from ionworks.results.pictures.cycles import draw_cycles
from ionworks.results.pictures.looks import looks

mpl.use("Agg")

THICKNESS = "Positive electrode thickness [m]"
NOTHING = pl.DataFrame()
STEPS = pl.DataFrame(
    {
        "Step count": [0, 1, 2, 3],
        "Step type": [
            "Constant current discharge",
            "Rest",
            "Constant current charge",
            "Constant voltage charge",
        ],
    }
)


@pytest.fixture(autouse=True)
def _no_figure_stays_open():
    yield
    pyplot.close("all")


def series(rows=400, hours=4.0, shift=0.0, **columns):
    times = np.linspace(0, 3600 * hours, rows)
    return pl.DataFrame(
        {
            "Time [s]": times,
            "Voltage [V]": 4 - times / 36000 + shift,
            "Current [A]": np.full(rows, 5.0),
            "Temperature [degC]": 25 + times / 3600,
            "Step count": (np.arange(rows) * 4) // rows,
            **columns,
        }
    )


def result(frame=None, steps=STEPS, **metrics):
    return SimulationResult(series() if frame is None else frame, steps, metrics)


def labels(axes):
    return [(one.get_xlabel(), one.get_ylabel()) for one in axes]


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def sweep(count, points=None, **columns):
    points = points or [{THICKNESS: 5e-5 + 1e-6 * place} for place in range(count)]
    runs = [result(series(20, shift=place / 100, **columns)) for place in range(count)]
    return SimulationResults(runs, points, [f"s{place}" for place in range(count)])


class TestSimulation:
    @pytest.mark.parametrize("backend", ["polars", "pandas"])
    def test_voltage_current_and_temperature_are_drawn_over_time(self, backend):
        frame = series() if backend == "polars" else series().to_pandas()
        axes = result(frame).plot()
        assert labels(axes) == [
            ("", "Voltage [V]"),
            ("", "Current [A]"),
            ("Time [h]", "Temperature [degC]"),
        ]
        for one in axes:
            times, values = one.lines[0].get_data()
            np.testing.assert_allclose(times, series()["Time [s]"] / 3600)
            np.testing.assert_array_equal(values, series()[one.get_ylabel()])

    def test_what_is_not_there_is_not_drawn(self):
        frame = series(**{"Temperature [degC]": pl.Series([None] * 400, dtype=pl.Float64)})
        assert [one.get_ylabel() for one in result(frame).plot()] == ["Voltage [V]", "Current [A]"]

    @pytest.mark.parametrize(
        ("hours", "unit", "seconds"),
        [(0.02, "s", 1), (0.5, "min", 60), (5, "h", 3600), (80, "d", 86400)],
    )
    def test_the_unit_of_time_suits_its_length(self, hours, unit, seconds):
        axes = result(series(hours=hours)).plot()
        assert axes[-1].get_xlabel() == f"Time [{unit}]"
        assert axes[0].lines[0].get_xdata()[-1] == pytest.approx(hours * 3600 / seconds)

    def test_steps_are_numbered_named_and_shaded(self):
        axes = result().plot()
        above = [text.get_text() for text in axes[0].texts]
        assert above == ["0: CC discharge", "1: Rest", "2: CC charge", "3: CV charge"]
        assert legend(axes[0]) == ["Discharge", "Charge"]
        times = series().group_by("Step count", maintain_order=True).agg(pl.col("Time [s]").min())
        begins = (times["Time [s]"] / 3600).to_list()
        for one in axes:
            shades = [each for each in one.patches if isinstance(each, Rectangle)]
            assert [shade.get_x() for shade in shades] == pytest.approx(
                [begins[n] for n in (0, 2, 3)]
            )
            assert shades[1].get_x() + shades[1].get_width() == pytest.approx(begins[3])
            charge, discharge = shades[1].get_facecolor()[:3], shades[0].get_facecolor()[:3]
            assert luminance(discharge) - luminance(charge) > 0.08

    def test_too_many_steps_are_not_shaded(self):
        frame = series(1000, **{"Step count": np.arange(1000) // 2})
        axes = result(frame).plot()
        assert not axes[0].patches
        assert not axes[0].texts
        assert axes[0].get_legend() is None

    def test_steps_that_take_no_time_are_a_line(self):
        count = np.concatenate([np.zeros(200), np.ones(5), np.full(195, 2)])
        times = np.concatenate([np.arange(200), np.full(5, 200.0), np.arange(200, 395)])
        kinds = ["Rest", "Impedance spectrum", "Rest"]
        frame = series(**{"Step count": count, "Time [s]": times})
        steps = pl.DataFrame({"Step count": [0, 1, 2], "Step type": kinds})
        axes = result(frame, steps).plot()
        dotted = [line for line in axes[0].lines if line.get_linestyle() == ":"]
        assert [line.get_xdata()[0] * 60 for line in dotted] == pytest.approx([200])
        assert legend(axes[0]) == ["Impedance"]

    def test_columns_are_chosen_and_drawn_over_another(self):
        frame = series(**{"Capacity [A.h]": np.linspace(0, 5, 400)})
        (axes,) = result(frame).plot(variables="Voltage [V]", x="Capacity [A.h]")
        assert labels([axes]) == [("Capacity [A.h]", "Voltage [V]")]
        np.testing.assert_array_equal(axes.lines[0].get_xdata(), frame["Capacity [A.h]"])
        assert not axes.patches

    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            ({"variables": "Voltag [V]"}, "did you mean 'Voltage \\[V\\]'"),
            ({"x": "Depth"}, "no column 'Depth'"),
            ({"variables": ["Voltage [V]", "Empty"]}, "'Empty' has no numbers"),
        ],
    )
    def test_what_cannot_be_drawn_is_refused(self, asked, words):
        empty = pl.Series([None] * 400, dtype=pl.Float64)
        with pytest.raises(ValueError, match=words):
            result(series(Empty=empty)).plot(**asked)

    @pytest.mark.parametrize("frame", [NOTHING, series().clear()])
    def test_nothing_is_no_picture(self, frame):
        with pytest.raises(ValueError, match=r"nothing to draw|no column 'Time"):
            result(frame).plot()

    def test_a_point_alone_is_marked(self):
        volts = np.full(400, 3.7)
        volts[[99, 101]] = np.nan
        (axes,) = result(series(**{"Voltage [V]": volts})).plot(variables="Voltage [V]")
        assert axes.lines[0].get_markevery() == [100]
        assert axes.lines[0].get_marker() == "o"
        one, *_ = result(series(1)).plot()
        assert one.lines[0].get_markevery() == [0]

    def test_given_axes_are_drawn_on(self):
        _, given = pyplot.subplots(3)
        before = pyplot.get_fignums()
        assert result().plot(given) == list(given)
        assert result().plot([given[0], [given[1], given[2]]]) == list(given)
        assert pyplot.get_fignums() == before
        with pytest.raises(ValueError, match="there are 3 pictures to draw, and 1 axes"):
            result().plot(given[0])
        with pytest.raises(TypeError, match="axes of matplotlib, not Figure"):
            result().plot(given[0].figure)

    def test_no_number_of_figures_is_warned_of(self):
        for _ in range(25):
            result(series(5)).plot(variables="Voltage [V]")
        assert len(pyplot.get_fignums()) == 25

    def test_a_million_points_are_drawn_as_they_are(self, tmp_path):
        noise = np.random.default_rng(0).normal(size=1_000_000)
        frame = series(1_000_000, **{"Voltage [V]": noise})
        (axes,) = result(frame, NOTHING).plot(variables="Voltage [V]")
        np.testing.assert_array_equal(axes.lines[0].get_ydata(), noise)
        axes.figure.savefig(tmp_path / "picture.png")
        assert (tmp_path / "picture.png").stat().st_size > 5000


class TestSweep:
    def test_a_few_are_named_by_their_design_points(self):
        axes = sweep(6).plot()
        assert legend(axes[0]) == ["5e-05", "5.1e-05", "5.2e-05", "5.3e-05", "5.4e-05", "5.5e-05"]
        title = axes[0].get_legend().get_title().get_text()
        assert title.replace("\n", " ") == THICKNESS
        for place, line in enumerate(axes[0].lines):
            np.testing.assert_allclose(
                line.get_ydata(), series(20, shift=place / 100)["Voltage [V]"]
            )
        assert axes[-1].get_xlabel() == "Time [h]"

    def test_only_what_differs_is_named(self):
        points = [{"T": 25.0, "rate": 0.5, "kind": "a"}, {"T": 25.0, "rate": 1.0, "kind": None}]
        axes = sweep(2, points).plot()
        assert legend(axes[0]) == ["0.5, a", "1, none"]
        assert axes[0].get_legend().get_title().get_text() == "rate, kind"

    def test_points_that_lie_close_are_told_apart(self):
        axes = sweep(2, [{"x": 1.00001}, {"x": 1.00002}]).plot()
        assert legend(axes[0]) == ["1.00001", "1.00002"]

    def test_many_are_coloured_by_their_value(self):
        axes = sweep(30).plot()
        assert axes[0].get_legend() is None
        (bar,) = [one for one in axes[0].figure.axes if one.get_label() == "<colorbar>"]
        assert bar.get_ylabel().replace("\n", " ") == THICKNESS
        assert bar.get_ylim() == pytest.approx((5e-5, 7.9e-5))
        shades = [luminance(to_rgb(line.get_color())) for line in axes[0].lines]
        assert shades == sorted(shades)
        assert shades[-1] - shades[0] > 0.5

    def test_one_parameter_of_several_gives_the_colours(self):
        points = [{"a": place % 2, "b": place} for place in range(12)]
        axes = sweep(12, points).plot(variables="Voltage [V]", by="a")
        colors = [line.get_color() for line in axes[0].lines]
        assert len(set(colors)) == 2
        assert colors[0] == colors[2] != colors[1]
        with pytest.raises(ValueError, match="no design parameter is called 'c'"):
            sweep(12, points).plot(by="c")
        with pytest.raises(ValueError, match="'a' is not a number in each"):
            sweep(2, [{"a": "x"}, {"a": 1}]).plot(by="a")

    def test_two_hundred_designs_of_two_parameters_are_named_beside_their_colours(self):
        points = [{"a": place // 20, "b": place % 20} for place in range(200)]
        axes = sweep(200, points).plot(variables="Voltage [V]")
        assert len(axes[0].lines) == 200
        (bar,) = [one for one in axes[0].figure.axes if one.get_label() == "<colorbar>"]
        assert bar.get_ylabel() == "a, b"
        named = [text.get_text() for text in bar.get_yticklabels()]
        assert (named[0], named[-1], len(named)) == ("0, 0", "9, 19", 10)

    def test_one_run_alone_needs_no_legend(self):
        assert sweep(1).plot()[0].get_legend() is None

    def test_parts_keep_their_points(self):
        found = sweep(6)[2:4]
        assert [point[THICKNESS] for point in found.points] == pytest.approx([5.2e-5, 5.3e-5])
        assert found.simulation_ids == ["s2", "s3"]
        with pytest.raises(ValueError, match="one point"):
            SimulationResults([result()], [], ["s"])
        with pytest.raises(ValueError, match="no results"):
            SimulationResults([], [], []).plot()


class TestNames:
    HOSTILE = r"$\frac{broken} <script>_"

    def test_a_name_is_never_read_as_a_formula(self, tmp_path):
        points = [{self.HOSTILE: f"$x_{{{place}"} for place in range(2)]
        axes = sweep(2, points, **{self.HOSTILE: np.zeros(20)}).plot(variables=self.HOSTILE)
        axes[0].figure.savefig(tmp_path / "picture.png")
        assert axes[0].get_ylabel().replace("\\$", "$") == self.HOSTILE

    def test_a_name_with_an_underscore_in_front_stays_in_the_legend(self):
        cycles = pl.DataFrame({"Cycle count": [0, 1], "Discharge capacity [A.h]": [5.0, 4.9]})
        (axes,) = draw_cycles([("_cell", cycles), ("word " * 30, cycles)])
        first, second = legend(axes)
        assert first.strip() == "_cell, discharge"
        assert second.endswith("…, discharge")
        assert len(second) < 60


class TestCycles:
    CYCLES = pl.DataFrame(
        {
            "Cycle count": [0, 1, 2],
            "Discharge capacity [A.h]": [4.9, 4.8, 4.7],
            "Charge capacity [A.h]": [5.0, 4.85, 4.75],
            "Coulombic efficiency": [0.98, 0.99, 0.9895],
            "Energy efficiency": [0.9, 0.91, 0.92],
        }
    )

    def test_capacities_and_efficiencies_are_drawn_over_cycles(self):
        axes = result(Cycles=self.CYCLES.to_dicts()).plot_cycles()
        assert labels(axes) == [("", "Capacity [A.h]"), ("Cycle count", "Efficiency [-]")]
        assert [legend(one) for one in axes] == [["discharge", "charge"], ["coulombic", "energy"]]
        drawn = [line.get_ydata().tolist() for one in axes for line in one.lines]
        assert drawn == [self.CYCLES[name].to_list() for name in self.CYCLES.columns[1:]]

    def test_ten_thousand_cycles_are_lines_without_marks(self):
        many = pl.DataFrame(
            {"Cycle count": range(10_000), "Discharge capacity [A.h]": np.linspace(5, 4, 10_000)}
        )
        (axes,) = draw_cycles([("cell", many)])
        assert len(axes.lines[0].get_xdata()) == 10_000
        assert axes.lines[0].get_marker() in ("", "None")

    def test_no_cycles_are_no_picture(self):
        with pytest.raises(ValueError, match="nothing to draw"):
            result().plot_cycles()


class TestImpedance:
    def spectra(self, steps=2):
        w = 2 * np.pi * np.logspace(3, -2, 26)
        z = np.concatenate([0.02 + 0.01 * (n + 1) / (1 + 1j * w) for n in range(steps)])
        return z, pl.DataFrame(
            {
                "Frequency [Hz]": np.tile(w / 2 / np.pi, steps),
                "Impedance real [Ohm]": z.real,
                "Impedance imaginary [Ohm]": z.imag,
                "Step count": np.repeat(np.arange(steps) * 3 + 2, 26),
            }
        )

    def test_nyquist_and_bode(self):
        z, frame = self.spectra()
        axes = result(frame).plot_impedance()
        assert labels(axes) == [
            ("Z_Re [Ohm]", "-Z_Im [Ohm]"),
            ("Frequency [Hz]", "|Z| [Ohm]"),
            ("Frequency [Hz]", "Phase [deg]"),
        ]
        nyquist, magnitude, phase = axes
        assert nyquist.get_aspect() == 1.0
        np.testing.assert_allclose(nyquist.lines[0].get_ydata(), -z.imag[:26])
        assert nyquist.lines[0].get_ydata().max() > 0
        np.testing.assert_allclose(magnitude.lines[1].get_ydata(), np.abs(z[26:]))
        np.testing.assert_allclose(phase.lines[0].get_ydata(), np.angle(z[:26], deg=True))
        assert (magnitude.get_xscale(), magnitude.get_yscale(), phase.get_yscale()) == (
            "log",
            "log",
            "linear",
        )
        assert legend(phase) == ["step 2", "step 5"]

    def test_a_run_without_impedance_has_no_picture_of_it(self):
        with pytest.raises(ValueError, match="no impedance spectrum"):
            result().plot_impedance()


def luminance(color):
    return float(np.dot(color[:3], (0.2126, 0.7152, 0.0722)))


def test_ten_lines_differ_for_the_colour_blind_and_in_grey():
    for one, other in itertools.combinations(looks(10), 2):
        colors = [np.array(to_rgb(each.color)) for each in (one, other)]
        if one.dash == other.dash:
            assert np.linalg.norm(colors[0] - colors[1]) > 0.5
            assert abs(luminance(colors[0]) - luminance(colors[1])) > 0.15
    assert len({each.color for each in looks(7)}) == 7


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'ionworks-api\[plot\]'"):
        result().plot()
