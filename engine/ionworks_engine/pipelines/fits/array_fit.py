"""A fit for every value of an independent variable: the parameters against it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import PipelineError, refuse
from ionworks_engine.pipelines.fits import data_fit
from ionworks_engine.pipelines.results import Finished
from ionworks_engine.pipelines.values import write_values


def fit(element: Mapping[str, Any], context: Context) -> Finished:
    """Fit the same parameters at each value of an independent variable.

    Parameters
    ----------
    element
        An ``array_data_fit`` as on the wire: ``objectives`` by value of the independent variable.
    context
        What the elements before it gave.

    Returns
    -------
    Finished
        Every parameter is an array of two rows: the independent variable, rising, and the
        parameter. ``children`` are the fits in the same order, each with its value under
        ``independent_variable``; the cost is the sum of theirs.

    Raises
    ------
    PipelineError
        If a key is no number, or one of the fits fails.
    """
    keys = _keys(element.get("objectives"), context.place("objectives"))
    fits: dict[float, tuple[str, Finished]] = {}
    for value, label in sorted(keys.items()):
        one = {**element, "objectives": {label: element["objectives"][label]}}
        try:
            fits[value] = label, data_fit.fit(one, context)
        except PipelineError as error:
            raise PipelineError(error.code, f"at {label!r}: {error.message}") from error
    return _gathered(fits)


def _keys(objectives: Any, where: str) -> dict[float, str]:
    """Return the labels of the objectives by the number that each stands for."""
    if not isinstance(objectives, Mapping) or not objectives:
        raise refuse(
            where, "must be a mapping from values of the independent variable to objectives"
        )
    found: dict[float, str] = {}
    for label in objectives:
        try:
            value = float(label)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise refuse(
                f"{where}.{label}",
                "the keys of an array fit are the values of its "
                f"independent variable; {label!r} is no number",
            )
        if value in found:
            raise refuse(f"{where}.{label}", f"is the same number as {found[value]!r}")
        found[value] = label
    return found


def _gathered(fits: Mapping[float, tuple[str, Finished]]) -> Finished:
    keys = np.array(list(fits))
    ends = [one for _, one in fits.values()]
    names = [n for n, v in ends[0].values.items() if isinstance(v, float)]
    values = {name: np.vstack([keys, [float(end.values[name]) for end in ends]]) for name in names}
    costs = [end.best_cost or 0.0 for end in ends]
    children = [
        {**end.result, "independent_variable": key}
        for key, end in zip(keys.tolist(), ends, strict=True)
    ]
    result = {
        "type": "ParameterEstimatorResult",
        "parameter_values": write_values(values),
        "cost": float(sum(costs)),
        "samples": None,
        "costs": costs,
        "initial_guess": children[0]["initial_guess"],
        "job_id": None,
        "children": children,
    }
    return Finished(
        result=result,
        values=values,
        metadata=_metadata(fits),
        series={label: found for end in ends for label, found in end.series.items()},
        plots={label: found for end in ends for label, found in end.plots.items()},
        best_cost=float(sum(costs)),
    )


def _metadata(fits: Mapping[float, tuple[str, Finished]]) -> dict[str, Any]:
    """Return the traces one after another, each row saying where it is, and sums of counts."""
    ends = [(label, end.metadata) for label, end in fits.values()]
    manifests = [
        told["validation_plot_config"]["objectives"]
        for _, told in ends
        if "validation_plot_config" in told
    ]
    rows = [
        {**row, "objective": label} for label, told in ends for row in told["intermediate_results"]
    ]
    first = next((told["first_failure"] for _, told in ends if told["first_failure"]), None)
    return {
        "intermediate_results": rows,
        "failures": sum(told["failures"] for _, told in ends),
        "first_failure": first,
        "evaluations": sum(told["evaluations"] for _, told in ends),
        "validation_plot_config": {
            "objectives": {label: one for found in manifests for label, one in found.items()}
        },
    }
