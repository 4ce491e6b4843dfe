"""Running tasks are heard, and helped by workers that have nothing else to do."""

import asyncio
import time
from contextlib import asynccontextmanager
from pathlib import Path

import fake_help
import numpy as np
import pytest
from ionworks_engine.jobs.executor import InlineExecutor
from ionworks_engine.jobs.processes import ProcessExecutor
from ionworks_engine.pipelines.aid import HelperLost
from ionworks_engine.pipelines.fits.population import Population, optima

HERE = Path(__file__).parent
COUNT = 24
EXPECTED = [fake_help.cost([float(number)]).written() for number in range(COUNT)]


@asynccontextmanager
async def workers(count):
    executor = ProcessExecutor(count, tasks="fake_help", search_path=[HERE])
    try:
        yield executor
    finally:
        await executor.close()


async def warm(executor, count):
    """Start so many workers, and wait until all have done something."""
    pids = set()
    async with asyncio.timeout(30):
        while len(pids) < count:
            naps = [executor.run("nap", {"seconds": 0.15}, affinity=str(n)) for n in range(count)]
            pids |= {reply.content["pid"] for reply in await asyncio.gather(*naps)}
    return pids


def element(tmp_path, seconds=0.02, **more):
    return {"log": str(tmp_path / "log"), "seconds": seconds, **more}


def log(tmp_path):
    path = tmp_path / "log"
    return [line.split(" ", 1) for line in path.read_text().splitlines()] if path.exists() else []


def populate(tmp_path, **more):
    more.setdefault("element", element(tmp_path))
    return {"count": COUNT, **more}


@pytest.mark.parametrize("inline", [True, False])
def test_what_a_task_tells_is_heard_while_it_runs(inline):
    notes = []

    async def scenario():
        if inline:
            executor = InlineExecutor(fake_help.TASKS)
            return await executor.run("tell", {"seconds": 0.05}, notes=notes.append)
        async with workers(1) as executor:
            asked = asyncio.create_task(executor.run("tell", {"seconds": 0.05}, notes=notes.append))
            while not notes:
                await asyncio.sleep(0.01)
            assert not asked.done()
            return await asked

    reply = asyncio.run(asyncio.wait_for(scenario(), timeout=20))
    assert reply.content["is_origin"]
    assert notes[0] == {"progress": {"iteration": 0, "first": True}}
    told = [note["progress"]["iteration"] for note in notes]
    assert told == sorted(set(told))
    assert 2 <= len(told) < 10, "what comes too fast is merged"


def test_a_task_that_nobody_listens_to_runs_all_the_same():
    async def scenario():
        async with workers(1) as executor:
            return await executor.run("tell", {"seconds": 0.0})

    assert asyncio.run(scenario()).content["workers"] == 1


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_population_comes_to_the_same_however_many_help(tmp_path, count):
    """With 0 in the engine's own process, with 1 alone in a worker."""

    async def scenario():
        if not count:
            executor = InlineExecutor(fake_help.TASKS)
            return await executor.run("populate", populate(tmp_path))
        async with workers(count) as executor:
            await warm(executor, count)
            return await executor.run("populate", populate(tmp_path))

    reply = asyncio.run(asyncio.wait_for(scenario(), timeout=30))
    assert reply.content["outcomes"] == EXPECTED
    helpers = {pid for pid, what in log(tmp_path) if what == "help"}
    assert len(helpers) == max(0, count - 1)


def test_two_workers_share_a_population_evenly(tmp_path):
    """Counted, not timed: how many points the owner was left with."""

    async def scenario():
        async with workers(2) as executor:
            await warm(executor, 2)
            return await executor.run("populate", populate(tmp_path, times=4))

    assert asyncio.run(scenario()).content["outcomes"] == EXPECTED
    own = sum(what == "own" for _, what in log(tmp_path))
    assert 4 * COUNT * 0.4 < own < 4 * COUNT * 0.62
    assert sum(what == "build" for _, what in log(tmp_path)) == 1, "a helper builds once"


def test_a_worker_that_is_not_running_yet_is_started_to_help(tmp_path):
    async def scenario():
        async with workers(2) as executor:
            return await executor.run("populate", populate(tmp_path, until_helped=True))

    assert asyncio.run(asyncio.wait_for(scenario(), timeout=60)).content["outcomes"] == EXPECTED
    assert any(what == "help" for _, what in log(tmp_path))


@pytest.mark.parametrize(("how", "most"), [("die", 3), ("break", 24)])
def test_what_a_lost_helper_had_is_done_by_the_owner(tmp_path, how, most):
    """And help is not sought for ever: at most for one population of the three."""

    async def scenario():
        async with workers(2) as executor:
            await warm(executor, 2)
            request = populate(tmp_path, element=element(tmp_path, do=how), times=3)
            reply = await executor.run("populate", request)
            again = await executor.run("nap", {"seconds": 0.0})
            return reply, again

    reply, again = asyncio.run(asyncio.wait_for(scenario(), timeout=30))
    assert reply.content["outcomes"] == EXPECTED
    assert again.error is None
    assert sum(what == "help" for _, what in log(tmp_path)) <= most


def test_other_work_comes_before_help(tmp_path):
    async def scenario():
        async with workers(2) as executor:
            await warm(executor, 2)
            naps = [asyncio.create_task(executor.run("nap", {"seconds": 0.5})) for _ in range(2)]
            owner = asyncio.create_task(executor.run("populate", populate(tmp_path)))
            more = [asyncio.create_task(executor.run("nap", {"seconds": 0.5})) for _ in range(2)]
            await asyncio.wait_for(asyncio.gather(*naps, *more), timeout=20)
            return await owner

    assert asyncio.run(scenario()).content["outcomes"] == EXPECTED


