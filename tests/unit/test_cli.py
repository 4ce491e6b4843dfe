"""The command line without a server: what is typed, what is written, and with which exit code."""

import doctest
import json
import os
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ionworks.cli
from ionworks.cli import main
from ionworks.cli.app import application
from ionworks.cli.configs import read_config
from ionworks.cli.failures import ExitCode, FailedError, exit_code, told
from ionworks.cli.files import check_table, save_table, write_whole
from ionworks.cli.naming import found
from ionworks.cli.output import Output, plain
from ionworks.cli.points import Design
from ionworks.cli.tables import minute
from ionworks.errors import (
    AuthenticationError,
    ConflictError,
    ConnectionFailedError,
    IonworksError,
    JobFailedError,
    NotFoundError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
    ValidationError,
    WaitTimeoutError,
)
from ionworks.records import Record

PROTOCOLS = Path(__file__).parents[2] / "examples/protocols"
INPUTS = str(PROTOCOLS / "inputs.yaml")
WRONG = "steps:\n  - Rest: {duratoin: 60}\n"
HEAVY = ["polars", "pandas", "numpy", "scipy", "pybamm", "pyarrow", "matplotlib", "httpx", "yaml"]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A user with nothing set up, in a folder of their own."""
    for name in [name for name in os.environ if name.startswith("IONWORKS_")]:
        monkeypatch.delenv(name)
    for kind in ("CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(capsys, *arguments):
    """Run a command in this process; return its exit code, output and complaints."""
    code = main(arguments)
    seen = capsys.readouterr()
    return code, seen.out, seen.err


@pytest.mark.parametrize(
    "name", [module.name for module in pkgutil.iter_modules(ionworks.cli.__path__)]
)
def test_the_examples_of_the_docstrings_hold(name):
    options = doctest.ELLIPSIS
    module = import_module(f"ionworks.cli.{name}")
    assert doctest.testmod(module, optionflags=options).failed == 0


def test_the_example_of_the_package_holds():
    outcome = doctest.testmod(ionworks.cli, optionflags=doctest.ELLIPSIS)
    assert (outcome.failed, outcome.attempted > 0) == (0, True)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["simulate", "--help"]])
def test_help_is_light(arguments):
    code = (
        f"import sys; from ionworks.cli import main; code = main({arguments});"
        f"print([name for name in {HEAVY} if name in sys.modules], code)"
    )
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.splitlines()[-1] == "[] 0"


def test_every_command_has_help_for_itself_and_its_options(capsys):
    for path, command in walked(application()):
        assert main([*path, "--help"]) == 0
        assert capsys.readouterr().out.strip(), path
        assert command.help, path
        for option in command.params:
            if path != ["serve"] and option.name not in ("help", "version"):
                assert getattr(option, "help", None), (path, option.name)


def walked(app):
    """Every command of the application with the words that lead to it, except those passed on."""
    from typer.main import get_command

    waiting = [([], get_command(app))]
    while waiting:
        path, command = waiting.pop()
        if path != ["serve"] and path:
            yield path, command
        waiting += [([*path, name], one) for name, one in getattr(command, "commands", {}).items()]


def test_a_runner_of_typer_drives_the_application_as_well():
    seen = CliRunner().invoke(application(), ["protocol", "inputs", INPUTS])
    assert seen.exit_code == 0
    assert "Depth of discharge" in seen.stdout


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["simulate"], "Missing argument"),
        (["simulate", INPUTS], "--model"),
        (["models", "list", "--nope"], "--nope"),
        (["protocol", "check"], "Missing argument"),
        (["models", "list", "--limit", "x"], "--limit"),
    ],
)
def test_what_was_mistyped_is_named_without_a_traceback(capsys, arguments, named):
    code, out, err = ran(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert err.startswith("error: ")
    assert named in err
    assert "--help'" in err
    assert "Traceback" not in err


def test_typing_too_little_shows_the_help(capsys):
    code, out, err = ran(capsys, "models")
    assert code == 2
    assert "variables" in out + err
    assert "error:" not in err


def test_errors_are_one_json_object_for_programs(capsys):
    code, out, err = ran(capsys, "simulate", "nothere.yaml", "-m", "x", "--json")
    assert (code, out) == (2, "")
    assert json.loads(err) == {
        "error": {
            "type": "FileNotFoundError",
            "message": "nothere.yaml: No such file or directory",
            "exit_code": 2,
        }
    }


class _ParserError(Exception):
    ctx = None

    def format_message(self):
        return "Missing option '--model'."


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FailedError("x"), 1),
        (JobFailedError("x"), 1),
        (ModuleNotFoundError("x"), 1),
        (RuntimeError("x"), 1),
        (OSError(28, "No space left on device"), 1),
        (_ParserError(), 2),
        (ValueError("x"), 2),
        (TypeError("x"), 2),
        (FileNotFoundError(2, "No such file"), 2),
        (ValidationError("x", 422), 2),
        (ConflictError("x", 409), 2),
        (NotFoundError("x", 404), 3),
        (AuthenticationError("x", 401), 4),
        (ServerError("x", 500), 5),
        (RateLimitError("x", 429), 5),
        (ConnectionFailedError("x"), 5),
        (IonworksError("x"), 5),
        (RequestTimeoutError("x"), 6),
        (WaitTimeoutError("x"), 6),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_kind_of_failure_has_its_exit_code(error, code):
    assert exit_code(error) == code == told(error)["exit_code"]
    assert isinstance(exit_code(error), ExitCode)


def test_what_no_one_foresaw_says_where_it_comes_from():
    with pytest.raises(KeyError) as raised:
        {}["missing"]
    message = told(raised.value)["message"]
    assert re.match(r"unexpected KeyError at test_cli.py:\d+: 'missing'", message)


def test_an_unforeseen_error_in_a_command_ends_it_in_words(capsys, monkeypatch):
    def broken(*_):
        raise KeyError("oops")

    monkeypatch.setattr("ionworks.ucp.explain", broken)
    code, out, err = ran(capsys, "protocol", "explain", INPUTS)
    assert (code, out) == (1, "")
    assert "unexpected KeyError" in err
    assert "Traceback" not in err


# What is typed for numbers.


def test_a_grid_has_all_combinations_and_the_numbers_that_one_would_write():
    design = Design.of(["A [m]=1e-6"], ["B=0.1:0.5:5", "C=3,1"])
    assert design.fixed == {"A [m]": 1e-6}
    assert design.varied["B"] == [0.1, 0.2, 0.3, 0.4, 0.5]
    assert design.points[:3] == [{"B": 0.1, "C": 3}, {"B": 0.1, "C": 1}, {"B": 0.2, "C": 3}]
    assert len(design.points) == 10


def test_a_range_may_fall_and_a_name_may_hold_the_sign():
    design = Design.of(["k=1.5=2"], ["T=40:0:3"])
    assert design.fixed == {"k=1.5": 2.0}
    assert design.varied == {"T": [40, 20, 0]}
    assert Design.of([], []).points == [{}]


@pytest.mark.parametrize(
    ("settings", "sweeps", "named"),
    [
        (["C-rate"], [], "--set 'C-rate': write NAME=VALUE"),
        (["=1"], [], "NAME=VALUE"),
        (["C-rate="], [], "NAME=VALUE"),
        (["C-rate=fast"], [], "'fast' is no finite number"),
        (["C-rate=nan"], [], "'nan' is no finite number"),
        (["C-rate=1e999"], [], "'1e999' is no finite number"),
        (["C-rate=1_0"], [], "'1_0' is no finite number"),
        (["C-rate=0,5"], [], "'0,5' is no finite number"),
        (["C-rate=1", "C-rate=2"], [], "'C-rate' is given twice"),
        (["C-rate=1"], ["C-rate=1,2"], "'C-rate' is given twice"),
        ([], ["C-rate=1:2"], "FROM:TO:COUNT"),
        ([], ["C-rate=1:2:1"], "from 2 to"),
        ([], ["C-rate=1:2:2.5"], "not '2.5'"),
        ([], ["C-rate=1:inf:3"], "'inf' is no finite number"),
        ([], ["C-rate=1,,2"], "'' is no finite number"),
        ([], ["C-rate=0:1:1000000000"], "100,000"),
    ],
)
def test_numbers_that_are_none_are_refused_by_name(settings, sweeps, named):
    with pytest.raises(ValueError, match=re.escape(named)):
        Design.of(settings, sweeps)


# Protocols, offline.


def test_findings_stand_where_editors_find_them(capsys, tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG)
    code, out, err = ran(capsys, "protocol", "check", str(file), INPUTS)
    assert code == 1
    first, second = out.splitlines()
    assert first.startswith(f"error: {file}:2:12: Unknown key 'duratoin'")
    assert "Try: duration" in first
    assert second == f"{INPUTS}: good"
    assert err == f"error: cannot run: {file}\n"


def test_findings_as_json(capsys, tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG)
    code, out, err = ran(capsys, "protocol", "check", str(file), "--json")
    (report,) = json.loads(out)
    assert code == 1
    assert (report["file"], report["valid"]) == (str(file), False)
    assert (report["findings"][0]["line"], report["findings"][0]["suggestion"]) == (2, "duration")
    assert json.loads(err)["error"]["exit_code"] == 1


def test_good_protocols_pass(capsys):
    files = sorted(map(str, PROTOCOLS.glob("*.yaml")))
    code, out, err = ran(capsys, "protocol", "check", *files)
    assert (code, err) == (0, "")
    assert {line.rpartition(": ")[2] for line in out.splitlines()} == {"good"}


def test_inputs_are_listed_with_their_lines(capsys):
    code, out, _ = ran(capsys, "protocol", "inputs", INPUTS)
    assert code == 0
    assert re.search(r"^C-rate +10, 11$", out, re.MULTILINE)
    names = [
        row["name"] for row in json.loads(ran(capsys, "protocol", "inputs", INPUTS, "--json")[1])
    ]
    assert names == ["Initial SOC", "C-rate", "Depth of discharge"]


def test_explain_reads_the_standard_input(capsys, monkeypatch):
    import io

    text = "steps: [{Rest: {duration: 3600}}]"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    code, out, _ = ran(capsys, "protocol", "explain", "-")
    assert code == 0
    assert "Rest for 1 h" in out


def test_what_cannot_run_is_not_explained(capsys, tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG)
    code, out, err = ran(capsys, "protocol", "explain", str(file))
    assert (code, out) == (1, "")
    assert f"{file}:2:12: Unknown key" in err


def test_a_file_that_is_no_text_is_refused(capsys, tmp_path):
    file = tmp_path / "a.yaml"
    file.write_bytes(b"steps: \xff\xfe")
    code, _, err = ran(capsys, "protocol", "check", str(file))
    assert code == 2
    assert err == f"error: {file} is no UTF-8 text, from byte 8 on\n"


def test_open_numbers_are_asked_for_before_anything_starts(capsys):
    code, _, err = ran(capsys, "simulate", INPUTS, "-m", "any", "--set", "c-rate=1")
    assert code == 2
    assert "--set 'Depth of discharge=...'" in err
    assert "--set 'C-rate=...' ('c-rate' is none of its inputs)" in err
    assert "No account" not in err


@pytest.mark.parametrize(
    ("option", "value", "named"),
    [
        ("--plot", "a.txt", "a picture ends in .png"),
        ("--save", "a.xlsx", "a table ends in .parquet or .csv"),
        ("--save", "nowhere/a.csv", "no folder nowhere"),
        ("--sweep", "C-rate=1:2", "FROM:TO:COUNT"),
    ],
)
def test_what_cannot_be_saved_is_refused_before_anything_runs(capsys, option, value, named):
    code, _, err = ran(capsys, "simulate", INPUTS, "-m", "any", option, value)
    assert code == 2
    assert named in err
    assert "No account" not in err


def test_a_missing_matplotlib_is_told_before_anything_runs(capsys, monkeypatch):
    monkeypatch.setattr("ionworks.cli.files.find_spec", lambda _: None)
    code, _, err = ran(capsys, "simulate", INPUTS, "-m", "any", "--plot", "a.png")
    assert code == 1
    assert "pip install 'ionworks-api[plot]'" in err


# Names.


def test_a_name_means_one_thing_or_none():
    named = {"1": "Cell", "2": "cell", "3": "Cell"}
    items = [Record({"id": one, "name": name}) for one, name in named.items()]
    assert found(items, "cell", "cell").id == "2"
    assert found(items, "3", "cell").id == "3"
    with pytest.raises(ValueError, match="2 cells are called 'Cell': give an id, of 1, 3"):
        found(items, "Cell", "cell")
    with pytest.raises(ValueError, match="3 cells are called 'CELL'"):
        found(items, "CELL", "cell")
    with pytest.raises(LookupError, match="no cell 'Cel': did you mean 'Cell'"):
        found(items, "Cel", "cell")
    with pytest.raises(LookupError, match="none is there"):
        found([], "Cel", "cell")


# What is written.


def test_columns_are_aligned_and_numbers_to_the_right(capsys):
    items = [{"n": "a", "v": 3.65}, {"n": "longer", "v": 12}, {"n": "日本", "v": None}]
    Output().table(items, {"Name": "n", "Voltage [V]": "v"})
    assert capsys.readouterr().out.splitlines() == [
        "Name    Voltage [V]",
        "a              3.65",
        "longer           12",
        "日本              -",
    ]


def test_a_name_cannot_steer_the_terminal(capsys):
    Output().table([{"n": "\x1b[2J\x07evil\nline"}], {"Name": "n"})
    assert capsys.readouterr().out.splitlines()[1] == r"\x1b[2J\x07evil line"


def test_json_has_no_numbers_that_are_none(capsys):
    Output(as_json=True).json({"a": float("nan"), "b": [float("inf"), 1.5], "c": Path("x")})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [None, 1.5], "c": "x"}
    assert plain({"a": Record({"b": (1, 2)})}) == {"a": {"b": [1, 2]}}


def test_an_empty_list_is_said_aside_and_is_an_empty_list_for_programs(capsys):
    Output().table([], {"Name": "n"}, "no models")
    assert capsys.readouterr() == ("", "no models\n")
    Output(as_json=True).table([], {"Name": "n"}, "no models")
    assert capsys.readouterr() == ("[]\n", "")


def test_times_are_told_in_utc():
    assert minute("at")({"at": "2026-11-22T01:30:00.5+02:00"}) == "2026-11-21 23:30"
    assert minute("at")({"at": "2026-11-22T01:30:00"}) == "2026-11-22 01:30"
    assert minute("at")({"at": None}) is None


# Files.


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")

    def fail(aside):
        aside.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(FailedError, match=r"a\.csv could not be written: No space left"):
        write_whole(path, fail)
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["a.csv"]


def test_tables_are_saved_as_their_ending_says(tmp_path):
    import polars as pl

    frame = pl.DataFrame({"Time [s]": [0.0, 1.5], "Step type": ["Rest", "Rest, long"]})
    for name, read in (("a.csv", pl.read_csv), ("a.PARQUET", pl.read_parquet)):
        path = tmp_path / name
        check_table(path)
        save_table(frame, path)
        assert read(path).equals(frame)
    with pytest.raises(IsADirectoryError):
        check_table(Path("folder.csv").mkdir() or Path("folder.csv"))


def test_configs_have_the_numbers_that_people_mean(tmp_path):
    file = tmp_path / "fit.yaml"
    file.write_text(
        "a: 1e-14\nb: 5E3\nc: .5\nd: on\ne: 1:30\nf: 010\ng: true\nh: ~\ni: -2\nj: 1.e5"
    )
    assert read_config(file) == {
        "a": 1e-14,
        "b": 5e3,
        "c": 0.5,
        "d": "on",
        "e": "1:30",
        "f": 10,
        "g": True,
        "h": None,
        "i": -2,
        "j": 1e5,
    }


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a: 1\nb: {c: 1, c: 2}", "'c' is twice"),
        ("[1, 2]", "must hold a mapping"),
        ("a: [", "cannot be read"),
        ("!!python/object/apply:os.getcwd []", "cannot be read"),
        ("", "must hold a mapping"),
    ],
)
def test_configs_that_are_none_are_refused(tmp_path, text, named):
    file = tmp_path / "fit.yaml"
    file.write_text(text)
    with pytest.raises(ValueError, match=re.escape(named)):
        read_config(file)
