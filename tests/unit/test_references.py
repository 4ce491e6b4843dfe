"""Data of a pipeline: read where it may stand, and nowhere else."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from ionworks.errors import MeasurementValidationError
from ionworks.references import MOST_ROWS, with_tables
from ionworks.validators import IssueCode

SHORT = {"Time [s]": [0.0, 1.0], "Voltage [V]": [4.2, 4.1]}


def table(rows):
    time = np.arange(rows, dtype=float)
    return pl.DataFrame({"Time [s]": time, "Voltage [V]": 4.2 - time / 1e5})


def fit(data, **objective):
    return {"fit": {"element_type": "data_fit", "objectives": {"v": {"data": data, **objective}}}}


def data_of(elements):
    return with_tables(elements)["fit"]["objectives"]["v"]["data"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestFiles:
    @pytest.mark.parametrize("name", ["data.csv", "data.parquet", "data"])
    def test_long_files_are_read_whole_whatever_they_are_called(self, here, name):
        frame = table(20_000)
        (frame.write_csv if name != "data.parquet" else frame.write_parquet)(here / name)
        read = data_of(fit(f"file:{name}"))
        assert list(read) == ["Time [s]", "Voltage [V]"]
        assert read["Time [s]"] == frame["Time [s]"].to_list()
        assert read["Voltage [V]"][-1] == pytest.approx(4.2 - 19_999 / 1e5, abs=1e-12)

    def test_the_home_folder(self, here, monkeypatch):
        monkeypatch.setenv("HOME", str(here))
        table(3).write_csv(here / "data.csv")
        assert data_of(fit("file:~/data.csv"))["Time [s]"] == [0.0, 1.0, 2.0]

    def test_gaps_and_names_with_blanks(self, here):
        (here / "data.csv").write_text("Time [s], Temperature [degC]\n0,25.5\n1,\n2,26\n")
        assert data_of(fit("file:data.csv")) == {
            "Time [s]": [0, 1, 2],
            "Temperature [degC]": [25.5, None, 26.0],
        }

    def test_blanks_about_the_commas(self, here):
        lines = ["Time [s] , Voltage [V] , Note", "0.0 , 4.2 , a", "1.0 , , b ", "2.5 , 1e-1 , 7"]
        (here / "data.csv").write_text("\n".join(lines))
        assert data_of(fit("file:data.csv")) == {
            "Time [s]": [0.0, 1.0, 2.5],
            "Voltage [V]": [4.2, None, 0.1],
            "Note": [" a", " b ", " 7"],
        }

    def test_texts_without_blanks_stay_texts(self, here):
        (here / "data.csv").write_text('Time [s],Code\n0,"007"\n1,"x"\n')
        assert data_of(fit("file:data.csv"))["Code"] == ["007", "x"]

    def test_a_late_fraction_is_not_cut_off(self, here):
        lines = ["Time [s]", *["1"] * 5000, "1.5"]
        (here / "data.csv").write_text("\n".join(lines))
        assert data_of(fit("file:data.csv"))["Time [s]"][-1] == 1.5

    def test_nan_is_named_by_its_place(self, here):
        (here / "data.csv").write_text("Time [s],Voltage [V]\n0,4.2\n1,NaN\n")
        with pytest.raises(
            ValueError,
            match=r"elements\.fit\.objectives\.v\.data\.Voltage \[V\]\[1\] is nan.*empty cell",
        ):
            data_of(fit("file:data.csv"))

    @pytest.mark.parametrize(
        ("reference", "kind", "message"),
        [
            ("file:none.csv", FileNotFoundError, r"elements\.fit\.objectives\.v\.data: .*none.csv"),
            ("file: ", ValueError, "after the colon comes a path"),
            ("folder:none", FileNotFoundError, "no folder none"),
            ("file:somewhere", ValueError, 'is a folder; refer to it as "folder:somewhere"'),
            ("folder:somewhere", FileNotFoundError, "neither steps.parquet nor steps.csv"),
            ("file:ragged.csv", ValueError, "ragged.csv cannot be read as a table"),
            ("file:empty.csv", ValueError, "empty.csv"),
            ("file:head.csv", ValueError, "head.csv has no rows"),
            ("file:book.xlsx", ValueError, "book.xlsx.*a zip file"),
            ("file:broken.parquet", ValueError, "broken.parquet cannot be read"),
            ("file:~nobody-of-this-name/x", ValueError, "home folder"),
        ],
    )
    def test_what_cannot_be_read(self, here, reference, kind, message):
        (here / "somewhere").mkdir()
        table(2).write_csv(here / "somewhere/time_series.csv")
        (here / "ragged.csv").write_text("a,b\n1,2,3\n")
        (here / "empty.csv").write_text("")
        (here / "head.csv").write_text("a,b\n")
        (here / "book.xlsx").write_bytes(b"PK\x03\x04 and so on")
        (here / "broken.parquet").write_bytes(b"PAR1 and so on")
        with pytest.raises(kind, match=message):
            data_of(fit(reference))

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("Time [s];Voltage [V]\n0;4,2\n1;3,9\n", "by semicolons, .*separator=';'"),
            ("Time [s];Voltage [V]\n0;4.2\n1;3.9\n", "by semicolons"),
            ("Time [s]\tVoltage [V]\n0\t4.2\n", r"by tabs, .*separator='\\t'"),
        ],
    )
    def test_what_is_separated_otherwise_is_told_how_to_become_right(self, here, text, told):
        (here / "data.csv").write_text(text)
        with pytest.raises(
            ValueError, match=f"data.csv cannot be read .*: its columns are.*{told}"
        ):
            data_of(fit("file:data.csv"))

    def test_the_way_out_of_semicolons_works(self, here):
        (here / "data.csv").write_text("Time [s];Voltage [V]\n0;4,2\n1;3,9\n")
        frame = pl.read_csv("data.csv", separator=";", decimal_comma=True)
        frame.write_csv("data.csv")
        assert data_of(fit("file:data.csv")) == {"Time [s]": [0, 1], "Voltage [V]": [4.2, 3.9]}

    def test_options_of_the_reader_are_no_advice(self, here):
        (here / "ragged.csv").write_text("a,b\n1,2,3\n")
        with pytest.raises(ValueError, match="more fields") as caught:
            data_of(fit("file:ragged.csv"))
        assert "truncate_ragged_lines" not in str(caught.value)


class TestFolders:
    def test_parquet_goes_before_csv(self, here):
        table(5000).write_parquet(here / "time_series.parquet")
        table(3).write_csv(here / "time_series.csv")
        table(2).write_csv(here / "steps.csv")
        read = data_of(fit(f"folder:{here}"))
        assert list(read) == ["time_series", "steps"]
        assert [len(part["Time [s]"]) for part in read.values()] == [5000, 2]

    def test_nan_in_one_of_its_tables(self, here):
        table(3).write_csv(here / "time_series.csv")
        pl.DataFrame({"Step count": [float("nan")]}).write_parquet(here / "steps.parquet")
        with pytest.raises(ValueError, match=r"v\.data\.steps\.Step count\[0\] is nan"):
            data_of(fit("folder:."))


class TestPlaces:
    def test_where_data_may_stand_it_is_read(self, here):
        pl.DataFrame(SHORT).write_csv(here / "d.csv")
        part = {"data": "file:d.csv", "time_range": {"start": 0}}
        experiment = {"experiment": {"from data": {"data": "file:d.csv"}}}
        elements = {
            "entry": {"element_type": "entry", "values": {"data": "file:d.csv", "other": part}},
            "ocp": {"element_type": "calculation", "data": "file:d.csv"},
            "fit": {
                "element_type": "data_fit",
                "objectives": {
                    "plain": {"data": "file:d.csv"},
                    "part": {"data": part},
                    "two": {"data": {"time_series": "file:d.csv", "steps": "file:d.csv"}},
                    "ageing": {"data": "db:1", "options": experiment},
                    "model": {"data": "file:d.csv"},
                    "data": {"data": "file:d.csv"},
                    0.1: {"data": "file:d.csv"},
                },
            },
            "array": {"element_type": "array_data_fit", "objectives": {"data": "file:d.csv"}},
        }
        read = with_tables(elements)
        entry, objectives = read["entry"]["values"], read["fit"]["objectives"]
        assert entry == {"data": SHORT, "other": {"data": SHORT, "time_range": {"start": 0}}}
        assert read["ocp"]["data"] == SHORT
        assert objectives["part"]["data"] == entry["other"]
        assert objectives["two"]["data"] == {"time_series": SHORT, "steps": SHORT}
        assert objectives["ageing"]["options"]["experiment"]["from data"]["data"] == SHORT
        for name in ("plain", "model", "data", 0.1):
            assert objectives[name]["data"] == SHORT
        assert read["array"]["objectives"]["data"] == SHORT
        assert elements["ocp"]["data"] == "file:d.csv"

    def test_elsewhere_nothing_is_read(self):
        text = "file:not-there.csv"
        elements = {
            text: {
                "element_type": "data_fit",
                "name": text,
                "description": text,
                "source": text,
                "objectives": {
                    text: {
                        "data": "db:1",
                        "name": text,
                        "options": {"model": {"type": "custom", "model": {"data": text}}},
                    }
                },
                "parameters": {text: {"bounds": [0, 1], "data": text}},
                "tree": {"$type": "numpy.ndarray", "data": text},
            },
            "entry": {"element_type": "entry", "values": {"a": 1.0}, "source": "folder:nowhere"},
        }
        assert with_tables(elements) == elements

    @pytest.mark.parametrize("data", ["db:3fa8c1de", "entry.data", None, {"data": "db:1"}])
    def test_other_references_are_the_servers(self, data):
        assert data_of(fit(data)) == data

    def test_objects_are_asked_for_their_configuration(self):
        class Loader:
            def to_config(self):
                return {"data": SHORT, "options": {"first_step": 1}}

        class Objective:
            def to_config(self):
                return {"type": "CurrentDriven", "data": Loader()}

        elements = {"fit": {"element_type": "data_fit", "objectives": {"v": Objective()}}}
        assert data_of(elements) == {"data": SHORT, "options": {"first_step": 1}}


FORMS = {
    "polars": lambda frame: frame,
    "pandas": lambda frame: frame.to_pandas(),
    "lists": lambda frame: frame.to_dict(as_series=False),
    "arrays": lambda frame: {name: frame[name].to_numpy() for name in frame.columns},
    "series": lambda frame: {name: frame[name] for name in frame.columns},
    "part": lambda frame: {"data": frame, "time_range": {"start": 0}},
    "nested": lambda frame: {"data": {"time_series": frame.to_dict(as_series=False)}},
}
PLACES = {
    "objective": fit,
    "calculation": lambda data: {"ocp": {"element_type": "calculation", "data": data}},
    "entry": lambda data: {"entry": {"element_type": "entry", "values": {"data": data}}},
    "experiment": lambda data: fit("db:1", options={"experiment": {"from data": data}}),
}


class TestInline:
    @pytest.mark.parametrize("place", PLACES)
    @pytest.mark.parametrize("form", FORMS)
    def test_the_same_limit_everywhere(self, form, place):
        with_tables(PLACES[place](FORMS[form](table(MOST_ROWS))))
        with pytest.raises(MeasurementValidationError) as refused:
            with_tables(PLACES[place](FORMS[form](table(MOST_ROWS + 1))))
        assert refused.value.has_code(IssueCode.TIME_SERIES_ROW_COUNT_EXCEEDED)
        message = str(refused.value)
        assert "1001 rows" in message
        assert "db:<measurement id>" in message
        assert message.startswith("elements.")

    def test_in_typed_objects_too(self):
        iws = pytest.importorskip("ionworks_schema")
        objective = iws.objectives.CurrentDriven(table(1001), options={"model": "SPM"})
        typed = iws.DataFit(objectives={"v": objective}, parameters={"a": iws.Parameter("a")})
        with pytest.raises(MeasurementValidationError, match="1001 rows"):
            with_tables(iws.Pipeline({"fit": typed}).to_config()["elements"])

    def test_a_frame_where_no_data_is_awaited(self):
        elements = fit("db:1", options={"profile": table(1001)})
        with pytest.raises(MeasurementValidationError, match=r"v\.options\.profile: .*1001 rows"):
            with_tables(elements)

    def test_a_long_list_that_is_no_table_is_none_of_its_business(self):
        long = list(range(5000))
        elements = {
            "entry": {"element_type": "entry", "values": {"x": long}},
            "fit": {"element_type": "data_fit", "initial_guesses": {"a": long}},
        }
        assert with_tables(elements) == elements

    def test_columns_of_one_length(self):
        with pytest.raises(ValueError, match=r"v\.data: .*'Voltage \[V\]' has 1 rows, others.* 2"):
            data_of(fit({"Time [s]": [0, 1], "Voltage [V]": [4.2]}))

    def test_nan_is_no_silent_null(self):
        frame = pd.DataFrame({"Time [s]": [0.0, 1.0], "Voltage [V]": [4.2, np.nan]})
        with pytest.raises(ValueError, match=r"v\.data\.Voltage \[V\]\[1\] is nan"):
            data_of(fit(frame))
        gap = pd.DataFrame({"Cycle": pd.array([1, None], dtype="Int64")})
        assert data_of(fit(gap)) == {"Cycle": [1, None]}


class TestFramesOfPandas:
    def test_a_quantity_in_the_index_is_not_left_out_silently(self):
        frame = pd.DataFrame(SHORT).set_index("Time [s]")
        with pytest.raises(ValueError, match=r"'Time \[s\]' is the index .* frame.reset_index\(\)"):
            data_of(fit(frame))
        with pytest.raises(ValueError, match=r"v\.data\.time_series: 'Time"):
            data_of(fit({"time_series": frame}))
        assert data_of(fit(frame.reset_index())) == SHORT

    @pytest.mark.parametrize("name", [None, "row", "Time [s]"])
    def test_any_other_index_is_left_out(self, name):
        frame = pd.DataFrame(SHORT)
        frame.index.name = name
        assert data_of(fit(frame)) == SHORT
