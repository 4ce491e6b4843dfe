"""Where a model does not follow the data: it ends before them, or leaves a cell's range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ionworks_engine.pipelines.names import unit_of
from ionworks_engine.pipelines.objectives.base import Floats, Objective

_FAR = 10.0
"""How many times the largest voltage that was measured no model of a cell comes to."""


def strays(label: str, objective: Objective, model: Mapping[str, Floats]) -> Iterator[str]:
    """Say at how many points a model does not follow the data, a sentence for each variable.

    Parameters
    ----------
    label
        Of the objective.
    objective
        With the data.
    model
        What it evaluated, by variable.
    """
    for variable, data in objective.variables.items():
        computed = model[variable]
        if len(computed) != len(data):
            continue
        measured = np.isfinite(data)
        lacking = int(np.sum(measured & ~np.isfinite(computed)))
        if lacking:
            yield (
                f"The model of {label!r} does not get to {lacking} of {int(measured.sum())} points "
                f"of {variable!r}; 'nan_values' (the mean of what it does compute, where the cost "
                "says nothing else) stands in for them."
            )
        if unit_of(variable) == "V":
            yield from _beyond(label, variable, data[measured], computed[measured])


def _beyond(label: str, variable: str, data: Floats, model: Floats) -> Iterator[str]:
    if not len(data):
        return
    far = np.isfinite(model) & (np.abs(model) > _FAR * np.abs(data).max())
    if far.any():
        worst = float(model[far][np.argmax(np.abs(model[far]))])
        yield (
            f"The model of {label!r} is beyond what a cell can do at {int(far.sum())} of "
            f"{len(data)} points of {variable!r} (it comes to {worst:.6g}, where {data.min():.4g} "
            f"to {data.max():.4g} were measured): how far it is off says nothing there. Check the "
            "sign and the size of the current, how long the data go on, and the capacity and the "
            "initial state of the cell."
        )
