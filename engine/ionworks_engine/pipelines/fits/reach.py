"""Where a model does not follow the data: it starts elsewhere, ends before, or leaves all range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ionworks_engine.pipelines.names import unit_of
from ionworks_engine.pipelines.objectives.base import Floats, Objective
from ionworks_engine.pipelines.objectives.current_driven import OverTime

_FAR = 10.0
"""How many times the largest voltage that was measured no model of a cell comes to."""
_OFF_AT_START = 5e-3
"""From how far off at the first point on it is said [V]."""
_ABOVE_NOISE = 5.0
"""How many deviations of the noise, too: a single point decides."""
_STILL_OFF = 0.2
"""What of it is left at the next point: a first row of the rest before says nothing of a start."""
_DEVIATIONS = 1.4826 / 2**0.5
"""Deviations of noise in the median step from one point to the next."""


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
    """Say that the state a model starts from may not be that of the data."""
    errors = model - data
    if len(errors) < 3 or not np.isfinite(errors[:2]).all() or errors[0] == 0:
        return
    noise = _DEVIATIONS * float(np.nanmedian(np.abs(np.diff(errors))))
    is_off = abs(errors[0]) > max(_OFF_AT_START, _ABOVE_NOISE * noise)
    if is_off and errors[1] / errors[0] > _STILL_OFF:
        yield (
            f"The model of {label!r} starts at {model[0]:.4g} V where {data[0]:.4g} V was "
            f"measured, {1e3 * abs(errors[0]):.3g} mV off: it may start from another state than "
            "the data, or lack a resistance, and fitted values make up for that. Among the "
            "parameters of the objective 'Initial SOC [%]' or 'Initial voltage [V]' (an open-"
            "circuit voltage) say where it starts."
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
