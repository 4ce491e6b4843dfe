"""What a calculation was asked: its settings, checked, and the values given before it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeAlias

from ionworks_engine.pipelines.calculations.catalogue import kind_of, problems
from ionworks_engine.pipelines.calculations.naming import Electrode
from ionworks_engine.pipelines.errors import MissingParametersError, PipelineError, refuse

if TYPE_CHECKING:
    from ionworks_engine.pipelines.context import Context
    from ionworks_engine.pipelines.data import Table
    from ionworks_engine.pipelines.values import Floats, ParameterSet

Values: TypeAlias = dict[str, Any]


class Asked:
    """A calculation's settings and the values given before it.

    Parameters
    ----------
    settings
        The element as submitted.
    context
        What the pipeline has so far.

    Raises
    ------
    PipelineError
        For settings that the type does not have.
    """

    def __init__(self, settings: Mapping[str, Any], context: Context) -> None:
        for path, message in problems(settings):
            raise refuse(context.place(path), message)
        self.settings = settings
        self.context = context
        self.kind: str = kind_of(settings)
        self.options: Mapping[str, Any] = settings.get("options") or {}

    @property
    def given(self) -> ParameterSet:
        """The values given before."""
        return self.context.given

    @property
    def electrode(self) -> Electrode:
        """The electrode that the settings name."""
        return Electrode.of(self.settings)

    @property
    def electrodes(self) -> tuple[Electrode, ...]:
        """The electrode that the settings name, or both."""
        side = self.settings["electrode"]
        sides = ("negative", "positive") if side == "both" else (side,)
        return tuple(Electrode.of({**self.settings, "electrode": side}) for side in sides)

    def tell_side(self) -> None:
        """Note how states of charge are counted where the electrode has no side."""
        if self.electrode.side == "lumped":
            self.context.assume(
                "States of charge of the lumped electrode were counted as a negative electrode's: "
                "it has the most lithium at 100 %."
            )

    def option(self, name: str, default: Any) -> Any:
        """Return an option, or its default where it is absent or null."""
        value = self.options.get(name)
        return default if value is None else value

    def setting(self, name: str, default: Any) -> Any:
        """Return a setting, or its default where it is absent or null."""
        value = self.settings.get(name)
        return default if value is None else value

    def real(self, name: str, value: Any) -> float:
        """Return a setting as a finite number."""
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            raise self.refuse(name, f"must be a finite number, not {value!r}")
        return float(value)

    def refuse(self, path: str, message: str) -> PipelineError:
        """Make the error of a setting."""
        return refuse(self.context.place(path), message)

    @property
    def subject(self) -> str:
        """Who lacks something, for messages; they begin with the element's name."""
        return "it" if self._named_so else self.kind

    def lacking(self, names: Iterable[str]) -> MissingParametersError:
        """Make the error of parameters that are missing."""
        return MissingParametersError(names, self.subject)

    def need(self, *names: str) -> None:
        """Refuse to go on without parameters, naming all that are missing."""
        missing = [name for name in names if name not in self.given]
        if missing:
            raise self.lacking(missing)

    def numbers(self, *names: str) -> tuple[float, ...]:
        """Return parameters as numbers of either sign."""
        return self.given.numbers(*names, what=self.subject)

    def positives(self, *names: str) -> tuple[float, ...]:
        """Return parameters as numbers above 0."""
        values = self.numbers(*names)
        self._hold(names, values, lambda value: value > 0, "above 0")
        return values

    def fractions(self, *names: str) -> tuple[float, ...]:
        """Return parameters as numbers from 0 to 1."""
        values = self.numbers(*names)
        self._hold(names, values, lambda value: 0 <= value <= 1, "from 0 to 1")
        return values

    def table(self, *columns: str) -> tuple[Floats, ...]:
        """Return columns of the data; all that are missing are named at once."""
        return columns_of(self.data(), columns)

    def data(self) -> Table:
        """Return the data."""
        return self.context.table(self.settings["data"])

    def between(self, values: Values) -> Values:
        """Return computed volume fractions; refuse those that no electrode can have."""
        self._hold(values, values.values(), lambda value: 0 < value < 1, "between 0 and 1")
        return values

    def _hold(
        self,
        names: Iterable[str],
        values: Iterable[float],
        holds: Callable[[float], bool],
        words: str,
    ) -> None:
        wrong = [
            f"{name!r} is {value:g}"
            for name, value in zip(names, values, strict=True)
            if not (math.isfinite(value) and holds(value))
        ]
        if wrong:
            listed = ", ".join(wrong)
            own = "" if self._named_so else f"{self.kind}: "
            raise refuse(self.context.where, f"{own}must be {words}: {listed}")

    @property
    def _named_so(self) -> bool:
        """Whether the element's name, which messages begin with, is the type."""
        return self.context.where.rpartition(".")[2] == self.kind


Calculation: TypeAlias = Callable[[Asked], Values]


def calculation(function: Calculation) -> Callable[[Mapping[str, Any], Context], Values]:
    """Let a function of what was asked be called with settings and a context."""

    @wraps(function)
    def calculate(settings: Mapping[str, Any], context: Context) -> Values:
        return function(Asked(settings, context))

    return calculate


def calculations(
    functions: Mapping[str, Calculation],
) -> dict[str, Callable[[Mapping[str, Any], Context], Values]]:
    """Make a module's ``CALCULATIONS`` from functions of what was asked."""
    return {name: calculation(function) for name, function in functions.items()}


def columns_of(table: Table, columns: tuple[str, ...]) -> tuple[Floats, ...]:
    """Return columns of a table; all that are missing are named at once."""
    missing = [name for name in columns if not table.has(name)]
    if len(missing) > 1:
        listed = ", ".join(map(repr, missing))
        there = ", ".join(map(repr, table.columns)) or "no columns"
        raise refuse(table.where, f"lacks the columns {listed}; there are {there}")
    return tuple(table.column(name) for name in columns)
