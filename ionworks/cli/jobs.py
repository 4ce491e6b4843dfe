"""``ionworks jobs``: the work itself, whatever it computes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from ionworks.cli.command import Limit, command, group
from ionworks.cli.failures import FailedError
from ionworks.cli.tables import minute
from ionworks.cli.work import Work

if TYPE_CHECKING:
    from ionworks_openapi.models import Job

__all__ = ["app"]

app = group("jobs", "Look at the jobs that do the work, wait for them, stop them.")
_Id = Annotated[str, typer.Argument(metavar="ID", help="Of the job.")]
_COLUMNS = {
    "Job": "job_id",
    "Type": "job_type",
    "Status": "status",
    "Created [UTC]": minute("created_at"),
    "Changed [UTC]": minute("updated_at"),
    "Error": "error",
}


@command(app, "list", needs_store=True)
def list_jobs(work: Work, limit: Limit = 20) -> None:
    """List jobs, the newest first."""
    jobs = work.client.job.list()
    work.output.table(jobs[: limit or None], _COLUMNS, "no jobs")
    work.output.tell_rest(min(limit or len(jobs), len(jobs)), len(jobs))


@command(app, "show", needs_store=True)
def show(work: Work, job_id: _Id) -> None:
    """Show one job."""
    work.output.record(work.client.job.get(job_id), _COLUMNS)


@command(app, "cancel", needs_store=True)
def cancel(work: Work, job_id: _Id) -> None:
    """Stop a job; one that has ended stays as it is."""
    work.output.record(work.client.job.cancel(job_id), _COLUMNS)


@command(app, "wait", needs_store=True)
def wait(
    work: Work,
    job_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Of the jobs.")],
    timeout: Annotated[
        float | None, typer.Option(min=0, help="How long to wait, in s; else without end.")
    ] = None,
) -> None:
    """Wait until jobs have ended; exit code 1 if one of them failed."""
    jobs = _ended(work, list(dict.fromkeys(job_ids)), timeout)
    work.output.table(jobs, _COLUMNS)
    bad = [f"job {job.job_id} {job.status}: {job.error}" for job in jobs if job.is_failed]
    if bad:
        raise FailedError("\n".join(bad))


def _ended(work: Work, ids: list[str], timeout: float | None) -> list[Job]:
    from ionworks.waiting import TRANSIENT, Watch

    known: dict[str, Job] = {}
    with (
        work.output.progress() as watched,
        Watch(ids, timeout, verbose=watched, what="job") as watch,
    ):
        while watch.open:
            try:
                known |= {one: work.client.job.get(one) for one in watch.open}
                watch.saw({one: _state(job) for one, job in known.items()})
            except TRANSIENT as error:
                watch.stumbled(error)
            time.sleep(watch.pause())
    return [known[one] for one in ids]


def _state(job: Job) -> str:
    """Return where a job stands, as one of the words that waiting knows."""
    if not job.is_terminal:
        return "running"
    return "failed" if job.is_failed else "completed"
