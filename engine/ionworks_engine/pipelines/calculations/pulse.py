"""The diffusivity from a current pulse and the rest after it.

Wang et al., Prog. Energy 4 (2022) 032004, eq. 26: D = 4 / (pi tau) (R / 3)^2 (dE_s / dE_t)^2 for a
pulse of the duration tau that moves the rest potential by dE_s and, after the ohmic jump, the
potential by dE_t. Here the jump may be read at a time t_1 and the pulse at a time t_2, so that
sqrt(t_2) - sqrt(t_1) stands for sqrt(tau) in the potential's course, and dE_s / tau for the charge:

    D = 4 / pi (R / 3)^2 (dE_s / tau (sqrt(t_2) - sqrt(t_1)) / (E(t_2) - E(t_1)))^2

which is eq. 26 for t_1 = 0 and t_2 = tau. It takes particles as flat, which holds while D t << R^2
only; a pulse of ten minutes is off by some ten percent. So the same four points are then put into
the response u of a sphere to a constant flux (Carslaw and Jaeger, Conduction of Heat in Solids,
section 9.7), of which eq. 26 is the limit for short pulses:

    (E(t_2) - E(t_1)) / dE_s = (u(D t_2 / R^2) - u(D t_1 / R^2)) / (3 D tau / R^2)

This D is the result. Where the two differ by more than 5 %, the result says what eq. 26 gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq

from ionworks_engine.pipelines.calculations.reading import Asked, Values, calculations
from ionworks_engine.pipelines.values import Floats

COLUMNS = ("Time [s]", "Current [A]", "Voltage [V]", "Step number")
_RESTING = 1e-3
_TOLERATED = 0.05
_ROWS_APART = 2
_ROOTS = 400


@dataclass(frozen=True)
class Pulse:
    """Four points of a pulse, and when they are.

    Parameters
    ----------
    before, jumped, ended, after
        Potentials in V: at rest before, at ``start`` and at ``end`` of the pulse's course, and at
        the end of the rest after it.
    start, end, duration
        Seconds since the current began; ``duration`` is that of the whole pulse.
    """

    before: float
    jumped: float
    ended: float
    after: float
    start: float
    end: float
    duration: float

    def in_flat_particles(self, radius: float) -> float:
        """Return the diffusivity in m2/s by eq. 26, from the particles' radius in m.

        Examples
        --------
        >>> pulse = Pulse(4.0, 3.98, 3.95, 3.99, 0.0, 600.0, 600.0)
        >>> f"{pulse.in_flat_particles(5e-6):.4e}"
        '6.5496e-16'
        """
        course = (self.end**0.5 - self.start**0.5) / self.duration
        return float(4 / np.pi * (radius / 3 * course / self.ratio) ** 2)

    @property
    def ratio(self) -> float:
        """The potential's course over the change of the rest potential."""
        return (self.ended - self.jumped) / (self.after - self.before)

    def in_spheres(self, radius: float) -> float | None:
        """Return the diffusivity in m2/s by a sphere's response; ``None`` if none fits."""
        flat = np.log(self.in_flat_particles(radius))

        def off(logarithm: float) -> float:
            per_second = np.exp(logarithm) / radius**2
            course = response(self.end * per_second) - response(self.start * per_second)
            return float(course / (3 * self.duration * per_second) - self.ratio)

        low, high = flat - 7, flat + 7
        return float(np.exp(brentq(off, low, high))) if off(low) > 0 > off(high) else None


def response(time: float) -> float:
    """Return the change of a unit sphere's surface concentration under a unit flux.

    Parameters
    ----------
    time
        Time times diffusivity over the radius squared.
    """
    if time < 1e-4:
        return float(2 * np.sqrt(time / np.pi) + time)
    squares = _eigenvalues() ** 2
    return float(3 * time + 0.2 - 2 * np.sum(np.exp(-squares * time) / squares))


@cache
def _eigenvalues() -> Floats:
    """Return the first roots of tan(x) = x."""
    roots = (np.arange(1, _ROOTS + 1) + 0.5) * np.pi
    for _ in range(5):
        roots = roots - (roots * np.cos(roots) - np.sin(roots)) / (-roots * np.sin(roots))
    return np.asarray(roots)


# -- the calculation ------------------------------------------------------------------


def _diffusivity(asked: Asked) -> Values:
    """Return the diffusivity of one pulse as a number."""
    columns = _whole_rows(asked)
    electrode = asked.electrode
    (radius,) = asked.positives(electrode.radius)
    pulse = _pulse(asked, *columns)
    if not pulse.ratio > 0:
        raise asked.refuse(
            "data",
            f"the pulse moves the potential from {pulse.jumped:.6g} to {pulse.ended:.6g} V, but "
            f"the rest potential from {pulse.before:.6g} to {pulse.after:.6g} V",
        )
    flat, exact = pulse.in_flat_particles(radius), pulse.in_spheres(radius)
    _judge(asked, flat, exact, electrode.diffusivity)
    return {electrode.diffusivity: flat if exact is None else exact}


