"""Waiting for pipelines: what ends it, what it returns, raises, shows and warns of."""

import io
import warnings

import pytest

from ionworks import errors
from ionworks.assumptions import AssumptionWarning
from ionworks.progress import reporter
from tests.unit.stub import URL, client_of, reply, stubbed

ENDED = {"completed", "failed", "canceled", "skipped"}
ASSUMED = ["an objective without type is CurrentDriven.", "No cost: SSE."]


class Clock:
    """Time that passes only while someone sleeps."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds

    async def async_sleep(self, seconds):
        self.sleep(seconds)


class Lab:
    """A pipeline whose elements come along by a step at each look."""

    def __init__(self, stub, *steps, error=None, **more):
        self.steps, self.error, self.more = list(steps), error, more
        self.looks, self.trouble, self.asked, self.listed = 0, [], [], True
        stub.will(self.answer)

    @property
    def states(self):
        return self.steps[min(self.looks, len(self.steps) - 1)]

    def answer(self, request):
        if self.trouble:
            return self.trouble.pop(0)(request)
        if request.url.path.endswith("/elements"):
            rows = [self.row(name, status) for name, status in self.states.items()]
            self.looks += 1
            return reply(rows)(request)
        if request.url.path == "/pipelines":
            self.asked.append(dict(request.url.params))
            return reply({"pipelines": self.listed and [self.record()], "total": 1})(request)
        return reply(self.record())(request)

    def row(self, name, status):
        progress = {"best_cost": 0.00212345, "iteration": 7} if status == "running" else None
        return {
            "name": name,
            "element_type": "data_fit",
            "status": status,
            "error": f"{name} lacks a value" if status == "failed" else None,
            "job_id": "j",
            "progress": progress,
            "assumptions": ASSUMED if (name, status) == ("fit", "completed") else [],
        }

    def record(self):
        states = set(self.states.values())
        ended = states <= ENDED
        status = next((word for word in ("failed", "canceled") if word in states), "completed")
        return {
            "id": "p",
            "name": "n",
            "status": status if ended else "running",
            "error": self.error if ended else None,
            "error_code": "CONFIGURATION_ERROR" if status == "failed" else None,
            "is_terminal": ended,
            "is_failed": ended and status != "completed",
            "config": {"elements": {}},
            **self.more,
        }


RUN = (
    {"entry": "running", "fit": "pending"},
    {"entry": "completed", "fit": "running"},
    {"entry": "completed", "fit": "running"},
    {"entry": "completed", "fit": "completed"},
)

SIMPLE = {
    "id": "s",
    "status": "completed",
    "is_terminal": True,
    "is_failed": False,
    "job_id": "j",
}
RESULT = {"parameter_values": {"a": 1.0}, "summary_stats": {"RMSE": 0.1}}


@pytest.fixture
def stub():
    with stubbed() as stub:
        yield stub


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["sync", "async"])
def client(request, clock, stub):
    assert stub.requests == []
    with client_of(request.param, "k", URL, "project", max_retries=0) as client:
        session = getattr(client, "_target", client)._session
        session.clock = clock
        session.sleep = clock.sleep if request.param == "sync" else clock.async_sleep
        yield client


@pytest.fixture
def wait(client):
    def wait(**options):
        return client.pipeline.wait_for_completion("p", **{"verbose": False, **options})

    return wait


class TestEnd:
    @pytest.mark.filterwarnings("ignore::ionworks.assumptions.AssumptionWarning")
    def test_it_returns_the_pipeline(self, wait, client, stub):
        Lab(stub, *RUN)
        assert wait().status == "completed"
        Lab(stub, *RUN)
        assert client.pipeline.wait_for_completion(wait(), verbose=False).id == "p"

    def test_one_without_elements_has_nothing_to_tell_of(self, wait, stub):
        Lab(stub, {}, progress={"completed": 0, "total": 0, "running": None})
        assert wait().status == "completed"

    def test_the_server_says_what_is_final(self, wait, stub):
        Lab(stub, {"a": "completed"}, status="archived", is_terminal=True, is_failed=False)
        assert wait().status == "archived"
        Lab(stub, {"a": "failed"}, status="expired", is_terminal=True, is_failed=True)
        with pytest.raises(errors.JobFailedError, match="p failed: a: a lacks a value"):
            wait()

    def test_a_failure_has_the_servers_message_and_all_that_finished(self, wait, stub):
        message = "Q_pos: Positive electrode thickness [m] is missing"
        Lab(stub, {"known": "completed", "Q_pos": "failed", "Q_neg": "skipped"}, error=message)
        with pytest.raises(errors.IonworksError) as failed:
            wait()
        assert str(failed.value).startswith(f"pipeline p failed: {message}")
        assert failed.value.error_code == "CONFIGURATION_ERROR"
        outcome = failed.value.outcomes["p"]
        assert [one.status for one in outcome.elements] == ["completed", "failed", "skipped"]
        assert "config" not in outcome
        assert wait(raise_on_failure=False).error == message

    @pytest.mark.parametrize("error", [None, "it broke"])
    def test_the_element_is_named_also_where_the_server_does_not(self, wait, stub, error):
        Lab(stub, {"fit": "failed"}, error=error)
        with pytest.raises(errors.JobFailedError, match=r"p failed: .*fit: fit lacks a value"):
            wait()

    def test_a_canceled_one_is_a_failure(self, wait, stub):
        Lab(stub, {"fit": "canceled"}, error="canceled on request")
        with pytest.raises(errors.JobFailedError, match="p canceled: canceled on request"):
            wait()

    def test_out_of_time_tells_the_last_states(self, wait, stub, clock):
        Lab(stub, *RUN[:2])
        with pytest.raises(TimeoutError, match=r"the pipeline not finished after 30 s: p") as late:
            wait(timeout=30)
        assert "entry: completed, fit: running" in str(late.value)
        assert late.value.states == {"entry": "completed", "fit": "running", "p": "running"}
        assert not isinstance(late.value, errors.IonworksError)
        assert clock.now == pytest.approx(1030)

    @pytest.mark.filterwarnings("ignore::ionworks.assumptions.AssumptionWarning")
    def test_trouble_that_passes_is_waited_out(self, wait, stub):
        lab = Lab(stub, *RUN)
        lab.trouble = [reply({"message": "busy"}, 503)]
        assert wait().status == "completed"
        stub.will(reply({"error_code": "NOT_FOUND", "message": "no pipeline"}, 404))
        with pytest.raises(errors.NotFoundError, match="no pipeline"):
            wait()

    @pytest.mark.filterwarnings("ignore::ionworks.assumptions.AssumptionWarning")
    def test_what_it_runs_is_not_transferred_at_every_look(self, wait, client, stub):
        lab = Lab(stub, *RUN, project_id="other")
        wait()
        assert stub.paths.count("GET /pipelines/p") == 1
        assert lab.asked == [{"project_id": "other", "id": "p", "limit": "1"}] * 3
        stub.requests.clear()
        lab = Lab(stub, *RUN, project_id="other")
        client.pipeline.wait_for_completion(client.pipeline.get("p"), verbose=False)
        assert stub.paths.count("GET /pipelines/p") == 1

    @pytest.mark.filterwarnings("ignore::ionworks.assumptions.AssumptionWarning")
    def test_a_list_that_does_not_have_it_is_not_the_last_word(self, wait, stub):
        lab = Lab(stub, *RUN, project_id="other")
        lab.listed = []
        assert wait().status == "completed"
        assert stub.paths.count("GET /pipelines/p") == 4


class TestShowing:
    @pytest.mark.filterwarnings("ignore::ionworks.assumptions.AssumptionWarning")
    def test_in_a_pipe_a_line_for_each_change_of_an_element(self, wait, stub, capsys):
        Lab(stub, *RUN)
        wait(verbose=True)
        assert capsys.readouterr().out.splitlines() == [
            "entry: running",
            "fit: pending",
            "entry: completed",
            "fit: running",
            "fit: completed",
        ]

    @pytest.mark.filterwarnings("ignore::ionworks.assumptions.AssumptionWarning")
    def test_not_verbose_is_silent(self, wait, stub, capsys):
        Lab(stub, *RUN)
        wait()
        assert capsys.readouterr() == ("", "")

    @pytest.mark.filterwarnings("ignore::ionworks.assumptions.AssumptionWarning")
    def test_on_a_terminal_the_best_cost_of_what_runs(self, wait, stub, monkeypatch):
        class Terminal(io.StringIO):
            def isatty(self):
                return True

        terminal = Terminal()
        monkeypatch.setattr("sys.stdout", terminal)
        monkeypatch.setenv("TERM", "xterm")
        Lab(stub, *RUN)
        show = reporter(True)
        show.show(RUN[1], "fit, best cost 0.00212, iteration 7")
        show.close()
        assert "fit, best cost 0.00212, iteration 7" in terminal.getvalue()
        assert "1/2" in terminal.getvalue()
        wait(verbose=True)
        assert "2/2" in terminal.getvalue()


class TestAssumptions:
    def test_they_are_warned_of_once_where_the_user_waits(self, wait, client, stub):
        Lab(stub, *RUN)
        with pytest.warns(AssumptionWarning, match=r"^fit: .*CurrentDriven. No cost") as told:
            wait()
        assert len(told) == 1
        fit = {"parameter_values": {"a": 1.0}, "assumptions": ASSUMED}
        stub.will(reply({"result": {}, "element_results": {"fit": fit}}))
        assert client.pipeline.result("p").element_results["fit"].assumptions == ASSUMED
        wait_again = Lab(stub, *RUN)
        assert wait().status == "completed"
        assert wait_again.looks > 0

    def test_the_result_warns_who_did_not_wait(self, client, stub):
        fit = {"parameter_values": {"a": 1.0}, "assumptions": ASSUMED}
        found = {"result": {"parameter_values": {"a": 1.0}}, "element_results": {"fit": fit}}
        stub.will(reply(found))
        with pytest.warns(AssumptionWarning, match="CurrentDriven."):
            result = client.pipeline.result("p")
        assert result.parameter_values == {"a": 1.0}
        assert list(result.element_results) == ["fit"]

    def test_they_can_be_filtered_and_point_to_the_users_line(self, stub):
        Lab(stub, *RUN)
        with client_of("sync", "k", URL) as client, warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            client.pipeline.wait_for_completion("p", verbose=False)
        assert [warning.filename for warning in caught] == [__file__]
        Lab(stub, *RUN)
        with client_of("sync", "k", URL) as client, warnings.catch_warnings():
            warnings.simplefilter("ignore", AssumptionWarning)
            client.pipeline.wait_for_completion("p", verbose=False)


class TestSimple:
    def wait(self, client, **options):
        return client.simple_pipeline.wait_for_completion("s", **{"verbose": False, **options})

    def test_its_result_is_a_mapping(self, client, stub):
        stub.will(reply({**SIMPLE, "result": RESULT}))
        ended = self.wait(client)
        assert ended.result["parameter_values"] == {"a": 1.0}
        assert ended.result["summary_stats"] == {"RMSE": 0.1}
        assert client.simple_pipeline.result("s").parameter_values == {"a": 1.0}
        assert stub.paths == ["GET /simple_pipelines/s"] * 2

    def test_its_assumptions_are_warned_of_once(self, client, stub):
        stub.will(reply({**SIMPLE, "result": {**RESULT, "assumptions": ASSUMED}}))
        with pytest.warns(AssumptionWarning, match=r"^an objective without .*. No cost: SSE.$"):
            self.wait(client)
        assert client.simple_pipeline.get("s").result["assumptions"] == ASSUMED

    def test_its_failure(self, client, stub):
        failed = {"status": "failed", "is_failed": True, "error": "x: accepted are data_fit"}
        stub.will(reply({**SIMPLE, **failed}))
        with pytest.raises(errors.IonworksError, match="s failed: x: accepted are data_fit"):
            self.wait(client)
        assert self.wait(client, raise_on_failure=False).status == "failed"
        assert client.simple_pipeline.result("s").element_results == {}

    def test_a_line_a_change(self, client, stub, capsys):
        running = {**SIMPLE, "status": "running", "is_terminal": False}
        stub.will(reply(running), reply(running), reply(SIMPLE))
        self.wait(client, verbose=True)
        assert capsys.readouterr().out.splitlines() == ["s: running", "s: completed"]

    def test_out_of_time(self, client, stub):
        stub.will(reply({**SIMPLE, "status": "running", "is_terminal": False}))
        with pytest.raises(TimeoutError, match="s \\(running\\)") as late:
            self.wait(client, timeout=5)
        assert late.value.states == {"s": "running"}
