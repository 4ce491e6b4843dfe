"""Expressions of the parameters of a fit: linked parameters, constraints and penalties.

Expressions are PyBaMM's trees. Their leaves are free parameters of the fit, parameters that are
linked to those, or any that the elements before gave. They are compiled once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ionworks_engine.battery.functions import compile_symbols
from ionworks_engine.battery.quiet import casadi, pybamm
from ionworks_engine.battery.vetting import unsafe
from ionworks_engine.pipelines.errors import MissingParametersError, refuse, words_of
from ionworks_engine.pipelines.fits.regularizers import Soft
from ionworks_engine.pipelines.names import spelt, unit_of
from ionworks_engine.pipelines.objectives.base import Floats
from ionworks_engine.pipelines.values import ParameterSet, read_value

_INPUT = "pybamm.expression_tree.input_parameter.InputParameter"
_PARAMETER = "pybamm.expression_tree.parameter.Parameter"
_NO_DOMAINS: Mapping[str, list[str]] = {
    level: [] for level in ("primary", "secondary", "tertiary", "quaternary")
}


class Algebra:
    """What expressions of a fit may refer to.

    Parameters
    ----------
    given
        Parameters that are fixed in the fit.
    free
        Names of those that are not.
    linked
        Wire trees by the name of the parameter that they define.
    where
        Key path of the element, for messages.

    Attributes
    ----------
    functions
        Those of the linked parameters that are functions (of a stoichiometry, say): native values
        for the parameter set, in which the free ones are still parameters.
    links
        The others: numbers, once the free ones are.
    """

    def __init__(
        self,
        given: ParameterSet,
        free: Sequence[str],
        linked: Mapping[str, Mapping[str, Any]],
        where: str,
    ) -> None:
        self._free = tuple(free)
        trees = {n: _tree(t, f"{where}.{n}") for n, t in linked.items()}
        inputs = {name: pybamm.InputParameter(name) for name in free}
        self._values = given.updated(inputs).updated(trees)
        kinds = {n: self._is_function(n, tree, f"{where}.{n}") for n, tree in trees.items()}
        self.functions = {name: tree for name, tree in trees.items() if kinds[name]}
        numbers = {name: tree for name, tree in trees.items() if not kinds[name]}
        compiled = self._compiled(list(numbers.values()), where) if numbers else None
        names = {spelt(name): name for name in (*free, *linked)}
        leaves = {
            name: frozenset(names[leaf] for leaf in map(spelt, _leaves(tree)) if leaf in names)
            for name, tree in trees.items()
        }
        self.links = Links(self._free, tuple(numbers), compiled, leaves)

    def soft(self, config: Any, where: str) -> Soft:
        """Read a constraint or a penalty: ``{"type", "fun", "regularizer_weight"}``."""
        if not isinstance(config, Mapping) or config.get("type") not in ("Constraint", "Penalty"):
            raise refuse(where, "must be a Constraint or a Penalty, told apart by 'type'")
        weight = config.get("regularizer_weight")
        if weight is None:
            weight = 1.0
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not weight >= 0:
            raise refuse(f"{where}.regularizer_weight", f"must be 0 or more, not {weight!r}")
        symbol = _tree(config.get("fun"), f"{where}.fun")
        self._is_function("", symbol, f"{where}.fun", only_numbers=True)
        inequality = isinstance(symbol, pybamm.expression_tree.binary_operators._Heaviside)
        if config["type"] == "Constraint" and inequality:
            symbol = pybamm.maximum(symbol.left - symbol.right, 0)
        compiled = self._compiled([symbol], f"{where}.fun")

        def excess(values: Mapping[str, float]) -> float:
            return float(compiled([values[name] for name in self._free]))

        return Soft(excess, float(weight))

    def _is_function(self, name: str, tree: Any, where: str, *, only_numbers: bool = False) -> bool:
        """Tell whether a tree is a function of something that is no parameter."""
        if isinstance(tree, pybamm.ExpressionFunctionParameter) and tree.func_args:
            return True
        leaves = _leaves(tree)
        unknown = sorted(leaf for leaf in leaves if leaf not in self._values)
        if unknown and (only_numbers or any(unit_of(leaf) for leaf in unknown)):
            raise MissingParametersError(unknown, where)
        if spelt(name) in map(spelt, leaves):
            raise refuse(where, "refers to itself")
        return bool(unknown)

    def _compiled(self, symbols: list[Any], where: str) -> Any:
        try:
            return compile_symbols(self._values.pybamm(), symbols, (), self._free)
        except RecursionError:
            raise refuse(where, "linked parameters refer to each other in a circle") from None
        except Exception as error:
            raise refuse(where, f"cannot be computed: {words_of(error)}") from None


class Links:
    """Parameters that are numbers computed from the free ones.

    Parameters
    ----------
    free, linked
        Names.
    compiled
        From the free values, stacked, to the linked ones; ``None`` if there are none.
    leaves
        The parameters that each linked one names.
    """

    def __init__(
        self,
        free: tuple[str, ...],
        linked: tuple[str, ...],
        compiled: Any,
        leaves: Mapping[str, frozenset[str]],
    ) -> None:
        self.linked = linked
        self._leaves = leaves
        self._free = free
        self._compiled = compiled
        self._slopes: Any = None
        if compiled is not None:
            stacked = casadi.MX.sym("p", len(free))
            slopes = casadi.jacobian(compiled(stacked), stacked)
            self._slopes = casadi.Function("slopes", [stacked], [slopes])

    def values(self, free: Mapping[str, float]) -> dict[str, float]:
        """Return the linked values."""
        if self._compiled is None:
            return {}
        numbers = np.ravel(self._compiled(self._stacked(free)))
        return dict(zip(self.linked, map(float, numbers), strict=True))

    def uses(self, linked: str) -> frozenset[str]:
        """Return the parameters that a linked one depends on, also through others."""
        found: set[str] = set()
        ahead = [linked]
        while ahead:
            new = self._leaves.get(ahead.pop(), frozenset()) - found
            found |= new
            ahead.extend(new)
        return frozenset(found)

    def slopes(self, free: Mapping[str, float]) -> Floats:
        """Return the derivatives of the linked values by the free ones, in the order of `free`."""
        found = np.zeros((len(self.linked), len(free)))
        if self._slopes is not None:
            places = [list(free).index(name) for name in self._free]
            found[:, places] = self._slopes(self._stacked(free))
        return found

    def _stacked(self, free: Mapping[str, float]) -> list[float]:
        return [free[name] for name in self._free]


@dataclass(frozen=True)
class View:
    """The parameters of a fit as one objective has them.

    Parameters
    ----------
    links
        Linked parameters, computed with the objective's own ones.
    held
        Names that the fit sets and the objective does not follow: it has its own values of them.
    """

    links: Links
    held: frozenset[str] = frozenset()

    def values(self, free: Mapping[str, float]) -> dict[str, float]:
        """Return the free values and the linked ones, but for those held."""
        return {**self._followed(free), **self.links.values(free)}

    def chain(self, free: Mapping[str, float]) -> Floats:
        """Return the derivatives of `values` by all free ones."""
        places = [place for place, name in enumerate(free) if name not in self.held]
        return np.vstack([np.eye(len(free))[places], self.links.slopes(free)])

    def reached(self, used: frozenset[str]) -> set[str]:
        """Return what the fit sets that changes any of the used names."""
        linked = {name for name in self.links.linked if name in used}
        behind = {name for one in linked for name in self.links.uses(one)}
        return {*used, *behind} - self.held

    def _followed(self, free: Mapping[str, float]) -> dict[str, float]:
        return {name: value for name, value in free.items() if name not in self.held}


def _tree(wire: Any, where: str) -> Any:
    """Read an expression from the wire; nothing is decoded, or even walked, before it is vetted."""
    for problem in unsafe(wire):
        raise refuse(where, problem)
    value = read_value(_parameters(wire), where)
    if isinstance(value, str | list):
        raise refuse(where, f"must be an expression of the parameters, not {value!r:.40}")
    return pybamm.convert_to_symbol(value)


def _leaves(tree: Any) -> set[str]:
    return {leaf.name for leaf in tree.pre_order() if isinstance(leaf, pybamm.Parameter)}


def _parameters(wire: Any) -> Any:
    """Return a wire tree whose inputs are parameters: a user may spell them either way."""
    if isinstance(wire, list):
        return [_parameters(item) for item in wire]
    if not isinstance(wire, Mapping):
        return wire
    found = {key: _parameters(item) for key, item in wire.items()}
    if found.get("$type") == _INPUT:
        found = {"name": found.get("name"), "domains": _NO_DOMAINS, "$type": _PARAMETER}
    return found
