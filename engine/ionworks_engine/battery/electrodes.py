"""The two electrodes of a cell against each other: its open-circuit voltage and its limits.

Solves PyBaMM's electrode state-of-health equations for one active material an electrode by
bracketing compiled open-circuit functions. The leading electrode is the negative one, or the
working one of a half cell; its lithiation x falls or rises with the state of charge
accordingly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from scipy.optimize import brentq

from ionworks_engine.battery.errors import refuse
from ionworks_engine.battery.functions import compile_symbols
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.battery.terms import Floats

Curve: TypeAlias = Callable[[Floats], Floats]

NEGATIVE = "Initial concentration in negative electrode [mol.m-3]"
POSITIVE = "Initial concentration in positive electrode [mol.m-3]"
_LEAD, _OTHER = "leading stoichiometry", "other stoichiometry"
_GRID, _MARGIN = 61, 1e-7


class Electrodes:
    """Compiled equilibrium functions of a lithium-ion cell, for any value of some parameters.

    Parameters
    ----------
    param
        PyBaMM's symbolic lithium-ion parameters, with the options of the cell's model.
    values
        The parameter values.
    names
        Parameters that vary from call to call.
    """

    def __init__(self, param: Any, values: Any, names: tuple[str, ...]) -> None:
        self.names = names
        self.half = param.options.get("working electrode") == "positive"
        values = values.copy()
        values.update(dict.fromkeys(names, "[input]"))
        lead, other = (param.p, param.p) if self.half else (param.n, param.p)
        x, y = pybamm.InputParameter(_LEAD), pybamm.InputParameter(_OTHER)
        lithium = pybamm.Scalar(0) if self.half else param.Q_Li_particles_init
        scalars = [param.ocp_soc_0, param.ocp_soc_100, lithium, lead.Q_init, other.Q_init]
        scalars += [lead.prim.c_max, other.prim.c_max, lead.prim.c_init_av]
        potentials = [
            other.prim.U(x if self.half else y, param.T_ref),
            other.prim.U(x if self.half else y, param.T_init),
            pybamm.Scalar(0) if self.half else lead.prim.U(x, param.T_ref),
            pybamm.Scalar(0) if self.half else lead.prim.U(x, param.T_init),
        ]
        self._scalars = compile_symbols(values, scalars, (), names)
        self._potentials = compile_symbols(values, potentials, (_LEAD, _OTHER), names)

    def window(self, design: Mapping[str, float]) -> Window:
        """Return the equilibrium of the cell at values of the varied parameters.

        Raises
        ------
        BatteryError
            If a voltage limit is out of reach of the open-circuit voltage.
        """
        point = np.array([design[name] for name in self.names])
        numbers = np.asarray(self._scalars(point)).ravel()
        window = Window(self, point, *map(float, numbers))
        sizes = (window.lead_capacity, window.other_capacity, window.lead_maximum)
        if not all(size > 0 for size in sizes):
            raise refuse("an electrode of this cell has no capacity; no state of charge exists")
        return window

    def potentials(self, x: Floats, y: Floats, point: Floats) -> Floats:
        """Return positive potentials at reference and initial temperature, then negative ones."""
        columns: Floats = np.asarray(self._potentials(x[None, :], y[None, :], point), dtype=float)
        return columns


@dataclass(frozen=True)
class Window:
    """The equilibrium of a cell between its voltage limits.

    Parameters
    ----------
    electrodes, point
        The functions, and the values of the varied parameters.
    low, high
        Voltage limits in V.
    lithium
        Cyclable lithium in A.h.
    lead_capacity, other_capacity
        Electrode capacities in A.h.
    lead_maximum, other_maximum, lead_initial
        Concentrations in mol.m-3.
    """

    electrodes: Electrodes
    point: Floats
    low: float
    high: float
    lithium: float
    lead_capacity: float
    other_capacity: float
    lead_maximum: float
    other_maximum: float
    lead_initial: float

    @cached_property
    def empty(self) -> float:
        """Leading stoichiometry at the lower voltage limit."""
        return self._at(self.low, 0, f"the lower voltage limit of {self.low:g} V")

    @cached_property
    def full(self) -> float:
        """Leading stoichiometry at the upper voltage limit."""
        return self._at(self.high, 0, f"the upper voltage limit of {self.high:g} V")

    @property
    def capacity(self) -> float:
        """Charge in A.h between the limits."""
        return self.lead_capacity * abs(self.full - self.empty)

    @property
    def soc_of_initial_concentrations(self) -> float:
        """State of charge of the parameter set's own initial concentrations."""
        x = self.lead_initial / self.lead_maximum
        return (x - self.empty) / (self.full - self.empty)

    def soc_at(self, voltage: float) -> float:
        """Return the state of charge at an open-circuit voltage at the initial temperature."""
        x = self._at(voltage, 1, f"the initial voltage of {voltage:g} V")
        return (x - self.empty) / (self.full - self.empty)

    def stoichiometries(self, soc: Floats) -> tuple[Floats, Floats]:
        """Return leading and other stoichiometry at states of charge."""
        x = self.empty + soc * (self.full - self.empty)
        return x, self._other(x)

    def concentrations(self, soc: float) -> dict[str, float]:
        """Return the initial concentrations in mol.m-3 that give a state of charge."""
        (x,), (y,) = self.stoichiometries(np.array([soc]))
        if self.electrodes.half:
            return {POSITIVE: float(x) * self.lead_maximum}
        return {NEGATIVE: float(x) * self.lead_maximum, POSITIVE: float(y) * self.other_maximum}

    def potentials(self, soc: Floats) -> tuple[Floats, Floats]:
        """Return positive and negative potential in V at the reference temperature."""
        positive, _, negative, _ = self.electrodes.potentials(
            *self.stoichiometries(soc), self.point
        )
        return positive, negative

    def _other(self, x: Floats) -> Floats:
        if self.electrodes.half:
            return x
        return (self.lithium - self.lead_capacity * x) / self.other_capacity

    def _at(self, voltage: float, temperature: int, what: str) -> float:
        """Find the leading stoichiometry at a voltage; 0 is reference, 1 initial temperature."""
        sign = -1.0 if self.electrodes.half else 1.0

        def curve(x: Floats) -> Floats:
            rows = self.electrodes.potentials(x, self._other(x), self.point)
            ocv: Floats = sign * (rows[temperature] - rows[2 + temperature])
            return ocv

        return crossing(curve, sign * voltage, self._bounds(), what)

    def _bounds(self) -> tuple[float, float]:
        """Return the range in which both electrodes are between empty and full."""
        if self.electrodes.half:
            return _MARGIN, 1 - _MARGIN
        low = max(0.0, (self.lithium - self.other_capacity) / self.lead_capacity)
        high = min(1.0, self.lithium / self.lead_capacity)
        margin = _MARGIN * (high - low)
        return low + margin, high - margin


def crossing(curve: Curve, target: float, bounds: tuple[float, float], what: str) -> float:
    """Find where a rising curve meets a target.

    Fitted potentials may turn back close to empty and full; of several crossings the one
    nearest to the middle of the bounds counts.
    """
    grid = np.linspace(*bounds, _GRID)
    above = curve(grid) >= target
    rises = np.flatnonzero(above[1:] & ~above[:-1])
    if not rises.size:
        raise refuse(f"{what} is out of reach of the open-circuit voltage of this cell")
    nearest = rises[np.argmin(np.abs(rises - _GRID / 2))]
    return float(
        brentq(
            lambda x: float(curve(np.array([x]))[0]) - target,
            grid[nearest],
            grid[nearest + 1],
            xtol=1e-12,
        )
    )
