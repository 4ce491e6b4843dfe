"""Lines that take time -> steps of an Arbin schedule, with their limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ionworks.ucp.tree import Call, Expression, Input, Live, Number, Operation, Profile, Variable
from ionworks_engine.vendors.arbin_counting import Counting
from ionworks_engine.vendors.arbin_layout import EQUATIONS, Equation, Limit, Step, number
from ionworks_engine.vendors.arbin_plan import Plan
from ionworks_engine.vendors.arbin_profiles import Run, duration
from ionworks_engine.vendors.arbin_words import (
    C_RATE,
    CCCV,
    CHANNEL_CURRENT,
    CHANNEL_VOLTAGE,
    CHARGED,
    CURRENT,
    CV_CURRENT,
    CV_TIME,
    DISCHARGED,
    LAST_CURRENT,
    LOGGED,
    NEXT,
    NOMINAL,
    RAMP,
    REST,
    SIMULATION,
    STEP_TIME,
    TEMPERATURE,
    TOTALS,
    VOLTAGE,
    Dialect,
)
from ionworks_engine.vendors.capabilities import inexpressible
from ionworks_engine.vendors.capability_table import KINDS
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.program import (
    Drive,
    Hold,
    Line,
    Program,
    Stop,
    TimedLine,
    Value,
)
from ionworks_engine.vendors.records import effective
from ionworks_engine.vendors.ways import Ways

NEVER = 1e9
"""A bound that is never reached: what a condition makes of one that shall not hold."""

CAN_VALUE = "CAN_MV_"
"""How values begin that come over a CAN bus."""

_FLIPPED: Mapping[str, str] = MappingProxyType({"<": ">", "<=": ">=", ">": "<", ">=": "<="})
_HELD = Equation(CV_TIME, ">", "1")
"""What saved schedules ask beside the current of a CCCV step: that its voltage is held for 1 s."""
_SIMULATION_EXTRA = "non-repeat,no extra 2 points"


@dataclass(frozen=True, slots=True)
class Steps:
    """Writes the timed lines of one program."""

    program: Program
    plan: Plan
    counting: Counting
    dialect: Dialect
    profiles: Mapping[str, Profile]

    def step(self, index: int, line: TimedLine) -> Step:
        """Return the step of a line, without the chamber's stage.

        Raises
        ------
        Inexpressible
            If the dialect has no word for it that is known.
        """
        if isinstance(line, Hold):
            step = self._hold(index, line)
        elif isinstance(line, Drive):
            step = self._drive(index, line)
        else:
            raise self._refused(KINDS[type(self.program.lines[index])], index)
        limits = (
            *(self._limit(index, line, stop, step.type) for stop in line.stops),
            *self._natural_end(index, line),
        )
        if not limits:
            raise self._refused("a step without an end", index)
        return Step(
            label=self.plan.labels[index],
            type=step.type,
            value=step.value,
            first=step.first,
            second=step.second,
            extra=step.extra,
            largest=step.largest,
            limits=(*limits, *self._records(line)),
        )

    def clears_before(self, line: TimedLine) -> bool:
        """Say whether the total that a limit asks must be set to 0 before the step."""
        return any(
            stop.quantity == "Capacity" and isinstance(stop.value, float) for stop in line.stops
        )

    def _hold(self, index: int, line: Hold) -> Step:
        sign = -1 if line.kind == "Discharge" else 1
        if line.mode is None:
            return Step(label="", type=REST)
        if line.mode == "Voltage":
            value = number(self._plain(line.value, index))
            return Step(label="", type=VOLTAGE, value=value, largest=self._largest(line))
        if line.mode not in ("Current", "C-rate"):
            raise self._refused(f"constant {line.mode.lower()}", index)
        largest = self._amperes(line)
        if line.hold_voltage is not None:
            return Step(
                label="",
                type=CCCV,
                value=self._held_current(index, line, sign),
                first=number(self._plain(line.hold_voltage, index)),
                second="0",
                largest=largest,
            )
        if line.mode == "C-rate":
            value = number(sign * self._plain(line.value, index))
            return Step(label="", type=C_RATE, value=value, largest=largest)
        return Step(label="", type=CURRENT, value=self._current(index, line, sign), largest=largest)

    def _held_current(self, index: int, line: Hold, sign: int) -> str:
        """Return the current of a CC-CV step, which knows no C-rates."""
        if line.mode == "Current":
            return self._current(index, line, sign)
        return self._multiple(sign * self._plain(line.value, index), index)

    def _multiple(self, rate: float, index: int) -> str:
        """Return a C-rate as a current."""
        if self.dialect.has_test_object:
            return f"{number(rate)} * {NOMINAL}"
        if self.program.capacity is None:
            raise self._refused(
                "a C-rate in CC-CV or as a limit",
                index,
                "give nominal_capacity_ah: it is written as a current in A",
            )
        return number(rate * self.program.capacity)

    def _current(self, index: int, line: Hold, sign: int) -> str:
        value = line.value
        if isinstance(value, float):
            return number(sign * value)
        factor, name = _multiplied(value)
        if isinstance(name, Input) and name.name.startswith(CAN_VALUE):
            return name.name if factor == 1 else f"{number(factor)} * {name.name}"
        if isinstance(name, Live) and name.name == "Current" and self.dialect.has_test_object:
            if not self._keeps_direction(index, sign):
                raise self._refused(
                    "the current of the last step here",
                    index,
                    "the step before must go the same way",
                )
            return LAST_CURRENT if factor == 1 else f"{number(factor)} * {LAST_CURRENT}"
        raise self._refused("this current", index, "give a number")

    def _keeps_direction(self, index: int, sign: int) -> bool:
        """Say whether all steps that may come before go the same way."""
        for way in Ways(self.program).to(index):
            line = None if way.source is None else self.program.lines[way.source]
            if isinstance(line, Drive) and line.profile in self.profiles:
                if any(-sign * value < 0 for value in self.profiles[line.profile].values):
                    return False
            elif not isinstance(line, Drive) and not (
                isinstance(line, Hold) and line.mode and _sign(line) == sign
            ):
                return False
        return True

    def _drive(self, index: int, line: Drive) -> Step:
        profile = self.profiles.get(line.profile)
        run = Run(line.profile, line.scale, line.repeat)
        if profile is not None and self._is_ramp(index, line, profile):
            start, end = -profile.values[0], -profile.values[1]
            return Step(
                label="",
                type=RAMP,
                value=number(start),
                first=number((end - start) / duration(profile)),
                largest=max(abs(start), abs(end)),
            )
        values = () if profile is None else profile.values
        return Step(
            label="",
            type=SIMULATION,
            value=run.filename,
            first="1",
            extra=_SIMULATION_EXTRA,
            largest=max((abs(value * line.scale) for value in values), default=0.0),
        )

    def _is_ramp(self, index: int, line: Drive, profile: Profile) -> bool:
        """Say whether a profile is one straight line, whose name the step can carry."""
        uses = [
            other
            for other in self.program.lines
            if isinstance(other, Drive) and other.profile == line.profile
        ]
        return (
            len(profile.times) == 2
            and len(uses) == 1
            and (line.scale, line.repeat) == (1, 1)
            and self.plan.labels[index] == line.profile
        )

    def _natural_end(self, index: int, line: TimedLine) -> Iterator[Limit]:
        """Yield the limit at which a drive cycle has run."""
        if not isinstance(line, Drive) or line.profile not in self.profiles:
            return
        end = duration(self.profiles[line.profile], line.repeat)
        times = [stop.value for stop in line.stops if stop.quantity == "Time"]
        if not any(isinstance(time, float) and time <= end for time in times):
            goto = self.plan.goto(index, index + 1)
            yield Limit((Equation(STEP_TIME, ">=", number(end)),), goto)

    def _limit(self, index: int, line: TimedLine, stop: Stop, step_type: str) -> Limit:
        value = stop.value
        conditions: tuple[Equation, ...] = ()
        if isinstance(value, Call):
            value, condition = self._conditional(value, stop, index)
            conditions = self.counting.equations(condition, index)
        equation = self._equation(index, line, stop, value, step_type)
        held = (_HELD,) if equation.left == CV_CURRENT else ()
        if len(conditions) + len(held) >= EQUATIONS:
            raise self._refused(f"an end of more than {EQUATIONS} comparisons", index)
        return Limit((equation, *held, *conditions), self.plan.goto(index, stop.goto))

    def _conditional(self, value: Call, stop: Stop, index: int) -> tuple[float, Expression]:
        never = -NEVER if stop.operator[0] == "<" else NEVER
        if value.function == "ifelse":
            condition, bound, other = value.arguments
            if isinstance(bound, Number) and _signed(other) == never:
                return bound.value, condition
        raise self._refused(
            f"this value of an end on {stop.quantity}",
            index,
            f"write a number, or ifelse(<condition>, <number>, {never:g})",
        )

    def _equation(
        self, index: int, line: TimedLine, stop: Stop, value: Value, step_type: str
    ) -> Equation:
        if stop.quantity == "Capacity":
            return self._capacity(index, line, stop, value)
        bound = self._plain(value, index)
        if stop.quantity == "Voltage":
            return Equation(CHANNEL_VOLTAGE, stop.operator, number(bound))
        if stop.quantity == "Time":
            return Equation(STEP_TIME, stop.operator, number(bound))
        if stop.quantity == "Temperature" and self.dialect.has_test_object:
            return Equation(TEMPERATURE, stop.operator, number(bound))
        if stop.quantity in ("Current", "C-rate"):
            return self._current_end(index, line, stop, bound, step_type)
        raise self._refused(f"an end on {stop.quantity}", index)

    def _current_end(
        self, index: int, line: TimedLine, stop: Stop, bound: float, step_type: str
    ) -> Equation:
        if not isinstance(line, Hold) or line.mode is None:
            raise self._refused("an end on the current of this step", index)
        sign = _sign(line)
        at_hold = step_type == CCCV and stop.operator[0] == "<" and not self.dialect.has_test_object
        return Equation(
            CV_CURRENT if at_hold else CHANNEL_CURRENT,
            stop.operator if sign > 0 else _FLIPPED[stop.operator],
            number(sign * bound)
            if stop.quantity == "Current"
            else self._multiple(sign * bound, index),
        )

    def _capacity(self, index: int, line: TimedLine, stop: Stop, value: Value) -> Equation:
        if not isinstance(line, Hold) or line.mode is None:
            raise self._refused("an end on the capacity of this step", index)
        left = DISCHARGED if line.kind == "Discharge" else CHARGED
        if isinstance(value, float):
            return Equation(left, stop.operator, number(value))
        if (
            isinstance(value, Operation)
            and value.sign == "-"
            and isinstance(value.left, Number)
            and isinstance(value.right, Variable)
            and value.right.name == TOTALS[line.kind]
        ):
            return Equation(left, stop.operator, number(value.left.value))
        raise self._refused("this capacity", index, "give a number")

    def _records(self, line: TimedLine) -> Iterator[Limit]:
        record = effective(line, self.program)
        for left, name in LOGGED.items():
            value = getattr(record, name)
            if value is not None:
                yield Limit((Equation(left, ">=", number(value)),), NEXT, ends=False)

    def _plain(self, value: Value | None, index: int) -> float:
        if isinstance(value, float | int):
            return float(value)
        raise self._refused("a value that is worked out in the run", index, "give a number")

    def _amperes(self, line: Hold) -> float:
        """Return the current of a line, or the largest of all lines if it is not known before."""
        if not isinstance(line.value, float):
            return self._largest(line)
        if line.mode == "C-rate":
            return line.value * (self.program.capacity or 0.0)
        return line.value

    def _largest(self, line: Hold) -> float:
        """Return what a current of a line may be: its safety limit, or the largest of all lines."""
        for guard in self.program.guards:
            if guard.quantity == f"{line.kind} current":
                return guard.value
        return max(
            (
                self._amperes(other)
                for other in self.program.lines
                if isinstance(other, Hold)
                and isinstance(other.value, float)
                and other.mode in ("Current", "C-rate")
            ),
            default=0.0,
        )

    def _refused(self, construct: str, index: int, instead: str | None = None) -> Inexpressible:
        line: Line = self.program.lines[index]
        return inexpressible(construct, self.dialect.target, index, line, instead)


def _sign(line: Hold) -> int:
    return -1 if line.kind == "Discharge" else 1


def _signed(expression: Expression) -> float | None:
    return expression.value if isinstance(expression, Number) else None


def _multiplied(value: Value | None) -> tuple[float, object]:
    """Return a factor, and what it multiplies."""
    if isinstance(value, Operation) and value.sign == "*" and isinstance(value.left, Number):
        return value.left.value, value.right
    return 1.0, value
