"""Objectives that balance electrodes of known open-circuit potential: full and half cell.

Capacities and lower excess capacities say at which stoichiometries an electrode begins and ends.
Conventions are in ``docs/msmr.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import refuse
from ionworks_engine.pipelines.models.msmr_rules import FromUpperExcess, Rules
from ionworks_engine.pipelines.models.msmr_slots import Slots, Source
from ionworks_engine.pipelines.objectives.base import Floats
from ionworks_engine.pipelines.objectives.ocp_curve import CAPACITY, VOLTAGE, Curve, read_curve
from ionworks_engine.pipelines.objectives.ocp_function import OpenCircuitPotential, potential_name
from ionworks_engine.pipelines.objectives.ocp_objective import (
    CAPACITY_SLOPE,
    SLOPE,
    OpenCircuit,
    Plain,
    Variable,
)
from ionworks_engine.pipelines.objectives.ocp_options import (
    Options,
    capacity_slopes,
    voltage_slopes,
    within,
)

_MODEL_AXIS = (f"{CAPACITY_SLOPE} (model axis)", f"{VOLTAGE} (model axis)")
_MASKED_AXIS = (f"{VOLTAGE} (dQdU)", f"{CAPACITY} (dQdU)")
_FULL_OPTIONS = (
    "dUdQ cutoff",
    "dQdU cutoff",
    "direction",
    "GITT",
    "dQdU model axis",
    "objective variables",
)
_HALF_OPTIONS = ("direction", "GITT", "dUdQ cutoff", "objective variables")
_DIRECTIONS = {
    "charge": {"negative": "lithiation", "positive": "delithiation"},
    "discharge": {"negative": "delithiation", "positive": "lithiation"},
}
_USABLE = "Usable capacity [A.h]"
_TOTAL = "capacity [A.h]"
_LOWER, _UPPER = "lower excess capacity [A.h]", "upper excess capacity [A.h]"


@dataclass(frozen=True, eq=False)
class Side:
    """One electrode of a balance.

    Parameters
    ----------
    name
        ``"Negative"`` or ``"Positive"``.
    potential
        Its open-circuit potential.
    capacity, lower
        Places of its capacity and its lower excess capacity.
    sign
        What its potential counts for in the voltage.
    lithium
        What it holds beyond its lower excess, in A.h, at each point of the data.
    """

    name: str
    potential: OpenCircuitPotential
    capacity: int
    lower: int
    sign: float
    lithium: Floats

    def stoichiometry(self, numbers: Floats) -> Floats:
        """Return the stoichiometry at each point."""
        at: Floats = (numbers[self.lower] + self.lithium) / numbers[self.capacity]
        return at


@dataclass(frozen=True, eq=False)
class Balance(Plain):
    """Voltage at the measured capacities.

    Parameters
    ----------
    sides
        One electrode, or both.
    slots
        Where their numbers come from.
    rules
        Make capacities of upper excess capacities.
    usable
        Range of the data in A.h.
    """

    sides: tuple[Side, ...]
    slots: Slots
    rules: Rules
    usable: float

    @property
    def inputs(self) -> frozenset[str]:
        """Which names of the fit it uses."""
        return self.slots.inputs.union(*(side.potential.keys for side in self.sides))

    def compute(self, values: Mapping[str, float], column: str) -> Floats:
        """Return the voltage in V, the only column."""
        del column
        numbers, _ = self.rules.adjusted(self.slots.read(values))
        return np.asarray(
            sum(
                side.sign * side.potential.at(side.stoichiometry(numbers), values)[0]
                for side in self.sides
            )
        )

    def derive(self, values: Mapping[str, float], names: Sequence[str], column: str) -> Floats:
        """Return how the voltage changes, shape (n, len(names))."""
        del column
        numbers, change = self.rules.adjusted(self.slots.read(values))
        changes = np.zeros((self.sides[0].lithium.size, numbers.size))
        direct = np.zeros((changes.shape[0], len(names)))
        for side in self.sides:
            at = side.stoichiometry(numbers)
            _, slope, others = side.potential.at(at, values)
            slope = side.sign * slope / numbers[side.capacity]
            changes[:, side.lower] += slope
            changes[:, side.capacity] -= slope * at
            for key, direct_slopes in zip(side.potential.keys, others.T, strict=True):
                if key in names:
                    direct[:, list(names).index(key)] += side.sign * direct_slopes
        return self.slots.chained(changes @ change, names) + direct

    def implied(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return of a full cell the usable capacity, and what no lithium ever fills."""
        found = self.slots.aliased(values)
        if len(self.sides) == 1:
            return found
        numbers, _ = self.rules.adjusted(self.slots.read(values))
        found[_USABLE] = self.usable
        for side in self.sides:
            taken = float(numbers[side.lower]) + self.usable
            found[f"{side.name} electrode {_UPPER}"] = float(numbers[side.capacity]) - taken
        return found


