"""What is found wrong with a measurement before it is sent, and what is sent of it."""

from datetime import UTC, date, datetime
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from ionworks import errors
from ionworks.measurements.checks import NewMeasurement, changed_record, checked_record, extension
from ionworks.measurements.contents import attached, parquet
from ionworks.measurements.tables import column_table
from ionworks.validators import as_frame, check_measurement_data

NAN, INF = float("nan"), float("inf")

SERIES = {
    "Time [s]": [0.0, 1.0, 2.0, 3.0],
    "Voltage [V]": [4.0, 3.9, 3.8, 3.7],
    "Current [A]": [1.0, 1.0, 1.0, 1.0],
    "Step count": [0, 0, 0, 0],
}


def new(series=None, steps=None, **record):
    detail = {
        "measurement": {"name": "a", **record},
        "time_series": SERIES if series is None else series,
    }
    if steps is not None:
        detail["steps"] = steps
    return NewMeasurement.of(detail)


class TestRecord:
    def test_times_of_every_kind_become_iso_text(self):
        given = {
            "name": "a",
            "start_time": datetime(2026, 1, 2, tzinfo=UTC),
            "end_time": pd.Timestamp("2026-01-03"),
        }
        sent = checked_record(given, "m")
        assert sent["start_time"] == "2026-01-02T00:00:00+00:00"
        assert sent["end_time"] == "2026-01-03T00:00:00"
        assert changed_record({"start_time": date(2026, 1, 2)}, "m") == {"start_time": "2026-01-02"}

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            ("2026-01-02", "2026-01-01"),
            ("2026-01-02T00:00:00Z", "2026-01-02T01:00:00+02:00"),
            (datetime(2026, 1, 2), "2026-01-01T23:59:59Z"),
        ],
    )
    def test_an_end_before_the_start_is_refused(self, start, end):
        with pytest.raises(ValueError, match="ends before it starts"):
            checked_record({"name": "a", "start_time": start, "end_time": end}, "m")

    def test_the_same_moment_in_two_zones_is_no_end_before_the_start(self):
        times = {"start_time": "2026-01-02T00:00:00Z", "end_time": "2026-01-02T02:00:00+02:00"}
        assert checked_record({"name": "a", **times}, "m") == {"name": "a", **times}

    @pytest.mark.parametrize(
        ("record", "message"),
        [
            ({}, r"m needs the key 'name'"),
            ({"name": " "}, r"m\['name'\] has 1 to 255"),
            ({"name": "x" * 256}, r"m\['name'\] has 1 to 255"),
            ({"name": "a", "protocoll": {}}, r"no key 'protocoll' \(did you mean protocol\?\)"),
            ({"name": "a", "channel_id": "c"}, "needs a start_time"),
            ({"name": "a", "start_time": "noon"}, r"m\['start_time'\] must be a time"),
            ({"name": "a", "start_time": pd.NaT}, r"m\['start_time'\] must be a time"),
            ({"name": "a", "start_time": "0001-01-01T00:00:00+14:00"}, "years 1 to 9999"),
            ({"name": "a", "end_time": "9999-12-31T23:59:59-14:00"}, "years 1 to 9999"),
            (
                {"name": "a", "end_time": pd.Timestamp("0001-01-01").tz_localize("Etc/GMT-14")},
                "years 1 to 9999",
            ),
            ({"name": "a", "tags": ["x" * 51]}, "1 to 50 characters"),
            ({"name": "a", "tags": [" "]}, "1 to 50 characters"),
            ({"name": "a", "tags": [str(n) for n in range(51)]}, "51 tags"),
            ({"name": "a", "properties": {"m": float("nan")}}, "properties.m is nan"),
        ],
    )
    def test_what_is_not_right_is_named(self, record, message):
        with pytest.raises(ValueError, match=message):
            checked_record(record, "m")

    @pytest.mark.parametrize(
        "record", [[], {"name": 3}, {"name": "a", "tags": [3]}, {"name": "a", "protocol": "CC"}]
    )
    def test_the_wrong_type_is_named(self, record):
        with pytest.raises(TypeError):
            checked_record(record, "m")

    @pytest.mark.parametrize("time", [5, 1.5, ["2026-01-01"], True])
    def test_what_is_no_time_is_told_what_one_is(self, time):
        with pytest.raises(TypeError, match="must be a time, as ISO 8601 text or as a datetime"):
            checked_record({"name": "a", "start_time": time}, "m")

    @pytest.mark.parametrize("key", ["properties", "test_setup", "protocol"])
    def test_large_things_are_not_printed_whole(self, key):
        frame = pd.DataFrame({"x": range(1000)})
        for given, kind in ((frame, "a DataFrame"), ([0] * 1000, "a list")):
            with pytest.raises(TypeError) as caught:
                checked_record({"name": "a", key: given}, "m")
            assert str(caught.value) == f"m['{key}'] must be a mapping, not {kind}"
        with pytest.raises(TypeError, match=r"time_series, not a DataFrame$"):
            NewMeasurement.of(frame)

    def test_a_key_that_begins_like_another_is_found(self):
        with pytest.raises(ValueError, match=r"no key 'proto' \(did you mean protocol\?\)"):
            checked_record({"name": "a", "proto": {}}, "m")

    def test_a_text_is_one_tag(self):
        assert checked_record({"name": "a", "tags": "aging"}, "m")["tags"] == ["aging"]

    def test_what_readers_of_cycler_files_add_is_kept_in_its_place(self):
        given = {"name": "a", "cycler": "maccor", "test_setup": {"channel_number": 3}}
        assert checked_record(given, "m") == {
            "name": "a",
            "test_setup": {"cycler": "maccor", "channel_number": 3},
        }
        assert given["test_setup"] == {"channel_number": 3}

    def test_none_empties_a_field_of_a_change_and_is_left_out_of_a_new_record(self):
        assert changed_record({"end_time": None}, "m") == {"end_time": None}
        assert checked_record({"name": "a", "end_time": None}, "m") == {"name": "a"}


