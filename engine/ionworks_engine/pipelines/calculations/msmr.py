"""Calculations from the multi-species, multi-reaction model of open-circuit potentials.

Conventions and their sources are in ``docs/msmr.md``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.calculations.initial import VOLTAGE
from ionworks_engine.pipelines.calculations.interpolants import (
    TOLERANCE,
    interpolator,
    note_range,
)
from ionworks_engine.pipelines.calculations.msmr_curve import MSMRCurve, curve_of
from ionworks_engine.pipelines.calculations.naming import USABLE, Electrode
from ionworks_engine.pipelines.calculations.reading import Asked, Values, calculations
from ionworks_engine.pipelines.calculations.windows import limit_names
from ionworks_engine.pipelines.errors import MissingParametersError
from ionworks_engine.pipelines.models.msmr import HalfCell
from ionworks_engine.pipelines.models.msmr_slots import Floats, Source
from ionworks_engine.pipelines.names import indexed
from ionworks_engine.pipelines.objectives.ocp_curve import read_curve

_AVERAGED = (("standard potential", " [V]"), ("ideality factor", ""))
_AMOUNT = {"Xj": ("occupancy fraction", ""), "Qj": ("occupancy capacity", " [A.h]")}
_METHODS = ("total capacity", "upper excess capacity")
_POTENTIALS, _SAMPLES, _ZOOMS = (-1.0, 6.0), 1001, 5


def lithiation_name(electrode: Electrode) -> str:
    """Return the name of the stoichiometry as a function of potential."""
    direction = f" ({electrode.direction})" if electrode.direction else ""
    return electrode.of_phase(f"lithiation{direction}")


def interpolated(
    x: Floats, y: Floats, interpolator: str, tolerance: float = 0.0, *, held: bool = False
) -> Any:
    """Return a function of one symbol that interpolates; points nearer than a tolerance go.

    Beyond its points it goes on as PyBaMM extrapolates, or keeps its outermost values if it is
    held.
    """
    order = np.argsort(x)
    x, y = x[order], y[order]
    kept = [0]
    for place in range(1, x.size):
        if x[place] - x[kept[-1]] > tolerance:
            kept.append(place)
    x, y = x[kept], y[kept]

    def function(at: Any) -> Any:
        if held:
            at = pybamm.maximum(pybamm.minimum(at, x[-1]), x[0])
        # a name is none that CasADi takes for a function
        return pybamm.Interpolant(x, y, at, interpolator=interpolator)

    return function


def not_negative(asked: Asked, option: str, default: float) -> float:
    """Return an option as a number that is not below 0."""
    value = asked.real(f"options.{option}", asked.option(option, default))
    if value < 0:
        raise asked.refuse(f"options.{option}", f"must not be below 0, not {value!r}")
    return value


def voltage_limits(asked: Asked) -> tuple[float, float]:
    """Return the range of potentials in V that a calculation is to tabulate."""
    limits = asked.settings["voltage_limits"]
    if not isinstance(limits, list | tuple) or len(limits) != 2:
        raise asked.refuse("voltage_limits", f"must be two voltages, not {limits!r}")
    low, high = (asked.real("voltage_limits", each) for each in limits)
    if not low < high:
        raise asked.refuse("voltage_limits", f"must be two voltages, the lower first: {limits!r}")
    return low, high


def tabulated(asked: Asked, name: str, x: Floats, y: Floats) -> Values:
    """Return a function of the stoichiometry as an interpolant, by its name."""
    note_range(asked, np.sort(x), name, "is extrapolated")
    tolerance = not_negative(asked, "tolerance", TOLERANCE)
    return {name: interpolated(x, y, interpolator(asked), tolerance)}


def _potential_table(asked: Asked, curve: MSMRCurve, limits: tuple[float, float]) -> Values:
    potential = curve.grid(limits)
    return tabulated(asked, asked.electrode.ocp, curve.stoichiometry(potential), potential)


def _function(asked: Asked) -> Values:
    """Return the closed form by potential, and its inverse, the OCP, as an interpolant."""
    curve = curve_of(asked, asked.electrode)

    def lithiation(potential: Any) -> Any:
        return curve.symbol(potential)

    table = _potential_table(asked, curve, curve.limits())
    return {lithiation_name(asked.electrode): lithiation, **table}


def _interpolant(asked: Asked) -> Values:
    """Return the OCP between two voltages as an interpolant, and its inverse if that is asked."""
    curve, limits = curve_of(asked, asked.electrode), voltage_limits(asked)
    inverse = asked.option("create_lithiation_function", True)
    if not isinstance(inverse, bool):
        raise asked.refuse(
            "options.create_lithiation_function", f"must be true or false, not {inverse!r}"
        )
    values = _potential_table(asked, curve, limits)
    if inverse:
        potential = curve.grid(limits)
        values[lithiation_name(asked.electrode)] = interpolated(
            potential, curve.stoichiometry(potential), interpolator(asked), held=True
        )
    return values


def _average(asked: Asked) -> Values:
    """Return the mean of the lithiation and the delithiation sites, kind by kind."""
    electrode = asked.electrode
    plain = HalfCell(electrode.side)
    ways = [HalfCell(electrode.side, direction=way) for way in ("lithiation", "delithiation")]
    source = Source(asked.given, {}, asked.kind)
    averaged: list[str] = []
    for what, unit in (*_AVERAGED, _AMOUNT[asked.option("species_format", "Xj")]):
        names = [
            half.names(electrode.prefix, f"host site {what}", unit)[0] for half in (plain, *ways)
        ]
        for kind in range(max(1, *(source.length(name) for name in names[1:]))):
            averaged.append(indexed(names[0], kind))
            for name in names[1:]:
                source.member(kind, name)
    means = source.slots().numbers.reshape(-1, 2).mean(axis=1)
    return {name: float(mean) for name, mean in zip(averaged, means, strict=True)}


def _entropic_change(asked: Asked) -> Values:
    """Return dU/dT of the closed form as an interpolant of stoichiometry."""
    electrode, limits = asked.electrode, voltage_limits(asked)
    curve = curve_of(asked, electrode)
    potential = curve.grid(limits)
    name = electrode.of_phase("OCP entropic change [V.K-1]")
    scale = asked.real("options.scale factor", asked.option("scale factor", 1.0))
    change = scale * curve.entropic_change(potential)
    return tabulated(asked, name, curve.stoichiometry(potential), change)


def _at_voltages(asked: Asked, *names: str) -> Floats:
    """Return the stoichiometries at voltages, the lowest first; all that lacks is named at once."""
    missing = [name for name in names if name not in asked.given]
    try:
        curve = curve_of(asked, asked.electrode)
    except MissingParametersError as error:
        raise asked.lacking([*missing, *error.names]) from None
    return curve.stoichiometry(np.sort(asked.numbers(*names)))


def _window(asked: Asked) -> Values:
    """Return the stoichiometries at the open-circuit voltages at 0 and 100 % SOC."""
    electrode = asked.electrode
    asked.tell_side()
    most, least = _at_voltages(asked, *limit_names(asked))
    return {electrode.most: float(most), electrode.least: float(least)}


def _initial_stoichiometry(asked: Asked) -> Values:
    """Return the stoichiometry at the initial voltage, the electrode's own or the cell's."""
    own = asked.electrode.inside("Initial voltage", "V")
    alone = own not in asked.given and VOLTAGE in asked.given
    (at,) = _at_voltages(asked, VOLTAGE if alone else own)
    return {asked.electrode.initial: float(at)}


def _initial_voltage(asked: Asked) -> Values:
    """Return the potential at which the lithiation is that of the initial concentration."""
    electrode = asked.electrode
    lithiation = _lithiation_given(asked)
    asked.need(lithiation, electrode.initial_concentration, electrode.maximum_concentration)
    initial, maximum = asked.positives(
        electrode.initial_concentration, electrode.maximum_concentration
    )
    return {
        electrode.inside("Initial voltage", "V"): _inverted(asked, lithiation, initial / maximum)
    }


def _lithiation_given(asked: Asked) -> str:
    """Return the name of the lithiation: the plain one, else that of the only direction given."""
    plain = lithiation_name(asked.electrode)
    directed = [
        lithiation_name(replace(asked.electrode, direction=way))
        for way in ("lithiation", "delithiation")
    ]
    there = [name for name in directed if name in asked.given]
    if plain in asked.given or len(there) != 1:
        return plain
    asked.context.assume(f"{plain!r} is not given: {there[0]!r} is used")
    return there[0]


def _inverted(asked: Asked, name: str, target: float) -> float:
    """Return the potential in V at which a falling function of it has a value."""
    low, high = _POTENTIALS
    for _ in range(_ZOOMS):
        potential = np.linspace(low, high, _SAMPLES)
        values = asked.given.evaluated(name, potential)
        below = np.flatnonzero((values[:-1] >= target) & (values[1:] <= target))
        if below.size == 0:
            least, most = np.nanmin(values), np.nanmax(values)
            raise asked.refuse(
                "",
                f"{name!r} is nowhere {target:.6g} between {low:g} and {high:g} V; it goes from "
                f"{least:.6g} to {most:.6g}",
            )
        low, high = potential[below[0]], potential[below[0] + 1]
    return 0.5 * (float(low) + float(high))


def _full_cell_capacities(asked: Asked) -> Values:
    """Return usable, excess and total capacities: Q_total = Q_lower + Q_usable + Q_upper."""
    method = asked.setting("method", _METHODS[0])
    if method not in _METHODS:
        raise asked.refuse("method", f"must be {' or '.join(map(repr, _METHODS))}, not {method!r}")
    where = asked.context.place("data")
    usable = read_curve(asked.data(), where, asked.context.assume).span
    sides = (Electrode("negative"), Electrode("positive"))
    by_total = method == _METHODS[0]
    known = [side.capacity if by_total else side.upper_excess for side in sides]
    asked.need(*known, *(side.lower_excess for side in sides))
    values: Values = {USABLE: usable}
    for side, name in zip(sides, known, strict=True):
        amount, lower = asked.numbers(name, side.lower_excess)
        other = side.upper_excess if by_total else side.capacity
        sign = 1 if by_total else -1
        values[other] = amount - sign * (lower + usable)
        negative = {name: amount, side.lower_excess: lower, other: values[other]}
        listed = ", ".join(
            f"{key!r} is {value:.6g}" for key, value in negative.items() if value < 0
        )
        if listed:
            raise asked.refuse(
                "",
                f"capacities must not be below 0, but with {usable:.6g} A.h of the data and "
                f"{lower:.6g} A.h of lower excess {listed}",
            )
    return values


CALCULATIONS = calculations(
    {
        "AverageMSMRParameters": _average,
        "EntropicChangeFromMSMRFunction": _entropic_change,
        "InitialStoichiometryFromVoltageMSMRHalfCell": _initial_stoichiometry,
        "InitialVoltageFromConcentration": _initial_voltage,
        "MSMRElectrodeSOHHalfCell": _window,
        "MSMRFullCellCapacities": _full_cell_capacities,
        "MSMRFunction": _function,
        "OCPMSMRInterpolant": _interpolant,
    }
)
