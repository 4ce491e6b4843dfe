"""Integrals of the positive part of something known at both ends and in the middle."""

from __future__ import annotations

import numpy as np

from ionworks_engine.battery.terms import Floats


def positive_integral(first: Floats, middle: Floats, last: Floats, widths: Floats) -> Floats:
    """Integrate ``max(f, 0)`` over intervals.

    ``f`` is taken for the parabola through what is known: exact for parabolas whose sign
    changes, and for cubics whose sign does not.

    Parameters
    ----------
    first, middle, last
        ``f`` at the begin, the middle and the end of each interval.
    widths
        Their lengths.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(1)
    >>> positive_integral(-one, 0 * one, one, 2 * one)
    array([0.5])
    """
    slope, bend = 4 * middle - 3 * first - last, 2 * (first + last) - 4 * middle
    early, late = _roots(first, slope, bend)
    places = np.stack([np.zeros_like(early), early, late, np.ones_like(late)])
    passed = places * (first + places * (slope / 2 + places * bend / 3))
    return np.asarray(widths * np.maximum(np.diff(passed, axis=0), 0).sum(axis=0))


def _roots(first: Floats, slope: Floats, bend: Floats) -> tuple[Floats, Floats]:
    """Return the roots of ``first + slope x + bend x^2``, or the nearest of 0 and 1 to them.

    Where there are none, any two places will do, for there the sign does not change.
    """
    root = np.sqrt(np.maximum(slope**2 - 4 * bend * first, 0))
    steep = -(slope + np.copysign(root, slope)) / 2
    one = np.divide(steep, bend, out=np.zeros_like(steep), where=bend != 0)
    other = np.divide(first, steep, out=np.zeros_like(steep), where=steep != 0)
    one, other = np.clip(one, 0, 1), np.clip(other, 0, 1)
    return np.minimum(one, other), np.maximum(one, other)
