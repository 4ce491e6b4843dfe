"""Puts into a store what the status page shows: jobs in every state, runs and pipelines."""

import io
import uuid

import numpy as np
import polars as pl
from ionworks_engine.storage import content, tables
from sqlalchemy import insert

NEVER = "2999-01-01T00:00:00.000000+00:00"
HOSTILE = "<script>alert('x')</script>&\"quoted\"\u202e{{ 7 * 7 }}"


def cycle(points=2000):
    """Return a discharge, a rest and a charge, smooth enough to look at."""
    time = np.linspace(0.0, 9000.0, points)
    phases = [time < 3600, time < 5400]
    discharged, rested, charged = (np.clip(time - start, 0, 3600) for start in (0, 3600, 5400))
    current = np.select(phases, [5.0, 0.0], -2.5)
    relaxed = 3.1 + 0.2 * (1 - np.exp(-rested / 200))
    voltage = np.select(
        phases,
        [4.15 - 1.4 * (discharged / 3600) ** 1.5, relaxed],
        3.3 + 0.9 * (charged / 3600) ** 0.6,
    )
    return pl.DataFrame({"Time [s]": time, "Voltage [V]": voltage, "Current [A]": current})


def add_job(connection, store, job_type, subject, status, **more):
    """Store a job whose lease, if it runs, nobody takes away; return its id."""
    now, job_id = store.now(), str(uuid.uuid4())
    running = status == "processing"
    values = {
        "id": job_id,
        "job_type": job_type,
        "subject_id": subject,
        "affinity": "",
        "status": status,
        "priority": 5,
        "attempts": 1,
        "lease_owner": "elsewhere" if running else None,
        "lease_expires": NEVER if running else None,
        "created_at": now,
        "updated_at": now,
    }
    connection.execute(insert(tables.jobs).values(values | more))
    return job_id


def add_run(store, name, status, frame=None, **job):
    """Store a simulation with its job, and the time series if there is one."""
    now, run_id, file = store.now(), str(uuid.uuid4()), None
    if frame is not None:
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        file = store.files.put(buffer.getvalue())
    with store.writing() as connection:
        document = content.keep_document(connection, {"name": "cell"})
        connection.execute(
            insert(tables.simulations).values(
                id=run_id,
                job_id=add_job(connection, store, "simulate", run_id, status, **job),
                project_id="p",
                name=name,
                content=run_id,
                cell=document,
                protocol=document,
                model_name="SPMe",
                experiment_template_id="t",
                time_series_file=file,
                created_at=now,
                updated_at=now,
            )
        )


def add_pipeline(store, name, status, elements, position, progress=None, **job):
    """Store a pipeline of which the element at ``position`` has the job."""
    now, pipeline_id = store.now(), str(uuid.uuid4())
    own = {"created_at": now, "updated_at": now}
    with store.writing() as connection:
        job_id = add_job(connection, store, "pipeline_element", pipeline_id, status, **job)
        connection.execute(
            insert(tables.pipelines).values(
                id=pipeline_id,
                project_id="p",
                name=name,
                config="{}",
                inputs="{}",
                total=len(elements),
                position=position,
                job_id=job_id,
                **own,
            )
        )
        for number, element in enumerate(elements, 1):
            turn = number == position
            connection.execute(
                insert(tables.pipeline_elements).values(
                    id=str(uuid.uuid4()),
                    pipeline_id=pipeline_id,
                    name=element,
                    element_type="data_fit",
                    position=number,
                    job_id=job_id if turn else None,
                    progress=progress if turn else None,
                    **own,
                )
            )


def fill_nothing(store):
    """A server that was just started."""
    del store


def fill_busy(store):
    """A server at work: runs that ended, that run and that wait, and a fit under way."""
    add_run(store, "CC-CV, 25 °C", "completed", cycle())
    for rate in ("C/2", "1C", "2C"):
        add_run(store, f"Rate test {rate}", "processing")
    add_run(store, "A sweep over 40 porosities and three thicknesses, point 17", "canceled")
    told = {"iteration": 12, "evaluations": 1440, "best_cost": 0.0012345678, "inputs": {"D": 1e-14}}
    add_pipeline(store, "Diffusivities of NMC", "processing", ["known", "fit", "check"], 2, told)


def fill_failing(store):
    """A server whose runs fail, with names and messages as hostile as they come."""
    add_run(store, HOSTILE, "completed", pl.DataFrame({"Frequency [Hz]": [1.0]}))
    reason = "steps[3].Charge: the solver found no consistent start at 4.2 V; "
    for number in range(12):
        add_run(
            store, f"{HOSTILE} {number}", "failed", error=reason * 20, error_code="SOLVER_ERROR"
        )
    failure = {"error": f"elements.fit: {HOSTILE}", "error_code": "CONFIGURATION_ERROR"}
    add_pipeline(store, HOSTILE, "failed", [HOSTILE], 1, **failure)
