"""Frames: derived columns, and the backend the user chose."""

import subprocess
import sys
from datetime import datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from unittest.mock import patch

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ionworks
from ionworks import errors, frames
from ionworks.frames import with_continuous_capacity, with_step_changes
from ionworks.validators import as_frame
from tests.unit.stub import URL, client_of, raw, reply, stubbed

D, C = "Discharge capacity [A.h]", "Charge capacity [A.h]"
WORKED = {
    "Step count": [1, 1, 2, 2, 3, 3],
    D: [0.0, 1.0, 0.0, 0.0, 0.0, 0.5],
    C: [0.0, 0.0, 0.0, 0.4, 0.0, 0.0],
}


@pytest.fixture(autouse=True)
def _default_backend(monkeypatch):
    monkeypatch.delenv("IONWORKS_DATAFRAME_BACKEND", raising=False)
    monkeypatch.setattr(frames, "_chosen", None)


def column(frame, name):
    return with_continuous_capacity(pl.DataFrame(frame))[name].to_list()


def test_the_worked_example():
    assert column(WORKED, "Step capacity [A.h]") == pytest.approx([0, 1, 0, -0.4, 0, 0.5])
    assert column(WORKED, "Capacity [A.h]") == pytest.approx([0, 1, 1, 0.6, 0.6, 1.1])


def test_without_steps_both_are_the_same():
    frame = {name: WORKED[name] for name in (D, C)}
    assert column(frame, "Capacity [A.h]") == column(frame, "Step capacity [A.h]")


def test_without_capacities_nothing_is_added():
    frame = pl.DataFrame({"Step count": [1], D: [0.0]})
    assert with_continuous_capacity(frame).equals(frame)


def test_what_exists_is_kept():
    frame = pl.DataFrame({**WORKED, "Capacity [A.h]": [9.0] * 6, "Step capacity [A.h]": [8.0] * 6})
    assert with_continuous_capacity(frame).equals(frame)


def test_rows_without_a_step_belong_to_the_one_before():
    frame = {**WORKED, "Step count": [1, None, 2, None, None, 3]}
    assert column(frame, "Capacity [A.h]")[:4] == pytest.approx([0, 1, 1, 0.6])


def test_missing_values_do_not_spread():
    frame = {
        **WORKED,
        D: [0.0, 1.0, 0.0, 0.0, 0.0, None],
        C: [0.0, float("nan"), 0.0, 0.4, 0.0, 0.0],
    }
    found = column(frame, "Capacity [A.h]")
    assert found[2:5] == pytest.approx([1, 0.6, 0.6])
    assert found[5] is None


def test_the_order_of_rows_is_kept():
    frame = pl.DataFrame({"Step count": [2, 1], D: [0.0, 1.0], C: [0.4, 0.0]})
    assert with_continuous_capacity(frame)["Capacity [A.h]"].to_list() == pytest.approx([0.6, 1.0])


@given(st.lists(st.lists(st.floats(-3, 3), min_size=1, max_size=5), min_size=1, max_size=6))
def test_it_is_the_running_sum_of_what_flowed(steps):
    rows, flowed, expected = [], 0.0, []
    for number, values in enumerate(steps, 1):
        for value in values:
            rows.append((number, max(value, 0), max(-value, 0)))
            expected.append(flowed + value)
        flowed += values[-1]
    frame = pl.DataFrame(rows, schema=["Step count", D, C], orient="row")
    assert with_continuous_capacity(frame)["Capacity [A.h]"].to_list() == pytest.approx(expected)


def test_changes_of_steps():
    steps = pl.DataFrame(
        {D: [1.0, 0.0, None], C: [0.0, 0.4, 0.0], "Charge energy [W.h]": [0.0, 2.0, 1.0]}
    )
    added = with_step_changes(steps)
    assert added["Delta capacity [A.h]"].to_list() == [1.0, -0.4, None]
    assert added["Delta energy [W.h]"].to_list() == [0.0, -2.0, -1.0]
    assert str(added["Delta energy [W.h]"][0]) == "0.0"
    assert with_step_changes(pl.DataFrame({"a": [1]})).columns == ["a"]


