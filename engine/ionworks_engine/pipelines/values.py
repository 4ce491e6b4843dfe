"""Sets of parameter values: read from the wire, asked for numbers and functions, written back.

On the wire a value is PyBaMM's JSON: a number, a text, a list of numbers (which PyBaMM keeps as
indexed names), an array, or the tree of a symbol or a function. Here it is a float, a text, an
``ndarray``, a :class:`pybamm.Symbol` or a callable of symbols. Names are looked up as PyBaMM spells
them today, and written as the user spelt them.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

# Before PyBaMM's own modules: it switches the telemetry off.
from ionworks_engine.battery.quiet import pybamm  # isort: skip
from pybamm.expression_tree.operations.serialise import convert_function_to_symbolic_expression
from pybamm.expression_tree.operations.serialise_kernel import decode, encode

from ionworks_engine.battery.vetting import unsafe
from ionworks_engine.pipelines.errors import (
    MissingParametersError,
    missing_parameter,
    refuse,
    words_of,
)
from ionworks_engine.pipelines.names import indexed, spelt, unit_of

__all__ = ["Floats", "ParameterSet", "read_value", "spelt", "write_values"]

Floats: TypeAlias = npt.NDArray[np.float64]
_ROUNDS = 20


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
        self._reset()

    def _reset(self) -> None:
        self._made: Any = None
        self._graphs: dict[tuple[Any, ...], Any] = {}

    def _put(self, name: str, value: Any) -> None:
        if isinstance(value, list | tuple):
            for index, item in enumerate(value):
                self._put(indexed(name, index), item)
            return
        self._values[spelt(name)] = (name, _plain(value))

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
            raise refuse(where, f"must be a mapping of names to values, not {_kind(wire)}")
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

        A bare tree whose leaves are no parameters of this set is written as a function of them, so
        that ``pybamm.ParameterValues.from_json`` reads what PyBaMM can use.

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
        """Return a value as PyBaMM can use it: a bare tree as a function of its leaves."""
        name, value = self._values[key]
        if not isinstance(value, pybamm.Symbol) or _is_function(value):
            return value
        free = [each for each in _leaves(value) if each not in self and not unit_of(each)]
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


def read_value(wire: Any, where: str) -> Any:
    """Read one value from the wire; a tree is vetted before it is decoded.

    Returns
    -------
    Any
        A float, a text, a list of floats, an ``ndarray`` or a :class:`pybamm.Symbol`.

    Raises
    ------
    PipelineError
        If it is none of these.
    """
    for problem in unsafe(wire):
        raise refuse(where, problem)
    if isinstance(wire, str):
        return _text(wire)
    if isinstance(wire, bool | int | float):
        return float(wire)
    if isinstance(wire, list) and all(_is_number(each) for each in wire):
        return [float(each) for each in wire]
    if not isinstance(wire, Mapping) or "$type" not in wire:
        raise refuse(
            where,
            "must be a number, a text, a list of numbers or a serialised PyBaMM expression, "
            f"not {_kind(wire)}",
        )
    try:
        decoded = _decoded(wire)
    except Exception as error:
        raise refuse(where, f"cannot be read: {words_of(error)}") from None
    if not isinstance(decoded, pybamm.Symbol | np.ndarray | float):
        raise refuse(where, f"must be a value, not {_kind(decoded)}")
    return decoded


def write_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return native values for the wire: numbers bare, functions and symbols as ``$type`` trees.

    Raises
    ------
    PipelineError
        For a value that has no serialised form, by its name.

    Examples
    --------
    >>> write_values({"Electrode height [m]": 0.065})
    {'Electrode height [m]': 0.065}
    """
    return {name: _written(name, value) for name, value in values.items()}


def _written(name: str, value: Any) -> Any:
    if isinstance(value, pybamm.Scalar):
        value = float(value.value)
    try:
        if callable(value) and not isinstance(value, pybamm.Symbol):
            value = convert_function_to_symbolic_expression(value, name)
        return encode(_plain(value))
    except Exception as error:
        raise refuse("", f"parameter {name!r} cannot be written: {words_of(error)}") from None


def _plain(value: Any) -> Any:
    """Return numbers of every kind as float; all else as it is."""
    if isinstance(value, bool | int | float | np.integer | np.floating | np.bool_):
        return float(value)
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return float(value)
    if isinstance(value, pybamm.Scalar):
        return float(value.value)
    return value


def _text(wire: str) -> Any:
    """Return a text; as PyBaMM does, one that is a number as that number."""
    try:
        value = float(wire)
    except ValueError:
        return wire
    return value if math.isfinite(value) else wire


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _decoded(wire: Mapping[str, Any]) -> Any:
    decoded = decode(dict(wire))
    return np.asarray(decoded, dtype=float) if isinstance(decoded, np.ndarray) else decoded


def _is_function(symbol: Any) -> bool:
    return isinstance(symbol, pybamm.ExpressionFunctionParameter)


def _arguments(value: Any) -> bool:
    """Say whether a native value takes arguments."""
    if _is_function(value):
        return bool(value.func_args)
    return callable(value) and bool(inspect.signature(value).parameters)


def _leaves(symbol: Any) -> list[str]:
    """Return the names of the parameters in a tree, in the order in which they stand there."""
    kinds = (pybamm.Parameter, pybamm.FunctionParameter)
    names = [each.name for each in symbol.pre_order() if isinstance(each, kinds)]
    return list(dict.fromkeys(names))


def _symbol(value: Any) -> Any:
    return value if isinstance(value, pybamm.Symbol) else pybamm.Scalar(float(value))


def _kind(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", type(None): "null", str: f"the text {value!r:.40}"}
    return names.get(type(value), f"{type(value).__name__}")
