"""What a step of a Maccor procedure does: its current or voltage, its rows, its variables."""

from __future__ import annotations

from collections.abc import Sequence

from ionworks.ucp.tree import Kind, Mode
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.maccor_ends import CURRENT_STEPS
from ionworks_engine.vendors.maccor_steps import RawStep
from ionworks_engine.vendors.maccor_text import (
    assignment,
    formula,
    is_register,
    register,
    seconds,
    value,
)
from ionworks_engine.vendors.program import Assign, Record, Value

_MODES: dict[str, Mode] = {
    "Current": "Current",
    "Voltage": "Voltage",
    "Power": "Power",
    "Resistance": "Resistance",
}


def assigned_in(steps: Sequence[RawStep]) -> frozenset[str]:
    """Return the variables that some step sets."""
    reports = [report for step in steps for report in step.reports]
    found = [assignment(text) for word, text in reports if word == "SetVar"]
    return frozenset(entry[0] for entry in found if entry)


class Says:
    """Reads what steps do, and notes what has no counterpart.

    Parameters
    ----------
    assigned
        The variables that the procedure sets.
    notes
        Receives sentences for people.
    """

    def __init__(self, assigned: frozenset[str], notes: list[str]) -> None:
        self._assigned = assigned
        self._notes = notes

    def control(self, step: RawStep) -> tuple[Kind, Mode | None, Value | None, Value | None]:
        """Return kind, mode, value and the voltage to hold."""
        if step.kind == "Rest":
            return "Rest", None, None, None
        kind = CURRENT_STEPS[step.kind]
        limits = dict(step.limits)
        mode = _MODES.get(step.mode)
        if mode is None:
            raise Unreadable(f"{step.mode!r} is no mode", line=step.line, key="StepMode")
        if step.kind.endswith("Func"):
            return kind, mode, self._function(step), self._limit(step, limits.get("Voltage"))
        for name in limits:
            if name != ("Current" if mode == "Voltage" else "Voltage"):
                self._notes.append(f"Step {step.number}: the limit of {name} is left out.")
        size, in_c = self._figure(step, step.value, "StepValue")
        if mode == "Voltage":
            if in_c:
                raise Unreadable(f"{step.value!r} is no voltage", line=step.line, key="StepValue")
            return self._held_at(step, kind, size, limits.get("Current"))
        if (in_c and mode != "Current") or (isinstance(size, float) and size < 0):
            raise Unreadable(
                f"{step.value!r} is no {step.mode} above 0", line=step.line, key="StepValue"
            )
        hold = self._limit(step, limits.get("Voltage"))
        return kind, "C-rate" if in_c else mode, size, hold

    def _held_at(
        self, step: RawStep, kind: Kind, voltage: Value, limit: str | None
    ) -> tuple[Kind, Mode | None, Value | None, Value | None]:
        """Read a step at a voltage; with a limit of the current it is one at that current first."""
        if limit is None:
            return kind, "Voltage", voltage, None
        current, in_c = self._figure(step, limit, "Limits")
        return kind, "C-rate" if in_c else "Current", current, voltage

    def _function(self, step: RawStep) -> Value:
        """Read the current of a function: a variable, a number, or a formula for people."""
        text = step.value.removeprefix("0|")
        found = value(text)
        if is_register(text):
            current = register(text, self._assigned)
            if text not in self._assigned:
                self._notes.append(f'No step sets {text}: give input["{text}"] a current in A.')
            return current
        if found is not None and not found[1]:
            return found[0]
        self._notes.append(
            f"Step {step.number}: the current follows the formula {step.value} in the step's time,"
            " which the language cannot say: its input is one current for the whole step."
        )
        return formula(step.value)

    def _limit(self, step: RawStep, text: str | None) -> Value | None:
        if text is None:
            return None
        first, bar, second = text.partition("|")
        if bar and second != first:
            self._notes.append(f"Step {step.number}: of the limits {text} the first is taken.")
        size, in_c = self._figure(step, first, "Limits")
        if in_c:
            raise Unreadable(f"{text!r} is no voltage", line=step.line, key="Limits")
        return size

    def _figure(self, step: RawStep, text: str, key: str) -> tuple[Value, bool]:
        if is_register(text):
            return register(text, self._assigned), False
        found = value(text)
        if found is None:
            raise Unreadable(f"{text!r} is no number", line=step.line, key=key)
        return found

    def record(self, step: RawStep) -> Record:
        """Return when a step stores rows."""
        found: dict[str, float] = {}
        names = {"StepTime": "time", "Voltage": "voltage", "Current": "current"}
        for word, text in step.reports:
            number = value(text)
            time = seconds(text) if word == "StepTime" else None
            if time is not None:
                found["time"] = time
            elif word in names and number is not None and not number[1]:
                found[names[word]] = number[0]
            elif word != "SetVar":
                self._notes.append(f"Step {step.number}: the report {word} {text} is left out.")
        return Record(**found)

    def sets(self, step: RawStep) -> list[Assign]:
        """Return the variables that a step sets at its end."""
        found = []
        for word, text in step.reports:
            if word != "SetVar":
                continue
            entry = assignment(text)
            if entry is None:
                self._notes.append(f"Step {step.number}: {text!r} sets a variable; it is left out.")
            else:
                found.append(Assign(name=entry[0], value=entry[1]))
        return found
