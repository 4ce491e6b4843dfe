# Generated from ionworks/_async/simulation.py by `python -m codegen sync`; do not edit.
"""``client.simulation``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.jobs import cancel_job
from ionworks_openapi.api.protocols import parse_protocol_to_template
from ionworks_openapi.api.simulations import (
    create_simulation_batch,
    delete_simulation,
    get_simulation,
    list_simulation_statuses,
    list_simulations,
)
from ionworks_openapi.models import (
    ProtocolToTemplate,
    SimulationBatch,
    SimulationState,
    SimulationStatusQuery,
    SimulationSubmission,
)

from ionworks._sync.simulation_results import sync_result, sync_results
from ionworks.calls import sync_aside, sync_call, sync_map
from ionworks.errors import IonworksError
from ionworks.paging import Chunk, Page
from ionworks.records import Record
from ionworks.requests import choice, given, path_id, request_body
from ionworks.results import SimulationResponse, SimulationResult, SimulationResults
from ionworks.retry import within
from ionworks.submission import Submission
from ionworks.waiting import TRANSIENT, Watch, job_ids, raise_for_failures

if TYPE_CHECKING:
    from ionworks._sync.session import Session

__all__ = ["SimulationClient"]

Responses = list[SimulationResponse]
Records = list[Record]

_STATUSES_AT_ONCE = 1000


class SimulationClient:
    """Run protocols on models and read what they give."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def protocol(self, config: Mapping[str, Any]) -> SimulationResponse:
        """Submit one simulation.

        Parameters
        ----------
        config
            What to run:

            - ``parameterized_model``: an id, ``{"quick_model": {"capacity": A.h, "chemistry":
              ...}}``, or ``{"model_id": ..., "parameters": ...}``
            - ``protocol_experiment``: ``{"protocol": ..., "name": ...}``, the protocol as text,
              mapping, path of a file or `ucp.Protocol`; with ``drive_cycles``, by name, as
              `client.protocol.convert` takes them. Or instead of it ``protocol_id``
            - ``experiment_parameters``: values of the protocol's inputs by name
            - ``design_parameters``: values of the model's parameters by name, or instead of them
              ``design_parameters_doe`` of one point
            - ``extra_variables``: further columns of the time series, by name
            - ``max_backward_jumps``, ``study_id``, ``project_id``

        Raises
        ------
        ValueError
            If something in it is not right; nothing was sent then.
        IonworksError
            If the server refuses it.

        Examples
        --------
        >>> response = client.simulation.protocol({
        ...     "parameterized_model": "system-chen2020-spm",
        ...     "protocol_experiment": {"protocol": "Discharge at 1C until 2.5 V", "name": "1C"},
        ...     "design_parameters": {"Positive electrode thickness [m]": 75e-6},
        ... })
        >>> response.design_parameters
        {'Positive electrode thickness [m]': 7.5e-05}
        """
        responses = self._submit(sync_aside(partial(Submission.of_one, config)))
        if len(responses) != 1:
            raise IonworksError(f"one simulation was asked for, the server made {len(responses)}")
        return responses[0]

    def protocol_batch(self, config: Mapping[str, Any]) -> Responses:
        """Submit many simulations of one protocol.

        Parameters
        ----------
        config
            As for `protocol`, with one of these in place of ``design_parameters``:

            - ``design_parameters_doe``: one simulation a point of the design
            - ``conditions``: one simulation for each ``{"experiment_parameters": {...},
              "design_parameters": {...}}``

        Returns
        -------
        list of SimulationResponse
            In the order of the points; each has the ``design_parameters`` it belongs to.

        Raises
        ------
        ValueError
            If something in it is not right; nothing was sent then.
        IonworksError
            If the server refuses it.

        Examples
        --------
        >>> thicknesses = {"type": "discrete", "name": "Positive electrode thickness [m]",
        ...                "values": [6e-5, 7e-5, 8e-5]}
        >>> responses = client.simulation.protocol_batch({
        ...     "parameterized_model": "system-chen2020-spm",
        ...     "protocol_experiment": {"protocol": "Discharge at 1C until 2.5 V", "name": "1C"},
        ...     "design_parameters_doe": {"sampling": "grid", "rows": [thicknesses]},
        ... })
        >>> [r.design_parameters["Positive electrode thickness [m]"] for r in responses]
        [6e-05, 7e-05, 8e-05]
        """
        return self._submit(sync_aside(partial(Submission.of_many, config)))

    def wait_for_completion(
        self,
        simulation_id: Any,
        timeout: float | None = 60,
        poll_interval: float = 2,
        verbose: bool = True,
        raise_on_failure: bool = True,
    ) -> Any:
        """Wait until simulations have finished.

        Parameters
        ----------
        simulation_id
            An id or a response, or any number of them.
        timeout
            How long to wait, in s; ``None`` for as long as it takes.
        poll_interval
            The longest pause between two looks, in s. The first looks come much sooner.
        verbose
            Show a bar on a terminal or in a notebook, a line a change elsewhere.
        raise_on_failure
            Whether a simulation that failed or was canceled is an error. For one simulation the
            error comes at once; for many, when the others have finished.

        Returns
        -------
        Record or list of Record
            The whole record of the simulation, with its ``status`` and ``error``; for many, a
            list in the order given.

        Raises
        ------
        JobFailedError
            Carrying the records of all simulations, if any failed.
        WaitTimeoutError
            A ``TimeoutError`` carrying the last states. The simulations run on.

        Examples
        --------
        >>> response = client.simulation.protocol({
        ...     "parameterized_model": "system-chen2020-spm",
        ...     "protocol_experiment": {"protocol": "Discharge at 1C until 2.5 V", "name": "1C"},
        ... })
        >>> record = client.simulation.wait_for_completion(response, verbose=False)
        >>> record["status"]
        'completed'
        """
        ids, is_one = job_ids(simulation_id, "simulation_id")
        last: dict[str, Record] = {}
        watch = Watch(ids, timeout, poll_interval, verbose, clock=self._session.clock)
        with watch, within(watch.time_left):
            while watch.open:
                try:
                    last.update(self._look(watch))
                    watch.saw({found: str(seen["status"]) for found, seen in last.items()})
                except TRANSIENT as error:
                    watch.stumbled(error)
                self._session.sleep(watch.pause())
        records = self._finished(last)
        if raise_on_failure:
            raise_for_failures(records)
        return records[ids[0]] if is_one else [records[wanted] for wanted in ids]

    def list(
        self,
        parameterized_model_id: str | None = None,
        study_id: str | None = None,
        *,
        protocol_id: str | None = None,
        state: str | None = None,
        summary: bool = False,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Page[Record]:
        """List simulations, the newest first.

        Parameters
        ----------
        parameterized_model_id, study_id
            Only those of this parameterized model, or of this study.
        protocol_id
            Only those of this saved protocol.
        state
            ``queued``, ``running``, ``completed`` or ``failed``, which includes canceled.
        summary
            Leave out the metrics.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.

        Examples
        --------
        >>> simulations = client.simulation.list(state="completed", limit=5)
        >>> len(simulations) <= 5
        True
        """
        if parameterized_model_id is not None and study_id is not None:
            raise ValueError("give parameterized_model_id or study_id, not both")
        wanted_state = choice(SimulationState, state, "state")

        def fetch(limit: int, offset: int) -> Chunk:
            page = sync_call(
                list_simulations.sync_detailed,
                client=self._session.api,
                parameterized_model_id=given(parameterized_model_id),
                study_id=given(study_id),
                experiment_template_id=given(protocol_id),
                state=wanted_state,
                summary=given(summary or None),
                limit=limit,
                offset=offset,
            )
            return Chunk([Record(item.to_dict()) for item in page.simulations], page.total)

        return Page[Record].open(fetch, limit, offset)

    def get(self, simulation_id: str) -> Record:
        """Return the record of a simulation: ``status``, ``error``, ``metrics`` and more.

        Raises
        ------
        NotFoundError
            If there is no such simulation.
        """
        wanted = _simulation_id(simulation_id)
        answer = sync_call(get_simulation.sync_detailed, wanted, client=self._session.api)
        return Record(answer.to_dict())

    def get_result(self, simulation_id: str) -> SimulationResult:
        """Return what a simulation computed, in the frames of this client's backend.

        A simulation that failed has what it computed up to there.

        Raises
        ------
        NotFoundError
            If there is no such simulation, or it has no results yet.

        Examples
        --------
        >>> response = client.simulation.protocol({
        ...     "parameterized_model": "system-chen2020-spm",
        ...     "protocol_experiment": {"protocol": "Discharge at 1C until 2.5 V", "name": "1C"},
        ... })
        >>> _ = client.simulation.wait_for_completion(response, verbose=False)
        >>> result = client.simulation.get_result(response.simulation_id)
        >>> round(result.time_series["Voltage [V]"][-1], 3)
        2.5
        """
        return (sync_result(self._session, _simulation_id(simulation_id))).result

    def get_results(
        self, simulation_ids: Iterable[Any], skip_missing: bool = False
    ) -> SimulationResults:
        """Return what several simulations computed, with the design point of each.

        Parameters
        ----------
        simulation_ids
            Ids or responses, such as `protocol_batch` returns.
        skip_missing
            Leave out simulations that have no results, with a warning that names them. Without
            it, they are an error.

        Returns
        -------
        SimulationResults
            In the order given: a sequence with ``points``, ``summary()`` and ``plot()``.

        Raises
        ------
        NotFoundError
            If one has no results, or is not there.

        Warns
        -----
        UserWarning
            Naming those that were left out.

        Examples
        --------
        >>> rates = {"type": "discrete", "name": "Positive electrode thickness [m]",
        ...          "values": [6e-5, 7e-5]}
        >>> responses = client.simulation.protocol_batch({
        ...     "parameterized_model": "system-chen2020-spm",
        ...     "protocol_experiment": {"protocol": "Discharge at 1C until 2.5 V", "name": "1C"},
        ...     "design_parameters_doe": {"sampling": "grid", "rows": [rates]},
        ... })
        >>> _ = client.simulation.wait_for_completion(responses, verbose=False)
        >>> results = client.simulation.get_results(responses)
        >>> results.points
        [{'Positive electrode thickness [m]': 6e-05}, {'Positive electrode thickness [m]': 7e-05}]
        """
        ids, _ = job_ids(simulation_ids, "simulation_id")
        return sync_results(self._session, ids, skip_missing)

    def get_statuses(self, simulation_ids: Iterable[Any]) -> Records:
        """Return where simulations stand, in few calls.

        Parameters
        ----------
        simulation_ids
            Ids or responses.

        Returns
        -------
        list of Record
            ``simulation_id``, ``status``, ``error``, ``error_code`` and ``updated_at`` of each
            that is visible.
        """
        ids, _ = job_ids(simulation_ids, "simulation_id")
        statuses: Records = []
        for start in range(0, len(ids), _STATUSES_AT_ONCE):
            chunk = ids[start : start + _STATUSES_AT_ONCE]
            answer = sync_call(
                list_simulation_statuses.sync_detailed,
                client=self._session.api,
                body=SimulationStatusQuery(simulation_ids=chunk, limit=len(chunk)),
            )
            statuses += [Record(status.to_dict()) for status in answer]
        return statuses

    def cancel(self, simulation_id: str) -> Record:
        """Stop a simulation and return its record; one that has finished stays as it is."""
        simulation = self.get(simulation_id)
        if simulation["job_id"]:
            job = path_id(simulation["job_id"], "job_id")
            sync_call(cancel_job.sync_detailed, job, client=self._session.api, body={})
        return self.get(simulation_id)

    def delete(self, simulation_id: str) -> None:
        """Delete a simulation and its results."""
        wanted = _simulation_id(simulation_id)
        sync_call(delete_simulation.sync_detailed, wanted, client=self._session.api)

    def _submit(self, submission: Submission) -> Responses:
        project, template = submission.project_id, submission.protocol_id
        if template is None:
            project = self._session.project_id(project)
            template = self._stored(submission, project)
        body = request_body(SimulationBatch, submission.batch(template, project), "config")
        answers = sync_call(
            create_simulation_batch.sync_detailed, client=self._session.api, body=body
        )
        return [_response(answer, template) for answer in answers]

    def _stored(self, submission: Submission, project_id: str) -> str:
        body = request_body(ProtocolToTemplate, submission.template(project_id), "config")
        answer = sync_call(
            parse_protocol_to_template.sync_detailed, client=self._session.api, body=body
        )
        return answer.template_id

    def _look(self, watch: Watch) -> dict[str, Record]:
        """Return the statuses of what is open; what the server does not name is asked for."""
        statuses = self.get_statuses(watch.open)
        seen = {status["simulation_id"]: status for status in statuses}
        for missing in watch.unseen:
            if missing not in seen:
                record = self.get(missing)
                seen[missing] = Record({**record, "status": record["status"] or "pending"})
        return seen

    def _finished(self, last: Mapping[str, Record]) -> dict[str, Record]:
        """Return the whole records, with what the last look said where they say nothing."""

        def whole(simulation_id: str) -> Record:
            record = self.get(simulation_id)
            for key in ("status", "error", "error_code"):
                record[key] = record.get(key) or last[simulation_id].get(key)
            return record

        ids = list(last)
        return dict(zip(ids, sync_map(whole, ids, self._session.at_once), strict=True))


def _simulation_id(value: Any) -> str:
    return path_id(getattr(value, "simulation_id", value), "simulation_id")


def _response(answer: SimulationSubmission, protocol_id: str) -> SimulationResponse:
    return SimulationResponse(
        simulation_id=answer.simulation_id,
        job_id=answer.job_id,
        protocol_id=protocol_id,
        already_existed=bool(answer.already_existed),
        design_parameters=Record(answer.design_parameters),
        experiment_parameters=Record(answer.experiment_parameters),
    )
