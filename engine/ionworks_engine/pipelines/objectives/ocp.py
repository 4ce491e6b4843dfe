"""The objective that fits an open-circuit potential's function to half-cell data.

The function, and what of it is fitted, come from the parameters. Stoichiometry is a column of the
data, or comes from capacity: of the positive electrode, the most lithiated point of the data has
the reference stoichiometry (1 unless ``theta_ref`` says otherwise), of the negative electrode the
least lithiated one (0).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import refuse
from ionworks_engine.pipelines.models.msmr_slots import Slots, Source
from ionworks_engine.pipelines.objectives.balancing import electrode_of
from ionworks_engine.pipelines.objectives.base import Floats
from ionworks_engine.pipelines.objectives.ocp_curve import (
    CAPACITY,
    FEWEST,
    VOLTAGE,
    Curve,
    read_curve,
    sorted_curve,
)
from ionworks_engine.pipelines.objectives.ocp_function import OpenCircuitPotential, potential_name
from ionworks_engine.pipelines.objectives.ocp_objective import OpenCircuit, Plain, Variable
from ionworks_engine.pipelines.objectives.ocp_options import (
    Options,
    capacity_slopes,
    voltage_slopes,
    within,
)

_STOICHIOMETRY = "Stoichiometry"
_OPTIONS = (
    "theta_ref",
    "stoichiometry limits",
    "voltage limits",
    "dUdQ cutoff",
    "dQdU cutoff",
    "direction",
)


@dataclass(frozen=True, eq=False)
class Places:
    """Stoichiometry at each point of the data: ``reference + away / capacity``.

    Parameters
    ----------
    reference
        Stoichiometry where ``away`` is zero.
    away
        In A.h, or a stoichiometry where there is no capacity to divide by.
    slots
        The capacity; ``None`` where the data give stoichiometry.
    """

    reference: float
    away: Floats
    slots: Slots | None

    def at(self, values: Mapping[str, float]) -> tuple[Floats, Floats]:
        """Return the stoichiometry, and its slope by the capacity."""
        capacity = 1.0 if self.slots is None else self.slots.read(values)[0]
        away = self.away / capacity
        return self.reference + away, -away / capacity


@dataclass(frozen=True, eq=False)
class PotentialFormula(Plain):
    """The open-circuit potential at each point of the data."""

    potential: OpenCircuitPotential
    places: Places

    @property
    def inputs(self) -> frozenset[str]:
        """Which names of the fit it uses."""
        slots = self.places.slots
        return frozenset(self.potential.keys) | (slots.inputs if slots else frozenset())

    def compute(self, values: Mapping[str, float], column: str) -> Floats:
        """Return the potential in V, the only column."""
        del column
        return self.potential.at(self.places.at(values)[0], values)[0]

    def derive(self, values: Mapping[str, float], names: Sequence[str], column: str) -> Floats:
        """Return how the potential changes, shape (n, len(names))."""
        del column
        at, moves = self.places.at(values)
        _, slope, others = self.potential.at(at, values)
        changes = np.zeros((at.size, len(names)))
        for key, slopes in zip(self.potential.keys, others.T, strict=True):
            if key in names:
                changes[:, list(names).index(key)] += slopes
        if self.places.slots is not None:
            changes += self.places.slots.chained((slope * moves)[:, None], names)
        return changes

    def implied(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return by full name what the fit sets by a short one."""
        return {} if self.places.slots is None else self.places.slots.aliased(values)


def _half_cell(
    settings: Mapping[str, Any], context: Context, free: Mapping[str, float]
) -> OpenCircuit:
    """Build an objective of type ``OCPHalfCell``."""
    options = Options(settings, _OPTIONS, context.where)
    electrode = electrode_of(settings, context)
    table = context.table(settings.get("data"))
    where = context.place("data")
    given = table.has(_STOICHIOMETRY)
    curve = _with_stoichiometry(table, where) if given else read_curve(table, where, context.assume)
    source = Source(context.given, free, "OCPHalfCell")
    direction = options.chosen("direction", "lithiation", "delithiation")
    name = potential_name(context, source, electrode, direction)
    places = _places(curve, options, source, electrode, given=given)
    mask = _window(curve, options, places.at(free)[0])
    if mask.sum() < FEWEST:
        raise refuse(
            options.where, f"the limits and cut-offs leave {mask.sum()} points of the data"
        )
    formula = PotentialFormula(OpenCircuitPotential(context, name, free), places)
    variables = {VOLTAGE: Variable("voltage", mask)}
    axis = _STOICHIOMETRY if given else CAPACITY
    return OpenCircuit("OCPHalfCell", curve, formula, variables, axis)


def _with_stoichiometry(table: Any, where: str) -> Curve:
    stoichiometry, voltage = table.column(_STOICHIOMETRY), table.column(VOLTAGE)
    finite = np.isfinite(stoichiometry) & np.isfinite(voltage)
    curve = sorted_curve(stoichiometry[finite], voltage[finite], where)
    if np.cov(curve.capacity, curve.voltage)[0, 1] > 0:
        raise refuse(where, "stoichiometry must be that of lithium: it falls as voltage rises")
    return curve


def _places(
    curve: Curve, options: Options, source: Source, electrode: str, *, given: bool
) -> Places:
    if given:
        source.check()
        return Places(0.0, curve.capacity, None)
    source.number(f"{electrode.capitalize()} electrode capacity [A.h]")
    positive = electrode == "positive"
    reference = options.number("theta_ref", 1.0 if positive else 0.0)
    end = curve.capacity[-1] if positive else curve.capacity[0]
    return Places(reference, curve.capacity - end, source.slots())


def _window(curve: Curve, options: Options, stoichiometry: Floats) -> Any:
    """Return which points are fitted; those of a stoichiometry are decided where the fit starts."""
    low, high = options.limits("stoichiometry limits", (0.0, 1.0))
    least, most = options.limits("voltage limits", (-np.inf, np.inf))
    mask = (curve.voltage >= least) & (curve.voltage <= most)
    if options.get("stoichiometry limits") is not None:
        mask &= (stoichiometry >= low) & (stoichiometry <= high)
    for name, slopes in (("dUdQ cutoff", voltage_slopes), ("dQdU cutoff", capacity_slopes)):
        cutoff = options.cutoff(name)
        if cutoff is not None:
            mask &= within(slopes(curve), cutoff, options.where)
    return mask


OBJECTIVES: Mapping[
    str, Callable[[Mapping[str, Any], Context, Mapping[str, float]], OpenCircuit]
] = {"OCPHalfCell": _half_cell}
