"""What is refused where it arrives, and how the refusal reads."""

import contextlib
import math
from pathlib import Path

import polars as pl
import pytest
from ionworks_engine.measurements import content, series, sizes, steps, uploaded_steps
from measured import parquet
from measured import series as cycling


def read(tmp_path, content):
    path = tmp_path / "upload"
    path.write_bytes(content)
    return series.read(path, "time_series.parquet")


def why(work, *arguments):
    with pytest.raises(series.RefusedSeriesError) as caught:
        work(*arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PAR1",
        b"Time [s],Voltage [V]\n0,1\n",
        b"\x00" * 5000,
        b"PAR1" + b"\xff" * 200 + b"PAR1",
    ],
    ids=["empty", "magic only", "csv", "zeros", "hostile footer"],
)
def test_what_is_no_parquet_is_named(tmp_path, content):
    assert "time_series.parquet is no readable Parquet file" in why(read, tmp_path, content)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_what_was_cut_off_is_named(tmp_path, part):
    whole = parquet(cycling(points=500))
    told = why(read, tmp_path, whole[: int(part * len(whole))])
    assert "time_series.parquet is no readable Parquet file, perhaps cut off" in told


def test_bytes_changed_on_the_way_are_named_or_read(tmp_path):
    whole = bytearray(parquet(cycling(points=500), compression="zstd"))
    for at in range(4, len(whole) - 4, 97):
        hurt = bytearray(whole)
        hurt[at] ^= 0xFF
        # Nothing else may come out of it: least of all the end of the worker.
        with contextlib.suppress(series.RefusedSeriesError):
            read(tmp_path, bytes(hurt))


def test_what_is_gone_is_named(tmp_path):
    told = why(series.read, tmp_path / "nothing", "time_series.parquet")
    assert told == "time_series.parquet is no longer in the store: upload it again"


@pytest.fixture
def little(monkeypatch):
    monkeypatch.setattr(sizes, "MOST_VALUES", 300)
    monkeypatch.setattr(sizes, "MOST_BYTES", 10_000)


@pytest.fixture
def unread(monkeypatch):
    """See to it that nothing is unpacked."""
    monkeypatch.delattr(pl, "read_parquet")


def lists(rows, values):
    return [[1.0] * values] + [[1.0]] * (rows - 1)


@pytest.mark.usefixtures("little", "unread")
def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path):
    content = parquet(cycling(points=20))
    told = why(read, tmp_path, content)
    assert "80 rows of 5 columns, is too large: it holds 400 values" in told
    assert "may hold 300: upload it as several" in told


@pytest.mark.usefixtures("little", "unread")
def test_what_lies_in_lists_is_counted(tmp_path):
    frame = cycling().with_columns(pl.Series("Spectrum", lists(44, 100)))
    assert "it holds 363 values" in why(read, tmp_path, parquet(frame))


@pytest.mark.usefixtures("little", "unread")
def test_long_texts_are_counted_before_they_are_unpacked(tmp_path):
    texts = [f"{row:1000}" for row in range(44)]
    content = parquet(cycling().with_columns(pl.Series("Note", texts)), compression="zstd")
    assert len(content) < 10_000
    assert "too large: it unpacks to" in why(read, tmp_path, content)


@pytest.mark.usefixtures("little")
@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum(["x" * 1000])])
@pytest.mark.parametrize("wrap", [pl.col, pl.concat_list, pl.struct])
def test_a_long_text_that_is_stored_once_counts_in_every_row(tmp_path, dtype, wrap):
    notes = pl.Series("Note", ["x" * 1000] * 44, dtype).to_frame().select(wrap("Note"))
    content = parquet(cycling().with_columns(notes.to_series()), use_pyarrow=True)
    assert "it unpacks to 44,000 bytes" in why(read, tmp_path, content)


def test_the_bounds_are_those_of_the_page_on_measurements():
    page = Path(__file__).parents[2] / "docs/measurements.md"
    told = " ".join(page.read_text(encoding="utf-8").split())
    assert f"up to {sizes.MOST_VALUES:,} values" in told
    assert f"unpack to at most {sizes.MOST_BYTES / 1e9:g} GB" in told
    assert f"more than {content.MOST_JSON >> 20} MiB in JSON" in told
    assert f"of more than {content.MOST_INLINE:,} rows" in told


