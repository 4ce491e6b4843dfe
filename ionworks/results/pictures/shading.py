"""The steps of a protocol behind the lines: where each begins, which it is, and what it does.

Charge and discharge are shaded, in shades that differ in grey, too; rest stays white. Numbers, and
words where there is room for them, stand above the uppermost picture. Where there are too many
steps to be told apart, nothing is shaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ionworks.results.pictures.canvas import plain
from ionworks.results.pictures.quantities import TIME, Scale, has, numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Span", "shade_steps", "spans_of"]

_STEP, _TYPE = "Step count", "Step type"
_MOST_SHADED = 150
_LETTER = 0.062
"""Width of a letter above the picture, in inches."""

_SHADES = {"Discharge": "#FBE3C8", "Charge": "#BBD3EA", "Impedance": "#888888"}
_BORDER = "#AAAAAA"
_SHORT = {"Constant current": "CC", "Constant voltage": "CV", "Constant power": "CP"}


class Span(NamedTuple):
    """A step: its number, what it does, and from when until when, in s."""

    number: int
    kind: str
    begin: float
    end: float


def spans_of(series: Any, steps: Any = None) -> list[Span]:
    """Return the steps of a time series, in their order.

    Parameters
    ----------
    series
        With ``Time [s]`` and ``Step count``; without them there are no steps.
    steps
        With ``Step count`` and ``Step type``, where that is known.
    """
    import numpy as np

    if not has(series, TIME, _STEP):
        return []
    counts, times = numbers(series, _STEP), numbers(series, TIME)
    known = np.isfinite(counts) & np.isfinite(times)
    counts, times = counts[known], times[known]
    if not counts.size:
        return []
    begins = np.flatnonzero(np.diff(counts, prepend=counts[0] - 1))
    ends = np.append(begins[1:], counts.size) - 1
    numbered = [int(count) for count in counts[begins].tolist()]
    kinds = _kinds(steps)
    starts, stops = times[begins].tolist(), times[ends].tolist()
    # Until the next step begins: between two records there is no time without a step.
    stops = [
        max(stop, after) if stop > start else stop
        for start, stop, after in zip(starts, stops, [*starts[1:], stops[-1]], strict=True)
    ]
    return [
        Span(number, kinds.get(number, ""), start, stop)
        for number, start, stop in zip(numbered, starts, stops, strict=True)
    ]


def shade_steps(axes: Sequence[Axes], spans: Sequence[Span], scales: Sequence[Scale]) -> list[Any]:
    """Shade the steps in all pictures and number them above the first.

    Parameters
    ----------
    axes
        The pictures, the uppermost first.
    spans
        The steps.
    scales
        How each shows times in s.

    Returns
    -------
    list
        What a legend explains.
    """
    if not 1 < len(spans) <= _MOST_SHADED:
        return []
    for one, scale in zip(axes, scales, strict=True):
        for span in spans:
            _shade(one, span, scale.divisor)
    length = max(span.end for span in spans) - min(span.begin for span in spans)
    inches = axes[0].get_window_extent().width / axes[0].figure.dpi
    for span in spans:
        if text := _text(span, inches * (span.end - span.begin) / (length or 1.0)):
            middle = (span.begin + span.end) / 2 / scales[0].divisor
            axes[0].annotate(
                text,
                (middle, 1.02),
                xycoords=("data", "axes fraction"),
                ha="center",
                va="bottom",
                fontsize="x-small",
            )
    return _explained(spans)


def _kinds(steps: Any) -> dict[int, str]:
    if steps is None or not has(steps, _STEP, _TYPE):
        return {}
    pairs = zip(numbers(steps, _STEP).tolist(), list(steps[_TYPE]), strict=True)
    return {int(count): str(kind) for count, kind in pairs if count == count and kind}


def _shade(axes: Axes, span: Span, seconds: float) -> None:
    kind, begin, end = _purpose(span), span.begin / seconds, span.end / seconds
    if span.end <= span.begin:
        axes.axvline(begin, color=_SHADES["Impedance"], linewidth=0.8, linestyle=":", zorder=0.5)
        return
    axes.axvline(begin, color=_BORDER, linewidth=0.5, zorder=0.5)
    if kind in _SHADES:
        axes.axvspan(begin, end, color=_SHADES[kind], linewidth=0, zorder=0)


def _purpose(span: Span) -> str:
    words = span.kind.casefold()
    found = [kind for kind in _SHADES if kind.casefold() in words]
    return found[0] if found else ""


def _text(span: Span, inches: float) -> str:
    """Return as much of what a step is as there is room for."""
    kind = plain(span.kind)
    brief = kind
    for long, short in _SHORT.items():
        brief = brief.replace(long, short)
    for text in (f"{span.number}: {kind}", f"{span.number}: {brief}", str(span.number)):
        if (kind and len(text) * _LETTER <= inches) or text == str(span.number):
            return text if len(text) * _LETTER <= inches else ""
    return ""


def _explained(spans: Sequence[Span]) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    lasting = {_purpose(span) for span in spans if span.end > span.begin}
    patches = [Patch(color=color, label=kind) for kind, color in _SHADES.items() if kind in lasting]
    if any(_purpose(span) == "Impedance" for span in spans):
        line = Line2D([], [], color=_SHADES["Impedance"], linestyle=":", label="Impedance")
        return [*[one for one in patches if one.get_label() != "Impedance"], line]
    return patches
