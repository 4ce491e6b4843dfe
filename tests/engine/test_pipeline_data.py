"""Data of pipelines: every form in, tables of numbers out, and nothing opened that is not given."""

import json

import numpy as np
import polars as pl
import pytest
from ionworks_engine.pipelines import queries
from ionworks_engine.pipelines.checks import problems
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.data import Sources, Table, read_table
from ionworks_engine.pipelines.errors import PipelineError

TIME = [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]
ROWS = {
    "Time [s]": TIME,
    "Current [A]": [1.0, 1.0, 0.0, 0.0, -1.0, -1.0],
    "Voltage [V]": [4.0, 3.9, 3.95, 3.96, 4.0, 4.1],
}
STEPS = {
    "Step count": [0, 1, 2],
    "Cycle count": [0, 0, 1],
    "Start index": [0, 2, 4],
    "End index": [1, 3, 5],
    "Step type": ["Constant current discharge", "Rest", "Constant current charge"],
}


@pytest.fixture
def sources(tmp_path):
    rows, steps = tmp_path / "rows.parquet", tmp_path / "steps.parquet"
    pl.DataFrame(ROWS).with_columns(pl.lit("a").alias("Note")).write_parquet(rows)
    pl.DataFrame(STEPS).write_parquet(steps)
    stored = {"time_series": str(rows), "steps": str(steps), "metadata": {"T": 25}}
    measurements = {"m1": {**stored, "cell": {"quick_model": {}}}, "m2": {"time_series": None}}
    return Sources(measurements, {"entry.data": "db:m1", "entry.loop": "entry.loop"})


def read(data, sources=None):
    return read_table(json.loads(json.dumps(data)), sources or Sources(), "elements.fit.data")


def refusal(data, sources=None):
    with pytest.raises(PipelineError) as caught:
        read(data, sources)
    assert caught.value.where.startswith("elements.fit.data")
    return caught.value.message


@pytest.mark.parametrize(
    "data",
    [
        ROWS,
        {"data": ROWS},
        {"data": {"data": ROWS}},
        {"time_series": ROWS},
        {"time_series": ROWS, "steps": STEPS},
        {"data": {"time_series": ROWS, "steps": STEPS}},
        {"data": ROWS, "metadata": {"T": 25}},
        {"data": ROWS, "options": None, "time_range": None},
        "db:m1",
        {"data": "db:m1"},
        {"data": {"data": "db:m1"}},
        "entry.data",
        {"data": "entry.data"},
    ],
)
def test_all_forms_are_the_same_numbers(data, sources):
    table = read(data, sources)
    assert table.rows == 6
    for name, values in ROWS.items():
        assert table.column(name).tolist() == values


def test_steps_and_metadata_come_along(sources):
    table = read({"data": "db:m1", "metadata": {"SOC": 0.5}}, sources)
    assert table.steps["Step type"].to_list() == STEPS["Step type"]
    assert table.metadata == {"T": 25, "SOC": 0.5}
    assert read(ROWS).steps is None


def test_gaps_are_nan_and_whole_numbers_become_floats():
    column = read({"a": [1, None, 3]}).column("a")
    assert column.dtype == np.float64
    assert np.isnan(column[1])


def test_an_open_circuit_voltage_is_offered_as_the_voltage():
    assert read({"OCP [V]": [4.0, 3.0]}).column("Voltage [V]").tolist() == [4.0, 3.0]
    both = read({"OCP [V]": [4.0], "Voltage [V]": [3.0]})
    assert both.column("Voltage [V]").tolist() == [3.0]


def test_a_missing_column_is_said_with_what_there_is(sources):
    table = read("db:m1", sources)
    with pytest.raises(PipelineError, match=r"'Voltage \[mV\]' is missing; did you mean"):
        table.column("Voltage [mV]")
    with pytest.raises(PipelineError, match=r"there are 'Time \[s\]', 'Current \[A\]', 'Voltage"):
        table.column("Frequency [Hz]")
    with pytest.raises(PipelineError, match="must hold numbers, not texts"):
        table.column("Note")
    assert not Table({}).has("Voltage [V]")


