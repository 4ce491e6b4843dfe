"""Which picture belongs to what an element of a pipeline found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ionworks.results.pictures.intervals import draw_intervals, draw_sensitivities

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_found", "drawable", "draws_a_comparison"]

_FITS = frozenset(
    {
        "EnsembleResult",
        "OptimizationResult",
        "ParameterEstimatorResult",
        "PosteriorResult",
        "RegressionResult",
    }
)
_COMPARED = _FITS | {"ValidationResult"}
_DRAWN = {
    "ConfidenceIntervalResult": draw_intervals,
    "SensitivityResult": draw_sensitivities,
}

Elements = Mapping[str, Mapping[str, Any]]


def drawable(elements: Elements, name: str | None) -> str:
    """Return the element that is meant: the one that is named, the only fit, or the only picture.

    Raises
    ------
    ValueError
        If no element can be drawn, or several can be.

    Examples
    --------
    >>> drawable({"known": {"type": "PassthroughResult"}, "fit": {"type": "PosteriorResult"}}, None)
    'fit'
    """
    if name is not None:
        return name
    fits = [each for each, found in elements.items() if found.get("type") in _FITS]
    others = [
        each for each, found in elements.items() if found.get("type") in _COMPARED | set(_DRAWN)
    ]
    chosen = fits or others
    if len(chosen) == 1:
        return chosen[0]
    if not chosen:
        raise ValueError(
            "nothing to draw: no element that has finished is a fit, a validation or an analysis"
        )
    raise ValueError(f"several elements can be drawn, name one: {', '.join(map(repr, chosen))}")


def draws_a_comparison(found: Mapping[str, Any]) -> bool:
    """Whether the picture of what was found is one of data and model."""
    return found.get("type") not in _DRAWN


def draw_found(found: Mapping[str, Any], axes: Any = None) -> list[Axes]:
    """Draw what an analysis found."""
    return _DRAWN[found["type"]](found, axes)
