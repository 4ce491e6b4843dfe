"""Pictures of fits: what is compared, what is left, how it came along, and how sure it is."""

import math

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot

from ionworks.results.pictures.elements import draw_found, drawable
from ionworks.results.pictures.fits import comparisons, draw_comparisons
from ionworks.results.pictures.posteriors import draw_posterior
from ionworks.results.pictures.traces import draw_trace

mpl.use("Agg")

D, K = "Diffusivity [m2.s-1]", "Rate constant [m.s-1]"


@pytest.fixture(autouse=True)
def _no_figure_stays_open():
    yield
    pyplot.close("all")


def overlay(data, model, x="Time [s]", y="Voltage [V]", name="1C"):
    traces = [
        {"name": name, "x": list(xs), "y": list(ys)}
        for name, (xs, ys) in (("Data", data), ("Model", model))
    ]
    layout = {"xaxis": {"title": {"text": x}}, "yaxis": {"title": {"text": y}}}
    return {name: {"type": "CurrentDriven", "plots": [{"traces": traces, "layout": layout}]}}


def labels(axes):
    return [(plain(one.get_xlabel()), plain(one.get_ylabel())) for one in axes]


def plain(label):
    return label.replace("\n", " ")


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


class TestComparisons:
    TIMES = np.linspace(0, 7200, 50)

    def drawn(self, *args, **named):
        return draw_comparisons(comparisons(overlay(*args, **named)))

    def test_what_is_left_is_the_model_less_the_data(self):
        data, model = 4 - self.TIMES / 1e4, 4.01 - self.TIMES / 1e4
        above, below = self.drawn((self.TIMES, data), (self.TIMES, model))
        assert labels([above, below]) == [
            ("Time [min]", "Voltage [V]"),
            ("Time [min]", "Model - data [V]"),
        ]
        assert above.get_title() == "1C"
        assert legend(above) == ["Data", "Model"]
        np.testing.assert_allclose(above.lines[0].get_xdata(), self.TIMES / 60)
        np.testing.assert_array_equal(above.lines[1].get_ydata(), model)
        np.testing.assert_allclose(below.lines[0].get_ydata(), 0.01)

    def test_a_gap_in_the_data_stays_a_gap(self):
        data = [None if place == 3 else 1.0 for place in range(50)]
        _, below = self.drawn((self.TIMES, data), (self.TIMES, np.ones(50)))
        left = below.lines[0].get_ydata()
        assert np.flatnonzero(np.isnan(left)).tolist() == [3]

    def test_other_places_are_met_in_between_and_none_beyond(self):
        places = np.array([0.0, 10.0, 20.0])
        model = (places, 2 * places)
        _, below = self.drawn(([5.0, 15.0, 25.0], [0.0, 0.0, 0.0]), model, x="Capacity [A.h]")
        np.testing.assert_array_equal(below.lines[0].get_ydata(), [10.0, 30.0, np.nan])

    @pytest.mark.parametrize("places", [[0.0, 20.0, 10.0], [1.0]])
    def test_a_model_that_goes_back_has_no_differences(self, places):
        axes = self.drawn(([5.0, 15.0], [0.0, 0.0]), (places, places))
        assert len(axes) == 1

    def test_an_impedance_has_equal_scales(self):
        real, imaginary = np.linspace(0.01, 0.02, 9), np.linspace(0, 0.004, 9)
        line = (real, imaginary)
        (axes,) = self.drawn(line, line, x="Z_Re [Ohm]", y="-Z_Im [Ohm]")
        assert axes.get_aspect() == 1.0
        assert labels([axes]) == [("Z_Re [Ohm]", "-Z_Im [Ohm]")]

    def test_what_is_left_of_an_impedance_is_drawn_over_its_frequencies(self):
        real, imaginary = np.linspace(0.01, 0.02, 9), np.linspace(0, 0.004, 9)
        stored = overlay((real, imaginary), (real, imaginary), "Z_Re [Ohm]", "-Z_Im [Ohm]")
        channels = {
            "Frequency [Hz]": np.logspace(3, -2, 9).tolist(),
            "Z_Re [Ohm] (data)": real.tolist(),
            "Z_Re [Ohm] (model)": (real + 1e-3).tolist(),
            "Z_Im [Ohm] (data)": (-imaginary).tolist(),
            "Z_Im [Ohm] (model)": [None, *(-imaginary - 2e-3).tolist()[1:]],
        }
        _, below = draw_comparisons(comparisons(stored, {"1C": {"optimal": channels}}))
        assert labels([below]) == [("Frequency [Hz]", "Model - data [Ohm]")]
        assert below.get_xscale() == "log"
        assert legend(below) == ["Z_Re", "Z_Im"]
        np.testing.assert_allclose(below.lines[0].get_ydata(), 1e-3)
        np.testing.assert_allclose(below.lines[1].get_ydata(), [np.nan, *[-2e-3] * 8])
        np.testing.assert_array_equal(below.lines[1].get_xdata(), channels["Frequency [Hz]"])

    def test_given_axes_are_drawn_on(self):
        _, given = pyplot.subplots(2)
        line = (self.TIMES, self.TIMES)
        found = comparisons(overlay(line, line))
        assert draw_comparisons(found, given) == list(given)
        with pytest.raises(ValueError, match="2 pictures"):
            draw_comparisons(found, given[0])

    @pytest.mark.parametrize("stored", [{}, {"1C": {"type": "EIS", "plots": []}}])
    def test_nothing_stored_is_no_picture(self, stored):
        with pytest.raises(ValueError, match="no comparison"):
            draw_comparisons(comparisons(stored))


