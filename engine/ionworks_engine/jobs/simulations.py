"""The jobs that simulate: what they ask a worker for, and what a finished run leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ionworks_engine.jobs.executor import Reply
from ionworks_engine.jobs.system import Order
from ionworks_engine.storage import Store, content, queue
from ionworks_engine.storage.tables import simulations
from sqlalchemy import Connection, Row, select, update

JOB_TYPE = "simulate"
_KEPT_DOCUMENTS = 64


class SimulationJobs:
    """Simulations as jobs.

    Parameters
    ----------
    store
        Where the runs and what they share live.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._documents: dict[str, Any] = {}

    def orders(self, connection: Connection, jobs: Sequence[Row[Any]]) -> Mapping[str, Order]:
        """Return the run each job asks for."""
        query = select(simulations).where(simulations.c.job_id.in_([job.id for job in jobs]))
        runs = connection.execute(query).all()
        self._fetch(connection, {name for run in runs for name in (run.cell, run.protocol)})
        return {run.job_id: self._order(run) for run in runs}

    def settle(
        self, connection: Connection, job: Row[Any], reply: Reply, files: Sequence[str]
    ) -> dict[str, Any]:
        """Name the frames of a run on its row; a failed run keeps those up to its failure."""
        error = reply.error or reply.content.get("error")
        run = update(simulations).where(simulations.c.job_id == job.id)
        if files:
            time_series, steps = files
            run = run.values(
                time_series_file=time_series, steps_file=steps, metrics=reply.content["metrics"]
            )
        if error is None:
            run = run.values(storage_folder=f"simulations/{job.subject_id}")
        connection.execute(run.values(updated_at=self._store.now()))
        if error is None:
            return {"status": queue.COMPLETED, "result": {"simulation_id": job.subject_id}}
        return {"status": queue.FAILED, "error": _words(error), "error_code": error["code"]}

    def _order(self, run: Row[Any]) -> Order:
        request = {
            "cell": self._documents[run.cell],
            "protocol": self._documents[run.protocol],
            "inputs": run.experiment_parameters,
            "design": run.design_parameters,
            "extra_variables": run.extra_variables,
            "max_backward_jumps": run.max_backward_jumps,
        }
        return Order("simulate", request, affinity=run.cell)

    def _fetch(self, connection: Connection, names: set[str]) -> None:
        """Keep what the runs share at hand: it is the same for a whole sweep."""
        missing = names - self._documents.keys()
        if len(self._documents) + len(missing) > _KEPT_DOCUMENTS:
            self._documents, missing = {}, names
        if missing:
            self._documents.update(content.documents_named(connection, missing))


def _words(error: Mapping[str, Any]) -> str:
    step = error.get("step")
    message = str(error["message"])
    return message if step is None or str(step) in message else f"{step}: {message}"
