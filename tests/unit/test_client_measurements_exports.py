"""Exports of cyclers: found for what they are, and read without a silent guess."""

import ast
import sys

import numpy as np
import pytest

from ionworks import errors
from ionworks.measurements.checks import NewMeasurement
from ionworks.measurements.cycler_text import readable
from ionworks.measurements.exports import read_export
from tests.unit.cycler_exports import (
    EXPORTS,
    arbin,
    bdf,
    biologic,
    csv,
    maccor,
    neware,
    novonix,
    repower,
    rows,
    workbook,
)

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
        assert any(note.startswith("Positive current is discharge") for note in notes)


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

    def test_rows_that_were_left_out_are_warned_of(self, written):
        lines = csv().splitlines()
        lines[5] = f"{lines[5].split(',')[0]},,"
        with pytest.warns(UserWarning, match="1 of its 180 rows were left out"):
            export = read(written("\n".join(lines)))
        assert "1 row of data was left out" in export.notes[0]

    def test_the_zone_of_the_start_is_told(self, written):
        path = written(maccor(), "export.txt")
        assert "read as UTC" in "".join(read(path).notes)
        there = read(path, options={"timezone": "America/New_York"})
        assert there.detail["measurement"]["start_time"] == "2026-03-01T17:00:00+00:00"
        assert "America/New_York, from its first row" in "".join(there.notes)

    def test_a_day_without_a_time_is_no_start(self, written):
        lines = [line.rpartition("\t")[0] for line in maccor().splitlines()[1:]]
        export = read(written("\n".join([maccor().splitlines()[0], *lines]), "export.txt"))
        assert "start_time" not in export.detail["measurement"]
        assert "2026-03-01, but no time" in "".join(export.notes)

    def test_a_start_that_is_not_understood_is_told(self, written):
        text = EXPORTS["biologic mpt"][0]().replace("03/01/2026", "13.01.2026")
        export = read(written(text, "export.mpt"))
        assert "start_time" not in export.detail["measurement"]
        assert "Acquisition started on : 13.01.2026 12:00:00" in "".join(export.notes)

    def test_columns_that_are_not_kept_are_named(self, written):
        notes = read(written(maccor(), "export.txt")).notes
        assert any("Not kept under their own names are Rec, Cycle C" in note for note in notes)

    def test_the_time_that_repower_loses_is_told(self, written):
        text, name, options = EXPORTS["repower"]
        notes = "".join(read(written(text(), name), options=options).notes)
        assert "they come to 1,772 s, its System Time to 1,790 s" in notes

    def test_what_the_user_says_wins_over_the_file(self, written):
        path = written(maccor(), "export.txt")
        told = {"start_time": "2026-02-01", "protocol": {"ambient_temperature_degc": 25}}
        record = read(path, told).detail["measurement"]
        assert record["start_time"] == "2026-02-01"
        assert record["protocol"] == {"name": "RPT.000", "ambient_temperature_degc": 25}


def german(text, head=1):
    """Write the numbers of a table with decimal commas; a separating comma becomes a semicolon."""
    lines = text.splitlines()
    body = [line.replace(",", ";").replace(".", ",") for line in lines[head:]]
    return "\n".join([*(line.replace(",", ";") for line in lines[:head]), *body]) + "\n"


def quoted(text):
    head, *rest = text.splitlines()
    return "\n".join([head, *(german_row(line) for line in rest)])


def german_row(line):
    return ",".join('"{}"'.format(one.replace(".", ",")) for one in line.split(","))


COMMAS = {
    "maccor": (lambda: german(maccor(), 2), "export.txt", "maccor"),
    "biologic": (lambda: german(biologic(), 5), "export.mpt", "biologic mpt"),
    "semicolons": (lambda: german(csv()), "export.csv", "csv"),
    "quotes": (lambda: quoted(csv()), "export.csv", "csv"),
    "neware": (lambda: german(neware()), "export.csv", "neware"),
    "arbin": (lambda: german(arbin()), "export.csv", "arbin"),
    "novonix": (lambda: german(novonix(), 6), "export.csv", "novonix"),
    "repower": (lambda: german(repower()), "export.csv", "repower"),
    "bdf": (lambda: german(bdf()), "export.csv", "bdf"),
}