class TestBackend:
    def served(self):
        buffer = BytesIO()
        pl.DataFrame(WORKED).write_parquet(buffer)

        def answer(request):
            if request.url.path.endswith("download"):
                return raw(buffer.getvalue(), content_type="application/vnd.apache.parquet")(
                    request
                )
            return reply({"id": "s", "metrics": None})(request)

        return answer

    @pytest.mark.parametrize("colour", ["sync", "async"])
    def test_polars_is_the_default(self, colour):
        with stubbed() as stub, client_of(colour, "k", URL) as client:
            stub.will(self.served())
            result = client.simulation.get_result("s")
        assert isinstance(result.time_series, pl.DataFrame)
        assert result.metrics == {}
        assert "Capacity [A.h]" in result.time_series.columns
        assert "Delta capacity [A.h]" in result.steps.columns
        assert repr(result) == (
            "SimulationResult(time_series=<6 rows, 5 columns>, "
            "steps=<6 rows, 4 columns>, metrics=<0 entries>)"
        )
        assert "<table" in result._repr_html_()

    def test_a_client_has_its_own(self):
        with stubbed() as stub, client_of("sync", "k", URL, dataframe_backend="Pandas") as client:
            stub.will(self.served())
            assert isinstance(client.simulation.get_result("s").steps, pd.DataFrame)
        assert ionworks.get_dataframe_backend() == "polars"

    def test_the_process_has_one_for_the_others(self):
        ionworks.set_dataframe_backend("pandas")
        with stubbed() as stub, client_of("sync", "k", URL) as client:
            stub.will(self.served())
            assert isinstance(client.simulation.get_result("s").steps, pd.DataFrame)
            ionworks.set_dataframe_backend("polars")
            assert isinstance(client.simulation.get_result("s").steps, pl.DataFrame)

    def test_the_environment_has_one_for_the_process(self, monkeypatch):
        monkeypatch.setenv("IONWORKS_DATAFRAME_BACKEND", "PANDAS")
        assert ionworks.get_dataframe_backend() == "pandas"
        monkeypatch.setenv("IONWORKS_DATAFRAME_BACKEND", "arrow")
        with pytest.raises(ValueError, match="IONWORKS_DATAFRAME_BACKEND"):
            ionworks.get_dataframe_backend()

    def test_an_unknown_one_is_refused(self):
        with pytest.raises(ValueError, match="polars, pandas"):
            ionworks.set_dataframe_backend("arrow")
        with pytest.raises(ValueError, match="polars, pandas"):
            ionworks.Ionworks("k", dataframe_backend="arrow")

    def test_a_missing_one_says_what_to_install(self, monkeypatch):
        monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
        with pytest.raises(ModuleNotFoundError, match=r"ionworks-api\[pandas\]"):
            ionworks.set_dataframe_backend("pandas")


def of(*values, dtype=None):
    return pl.Series(list(values), dtype=dtype, strict=False)


MOMENT = datetime(2026, 1, 2, 3, 4, 5, 6)
SENT_BACK = {
    "integers": of(1, 2**53 + 1),
    "integers with gaps": of(1, None, 2**53 + 1),
    "small integers with gaps": of(1, None, dtype=pl.Int8),
    "large integers with gaps": of(2**64 - 1, None, dtype=pl.UInt64),
    "floats": of(0.1, float("nan")),
    "floats with gaps": of(0.1, None, float("nan")),
    "floats of 32 bits with gaps": of(0.1, None, dtype=pl.Float32),
    "truths": of(True, False),
    "truths with gaps": of(True, None),
    "texts": of("a", None, ""),
    "categories": of("a", None, dtype=pl.Categorical),
    "times of day": of(time(1), None),
    "moments": of(MOMENT, None),
    "moments of a zone": of(MOMENT, None, dtype=pl.Datetime("ns", "Europe/Berlin")),
    "durations": of(timedelta(microseconds=1), None),
    "decimals": of(Decimal("1.50"), None),
    "bytes": of(b"a", None),
    "lists": of([1, None], None, []),
    "lists of texts": of(["a"], []),
    "lists of lists": of([[1], [2, 3]], [[]]),
    "lists of moments": of([MOMENT]),
    "structures": of({"a": 1, "b": None}, {"a": None, "b": "x"}, None),
    "nothing but gaps": of(None, None, dtype=pl.Float64),
    "no integers but gaps": of(None, dtype=pl.Int64),
    "nulls": of(None, None),
    "no rows": of(dtype=pl.Int64),
}


