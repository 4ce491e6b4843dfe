"""Where a model starts: its initial concentrations, or a state of charge or a voltage.

``Initial SOC [%]`` and ``Initial voltage [V]`` win over the initial concentrations, which then
follow from them by the electrode balance (:mod:`ionworks_engine.battery.balance`) at every
evaluation that moves it, unless a fit sets an initial concentration itself. The voltage is the
open-circuit voltage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ionworks_engine.battery.balance import origin, state_parameters
from ionworks_engine.battery.cells import Cell
from ionworks_engine.battery.errors import BatteryError
from ionworks_engine.pipelines.errors import refuse
from ionworks_engine.pipelines.objectives.base import SolveError

SOC, VOLTAGE = "Initial SOC [%]", "Initial voltage [V]"
_STEP = 1e-4


class Start:
    """The initial state that a state of charge or a voltage stands for.

    Parameters
    ----------
    cell
        Model and parameters.
    entry
        :data:`SOC` or :data:`VOLTAGE`.
    values
        Numbers of the names that may change, at which it is tried.
    where
        Key path for messages.

    Raises
    ------
    PipelineError
        If the model has no such state there.
    """

    def __init__(self, cell: Cell, entry: str, values: Mapping[str, float], where: str) -> None:
        self._cell = cell
        self._entry = entry
        try:
            before = self._found(values)
        except BatteryError as error:
            raise refuse(where, f"{entry!r}: {error.message}") from None
        self.names = frozenset(before)
        self.inputs = frozenset(
            name for name in values if name == entry or self._moves(name, values, before)
        )

    def _moves(self, name: str, values: Mapping[str, float], before: Mapping[str, float]) -> bool:
        """Say whether a name changes the state, by changing it a little."""
        try:
            return self._found({**values, name: values[name] * 1.01 or 0.01}) != before
        except BatteryError:
            return True

    def _found(self, values: Mapping[str, float]) -> dict[str, float]:
        wanted = (
            values[self._entry]
            if self._entry in values
            else float(self._cell.parameters[self._entry])
        )
        soc, voltage = (wanted / 100, None) if self._entry == SOC else (None, wanted)
        own = _own_state(self._cell.model)
        if own is not None and soc is not None and 0 <= soc <= 1:
            return {own: soc}
        known = self._cell.parameters.keys()
        design = {name: values[name] for name in values if name in known and name != self._entry}
        return dict(origin(self._cell, design, soc, voltage).parameters)

    def at(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return the initial state at some values.

        Raises
        ------
        SolveError
            If there is none.
        """
        try:
            return self._found({name: values[name] for name in self.inputs})
        except BatteryError as error:
            raise SolveError(error.message) from None

    def slopes(self, values: Mapping[str, float], name: str) -> dict[str, float]:
        """Return how the initial state changes with a value, by central differences."""
        if name not in self.inputs:
            return dict.fromkeys(self.names, 0.0)
        step = _STEP * abs(values[name]) or _STEP
        above, below = (self.at({**values, name: values[name] + s}) for s in (step, -step))
        return {each: (above[each] - below[each]) / (2 * step) for each in self.names}


def start_of(
    cell: Cell, own: Mapping[str, float], values: Mapping[str, float], where: str
) -> Start | None:
    """Return the state that an entry asks for; ``None``: the parameter set's own concentrations.

    Parameters
    ----------
    cell
        Model and parameters, in which the entries stand that hold for all objectives.
    own
        Numbers that only this objective has; they win.
    values
        Numbers of all names that may change, those among them.
    where
        Key path for messages.
    """
    if (state_parameters(cell) | {_own_state(cell.model)}) & values.keys():
        return None
    for names in (own, {**cell.parameters, **values}):
        asked = [entry for entry in (SOC, VOLTAGE) if entry in names]
        if len(asked) == 2:
            raise refuse(where, f"{SOC!r} and {VOLTAGE!r} are both given; leave one of them out")
        if asked:
            return Start(cell, asked[0], values, where)
    return None


def _own_state(model: Any) -> str | None:
    """Name the parameter of models that count their state of charge from a number."""
    name: str | None = getattr(model, "initial_soc", None)
    return name


def is_entry(name: Any) -> bool:
    """Say whether a name is that of an entry that asks for an initial state."""
    return name in (SOC, VOLTAGE)
