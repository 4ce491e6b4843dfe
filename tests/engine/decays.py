"""An objective in closed form, for tests of fits: a decay, without any solver."""

import numpy as np
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.objectives.base import SolveError, line_plot, side_by_side
from ionworks_engine.pipelines.values import ParameterSet

DECAY = "Height [V]"
RATE = "Rate [s-1]"
VARIABLE = "Voltage [V]"
TIMES = np.linspace(0.0, 2.0, 41)


def decay(height=3.0, rate=0.7, times=TIMES):
    return height * np.exp(-rate * times)


class Decay:
    """``height * exp(-rate * t)``; fails where the rate is above `breaks`."""

    def __init__(
        self, data, given=None, *, times=TIMES, exact=True, breaks=np.inf, reach=np.inf, extra=None
    ):
        self._given = dict(given or {})
        self._times = times
        self._exact = exact
        self._breaks = breaks
        self._reach = reach
        self.variables = {VARIABLE: np.asarray(data, dtype=float), **(extra or {})}
        self.inputs = frozenset({DECAY, RATE})
        self.default_cost = None
        self.variable_weights = {}
        self.solves = 0

    def evaluate(self, values):
        self.solves += 1
        height, rate = self._read(values)
        model = height * np.exp(-rate * self._times)
        model = np.where(self._times > self._reach, np.nan, model)
        return {name: model if name == VARIABLE else model**2 for name in self.variables}

    def derivatives(self, values, names):
        if not self._exact:
            return None
        height, rate = self._read(values)
        fall = np.exp(-rate * self._times)
        slopes = {DECAY: fall, RATE: -height * self._times * fall}
        none = np.zeros_like(fall)
        columns = [slopes.get(name, none) for name in names]
        return self.evaluate(values), {VARIABLE: np.column_stack(columns)}

    def channels(self, values):
        return side_by_side("Time [s]", self._times, self.variables, self.evaluate(values))

    def plots(self, values):
        model = self.evaluate(values)[VARIABLE]
        data = self.variables[VARIABLE]
        return [line_plot("CurrentDriven", "Time [s]", self._times, VARIABLE, data, model)]

    def _read(self, values):
        height, rate = (values.get(name, self._given.get(name)) for name in (DECAY, RATE))
        if rate > self._breaks:
            raise SolveError("the rate is too high for the solver")
        return height, rate


def built(monkeypatch, makers):
    """Let objectives be made from their labels; return those that were made."""
    made = {}

    def build(label, _, context, __):
        given = {n: context.given.get(n) for n in (DECAY, RATE)}
        made[label] = makers[label](given)
        return made[label]

    for module in ("fits.assembly", "validation"):
        monkeypatch.setattr(f"ionworks_engine.pipelines.{module}.build", build)
    return made


def context(values=None, **more):
    return Context(ParameterSet(values or {}), where="elements.fit", **more)
