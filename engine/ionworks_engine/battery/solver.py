"""IDAKLU for compiled models: its options, and functions that stay cheap.

Like :mod:`ionworks_engine.battery.compiled`, this leans on what PyBaMM does not promise to
keep: where the base solver leaves the compiled equations and their derivatives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ionworks_engine.battery.functions import expanded
from ionworks_engine.battery.quiet import casadi, pybamm
from ionworks_engine.battery.terms import Floats

RELATIVE_TOLERANCE = 2e-5
ABSOLUTE_TOLERANCE = 1e-6
CAREFUL = 1e-2
_COUNTED_SHARE = 2e-7
_SHARE_IN_SMALL_SIGNALS = 2e-12
_COUNTS = ("[A.h]", "[W.h]")
_REFUSALS = 30
_THINNED = 2.0
_FULL_ROW = 30
_DRIVEN_FUNCTIONS = (
    "rhs_eval",
    "algebraic_eval",
    "rhs_algebraic_eval",
    "jac_algebraic_eval",
    "jac_rhs_algebraic_eval",
    "jac_rhs_algebraic_action_eval",
)


class _RowwiseJacobian(pybamm.BaseSolver):  # type: ignore[misc]
    """Differentiates the equations that depend on everything one by one, the others together.

    The current enters all equations and all of the state enters the voltage. A full row and a
    full column at once would cost CasADi one derivative pass for every unknown.
    """

    def set_up(self, model: Any, *arguments: Any, **options: Any) -> Any:
        answer = super().set_up(model, *arguments, **options)
        if not options.get("ics_only"):
            for part in ("algebraic", "rhs_algebraic"):
                equations = getattr(model, f"{part}_eval")
                setattr(model, f"jac_{part}_eval", _rowwise_jacobian(equations))
        return answer


class StepSolver(pybamm.IDAKLUSolver, _RowwiseJacobian):  # type: ignore[misc]
    """IDAKLU with cheap Jacobians: its own set-up finds them where the base class leaves them."""


class _OnScalars(pybamm.BaseSolver):  # type: ignore[misc]
    """Works on scalars, which is faster where steps are many and small, and watches all at once.

    Each event is a function of its own, which would compute the voltage again.
    """

    def set_up(self, model: Any, *arguments: Any, **options: Any) -> Any:
        answer = super().set_up(model, *arguments, **options)
        if not options.get("ics_only"):
            for name in _DRIVEN_FUNCTIONS:
                function = getattr(model, name)
                if isinstance(function, casadi.Function):
                    setattr(model, name, expanded(function))
            model.terminate_events_eval = _together(model.terminate_events_eval)
        return answer


class DrivenSolver(pybamm.IDAKLUSolver, _OnScalars):  # type: ignore[misc]
    """IDAKLU for a current that is given as a function of time."""


def _together(events: Sequence[Callable[..., Any]]) -> list[Callable[..., Any]]:
    """Return functions that each give one of the events, all computed by the first one's call."""
    found: list[Any] = []

    def one(place: int) -> Callable[..., Any]:
        def event(*arguments: Any) -> Any:
            if place == 0:
                symbols = [
                    casadi.MX.sym(f"x{n}", part.shape[0]) for n, part in enumerate(arguments)
                ]
                stacked = casadi.vertcat(*[function(*symbols) for function in events])
                found[:] = [expanded(casadi.Function("events", symbols, [stacked]))(*arguments)]
            return found[0][place]

        return event

    return [one(place) for place in range(len(events))]


def _rowwise_jacobian(equations: Any) -> Any:
    arguments = equations.mx_in()
    residuals = equations(*arguments)
    per_row = np.diff(np.asarray(equations.sparsity_jac(1, 0).T.colind()))
    full = np.flatnonzero(per_row > _FULL_ROW).tolist()
    sparse = np.flatnonzero(per_row <= _FULL_ROW).tolist()
    blocks = [
        casadi.jacobian(residuals[rows], arguments[1])
        for rows in [sparse, *([row] for row in full)]
        if rows
    ]
    order = np.argsort([*sparse, *full]).tolist()
    return casadi.Function("jacobian", arguments, [casadi.vertcat(*blocks)[order, :]])


def step_solver(
    model: Any,
    inputs: Any,
    capacity: float,
    *,
    driven: bool = False,
    varying: bool = False,
    careful: bool = False,
) -> Any:
    """Return a solver that is set up for a model.

    Parameters
    ----------
    model, inputs
        The discretised model and its inputs by name.
    capacity
        Of the cell in A.h: counters of charge and energy are held to a share of it, as currents
        are by their own scale, so that results per A.h are the same for cells of any size.
    driven
        Whether the current is given as a function of time, kink after kink: the solver starts
        afresh at each.
    varying
        Whether a voltage or a power is given so. What each start is allowed to miss adds up
        in the cell's state and in the counters, so that these are held to a hundredth of the
        tolerances, and the counters of small signals to a share of what they have counted.
    careful
        Whether to use a hundredth of the tolerances: slower, but gets through where large steps
        overshoot into states that have no physics, such as an electrolyte without lithium.
    """
    factor = CAREFUL if careful or varying else 1.0
    share = _SHARE_IN_SMALL_SIGNALS if varying else _COUNTED_SHARE
    model.atol = factor * _absolute_tolerances(model, share * capacity)
    solver = (DrivenSolver if driven else StepSolver)(
        rtol=factor * RELATIVE_TOLERANCE,
        on_failure="ignore",
        options={
            "silence_sundials_errors": True,
            "num_steps_no_progress": 2_000,
            "t_no_progress": 1e-3,
            "max_error_test_failures": _REFUSALS,
            "hermite_reduction_factor": _THINNED if (driven or varying) and not careful else 1.0,
        },
    )
    solver.set_up(model, inputs)
    return solver


def _absolute_tolerances(model: Any, counted: float) -> Floats:
    """Return the absolute tolerance of each unknown, given that of the counters."""
    tolerances = np.full(model.len_rhs_and_alg, ABSOLUTE_TOLERANCE)
    for variable, places in model.y_slices.items():
        if variable.name.endswith(_COUNTS):
            for place in places:
                tolerances[place] = counted
    return tolerances
