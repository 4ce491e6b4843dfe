"""What is read from the cycles of a run: a small language of metrics.

    {"type": "First", "variable": name}            its value when a step begins
    {"type": "Last", "variable": name}             its value when a step ends
    {"type": "CyclewiseMetric", "step": k, "metric": m}   m of step k of each cycle, k from 0
    {"type": "ComposedMetric", "operation": "sub", "left": m, "right": m}   add, sub, mul or div

A metric that is in no ``CyclewiseMetric`` is of the whole cycle; ``left`` and ``right`` may be
numbers.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

from ionworks_engine.pipelines.errors import near, refuse

_OPERATIONS: Mapping[str, Callable[[float, float], float]] = MappingProxyType(
    {
        "add": operator.add,
        "sub": operator.sub,
        "mul": operator.mul,
        "div": operator.truediv,
    }
)
_TYPES = ("First", "Last", "CyclewiseMetric", "ComposedMetric")
_DEEPEST = 50


class Step(Protocol):
    """A step that was run, or several that follow each other."""

    def first(self, variable: str) -> float:
        """Return a variable when the step begins."""
        ...

    def last(self, variable: str) -> float:
        """Return a variable when the step ends."""
        ...


Cycle: TypeAlias = Sequence[Step]


class Metric(Protocol):
    """A number that is read from each cycle."""

    def of(self, cycle: Cycle) -> float:
        """Return the number of a cycle; NaN if the cycle lacks the step it is read from."""
        ...

    def variables(self) -> Iterator[str]:
        """Yield the names of the variables that it reads."""
        ...


@dataclass(frozen=True)
class Edge:
    """A variable at the begin or the end of a step, or of the cycle."""

    variable: str
    at_end: bool
    step: int | None = None

    def of(self, cycle: Cycle) -> float:
        """Return the variable."""
        if self.step is not None:
            if not -len(cycle) <= self.step < len(cycle):
                return float("nan")
            cycle = [cycle[self.step]]
        return cycle[-1].last(self.variable) if self.at_end else cycle[0].first(self.variable)

    def variables(self) -> Iterator[str]:
        """Yield the name of the variable."""
        yield self.variable


@dataclass(frozen=True)
class Composed:
    """Two metrics, put together."""

    operation: str
    left: Metric
    right: Metric

    def of(self, cycle: Cycle) -> float:
        """Return what the operation makes of both; NaN where it divides by zero."""
        try:
            return _OPERATIONS[self.operation](self.left.of(cycle), self.right.of(cycle))
        except ZeroDivisionError:
            return float("nan")

    def variables(self) -> Iterator[str]:
        """Yield the names that either reads."""
        yield from self.left.variables()
        yield from self.right.variables()


@dataclass(frozen=True)
class Constant:
    """A number."""

    value: float

    def of(self, cycle: Cycle) -> float:
        """Return the number."""
        del cycle
        return self.value

    def variables(self) -> Iterator[str]:
        """Yield nothing."""
        return iter(())


def read_metric(config: Any, where: str, step: int | None = None, depth: int = 0) -> Metric:
    """Read a metric.

    Parameters
    ----------
    config
        As in the description of this module.
    where
        Key path for messages.
    step
        The step that it is read from, if a metric around it says so.
    depth
        How deep it stands in others.

    Raises
    ------
    PipelineError
        Naming what is wrong with it.
    """
    if isinstance(config, int | float) and not isinstance(config, bool):
        return Constant(float(config))
    if not isinstance(config, Mapping) or depth > _DEEPEST:
        raise refuse(where, "a metric must be a mapping such as {'type': 'Last', 'variable': ...}")
    kind = config.get("type")
    if kind == "ComposedMetric":
        operation = config.get("operation")
        if operation not in _OPERATIONS:
            known = ", ".join(_OPERATIONS)
            raise refuse(where, f"'operation' must be one of {known}, not {operation!r}")
        sides = (
            read_metric(config.get(side), f"{where}.{side}", step, depth + 1)
            for side in ("left", "right")
        )
        return Composed(str(operation), *sides)
    if kind == "CyclewiseMetric":
        inner = config.get("step", step)
        if inner is not None and (isinstance(inner, bool) or not isinstance(inner, int)):
            raise refuse(where, f"'step' must be a whole number from 0 on, not {inner!r}")
        return read_metric(config.get("metric"), f"{where}.metric", inner, depth + 1)
    if kind not in ("First", "Last"):
        raise refuse(where, f"unknown metric {kind!r}{near(str(kind), _TYPES)}")
    variable = config.get("variable")
    if not isinstance(variable, str):
        raise refuse(where, "'variable' must name a variable of the model")
    return Edge(variable, kind == "Last", step)
