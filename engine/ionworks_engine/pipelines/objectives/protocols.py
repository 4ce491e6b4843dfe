"""What is done to a cell that ages: from every form of an experiment to a protocol.

Cycles count from 0, as PyBaMM counts them: each tuple of an experiment is a cycle, and so is a step
that stands alone. In a protocol they count as its repeated blocks and ``advance_cycle`` say.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ionworks import ucp
from ionworks.ucp.tree import Block, Control, Node, Number, Position, Protocol, Resolution
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.battery.values import number
from ionworks_engine.pipelines.data import Table
from ionworks_engine.pipelines.errors import PipelineError, refuse, words_of
from ionworks_engine.pipelines.objectives.replay import replayed

_FROM_DATA = "from data"
_GENERATED_ONLY = ("termination", "use_cv", "split_cc_cv")
_HERE = Position("experiment", None, None)
_RARELY = 1e7
_MOST_STEPS = 100_000


@dataclass(frozen=True)
class Experiment:
    """A protocol, and which of its steps belong together.

    Parameters
    ----------
    protocol
        What is done.
    joined
        For each cycle, how many steps of the protocol each of its steps stands for; ``None``: one.
    """

    protocol: Protocol
    joined: tuple[tuple[int, ...], ...] | None = None


def read_experiment(
    options: Mapping[str, Any], table: Callable[[Any], Table], data: Any, where: str
) -> Experiment:
    """Read the experiment of an objective.

    Parameters
    ----------
    options
        Of the objective.
    table
        Reads data.
    data
        The objective's own data.
    where
        Key path of the options.

    Raises
    ------
    PipelineError
        If there is none, or it cannot be read.
    """
    config = options.get("experiment")
    if config == _FROM_DATA:
        return _generated(table(data), options, where)
    if isinstance(config, Mapping) and _FROM_DATA in config:
        return _generated(table(config[_FROM_DATA]), options, where)
    for name in _GENERATED_ONLY:
        if options.get(name) is not None:
            message = f"{name!r} is only for an experiment that is generated from data"
            raise refuse(where, message)
    if config is None:
        raise refuse(
            where,
            "'experiment' is missing: give a PyBaMM experiment, a protocol, or {'from data': ...}",
        )
    return Experiment(_quietly(_explicit(config, f"{where}.experiment")))


def _generated(table: Table, options: Mapping[str, Any], where: str) -> Experiment:
    ending = options.get("termination") or "duration"
    if ending not in ("duration", "events"):
        raise refuse(where, f"'termination' must be 'duration' or 'events', not {ending!r}")
    document, joined = replayed(
        table,
        events=ending == "events",
        holds=bool(options.get("use_cv")),
        split=options.get("split_cc_cv") is not False,
    )
    try:
        return Experiment(_quietly(ucp.load(document)), joined)
    except ucp.ProtocolError as error:
        raise refuse(where, f"the data makes no protocol: {error}") from None


def _explicit(config: Any, where: str) -> Protocol:
    try:
        if isinstance(config, Mapping) and _is_pybamms(config):
            return _cyclewise(ucp.from_pybamm(_experiment(config, where)))
        if isinstance(config, Sequence) and not isinstance(config, str):
            return _cyclewise(ucp.from_pybamm(_tuples(config)))
        return ucp.bind(ucp.load(config), {})
    except ucp.ProtocolError as error:
        raise refuse(where, str(error)) from None


def _is_pybamms(config: Mapping[str, Any]) -> bool:
    steps = config.get("steps") or []
    listed = isinstance(steps, list) and all(isinstance(s, Mapping) and "type" in s for s in steps)
    return "cycles" in config or (bool(steps) and listed)


def _experiment(config: Mapping[str, Any], where: str) -> Any:
    loader = pybamm.expression_tree.operations.serialise.Serialise
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # PyBaMM's about its own names
            return loader.deserialise_experiment(dict(config))
    except Exception as error:
        raise refuse(where, f"is no experiment of PyBaMM: {words_of(error)}") from None


def _tuples(steps: Sequence[Any]) -> list[Any]:
    return [tuple(each) if isinstance(each, list) else each for each in steps]


def _cyclewise(protocol: Protocol) -> Protocol:
    """Count a cycle after each of PyBaMM's: a block in each of its passes, and each lone step."""
    nodes: list[Node] = []
    for node in protocol.steps:
        passes = int(number(node.repeat)) if isinstance(node, Block) else 1
        inside = node.steps if isinstance(node, Block) else (node,)
        if len(nodes) + passes * len(inside) > _MOST_STEPS:
            raise PipelineError("CONFIGURATION_ERROR", f"more than {_MOST_STEPS:,} steps")
        for _ in range(passes):
            nodes += [*inside, Control(position=_HERE, advance_cycle=True)]
    return replace(protocol, steps=tuple(nodes))


def _quietly(protocol: Protocol) -> Protocol:
    """Store no rows but the ends of steps, wherever the protocol does not say otherwise."""
    rarely = Resolution(Number(_RARELY, _HERE))
    return replace(protocol, start=replace(protocol.start, resolution=rarely))
