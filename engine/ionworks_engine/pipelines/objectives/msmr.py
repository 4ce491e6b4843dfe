"""Objectives that fit the MSMR model to open-circuit data of a half or a full cell.

The model's capacity is compared at the measured voltages, its voltage and the slope dU/dQ at the
measured capacities. Conventions are in ``docs/msmr.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import refuse
from ionworks_engine.pipelines.models.msmr import (
    HALF_CELL,
    HALVES,
    Electrode,
    HalfCell,
    electrode_of,
    read_full_cell,
    read_half_cell,
    temperature_of,
)
from ionworks_engine.pipelines.models.msmr_cells import Cell, OneElectrode, full_cell_of
from ionworks_engine.pipelines.models.msmr_rules import (
    AddsUp,
    Complement,
    Descending,
    Projected,
    Rule,
    Rules,
)
from ionworks_engine.pipelines.models.msmr_slots import Slots, Source
from ionworks_engine.pipelines.names import indexed
from ionworks_engine.pipelines.objectives.base import Floats
from ionworks_engine.pipelines.objectives.ocp_curve import CAPACITY, VOLTAGE, Curve, read_curve
from ionworks_engine.pipelines.objectives.ocp_objective import (
    CAPACITY_SLOPE,
    SLOPE,
    OpenCircuit,
    Variable,
)
from ionworks_engine.pipelines.objectives.ocp_options import (
    Options,
    capacity_slopes,
    usual_cutoff,
    voltage_slopes,
    within,
)

_VARIABLES = (CAPACITY, VOLTAGE, SLOPE, CAPACITY_SLOPE)
_DEFAULT = (CAPACITY, VOLTAGE, SLOPE)
_SIMULATION = "simulation_settings"
_METHODS = ("project", "explicit", "reformulate")
_CUTOFFS = ("dUdQ cutoff", "dQdU cutoff")
_HALF_OPTIONS = (
    "model",
    *_CUTOFFS,
    "voltage limits",
    "GITT",
    "objective variables",
    "constrain Xj method",
    "penalize Xj complement bounds",
    "preserve U0j order",
)
_FULL_OPTIONS = (
    "model",
    *_CUTOFFS,
    "negative voltage limits",
    "positive voltage limits",
    "objective variables",
)
NEGATIVE_LIMITS, POSITIVE_LIMITS = (0.0, 2.0), (2.5, 5.0)


@dataclass(frozen=True, eq=False)
class MSMRFormula:
    """Capacity at the measured voltages, and voltage at the measured capacities.

    Parameters
    ----------
    cell
        The closed form.
    slots
        Where its numbers come from.
    rules
        What must hold between them.
    curve
        The data.
    """

    cell: Cell
    slots: Slots
    rules: Rules
    curve: Curve

    @property
    def inputs(self) -> frozenset[str]:
        """Which names of the fit it uses."""
        return self.slots.inputs

    def compute(self, values: Mapping[str, float], column: str) -> Floats:
        """Return capacity in A.h or voltage in V."""
        numbers, _ = self.rules.adjusted(self.slots.read(values))
        if column == CAPACITY:
            return self.cell.capacity(numbers, self.curve.voltage)
        return self.cell.voltage(numbers, self.curve.capacity)

    def derive(self, values: Mapping[str, float], names: Sequence[str], column: str) -> Floats:
        """Return how a column changes, shape (n, len(names))."""
        numbers, change = self.rules.adjusted(self.slots.read(values))
        if column == CAPACITY:
            changes = self.cell.capacity_changes(numbers, self.curve.voltage)
        else:
            changes = self.cell.voltage_changes(numbers, self.curve.capacity)
        return self.slots.chained(changes @ change, names)

    def violations(
        self, values: Mapping[str, float], names: Sequence[str]
    ) -> tuple[Floats, Floats]:
        """Return by how much each soft condition is broken, and how that changes."""
        broken, slopes = self.rules.violations(self.slots.read(values))
        return broken, self.slots.chained(slopes, names)

    def implied(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return the numbers the model uses in another form than the fit sets them, and more."""
        fitted = self.slots.read(values)
        used, _ = self.rules.adjusted(fitted)
        changed = {int(place): float(used[place]) for place in np.flatnonzero(fitted != used)}
        implied = {**self.slots.renamed(changed), **self.cell.implied(used)}
        return {**self.slots.aliased(values), **implied}


def _half_cell(
    settings: Mapping[str, Any], context: Context, free: Mapping[str, float]
) -> OpenCircuit:
    """Build an objective of type ``MSMRHalfCell``."""
    options = Options(settings, _HALF_OPTIONS, context.where)
    model = _model(settings, options, context)
    half = read_half_cell(model, f"{options.where}.model")
    _tell_unused(model, context)
    curve = read_curve(
        context.table(settings.get("data")),
        context.place("data"),
        context.assume,
        gitt=options.flag("GITT"),
    ).between(options.limits("voltage limits", (-np.inf, np.inf)), context.place("data"))
    method = options.chosen("constrain Xj method", *_METHODS) or _METHODS[0]
    given = _with_last_fraction(context, half, free) if method == "reformulate" else context.given
    source = Source(given, free, "MSMRHalfCell")
    electrode = electrode_of(half, source, temperature_of(source, context.assume))
    slots = source.slots()
    penalised = options.flag("penalize Xj complement bounds")
    if penalised and method != "reformulate":
        context.assume(
            "'penalize Xj complement bounds' was not used: only the method 'reformulate' has a "
            f"complement, and 'constrain Xj method' is {method!r}"
        )
    rules = _sums(electrode, slots, method, penalised=penalised)
    if options.flag("preserve U0j order"):
        rules += _orders(electrode, slots, options.where)
    limits = float(curve.voltage.min()), float(curve.voltage.max())
    cell = OneElectrode(electrode, limits, curve.span)
    formula = MSMRFormula(cell, slots, Rules(rules), curve)
    return OpenCircuit("MSMRHalfCell", curve, formula, _variables(options, curve))


