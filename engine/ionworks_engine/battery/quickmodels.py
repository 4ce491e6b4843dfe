"""Quick models: an equivalent circuit from a capacity, a chemistry and one resistance.

The circuit is PyBaMM's Thevenin model with one RC pair. Its open-circuit voltage is that of a
published parameter set at the reference temperature, as named in
:data:`ionworks_engine.battery.library.CHEMISTRIES`. The nominal voltage is the mean of that curve.
``resistance_pct`` says how far the voltage falls at once at 1C, in percent of the nominal
voltage: R0 = resistance_pct / 100 * nominal voltage / 1C current. The RC pair adds half as
much again with a time constant of 30 s. Heat capacities and transfer coefficients per A.h are
those of PyBaMM's ``ECM_Example``; the open-circuit voltage does not depend on temperature.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from ionworks_engine.battery.errors import finite_number, near, refuse
from ionworks_engine.battery.library import CHEMISTRIES, chemistry_named
from ionworks_engine.battery.opencircuit import Curve, curve_of
from ionworks_engine.battery.quiet import pybamm

DEFAULT_RESISTANCE_PCT = 2.0
SLOW_SHARE = 0.5
TIME_CONSTANT = 30.0
_KEYS = ("capacity", "chemistry", "resistance_pct", "cell_spec_id")


def quick_parameters(config: Any) -> Any:
    """Make the parameter values of a quick model.

    Parameters
    ----------
    config
        ``{"capacity": A.h, "chemistry": name, "resistance_pct": percent or None}``.

    Returns
    -------
    pybamm.ParameterValues
        Parameters of a Thevenin model with one RC pair.

    Raises
    ------
    BatteryError
        For a capacity that is not positive, an unknown chemistry, or a key that is not known.
    """
    if not isinstance(config, Mapping):
        raise refuse("quick_model must be a mapping with 'capacity' and 'chemistry'")
    for key in config:
        if key not in _KEYS:
            raise refuse(f"quick_model: unknown key {key!r}{near(str(key), _KEYS)}")
    capacity = _positive("capacity [A.h]", config.get("capacity", 1.0))
    percent = config.get("resistance_pct")
    percent = DEFAULT_RESISTANCE_PCT if percent is None else percent
    percent = finite_number("quick_model.resistance_pct", percent)
    if not 0 <= percent <= 50:
        raise refuse(f"quick_model.resistance_pct must be 0 to 50 percent, not {percent:g}")
    name = config.get("chemistry", "NMC/Graphite")
    known = chemistry_named(name) if isinstance(name, str) else None
    if known is None:
        raise refuse(f"quick_model: unknown chemistry {name!r}{near(str(name), CHEMISTRIES)}")
    return _circuit(capacity, percent, _curve(known))


@lru_cache(maxsize=32)
def _curve(chemistry: str) -> Curve:
    return curve_of(CHEMISTRIES[chemistry])


def _positive(what: str, value: Any) -> float:
    number = finite_number(f"quick_model.{what}", value)
    if number <= 0:
        raise refuse(f"quick_model.{what} must be greater than 0, not {number:g}")
    return number


def _circuit(capacity: float, percent: float, curve: Curve) -> Any:
    nominal = float(np.trapezoid(curve.voltage, curve.soc) / (curve.soc[-1] - curve.soc[0]))
    fast = percent / 100 * nominal / capacity
    slow = max(SLOW_SHARE * fast, 1e-9 / capacity)

    def ocv(soc: Any) -> Any:
        return pybamm.Interpolant(curve.soc, curve.voltage, soc, "open-circuit voltage")

    return pybamm.ParameterValues(
        {
            "Cell capacity [A.h]": capacity,
            "Nominal cell capacity [A.h]": capacity,
            "Current function [A]": capacity,
            "Initial SoC": 1.0,
            "Initial temperature [K]": 298.15,
            "Ambient temperature [K]": 298.15,
            "Lower voltage cut-off [V]": curve.lower,
            "Upper voltage cut-off [V]": curve.upper,
            "Open-circuit voltage [V]": ocv,
            "Entropic change [V/K]": 0.0,
            "R0 [Ohm]": fast,
            "R1 [Ohm]": slow,
            "C1 [F]": TIME_CONSTANT / slow,
            "Element-1 initial overpotential [V]": 0.0,
            "Cell thermal mass [J/K]": 10.0 * capacity,
            "Jig thermal mass [J/K]": 5.0 * capacity,
            "Cell-jig heat transfer coefficient [W/K]": 0.1 * capacity,
            "Jig-air heat transfer coefficient [W/K]": 0.1 * capacity,
        }
    )
