"""What goes over the wire, and what comes of what comes back."""

import gzip
import json
import uuid
from functools import partial

import httpx
import pytest

from ionworks import errors
from ionworks.config import Config, Proxies
from ionworks.encode import PayloadError
from ionworks.retry import RetryPolicy
from ionworks.transport import Retry
from tests.unit.stub import URL, client_of, raw, reply, stubbed

ME = {"id": "u", "email": "a@b", "authorized_organization": None, "organizations": []}


HEARD = [
    *("IONWORKS_API_URL", "IONWORKS_API_TOKEN", "IONWORKS_PROJECT_ID", "IONWORKS_ORGANIZATION_ID"),
    *("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"),
]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    for name in HEARD:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(
        "ionworks.transport.RetryPolicy", partial(RetryPolicy, first_pause=0.0, longest_pause=0.0)
    )


@pytest.fixture
def stub():
    with stubbed() as stub:
        yield stub


@pytest.fixture(params=["sync", "async"])
def client(request):
    request.getfixturevalue("stub")
    with client_of(request.param, "iw_secret", URL, project_id="p") as client:
        yield client


def test_key_and_product_are_said_and_nothing_more(client, stub):
    stub.will(reply(ME))
    assert client.whoami().email == "a@b"
    headers = stub.requests[0].headers
    assert headers["x-api-key"] == "iw_secret"
    assert "authorization" not in headers
    assert headers["user-agent"].startswith("ionworks-api/")
    assert headers["accept"] == "application/json"


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_a_token_goes_as_bearer_with_the_organization(stub, colour):
    stub.will(reply(ME))
    with client_of(colour, token="t", api_url=URL, organization_id="o") as client:
        client.whoami()
    headers = stub.requests[0].headers
    assert headers["authorization"] == "Bearer t"
    assert headers["x-organization-id"] == "o"
    assert "x-api-key" not in headers


@pytest.mark.parametrize(
    "target",
    [
        "https://storage.example.test/x",
        "https://api.example.test:8443/x",
        "http://api.example.test/x",
        "https://api.example.test/storage/objects/x",
        "https://api.example.test//storage/objects/x",
    ],
)
def test_no_credential_follows_a_redirect_elsewhere(client, stub, target):
    stub.will(raw(b"", 307, location=target), reply(ME))
    client.whoami()
    assert str(stub.requests[1].url) == target
    assert stub.requests[0].headers["x-api-key"] == "iw_secret"
    assert not {"x-api-key", "authorization", "x-organization-id"} & set(stub.requests[1].headers)


def test_the_credential_follows_a_redirect_at_home(client, stub):
    stub.will(raw(b"", 307, location="/users/self"), reply(ME))
    client.whoami()
    assert stub.requests[1].headers["x-api-key"] == "iw_secret"


def test_an_endless_redirect_is_a_connection_error(client, stub):
    stub.will(raw(b"", 302, location="/users/me"))
    with pytest.raises(errors.ConnectionFailedError, match="redirect"):
        client.whoami()


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_reading_is_repeated_until_it_works(client, stub, status):
    stub.will(reply({}, status), raw(b"<html>", status), reply(ME))
    assert client.whoami().id == "u"
    assert len(stub.requests) == 3


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 501, 507])
def test_what_will_not_get_better_is_not_repeated(client, stub, status):
    stub.will(reply({"message": "no"}, status))
    with pytest.raises(errors.IonworksError):
        client.whoami()
    assert len(stub.requests) == 1


def test_repeating_ends(client, stub):
    stub.will(reply({}, 503))
    with pytest.raises(errors.ServerError) as refused:
        client.whoami()
    assert refused.value.status_code == 503
    assert len(stub.requests) == 6


PROJECT = {"id": "1", "name": "n", "organization_id": "o"}


def keys(stub):
    return [request.headers.get("idempotency-key") for request in stub.requests]


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_making_is_repeated_under_one_key(client, stub, status):
    stub.will(reply({}, status), reply({}, status), reply(PROJECT, 201))
    assert client.project.create({"name": "n"}).id == "1"
    first, *others = keys(stub)
    assert uuid.UUID(first).version == 4
    assert others == [first, first]


def test_making_is_repeated_under_one_key_when_the_connection_drops(client, stub):
    stub.will(httpx.RemoteProtocolError("dropped"), httpx.ReadTimeout("slow"), reply(PROJECT, 201))
    assert client.project.create({"name": "n"}).id == "1"
    assert len(keys(stub)) == 3
    assert len(set(keys(stub))) == 1


def test_changing_is_repeated_under_one_key_too(client, stub):
    stub.will(httpx.ReadError("dropped"), reply(PROJECT))
    assert client.project.update("1", {"name": "n"}).id == "1"
    assert [request.method for request in stub.requests] == ["PATCH", "PATCH"]
    assert len(set(keys(stub))) == 1
    assert keys(stub)[0]


