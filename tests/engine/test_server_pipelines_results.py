"""What elements left: metadata, series and plots, cut to a window and thinned out."""

import math

import polars as pl
import pytest
from fake_pipelines import DATA, MODEL, POINTS, TIME
from hypothesis import given, settings
from hypothesis import strategies as st
from ionworks_engine.parameterization.thinning import thinned, windowed
from piped import engine, entry, problems, workers


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with engine(tmp_path_factory.mktemp("store")) as bench:
        done = bench.ran({"fit": entry("fit"), "plain": entry(), "bad": entry("fail at once")})
        rows = bench.elements(done["id"])
        bench.fit, bench.plain, bench.bad = (
            f"/jobs/{rows[name]['job_id']}" for name in ("fit", "plain", "bad")
        )
        bench.plots = f"/pipelines/datafits/{rows['fit']['job_id']}/plot_data"
        yield bench


def series(bench, **query):
    answer = bench.get(f"{bench.fit}/series", params={"objective": "voltage", **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def plot(bench, **query):
    answer = bench.get(bench.plots, params={"objective_name": "voltage", **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(answer, *words):
    assert answer.status_code == 404, answer.text
    assert all(word in answer.json()["message"] for word in words), answer.json()["message"]


def test_a_fit_tells_about_its_work(bench):
    told = bench.get(f"{bench.fit}/metadata").json()
    assert told["intermediate_results"] == [{"best_cost": 0.25, "cost": 0.25}]


def test_the_channels_of_a_fit_are_listed_in_their_order(bench):
    names = [TIME, DATA, MODEL]
    channels = bench.get(f"{bench.fit}/series/channels").json()
    assert channels == {"voltage": {"optimal": names, "baseline": names}}


def test_what_is_not_there_is_not_found_in_words(bench):
    for path in ("metadata", "series/channels", "series?objective=voltage"):
        refused(bench.get(f"{bench.plain}/{path}"), "has left no")
        refused(bench.get(f"{bench.bad}/{path}"), "has left no", "it is failed")
        refused(bench.get(f"/jobs/none/{path}"), "There is no job 'none'")
    refused(bench.get(f"{bench.fit}/series?objective=voltag"), "did you mean 'voltage'?")
    refused(bench.get(bench.plots, params={"objective_name": "x"}), "no objective 'x'")
    past = {"objective_name": "voltage", "plot_index": 1}
    refused(bench.get(bench.plots, params=past), "has 1 plots")


def test_a_series_is_whole_by_default(bench):
    found = series(bench)
    assert list(found) == [TIME, DATA, MODEL]
    assert {len(values) for values in found.values()} == {POINTS}
    assert found[MODEL][:2] == [None, 4.0 - 1 / POINTS]
    assert series(bench, source="baseline")[MODEL] == [4.0, 2.0]


def test_columns_of_a_series_are_chosen(bench):
    found = series(bench, columns=f"{MODEL},{TIME}", x_min=616.5, x_max=618)
    assert found == {MODEL: [8.0, 4.0 - 618 / POINTS], TIME: [617.0, 618.0]}
    by_value = series(bench, columns=TIME, x_column=DATA, x_min=5)
    assert by_value == {TIME: [617.0]}


def test_a_window_comes_before_thinning_and_keeps_ends_and_extremes(bench):
    found = series(bench, max_points=20, x_min=500, x_max=900)
    assert len(found[TIME]) == 20
    assert (found[TIME][0], found[TIME][-1]) == (500.0, 900.0)
    assert (max(found[DATA]), max(found[MODEL])) == (9.0, 8.0)
    assert found[TIME][found[DATA].index(9.0)] == 617.0
    few = series(bench, max_points=2)
    assert few[TIME] == [0.0, POINTS - 1.0]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({"columns": "Voltage [V]"}, "query.columns"),
        ({"x_column": "Time"}, "query.x_column"),
        ({"max_points": 1}, "query.max_points"),
        ({"max_points": "few"}, "query.max_points"),
        ({"x_min": "nan"}, "query.x_min"),
        ({"x_min": "1e999"}, "query.x_min"),
        ({"source": "best"}, "query.source"),
        ({"colums": "a"}, "query.colums"),
    ],
)
def test_odd_questions_about_series_are_refused(bench, query, place):
    answer = bench.get(f"{bench.fit}/series", params={"objective": "voltage", **query})
    assert list(problems(answer)) == [place]


def test_a_series_needs_its_objective(bench):
    assert list(problems(bench.get(f"{bench.fit}/series"))) == ["query.objective"]


def test_an_empty_window_is_empty(bench):
    assert series(bench, x_min=1e9, columns=TIME) == {TIME: []}


def test_a_plot_keeps_its_shape(bench):
    found = plot(bench, max_points=100)
    assert (found["type"], found["layout"]["xaxis"]["title"]["text"]) == ("timeseries", TIME)
    data, model = found["traces"]
    assert (data["name"], model["name"]) == ("Data", "Model")
    assert (max(data["y"]), max(model["y"])) == (9.0, 8.0)
    assert data["x"][data["y"].index(9.0)] == 617.0
    assert len(data["x"]) == 100
    assert (data["x"][0], data["x"][-1]) == (0, POINTS - 1)
    assert len(plot(bench)["traces"][0]["x"]) == POINTS


def test_a_plot_is_cut_to_a_window(bench):
    [data, _] = plot(bench, x_min="-1.5e0", x_max=2)["traces"]
    assert data["x"] == [0, 1, 2]
    assert plot(bench, x_min=5000)["traces"][0]["y"] == []


@pytest.mark.parametrize("points", [99, 80001, "2e3"])
def test_the_points_of_a_plot_are_bounded(bench, points):
    params = {"objective_name": "voltage", "max_points": points}
    assert list(problems(bench.get(bench.plots, params=params))) == ["query.max_points"]


def test_files_that_are_gone_are_not_found(tmp_path):
    with engine(tmp_path) as bench:
        done = bench.ran({"fit": entry("fit")})
        job = bench.elements(done["id"])["fit"]["job_id"]
        store = bench.app.state.services.store
        for name in bench.files():
            store.files.path(name).unlink()
        plots = f"/pipelines/datafits/{job}/plot_data?objective_name=voltage"
        for path in (f"/jobs/{job}/metadata", f"/jobs/{job}/series?objective=voltage", plots):
            refused(bench.get(path), "gone from the data folder")
        refused(bench.get(f"/pipelines/{done['id']}/result"), "gone from the data folder")


# Thinning by itself

numbers = st.one_of(st.none(), st.floats(-1e6, 1e6, allow_nan=False), st.just(math.nan))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(numbers, numbers), min_size=1, max_size=200),
    st.integers(min_value=2, max_value=60),
)
def test_thinning_keeps_ends_extremes_and_order(rows, points):
    frame = pl.DataFrame(
        {
            "t": [float(i) for i in range(len(rows))],
            "a": [row[0] for row in rows],
            "b": [row[1] for row in rows],
        },
        schema={"t": pl.Float64, "a": pl.Float64, "b": pl.Float64},
    )
    kept = thinned(frame, points, "t")
    assert kept.height == min(points, frame.height)
    times = kept["t"].to_list()
    assert times == sorted(set(times))
    assert (times[0], times[-1]) == (0.0, len(rows) - 1.0)
    # Rows are taken as they are.
    taken = frame[[int(t) for t in times]]
    assert taken.equals(kept, null_equal=True)
    if points >= 6:
        for name in ("a", "b"):
            before, after = (table[name].fill_nan(None) for table in (frame, kept))
            assert (before.min(), before.max()) == (after.min(), after.max())


def test_rows_that_fill_up_are_spread_over_all():
    """A straight line has its extremes at the ends of stretches, which are neighbours."""
    line = pl.DataFrame({"t": range(1000), "a": range(1000)})
    kept = thinned(line, 120, "t")["t"]
    assert len(kept) == 120
    assert kept.diff().max() <= 20


def test_a_window_takes_its_bounds_along_and_leaves_out_gaps():
    frame = pl.DataFrame({"x": [0.0, 1.0, None, 2.0, 3.0]})
    assert windowed(frame, "x", 1, 2)["x"].to_list() == [1.0, 2.0]
    assert windowed(frame, "x", None, None).equals(frame)


def test_what_is_not_there_yet_says_where_to_look(tmp_path):
    with engine(tmp_path, workers(1)) as bench:
        pipeline = bench.submitted({"fit": entry("tell 60")})
        bench.until(f"/pipelines/{pipeline['id']}/elements", lambda rows: rows[0]["progress"])
        job = bench.elements(pipeline["id"])["fit"]["job_id"]
        words = ("has left no metadata: it is processing", "in the progress of its element")
        refused(bench.get(f"/jobs/{job}/metadata"), *words)