@pytest.mark.parametrize("backend", ["polars", "pandas"])
@pytest.mark.parametrize("kind", SENT_BACK)
def test_what_comes_out_can_be_sent_back(kind, backend):
    frame = pl.DataFrame({"Time [s]": range(len(SENT_BACK[kind])), kind: SENT_BACK[kind]})
    back = as_frame(frames.to_user(frame, backend))
    assert back.schema == frame.schema
    assert back.equals(frame)


@pytest.mark.parametrize(
    ("column", "becomes"),
    [
        (of("a", None, dtype=pl.Enum(["b", "a"])), pl.Categorical),
        (of(MOMENT.date(), None), pl.Datetime("ms")),
        (of([1, 2], None, dtype=pl.Array(pl.Int64, 2)), pl.List(pl.Int64)),
    ],
    ids=str,
)
def test_what_pandas_has_no_type_for_keeps_its_values(column, becomes):
    back = as_frame(frames.to_user(column.to_frame("x"), "pandas"))["x"]
    assert back.dtype == becomes
    assert back.equals(column.cast(becomes))


def test_integers_too_large_for_pandas_keep_their_digits():
    frame = pl.DataFrame({"x": of(2**100, None, dtype=pl.Int128)})
    assert frames.to_user(frame, "pandas")["x"].tolist() == [2**100, None]


def test_pandas_has_plain_columns_where_there_are_no_gaps():
    frame = pl.DataFrame({"a": [1.0, 2.0], "b": [1, 2], "c": [1, None], "d": [True, False]})
    shown = frames.to_user(frame, "pandas")
    assert list(shown.columns) == ["a", "b", "c", "d"]
    assert [str(kind) for kind in shown.dtypes] == ["float64", "int64", "Int64", "bool"]
    shown.loc[0, "c"] = 5
    shown.loc[1, "a"] = 7.0
    assert frame["c"].to_list() == [1, None]
    assert frame["a"].to_list() == [1.0, 2.0]


def test_bytes_that_are_no_table():
    with pytest.raises(errors.IonworksError, match="cannot be read"):
        frames.read_parquet(b"no parquet")


HEAVY = ("polars", "pandas", "numpy", "scipy", "pybamm", "httpx", "attrs", "rich")


@pytest.mark.parametrize(
    "lines",
    [
        "import ionworks",
        "import ionworks; dir(ionworks); ionworks.__version__; ionworks.errors",
        "from ionworks import Ionworks, set_dataframe_backend; Ionworks('k', 'https://x.test')",
    ],
)
def test_importing_is_light(lines):
    code = f"{lines}\nimport sys\nprint([m for m in {HEAVY} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_every_public_name_is_there():
    assert set(ionworks.__all__) <= set(dir(ionworks))
    assert all(getattr(ionworks, name) is not None for name in ionworks.__all__)
    with pytest.raises(AttributeError, match="ionwork"):
        _ = ionworks.nothing


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.floats(0, 5), st.floats(0, 5)), min_size=1, max_size=30
    )
)
def test_the_short_way_agrees_with_the_long_one(rows):
    steps, out, back = zip(*sorted(rows, key=lambda row: row[0]), strict=True)
    frame = pl.DataFrame(
        {
            "Step count": steps,
            D: out,
            C: back,
        }
    )
    short = with_continuous_capacity(frame)["Capacity [A.h]"].to_list()
    with patch.object(frames, "_is_gapless", return_value=False):
        long = with_continuous_capacity(frame)["Capacity [A.h]"].to_list()
    assert short == pytest.approx(long, abs=1e-9)