def test_each_call_has_a_key_of_its_own_and_reading_has_none(client, stub):
    stub.will(reply(PROJECT, 201), reply(PROJECT, 201), reply(ME))
    client.project.create({"name": "n"})
    client.project.create({"name": "n"})
    client.whoami()
    one, two, none = keys(stub)
    assert one != two
    assert none is None


def test_what_never_gets_through_says_so(client, stub):
    stub.will(httpx.RemoteProtocolError("dropped"))
    with pytest.raises(
        errors.ConnectionFailedError, match=r"POST https://api\.example\.test/projects"
    ):
        client.project.create({"name": "n"})
    assert len(stub.requests) == 6


def test_making_is_repeated_when_nothing_was_sent(client, stub):
    stub.will(httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), reply(PROJECT, 201))
    assert client.project.create({"name": "n"}).id == "1"
    assert len(stub.requests) == 3


def test_a_body_that_breaks_off_is_read_again(client, stub):
    class Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self):
            yield b'{"id"'
            raise httpx.ReadError("cut")

        async def __aiter__(self):
            yield b'{"id"'
            raise httpx.ReadError("cut")

    stub.will(lambda _: httpx.Response(200, stream=Broken()), reply(ME))
    assert client.whoami().id == "u"


def test_no_answer_in_time(client, stub):
    stub.will(httpx.ReadTimeout("slow"))
    with pytest.raises(errors.RequestTimeoutError, match="within 60 s"):
        client.project.create({"name": "n"})
    with pytest.raises(errors.RequestTimeoutError, match="within 10 s"):
        client.whoami()


def test_the_query_of_a_signed_address_stays_out_of_messages(client, stub):
    signed = "https://storage.example.test/hidden?X-Amz-Signature=abc"
    stub.will(raw(b"", 307, location=signed), raw(b"<Error>", 403, content_type="application/xml"))
    with pytest.raises(errors.ConnectionFailedError) as refused:
        client.whoami()
    assert "redirected to storage.example.test" in str(refused.value)
    assert "hidden" not in str(refused.value)
    assert "abc" not in str(refused.value)


class TestTimeouts:
    @pytest.mark.parametrize(
        ("asked", "expected"),
        [(None, {"read": 10, "connect": 10}), (2.5, {"read": 2.5, "connect": 2.5})],
    )
    def test_reading(self, stub, asked, expected):
        stub.will(reply(ME))
        with client_of("sync", "k", URL, timeout=asked) as client:
            client.whoami()
        assert stub.requests[0].extensions["timeout"].items() >= expected.items()

    def test_downloads_wait_longer(self, client, stub):
        stub.will(reply({"message": "x"}, 404))
        with pytest.raises(errors.NotFoundError):
            client.simulation.get_result("s")
        limits = {r.url.path: r.extensions["timeout"]["read"] for r in stub.requests}
        assert limits["/simulations/s/steps/download"] == 300


class TestBodies:
    def test_below_the_limit_a_body_is_plain(self, client, stub):
        text = "x" * (512 * 1024 - len('{"protocol":""}') - 1)
        stub.will(reply([]))
        client.protocol.find_input_references(text)
        assert "content-encoding" not in stub.requests[0].headers
        assert stub.body() == {"protocol": text}

    def test_from_the_limit_on_it_is_packed(self, client, stub):
        text = "x" * (512 * 1024 - len('{"protocol":""}'))
        stub.will(reply([]))
        client.protocol.find_input_references(text)
        request = stub.requests[0]
        assert request.headers["content-encoding"] == "gzip"
        assert int(request.headers["content-length"]) == len(request.content) < 5000
        assert json.loads(gzip.decompress(request.content)) == {"protocol": text}

    def test_nan_is_named_and_never_sent(self, client, stub):
        with pytest.raises(PayloadError, match=r"config\.options\.x\[1\] is nan"):
            client.model.create({"name": "n", "config": {"options": {"x": [1, float("nan")]}}})
        assert stub.requests == []

    def test_ids_are_quoted(self, client, stub):
        stub.will(reply({"message": "no"}, 404))
        with pytest.raises(errors.NotFoundError):
            client.project.get("a b?c#d")
        assert stub.requests[0].url.raw_path == b"/projects/a%20b%3Fc%23d"

    @pytest.mark.parametrize("bad", ["a" * 100_000, "a\ud800"], ids=["long", "broken"])
    def test_ids_that_stand_in_no_address_are_refused(self, client, stub, bad):
        stub.will(reply({}))
        with pytest.raises(ValueError, match="simulation_id") as refused:
            client.simulation.get(bad)
        assert len(str(refused.value)) < 200
        assert stub.requests == []

    @pytest.mark.parametrize("bad", ["a" * 100_000, "a\ud800"], ids=["long", "broken"])
    def test_filters_that_stand_in_no_address_are_refused(self, client, stub, bad):
        stub.will(reply({}))
        with pytest.raises(PayloadError):
            client.project.list(name=bad)
        assert stub.requests == []

    @pytest.mark.parametrize("bad", ["", " ", ".", "..", "a/result", "/"])
    def test_ids_that_name_something_else_are_refused(self, client, stub, bad):
        with pytest.raises(ValueError, match="project_id"):
            client.project.delete(bad)
        assert stub.requests == []


