"""The capacity of an electrode: 3600 Q = F c_max eps L A (x_max - x_min), for any one unknown."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from ionworks_engine.pipelines.calculations.geometry import AREA, CRYSTAL
from ionworks_engine.pipelines.calculations.naming import (
    FARADAY,
    HEIGHT,
    NOMINAL,
    PARALLEL,
    WIDTH,
    Electrode,
)
from ionworks_engine.pipelines.calculations.reading import Asked, Values, calculations

CURRENT = "Current function [A]"
_LITHIUM = "moles of lithium per mole of active material"
_MOLAR_MASS = "active material molar mass [kg.mol-1]"
_MOST, _LEAST = "maximum stoichiometry", "minimum stoichiometry"
_METHODS = (
    "auto",
    "capacity",
    "maximum concentration",
    "active material volume fraction",
    "thickness",
    "area",
    _MOST,
    _LEAST,
)
_AGREEMENT = 1e-6


def parallel(asked: Asked) -> float:
    """Return the number of electrodes in parallel; 1, noted as an assumption, without."""
    if PARALLEL in asked.given:
        return asked.positives(PARALLEL)[0]
    asked.context.assume(f"{PARALLEL!r} was taken as 1.")
    return 1.0


def host_capacity(asked: Asked, electrode: Electrode) -> float:
    """Return the capacity in A.h of all the sites of an electrode from its geometry."""
    names = (electrode.maximum_concentration, electrode.active_fraction, electrode.thickness)
    factors = asked.positives(*names, HEIGHT, WIDTH)
    return math.prod(factors) * parallel(asked) * FARADAY / 3600


@dataclass(frozen=True)
class _Source:
    """Where the capacity comes from: its names, its formula, and whether that needs the area."""

    names: tuple[str, ...]
    in_ampere_hours: Callable[[], float]
    of_area: bool = True


class _Equation:
    """The equation of one electrode, some of its quantities being known."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.electrode = asked.electrode
        self.window = bool(asked.setting("use_stoich_window", False))
        if self.window:
            asked.tell_side()
        self.factors = {
            "maximum concentration": self.electrode.maximum_concentration,
            "active material volume fraction": self.electrode.active_fraction,
            "thickness": self.electrode.thickness,
        }
        self.limits = {_MOST: self.electrode.most, _LEAST: self.electrode.least}

    # -- what is known ---------------------------------------------------------------

    def missing(self) -> dict[str, tuple[str, ...]]:
        """Return the quantities that are not known and the parameters that they lack."""
        given = self.asked.given
        wanted = {**self.factors, **(self.limits if self.window else {})}
        missing: dict[str, tuple[str, ...]] = {
            key: (name,) for key, name in wanted.items() if name not in given
        }
        if self.area_names:
            missing["area"] = self.area_names
        return missing

    @cached_property
    def area_names(self) -> tuple[str, ...]:
        """The parameters that the area lacks."""
        given = self.asked.given
        sides = tuple(name for name in (HEIGHT, WIDTH) if name not in given)
        return () if not sides or AREA in given else sides

    def source(self) -> _Source | None:
        """Return where the capacity comes from, if it is known."""
        one, given = self.electrode, self.asked.given
        crystal = tuple(one.of_phase(what) for what in (CRYSTAL, _LITHIUM, _MOLAR_MASS))
        sources = (
            _Source((one.capacity,), lambda: self.asked.positives(one.capacity)[0], of_area=False),
            _Source((one.loading,), lambda: self.asked.positives(one.loading)[0] * self.area),
            _Source(crystal, lambda: self._theoretical(crystal)),
        )
        return next((each for each in sources if all(n in given for n in each.names)), None)

    def _theoretical(self, names: tuple[str, ...]) -> float:
        density, lithium, molar_mass = self.asked.positives(*names)
        fraction, thickness = self.asked.positives(
            self.electrode.active_fraction, self.electrode.thickness
        )
        sites = density * lithium / molar_mass
        return sites * fraction * thickness * self.area * FARADAY / 3600

    @property
    def area(self) -> float:
        """The area in m2 of all the electrodes in parallel."""
        return self._one_area * parallel(self.asked)

    @property
    def _one_area(self) -> float:
        given = self.asked.given
        if HEIGHT not in given or WIDTH not in given:
            return self.asked.positives(AREA)[0]
        area = math.prod(self.asked.positives(HEIGHT, WIDTH))
        if AREA in given and not math.isclose(area, given.number(AREA), rel_tol=_AGREEMENT):
            raise self.asked.refuse("", f"{AREA!r} is not {HEIGHT!r} times {WIDTH!r}; give one")
        return area

    @property
    def span(self) -> float:
        """The stoichiometry that the capacity moves through."""
        if not self.window:
            return 1.0
        most, least = self.asked.fractions(*self.limits.values())
        if most <= least:
            raise self.asked.refuse(
                "", f"{self.limits[_MOST]!r} must be above {self.limits[_LEAST]!r}"
            )
        return most - least

    # -- what is wanted --------------------------------------------------------------

    def without(self, unknown: str) -> float:
        """Return the product of the equation's right side without one quantity."""
        names = [name for key, name in self.factors.items() if key != unknown]
        product = math.prod(self.asked.positives(*names)) * FARADAY / 3600
        if unknown != "area":
            product *= self.area
        return product if unknown in self.limits else product * self.span

    def solved(self, unknown: str, capacity: float) -> Values:
        """Return the unknown quantity by its name."""
        value = capacity / self.without(unknown)
        if unknown == "area":
            return self._area_values(value / parallel(self.asked))
        if unknown in self.limits:
            return self._limit_values(unknown, value)
        values = {self.factors[unknown]: value}
        return self.asked.between(values) if "fraction" in unknown else values

    def _area_values(self, area: float) -> Values:
        if len(self.area_names) != 1:
            return {AREA: area}
        other = WIDTH if self.area_names[0] == HEIGHT else HEIGHT
        return {self.area_names[0]: area / self.asked.positives(other)[0]}

    def _limit_values(self, unknown: str, span: float) -> Values:
        other = _LEAST if unknown == _MOST else _MOST
        (known,) = self.asked.fractions(self.limits[other])
        value = known + span if unknown == _MOST else known - span
        return self.asked.between({self.limits[unknown]: value})


