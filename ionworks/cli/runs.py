"""What ``ionworks simulate`` asks for: names put where they belong, sent and waited for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ionworks.cli.failures import FailedError, goes_on
from ionworks.cli.points import Design, Point
from ionworks.cli.work import Work

if TYPE_CHECKING:
    from ionworks.records import Record
    from ionworks.results import SimulationResponse

__all__ = [
    "Request",
    "finished",
    "inputs_among",
    "point_of",
    "raise_for_failed",
    "sent",
    "submitted",
]


@dataclass(frozen=True)
class Request:
    """What is to be run.

    Attributes
    ----------
    model
        The id of a parameterized model.
    protocol, name
        The text of the protocol, and what to call it.
    design
        The values, fixed and varied.
    inputs
        Which of the names are inputs of the protocol; the others are parameters of the model.
    variables
        Further variables of the model for the time series.
    """

    model: str
    protocol: str
    name: str
    design: Design
    inputs: Collection[str] = ()
    variables: Sequence[str] = field(default=())

    @property
    def config(self) -> dict[str, Any]:
        """The request as the client wants it: for one run, or for one at each point."""
        config: dict[str, Any] = {
            "parameterized_model": self.model,
            "protocol_experiment": {"protocol": self.protocol, "name": self.name},
        }
        if self.variables:
            config["extra_variables"] = list(self.variables)
        if not self.design.varied:
            return config | self._split(self.design.fixed)
        points = [{**self.design.fixed, **point} for point in self.design.points]
        return config | {"conditions": [self._split(point) for point in points]}

    def _split(self, point: Point) -> dict[str, Point]:
        inputs = {name: value for name, value in point.items() if name in self.inputs}
        others = {name: value for name, value in point.items() if name not in self.inputs}
        return {"experiment_parameters": inputs, "design_parameters": others}


def inputs_among(names: Collection[str], protocol: str) -> set[str]:
    r"""Return which names are inputs of a protocol, or set its start.

    Raises
    ------
    ValueError
        If an input is left without a value; the message tells what is near it.

    Examples
    --------
    >>> from ionworks.cli.runs import inputs_among
    >>> protocol = "steps: [{Discharge: {value: 'input[\"C-rate\"]', duration: 60}}]"
    >>> inputs_among(["C-rate", "Positive electrode thickness [m]"], protocol)
    {'C-rate'}
    """
    from ionworks import ucp

    wanted = ucp.inputs(protocol)
    missing = [name for name in wanted if name not in names]
    strange = [name for name in names if name not in wanted and name not in ucp.START_NAMES]
    if missing:
        lines = [f"  --set {name + '=...'!r}{_meant(name, strange)}" for name in missing]
        raise ValueError(
            "\n".join(["the protocol leaves numbers open: give each, or a --sweep of it", *lines])
        )
    return {name for name in names if name not in strange}


def _meant(name: str, strange: Collection[str]) -> str:
    """Say what was likely typed for an input, in another case or with a slip."""
    by_lower = {one.casefold(): one for one in strange}
    near = get_close_matches(name.casefold(), by_lower, n=1, cutoff=0.7)
    return f" ({by_lower[near[0]]!r} is none of its inputs)" if near else ""


def submitted(work: Work, request: Request) -> list[SimulationResponse]:
    """Send a request; return one answer a run, in the order of the points."""
    client = work.client.simulation
    if request.design.varied:
        return client.protocol_batch(request.config)
    return [client.protocol(request.config)]


def sent(responses: Sequence[SimulationResponse]) -> list[dict[str, Any]]:
    """Return what is told of runs before they have ended; ``id`` is that of the simulation."""
    return [
        {
            "id": one.simulation_id,
            "job_id": one.job_id,
            "protocol_id": one.protocol_id,
            "already_existed": one.already_existed,
            "design_parameters": one.design_parameters,
            "experiment_parameters": one.experiment_parameters,
        }
        for one in responses
    ]


def finished(work: Work, runs: Sequence[Mapping[str, Any]], timeout: float | None) -> list[Record]:
    """Wait for runs; return their records, also of those that failed.

    Raises
    ------
    PartialError
        If waiting ends before they do, with what is known of each, and how to go on.
    """
    ids = [run["id"] for run in runs]
    with (
        goes_on("simulations", runs, work.again("ionworks simulations wait")),
        work.output.progress() as watched,
    ):
        records: list[Record] = work.client.simulation.wait_for_completion(
            ids, timeout, verbose=watched, raise_on_failure=False
        )
    return records


def point_of(record: Record) -> dict[str, Any]:
    """Return the values that a run was given, by name."""
    return {**(record.design_parameters or {}), **(record.experiment_parameters or {})}


def raise_for_failed(records: Sequence[Record], varied: Collection[str] = ()) -> None:
    """Raise for all the runs that failed, each with its reason and with what varied.

    Raises
    ------
    FailedError
        If there is one.
    """
    bad = [record for record in records if record.status != "completed"]
    if bad:
        reasons = [
            f"simulation {one.id}{_at(one, varied)} {one.status}: {one.error}" for one in bad
        ]
        head = f"{len(bad)} of {len(records)} simulations failed\n" if len(records) > 1 else ""
        raise FailedError(head + "\n".join(reasons))


def _at(record: Record, varied: Collection[str]) -> str:
    point = point_of(record)
    told = ", ".join(f"{name} = {point[name]:g}" for name in varied)
    return f" ({told})" if told else ""
