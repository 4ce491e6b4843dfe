"""What a command tells of what it got, what failed and what runs on; and in whose words."""

import os
import re
from pathlib import Path

import pytest

from ionworks.cli import main
from ionworks.cli.batches import one_by_one
from ionworks.cli.failures import PartialError, exit_code, goes_on, told
from ionworks.cli.output import Output
from ionworks.cli.wording import in_options
from ionworks.cli.work import Work
from ionworks.errors import (
    AuthenticationError,
    ConflictError,
    ConnectionFailedError,
    JobFailedError,
    ValidationError,
    WaitTimeoutError,
)
from ionworks.records import Record


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A user with nothing set up, in a folder of their own."""
    for name in [name for name in os.environ if name.startswith("IONWORKS_")]:
        monkeypatch.delenv(name)
    for kind in ("CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Several files.


def outcome_of(**failures):
    """What becomes of the files a to d, of which some fail."""
    seen = []

    def make(path):
        if path.name in failures:
            raise failures[path.name]
        return path.name.upper()

    outcome = one_by_one(map(Path, "abcd"), make, lambda *made: seen.append(made))
    assert seen == list(outcome.made.items())
    return outcome


def test_a_file_that_is_refused_keeps_none_of_the_others_waiting():
    outcome = outcome_of(b=ValueError("b has no voltage"), c=ConflictError("it is there", 409))
    assert list(outcome.made.values()) == ["A", "D"]
    with pytest.raises(PartialError) as raised:
        outcome.raise_for_failed()
    known = told(raised.value)
    assert known["message"] == "b has no voltage\nc: it is there [HTTP 409]"
    assert (known["type"], known["exit_code"], known["not_tried"]) == ("ValueError", 2, [])
    assert [(str(one["file"]), one["type"]) for one in known["failed"]] == [
        ("b", "ValueError"),
        ("c", "ConflictError"),
    ]


@pytest.mark.parametrize(
    ("ending", "code"), [(ConnectionFailedError("no answer"), 5), (KeyboardInterrupt(), 130)]
)
def test_what_would_befall_every_file_ends_it_and_the_others_are_named(ending, code):
    outcome = outcome_of(a=ValueError("a is empty"), b=ending)
    assert outcome.made == {}
    with pytest.raises(PartialError, match=r"\Aa is empty\nb: .+\nnot tried: c, d\Z") as raised:
        outcome.raise_for_failed()
    assert exit_code(raised.value) == code
    assert list(map(str, told(raised.value)["not_tried"])) == ["c", "d"]


def test_the_last_file_can_end_it_too():
    with pytest.raises(PartialError) as raised:
        outcome_of(a=ValueError("a is empty"), d=KeyboardInterrupt()).raise_for_failed()
    assert exit_code(raised.value) == 130


def test_when_all_went_well_nothing_is_raised():
    assert outcome_of().raise_for_failed() is None


# What runs on.


def test_waiting_that_ends_too_early_tells_each_id_and_how_to_go_on():
    sent = [{"id": "s-1", "job_id": "j-1"}, {"id": "s-2", "job_id": "j-2"}]
    with pytest.raises(PartialError) as raised, goes_on("simulations", sent, "ionworks wait"):
        raise WaitTimeoutError("time is up", {"s-1": "completed", "s-2": "running"})
    known = told(raised.value)
    assert known["message"] == "time is up\nto go on: ionworks wait s-2"
    assert (known["type"], known["exit_code"]) == ("WaitTimeoutError", 6)
    assert known["simulations"] == [
        {"id": "s-1", "job_id": "j-1", "status": "completed"},
        {"id": "s-2", "job_id": "j-2", "status": "running"},
    ]


def test_so_does_waiting_that_was_stopped_and_programs_get_every_id():
    sent = [{"id": f"s-{n}"} for n in range(12)]
    with pytest.raises(PartialError) as raised, goes_on("simulations", sent, "wait"):
        raise KeyboardInterrupt("waiting was stopped")
    known = told(raised.value)
    assert known["message"].endswith(f"to go on: wait {' '.join(one['id'] for one in sent)}")
    assert known["exit_code"] == 130
    assert known["simulations"] == sent


def test_the_last_states_are_told_to_programs():
    error = JobFailedError("x", outcomes={"p-1": Record({"status": "failed"})})
    assert told(error)["states"] == {"p-1": "failed"}


# In words of the command line.


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "max_points=2 cannot keep the extremes of 9 columns: it takes 20 or more, or fewer "
            "columns=[...]",
            "--max-points 2 cannot keep the extremes of 9 columns: it takes 20 or more, or fewer "
            "columns, each with --column",
        ),
        ("not found: pass reader=, one of csv", "not found: give --reader, one of csv"),
        (
            "such as column_mappings={'Zeit': 'Time [s]', 'U': 'Voltage [V]'}",
            "such as --column 'Zeit=Time [s]' --column 'U=Voltage [V]'",
        ),
        ("column_mappings: a.csv has no column 'U'", "--column: a.csv has no column 'U'"),
        ("or name them in column_mappings.", "or name them in --column."),
        ("with options={'decimal': ','}, or", "with --option 'decimal=,', or"),
        ("options={'file_encoding': ...}", "--option file_encoding=..."),
        ("options['file_encoding']: no", "--option file_encoding=...: no"),
        ("options={'cell_metadata': {'a': 1}}", "options={'cell_metadata': {'a': 1}}"),
        ("nominal_capacity_ah: -5.0 is less", "--capacity: -5.0 is less"),
        ("filename_stem 'a/b' holds '/'", "--stem 'a/b' holds '/'"),
        ("target must be one of arbin", "--to must be one of arbin"),
        ("extra_variables[1]: 'Foo' is not", "--variables: 'Foo' is not"),
        ("design_parameters_doe.rows[0].name: 'X' is not", "--set or --sweep: 'X' is not"),
        ("conditions[3].design_parameters.X [m]: 'X", "--set or --sweep X [m]: 'X"),
    ],
)
def test_messages_name_options_where_the_client_names_arguments(said, expected):
    assert told(ValueError(said))["message"] == expected
    assert in_options(expected) == expected


def test_the_problems_that_programs_read_stay_as_the_api_gave_them():
    given = {"detail": {"errors": [{"path": "nominal_capacity_ah", "message": "is missing"}]}}
    known = told(ValidationError("give nominal_capacity_ah", 422, data=given))
    assert known["message"] == "give --capacity [HTTP 422]"
    assert known["problems"] == given["detail"]["errors"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("pass reader=, one of csv", "give --reader, one of csv"),
        ("options={'file_encoding': ...}", "--option file_encoding=..."),
    ],
)
def test_warnings_are_in_the_same_words(capsys, monkeypatch, said, expected):
    import warnings

    monkeypatch.setattr("ionworks.ucp.explain", lambda _: warnings.warn(said, stacklevel=1) or "")
    Path("rest.yaml").write_text("steps: [{Rest: {duration: 60}}]")
    assert main(["protocol", "explain", "rest.yaml"]) == 0
    assert f"warning: {expected}\n" in capsys.readouterr().err


def test_a_key_that_is_refused_is_told_where_keys_are_kept():
    message = told(AuthenticationError("Send the engine's key", 401))["message"]
    assert "IONWORKS_API_KEY" in message
    assert "ionworks config set api_key" in message


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("--url http://x whoami", "ionworks COMMAND --url"),
        ("-u http://x whoami", "ionworks COMMAND -u"),
        ("cells --json list", "ionworks cells COMMAND --json"),
    ],
)
def test_an_option_before_the_command_is_told_its_place(capsys, typed, right):
    assert main(typed.split()) == 2
    assert f"It stands after the command: '{right}'" in capsys.readouterr().err


@pytest.mark.parametrize("typed", ["--nope whoami", "config path --url http://x"])
def test_an_option_that_belongs_nowhere_is_told_no_place(capsys, typed):
    assert main(typed.split()) == 2
    seen = capsys.readouterr().err
    assert "No such option" in seen
    assert "after the command" not in seen


# Stores and projects.


READING = (
    *("cells list", "cells show x", "cells tree", "cells specifications"),
    *("measurements list", "measurements show x", "measurements download x -o a.csv"),
    *("measurements upload a.csv --cell x", "projects list", "jobs list", "jobs show x"),
    *("jobs wait x", "jobs cancel x", "simulations list", "simulations show x"),
    *("simulations download x -o a.csv", "simulations wait x", "simulations cancel x"),
    *("pipelines list", "pipelines watch x", "pipelines result x", "pipelines cancel x"),
)


@pytest.mark.parametrize("typed", READING)
def test_what_asks_for_what_is_stored_makes_no_store(capsys, home, typed):
    code = main([*typed.split(), "--url", "local:typo/cells"])
    seen = capsys.readouterr()
    assert (code, seen.out) == (3, "")
    assert seen.err == "error: there is no store in typo/cells: nothing was kept there yet\n"
    assert not (home / "typo").exists()


def test_an_empty_folder_is_no_store_either(capsys, home):
    (home / "cells").mkdir()
    assert main(["cells", "list", "--url", "local:cells"]) == 3
    assert list((home / "cells").iterdir()) == []
    capsys.readouterr()


def test_who_has_one_project_means_that_one(monkeypatch):
    projects = [Record({"id": "p-1", "name": "Default"})]
    asked = []

    class Client:
        def __init__(self, *arguments, **_):
            asked.append(arguments[2])
            self.project = self

        def list(self):
            return projects

        def close(self):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    monkeypatch.setattr("ionworks.client.Ionworks", Client)
    with Work(Output(), "http://127.0.0.1:8787", needs_project=True) as work:
        assert work.client
    assert asked == [None, "p-1"]
    projects.append(Record({"id": "p-2", "name": "Other"}))
    with (
        Work(Output(), "http://127.0.0.1:8787", needs_project=True) as work,
        pytest.raises(ValueError, match=re.escape("one of 'Default', 'Other'")),
    ):
        assert work.client


def test_what_a_store_that_is_kept_nowhere_runs_is_gone():
    with (
        pytest.raises(PartialError) as raised,
        goes_on("simulations", [{"id": "s-1"}], Work(Output(), "local").again("ionworks wait")),
    ):
        raise KeyboardInterrupt("waiting was stopped")
    assert told(raised.value)["message"].endswith("--url local:FOLDER does")


def test_to_go_on_leads_to_the_same_place():
    work = Work(Output(), "local:my cells", "P 1")
    assert work.again("wait") == "wait --url 'local:my cells' --project 'P 1'"
    assert Work(Output(), "http://127.0.0.1:1").again("wait") == "wait --url http://127.0.0.1:1"
