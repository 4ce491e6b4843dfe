"""Impedance spectra: the linear response of a model at rest beside a measured spectrum.

``Z_Im [Ohm]`` is negative for capacitive arcs. A lithium-ion model without a double layer shows its
charge transfer as a resistance without an arc, so that one is given PyBaMM's, by its option
``"surface form": "differential"``, as :class:`pybamm.EISSimulation` asks for; that is noted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.data import Table
from ionworks_engine.pipelines.errors import refuse, words_of
from ionworks_engine.pipelines.models import Chosen
from ionworks_engine.pipelines.objectives.base import Floats, Plot, layout, side_by_side, trace
from ionworks_engine.pipelines.objectives.compiled import Inputs, machine_for
from ionworks_engine.pipelines.objectives.driven import VOLTAGE, chosen_for, read_options
from ionworks_engine.pipelines.solving.response import Response

FREQUENCY, REAL, IMAGINARY = "Frequency [Hz]", "Z_Re [Ohm]", "Z_Im [Ohm]"
OPTIONS = ("model", "parameterized_model_id", "simulation_kwargs")
_FORM = "surface form"
_STEP = 1e-5


class ImpedanceSpectrum:
    """Real and imaginary part of an impedance over frequency.

    Parameters
    ----------
    chosen
        Model and parameters.
    table
        The data.
    free
        Start values of the names a fit may set.
    """

    default_cost: Mapping[str, Any] | None = None

    def __init__(self, chosen: Chosen, table: Table, free: Mapping[str, float]) -> None:
        self._frequencies = table.column(FREQUENCY)
        if not (self._frequencies > 0).all():
            raise refuse(table.where, f"column {FREQUENCY!r} must hold numbers greater than 0")
        self.variables: Mapping[str, Floats] = {
            name: table.column(name) for name in (REAL, IMAGINARY)
        }
        self.variable_weights: Mapping[str, float] = {}
        self._inputs = Inputs(chosen, free)
        machine = machine_for(chosen, self._inputs.wanted, (VOLTAGE,))
        self._equations = machine.equations
        self._response = Response(self._equations)
        self.inputs = self._inputs.used_by(machine, (VOLTAGE,))

    def evaluate(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return real and imaginary part in Ohm at the measured frequencies."""
        told = self._equations.filled(self._inputs.at(values))
        found = self._response.impedances(told, self._frequencies)
        return {REAL: np.ascontiguousarray(found.real), IMAGINARY: np.ascontiguousarray(found.imag)}

    def derivatives(
        self, values: Mapping[str, float], names: Sequence[str]
    ) -> tuple[dict[str, Floats], dict[str, Floats]] | None:
        """Return real and imaginary part, and how they change, by central differences.

        What is differentiated solves linear equations exactly, so that these are good to about a
        part in 10^7.
        """
        columns = {name: np.zeros((self._frequencies.size, len(names))) for name in self.variables}
        for place, name in enumerate(names):
            if name not in self.inputs:
                continue
            step = _STEP * abs(values[name]) or _STEP
            above, below = (
                self.evaluate({**values, name: values[name] + side}) for side in (step, -step)
            )
            for variable, column in columns.items():
                column[:, place] = (above[variable] - below[variable]) / (2 * step)
        return self.evaluate(values), columns

    def channels(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return frequency, and data and model of both parts."""
        return side_by_side(FREQUENCY, self._frequencies, self.variables, self.evaluate(values))

    def plots(self, values: Mapping[str, float]) -> list[Plot]:
        """Return a Nyquist plot, the negative imaginary part upwards."""
        model = self.evaluate(values)
        traces = [
            trace(name, parts[REAL], -parts[IMAGINARY])
            for name, parts in (("Data", self.variables), ("Model", model))
        ]
        return [{"type": "EIS", "traces": traces, "layout": layout(REAL, "-Z_Im [Ohm]")}]


def _eis(
    settings: Mapping[str, Any], context: Context, free: Mapping[str, float]
) -> ImpedanceSpectrum:
    """Build an objective of type ``EIS``."""
    read_options(settings, OPTIONS, context.where)
    chosen, table = chosen_for(settings, context)
    return ImpedanceSpectrum(_with_double_layer(chosen, context), table, free)


def _with_double_layer(chosen: Chosen, context: Context) -> Chosen:
    options = getattr(chosen.model, "options", None) or {}
    if not isinstance(chosen.model, pybamm.BaseBatteryModel) or options.get(_FORM) != "false":
        return chosen
    kind = type(chosen.model)
    try:
        model = kind(options={**options, _FORM: "differential"})
    except (pybamm.OptionError, TypeError, KeyError, ValueError) as error:
        message = f"{kind.__name__} cannot be given a double layer: {words_of(error)}"
        raise refuse(context.where, f"{message}; give it the option {_FORM!r}") from None
    context.assume(
        f"{context.where}: {kind.__name__} has no double layer; "
        f"it was given PyBaMM's, with the option '{_FORM}': 'differential'"
    )
    return replace(chosen, model=model, key=f"{chosen.key} with a double layer")


OBJECTIVES: Mapping[
    str, Callable[[Mapping[str, Any], Context, Mapping[str, float]], ImpedanceSpectrum]
] = {"EIS": _eis}