class TestDecimalCommas:
    @pytest.mark.parametrize("name", COMMAS)
    def test_they_are_recognised_and_the_file_stays(self, name, written):
        text, filename, reader = COMMAS[name]
        path = written(text(), filename)
        before = path.read_bytes()
        export = read(path, options=EXPORTS[reader][2])
        points = read(
            written(EXPORTS[reader][0](), f"points_{filename}"), options=EXPORTS[reader][2]
        )
        assert export.reader == reader
        for column, values in points.detail["time_series"].to_dict().items():
            assert export.detail["time_series"][column].equals(values), column
        assert "decimal commas became points in a copy; the file itself is as it was" in "".join(
            export.notes
        )
        assert path.read_bytes() == before

    def test_thousands_go(self, written):
        text = "\n".join(
            "\t".join(
                f"{float(one):,.3f}" if n > 1 and column in (3, 4, 5) else one
                for column, one in enumerate(line.split("\t"))
            )
            for n, line in enumerate(maccor().splitlines())
        )
        assert "\t1,790.000\t" in text
        export = read(written(text, "export.txt"))
        assert export.detail["time_series"]["Time [s]"][-1] == pytest.approx(1790)
        assert export.detail["time_series"]["Voltage [V]"][0] == pytest.approx(3.85)
        assert any("commas between thousands were taken out" in note for note in export.notes)

    @pytest.mark.parametrize(("decimal", "volts"), [(",", 3.85), (".", 3850)])
    def test_what_can_be_read_in_two_ways_is_refused(self, written, decimal, volts):
        rows = "".join(f"{10 * n};1,125;{3 - n / 1000 + 0.85:.3f}\n" for n in range(5))
        path = written("Time [s];Current [A];Voltage [V]\n" + rows.replace(".", ","))
        with pytest.raises(ValueError, match=r"export.csv: whether '1,125' in line 2 .*'decimal'"):
            read(path)
        if decimal == ".":
            with pytest.raises(ValueError, match="row 0 has 3850 as Voltage"):
                read(path, options={"decimal": decimal})
        else:
            series = read(path, options={"decimal": decimal}).detail["time_series"]
            assert series["Voltage [V]"][0] == pytest.approx(volts)

    def test_both_in_one_file_are_refused_with_their_lines(self, written):
        lines = maccor().splitlines()
        lines[7] = lines[7].replace("3.8", "3,8")
        with pytest.raises(
            ValueError, match=r"'3,8\d+' in line 8 has a decimal comma, but '0.0' in"
        ):
            read(written("\n".join(lines), "export.txt"))

    def test_commas_that_also_separate_columns_are_refused(self, written):
        text = csv().replace(".", ",")
        with pytest.raises(ValueError, match="line 2 has 6 fields below 3 names"):
            read(written(text))

    def test_so_they_are_where_only_some_rows_have_decimals(self, written):
        rows = "".join(f"{n},1,4\n" for n in range(9)) + "9,1,3,95\n"
        with pytest.raises(ValueError, match="line 11 has 4 fields below 3 names"):
            read(written("Time [s],Current [A],Voltage [V]\n" + rows))

    def test_points_of_thousands_go(self, written):
        rows = "".join(f"{1000 + n}.500,0\t1,0\t3,{90 - n}\n" for n in range(9))
        path = written("Time [s]\tStep\tVoltage [V]\n" + rows, "export.txt")
        with readable(path) as (copy, _):
            assert copy.read_text().splitlines()[1] == "1000.500,0\t1.0\t3.90"

    def test_a_wrong_word_for_it_is_refused(self, written):
        with pytest.raises(ValueError, match=r"options\['decimal'\] must be ',' or '.', not 'x'"):
            read(written(csv()), options={"decimal": "x"})


class TestWorkbooks:
    def test_numbers_are_read(self, tmp_path):
        table = [line.split(",") for line in neware().splitlines()]
        export = read(workbook(tmp_path / "export.xlsx", table))
        assert (export.reader, export.detail["time_series"].height) == ("neware", 180)

    @pytest.mark.parametrize("form", ["{:.2f}", "{:.3f}"])
    def test_texts_with_decimal_commas_are_refused(self, tmp_path, form):
        head, *lines = [line.split(",") for line in neware().splitlines()]
        for line in lines:
            line[5] = form.format(float(line[5])).replace(".", ",")
        path = workbook(tmp_path / "export.xlsx", [head, *lines])
        with pytest.raises(ValueError, match=r"'Voltage\(V\)' of the sheet 'record' .*'3,85"):
            read(path)

    def test_thousands_in_texts_are_left_out_if_the_user_says_so(self, tmp_path):
        head, *lines = [line.split(",") for line in neware().splitlines()]
        for line in lines:
            line[0] = f"{1000 + int(line[0]):,}"
        path = workbook(tmp_path / "export.xlsx", [head, *lines])
        with pytest.raises(ValueError, match=r"'DataPoint' .*'1,001'"):
            read(path)
        assert read(path, options={"decimal": "."}).detail["time_series"].height == 180


