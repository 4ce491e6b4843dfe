"""What the counter steps of a schedule do, and which of their counters are plain loops.

A loop is a step that adds 1 to a counter and goes back while it is below a number, if the counter
is 0 on every way into the steps between, and nothing else uses it. Counters that do more are read
as variables.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass

from ionworks_engine.vendors.arbin_schedule import RawStep
from ionworks_engine.vendors.arbin_words import (
    ADVANCE_CYCLE,
    CAN,
    COUNTER,
    COUNTERS,
    END,
    NEXT,
    RESET_TOTALS,
    RESISTANCE,
    REST,
    STEP_TIME,
    UNSAFE,
    VARIABLES,
    increment_bit,
    reset_bit,
)
from ionworks_engine.vendors.errors import Unreadable

_COUNTER = re.compile(rf"{COUNTER}(\d+)")
_ALL = range(1, COUNTERS + 1)


@dataclass(frozen=True, slots=True)
class Action:
    """What a counter step does: set to 0, then add."""

    totals: bool
    resets: frozenset[int]
    cycle: bool
    increments: frozenset[int]


@dataclass(frozen=True, slots=True)
class Loop:
    """From step ``start`` to the counter step ``bottom``, ``count`` times over."""

    start: int
    bottom: int
    counter: int
    count: int

    def has(self, index: int) -> bool:
        """Say whether a step stands in the loop."""
        return self.start <= index <= self.bottom


class Flow:
    """The ways between the steps of a schedule, and its loops.

    Parameters
    ----------
    steps
        All steps of the file.

    Raises
    ------
    Unreadable
        If a limit goes to a label that no step has, or a counter step has bits that are not known.
    """

    def __init__(self, steps: Sequence[RawStep]) -> None:
        self._steps = steps
        self._labels = {step.label: step.index for step in reversed(steps)}
        self.actions = [_action(step) for step in steps]
        self.exits = [self._exits(step) for step in steps]
        self._sources: list[list[int]] = [[] for _ in range(len(steps) + 1)]
        for index, exits in enumerate(self.exits):
            for goto in exits:
                self._sources[goto].append(index)
        self._zeros = {
            counter: self.is_zero(
                lambda index, counter=counter: self._touches(index, counter) == "resets",  # type: ignore[misc]
                lambda index, counter=counter: self._touches(index, counter) == "adds",  # type: ignore[misc]
            )
            for counter in _ALL
        }
        self._users = {
            counter: [step.index for step in steps if self.uses(step.index, counter)]
            for counter in _ALL
        }
        self.loops = self._plain_loops()
        self._around = {
            (loop.counter, index): loop
            for loop in self.loops
            for index in range(loop.start, loop.bottom + 1)
        }
        self.bottoms = {loop.bottom: loop for loop in self.loops}
        self.variables = {counter for counter in _ALL if self._is_loose(counter, self.loops)}

    def uses(self, index: int, counter: int) -> bool:
        """Say whether a step asks a counter, or adds to it."""
        asks = any(
            equation.left == f"{COUNTER}{counter}"
            for limit in self._steps[index].limits
            if limit.ends
            for equation in limit.equations
        )
        return asks or self._touches(index, counter) == "adds"

    def goto(self, step: RawStep, goto: str, line: int) -> int:
        """Return the index of the step that a limit goes to; the count of all for the end."""
        if goto == NEXT:
            return step.index + 1
        if goto in (END, UNSAFE):
            return len(self._steps)
        if goto not in self._labels:
            raise Unreadable(f"there is no step labelled {goto!r}", line=line, key="m_szGotoStep")
        return self._labels[goto]

    def is_zero(
        self, sets: Callable[[int], bool], changes: Callable[[int], bool]
    ) -> list[tuple[bool, bool]]:
        """Say for each step whether something is surely 0 before it, and after it.

        Parameters
        ----------
        sets, changes
            Whether a step makes it 0, and whether it makes it something else.
        """
        before = [True] * len(self._steps)
        after = [sets(index) or not changes(index) for index in range(len(self._steps))]
        waiting = [index for index, zero in enumerate(after) if not zero]
        while waiting:
            for index in self.exits[waiting.pop()]:
                if index < len(self._steps) and before[index]:
                    before[index] = False
                    if after[index] and not sets(index):
                        after[index] = False
                        waiting.append(index)
        return list(zip(before, after, strict=True))

    def landings(self, silent: Container[int]) -> list[int]:
        """Return for each step, and the end, where steps that say nothing lead to."""
        found = [-1] * len(self._steps) + [len(self._steps)]
        for first in range(len(self._steps)):
            path, index = list[int](), first
            while found[index] < 0 and index in silent:
                path.append(index)
                found[index] = index
                index = self.exits[index][0]
            landing = index if found[index] < 0 else found[index]
            for passed in (*path, first):
                found[passed] = landing
        return found

    def restarted(self, index: int) -> bool:
        """Say whether a step that resets counters begins a loop anew from within."""
        target, action = self.exits[index][0], self.actions[index]
        if action is None:
            return False
        around = [self._around.get((counter, target)) for counter in action.resets]
        return any(loop is not None and any(map(loop.has, self._sources[index])) for loop in around)

    def _exits(self, step: RawStep) -> list[int]:
        """Return where a step can go to; it goes on if it has no limit that ends it."""
        gotos = [self.goto(step, limit.goto, limit.line) for limit in step.limits if limit.ends]
        if self.actions[step.index] is not None and not _is_exhaustive(step):
            gotos.append(step.index + 1)
        return list(dict.fromkeys(gotos)) or [step.index + 1]

    def _plain_loops(self) -> tuple[Loop, ...]:
        candidates = [loop for step in self._steps for loop in self._candidate(step)]
        while True:
            tangled = _tangled(candidates)
            loops = [loop for loop in candidates if loop not in tangled and self._is_plain(loop)]
            loose = {counter for counter in _ALL if self._is_loose(counter, loops)}
            loops = [loop for loop in loops if loop.counter not in loose]
            if loops == candidates:
                return tuple(loops)
            candidates = loops

    def _candidate(self, step: RawStep) -> Iterator[Loop]:
        action = self.actions[step.index]
        if action is None or len(action.increments) != 1 or action.resets:
            return
        (counter,) = action.increments
        ends = [limit for limit in step.limits if limit.ends]
        back = [limit for limit in ends if self.goto(step, limit.goto, limit.line) <= step.index]
        if len(back) != 1 or back[0] is not ends[0] or len(back[0].equations) != 1:
            return
        others = {self.goto(step, limit.goto, limit.line) for limit in ends[1:]}
        equation = back[0].equations[0]
        if equation.left != f"{COUNTER}{counter}" or others - {step.index + 1, len(self._steps)}:
            return
        count = _whole(equation.right)
        if count is None or equation.sign not in ("<", "<="):
            return
        count += equation.sign == "<="
        if count >= 1:
            start = self.goto(step, back[0].goto, back[0].line)
            yield Loop(start, step.index, counter, count)

    def _is_plain(self, loop: Loop) -> bool:
        """Say whether the counter is 0 on all ways in, and left alone between."""
        states = self._zeros[loop.counter]
        inside = range(loop.start, loop.bottom + 1)
        if any(self._touches(index, loop.counter) for index in inside if index != loop.bottom):
            return False
        return all(
            states[source][1]
            for index in inside
            for source in self._sources[index]
            if not loop.has(source)
        )

    def _touches(self, index: int, counter: int) -> str:
        action = self.actions[index]
        if action is None:
            return ""
        if counter in action.increments:
            return "adds"
        return "resets" if counter in action.resets else ""

    def _is_loose(self, counter: int, loops: Sequence[Loop]) -> bool:
        """Say whether a counter is asked or raised somewhere else than in plain loops."""
        bottoms = {loop.bottom for loop in loops if loop.counter == counter}
        return not bottoms.issuperset(self._users[counter])


def _tangled(loops: Sequence[Loop]) -> set[Loop]:
    """Return loops that cross others, or have one with their own counter in them."""
    found: set[Loop] = set()
    last: dict[int, int] = {}
    for loop in sorted(loops, key=lambda loop: loop.bottom):
        if last.get(loop.counter, -1) >= loop.start:
            found.add(loop)
        last[loop.counter] = loop.bottom
    around: list[Loop] = []
    for loop in sorted(loops, key=lambda loop: (loop.start, -loop.bottom)):
        while around and around[-1].bottom < loop.bottom:
            before = around.pop()
            if before.bottom >= loop.start:
                found |= {before, loop}
        around.append(loop)
    return found


def is_passing(step: RawStep) -> bool:
    """Say whether a step does nothing that a protocol can say, and always goes one way."""
    if step.type == CAN:
        return True
    return step.type in (RESISTANCE, REST) and _ends_at_once(step)


def counter_of(left: str) -> int | None:
    """Return the number of a counter, ``None`` if the name is another.

    Examples
    --------
    >>> counter_of("TC_Counter2")
    2
    """
    match = _COUNTER.fullmatch(left)
    return int(match[1]) if match else None


def _ends_at_once(step: RawStep) -> bool:
    asked = [limit.equations for limit in step.limits if limit.ends]
    return (
        len(asked) == 1
        and len(asked[0]) == 1
        and asked[0][0].left == STEP_TIME
        and asked[0][0].sign in (">", ">=", "=")
        and _whole(asked[0][0].right) == 0
    )


def _is_exhaustive(step: RawStep) -> bool:
    """Say whether one of the limits always holds: one on the time, or two that are opposite."""
    asked = [limit.equations for limit in step.limits if limit.ends]
    if any(not equations or equations[0].left == STEP_TIME for equations in asked):
        return True
    single = {(e[0].left, e[0].sign, e[0].right) for e in asked if len(e) == 1}
    opposite = {"<": (">=", "="), "<=": (">",), ">": ("<=",), ">=": ("<",), "=": ("<",)}
    return any(
        (left, other, right) in single for left, sign, right in single for other in opposite[sign]
    )


def _whole(text: str) -> int | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if math.isfinite(value) and value == int(value) else None


def _action(step: RawStep) -> Action | None:
    if step.type != VARIABLES:
        return None
    reset, increment, decrement = (
        _bits(text, step) for text in (step.value, step.first, step.second)
    )
    known_resets = RESET_TOTALS | sum(map(reset_bit, _ALL))
    known_increments = ADVANCE_CYCLE | sum(map(increment_bit, _ALL))
    for bits, known in ((reset, known_resets), (increment, known_increments), (decrement, 0)):
        if bits & ~known:
            raise Unreadable(
                f"{step.name}: what the bits {bits & ~known} of a counter step do is not known",
                line=step.line,
                key="m_szCtrlValue",
            )
    return Action(
        totals=bool(reset & 0b11),
        resets=frozenset(counter for counter in _ALL if reset & reset_bit(counter)),
        cycle=bool(increment & ADVANCE_CYCLE),
        increments=frozenset(counter for counter in _ALL if increment & increment_bit(counter)),
    )


def _bits(text: str, step: RawStep) -> int:
    bits = _whole(text) if text else 0
    if bits is None or bits < 0:
        raise Unreadable(f"{step.name}: {text!r} are no bits", line=step.line, key="m_szCtrlValue")
    return bits
