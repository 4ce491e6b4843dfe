"""What is read from the unknowns, divided into what never changes in a fit and what does.

Where some parts of a model depend on no input, as the electrolyte of a single-particle model does
not on the diffusivities, all that is computed from them alone is computed once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ionworks_engine.battery.quiet import casadi
from ionworks_engine.battery.terms import Places
from ionworks_engine.pipelines.solving.parts import arguments


@dataclass(frozen=True)
class Divided:
    """A reader in two halves.

    Parameters
    ----------
    once
        A function of time, the unknowns that stay and current: intermediate results.
    again
        A function of the other unknowns, the intermediate results and the inputs: the variables.
    staying, moving
        Places of the unknowns of either half.
    """

    once: Any
    again: Any
    staying: Places
    moving: Places


def divided(reader: Any, staying: Places) -> Divided | None:
    """Divide a reader; ``None`` if there is nothing to gain, or no way to see into it.

    Parameters
    ----------
    reader
        A function of time, unknowns, current and inputs.
    staying
        Places of the unknowns that no input changes.
    """
    if staying.size == 0 or not reader.is_a("SXFunction"):
        return None
    size = reader.numel_in(1)
    moving = np.setdiff1d(np.arange(size), staying)
    time, unknowns, current, inputs = arguments(casadi.SX, size, reader.numel_in(3))
    tape = _Tape((time, unknowns, current, inputs), set(staying.tolist()))
    found = tape.followed(reader)
    few, rest = unknowns[staying.tolist()], unknowns[moving.tolist()]
    kept = casadi.vertcat(*tape.kept)
    once = casadi.Function("once", [time, few, current], [casadi.vertcat(*tape.made)])
    again = casadi.Function("again", [rest, kept, inputs], [casadi.vertcat(*found)])
    return Divided(once, again, staying, moving)


class _Tape:
    """Goes through the operations of a function, keeping apart what only depends on what stays."""

    def __init__(self, symbols: tuple[Any, ...], staying: set[int]) -> None:
        self._symbols = symbols
        self._staying = staying
        self._values: dict[int, tuple[Any, bool]] = {}
        self._known: dict[int, Any] = {}
        self.made: list[Any] = []
        self.kept: list[Any] = []

    def followed(self, function: Any) -> list[Any]:
        """Return the outputs, made of what moves and of symbols for what was kept."""
        found: list[Any] = [casadi.SX(0)] * function.numel_out(0)
        for place in range(function.n_instructions()):
            operation = function.instruction_id(place)
            given, told = function.instruction_input(place), function.instruction_output(place)
            if operation == casadi.OP_OUTPUT:
                found[told[1]] = self._moved(given[0])
                continue
            self._known.pop(told[0], None)
            if operation == casadi.OP_CONST:
                self._values[told[0]] = (casadi.SX(function.instruction_constant(place)), True)
            elif operation == casadi.OP_INPUT:
                self._values[told[0]] = self._input(*given)
            else:
                self._values[told[0]] = self._computed(operation, given)
        return found

    def _input(self, argument: int, place: int) -> tuple[Any, bool]:
        moves = argument == 3 or (argument == 1 and place not in self._staying)
        return self._symbols[argument][place], not moves

    def _computed(self, operation: int, given: list[int]) -> tuple[Any, bool]:
        stays = all(self._values[register][1] for register in given)
        operands = [self._values[r][0] if stays else self._moved(r) for r in given]
        combine = casadi.SX.unary if len(operands) == 1 else casadi.SX.binary
        return combine(operation, *operands), stays

    def _moved(self, register: int) -> Any:
        """Return a value for an expression that moves: a symbol, if it stays itself."""
        value, stays = self._values[register]
        if not stays or value.is_constant():
            return value
        if register not in self._known:
            self._known[register] = casadi.SX.sym(f"w{len(self.kept)}")
            self.made.append(value)
            self.kept.append(self._known[register])
        return self._known[register]
