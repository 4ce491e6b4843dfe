"""An open-circuit potential as a compiled function of stoichiometry and of what a fit sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ionworks_engine.battery.functions import expanded
from ionworks_engine.battery.quiet import casadi, pybamm
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import refuse, words_of
from ionworks_engine.pipelines.models.msmr_slots import Source, full_name
from ionworks_engine.pipelines.names import spelt
from ionworks_engine.pipelines.objectives.base import Floats

_STOICHIOMETRY = "Stoichiometry"
_EDGE = 1e-6
_WALL = -20.0


class OpenCircuitPotential:
    """The open-circuit potential of an electrode, from its parameters.

    Where a fit leads stoichiometry out of 0 to 1, the potential goes on from its value 1e-6 within
    by a straight line that falls 20 V per unit: no electrode does that, and the cost leads back.

    Parameters
    ----------
    context
        What has the parameters.
    name
        Of the potential.
    free
        What the fit may set; numbers in the function that it names are the fit's.
    """

    def __init__(self, context: Context, name: str, free: Mapping[str, float]) -> None:
        values = context.given.pybamm()
        known = {full_name(key): key for key in free}
        values.update({full: "[input]" for full in known if full != spelt(name)})
        asked = pybamm.FunctionParameter(
            spelt(name), {_STOICHIOMETRY: pybamm.InputParameter(_STOICHIOMETRY)}
        )
        try:
            symbol = values.process_symbol(asked)
        except Exception as error:
            raise refuse(context.where, f"{name!r} cannot be used: {words_of(error)}") from None
        inputs = {
            each.name for each in symbol.pre_order() if isinstance(each, pybamm.InputParameter)
        }
        self.keys = tuple(sorted(known[each] for each in inputs - {_STOICHIOMETRY}))
        self._function = _compiled(symbol, [full_name(key) for key in self.keys])

    def at(
        self, stoichiometry: Floats, values: Mapping[str, float]
    ) -> tuple[Floats, Floats, Floats]:
        """Return the potential in V, its slope by stoichiometry, and its slopes by :attr:`keys`.

        Parameters
        ----------
        stoichiometry
            Of shape (n,).
        values
            What the fit sets.

        Returns
        -------
        tuple of ndarray
            Of shapes (n,), (n,) and (n, len(keys)).
        """
        inside = np.clip(stoichiometry, _EDGE, 1 - _EDGE)
        fixed = [values[key] for key in self.keys]
        rows = self._function(inside[None, :], casadi.repmat(casadi.DM(fixed), 1, inside.size))
        potential, slope, *others = (np.array(row, dtype=float).ravel() for row in rows)
        out = inside != stoichiometry
        potential = potential + _WALL * (stoichiometry - inside)
        slope = np.where(out, _WALL, slope)
        return potential, slope, np.stack(others, axis=1) if others else np.zeros((inside.size, 0))


def _compiled(symbol: Any, names: list[str]) -> Any:
    at = casadi.MX.sym("x")
    numbers = casadi.MX.sym("p", len(names))
    inputs = {_STOICHIOMETRY: at, **{name: numbers[place] for place, name in enumerate(names)}}
    potential = symbol.to_casadi(inputs=inputs)
    if not isinstance(potential, casadi.MX):
        potential = casadi.MX(potential)
    slopes = [casadi.jacobian(potential, at)]
    if names:
        slopes += casadi.horzsplit(casadi.densify(casadi.jacobian(potential, numbers)))
    return expanded(casadi.Function("ocp", [at, numbers], [potential, *slopes]))


def potential_name(context: Context, source: Source, electrode: str, direction: str | None) -> str:
    """Return the name of an electrode's open-circuit potential: the direction's, else the plain.

    The source remembers it as missing if neither is given.
    """
    plain = f"{electrode.capitalize()} electrode OCP [V]"
    directed = f"{electrode.capitalize()} electrode {direction} OCP [V]"
    if direction is not None and directed in context.given:
        return directed
    if plain not in context.given:
        source.lack(plain)
    elif direction is not None:
        context.assume(f"{directed!r} is not given: {plain!r} is used")
    return plain
