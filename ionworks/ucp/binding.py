"""Give a protocol its numbers: every ``input["name"]`` replaced, the start overridden.

Besides the inputs that a protocol uses, a run may always set its initial state and its
temperature, by the names in `START_NAMES`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from numbers import Real
from types import MappingProxyType
from typing import Literal, TypeAlias

from ionworks.ucp import rules
from ionworks.ucp.evaluate import EvaluationError
from ionworks.ucp.findings import Code, Finding, ProtocolError, Report, nearest, quote
from ionworks.ucp.nodes import NUMBER_PATTERN, member
from ionworks.ucp.places import change_expressions, references, walk
from ionworks.ucp.profiles import profile_of
from ionworks.ucp.reading import Source, tree_of
from ionworks.ucp.rules import Rule
from ionworks.ucp.terms import Leaf, changed
from ionworks.ucp.tree import DriveCycle, Expression, Input, Number, Position, Protocol, Start
from ionworks.ucp.writing import write

Columns: TypeAlias = Mapping[str, Iterable[float]]
Meaning: TypeAlias = Literal["fraction", "percent", "voltage", "temperature"]

START_NAMES: Mapping[str, Meaning] = MappingProxyType(
    {
        "Initial SOC": "fraction",
        "initial_soc": "fraction",
        "Initial SOC [%]": "percent",
        "Initial voltage [V]": "voltage",
        "Initial temperature [degC]": "temperature",
        "Ambient temperature [degC]": "temperature",
        "Temperature [degC]": "temperature",
        "initial_temperature": "temperature",
        "temperature": "temperature",
    }
)
"""Parameters that set the start of any run, and what they mean there.

