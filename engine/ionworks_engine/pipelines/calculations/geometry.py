"""Areas, volume fractions and porosities of electrodes."""

from __future__ import annotations

import math
from collections.abc import Callable

from ionworks_engine.pipelines.calculations.naming import FARADAY, HEIGHT, WIDTH, Electrode
from ionworks_engine.pipelines.calculations.reading import Asked, Values, calculations

AREA = "Electrode area [m2]"
DIAMETER = "Electrode diameter [m]"
CRYSTAL = "crystal density [kg.m-3]"
_MASS = "coating mass per area [kg.m-2]"
_SHARE = "active material mass fraction"
_OF_SOLID = "active volume fraction of solid"


def _square_of_area(asked: Asked) -> Values:
    """Return the sides of a square of the electrode's area."""
    (area,) = asked.positives(AREA)
    return _square(area)


def _square_of_disc(asked: Asked) -> Values:
    """Return the sides of a square of a coin cell's electrode's area."""
    (diameter,) = asked.positives(DIAMETER)
    return _square(math.pi * diameter**2 / 4)


def _square(area: float) -> Values:
    return {HEIGHT: math.sqrt(area), WIDTH: math.sqrt(area)}


def _surface_to_volume(asked: Asked) -> Values:
    """Return the surface of spheres in a unit volume of the electrode, 3 eps / R."""

    def formula(each: Electrode, fraction: float, radius: float) -> Values:
        return {each.of_phase("surface area to volume ratio [m-1]"): 3 * fraction / radius}

    return _of_each(asked, lambda each: (each.active_fraction, each.radius), formula)


# -- from loadings and densities ----------------------------------------------------


def _from_loading(asked: Asked) -> Values:
    """Return thickness, active fraction and porosity of a pressed coating.

    L = m / rho_press, eps_AM = w rho_press / rho_AM, porosity = 1 - eps_AM / f_AM.
    """

    def names(each: Electrode) -> tuple[str, ...]:
        whole = each.of_whole(_MASS), each.of_whole("press density [kg.m-3]")
        return (*whole, each.of_phase(_SHARE), each.of_phase(CRYSTAL), each.of_phase(_OF_SOLID))

    def formula(
        each: Electrode, mass: float, pressed: float, share: float, crystal: float, solid: float
    ) -> Values:
        active = share * pressed / crystal
        fractions = {each.active_fraction: active, each.porosity: 1 - active / solid}
        return {each.thickness: mass / pressed, **asked.between(fractions)}

    return _of_each(asked, names, formula)


def _active_fraction(asked: Asked) -> Values:
    """Return the active fraction that holds a loading, or a coating mass."""
    if asked.settings["method"] == "loading":
        return _active_of_loading(asked)
    return _active_of_mass(asked)


def _active_of_loading(asked: Asked) -> Values:
    """Active fraction = 3600 loading / (F c_max L)."""

    def formula(each: Electrode, loading: float, maximum: float, thickness: float) -> Values:
        active = 3600 * loading / (FARADAY * maximum * thickness)
        return asked.between({each.active_fraction: active})

    return _of_each(
        asked, lambda each: (each.loading, each.maximum_concentration, each.thickness), formula
    )


def _active_of_mass(asked: Asked) -> Values:
    """Active fraction = w m / (rho_AM L)."""

    def names(each: Electrode) -> tuple[str, ...]:
        share, crystal = each.of_phase(_SHARE), each.of_phase(CRYSTAL)
        return each.of_whole(_MASS), share, crystal, each.thickness

    def formula(
        each: Electrode, mass: float, share: float, crystal: float, thickness: float
    ) -> Values:
        return asked.between({each.active_fraction: share * mass / (crystal * thickness)})

    return _of_each(asked, names, formula)


# -- porosity and active fraction ---------------------------------------------------


def _active_of_porosity(asked: Asked) -> Values:
    """Active fraction = (1 - porosity) f_AM."""

    def formula(each: Electrode, porosity: float, solid: float) -> Values:
        return asked.between({each.active_fraction: (1 - porosity) * solid})

    return _of_each(asked, lambda each: (each.porosity, each.of_phase(_OF_SOLID)), formula)


def _porosity_of_active(asked: Asked) -> Values:
    """Porosity = 1 - eps_AM / f_AM; without f_AM, the solid is taken as all active."""

    def formula(each: Electrode, active: float) -> Values:
        return asked.between({each.porosity: 1 - active / _solid_fraction(asked, each)})

    return _of_each(asked, lambda each: (each.active_fraction,), formula)


def _of_each(
    asked: Asked, names: Callable[[Electrode], tuple[str, ...]], formula: Callable[..., Values]
) -> Values:
    """Apply a formula to each electrode's parameters; all that lack are named at once."""
    asked.need(*(name for each in asked.electrodes for name in names(each)))
    values: Values = {}
    for each in asked.electrodes:
        numbers = asked.positives(*names(each))
        asked.fractions(*(name for name in names(each) if _is_fraction(name)))
        values |= formula(each, *numbers)
    return values


def _is_fraction(name: str) -> bool:
    return "fraction" in name or name.endswith("porosity")


def _solid_fraction(asked: Asked, each: Electrode) -> float:
    name = each.of_phase(_OF_SOLID)
    if name in asked.given:
        return asked.fractions(name)[0]
    asked.context.assume(f"{name!r} was taken as 1: all of the solid is active material.")
    return 1.0


CALCULATIONS = calculations(
    {
        "AreaToSquareWidthHeight": _square_of_area,
        "DiameterToSquareWidthHeight": _square_of_disc,
        "ElectrodeGeometryFromLoading": _from_loading,
        "ElectrodeVolumeFractionFromLoading": _active_fraction,
        "ElectrodeVolumeFractionFromPorosity": _active_of_porosity,
        "PorosityFromElectrodeVolumeFraction": _porosity_of_active,
        "SurfaceAreaToVolumeRatio": _surface_to_volume,
    }
)
