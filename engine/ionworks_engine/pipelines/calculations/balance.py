"""Lithium and windows from capacities: what balancing fits leave to be computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from scipy.optimize import brentq

from ionworks_engine.pipelines.calculations.naming import CYCLABLE, NOMINAL, USABLE, Electrode
from ionworks_engine.pipelines.calculations.potentials import Potential
from ionworks_engine.pipelines.calculations.reading import Asked, Values, calculations
from ionworks_engine.pipelines.errors import shown

FORMATION = "Formation lithium loss"
_SIDES = ("negative", "positive")
_BRACKETS = {"negative": (0.0, 2.0), "positive": (2.5, 5.0)}
_AGREEMENT = 1e-6


def phases(asked: Asked, side: str) -> tuple[Electrode, ...]:
    """Return the active materials of an electrode, as the option says."""
    counts = dict(zip(_SIDES, asked.option("particle phases", ("1", "1")), strict=True))
    names = ("primary", "secondary") if counts[side] == "2" else ("",)
    return tuple(Electrode(side, phase) for phase in names)


# -- cyclable lithium -----------------------------------------------------------------


def _cyclable(asked: Asked) -> Values:
    """Return the cyclable lithium.

    ``electrode capacities``: the sum of capacity times stoichiometry over all active materials, at
    the initial stoichiometries if all are given, or else at 100 % SOC; on a balanced cell's window
    the sum is the same. ``formation loss``: Q_Li = (1 - f) Q_p, f being the fraction lost.
    """
    if asked.setting("method", "electrode capacities") == "formation loss":
        return _after_formation(asked)
    each = [phase for side in _SIDES for phase in phases(asked, side)]
    started = all(one.initial in asked.given for one in each)
    names = [one.initial if started else one.at_full for one in each]
    asked.need(*(one.capacity for one in each), *names)
    capacities = asked.positives(*(one.capacity for one in each))
    total = np.dot(capacities, asked.fractions(*names))
    return {CYCLABLE: float(total)}


def _after_formation(asked: Asked) -> Values:
    sides = phases(asked, "positive")
    asked.need(FORMATION, *(one.capacity for one in sides))
    (loss,) = asked.fractions(FORMATION)
    asked.context.assume(
        f"{CYCLABLE!r} is (1 - {FORMATION!r}) times the positive electrode's capacity: the loss is "
        "the fraction that formation takes."
    )
    return {CYCLABLE: (1 - loss) * sum(asked.positives(*(one.capacity for one in sides)))}


# -- windows --------------------------------------------------------------------------


def _at_minimum(asked: Asked) -> Values:
    """Return the stoichiometry at 0 % SOC: that at 100 %, moved by the usable capacity."""
    electrode = asked.electrode
    usable = USABLE if USABLE in asked.given or NOMINAL not in asked.given else NOMINAL
    asked.need(electrode.at_full, electrode.capacity, usable)
    asked.tell_side()
    if usable == NOMINAL:
        asked.context.assume(f"{USABLE!r} was taken as {NOMINAL!r}.")
    (full,) = asked.fractions(electrode.at_full)
    moved, capacity = asked.positives(usable, electrode.capacity)
    sign = 1 if electrode.side == "positive" else -1
    values = {electrode.at_empty: full + sign * moved / capacity}
    return asked.between(values)


def _limits(asked: Asked) -> Values:
    """Return the windows of both electrodes from total, usable and excess capacities.

    Q is the sum of lower excess, usable capacity and upper excess; the least stoichiometry is lower
    excess / Q and the most is 1 - upper excess / Q. The excess that is missing is returned, too.
    """
    usable = _usable(asked)
    composites = {side: len(phases(asked, side)) > 1 for side in _SIDES}
    _tell_unused(asked, composites)
    asked.need(*(name for side in _SIDES for name in _needed(asked, side, usable)))
    if usable is None and any(composites.values()):
        place = "options.usable capacity"
        raise asked.refuse(place, "is required for composite electrodes")
    values: Values = {}
    for side in _SIDES:
        if composites[side] and usable is not None:
            values |= _composite(asked, side, usable)
        else:
            values |= _single(asked, Electrode(side), usable)
    return values


def _tell_unused(asked: Asked, composites: Mapping[str, bool]) -> None:
    """Check and note the options that only composite electrodes have a use for."""
    for side in _SIDES:
        _bracket(asked, side)
    used = {_bracket_key(side): composite for side, composite in composites.items()}
    used["direction"] = any(composites.values())
    for key in (key for key, use in used.items() if asked.option(key, "") and not use):
        asked.context.assume(
            f"The option {key!r} was not used: a single active material's window needs no OCP."
        )


def _usable(asked: Asked) -> float | None:
    wanted = asked.option("usable capacity", None)
    if wanted is not None:
        usable = asked.real("options.usable capacity", wanted)
        if usable <= 0:
            raise asked.refuse("options.usable capacity", f"must be above 0, not {usable:g}")
        return usable
    return asked.positives(USABLE)[0] if USABLE in asked.given else None


def _needed(asked: Asked, side: str, usable: float | None) -> Iterator[str]:
    each = phases(asked, side)
    yield from (one.capacity for one in each)
    if len(each) > 1:
        yield from (_ocp(asked, one) for one in each)
        yield from _excesses(asked, each)
        return
    electrode = each[0]
    lower, upper = electrode.lower_excess in asked.given, electrode.upper_excess in asked.given
    if not lower and (usable is None or not upper):
        yield electrode.lower_excess
    if usable is None and not upper:
        yield USABLE


def _single(asked: Asked, electrode: Electrode, usable: float | None) -> Values:
    given = asked.given
    (capacity,) = asked.positives(electrode.capacity)
    lower = _excess(asked, electrode.lower_excess) if electrode.lower_excess in given else None
    upper = _excess(asked, electrode.upper_excess) if electrode.upper_excess in given else None
    if lower is None and upper is not None and usable is not None:
        lower = capacity - usable - upper
    if usable is not None and lower is not None:
        _same(asked, electrode, upper, capacity - usable - lower)
        upper = capacity - usable - lower
    if lower is None or upper is None:
        raise asked.lacking([electrode.lower_excess])
    return _window(asked, electrode, lower, upper, capacity)


def _window(
    asked: Asked, electrode: Electrode, lower: float, upper: float, capacity: float
) -> Values:
    window = {electrode.least: lower / capacity, electrode.most: 1 - upper / capacity}
    if not 0 <= window[electrode.least] < window[electrode.most] <= 1:
        raise asked.refuse(
            "",
            f"the {electrode.side} electrode's {capacity:g} A.h do not hold a lower excess of "
            f"{lower:g} and an upper one of {upper:g} A.h",
        )
    return {**window, electrode.lower_excess: lower, electrode.upper_excess: upper}


def _same(asked: Asked, electrode: Electrode, upper: float | None, computed: float) -> None:
    if upper is not None and abs(upper - computed) > _AGREEMENT * max(1.0, abs(upper)):
        raise asked.refuse(
            "",
            f"{electrode.upper_excess!r} is {upper:g} A.h, but capacity, lower excess and usable "
            f"capacity leave {computed:g} A.h; leave one of them out",
        )


def _excess(asked: Asked, name: str) -> float:
    (value,) = asked.numbers(name)
    if not value >= 0:
        raise asked.refuse("", f"{name!r} must not be below 0, but is {value:g}")
    return value


# -- composite electrodes: all phases at one potential --------------------------------


def _composite(asked: Asked, side: str, usable: float) -> Values:
    """Return each phase's window, all phases sharing one potential at each end of it."""
    each = phases(asked, side)
    capacities = asked.positives(*(one.capacity for one in each))
    curves = [_Filling(asked, one, q) for one, q in zip(each, capacities, strict=True)]
    lower = sum(_excess(asked, name) for name in _excesses(asked, each))
    if lower + usable > sum(capacities):
        raise asked.refuse(
            "options.usable capacity",
            f"{usable:g} A.h and a lower excess of {lower:g} A.h are more than the {side} "
            f"electrode's {sum(capacities):g} A.h",
        )
    least, most = (_shared(asked, side, curves, held) for held in (lower, lower + usable))
    values: Values = {}
    for one, curve in zip(each, curves, strict=True):
        window = {one.least: curve.at(least), one.most: curve.at(most)}
        curve.potential.tell_extrapolations(asked.context.assume, window)
        values |= window
    return values


