"""What was sent ahead of its turn is asked back when the turn is long in coming, and runs once."""

import asyncio
import time

from conftest import fake_workers, until

CELL = {"cell": {}}


def test_a_task_that_began_before_it_was_asked_back_runs_once(tmp_path):
    runs, begun = tmp_path / "runs", []
    ahead = {"do": "count", "file": str(runs), "seconds": 0.3}

    async def scenario():
        executor = fake_workers(1)
        try:
            await executor.run("simulate", {**CELL, "inputs": {}})
            first = executor.run(
                "simulate",
                {**CELL, "inputs": {"do": "sleep", "seconds": 0.05}},
                begun=lambda: begun.append(True),
            )
            both = asyncio.gather(first, executor.run("simulate", {**CELL, "inputs": ahead}))
            await until(lambda: begun)
            # The engine is busy elsewhere, and hears late that the first has ended.
            time.sleep(0.25)
            return await both
        finally:
            await executor.close()

    replies = asyncio.run(asyncio.wait_for(scenario(), 30))
    assert all(reply.error is None for reply in replies)
    assert runs.read_text() == "x"


def test_what_waits_behind_a_long_task_goes_to_the_next_free_worker(tmp_path):
    async def scenario():
        executor = fake_workers(2)
        try:
            naps = [{"do": "sleep", "seconds": 0.3} for _ in range(2)]
            warm = (executor.run("simulate", {**CELL, "inputs": nap}) for nap in naps)
            await asyncio.gather(*warm)
            long = executor.run("simulate", {**CELL, "inputs": {"do": "sleep", "seconds": 60}})
            blocked = asyncio.create_task(long)
            await asyncio.sleep(0)
            runs = [{"do": "count", "file": str(tmp_path / str(n)), "seconds": 0} for n in range(6)]
            quick = [executor.run("simulate", {**CELL, "inputs": inputs}) for inputs in runs]
            await asyncio.gather(*quick)
            return blocked.cancel()
        finally:
            await executor.close()

    assert asyncio.run(asyncio.wait_for(scenario(), 30)), "the long one was to be running still"
    assert [(tmp_path / str(number)).read_text() for number in range(6)] == ["x"] * 6
