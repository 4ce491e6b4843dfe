"""What the notes on an export say of its columns and rows, in how many words."""

import pytest

from ionworks.measurements.exports import read_export
from tests.unit.cycler_exports import EXPORTS, csv, maccor
from tests.unit.test_client_measurements_exports import german

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:ionworksdata.*")


def read(folder, text, name="export.csv", **options):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_export(path, {"name": "a"}, **options)


def not_kept(export):
    notes = [note for note in export.notes if "Not kept" in note]
    return notes[0].partition(". Kept are")[0] if notes else ""


def test_notes_on_many_columns_are_short(tmp_path):
    names = [f"Auxiliary sensor number {n}" for n in range(3000)] + ["x" * 5000]
    text = "\n".join(
        f"{line},{','.join(names if n == 0 else ['7'] * len(names))}"
        for n, line in enumerate(csv().splitlines())
    )
    mapped = {name: name for name in names[100:]}
    export = read(tmp_path, text, column_mappings=mapped)
    assert "Auxiliary sensor number 19 and 80 more" in not_kept(export)
    assert len(export.detail["measurement"]["notes"]) < 3000
    assert len(export.detail["time_series"].columns) > 2900
    long = read(tmp_path, text.replace("Auxiliary sensor number 0,", "y" * 5000 + ","))
    assert len(long.detail["measurement"]["notes"]) < 3000


@pytest.mark.parametrize("comma", [False, True])
def test_columns_that_were_kept_are_not_called_lost(tmp_path, comma):
    text = german(maccor(), 2) if comma else maccor()
    lost = not_kept(read(tmp_path, text, "export.txt"))
    assert "Rec" in lost
    for column in ("Test Time (sec)", "Current (A)", "Voltage (V)"):
        assert column not in lost


def test_so_they_are_not_where_units_are_converted(tmp_path):
    head = "Time [h],Current [mA],Voltage [mV],Aux voltage [V]"
    rows = [f"{1 + n / 360:.9f},-1500,{3900 - 10 * n},{n / 100}" for n in range(50)]
    lost = not_kept(read(tmp_path, "\n".join([head, *rows])))
    assert lost == "Not kept under their own names are Aux voltage [V]"


def test_a_column_that_only_ends_alike_is_not_taken_for_kept(tmp_path):
    head = "Time [s],Current(A),Voltage(V),Pilot current (A),Remark [V]"
    rows = [f"{n},{0 if n in (0, 49) else -1},{3.9 - n / 100},0,x" for n in range(50)]
    lost = not_kept(read(tmp_path, "\n".join([head, *rows])))
    assert lost == "Not kept under their own names are Pilot current (A), Remark [V]"


def test_a_mapped_column_is_kept(tmp_path):
    text = csv().replace("Current [A]", "Strom")
    assert not not_kept(read(tmp_path, text, column_mappings={"Strom": "Current [A]"}))


@pytest.mark.parametrize("form", ["commas", "semicolons", "with units"])
def test_the_first_row_of_maccors_tables_is_kept(tmp_path, form):
    text = maccor().replace("\t", ",")
    if form == "semicolons":
        text = german(text, 2)
    if form == "with units":
        first, names, *lines = text.splitlines()
        text = "\n".join([first, names, ",,,s,A,V,,", *lines])
    export = read(tmp_path, text)
    expected = read(tmp_path, maccor(), "export.txt").detail["time_series"]
    assert export.reader == "maccor"
    assert export.detail["time_series"].equals(expected)
    assert ("row of units" in "".join(export.notes)) == (form != "with units")


def test_names_of_formats_are_recognised(tmp_path):
    text, name, options = EXPORTS["biologic mpt"]
    lost = not_kept(read(tmp_path, text(), name, options=options))
    assert "Ewe/V" not in lost
    assert "time/s" not in lost
