"""Exports of cyclers: found for what they are, and read without a silent guess."""

import sys

import numpy as np
import pytest

from ionworks import errors
from ionworks.measurements.checks import NewMeasurement
from ionworks.measurements.exports import read_export
from tests.unit.cycler_exports import EXPORTS, csv, maccor, rows

pytestmark = [
    pytest.mark.filterwarnings("ignore:BDF reader does not support reading start time"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ionworksdata.*"),
]


@pytest.fixture
def written(tmp_path):
    def write(text, name="export.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def read(path, record=None, **options):
    return read_export(path, {"name": "a", **(record or {})}, **options)


@pytest.mark.parametrize("name", EXPORTS)
class TestFormats:
    def test_an_export_is_found_for_what_it_is_and_read(self, name, written):
        text, filename, options = EXPORTS[name]
        export = read(written(text(), filename), options=options)
        series = export.detail["time_series"]
        expected = np.array([row[1:] for row in rows()])
        assert export.reader == name
        # Repower's times begin anew in each step: what passed between two steps is not in there.
        tolerance = 20.0 if name == "repower" else 1e-3
        np.testing.assert_allclose(series["Time [s]"], expected[:, 0], atol=tolerance)
        np.testing.assert_allclose(series["Step count"], expected[:, 1])
        np.testing.assert_allclose(series["Current [A]"], expected[:, 2], atol=1e-9)
        np.testing.assert_allclose(series["Voltage [V]"], expected[:, 3], atol=1e-6)

    def test_what_was_done_is_told_and_can_be_uploaded(self, name, written):
        text, filename, options = EXPORTS[name]
        export = read(written(text(), filename), {"notes": "Mine."}, options=options)
        new = NewMeasurement.of(export.detail)
        assert new.steps.height == 3
        notes = new.record["notes"].splitlines()
        assert notes[0] == "Mine."
        assert f"Read from {filename} as {name}" in notes[1]
        assert "180 rows of 18" in notes[1]
        assert "Positive current is discharge" in notes[2]


class TestDoubt:
    def test_a_sign_that_the_data_do_not_tell_is_warned_of(self, written):
        flat = "".join(f"{10 * n},1.0,3.7\n" for n in range(50))
        with pytest.warns(UserWarning, match="does not tell whether positive current"):
            export = read(written("Time [s],Current [A],Voltage [V]\n" + flat))
        assert any("does not tell" in note for note in export.notes)

    def test_rest_alone_needs_no_sign(self, written):
        rest = "".join(f"{10 * n},0.0,{3.7 + n / 1e5}\n" for n in range(50))
        export = read(written("Time [s],Current [A],Voltage [V]\n" + rest))
        assert not any("discharge" in note for note in export.notes)

    def test_lines_that_were_not_read_are_warned_of(self, written):
        broken = csv() + "".join(f"{n},,\n" for n in range(2000, 2400))
        with pytest.warns(UserWarning, match=r"180 rows were read of a file of 581 lines"):
            read(written(broken))

    def test_the_zone_of_the_start_is_told(self, written):
        path = written(maccor(), "export.txt")
        assert "read as UTC" in "".join(read(path).notes)
        there = read(path, options={"timezone": "America/New_York"})
        assert there.detail["measurement"]["start_time"] == "2026-03-01T05:00:00+00:00"
        assert "America/New_York" in "".join(there.notes)

    def test_what_the_user_says_wins_over_the_file(self, written):
        path = written(maccor(), "export.txt")
        told = {"start_time": "2026-02-01", "protocol": {"ambient_temperature_degc": 25}}
        record = read(path, told).detail["measurement"]
        assert record["start_time"] == "2026-02-01"
        assert record["protocol"] == {"name": "RPT.000", "ambient_temperature_degc": 25}


class TestRefusals:
    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"absent\.txt"):
            read(tmp_path / "absent.txt")

    def test_a_format_that_is_not_found(self, written):
        with pytest.raises(ValueError, match=r"pass reader=, one of .*maccor"):
            read(written("nothing to see", "export.txt"))

    def test_a_reader_that_there_is_not(self, written):
        with pytest.raises(ValueError, match="did you mean 'maccor'"):
            read(written(csv()), reader="macor")

    @pytest.mark.parametrize("reader", ["maccor", "neware", "novonix", "biologic mpt"])
    def test_a_file_of_another_format(self, written, reader):
        with pytest.raises(ValueError, match=f"export.csv cannot be read as {reader}"):
            read(written(csv()), reader=reader)

    def test_data_that_break_a_rule(self, written):
        lines = csv().splitlines()
        lines[1:] = [
            f"{line.split(',')[0]},1.0,{3.0 + n / 100}" for n, line in enumerate(lines[1:])
        ]
        lines[60:] = [
            f"{line.split(',')[0]},-1.0,{3.9 + n / 100}" for n, line in enumerate(lines[60:])
        ]
        with pytest.raises(errors.MeasurementValidationError, match="current"):
            read(written("\n".join(lines)))

    def test_a_missing_library_is_named(self, written, monkeypatch):
        monkeypatch.setitem(sys.modules, "ionworksdata", None)
        with pytest.raises(ModuleNotFoundError, match=r"ionworks-api\[data\]"):
            read(written(csv()))
