"""The jobs that simulate: what they ask a worker for, and what a finished run leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from ionworks_engine.jobs.kinds import Ended, Order
from ionworks_engine.storage import Store, content, queue
from ionworks_engine.storage.tables import simulations

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

    def settle(self, connection: Connection, ended: Sequence[Ended]) -> Sequence[Mapping[str, Any]]:
        """Name the frames of runs on their rows; a failed run keeps those up to its failure."""
        now = self._store.now()
        if ended:
            connection.execute(_SETTLE, [{**_result(each), "updated_at": now} for each in ended])
        return [_ending(each) for each in ended]

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


_SETTLE = update(simulations).where(simulations.c.job_id == bindparam("of"))


def _error(ended: Ended) -> Mapping[str, Any] | None:
    return ended.reply.error or ended.reply.content.get("error")


def _result(ended: Ended) -> dict[str, Any]:
    time_series, steps = ended.files or (None, None)
    return {
        "of": ended.job.id,
        "time_series_file": time_series,
        "steps_file": steps,
        "metrics": ended.reply.content.get("metrics"),
        "storage_folder": None if _error(ended) else f"simulations/{ended.job.subject_id}",
    }


def _ending(ended: Ended) -> dict[str, Any]:
    error = _error(ended)
    if error is None:
        return queue.completed(ended.job.id, {"simulation_id": ended.job.subject_id})
    return queue.failed(ended.job.id, error["code"], _words(error))


def _words(error: Mapping[str, Any]) -> str:
    step = error.get("step")
    message = str(error["message"])
    return message if step is None or str(step) in message else f"{step}: {message}"
