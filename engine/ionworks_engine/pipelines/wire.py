"""Single parameter values on the wire: PyBaMM's JSON, vetted before it is decoded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

# Before PyBaMM's own modules: it switches the telemetry off.
from ionworks_engine.battery.quiet import pybamm  # isort: skip
from pybamm.expression_tree.operations.serialise import convert_function_to_symbolic_expression
from pybamm.expression_tree.operations.serialise_kernel import decode, encode

from ionworks_engine.battery.vetting import unsafe
from ionworks_engine.pipelines.errors import refuse, shown, words_of


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
            f"not {kind_of(wire)}",
        )
    try:
        decoded = _decoded(wire)
    except Exception as error:
        raise refuse(where, f"cannot be read: {words_of(error)}") from None
    if not isinstance(decoded, pybamm.Symbol | np.ndarray | float):
        raise refuse(where, f"must be a value, not {kind_of(decoded)}")
    if isinstance(decoded, np.ndarray) and not np.isfinite(decoded).all():
        raise refuse(where, "an array holds numbers only, no gaps")
    if isinstance(decoded, pybamm.Symbol) and not all(map(_is_sound, decoded.pre_order())):
        raise refuse(where, "'func_args' must be a list of the names of a function's arguments")
    return decoded


def _is_sound(symbol: Any) -> bool:
    """Say whether a symbol is one that PyBaMM's own decoder should have made."""
    if not isinstance(symbol, pybamm.ExpressionFunctionParameter):
        return True
    names = symbol.func_args
    return isinstance(names, list) and all(isinstance(name, str) for name in names)


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
        return encode(plain_value(value))
    except Exception as error:
        raise refuse("", f"parameter {name!r} cannot be written: {words_of(error)}") from None


def plain_value(value: Any) -> Any:
    """Return a number of any kind as float; all else as it is."""
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


def kind_of(value: Any) -> str:
    """Say what a stranger's value is, for messages."""
    if isinstance(value, str):
        return f"the text {shown(value)}"
    names = {dict: "a mapping", list: "a list", type(None): "null"}
    return names.get(type(value), type(value).__name__)
