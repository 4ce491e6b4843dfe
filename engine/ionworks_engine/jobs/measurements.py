"""The jobs that process uploads: what they ask a worker for, and what their end leaves.

A new series that is refused leaves its reason and nothing else; one that was to be extended stays
as it was, with the reason beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from ionworks_engine import units
from ionworks_engine.jobs.kinds import Ended, Order
from ionworks_engine.jobs.memory import OUT_OF_MEMORY
from ionworks_engine.storage import Store, queue
from ionworks_engine.storage.tables import cell_measurements, cell_specifications

JOB_TYPE = "ingest"


class MeasurementJobs:
    """The processing of uploads as jobs.

    Parameters
    ----------
    store
        Where measurements and their files live.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def orders(self, connection: Connection, jobs: Sequence[Row[Any]]) -> Mapping[str, Order]:
        """Return what each job asks for: the paths of its files, and where to write."""
        query = select(cell_measurements, cell_specifications.c.ratings).outerjoin(
            cell_specifications,
            cell_specifications.c.id == cell_measurements.c.cell_specification_id,
        )
        mine = cell_measurements.c.job_id.in_([job.id for job in jobs])
        return {row.job_id: self._order(row) for row in connection.execute(query.where(mine))}

    def settle(self, connection: Connection, ended: Sequence[Ended]) -> Sequence[Mapping[str, Any]]:
        """Name the tables of measurements on their rows, or why there are none."""
        query = select(cell_measurements)
        for each in ended:
            mine = cell_measurements.c.job_id == each.job.id
            row = connection.execute(query.where(mine)).one()
            changed = {**self._result(row, each), "updated_at": self._store.now()}
            connection.execute(update(cell_measurements).where(mine).values(changed))
            each.unneeded += _files(row)
        return [_ending(each) for each in ended]

    def _order(self, row: Row[Any]) -> Order:
        into = str(self._store.files.fresh())
        request = {
            "source": self._path(row.source_file),
            "steps": self._path(row.source_steps_file),
            "before": self._path(row.time_series_file),
            "into": into,
            "rated_capacity": _rated_capacity(row.ratings),
        }
        return Order("ingest", request, scratch=(into,))

    def _path(self, name: str | None) -> str | None:
        return None if name is None else str(self._store.files.path(name))

    def _result(self, row: Row[Any], ended: Ended) -> dict[str, Any]:
        done = {"source_file": None, "source_steps_file": None}
        error = ended.reply.error
        if error is not None:
            words = self._why(row, error)
            status = "failed" if row.time_series_file is None else "ready"
            return {**done, "processing_status": status, "processing_error": words}
        steps, cycles, tables, *series = ended.files
        return {
            **done,
            "processing_status": "ready",
            "processing_error": None,
            "time_series_file": series[0] if series else row.source_file,
            "steps_file": steps,
            "cycles_file": cycles,
            "tables_file": tables,
            "rows": ended.reply.content["rows"],
            "duration": ended.reply.content["duration"],
        }

    def _why(self, row: Row[Any], error: Mapping[str, Any]) -> str:
        """Return why a series was not taken."""
        words = str(error["message"])
        if error["code"] == OUT_OF_MEMORY:
            size = self._store.files.path(row.source_file).stat().st_size
            words = (
                f"The upload of {size:,} bytes is too large to be processed here: upload it as "
                f"several measurements, with fewer columns, or thinned out. {words}"
            )
        return queue.shortened(words)


def _rated_capacity(ratings: Any) -> float | None:
    """Return a cell's rated capacity in A.h, where one is stated."""
    rated = units.amount((ratings or {}).get("capacity"), "A.h")
    return rated if rated and rated > 0 else None


def _files(row: Row[Any]) -> list[str]:
    """Return the files that the row named; those it still names are not discarded."""
    names = (row.source_file, row.source_steps_file, row.time_series_file, row.steps_file)
    return [name for name in (*names, row.cycles_file, row.tables_file) if name]


def _ending(ended: Ended) -> dict[str, Any]:
    error = ended.reply.error
    if error is None:
        return queue.completed(ended.job.id, {"measurement_id": ended.job.subject_id})
    return queue.failed(ended.job.id, error["code"], str(error["message"]))