class TestTraces:
    def rows(self, costs, start=None, scale=1.0):
        more = {} if start is None else {"multistart_job_id": start}
        return [
            {
                "cost": cost,
                "best_cost": min(costs[: place + 1]),
                "inputs_unscaled": {D: scale * (place + 1), K: 2.0},
                "iteration": 2 * place + 1,
                **more,
            }
            for place, cost in enumerate(costs)
        ]

    def test_cost_and_values_are_those_of_the_best_so_far(self):
        axes = draw_trace(self.rows([4.0, 5.0, 1.0]))
        assert labels(axes) == [("", "Best cost"), ("", D), ("Evaluation", K)]
        assert [one.lines[0].get_ydata().tolist() for one in axes] == [
            [4.0, 4.0, 1.0],
            [1.0, 1.0, 3.0],
            [2.0, 2.0, 2.0],
        ]
        assert axes[0].lines[0].get_xdata().tolist() == [1.0, 3.0, 5.0]
        assert axes[0].get_yscale() == "linear"

    def test_each_start_has_a_line_and_decades_are_logarithmic(self):
        rows = [*self.rows([100.0, 1e-3], 0), *self.rows([50.0, 1e-4], 1, scale=5e-14)]
        axes = draw_trace(rows)
        assert legend(axes[0]) == ["start 0", "start 1"]
        assert axes[0].get_yscale() == "log"
        assert axes[1].get_yscale() == "log"
        assert axes[2].get_yscale() == "linear"

    def test_many_starts_go_from_dark_to_light(self):
        axes = draw_trace([row for start in range(20) for row in self.rows([2.0, 1.0], start)])
        assert len(axes[0].lines) == 20
        assert axes[0].get_legend() is None

    def test_a_trace_without_counts_is_drawn_over_its_rows(self):
        rows = [{"best_cost": cost, "inputs_unscaled": {D: cost}} for cost in (2.0, 1.0)]
        axes = draw_trace(rows)
        assert axes[-1].get_xlabel() == "Row of the trace"
        assert axes[0].lines[0].get_ydata().tolist() == [2.0, 1.0]

    def test_nothing_is_the_best_before_the_first_cost(self):
        rows = self.rows([4.0, 3.0, 5.0, 1.0])
        for place, row in enumerate(rows):
            row["cost"] = [None, 3.0, math.nan, 1.0][place]
            del row["best_cost"]
        cost, diffusivity, _ = draw_trace(rows)
        np.testing.assert_array_equal(cost.lines[0].get_ydata(), [np.nan, 3.0, 3.0, 1.0])
        np.testing.assert_array_equal(diffusivity.lines[0].get_ydata(), [np.nan, 2.0, 2.0, 4.0])

    def test_costs_without_end_do_not_make_a_logarithm(self):
        (axes,) = draw_trace([{"cost": cost} for cost in (math.inf, 2.0, 1.0)])
        assert axes.get_yscale() == "linear"

    @pytest.mark.parametrize(
        ("rows", "words"), [([], "no trace"), ([{"cost": None}] * 2, "no row .* has a cost")]
    )
    def test_no_trace_is_no_picture(self, rows, words):
        with pytest.raises(ValueError, match=words):
            draw_trace(rows)


