"""Stoichiometry windows of full and half cells: electrode state of health.

The equations are those of Mohtat et al., J. Power Sources 427 (2019) 101, solved by PyBaMM's
``ElectrodeSOHSolver``; windows are those at the reference temperature.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.calculations.capacity import host_capacity
from ionworks_engine.pipelines.calculations.naming import (
    CYCLABLE,
    EMPTY,
    FULL,
    HEIGHT,
    LOWER,
    NOMINAL,
    PARALLEL,
    REFERENCE_TEMPERATURE,
    UPPER,
    USABLE,
    WIDTH,
    Electrode,
)
from ionworks_engine.pipelines.calculations.potentials import Potential
from ionworks_engine.pipelines.calculations.reading import Asked, Values, calculations
from ionworks_engine.pipelines.errors import SOLVER_ERROR, PipelineError, words_of

NEGATIVE, POSITIVE = Electrode("negative"), Electrode("positive")
EFFICIENCY = "First-cycle efficiency"
_WITHIN = 1e-3  # V
_ENTROPIC = "OCP entropic change [V.K-1]"


def lithium(asked: Asked, capacities: tuple[float, float]) -> float:
    """Return the cyclable lithium in A.h, from the initial state where it is not given."""
    if CYCLABLE in asked.given:
        return asked.positives(CYCLABLE)[0]
    total = 0.0
    for electrode, capacity in zip((NEGATIVE, POSITIVE), capacities, strict=True):
        total += capacity * initial_stoichiometry(asked, electrode)
    asked.context.assume(f"{CYCLABLE!r} was taken as the lithium of the initial state.")
    return total


def state_names(asked: Asked, electrode: Electrode) -> tuple[str, ...]:
    """Name the parameters that say how much lithium is in an electrode at the start."""
    if electrode.initial in asked.given:
        return (electrode.initial,)
    return electrode.initial_concentration, electrode.maximum_concentration


def initial_stoichiometry(asked: Asked, electrode: Electrode) -> float:
    """Return the initial stoichiometry, from the concentrations where it is not given."""
    if electrode.initial in asked.given:
        return asked.fractions(electrode.initial)[0]
    initial, maximum = asked.positives(*state_names(asked, electrode))
    return initial / maximum


def capacity_names(asked: Asked, electrode: Electrode) -> tuple[str, ...]:
    """Name the parameters that an electrode's capacity comes from."""
    geometry = (electrode.maximum_concentration, electrode.active_fraction, electrode.thickness)
    if electrode.capacity in asked.given or not any(name in asked.given for name in geometry):
        return (electrode.capacity,)
    return (*geometry, HEIGHT, WIDTH)


def capacity_of(asked: Asked, electrode: Electrode) -> float:
    """Return an electrode's capacity in A.h: as given, or else from its geometry."""
    if electrode.capacity in asked.given:
        return asked.positives(electrode.capacity)[0]
    return host_capacity(asked, electrode)


def limit_names(asked: Asked) -> tuple[str, str]:
    """Name the parameters that say the open-circuit voltages at 0 and 100 % SOC."""
    if any(name in asked.given for name in (EMPTY, FULL)):
        return EMPTY, FULL
    return (LOWER, UPPER) if LOWER in asked.given or UPPER in asked.given else (EMPTY, FULL)


def solve_window(
    asked: Asked, capacities: tuple[float, float], known: str, amount: float
) -> dict[str, float]:
    """Return the window of a full cell, and its usable capacity, by parameter name.

    Parameters
    ----------
    asked
        Gives the OCPs and the limits.
    capacities
        Of the negative and the positive electrode in A.h.
    known
        ``cyclable lithium capacity`` or ``cell capacity``.
    amount
        The known one in A.h.
    """
    low, high = asked.numbers(*limit_names(asked))
    if low >= high:
        raise asked.refuse("", f"{limit_names(asked)[0]!r} must be below {limit_names(asked)[1]!r}")
    for electrode in (NEGATIVE, POSITIVE):
        asked.given.evaluated(electrode.ocp, 0.5)  # names what the OCP itself lacks
    inputs = {"Q_n": capacities[0], "Q_p": capacities[1]}
    inputs["Q_Li" if known.startswith("cyclable") else "Q"] = amount
    values = _at_rest(asked, low, high)
    try:
        solver = pybamm.lithium_ion.ElectrodeSOHSolver(values, known_value=known)
        with warnings.catch_warnings():  # of extrapolation on its way: that of the result is told
            warnings.simplefilter("ignore", pybamm.SolverWarning)
            found = {name: float(value) for name, value in solver.solve(inputs).items()}
    except Exception as error:
        raise _no_window(asked, capacities, known, amount, words_of(error)) from None
    for end, limit in (("0", low), ("100", high)):
        x, y = found[f"x_{end}"], found[f"y_{end}"]
        if abs(_voltage(asked, x, y) - limit) > _WITHIN:
            words = f"the OCPs do not reach {limit:g} V (negative at {x:.4g}, positive at {y:.4g})"
            raise _no_window(asked, capacities, known, amount, words)
    window: dict[str, float] = {}
    for electrode, letter in ((NEGATIVE, "x"), (POSITIVE, "y")):
        ends = {electrode.at_empty: found[f"{letter}_0"], electrode.at_full: found[f"{letter}_100"]}
        _potential(asked, electrode).tell_extrapolations(asked.context.assume, ends)
        window |= ends
    return {**window, USABLE: found["Q"], CYCLABLE: found["Q_Li"]}


