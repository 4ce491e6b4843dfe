# Generated from ionworks/_async/job.py by `python -m codegen sync`; do not edit.
"""``client.job``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ionworks_openapi.api.jobs import cancel_job, get_job, list_jobs
from ionworks_openapi.models import Job

from ionworks.calls import sync_call
from ionworks.requests import path_id

if TYPE_CHECKING:
    from ionworks._sync.session import Session

__all__ = ["JobClient"]

Jobs = list[Job]


class JobClient:
    """The jobs that do the work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, job_id: str) -> Job:
        """Return a job.

        Raises
        ------
        NotFoundError
            If there is no such job.
        """
        wanted = path_id(job_id, "job_id")
        return sync_call(get_job.sync_detailed, wanted, client=self._session.api)

    def list(self) -> Jobs:
        """Return the jobs, the newest first."""
        return sync_call(list_jobs.sync_detailed, client=self._session.api)

    def cancel(self, job_id: str) -> Job:
        """Stop a job; one that has finished stays as it is."""
        wanted = path_id(job_id, "job_id")
        return sync_call(cancel_job.sync_detailed, wanted, client=self._session.api, body={})
