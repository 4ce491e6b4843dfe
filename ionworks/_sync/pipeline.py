# Generated from ionworks/_async/pipeline.py by `python -m codegen sync`; do not edit.
"""``client.pipeline``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.pipelines import (
    cancel_pipeline,
    create_pipeline,
    delete_pipeline,
    get_pipeline,
    get_pipeline_result,
    list_pipeline_elements,
    list_pipelines,
    update_pipeline,
)
from ionworks_openapi.models import (
    Pipeline,
    PipelineCreate,
    PipelineElement,
    PipelineUpdate,
)

from ionworks._sync.job import JobClient
from ionworks._sync.pipeline_result import PipelineResult
from ionworks._sync.pipeline_watch import Look, raise_if_failed, sync_ended
from ionworks.assumptions import AssumptionTeller
from ionworks.calls import sync_aside, sync_call
from ionworks.paging import Chunk, Page
from ionworks.pipelines import PipelineRequest, changes, job_of, list_filters
from ionworks.records import Record
from ionworks.requests import path_id, request_body
from ionworks.waiting import Watch

if TYPE_CHECKING:
    from ionworks._sync.session import Session

__all__ = ["PipelineClient"]

Elements = list[PipelineElement]
Channels = dict[str, list[Any]]


class PipelineClient:
    """Pipelines: from what is known and what was measured to a parameterised cell model."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._teller = AssumptionTeller()

    def create(
        self,
        config: Any,
        *,
        project_id: str | None = None,
        name: str | None = None,
        description: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Pipeline:
        """Submit a pipeline.

        Parameters
        ----------
        config
            An ``iws.Pipeline``, or a mapping with ``elements``: by name, in the order in which
            they run. A mapping needs no further package and is sent as it is; models, parameter
            values, functions and arrays of PyBaMM and numpy in it are written down, ``file:`` and
            ``folder:`` where data may stand are read on this machine, and tables of up to 1,000
            rows may stand there themselves.
        project_id, name, description
            Of the pipeline; without them, what the config says. Without a project, the client's.
        options
            How it is run: ``{"live_progress_updates": True}`` tells the best cost and the
            iteration while elements run, ``False`` does not. No part of what is stored.

        Returns
        -------
        Pipeline
            Its ``id``, and its ``status``, which is ``pending``.

        Raises
        ------
        TypeError
            If the config is neither.
        ValueError
            If something in it cannot be sent; its key path is told, and nothing was sent.
        FileNotFoundError
            If it refers to a file that is not there.
        MeasurementValidationError
            If a table in it has more rows than may be written into a pipeline.
        ValidationError
            If the server finds something wrong in it.

        Examples
        --------
        >>> geometry = {
        ...     "Electrode height [m]": 0.065,
        ...     "Electrode width [m]": 1.58,
        ...     "Positive electrode thickness [m]": 7.56e-5,
        ...     "Positive electrode active material volume fraction": 0.665,
        ...     "Maximum concentration in positive electrode [mol.m-3]": 63104,
        ... }
        >>> pipeline = client.pipeline.create({
        ...     "name": "Capacity",
        ...     "elements": {
        ...         "geometry": {"element_type": "entry", "values": geometry},
        ...         "Q_pos": {
        ...             "element_type": "calculation",
        ...             "type": "ElectrodeCapacity",
        ...             "electrode": "positive",
        ...         },
        ...     },
        ... })
        >>> print(pipeline.status)
        pending
        """
        request = sync_aside(
            partial(PipelineRequest.of, config, project_id, name, description, options)
        )
        project = self._session.project_id(request.project_id)
        values = {**request.config, **request.said, "project_id": project}
        body = request_body(PipelineCreate, values, "config")
        return sync_call(create_pipeline.sync_detailed, client=self._session.api, body=body)

    def get(self, pipeline_id: str) -> Pipeline:
        """Return a pipeline, with the ``config`` that it runs.

        Raises
        ------
        NotFoundError
            If there is no such pipeline.
        """
        wanted = path_id(pipeline_id, "pipeline_id")
        return sync_call(get_pipeline.sync_detailed, wanted, client=self._session.api)

    def list(
        self,
        project_id: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
        id: str | None = None,  # noqa: A002  # the name of the filter
        name: str | None = None,
        description: str | None = None,
        status: str | None = None,
        created_by_email: str | None = None,
        created_at: str | date | None = None,
        updated_at: str | date | None = None,
        created_at_gt: str | date | None = None,
        created_at_lt: str | date | None = None,
        updated_at_gt: str | date | None = None,
        updated_at_lt: str | date | None = None,
        order_by: str | None = None,
        order: str | None = None,
    ) -> Page[Pipeline]:
        """List the pipelines of a project, the newest first.

        Parameters
        ----------
        project_id
            The project; without it, the client's.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.
        id, name, description, status, created_by_email
            A text that is meant exactly, or an operator of the API, passed on as given:
            ``"ilike.%half cell%"``, ``"in.(pending,running)"``.
        created_at, updated_at
            A time, or an operator: ``"gte.2026-05-08"``.
        created_at_gt, created_at_lt, updated_at_gt, updated_at_lt
            The bounds of a time, which belong to the range: ``"2026-05-08"`` or a date or time of
            Python.
        order_by, order
            ``id``, ``name``, ``description``, ``status``, ``created_by_email``, ``created_at`` or
            ``updated_at``; ``asc`` or ``desc``.

        Examples
        --------
        >>> running = client.pipeline.list(status="in.(pending,running)", limit=10)
        >>> len(running) <= 10
        True
        """
        project = self._session.project_id(project_id)
        query = list_filters(
            id=id,
            name=name,
            description=description,
            status=status,
            created_by_email=created_by_email,
            created_at=created_at,
            updated_at=updated_at,
            created_at_gt=created_at_gt,
            created_at_lt=created_at_lt,
            updated_at_gt=updated_at_gt,
            updated_at_lt=updated_at_lt,
            order_by=order_by,
            order=order,
        )

        def fetch(limit: int, offset: int) -> Chunk:
            page = sync_call(
                list_pipelines.sync_detailed,
                client=self._session.api,
                project_id=project,
                limit=limit,
                skip=offset,
                **query,
            )
            return Chunk(page.pipelines, page.total)

        return Page[Pipeline].open(fetch, limit, offset)

    def update(
        self, pipeline_id: str, name: str | None = None, description: str | None = None
    ) -> Pipeline:
        """Rename or describe a pipeline; what it does stays.

        Raises
        ------
        ValueError
            If neither is given.
        """
        body = request_body(PipelineUpdate, changes(name=name, description=description), "update")
        wanted = path_id(pipeline_id, "pipeline_id")
        return sync_call(update_pipeline.sync_detailed, wanted, client=self._session.api, body=body)

    def cancel(self, pipeline_id: str) -> Pipeline:
        """Stop a pipeline, between elements or in one; what finished stays.

        Returns
        -------
        Pipeline
            As it is then: ``canceled``, or what it was if it had ended already.
        """
        wanted = path_id(pipeline_id, "pipeline_id")
        return sync_call(cancel_pipeline.sync_detailed, wanted, client=self._session.api, body={})

    def delete(self, pipeline_id: str) -> None:
        """Delete a pipeline with its elements, their jobs and results; one that runs is stopped."""
        wanted = path_id(pipeline_id, "pipeline_id")
        sync_call(delete_pipeline.sync_detailed, wanted, client=self._session.api)

    def elements(self, pipeline_id: str) -> Elements:
        """Return the elements of a pipeline in the order in which they run.

        Each tells its ``status``, its ``error``, its ``job_id``, its ``assumptions`` and, while it
        runs, its ``progress``. One that comes after a failed one is ``skipped``.
        """
        wanted = path_id(pipeline_id, "pipeline_id")
        return sync_call(list_pipeline_elements.sync_detailed, wanted, client=self._session.api)

    def result(self, pipeline_id: str) -> PipelineResult:
        """Return what a pipeline found: of the elements that have finished.

        A warning tells each assumption that was made, unless it was told before.

        Raises
        ------
        NotFoundError
            If there is no such pipeline.

        Warns
        -----
        AssumptionWarning
            For what was left out, and what was taken instead.

        Examples
        --------
        >>> pipeline = client.pipeline.create({
        ...     "elements": {"known": {"element_type": "entry", "values": {"Gain": 2.5}}}
        ... })
        >>> _ = client.pipeline.wait_for_completion(pipeline.id, verbose=False)
        >>> result = client.pipeline.result(pipeline.id)
        >>> result.element_results["known"].parameter_values
        {'Gain': 2.5}
        """
        wanted = path_id(pipeline_id, "pipeline_id")
        answer = sync_call(get_pipeline_result.sync_detailed, wanted, client=self._session.api)
        result = PipelineResult(
            self._session, wanted, answer.result or {}, answer.element_results or {}
        )
        self._teller.tell(wanted, result.assumptions)
        return result

    def wait_for_completion(
        self,
        pipeline_id: str,
        timeout: float | None = 600,
        poll_interval: float = 2,
        verbose: bool = True,
        raise_on_failure: bool = True,
    ) -> Pipeline:
        """Wait until a pipeline has ended.

        Parameters
        ----------
        pipeline_id
            Its id, or what `create` returned.
        timeout
            How long to wait, in s; ``None`` for as long as it takes.
        poll_interval
            The longest pause between two looks, in s. The first looks come much sooner.
        verbose
            Show which elements have ended, and how the one that runs comes along: a bar on a
            terminal or in a notebook, a line for each change of an element elsewhere.
        raise_on_failure
            Whether a pipeline that failed or was canceled is an error.

        Returns
        -------
        Pipeline
            The pipeline, with its ``status`` and ``error``; `get` has its ``config``, too.

        Raises
        ------
        JobFailedError
            An `IonworksError` with the server's message, naming the element that failed.
        WaitTimeoutError
            A ``TimeoutError`` carrying the last states; the pipeline runs on.

        Warns
        -----
        AssumptionWarning
            For what was left out, and what was taken instead.

        Examples
        --------
        >>> pipeline = client.pipeline.create({
        ...     "elements": {"known": {"element_type": "entry", "values": {"Gain": 2.5}}}
        ... })
        >>> ended = client.pipeline.wait_for_completion(pipeline.id, verbose=False)
        >>> print(ended.status)
        completed
        """
        wanted = path_id(pipeline_id, "pipeline_id")
        clock = self._session.clock
        watch = Watch([wanted], timeout, poll_interval, verbose, what="pipeline", clock=clock)
        project = getattr(pipeline_id, "project_id", None)

        def look() -> Look:
            nonlocal project
            # In this order: the elements of a pipeline that has ended have ended, too.
            record = self._record(wanted, project)
            project = record.project_id
            return Look(record, self.elements(wanted))

        last = sync_ended(self._session, wanted, look, watch)
        if raise_on_failure:
            raise_if_failed(wanted, last, "pipeline")
        self._teller.tell(wanted, {element.name: element.assumptions for element in last.elements})
        pipeline: Pipeline = last.record
        return pipeline

    def get_element_metadata(
        self,
        pipeline_id: str,
        element_name: str,
        elements: Sequence[Any] | None = None,
    ) -> Record:
        """Return what the job of an element tells about its work; see `client.job.get_metadata`.

        Parameters
        ----------
        pipeline_id, element_name
            Of the pipeline, and of one of its elements.
        elements
            What `elements` returned, to save the call for it.

        Raises
        ------
        ValueError
            If the pipeline has no such element, or its turn has not come.
        """
        job = self._job(pipeline_id, element_name, elements)
        return JobClient(self._session).get_metadata(job)

    def get_element_series_channels(
        self,
        pipeline_id: str,
        element_name: str,
        elements: Sequence[Any] | None = None,
    ) -> Record:
        """Return the names of the series of an element; see `client.job.get_series_channels`."""
        job = self._job(pipeline_id, element_name, elements)
        return JobClient(self._session).get_series_channels(job)

    def get_element_series(
        self,
        pipeline_id: str,
        element_name: str,
        objective: str,
        elements: Sequence[Any] | None = None,
        **window: Any,
    ) -> Channels:
        """Return data and model of one objective of an element.

        Parameters
        ----------
        pipeline_id, element_name, elements
            As for `get_element_metadata`.
        objective
            The objective, by its name in the element.
        **window
            ``source``, ``columns``, ``x_column``, ``max_points``, ``x_min``, ``x_max``, as for
            `client.job.get_series`.
        """
        job = self._job(pipeline_id, element_name, elements)
        return JobClient(self._session).get_series(job, objective, **window)

    def _record(self, wanted: str, project_id: str | None) -> Pipeline:
        """Return a pipeline; where its project is known, without its config, which may be large."""
        if project_id:
            page = sync_call(
                list_pipelines.sync_detailed,
                client=self._session.api,
                project_id=project_id,
                id=wanted,
                limit=1,
            )
            if page.pipelines:
                return page.pipelines[0]
        return self.get(wanted)

    def _job(self, pipeline_id: str, name: str, elements: Sequence[Any] | None) -> str:
        rows = self.elements(pipeline_id) if elements is None else elements
        return job_of(rows, name)
