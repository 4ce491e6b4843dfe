"""The MSMR curve of an electrode without a capacity: stoichiometry by potential."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.calculations.naming import REFERENCE_TEMPERATURE, Electrode
from ionworks_engine.pipelines.calculations.reading import Asked
from ionworks_engine.pipelines.models.msmr import (
    FARADAY,
    GAS_CONSTANT,
    ROOM,
    HalfCell,
    electrode_of,
)
from ionworks_engine.pipelines.models.msmr import Electrode as Sites
from ionworks_engine.pipelines.models.msmr_slots import Floats, Source

_FRACTION, _CAPACITY = "host site occupancy fraction", "host site occupancy capacity"
_SUM_WITHIN = 0.01
_EVEN, _NEAR, _WIDTHS = 501, 241, 10.0
_EDGE = 1e-4
_STEP, _MOST_STEPS = 1.0, 60


@dataclass(frozen=True, eq=False)
class MSMRCurve:
    """Stoichiometry of an electrode, or one phase of it, by potential.

    Parameters
    ----------
    sites
        The closed form, counting stoichiometry.
    numbers
        Its numbers.
    """

    sites: Sites
    numbers: Floats

    def stoichiometry(self, potential: Floats) -> Floats:
        """Return the stoichiometry at potentials in V."""
        return self.sites.content(self.numbers, potential)[0]

    def slope(self, potential: Floats) -> Floats:
        """Return dx/dU in 1/V, which is negative."""
        return self.sites.content(self.numbers, potential)[1]

    def entropic_change(self, potential: Floats) -> Floats:
        r"""Return dU/dT in V/K at constant stoichiometry.

        With :math:`g_j = (X_j / \omega_j) s_j (1 - s_j)`, from the closed form

        .. math:: \frac{dU}{dT} = \frac{\sum_j g_j (U - U_j^0)}{T \sum_j g_j}

        where potentials and ideality factors of the sites do not change with temperature.
        """
        (phase,) = self.sites.phases
        away = potential[:, None] - self.numbers[list(phase.potentials)]
        widths = self.numbers[list(phase.widths)]
        argument = FARADAY / (GAS_CONSTANT * self.sites.temperature) * away / widths
        full = expit(-argument)
        weights = phase.site_capacities(self.numbers) / widths * full * (1 - full)
        total = weights.sum(axis=1) * self.sites.temperature
        return np.asarray((weights * away).sum(axis=1) / total)

    def potential(self, stoichiometry: float) -> float:
        """Return the potential in V at a stoichiometry between 0 and the sum of the fractions."""
        (phase,) = self.sites.phases
        centres = self.numbers[list(phase.potentials)]
        low, high = float(centres.min()), float(centres.max())
        for _ in range(_MOST_STEPS):
            if self._at(low) >= stoichiometry:
                break
            low -= _STEP
        for _ in range(_MOST_STEPS):
            if self._at(high) <= stoichiometry:
                break
            high += _STEP
        return float(brentq(lambda v: self._at(v) - stoichiometry, low, high, xtol=1e-13))

    def limits(self) -> tuple[float, float]:
        """Return the potentials in V at which all but 1e-4 of the sites are full, and empty."""
        total = self.sites.total(self.numbers)
        return self.potential(total * (1 - _EDGE)), self.potential(total * _EDGE)

    def grid(self, limits: tuple[float, float]) -> Floats:
        """Return potentials in V between limits: even ones, and dense ones where sites fill."""
        (phase,) = self.sites.phases
        thermal = GAS_CONSTANT * self.sites.temperature / FARADAY
        spread = np.linspace(-_WIDTHS, _WIDTHS, _NEAR) * thermal
        centres = self.numbers[list(phase.potentials)][:, None]
        dense = (centres + self.numbers[list(phase.widths)][:, None] * spread).ravel()
        even = np.linspace(*limits, _EVEN)
        return np.union1d(even, dense[(dense > limits[0]) & (dense < limits[1])])

    def symbol(self, potential: Any) -> Any:
        """Return the stoichiometry as an expression of a symbol, the potential in V."""
        (phase,) = self.sites.phases
        thermal = GAS_CONSTANT * self.sites.temperature / FARADAY
        rows = zip(
            phase.site_capacities(self.numbers),
            self.numbers[list(phase.potentials)],
            self.numbers[list(phase.widths)],
            strict=True,
        )
        return sum(
            float(full) / (1 + pybamm.exp((potential - float(at)) / float(width * thermal)))
            for full, at, width in rows
        )

    def _at(self, potential: float) -> float:
        return float(self.stoichiometry(np.array([potential]))[0])


def curve_of(asked: Asked, electrode: Electrode) -> MSMRCurve:
    """Take the sites of an electrode from the values given before, at reference temperature.

    Sites are given as fractions, or as capacities, which are then divided by their sum.

    Raises
    ------
    PipelineError
        If fractions do not add up to one within 1 %, or a width is not above zero.
    """
    source = Source(asked.given, {}, asked.kind)
    half = _half_cell(electrode, source)
    sites = electrode_of(half, source, _temperature(asked, source), counted=False)
    numbers = source.slots().numbers
    (phase,) = sites.phases
    amounts = list(phase.amounts)
    if not half.fractions:
        numbers[amounts] /= numbers[amounts].sum()
    _check(asked, electrode, numbers[amounts], numbers[list(phase.widths)])
    return MSMRCurve(sites, numbers)


def stoichiometry_of(asked: Asked, electrode: Electrode, capacity: Floats) -> Floats:
    """Return stoichiometries of capacities in A.h that count from the lower excess capacity."""
    source = Source(asked.given, {}, asked.kind)
    sites = electrode_of(_half_cell(electrode, source), source, ROOM)
    numbers = source.slots().numbers
    held: Floats = (capacity + numbers[list(sites.excess)].sum()) / sites.total(numbers)
    return held


def _half_cell(electrode: Electrode, source: Source) -> HalfCell:
    """Return how the sites are given: as capacities only where there are no fractions."""
    half = HalfCell(electrode.side, True, electrode.direction or None, (electrode.prefix,))
    fractions = half.names(electrode.prefix, _FRACTION)
    capacities = half.names(electrode.prefix, _CAPACITY, " [A.h]")
    if not any(map(source.length, fractions)) and any(map(source.length, capacities)):
        return replace(half, fractions=False)
    return half


def _temperature(asked: Asked, source: Source) -> float:
    given = source.constant(REFERENCE_TEMPERATURE, "Ambient temperature [K]")
    if given is None:
        asked.context.assume(f"{REFERENCE_TEMPERATURE!r} is not given: {ROOM} K is taken")
        return ROOM
    return given


def _check(asked: Asked, electrode: Electrode, fractions: Floats, widths: Floats) -> None:
    whose = f"{electrode.prefix}{electrode.side} electrode"
    if abs(fractions.sum() - 1) > _SUM_WITHIN:
        raise asked.refuse(
            "", f"the occupancy fractions of the {whose} add up to {fractions.sum():.6g}, not to 1"
        )
    if np.any(widths <= 0) or np.any(fractions < 0):
        raise asked.refuse(
            "", f"ideality factors of the {whose} must be above 0, and fractions not below 0"
        )
