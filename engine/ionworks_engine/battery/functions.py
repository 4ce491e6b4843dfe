"""Compiled functions of PyBaMM symbols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ionworks_engine.battery.quiet import casadi


def compile_symbols(
    values: Any, symbols: Sequence[Any], leading: tuple[str, ...], names: tuple[str, ...]
) -> Any:
    """Compile scalars to one CasADi function of some inputs by themselves and the rest stacked.

    Parameters
    ----------
    values
        Parameter values.
    symbols
        Scalars, made of parameters and inputs only.
    leading
        Inputs that become arguments of their own, first.
    names
        Inputs that are stacked in the last argument.
    """
    stacked = casadi.MX.sym("p", len(names))
    arguments = [casadi.MX.sym(name.replace(" ", "_")) for name in leading]
    inputs = dict(zip(leading, arguments, strict=True))
    inputs.update({name: stacked[place] for place, name in enumerate(names)})
    rows = [values.process_symbol(symbol).to_casadi(inputs=inputs) for symbol in symbols]
    return expanded(casadi.Function("symbols", [*arguments, stacked], [casadi.vertcat(*rows)]))


def expanded(function: Any) -> Any:
    """Return the function on scalars, far faster; one with a lookup table stays as it is."""
    try:
        return function.expand()
    except RuntimeError:
        return function
