"""Where a model does not follow the data: it starts elsewhere, ends before, or leaves all range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ionworks_engine.pipelines.names import unit_of
from ionworks_engine.pipelines.objectives.base import Floats, Objective
from ionworks_engine.pipelines.objectives.current_driven import OverTime

_FAR = 10.0
"""How many times the largest voltage that was measured no model of a cell comes to."""
_FURTHER = 1.5
"""How many times as far off as on the whole a first point is that tells of a wrong start."""
_OFF_AT_START = 5e-3
"""From how far off at the first point on it is said [V]: noise is less."""


def strays(label: str, objective: Objective, model: Mapping[str, Floats]) -> Iterator[str]:
    """Say where a model does not follow the data, a sentence for each variable and reason.

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
            if isinstance(objective, OverTime):
                yield from _off_at_start(label, data, computed)


def _off_at_start(label: str, data: Floats, model: Floats) -> Iterator[str]:
    """Say that the state a model starts from may not be that of the data.

    What is fitted makes up for it elsewhere, so the first point is further off than the rest.
    """
    errors = (model - data)[np.isfinite(model) & np.isfinite(data)]
    if not len(errors) or not np.isfinite(model[0] - data[0]):
        return
    spread = float(np.sqrt(np.mean(errors**2)))
    if abs(errors[0]) > max(_OFF_AT_START, _FURTHER * spread):
        yield (
            f"The model of {label!r} starts at {model[0]:.4g} V where {data[0]:.4g} V was "
            f"measured, {1e3 * abs(errors[0]):.3g} mV off, and is {1e3 * spread:.2g} mV off over "
            "all points (RMS): it may start from another state than the data, for which fitted "
            "values make up. Set the initial state, by an 'InitialSOC' calculation or by the "
            "initial concentrations, to that of the data."
        )


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
