"""Pictures of measurements: over time, per cycle, and what impedance and open circuit show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ionworks.results.pictures.canvas import axes_for, explain
from ionworks.results.pictures.cycles import CYCLE, CycleLine, capacity_lines, draw_cycle_lines
from ionworks.results.pictures.impedance import NYQUIST, Spectrum, draw_nyquist, spectra_of
from ionworks.results.pictures.labels import carries, name_axes, scale_on
from ionworks.results.pictures.lines import Curve, draw_lines
from ionworks.results.pictures.looks import MOST_NAMED, Look, looks, name_colors
from ionworks.results.pictures.quantities import (
    CURRENT,
    TIME,
    VOLTAGE,
    Scale,
    has,
    is_drawable,
    largest,
    numbers,
)
from ionworks.results.pictures.shading import shade_steps, spans_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ionworks.results.measurements import CellMeasurementDetail

__all__ = ["draw_measurements"]

_CHARGE_AXES = ("Capacity [A.h]", "Stoichiometry", "SOC")
_NAMED_IN_ERRORS = 10


class _Picture(NamedTuple):
    """One pair of axes: what is on them, and what is drawn."""

    x: str
    y: str
    curves: Sequence[Curve] = ()
    spectra: Sequence[tuple[Spectrum, Look]] = ()
    cycles: Sequence[CycleLine] = ()

    @property
    def is_something(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.curves or self.spectra or self.cycles)

    @property
    def is_timed(self) -> bool:
        """Whether it is drawn over time."""
        return self.x == TIME


class _Measured(NamedTuple):
    """A measurement: its name, its look, and its time series, if it is here."""

    name: str
    look: Look
    series: Any


def draw_measurements(details: Sequence[CellMeasurementDetail], axes: Any = None) -> list[Axes]:
    """Draw measurements, one line each: the pictures that their columns allow.

    Of one measurement alone, the steps are shaded and numbered, if nothing else is there.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is not installed.
    ValueError
        If there is nothing to draw, the number of axes is not that of the pictures, or they show
        something else.
    """
    ranks = _ranks(details)
    chosen = [looks(len(details))[rank] for rank in ranks]
    measured = [
        _Measured(one.name, look, one.time_series)
        for one, look in zip(details, chosen, strict=True)
        if one.time_series is not None
    ]
    pictures = [*_series_pictures(measured), _per_cycle(details, chosen)]
    pictures = [picture for picture in pictures if picture.is_something]
    if not pictures:
        raise ValueError(_nothing(details))
    drawn_on = axes_for(len(pictures), axes)
    is_alone = not any(map(carries, drawn_on))
    longest = largest(numbers(one.series, TIME) for one in measured if _is_timed(one))
    scales = [scale_on(one, each.x, longest) for one, each in zip(drawn_on, pictures, strict=True)]
    for picture, one, scale in zip(pictures, drawn_on, scales, strict=True):
        name_axes(one, scale.name, picture.y)
    for picture, one, scale in zip(pictures, drawn_on, scales, strict=True):
        _draw(picture, one, scale)
        if len(details) <= MOST_NAMED:
            explain(one)
    if len(details) > MOST_NAMED:
        name_colors(drawn_on, "", [details[ranks.index(rank)].name for rank in range(len(ranks))])
    elif len(details) == 1 and pictures[0].is_timed and is_alone:
        timed = sum(each.is_timed for each in pictures)  # They come first.
        spans = spans_of(details[0].time_series, details[0].steps)
        shades = shade_steps(drawn_on[:timed], spans, scales[:timed])
        explain(drawn_on[0], [*drawn_on[0].lines[:1], *shades])
    return drawn_on


def _series_pictures(measured: Sequence[_Measured]) -> list[_Picture]:
    timed = [one for one in measured if _is_timed(one)]
    untimed = [one for one in measured if not has(one.series, TIME)]
    over_time = [_Picture(TIME, y, _curves(timed, TIME, y)) for y in (VOLTAGE, CURRENT)]
    spectra = [(each, one.look) for one in measured for each in spectra_of(one.series, one.name)]
    open_circuit = [_Picture(x, VOLTAGE, _curves(untimed, x, VOLTAGE)) for x in _CHARGE_AXES]
    return [*over_time, _Picture(*NYQUIST, spectra=spectra), *open_circuit]


def _per_cycle(details: Sequence[CellMeasurementDetail], chosen: Sequence[Look]) -> _Picture:
    here = [
        (one, look) for one, look in zip(details, chosen, strict=True) if one.cycles is not None
    ]
    lines = capacity_lines([(one.name, one.cycles) for one, _ in here], [look for _, look in here])
    return _Picture(CYCLE, "Capacity [A.h]", cycles=lines)


def _curves(measured: Sequence[_Measured], x: str, y: str) -> list[Curve]:
    curves = [
        Curve(one.name, one.look, numbers(one.series, x), numbers(one.series, y))
        for one in measured
        if has(one.series, x, y)
    ]
    return [curve for curve in curves if is_drawable(curve.xs, curve.ys)]


def _draw(picture: _Picture, axes: Axes, scale: Scale) -> None:
    draw_lines(axes, (each._replace(xs=each.xs / scale.divisor) for each in picture.curves))
    if picture.spectra:
        draw_nyquist(axes, *zip(*picture.spectra, strict=True))
    if picture.cycles:
        draw_cycle_lines(axes, picture.cycles)


def _is_timed(one: _Measured) -> bool:
    return has(one.series, TIME, VOLTAGE, CURRENT)


def _ranks(details: Sequence[CellMeasurementDetail]) -> list[int]:
    """Return the place of each measurement in time, whatever their order."""
    in_time = sorted(
        range(len(details)),
        key=lambda place: details[place].start_time or details[place].created_at or "",
    )
    ranks = dict(zip(in_time, range(len(details)), strict=True))
    return [ranks[place] for place in range(len(details))]


def _nothing(details: Sequence[CellMeasurementDetail]) -> str:
    names = ", ".join(repr(one.name) for one in details[:_NAMED_IN_ERRORS]) or "no measurement"
    return (
        f"nothing to draw of {names}: neither a time series nor cycles are here "
        "(include_time_series=True, include_cycles=True)"
    )
