"""Waiting: when it looks, when it stops, what it returns, raises and shows."""

import asyncio
import io
import json
import time
from functools import partial

import httpx
import pytest

from ionworks import errors
from ionworks.progress import reporter
from ionworks.results import SimulationResponse
from ionworks.retry import RetryPolicy
from ionworks.waiting import Watch, job_ids
from tests.unit.stub import URL, client_of, reply, stubbed


def name_of_case(options):
    """Name a case by its key: its number may be longer than Python writes down."""
    return next(iter(options))


class Clock:
    """Time that passes only while someone sleeps."""

    def __init__(self):
        self.now, self.slept = 1000.0, []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds

    async def async_sleep(self, seconds):
        self.sleep(seconds)


class Lab:
    """Simulations that go through their statuses, one at each look."""

    def __init__(self, stub, **courses):
        self.courses = {name: list(course) for name, course in courses.items()}
        self.looks = []
        self.trouble = []
        stub.will(self.answer)

    def answer(self, request):
        if request.url.path == "/simulations/statuses":
            return self.statuses(request)
        name = request.url.path.rsplit("/", 1)[1]
        if name not in self.courses:
            return reply({"error_code": "NOT_FOUND", "message": f"no simulation {name}"}, 404)(
                request
            )
        return reply({"id": name, **self.state(name), "metrics": {"x": 1}})(request)

    def statuses(self, request):
        if self.trouble:
            trouble = self.trouble.pop(0)
            if isinstance(trouble, Exception):
                raise trouble
            return trouble(request)
        ids = json.loads(request.content)["simulation_ids"]
        self.looks.append(ids)
        rows = [{"simulation_id": i, **self.state(i)} for i in ids if i in self.courses]
        for name in ids:
            course = self.courses.get(name, [])
            if len(course) > 1:
                course.pop(0)
        return reply(rows)(request)

    def state(self, name):
        status = self.courses[name][0]
        error = f"{name} broke at step 2" if status == "failed" else None
        return {"status": status, "error": error, "error_code": "SOLVER_ERROR" if error else None}


@pytest.fixture
def stub():
    with stubbed() as stub:
        yield stub


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["sync", "async"])
def wait(request, clock):
    request.getfixturevalue("stub")
    with client_of(request.param, "k", URL, max_retries=0) as client:
        session = getattr(client, "_target", client)._session
        session.clock = clock
        session.sleep = clock.sleep if request.param == "sync" else clock.async_sleep

        def wait(things, **options):
            return client.simulation.wait_for_completion(things, **{"verbose": False, **options})

        yield wait


def test_one_id_gives_the_whole_record(wait, stub):
    Lab(stub, a=["pending", "processing", "completed"])
    record = wait("a")
    assert record["status"] == record.status == "completed"
    assert record.error is None
    assert record.metrics == {"x": 1}


def test_the_first_looks_come_soon_and_then_within_the_interval(wait, stub, clock):
    Lab(stub, a=["processing"] * 20 + ["completed"])
    wait("a", poll_interval=0.5)
    pauses = clock.slept[:-1]
    assert pauses[0] == 0.01
    assert pauses == sorted(pauses)
    assert pauses[-1] == 0.5


def test_many_ids_keep_their_order_and_repetitions(wait, stub):
    lab = Lab(stub, a=["pending"] * 3 + ["completed"], b=["completed"])
    records = wait(["a", "b", "a"])
    assert [record.id for record in records] == ["a", "b", "a"]
    assert lab.looks[0] == ["a", "b"]
    assert lab.looks[1] == ["a"]


def test_a_list_of_one_gives_a_list_and_none_gives_none(wait, stub):
    Lab(stub, a=["completed"])
    assert [record.id for record in wait(["a"])] == ["a"]
    assert wait([]) == []


def test_responses_and_ids_may_be_mixed(wait, stub):
    Lab(stub, a=["completed"], b=["completed"], c=["completed"])
    response = SimulationResponse("a", "job")
    assert wait(response).id == "a"
    assert [r.id for r in wait((response, "b", {"id": "c"}))] == ["a", "b", "c"]


