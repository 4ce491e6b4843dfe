"""Steps of an Arbin schedule that take time -> lines, without their ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ionworks.ucp.tree import Expression, Input, Kind, Live, Number, Operation, Position, Profile
from ionworks_engine.vendors.arbin_layout import Equation
from ionworks_engine.vendors.arbin_profiles import read as read_profile
from ionworks_engine.vendors.arbin_profiles import run_of
from ionworks_engine.vendors.arbin_schedule import RawStep
from ionworks_engine.vendors.arbin_steps import CAN_VALUE
from ionworks_engine.vendors.arbin_terms import Term, parse
from ionworks_engine.vendors.arbin_words import (
    C_RATE,
    CCCV,
    CHANNEL_CURRENT,
    CHANNEL_VOLTAGE,
    CURRENT,
    CV_CURRENT,
    LAST_CURRENT,
    NOMINAL,
    RAMP,
    RESISTANCE,
    REST,
    SIMULATION,
    STEP_TIME,
    VOLTAGE,
)
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.program import Drive, Hold, Value

_NOWHERE = Position("")


@dataclass(slots=True)
class Cells:
    """Reads the steps of one schedule, and collects drive cycles and notes."""

    steps: Sequence[RawStep]
    formulas: Mapping[str, str]
    side_files: Mapping[str, bytes]
    notes: list[str] = field(default_factory=list)
    profiles: dict[str, Profile] = field(default_factory=dict)
    missing: dict[str, None] = field(default_factory=dict)

    def line(self, step: RawStep) -> Hold | Drive:
        """Return the line of a step.

        Raises
        ------
        Unreadable
            If its type is not known, or its values cannot be said.
        """
        if step.type == REST:
            return Hold(kind="Rest")
        if step.type == RESISTANCE:
            self.notes.append(
                f"{step.name} measures the internal resistance with pulses of {step.value} A;"
                " read as a rest of the same time"
            )
            return Hold(kind="Rest")
        if step.type in (CURRENT, C_RATE, CCCV):
            return self._held(step)
        if step.type == VOLTAGE:
            kind: Kind = "Charge" if self.direction(step) > 0 else "Discharge"
            return Hold(kind=kind, mode="Voltage", value=self._number(step, step.value))
        if step.type == RAMP:
            return self._ramp(step)
        if step.type == SIMULATION:
            return self._simulation(step)
        raise Unreadable(
            f"{step.name}: steps of the type {step.type!r} are not known",
            line=step.line,
            key="m_szStepCtrlType",
        )

    def direction(self, step: RawStep) -> int:
        """Return 1 for a step that charges, -1 for one that discharges, 0 for neither or both."""
        if step.type in (CURRENT, C_RATE, CCCV):
            term = self._term(step, step.value)
            if term.name in (None, NOMINAL):
                return (term.factor > 0) - (term.factor < 0)
            return self._direction_by_ends(step) * (1 if term.factor >= 0 else -1)
        if step.type == VOLTAGE:
            return self._direction_by_ends(step)
        if step.type == RAMP:
            term = self._term(step, step.value)
            return (term.factor > 0) - (term.factor < 0)
        if step.type == SIMULATION and run_of(step.value).profile in self.profiles:
            values = self.profiles[run_of(step.value).profile].values
            return (max(values) <= 0) - (min(values) >= 0)
        return 0

    def _held(self, step: RawStep) -> Hold:
        term = self._term(step, step.value)
        direction = self.direction(step)
        if direction == 0:
            return Hold(kind="Rest")
        kind: Kind = "Charge" if direction > 0 else "Discharge"
        hold = None
        if step.type == CCCV:
            hold = self._number(step, step.first)
            if step.second not in ("", "0"):
                self.notes.append(
                    f"{step.name} corrects its voltage for a resistance of {step.second} Ohm;"
                    " that is left out"
                )
        in_c = step.type == C_RATE or term.name == NOMINAL
        return Hold(
            kind=kind,
            mode="C-rate" if in_c else "Current",
            value=self._value(step, term),
            hold_voltage=hold,
        )

    def _value(self, step: RawStep, term: Term) -> Value:
        if term.name in (None, NOMINAL):
            return abs(term.factor)
        named: Expression
        if term.name == LAST_CURRENT:
            named = Live("Current", _NOWHERE)
        elif term.name is not None and term.name.startswith(CAN_VALUE):
            named = Input(term.name, _NOWHERE)
            self.notes.append(
                f"{step.name} takes its current from {term.name}, a value that comes over the CAN"
                " bus; it became an input"
            )
        else:
            raise Unreadable(
                f"{step.name}: its current is a multiple of {term.name}, which is not known",
                line=step.line,
                key="m_szCtrlValue",
            )
        if abs(term.factor) == 1:
            return named
        return Operation("*", Number(abs(term.factor), _NOWHERE), named, _NOWHERE)

    def _ramp(self, step: RawStep) -> Drive:
        name = step.label
        start, slope = self._term(step, step.value), self._term(step, step.first)
        if start.name or slope.name:
            self.missing.setdefault(name)
            self.notes.append(
                f"{step.name} is a ramp from {step.value} A by {step.first} A/s, which only the"
                f" cycler can work out; give it as the drive cycle {name!r}"
            )
            return Drive(profile=name)
        seconds = _duration(step)
        if seconds is None:
            raise Unreadable(
                f"{step.name}: a ramp needs an end on {STEP_TIME}", line=step.line, key=step.type
            )
        end = start.factor + slope.factor * seconds
        values = (-start.factor, -_rounded(end))
        self._keep(Profile(name, "Current", (0.0, seconds), values, _NOWHERE), step)
        return Drive(profile=name)

    def _simulation(self, step: RawStep) -> Drive:
        run = run_of(step.value)
        data = self._beside(step.value)
        if data is None:
            self.missing.setdefault(run.profile)
            self.notes.append(f"{step.name} follows {step.value}, which is not given")
        else:
            self._keep(read_profile(data, run, step.value), step)
        return Drive(profile=run.profile, scale=run.scale, repeat=run.repeat)

    def _keep(self, profile: Profile, step: RawStep) -> None:
        known = self.profiles.setdefault(profile.name, profile)
        if known != profile:
            raise Unreadable(
                f"{step.name}: there is another drive cycle named {profile.name!r} already",
                line=step.line,
                key="m_szCtrlValue",
            )

    def _beside(self, filename: str) -> bytes | None:
        for name, data in self.side_files.items():
            if name.lower() == filename.lower():
                return data
        return None

    def _direction_by_ends(self, step: RawStep) -> int:
        """Tell the direction by what ends the step, or by the step before it."""
        for limit in step.limits:
            for equation in limit.equations:
                found = self._direction_by(equation, step) if limit.ends else 0
                if found:
                    return found
        for before in reversed(self.steps[: step.index]):
            if before.type in (CURRENT, C_RATE, CCCV, RAMP, VOLTAGE):
                term = self._term(before, before.value)
                if before.type != VOLTAGE and term.name in (None, NOMINAL) and term.factor:
                    return 1 if term.factor > 0 else -1
            if before.type == SIMULATION:
                return 1 if self.direction(before) >= 0 else -1
        return 1

    def _direction_by(self, equation: Equation, step: RawStep) -> int:
        rises = equation.sign.startswith(">")
        if equation.left in (CHANNEL_CURRENT, CV_CURRENT):
            factor = parse(equation.right, self.formulas, line=step.line, key=equation.left).factor
            return (factor > 0) - (factor < 0)
        if equation.left == CHANNEL_VOLTAGE and step.type != VOLTAGE:
            return 1 if rises else -1
        return 0

    def _term(self, step: RawStep, text: str) -> Term:
        return parse(text, self.formulas, line=step.line, key=step.type)

    def _number(self, step: RawStep, text: str) -> float:
        term = self._term(step, text)
        if term.name is not None:
            raise Unreadable(
                f"{step.name}: its voltage is a multiple of {term.name}, which is not known",
                line=step.line,
                key=step.type,
            )
        return term.factor


def _duration(step: RawStep) -> float | None:
    """Return the longest time that the ends of a step allow."""
    times = [
        float(limit.equations[0].right)
        for limit in step.limits
        if limit.ends
        and len(limit.equations) == 1
        and limit.equations[0].left == STEP_TIME
        and _is_number(limit.equations[0].right)
    ]
    return max(times) if times and max(times) > 0 else None


def _is_number(text: str) -> bool:
    try:
        return float(text) >= 0
    except ValueError:
        return False


def _rounded(value: float) -> float:
    """Drop the noise of one multiplication."""
    return float(f"{value:.12g}")
