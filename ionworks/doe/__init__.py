"""Designs of experiments: from rows of parameters to the points that will be run.

    sampling         a row gives
    ---------------  ------------------------------------------------------------
    grid             every one of its values, combined with those of all other rows
    random           one independent draw a point
    latin_hypercube  one draw a point, each from a stratum of its own

    discrete  {name, values}          range  {name, min, max, count}
                                      normal {name, mean, std, count}

In a grid a range is ``count`` evenly spaced values, both bounds included (one value: ``min``), and
a normal row ``count`` draws. A grid varies its last row fastest. The other samplings have as many
points as the design's ``count`` says, else as all rows with a ``count`` agree on.

There is no seed to give: draws are seeded by the design itself, so that preview and run agree and
the same design is the same points on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ionworks.doe.points import Design
from ionworks.doe.points import points as points_of
from ionworks.doe.reading import DesignError, read

__all__ = ["MAX_POINTS", "DesignError", "check", "count", "expand", "preview"]

MAX_POINTS = 10_000
"""Most points in one design."""


def check(design: Mapping[str, Any]) -> None:
    """Refuse a design that cannot be run.

    Parameters
    ----------
    design
        ``{"sampling": ..., "rows": [...], "count": ...}``, see the module's beginning.

    Raises
    ------
    DesignError
        With every problem by row and key; also if there are more than `MAX_POINTS` points.

    Examples
    --------
    >>> check({"sampling": "grid", "rows": [{"type": "discrete", "name": "T", "values": [1, 2]}]})
    """
    _runnable(design)


def count(design: Mapping[str, Any]) -> int:
    """Count the points of a design without making them.

    Parameters
    ----------
    design
        As for `check`; it may have more than `MAX_POINTS` points.

    Raises
    ------
    DesignError
        If the design is wrong.

    Examples
    --------
    >>> thickness = {"type": "range", "name": "L [m]", "min": 5e-5, "max": 1e-4, "count": 3}
    >>> rate = {"type": "discrete", "name": "Rate", "values": [0.5, 1]}
    >>> count({"sampling": "grid", "rows": [thickness, rate]})
    6
    """
    return read(design).count


def expand(design: Mapping[str, Any]) -> list[dict[str, float]]:
    """Make the points of a design; the same design always gives the same points.

    Parameters
    ----------
    design
        As for `check`.

    Returns
    -------
    list of dict
        One mapping of names to values a point, names in the order of the rows.

    Raises
    ------
    DesignError
        If the design is wrong, or has more than `MAX_POINTS` points.

    Examples
    --------
    >>> expand({"sampling": "grid", "rows": [{"type": "discrete", "name": "T", "values": [1, 2]}]})
    [{'T': 1.0}, {'T': 2.0}]
    """
    checked = _runnable(design)
    names = [row.name for row in checked.rows]
    return [dict(zip(names, point, strict=True)) for point in points_of(checked)]


def preview(design: Mapping[str, Any]) -> Any:
    """Show the points of a design as a frame, one row a point, one column a parameter.

    Parameters
    ----------
    design
        As for `check`.

    Returns
    -------
    DataFrame
        In the user's backend, polars by default.

    Raises
    ------
    DesignError
        If the design is wrong, or has more than `MAX_POINTS` points.

    Examples
    --------
    >>> row = {"type": "range", "name": "T [degC]", "min": 0, "max": 40, "count": 5}
    >>> preview({"sampling": "grid", "rows": [row]}).shape
    (5, 1)
    """
    points = expand(design)

    import polars

    from ionworks.frames import to_user

    return to_user(polars.DataFrame(points, schema=dict.fromkeys(points[0], polars.Float64)))


def _runnable(design: Mapping[str, Any]) -> Design:
    checked = read(design)
    if checked.count > MAX_POINTS:
        message = f"The design has {checked.count:,} points; the limit is {MAX_POINTS:,}."
        raise DesignError([("rows" if checked.sampling == "grid" else "count", message)])
    return checked
