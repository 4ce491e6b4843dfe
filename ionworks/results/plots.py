"""Pictures of measurements: over time, per cycle, and what impedance and open circuit show.

matplotlib is loaded when something is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ionworks.results.measurements import CellMeasurementDetail

__all__ = ["draw_measurements"]

_TIME, _VOLTAGE, _CURRENT = "Time [s]", "Voltage [V]", "Current [A]"
_REAL, _IMAGINARY = "Z_Re [Ohm]", "Z_Im [Ohm]"
_CHARGE_AXES = ("Capacity [A.h]", "Stoichiometry", "SOC")
_DISCHARGED, _CHARGED = "Discharge capacity [A.h]", "Charge capacity [A.h]"
_CYCLE = "Cycle count"
_MOST_NAMED = 10
_LONGEST_NAME = 24
_MANY_COLORS = "viridis"
_SIZE = (9.0, 2.6)


class _Line(NamedTuple):
    """A line: the place of its measurement among all, what it is called, and its points."""

    place: int
    name: str
    xs: Any
    ys: Any
    style: str = "-"


class _Picture(NamedTuple):
    """One pair of axes: what is on them, and the lines to draw."""

    x: str
    y: str
    lines: list[_Line]


def draw_measurements(details: Sequence[CellMeasurementDetail], axes: Any = None) -> list[Axes]:
    """Draw measurements, one line each: the pictures that their columns allow.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is not installed.
    ValueError
        If there is nothing to draw, or the number of axes is not that of the pictures.
    """
    pictures = _pictures(details)
    if not pictures:
        names = ", ".join(repr(one.name) for one in details[:_MOST_NAMED]) or "no measurement"
        raise ValueError(
            f"nothing to draw of {names}: neither a time series nor cycles are here "
            "(include_time_series=True, include_cycles=True)"
        )
    drawn_on = _axes(len(pictures), axes)
    ranks = _ranks(details)
    for picture, one in zip(pictures, drawn_on, strict=True):
        _draw(picture, one, ranks)
        if len(ranks) > _MOST_NAMED:
            _name_colors(one, [details[ranks.index(rank)].name for rank in range(len(ranks))])
        else:
            one.legend(fontsize="small", ncols=1 + len(picture.lines) // (_MOST_NAMED + 1))
    return drawn_on


def _pictures(details: Sequence[CellMeasurementDetail]) -> list[_Picture]:
    series = [(place, one.name, one.time_series) for place, one in enumerate(details)]
    series = [one for one in series if one[2] is not None]
    timed = [one for one in series if _has(one[2], _TIME, _VOLTAGE, _CURRENT)]
    unit, seconds = _unit_of_time([frame for _, _, frame in timed])
    over_time = [
        _Picture(f"Time [{unit}]", name, _lines(timed, _TIME, name, scale=seconds))
        for name in (_VOLTAGE, _CURRENT)
    ]
    spectra = [one for one in series if _has(one[2], _REAL, _IMAGINARY)]
    nyquist = _Picture(_REAL, f"-{_IMAGINARY}", _lines(spectra, _REAL, _IMAGINARY, sign=-1.0))
    untimed = [one for one in series if not _has(one[2], _TIME)]
    open_circuit = [_Picture(x, _VOLTAGE, _lines(untimed, x, _VOLTAGE)) for x in _CHARGE_AXES]
    pictures = [*over_time, nyquist, *open_circuit, _per_cycle(details)]
    return [picture for picture in pictures if picture.lines]


def _lines(
    series: Sequence[tuple[int, str, Any]], x: str, y: str, *, scale: float = 1.0, sign: float = 1.0
) -> list[_Line]:
    style = "." if y == _IMAGINARY else "-"
    lines = [
        _Line(place, name, _numbers(frame, x) / scale, sign * _numbers(frame, y), style)
        for place, name, frame in series
        if _has(frame, x, y)
    ]
    return [line for line in lines if _is_something(line)]


def _per_cycle(details: Sequence[CellMeasurementDetail]) -> _Picture:
    lines = []
    for place, one in enumerate(details):
        for column, style, word in ((_DISCHARGED, "o-", "discharge"), (_CHARGED, "^--", "charge")):
            if one.cycles is not None and _has(one.cycles, _CYCLE, column):
                counts, capacities = _numbers(one.cycles, _CYCLE), _numbers(one.cycles, column)
                lines.append(_Line(place, f"{one.name}, {word}", counts, capacities, style))
    return _Picture(_CYCLE, "Capacity [A.h]", [line for line in lines if _is_something(line)])


def _ranks(details: Sequence[CellMeasurementDetail]) -> list[int]:
    """Return the place of each measurement in time, whatever their order."""
    in_time = sorted(
        range(len(details)),
        key=lambda place: details[place].start_time or details[place].created_at or "",
    )
    return [in_time.index(place) for place in range(len(details))]


def _draw(picture: _Picture, axes: Axes, ranks: Sequence[int]) -> None:
    for line in picture.lines:
        color = _color(ranks[line.place], len(ranks))
        axes.plot(
            line.xs, line.ys, line.style, label=line.name, color=color, markersize=3, linewidth=1
        )
    axes.set_xlabel(picture.x)
    axes.set_ylabel(picture.y)
    axes.grid(visible=True, alpha=0.3)
    if picture.x == _CYCLE:
        from matplotlib.ticker import MaxNLocator

        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if picture.y.startswith("-"):
        axes.set_aspect("equal", adjustable="datalim")


def _name_colors(axes: Axes, names: Sequence[str]) -> None:
    """Put a bar of colours beside a picture, with names of measurements in the order of time."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    last = len(names) - 1
    places = [round(last * tick / (_MOST_NAMED - 1)) for tick in range(_MOST_NAMED)]
    colors = ScalarMappable(Normalize(0, last), _MANY_COLORS)
    bar = axes.figure.colorbar(colors, ax=axes, ticks=places)
    bar.ax.set_yticklabels([_shortened(names[place]) for place in places], fontsize="x-small")


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _color(place: int, count: int) -> Any:
    """Return a colour: one of ten for a few measurements; many go from dark to light in time."""
    if count <= _MOST_NAMED:
        return f"C{place}"
    from matplotlib import colormaps

    return colormaps[_MANY_COLORS](place / (count - 1))


