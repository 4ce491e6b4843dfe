"""An Arbin schedule -> a program, from both dialects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from ionworks.ucp.tree import Expression, Live, Number, Operation, Sign, Variable
from ionworks_engine.vendors.arbin_cells import Cells
from ionworks_engine.vendors.arbin_limits import NOWHERE, Asked, Limits, total
from ionworks_engine.vendors.arbin_loops import Action, Flow, is_passing
from ionworks_engine.vendors.arbin_safety import Safety
from ionworks_engine.vendors.arbin_schedule import RawLimit, RawStep, Schedule, parse
from ionworks_engine.vendors.arbin_schedule import version_of as version_of
from ionworks_engine.vendors.arbin_words import (
    CAN,
    RESISTANCE,
    REST,
    VARIABLE,
    VARIABLES,
)
from ionworks_engine.vendors.program import (
    Assign,
    Count,
    Drive,
    Hold,
    Jump,
    Line,
    Program,
    Repeat,
    Stop,
)
from ionworks_engine.vendors.records import hoisted

Places: TypeAlias = Callable[[int], int]
"""From the index of a step to that of the line it begins with."""

Draft: TypeAlias = Callable[[Places], Line]
"""A line whose jumps are looked up when all lines have their places."""

Way: TypeAlias = tuple[Expression | None, int]
"""A condition, and the step that it leads to."""


def read_schedule(data: bytes, side_files: Mapping[str, bytes]) -> Program:
    """Read a schedule with the files beside it.

    Raises
    ------
    Unreadable
        If it is cut or damaged, or says what no protocol can.
    """
    schedule = parse(data)
    flow = Flow(schedule.steps)
    safety = Safety(schedule, side_files)
    reading = _Reading(schedule, flow, side_files)
    lines, record = hoisted(reading.lines())
    profiles = reading.cells.profiles
    notes = (*reading.notes, *reading.cells.notes, *reading.limits.notes)
    return Program(
        lines=lines,
        guards=safety.guards(len(lines)),
        profiles=tuple(profiles.values()),
        record=record,
        capacity=safety.capacity,
        title=schedule.globals.optional("m_szComments"),
        notes=tuple(dict.fromkeys((*notes, *safety.notes))),
        missing=tuple(name for name in reading.cells.missing if name not in profiles),
    )


class _Reading:
    """Turns the steps of one schedule into lines."""

    def __init__(self, schedule: Schedule, flow: Flow, side_files: Mapping[str, bytes]) -> None:
        self.schedule = schedule
        self.flow = flow
        self.notes: list[str] = []
        self.cells = Cells(schedule.steps, schedule.formulas, side_files)
        self._timed = {
            step.index: self.cells.line(step)
            for step in schedule.steps
            if flow.actions[step.index] is None and not is_passing(step)
        }
        self.limits = Limits(schedule.formulas, frozenset(self._tracked()))
        self._silent = {step.index for step in schedule.steps if self._says_nothing(step)}
        self._landings = flow.landings(self._silent)

    def lines(self) -> tuple[Line, ...]:
        """Return all lines, their jumps in place."""
        drafts: list[Draft] = [*self._beginning()]
        firsts: dict[int, int] = {}
        for step in self.schedule.steps:
            firsts[step.index] = len(drafts)
            if step.index not in self._silent:
                drafts += self._drafts(step, len(drafts))
        end = len(drafts)

        def place(index: int) -> int:
            return firsts.get(self._landings[index], end)

        return tuple(draft(place) for draft in drafts)

    def _tracked(self) -> Iterator[str]:
        """Yield the kinds of capacity that some limit counts over more than its own step."""
        asked: dict[str, bool] = {}
        for step in self.schedule.steps:
            kinds = Limits({}, frozenset()).capacity_kinds(step)
            for kind in kinds:
                own = {"Charge": 1, "Discharge": -1}[kind]
                fresh = self.cells.direction(step) == own and self._is_fresh(step.index, own)
                asked[kind] = asked.get(kind, False) or not fresh
        if any(asked.values()):
            yield from sorted(asked)

    def _is_fresh(self, index: int, direction: int) -> bool:
        """Say whether a capacity is surely 0 when a step begins."""
        actions = self.flow.actions

        def clears(place: int) -> bool:
            action = actions[place]
            return action is not None and action.totals

        def adds(place: int) -> bool:
            line = self._timed.get(place)
            return line is not None and (
                isinstance(line, Drive)
                or self.cells.direction(self.schedule.steps[place]) == direction
            )

        return self.flow.is_zero(clears, adds)[index][0]

    def _says_nothing(self, step: RawStep) -> bool:
        """Say whether a step needs no line, and note what it did."""
        if is_passing(step):
            what = {
                CAN: "sends a CAN message",
                RESISTANCE: f"measures the internal resistance with pulses of {step.value} A",
                REST: "ends as soon as it begins",
            }[step.type]
            self.notes.append(f"{step.name} {what}; it is left out")
            return True
        action = self.flow.actions[step.index]
        if action is None or action.cycle or action.increments or len(_ways(self, step)) > 1:
            return False
        if action.resets & self.flow.variables or self.flow.restarted(step.index):
            return False
        if action.totals:
            return not self.limits.tracked
        return bool(action.resets)

    def _beginning(self) -> Iterator[Draft]:
        """Yield what sets counters and totals to 0, where the test counts on that they are."""
        for counter in sorted(self.flow.variables):
            if self._counts_on(
                lambda step, counter=counter: self.flow.uses(step.index, counter),  # type: ignore[misc]
                lambda action, counter=counter: counter in action.resets,  # type: ignore[misc]
            ):
                yield _fixed(Assign(name=f"{VARIABLE}{counter}", value=0.0))
        if self._counts_on(self._uses_totals, lambda action: action.totals):
            for kind in sorted(self.limits.tracked):
                yield _fixed(Assign(name=total(kind), value=0.0))

    def _counts_on(self, uses: Callable[[RawStep], bool], clears: Callable[[Action], bool]) -> bool:
        """Say whether a step may use something that no step has set to 0 before."""
        steps = self.schedule.steps
        seen, waiting = {0}, [0]
        while waiting:
            index = waiting.pop()
            action = self.flow.actions[index]
            if action is not None and clears(action):
                continue
            if uses(steps[index]):
                return True
            fresh = {goto for goto in self.flow.exits[index] if goto < len(steps)} - seen
            seen |= fresh
            waiting += fresh
        return False

    def _uses_totals(self, step: RawStep) -> bool:
        if not self.limits.tracked:
            return False
        direction = self.cells.direction(step) if step.index in self._timed else 0
        kind = {1: "Charge", -1: "Discharge"}.get(direction)
        return kind in self.limits.tracked or bool(self.limits.capacity_kinds(step))

    def _goto(self, step: RawStep) -> Callable[[RawLimit], int]:
        return lambda limit: self.flow.goto(step, limit.goto, limit.line)

    def _drafts(self, step: RawStep, here: int) -> Iterator[Draft]:
        if step.type == VARIABLES:
            yield from self._counting(step)
            return
        asked = Asked(step, self.cells.direction(step))
        branches = list(self.limits.branches(asked, self._goto(step)))
        for condition, goto in branches:
            yield _jump(step, condition, goto)
        line = self._dressed(self._timed[step.index], step)
        stops = list(self.limits.stops(asked, self._goto(step)))
        kind = {1: "Charge", -1: "Discharge"}.get(asked.direction, "")
        if kind in self.limits.tracked:
            yield from self._added_up(step, line, stops, here + len(branches), kind)
        else:
            yield _stopping(line, self._ends(line, step, stops))

    def _dressed(self, line: Hold | Drive, step: RawStep) -> Hold | Drive:
        temperature = self.schedule.stages.get(step.stage)
        if step.stage and temperature is None:
            self.notes.append(f"{step.name} uses {step.stage}, which is left out")
        return replace(
            line, temperature=temperature, record=self.limits.record(step), label=step.label
        )

    def _ends(self, line: Hold | Drive, step: RawStep, stops: Iterable[Stop]) -> list[Stop]:
        """Leave out the end of a drive cycle at the time when it is over anyway."""
        if not isinstance(line, Drive) or line.profile not in self.cells.profiles:
            return list(stops)
        length = self.cells.profiles[line.profile].times[-1] * line.repeat
        return [
            stop
            for stop in stops
            if (stop.quantity, stop.goto) != ("Time", step.index + 1)
            or not isinstance(stop.value, float)
            or stop.value < length * (1 - 1e-9)
        ]

    def _added_up(
        self, step: RawStep, line: Hold | Drive, stops: list[Stop], here: int, kind: str
    ) -> Iterator[Draft]:
        """Add the capacity of a step to its total, on each way out of it."""
        following = step.index + 1
        ways = dict.fromkeys(stop.goto for stop in stops if stop.goto != following)
        entries = {way: here + 1 + 2 * number for number, way in enumerate(ways, 1)}
        entries[following] = here + 1
        local = [replace(stop, goto=entries[stop.goto]) for stop in stops]
        yield _fixed(replace(line, stops=tuple(local)))
        added = Operation("+", Variable(total(kind), NOWHERE), Live("Capacity", NOWHERE), NOWHERE)
        adding = Assign(name=total(kind), value=added, label=step.label)
        yield _fixed(adding)
        if ways or not self._goes_on(step.index, following):
            yield _jump(step, None, following)
        for way in ways:
            yield _fixed(adding)
            yield _jump(step, None, way)

    def _counting(self, step: RawStep) -> Iterator[Draft]:
        action = self.flow.actions[step.index]
        assert action is not None
        for counter in sorted(action.resets & self.flow.variables):
            yield _fixed(Assign(name=f"{VARIABLE}{counter}", value=0.0, label=step.label))
        if action.totals:
            for kind in sorted(self.limits.tracked):
                yield _fixed(Assign(name=total(kind), value=0.0, label=step.label))
        if action.cycle:
            yield _fixed(Count(label=step.label))
        for counter in sorted(action.increments & self.flow.variables):
            yield _fixed(_incremented(counter, step.label))
        loop = self.flow.bottoms.get(step.index)
        if loop is not None:
            count = float(loop.count)
            yield lambda place: Repeat(start=place(loop.start), count=count, label=step.label)
            way = next((goto for goto in self.flow.exits[step.index] if goto > step.index), None)
            if way is not None and not self._goes_on(step.index, way):
                yield _jump(step, None, way)
            return
        yield from self._branches(step)

    def _branches(self, step: RawStep) -> Iterator[Draft]:
        """Yield the jumps of a counter step; what goes on to the next line needs none."""
        ways = _ways(self, step)
        if [self._goes_on(step.index, goto) for _, goto in ways] == [True, False]:
            ways = _turned(ways)
        while ways and self._goes_on(step.index, ways[-1][1]):
            if len(ways) == 1 and self._is_label(step):
                break
            ways.pop()
        for condition, goto in ways:
            yield _jump(step, condition, goto)

    def _goes_on(self, index: int, goto: int) -> bool:
        """Say whether a way from a step leads to the line that comes after the step's own."""
        silent, following = self._silent, index + 1
        while following in silent:
            following += 1
        return self._landings[goto] == following

    def _is_label(self, step: RawStep) -> bool:
        """Say whether a step does nothing but go on: then its only line is a jump."""
        action = self.flow.actions[step.index]
        assert action is not None
        counted = action.resets & self.flow.variables or action.increments or action.cycle
        return not counted and not (action.totals and self.limits.tracked)


