"""Integrals and means over the time of each step, by the trapezoid, from the points measured.

What lies between the last row of a step and the first of the next belongs to neither. A point that
was not measured is passed over: the trapezoid spans it.
"""

from __future__ import annotations

import polars as pl

GROUP = "__group"
TIME = "Time [s]"


def over_steps(rows: pl.DataFrame, value: pl.Expr) -> pl.DataFrame:
    """Integrate a value over each step.

    Parameters
    ----------
    rows
        A series with ``Time [s]``, and the number of each row's step as `GROUP`.
    value
        What is integrated.

    Returns
    -------
    polars.DataFrame
        For each step of ``rows`` in turn: `GROUP`, the integrals over hours of what is ``above``
        zero and, with its sign turned, ``below``, and the ``mean`` over time; of a step without a
        duration the mean of its rows. All are null where nothing was measured at a known time,
        but for that mean.

    Examples
    --------
    >>> hour = {"Time [s]": [0.0, 1800.0, 3600.0], "__group": [0, 0, 0], "I": [2.0, 1.0, 0.0]}
    >>> over_steps(pl.DataFrame(hour), pl.col("I")).row(0)
    (0, 1.0, 0.0, 1.0)
    """
    points = rows.lazy().select(GROUP, pl.col(TIME), value.alias("value")).drop_nulls()
    hours = pl.col(TIME).diff() / 3600
    same_step = pl.col(GROUP) == pl.col(GROUP).shift(1)
    areas = {
        "above": _trapezoid(pl.col("value").clip(lower_bound=0), hours),
        "below": _trapezoid((-pl.col("value")).clip(lower_bound=0), hours),
        "hours": hours,
    }
    spans = [pl.when(same_step).then(a).otherwise(0.0).alias(name) for name, a in areas.items()]
    integrals = points.select(GROUP, *spans).group_by(GROUP).agg(pl.col(*areas).sum())
    means = rows.lazy().group_by(GROUP, maintain_order=True).agg(value.mean().alias("mean"))
    over_time = (pl.col("above") - pl.col("below")) / pl.col("hours")
    return (
        means.join(integrals, on=GROUP, how="left", maintain_order="left")
        .with_columns(pl.when(pl.col("hours") > 0).then(over_time).otherwise("mean").alias("mean"))
        .select(GROUP, "above", "below", "mean")
        .collect()
    )


def _trapezoid(part: pl.Expr, hours: pl.Expr) -> pl.Expr:
    return (part + part.shift(1)) / 2 * hours
