"""What expressions are worth during a run: variables, the cell's quantities, counters.

Quantities are those that the last step that took time left: its Capacity, Energy and Time, and the
cell's voltage, current and so on at its end. Before the first such step, Voltage, SOC and
Temperature are those of the start, the others 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ionworks.ucp.evaluate import EvaluationError, Unknown, evaluate
from ionworks.ucp.places import expressions, walk
from ionworks.ucp.rules import Rule
from ionworks.ucp.terms import leaves
from ionworks.ucp.tree import (
    Assignment,
    CellStep,
    Expression,
    ModelVariable,
    Number,
    Position,
    Protocol,
    Variable,
)
from ionworks_engine.battery.errors import refuse


class WrongValueError(Exception):
    """An expression that has no value, or one that cannot stand where it stands."""


class Values:
    """The names that expressions may use.

    Parameters
    ----------
    quantities
        Returns the cell's quantities and the counters by name.
    model_variable
        Returns a variable of the model in the cell's present state.
    """

    def __init__(
        self,
        quantities: Callable[[], Mapping[str, float]],
        model_variable: Callable[[str], float],
    ) -> None:
        self._quantities = quantities
        self._model_variable = model_variable
        self._variables: dict[str, float] = {}

    def of(self, expression: Expression, rule: Rule) -> float:
        """Return the value of an expression, judged by the rule of its place.

        Raises
        ------
        WrongValueError
            Saying where in the document it stands.
        """
        if isinstance(expression, Number):
            return float(expression.value)
        try:
            value = evaluate(expression, self._value)
        except EvaluationError as error:
            raise WrongValueError(str(error)) from None
        problem = rule.problem(value)
        if problem is not None:
            raise WrongValueError(f"{expression.position}: {problem}")
        return value

    def assign(self, assignments: tuple[Assignment, ...], rule: Rule) -> None:
        """Set variables, one after the other."""
        for assignment in assignments:
            self._variables[assignment.name] = self.of(assignment.value, rule)

    def _value(self, unknown: Unknown) -> float:
        if isinstance(unknown, Variable):
            return self._variables[unknown.name]
        if isinstance(unknown, ModelVariable):
            return self._model_variable(unknown.name)
        return self._quantities()[unknown.name]


def model_variables(protocol: Protocol) -> Iterator[tuple[str, Position]]:
    """Yield the variables of the model that ends and expressions ask for, and where they do."""
    for node in walk(protocol.steps):
        for end in node.ends if isinstance(node, CellStep) else ():
            if isinstance(end.quantity, ModelVariable):
                yield end.quantity.name, end.position
    for placed in expressions(protocol):
        for leaf in leaves(placed[0]):
            if isinstance(leaf, ModelVariable):
                yield leaf.name, leaf.position


def number(expression: Expression) -> float:
    """Return the value of an expression that needs no run.

    Raises
    ------
    BatteryError
        If it does.
    """
    if isinstance(expression, Number):
        return float(expression.value)
    try:
        return evaluate(expression, _unknown)
    except EvaluationError as error:
        raise refuse(str(error)) from None


def _unknown(unknown: Unknown) -> float:
    raise KeyError(unknown.name)
