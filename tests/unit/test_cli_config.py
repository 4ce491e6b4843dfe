"""Where the command line works and as whom: options, environment, a file for one pair of eyes."""

import io
import json
import os
import stat
import sys

import pytest

from ionworks.cli import main
from ionworks.cli.output import Output
from ionworks.cli.settings import save_settings, saved_settings, settings_path
from ionworks.cli.work import Work
from ionworks.config import gathered

SECRET = "iw_very_secret"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A user with nothing set up."""
    for name in [name for name in os.environ if name.startswith("IONWORKS_")]:
        monkeypatch.delenv(name)
    for kind in ("CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    return tmp_path


def typed(monkeypatch, text):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def ran(capsys, *arguments):
    code = main(arguments)
    seen = capsys.readouterr()
    return code, seen.out, seen.err


def test_a_key_comes_from_a_pipe_and_is_never_shown(capsys, monkeypatch):
    typed(monkeypatch, f"{SECRET}\n")
    code, out, err = ran(capsys, "config", "set", "api_key")
    assert (code, out) == (0, "")
    assert saved_settings(pytest.fail) == {"api_key": SECRET}
    shown = [ran(capsys, "config", "show"), ran(capsys, "config", "show", "--json")]
    assert SECRET not in repr([out, err, *shown])
    assert "set" in shown[0][1]
    rows = {row["setting"]: row for row in json.loads(shown[1][1])}
    assert rows["api_key"] == {"setting": "api_key", "value": "set", "source": "file"}


def test_the_file_is_for_this_user_alone(capsys, monkeypatch):
    typed(monkeypatch, SECRET)
    before = os.umask(0)
    try:
        assert main(["config", "set", "api_key"]) == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE(settings_path().stat().st_mode) == 0o600
    assert [one.name for one in settings_path().parent.iterdir()] == ["config.toml"]
    settings_path().chmod(0o644)
    capsys.readouterr()
    assert "others may read" in ran(capsys, "config", "show")[2]


def test_a_key_as_an_argument_is_refused_and_not_repeated(capsys):
    code, out, err = ran(capsys, "config", "set", "api_key", SECRET)
    assert code == 2
    assert SECRET not in out + err
    assert not settings_path().exists()


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("api_url", "nope", "the API URL must be"),
        ("api_url", "https://user:secret@lab.test", "no user, password"),
        ("project_id", "", "config unset project_id"),
        ("colour", "red", "colour"),
    ],
)
def test_a_setting_that_cannot_work_is_not_saved(capsys, name, value, named):
    code, _, err = ran(capsys, "config", "set", name, value)
    assert code == 2
    assert named in err
    assert not settings_path().exists()


def test_settings_come_and_go(capsys):
    odd = 'a "quoted" \\ name = ü\t'
    save_settings({"api_url": "https://lab.test", "project_id": odd})
    assert saved_settings(pytest.fail) == {"api_url": "https://lab.test", "project_id": odd}
    assert ran(capsys, "config", "unset", "project_id")[0] == 0
    assert saved_settings(pytest.fail) == {"api_url": "https://lab.test"}
    assert ran(capsys, "config", "unset", "project_id")[0] == 3
    assert ran(capsys, "config", "path")[1] == f"{settings_path()}\n"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("api_url = ", "is no TOML"),
        ("colour = 'red'", "no setting 'colour'"),
        ("token = 1", "text"),
    ],
)
def test_a_file_that_someone_broke_is_named(capsys, content, named):
    save_settings({})
    settings_path().write_text(content)
    code, _, err = ran(capsys, "config", "show")
    assert code == 2
    assert named in err
    assert str(settings_path()) in err


SAVED = {"api_url": "https://lab.test", "api_key": "saved", "project_id": "saved-p"}


@pytest.mark.parametrize(
    ("given", "environ", "expected"),
    [
        ({}, {}, {**SAVED}),
        ({"project_id": "p"}, {"IONWORKS_PROJECT_ID": "e"}, {**SAVED, "project_id": "p"}),
        ({}, {"IONWORKS_PROJECT_ID": "e"}, {**SAVED, "project_id": "e"}),
        ({}, {"IONWORKS_PROJECT_ID": ""}, {**SAVED}),
        ({}, {"IONWORKS_API_KEY": "e"}, {**SAVED, "api_key": "e"}),
        (
            {},
            {"IONWORKS_API_TOKEN": "e"},
            {"api_url": "https://lab.test", "token": "e", "project_id": "saved-p"},
        ),
        ({"api_url": "https://lab.test/"}, {}, {**SAVED, "api_url": "https://lab.test/"}),
        (
            {"api_url": "https://other.test"},
            {},
            {"api_url": "https://other.test"},
        ),
        (
            {},
            {"IONWORKS_API_URL": "https://other.test", "IONWORKS_API_KEY": "e"},
            {"api_url": "https://other.test", "api_key": "e"},
        ),
        (
            {"api_url": "local:/cells"},
            {"IONWORKS_API_KEY": "e", "IONWORKS_PROJECT_ID": "e"},
            {"api_url": "local:/cells"},
        ),
        (
            {"api_url": "local", "project_id": "p"},
            {"IONWORKS_PROJECT_ID": "e"},
            {"api_url": "local", "project_id": "p"},
        ),
    ],
)
def test_options_beat_the_environment_beats_the_file(given, environ, expected):
    found = gathered(given, SAVED, environ=environ)
    assert {name: one.value for name, one in found.items()} == expected


def test_a_key_saved_for_the_platform_goes_nowhere_else(capsys):
    save_settings({"api_key": SECRET})
    code, out, err = ran(capsys, "whoami", "--url", "https://elsewhere.test")
    assert code == 4
    assert "no key for https://elsewhere.test" in err
    assert SECRET not in out + err


def test_without_anything_the_local_engine_is_meant(home):
    with Work(Output()) as work:
        assert work.address == f"local:{home / 'data/ionworks/store'}"
        assert work.is_local


@pytest.mark.parametrize(
    ("saved", "url", "address", "is_local"),
    [
        ({"api_key": "k"}, None, None, False),
        ({"api_url": "local:/cells"}, None, "local:/cells", True),
        ({"api_key": "k"}, "local", "local", True),
        ({}, "http://127.0.0.1:8787", "http://127.0.0.1:8787", False),
    ],
)
def test_where_commands_work(saved, url, address, is_local):
    save_settings(saved)
    with Work(Output(), url) as work:
        assert (work.address, work.is_local) == (address, is_local)


def test_a_server_of_this_machine_needs_no_key(capsys):
    with Work(Output(), "http://127.0.0.1:8787") as work:
        assert work.client.api_url == "http://127.0.0.1:8787"
    assert capsys.readouterr() == ("", "")


def test_a_wrong_address_is_told_as_one(capsys):
    code, _, err = ran(capsys, "whoami", "--url", "ftp://x")
    assert code == 2
    assert "the API URL must be" in err
