"""Decimal separators that the user names: they settle what the numbers of a file leave open."""

import pytest

from ionworks.measurements.exports import read_export
from tests.unit.cycler_exports import neware, workbook


@pytest.fixture
def read(tmp_path):
    def reading(head, row, decimal=None):
        path = tmp_path / "export.csv"
        lines = [row(10 * n, -1.5, 3.9 - n / 100) for n in range(50)]
        path.write_text("\n".join([head, *lines]), encoding="utf-8")
        options = {"decimal": decimal} if decimal else None
        series = read_export(path, {"name": "a"}, options=options).detail["time_series"]
        return series.select("Time [s]", "Current [A]", "Voltage [V]").row(1)

    return reading


THOUSANDS = {
    "mA": ("Time [s],Current [mA],Voltage [V]", lambda t, i, v: f'{t},"{1e3 * i:,.1f}",{v:.3f}'),
    "I/mA": ("Time [s],I/mA,Ewe/V", lambda t, i, v: f'{t},"{1e3 * i:,.2f}",{v:.4f}'),
    "mV": ("Time [s],Current [A],Voltage [mV]", lambda t, i, v: f'{t},{i},"{1e3 * v:,.1f}"'),
    "h": ("Time [h],Current [A],Voltage [V]", lambda t, i, v: f'"{1e3 + t / 3600:,.6f}",{i},{v}'),
    ";": ("Time [s];Current [mA];Voltage [V]", lambda t, i, v: f"{t};{1e3 * i:,.1f};{v:.2f}"),
}


class TestThousands:
    @pytest.mark.parametrize("decimal", [None, "."])
    @pytest.mark.parametrize("name", THOUSANDS)
    def test_they_are_read_where_units_are_converted(self, name, decimal, read):
        assert read(*THOUSANDS[name], decimal) == pytest.approx((10, 1.5, 3.89), rel=1e-3)

    def test_where_the_numbers_do_not_tell_the_right_word_helps(self, read):
        table = (THOUSANDS["mA"][0], lambda t, i, v: f'{t},"{1e3 * i:,.0f}",{v:.3f}')
        with pytest.raises(ValueError, match=r"whether '-1,500' in line 2 .*',.* or .*'\.'"):
            read(*table)
        assert read(*table, ".") == pytest.approx((10, 1.5, 3.89))
        with pytest.raises(ValueError, match="row 0 has 3900 as Voltage"):
            read(*table, ",")


class TestContradictions:
    @pytest.mark.parametrize("separator", [";", ",", "\t"])
    def test_a_point_where_there_are_commas_is_refused(self, separator, read):
        def row(t, i, v):
            fields = [f"{one}".replace(".", ",") for one in (t + 0.5, i, round(v, 2))]
            return separator.join(f'"{one}"' if separator == "," else one for one in fields)

        head = separator.join(["Time [s]", "Current [A]", "Voltage [V]"])
        with pytest.raises(ValueError, match=r"is '\.', but '0,5' in line 2 has a decimal comma"):
            read(head, row, ".")

    @pytest.mark.parametrize(
        "row",
        [lambda t, i, v: f"{t},{i},{v:.2f}", lambda t, i, v: f'{t},"{1e3 * i:,.1f}",{v:.3f}'],
    )
    def test_a_comma_where_there_are_points_is_refused(self, row, read):
        with pytest.raises(ValueError, match=r"is ',', but '.*' in line 2 has a decimal point"):
            read("Time [s],Current [mA],Voltage [V]", row, ",")

    @pytest.mark.parametrize("decimal", [None, ",", "."])
    def test_no_option_is_offered_where_none_is_right(self, decimal, read):
        with pytest.raises(ValueError, match=r"but '3\.90' in line 2 a point") as refused:
            read("t;I;U", lambda t, _, v: f"{t};-1,5;{v:.2f}", decimal)
        assert "options" not in str(refused.value)

    def test_only_the_option_that_can_be_right_is_offered(self, read):
        with pytest.raises(ValueError, match=r"what the point in '1\.000' in line 2") as refused:
            read("t;I;U", lambda t, _, __: f"1.{t:03};-1,5;3,9")
        assert "{'decimal': ','}" in str(refused.value)
        assert "{'decimal': '.'}" not in str(refused.value)

    def test_no_option_saves_decimals_that_separate_columns(self, read):
        with pytest.raises(ValueError, match="line 2 has 5 fields below 3 names"):
            read("Time [s],Current [A],Voltage [V]", lambda t, _, __: f"{t},-1,5,3,9", ".")

    def test_texts_of_a_workbook_are_held_to_it(self, tmp_path):
        head, *lines = [line.split(",") for line in neware().splitlines()]
        for line in lines:
            line[5] = f"{float(line[5]):.2f}".replace(".", ",")
        path = workbook(tmp_path / "export.xlsx", [head, *lines])
        with pytest.raises(ValueError, match=r"'Voltage\(V\)' .*'3,85") as refused:
            read_export(path, {"name": "a"}, options={"decimal": "."})
        assert "options" not in str(refused.value)