def _full_cell(
    settings: Mapping[str, Any], context: Context, free: Mapping[str, float]
) -> OpenCircuit:
    """Build an objective of type ``MSMRFullCell``."""
    options = Options(settings, _FULL_OPTIONS, context.where)
    model = options.get("model", settings.get("model"))
    if model is None:
        context.assume("MSMRFullCell names no model: both electrodes' sites are fractions (Xj)")
    pair = read_full_cell(model, f"{options.where}.model")
    _tell_unused(model, context)
    curve = read_curve(
        context.table(settings.get("data")), context.place("data"), context.assume
    ).from_zero()
    source = Source(context.given, free, "MSMRFullCell")
    cell, rules = full_cell_of(
        pair,
        source,
        temperature_of(source, context.assume),
        curve.span,
        options.limits("negative voltage limits", NEGATIVE_LIMITS),
        options.limits("positive voltage limits", POSITIVE_LIMITS),
    )
    slots = source.slots()
    for side in (cell.negative, cell.positive):
        rules = (*rules, *_sums(side.electrode, slots, _METHODS[0], penalised=False))
    formula = MSMRFormula(cell, slots, Rules(rules), curve)
    return OpenCircuit("MSMRFullCell", curve, formula, _variables(options, curve))


def _model(settings: Mapping[str, Any], options: Options, context: Context) -> Any:
    """Return the model's configuration: the objective's own, or that of an earlier entry."""
    own = options.get("model", settings.get("model"))
    if own is not None:
        return own
    earlier = context.model_config
    if isinstance(earlier, Mapping) and earlier.get("type") == HALF_CELL:
        context.assume("MSMRHalfCell names no model: that of an earlier entry is used")
        return earlier
    raise refuse(
        f"{options.where}.model",
        f"is required: {{'type': '{HALF_CELL}', 'electrode': 'positive' or 'negative'}}",
    )


def _tell_unused(model: Mapping[str, Any] | None, context: Context) -> None:
    """Tell of settings of simulations, which closed forms have no use for."""
    both = [model, *(model.get(key) for key in HALVES)] if model else []
    if any(isinstance(each, Mapping) and each.get(_SIMULATION) for each in both):
        context.assume(f"{_SIMULATION!r} of the MSMR model were not used: it is a closed form")


def _variables(options: Options, curve: Curve) -> dict[str, Variable]:
    """Return the variables; the slopes only where they are within their cut-offs."""
    where = options.where
    slope, capacity_slope = (options.cutoff(name) for name in _CUTOFFS)
    whole = np.ones(curve.capacity.size, dtype=bool)
    flat = usual_cutoff(curve) if slope is None else slope
    kinds = {
        CAPACITY: lambda: Variable("capacity", whole),
        VOLTAGE: lambda: Variable("voltage", whole),
        SLOPE: lambda: Variable("slope", within(voltage_slopes(curve), flat, where)),
        CAPACITY_SLOPE: lambda: Variable(
            "capacity slope", within(capacity_slopes(curve), capacity_slope, where)
        ),
    }
    return {name: kinds[name]() for name in options.variables(_VARIABLES, _DEFAULT)}


def _with_last_fraction(context: Context, half: HalfCell, free: Mapping[str, float]) -> Any:
    """Return the parameters with a place for the fraction that is what the others leave."""
    source = Source(context.given, free, "MSMRHalfCell")
    missing = {}
    for prefix in half.prefixes:
        names = half.names(prefix, "host site occupancy fraction")
        potentials = half.names(prefix, "host site standard potential", " [V]")
        count = max(source.length(name) for name in potentials)
        if half.fractions and 0 < max(source.length(name) for name in names) == count - 1:
            missing[indexed(names[-1], count - 1)] = 0.0
    return context.given.updated(missing)


def _sums(electrode: Electrode, slots: Slots, method: str, *, penalised: bool) -> tuple[Rule, ...]:
    """Return the rules that hold fractions to a sum of one, for phases whose all are fitted."""
    rules: list[Rule] = []
    for phase in electrode.phases:
        places = phase.amounts
        needed = places[:-1] if method == "reformulate" else places
        if phase.capacity is None or len(places) < 2:
            continue
        if any(slots.keys[place] is None for place in needed):
            continue
        if method == "project":
            rules.append(Projected(places))
        elif method == "explicit":
            rules.append(AddsUp(places))
        else:
            rules.append(Complement(places, penalised))
    return tuple(rules)


def _orders(electrode: Electrode, slots: Slots, where: str) -> tuple[Rule, ...]:
    """Return the rules that keep potentials in the order in which they begin."""
    rules = []
    for phase in electrode.phases:
        start = slots.numbers[list(phase.potentials)]
        if np.any(np.diff(start) > 0):
            raise refuse(
                where, "'preserve U0j order' needs initial potentials that descend with the index"
            )
        rules.append(Descending(phase.potentials, float(np.ptp(start)) or 1.0))
    return tuple(rules)


OBJECTIVES: Mapping[
    str, Callable[[Mapping[str, Any], Context, Mapping[str, float]], OpenCircuit]
] = {"MSMRHalfCell": _half_cell, "MSMRFullCell": _full_cell}