class TestAnswers:
    def test_a_charset_does_no_harm(self, client, stub):
        stub.will(raw(json.dumps(ME), content_type="application/json; charset=utf-8"))
        assert client.whoami().id == "u"

    @pytest.mark.parametrize(
        "content", [b"", b"<html>", b"[]", b'{"email": "x"}', b"null", b"\xff"]
    )
    def test_what_is_not_described_is_an_ionworks_error(self, client, stub, content):
        stub.will(raw(content, content_type="application/json"))
        with pytest.raises(errors.IonworksError, match="get_current_user"):
            client.whoami()

    def test_an_answer_that_is_not_described_is_an_ionworks_error(self, client, stub):
        stub.will(reply(ME, 304))
        with pytest.raises(errors.IonworksError, match="304"):
            client.whoami()

    def test_a_broken_packing_is_an_ionworks_error(self, client, stub):
        stub.will(
            lambda _: httpx.Response(
                200, stream=httpx.ByteStream(b"no gzip"), headers={"content-encoding": "gzip"}
            )
        )
        with pytest.raises(errors.IonworksError, match="unpack"):
            client.whoami()

    def test_unknown_words_and_fields_survive(self, client, stub):
        stub.will(reply({"id": "s", "status": "dreaming", "mood": "blue"}))
        record = client.simulation.get("s")
        assert (record.status, record["mood"], record.error) == ("dreaming", "blue", None)

    def test_deleting_returns_nothing(self, client, stub):
        stub.will(raw(b"", 204))
        assert client.simulation.delete("s") is None


class TestProxies:
    @pytest.mark.parametrize(
        ("settings", "scheme", "host", "proxy"),
        [
            ({}, "https", "a.test", None),
            ({"https": "http://p:1"}, "https", "a.test", "http://p:1"),
            ({"https": "p:1"}, "https", "a.test", "http://p:1"),
            ({"https": "http://p:1"}, "http", "a.test", None),
            ({"all": "http://p:1"}, "http", "a.test", "http://p:1"),
            ({"https": "http://p:1", "no": "a.test"}, "https", "b.a.test:443", None),
            ({"https": "http://p:1", "no": "*"}, "https", "a.test", None),
        ],
    )
    def test_the_environment_decides(self, settings, scheme, host, proxy):
        assert Proxies(settings).proxy_for(scheme, host) == proxy

    def test_a_client_takes_the_way_through_the_proxy(self, stub, monkeypatch):
        made = []
        real = httpx.HTTPTransport.__init__

        def spy(self, **options):
            made.append(options["proxy"])
            real(self, **options)

        monkeypatch.setattr(httpx.HTTPTransport, "__init__", spy)
        monkeypatch.setenv("https_proxy", "http://proxy.test:3128")
        stub.will(reply(ME))
        with client_of("sync", "k", URL) as client:
            client.whoami()
        assert made == ["http://proxy.test:3128"]


class TestRetry:
    def answers(self, *answers, max_retries=5):
        slept, given = [], iter(answers)
        policy = RetryPolicy(max_retries, draw=lambda: 1.0)
        inner = httpx.MockTransport(lambda _: next(given))
        retry = Retry(inner, policy, sleep=slept.append)
        return retry.handle_request(httpx.Request("GET", URL)), slept

    def test_pauses_grow_to_their_bound(self):
        _, slept = self.answers(*[httpx.Response(503)] * 7, httpx.Response(200), max_retries=9)
        assert slept == pytest.approx([0.3, 0.6, 1.2, 2.4, 4.8, 8.0, 8.0])

    def test_retry_after_is_kept(self):
        response, slept = self.answers(
            httpx.Response(429, headers={"retry-after": "7"}), httpx.Response(200)
        )
        assert (response.status_code, slept) == (200, [7.0])

    def test_a_retry_after_beyond_reason_is_not_waited_for(self):
        response, slept = self.answers(httpx.Response(429, headers={"retry-after": "86400"}))
        assert (response.status_code, slept) == (429, [])


def test_a_closed_client_says_so(client, stub):
    stub.will(reply(ME))
    client.whoami()
    (client.close if hasattr(client, "close") else client.aclose)()
    with pytest.raises(RuntimeError, match="closed"):
        client.whoami()


def test_settings_that_no_client_can_have():
    with pytest.raises(ValueError, match="timeout"):
        Config.resolve(api_key="k", timeout=0)
    with pytest.raises(ValueError, match="max_retries"):
        Config.resolve(api_key="k", max_retries=-1)
