"""An upload that is stopped on its way leaves all of it or nothing, wherever it was stopped."""

import _thread
import asyncio
import time

import pytest

from ionworks import AsyncIonworks, Ionworks, errors
from ionworks.local import LocalEngine
from tests.unit.cycler_exports import csv

MOST_CALLS = 20
SERIES = {
    "Time [s]": [0.0, 10.0, 20.0],
    "Voltage [V]": [4.1, 4.0, 3.9],
    "Current [A]": [1.0, 1.0, 1.0],
    "Step count": [0, 0, 0],
}
LATER = SERIES | {"Time [s]": [30.0, 40.0, 50.0]}


class Stop:
    """Stop whoever asks, when the server has done what a changing call asked for."""

    def __init__(self, after):
        self.left = after
        self.seen = []

    def is_now(self, question):
        if question.method not in ("POST", "PUT"):
            return False
        self.seen.append(f"{question.method} {question.path}")
        self.left -= 1
        return self.left == -1


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(csv())
    return path


def stopping(monkeypatch, after, error=KeyboardInterrupt):
    """Raise in a synchronous client, after a number of calls."""
    stop, real = Stop(after), LocalEngine.sync_answer

    def answer(self, question, timeout=None):
        answered = real(self, question, timeout)
        if stop.is_now(question):
            raise error
        return answered

    monkeypatch.setattr(LocalEngine, "sync_answer", answer)
    return stop


def cancelling(monkeypatch, after, tasks):
    """Cancel tasks of an asynchronous client, after a number of calls."""
    stop, real = Stop(after), LocalEngine.async_answer

    async def answer(self, question, timeout=None):
        answered = await real(self, question, timeout)
        if stop.is_now(question):
            for task in tasks:
                task.cancel()
            await asyncio.sleep(0.01)
        return answered

    monkeypatch.setattr(LocalEngine, "async_answer", answer)
    return stop


def halves(client, cell):
    """Return how many measurements have no file, and how many files no measurement."""
    kept = [
        [raw.id for raw in client.cell_measurement.list_raw_data(one.id)]
        for one in client.cell_measurement.list(cell)
    ]
    owned = {name for names in kept for name in names}
    return sum(not names for names in kept), sum(
        raw.id not in owned for raw in client.raw_data.list()
    )


def test_a_file_and_its_measurement_come_together_or_not_at_all(monkeypatch, export):
    stopped = 0
    with Ionworks.local() as client:
        spec = client.cell_spec.create({"name": "LG M50"})
        cell = client.cell_instance.create(spec.id, {"name": "1"}).id
        for after in range(MOST_CALLS):
            with monkeypatch.context() as patch:
                stop = stopping(patch, after)
                try:
                    client.cell_measurement.create_from_file(cell, export, name=str(after))
                except KeyboardInterrupt:
                    stopped += 1
            assert halves(client, cell) == (0, 0), stop.seen[-1]
            if stop.left >= 0:
                break
        assert stopped >= 6
        assert client.cell_measurement.create_from_file(cell, export, name="0").notes


def test_the_same_of_a_task_that_is_cancelled(monkeypatch, export, tmp_path):
    async def main():
        stopped, tasks = 0, []
        async with AsyncIonworks.local(tmp_path / "store") as client:
            spec = await client.cell_spec.create({"name": "LG M50"})
            cell = (await client.cell_instance.create(spec.id, {"name": "1"})).id
            for after in range(MOST_CALLS):
                with monkeypatch.context() as patch:
                    stop = cancelling(patch, after, tasks)
                    making = client.cell_measurement.create_from_file(cell, export, name=str(after))
                    tasks[:] = [asyncio.create_task(making)]
                    try:
                        await tasks[0]
                    except asyncio.CancelledError:
                        stopped += 1
                with Ionworks.local(tmp_path / "store") as looking:
                    assert halves(looking, cell) == (0, 0), stop.seen[-1]
                if stop.left >= 0:
                    break
        assert stopped >= 6

    asyncio.run(main())


@pytest.mark.parametrize("error", [KeyboardInterrupt, errors.ConnectionFailedError("gone")])
def test_a_measurement_whose_confirmation_is_not_heard_goes(monkeypatch, error):
    data = {"measurement": {"name": "RPT"}, "time_series": SERIES}
    with Ionworks.local() as client:
        spec = client.cell_spec.create({"name": "LG M50"})
        cell = client.cell_instance.create(spec.id, {"name": "1"}).id
        with monkeypatch.context() as patch:
            stop = stopping(patch, 2, error)
            with pytest.raises(type(error) if isinstance(error, Exception) else error):
                client.cell_measurement.create(cell, data)
        assert "confirm" in stop.seen[2]
        assert client.cell_measurement.create(cell, data).name == "RPT"


def test_an_extension_that_ctrl_c_stops_while_it_is_begun_can_be_made_again(monkeypatch):
    real, seen = LocalEngine.sync_answer, []

    def answer(self, question, timeout=None):
        answered = real(self, question, timeout)
        if question.path.endswith("initiate-extend"):
            seen.append(question.path)
            _thread.interrupt_main()
            time.sleep(0.05)
        return answered

    with Ionworks.local() as client:
        spec = client.cell_spec.create({"name": "LG M50"})
        cell = client.cell_instance.create(spec.id, {"name": "1"}).id
        data = {"measurement": {"name": "RPT"}, "time_series": SERIES}
        made = client.cell_measurement.create(cell, data).id
        with monkeypatch.context() as patch:
            patch.setattr(LocalEngine, "sync_answer", answer)
            with pytest.raises(KeyboardInterrupt):
                client.cell_measurement.extend(made, LATER)
        assert len(seen) == 1
        client.cell_measurement.extend(made, LATER)
        assert len(client.cell_measurement.time_series(made)) == 6


def test_the_same_of_an_extension_whose_task_is_cancelled(monkeypatch):
    async def main():
        tasks = []
        async with AsyncIonworks.local() as client:
            spec = await client.cell_spec.create({"name": "LG M50"})
            cell = (await client.cell_instance.create(spec.id, {"name": "1"})).id
            data = {"measurement": {"name": "RPT"}, "time_series": SERIES}
            made = (await client.cell_measurement.create(cell, data)).id
            with monkeypatch.context() as patch:
                stop = cancelling(patch, 0, tasks)
                tasks.append(asyncio.create_task(client.cell_measurement.extend(made, LATER)))
                with pytest.raises(asyncio.CancelledError):
                    await tasks[0]
            assert [path.rpartition("/")[2] for path in stop.seen] == ["initiate-extend"]
            await client.cell_measurement.extend(made, LATER)
            assert len(await client.cell_measurement.time_series(made)) == 6

    asyncio.run(main())


def test_an_export_has_a_name_and_fields(export):
    with Ionworks.local() as client:
        spec = client.cell_spec.create({"name": "LG M50"})
        cell = client.cell_instance.create(spec.id, {"name": "1"}).id
        with pytest.raises(ValueError, match="name"):
            client.cell_measurement.create_from_file(cell, export, name="")
        with pytest.raises(ValueError, match="measurement must be a mapping, not 'x'"):
            client.cell_measurement.create_from_file(cell, export, measurement="x")
        assert len(client.cell_measurement.list(cell)) == 0
        assert client.raw_data.list().total == 0
