"""Designs of experiments: the points they mean, and the designs that are refused."""

import itertools
import json
import pickle
import subprocess
import sys
import time

import numpy as np
import pytest

from ionworks import doe

DISCRETE = {"type": "discrete", "name": "Thickness [m]", "values": [50e-6, 75e-6, 100e-6]}
RANGE = {"type": "range", "name": "Porosity", "min": 0.2, "max": 0.5, "count": 4}
NORMAL = {"type": "normal", "name": "Radius [m]", "mean": 5e-6, "std": 1e-7, "count": 6}


def grid(*rows):
    return {"sampling": "grid", "rows": list(rows)}


def sampled(sampling, *rows, count=None):
    design = {"sampling": sampling, "rows": list(rows)}
    return design if count is None else {**design, "count": count}


def column(design, name):
    return np.array([point[name] for point in doe.expand(design)])


def test_a_grid_is_every_combination_last_row_fastest():
    points = doe.expand(grid(DISCRETE, RANGE))
    wanted = itertools.product(DISCRETE["values"], np.linspace(0.2, 0.5, 4))
    assert [list(point) for point in points] == [["Thickness [m]", "Porosity"]] * 12
    assert [list(point.values()) for point in points] == [
        [first, pytest.approx(second, rel=1e-15)] for first, second in wanted
    ]
    assert doe.count(grid(DISCRETE, RANGE)) == len(points)


@pytest.mark.parametrize(("low", "high", "count"), [(0, 1, 11), (-1e-9, 3e8, 7), (1, 2, 2)])
def test_a_range_is_evenly_spaced_with_both_bounds(low, high, count):
    row = {"type": "range", "name": "x", "min": low, "max": high, "count": count}
    values = column(grid(row), "x")
    assert values == pytest.approx(np.linspace(low, high, count), rel=1e-14)
    assert (values[0], values[-1]) == (low, high)


def test_a_range_of_one_value_is_its_minimum():
    assert doe.expand(grid({**RANGE, "count": 1})) == [{"Porosity": 0.2}]


def test_a_normal_row_of_a_grid_is_a_few_draws():
    values = column(grid(NORMAL), "Radius [m]")
    assert len(set(values)) == 6
    assert np.all(np.abs(values - 5e-6) < 6e-7)


def test_a_single_point():
    rows = [{"type": "discrete", "name": name, "values": [1]} for name in ("a", "b")]
    assert doe.expand(grid(*rows)) == [{"a": 1.0, "b": 1.0}]
    assert doe.count(grid(*rows)) == 1


@pytest.mark.parametrize("sampling", ["random", "latin_hypercube"])
def test_sizes_come_from_the_design_or_from_rows_that_agree(sampling):
    assert doe.count(sampled(sampling, DISCRETE, RANGE)) == 4
    assert doe.count(sampled(sampling, RANGE, {**NORMAL, "count": 4})) == 4
    assert doe.count(sampled(sampling, RANGE, NORMAL, count=9)) == 9
    assert len(doe.expand(sampled(sampling, RANGE, NORMAL, count=9))) == 9
    row = {key: RANGE[key] for key in ("type", "name", "min", "max")}
    assert doe.count(sampled(sampling, row, count=3)) == 3


@pytest.mark.parametrize("sampling", ["random", "latin_hypercube"])
@pytest.mark.parametrize(
    ("rows", "words"),
    [((DISCRETE,), "No row says it"), ((RANGE, NORMAL), "The rows say 4, 6")],
)
def test_sizes_that_nobody_gives_are_refused(sampling, rows, words):
    with pytest.raises(doe.DesignError, match=words) as caught:
        doe.count(sampled(sampling, *rows))
    assert caught.value.problems[0][0] == "count"


@pytest.mark.parametrize(
    ("sampling", "first"),
    [
        ("grid", (0.0, 0.5715260521558996)),
        ("random", (0.7503722255351022, 3.1717771732925018)),
        ("latin_hypercube", (0.36132486595306545, -1.3090362779214553)),
    ],
)
def test_points_stay_what_they_were_in_earlier_versions(sampling, first):
    unit = {"type": "range", "name": "x", "min": 0, "max": 1, "count": 3}
    normal = {"type": "normal", "name": "y", "mean": 0, "std": 1, "count": 3}
    point = doe.expand(sampled(sampling, unit, normal))[0]
    assert tuple(point.values()) == pytest.approx(first, rel=1e-14)


@pytest.mark.parametrize("sampling", ["grid", "random", "latin_hypercube"])
def test_the_same_design_is_the_same_points(sampling):
    design = sampled(sampling, DISCRETE, RANGE, {**NORMAL, "count": 4})
    points = doe.expand(design)
    shuffled = json.loads(json.dumps(design, sort_keys=True))
    assert doe.expand(shuffled) == points
    whole = {**RANGE, "min": 0, "max": 1}
    decimal = {**RANGE, "min": 0.0, "max": 1.0}
    assert doe.expand(sampled(sampling, whole)) == doe.expand(sampled(sampling, decimal))
    code = f"from ionworks import doe; print(repr(doe.expand({design!r}) == {points!r}))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "True"


