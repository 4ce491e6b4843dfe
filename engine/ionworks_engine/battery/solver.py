"""IDAKLU for step models: its options, and Jacobians that stay cheap.

Like :mod:`ionworks_engine.battery.stepmodel`, this leans on what PyBaMM does not promise to
keep: where the base solver leaves the compiled equations and their derivatives.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ionworks_engine.battery.quiet import casadi, pybamm

RELATIVE_TOLERANCE = 2e-5
ABSOLUTE_TOLERANCE = 1e-6
CAREFUL = 1e-2
_FULL_ROW = 30


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


def step_solver(model: Any, inputs: Any, *, careful: bool = False) -> Any:
    """Return a solver that is set up for a model.

    Parameters
    ----------
    model, inputs
        The discretised model and its inputs by name.
    careful
        Whether to use a hundredth of the tolerances: slower, but gets through where large steps
        overshoot into states that have no physics, such as an electrolyte without lithium.
    """
    factor = CAREFUL if careful else 1.0
    solver = StepSolver(
        rtol=factor * RELATIVE_TOLERANCE,
        atol=factor * ABSOLUTE_TOLERANCE,
        on_failure="ignore",
        options={
            "silence_sundials_errors": True,
            "num_steps_no_progress": 2_000,
            "t_no_progress": 1e-3,
        },
    )
    solver.set_up(model, inputs)
    return solver
