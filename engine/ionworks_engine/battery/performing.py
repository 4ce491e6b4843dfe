"""Carries out one step on a cell that can be told what to hold.

A step may take several stretches: up to its hold voltage and from there on, up to where the
value of a tripped safety limit has come back inside, or a longer and longer time while an end is
being waited for that the solver does not see by itself: one on dV/dt, or on a current that turns
round. Counters run through, and the results have one row for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from ionworks.ucp.tree import Goto
from ionworks_engine.battery.impedance import Spectrum
from ionworks_engine.battery.passing import Passed, first_passed, is_unseen, may_turn
from ionworks_engine.battery.plans import Plan
from ionworks_engine.battery.signals import Signal
from ionworks_engine.battery.slopes import first_moment
from ionworks_engine.battery.terms import (
    BACK,
    CURRENT,
    MODEL_VARIABLE,
    OUT,
    Floats,
    Instruction,
    Law,
    Limit,
    Side,
    Watch,
)
from ionworks_engine.battery.trajectory import Path
from ionworks_engine.battery.watching import (
    Cause,
    against,
    back_inside,
    beyond,
    first_met,
    foremost,
    guards,
    held_by,
    quantities,
    resumption,
    tightest,
    within_reach,
)

LONGEST_STEP = 1000 * 3600.0
_FIRST_CHUNK = 10.0
_LONGER = 2.0
_SHORTEST = 1e-9
_MOST_STRETCHES = 10_000


class Bench(Protocol):
    """A cell on a cycler: does as told, and remembers its state."""

    c_rate_capacity: float
    usable_capacity: float
    voltage_window: tuple[float, float]

    def hold(self, instruction: Instruction, ambient: float | None) -> Path:
        """Hold something until a limit, or for so long, at an ambient temperature in degC."""
        ...

    def cut(self, path: Path) -> None:
        """Take back what came after the end of a path that was cut off."""
        ...

    def look(self, extra: tuple[str, ...]) -> Floats:
        """Return the output columns of the cell at rest, taking no time."""
        ...

    def impedance(self, frequencies: Floats, ambient: float | None) -> tuple[Path, Spectrum | None]:
        """Return the cell at rest, and its impedance there."""
        ...


@dataclass(frozen=True)
class Done:
    """What became of a step.

    Parameters
    ----------
    path
        What the cell did.
    words
        What ended it.
    goto
        Where that leads, if anywhere.
    tripped
        The safety limit that ended it.
    failure, overtime, strayed, turned
        What broke it off: the solver, the longest time, a voltage far out of all sense, a
        current that runs the wrong way, in words.
    """

    path: Path
    words: str
    goto: Goto | None = None
    tripped: Cause | None = None
    failure: str | None = None
    overtime: bool = False
    strayed: bool = False
    turned: str | None = None


@dataclass
class Performance:
    """One step under way.

    Parameters
    ----------
    bench
        The cell.
    plan
        What the step asks for.
    safety
        Limits that hold in every step.
    disarmed
        Those of them that are off until their value has come back inside; changed on the way.
    soc
        State of charge at the start, as a fraction.
    ambient
        Temperature of the chamber in degC; ``None`` for the cell's own.
    extra
        Names of the variables that will be read besides the standard columns.
    """

    bench: Bench
    plan: Plan
    safety: tuple[Cause, ...]
    disarmed: set[Limit]
    soc: float
    ambient: float | None
    extra: tuple[str, ...] = ()
    _path: Path = field(default_factory=lambda: Path([]))
    _law: Law = "current"
    _signal: Signal = 0.0
    _holding: bool = False
    _chunk: float = _FIRST_CHUNK

    def run(self) -> Done:
        """Carry it out."""
        self._law, self._signal = self.plan.law, self.plan.signal
        turns = not self.plan.is_constant and any(map(may_turn, self.plan.causes))
        if not self.plan.slopes and not turns:
            self._chunk = LONGEST_STEP
        for _ in range(_MOST_STRETCHES):
            done = self._stretch()
            if done is not None:
                return done
        return Done(self._path, "time limit of the engine", overtime=True)

    # -- one stretch -------------------------------------------------------------

    def _stretch(self) -> Done | None:
        """Go on as far as one set of thresholds leads; return what ended the step, if it did."""
        elapsed = self._elapsed
        met, open_ = beyond(self._causes(), self._held())
        thresholds = tightest(open_)
        instruction = self._instruction(thresholds, elapsed)
        part = self.bench.hold(instruction, self._ambient)
        if part.failure and part.finish == part.start:
            whole = self._path if self._path.segments else part
            return Done(whole, "solver failure", failure=part.failure)
        at_start = self._met_at_start(part, met, list(thresholds.values()))
        if at_start is not None:
            first = part.until(part.start)
            return self._met(self._instant(part), at_start, first)
        passed = first_passed(part, self._unseen(thresholds.values()))
        if passed is not None:
            again = self._again(part, instruction, passed)
            return self._met(self._path.join(again), passed.cause, again)
        whole = self._path.join(part)
        slow = self._slope_end(whole, part.start)
        if slow is not None:
            return slow
        self._path = whole
        if part.failure:
            return Done(whole, "solver failure", failure=part.failure)
        if part.fired is not None:
            return self._met(whole, self._fired(part, thresholds), part)
        return self._timed_out(part, list(thresholds.values()))

    def _instruction(self, thresholds: Mapping[Limit, Cause], elapsed: float) -> Instruction:
        limits = {limit: cause.threshold for limit, cause in thresholds.items()}
        horizon = min(self._remaining(elapsed), self._chunk)
        self._chunk *= _LONGER
        return Instruction(
            self._law,
            self._signal,
            limits,
            max(horizon, _SHORTEST),
            self.soc,
            self.bench.usable_capacity,
            elapsed,
            careful=bool(self.plan.slopes),
            extra=self.extra,
        )

    @property
    def _elapsed(self) -> float:
        return self._path.finish - self._path.start if self._path.segments else 0.0

    @property
    def _ambient(self) -> float | None:
        return self.ambient if self.plan.temperature is None else self.plan.temperature

    def _remaining(self, elapsed: float) -> float:
        longest = LONGEST_STEP if self.plan.deadline is None else self.plan.deadline
        return longest - elapsed

    def _held(self) -> dict[Watch, float]:
        if isinstance(self._signal, float | int):
            return held_by(self._law, float(self._signal))
        return {}

    def _causes(self) -> list[Cause]:
        """Return all that may end the step, or this stretch of it, as it stands."""
        causes = [*self.plan.causes]
        for limit in self.safety:
            if limit.limit in self.disarmed:
                causes.append(back_inside(limit))
            else:
                causes.append(limit)
        voltage = self.plan.hold_voltage
        if voltage is not None and not self._holding:
            assert isinstance(self.plan.signal, float | int)
            side: Side = "low" if self.plan.signal > 0 else "high"
            causes.append(Cause("hold", ("Voltage", side), voltage, "hold voltage"))
        if voltage is not None and self._holding:
            assert isinstance(self.plan.signal, float | int)
            most = self.bench.c_rate_capacity
            causes.append(resumption(self.plan.law, self.plan.signal, voltage, most))
        if self._law == "voltage" and self.plan.sense:
            causes.append(against(self.plan.sense, self.bench.c_rate_capacity))
        if self._law != "voltage":
            causes = within_reach(causes, self.bench.voltage_window)
            causes += guards(self.bench.voltage_window, timed=self.plan.deadline is not None)
        return causes

    # -- what ended it -------------------------------------------------------------

    def _met_at_start(self, part: Path, met: list[Cause], causes: list[Cause]) -> Cause | None:
        first = first_met(causes, self._values(part, part.start, causes))
        found = [*met, *([first] if first else [])]
        if self.plan.at_once is not None and not self._path.segments:
            found.append(self.plan.at_once)
        return foremost(found)

    def _values(self, part: Path, time: float, causes: list[Cause]) -> dict[Watch, float]:
        """Return what the solver watches at a time in s, and the variables that causes ask for."""
        names = _variables(causes)
        row = part.read(np.array([time]), names)[0]
        soc = self.soc - (row[OUT] - row[BACK]) / self.bench.usable_capacity
        values = quantities(row, float(soc))
        for place, name in enumerate(reversed(names), 1):
            values[MODEL_VARIABLE + name] = float(row[-place])
        return values

    def _fired(self, part: Path, thresholds: Mapping[Limit, Cause]) -> Cause:
        """Return the cause of the limit that fired; a safety limit that is met as well wins."""
        assert part.fired is not None
        row = part.read(part.times[-1:], ())[0]
        values = quantities(row, 0.0)
        tripped = [
            cause
            for limit, cause in thresholds.items()
            if cause.why == "safety" and cause.is_met(values[limit[0]])
        ]
        return tripped[0] if tripped else thresholds[part.fired]

    def _instant(self, part: Path) -> Path:
        """Take back a stretch but for its first instant, or wholly if the step is under way."""
        kept = self._path if self._path.segments else part.until(part.start)
        self.bench.cut(kept)
        return kept

    def _met(self, path: Path, cause: Cause, part: Path) -> Done | None:
        """Do what follows from a cause that was met at the end of a part of the step."""
        self._path = path
        if cause.why in ("hold", "resume", "inside"):
            self._change(cause)
            if path.finish == path.start:
                self._path = Path([])
            return None
        if cause.why == "against":
            return Done(path, cause.words, turned=self._turned(part))
        if cause.why == "guard":
            return Done(path, cause.words, strayed=True)
        tripped = cause if cause.why == "safety" else None
        return Done(path, cause.words, cause.goto, tripped)

    def _unseen(self, causes: Iterable[Cause]) -> list[Cause]:
        """Return those of the causes that the solver may miss under the law in force."""
        turns = self._law == "voltage" or not self.plan.is_constant
        return [cause for cause in causes if turns and is_unseen(cause)]

    def _again(self, part: Path, instruction: Instruction, passed: Passed) -> Path:
        """Carry out a stretch once more, but only as far as to where something was passed."""
        begun = part.segments[passed.place].times[0]
        first = Path([part.segments[passed.place].until(begun)])
        self.bench.cut(first)
        elapsed = instruction.elapsed + begun - part.start
        told = replace(instruction, limits={}, horizon=passed.time - begun, elapsed=elapsed)
        return Path(part.segments[: passed.place]).join(self.bench.hold(told, self._ambient))

    def _turned(self, part: Path) -> str:
        """Say that the current runs against the kind of the step."""
        amperes = abs(float(part.read(np.array([part.finish]), ())[0, CURRENT]))
        kind, other = ("Discharge", "Charge") if self.plan.sense > 0 else ("Charge", "Discharge")
        told = f"{amperes:,.0f}" if amperes >= 1000 else f"{amperes:.4g}"
        return (
            f"holding {self._signal:g} V would {other.lower()} the cell at {told} A, and a "
            f"{kind} only {kind.lower()}s it; use a {other}, or end the step before"
        )

    def _change(self, cause: Cause) -> None:
        """Go on otherwise: hold another quantity, or arm a safety limit again."""
        if cause.why == "hold":
            assert self.plan.hold_voltage is not None
            self._law, self._signal, self._holding = "voltage", self.plan.hold_voltage, True
        elif cause.why == "resume":
            self._law, self._signal, self._holding = self.plan.law, self.plan.signal, False
        else:
            watch, side = cause.limit
            self.disarmed.discard((watch, "high" if side == "low" else "low"))

    def _slope_end(self, whole: Path, since: float) -> Done | None:
        moments = [
            (moment, slope)
            for slope in self.plan.slopes
            if (moment := first_moment(whole, slope, since)) is not None
        ]
        if not moments:
            return None
        moment, slope = min(moments, key=lambda found: found[0])
        path = whole.until(moment)
        self.bench.cut(path)
        return Done(path, slope.words, slope.goto)

    def _timed_out(self, part: Path, causes: list[Cause]) -> Done | None:
        """Return how a step ends whose time is over; what is met in that instant comes first."""
        plan, elapsed = self.plan, self._elapsed
        if self._remaining(elapsed) > _SHORTEST * max(1.0, elapsed):
            return None
        told = [cause for cause in causes if cause.why in ("safety", "end")]
        met = first_met(told, self._values(part, part.finish, told))
        if met is not None:
            return self._met(self._path, met, part)
        if plan.deadline is None:
            return Done(self._path, "time limit of the engine", overtime=True)
        return Done(self._path, plan.deadline_words, plan.deadline_goto)


def _variables(causes: list[Cause]) -> tuple[str, ...]:
    watches = [cause.limit[0] for cause in causes]
    names = [
        watch.removeprefix(MODEL_VARIABLE) for watch in watches if watch.startswith(MODEL_VARIABLE)
    ]
    return tuple(dict.fromkeys(names))


def measure_impedance(
    bench: Bench, plan: Plan, ambient: float | None
) -> tuple[Done, Spectrum | None]:
    """Carry out an impedance spectrum, which takes no time."""
    at = ambient if plan.temperature is None else plan.temperature
    path, spectrum = bench.impedance(plan.frequencies, at)
    if spectrum is None:
        return Done(path, "solver failure", failure=path.failure), None
    return Done(path, "end of the spectrum"), spectrum
