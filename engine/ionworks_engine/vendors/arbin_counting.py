"""Lines that take no time -> steps that set and ask the cycler's counters."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from ionworks.ucp.tree import Expression, Live, Number, Operation, Variable
from ionworks_engine.vendors.arbin_layout import EQUATIONS, Equation, Limit, Step, at_once, number
from ionworks_engine.vendors.arbin_plan import Plan, clears
from ionworks_engine.vendors.arbin_words import (
    ADVANCE_CYCLE,
    CHARGED,
    COUNTER,
    CYCLE,
    DISCHARGED,
    RESET_TOTALS,
    TOTALS,
    VARIABLES,
    increment_bit,
    reset_bit,
)
from ionworks_engine.vendors.capabilities import inexpressible
from ionworks_engine.vendors.capability_table import KINDS
from ionworks_engine.vendors.program import Assign, Count, Jump, Line, Program, Repeat, Value

_OPPOSITE = MappingProxyType({"<": ">=", "<=": ">", ">": "<=", ">=": "<"})
_MIRRORED = MappingProxyType({"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="})
_TOTAL_OF = {TOTALS["Charge"]: CHARGED, TOTALS["Discharge"]: DISCHARGED}


class Counting:
    """Writes counters, loops and branches of one program."""

    def __init__(self, program: Program, plan: Plan, target: str) -> None:
        self._lines = program.lines
        self._plan = plan
        self._target = target
        self._totals = any(clears(line) for line in program.lines)
        self._counts = any(isinstance(line, Count) for line in program.lines)

    def step(self, index: int, line: Line) -> Step:
        """Return the step of a line.

        Raises
        ------
        Inexpressible
            If no counter can say it.
        """
        if isinstance(line, Count):
            return self._set(index, 0 if self._totals else RESET_TOTALS, ADVANCE_CYCLE)
        if isinstance(line, Repeat):
            return self._loop(index, line)
        if isinstance(line, Assign):
            return self._assign(index, line)
        if isinstance(line, Jump):
            return self._branch(index, line)
        raise inexpressible(f"{KINDS[type(line)]} here", self._target, index, line)

    def equations(self, condition: Expression, index: int) -> tuple[Equation, ...]:
        """Return the comparisons that a condition joins by «and»."""
        found = tuple(self._comparisons(condition, index))
        if len(found) > EQUATIONS:
            raise self._refused(f"a condition of more than {EQUATIONS} comparisons", index)
        return found

    def _set(self, index: int, reset: int, increment: int, *limits: Limit) -> Step:
        return Step(
            label=self._plan.labels[index],
            type=VARIABLES,
            value=str(reset),
            first=str(increment),
            second="0",
            limits=limits or (at_once(self._plan.goto(index, index + 1)),),
        )

    def _loop(self, index: int, line: Repeat) -> Step:
        if not isinstance(line.count, float) or line.count != int(line.count) or line.count < 1:
            raise self._refused("a count that is no whole number", index)
        counter = self._plan.counter(index)
        name, count = f"{COUNTER}{counter}", number(line.count)
        return self._set(
            index,
            0,
            increment_bit(counter),
            Limit((Equation(name, "<", count),), self._plan.goto(index, line.start), logs=False),
            Limit((Equation(name, ">=", count),), self._plan.goto(index, index + 1), logs=False),
        )

    def _assign(self, index: int, line: Assign) -> Step:
        if clears(line):
            return self._set(index, RESET_TOTALS, 0)
        if line.name in TOTALS.values():
            raise self._refused(f"another use of {line.name}", index)
        counter = self._plan.variables[line.name]
        if line.value == 0:
            return self._set(index, reset_bit(counter), 0)
        if _adds_one(line.name, line.value):
            return self._set(index, 0, increment_bit(counter))
        instead = f"a counter can be set to 0, and {line.name} + 1"
        raise inexpressible(f"this value of {line.name}", self._target, index, line, instead)

    def _branch(self, index: int, line: Jump) -> Step:
        goto, following = self._plan.goto(index, line.goto), self._plan.goto(index, index + 1)
        if line.condition is None:
            return self._set(index, 0, 0, at_once(goto))
        asked = self.equations(line.condition, index)
        other = at_once(following)
        if len(asked) == 1:
            only = asked[0]
            opposite = Equation(only.left, _OPPOSITE[only.sign], only.right)
            other = Limit((opposite,), following, logs=False)
        return self._set(index, 0, 0, Limit(asked, goto, logs=False), other)

    def _comparisons(self, condition: Expression, index: int) -> Iterator[Equation]:
        if isinstance(condition, Operation) and condition.sign == "*":
            yield from self._comparisons(condition.left, index)
            yield from self._comparisons(condition.right, index)
            return
        sides = _sides(condition)
        if sides is None:
            raise self._refused("this condition", index)
        asked, sign, value = sides
        for single in ("<=", ">=") if sign == "==" else (sign,):
            yield Equation(*self._asked(asked, value, single, index))

    def _asked(
        self, asked: Expression, value: float, sign: str, index: int
    ) -> tuple[str, str, str]:
        if isinstance(asked, Live) and asked.name == "Cycle" and self._counts:
            return CYCLE, sign, number(value + 1)
        if isinstance(asked, Variable):
            if asked.name in _TOTAL_OF and self._totals:
                return _TOTAL_OF[asked.name], sign, number(value)
            if asked.name in self._plan.variables:
                return f"{COUNTER}{self._plan.variables[asked.name]}", sign, number(value)
        raise self._refused("this condition", index)

    def _refused(self, construct: str, index: int) -> Exception:
        return inexpressible(
            construct,
            self._target,
            index,
            self._lines[index],
            "counters and Cycle can be compared with numbers by < <= > >= ==",
        )


def _adds_one(name: str, value: Value) -> bool:
    return (
        isinstance(value, Operation)
        and value.sign == "+"
        and isinstance(value.left, Variable)
        and value.left.name == name
        and isinstance(value.right, Number)
        and value.right.value == 1
    )


def _sides(condition: Expression) -> tuple[Expression, str, float] | None:
    """Return what is compared, how, and with which number."""
    if not isinstance(condition, Operation) or condition.sign not in _MIRRORED:
        return None
    if isinstance(condition.right, Number):
        return condition.left, condition.sign, condition.right.value
    if isinstance(condition.left, Number):
        return condition.right, _MIRRORED[condition.sign], condition.left.value
    return None
