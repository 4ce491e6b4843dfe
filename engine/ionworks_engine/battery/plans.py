"""What a step asks for once its expressions are worked out: numbers, nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ionworks.ucp import rules
from ionworks.ucp.rules import Rule
from ionworks.ucp.tree import (
    CellStep,
    DriveCycle,
    End,
    Expression,
    Goto,
    Impedance,
    Mode,
    Profile,
    ProfileMode,
    Resolution,
    Shape,
    Step,
    Waveform,
)
from ionworks_engine.battery.impedance import frequencies_between
from ionworks_engine.battery.sampling import Sampling
from ionworks_engine.battery.signals import Course, Signal, Sine, sawtooth, square, triangle
from ionworks_engine.battery.terms import Floats, Law
from ionworks_engine.battery.values import WrongValueError
from ionworks_engine.battery.watching import SLOPE, Cause, cause_of_end, end_words, side_of

Worth = Callable[[Expression, Rule], float]
_SAME_INSTANT = 1e-12

_MODES: Mapping[Mode, tuple[Law, str, str]] = {
    "C-rate": ("current", "C", "current"),
    "Current": ("current", "A", "current"),
    "Voltage": ("voltage", "V", "voltage"),
    "Power": ("power", "W", "power"),
    "Resistance": ("resistance", "Ohm", "resistance"),
}
_SHAPES: Mapping[Shape, Callable[[float, float, float], Signal]] = {
    "sine": Sine,
    "square": square,
    "triangle": triangle,
    "sawtooth": sawtooth,
}


@dataclass(frozen=True)
class Slope:
    """An end on dV/dt, in V/s."""

    threshold: float
    rising: bool
    words: str
    goto: Goto | None


@dataclass(frozen=True)
class Plan:
    """What one step does.

    Parameters
    ----------
    kind
        The step's type in words.
    mode, unit, value
        How it is controlled, and the magnitude it holds; ``None`` where there is no one number.
    law, signal
        What is held, and at what: A (positive = discharge), V, W or Ohm.
    sense
        1 for a discharge, -1 for a charge, 0 for what may be either.
    hold_voltage
        Voltage in V at which the step goes on once it is reached.
    deadline
        Longest time in s, with the words and the goto that go with it, and whether it is one of
        the step's ends; ``None`` without one.
    causes, slopes
        What may end it.
    at_once
        An end on time that holds from the start.
    temperature
        Ambient temperature in degC during the step alone.
    frequencies
        In Hz, for an impedance spectrum.
    """

    kind: str
    mode: str | None = None
    unit: str | None = None
    value: float | None = None
    law: Law = "current"
    signal: Signal = 0.0
    sense: float = 0.0
    hold_voltage: float | None = None
    deadline: float | None = None
    deadline_words: str = "duration"
    deadline_goto: Goto | None = None
    deadline_is_end: bool = False
    causes: tuple[Cause, ...] = ()
    slopes: tuple[Slope, ...] = ()
    at_once: Cause | None = None
    temperature: float | None = None
    frequencies: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def is_constant(self) -> bool:
        """Whether what is held does not vary in time."""
        return isinstance(self.signal, float | int)

    @property
    def title(self) -> str:
        """The type with the value that is held."""
        return self.kind if self.value is None else f"{self.kind} at {self.value:g} {self.unit}"


@dataclass(frozen=True)
class Planner:
    """Works out steps.

    Parameters
    ----------
    worth
        Gives the value of an expression, judged by a rule.
    c_rate_capacity
        Current in A of 1C.
    profiles
        Drive cycles by name.
    """

    worth: Worth
    c_rate_capacity: float
    profiles: Mapping[str, Profile]

    def plan(self, step: CellStep) -> Plan:
        """Work out a step at the moment it begins.

        Raises
        ------
        WrongValueError
            If a value does not fit its place.
        """
        plan = self._controlled(step)
        if step.temperature is not None:
            plan = replace(plan, temperature=self.worth(step.temperature, rules.TEMPERATURE))
        if step.duration is not None:
            plan = self._sooner(plan, self.worth(step.duration, rules.DURATION), "duration")
        for end in step.ends:
            plan = self._with_end(plan, end)
        return plan

    def sampling(self, base: Sampling, resolution: Resolution | None) -> Sampling:
        """Return when to store rows, where a resolution changes some of it."""
        given = {
            name: self.worth(expression, rules.RESOLUTION[name])
            for name in ("time", "voltage", "current")
            if resolution is not None and (expression := getattr(resolution, name)) is not None
        }
        return replace(base, **given, faithful=base.faithful and "time" not in given)

    # -- kinds of steps --------------------------------------------------------

    def _controlled(self, step: CellStep) -> Plan:
        if isinstance(step, Step):
            return self._constant(step)
        if isinstance(step, DriveCycle):
            return self._driven(step)
        if isinstance(step, Waveform):
            return self._wave(step)
        assert isinstance(step, Impedance)
        return self._impedance(step)

    def _constant(self, step: Step) -> Plan:
        kind = step.kind or self._direction(step)
        if kind == "Rest" or step.mode is None or step.value is None:
            return Plan("Rest")
        law, unit, held = _MODES[step.mode]
        value = self._set(step.value, rules.STEP_VALUE[step.mode])
        if law == "resistance" and kind == "Charge":
            raise WrongValueError(
                f"{step.position}: a load resistance only discharges a cell; use a mode with a "
                "current, a voltage or a power to charge"
            )
        sign = 1.0 if kind == "Discharge" or law == "voltage" else -1.0
        setpoint = sign * value * (self.c_rate_capacity if step.mode == "C-rate" else 1.0)
        hold = step.hold_voltage
        voltage = None if hold is None else self._set(hold, rules.HOLD_VOLTAGE)
        held = held if voltage is None else f"{held} constant voltage"
        words = f"Constant {held} {kind.lower()}"
        sense = 0.0 if step.kind is None else 1.0 if kind == "Discharge" else -1.0
        return Plan(words, step.mode, unit, value, law, setpoint, sense, hold_voltage=voltage)

    def _set(self, expression: Expression, rule: Rule) -> float:
        """Return what a step is to hold; a number worked out is judged as a written one."""
        value = self.worth(expression, rule)
        problem = rule.problem_as_written(value)
        if problem is not None:
            raise WrongValueError(f"{expression.position}: {problem}")
        return value

    def _direction(self, step: Step) -> str:
        assert step.direction is not None
        return "Discharge" if self.worth(step.direction, rules.DIRECTION) > 0 else "Charge"

    def _driven(self, step: DriveCycle) -> Plan:
        profile = self.profiles.get(step.profile)
        if profile is None:
            raise WrongValueError(f"{step.position}: there is no drive cycle {step.profile!r}")
        scale = 1.0 if step.scale is None else self.worth(step.scale, rules.DRIVE_SCALE)
        repeat = 1.0 if step.repeat is None else self.worth(step.repeat, rules.DRIVE_REPEAT)
        law, unit, factor = self._units(profile.mode)
        times = np.array(profile.times, dtype=float)
        course = Course(times, factor * scale * np.array(profile.values, dtype=float))
        plan = Plan("Drive cycle", profile.mode, unit, law=law, signal=course)
        return self._sooner(plan, repeat * float(times[-1]), "end of the drive cycle")

    def _wave(self, step: Waveform) -> Plan:
        law, unit, factor = self._units(step.mode)
        amplitude = self.worth(step.amplitude, rules.WAVE_AMPLITUDE[step.mode])
        offset = (
            0.0 if step.offset is None else self.worth(step.offset, rules.WAVE_OFFSET[step.mode])
        )
        frequency = self.worth(step.frequency, rules.FREQUENCY)
        signal = _SHAPES[step.shape](factor * offset, factor * amplitude, frequency)
        words = f"{step.shape.capitalize()} waveform"
        return Plan(words, step.mode, unit, amplitude, law, signal)

    def _impedance(self, step: Impedance) -> Plan:
        first, last = (
            self.worth(value, rules.FREQUENCY)
            for value in (step.start_frequency, step.end_frequency)
        )
        given = step.points_per_decade
        points = 10.0 if given is None else self.worth(given, rules.POINTS)
        frequencies = frequencies_between(first, last, int(points))
        return Plan("Impedance spectrum", frequencies=frequencies)

    def _units(self, mode: ProfileMode) -> tuple[Law, str, float]:
        law, unit, _ = _MODES[mode]
        return law, unit, self.c_rate_capacity if mode == "C-rate" else 1.0

    # -- ends --------------------------------------------------------------------

    def _with_end(self, plan: Plan, end: End) -> Plan:
        threshold = self.worth(end.value, rules.end_rule(end.quantity))
        words, rising = end_words(end, threshold), side_of(end.operator) == "high"
        if end.quantity == SLOPE:
            slope = Slope(threshold, rising, words, end.goto)
            return replace(plan, slopes=(*plan.slopes, slope))
        if end.quantity == "Time":
            if rising and threshold > 0:
                return self._ended(plan, threshold, words, end.goto)
            holds = rising or threshold > 0
            at_once = Cause("end", ("Time", "low"), threshold, words, end.goto) if holds else None
            return replace(plan, at_once=plan.at_once or at_once)
        cause = cause_of_end(end, threshold, self.c_rate_capacity)
        return replace(plan, causes=(*plan.causes, cause))

    @staticmethod
    def _sooner(plan: Plan, seconds: float, words: str) -> Plan:
        if plan.deadline is not None and plan.deadline <= seconds:
            return plan
        return replace(plan, deadline=seconds, deadline_words=words)

    @staticmethod
    def _ended(plan: Plan, seconds: float, words: str, goto: Goto | None) -> Plan:
        """Set an end on time, which wins over a duration or a profile that ends with it."""
        if plan.deadline is not None:
            same = math.isclose(plan.deadline, seconds, rel_tol=_SAME_INSTANT)
            if plan.deadline_is_end if same else plan.deadline < seconds:
                return plan
            seconds = min(plan.deadline, seconds)
        return replace(
            plan, deadline=seconds, deadline_words=words, deadline_goto=goto, deadline_is_end=True
        )