@pytest.mark.parametrize("name", ["Time [s]", "Voltage [V]", "Current [A]"])
def test_a_column_is_not_near_for_its_unit(name):
    others = {other: [0, 1] for other in ROWS if other != name}
    with pytest.raises(PipelineError, match="is missing; there are"):
        read(others).column(name)
    fit = {"element_type": "data_fit", "objectives": {"v": {"data": {"data": others}}}}
    told = [message for _, message in problems({"fit": fit})]
    assert any(message.startswith(f"the column {name!r} is missing; there are") for message in told)


def test_without_any_handle_none_is_offered():
    assert refusal("entry.data", Sources()).endswith("'<element>.<key>' of an earlier entry")


@pytest.mark.parametrize(
    ("window", "times"),
    [
        ({"start": 10, "end": 30}, [10, 20, 30]),
        ({"start": 10, "duration": 20}, [10, 20, 30]),
        ({"end": 10}, [0, 10]),
        ({"start": 49.9999999, "end": None}, [50]),
    ],
)
@pytest.mark.parametrize("data", [ROWS, "db:m1"])
def test_a_time_range_includes_its_ends(data, window, times, sources):
    table = read({"data": data, "time_range": window}, sources)
    assert table.column("Time [s]").tolist() == times


def test_steps_are_chosen_by_index_by_query_and_by_cycle(sources):
    def times(**options):
        return read({"data": "db:m1", "options": options}, sources).column("Time [s]").tolist()

    assert times(first_step=1) == TIME[2:]
    assert times(first_step=1, last_step=1) == TIME[2:4]
    query = 'SELECT * FROM steps WHERE "Cycle count" = 1 ORDER BY "Step count" LIMIT 1'
    assert times(first_step=query) == TIME[4:]
    assert times(last_step={"cycle": 0}) == TIME[:4]


def test_the_time_range_comes_after_the_choice_of_steps(sources):
    data = {"data": "db:m1", "options": {"first_step": 1}, "time_range": {"start": 0, "end": 30}}
    assert read(data, sources).column("Time [s]").tolist() == [20, 30]