A name that the protocol itself uses in ``input["..."]`` is just that input.
"""

_RULES: Mapping[Meaning, Rule] = MappingProxyType(
    {
        "fraction": rules.INITIAL_SOC,
        "percent": rules.INITIAL_PERCENT,
        "voltage": rules.INITIAL_VOLTAGE,
        "temperature": rules.TEMPERATURE,
    }
)
_NUMBER = re.compile(NUMBER_PATTERN)


def bind(
    source: Protocol | Source,
    parameters: Mapping[str, float | str],
    drive_cycles: Mapping[str, Columns] | None = None,
) -> Protocol:
    """Replace every input of a protocol by its number, and give it its drive cycles.

    Parameters
    ----------
    source
        A loaded protocol, or anything that `load` takes.
    parameters
        Numbers (or numbers as text) by name: one for each input, in the unit of the place where
        it stands; and any of `START_NAMES`, which override the start of the protocol.
    drive_cycles
        Profiles by name, each with ``Time [s]`` and one of ``Current [A]``, ``Power [W]``,
        ``C-rate`` and ``Voltage [V]``, positive for discharge. They replace those of the protocol
        that have the same name. Each must be followed by some step.

    Returns
    -------
    Protocol
        The same protocol without inputs; expressions that are constant now are numbers.

    Raises
    ------
    ProtocolError
        If an input has no value, a name is not used by the protocol, a value is no finite number
        or does not fit where it stands, the start is set twice, or a drive cycle is missing, is
        followed by no step, or is none; all of these at once. If the protocol cannot be loaded.

    Examples
    --------
    >>> from ionworks import ucp
    >>> protocol = {"steps": [{"Rest": {"duration": 'input["Rest [s]"]'}}]}
    >>> bound = ucp.bind(protocol, {"Rest [s]": 600, "Initial SOC": 0.5})
    >>> bound.steps[0].duration.value, bound.start.soc.value
    (600.0, 0.5)
    """
    protocol, report = tree_of(source), Report()
    binder = _Binder(references(protocol), report.findings)
    binder.take(parameters)
    protocol = replace(protocol, start=binder.overridden(protocol.start))
    binder.require_all(references(protocol))
    bound = change_expressions(protocol, binder.value_of)
    bound = _with_profiles(bound, drive_cycles or {}, report)
    if report.findings:
        raise ProtocolError(report.findings)
    return bound


@dataclass(slots=True)
class _Binder:
    """The parameters of one run, and what is wrong with them."""

    used: dict[str, Position]
    findings: list[Finding]
    values: dict[str, float] = field(default_factory=dict)
    unusable: set[str] = field(default_factory=set)
    judged: set[tuple[str, Rule]] = field(default_factory=set)

    def take(self, parameters: Mapping[str, float | str]) -> None:
        """Take what is usable, and note the rest."""
        for name, given in parameters.items():
            if name not in self.used and name not in START_NAMES:
                self._refuse_unknown(str(name))
            elif (value := _as_number(given)) is None:
                self.unusable.add(name)
                message = f"The value must be a finite number, not {quote(str(given))}."
                self._note("not-a-number", message, _parameter(name))
            else:
                self.values[name] = value

    def overridden(self, start: Start) -> Start:
        """Return the start with the overrides of this run."""
        overrides = {
            name: START_NAMES[name]
            for name in self.values
            if name in START_NAMES and name not in self.used
        }
        heat = [name for name in overrides if overrides[name] == "temperature"]
        state = [name for name in overrides if name not in heat]
        if heat and self._agree(heat, {"temperature": start.temperature}):
            start = replace(start, temperature=self._override(heat[0]))
        unit: Meaning = start.soc_unit
        if state and self._agree(state, {unit: start.soc, "voltage": start.voltage}):
            start = _with_state(start, overrides[state[0]], self._override(state[0]))
        return start

    def require_all(self, needed: Mapping[str, Position]) -> None:
        """Note the inputs that still have no value."""
        for name, position in needed.items():
            if name not in self.values and name not in self.unusable:
                message = f"input[{name!r}] has no value; give it in experiment_parameters."
                self._note("missing-input", message, position)

    def value_of(self, expression: Expression, rule: Rule) -> Expression:
        """Return what stands for an expression; if that is a number, judge it by the rule."""
        try:
            bound = changed(expression, self._number_for)
        except EvaluationError as error:
            self._note("no-value", f"{write(expression)}: {error.message}", error.position)
            return expression
        if isinstance(bound, Number) and bound is not expression:
            self._judge(bound.value, expression, rule)
        return bound

    def _judge(self, value: float, expression: Expression, rule: Rule) -> None:
        """Note a value that does not fit; each expression once a rule."""
        if isinstance(expression, Input):
            problem = rule.problem_as_written(value)
            shown = f"input[{expression.name!r}]"
        else:
            problem = rule.problem(value)
            shown = write(expression)
        if problem is None:
            return
        if (shown, rule) not in self.judged:
            self.judged.add((shown, rule))
            self._note("out-of-range", f"{shown}: {problem}", expression.position)

    def _number_for(self, leaf: Leaf) -> Expression:
        if not isinstance(leaf, Input) or leaf.name not in self.values:
            return leaf
        return Number(self.values[leaf.name], leaf.position)

    def _override(self, name: str) -> Number:
        value = self.values[name]
        problem = _RULES[START_NAMES[name]].problem_as_written(value)
        if problem is not None:
            self._note("out-of-range", problem, _parameter(name))
        return Number(value, _parameter(name))

    def _agree(self, names: list[str], displaced: Mapping[Meaning, Expression | None]) -> bool:
        """Whether overrides, and given inputs that they displace, all say the same."""
        said = [(name, _meant(START_NAMES[name], self.values[name])) for name in names]
        for meaning, expression in displaced.items():
            if expression is None or isinstance(expression, Number):
                continue
            value = changed(expression, self._number_for)
            if isinstance(value, Number):
                shown = expression.name if isinstance(expression, Input) else write(expression)
                said.append((shown, _meant(meaning, value.value)))
        differing = [name for name, meant in said if meant != said[0][1]]
        if differing:
            message = f"This and {differing[0]!r} set the same thing and do not agree. Keep one."
            self._note("contradiction", message, _parameter(names[0]))
        return not differing

    def _refuse_unknown(self, name: str) -> None:
        inputs = ", ".join(map(repr, self.used)) or "none"
        message = f"The protocol does not use this parameter; its inputs are: {inputs}."
        near = nearest(name, [*self.used, *START_NAMES])
        self._note("unknown-parameter", message, _parameter(name), near)

    def _note(
        self, code: Code, message: str, position: Position, suggestion: str | None = None
    ) -> None:
        self.findings.append(Finding(code, message, position, suggestion=suggestion))


def _with_profiles(
    protocol: Protocol, drive_cycles: Mapping[str, Columns], report: Report
) -> Protocol:
    """Add the drive cycles of this run, and require all that the steps name."""
    profiles = {profile.name: profile for profile in protocol.profiles}
    for name, columns in drive_cycles.items():
        profile = profile_of(str(name), columns, report)
        if profile is not None:
            profiles[profile.name] = profile
    steps = [node for node in walk(protocol.steps) if isinstance(node, DriveCycle)]
    followed = tuple(dict.fromkeys(node.profile for node in steps))
    for name in drive_cycles:
        if name not in followed:
            shown = ", ".join(map(repr, followed)) or "none"
            message = f"No step follows this drive cycle; those that are followed: {shown}."
            place = Position(member("drive_cycles", str(name)))
            near = nearest(str(name), followed)
            report.note(Finding("unknown-parameter", message, place, suggestion=near))
    for node in steps:
        if node.profile not in {*profiles, *drive_cycles}:
            message = f"There is no drive cycle {quote(node.profile)}; give it in drive_cycles."
            near = nearest(node.profile, tuple(profiles))
            finding = Finding("missing-drive-cycle", message, node.position, suggestion=near)
            report.note(finding)
    return replace(protocol, profiles=tuple(profiles.values()))


def _with_state(start: Start, meaning: Meaning, value: Number) -> Start:
    if meaning == "voltage":
        return replace(start, soc=None, soc_unit="fraction", voltage=value)
    unit: Literal["fraction", "percent"] = "percent" if meaning == "percent" else "fraction"
    return replace(start, soc=value, soc_unit=unit, voltage=None)


def _meant(meaning: Meaning, value: float) -> tuple[str, float]:
    if meaning == "percent":
        return "fraction", round(value / 100, 12)
    return meaning, round(value, 12)


def _as_number(given: object) -> float | None:
    """Return a finite number, or ``None``; true and false are no numbers."""
    if isinstance(given, str):
        given = float(given) if _NUMBER.fullmatch(given.strip()) else None
    if isinstance(given, bool) or not isinstance(given, Real):
        return None
    try:
        value = float(given)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def _parameter(name: str) -> Position:
    return Position(f"experiment_parameters[{name[:60]!r}]")
