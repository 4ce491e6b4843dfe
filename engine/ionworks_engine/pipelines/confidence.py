"""Linear confidence intervals of fitted parameters.

At the best point of a fit the model is linear enough. With the rows of the data weighted as the
fit's cost weights them (``W``), noise of the standard deviation ``s`` by variable (``S``), the
derivatives ``J`` and ``H = J' W J`` the estimate has the covariance
``inv(H) (J' W S**2 W J) inv(H)`` (Seber and Wild, Nonlinear Regression, 1989, 2.1 and 2.8): for
one variable with equal weights the familiar ``s**2 inv(J' J)``. A measured number counts once
however many parts of a MultiCost compare it: their weights are summed. Costs that are not made of
squares (MAE, Max, Wasserstein), and sums that hold one, are taken as the likelihood of normal
errors. Priors, constraints and
penalties add to ``H``. ``gauss_newton: false`` takes the second derivatives of the cost for ``H``,
by differences.

The noise is ``variable_standard_deviations``, and the interval then is the normal distribution's.
Where it is not given it is estimated, by variable, from what the fit leaves over (for one variable
``N - p`` degrees of freedom; ``fits.spread`` for more), and the interval is Student's t with
``N - p``. Intervals are made
in the coordinate of the search and mapped back, so those of a ``Log10`` parameter are ratios and
never negative.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import SOLVER_ERROR, PipelineError, near, refuse
from ionworks_engine.pipelines.fits.assembly import Assembly, assemble
from ionworks_engine.pipelines.fits.costs import Cost, ErrorCost, Outputs, Term, WeightedSum
from ionworks_engine.pipelines.fits.data_fit import read_options
from ionworks_engine.pipelines.fits.spread import (
    Rows,
    covariance,
    first_noise,
    inverted,
    noise_left,
)
from ionworks_engine.pipelines.objectives.base import Floats, SolveError
from ionworks_engine.pipelines.results import Finished, plain
from ionworks_engine.pipelines.values import write_values

_SQUARES = frozenset({"SSE", "MSE", "RMSE", "ChiSquare"})
_LEAST = 1e-12
"""Of an RMSE that divides."""
_STEP = 1e-2
"""Of a difference, as a share of a coordinate: solvers leave errors of 1e-6 in the models."""


def intervals(element: Mapping[str, Any], context: Context) -> Finished:
    """Compute linear confidence intervals at an earlier fit's best point.

    Parameters
    ----------
    element
        A ``linear_confidence_interval`` as on the wire.
    context
        What the elements before it gave; its last fit of all these parameters says where, else
        their initial values.

    Returns
    -------
    Finished
        ``intervals`` by parameter, in its own units, and their ``covariance``, whose order is
        that of ``parameters``.

    Raises
    ------
    PipelineError
        If the model has no answer there, there are too few data, or they do not determine the
        parameters.

    Examples
    --------
    >>> from ionworks_engine.pipelines.context import Context
    >>> data = {
    ...     "Time [s]": [0.0, 60.0, 120.0],
    ...     "Current [A]": [0.5, 0.5, 0.5],
    ...     "Voltage [V]": [3.79, 3.77, 3.76],
    ... }
    >>> element = {
    ...     "objectives": {"pulse": {"type": "CurrentDriven", "data": data}},
    ...     "parameters": {"Negative particle diffusivity [m2.s-1]": {"initial_value": 1e-14}},
    ...     "variable_standard_deviations": {"Voltage [V]": 0.001},
    ... }
    >>> found = intervals(element, Context()).result
    >>> sorted(found["intervals"]["Negative particle diffusivity [m2.s-1]"])
    ['lower', 'upper']
    """
    level = _level(element, context)
    read_options(element, context.place("options"))
    assembly = assemble(element, context)
    try:
        return _computed(element, assembly, level, context)
    except SolveError as error:
        message = f"the model has no answer there: {error.message}"
        raise PipelineError(SOLVER_ERROR, message) from None


def _computed(
    element: Mapping[str, Any], assembly: Assembly, level: float, context: Context
) -> Finished:
    names = _determined(assembly, context)
    point = _place(assembly, names, context)
    rows = _rows(assembly, point, names)
    count = sum(len(one.errors) for one in rows)
    if count <= len(names):
        raise refuse(
            context.where,
            f"{count} data cannot tell the spread of {len(names)} parameters; there must be more",
        )
    known = _known_noise(element, rows, context)
    noise = {**first_noise(rows, len(names)), **known}
    curvature = _curvature(element, assembly, rows, noise, point, names)
    inverse = inverted(curvature, names, context.where)
    if set(known) != set(noise):
        noise = noise_left(rows, noise, known, inverse)
    freedom = None if set(known) == set(noise) else count - len(names)
    spread = covariance(rows, noise, inverse)
    return _finished(
        element, assembly, point, names, spread, _quantile(level, freedom), level, context
    )


def _level(element: Mapping[str, Any], context: Context) -> float:
    level = element.get("confidence_level", 0.95)
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
        place = context.place("confidence_level")
        raise refuse(place, f"must be between 0 and 1, such as 0.95, not {level!r}")
    return float(level)


def _determined(assembly: Assembly, context: Context) -> list[str]:
    """Return the parameters that models depend on; a noise has no linear interval."""
    noise = assembly.problem.comparison.cost.inputs
    kept = [name for name in assembly.problem.names if name not in noise]
    for name in sorted(set(assembly.problem.names) - set(kept)):
        context.assume(f"{name!r} is the noise of the data: it has no linear interval.")
    return kept


def _place(assembly: Assembly, names: list[str], context: Context) -> Floats:
    """Return the point of the search where the intervals are computed."""
    fitted = context.optimum(names)
    if fitted is None:
        context.assume(
            "No fit of these parameters stands before it: intervals are computed at "
            "the initial values."
        )
        return assembly.problem.start
    return assembly.problem.point(fitted)


def _rows(assembly: Assembly, x: Floats, names: list[str]) -> list[Rows]:
    problem = assembly.problem
    comparison = problem.comparison
    places = [list(problem.names).index(name) for name in names]
    known = comparison.sensitivities(problem.values(x))
    outputs = comparison.outputs(problem.values(x)) if known is None else known[0]
    terms = _terms(comparison.cost, outputs)
    if known is None:
        slopes = _differences(assembly, x, places, terms)
    else:
        scale = problem.space.slopes(x)
        slopes = [
            (term.slopes(outputs, known[1]) * term.scale * scale)[:, places] for term, _ in terms
        ]
    errors = [term.errors(outputs) * term.scale for term, _ in terms]
    triples = zip(terms, errors, slopes, strict=True)
    return [Rows(term.variable, e, s, weight) for (term, weight), e, s in triples]


def _terms(cost: Cost, outputs: Outputs) -> list[tuple[Term, float]]:
    """Return what a cost compares, each variable once, with the weight of a squared difference.

    The weight is NaN where the cost, or any part of it that compares them, is not of squares.
    """
    terms: dict[tuple[str, str], Term] = {}
    weights: dict[tuple[str, str], float] = {}
    for term, weight in _parts(cost, outputs):
        key = term.objective, term.variable
        terms.setdefault(key, term)
        weights[key] = weights.get(key, 0.0) + weight
    return [(term, weights[key]) for key, term in terms.items()]


def _parts(cost: Cost, outputs: Outputs, share: float = 1.0) -> Iterator[tuple[Term, float]]:
    """Yield the terms of all parts of a cost with their weights, a term for each part."""
    if isinstance(cost, WeightedSum):
        for part, weight in cost.parts:
            yield from _parts(part, outputs, share * weight)
        return
    terms: tuple[Term, ...] = getattr(cost, "terms", ())
    for term in terms:
        weight = math.nan
        if isinstance(cost, ErrorCost) and cost.name in _SQUARES:
            weight = share * term.weight / term.scale**2
            if cost.name in ("MSE", "RMSE"):
                weight /= int(term.rows.sum())
            if cost.name == "RMSE":  # its second derivatives are those of the MSE by twice itself
                weight /= 2 * max(cost.value(outputs, {}), _LEAST)
        yield term, weight


def _differences(
    assembly: Assembly, x: Floats, places: list[int], terms: list[tuple[Term, float]]
) -> list[Floats]:
    """Return the models' derivatives by central differences, one-sided at a bound."""
    problem = assembly.problem
    columns: list[list[Floats]] = []
    for place in places:
        step = _step(x, place)
        ends = [
            min(max(x[place] + sign * step, problem.lower[place]), problem.upper[place])
            for sign in (1, -1)
        ]
        models = []
        for end in ends:
            moved = np.array(x)
            moved[place] = end
            outputs = problem.comparison.outputs(problem.values(moved))
            models.append([term.model(outputs) for term, _ in terms])
        width = ends[0] - ends[1]
        columns.append([(up - down) / width for up, down in zip(*models, strict=True)])
    return [np.column_stack([column[k] for column in columns]) for k in range(len(terms))]