class TestEncodings:
    def test_the_degrees_of_a_windows_computer_are_read(self, tmp_path):
        path = tmp_path / "export.csv"
        path.write_bytes(novonix().encode("latin-1"))
        export = read(path)
        assert set(export.detail["time_series"]["Temperature [degC]"]) == {25.0}
        assert "no UTF-8 was taken for windows-1252" in "".join(export.notes)

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
    @pytest.mark.parametrize("name", ["csv", "maccor", "novonix", "repower"])
    def test_marked_texts_are_read(self, tmp_path, name, encoding):
        text, filename, options = EXPORTS[name]
        path = tmp_path / filename
        path.write_bytes(text().encode(encoding))
        export = read(path, options=options)
        assert export.reader == name
        assert export.detail["time_series"].height >= 178
        assert "with a mark became plain UTF-8" in "".join(export.notes)

    def test_an_encoding_that_is_told_is_taken(self, tmp_path):
        path = tmp_path / "export.csv"
        path.write_bytes(csv().replace("Voltage [V]", "电压").encode("gbk"))
        told = {"file_encoding": "gbk"}
        series = read(path, column_mappings={"电压": "Voltage [V]"}, options=told).detail
        assert series["time_series"].height == 180
        with pytest.raises(ValueError, match="there is no encoding 'gkb'"):
            read(path, options={"file_encoding": "gkb"})


class TestPlausibility:
    @pytest.mark.parametrize(
        ("row", "message"),
        [
            ("600,1,3850", "row 3 has 3850 as Voltage .V., beyond 1000"),
            ("600,-250000,3.8", "row 3 has -250000 as Current .A., beyond 100000"),
            ("5,1,3.8", "row 3 is at 5 s, before the row above it at 20 s"),
        ],
    )
    def test_values_that_no_cell_gives_are_refused(self, written, row, message):
        rows = [f"{10 * n},1,{3.9 - n / 100}" for n in range(3)]
        with pytest.raises(ValueError, match=message):
            read(written("\n".join(["Time [s],Current [A],Voltage [V]", *rows, row])))

    def test_a_sensor_that_is_not_there_is_warned_of(self, written):
        rows = [f"{10 * n},-1,{3.9 - n / 100},-300" for n in range(9)]
        text = "\n".join(["Time [s],Current [A],Voltage [V],Temperature [degC]", *rows])
        with pytest.warns(UserWarning, match="row 0 has -300 °C"):
            read(written(text))


class TestRefusals:
    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"absent\.txt"):
            read(tmp_path / "absent.txt")

    def test_a_folder(self, tmp_path):
        with pytest.raises(IsADirectoryError, match="is a folder: give the path of a file"):
            read(tmp_path)

    def test_a_file_without_rows(self, written):
        with pytest.raises(ValueError, match=r"export.csv .*no row with a current and a voltage"):
            read(written(csv().splitlines()[0]))
        with pytest.raises(ValueError, match=r"export.csv is empty"):
            read(written(""))

    def test_a_mapping_of_a_column_that_is_not_there(self, written):
        path = written(csv().replace("Current", "Strom"))
        assert read(path, column_mappings={"Strom [A]": "Current [A]"}).detail["time_series"].height
        with pytest.raises(ValueError, match=r"no column 'Storm \[A\]'; near it: 'Strom \[A\]'"):
            read(path, column_mappings={"Storm [A]": "Current [A]"})
        with pytest.raises(ValueError, match=r"no column 'Strom\[A\]'; near it: 'Strom \[A\]'"):
            read(path, column_mappings={"Strom[A]": "Current [A]"})

    def test_names_that_are_not_known_are_shown_with_a_way_out(self, written):
        path = written(csv().replace("Time [s],Current [A],Voltage [V]", "t,I,U"))
        with pytest.raises(
            ValueError, match="none of its columns is known as a voltage"
        ) as refused:
            read(path)
        example = str(refused.value).partition("column_mappings=")[2]
        assert example == "{'t': 'Time [s]', 'I': 'Current [A]', 'U': 'Voltage [V]'}"
        assert read(path, column_mappings=ast.literal_eval(example)).detail["time_series"].height

    def test_a_text_that_does_not_look_like_one(self, tmp_path):
        path = tmp_path / "export.csv"
        path.write_bytes(csv().encode("utf-16-le"))
        with pytest.raises(ValueError, match="'utf-16-le'"):
            read(path)
        assert read(path, options={"file_encoding": "utf-16-le"}).detail["time_series"].height

    def test_tabs_in_a_plain_table(self, written):
        with pytest.raises(ValueError, match="tabs stand between its columns"):
            read(written(csv().replace(",", "\t")))

    def test_repower_says_what_it_must_be_told(self, written):
        with pytest.raises(
            ValueError, match=r"options=\{'cell_metadata': \{'Lower voltage cut-off"
        ):
            read(written(repower()))

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
