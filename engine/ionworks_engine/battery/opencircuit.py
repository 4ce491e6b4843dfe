"""Open-circuit voltage curves of the chemistries that quick models know."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ionworks_engine.battery.electrodes import Electrodes, Window
from ionworks_engine.battery.library import Chemistry
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.battery.terms import Floats

_POINTS = 401
_CLIFF_SOC, _CLIFF_VOLTAGE = 0.02, 0.5
_LTO_RANGE = (0.05, 0.95)
_NO_PLATING = 0.005


@dataclass(frozen=True, eq=False)
class Curve:
    """Open-circuit voltage over state of charge.

    Beyond 0 and 1 the voltage falls and rises steeply (0.5 V in 2 %), so that a cell driven
    out of its range meets its limits at once instead of following an invented curve.

    Parameters
    ----------
    soc, voltage
        The curve, with its two cliffs.
    lower, upper
        Cut-offs in V: the voltages at 0 and 1. A single electrode stops its discharge lower, for
        the range that it has in a full cell may begin on a plateau, from which the least
        current would fall below the voltage at 0 at once.
    """

    soc: Floats
    voltage: Floats
    lower: float
    upper: float


def curve_of(chemistry: Chemistry) -> Curve:
    """Compute the curve of a chemistry from the parameter set it names."""
    soc = np.linspace(0.0, 1.0, _POINTS)
    low, high = _LTO_RANGE
    if chemistry.kind == "LTO half cell":
        return _with_cliffs(soc, lto_potential(high - soc * (high - low)))
    positive, negative = _window(chemistry).potentials(soc)
    if chemistry.kind == "LTO cell":
        return _with_cliffs(soc, positive - lto_potential(low + soc * (high - low)))
    if chemistry.kind == "positive electrode":
        return _of_one_electrode(_with_cliffs(soc, positive))
    if chemistry.kind == "negative electrode":
        return _of_one_electrode(_with_cliffs(soc, negative[::-1]))
    return _with_cliffs(soc, positive - negative)


def _window(chemistry: Chemistry) -> Window:
    options = {"working electrode": "positive"} if chemistry.kind == "half cell" else None
    param = pybamm.LithiumIonParameters(options)
    return Electrodes(param, pybamm.ParameterValues(chemistry.set_name), ()).window({})


def _of_one_electrode(curve: Curve) -> Curve:
    return replace(curve, lower=max(curve.lower - _CLIFF_VOLTAGE / 2, _NO_PLATING))


def _with_cliffs(soc: Floats, voltage: Floats) -> Curve:
    lower, upper = float(voltage[0]) + 0.0, float(voltage[-1])
    return Curve(
        np.concatenate([[-_CLIFF_SOC], soc, [1 + _CLIFF_SOC]]),
        np.concatenate([[lower - _CLIFF_VOLTAGE], voltage, [upper + _CLIFF_VOLTAGE]]),
        lower,
        upper,
    )


def lto_potential(lithiation: Floats) -> Floats:
    """Return the equilibrium potential in V of lithium titanate against lithium.

    Redlich-Kister expansion of the excess free energy with a two-phase plateau, fitted at 300 K
    by Yao and Viswanathan, J. Phys. Chem. Lett. 15 (2024) 1143, doi 10.1021/acs.jpclett.3c03129.

    Parameters
    ----------
    lithiation
        0 (Li4Ti5O12) to 1 (Li7Ti5O12), exclusive.
    """
    gas_constant, temperature, faraday = 8.314, 300.0, 96485.0
    reference, plateau = -155432.9219, -155770.73438
    excess = (14025.5664, 15593.5771, -100475.7578, -26389.4648)
    x = lithiation
    chemical = reference + gas_constant * temperature * np.log(x / (1 - x))
    for order, energy in enumerate(excess):
        lever = (1 - 2 * x) ** (order + 1)
        if order:
            lever = lever - 2 * order * x * (1 - x) * (1 - 2 * x) ** (order - 1)
        chemical = chemical + energy * lever
    two_phases = (x >= 0.1186100244522095) & (x <= 0.8482373952865601)
    return -np.where(two_phases, plateau, chemical) / faraday
