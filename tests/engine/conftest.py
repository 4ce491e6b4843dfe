"""What the engine's tests share: stores with runs in them, and job systems over fake tasks."""

import asyncio
import sys
import threading
import time
import uuid
from pathlib import Path

import httpx
import pytest
from ionworks_engine import create_app
from ionworks_engine.jobs.executor import InlineExecutor
from ionworks_engine.jobs.processes import ProcessExecutor
from ionworks_engine.jobs.simulations import JOB_TYPE, SimulationJobs
from ionworks_engine.jobs.system import Jobs
from ionworks_engine.storage import content, tables
from sqlalchemy import insert, select

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from stored import database_of, open_store  # noqa: E402

EXAMPLE = {
    "global": {"initial_soc": 1, "temperature": 25},
    "steps": [
        {
            "direction": "Discharge",
            "mode": "C-rate",
            "value": 1,
            "ends": [{"variable": "Voltage [V]", "value": 2.5}],
        }
    ],
}


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path / "store")
    yield store
    store.close()


def fake_workers(workers=2, **options):
    return ProcessExecutor(workers, tasks="fake_tasks", search_path=[HERE], **options)


def enqueue(store, *runs, cell="cell"):
    """Store a run for each mapping of inputs; return the job ids in order."""
    ids, now = [], store.now()
    with store.writing() as connection:
        cell_name = content.keep_document(connection, {"name": cell})
        protocol = content.keep_document(connection, {"steps": []})
        for inputs in runs:
            run_id, job_id = str(uuid.uuid4()), str(uuid.uuid4())
            connection.execute(
                insert(tables.simulations).values(
                    id=run_id,
                    job_id=job_id,
                    project_id="p",
                    name="run",
                    content=run_id,
                    cell=cell_name,
                    protocol=protocol,
                    experiment_template_id="t",
                    experiment_parameters=inputs,
                    design_parameters={},
                    extra_variables=[],
                    created_at=now,
                    updated_at=now,
                )
            )
            connection.execute(
                insert(tables.jobs).values(
                    id=job_id,
                    job_type=JOB_TYPE,
                    subject_id=run_id,
                    affinity=cell_name,
                    status="pending",
                    priority=5,
                    attempts=0,
                    created_at=now,
                    updated_at=now,
                )
            )
            ids.append(job_id)
    return ids


def job(store, job_id):
    with store.reading() as connection:
        return connection.execute(select(tables.jobs).where(tables.jobs.c.id == job_id)).one()


def run_of(store, job_id):
    query = select(tables.simulations).where(tables.simulations.c.job_id == job_id)
    with store.reading() as connection:
        return connection.execute(query).one()


async def until(condition, seconds=20.0):
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "waited in vain"
        await asyncio.sleep(0.005)


def all_ended(store, ids):
    return all(job(store, i).status in {"completed", "failed", "canceled"} for i in ids)


def with_jobs(store, scenario, executor=None, **options):
    """Run an async scenario with a job system at work, and close it."""

    async def play():
        runner = executor() if executor else fake_workers()
        jobs = Jobs(store, runner, {JOB_TYPE: SimulationJobs(store)}, **options)
        jobs.start()
        try:
            return await scenario(jobs)
        finally:
            await jobs.close()

    return asyncio.run(play())


def inline():
    """Fake tasks in the server's own process: nothing to wait for."""
    import fake_tasks

    return InlineExecutor(fake_tasks.TASKS)


class Served:
    """An engine on a loop of its own, and a client that calls it without a network."""

    def __init__(self, app):
        self.app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._lifespan = app.router.lifespan_context(app)
        self._http = httpx.Client(
            transport=httpx.MockTransport(self._answer), base_url="http://engine", timeout=60
        )
        self.request = self._http.request
        self.get = self._http.get
        self.post = self._http.post
        self.put = self._http.put
        self.patch = self._http.patch
        self.delete = self._http.delete

    def __enter__(self):
        self._thread.start()
        self.run(self._lifespan.__aenter__())
        return self

    def __exit__(self, *_):
        self.run(self._lifespan.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._http.close()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def _answer(self, request):
        return self.run(self._call(request, request.read()))

    async def _call(self, request, content):
        pieces = [content[at : at + 700] for at in range(0, len(content), 700)] or [b""]
        answer = {"headers": [], "body": b""}

        async def receive():
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        async def send(message):
            answer["body"] += message.get("body", b"")
            answer.update({key: message[key] for key in ("status", "headers") if key in message})

        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "method": request.method,
            "path": request.url.path,
            "query_string": request.url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
        }
        await self.app(scope, receive, send)
        return httpx.Response(answer["status"], headers=answer["headers"], content=answer["body"])

    def project(self):
        return self.get("/projects").json()["items"][-1]["id"]

    def template(self, protocol, name="run", project=None):
        """Parse a protocol to a template; return its id."""
        body = {"protocol_experiment": {"protocol": protocol, "name": name}}
        body["project_id"] = project or self.project()
        answer = self.post("/protocols/parse-to-template", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["template_id"]

    def submit(self, template, inputs=None, model="system-chen2020-spm", **more):
        """Submit a batch; return the answer."""
        body = {"parameterized_model": model, "experiment_template_id": template}
        body |= {"experiment_parameter_sets": [inputs or {}], **more}
        return self.post("/simulations/with-template/batch", json=body)

    def wait(self, submissions, seconds=60.0):
        """Wait until all have ended; return their simulations."""
        ids = [each["simulation_id"] for each in submissions]
        give_up = time.monotonic() + seconds
        while True:
            found = self.post("/simulations/statuses", json={"simulation_ids": ids}).json()
            if all(each["status"] in {"completed", "failed", "canceled"} for each in found):
                return [self.get(f"/simulations/{name}").json() for name in ids]
            assert time.monotonic() < give_up, "waited in vain"
            time.sleep(0.01)


def app_client(folder, executor=inline, **options):
    """Return a client of an engine, for a ``with``; every answer is checked, too."""
    options |= {"database": database_of(folder), "check_answers": True}
    return Served(create_app(folder, executor=executor, **options))
