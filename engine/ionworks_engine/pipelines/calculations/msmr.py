"""Calculations from the multi-species, multi-reaction model of open-circuit potentials.

Conventions and their sources are in ``docs/msmr.md``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.calculations.msmr_curve import MSMRCurve, curve_of
from ionworks_engine.pipelines.calculations.naming import USABLE, Electrode
from ionworks_engine.pipelines.calculations.reading import Asked, Values, calculations
from ionworks_engine.pipelines.calculations.windows import limit_names
from ionworks_engine.pipelines.models.msmr import HalfCell
from ionworks_engine.pipelines.models.msmr_slots import Floats, Source
from ionworks_engine.pipelines.names import indexed
from ionworks_engine.pipelines.objectives.ocp_curve import read_curve

TOLERANCE = 1e-6
_AVERAGED = (("standard potential", " [V]"), ("ideality factor", ""))
_AMOUNT = {"Xj": ("occupancy fraction", ""), "Qj": ("occupancy capacity", " [A.h]")}
_METHODS = ("total capacity", "upper excess capacity")
_POTENTIALS, _SAMPLES, _ZOOMS = (-1.0, 6.0), 1001, 5


def lithiation_name(electrode: Electrode) -> str:
    """Return the name of the stoichiometry as a function of potential."""
    direction = f" ({electrode.direction})" if electrode.direction else ""
    return electrode.of_phase(f"lithiation{direction}")


def interpolated(x: Floats, y: Floats, name: str, interpolator: str, tolerance: float = 0.0) -> Any:
    """Return a function of one symbol that interpolates; points nearer than a tolerance go."""
    order = np.argsort(x)
    x, y = x[order], y[order]
    kept = [0]
    for place in range(1, x.size):
        if x[place] - x[kept[-1]] > tolerance:
            kept.append(place)

    def function(at: Any) -> Any:
        return pybamm.Interpolant(x[kept], y[kept], at, name=name, interpolator=interpolator)

    return function


def voltage_limits(asked: Asked) -> tuple[float, float]:
    """Return the range of potentials in V that a calculation is to tabulate."""
    limits = asked.settings["voltage_limits"]
    if not isinstance(limits, list | tuple) or len(limits) != 2:
        raise asked.refuse("voltage_limits", f"must be two voltages, not {limits!r}")
    low, high = (asked.real("voltage_limits", each) for each in limits)
    if not low < high:
        raise asked.refuse("voltage_limits", f"must be two voltages, the lower first: {limits!r}")
    return low, high


def potential_table(asked: Asked, curve: MSMRCurve, limits: tuple[float, float]) -> Values:
    """Return the OCP of a curve as an interpolant, by its name."""
    electrode = asked.electrode
    potential = curve.grid(limits)
    return {
        electrode.ocp: interpolated(
            curve.stoichiometry(potential),
            potential,
            electrode.ocp,
            asked.option("interpolator", "linear"),
            asked.option("tolerance", TOLERANCE),
        )
    }


def _function(asked: Asked) -> Values:
    """Return the closed form by potential, and its inverse, the OCP, as an interpolant."""
    curve = curve_of(asked, asked.electrode)

    def lithiation(potential: Any) -> Any:
        return curve.symbol(potential)

    table = potential_table(asked, curve, curve.limits())
    return {lithiation_name(asked.electrode): lithiation, **table}


def _interpolant(asked: Asked) -> Values:
    """Return the OCP between two voltages as an interpolant, and its inverse if that is asked."""
    curve, limits = curve_of(asked, asked.electrode), voltage_limits(asked)
    values = potential_table(asked, curve, limits)
    if asked.option("create_lithiation_function", True):
        name, potential = lithiation_name(asked.electrode), curve.grid(limits)
        kind = asked.option("interpolator", "linear")
        values[name] = interpolated(potential, curve.stoichiometry(potential), name, kind)
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
    return {
        name: interpolated(
            curve.stoichiometry(potential),
            scale * curve.entropic_change(potential),
            name,
            asked.option("interpolator", "linear"),
            asked.option("tolerance", TOLERANCE),
        )
    }


def _window(asked: Asked) -> Values:
    """Return the stoichiometries at the open-circuit voltages at 0 and 100 % SOC."""
    electrode = asked.electrode
    low, high = sorted(asked.numbers(*limit_names(asked)))
    most, least = curve_of(asked, electrode).stoichiometry(np.array([low, high]))
    return {electrode.most: float(most), electrode.least: float(least)}


def _initial_stoichiometry(asked: Asked) -> Values:
    """Return the stoichiometry at the initial voltage."""
    electrode = asked.electrode
    (voltage,) = asked.numbers(electrode.inside("Initial voltage", "V"))
    (at,) = curve_of(asked, electrode).stoichiometry(np.array([voltage]))
    return {electrode.initial: float(at)}


def _initial_voltage(asked: Asked) -> Values:
    """Return the potential at which the lithiation is that of the initial concentration."""
    electrode = asked.electrode
    lithiation = lithiation_name(electrode)
    asked.need(lithiation, electrode.initial_concentration, electrode.maximum_concentration)
    initial, maximum = asked.positives(
        electrode.initial_concentration, electrode.maximum_concentration
    )
    return {
        electrode.inside("Initial voltage", "V"): _inverted(asked, lithiation, initial / maximum)
    }


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