def _electrode_capacity(asked: Asked) -> Values:
    """Return the one quantity of the equation that is missing, and the capacity.

    With ``method`` other than ``auto``, it names the quantity to solve for, also where it is
    given. Without a capacity, a loading or the crystal's density, lithium content and molar mass,
    the capacity is what is missing.
    """
    method = asked.setting("method", "auto")
    if method not in _METHODS:
        accepted = ", ".join(map(repr, _METHODS))
        raise asked.refuse("method", f"must be one of {accepted}, not {method!r}")
    equation = _Equation(asked)
    if method in equation.limits and not equation.window:
        raise asked.refuse("method", f"{method!r} needs use_stoich_window: True")
    missing, source = equation.missing(), equation.source()
    unknown = _unknown(method, missing, source is not None)
    if unknown == "area" and HEIGHT in asked.given and WIDTH in asked.given:
        raise asked.refuse("method", f"'area' is {HEIGHT!r} times {WIDTH!r}; leave one of them out")
    if unknown == "area" and source is not None and source.of_area:
        raise asked.lacking(equation.area_names or (equation.electrode.capacity,))
    lacking = [name for key, names in missing.items() if key != unknown for name in names]
    if unknown not in ("capacity", "") and source is None:
        lacking.append(equation.electrode.capacity)
    if lacking:
        raise asked.lacking(lacking)
    if source is None or unknown == "capacity":
        return {equation.electrode.capacity: equation.without("")}
    capacity = source.in_ampere_hours()
    values = {equation.electrode.capacity: capacity}
    if unknown:
        return values | equation.solved(unknown, capacity)
    return _agreed(asked, equation, source, capacity)


def _unknown(method: str, missing: dict[str, tuple[str, ...]], known: bool) -> str:
    """Return the quantity to solve for; ``""`` where nothing, or too much, is missing."""
    if method != "auto":
        return method
    if not known:
        return "capacity"
    return next(iter(missing)) if len(missing) == 1 else ""


def _agreed(asked: Asked, equation: _Equation, source: _Source, capacity: float) -> Values:
    computed = equation.without("")
    if math.isclose(capacity, computed, rel_tol=_AGREEMENT):
        return {equation.electrode.capacity: computed}
    raise asked.refuse(
        "method",
        f"nothing is missing, and {computed:.6g} A.h from the geometry is not {capacity:.6g} A.h "
        f"from {' and '.join(map(repr, source.names))}; name with 'method' what is to be solved "
        f"for: one of {', '.join(map(repr, _METHODS[1:]))}",
    )


def _half_cell_nominal(asked: Asked) -> Values:
    """Return the electrode's capacity as the cell's, and the current of 1C."""
    (capacity,) = asked.positives(asked.electrode.capacity)
    return {NOMINAL: capacity, CURRENT: capacity}


CALCULATIONS = calculations(
    {"ElectrodeCapacity": _electrode_capacity, "HalfCellNominalCapacity": _half_cell_nominal}
)
