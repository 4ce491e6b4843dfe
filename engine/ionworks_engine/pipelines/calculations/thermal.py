"""Masses, densities, heat capacities and outer dimensions of cells."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.calculations.capacity import parallel
from ionworks_engine.pipelines.calculations.naming import HEIGHT, WIDTH, Electrode
from ionworks_engine.pipelines.calculations.reading import Asked, Values, calculations
from ionworks_engine.pipelines.errors import near, shown

MASS, VOLUME = "Cell mass [kg]", "Cell volume [m3]"
DENSITY = "Cell density [kg.m-3]"
SPECIFIC_HEAT = "Cell specific heat capacity [J.kg-1.K-1]"
_HEAT_CAPACITIES = ("Cell heat capacity [J.K-1]", "Cell thermal mass [J/K]")
_SURFACE = "Cell cooling surface area [m2]"
_ELECTROLYTE = "Electrolyte density [kg.m-3]"
_COLLECTORS = ("Negative current collector", "Positive current collector")
_COMPONENTS = (*_COLLECTORS, "Negative electrode", "Positive electrode", "Separator")
_PHASES = {"1": ("",), "2": ("primary", "secondary")}


# -- dimensions ---------------------------------------------------------------------


def _jelly_roll(asked: Asked) -> Values:
    """Return volume and whole surface of a cylinder."""
    height, radius = asked.positives("Jelly roll height [m]", "Jelly roll radius [m]")
    return {
        VOLUME: math.pi * radius**2 * height,
        _SURFACE: 2 * math.pi * radius * (height + radius),
    }


def _pouch(asked: Asked) -> Values:
    """Return volume and whole surface of a box."""
    height, width, thickness = asked.positives(
        "Pouch height [m]", "Pouch width [m]", "Pouch thickness [m]"
    )
    surface = 2 * (height * width + height * thickness + width * thickness)
    return {VOLUME: height * width * thickness, _SURFACE: surface}


# -- mass and heat ------------------------------------------------------------------


def _cell_mass(asked: Asked) -> Values:
    """Return the mass of all layers of the cell.

    Densities of electrodes and separator are those of the dense solid: a layer weighs
    L ((1 - porosity) rho + porosity rho_electrolyte) on a unit area, and there are as many layers
    as electrodes in parallel. Where a composite electrode's phases have densities of their own,
    rho is their mean by volume. In a half cell the negative electrode is lithium, without pores.
    """
    layers = list(_layers(asked))
    asked.need(HEIGHT, WIDTH, *(name for layer in layers for name in layer.names))
    height, width = asked.positives(HEIGHT, WIDTH)
    asked.context.assume(
        "Densities of electrodes and separator were taken as those of their dense solid, "
        "without the pores."
    )
    pairs = parallel(asked)
    liquid = _liquid(asked)
    return {MASS: height * width * pairs * sum(layer.area_mass(asked, liquid) for layer in layers)}


class _Layer:
    def __init__(
        self, name: str, electrode: Electrode | None, phases: tuple[str, ...], *, porous: bool
    ) -> None:
        self.thickness = f"{name} thickness [m]"
        self.porosity = f"{name} porosity" if porous else None
        self.densities, self.shares = [f"{name} density [kg.m-3]"], []
        if electrode is not None and len(phases) > 1:
            each = [Electrode(electrode.side, phase) for phase in phases]
            self.densities = [one.of_phase("density [kg.m-3]") for one in each]
            self.shares = [one.active_fraction for one in each]

    @property
    def names(self) -> Iterator[str]:
        yield from (self.thickness, *self.densities, *self.shares)
        if self.porosity is not None:
            yield self.porosity

    def area_mass(self, asked: Asked, liquid: float) -> float:
        thickness, *densities = asked.positives(self.thickness, *self.densities)
        shares = asked.positives(*self.shares) if self.shares else (1.0,)
        weighed = sum(share * rho for share, rho in zip(shares, densities, strict=True))
        solid = weighed / sum(shares)
        pores = 0.0 if self.porosity is None else asked.fractions(self.porosity)[0]
        return thickness * ((1 - pores) * solid + pores * liquid)


def _layers(asked: Asked) -> Iterator[_Layer]:
    options = _model_options(asked)
    counts = dict(zip(("Negative", "Positive"), _phase_counts(asked, options), strict=True))
    dense = {*_COLLECTORS}
    if _working_electrode(asked, options) == "positive":
        dense.add("Negative electrode")
    for name in _COMPONENTS:
        side, _, what = name.partition(" ")
        electrode = Electrode(side.lower()) if what == "electrode" else None
        phases = ("",) if name in dense else _PHASES[counts.get(side, "1")]
        yield _Layer(name, electrode, phases, porous=name not in dense)


def _model_options(asked: Asked) -> Mapping[str, Any]:
    """Return the model's options, all of which PyBaMM must know."""
    options = asked.setting("model_options", {})
    if not isinstance(options, Mapping):
        raise asked.refuse("model_options", f"must be a mapping of PyBaMM's, not {shown(options)}")
    known = pybamm.BatteryModelOptions({}).possible_options
    for name in options:
        if name not in known:
            raise asked.refuse(
                f"model_options.{name}", f"PyBaMM has no option {name!r}{near(str(name), known)}"
            )
    return options


def _working_electrode(asked: Asked, options: Mapping[str, Any]) -> str:
    working = options.get("working electrode", "both")
    if working not in ("both", "positive"):
        place = "model_options.working electrode"
        raise asked.refuse(place, f"must be 'both' or 'positive', not {shown(working)}")
    return str(working)


def _phase_counts(asked: Asked, options: Mapping[str, Any]) -> tuple[str, str]:
    phases = options.get("particle phases", "1")
    pair = (phases, phases) if isinstance(phases, str) else phases
    known = list(_PHASES)
    if not isinstance(pair, list | tuple) or len(pair) != 2 or any(n not in known for n in pair):
        place = "model_options.particle phases"
        raise asked.refuse(place, f"must be '1', '2' or two of them, not {shown(phases)}")
    return pair[0], pair[1]


def _liquid(asked: Asked) -> float:
    if _ELECTROLYTE in asked.given:
        return asked.positives(_ELECTROLYTE)[0]
    asked.context.assume(
        f"The electrolyte's mass was left out of {MASS!r}: {_ELECTROLYTE!r} is not given."
    )
    return 0.0


def _density(asked: Asked) -> Values:
    """Return mass over volume."""
    mass, volume = asked.positives(MASS, VOLUME)
    return {DENSITY: mass / volume}


def _specific_heat(asked: Asked) -> Values:
    """Return heat capacity over mass."""
    names = [name for name in _HEAT_CAPACITIES if name in asked.given]
    heat, mass = asked.positives(names[0] if names else _HEAT_CAPACITIES[0], MASS)
    return {SPECIFIC_HEAT: heat / mass}


def _lumped(asked: Asked) -> Values:
    """Give every component the cell's specific heat capacity and density."""
    heat, density = asked.positives(SPECIFIC_HEAT, DENSITY)
    values = {f"{name} specific heat capacity [J.kg-1.K-1]": heat for name in _COMPONENTS}
    return values | {f"{name} density [kg.m-3]": density for name in _COMPONENTS}


CALCULATIONS = calculations(
    {
        "CellMass": _cell_mass,
        "DensityFromVolumeAndMass": _density,
        "JellyRollThermalDimensions": _jelly_roll,
        "LumpedHeatCapacityAndDensity": _lumped,
        "PouchCellThermalDimensions": _pouch,
        "SpecificHeatCapacity": _specific_heat,
    }
)