def test_another_design_is_other_draws():
    first = column(sampled("random", RANGE), "Porosity")
    second = column(sampled("random", {**RANGE, "max": 0.500001}), "Porosity")
    assert np.all(np.abs(first - second) > 1e-5)


def test_rows_are_drawn_independently():
    rows = [{**RANGE, "name": name} for name in ("a", "b")]
    for sampling in ("random", "latin_hypercube"):
        design = sampled(sampling, *rows, count=4000)
        correlation = np.corrcoef(column(design, "a"), column(design, "b"))[0, 1]
        assert abs(correlation) < 5 / np.sqrt(4000)


@pytest.mark.parametrize("sampling", ["random", "latin_hypercube"])
def test_uniform_samples_follow_their_law(sampling):
    values = column(sampled(sampling, RANGE, count=10_000), "Porosity")
    assert values.min() >= 0.2
    assert values.max() <= 0.5
    assert values.mean() == pytest.approx(0.35, abs=4 * 0.3 / np.sqrt(12 * 10_000))
    assert values.std() == pytest.approx(0.3 / np.sqrt(12), rel=0.02)


@pytest.mark.parametrize("sampling", ["random", "latin_hypercube", "grid"])
def test_normal_samples_follow_their_law(sampling):
    stats = pytest.importorskip("scipy.stats")
    design = sampled(sampling, {**NORMAL, "count": 10_000})
    values = column(design, "Radius [m]")
    assert values.mean() == pytest.approx(5e-6, abs=4 * 1e-7 / 100)
    assert values.std() == pytest.approx(1e-7, rel=0.04)
    assert stats.kstest(values, stats.norm(5e-6, 1e-7).cdf).pvalue > 1e-4


def test_discrete_samples_are_equally_likely():
    values = column(sampled("random", DISCRETE, count=9000), "Thickness [m]")
    _, counts = np.unique(values, return_counts=True)
    assert counts == pytest.approx([3000] * 3, abs=5 * np.sqrt(2000))


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_a_latin_hypercube_has_one_point_in_each_stratum_of_each_row(size):
    stats = pytest.importorskip("scipy.stats")
    row = {**RANGE, "min": 0.0, "max": 1.0}
    design = sampled("latin_hypercube", row, NORMAL, count=size)
    strata = np.floor(column(design, "Porosity") * size)
    assert sorted(strata) == list(range(size))
    shares = stats.norm(5e-6, 1e-7).cdf(column(design, "Radius [m]"))
    assert sorted(np.floor(shares * size)) == list(range(size))
    if size > 2:
        assert list(strata) != sorted(strata)


def test_a_latin_hypercube_of_discrete_values_is_balanced():
    values = column(sampled("latin_hypercube", DISCRETE, count=9), "Thickness [m]")
    assert sorted(values) == [50e-6] * 3 + [75e-6] * 3 + [100e-6] * 3


