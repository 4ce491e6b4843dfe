"""Walks a protocol step by step on a cell that can be told what to hold.

Knows the protocol's tree and no PyBaMM.

    route        which node comes next: blocks, gotos, cycles
    values       what expressions are worth by now
    plans        a step's expressions -> numbers, when it begins
    performing   a step -> stretches for the cell to hold, and what ended it
    watching     ends, safety limits and guards -> thresholds for the solver

**Step count** starts at 0 and goes up by one with each step that is run on the cell, each run of
a step in a repeated block being a step of its own; what takes no time, a Control or a change of
the ambient temperature, is none. **Cycle count** is told in :mod:`ionworks_engine.battery.route`.

No step runs longer than :data:`LONGEST_STEP` unless its own duration says so. A step that gets
there ends the run with the reason ``EXECUTION_TIMEOUT``, as do more than :data:`MOST_STEPS`
steps, :data:`MOST_ROWS` rows, and more backward jumps than allowed. A voltage more than 1 V beyond
the cell's cut-offs ends the run with ``SOLVER_ERROR``, unless a voltage end or a safety limit
of the step stands on that side; with a duration, such as a pulse has, it may go 5 V beyond. An
expression without a value, or with one that does not fit, ends it with ``CONFIGURATION_ERROR``,
and so does a Charge or Discharge at a voltage, held from the start or once it is reached, whose
current runs the other way by more than C/20. What was run by then is kept.

A step with a hold voltage goes on with its current, power or resistance if the hold voltage would
take more than that, as it may where the cell still relaxes from a faster charge.

A safety limit that has tripped is off in what follows until its value has come back inside, by
a ten-thousandth of the limit (of a voltage or temperature at least 0.1 mV or 1e-4 degC).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ionworks.ucp import rules
from ionworks.ucp.tree import (
    Ambient,
    Block,
    CellStep,
    Control,
    Goto,
    Impedance,
    Node,
    Protocol,
    SafetyLimit,
)
from ionworks_engine.battery.errors import (
    CONFIGURATION_ERROR,
    EXECUTION_TIMEOUT,
    SOLVER_ERROR,
)
from ionworks_engine.battery.impedance import Spectrum
from ionworks_engine.battery.performing import (
    LONGEST_STEP,
    Bench,
    Done,
    Performance,
    measure_impedance,
)
from ionworks_engine.battery.plans import Plan, Planner
from ionworks_engine.battery.route import LostError, Route
from ionworks_engine.battery.sampling import Sampling, sample
from ionworks_engine.battery.signals import MOST_KINKS, TooManyKinksError
from ionworks_engine.battery.terms import BACK, EXTRA, OUT, VOLTAGE, Floats, Limit
from ionworks_engine.battery.trajectory import Path
from ionworks_engine.battery.values import Values, WrongValueError, model_variables
from ionworks_engine.battery.watching import SLOPE, Cause, cause_of_safety, quantities

MOST_STEPS = 100_000
MOST_NODES = 10 * MOST_STEPS
MOST_ROWS = 5_000_000
MAX_BACKWARD_JUMPS = 1000
_AT_START = ("Voltage", "SOC", "Temperature")
_LAST_SECOND = 1.0
_DECIMALS = 12
"""Places to which expressions see quantities: what went out and came back compares as equal."""


@dataclass(frozen=True)
class Ran:
    """One step that was run.

    Parameters
    ----------
    step
        The instruction.
    plan
        What its expressions were worth when it began.
    count, cycle
        Step count and cycle count.
    start_soc
        State of charge at the start, as a fraction.
    times, rows
        Stored times in s, and the output columns at those.
    ended_by
        What ended it, in words.
    spectrum
        Impedances, one for each row, if it measured any.
    """

    step: CellStep
    plan: Plan
    count: int
    cycle: int
    start_soc: float
    times: Floats
    rows: Floats
    ended_by: str
    spectrum: Spectrum | None = None


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


@dataclass
class Interpreter:
    """Runs one protocol on one bench.

    Parameters
    ----------
    bench
        The cell.
    protocol
        What to do, without open inputs.
    soc
        State of charge at the start, as a fraction.
    extra
        Names of output columns wanted besides the standard ones.
    max_backward_jumps
        How often a goto may lead backward.
    """

    bench: Bench
    protocol: Protocol
    soc: float
    extra: tuple[str, ...] = ()
    max_backward_jumps: int = MAX_BACKWARD_JUMPS
    steps: list[Ran] = field(default_factory=list)
    _disarmed: set[Limit] = field(default_factory=set)
    _ambient: float | None = None
    _rows: int = 0
    _current: int = 0
    _path: Path | None = None

    def __post_init__(self) -> None:
        self._values = Values(self._quantities, self._model_variable)
        self._route = Route(self.protocol.steps, self._repeats)
        profiles = {profile.name: profile for profile in self.protocol.profiles}
        self._planner = Planner(self._values.of, self.bench.c_rate_capacity, profiles)
        self._sampling = self._planner.sampling(Sampling(), self.protocol.start.resolution)
        asked_for = (name for name, _ in model_variables(self.protocol))
        self._read = tuple(dict.fromkeys([*self.extra, *asked_for]))

    def run(self) -> Failure | None:
        """Run the protocol; on failure, say why, keeping the steps so far."""
        try:
            for count, node in enumerate(self._route):
                if count >= MOST_NODES:
                    what = f"the protocol goes on after {MOST_NODES:,} steps and controls"
                    raise _BrokenOffError(EXECUTION_TIMEOUT, what)
                self._current = len(self.steps)
                self._node(node)
        except WrongValueError as reason:
            return Failure(CONFIGURATION_ERROR, str(reason), self._current)
        except _BrokenOffError as reason:
            return Failure(reason.code, str(reason), self._current)
        return None

    def _node(self, node: Node) -> None:
        try:
            if isinstance(node, CellStep):
                self._step(node)
            elif isinstance(node, Control):
                self._control(node)
            elif isinstance(node, Ambient):
                self._ambient = self._values.of(node.value, rules.TEMPERATURE)
        except WrongValueError as reason:
            raise WrongValueError(f"{self._where(node)}: {reason}") from None
        except TooManyKinksError:
            raise _BrokenOffError(
                EXECUTION_TIMEOUT,
                f"{self._where(node)}: what it holds has more than {MOST_KINKS:,} kinks "
                "(a sine has four in each period); make several steps of it",
            ) from None

    def _control(self, control: Control) -> None:
        self._values.assign(control.assignments, rules.ASSIGNED)
        if control.advance_cycle:
            self._route.advance_cycle()
        for branch in control.branches:
            if self._values.of(branch.condition, rules.CONDITION):
                self._go(branch.goto, control)
                return

    def _repeats(self, block: Block) -> int:
        self._current = len(self.steps)
        try:
            return int(self._values.of(block.repeat, rules.REPEAT_COMPUTED))
        except WrongValueError as reason:
            raise WrongValueError(f"block {block.name!r}: {reason}") from None

    def _go(self, goto: Goto, node: Node | CellStep) -> None:
        try:
            self._route.go(goto)
        except LostError as reason:
            raise WrongValueError(f"{goto.position}: {reason}") from None
        if self._route.jumps > self.max_backward_jumps:
            raise _BrokenOffError(
                EXECUTION_TIMEOUT,
                f"{self._where(node)}: goto {goto.target!r} would be backward jump "
                f"{self._route.jumps:,}; max_backward_jumps is {self.max_backward_jumps:,}",
            )

    # -- steps -----------------------------------------------------------------

    def _step(self, step: CellStep) -> None:
        if self._current >= MOST_STEPS:
            raise _BrokenOffError(
                EXECUTION_TIMEOUT, f"the protocol has more than {MOST_STEPS:,} steps"
            )
        plan = self._planner.plan(step)
        sampling = self._planner.sampling(self._sampling, step.resolution)
        spectrum = None
        if isinstance(step, Impedance):
            done, spectrum = measure_impedance(self.bench, plan, self._ambient)
        else:
            safety = tuple(map(self._safety, self.protocol.safety.limits))
            done = Performance(
                self.bench, plan, safety, self._disarmed, self.soc, self._ambient, self._read
            ).run()
        if done.tripped is not None:
            self._disarmed.add(done.tripped.limit)
        if done.path.finish > done.path.start or not (done.failure or done.turned):
            self._record(step, plan, sampling, done, spectrum)
        self._check(step, plan, done)
        if not isinstance(step, Impedance):
            self._path = done.path
        self._values.assign(step.assignments, rules.ASSIGNED)
        self._leave(step, done)

    def _safety(self, limit: SafetyLimit) -> Cause:
        threshold = self._values.of(limit.value, rules.SAFETY[limit.quantity, limit.side])
        return cause_of_safety(limit, threshold, self.protocol.safety.goto)

    def _leave(self, step: CellStep, done: Done) -> None:
        if done.goto is not None:
            self._go(done.goto, step)
        elif done.tripped is not None:
            self._route.stop()

    def _check(self, step: CellStep, plan: Plan, done: Done) -> None:
        """Break off the run if the step did not end as steps do."""
        title = self._where(step, plan)
        if done.failure:
            words = done.failure
            if done.path.finish == done.path.start:
                words = f"the cell cannot be brought to this setpoint: {words}"
            raise _BrokenOffError(SOLVER_ERROR, f"{title} failed: {words}")
        if done.turned:
            raise _BrokenOffError(CONFIGURATION_ERROR, f"{title} failed: {done.turned}")
        if done.strayed:
            low, high = self.bench.voltage_window
            reached = float(self.steps[-1].rows[-1, VOLTAGE])
            raise _BrokenOffError(
                SOLVER_ERROR,
                f"{title} failed: the voltage reached {reached:.4g} V, far beyond the cell's "
                f"cut-offs ({low:g} V to {high:g} V), before an end was met",
            )
        if done.overtime:
            ends = [cause.words for cause in plan.causes] + [slope.words for slope in plan.slopes]
            raise _BrokenOffError(
                EXECUTION_TIMEOUT,
                f"{title}: its end ({' or '.join(ends) or 'no end'}) was not met within "
                f"{LONGEST_STEP / 3600:,.0f} h; give it an end it can meet, or a duration",
            )

    def _record(
        self,
        step: CellStep,
        plan: Plan,
        sampling: Sampling,
        done: Done,
        spectrum: Spectrum | None,
    ) -> None:
        path = done.path
        duration = path.finish - path.start
        self._rows += sampling.least_rows(duration)
        if self._rows > MOST_ROWS:
            raise _BrokenOffError(
                EXECUTION_TIMEOUT,
                f"the result has more than {MOST_ROWS:,} rows; choose a coarser resolution.time "
                f"than {sampling.time:g} s",
            )
        if plan.law == "current" and plan.is_constant and plan.hold_voltage is None:
            sampling = replace(sampling, faithful=False)
        times, rows = sample(path, self.extra, sampling)
        self._rows += times.size - sampling.least_rows(duration)
        if spectrum is not None:
            count = spectrum.frequencies.size
            times, rows = np.repeat(times[:1], count), np.repeat(rows[:1], count, axis=0)
        words = done.words
        if done.goto is not None:
            words = f"{words} (goto {done.goto.target})"
        self.steps.append(
            Ran(
                step,
                plan,
                self._current,
                self._route.cycle,
                self.soc,
                times,
                rows,
                words,
                spectrum,
            )
        )
        self.soc -= (rows[-1, OUT] - rows[-1, BACK]) / self.bench.usable_capacity

    # -- what expressions may ask for --------------------------------------------

    def _quantities(self) -> dict[str, float]:
        """Return the cell's quantities as the last step left them, and the counters."""
        nothing = dict.fromkeys(("Time", "Capacity", "Energy", "Current", "Power", SLOPE), 0.0)
        if self._path is None:
            row = self.bench.look(())
            start = quantities(row, self.soc)
            found = {**nothing, **{name: start[name] for name in _AT_START}}
        else:
            path = self._path
            first, last = max(path.start, path.finish - _LAST_SECOND), path.finish
            before, row = path.read(np.array([first, last]), ())
            found = {**quantities(row, self.soc), "Time": last - path.start}
            found[SLOPE] = abs(row[VOLTAGE] - before[VOLTAGE]) / (last - first or 1.0)
        found = {name: round(value, _DECIMALS) for name, value in found.items()}
        return {
            **found,
            "C-rate": found["Current"] / self.bench.c_rate_capacity,
            "Cycle": float(self._route.cycle),
            "Iteration": float(self._route.iteration),
            "Test time": 0.0 if self._path is None else self._path.finish,
        }

    def _model_variable(self, name: str) -> float:
        if self._path is None:
            return float(self.bench.look((name,))[EXTRA])
        return float(self._path.read(self._path.times[-1:], (name,))[0, EXTRA])

    # -- words ---------------------------------------------------------------------

    def _where(self, node: Node | CellStep, plan: Plan | None = None) -> str:
        """Name the step or the control that is being run, and its place in the document."""
        title = type(node).__name__ if plan is None else plan.title
        if node.name:
            title = f"{node.name!r}: {title}"
        kind = f"step {self._current}" if isinstance(node, CellStep) else "a control"
        return f"{kind} ({title}, {node.position})"
