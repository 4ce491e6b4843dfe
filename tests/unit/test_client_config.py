"""Settings: arguments, then environment, then defaults; and no secret in sight."""

import pickle
import warnings

import pytest

from ionworks import AsyncIonworks, Ionworks
from ionworks.config import Config

KEY = {"IONWORKS_API_KEY": "env-key"}


def resolve(environ=KEY, **arguments):
    return Config.resolve(**arguments, environ=environ)


@pytest.mark.parametrize(
    ("arguments", "environ", "headers"),
    [
        ({"api_key": "a"}, {}, {"X-API-Key": "a"}),
        ({"token": "t"}, {}, {"Authorization": "Bearer t"}),
        ({"api_key": "a", "token": "t"}, {}, {"Authorization": "Bearer t"}),
        ({}, KEY, {"X-API-Key": "env-key"}),
        ({}, {**KEY, "IONWORKS_API_TOKEN": "env-t"}, {"Authorization": "Bearer env-t"}),
        ({"api_key": "a"}, {"IONWORKS_API_TOKEN": "env-t"}, {"X-API-Key": "a"}),
        ({"api_key": ""}, KEY, {"X-API-Key": "env-key"}),
        ({"api_key": " a\n"}, {}, {"X-API-Key": "a"}),
        (
            {"token": "t", "organization_id": "o"},
            {"IONWORKS_ORGANIZATION_ID": "env-o"},
            {"Authorization": "Bearer t", "X-Organization-Id": "o"},
        ),
        (
            {},
            {**KEY, "IONWORKS_ORGANIZATION_ID": "env-o"},
            {"X-API-Key": "env-key", "X-Organization-Id": "env-o"},
        ),
    ],
)
def test_arguments_beat_the_environment_and_a_token_beats_a_key(arguments, environ, headers):
    assert resolve(environ, **arguments).credential_headers == headers


def test_without_a_credential_the_ways_to_one_are_named():
    with pytest.raises(ValueError, match=r"IONWORKS_API_KEY.*IONWORKS_API_TOKEN.*Ionworks\.local"):
        resolve({})


@pytest.mark.parametrize("secret", ["schlüssel", "a\x00b", "   "])
def test_a_secret_that_cannot_be_sent_is_not_shown(secret):
    with pytest.raises(ValueError, match="API key") as refused:
        resolve({}, api_key=secret)
    assert secret not in str(refused.value)


@pytest.mark.parametrize(
    ("argument", "environ", "url"),
    [
        (None, {}, "https://api.ionworks.com"),
        (None, {"IONWORKS_API_URL": ""}, "https://api.ionworks.com"),
        (None, {"IONWORKS_API_URL": "http://e.test/v1//"}, "http://e.test/v1"),
        ("http://a.test/", {"IONWORKS_API_URL": "http://e.test"}, "http://a.test"),
    ],
)
def test_the_address(argument, environ, url):
    assert resolve({**KEY, **environ}, api_url=argument).api_url == url


@pytest.mark.parametrize(
    "url",
    [
        "api.ionworks.com",
        "ftp://x.test",
        "https://",
        "localhost:8787",
        "http://x.test:port",
        "http://x.test:99999",
        "http://x y.test",
        "http://",
    ],
)
def test_an_address_that_is_none(url):
    with pytest.raises(ValueError, match="http://"):
        resolve(api_url=url)


def test_an_organization_that_cannot_be_sent():
    with pytest.raises(ValueError, match="organization id"):
        resolve(organization_id="a\nb")


def test_an_address_with_a_password_is_refused_without_showing_it():
    with pytest.raises(ValueError, match="password") as refused:
        resolve(api_url="https://me:hunter2@x.test")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("argument", "environ", "project", "warned"),
    [
        ("a", {"IONWORKS_PROJECT_ID": "e", "PROJECT_ID": "l"}, "a", False),
        (None, {"IONWORKS_PROJECT_ID": "e", "PROJECT_ID": "l"}, "e", False),
        (None, {"IONWORKS_PROJECT_ID": "", "PROJECT_ID": "l"}, None, False),
        (None, {"PROJECT_ID": "l"}, "l", True),
        (None, {}, None, False),
    ],
)
def test_the_project(argument, environ, project, warned):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert resolve({**KEY, **environ}, project_id=argument).project_id == project
    assert [w.category for w in caught] == [DeprecationWarning] * warned


def test_the_warning_points_at_the_users_line(monkeypatch):
    monkeypatch.setenv("PROJECT_ID", "l")
    monkeypatch.delenv("IONWORKS_PROJECT_ID", raising=False)
    with pytest.warns(DeprecationWarning, match="IONWORKS_PROJECT_ID") as caught:
        Ionworks("k", "https://x.test")
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("url", "path"), [("local", None), ("local:", None), ("local:/data/cells", "/data/cells")]
)
def test_local_needs_no_credential(url, path):
    config = resolve({}, api_url=url)
    assert config.is_local
    assert config.local_path == path or str(config.local_path) == path


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), True, 10**400, "5"])
def test_a_timeout_that_cannot_be(timeout):
    with pytest.raises(ValueError, match="timeout"):
        resolve(timeout=timeout)


@pytest.mark.parametrize("client", [Ionworks, AsyncIonworks])
@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("k", 5), "api_url"),
        ((5, "https://x.test"), "api_key"),
        ((b"hunter2", "https://x.test"), "api_key"),
    ],
)
def test_what_is_no_text_is_named_and_not_shown(client, arguments, name):
    with pytest.raises(TypeError, match=f"{name} must be a text") as refused:
        client(*arguments)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("name", ["token", "organization_id"])
def test_other_settings_that_are_no_text(name):
    with pytest.raises(TypeError, match=f"{name} must be a text"):
        resolve(**{name: 5})


@pytest.mark.parametrize("retries", [-1, 1.5, True, "3"])
def test_retries_that_cannot_be(retries):
    with pytest.raises(ValueError, match="max_retries"):
        resolve(max_retries=retries)


def test_no_secret_is_shown():
    config = resolve({}, token="hunter2", api_key="hunter3")
    assert "hunter" not in repr(config)
    client = Ionworks("hunter2", "https://x.test", "p")
    assert repr(client) == "Ionworks(api_url='https://x.test', project_id='p')"
    assert "hunter2" not in repr(AsyncIonworks(token="hunter2", api_url="https://x.test"))


def test_settings_do_not_change():
    config = resolve()
    with pytest.raises(AttributeError):
        config.api_url = "x"
    assert pickle.loads(pickle.dumps(config)) == config


@pytest.mark.parametrize(
    ("url", "environ", "project"),
    [
        ("local:cells", {}, None),
        (None, {"IONWORKS_API_URL": "local:cells"}, "of-an-account"),
        ("https://lab.test", KEY, "of-an-account"),
    ],
)
def test_a_local_store_that_is_named_has_no_project_of_the_environment(url, environ, project):
    told = {**environ, "IONWORKS_PROJECT_ID": "of-an-account"}
    assert resolve(told, api_url=url).project_id == project
    assert resolve(told, api_url=url, project_id="p").project_id == "p"