def _excesses(asked: Asked, each: tuple[Electrode, ...]) -> tuple[str, ...]:
    """Name the lower excess: one for the whole electrode, or one for each phase."""
    whole = Electrode(each[0].side).lower_excess
    parts = tuple(one.lower_excess for one in each)
    return parts if whole not in asked.given and parts[0] in asked.given else (whole,)


def _ocp(asked: Asked, phase: Electrode) -> str:
    """Name the OCP of the scan's direction; the one without where that is not given."""
    direction = asked.option("direction", "")
    if not direction:
        return phase.ocp
    lithiated = (direction == "charge") == (phase.side == "negative")
    way = "lithiation" if lithiated else "delithiation"
    directed = Electrode(phase.side, phase.phase, way).ocp
    return phase.ocp if directed not in asked.given and phase.ocp in asked.given else directed


class _Filling:
    """How full a phase is at a potential: its OCP inverted, falling everywhere."""

    def __init__(self, asked: Asked, phase: Electrode, capacity: float) -> None:
        self.potential = Potential(asked.given, _ocp(asked, phase), asked.context.where)
        self.capacity = capacity
        self.filled, self.voltage = self.potential.sampled

    def at(self, voltage: float) -> float:
        """Return the stoichiometry at a potential in V; 0 above all of them and 1 below."""
        falling = np.minimum.accumulate(self.voltage)
        return float(np.interp(voltage, falling[::-1], self.filled[::-1], left=1.0, right=0.0))


def _bracket_key(side: str) -> str:
    return f"{side} voltage limits"


def _bracket(asked: Asked, side: str) -> tuple[float, float]:
    """Return the potentials in V to search between."""
    key = _bracket_key(side)
    given, place = asked.option(key, _BRACKETS[side]), f"options.{key}"
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise asked.refuse(place, f"must be two potentials in V, not {shown(given)}")
    low, high = (asked.real(place, each) for each in given)
    if not low < high:
        raise asked.refuse(place, f"must be two potentials, the lower first, not {shown(given)}")
    return low, high


def _shared(asked: Asked, side: str, curves: list[_Filling], held: float) -> float:
    """Return the potential in V at which the phases together hold a charge in A.h."""
    low, high = _bracket(asked, side)

    def off(voltage: float) -> float:
        return sum(curve.capacity * curve.at(voltage) for curve in curves) - held

    if off(low) < 0 or off(high) > 0:
        raise asked.refuse(
            f"options.{_bracket_key(side)}",
            f"between {low:g} V and {high:g} V the {side} electrode never holds {held:g} A.h",
        )
    return float(brentq(off, low, high, xtol=1e-12))


CALCULATIONS = calculations(
    {
        "CyclableLithium": _cyclable,
        "StoichiometryAtMinimumSOC": _at_minimum,
        "StoichiometryLimitsFromCapacity": _limits,
    }
)
