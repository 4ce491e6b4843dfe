"""Give a protocol its numbers: every ``input["name"]`` replaced, the start overridden.

Besides the inputs that a protocol uses, a run may always set its initial state and its
temperature, by the names in `START_NAMES`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from numbers import Real
from types import MappingProxyType
from typing import Literal, TypeAlias

from ionworks.ucp import rules
from ionworks.ucp.findings import Code, Finding, ProtocolError, nearest, quote
from ionworks.ucp.nodes import NUMBER_PATTERN
from ionworks.ucp.places import change_expressions, references
from ionworks.ucp.rules import Rule
from ionworks.ucp.tree import Expression, Input, Number, Position, Protocol, Start

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


def bind(protocol: Protocol, parameters: Mapping[str, float | str]) -> Protocol:
    """Replace every input of a protocol by its number.

    Parameters
    ----------
    protocol
        A loaded protocol.
    parameters
        Numbers (or numbers as text) by name: one for each input, in the unit of the place where
        it stands; and any of `START_NAMES`, which override the start of the protocol.

    Returns
    -------
    Protocol
        The same protocol without inputs.

    Raises
    ------
    ProtocolError
        If an input has no value, a name is not used by the protocol, a value is no finite number
        or does not fit where it stands, or the start is set twice; all of these at once.

    Examples
    --------
    >>> from ionworks import ucp
    >>> protocol = ucp.load({"steps": [{"Rest": {"duration": 'input["Rest [s]"]'}}]})
    >>> bound = ucp.bind(protocol, {"Rest [s]": 600, "Initial SOC": 0.5})
    >>> bound.steps[0].duration.value, bound.start.soc.value
    (600.0, 0.5)
    """
    binder = _Binder(references(protocol))
    binder.take(parameters)
    protocol = replace(protocol, start=binder.overridden(protocol.start))
    binder.require_all(references(protocol))
    bound = change_expressions(protocol, binder.value_of)
    if binder.findings:
        raise ProtocolError(binder.findings)
    return bound


@dataclass(slots=True)
class _Binder:
    """The parameters of one run, and what is wrong with them."""

    used: dict[str, Position]
    values: dict[str, float] = field(default_factory=dict)
    unusable: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
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
        """Return the number that stands for an expression, judged by the rule of its place."""
        if isinstance(expression, Number) or expression.name not in self.values:
            return expression
        name, value = expression.name, self.values[expression.name]
        problem = rule.problem(value)
        if problem is not None and (name, rule) not in self.judged:
            self.judged.add((name, rule))
            self._note("out-of-range", f"input[{name!r}]: {problem}", expression.position)
        return Number(value, expression.position)

    def _override(self, name: str) -> Number:
        value = self.values[name]
        problem = _RULES[START_NAMES[name]].problem(value)
        if problem is not None:
            self._note("out-of-range", problem, _parameter(name))
        return Number(value, _parameter(name))

    def _agree(self, names: list[str], displaced: Mapping[Meaning, Expression | None]) -> bool:
        """Whether overrides, and given inputs that they displace, all say the same."""
        said = [(name, _meant(START_NAMES[name], self.values[name])) for name in names]
        for meaning, expression in displaced.items():
            if isinstance(expression, Input) and expression.name in self.values:
                said.append((expression.name, _meant(meaning, self.values[expression.name])))
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
