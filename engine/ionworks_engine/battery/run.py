"""The two doors of the battery core: describe a cell, simulate a protocol on it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from ionworks import ucp
from ionworks.ucp.tree import Protocol
from ionworks_engine.battery.bench import LocalBench, watched_by
from ionworks_engine.battery.cells import Cell, load
from ionworks_engine.battery.errors import finite_numbers, near, refuse
from ionworks_engine.battery.interpreter import MAX_BACKWARD_JUMPS, Interpreter
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.battery.results import TIME_SERIES, Outcome, outcome

_CURRENT = "Current function [A]"
_KELVIN = 273.15
_SIZE = re.compile(r"(thickness|radius|height|width) \[m\]$|apacity \[A\.h\]$")
_SHARE = re.compile(r"(porosity|volume fraction)$")
_REQUEST = (
    "cell",
    "protocol",
    "inputs",
    "design",
    "extra_variables",
    "max_backward_jumps",
)


def describe(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Say what a cell offers.

    Parameters
    ----------
    cell
        Description of the cell, see :func:`ionworks_engine.battery.cells.load`.

    Returns
    -------
    dict
        ``variables``: names that ``extra_variables`` may ask for, all scalars.
        ``parameters``: numbers, or serialised PyBaMM expressions, by name; the numbers are
        what a design may change. ``nominal_capacity`` in A.h.

    Raises
    ------
    BatteryError
        If the cell cannot be built.

    Examples
    --------
    >>> cell = {"model": {"type": "SPM"}, "parameters": {"set": "Chen2020"}}
    >>> describe(cell)["nominal_capacity"]
    5.0
    """
    loaded = load(cell)
    parameters = json.loads(json.dumps(loaded.parameters.to_json(), default=float))
    return {
        "variables": sorted(loaded.scalars),
        "parameters": parameters,
        "nominal_capacity": loaded.number(loaded.capacity_name, {}),
    }


def simulate(request: Mapping[str, Any]) -> Outcome:
    """Run a protocol on a cell.

    Parameters
    ----------
    request
        ``cell``; ``protocol``, a UCP document as mapping or text; ``inputs``, a number for
        every ``input[...]`` of it; ``design``, parameters that differ from the cell's own;
        ``extra_variables``, names of scalar PyBaMM variables to store;
        ``max_backward_jumps``, how often a goto may lead backward (1000). Changing a thickness
        leaves the nominal capacity, and so the meaning of a C-rate, as the parameter set has
        it, as in PyBaMM; set ``Nominal cell capacity [A.h]`` along with it to change that.

    Returns
    -------
    Outcome
        Frames, metrics, and the error of a run that broke off.

    Raises
    ------
    BatteryError
        If the request cannot be run as it stands.
    ionworks.ucp.ProtocolError
        If the protocol is wrong or its inputs do not fit.
    """
    for key in request:
        if key not in _REQUEST:
            raise refuse(f"request: unknown key {key!r}{near(str(key), _REQUEST)}")
    cell = load(request["cell"])
    protocol = ucp.bind(_protocol(request["protocol"]), request.get("inputs") or {})
    design = _design(cell, request.get("design") or {})
    extra = _extra(request.get("extra_variables") or ())
    return run(cell, protocol, design, extra, _jumps(request.get("max_backward_jumps")))


def run(
    cell: Cell,
    protocol: Protocol,
    design: Mapping[str, float],
    extra: tuple[str, ...],
    max_backward_jumps: int = MAX_BACKWARD_JUMPS,
) -> Outcome:
    """Run a checked protocol, without open inputs, on a cell at a design point."""
    bench = LocalBench(cell, protocol, design)
    bench.model.check_variables(extra, "extra_variables")
    if "SOC" in watched_by(protocol) and math.isnan(bench.origin.soc):
        raise refuse("an end on SOC needs a state of charge, which is not known for this cell")
    interpreter = Interpreter(bench, protocol, bench.origin.soc, extra, max_backward_jumps)
    failure = interpreter.run()
    return outcome(interpreter.steps, extra, bench.usable_capacity, failure, bench.solver_seconds)


def _protocol(source: Any) -> Protocol:
    if isinstance(source, str):
        return _from_text(source)
    try:
        text = json.dumps(source)
    except (TypeError, ValueError):
        return ucp.load(source)
    return _from_json(text)


@lru_cache(maxsize=64)
def _from_text(text: str) -> Protocol:
    return ucp.load(text)


@lru_cache(maxsize=64)
def _from_json(text: str) -> Protocol:
    return ucp.load(json.loads(text))


def _design(cell: Cell, design: Any) -> dict[str, float]:
    if not isinstance(design, Mapping):
        raise refuse("design must be a mapping of parameter names to numbers")
    for name in design:
        if name == _CURRENT:
            raise refuse(f"design parameter {name!r} is what the protocol's steps decide")
        if name not in cell.parameters or not _may_vary(cell.parameters[name]):
            known = [name for name in list(cell.parameters) if _may_vary(cell.parameters[name])]
            raise refuse(f"unknown design parameter {name!r}{near(str(name), known)}")
    numbers = finite_numbers("design parameter", design)
    for name, value in numbers.items():
        if value <= 0 and _SIZE.search(name):
            raise refuse(f"design parameter {name!r} must be greater than 0, not {value:g}")
        if not 0 < value <= 1 and _SHARE.search(name):
            raise refuse(f"design parameter {name!r} must be above 0 and at most 1, not {value:g}")
    return numbers


def _may_vary(value: Any) -> bool:
    return isinstance(value, (int, float, pybamm.Symbol)) or callable(value)


def _extra(names: Any) -> tuple[str, ...]:
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise refuse("extra_variables must be a list of variable names")
    for name in names:
        if not isinstance(name, str):
            raise refuse(f"extra_variables must hold names, not {name!r}")
    return tuple(name for name in dict.fromkeys(names) if name not in TIME_SERIES)


def _jumps(number: Any) -> int:
    if number is None:
        return MAX_BACKWARD_JUMPS
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise refuse(f"max_backward_jumps must be a whole number from 0 on, not {number!r}")
    return number


def pybamm_version() -> str:
    """Return the version of PyBaMM that runs here."""
    return str(pybamm.__version__)
