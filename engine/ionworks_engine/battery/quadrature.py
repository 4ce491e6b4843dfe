"""Integrals of the positive part of something known at both ends and in the middle."""

from __future__ import annotations

import numpy as np

from ionworks_engine.battery.terms import Floats


def positive_integral(first: Floats, middle: Floats, last: Floats, widths: Floats) -> Floats:
    """Integrate ``max(f, 0)`` over intervals.

    By Simpson's rule where the sign does not change, which is exact for cubics; else by two
    straight lines, exactly.

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
    lowest = np.minimum(np.minimum(first, middle), last)
    simpson = widths / 6 * (first + 4 * middle + last)
    straight = _line(first, middle, widths / 2) + _line(middle, last, widths / 2)
    return np.where(lowest >= 0, simpson, straight)


def _line(first: Floats, last: Floats, widths: Floats) -> Floats:
    """Integrate the positive part of a straight line."""
    up, down = np.maximum(first, 0), np.maximum(last, 0)
    whole = np.abs(first) + np.abs(last)
    crossing = np.where(whole > 0, (up + down) / np.where(whole > 0, whole, 1), 0)
    same_sign = first * last >= 0
    return np.asarray(widths / 2 * (up + down) * np.where(same_sign, 1.0, crossing))
