"""Functions of temperature that leave their reference values free, and the mean of two OCPs.

Every one is its value at the reference temperature times exp(E / R (1 / T_ref - 1 / T)). Reference
value and activation energy E are parameters of the set, so that fits can vary them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.calculations.naming import REFERENCE_TEMPERATURE, Electrode
from ionworks_engine.pipelines.errors import MissingParametersError

if TYPE_CHECKING:
    from ionworks_engine.pipelines.values import ParameterSet

INITIAL_ELECTROLYTE = "Initial concentration in electrolyte [mol.m-3]"


def arrhenius(temperature: Any, energy: str) -> Any:
    """Return the Arrhenius factor of a temperature in K.

    Parameters
    ----------
    temperature
        Symbol.
    energy
        Name of the activation energy in J/mol.
    """
    reference = pybamm.Parameter(REFERENCE_TEMPERATURE)
    slope = pybamm.Parameter(energy) / pybamm.constants.R
    return pybamm.exp(slope * (1 / reference - 1 / temperature))


def butler_volmer(at_reference: str, energy: str) -> Callable[..., Any]:
    """Return a Butler-Volmer exchange-current density of named parameters.

    j0 = j0_ref (c_e / c_e0)^1/2 (c_s / c_max)^1/2 (1 - c_s / c_max)^1/2 times the Arrhenius factor,
    where c_e0 is the initial concentration in the electrolyte. (At c_s = c_max / 2 and c_e = c_e0,
    j0 is half of j0_ref.)

    Parameters
    ----------
    at_reference, energy
        Names of j0_ref in A/m2 and of the activation energy in J/mol.
    """

    def exchange_current_density(c_e: Any, c_s_surf: Any, c_s_max: Any, T: Any) -> Any:  # noqa: N803
        electrolyte = c_e / pybamm.Parameter(INITIAL_ELECTROLYTE)
        filled = c_s_surf / c_s_max
        root = electrolyte**0.5 * filled**0.5 * (1 - filled) ** 0.5
        return pybamm.Parameter(at_reference) * root * arrhenius(T, energy)

    return exchange_current_density


def exchange_current(electrode: Electrode) -> dict[str, Any]:
    """Return the Butler-Volmer exchange-current density of an electrode, by its name."""
    at_reference = electrode.directed("reference exchange-current density [A.m-2]")
    energy = electrode.directed("reaction activation energy [J.mol-1]")
    name = electrode.directed("exchange-current density [A.m-2]")
    return {name: butler_volmer(at_reference, energy)}


def particle_diffusivity(electrode: Electrode) -> dict[str, Any]:
    """Return a particle diffusivity that depends on temperature only, by its name."""
    at_reference = electrode.particle("reference diffusivity [m2.s-1]")
    energy = electrode.particle("diffusivity activation energy [J.mol-1]")

    def diffusivity(sto: Any, T: Any) -> Any:  # noqa: ARG001, N803
        return pybamm.Parameter(at_reference) * arrhenius(T, energy)

    return {electrode.diffusivity: diffusivity}


def electrolyte_property(what: str, unit: str) -> dict[str, Any]:
    """Return a property of the electrolyte that depends on temperature only, by its name."""
    at_reference = f"Electrolyte reference {what} [{unit}]"
    energy = f"Electrolyte {what} activation energy [J.mol-1]"

    def electrolyte(c_e: Any, T: Any) -> Any:  # noqa: ARG001, N803
        return pybamm.Parameter(at_reference) * arrhenius(T, energy)

    return {f"Electrolyte {what} [{unit}]": electrolyte}


def _exchange_current(*, electrode: str, direction: str, phase: str) -> dict[str, Any]:
    return exchange_current(Electrode(electrode, phase, direction))


def _particle_diffusivity(*, electrode: str, direction: str, phase: str) -> dict[str, Any]:
    return particle_diffusivity(Electrode(electrode, phase, direction))


def _electrolyte_diffusivity() -> dict[str, Any]:
    return electrolyte_property("diffusivity", "m2.s-1")


def _electrolyte_conductivity() -> dict[str, Any]:
    return electrolyte_property("conductivity", "S.m-1")


def _average_ocp(given: ParameterSet, *, electrode: str, phase: str) -> dict[str, Any]:
    """Return the mean of the lithiation and the delithiation OCP, which stay parameters."""
    names = [Electrode(electrode, phase, way).ocp for way in ("lithiation", "delithiation")]
    missing = [name for name in names if name not in given]
    if missing:
        raise MissingParametersError(missing, "the mean of both OCPs")

    def average_ocp(sto: Any) -> Any:
        lithiation, delithiation = (
            pybamm.FunctionParameter(name, {"stoichiometry": sto}) for name in names
        )
        return (lithiation + delithiation) / 2

    return {Electrode(electrode, phase).ocp: average_ocp}


FUNCTIONS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "arrhenius_butler_volmer_exchange_current_density": _exchange_current,
    "arrhenius_electrolyte_conductivity": _electrolyte_conductivity,
    "arrhenius_electrolyte_diffusivity": _electrolyte_diffusivity,
    "arrhenius_particle_diffusivity": _particle_diffusivity,
}
DEPENDENT: Mapping[str, Callable[..., dict[str, Any]]] = {"average_ocp": _average_ocp}
