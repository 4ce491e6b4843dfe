"""``client.job``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ionworks_openapi.api.jobs import cancel_job, get_job, list_jobs
from ionworks_openapi.models import Job

from ionworks.calls import async_call
from ionworks.requests import path_id

if TYPE_CHECKING:
    from ionworks._async.session import AsyncSession

__all__ = ["AsyncJobClient"]

Jobs = list[Job]


class AsyncJobClient:
    """The jobs that do the work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, job_id: str) -> Job:
        """Return a job.

        Raises
        ------
        NotFoundError
            If there is no such job.
        """
        wanted = path_id(job_id, "job_id")
        return await async_call(get_job.asyncio_detailed, wanted, client=self._session.api)

    async def list(self) -> Jobs:
        """Return the jobs, the newest first."""
        return await async_call(list_jobs.asyncio_detailed, client=self._session.api)

    async def cancel(self, job_id: str) -> Job:
        """Stop a job; one that has finished stays as it is."""
        wanted = path_id(job_id, "job_id")
        return await async_call(
            cancel_job.asyncio_detailed, wanted, client=self._session.api, body={}
        )