class TestData:
    @pytest.mark.parametrize("kind", [dict, pl.DataFrame, pd.DataFrame])
    def test_frames_of_every_kind_are_the_same(self, kind):
        assert new(kind(SERIES) if kind is not dict else SERIES).time_series.equals(
            pl.DataFrame(SERIES)
        )

    def test_a_detail_needs_its_parts_and_no_others(self):
        with pytest.raises(ValueError, match="needs the key 'time_series'"):
            NewMeasurement.of({"measurement": {"name": "a"}})
        with pytest.raises(ValueError, match=r"no key 'timeseries' \(did you mean time_series\?"):
            NewMeasurement.of({"measurement": {"name": "a"}, "timeseries": SERIES})
        with pytest.raises(TypeError, match="must be a mapping"):
            NewMeasurement.of([])

    def test_an_unknown_data_type_is_no_cycler_data(self):
        with pytest.raises(ValueError, match="ocp, eis"):
            new(data_type="ocv")

    def test_a_misspelt_column_is_named_with_what_is_near(self):
        misspelt = {name.replace("Voltage [", "Voltage["): x for name, x in SERIES.items()}
        with pytest.raises(errors.MeasurementValidationError, match=r"Voltage\[V\]") as caught:
            new(misspelt)
        assert caught.value.has_code("required_column_missing")

    def test_what_is_odd_is_warned_of_and_sent(self):
        with pytest.warns(UserWarning, match="future"):
            assert new(start_time="2999-01-01").record["start_time"] == "2999-01-01"

    def test_strict_checks_can_be_skipped_by_name(self):
        detail = {
            "measurement": {"name": "a"},
            "time_series": {**SERIES, "Time [s]": [0.0, 1.0, 2.0, 30_000.0]},
        }
        with pytest.raises(errors.MeasurementValidationError) as caught:
            NewMeasurement.of(detail, validate_strict=True)
        assert caught.value.has_code("time_gap_too_large")
        for skipped in (["time_gaps"], "time_gaps"):
            NewMeasurement.of(detail, validate_strict=True, skip_checks=skipped)

    def test_not_a_number_beside_the_core_columns_is_not_measured(self):
        series = {**SERIES, "Temperature [degC]": [25.0, float("nan"), None, 26.0]}
        sent = new(series).time_series["Temperature [degC]"]
        assert sent.to_list() == [25.0, None, None, 26.0]

    def test_rows_of_an_extension_are_checked_as_far_as_they_can_be_alone(self):
        later = {**SERIES, "Time [s]": [9.0, 10.0, 11.0, 12.0], "Step count": [3, 3, 3, 3]}
        assert extension(later).height == 4
        for broken, code in (
            ({name: [] for name in SERIES}, "no_rows"),
            ({name: x for name, x in SERIES.items() if name != "Step count"}, None),
            ({**SERIES, "Time [s]": [9.0, 8.0, 11.0, 12.0]}, "time_not_monotonic"),
            ({**SERIES, "Time [s]": ["9", "10", "11", "12"]}, "column_not_numeric"),
            ({**SERIES, "Time [s]": [9.0, None, 11.0, 12.0]}, "time_missing_on_non_eis_row"),
        ):
            with pytest.raises(errors.MeasurementValidationError) as caught:
                extension(broken)
            assert caught.value.has_code(code or "required_column_missing")

    @pytest.mark.parametrize(
        ("values", "kind"),
        [
            ([object()] * 4, "object"),
            ([Path("a")] * 4, "PosixPath"),
            ([{1}] * 4, "set"),
            (pl.Series([{}] * 4, dtype=pl.Struct([])), "dict"),
        ],
    )
    @pytest.mark.parametrize("frame", [dict, pl.DataFrame, pd.DataFrame])
    @pytest.mark.parametrize("sent", [new, extension])
    def test_what_no_file_can_hold_is_refused_with_its_column(self, values, kind, frame, sent):
        if frame is pd.DataFrame:
            values = list(values)
        message = f"column 'x' of time_series holds what no table .*{kind}"
        with pytest.raises(TypeError, match=message):
            sent(frame({**SERIES, "x": values}))

    def test_steps_that_no_file_can_hold_are_refused(self):
        with pytest.raises(TypeError, match="column 'x' of steps"):
            new(steps={"Step count": [0], "x": [object()]})

    def test_what_a_file_can_hold_passes(self):
        odd = {"list": [[1], []], "none": [None, None], "record": [{"a": 1}, None]}
        frame = pl.DataFrame(odd)
        assert as_frame(frame) is frame
        with parquet(frame) as body:
            assert pl.read_parquet(body.read(0, body.size)).equals(frame)

    @pytest.mark.parametrize("capacity", ["5", {"value": 5, "unit": "A.h"}, -5, 0, NAN, INF, True])
    @pytest.mark.parametrize("strict", [True, False])
    def test_a_capacity_that_is_none_is_refused(self, capacity, strict):
        with pytest.raises(ValueError, match=r"rated_capacity must be .* A\.h"):
            check_measurement_data(SERIES, strict, rated_capacity=capacity)
        detail = {"measurement": {"name": "a"}, "time_series": SERIES}
        with pytest.raises(ValueError, match="rated_capacity"):
            NewMeasurement.of(detail, strict, rated_capacity=capacity)

    @pytest.mark.parametrize(
        "window", [("2.5", "4.2"), (False, True), (2.5,), (4.2, 2.5), (2.5, NAN), "24", 5]
    )
    def test_a_voltage_window_that_is_none_is_refused(self, window):
        with pytest.raises(ValueError, match=r"voltage_window must be .* in V"):
            check_measurement_data(SERIES, voltage_window=window)

    def test_numbers_of_every_type_limit_a_cell(self):
        numbers = {"rated_capacity": np.float32(5), "voltage_window": (np.int64(2), Fraction(9, 2))}
        assert check_measurement_data(SERIES, **numbers) == []


