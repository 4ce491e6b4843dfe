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
_OPEN_CIRCUIT_AXES = ("Capacity [A.h]", "Stoichiometry", "SOC")
_DISCHARGED, _CHARGED = "Discharge capacity [A.h]", "Charge capacity [A.h]"
_MOST_NAMED = 10
_SIZE = (9.0, 2.6)


class Picture(NamedTuple):
    """One pair of axes: what is on them, and the lines to draw."""

    x: str
    y: str
    lines: list[tuple[str, Any, Any, str]]


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
    for picture, one in zip(pictures, drawn_on, strict=True):
        _draw(picture, one)
    return drawn_on


def _pictures(details: Sequence[CellMeasurementDetail]) -> list[Picture]:
    series = [one for one in details if one.time_series is not None]
    timed = [one for one in series if _has(one.time_series, _TIME, _VOLTAGE, _CURRENT)]
    unit, seconds = _unit_of_time([one.time_series for one in timed])
    over_time = [
        Picture(f"Time [{unit}]", name, _lines(timed, _TIME, name, scale=seconds))
        for name in (_VOLTAGE, _CURRENT)
    ]
    impedance = [one for one in series if _has(one.time_series, _REAL, _IMAGINARY)]
    nyquist = Picture(_REAL, f"-{_IMAGINARY}", _lines(impedance, _REAL, _IMAGINARY, sign=-1.0))
    candidates = [*over_time, nyquist, *_open_circuit(series), _per_cycle(details)]
    return [picture for picture in candidates if picture.lines]


def _open_circuit(series: Sequence[CellMeasurementDetail]) -> list[Picture]:
    untimed = [one for one in series if not _has(one.time_series, _TIME)]
    return [
        Picture(
            name,
            _VOLTAGE,
            _lines(
                [one for one in untimed if _has(one.time_series, name, _VOLTAGE)], name, _VOLTAGE
            ),
        )
        for name in _OPEN_CIRCUIT_AXES
    ]


def _lines(
    details: Sequence[CellMeasurementDetail],
    x: str,
    y: str,
    *,
    scale: float = 1.0,
    sign: float = 1.0,
) -> list[tuple[str, Any, Any, str]]:
    columns = (
        (one.name, _numbers(one.time_series, x), _numbers(one.time_series, y)) for one in details
    )
    style = "." if y == _IMAGINARY else "-"
    return [
        (name, xs / scale, sign * ys, style) for name, xs, ys in columns if _is_something(xs, ys)
    ]


def _per_cycle(details: Sequence[CellMeasurementDetail]) -> Picture:
    lines = []
    for one in details:
        for column, style, word in ((_DISCHARGED, "o-", "discharge"), (_CHARGED, "^--", "charge")):
            if one.cycles is not None and _has(one.cycles, "Cycle count", column):
                lines.append(
                    (
                        f"{one.name}, {word}",
                        _numbers(one.cycles, "Cycle count"),
                        _numbers(one.cycles, column),
                        style,
                    )
                )
    return Picture("Cycle count", "Capacity [A.h]", lines)


def _draw(picture: Picture, axes: Axes) -> None:
    for name, xs, ys, style in picture.lines:
        axes.plot(xs, ys, style, label=name, markersize=3, linewidth=1)
    axes.set_xlabel(picture.x)
    axes.set_ylabel(picture.y)
    axes.grid(visible=True, alpha=0.3)
    if picture.y.startswith("-"):
        axes.set_aspect("equal", adjustable="datalim")
    if len(picture.lines) <= _MOST_NAMED:
        axes.legend(fontsize="small")


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


def _is_something(xs: Any, ys: Any) -> bool:
    import numpy as np

    return bool(np.any(np.isfinite(xs) & np.isfinite(ys)))


def _has(frame: Any, *names: str) -> bool:
    return all(name in frame.columns for name in names)


def _numbers(frame: Any, name: str) -> Any:
    import numpy as np

    return np.asarray(frame[name], dtype=float)