class TestPosteriors:
    def told(self, draws=2000, names=(D, K), burnin=500):
        rng = np.random.default_rng(1)
        return {
            "samples": {
                name: [(place + 1 + rng.normal(size=draws) / 10).tolist() for _ in range(2)]
                for place, name in enumerate(names)
            },
            "sample_param_names": list(names),
            "sample_burnin": burnin,
        }

    def test_marginals_and_pairs(self):
        told = self.told()
        marginal, pair, other = draw_posterior(told)
        assert labels([marginal, pair, other]) == [("", "Draws"), (D, K), (K, "Draws")]
        kept = np.concatenate([chain[500:] for chain in told["samples"][D]])
        assert sum(bar.get_height() for bar in marginal.patches) == kept.size == 3000
        lines = [line.get_xdata()[0] for line in marginal.lines]
        np.testing.assert_allclose(lines, np.quantile(kept, [0.025, 0.5, 0.975]))
        np.testing.assert_array_equal(pair.lines[0].get_xdata(), kept)

    def test_many_draws_are_thinned_in_pairs_only(self):
        _, pair, other = draw_posterior(self.told(draws=20_000))
        assert len(pair.lines[0].get_xdata()) <= 5000
        assert sum(bar.get_height() for bar in other.patches) == 39_000

    def test_three_parameters_are_a_triangle(self):
        axes = draw_posterior(self.told(names=("a", "b", "c")))
        assert len(axes) == len(axes[0].figure.axes) == 6
        _, given = pyplot.subplots(2, 3)
        assert draw_posterior(self.told(names=("a", "b", "c")), given) == list(given.flat)

    @pytest.mark.parametrize("told", [None, {}, {"samples": {D: [[None, None]]}}])
    def test_no_draws_are_no_picture(self, told):
        with pytest.raises(ValueError, match="no samples"):
            draw_posterior(told)


INTERVALS = {
    "type": "ConfidenceIntervalResult",
    "method": "linear",
    "confidence_level": 0.9,
    "parameter_values": {D: 2e-14, K: 3.0},
    "intervals": {D: {"lower": 1e-14, "upper": 3e-14}, K: {"lower": None, "upper": 4.0}},
}


class TestAnalyses:
    def test_intervals_lie_over_their_own_units(self):
        first, second = draw_found(INTERVALS)
        assert [first.get_xlabel(), second.get_xlabel()] == [D, K]
        assert first.get_title() == "90 % confidence interval (linear)"
        assert first.lines[0].get_xdata().tolist() == [1e-14, 3e-14]
        assert first.lines[1].get_xdata().tolist() == [2e-14]
        assert first.texts[0].get_text() == "2e-14, from 1e-14 to 3e-14"
        assert second.texts[0].get_text() == "3, from nan to 4"
        assert [line.get_xdata().tolist() for line in second.lines] == [[3.0]]

    def test_sensitivities_are_ordered_by_what_they_make(self):
        (axes,) = draw_found(
            {
                "type": "SensitivityResult",
                "first_order": {D: 0.2, K: 0.5},
                "total_order": {D: 0.3, K: 0.7},
                "total_order_ci": {D: 0.05, K: 0.1},
            }
        )
        assert [text.get_text() for text in axes.get_yticklabels()] == [D, K]
        assert [bar.get_width() for bar in axes.patches] == [0.3, 0.7, 0.2, 0.5]
        assert legend(axes) == ["with others", "alone"]
        assert axes.get_xlabel() == "Share of the variance of the cost [-]"

    def test_nothing_found_is_no_picture(self):
        for kind in ("ConfidenceIntervalResult", "SensitivityResult"):
            with pytest.raises(ValueError, match="nothing to draw"):
                draw_found({"type": kind})

    def test_which_element_is_meant(self):
        known, fit = {"type": "PassthroughResult"}, {"type": "OptimizationResult"}
        checked = {"type": "ValidationResult"}
        assert drawable({"a": known, "b": fit, "c": checked}, None) == "b"
        assert drawable({"a": known, "c": checked}, None) == "c"
        assert drawable({"a": known, "b": fit}, "a") == "a"
        with pytest.raises(ValueError, match="name one: 'b', 'd'"):
            drawable({"b": fit, "d": fit}, None)
        with pytest.raises(ValueError, match="no element"):
            drawable({"a": known}, None)