@pytest.mark.parametrize("dtype", [pl.String, pl.Binary, pl.Categorical])
def test_gigabytes_of_text_are_counted_as_such(dtype):
    once = pl.Series("Note", ["x" * 1_000_000]).cast(dtype)
    assert sizes.text_bytes(once.gather([0] * 9000).to_frame()) == 9_000_000_000


def test_what_others_could_not_read_is_refused(tmp_path):
    told = why(read, tmp_path, b"PARX" + parquet(cycling())[4:])
    assert "it begins with b'PARX', not with b'PAR1'" in told


@pytest.mark.usefixtures("little")
def test_an_extension_is_counted_with_what_is_there():
    more = cycling().with_columns(pl.col("Time [s]") + 1e6, pl.col("Step count") + 4)
    told = why(series.extended, cycling(), more)
    assert "The extended series is too large: it holds 440 values" in told


def with_value(column, row, value):
    frame = cycling()
    values = frame[column].cast(pl.Float64).to_list()
    values[row] = value
    return frame.with_columns(pl.Series(column, values))


@pytest.mark.parametrize(
    ("frame", "code", "words"),
    [
        (cycling().head(0), "no_rows", []),
        (cycling().drop("Step count"), "step_count_missing", ["Step count"]),
        (cycling().drop("Voltage [V]"), "required_column_missing", ["Voltage [V]"]),
        (cycling().drop("Time [s]"), "required_column_missing", ["Time [s]"]),
        (cycling().drop("Current [A]"), "required_column_missing", ["Current [A]"]),
        (
            cycling().rename({"Voltage [V]": "Voltage [v]"}),
            "required_column_missing",
            ["Voltage [V]", "Voltage [v]"],
        ),
        (with_value("Time [s]", 5, math.nan), "time_missing_on_non_eis_row", ["NaN", "5"]),
        (with_value("Current [A]", 7, math.nan), "value_not_a_number", ["Current [A]", "7"]),
        (with_value("Voltage [V]", 9, math.inf), "value_infinite", ["Voltage [V]", "9"]),
        (with_value("Cycle count", 9, -math.inf), "value_infinite", ["Cycle count", "9"]),
        (with_value("Time [s]", 20, 0.0), "time_not_monotonic", ["20"]),
        (with_value("Time [s]", 20, None), "time_missing_on_non_eis_row", ["20"]),
        (with_value("Time [s]", 0, 1.0), "time_does_not_start_at_zero", []),
        (with_value("Step count", 20, 9.0), "step_count_non_sequential", []),
        (
            cycling().with_columns(pl.col("Current [A]") * -1),
            "current_sign_reversed",
            [],
        ),
        (
            cycling().with_columns(pl.lit("x").alias("Voltage [V]")),
            "column_not_numeric",
            ["Voltage [V]"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rules_are_kept_whoever_sends(frame, code, words):
    told = why(series.judge, frame)
    assert f"[{code}]" in told
    for word in words:
        assert word in told


def test_what_was_not_measured_is_no_mistake():
    series.judge(with_value("Current [A]", 7, None))
    series.judge(with_value("Voltage [V]", 7, None))


class TestSteps:
    def derived(self):
        return steps.derive(cycling())

    def test_uploaded_columns_stand_and_derived_ones_complete_them(self):
        given = pl.DataFrame(
            {
                "Label": ["a", "b", "c", "d"],
                "Step count": [0.0, 1.0, 2.0, 3.0],
                "Step type": ["Pulse"] * 4,
                "Discharge capacity [A.h]": [1.9, 0.0, math.nan, 0.0],
            }
        )
        found = uploaded_steps.overlaid(self.derived(), given)
        assert found.columns[:4] == given.columns
        assert found["Step type"].to_list() == ["Pulse"] * 4
        assert found["Step count"].dtype == pl.Int64
        assert found["Discharge capacity [A.h]"].to_list() == [1.9, 0.0, None, 0.0]
        assert found["Cycle discharge capacity [A.h]"].to_list() == [1.9, 1.9, None, None]
        assert found["Duration [s]"].to_list() == [3600.0] * 4

    def test_numbers_of_the_cycler_may_be_broken(self):
        given = {"Step count": [0, 1, 2, 3], "Step from cycler": [1.1, 1.2, 2.1, 2.2]}
        found = uploaded_steps.overlaid(self.derived(), pl.DataFrame(given))
        assert found["Step from cycler"].to_list() == [1.1, 1.2, 2.1, 2.2]

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"Step": [0, 1, 2, 3]}, "steps.parquet has no column 'Step count'"),
            ({"Step count": [0, 1, 2]}, "steps.parquet has 3 rows, the series 4 steps"),
            ({"Step count": [0, 1, 3, 2]}, "row 2 is step 3 where the series has step 2"),
            ({"Step count": [1, 2, 3, 4]}, "row 0 is step 1 where the series has step 0"),
            ({"Step count": ["0", "1", "2", "3"]}, "'Step count' of steps.parquet holds String"),
            ({"Step count": [0, 1, 2, 3], "Where": [[1]] * 4}, "Column 'Where'"),
            ({"Step count": [0, 1, 2, 3], "Duration [s]": ["1"] * 4}, "it is for numbers"),
            ({"Step count": [0, 1, 2, 3], "Step type": [1] * 4}, "it is for texts"),
            (
                {"Step count": [0, 1, 2, 3], "Cycle count": [0.0, 1.0, 1.5, 1.9]},
                "'Cycle count' of steps.parquet holds 1.5 in row 2; it is for whole numbers",
            ),
            ({"Step count": [0, 1, 2, 3], "Start index": [0, 11, 22.5, 33]}, "holds 22.5 in row 2"),
            ({"Step count": [0, 1, 2, 3], "End index": [0, 1, 2, 2**63]}, "in row 3"),
            (
                {"Step count": [0, 1, 2, 3], "Cycle count": [0, None, 1, 1]},
                "'Cycle count' of steps.parquet is null in row 1; name the cycle of each step",
            ),
            (
                {"Step count": [0, 1, 2, 3], "Charge capacity [A.h]": [0.0, math.inf, 0.0, 0.0]},
                "[value_infinite] Column 'Charge capacity [A.h]' of steps.parquet is infinite in r",
            ),
        ],
    )
    def test_steps_of_another_series_are_refused(self, given, words):
        assert words in why(
            uploaded_steps.overlaid, self.derived(), pl.DataFrame(given, strict=False)
        )


