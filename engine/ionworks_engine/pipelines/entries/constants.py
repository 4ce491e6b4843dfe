"""Entries that are plain numbers: temperatures, geometry, exponents, zeros and fillers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.calculations.naming import (
    HEIGHT,
    PARALLEL,
    REFERENCE_TEMPERATURE,
    WIDTH,
)
from ionworks_engine.pipelines.entries.arrhenius import INITIAL_ELECTROLYTE

if TYPE_CHECKING:
    from ionworks_engine.pipelines.values import ParameterSet

_SIDES = ("Negative", "Positive")
_ENTROPIC = "electrode OCP entropic change [V.K-1]"
_ENERGY = re.compile(r"(electrode|particle|electrolyte) .*activation energy \[J\.mol-1\]$", re.I)
_ENERGIES = (
    *(f"{side} electrode reaction activation energy [J.mol-1]" for side in _SIDES),
    *(f"{side} particle diffusivity activation energy [J.mol-1]" for side in _SIDES),
    "Electrolyte diffusivity activation energy [J.mol-1]",
    "Electrolyte conductivity activation energy [J.mol-1]",
)
# Lithium that follows any current without overpotential: exchange and conduction far above need.
_LITHIUM_METAL = {
    "Negative electrode OCP [V]": 0.0,
    f"Negative {_ENTROPIC}": 0.0,
    "Negative electrode conductivity [S.m-1]": 1.0776e7,
    "Negative electrode thickness [m]": 1e-4,
    "Negative electrode Butler-Volmer transfer coefficient": 0.5,
    "Negative electrode double-layer capacity [F.m-2]": 0.2,
    "Exchange-current density for lithium metal electrode [A.m-2]": 1e6,
    "Lithium metal partial molar volume [m3.mol-1]": 1.3e-5,
}
# What the SPM asks for and its voltage does not depend on, at the reference temperature.
_SPM_FILLERS = {
    "Separator thickness [m]": 2e-5,
    "Separator porosity": 0.5,
    "Negative electrode porosity": 0.3,
    "Positive electrode porosity": 0.3,
    "Separator Bruggeman coefficient (electrolyte)": 1.5,
    "Negative electrode Bruggeman coefficient (electrolyte)": 1.5,
    "Positive electrode Bruggeman coefficient (electrolyte)": 1.5,
    "Negative electrode Bruggeman coefficient (electrode)": 0.0,
    "Positive electrode Bruggeman coefficient (electrode)": 0.0,
    f"Negative {_ENTROPIC}": 0.0,
    f"Positive {_ENTROPIC}": 0.0,
}


def _temperatures(*, T: float) -> dict[str, Any]:  # noqa: N803
    names = (REFERENCE_TEMPERATURE, "Ambient temperature [K]", "Initial temperature [K]")
    return dict.fromkeys(names, float(T))


def _standard_defaults() -> dict[str, Any]:
    return {"Number of cells connected in series to make a battery": 1.0, PARALLEL: 1.0}


def _one_cm2_cell() -> dict[str, Any]:
    return {HEIGHT: 0.01, WIDTH: 0.01}


def _bruggeman(*, electrode: float, electrolyte: float) -> dict[str, Any]:
    layers = ("Negative electrode", "Separator", "Positive electrode")
    values = {f"{layer} Bruggeman coefficient (electrolyte)": electrolyte for layer in layers}
    for side in _SIDES:
        values[f"{side} electrode Bruggeman coefficient (electrode)"] = electrode
    return {name: float(value) for name, value in values.items()}


def _constant_electrolyte(*, c_e: float) -> dict[str, Any]:
    return {INITIAL_ELECTROLYTE: float(c_e)}


def _zero_entropic_change() -> dict[str, Any]:
    return {f"{side} {_ENTROPIC}": 0.0 for side in _SIDES}


def _zero_activation_energy(given: ParameterSet) -> dict[str, Any]:
    """Return zeros for the energies of the Arrhenius entries, and for those given or in use."""
    there = [*given, *(name for value in map(given.get, given) for name in _used(value))]
    return dict.fromkeys((*_ENERGIES, *filter(_ENERGY.search, there)), 0.0)


def _used(value: Any) -> Iterator[str]:
    """Name the parameters that a function is made of."""
    if callable(value) and not isinstance(value, pybamm.Symbol):
        value = value(*map(pybamm.Parameter, inspect.signature(value).parameters))
    if isinstance(value, pybamm.Symbol):
        yield from (each.name for each in value.pre_order() if isinstance(each, pybamm.Parameter))


def _spm_defaults(given: ParameterSet) -> dict[str, Any]:
    """Return fillers for what is not given; what is given stays."""
    return {name: value for name, value in _SPM_FILLERS.items() if name not in given}


def _lithium_metal_anode() -> dict[str, Any]:
    return dict(_LITHIUM_METAL)


FUNCTIONS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "bruggeman": _bruggeman,
    "constant_electrolyte": _constant_electrolyte,
    "lithium_metal_anode": _lithium_metal_anode,
    "one_cm2_cell": _one_cm2_cell,
    "standard_defaults": _standard_defaults,
    "temperatures": _temperatures,
    "zero_entropic_change": _zero_entropic_change,
}
DEPENDENT: Mapping[str, Callable[..., dict[str, Any]]] = {
    "spm_defaults": _spm_defaults,
    "zero_activation_energy": _zero_activation_energy,
}
