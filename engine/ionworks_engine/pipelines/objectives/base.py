"""What an objective is: measured numbers, and a model that computes the same ones.

Fits, validations, confidence intervals and sensitivities know objectives by this interface only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Plot: TypeAlias = dict[str, Any]


class SolveError(Exception):
    """The model has no answer at these values.

    Parameters
    ----------
    message
        In the solver's words.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@runtime_checkable
class Objective(Protocol):
    """Measured numbers beside a model of them.

    All arrays are one-dimensional. Those of one variable have the same length in
    :attr:`variables` and in what :meth:`evaluate` returns; different variables may differ.
    """

    @property
    def variables(self) -> Mapping[str, Floats]:
        """The measured numbers by variable, whose names carry their units; NaN where missing."""
        ...

    @property
    def inputs(self) -> frozenset[str]:
        """Which of the names that a fit may set change what :meth:`evaluate` returns."""
        ...

    @property
    def default_cost(self) -> Mapping[str, Any] | None:
        """The configuration of the cost this is meant for, if it has one of its own."""
        ...

    @property
    def variable_weights(self) -> Mapping[str, float]:
        """Weights of variables where a cost is given none; those not named weigh 1."""
        ...

    def evaluate(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Compute the model's numbers.

        Parameters
        ----------
        values
            Of the free names, in the units their names carry. Names that :attr:`inputs` does not
            hold may be there and change nothing.

        Returns
        -------
        dict of str to ndarray
            By variable, as long as the measured ones; NaN where the model does not get to.

        Raises
        ------
        SolveError
            If the model has no answer at these values.
        """
        ...

    def derivatives(
        self, values: Mapping[str, float], names: Sequence[str]
    ) -> tuple[dict[str, Floats], dict[str, Floats]] | None:
        """Compute the model's numbers and how they change with some of the values.

        Returns
        -------
        tuple of dict, or None
            As :meth:`evaluate` gives, and by variable an array of shape ``(n, len(names))``; zero
            for names that are no input. ``None`` where exact derivatives are not offered.

        Raises
        ------
        SolveError
            If the model has no answer at these values.
        """
        ...

    def channels(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return what to tabulate: the independent column first, then data and model.

        Names are ``"<variable> (data)"`` and ``"<variable> (model)"``; all have equal lengths.
        """
        ...

    def plots(self, values: Mapping[str, float]) -> list[Plot]:
        """Return plots of data and model: ``{"type", "traces": [{"name", "x", "y"}], "layout"}``.

        Names of traces begin with ``Data``, ``Model`` or ``Error``. Axes carry titles with units.
        """
        ...


@runtime_checkable
class Implying(Protocol):
    """An objective whose model uses more, or other, than what a fit sets."""

    def implied(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return what follows from fitted values: parameters by name, for later elements."""
        ...


def side_by_side(
    axis: str, places: Floats, data: Mapping[str, Floats], model: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Return the channels of variables that share one independent column.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(1)
    >>> list(side_by_side("Time [s]", one, {"Voltage [V]": one}, {"Voltage [V]": one}))
    ['Time [s]', 'Voltage [V] (data)', 'Voltage [V] (model)']
    """
    channels = {axis: places}
    for name, measured in data.items():
        channels[f"{name} (data)"] = measured
        channels[f"{name} (model)"] = model[name]
    return channels


def line_plot(
    kind: str, axis: str, places: Floats, variable: str, data: Floats, model: Floats
) -> Plot:
    """Return the plot of one variable over an independent column.

    Parameters
    ----------
    kind
        What the objective calls itself.
    axis, places
        Title and values of the horizontal axis.
    variable, data, model
        Title of the vertical axis, and what is drawn.
    """
    return {
        "type": kind,
        "traces": [trace("Data", places, data), trace("Model", places, model)],
        "layout": layout(axis, variable),
    }


def trace(name: str, x: Floats, y: Floats) -> dict[str, Any]:
    """Return one line of a plot; a number that is none becomes ``None``, as JSON wants it."""
    return {"name": name, "x": _listed(x), "y": _listed(y)}


def layout(x_title: str, y_title: str) -> dict[str, Any]:
    """Return the titles of both axes."""
    return {
        "xaxis": {"title": {"text": x_title}},
        "yaxis": {"title": {"text": y_title}},
    }


def _listed(values: Floats) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in values.tolist()]
