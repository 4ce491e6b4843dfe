"""Open-circuit potentials, inverted: from a potential to the stoichiometry that has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import brentq

# Before PyBaMM's own modules: it switches the telemetry off.
from ionworks_engine.battery.quiet import pybamm  # isort: skip
from pybamm.parameters.lithium_ion_parameters import U_asymptotes

from ionworks_engine.pipelines.errors import PipelineError, refuse
from ionworks_engine.pipelines.values import Floats, ParameterSet

_EDGE = 1e-7
_AMBIGUOUS = 1e-3
_OUTSIDE = 1e-6


@dataclass(frozen=True)
class Potential:
    """The open-circuit potential of one active material at the reference temperature.

    Parameters
    ----------
    given
        Parameters that hold the function.
    name
        Its name.
    where
        Key path for messages.

    Examples
    --------
    >>> cell = ParameterSet({"Positive electrode OCP [V]": lambda sto: 4.2 - sto})
    >>> round(Potential(cell, "Positive electrode OCP [V]").stoichiometry(3.7), 9)
    0.5
    """

    given: ParameterSet
    name: str
    where: str = ""

    def __call__(self, stoichiometry: Floats) -> Floats:
        """Return the potential in V."""
        return self.given.evaluated(self.name, stoichiometry)

    @cached_property
    def sampled(self) -> tuple[Floats, Floats]:
        """Stoichiometries, denser at the ends, and their potentials in V."""
        ends = np.geomspace(_EDGE, 0.01, 300)
        grid = np.concatenate([ends, np.linspace(0.01, 0.99, 4001)[1:-1], (1 - ends)[::-1]])
        values = self(grid)
        if not np.all(np.isfinite(values)):
            first = grid[~np.isfinite(values)][0]
            raise refuse(self.where, f"{self.name!r} has no value at the stoichiometry {first:.6g}")
        return grid, values

    @property
    def limits(self) -> tuple[float, float]:
        """The least and the most potential in V between stoichiometries 0 and 1."""
        values = self.sampled[1]
        return float(values.min()), float(values.max())

    @cached_property
    def tabulated(self) -> tuple[float, float]:
        """The stoichiometries between which its points are; infinite where it is no table."""
        sto = pybamm.StateVector(slice(0, 1))
        tables = [
            each.x[0]
            for each in self.given.function(self.name)(sto).pre_order()
            if isinstance(each, pybamm.Interpolant) and each.children[0] == sto
        ]
        low = max((float(x[0]) for x in tables), default=-np.inf)
        return low, min((float(x[-1]) for x in tables), default=np.inf)

    def tell_extrapolations(
        self, tell: Callable[[str], object], found: Mapping[str, float]
    ) -> None:
        """Tell which stoichiometries, given by name, are none that its points cover."""
        low, high = self.tabulated
        for name, value in found.items():
            if not low - _OUTSIDE <= value <= high + _OUTSIDE:
                tell(
                    f"{name!r}, {value:.4g}, lies where {self.name!r} is extrapolated: its points "
                    f"go from {low:.4g} to {high:.4g}."
                )

    def stoichiometry(self, voltage: float) -> float:
        """Return the stoichiometry that has a potential.

        Raises
        ------
        PipelineError
            If none has it, or several have that lie apart.
        """
        grid, values = self.sampled
        places = np.flatnonzero((values[:-1] - voltage) * (values[1:] - voltage) <= 0)
        if places.size == 0:
            low, high = self.limits
            raise self._refuse(
                f"{voltage:.6g} V is outside: it goes from {low:.6g} to {high:.6g} V"
            )
        first, last = float(grid[places[0]]), float(grid[places[-1] + 1])
        if last - first > _AMBIGUOUS + (grid[places[0] + 1] - first):
            raise self._refuse(
                f"it is {voltage:.6g} V at stoichiometries {first:.4g} and {last:.4g}, and perhaps "
                "between them; one of them must be chosen by hand"
            )
        return self._root(voltage, first, float(grid[places[0] + 1]))

    def held(self, voltage: float) -> tuple[float, bool]:
        """Return the stoichiometry at a voltage limit, and whether the OCP itself gets there.

        Where it does not, PyBaMM's models still do: they add a term that takes the potential to
        large values at stoichiometries next to 0 and 1.
        """
        low, high = self.limits
        if low <= voltage <= high:
            return self.stoichiometry(voltage), True
        ends = (1e-10, 0.5) if voltage > high else (0.5, 1 - 1e-10)
        return self._root(voltage, *ends), False

    def _root(self, voltage: float, start: float, end: float) -> float:
        def off(stoichiometry: float) -> float:
            asymptotes = U_asymptotes(pybamm.Scalar(stoichiometry)).evaluate()
            return float(self(np.array([stoichiometry]))[0]) + float(asymptotes) - voltage

        if off(start) == 0 or off(start) * off(end) > 0:  # a step narrower than the asymptotes
            return start
        return float(brentq(off, start, end, xtol=1e-13, rtol=1e-12))

    def _refuse(self, message: str) -> PipelineError:
        return refuse(self.where, f"{self.name!r}: {message}")
