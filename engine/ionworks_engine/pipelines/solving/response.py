"""The response of a model at rest to a small current: its impedance.

With ``M dy/dt = f(y, I)`` and ``V(y, I)`` a small current ``I e^(i w t)`` gives ``(i w M - f_y) y
= f_I`` and the impedance ``Z = -(V_y y + V_I)``: a positive current discharges, so that the
voltage falls with it. This is what :class:`pybamm.EISSimulation` solves (Hallemans et al.,
Physics- based battery model parametrisation from impedance data, J. Electrochem. Soc. 2025), with
the current as a forcing here instead of an unknown.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csc_matrix, diags_array
from scipy.sparse.linalg import splu

from ionworks_engine.battery.impedance import Complexes
from ionworks_engine.battery.quiet import casadi
from ionworks_engine.battery.terms import Floats
from ionworks_engine.pipelines.objectives.base import SolveError
from ionworks_engine.pipelines.solving.consistency import settled
from ionworks_engine.pipelines.solving.equations import Equations
from ionworks_engine.pipelines.solving.parts import arguments, kind_of


class Response:
    """The impedance of a compiled model.

    Parameters
    ----------
    equations
        The model; the first variable read must be its voltage.
    """

    def __init__(self, equations: Equations) -> None:
        self._equations = equations
        flow, read = equations.flow, equations.read
        both = casadi.SX if kind_of(flow) is kind_of(read) is casadi.SX else casadi.MX
        time, unknowns, current, inputs = arguments(both, equations.size, len(equations.names))
        rates = flow(time, unknowns, current, inputs)
        voltage = read(time, unknowns, current, inputs)[0]
        found = [
            casadi.jacobian(rates, unknowns),
            casadi.densify(casadi.jacobian(rates, current)),
            casadi.densify(casadi.jacobian(voltage, unknowns)),
            casadi.densify(casadi.jacobian(voltage, current)),
            rates,
        ]
        self._linearised = casadi.Function("small", [time, unknowns, current, inputs], found)
        differential = np.arange(equations.size) < equations.differential
        self._mass = csc_matrix(diags_array(differential.astype(float)))

    def impedances(self, inputs: Floats, frequencies: Floats) -> Complexes:
        """Return the impedance in Ohm at some frequencies in Hz.

        Raises
        ------
        SolveError
            If the model has no state at rest, or no finite response there.
        """
        jacobian, forced, by_unknown, by_current, _ = self._at_rest(inputs)
        slopes = csc_matrix(jacobian.sparse())
        forced, by_unknown = forced.full().ravel(), by_unknown.full().ravel()
        direct = float(by_current)
        found = np.empty(frequencies.size, dtype=complex)
        for place, frequency in enumerate(frequencies):
            system = csc_matrix(2j * np.pi * frequency * self._mass - slopes)
            try:
                change = splu(system).solve(forced.astype(complex))
            except RuntimeError as error:
                raise SolveError(f"no response at {frequency:g} Hz: {error}") from None
            found[place] = -(by_unknown @ change + direct)
        if not np.isfinite(found).all():
            raise SolveError("the response of the model is not finite")
        return found

    def _at_rest(self, inputs: Floats) -> Any:
        """Return the derivatives in the initial state, its algebraic unknowns made consistent."""

        def linearised(state: Floats) -> tuple[Any, Any]:
            small = self._linearised(0.0, state, 0.0, inputs)
            return small[4], small[0]

        guess = self._equations.start(inputs).full().ravel()
        state = settled(linearised, guess, self._equations.differential)
        return self._linearised(0.0, state, 0.0, inputs)
