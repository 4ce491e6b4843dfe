"""Functions of the stoichiometry from measured points.

Points are sorted; those whose stoichiometries differ by no more than the tolerance are merged to
their mean. Beyond the data PyBaMM extrapolates: along the last line, or the last polynomial.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.calculations.reading import Asked, Values, calculations
from ionworks_engine.pipelines.values import Floats

STOICHIOMETRY = "Stoichiometry"
TOLERANCE = 1e-6
_FEWEST = {"linear": 2, "cubic": 4, "pchip": 2}


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

    def open_circuit_potential(sto: Any) -> Any:
        return pybamm.Interpolant(x, y, sto, interpolator=kind)

    return {name: open_circuit_potential}


def _entropic_change(asked: Asked) -> Values:
    """Return the entropic change of the OCP as an interpolant of the data, scaled."""
    x, y = curve(asked, "Entropic change [V.K-1]")
    scale = asked.real("options.scale factor", asked.option("scale factor", 1.0))
    name, kind = asked.electrode.of_phase("OCP entropic change [V.K-1]"), interpolator(asked)

    def entropic_change(sto: Any) -> Any:
        return pybamm.Interpolant(x, scale * y, sto, interpolator=kind)

    return {name: entropic_change}


def _diffusivity(asked: Asked) -> Values:
    """Return the diffusivity as an interpolant of the data, or of its logarithm.

    With the option ``scale factor``, it is multiplied by the parameter ``... particle diffusivity
    scale factor``, which stays free.
    """
    x, y = curve(asked, "Diffusivity [m2.s-1]")
    if np.any(y <= 0):
        raise asked.refuse("data", f"'Diffusivity [m2.s-1]' must be above 0, but holds {y.min():g}")
    name, kind = asked.electrode.diffusivity, interpolator(asked)
    logarithmic = asked.option("transformation", "none") == "log"
    values = np.log(y) if logarithmic else y
    factor = asked.electrode.particle("diffusivity scale factor")
    scaled = bool(asked.option("scale factor", False))

    def diffusivity(sto: Any, T: Any) -> Any:  # noqa: ARG001, N803
        found = pybamm.Interpolant(x, values, sto, interpolator=kind)
        found = pybamm.exp(found) if logarithmic else found
        return pybamm.Parameter(factor) * found if scaled else found

    return {name: diffusivity}


CALCULATIONS = calculations(
    {
        "DiffusivityDataInterpolant": _diffusivity,
        "EntropicChangeDataInterpolant": _entropic_change,
        "OCPDataInterpolant": _ocp,
    }
)