def test_ten_million_points_are_refused_before_they_are_made():
    rows = [{**RANGE, "name": f"p{index}", "count": 10} for index in range(7)]
    begun = time.perf_counter()
    assert doe.count(grid(*rows)) == 10_000_000
    for verb in (doe.check, doe.expand, doe.preview):
        with pytest.raises(doe.DesignError, match=r"^rows: .*10,000,000 points; .* 10,000\."):
            verb(grid(*rows))
    with pytest.raises(doe.DesignError, match=r"^count: .*10,001"):
        doe.check(sampled("random", RANGE, count=10_001))
    doe.check(grid({**RANGE, "count": doe.MAX_POINTS}))
    with pytest.raises(doe.DesignError, match="limit"):
        doe.check(grid({**RANGE, "count": 10**9}))
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize(
    ("row", "path", "words"),
    [
        ({**RANGE, "min": 0.5}, "min", "below max"),
        ({**RANGE, "min": 0.6}, "min", "below max"),
        ({**NORMAL, "std": 0}, "std", "above 0"),
        ({**NORMAL, "std": -1}, "std", "above 0"),
        ({**DISCRETE, "values": []}, "values", "at least one"),
        ({**DISCRETE, "values": 5}, "values", "list"),
        ({**DISCRETE, "values": "12"}, "values", "list"),
        ({**DISCRETE, "values": [1, float("nan")]}, "values[1]", "finite"),
        ({**DISCRETE, "values": [True]}, "values[0]", "finite"),
        ({**DISCRETE, "values": ["1"]}, "values[0]", "finite"),
        ({**RANGE, "max": float("inf")}, "max", "finite"),
        ({**RANGE, "max": None}, "max", "missing"),
        ({**RANGE, "max": 10**400}, "max", "finite"),
        ({**RANGE, "min": -1e308, "max": 1e308}, "max", "too far"),
        ({**NORMAL, "std": 1e308}, "std", "too large"),
        ({**RANGE, "count": 0}, "count", "at least 1"),
        ({**RANGE, "count": 2.0}, "count", "whole"),
        ({**RANGE, "count": True}, "count", "whole"),
        ({**RANGE, "count": "4"}, "count", "whole"),
        ({key: RANGE[key] for key in RANGE if key != "count"}, "count", "grid"),
        ({key: RANGE[key] for key in RANGE if key != "min"}, "min", "missing"),
        ({**RANGE, "type": "rnage"}, "type", "Try: range"),
        ({**RANGE, "type": None}, "type", "missing"),
        ({**RANGE, "type": 5}, "type", "one of"),
        ({**RANGE, "name": " "}, "name", "parameter"),
        ({key: RANGE[key] for key in RANGE if key != "name"}, "name", "parameter"),
        ({**RANGE, "values": [1]}, "values", "a range row"),
        ({**DISCRETE, "count": 3}, "count", "a discrete row"),
        ({**NORMAL, "min": 3}, "min", "a normal row"),
        ({"type": "discrete", "name": "x", "vals": [1]}, "vals", "Try: values"),
        ({"type": "range", "name": "x", "min": 0, "maxx": 1, "count": 2}, "maxx", "Try: max"),
        ({"type": "normal", "name": "x", "mean": 0, "stdev": 1, "count": 2}, "stdev", "Try: std"),
    ],
)
def test_wrong_rows_are_refused_by_number_and_key(row, path, words):
    with pytest.raises(doe.DesignError) as caught:
        doe.check(grid({**DISCRETE, "name": "first"}, row))
    ((place, message),) = caught.value.problems
    assert place == f"rows[1].{path}"
    assert words in message
    assert str(caught.value) == f"{place}: {message}"
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("design", "path", "words"),
    [
        (None, "design", "mapping"),
        ([], "design", "mapping"),
        ({"sampling": "grid", "rows": []}, "rows", "at least one"),
        ({"sampling": "grid"}, "rows", "at least one"),
        ({"sampling": "grid", "rows": "abc"}, "rows", "list"),
        ({"sampling": "grid", "rows": [5]}, "rows[0]", "mapping"),
        ({"sampling": "gird", "rows": [RANGE]}, "sampling", "Try: grid"),
        ({"sampling": "sobol", "rows": [RANGE]}, "sampling", "latin_hypercube"),
        ({"rows": [RANGE]}, "sampling", "missing"),
        ({"sampling": "random", "rows": [RANGE], "count": 0}, "count", "at least 1"),
        ({"sampling": "grid", "rows": [RANGE], "count": 5}, "count", "4 points"),
        ({"sampling": "grid", "rows": [RANGE], "seed": 5}, "seed", "Unknown"),
        ({"sampling": "grid", "row": [RANGE]}, "row", "Try: rows"),
        (grid(RANGE, RANGE), "rows[1].name", "rows[0]"),
    ],
)
def test_wrong_designs_are_refused_by_key(design, path, words):
    for verb in (doe.check, doe.count, doe.expand):
        with pytest.raises(doe.DesignError) as caught:
            verb(design)
        ((place, message),) = caught.value.problems
        assert place == path
        assert words in message


def test_a_count_that_says_what_a_grid_has_is_no_error():
    doe.check({**grid(RANGE), "count": 4})


def test_all_problems_come_at_once():
    with pytest.raises(doe.DesignError) as caught:
        doe.check(grid({**RANGE, "min": 1}, {**NORMAL, "std": 0}, {**DISCRETE, "valuse": 1}))
    places = [place for place, _ in caught.value.problems]
    assert places == ["rows[0].min", "rows[1].std", "rows[2].valuse"]
    assert len(str(caught.value).splitlines()) == 3
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.problems) == (str(caught.value), caught.value.problems)


def test_absent_keys_may_be_null():
    empty = dict.fromkeys(("count", "name"))
    assert doe.count({**grid(RANGE), "count": None}) == 4
    assert doe.count({**sampled("random", {**RANGE, "count": None}), "count": 3}) == 3
    with pytest.raises(doe.DesignError):
        doe.check(grid({**DISCRETE, **empty}))


def test_arrays_are_lists_of_values():
    assert doe.count(grid({**DISCRETE, "values": np.linspace(1, 2, 5)})) == 5


def test_a_preview_is_a_frame_of_the_points():
    polars = pytest.importorskip("polars")
    design = sampled("latin_hypercube", DISCRETE, RANGE, count=20)
    frame = doe.preview(design)
    assert isinstance(frame, polars.DataFrame)
    assert frame.to_dicts() == doe.expand(design)
    assert frame.columns == ["Thickness [m]", "Porosity"]
    assert set(frame.dtypes) == {polars.Float64}


def test_designs_are_read_without_any_array_library():
    code = "from ionworks import doe; import sys\n"
    code += f"doe.expand({sampled('latin_hypercube', RANGE, NORMAL, count=5)!r})\n"
    code += "print({'numpy', 'polars', 'scipy', 'pandas', 'yaml'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