class TestContents:
    @pytest.mark.parametrize("paths", [5, None, [5], {"a.txt": 1}])
    def test_what_is_no_path_is_refused(self, paths):
        with pytest.raises(TypeError, match="filepaths must be a path or a list of paths, not"):
            attached(paths)

    def test_parquet_has_moderate_row_groups_and_statistics(self):
        frame = pl.DataFrame({"Time [s]": pl.arange(0, 300_000, eager=True).cast(float)})
        with parquet(frame) as body:
            meta = pq.ParquetFile(BytesIO(body.read(0, body.size))).metadata
        groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
        assert all(100_000 <= group.num_rows <= 131_072 for group in groups[:-1])
        assert sum(group.num_rows for group in groups) == 300_000
        assert groups[1].column(0).statistics.min == groups[0].num_rows
        assert groups[0].column(0).compression == "ZSTD"

    def test_a_large_frame_goes_through_a_file_and_is_the_same(self):
        frame = pl.DataFrame({"x": [1.0, 2.0, None]})
        with parquet(frame) as small, parquet(frame, in_memory=0) as large:
            assert small.read(0, small.size) == large.read(0, large.size)
            assert pl.read_parquet(large.read(0, large.size)).equals(frame)

    def test_files_of_one_name_are_refused(self, tmp_path):
        (tmp_path / "b").mkdir()
        for path in (tmp_path / "a.txt", tmp_path / "b" / "a.txt"):
            path.write_text("x")
        with pytest.raises(ValueError, match="have one name"):
            attached([tmp_path / "a.txt", tmp_path / "b" / "a.txt"])
        with pytest.raises(ValueError, match="no file"):
            attached([])
        with pytest.raises(FileNotFoundError, match="missing"):
            attached(tmp_path / "missing")

    def test_an_image_must_be_what_its_name_says(self, tmp_path):
        good, bad = tmp_path / "good.PNG", tmp_path / "bad.png"
        good.write_bytes(b"\x89PNG\r\n\x1a\n...")
        bad.write_bytes(b"GIF89a")
        assert attached(good, images=True)[0].media_type == "image/png"
        with pytest.raises(ValueError, match="no png"):
            attached(bad, images=True)
        with pytest.raises(ValueError, match="no image by its name"):
            attached(__file__, images=True)


