"""Sets of parameter values: read from the wire, asked for numbers and functions, written back.

On the wire a value is PyBaMM's JSON: a number, a text, a list of numbers (which PyBaMM keeps as
indexed names), an array, or the tree of a symbol or a function. Here it is a float, a text, an
``ndarray``, a :class:`pybamm.Symbol` or a callable of symbols. Names are looked up as PyBaMM spells
them today, and written as the user spelt them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.errors import (
    MissingParametersError,
    missing_parameter,
    refuse,
)
from ionworks_engine.pipelines.names import indexed, spelt
from ionworks_engine.pipelines.wire import kind_of, plain_value, read_value, write_values

__all__ = ["Floats", "ParameterSet", "read_value", "spelt", "write_values"]

Floats: TypeAlias = npt.NDArray[np.float64]


class ParameterSet:
    """Parameter values that never change; :meth:`updated` makes another set.

    Parameters
    ----------
    values
        Native values by the user's names.

    Examples
    --------
    >>> cell = ParameterSet({"Electrode height [m]": 0.065, "Electrode width [m]": 1.58})
    >>> cell.numbers("Electrode height [m]", "Electrode width [m]")
    (0.065, 1.58)
    """

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self._values: dict[str, tuple[str, Any]] = {}
        for name, value in (values or {}).items():
            self._put(name, value)
        self._made: Any = None
        self._graphs: dict[tuple[Any, ...], Any] = {}

    def _put(self, name: str, value: Any) -> None:
        if isinstance(value, list | tuple):
            for index, item in enumerate(value):
                self._put(indexed(name, index), item)
            return
        self._values[spelt(name)] = (name, plain_value(value))

    @classmethod
    def read(cls, wire: Any, where: str) -> ParameterSet:
        """Read values from the wire.

        Parameters
        ----------
        wire
            Wire values by name; a key ``citations`` is left out, as PyBaMM leaves it out.
        where
            Key path for messages.

        Raises
        ------
        PipelineError
            For a value that is null, NaN, or a tree that names anything but PyBaMM's expressions,
            and for two names of the same parameter.
        """
        if not isinstance(wire, Mapping):
            raise refuse(where, f"must be a mapping of names to values, not {kind_of(wire)}")
        seen: dict[str, str] = {}
        values = {}
        for name, value in wire.items():
            if name == "citations":
                continue
            other = seen.setdefault(spelt(name), name)
            if other != name:
                raise refuse(where, f"{other!r} and {name!r} are the same parameter; give one")
            values[name] = read_value(value, f"{where}[{name!r}]")
        return cls(values)

    def written(self, only: Collection[str] | None = None) -> dict[str, Any]:
        """Return the values for the wire, by the user's names.

        A bare interpolant, which is evaluated at a leaf such as ``sto`` that is no parameter, is
        written as a function of it: PyBaMM can use it then. Other trees link to parameters, which
        may come later.

        Parameters
        ----------
        only
            Names to write; ``None`` for all.
        """
        wanted = None if only is None else set(map(spelt, only))
        return write_values(
            {
                name: self._usable(key)
                for key, (name, _) in self._values.items()
                if wanted is None or key in wanted
            }
        )

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and spelt(name) in self._values

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._values.values())

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"ParameterSet of {len(self)} values"

    def get(self, name: str, default: Any = None) -> Any:
        """Return the native value of a parameter."""
        found = self._values.get(spelt(name))
        return default if found is None else found[1]

    def updated(self, values: Mapping[str, Any]) -> ParameterSet:
        """Return a set that has these native values, too; they win over those here."""
        other = ParameterSet()
        other._values = dict(self._values)
        for name, value in values.items():
            other._put(name, value)
        return other

    def number(self, name: str) -> float:
        """Return a parameter as a number.

        Raises
        ------
        MissingParametersError
            If it is not there, or links to one that is not.
        PipelineError
            If it is a function or a text.
        """
        return self.numbers(name)[0]

    def numbers(self, *names: str, what: str = "") -> tuple[float, ...]:
        """Return parameters as numbers; one error names all that lack.

        Parameters
        ----------
        names
            The parameters.
        what
            Who needs them, for the error.
        """
        missing = [name for name in names if name not in self]
        if missing:
            raise MissingParametersError(missing, what or "The calculation")
        return tuple(self._number(name) for name in names)

    def _number(self, name: str) -> float:
        value = self.get(name)
        if isinstance(value, float):
            return value
        if isinstance(value, str):
            raise refuse("", f"parameter {name!r} must be a number here, not the text {value!r}")
        if isinstance(value, np.ndarray):
            raise refuse("", f"parameter {name!r} must be a number here, not an array")
        if _arguments(self._usable(spelt(name))):
            raise refuse("", f"parameter {name!r} must be a number here, not a function")
        return float(np.ravel(self.evaluated(name))[0])

    def function(self, name: str) -> Callable[..., Any]:
        """Return a parameter as a function of symbols; a number becomes a constant function.

        The function takes and returns :class:`pybamm.Symbol`; parameters in it are this set's.

        Raises
        ------
        MissingParametersError
            If it is not there; when called, if it needs a parameter that is not.
        """
        if name not in self:
            raise MissingParametersError([name], "The calculation")

        def called(*arguments: Any) -> Any:
            symbols = {f"argument {i}": _symbol(each) for i, each in enumerate(arguments)}
            asked = pybamm.FunctionParameter(spelt(name), symbols)
            return self._processed(asked if symbols else pybamm.Parameter(spelt(name)), name)

        return called

    def evaluated(self, name: str, *arguments: npt.ArrayLike) -> Floats:
        """Evaluate a parameter with numbers.

        Parameters
        ----------
        name
            The parameter: a number or a function.
        arguments
            Numbers or arrays, which are broadcast against each other.

        Returns
        -------
        numpy.ndarray
            In the shape of the arguments; not finite where the function is not.

        Examples
        --------
        >>> cell = ParameterSet({"OCP [V]": lambda sto: 4 - sto})
        >>> cell.evaluated("OCP [V]", [0.5, 1.0]).tolist()
        [3.5, 3.0]
        """
        given = np.broadcast_arrays(*(np.asarray(each, dtype=float) for each in arguments))
        shape = given[0].shape if given else ()
        size = given[0].size if given else 1
        graph = self._graph(name, len(given), size)
        state = np.concatenate([each.ravel() for each in given]) if given else np.zeros(0)
        with np.errstate(all="ignore"):
            result = np.ravel(np.asarray(graph.evaluate(t=0.0, y=state), dtype=float))
        return np.broadcast_to(result, (size,)).reshape(shape).copy()

    def _graph(self, name: str, count: int, size: int) -> Any:
        key = (spelt(name), count, size)
        if key not in self._graphs:
            slices = [slice(i * size, (i + 1) * size) for i in range(count)]
            self._graphs[key] = self.function(name)(*map(pybamm.StateVector, slices))
        return self._graphs[key]

    def pybamm(self, over: Any = None) -> Any:
        """Return the set as ``pybamm.ParameterValues``, without its texts and arrays.

        Parameters
        ----------
        over
            Parameter values that these override; left unchanged.
        """
        if over is None:
            if self._made is None:
                self._made = pybamm.ParameterValues(self._for_pybamm())
            return self._made.copy()
        made = over.copy()
        made.update(self._for_pybamm())
        return made

    def _for_pybamm(self) -> dict[str, Any]:
        usable = {key: self._usable(key) for key in self._values}
        return {key: value for key, value in usable.items() if not isinstance(value, str)}

    def _usable(self, key: str) -> Any:
        """Return a value as PyBaMM can use it: a bare interpolant as a function of its leaf."""
        name, value = self._values[key]
        if not isinstance(value, pybamm.Symbol) or _is_function(value):
            return value
        free = [leaf for leaf in _places(value) if leaf not in self and leaf.isidentifier()]
        if not free:
            return value
        return pybamm.ExpressionFunctionParameter(name, value, "function", free)

    def _processed(self, symbol: Any, name: str) -> Any:
        values = self.pybamm()
        try:
            return values.process_symbol(symbol)
        except KeyError as error:
            missing = missing_parameter(error)
            if missing is None:
                raise
            raise MissingParametersError([missing], f"Parameter {name!r}") from None
        except RecursionError:
            raise refuse("", f"parameter {name!r} refers to itself") from None


def _is_function(symbol: Any) -> bool:
    return isinstance(symbol, pybamm.ExpressionFunctionParameter)


def _arguments(value: Any) -> bool:
    """Say whether a native value takes arguments."""
    if _is_function(value):
        return bool(value.func_args)
    return callable(value) and bool(inspect.signature(value).parameters)


def _places(symbol: Any) -> list[str]:
    """Return the names of the leaves that interpolants in a tree are evaluated at."""
    inside = (each for each in symbol.pre_order() if isinstance(each, pybamm.Interpolant))
    leaves = (leaf for each in inside for leaf in each.pre_order())
    return list(dict.fromkeys(leaf.name for leaf in leaves if isinstance(leaf, pybamm.Parameter)))


def _symbol(value: Any) -> Any:
    return value if isinstance(value, pybamm.Symbol) else pybamm.Scalar(float(value))