def _ways(reading: _Reading, step: RawStep) -> list[Way]:
    """Return where a counter step leads, the last way always open; opposites are one way each."""
    found = list(Limits(reading.schedule.formulas, frozenset()).ways(step, reading._goto(step)))
    if len(found) == 2 and _are_opposite(found[0][0], found[1][0]):
        found[1] = None, found[1][1]
    if not found or found[-1][0] is not None:
        found.append((None, step.index + 1))
    return found


def _turned(ways: list[Way]) -> list[Way]:
    """Ask the opposite of two ways: what the first was, all else is then."""
    (condition, goto), (_, other) = ways
    negated = None if condition is None else _negated(condition)
    return ways if negated is None else [(negated, other), (None, goto)]


_NEGATED: Mapping[str, Sign] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def _negated(condition: Expression) -> Expression | None:
    if isinstance(condition, Operation) and condition.sign in _NEGATED:
        return replace(condition, sign=_NEGATED[condition.sign])
    return None


def _are_opposite(one: Expression | None, other: Expression | None) -> bool:
    """Say whether of two comparisons of one value with whole numbers one always holds."""
    if not (isinstance(one, Operation) and isinstance(other, Operation)):
        return False
    if one.left != other.left or one.right != other.right:
        return False
    pairs = {("<", ">="), ("<", "=="), ("<=", ">"), ("<=", ">="), (">=", "<"), (">", "<=")}
    return (one.sign, other.sign) in pairs


def _incremented(counter: int, label: str) -> Assign:
    name = f"{VARIABLE}{counter}"
    value = Operation("+", Variable(name, NOWHERE), Number(1.0, NOWHERE), NOWHERE)
    return Assign(name=name, value=value, label=label)


def _fixed(line: Line) -> Draft:
    return lambda _: line


def _jump(step: RawStep, condition: Expression | None, goto: int) -> Draft:
    return lambda place: Jump(condition=condition, goto=place(goto), label=step.label)


def _stopping(line: Hold | Drive, stops: Iterable[Stop]) -> Draft:
    return lambda place: replace(
        line, stops=tuple(replace(stop, goto=place(stop.goto)) for stop in stops)
    )
