"""Exact solutions of linear equations under a current of straight lines.

``dy/dt = A y + b + c I(t)`` falls apart into its modes, each of which has a closed form on every
straight line of the current: no steps, no tolerances. Diffusion with a constant diffusivity is
linear, as are the pairs of an equivalent circuit with constant values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ionworks_engine.battery.quiet import casadi
from ionworks_engine.battery.terms import Floats
from ionworks_engine.pipelines.objectives.base import SolveError
from ionworks_engine.pipelines.solving.course import Course
from ionworks_engine.pipelines.solving.differences import differences
from ionworks_engine.pipelines.solving.parts import Part

_LARGEST = 400
_WORST_BASIS = 1e9
_NEARLY_REAL = 1e-10
_SAME = 1e-13
_STEP = 1e-4
_SMALL = 1e-4
_SMOOTH = frozenset(
    getattr(casadi, f"OP_{name}")
    for name in (
        *("CONST", "INPUT", "OUTPUT", "ASSIGN", "ADD", "SUB", "MUL", "DIV", "NEG", "TWICE"),
        *("SQ", "INV", "SQRT", "EXP", "LOG", "POW", "CONSTPOW"),
        *("SIN", "COS", "TANH", "SINH", "COSH", "ASINH"),
    )
)


class MixedModesError(Exception):
    """Equations whose modes cannot be told apart."""


@dataclass(frozen=True)
class _Modes:
    """A matrix as ``basis @ diag(rates) @ inverse``, up to a factor."""

    matrix: Any
    rates: Any
    basis: Any
    inverse: Any


class LinearPart:
    """Solves a part that is linear in its unknowns and in the current.

    Parameters
    ----------
    part
        The part.
    coefficients
        A function of the inputs: the matrix, what is added, what multiplies the current, and the
        initial unknowns.
    """

    def __init__(self, part: Part, coefficients: Any) -> None:
        self.part = part
        self._coefficients = coefficients
        self._modes: _Modes | None = None

    @classmethod
    def of(cls, part: Part) -> LinearPart | None:
        """Return a solver for a part, or ``None`` if it is not linear."""
        if part.differential != part.size or part.size > _LARGEST or not _is_smooth(part.flow):
            return None
        time, unknowns, current, inputs = part.flow.sx_in()
        flow = part.flow(time, unknowns, current, inputs)
        matrix, driven = casadi.jacobian(flow, unknowns), casadi.jacobian(flow, current)
        moving = casadi.vertcat(time, unknowns, current)
        if any(casadi.depends_on(each, moving) for each in (matrix, driven)):
            return None
        if casadi.jacobian(flow, time).nnz():
            return None
        still = casadi.substitute(flow, moving, casadi.DM.zeros(moving.shape))
        found = [casadi.densify(each) for each in (matrix, still, driven, part.start(inputs))]
        return cls(part, casadi.Function("coefficients", [inputs], found))

    def states(self, inputs: Floats, course: Course, times: Floats) -> Floats:
        """Return the needed unknowns, one row for each time.

        Raises
        ------
        SolveError
            If the equations are not finite at these inputs.
        MixedModesError
            If they have to be solved step by step.
        """
        matrix, added, driven, initial = (each.full() for each in self._coefficients(inputs))
        scale = float(np.abs(matrix).max(initial=0.0)) or 1.0
        modes = self._modes_of(matrix / scale)
        start = modes.inverse @ initial.ravel()
        still, moved = modes.inverse @ added.ravel(), modes.inverse @ driven.ravel()
        with np.errstate(all="ignore"):  # what grows without bounds ends as NaN
            found = _followed(modes.rates * scale, start, still, moved, course, times)
        return np.ascontiguousarray(np.real(modes.basis[self.part.needed] @ found).T)

    def slopes(
        self, inputs: Floats, course: Course, times: Floats, places: list[int]
    ) -> tuple[Floats, Floats]:
        """Return the needed unknowns, and how they change with some inputs.

        By central differences of the exact solution, which are exact to about a part in 10^8.

        Returns
        -------
        tuple of ndarray
            Of shapes ``(times, needed)`` and ``(times, needed, places)``.
        """
        here = self.states(inputs, course, times)
        columns = np.zeros((*here.shape, len(places)))
        mine = [column for column, place in enumerate(places) if place in self.part.inputs]
        columns[..., mine] = differences(
            lambda moved: self.states(moved, course, times),
            inputs,
            [places[column] for column in mine],
            here,
            _STEP,
        )
        return here, columns

    def _modes_of(self, matrix: Floats) -> _Modes:
        """Find the modes of a matrix, unless it is a multiple of the last one's."""
        known = self._modes
        if known is not None and np.abs(known.matrix - matrix).max(initial=0.0) < _SAME:
            return known
        if not np.isfinite(matrix).all():
            raise SolveError("the equations are not finite at these values")
        try:
            rates, basis = np.linalg.eig(matrix)
        except np.linalg.LinAlgError as error:
            raise MixedModesError from error
        if np.abs(np.imag(rates)).max(initial=0.0) < _NEARLY_REAL:
            rates, basis = np.real(rates), np.real(basis)
        if not np.linalg.cond(basis) < _WORST_BASIS:
            raise MixedModesError
        self._modes = _Modes(matrix, rates, basis, np.linalg.inv(basis))
        return self._modes


def _is_smooth(function: Any) -> bool:
    """Say whether a function has no kinks, whose derivatives hide that it is not linear."""
    if not function.is_a("SXFunction"):
        return False
    operations = {function.instruction_id(place) for place in range(function.n_instructions())}
    return operations <= _SMOOTH


def _followed(rates: Any, start: Any, still: Any, moved: Any, course: Course, times: Floats) -> Any:
    """Return the modes at some times, one column each."""
    knots = _at_knots(rates, start, still, moved, course)
    last = course.times.size - 2
    line = np.clip(np.searchsorted(course.times, times, side="right") - 1, 0, last)
    since = times - course.times[line]
    slopes = np.diff(course.values) / np.diff(course.times)
    forced = still[:, None] + moved[:, None] * course.values[line]
    return _advanced(rates, knots[:, line], forced, moved, slopes[line], since)


def _at_knots(rates: Any, start: Any, still: Any, moved: Any, course: Course) -> Any:
    """Return the modes where each line of the current begins, one column each."""
    widths = np.diff(course.times)
    slopes = np.diff(course.values) / widths
    forced = still[:, None] + moved[:, None] * course.values[:-1]
    decay = np.exp(rates[:, None] * widths)
    gained = _advanced(rates, np.zeros_like(forced), forced, moved, slopes, widths)
    knots = np.empty_like(forced)
    now = start
    for place in range(widths.size):
        knots[:, place] = now
        now = decay[:, place] * now + gained[:, place]
    return knots


def _advanced(
    rates: Any, begun: Any, forced: Any, moved: Any, slopes: Floats, since: Floats
) -> Any:
    """Return modes some time after the begin of a straight line.

    ``e^x z + t phi1(x) f + t^2 phi2(x) g s`` with ``x = rate t``, the forcing ``f + g s t``.
    """
    x = rates[:, None] * since
    growth = np.expm1(x)
    flat = np.abs(x) < np.finfo(float).tiny
    first = np.where(flat, 1.0, growth / np.where(flat, 1.0, x))
    found = begun * (growth + 1.0) + forced * (since * first)
    if slopes.any():
        small = np.abs(x) < _SMALL
        second = (first - 1.0) / np.where(small, 1.0, x)
        second = np.where(small, 0.5 + x / 6.0 + x * x / 24.0, second)
        found = found + moved[:, None] * (slopes * since**2) * second
    return found