def _step(x: Floats, place: int) -> float:
    return _STEP * (abs(float(x[place])) or 1.0)


def _known_noise(
    element: Mapping[str, Any], rows: list[Rows], context: Context
) -> dict[str, float]:
    """Return the standard deviations that the user gave, by variable."""
    given = element.get("variable_standard_deviations") or {}
    variables = {one.variable for one in rows}
    for name, value in given.items():
        place = context.place(f"variable_standard_deviations.{name}")
        if name not in variables:
            raise refuse(place, f"no variable {name!r}{near(name, variables)}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise refuse(place, f"must be a positive number, not {value!r}")
    return {name: float(value) for name, value in given.items()}


def _curvature(
    element: Mapping[str, Any],
    assembly: Assembly,
    rows: list[Rows],
    noise: Mapping[str, float],
    x: Floats,
    names: list[str],
) -> Floats:
    """Return half the second derivatives of the cost by the coordinates."""
    problem = assembly.problem
    places = [list(problem.names).index(name) for name in names]
    if element.get("gauss_newton") is False:
        return 0.5 * _second_differences(assembly, rows, noise, x, places)
    own = problem.comparison.own_slopes(problem.values(x)) * problem.space.slopes(x)
    total = own[:, places].T @ own[:, places]
    return np.asarray(sum((one.weight(noise) * one.information for one in rows), total))


def _second_differences(
    assembly: Assembly,
    rows: list[Rows],
    noise: Mapping[str, float],
    x: Floats,
    places: list[int],
) -> Floats:
    problem = assembly.problem
    here = problem.comparison.outputs(problem.values(x))
    terms = [term for term, _ in _terms(problem.comparison.cost, here)]
    weights = [one.weight(noise) for one in rows]

    def cost(moves: list[tuple[int, float]]) -> float:
        moved = np.array(x)
        for place, step in moves:
            moved[place] += step
        free = problem.values(moved)
        outputs = problem.comparison.outputs(free)
        squares = [float(np.sum((term.errors(outputs) * term.scale) ** 2)) for term in terms]
        fitted = sum(w * s for w, s in zip(weights, squares, strict=True))
        return fitted + problem.comparison.regularization(free)

    steps = [_step(x, place) for place in places]
    size = len(places)
    room = np.zeros(len(x))
    room[places] = 2 * np.array(steps)
    x = np.clip(x, problem.lower + room, problem.upper - room)
    found = np.zeros((size, size))
    for i in range(size):
        for j in range(i, size):
            p, q, h, k = places[i], places[j], steps[i], steps[j]
            corners = [cost([(p, a * h), (q, b * k)]) * a * b for a in (1, -1) for b in (1, -1)]
            found[i, j] = found[j, i] = sum(corners) / (4 * h * k)
    return found


def _quantile(level: float, freedom: int | None) -> float:
    """Return how many standard deviations a two-sided interval reaches."""
    from scipy import stats

    tail = 0.5 * (1 + level)
    return float(stats.norm.ppf(tail) if freedom is None else stats.t.ppf(tail, freedom))


def _finished(
    element: Mapping[str, Any],
    assembly: Assembly,
    x: Floats,
    names: list[str],
    covariance: Floats,
    reach: float,
    level: float,
    context: Context,
) -> Finished:
    problem = assembly.problem
    free = problem.values(x)
    bounded = element.get("use_parameter_bounds") is not False
    chosen = [one for one in problem.space.parameters if one.name in names]
    places = [list(problem.names).index(name) for name in names]
    found = {}
    for parameter, place, variance in zip(chosen, places, np.diag(covariance), strict=True):
        width = reach * math.sqrt(variance)
        reached = float(x[place]) + width * np.array([-1.0, 1.0])
        if bounded:
            reached = np.clip(reached, *parameter.coordinates)
        ends = sorted(map(parameter.unbounded, reached.tolist()))
        found[parameter.name] = {"lower": ends[0], "upper": ends[1]}
        if free[parameter.name] in (parameter.lower, parameter.upper):
            context.assume(
                f"{parameter.name!r} is at a bound, where a linear interval says little."
            )
    slopes = problem.space.slopes(x)[places]
    result = {
        "type": "ConfidenceIntervalResult",
        "parameter_values": write_values({name: free[name] for name in names}),
        "method": "linear",
        "confidence_level": level,
        "intervals": found,
        "covariance": covariance * np.outer(slopes, slopes),
    }
    return Finished(result=plain(result))
