"""Whether parameters matter to what is compared: one that moves nothing seems to fit perfectly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ionworks_engine.pipelines.fits.assembly import Assembly
from ionworks_engine.pipelines.fits.space import FreeParameter
from ionworks_engine.pipelines.objectives.base import Floats, SolveError

_UNMOVED = 1e-6
"""Share of the largest number measured below which a change is the solver's."""
_AS_BEFORE = 1e-9
_STEP = 0.1
Outputs = Mapping[str, Mapping[str, Floats]]


def idle(
    assembly: Assembly,
    free: Mapping[str, float],
    initial: Mapping[str, float],
    succeeded: bool,
) -> Iterator[str]:
    """Name parameters that move nothing, and those that the search did not move.

    Parameters
    ----------
    assembly
        Of the fit.
    free, initial
        Where the free parameters ended, and where they began.
    succeeded
        Whether a search says that this is its optimum.

    Raises
    ------
    SolveError
        If the models have no answer where they ended.
    """
    comparison = assembly.problem.comparison
    there = comparison.outputs(free)
    for parameter in assembly.parameters.space.parameters:
        name, value = parameter.name, free[parameter.name]
        stayed = abs(value - initial[name]) <= _AS_BEFORE * abs(initial[name])
        if name in comparison.cost.inputs:
            continue
        if not _matters(assembly, free, parameter, there):
            told = "where it began" if stayed else "where the search happened to leave it"
            yield (
                f"{name!r} changes no number that is compared, so the data say nothing of it: its "
                f"value, {value:.6g}, is {told}."
            )
        elif stayed and succeeded:
            yield (
                f"{name!r} ended where it began, at {value:.6g}: the search found nothing better "
                "near by. Try another start, or another optimizer, to see whether the data want it."
            )


def _matters(
    assembly: Assembly, free: Mapping[str, float], parameter: FreeParameter, there: Outputs
) -> bool:
    """Whether another value of one parameter changes anything; no answer at all is a change."""
    for value in _others(parameter, free[parameter.name]):
        try:
            moved = assembly.problem.comparison.outputs({**free, parameter.name: value})
        except SolveError:
            return True
        for label, objective in assembly.objectives.items():
            for variable, data in objective.variables.items():
                if _differ(there[label][variable], moved[label][variable], data):
                    return True
    return False


def _others(parameter: FreeParameter, value: float) -> Iterator[float]:
    """Return values to try: some per cent away first, then half way to each bound."""
    step = _STEP * (abs(value) or abs(parameter.initial) or 1.0)
    near_by = value + step if value + step <= parameter.upper else value - step
    yield max(near_by, parameter.lower)
    place = parameter.coordinate(value)
    for end in parameter.coordinates:
        if np.isfinite(end) and end != place:
            yield parameter.value(0.5 * (place + end))


def _differ(one: Floats, other: Floats, data: Floats) -> bool:
    if len(one) != len(other) or (np.isfinite(one) != np.isfinite(other)).any():
        return True
    known = np.isfinite(one)
    size = float(np.max(np.abs(data[np.isfinite(data)]), initial=0.0))
    return float(np.max(np.abs(one - other)[known], initial=0.0)) > _UNMOVED * size
