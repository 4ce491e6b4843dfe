"""A measurement's steps as a protocol that does the same to a model.

What a step held is read from its rows, not from its label: no current is a rest, a current that
stays within a hundredth a constant one, a voltage that stays within 5 mV a hold, and a constant
current that ends in a hold a charge of both kinds. Everything else is followed as it was
measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ionworks_engine.battery.terms import Floats
from ionworks_engine.pipelines.data import Table
from ionworks_engine.pipelines.errors import refuse

_REST, _STEADY, _HELD = 1e-3, 1e-2, 5e-3
_SHORTEST = 1e-6
_FEWEST = 3
_STEP_COLUMNS = ("Step count", "Step number")
_CYCLE_COLUMNS = ("Cycle count", "Cycle number")


@dataclass(frozen=True)
class _Stretch:
    """Rows that are done as one step."""

    times: Floats
    current: Floats
    voltage: Floats
    duration: float


def replayed(
    table: Table, *, events: bool, holds: bool, split: bool
) -> tuple[dict[str, Any], tuple[tuple[int, ...], ...]]:
    """Return a protocol that replays a measurement.

    Parameters
    ----------
    table
        With ``Time [s]``, ``Current [A]`` (positive on discharge), ``Voltage [V]``, a column that
        counts steps and, if there are cycles, one that counts these.
    events
        Whether a step ends at the voltage or current that it ended at, instead of after its time.
    holds
        Whether a hold is a hold of the voltage, instead of the measured current.
    split
        Whether a charge at constant current and then voltage becomes two steps.

    Returns
    -------
    tuple
        The document, and for each cycle how many of its steps each row of the steps table became.
    """
    made = _Made(float(np.abs(table.column("Current [A]")).max(initial=0.0)), events, holds)
    joined: list[tuple[int, ...]] = []
    for cycle in _cycles(table):
        counts = []
        for step in cycle:
            counts.append(made.step(step, split=split))
        joined.append(tuple(counts))
        made.steps.append({"Control": {"advance_cycle": True}})
    document: dict[str, Any] = {"steps": made.steps}
    if made.profiles:
        document["drive_cycles"] = made.profiles
    return document, tuple(joined)


def _cycles(table: Table) -> Iterator[list[_Stretch]]:
    times, current, voltage = (
        table.column(name) for name in ("Time [s]", "Current [A]", "Voltage [V]")
    )
    step = next((table.column(n) for n in _STEP_COLUMNS if table.has(n)), None)
    if step is None:
        raise refuse(table.where, "the experiment needs the column 'Step count'")
    cycle = next((table.column(n) for n in _CYCLE_COLUMNS if table.has(n)), np.zeros(times.size))
    begins = np.flatnonzero((np.diff(step) != 0) | (np.diff(cycle) != 0)) + 1
    edges = np.concatenate([[0], begins, [times.size]])
    found: dict[float, list[_Stretch]] = {}
    for first, after in pairwise(edges):
        until = times[after] if after < times.size else times[-1]
        if until - times[first] < _SHORTEST:
            continue
        rows = slice(first, after)
        stretch = _Stretch(times[rows], current[rows], voltage[rows], float(until - times[first]))
        found.setdefault(float(cycle[first]), []).append(stretch)
    yield from found.values()


class _Made:
    """The protocol so far."""

    def __init__(self, largest: float, events: bool, holds: bool) -> None:
        self._largest = largest
        self._events = events
        self._holds = holds
        self.steps: list[dict[str, Any]] = []
        self.profiles: dict[str, Any] = {}

    def step(self, step: _Stretch, *, split: bool) -> int:
        """Add a step; return how many it became."""
        hold = _begin_of_hold(step)
        if np.abs(step.current).max() <= _REST * self._largest:
            self.steps.append({"Rest": {"duration": step.duration}})
        elif _is_steady(step.current):
            self._constant(step)
        elif hold == 0:
            self._hold(step)
        elif split and hold is not None and _is_steady(step.current[:hold]):
            first, second = _parts(step, hold)
            self._constant(first)
            self._hold(second)
            return 2
        else:
            self._follow(step)
        return 1

    def _constant(self, step: _Stretch) -> None:
        current = float(np.median(step.current))
        kind, side = ("Discharge", "<") if current > 0 else ("Charge", ">")
        body: dict[str, Any] = {"mode": "Current", "value": abs(current)}
        if self._events:
            body["ends"] = [f"Voltage {side} {float(step.voltage[-1])!r}"]
        else:
            body["duration"] = step.duration
        self.steps.append({kind: body})

    def _hold(self, step: _Stretch) -> None:
        if not self._holds:
            self._follow(step)
            return
        kind = "Discharge" if float(step.current.mean()) > 0 else "Charge"
        body: dict[str, Any] = {"mode": "Voltage", "value": float(np.median(step.voltage))}
        if self._events:
            body["ends"] = [f"Current < {abs(float(step.current[-1]))!r}"]
        else:
            body["duration"] = step.duration
        self.steps.append({kind: body})

    def _follow(self, step: _Stretch) -> None:
        name = f"step {len(self.steps)}"
        times, current = step.times - step.times[0], step.current
        if times[-1] < step.duration:
            times, current = np.append(times, step.duration), np.append(current, current[-1])
        self.profiles[name] = {"Time [s]": times.tolist(), "Current [A]": current.tolist()}
        self.steps.append({"DriveCycle": {"profile": name}})


def _is_steady(current: Floats) -> bool:
    middle = np.median(current)
    return bool(np.abs(current - middle).max() <= _STEADY * abs(middle))


def _begin_of_hold(step: _Stretch) -> int | None:
    """Return from which row on the voltage stays what it is at the end; ``None``: it does not."""
    away = np.flatnonzero(np.abs(step.voltage - step.voltage[-1]) > _HELD)
    first = int(away[-1]) + 1 if away.size else 0
    return first if step.voltage.size - first >= _FEWEST else None


def _parts(step: _Stretch, place: int) -> tuple[_Stretch, _Stretch]:
    between = float(step.times[place] - step.times[0])
    early, late = slice(None, place), slice(place, None)
    return (
        _Stretch(step.times[early], step.current[early], step.voltage[early], between),
        _Stretch(step.times[late], step.current[late], step.voltage[late], step.duration - between),
    )
