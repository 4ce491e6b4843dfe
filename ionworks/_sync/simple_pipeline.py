# Generated from ionworks/_async/simple_pipeline.py by `python -m codegen sync`; do not edit.
"""``client.simple_pipeline``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.simple_pipelines import (
    cancel_simple_pipeline,
    create_simple_pipeline,
    delete_simple_pipeline,
    get_simple_pipeline,
    list_simple_pipelines,
    update_simple_pipeline,
)
from ionworks_openapi.models import PipelineUpdate, SimplePipeline, SimplePipelineCreate

from ionworks._sync.lists import sync_list
from ionworks._sync.pipeline_result import PipelineResult
from ionworks._sync.pipeline_watch import Look, raise_if_failed, sync_ended
from ionworks.assumptions import AssumptionTeller
from ionworks.calls import sync_aside, sync_call
from ionworks.paging import Page
from ionworks.pipelines import PipelineRequest, changes, list_filters
from ionworks.requests import path_id, request_body
from ionworks.waiting import Watch

if TYPE_CHECKING:
    from ionworks._sync.session import Session

__all__ = ["SimplePipelineClient"]

_ELEMENT = "result"


class SimplePipelineClient:
    """Pipelines with one fit or one validation at most, run as one job."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._teller = AssumptionTeller()

    def create(
        self,
        config: Any,
        project_id: str | None = None,
        name: str | None = None,
        description: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> SimplePipeline:
        """Submit a simple pipeline.

        Parameters
        ----------
        config
            As for `client.pipeline.create`. ``project_id``, ``name``, ``description`` and
            ``options`` in it are lifted out.
        project_id, name, description
            Of the pipeline; they win over what the config says. Without a project, the client's.
        options
            How it is run: ``{"live_progress_updates": True}`` tells the best cost and the
            iteration while it runs, ``False`` does not. No part of what is stored.

        Returns
        -------
        SimplePipeline
            Its ``id``, and its ``status``, which is ``pending``.

        Raises
        ------
        TypeError, ValueError, FileNotFoundError, MeasurementValidationError
            As `client.pipeline.create`; nothing was sent then.
        ValidationError
            If the server finds something wrong in it, such as more than one fit.

        Examples
        --------
        >>> pipeline = client.simple_pipeline.create({
        ...     "name": "One value",
        ...     "elements": {"known": {"element_type": "entry", "values": {"Gain": 2.5}}},
        ... })
        >>> ended = client.simple_pipeline.wait_for_completion(pipeline.id, verbose=False)
        >>> ended.result["parameter_values"]
        {'Gain': 2.5}
        """
        request = sync_aside(
            partial(PipelineRequest.of, config, project_id, name, description, options)
        )
        project = self._session.project_id(request.project_id)
        values = {"config": request.config, **request.said, "project_id": project}
        body = request_body(SimplePipelineCreate, values, "config")
        return sync_call(create_simple_pipeline.sync_detailed, client=self._session.api, body=body)

    def get(self, simple_pipeline_id: str) -> SimplePipeline:
        """Return a simple pipeline, with its ``result`` once there is one.

        The result is a mapping: ``parameter_values``, and what a fit or a validation has beside
        them, such as ``cost`` or ``summary_stats``.

        Raises
        ------
        NotFoundError
            If there is no such simple pipeline.

        Warns
        -----
        AssumptionWarning
            For what was left out, and what was taken instead.
        """
        found = self._get(path_id(simple_pipeline_id, "simple_pipeline_id"))
        self._teller.tell(found.id, _assumptions(found))
        return found

    def list(
        self,
        project_id: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
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
    ) -> Page[SimplePipeline]:
        """List the simple pipelines of a project, the newest first.

        Parameters
        ----------
        project_id
            The project; without it, the client's.
        limit, offset
            The part of the list to return, up to 100. Without a limit, all of it, fetched as it
            is read.
        name, description, status, created_by_email
            A text that is meant exactly, or an operator of the API, passed on as given:
            ``"ilike.%diffevo%"``, ``"in.(pending,running)"``.
        created_at, updated_at
            A time, or an operator: ``"gte.2026-05-08"``.
        created_at_gt, created_at_lt, updated_at_gt, updated_at_lt
            The bounds of a time, which belong to the range: ``"2026-05-08"`` or a date or time of
            Python.
        order_by, order
            ``id``, ``name``, ``description``, ``status``, ``created_by_email``, ``created_at`` or
            ``updated_at``; ``asc`` or ``desc``. ``created_at`` and ``desc`` where left out.

        Returns
        -------
        page of SimplePipeline
            It also answers ``["items"]``, ``["count"]`` and ``["total"]``.

        Examples
        --------
        >>> active = client.simple_pipeline.list(status="in.(pending,running)")
        >>> active.total
        0
        """
        query = list_filters(
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
            order_by="created_at" if order_by is None else order_by,
            order="desc" if order is None else order,
        )
        query["project_id"] = self._session.project_id(project_id)
        operation = list_simple_pipelines.sync_detailed
        return sync_list(self._session, operation, query=query, limit=limit, offset=offset)

    def update(
        self,
        simple_pipeline_id: str,
        name: str | None = None,
        description: str | None = None,
    ) -> SimplePipeline:
        """Rename or describe a simple pipeline; what it does stays.

        Raises
        ------
        ValueError
            If neither is given.
        """
        body = request_body(PipelineUpdate, changes(name=name, description=description), "update")
        wanted = path_id(simple_pipeline_id, "simple_pipeline_id")
        return sync_call(
            update_simple_pipeline.sync_detailed, wanted, client=self._session.api, body=body
        )

    def cancel(self, simple_pipeline_id: str) -> SimplePipeline:
        """Stop a simple pipeline; one that has ended stays as it is."""
        wanted = path_id(simple_pipeline_id, "simple_pipeline_id")
        return sync_call(
            cancel_simple_pipeline.sync_detailed, wanted, client=self._session.api, body={}
        )

    def delete(self, simple_pipeline_id: str) -> None:
        """Delete a simple pipeline with its job and its result; one that runs is stopped."""
        wanted = path_id(simple_pipeline_id, "simple_pipeline_id")
        sync_call(delete_simple_pipeline.sync_detailed, wanted, client=self._session.api)

    def result(self, simple_pipeline_id: str) -> PipelineResult:
        """Return what a simple pipeline found, to be decoded and plotted.

        Returns
        -------
        PipelineResult
            With one element, called ``"result"``; without any before there is a result.

        Examples
        --------
        >>> pipeline = client.simple_pipeline.create({
        ...     "elements": {"known": {"element_type": "entry", "values": {"Gain": 2.5}}}
        ... })
        >>> _ = client.simple_pipeline.wait_for_completion(pipeline.id, verbose=False)
        >>> (client.simple_pipeline.result(pipeline.id)).parameter_values
        {'Gain': 2.5}
        """
        found = self.get(simple_pipeline_id)
        values = (found.result or {}).get("parameter_values") or {}
        return PipelineResult(
            self._session,
            found.id,
            {"parameter_values": values},
            {} if found.result is None else {_ELEMENT: found.result},
            {_ELEMENT: found.job_id} if found.job_id else {},
        )

    def wait_for_completion(
        self,
        simple_pipeline_id: str,
        timeout: float | None = 600,
        poll_interval: float = 2,
        verbose: bool = True,
        raise_on_failure: bool = True,
    ) -> SimplePipeline:
        """Wait until a simple pipeline has ended.

        Parameters
        ----------
        simple_pipeline_id
            Its id, or what `create` returned.
        timeout
            How long to wait, in s; ``None`` for as long as it takes.
        poll_interval
            The longest pause between two looks, in s. The first looks come much sooner.
        verbose
            Show a bar on a terminal or in a notebook, a line a change elsewhere.
        raise_on_failure
            Whether a pipeline that failed or was canceled is an error.

        Returns
        -------
        SimplePipeline
            The record, with its ``status``, ``error`` and ``result``.

        Raises
        ------
        JobFailedError
            An `IonworksError` with the server's message.
        WaitTimeoutError
            A ``TimeoutError`` carrying the last state; the pipeline runs on.

        Warns
        -----
        AssumptionWarning
            For what was left out, and what was taken instead.
        """
        wanted = path_id(simple_pipeline_id, "simple_pipeline_id")
        clock = self._session.clock
        watch = Watch([wanted], timeout, poll_interval, verbose, what="pipeline", clock=clock)
        last = sync_ended(self._session, wanted, partial(self._look, wanted), watch)
        if raise_on_failure:
            raise_if_failed(wanted, last, "pipeline")
        ended: SimplePipeline = last.record
        self._teller.tell(wanted, _assumptions(ended))
        return ended

    def _get(self, wanted: str) -> SimplePipeline:
        return sync_call(get_simple_pipeline.sync_detailed, wanted, client=self._session.api)

    def _look(self, wanted: str) -> Look:
        return Look(self._get(wanted))


def _assumptions(found: SimplePipeline) -> dict[str, Any]:
    return {"": (found.result or {}).get("assumptions")}