class TestExtension:
    before = series.normalised(cycling(cycles=1))

    def later(self, **more):
        rows = cycling(cycles=2).slice(22)
        return rows.with_columns(**more) if more else rows

    def test_later_rows_go_on_where_the_series_ends(self):
        longer = series.extended(self.before, self.later())
        assert longer.equals(series.normalised(cycling(cycles=2)))

    def test_the_order_of_columns_is_that_of_the_series(self):
        shuffled = self.later().select(sorted(self.before.columns))
        assert series.extended(self.before, shuffled).columns == self.before.columns

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            (cycling().head(0), "[no_rows]"),
            (cycling().slice(22).drop("Cycle count"), "['Cycle count'] missing"),
            (cycling(Aux=1.0).slice(22), "['Aux'] new"),
            (
                cycling().slice(22).with_columns(pl.col("Cycle count").cast(pl.String)),
                "'Cycle count' holds String, not Int64",
            ),
            (cycling().slice(11, 11), "[time_not_monotonic]"),
            (cycling().slice(0, 22), "[step_count_non_sequential]"),
            (cycling(cycles=3).slice(33), "[step_count_non_sequential]"),
            (
                cycling().slice(21).with_columns(pl.lit(1).alias("Step count")),
                "begins at 7200 s; the series ends at 7200 s",
            ),
        ],
        ids=["rows", "fewer", "more", "types", "time", "first", "gap", "again"],
    )
    def test_what_does_not_follow_is_refused(self, more, words):
        assert words in why(series.extended, self.before, more)

    @pytest.mark.parametrize(
        ("old", "new"),
        [(2**60 + 1, 0.5), (0.5, 2**60 + 1)],
    )
    @pytest.mark.parametrize("name", ["Code", "Clock [ns]"])
    def test_no_row_loses_a_digit_to_the_others(self, name, old, new):
        before = series.normalised(self.before.with_columns(pl.lit(old).alias(name)))
        more = self.later().with_columns(pl.lit(new).alias(name))
        assert f"Column {name!r} would lose digits" in why(series.extended, before, more)

    def test_whole_numbers_may_go_on_with_fractions(self):
        before = series.normalised(self.before.with_columns(Code=pl.lit(2**53)))
        longer = series.extended(before, self.later(Code=pl.lit(0.5)))
        assert longer["Code"].unique(maintain_order=True).to_list() == [2**53, 0.5]

    def test_a_value_that_is_none_is_left_for_the_rules_to_see(self):
        hurt = self.later().with_columns(pl.lit(math.nan).alias("Voltage [V]"))
        told = why(series.judge, series.extended(self.before, hurt))
        assert "[value_not_a_number]" in told
