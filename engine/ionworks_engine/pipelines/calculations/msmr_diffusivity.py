r"""Diffusivity from the shape of the open-circuit potential.

In the MSMR theory lithium moves by the gradient of its chemical potential, so that

.. math:: D = -\frac{F}{R T} D_{ref}\, x (1 - x) \frac{dU}{dx}

(Baker and Verbrugge, J. Electrochem. Soc. 165 (2018) A3952; Verbrugge et al. 2017). The reference
diffusivity stays a parameter. The Arrhenius forms take the factor F/RT at the reference
temperature and multiply by exp(E/R (1/T_ref - 1/T)).

The factor is tabulated, and beyond its points kept as it is at the outermost ones: extrapolated, it
would change its sign.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.calculations.interpolants import (
    curve,
    interpolator,
    note_range,
)
from ionworks_engine.pipelines.calculations.msmr import (
    interpolated,
    not_negative,
    voltage_limits,
)
from ionworks_engine.pipelines.calculations.msmr_curve import curve_of
from ionworks_engine.pipelines.calculations.naming import REFERENCE_TEMPERATURE, Electrode
from ionworks_engine.pipelines.calculations.reading import Asked, Values, calculations
from ionworks_engine.pipelines.entries.arrhenius import arrhenius
from ionworks_engine.pipelines.models.msmr import FARADAY, GAS_CONSTANT
from ionworks_engine.pipelines.values import Floats, ParameterSet

_TOLERANCE, _LEAST_SLOPE = 1e-6, 1e-6
_FEWEST = 3
_SAMPLES = 5001


def _from_function(asked: Asked) -> tuple[Floats, Floats]:
    """Return stoichiometry and dU/dx of the closed form between two voltages."""
    sites = curve_of(asked, asked.electrode)
    potential = sites.grid(voltage_limits(asked))
    with np.errstate(divide="ignore"):
        return sites.stoichiometry(potential), 1 / sites.slope(potential)


def _from_data(asked: Asked) -> tuple[Floats, Floats]:
    """Return stoichiometry and dU/dx of measured potentials, by second-order differences."""
    x, voltage = curve(asked, "Voltage [V]")
    if x.size < _FEWEST:
        raise asked.refuse("data", f"needs at least {_FEWEST} different stoichiometries")
    if np.cov(x, voltage)[0, 1] >= 0:
        raise asked.refuse(
            "data", "stoichiometry must be that of lithium: it falls as voltage rises"
        )
    return x, np.gradient(voltage, x)


def _shape(asked: Asked, x: Floats, slope: Floats) -> tuple[Floats, Floats]:
    """Return x and x (1 - x) dU/dx inside the tolerance, its slope no flatter than the least."""
    tolerance = not_negative(asked, "x tolerance", _TOLERANCE)
    least = not_negative(asked, "minimum dUdx", _LEAST_SLOPE)
    inside = (x > tolerance) & (x < 1 - tolerance) & np.isfinite(slope)
    if inside.sum() < _FEWEST:
        raise asked.refuse("options.x tolerance", f"{tolerance:g} leaves {inside.sum()} points")
    x, slope = x[inside], slope[inside]
    flat = int(np.count_nonzero(slope > -least))
    if flat:
        asked.context.assume(
            f"At {flat} of {x.size} points the OCP rises, or falls by less than 'minimum dUdx': "
            f"-dU/dx was taken to be {least:g} V there."
        )
    return x, x * (1 - x) * np.minimum(slope, -least)


def _diffusivity(
    asked: Asked, source: Callable[[Asked], tuple[Floats, Floats]], *, activated: bool
) -> Values:
    electrode = asked.electrode
    x, shape = _shape(asked, *source(asked))
    x, places = np.unique(x, return_index=True)
    factor = interpolated(x, shape[places], interpolator(asked), held=True)
    _hold_negative(asked, x, factor)
    note_range(asked, x, electrode.diffusivity, "keeps its outermost values")
    make = _activated if activated else _plain
    return {electrode.diffusivity: make(electrode, factor)}


def _hold_negative(asked: Asked, x: Floats, factor: Callable[[Any], Any]) -> None:
    """Refuse an interpolant that changes its sign between its points, as cubic ones may."""
    between = np.linspace(x[0], x[-1], _SAMPLES)
    wrong = ParameterSet({"f": factor}).evaluated("f", between) > 0
    if wrong.any():
        raise asked.refuse(
            "options.interpolator",
            f"{interpolator(asked)!r} makes the diffusivity negative at the stoichiometry "
            f"{between[np.argmax(wrong)]:.4g}, between points: choose 'pchip' or 'linear'",
        )


def _reference(electrode: Electrode) -> Any:
    return pybamm.Parameter(electrode.particle("reference diffusivity [m2.s-1]"))


def _plain(electrode: Electrode, factor: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    def diffusivity(sto: Any, T: Any) -> Any:  # noqa: N803
        return -FARADAY / GAS_CONSTANT / T * _reference(electrode) * factor(sto)

    return diffusivity


def _activated(electrode: Electrode, factor: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    energy = electrode.particle("diffusivity activation energy [J.mol-1]")

    def diffusivity(sto: Any, T: Any) -> Any:  # noqa: N803
        at_reference = FARADAY / GAS_CONSTANT / pybamm.Parameter(REFERENCE_TEMPERATURE)
        return -at_reference * _reference(electrode) * factor(sto) * arrhenius(T, energy)

    return diffusivity


CALCULATIONS = calculations(
    {
        "ArrheniusDiffusivityFromMSMRData": lambda asked: _diffusivity(
            asked, _from_data, activated=True
        ),
        "ArrheniusDiffusivityFromMSMRFunction": lambda asked: _diffusivity(
            asked, _from_function, activated=True
        ),
        "DiffusivityFromMSMRData": lambda asked: _diffusivity(asked, _from_data, activated=False),
        "DiffusivityFromMSMRFunction": lambda asked: _diffusivity(
            asked, _from_function, activated=False
        ),
    }
)