def test_transforms_are_ionworksdatas(sources):
    data = {"Capacity [A.h]": [2.0, 1.0, 0.0], "Voltage [V]": [3.0, 3.5, 4.0]}
    table = read({"data": data, "options": {"transforms": {"sort": True}}})
    assert table.column("Capacity [A.h]").tolist() == [0.0, 1.0, 2.0]
    assert table.column("Voltage [V]").tolist() == [4.0, 3.5, 3.0]
    table = read({"data": ROWS, "options": {"interpolate": 25}})
    assert table.column("Voltage [V]").tolist() == pytest.approx([4.0, 3.955])
    rests = {"data": "db:m1", "options": {"rest_to_ocp": True}}
    assert read(rests, sources).column("Voltage [V]").tolist() == [3.96]
    named = {"data": {"Q": [0.0, 1.0], "Voltage [V]": [4, 3]}, "options": {"capacity_column": "Q"}}
    assert read(named).column("Capacity [A.h]").tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("db:m3", "no measurement 'm3'"),
        ("db:m2", "has no time series"),
        ("entry.dat", "did you mean 'entry.data'"),
        ("discharge.csv", "did you mean 'file:discharge.csv'?"),
        ("run/Data.PARQUET", "did you mean 'file:run/Data.PARQUET'?"),
        (
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            "did you mean 'db:0f8fad5b-d9cb-469f-a165-70867728950e'?",
        ),
        ("entry.loop", "leads back to itself"),
        ("file:/etc/passwd", "on your machine"),
        ("folder:/etc", "on your machine"),
        ({"data": "file:x.csv"}, "on your machine"),
        (17, "must be a table of columns"),
        ({}, "no columns"),
        ({"data": None}, "'data' or 'time_series' is missing"),
        ({"data": ROWS, "option": {}}, "did you mean 'options'"),
        ({"data": "db:m1", "analysis": {"name": "x"}}, "stores no analyses"),
        ({"a": [1, 2], "b": [1]}, "'a' has 2, 'b' has 1"),
        ({"a": 1}, "must be a list"),
        ({"data": ROWS, "options": {"sortt": True}}, "sortt"),
        ({"data": ROWS, "options": {"first_step": 1}}, "no steps to choose from"),
        ({"data": "db:m1", "options": {"first_step": 9}}, "cannot be prepared"),
        ({"data": ROWS, "time_range": {"start": 100, "end": 200}}, "covers 0.0 to 50.0 s"),
        ({"data": ROWS, "time_range": {"start": 5, "end": 1}}, "starts at 5.0 s and ends at 1.0"),
        ({"data": ROWS, "time_range": {"begin": 5}}, "unknown key 'begin'"),
        ({"data": ROWS, "time_range": {"start": "x"}}, "a number of seconds"),
    ],
)
def test_what_cannot_be_read_is_refused_where_it_stands(data, said, sources):
    assert said in refusal(data, sources)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM steps, read_parquet('x')",
        "SELECT * FROM steps JOIN others ON 1 = 1",
        'SELECT MAX(s."Step count") FROM steps s join steps b ON s."Start index" = b."Start index"',
        "SELECT * FROM steps NATURAL JOIN steps",
        "SELECT * FROM (steps a CROSS JOIN steps b)",
        "SELECT * FROM steps a, steps b",
        "SELECT MAX(a.x) FROM (SELECT x FROM steps WHERE x IN (1, 2)) a, steps b",
        "SELECT * FROM (steps a, steps b)",
        "SELECT * FROM '/tmp/x.parquet'",
        "SELECT * FROM \"read_csv\" ('x')",
        "DROP TABLE steps",
        "SELECT * FROM steps; SELECT 1",
        "SELECT * FROM steps -- x",
        "SELECT read_ipc ('x') FROM steps",
        "SELECT * FROM steps WHERE x IN (SELECT y FROM scan_csv('z'))",
        "",
        "SELECT " + "1, " * 2000 + "1 FROM steps",
    ],
)
def test_a_query_reads_the_steps_and_nothing_else(query, sources):
    assert list(queries.problems(query))
    message = refusal({"data": "db:m1", "options": {"first_step": query}}, sources)
    assert message.startswith("elements.fit.data.options.first_step: ")


def test_queries_that_the_loader_documents_pass():
    from ionworksdata.load import first_step_from_cycle, last_step_from_cycle

    for query in (
        first_step_from_cycle(3),
        last_step_from_cycle(3),
        'SELECT MAX("Step count") AS "Step count" FROM steps WHERE "Step type" = \'Rest\'',
        'SELECT "Join", ABS("x") FROM steps WHERE x IN (1, 2) ORDER BY "Join", "x" LIMIT 1',
        'SELECT * FROM (SELECT "a", "b" FROM steps) WHERE a = (SELECT MAX("a") FROM steps)',
    ):
        assert list(queries.problems(query)) == []


def test_the_context_knows_the_cell_of_a_measurement(sources):
    context = Context(sources=sources, where="elements.fit")
    assert context.cell_of({"data": "entry.data"}) == {"quick_model": {}}
    assert context.cell_of(ROWS) is None
    assert context.table("db:m1").rows == 6
    with pytest.raises(PipelineError, match=r"^elements.fit.data: there is no measurement 'x'"):
        context.cell_of("db:x")


def test_an_assumption_is_noted_once_and_the_last_fit_is_found():
    context = Context(fits=({"a": 1.0, "b": 2.0}, {"a": 3.0}))
    context.assume("SPM.")
    context.assume("SPM.")
    assert context.assumptions == ["SPM."]
    assert context.optimum(["a"]) == {"a": 3.0}
    assert context.optimum(["b", "a"]) == {"b": 2.0, "a": 1.0}
    assert context.optimum(["c"]) is None
    assert context.optimum([]) is None
