"""Limits of an Arbin schedule -> ends, conditions and storage rules of a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from types import MappingProxyType

from ionworks.ucp.tree import (
    Call,
    Expression,
    Live,
    Number,
    Operation,
    Operator,
    Position,
    Quantity,
    Sign,
    Variable,
)
from ionworks_engine.vendors.arbin_layout import Equation
from ionworks_engine.vendors.arbin_loops import counter_of
from ionworks_engine.vendors.arbin_schedule import RawLimit, RawStep
from ionworks_engine.vendors.arbin_steps import NEVER
from ionworks_engine.vendors.arbin_terms import Term, parse
from ionworks_engine.vendors.arbin_words import (
    CHANNEL_CURRENT,
    CHANNEL_VOLTAGE,
    CHARGED,
    CV_CURRENT,
    CV_TIME,
    CYCLE,
    DISCHARGED,
    LOGGED,
    NOMINAL,
    STEP_TIME,
    TOTALS,
    UNSAFE,
    VARIABLE,
)
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.program import Record, Stop, Value

NOWHERE = Position("")
_FLIPPED: Mapping[str, Operator] = MappingProxyType({"<": ">", "<=": ">=", ">": "<", ">=": "<="})
_TOTAL_KINDS: Mapping[str, str] = MappingProxyType({CHARGED: "Charge", DISCHARGED: "Discharge"})


@dataclass(frozen=True, slots=True)
class Asked:
    """The kind of current that a step has: 1 charges, -1 discharges, 0 neither or both."""

    step: RawStep
    direction: int


@dataclass(slots=True)
class Limits:
    """Reads limits, and keeps the notes on what they say beyond the language.

    ``tracked`` are the kinds whose capacity counts over several steps, as a variable.
    """

    formulas: Mapping[str, str]
    tracked: frozenset[str]
    notes: list[str] = field(default_factory=list)

    def stops(self, asked: Asked, goto: Callable[[RawLimit], int]) -> Iterator[Stop]:
        """Yield the ends of a step, in order."""
        for limit in asked.step.limits:
            if limit.ends:
                yield from self._stop(limit, asked, goto(limit))

    def branches(
        self, asked: Asked, goto: Callable[[RawLimit], int]
    ) -> Iterator[tuple[Expression | None, int]]:
        """Yield conditions that are known before the step begins, and where they lead."""
        for limit in asked.step.limits:
            if limit.ends and self._is_known_before(limit, asked):
                yield self._condition(limit.equations, limit, asked), goto(limit)

    def ways(
        self, step: RawStep, goto: Callable[[RawLimit], int]
    ) -> Iterator[tuple[Expression | None, int]]:
        """Yield the conditions of a counter step and where they lead; ``None`` is always."""
        asked = Asked(step, 0)
        for limit in step.limits:
            if not limit.ends:
                continue
            known = tuple(e for e in limit.equations if e.left != STEP_TIME)
            if not known:
                yield None, goto(limit)
                return
            yield self._condition(known, limit, asked), goto(limit)

    def record(self, step: RawStep) -> Record:
        """Return when a step stores rows."""
        record = Record()
        for limit in step.limits:
            if limit.ends or not limit.logs:
                continue
            if len(limit.equations) == 1 and limit.equations[0].left in LOGGED:
                equation = limit.equations[0]
                term = self._term(equation, limit)
                if term.name is None and term.factor > 0:
                    record = replace(record, **{LOGGED[equation.left]: term.factor})
                    continue
            self.notes.append(f"{step.name} stores rows by a rule that is left out: {_told(limit)}")
        return record

    def capacity_kinds(self, step: RawStep) -> set[str]:
        """Return the kinds of capacity that the limits of a step ask."""
        return {
            _TOTAL_KINDS[equation.left]
            for limit in step.limits
            if limit.ends
            for equation in limit.equations
            if equation.left in _TOTAL_KINDS
        }

    def _stop(self, limit: RawLimit, asked: Asked, goto: int) -> Iterator[Stop]:
        if limit.goto == UNSAFE:
            self.notes.append(
                f"{asked.step.name} stops the test as unsafe at {_told(limit)}; read as its end"
            )
        if self._is_known_before(limit, asked):
            return
        known = [e for e in limit.equations if self._is_static(e.left, asked)]
        live = [e for e in limit.equations if e not in known]
        if len(live) == 2 and {e.left for e in live} == {CV_CURRENT, CV_TIME}:
            self.notes.append(
                f"{asked.step.name} asks the current only some time after its voltage is reached:"
                f" {_told(limit)}; read as the current alone"
            )
            live = [e for e in live if e.left == CV_CURRENT]
        if len(live) != 1:
            raise Unreadable(
                f"{asked.step.name}: an end that needs several measured values at once is not"
                f" known in protocols: {_told(limit)}",
                line=limit.line,
                key="Equation1_szLeft",
            )
        stop = self._live(live[0], limit, asked, goto)
        if known:
            condition = self._condition(known, limit, asked)
            stop = replace(stop, value=_only_if(condition, stop))
        yield stop

    def _live(self, equation: Equation, limit: RawLimit, asked: Asked, goto: int) -> Stop:
        operator = _operator(equation.sign)
        if equation.left == CV_TIME:
            raise Unreadable(
                f"{asked.step.name}: a time since the voltage was reached is not known in"
                " protocols",
                line=limit.line,
                key=equation.left,
            )
        term = self._term(equation, limit)
        if equation.left in (CHANNEL_CURRENT, CV_CURRENT):
            return self._current(term, operator, limit, asked, goto)
        if term.name is not None:
            raise Unreadable(
                f"{asked.step.name}: {equation.left} is compared with {term.name}, which is not"
                " known",
                line=limit.line,
                key=equation.left,
            )
        if equation.left in _TOTAL_KINDS:
            kind = _TOTAL_KINDS[equation.left]
            value: Value = term.factor
            if kind in self.tracked:
                value = _operation("-", Number(term.factor, NOWHERE), _total(kind))
            return Stop("Capacity", operator, value, goto)
        return Stop(self._quantity(equation.left, limit, asked), operator, term.factor, goto)

    def _quantity(self, left: str, limit: RawLimit, asked: Asked) -> Quantity:
        if left == CHANNEL_VOLTAGE:
            return "Voltage"
        if left == STEP_TIME:
            return "Time"
        if left.startswith("AV_T["):
            self.notes.append(f"{asked.step.name} ends by the temperature of the sensor {left}")
            return "Temperature"
        raise Unreadable(
            f"{asked.step.name}: an end on {left} is not known in protocols",
            line=limit.line,
            key=left,
        )

    def _current(
        self, term: Term, operator: Operator, limit: RawLimit, asked: Asked, goto: int
    ) -> Stop:
        sign = asked.direction
        if sign == 0 or sign * term.factor < 0 or term.name not in (None, NOMINAL):
            raise Unreadable(
                f"{asked.step.name}: the end {_told(limit)} does not fit the direction of its"
                " current",
                line=limit.line,
                key=CHANNEL_CURRENT,
            )
        quantity: Quantity = "Current" if term.name is None else "C-rate"
        return Stop(
            quantity,
            operator if sign > 0 else _FLIPPED[operator],
            abs(term.factor),
            goto,
        )

    def _is_known_before(self, limit: RawLimit, asked: Asked) -> bool:
        return bool(limit.equations) and all(
            self._is_static(equation.left, asked) for equation in limit.equations
        )

    def _is_static(self, left: str, asked: Asked) -> bool:
        """Say whether a value does not change while the step runs."""
        if left == CYCLE or counter_of(left) is not None:
            return True
        kind = _TOTAL_KINDS.get(left)
        return kind is not None and asked.direction != {"Charge": 1, "Discharge": -1}[kind]

    def _condition(
        self, equations: Sequence[Equation], limit: RawLimit, asked: Asked
    ) -> Expression:
        parts = [self._comparison(equation, limit, asked) for equation in equations]
        return reduce(lambda one, other: _operation("*", one, other), parts)

    def _comparison(self, equation: Equation, limit: RawLimit, asked: Asked) -> Expression:
        term = self._term(equation, limit)
        counter, kind = counter_of(equation.left), _TOTAL_KINDS.get(equation.left)
        left: Expression
        bound = term.factor
        if counter is not None:
            left = Variable(f"{VARIABLE}{counter}", NOWHERE)
        elif equation.left == CYCLE:
            left, bound = Live("Cycle", NOWHERE), bound - 1
        elif kind is not None:
            left = _total(kind)
        else:
            raise Unreadable(
                f"{asked.step.name}: a branch on {equation.left} is not known in protocols",
                line=limit.line,
                key=equation.left,
            )
        if term.name is not None:
            raise Unreadable(
                f"{asked.step.name}: {equation.left} is compared with {term.name}",
                line=limit.line,
                key=equation.left,
            )
        sign: Sign = "==" if equation.sign == "=" else _operator(equation.sign)
        return _operation(sign, left, Number(bound, NOWHERE))

    def _term(self, equation: Equation, limit: RawLimit) -> Term:
        return parse(equation.right, self.formulas, line=limit.line, key=equation.left)


def total(kind: str) -> str:
    """Return the variable that adds up the capacity of a kind.

    Examples
    --------
    >>> total("Charge")
    'VAR_CHARGE_CAPACITY'
    """
    return TOTALS[kind]


def _total(kind: str) -> Variable:
    return Variable(total(kind), NOWHERE)


def _operation(sign: Sign, left: Expression, right: Expression) -> Operation:
    return Operation(sign, left, right, NOWHERE)


def _only_if(condition: Expression, stop: Stop) -> Expression:
    """Return a bound that is out of reach where the condition does not hold."""
    never = -NEVER if stop.operator[0] == "<" else NEVER
    if not isinstance(stop.value, float):
        raise Unreadable("an end has both a condition and a capacity over several steps")
    bound = Number(stop.value, NOWHERE)
    return Call("ifelse", (condition, bound, Number(never, NOWHERE)), NOWHERE)


def _operator(sign: str) -> Operator:
    """Return the operator; a measured value that shall equal a bound has passed it."""
    for operator in ("<", "<=", ">"):
        if sign == operator:
            return operator
    return ">="


def _told(limit: RawLimit) -> str:
    return " and ".join(f"{e.left} {e.sign} {e.right}" for e in limit.equations)
