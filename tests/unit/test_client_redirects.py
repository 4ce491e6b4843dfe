"""What is made of redirects: of the API, of networks that want a login, of an API that moved."""

import httpx
import pytest

from ionworks import errors
from tests.unit.stub import URL, client_of, raw, reply, stubbed
from tests.unit.test_client_transport import _no_pauses  # noqa: F401


@pytest.fixture
def stub():
    with stubbed() as stub:
        yield stub


@pytest.fixture(params=["sync", "async"])
def client(request):
    request.getfixturevalue("stub")
    with client_of(request.param, "iw_secret", URL, project_id="p") as client:
        yield client


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["http://portal.test/login", "/login"])
def test_nothing_is_taken_for_done_because_a_login_page_came(client, stub, status, location):
    if status in (307, 308) and location == "/login":
        pytest.skip("the API itself says where it is done")
    stub.will(raw(b"", status, location=location), raw(b"<html>Sign in</html>", 200))
    with pytest.raises(errors.ConnectionFailedError, match="redirected to"):
        client.project.delete("p-1")
    assert len(stub.requests) == 1


STRANGERS = [400, 401, 403, 404, 409, 410, 422, 429]


@pytest.mark.parametrize("status", STRANGERS)
def test_of_what_is_there_or_allowed_only_the_api_can_tell(client, stub, status):
    stub.will(raw(b"", 307, location="http://portal.test/x"), raw(b"no such page", status))
    with pytest.raises(errors.ConnectionFailedError, match=rf"portal\.test, as.*{status}") as told:
        client.project.get("p-1")
    assert type(told.value) is errors.ConnectionFailedError


MOVED = [
    ("https://api.example.test:8443", "https://api.example.test:8443"),
    ("http://api.example.test", "http://api.example.test"),
    ("https://login:word@new.example.test", "https://new.example.test"),
]


@pytest.mark.parametrize(("target", "named"), MOVED)
@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.project.get("p-1"),
        lambda client: client.project.delete("p-1"),
        lambda client: client.raw_data.download("r-1"),
    ],
    ids=["read", "write", "download"],
)
def test_a_moved_api_is_named(client, stub, target, named, call):
    stub.will(
        lambda request: httpx.Response(
            308, headers={"location": target + request.url.raw_path.decode()}
        ),
        reply({"message": "Missing API key"}, 401),
    )
    with pytest.raises(errors.ConnectionFailedError) as told:
        call(client)
    assert f"redirected to the same place at {named}: if that is" in str(told.value)
    assert "make it the api_url" in str(told.value)
    assert "word" not in str(told.value)


def test_where_a_moved_api_is_below_a_path_is_named_with_it(stub):
    stub.will(
        lambda request: httpx.Response(
            301, headers={"location": str(request.url.copy_with(host="new.test"))}
        )
    )
    told = pytest.raises(errors.ConnectionFailedError, match=r"at https://new\.test/of/ours: if")
    with client_of("sync", "k", f"{URL}/of/ours/", project_id="p") as client, told:
        client.project.create({"name": "n"})


def test_what_the_api_itself_says_after_a_redirect_counts(client, stub):
    stub.will(raw(b"", 307, location="/projects/p-2"), reply({"message": "no"}, 404))
    with pytest.raises(errors.NotFoundError):
        client.project.get("p-1")


def test_a_write_that_is_sent_back_to_where_it_was_is_no_move(client, stub):
    stub.will(lambda request: httpx.Response(302, headers={"location": str(request.url)}))
    with pytest.raises(errors.ConnectionFailedError, match=r"example\.test, as networks do"):
        client.project.delete("p-1")