def _potential(asked: Asked, electrode: Electrode) -> Potential:
    return Potential(asked.given, electrode.ocp, asked.context.where)


def _voltage(asked: Asked, negative: float, positive: float) -> float:
    """Return the OCV in V of two stoichiometries; infinite outside 0 to 1."""
    if not (0 <= negative <= 1 and 0 <= positive <= 1):
        return math.inf
    high = asked.given.evaluated(POSITIVE.ocp, [positive])
    return float((high - asked.given.evaluated(NEGATIVE.ocp, [negative]))[0])


def _no_window(
    asked: Asked, capacities: tuple[float, float], known: str, amount: float, words: str
) -> PipelineError:
    negative, positive = capacities
    return PipelineError(
        SOLVER_ERROR,
        f"{asked.context.where}: electrodes of {negative:g} and {positive:g} A.h have no window "
        f"with a {known} of {amount:g} A.h: {words}",
    )


def _at_rest(asked: Asked, low: float, high: float) -> Any:
    """Return parameters at one temperature, where entropic changes do not matter.

    The solver also reports charges on a unit area, which nobody asks for: any area will do.
    """
    values = asked.given.pybamm()
    own = {side.of_whole(_ENTROPIC): 0.0 for side in (NEGATIVE, POSITIVE)}
    temperatures = dict.fromkeys((REFERENCE_TEMPERATURE, "Ambient temperature [K]"), 298.15)
    area = dict.fromkeys((HEIGHT, WIDTH, PARALLEL), 1.0)
    values.update({**own, **temperatures, **area, EMPTY: low, FULL: high})
    return values


# -- the calculations -----------------------------------------------------------------


def _electrode_soh(asked: Asked) -> Values:
    """Return the stoichiometries of both electrodes at 0 and 100 % SOC."""
    known = asked.option("known value", "cyclable lithium capacity")
    by_lithium = known == "cyclable lithium capacity"
    sides = (NEGATIVE, POSITIVE)
    names = [name for side in sides for name in (side.ocp, *capacity_names(asked, side))]
    if not by_lithium:
        names.append(NOMINAL)
    elif CYCLABLE not in asked.given:
        there = any(name in asked.given for side in sides for name in _states(side))
        names += [n for side in sides for n in state_names(asked, side)] if there else [CYCLABLE]
    asked.need(*names, *limit_names(asked))
    capacities = capacity_of(asked, NEGATIVE), capacity_of(asked, POSITIVE)
    amount = lithium(asked, capacities) if by_lithium else asked.positives(NOMINAL)[0]
    return dict(solve_window(asked, capacities, known, amount))


def _states(electrode: Electrode) -> tuple[str, str]:
    return electrode.initial, electrode.initial_concentration


def _half_cell_soh(asked: Asked) -> Values:
    """Return the stoichiometries at the half cell's voltage limits.

    The names are the full cell's: a negative electrode has its most lithium at 100 % SOC, where the
    half cell's voltage is lowest.
    """
    electrode = asked.electrode
    names = limit_names(asked)
    asked.need(electrode.ocp, *names)
    asked.tell_side()
    _without_simulation(asked)
    low, high = sorted(asked.numbers(*names))
    potential = _potential(asked, electrode)
    values = {}
    for name, voltage in ((electrode.most, low), (electrode.least, high)):
        values[name], reached = potential.held(voltage)
        if not reached:
            least, most = potential.limits
            asked.context.assume(
                f"{electrode.ocp!r} goes from {least:.4g} to {most:.4g} V and never is {voltage:g} "
                f"V; {name!r} is where PyBaMM's asymptote gets there."
            )
    potential.tell_extrapolations(asked.context.assume, values)
    return values


def _without_simulation(asked: Asked) -> None:
    if asked.option("simulation_kwargs", None):
        asked.context.assume(
            "simulation_kwargs were not used: the OCP is inverted without a simulation."
        )


def _first_cycle(asked: Asked) -> Values:
    """Return the balance that the loss of the first cycle leaves.

    Q_Li = Q_p - (1 - eta) Q_cell / eta, with the electrodes' capacities from their geometry; then
    the windows and the concentrations at 100 % SOC.
    """
    sides = (NEGATIVE, POSITIVE)
    names = [
        name
        for side in sides
        for name in (
            side.ocp,
            side.maximum_concentration,
            side.active_fraction,
            side.thickness,
        )
    ]
    asked.need(*names, HEIGHT, WIDTH, NOMINAL, EFFICIENCY, *limit_names(asked))
    asked.fractions(EFFICIENCY)
    nominal, efficiency = asked.positives(NOMINAL, EFFICIENCY)
    capacities = host_capacity(asked, NEGATIVE), host_capacity(asked, POSITIVE)
    amount = capacities[1] - (1 - efficiency) * nominal / efficiency
    window = solve_window(asked, capacities, "cyclable lithium capacity", amount)
    values: Values = {side.capacity: q for side, q in zip(sides, capacities, strict=True)}
    for side in sides:
        (maximum,) = asked.positives(side.maximum_concentration)
        full = window[side.at_full]
        values |= {side.initial: full, side.initial_concentration: full * maximum}
    return values | window


CALCULATIONS = calculations(
    {
        "ElectrodeBalanceFromFirstCycleEfficiency": _first_cycle,
        "ElectrodeSOH": _electrode_soh,
        "ElectrodeSOHHalfCell": _half_cell_soh,
    }
)