def _axes(count: int, given: Any) -> list[Axes]:
    if given is None:
        return _new_axes(count)
    axes = list(getattr(given, "flat", given if isinstance(given, Sequence) else [given]))
    if len(axes) != count:
        raise ValueError(f"there are {count} pictures to draw, and {len(axes)} axes were given")
    return axes


def _new_axes(count: int) -> list[Axes]:
    try:
        from matplotlib import pyplot
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "pictures need matplotlib: pip install 'ionworks-api[plot]'", name=error.name
        ) from None
    width, height = _SIZE
    _, axes = pyplot.subplots(
        count, 1, figsize=(width, height * count), squeeze=False, layout="constrained"
    )
    return list(axes.flat)


def _unit_of_time(frames: Sequence[Any]) -> tuple[str, float]:
    """Return the unit that suits the longest of the series, and its length in s."""
    longest = max((float(_largest(_numbers(frame, _TIME))) for frame in frames), default=0.0)
    units: list[tuple[str, float]] = [("d", 86400.0), ("h", 3600.0), ("min", 60.0)]
    return next((unit for unit in units if longest > 3 * unit[1]), ("s", 1.0))


def _largest(numbers: Any) -> Any:
    import numpy as np

    return np.nanmax(numbers, initial=0.0)


def _is_something(line: _Line) -> bool:
    import numpy as np

    return bool(np.any(np.isfinite(line.xs) & np.isfinite(line.ys)))


def _has(frame: Any, *names: str) -> bool:
    return all(name in frame.columns for name in names)


def _numbers(frame: Any, name: str) -> Any:
    import numpy as np

    return np.asarray(frame[name], dtype=float)