def _whole_rows(asked: Asked) -> tuple[Floats, ...]:
    """Return the columns without the rows that have a gap, in the order of time."""
    rows = np.vstack(asked.table(*COLUMNS))
    rows = rows[:, np.isfinite(rows).all(axis=0)]
    if rows.shape[1] == 0:
        raise asked.refuse("data", "every row has a gap")
    if np.any(np.diff(rows[0]) < 0):
        raise asked.refuse("data", f"{COLUMNS[0]!r} must not go back")
    return tuple(rows)


def _judge(asked: Asked, flat: float, exact: float | None, name: str) -> None:
    """Note where the pulse is too long for eq. 26."""
    words = "(Wang 2022, eq. 26)"
    if exact is None:
        asked.context.assume(
            f"{name!r} = {flat:.4g} takes the particles as flat {words}: no sphere responds to the "
            "pulse as the data do."
        )
    elif abs(flat / exact - 1) > _TOLERATED:
        asked.context.assume(
            f"{name!r} = {exact:.4g} is that of spheres; the pulse is long for flat particles "
            f"{words}, which would give {flat:.4g}."
        )


def _pulse(asked: Asked, time: Floats, current: Floats, voltage: Floats, numbers: Floats) -> Pulse:
    runs = _runs(numbers)
    resting = [_rests(current[run], current) for run in runs]
    place = _chosen(asked, [numbers[run.start] for run in runs], resting)
    after = next((i for i in range(place + 1, len(runs)) if resting[i]), None)
    if after != place + 1:
        raise asked.refuse("data", "there is no rest right after the pulse")
    times, potentials = time[runs[place]], voltage[runs[place]]
    start, before = _beginning(asked, time, voltage, runs, resting, place)
    times = times - start
    duration = float(times[-1])
    first = _within(asked, "dt_IR", float(times[0]), duration)
    last = _within(asked, "dt_pulse", duration, duration)
    if not first < last:
        raise asked.refuse("options.dt_pulse", f"must be after dt_IR ({first:g} s), not {last:g} s")
    jumped, ended = (float(np.interp(at, times, potentials)) for at in (first, last))
    rested = float(voltage[runs[after]][-1])
    if rested == before:
        raise asked.refuse(
            "data", f"the rest potential is {before:.6g} V before and after the pulse"
        )
    return Pulse(before, jumped, ended, rested, first, last, duration)


def _runs(numbers: Floats) -> list[slice]:
    changes = np.flatnonzero(np.diff(numbers) != 0) + 1
    return [slice(a, b) for a, b in pairwise([0, *changes.tolist(), numbers.size])]


def _rests(current: Floats, all_of_it: Floats) -> bool:
    return bool(np.median(np.abs(current)) <= _RESTING * np.max(np.abs(all_of_it)))


def _chosen(asked: Asked, numbers: list[float], resting: list[bool]) -> int:
    wanted = asked.option("step number", None)
    if wanted is None:
        pulses = [place for place, rests in enumerate(resting) if not rests]
        if not pulses:
            raise asked.refuse("data", "there is no step with a current")
        return pulses[0]
    places = [place for place, number in enumerate(numbers) if number == wanted]
    if not places or resting[places[0]]:
        what = "is a rest" if places else f"is not there; there are {sorted(set(numbers))}"
        raise asked.refuse("options.step number", f"step {wanted!r} {what}")
    return places[0]


def _beginning(
    asked: Asked,
    time: Floats,
    voltage: Floats,
    runs: list[slice],
    resting: list[bool],
    place: int,
) -> tuple[float, float]:
    """Return when the current began, and the rest potential before it.

    It began at the last row at rest, or at the pulse's first row where the two are further apart
    than rows of the pulse are: then the end of the rest is not among the data.
    """
    first = runs[place].start
    if not (place and resting[place - 1]):
        asked.context.assume(
            "No rest precedes the pulse: its first point was taken as one at rest."
        )
        return float(time[first]), float(voltage[first])
    last, gap = first - 1, float(time[first] - time[first - 1])
    apart = np.diff(time[runs[place]])
    if apart.size == 0 or gap <= _ROWS_APART * float(np.median(apart)):
        return float(time[last]), float(voltage[last])
    asked.context.assume(
        f"The current was taken to begin at the pulse's first row: the last row at rest is {gap:g} "
        "s older, far more than rows of the pulse are apart."
    )
    return float(time[first]), float(voltage[last])


def _within(asked: Asked, name: str, default: float, duration: float) -> float:
    value = asked.real(f"options.{name}", asked.option(name, default))
    if not 0 <= value <= duration:
        raise asked.refuse(f"options.{name}", f"must be 0 to {duration:g} s, not {value:g} s")
    return value


CALCULATIONS = calculations({"DiffusivityFromPulse": _diffusivity})
