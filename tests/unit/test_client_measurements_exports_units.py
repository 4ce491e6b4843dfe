"""Exports whose columns carry other units than those that are stored."""

import ast

import pytest

from ionworks.measurements.exports import read_export
from ionworks.measurements.mapped_units import unit_of
from tests.unit.cycler_exports import rows, workbook


def table(head, time=1.0, current=1.0, voltage=1.0):
    lines = (f"{t * time:.9f},{-i * current:.6f},{v * voltage:.6f}" for _, t, _, i, v in rows())
    return "\n".join([head, *lines])


def read(folder, text, **options):
    path = folder / "export.csv"
    path.write_text(text, encoding="utf-8")
    return read_export(path, {"name": "a"}, **options).detail["time_series"]


def second_row(series):
    return series.select("Time [s]", "Current [A]", "Voltage [V]").row(1)


OTHERS = [
    ("Time [s],Current [uA],Voltage [V]", (1, 1e6, 1), "Current [uA]", "uA", "Current [A]"),
    ("Time [s],Current [μA],Voltage [V]", (1, 1e6, 1), "Current [μA]", "uA", "Current [A]"),
    ("Time [ms],Current [A],Voltage [V]", (1e3, 1, 1), "Time [ms]", "ms", "Time [s]"),
    ("Time [min],Current [A],Voltage [V]", (1 / 60, 1, 1), "Time [min]", "min", "Time [s]"),
    ("Test time minutes,I/A,U/V", (1 / 60, 1, 1), "Test time minutes", "min", "Time [s]"),
]
CONVERTED = [
    ("Time [s],I_mA,Voltage [V]", (1, 1e3, 1)),
    ("Time [s],Cur (mA),Voltage [V]", (1, 1e3, 1)),
    ("Zeit (h),I_mA,U_mV", (1 / 3600, 1e3, 1e3)),
]


@pytest.mark.parametrize(("head", "factors", "column", "unit", "target"), OTHERS)
class TestUnitsThatNothingConverts:
    def test_no_mapping_is_advised(self, tmp_path, head, factors, column, unit, target):
        with pytest.raises(ValueError, match="only renames: convert its values") as refused:
            read(tmp_path, table(head, *factors))
        assert f"{column!r} is in {unit}, where {target!r}" in str(refused.value)
        assert "column_mappings=" not in str(refused.value)

    def test_a_mapping_is_refused(self, tmp_path, head, factors, column, unit, target):
        with pytest.raises(ValueError, match="only renames") as refused:
            read(tmp_path, table(head, *factors), column_mappings={column: target})
        assert f"{column!r} of export.csv is in {unit}, {target!r} in {target[-2]}" in str(
            refused.value
        )


@pytest.mark.parametrize(("head", "factors"), CONVERTED)
class TestUnitsThatTheReaderConverts:
    def test_the_advice_stores_what_was_measured(self, tmp_path, head, factors):
        with pytest.raises(ValueError, match="Say which is which") as refused:
            read(tmp_path, table(head, *factors))
        advice = ast.literal_eval(str(refused.value).partition("column_mappings=")[2])
        series = read(tmp_path, table(head, *factors), column_mappings=advice)
        assert second_row(series) == pytest.approx((10, 1, 3.9 - 0.05 - 0.2 * 3 * 10 / 3600))

    def test_a_mapping_to_another_unit_is_refused(self, tmp_path, head, factors):
        column = head.split(",")[1]
        with pytest.raises(ValueError, match=r"is in mA, 'Current \[A\]' in A.*'Current \[mA\]'"):
            read(tmp_path, table(head, *factors), column_mappings={column: "Current [A]"})


def test_units_in_a_row_of_their_own_are_seen(tmp_path):
    text = table("t,I,U\ns,mA,V", current=1e3)
    with pytest.raises(ValueError, match=r"'I' of export.csv is in mA, 'Current \[A\]' in A"):
        read(tmp_path, text, column_mappings={"I": "Current [A]"})


def test_a_further_column_keeps_its_unit(tmp_path):
    text = "\n".join(
        f"{line},{'Aux [mV]' if n == 0 else n}"
        for n, line in enumerate(table("Time [s],Current [A],Voltage [V]").splitlines())
    )
    assert read(tmp_path, text, column_mappings={"Aux [mV]": "Anode [mV]"})["Anode [mV]"][1] == 2
    with pytest.raises(ValueError, match=r"is in mV, 'Anode \[V\]' in V"):
        read(tmp_path, text, column_mappings={"Aux [mV]": "Anode [V]"})


def test_the_table_of_an_open_circuit_voltage_converts_nothing(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("\n".join(["SOC,U_mV", *(f"{n / 50},{4200 - n}" for n in range(50))]))
    with pytest.raises(ValueError, match="in V, and a mapping only renames: convert its values"):
        read_export(
            path, {"name": "a", "data_type": "ocp"}, column_mappings={"U_mV": "Voltage [V]"}
        )


def test_a_workbook_is_held_to_it_too(tmp_path):
    head, *lines = [line.split(",") for line in table("t,I [mA],U").splitlines()]
    with pytest.raises(ValueError, match=r"'I \[mA\]' of export.xlsx is in mA"):
        read_export(
            workbook(tmp_path / "export.xlsx", [head, *lines]),
            {"name": "a"},
            reader="csv",
            column_mappings={"I [mA]": "Current [A]"},
        )


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Current(MA)", "mA"),
        ("CurrentmA", "mA"),
        ("current_milliampere", "mA"),
        ("Voltage [mV] (cell)", "mV"),
        ("<I>/mA", "mA"),
        ("Capacity/mA.h", "mA.h"),
        ("icell [mA/cm²]", "mA.cm-2"),
        ("T [K]", "K"),
        ("Sum of items", None),
        ("Voltage (cell)", None),
        ("Step", None),
    ],
)
def test_units_are_read_from_names(name, unit):
    found = unit_of(name)
    assert (found.name if found else None) == unit
