"""What the engine's tests share: stores with runs in them, and job systems over fake tasks."""

import asyncio
import sys
import time
import uuid
from pathlib import Path

import pytest
from ionworks_engine.jobs.processes import ProcessExecutor
from ionworks_engine.jobs.simulations import JOB_TYPE, SimulationJobs
from ionworks_engine.jobs.system import Jobs
from ionworks_engine.storage import Store, content, tables
from sqlalchemy import insert, select

HERE = Path(__file__).parent


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "store")
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


sys.path.insert(0, str(HERE))
