"""Degradation parameters of O'Kane et al., Phys. Chem. Chem. Phys. 24 (2022) 7909.

The values are those of PyBaMM's parameter set ``OKane2022``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from ionworks_engine.battery.quiet import pybamm

if TYPE_CHECKING:
    from ionworks_engine.pipelines.values import ParameterSet

_SEI = (
    "Ratio of lithium moles to SEI moles",
    "SEI partial molar volume [m3.mol-1]",
    "SEI reaction exchange current density [A.m-2]",
    "SEI resistivity [Ohm.m]",
    "SEI solvent diffusivity [m2.s-1]",
    "Bulk solvent concentration [mol.m-3]",
    "SEI open-circuit potential [V]",
    "SEI electron conductivity [S.m-1]",
    "SEI lithium interstitial diffusivity [m2.s-1]",
    "Lithium interstitial reference concentration [mol.m-3]",
    "Initial SEI thickness [m]",
    "Initial SEI on cracks thickness [m]",
    "EC initial concentration in electrolyte [mol.m-3]",
    "EC diffusivity [m2.s-1]",
    "SEI kinetic rate constant [m.s-1]",
    "SEI growth activation energy [J.mol-1]",
    "Negative electrode reaction-driven LAM factor [m3.mol-1]",
    "Positive electrode reaction-driven LAM factor [m3.mol-1]",
)
_PLATING = (
    "Lithium metal partial molar volume [m3.mol-1]",
    "Lithium plating kinetic rate constant [m.s-1]",
    "Exchange-current density for plating [A.m-2]",
    "Exchange-current density for stripping [A.m-2]",
    "Initial plated lithium concentration [mol.m-3]",
    "Typical plated lithium concentration [mol.m-3]",
    "Lithium plating transfer coefficient",
    "Dead lithium decay constant [s-1]",
    "Dead lithium decay rate [s-1]",
    "Initial SEI thickness [m]",
)
_MECHANICS = (
    "Poisson's ratio",
    "Young's modulus [Pa]",
    "reference concentration for free of deformation [mol.m-3]",
    "partial molar volume [m3.mol-1]",
    "volume change",
    "initial crack length [m]",
    "initial crack width [m]",
    "number of cracks per unit area [m-2]",
    "Paris' law constant b",
    "Paris' law constant m",
    "cracking rate",
    "LAM constant proportional term [s-1]",
    "LAM constant exponential term",
    "critical stress [Pa]",
)


@cache
def published(name: str) -> Any:
    """Return one of PyBaMM's published parameter sets, which is not to be changed."""
    return pybamm.ParameterValues(name)


def _taken(names: Iterable[str]) -> dict[str, Any]:
    values = published("OKane2022")
    return {name: values[name] for name in names}


def _sei() -> dict[str, Any]:
    return _taken(_SEI)


def _plating(given: ParameterSet) -> dict[str, Any]:
    """Return the plating parameters; an SEI thickness that is given stays."""
    values = _taken(_PLATING)
    if "Initial SEI thickness [m]" in given:
        del values["Initial SEI thickness [m]"]
    return values


def _mechanics(*, electrode: str) -> dict[str, Any]:
    return _taken(f"{electrode.capitalize()} electrode {what}" for what in _MECHANICS)


FUNCTIONS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "mechanical_degradation_defaults": _mechanics,
    "sei_defaults": _sei,
}
DEPENDENT: Mapping[str, Callable[..., dict[str, Any]]] = {"li_plating_defaults": _plating}