class TestTables:
    def test_types_follow_from_names_whatever_came(self):
        table = column_table(
            {
                "Step count": [0, 1.0],
                "Cycle count": [None, None],
                "Duration [s]": [1, 2],
                "Mean frequency [Hz]": [None, None],
                "Coulombic efficiency": [None, None],
                "Step type": ["Rest", None],
            },
            "steps",
        )
        assert dict(table.schema) == {
            "Step count": pl.Int64,
            "Cycle count": pl.Int64,
            "Duration [s]": pl.Float64,
            "Mean frequency [Hz]": pl.Float64,
            "Coulombic efficiency": pl.Float64,
            "Step type": pl.String,
        }

    def test_a_column_without_a_name_stays_without(self):
        assert column_table({"Step count": [0], "": ["a"]}, "steps").columns == ["Step count", ""]

    def test_a_count_that_is_none_keeps_its_fraction(self):
        assert column_table({"Step count": [0.5]}, "steps")["Step count"].to_list() == [0.5]

    def test_single_values_are_one_row(self):
        assert column_table({"Step count": 0, "Step type": "Rest"}, "steps").rows() == [(0, "Rest")]

    @pytest.mark.parametrize("columns", [None, [1], {"a": [1], "b": [1, 2]}, {"V [V]": ["x"]}])
    def test_what_is_no_table_is_the_servers_fault(self, columns):
        with pytest.raises(errors.ConnectionFailedError, match="the server sent steps"):
            column_table(columns, "steps")