@pytest.mark.parametrize("things", [None, 7, ["a", 7], [None], b"a"])
def test_what_has_no_id_is_refused(wait, stub, things):
    Lab(stub, a=["completed"])
    with pytest.raises(TypeError, match="simulation_id"):
        wait(things)
    assert stub.requests == []


def test_one_failure_is_raised_at_the_next_look(wait, stub):
    lab = Lab(stub, a=["processing", "failed"])
    with pytest.raises(errors.JobFailedError, match="a failed: a broke at step 2") as failed:
        wait("a")
    assert len(lab.looks) == 2
    assert failed.value.error_code == "SOLVER_ERROR"
    assert failed.value.outcomes["a"].metrics == {"x": 1}
    assert isinstance(failed.value, errors.IonworksError)


def test_canceled_is_a_failure(wait, stub):
    Lab(stub, a=["canceled"])
    with pytest.raises(errors.JobFailedError, match="a canceled"):
        wait("a")


def test_without_raising_the_record_says_it(wait, stub):
    Lab(stub, a=["failed"])
    record = wait("a", raise_on_failure=False)
    assert (record["status"], record.error) == ("failed", "a broke at step 2")


def test_many_wait_for_the_rest_and_lose_nothing(wait, stub):
    Lab(stub, a=["failed"], b=["processing"] * 4 + ["completed"], c=["canceled"])
    with pytest.raises(errors.JobFailedError, match="2 of 3 simulations failed") as failed:
        wait(["a", "b", "c"])
    assert list(failed.value.outcomes) == ["a", "b", "c"]
    assert failed.value.states == {"a": "failed", "b": "completed", "c": "canceled"}
    assert "broke at step 2" in str(failed.value)


def test_out_of_time_is_no_ionworks_error(wait, stub, clock):
    Lab(stub, a=["completed"], b=["processing"])
    with pytest.raises(TimeoutError, match=r"1 of 2 simulations not finished after 5 s: b") as late:
        wait(["a", "b"], timeout=5)
    assert not isinstance(late.value, errors.IonworksError)
    assert late.value.states == {"a": "completed", "b": "processing"}
    assert clock.now == pytest.approx(1005)


def test_the_last_look_is_after_the_deadline(wait, stub, clock):
    lab = Lab(stub, a=["processing"])
    original = lab.answer

    def answer(request):
        if clock.now >= 1005:
            lab.courses["a"] = ["completed"]
        return original(request)

    stub.will(answer)
    assert wait("a", timeout=5).status == "completed"


def test_no_time_at_all_is_one_look(wait, stub):
    lab = Lab(stub, a=["processing"])
    with pytest.raises(TimeoutError):
        wait("a", timeout=0)
    assert len(lab.looks) == 1


def test_trouble_that_passes_is_waited_out(wait, stub):
    lab = Lab(stub, a=["completed"])
    lab.trouble = [reply({}, 503), httpx.ReadError("cut"), reply({}, 429), httpx.ReadTimeout("s")]
    assert wait("a").status == "completed"


def test_trouble_that_stays_ends_with_the_time(wait, stub):
    lab = Lab(stub, a=["completed"])
    lab.trouble = [reply({"message": "overloaded"}, 503)] * 1000
    with pytest.raises(TimeoutError, match="the last look failed: overloaded") as late:
        wait("a", timeout=5)
    assert isinstance(late.value.__cause__, errors.ServerError)


def test_trouble_that_will_not_pass_is_raised(wait, stub):
    lab = Lab(stub, a=["completed"])
    lab.trouble = [reply({"message": "who?"}, 401)]
    with pytest.raises(errors.AuthenticationError):
        wait("a")


@pytest.mark.parametrize("colour", ["sync", "async"])
@pytest.mark.parametrize("trouble", [httpx.ConnectError("refused"), reply({}, 503)])
def test_a_server_that_is_down_does_not_prolong_the_wait(stub, monkeypatch, colour, trouble):
    patient = partial(RetryPolicy, draw=lambda: 1.0)
    monkeypatch.setattr("ionworks.transport.RetryPolicy", patient)
    lab = Lab(stub, a=["processing"])
    lab.trouble = [trouble] * 1000
    with client_of(colour, "k", URL) as client:
        began = time.monotonic()
        with pytest.raises(errors.WaitTimeoutError, match="the last look failed"):
            client.simulation.wait_for_completion("a", timeout=0, verbose=False)
        assert len(stub.requests) == 1
        with pytest.raises(errors.WaitTimeoutError, match="the last look failed"):
            client.simulation.wait_for_completion("a", timeout=0.2, verbose=False)
        assert time.monotonic() - began < 0.8
        # Once nobody waits for it any more, a call is as patient as ever.
        lab.trouble, before = [httpx.ConnectError("refused"), reply([])], len(stub.requests)
        assert client.simulation.get_statuses(["a"]) == []
        assert len(stub.requests) - before == 2