def test_cancel_of_the_owner_frees_its_helpers(tmp_path):
    async def scenario():
        async with workers(2) as executor:
            await warm(executor, 2)
            slow = element(tmp_path, seconds=30)
            owner = asyncio.create_task(executor.run("start", {"element": slow, "count": 6}))
            while sum("start" in what for _, what in log(tmp_path)) < 2:
                await asyncio.sleep(0.01)
            owner.cancel()
            with pytest.raises(asyncio.CancelledError):
                await owner
            began = time.monotonic()
            await asyncio.wait_for(warm(executor, 2), timeout=20)
            return time.monotonic() - began

    assert asyncio.run(scenario()) < 15
    assert sum("start" in what for _, what in log(tmp_path)) == 2


@pytest.mark.parametrize("count", [1, 2])
def test_every_start_comes_back_in_its_place(tmp_path, count):
    async def scenario():
        async with workers(count) as executor:
            await warm(executor, count)
            request = {"element": element(tmp_path, seconds=0.05), "count": 9}
            return await executor.run("start", request)

    reply = asyncio.run(asyncio.wait_for(scenario(), timeout=30))
    assert [end["number"] for end in reply.content["ends"]] == list(range(9))
    starts = [(pid, what) for pid, what in log(tmp_path) if what.startswith("start")]
    assert {what for _, what in starts} == {f"start {n}" for n in range(9)}
    # One that is taken back just as its helper begins with it runs there too, unheard.
    assert len(starts) <= 10
    assert len({pid for pid, _ in starts}) == count


def test_a_start_that_fails_in_a_helper_fails_as_it_would_alone(tmp_path):
    async def scenario():
        async with workers(2) as executor:
            await warm(executor, 2)
            wrong = element(tmp_path, seconds=0.05, wrong=2)
            return await executor.run("start", {"element": wrong, "count": 5})

    reply = asyncio.run(asyncio.wait_for(scenario(), timeout=30))
    assert reply.error["message"] == "ValueError: this start is wrong"


def test_closing_leaves_nobody_behind(tmp_path):
    async def scenario():
        async with workers(2) as executor:
            pids = await warm(executor, 2)
            slow = element(tmp_path, seconds=30)
            owner = asyncio.create_task(executor.run("start", {"element": slow, "count": 4}))
            while sum("start" in what for _, what in log(tmp_path)) < 2:
                await asyncio.sleep(0.01)
            owner.cancel()
            return pids

    pids = asyncio.run(asyncio.wait_for(scenario(), timeout=30))
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


class Busy:
    """An aid with two helpers, one of whom begins and one of whom ends something at each look."""

    workers = 3
    origin = {}  # noqa: RUF012

    def __init__(self, lost=()):
        self.lost = lost
        self.waiting, self.begun, self.most, self.helped = [], [], 0, []

    def hand_over(self, _task, request, _affinity):
        self.waiting.append(part := Part(self, request["start"]["number"]))
        self.most = max(self.most, len(self.waiting) + len(self.begun))
        return part

    def go_on(self):
        if self.begun:
            self.begun.pop(0).ended = True
        if self.waiting:
            self.begun.append(self.waiting.pop(0))


class Part:
    def __init__(self, aid, number):
        self.aid, self.number, self.ended = aid, number, False

    def done(self):
        self.aid.go_on()
        return self.ended

    def result(self):
        while not self.ended:
            self.aid.go_on()
        if self.number in self.aid.lost:
            raise HelperLost("it died")
        self.aid.helped.append(self.number)
        return {"end": {"number": self.number}}

    def take_back(self):
        self.back = self in self.aid.waiting
        if self.back:
            self.aid.waiting.remove(self)

    def is_back(self):
        return self.back


@pytest.mark.parametrize("lost", [(), (3,), (3, 4)])
def test_starts_are_offered_a_few_at_a_time(lost):
    aid, own = Busy(lost), []

    def start_one(start):
        own.append(start["number"])
        return dict(start)

    starts = [{"number": number} for number in range(500)]
    assert optima(start_one, starts, aid, {}) == starts
    assert sorted(own + aid.helped) == list(range(500))
    assert aid.most <= 8 * 2
    assert set(lost) <= set(own)
    assert (len(aid.helped) > 100) == (len(lost) < 2), "who is lost twice is asked no more"


class Prompt:
    """An aid whose helper answers as soon as it is looked at."""

    workers = 2
    origin = {}  # noqa: RUF012

    def __init__(self):
        self.out = self.most = self.helped = 0

    def hand_over(self, _task, request, _affinity):
        self.out += len(request["points"])
        self.most = max(self.most, self.out)
        return Answer(self, request["points"])


class Answer:
    def __init__(self, aid, points):
        self.aid, self.points = aid, points

    def done(self):
        return True

    def result(self):
        self.aid.out -= len(self.points)
        self.aid.helped += len(self.points)
        return {"outcomes": [fake_help.cost(point).written() for point in self.points]}


def test_points_are_offered_some_thousand_at_a_time():
    def evaluate(point):
        time.sleep(1e-4)
        return fake_help.cost(point)

    aid, points = Prompt(), np.arange(90_000.0)[:, None]
    outcomes = Population(evaluate, aid, {}).outcomes(points)
    assert [one.written() for one in outcomes] == [fake_help.cost(p).written() for p in points]
    assert aid.helped > 20_000
    assert aid.most <= 20_000
