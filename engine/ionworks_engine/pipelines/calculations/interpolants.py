"""Functions of the stoichiometry from measured points.

Points are sorted; those whose stoichiometries differ by no more than the tolerance are merged to
their mean. Beyond the data PyBaMM extrapolates potentials and entropic changes, along the last line
or the last polynomial. Diffusivities would get below 0 so: they keep their outermost values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.calculations.reading import Asked, Values, calculations
from ionworks_engine.pipelines.values import Floats, ParameterSet

STOICHIOMETRY = "Stoichiometry"
TOLERANCE = 1e-6
_FEWEST = {"linear": 2, "cubic": 4, "pchip": 2}
_COMPLETE = 1e-3
_SAMPLES = 5001


def curve(asked: Asked, column: str) -> tuple[Floats, Floats]:
    """Return a column of the data over the stoichiometry: sorted, merged, without gaps.

    Raises
    ------
    PipelineError
        For a stoichiometry outside 0 to 1, or fewer points than the interpolator needs.
    """
    x, y = asked.table(STOICHIOMETRY, column)
    there = np.isfinite(x) & np.isfinite(y)
    if not there.all():
        gaps = np.count_nonzero(~there)
        asked.context.assume(f"{gaps} of {there.size} rows of the data were left out: gaps.")
    x, y = x[there], y[there]
    tolerance = asked.real("options.tolerance", asked.option("tolerance", TOLERANCE))
    if tolerance < 0:
        raise asked.refuse("options.tolerance", f"must not be below 0, but is {tolerance:g}")
    outside = x[(x < -tolerance) | (x > 1 + tolerance)]
    if outside.size:
        message = f"{STOICHIOMETRY!r} must be from 0 to 1, but holds {outside[0]:g}"
        raise asked.refuse("data", message)
    x, y = merged(x, y, tolerance)
    fewest = _FEWEST[interpolator(asked)]
    if x.size < fewest:
        message = f"has {x.size} different points, but {interpolator(asked)!r} needs {fewest}"
        raise asked.refuse("data", message)
    return x, y


def note_range(asked: Asked, x: Floats, name: str, beyond: str) -> None:
    """Note what a function of the stoichiometry does beyond its points, where they leave room.

    Parameters
    ----------
    asked
        Takes the note.
    x
        Stoichiometries of the points, increasing.
    name
        Of the function.
    beyond
        What it does there, such as "is extrapolated".
    """
    if x[0] > _COMPLETE * (1 + 1e-9) or x[-1] < 1 - _COMPLETE * (1 + 1e-9):
        asked.context.assume(
            f"{name!r} {beyond} below the stoichiometry {x[0]:.4g} and above {x[-1]:.4g}, "
            "where its points end."
        )


def merged(x: Floats, y: Floats, tolerance: float) -> tuple[Floats, Floats]:
    """Sort points by x and merge those within the tolerance of the first of their group.

    Examples
    --------
    >>> x, y = merged(np.array([0.5, 0.0, 0.5]), np.array([1.0, 3.0, 2.0]), 1e-6)
    >>> x.tolist(), y.tolist()
    ([0.0, 0.5], [3.0, 1.5])
    """
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    starts = [0] if x.size else []
    for place in range(1, x.size):
        if x[place] - x[starts[-1]] > tolerance:
            starts.append(place)
    groups = np.zeros(x.size, dtype=int)
    groups[starts[1:]] = 1
    groups = np.cumsum(groups)
    counts = np.bincount(groups)
    return np.bincount(groups, x) / counts, np.bincount(groups, y) / counts


def interpolator(asked: Asked) -> str:
    """Return the option's interpolator."""
    return str(asked.option("interpolator", "linear"))


def _ocp(asked: Asked) -> Values:
    """Return the OCP as an interpolant of the data."""
    x, y = curve(asked, "Voltage [V]")
    name, kind = asked.electrode.ocp, interpolator(asked)
    note_range(asked, x, name, "is extrapolated")

    def open_circuit_potential(sto: Any) -> Any:
        return pybamm.Interpolant(x, y, sto, interpolator=kind)

    return {name: open_circuit_potential}


def _entropic_change(asked: Asked) -> Values:
    """Return the entropic change of the OCP as an interpolant of the data, scaled."""
    x, y = curve(asked, "Entropic change [V.K-1]")
    scale = asked.real("options.scale factor", asked.option("scale factor", 1.0))
    name, kind = asked.electrode.of_phase("OCP entropic change [V.K-1]"), interpolator(asked)
    note_range(asked, x, name, "is extrapolated")

    def entropic_change(sto: Any) -> Any:
        return pybamm.Interpolant(x, scale * y, sto, interpolator=kind)

    return {name: entropic_change}


def _diffusivity(asked: Asked) -> Values:
    """Return the diffusivity as an interpolant of the data, or of its logarithm, held at its ends.

    With the option ``scale factor``, it is multiplied by the parameter ``... particle diffusivity
    scale factor``, which stays free.
    """
    x, y = curve(asked, "Diffusivity [m2.s-1]")
    if np.any(y <= 0):
        raise asked.refuse("data", f"'Diffusivity [m2.s-1]' must be above 0, but holds {y.min():g}")
    name, kind = asked.electrode.diffusivity, interpolator(asked)
    logarithmic = asked.option("transformation", "none") == "log"
    values = np.log(y) if logarithmic else y
    note_range(asked, x, name, "keeps its outermost values")
    factor = asked.electrode.particle("diffusivity scale factor")
    scaled = bool(asked.option("scale factor", False))

    def of_points(sto: Any) -> Any:
        inside = pybamm.maximum(pybamm.minimum(sto, x[-1]), x[0])
        found = pybamm.Interpolant(x, values, inside, interpolator=kind)
        return pybamm.exp(found) if logarithmic else found

    _hold_positive(asked, x, of_points)

    def diffusivity(sto: Any, T: Any) -> Any:  # noqa: ARG001, N803
        found = of_points(sto)
        return pybamm.Parameter(factor) * found if scaled else found

    return {name: diffusivity}


def _hold_positive(asked: Asked, x: Floats, function: Callable[[Any], Any]) -> None:
    """Refuse an interpolant that gets below 0 between its points, as cubic ones may."""
    between = np.linspace(x[0], x[-1], _SAMPLES)
    values = ParameterSet({"f": function}).evaluated("f", between)
    if np.any(values <= 0):
        raise asked.refuse(
            "options.interpolator",
            f"{interpolator(asked)!r} gets to {values.min():.3g} m2/s at the stoichiometry "
            f"{between[np.argmin(values)]:.4g}, between points above 0: choose 'pchip', or "
            "transformation 'log'",
        )


CALCULATIONS = calculations(
    {
        "DiffusivityDataInterpolant": _diffusivity,
        "EntropicChangeDataInterpolant": _entropic_change,
        "OCPDataInterpolant": _ocp,
    }
)
