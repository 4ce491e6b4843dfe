"""Arrhenius laws from values at several temperatures.

ln y = ln y_ref + E / R (1 / T_ref - 1 / T), by least squares, for every column of the data but the
temperature.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.calculations.naming import REFERENCE_TEMPERATURE
from ionworks_engine.pipelines.calculations.reading import Asked, Values, calculations
from ionworks_engine.pipelines.entries.arrhenius import arrhenius, butler_volmer
from ionworks_engine.pipelines.entries.calls import called_with
from ionworks_engine.pipelines.entries.calls import problems as unfit
from ionworks_engine.pipelines.entries.catalogue import COLDEST
from ionworks_engine.pipelines.values import Floats

TEMPERATURE = "Temperature [K]"
_GAS = float(pybamm.constants.R.value)
_ROOM = 298.15
_REFERENCE = "reference "
_CURRENT = "exchange-current density ["
_TRANSPORT = re.compile(
    r"(?i)(particle.* diffusivity|electrolyte diffusivity|(electrolyte|electrode) conductivity) \["
)
_WHAT = re.compile(r"(diffusivity|conductivity|exchange-current density) \[")


@dataclass(frozen=True)
class Law:
    """The names of an Arrhenius law.

    Parameters
    ----------
    of
        The quantity as a function.
    at_reference
        Its value at the reference temperature.
    energy
        Its activation energy in J/mol; below 0 for what falls with the temperature.

    Examples
    --------
    >>> Law.of_column("Positive particle diffusivity [m2.s-1]").at_reference
    'Positive particle reference diffusivity [m2.s-1]'
    """

    of: str
    at_reference: str
    energy: str

    @classmethod
    def of_column(cls, column: str) -> Law:
        """Name the law of a quantity as the named entries do, where they have it.

        An exchange-current density that is not named a reference value was measured at some
        stoichiometry: its law has no dependence on concentrations.
        """
        name = column.replace(_REFERENCE, "", 1)
        stem, bracket, unit = name.rpartition(" [")
        stem = stem if bracket else name
        if _CURRENT in name:
            energy = name[: name.index(_CURRENT)] + "reaction activation energy [J.mol-1]"
        else:
            energy = f"{stem} activation energy [J.mol-1]"
        what = _WHAT.search(name)
        if what and (_TRANSPORT.search(name) or (column != name and _CURRENT in name)):
            return cls(name, f"{name[: what.start()]}{_REFERENCE}{name[what.start() :]}", energy)
        unit = bracket + unit if bracket else ""
        return cls(name, f"{stem} at reference temperature{unit}", energy)

    def function(self) -> Callable[..., Any]:
        """Return the quantity as PyBaMM calls it; reference value and energy stay parameters."""
        if _CURRENT in self.of and _REFERENCE + _CURRENT in self.at_reference:
            return butler_volmer(self.at_reference, self.energy)

        def at(temperature: Any) -> Any:
            return pybamm.Parameter(self.at_reference) * arrhenius(temperature, self.energy)

        return called_with(self.of, [TEMPERATURE], at)


def _log_linear(asked: Asked) -> Values:
    """Return reference value and activation energy of every column."""
    table = asked.data()
    (temperatures,) = asked.table(TEMPERATURE)
    columns = [name for name in table.columns if name != TEMPERATURE]
    if not columns:
        raise asked.refuse("data", f"must have a column beside {TEMPERATURE!r}")
    if not np.all(temperatures >= COLDEST):
        words = f"must be above {COLDEST:g} K in every row, but holds {np.min(temperatures):g}"
        raise asked.refuse("data", f"{TEMPERATURE!r} {words}")
    reference = _reference(asked, temperatures)
    values: Values = {REFERENCE_TEMPERATURE: reference}
    for column in columns:
        law = Law.of_column(column)
        at_reference, energy = _fitted(asked, column, temperatures, table.column(column), reference)
        values |= {law.at_reference: at_reference, law.energy: energy}
        if asked.setting("include_func", False):
            for _, message in unfit(law.of, {TEMPERATURE: TEMPERATURE}):
                raise asked.refuse("include_func", message)
            values[law.of] = law.function()
    return values


def _reference(asked: Asked, temperatures: Floats) -> float:
    """Return the reference temperature: as asked, as given, or the data's nearest to 25 C."""
    asked_for = asked.settings.get("reference_temperature")
    if asked_for is None and REFERENCE_TEMPERATURE not in asked.given:
        nearest = float(temperatures[np.argmin(np.abs(temperatures - _ROOM))])
        asked.context.assume(f"{REFERENCE_TEMPERATURE!r} was taken as {nearest:g}, from the data.")
        return nearest
    if asked_for is None:
        return asked.positives(REFERENCE_TEMPERATURE)[0]
    reference = asked.real("reference_temperature", asked_for)
    if reference < COLDEST:
        message = f"must be a temperature in K, not below {COLDEST:g} K: {reference:g}"
        raise asked.refuse("reference_temperature", message)
    given = asked.given.get(REFERENCE_TEMPERATURE)
    if isinstance(given, float) and given != reference:
        raise asked.refuse(
            "reference_temperature",
            f"is {reference:g} K, but {REFERENCE_TEMPERATURE!r} was given as {given:g} K, at which "
            "the other parameters stand",
        )
    return reference


def _fitted(
    asked: Asked, column: str, temperatures: Floats, values: Floats, reference: float
) -> tuple[float, float]:
    there = np.isfinite(temperatures) & np.isfinite(values)
    x, y = 1 / reference - 1 / temperatures[there], values[there]
    if np.unique(x).size < 2:
        raise asked.refuse("data", f"{column!r} needs values at two different temperatures")
    if np.any(y <= 0):
        raise asked.refuse("data", f"{column!r} must be above 0, but holds {y.min():g}")
    slope, intercept = np.polyfit(x, np.log(y), 1)
    return float(np.exp(intercept)), float(slope) * _GAS


CALCULATIONS = calculations({"ArrheniusLogLinear": _log_linear})
