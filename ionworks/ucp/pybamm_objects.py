"""`pybamm.Experiment` and its step objects to a protocol, by what they carry.

PyBaMM is not imported: a step is known by the names of its classes and read by its attributes.
Cycles of several steps become blocks, and equal cycles that follow each other one block that is
repeated. What a protocol cannot say is refused, naming the step.

Our choices, where a protocol and PyBaMM differ:

- The temperature of an experiment is that of the chamber, not of the cell before the first step.
- An array that is shorter than its step is repeated as PyBaMM does it: from its last point straight
  to its first one, in as much time as lies between its first two points.
- A step whose value is an ``InputParameter`` is a charge or a discharge as its sign will be.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ionworks.ucp.dump import PROFILE_COLUMNS
from ionworks.ucp.experiments import (
    Instructions,
    celsius,
    hold_key,
    looks_like_experiment,
    signed_limit,
)
from ionworks.ucp.findings import ProtocolError, Report, Stop
from ionworks.ucp.nodes import Scalar, plain
from ionworks.ucp.reading import load
from ionworks.ucp.rules import number
from ionworks.ucp.tree import Kind, Mode, ProfileMode, Protocol

Table: TypeAlias = dict[str, Any]
Settings: TypeAlias = Mapping[str, float | None]

_MODES: dict[str, Mode] = {
    "Current": "Current",
    "CRate": "C-rate",
    "Voltage": "Voltage",
    "Power": "Power",
    "Resistance": "Resistance",
}
_TERMINATIONS = {
    "VoltageTermination": "Voltage",
    "CurrentTermination": "Current",
    "CRateTermination": "C-rate",
}
_NO_TERMINATION = {
    "capacity": "It needs the capacity at the end of every cycle, which a protocol does not know.",
    "voltage": "PyBaMM looks at it when a cycle is over; use safety_limits or ends instead.",
}
_KINDS: dict[str, Kind] = {"charge": "Charge", "discharge": "Discharge"}


def from_pybamm(experiment: object) -> Protocol:
    """Read what PyBaMM calls an experiment.

    Parameters
    ----------
    experiment
        A `pybamm.Experiment`; or what one is made of: a list of experiment strings, of
        `pybamm.step` objects, and of tuples of both, which are cycles; or a text with one string
        a line.

    Returns
    -------
    Tree
        The protocol that it means: magnitudes with Charge and Discharge for their sign, times in
        s, temperatures in degC, every cycle of several steps a block.

    Raises
    ------
    ProtocolError
        If something in it cannot be said by a protocol, naming the step.

    Examples
    --------
    >>> from ionworks import ucp
    >>> cycle = ("Discharge at 1C until 2.5 V", "Charge at C/2 until 4.2 V")
    >>> print(ucp.explain(from_pybamm([cycle, cycle, "Rest for 1 hour"])))
    Cycles 1 to 2, 2 times:
      1. Discharge at 1 C until Voltage < 2.5 V
      2. Charge at 0.5 C until Voltage > 4.2 V
    3. Rest for 1 h
    """
    if isinstance(experiment, str):
        return load(experiment)
    report = Report()
    try:
        document = _Reader(report).read(experiment)
    except Stop:
        document = {}
    if report.findings:
        raise ProtocolError(report.ordered())
    return load(document)


@dataclass(slots=True)
class _Reader:
    """Reads cycles step by step; drive cycles and the last direction are remembered."""

    report: Report
    profiles: dict[str, Table] = field(default_factory=dict)
    settings: Settings = field(default_factory=dict)
    stop_time: float | None = None
    path: str = ""
    instructions: Instructions = field(init=False)

    def __post_init__(self) -> None:
        self.instructions = Instructions(self.report)

    def read(self, experiment: Any) -> Table:
        """Return the document that an experiment, or a list of its cycles, means."""
        head: list[Table] = []
        if hasattr(experiment, "cycle_lengths"):
            cycles = _cycles(experiment)
            head = self._take_settings(experiment)
        elif isinstance(experiment, Sequence):
            cycles = [
                list(item) if isinstance(item, tuple | list) else [item] for item in experiment
            ]
        else:
            kind = type(experiment).__name__
            self.path = "experiment"
            self._refuse(f"An experiment is a pybamm.Experiment or a list of steps, not {kind}.")
            raise Stop
        steps = [self._cycle(cycle, f"cycles[{index}]") for index, cycle in enumerate(cycles)]
        period = self.settings.get("period")
        document: Table = {"global": {"resolution": {"time": period}}} if period else {}
        if self.profiles:
            document["drive_cycles"] = self.profiles
        return document | {"steps": [*head, *_grouped(steps)]}

    def _take_settings(self, experiment: Any) -> list[Table]:
        """Take what holds for all steps; return the steps that say so."""
        self.path = "experiment.termination"
        for name, reason in _NO_TERMINATION.items():
            if name in experiment.termination:
                self._refuse(f"An experiment that ends on {name} cannot be said. {reason}")
        self.stop_time = experiment.termination.get("time")
        self.settings = {"period": experiment.period, "temperature": experiment.temperature}
        if experiment.temperature is None:
            return []
        return [{"Ambient temperature": {"value": celsius(experiment.temperature)}}]

    def _cycle(self, cycle: Sequence[object], path: str) -> list[Table]:
        return [
            step
            for index, item in enumerate(cycle)
            if (step := self._step(item, f"{path}[{index}]")) is not None
        ]

    def _step(self, item: Any, path: str) -> Table | None:
        self.path = path
        if isinstance(item, str):
            table = self.instructions.read(Scalar(item), path)
            return None if table is None else _as_dict(plain(table))
        names = [ancestor.__name__ for ancestor in type(item).__mro__]
        if "BaseStep" not in names:
            self._refuse(f"A step is a string or a pybamm.step object, not {names[0]}.")
            return None
        mode = next((_MODES[name] for name in names if name in _MODES), None)
        if mode is None:
            self._refuse(f"A {names[0]} runs Python code, which a protocol cannot.")
            return None
        return self._object(item, mode)

    def _object(self, step: Any, mode: Mode) -> Table | None:
        """Read a step object whose kind is known."""
        if step.start_time is not None:
            self._refuse("A step cannot begin at a time of day; give the rest before it.")
        shared = self._shared(step)
        value = step.input_value
        if getattr(value, "ndim", 0) == 2:
            return self._drive_cycle(step, mode, value, shared)
        if type(value).__name__ == "InputParameter":
            return self._input_step(step, mode, value.name, shared)
        if callable(value) or not _is_number(value):
            self._refuse("Its value is worked out by PyBaMM: give a number, or an array of times.")
            return None
        kind = self._kind(step, mode, value)
        drive = {} if kind == "Rest" else {"mode": mode, "value": _number(abs(value))}
        key = kind or hold_key(_number(value))
        return {key: drive | self._length(step, kind, mode) | shared}

    def _kind(self, step: Any, mode: Mode, value: float) -> Kind | None:
        """Return the kind that a sign means, or that a hold has from the step before, if any."""
        if mode == "Voltage":
            return _KINDS.get(str(step.direction), self.instructions.direction)
        if value == 0 and mode != "Resistance":
            self.instructions.direction = None
            return "Rest"
        self.instructions.direction = "Discharge" if value > 0 else "Charge"
        return self.instructions.direction

    def _input_step(self, step: Any, mode: Mode, name: str, shared: Table) -> Table:
        reference = f'input["{name}"]'
        if mode == "Voltage":
            drive = {"mode": mode, "value": reference}
            kind = self._kind(step, mode, 0)
            return {kind or hold_key(reference): drive | self._length(step, kind, mode) | shared}
        self.instructions.direction = None
        drive = {"mode": mode, "value": f"abs({reference})"}
        return {f"direction[{reference}]": drive | self._length(step, None, mode) | shared}

    def _drive_cycle(self, step: Any, mode: Mode, array: Any, shared: Table) -> Table | None:
        if mode == "Resistance":
            self._refuse("A drive cycle is of Current, C-rate, Power or Voltage.")
            return None
        self.instructions.direction = None
        times = [float(time) for time in array[:, 0]]
        values = [float(value) for value in array[:, 1]]
        own: Table = {}
        if step.duration > times[-1]:
            times.append(times[-1] + times[1] - times[0])
            values.append(values[0])
            own = {"repeat": math.ceil(step.duration / times[-1])}
        own = {"profile": self._profile(step, mode, times, values)} | own
        length = self._length(step, None, None)
        if step.duration == times[-1]:
            length.pop("duration", None)
        return {"DriveCycle": own | length | shared}

    def _profile(
        self, step: Any, mode: ProfileMode, times: list[float], values: list[float]
    ) -> str:
        """Return the name of a drive cycle with these points, new if there is none."""
        columns = {
            "Time [s]": [_number(time) for time in times],
            PROFILE_COLUMNS[mode]: [_number(value) for value in values],
        }
        for name, known in self.profiles.items():
            if known == columns:
                return name
        name = step.description or f"Drive cycle {len(self.profiles) + 1}"
        if name in self.profiles:
            name = f"{name} {len(self.profiles) + 1}"
        self.profiles[name] = columns
        return name

    def _length(self, step: Any, kind: Kind | None, held: Mode | None) -> Table:
        """Read when a step is over that is of this kind and holds this quantity, if any."""
        length: Table = {}
        if step.input_duration is not None:
            length["duration"] = _number(step.duration)
        ends: list[object] = []
        if self.stop_time is not None:
            ends.append({f"Time >= {number(self.stop_time)} - Test time": {"goto": "End"}})
        ends += [end for item in step.termination if (end := self._end(item, step, kind, held))]
        return length | ({"ends": ends} if ends else {})

    def _end(self, termination: Any, step: Any, kind: Kind | None, held: Mode | None) -> str | None:
        names = [ancestor.__name__ for ancestor in type(termination).__mro__]
        quantity = next((_TERMINATIONS[name] for name in names if name in _TERMINATIONS), None)
        if quantity is None:
            name = getattr(termination, "name", names[0])
            self._refuse(f"Its termination {name!r} runs Python code, which a protocol cannot.")
            return None
        sign, value = termination.operator, termination.value
        if quantity == held or {quantity, held} == {"Current", "C-rate"}:
            self._refuse(f"A step that holds its {held} cannot end on {quantity}.")
            return None
        if quantity == "Voltage":
            sign = sign or {"charge": ">", "discharge": "<"}.get(str(step.direction))
            if sign is None:
                self._refuse("It is open whether the voltage must rise or fall: PyBaMM ignores it.")
            return f"Voltage {sign} {_number(value)}"
        return self._magnitude(quantity, sign, value, kind)

    def _magnitude(self, quantity: str, sign: str | None, value: float, kind: Kind | None) -> str:
        """Read a limit on a current, which PyBaMM compares with its sign if it has an operator."""
        if quantity == "Current" and sign and kind == "Charge" and value < 0:
            sign, value = {"<": ">", ">": "<"}[sign], -value
        elif problem := signed_limit(quantity, sign or "", kind or "Charge"):
            self._refuse(problem)
        return f"{quantity} {sign or '<'} {_number(value)}"

    def _shared(self, step: Any) -> Table:
        """Read what every step may have."""
        shared: Table = {}
        if step.temperature is not None and step.temperature != self.settings.get("temperature"):
            shared["temperature"] = celsius(step.temperature)
        if step.period is not None and step.period != self.settings.get("period"):
            shared["resolution"] = {"time": _number(step.period)}
        if note := _note(step):
            shared["note"] = note
        return shared

    def _refuse(self, message: str) -> None:
        self.report.add("bad-instruction", message, self.path, Scalar(""))


def _cycles(experiment: Any) -> list[list[object]]:
    """Return the steps of an experiment, as it completed them, cycle by cycle."""
    steps = iter(experiment.steps)
    return [[next(steps) for _ in range(length)] for length in experiment.cycle_lengths]


def _grouped(cycles: Sequence[list[Table]]) -> Iterable[Table]:
    """Make a block of each cycle of several steps, and one of equal cycles in a row."""
    first = 0
    while first < len(cycles):
        last = first
        while last + 1 < len(cycles) and cycles[last + 1] == cycles[first]:
            last += 1
        if last > first:
            name = f"Cycles {first + 1} to {last + 1}"
            yield {name: {"repeat": last - first + 1, "steps": cycles[first]}}
        elif len(cycles[first]) == 1:
            yield cycles[first][0]
        else:
            yield {f"Cycle {first + 1}": cycles[first]}
        first = last + 1


def _note(step: Any) -> str:
    """Return what the user wrote on a step for people."""
    words = [f"Tags: {', '.join(step.tags)}"] if step.tags else []
    if step.description and not looks_like_experiment(step.description):
        words.insert(0, step.description)
    return ". ".join(words)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) or hasattr(value, "__float__")


def _number(value: Any) -> int | float:
    number = float(value)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _as_dict(value: object) -> Table:
    assert isinstance(value, dict)
    return value