def _full_cell(
    settings: Mapping[str, Any], context: Context, free: Mapping[str, float]
) -> OpenCircuit:
    """Build an objective of type ``ElectrodeBalancing``."""
    options = Options(settings, _FULL_OPTIONS, context.where)
    curve = _curve(settings, context, options).from_zero()
    directions = _DIRECTIONS.get(options.chosen("direction", *_DIRECTIONS) or "", {})
    source = Source(context.given, free, "ElectrodeBalancing")
    lithium = {"negative": curve.span - curve.capacity, "positive": curve.capacity}
    taken = [
        _taken(context, source, electrode, directions.get(electrode), _TOTAL, _UPPER)
        for electrode in lithium
    ]
    slots = source.slots()
    rules = [
        FromUpperExcess(each.capacity, (each.lower,), curve.span)
        for each in taken
        if source.name_at(each.capacity).endswith(_UPPER)
    ]
    sides = tuple(
        _side(each, context, free, sign, lithium[each.electrode])
        for each, sign in zip(taken, (-1.0, 1.0), strict=True)
    )
    formula = Balance(sides, slots, Rules(rules), curve.span)
    return OpenCircuit("ElectrodeBalancing", curve, formula, _full_variables(options, curve))


def _half_cell(
    settings: Mapping[str, Any], context: Context, free: Mapping[str, float]
) -> OpenCircuit:
    """Build an objective of type ``ElectrodeBalancingHalfCell``."""
    options = Options(settings, _HALF_OPTIONS, context.where)
    electrode = electrode_of(settings, context)
    curve = _curve(settings, context, options)
    direction = options.chosen("direction", "lithiation", "delithiation")
    source = Source(context.given, free, "ElectrodeBalancingHalfCell")
    taken = _taken(context, source, electrode, direction, _TOTAL)
    slots = source.slots()
    side = _side(taken, context, free, 1.0, curve.capacity)
    formula = Balance((side,), slots, Rules(), curve.span)
    window = _window(options, curve)
    kinds = {VOLTAGE: Variable("voltage", window), SLOPE: Variable("slope", window)}
    variables = {name: kinds[name] for name in options.variables(kinds, (VOLTAGE,))}
    return OpenCircuit("ElectrodeBalancingHalfCell", curve, formula, variables)


def electrode_of(settings: Mapping[str, Any], context: Context) -> str:
    """Return the electrode that an objective names."""
    electrode = settings.get("electrode")
    if electrode not in ("positive", "negative"):
        raise refuse(
            context.place("electrode"), f"must be 'positive' or 'negative', not {electrode!r}"
        )
    return str(electrode)


def _curve(settings: Mapping[str, Any], context: Context, options: Options) -> Curve:
    table = context.table(settings.get("data"))
    gitt = options.flag("GITT")
    return read_curve(table, context.place("data"), context.assume, gitt=gitt)


def _window(options: Options, curve: Curve) -> Any:
    """Return which points are compared: those within the cut-off of dU/dQ, or all."""
    cutoff = options.cutoff("dUdQ cutoff")
    if cutoff is None:
        return np.ones(curve.capacity.size, dtype=bool)
    return within(voltage_slopes(curve), cutoff, options.where)


@dataclass(frozen=True)
class _Taken:
    """What was taken from a source for one electrode: a name and two places."""

    electrode: str
    potential: str
    capacity: int
    lower: int


def _taken(
    context: Context, source: Source, electrode: str, direction: str | None, *capacities: str
) -> _Taken:
    name = electrode.capitalize()
    return _Taken(
        electrode,
        potential_name(context, source, electrode, direction),
        source.number(*(f"{name} electrode {capacity}" for capacity in capacities)),
        source.number(f"{name} electrode {_LOWER}"),
    )


def _side(
    taken: _Taken, context: Context, free: Mapping[str, float], sign: float, lithium: Floats
) -> Side:
    potential = OpenCircuitPotential(context, taken.potential, free)
    name = taken.electrode.capitalize()
    return Side(name, potential, taken.capacity, taken.lower, sign, lithium)


def _full_variables(options: Options, curve: Curve) -> dict[str, Variable]:
    """Return the variables; ``dQdU cutoff`` masks those of dQ/dU, and their places."""
    window = _window(options, curve)
    wanted = options.variables((VOLTAGE, SLOPE, CAPACITY_SLOPE), (VOLTAGE, SLOPE))
    found = {
        name: Variable("voltage" if name == VOLTAGE else "slope", window)
        for name in wanted
        if name != CAPACITY_SLOPE
    }
    on_axis = options.flag("dQdU model axis")
    if CAPACITY_SLOPE not in wanted and not on_axis:
        return found
    mask = window & within(capacity_slopes(curve), options.cutoff("dQdU cutoff"), options.where)
    if CAPACITY_SLOPE in wanted:
        found[CAPACITY_SLOPE] = Variable("capacity slope", mask, measured_axis=True)
        found[_MASKED_AXIS[0]] = Variable("voltage axis", mask)
        found[_MASKED_AXIS[1]] = Variable("capacity axis", mask)
    if on_axis:
        found[_MODEL_AXIS[0]] = Variable("capacity slope", mask)
        found[_MODEL_AXIS[1]] = Variable("voltage", mask)
    return found


OBJECTIVES: Mapping[
    str, Callable[[Mapping[str, Any], Context, Mapping[str, float]], OpenCircuit]
] = {"ElectrodeBalancing": _full_cell, "ElectrodeBalancingHalfCell": _half_cell}
