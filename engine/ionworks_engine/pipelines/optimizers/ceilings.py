"""How much a fit may ask for at the most: what is larger would fill the memory, not the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

POPULATION = 2_000
"""Points of a generation; of scipy's, points for each parameter."""
WARM_UP = 10_000
"""Points with which a surrogate begins, and those that ``shgo`` samples at a time."""
CANDIDATES = 5_000
"""Points among which a surrogate chooses: their covariances are a square matrix."""
OBSERVATIONS = 2_000
"""Points that a Gaussian process is fitted to: likewise."""
GRID = 250_000
DRAWS = 100_000
STARTS = 1_000
DESIGN = 1_000_000
"""Points of a Sobol design."""
COUNT = 1_000_000_000
"""Of iterations and evaluations, which take time only; libraries count them in 32 bits."""
NUMBERS = 10_000
"""In a list or a matrix of an option."""


def of_grid(npts: int, parameters: int) -> str | None:
    """Say why a grid is too large; ``None`` if it is not.

    Examples
    --------
    >>> of_grid(100, 3)
    '100**3 points; 250,000 are the most'
    >>> of_grid(10, 2)
    """
    return _above(f"{npts:,}**{parameters}", npts**parameters, GRID)


def of_design(samples: int, parameters: int, *, second_order: bool) -> str | None:
    """Say why a Sobol design is too large; ``None`` if it is not.

    Examples
    --------
    >>> of_design(2**20, 3, second_order=False)
    '1,048,576 * 5 points; 1,000,000 are the most'
    >>> of_design(256, 3, second_order=True)
    """
    factor = 2 * parameters + 2 if second_order else parameters + 2
    return _above(f"{samples:,} * {factor}", samples * factor, DESIGN)


def of_starts(count: int, settings: Mapping[str, Any] | None) -> str | None:
    """Say why a fit cannot be run from so many starts; ``None`` if it can.

    Parameters
    ----------
    count
        The fit's ``multistarts``.
    settings
        Its optimizer, if it has one.

    Examples
    --------
    >>> of_starts(10**6, None)
    '1,000,000 starts; 1,000 are the most'
    >>> of_starts(2, {"type": "GridSearch"})
    'GridSearch begins nowhere: every start would come to the same; leave multistarts out'
    """
    kind = None if settings is None else settings.get("type")
    if count > 1 and kind in ("GridSearch", "ScipyShgo"):
        words = "every start would come to the same; leave multistarts out"
        return f"{kind} begins nowhere: {words}"
    return f"{count:,} starts; {STARTS:,} are the most" if count > STARTS else None


def _above(product: str, count: int, most: int) -> str | None:
    return f"{product} points; {most:,} are the most" if count > most else None
