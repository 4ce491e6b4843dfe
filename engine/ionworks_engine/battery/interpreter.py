"""Walks a protocol step by step on a cell that can be told what to hold.

Knows the protocol's tree and no PyBaMM. It decides what each step holds, which of its ends
the solver must watch, and what ended it.

**Step count** starts at 0 and goes up by one a step, each run of a step in a repeated block
being a step of its own. **Cycle count** starts at 0 and goes up with each iteration of an
outermost repeated block (a block with ``repeat`` above 1 that stands in no other such block)
but the first of the first; steps after a block belong to its last cycle.

An end on the quantity that the step itself holds cannot change during the step: it ends the step at
once if the setpoint is beyond it, and never if it is equal to the setpoint. Ends that hold at
the start of a step end it at once, with one row.

No step runs longer than :data:`LONGEST_STEP` unless its own duration says so. A step that
gets there ends the run with the reason ``EXECUTION_TIMEOUT``, as do more than :data:`MOST_STEPS`
steps and :data:`MOST_ROWS` rows. A voltage more than :data:`VOLTAGE_MARGIN` beyond the cell's
cut-offs ends the run with ``SOLVER_ERROR``, unless the step has a voltage end on that side;
with a duration, such as a pulse has, it may go :data:`TIMED_VOLTAGE_MARGIN` beyond.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from typing import Protocol as Interface

from ionworks.ucp.tree import Block, End, Expression, Node, Number, Step
from ionworks_engine.battery.errors import EXECUTION_TIMEOUT, SOLVER_ERROR, refuse
from ionworks_engine.battery.sampling import Sampling, sample
from ionworks_engine.battery.terms import (
    BACK,
    CURRENT,
    OUT,
    TEMPERATURE,
    VOLTAGE,
    Floats,
    Law,
    Limit,
    Watch,
)

LONGEST_STEP = 1000 * 3600.0
MOST_STEPS = 100_000
MOST_ROWS = 5_000_000
VOLTAGE_MARGIN = 1.0
TIMED_VOLTAGE_MARGIN = 5.0
_ALREADY = 1e-9
_HELD: Mapping[Law, Watch] = {"current": "Current", "voltage": "Voltage", "power": "Power"}
_MODES: Mapping[str, tuple[Law, str, str]] = {
    "C-rate": ("current", "C", "current"),
    "Current": ("current", "A", "current"),
    "Voltage": ("voltage", "V", "voltage"),
    "Power": ("power", "W", "power"),
}


class Trajectory(Interface):
    """What a cell did during one step."""

    times: Floats
    fired: Limit | None
    failure: str | None

    def read(self, times: Floats, extra: tuple[str, ...]) -> Floats:
        """Return one row of output columns for each time."""
        ...


class Bench(Interface):
    """A cell on a cycler: does as told, and remembers its state."""

    c_rate_capacity: float
    usable_capacity: float
    voltage_window: tuple[float, float]

    def hold(
        self, law: Law, setpoint: float, limits: Mapping[Limit, float], longest: float, soc: float
    ) -> Trajectory:
        """Hold a current in A, voltage in V or power in W until a limit, or for so many s."""
        ...

    def rewind(self, trajectory: Trajectory) -> Trajectory:
        """Take back a step but for its first instant."""
        ...


@dataclass(frozen=True)
class Ran:
    """One step that was run.

    Parameters
    ----------
    step
        The instruction.
    count, cycle
        Step count and cycle count.
    kind, unit, value
        The step's type in words, and the magnitude it held in this unit (``None`` at rest).
    start_soc
        State of charge at the start, as a fraction.
    times, rows
        Stored times in s, and the output columns at those.
    ended_by
        What ended it, in words.
    """

    step: Step
    count: int
    cycle: int
    kind: str
    unit: str | None
    value: float | None
    start_soc: float
    times: Floats
    rows: Floats
    ended_by: str


@dataclass(frozen=True)
class Failure:
    """Why a run broke off: an error code, the message, and the step it was in."""

    code: str
    message: str
    step: int


class _BrokenOffError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def watched_by(nodes: Sequence[Node]) -> frozenset[Watch]:
    """Return the quantities that may end a step of a protocol; voltage and current always can."""
    found: set[Watch] = {"Voltage", "Current"}
    for node in nodes:
        if isinstance(node, Block):
            found |= watched_by(node.steps)
        else:
            names: Iterator[Any] = (end.quantity for end in node.ends)
            found.update(name for name in names if name not in ("Time", "C-rate"))
    return frozenset(found)


def number(expression: Expression) -> float:
    """Return the value of an expression, in which every input must have been replaced."""
    if isinstance(expression, Number):
        return float(expression.value)
    raise refuse(f'{expression.position}: input["{expression.name}"] has no value')


@dataclass
class Interpreter:
    """Runs one protocol on one bench.

    Parameters
    ----------
    bench
        The cell.
    soc
        State of charge at the start, as a fraction.
    extra
        Names of output columns wanted besides the standard ones.
    sampling
        When to store a row.
    """

    bench: Bench
    soc: float
    extra: tuple[str, ...] = ()
    sampling: Sampling = field(default_factory=Sampling)
    steps: list[Ran] = field(default_factory=list)
    cycle: int = 0
    _cycling: bool = False
    _current: int = 0
    _rows: int = 0

    def run(self, nodes: Sequence[Node]) -> Failure | None:
        """Run steps and blocks in order; on failure, say why, keeping the steps so far."""
        try:
            self._walk(nodes, counting=True)
        except _BrokenOffError as reason:
            return Failure(reason.code, str(reason), self._current)
        return None

    def _walk(self, nodes: Sequence[Node], *, counting: bool) -> None:
        for node in nodes:
            if isinstance(node, Step):
                self._step(node)
            else:
                self._block(node, counting=counting)

    def _block(self, block: Block, *, counting: bool) -> None:
        repeat = number(block.repeat)
        if repeat < 0 or repeat != int(repeat):
            raise refuse(f"{block.position}: repeat must be a whole number, not {repeat:g}")
        cycles = counting and repeat > 1
        for _ in range(int(repeat)):
            if cycles and self._cycling:
                self.cycle += 1
            self._cycling |= cycles
            self._walk(block.steps, counting=counting and not cycles)

    def _step(self, step: Step) -> None:
        self._current = len(self.steps)
        if self._current >= MOST_STEPS:
            raise _BrokenOffError(
                EXECUTION_TIMEOUT, f"the protocol has more than {MOST_STEPS:,} steps"
            )
        law, setpoint = self._control(step)
        ends = _Ends(step, law, setpoint, self.bench.c_rate_capacity)
        limits = {**self._guards(law, ends.deadline), **ends.limits}
        trajectory = self.bench.hold(law, setpoint, limits, ends.longest, self.soc)
        if trajectory.failure and trajectory.times.size == 1:
            words = f"the cell cannot be brought to this setpoint: {trajectory.failure}"
            raise _BrokenOffError(SOLVER_ERROR, self._broke(step, words))
        first = trajectory.read(trajectory.times[:1], ())[0]
        fired: Limit | None = trajectory.fired
        at_once = ends.met or self._met_at_start(limits, first)
        if at_once:
            trajectory = self.bench.rewind(trajectory)
            fired = at_once if isinstance(at_once, tuple) else None
        self._record(step, law, trajectory, ends.reason(fired, trajectory.failure))
        if trajectory.failure:
            raise _BrokenOffError(SOLVER_ERROR, self._broke(step, trajectory.failure))
        if fired is not None and fired not in ends.limits:
            raise _BrokenOffError(SOLVER_ERROR, self._broke(step, self._left_window()))
        if not at_once and fired is None and ends.deadline is None:
            raise _BrokenOffError(EXECUTION_TIMEOUT, self._never(step))

    def _control(self, step: Step) -> tuple[Law, float]:
        if step.kind == "Rest" or step.mode is None:
            return "current", 0.0
        if step.value is None:
            raise refuse(f"{step.position}: a step in mode {step.mode} needs a value")
        law, _, _ = _MODES[step.mode]
        value = number(step.value)
        if law == "voltage":
            return law, value
        sign = 1.0 if step.kind == "Discharge" else -1.0
        return law, sign * value * (self.bench.c_rate_capacity if step.mode == "C-rate" else 1.0)

    def _guards(self, law: Law, deadline: float | None) -> dict[Limit, float]:
        if law == "voltage":
            return {}
        low, high = self.bench.voltage_window
        margin = VOLTAGE_MARGIN if deadline is None else TIMED_VOLTAGE_MARGIN
        return {("Voltage", "low"): low - margin, ("Voltage", "high"): high + margin}

    def _met_at_start(self, limits: Mapping[Limit, float], first: Floats) -> Limit | None:
        values: dict[Watch, float] = {
            "Voltage": first[VOLTAGE],
            "Current": abs(first[CURRENT]),
            "Power": abs(first[CURRENT] * first[VOLTAGE]),
            "Capacity": 0.0,
            "Energy": 0.0,
            "SOC": self.soc,
            "Temperature": first[TEMPERATURE],
        }
        for limit, threshold in limits.items():
            distance = values[limit[0]] - threshold
            if (distance if limit[1] == "low" else -distance) <= _ALREADY * max(1, abs(threshold)):
                return limit
        return None

    def _record(self, step: Step, law: Law, trajectory: Trajectory, ended_by: str) -> None:
        duration = trajectory.times[-1] - trajectory.times[0]
        self._rows += self.sampling.least_rows(duration)
        if self._rows > MOST_ROWS:
            raise _BrokenOffError(
                EXECUTION_TIMEOUT,
                f"the result has more than {MOST_ROWS:,} rows; choose a coarser resolution.time "
                f"than {self.sampling.time:g} s",
            )
        held = self.sampling
        if law == "current" and held.faithful:
            held = Sampling(held.time, held.voltage, held.current, faithful=False)
        times, rows = sample(trajectory, self.extra, held)
        self._rows += times.size - self.sampling.least_rows(duration)
        kind, unit, value = _words(step)
        self.steps.append(
            Ran(step, self._current, self.cycle, kind, unit, value, self.soc, times, rows, ended_by)
        )
        self.soc -= (rows[-1, OUT] - rows[-1, BACK]) / self.bench.usable_capacity

    def _broke(self, step: Step, words: str) -> str:
        return f"step {self._current} ({_title(step)}, {step.position}) failed: {words}"

    def _left_window(self) -> str:
        low, high = self.bench.voltage_window
        reached = float(self.steps[-1].rows[-1, VOLTAGE])
        return (
            f"the voltage reached {reached:.4g} V, far beyond the cell's cut-offs "
            f"({low:g} V to {high:g} V), before an end was met"
        )

    def _never(self, step: Step) -> str:
        ends = " or ".join(f"{_end_words(end)}" for end in step.ends) or "no end"
        return (
            f"step {self._current} ({_title(step)}, {step.position}): its end ({ends}) was not met "
            f"within {LONGEST_STEP / 3600:,.0f} h; give it an end it can meet, or a duration"
        )


class _Ends:
    """The ends of one step, sorted into what the solver watches and what the clock decides."""

    def __init__(self, step: Step, law: Law, setpoint: float, c_rate_capacity: float) -> None:
        self.limits: dict[Limit, float] = {}
        self.met: End | None = None
        self.deadline: float | None = None
        self._deadline_words = "duration"
        self._sources: dict[Limit, End] = {}
        if step.duration is not None:
            self.deadline = number(step.duration)
        for end in step.ends:
            self._add(end, law, setpoint, c_rate_capacity)

    @property
    def longest(self) -> float:
        """The longest time the step may take, in s."""
        return LONGEST_STEP if self.deadline is None else max(self.deadline, 1e-9)

    def reason(self, fired: Limit | None, failure: str | None) -> str:
        """Say in words what ended the step."""
        if failure:
            return "solver failure"
        if self.met is not None:
            return _end_words(self.met)
        if fired is None:
            return self._deadline_words if self.deadline is not None else "time limit of the engine"
        return _end_words(self._sources[fired]) if fired in self._sources else "voltage guard"

    def _add(self, end: End, law: Law, setpoint: float, c_rate_capacity: float) -> None:
        threshold, rising = number(end.value), end.operator in (">", ">=")
        if end.quantity == "Time":
            self._add_time(end, threshold, rising=rising)
            return
        watch: Watch = "Current" if end.quantity == "C-rate" else end.quantity
        if end.quantity == "C-rate":
            threshold *= c_rate_capacity
        if watch == _HELD[law] or (watch == "Power" and law == "current" and setpoint == 0):
            held = setpoint if watch == "Voltage" else abs(setpoint)
            distance = held - threshold if rising else threshold - held
            if distance > _ALREADY * max(1, abs(threshold)):
                self.met = self.met or end
            return
        limit: Limit = (watch, "high" if rising else "low")
        tighter = min if rising else max
        if limit not in self.limits or tighter(threshold, self.limits[limit]) == threshold:
            self.limits[limit] = threshold
            self._sources[limit] = end

    def _add_time(self, end: End, seconds: float, *, rising: bool) -> None:
        if not rising or seconds <= 0:
            if rising or seconds > 0:
                self.met = self.met or end
        elif self.deadline is None or seconds < self.deadline:
            self.deadline, self._deadline_words = seconds, _end_words(end)


def _words(step: Step) -> tuple[str, str | None, float | None]:
    """Return the step's type in words, the unit of its value, and its value."""
    if step.kind == "Rest" or step.mode is None or step.value is None:
        return "Rest", None, None
    _, unit, held = _MODES[step.mode]
    return f"Constant {held} {step.kind.lower()}", unit, number(step.value)


def _title(step: Step) -> str:
    kind, unit, value = _words(step)
    title = kind if value is None else f"{kind} at {value:g} {unit}"
    return f"{step.name!r}: {title}" if step.name else title


def _end_words(end: End) -> str:
    return f"{end.quantity} {end.operator} {number(end.value):g}"
