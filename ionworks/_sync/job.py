# Generated from ionworks/_async/job.py by `python -m codegen sync`; do not edit.
"""``client.job``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.jobs import (
    cancel_job,
    get_job,
    get_job_metadata,
    get_job_series,
    list_job_series_channels,
    list_jobs,
)
from ionworks_openapi.api.pipelines import get_plot_data
from ionworks_openapi.models import Job, SeriesSource

from ionworks.calls import sync_call, sync_mapping
from ionworks.errors import NotFoundError
from ionworks.records import Record
from ionworks.requests import choice, given, path_id, several, text

if TYPE_CHECKING:
    from ionworks._sync.session import Session

__all__ = ["JobClient"]

Jobs = list[Job]
Channels = dict[str, list[Any]]
Trace = list[Record]

_SAMPLES = ("samples", "sample_costs", "sample_param_names", "sample_burnin")


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

    def get_metadata(self, job_id: str) -> Record:
        """Return what a job tells about its work.

        Returns
        -------
        Record
            Of a fit ``intermediate_results``, each improvement with its cost and values;
            ``samples``, ``sample_costs``, ``sample_param_names`` and ``sample_burnin`` of a
            sampler; ``validation_plot_config``, how many plots each objective has; ``failures``,
            the points that the solver did not get through.

        Raises
        ------
        NotFoundError
            If there is no such job, or it has told nothing yet.
        """
        wanted = path_id(job_id, "job_id")
        return sync_mapping(get_job_metadata.sync_detailed, wanted, client=self._session.api)

    def get_parameter_trace(self, job_id: str) -> Trace:
        """Return how a fit came along: each improvement with its cost and values, in their order.

        Raises
        ------
        NotFoundError
            If there is no such job, or it has told nothing yet.
        """
        return list((self.get_metadata(job_id)).get("intermediate_results") or [])

    def get_posterior_samples(self, job_id: str) -> Record:
        """Return what a sampler drew; nothing for any other job, or one that told nothing.

        Returns
        -------
        Record
            ``samples``, by parameter; ``sample_costs``; ``sample_param_names``; and
            ``sample_burnin``, how many of the first ones are to be left out.
        """
        try:
            metadata = self.get_metadata(job_id)
        except NotFoundError:
            return Record()
        if not metadata.get("samples"):
            return Record()
        return Record({key: metadata.get(key) for key in _SAMPLES})

    def get_series_channels(self, job_id: str) -> Record:
        """Return the names of the series of a job: by objective, by source, of its channels."""
        wanted = path_id(job_id, "job_id")
        return sync_mapping(
            list_job_series_channels.sync_detailed, wanted, client=self._session.api
        )

    def get_series(
        self,
        job_id: str,
        objective: str,
        source: str = "optimal",
        columns: Iterable[str] | None = None,
        x_column: str | None = None,
        max_points: int | None = None,
        x_min: float | None = None,
        x_max: float | None = None,
    ) -> Channels:
        """Return data and model of one objective of a fit or a validation.

        Parameters
        ----------
        job_id, objective
            The job, and the objective by its name in the element.
        source
            ``optimal`` for the values found, ``baseline`` for those it began with.
        columns
            The channels wanted, of those that `get_series_channels` names; all without it.
        x_column
            The channel that ``x_min`` and ``x_max`` refer to; the first one without it.
        max_points
            The most points of a channel: what is more is thinned out to its shape.
        x_min, x_max
            The window that is cut out first, in the unit of the x column.

        Returns
        -------
        dict
            The values of each channel, of equal length.

        Raises
        ------
        ValueError
            If the source is unknown, or a column cannot be asked for by its name.
        NotFoundError
            If the job has no such objective.
        """
        answer = sync_mapping(
            get_job_series.sync_detailed,
            path_id(job_id, "job_id"),
            client=self._session.api,
            objective=text(objective, "objective"),
            source=choice(SeriesSource, source, "source"),
            columns=given(None if columns is None else _joined(columns)),
            x_column=given(x_column),
            max_points=given(max_points),
            x_min=given(x_min),
            x_max=given(x_max),
        )
        return dict(answer)

    def get_plot_data(
        self,
        job_id: str,
        objective_name: str,
        plot_index: int = 0,
        max_points: int = 2000,
        x_min: float | None = None,
        x_max: float | None = None,
    ) -> Record:
        """Return a plot of a fit or a validation: data, model and error of one objective.

        Parameters
        ----------
        job_id, objective_name
            The job, and the objective by its name in the element.
        plot_index
            Which of the objective's plots, from 0.
        max_points
            The most points of a trace, from 100 to 80,000; what is more is thinned out to its
            shape.
        x_min, x_max
            The window, in the unit of the axis.

        Returns
        -------
        Record
            ``type``, ``traces`` (``name``, ``x``, ``y``) and ``layout``, with the titles and
            units of the axes.

        Raises
        ------
        NotFoundError
            If there is no such plot.
        """
        return sync_mapping(
            get_plot_data.sync_detailed,
            path_id(job_id, "job_id"),
            client=self._session.api,
            objective_name=text(objective_name, "objective_name"),
            plot_index=plot_index,
            max_points=max_points,
            x_min=given(x_min),
            x_max=given(x_max),
        )


def _joined(columns: Iterable[str]) -> str:
    names = [text(column, "columns") for column in several(columns, "columns")]
    for name in names:
        if "," in name:
            raise ValueError(
                f"the channel {name!r} cannot be asked for by its name, which has a comma: "
                "ask for all of them"
            )
    if not names:
        raise ValueError("columns names none: leave it out for all of them")
    return ",".join(names)