def test_a_server_that_asks_for_a_pause_gets_it(wait, stub, clock):
    lab = Lab(stub, a=["processing", "completed"])
    lab.trouble = [reply({}, 429, Retry_After="5")]
    wait("a")
    assert clock.slept[0] == 5
    lab.courses["a"], lab.trouble = ["processing"], [reply({}, 429, Retry_After="50")] * 2
    began = clock.now
    with pytest.raises(errors.WaitTimeoutError):
        wait("a", timeout=20)
    assert clock.now - began == pytest.approx(20)


def test_an_unknown_id_is_not_waited_for(wait, stub):
    Lab(stub, a=["processing"])
    with pytest.raises(errors.NotFoundError, match="no simulation ghost"):
        wait(["a", "ghost"])


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": -1},
        {"poll_interval": -1},
        {"timeout": float("nan")},
        {"timeout": 10**400},
        {"timeout": 10**5000},
        {"poll_interval": 10**400},
    ],
    ids=name_of_case,
)
def test_times_that_cannot_be(wait, options):
    with pytest.raises(ValueError, match=next(iter(options))):
        wait("a", **options)


def test_thousands_are_looked_at_in_few_calls(wait, stub):
    names = [f"s{index}" for index in range(2500)]
    lab = Lab(stub, **{name: ["completed"] for name in names})
    assert [record.id for record in wait(names)] == names
    assert [len(look) for look in lab.looks] == [1000, 1000, 500]


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_an_interruption_leaves_the_ids(stub, colour):
    Lab(stub, a=["processing"], b=["completed"])

    def interrupted(_seconds):
        raise KeyboardInterrupt

    with client_of(colour, "k", URL) as client:
        getattr(client, "_target", client)._session.sleep = interrupted
        with pytest.raises(KeyboardInterrupt, match=r"still running: a$"):
            client.simulation.wait_for_completion(["a", "b"], verbose=False)


def test_a_canceled_task_keeps_the_ids():
    with pytest.raises(asyncio.CancelledError) as stopped, Watch(["a"], show=reporter(False)):
        raise asyncio.CancelledError
    assert stopped.value.__notes__ == ["waiting was stopped; still running: a"]


class TestShowing:
    def test_in_a_pipe_each_change_is_a_line(self, wait, stub, capsys):
        Lab(stub, a=["pending", "pending", "processing", "completed"], b=["completed"])
        wait(["a", "b"], verbose=True)
        shown = capsys.readouterr().out.splitlines()
        assert shown == ["a: pending", "b: completed", "a: processing", "a: completed"]

    def test_not_verbose_is_silent(self, wait, stub, capsys):
        Lab(stub, a=["pending", "completed"])
        wait("a", verbose=False)
        assert capsys.readouterr() == ("", "")

    def test_on_a_terminal_a_bar(self, monkeypatch):
        class Terminal(io.StringIO):
            def isatty(self):
                return True

        terminal = Terminal()
        monkeypatch.setattr("sys.stdout", terminal)
        monkeypatch.setenv("TERM", "xterm")
        show = reporter(True)
        show.show({"a": "processing", "b": "completed"})
        show.show({"a": "completed", "b": "completed"})
        show.close()
        assert "2 completed" in terminal.getvalue()
        assert "2/2" in terminal.getvalue()


def test_one_thing_or_many():
    assert job_ids("a", "simulation_id") == (["a"], True)
    assert job_ids(iter(["a", "b"]), "simulation_id") == (["a", "b"], False)
    with pytest.raises(ValueError, match="empty"):
        job_ids(["a", ""], "simulation_id")
