"""The typed tree of a protocol: what the parser makes and the interpreter walks.

Every node knows where it stood in the document, so that a finding, a solver failure or a fired
end can name its place; two trees are equal whatever the places. Values are expressions, never bare
numbers: ``input["C-rate"]``, ``0.5 * VAR_RATE`` or ``ifelse(SOC > 0.8, 0.5, 1)`` may stand
wherever a number may.

    Protocol
      start: Start             initial state, temperature, resolution
      safety: Safety           limits that hold in every step, each with its own way out
      profiles: Profile...     drive cycles
      steps: Node...           CellStep | Control | Ambient | Block
        CellStep               what takes time: Step | DriveCycle | Waveform | Impedance
          .ends                End...
        Control                what takes none: variables, branches, the cycle counter
        Block.repeat, .steps
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["Charge", "Discharge", "Rest"]
Mode: TypeAlias = Literal["C-rate", "Current", "Voltage", "Power", "Resistance"]
Operator: TypeAlias = Literal["<", "<=", ">", ">="]
Quantity: TypeAlias = Literal[
    "Voltage",
    "Current",
    "C-rate",
    "Power",
    "Capacity",
    "Energy",
    "Time",
    "SOC",
    "Temperature",
    "dV/dt",
]
Counter: TypeAlias = Literal["Cycle", "Iteration", "Test time"]
Function: TypeAlias = Literal["ifelse", "min", "max", "abs", "sqrt", "exp", "log"]
Sign: TypeAlias = Literal["+", "-", "*", "/", "**", "<", "<=", ">", ">=", "==", "!="]
Shape: TypeAlias = Literal["sine", "square", "triangle", "sawtooth"]
ProfileMode: TypeAlias = Literal["C-rate", "Current", "Voltage", "Power"]
Guarded: TypeAlias = Literal["Voltage", "Temperature", "Charge current", "Discharge current"]


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a document.

    Parameters
    ----------
    path
        Key path from the root, such as ``steps[2].Discharge.ends[0]``.
    line, column
        Counted from 1; ``None`` when the document came as a mapping, not as text.
    """

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        if self.line is None:
            return self.path
        return f"{self.path} (line {self.line}, column {self.column})".lstrip()


@dataclass(frozen=True, slots=True)
class Number:
    """A literal number, in the unit of the place where it stands."""

    value: float
    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True)
class Input:
    """``input["name"]``: a number given with each run."""

    name: str
    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that the protocol itself gives numbers to, by ``set_variable``."""

    name: str
    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True)
class Live:
    """A quantity of the cell, or a counter, as the last step that took time left it.

    Current, C-rate, Power and dV/dt are magnitudes here as they are in ends.
    """

    name: Quantity | Counter
    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True)
class ModelVariable:
    """``variable["name"]``: any scalar variable of the cell's model, by PyBaMM's name."""

    name: str
    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True)
class Negation:
    """``-x``."""

    operand: Expression
    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """``left sign right``; a comparison is 1 or 0."""

    sign: Sign
    left: Expression
    right: Expression
    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """``function(arguments)``; ``log`` is natural."""

    function: Function
    arguments: tuple[Expression, ...]
    position: Position = field(compare=False)


Expression: TypeAlias = (
    Number | Input | Variable | Live | ModelVariable | Negation | Operation | Call
)


@dataclass(frozen=True, slots=True)
class Goto:
    """Where to go on: the name of a step or a block, ``Next`` or ``End``."""

    target: str
    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True)
class End:
    """One end condition of a step: the step ends when any of its ends holds.

    Current, C-rate, Power and dV/dt are compared as magnitudes. Capacity [A.h], Energy [W.h]
    and Time [s] count from the start of the step, SOC is a fraction, Temperature is in degC, dV/dt
    in V/s. ``value`` is worked out once, when the step begins.
    """

    quantity: Quantity | ModelVariable
    operator: Operator
    value: Expression
    text: str = field(compare=False)
    position: Position = field(compare=False)
    goto: Goto | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """A condition of a Control: the first that is not 0 says where to go on."""

    condition: Expression
    goto: Goto
    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True)
class Assignment:
    """An entry of ``set_variable``."""

    name: str
    value: Expression
    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True)
class Resolution:
    """When to store a row: every ``time`` seconds, and at these changes of voltage and current."""

    time: Expression | None = None
    voltage: Expression | None = None
    current: Expression | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """The state before the first step.

    ``soc`` is an expression in ``soc_unit``; ``voltage`` is in V. At most one is given; with
    none the run starts from the initial concentrations of the parameter set.
    ``temperature`` in degC is both the initial and the ambient temperature.
    """

    soc: Expression | None = None
    soc_unit: Literal["fraction", "percent"] = "fraction"
    voltage: Expression | None = None
    temperature: Expression | None = None
    resolution: Resolution = Resolution()


@dataclass(frozen=True, slots=True)
class SafetyLimit:
    """A bound that no step may pass: V, degC, or A as a magnitude.

    It wins over an end of the same value. Without a ``goto`` the fallback of `Safety` holds.
    """

    quantity: Guarded
    side: Literal["low", "high"]
    value: Expression
    position: Position = field(compare=False)
    goto: Goto | None = None


@dataclass(frozen=True, slots=True)
class Safety:
    """All safety limits, and where to go when one without a ``goto`` trips; else the test ends."""

    limits: tuple[SafetyLimit, ...] = ()
    goto: Goto | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A drive cycle: straight lines between points.

    ``times`` in s from 0, rising; two equal times are a jump. ``values`` in C, A, V or W as the
    mode says, positive is discharge.
    """

    name: str
    mode: ProfileMode
    times: tuple[float, ...]
    values: tuple[float, ...]
    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellStep:
    """What all steps that take time share.

    ``duration`` is in s. ``temperature`` in degC is the ambient one during this step alone.
    ``assignments`` are made when the step has ended, before its goto is taken.
    """

    position: Position = field(compare=False)
    name: str | None = None
    duration: Expression | None = None
    ends: tuple[End, ...] = ()
    temperature: Expression | None = None
    resolution: Resolution | None = None
    assignments: tuple[Assignment, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(CellStep):
    """Charge, Discharge or Rest. Values are magnitudes: the kind gives the sign.

    ``value`` is in C, A, V, W or Ohm as the mode says. With ``hold_voltage`` in V the step goes on
    at that voltage once it is reached (CC-CV). If the kind is ``None``, the sign of ``direction``
    says it when the step begins: above 0 is a discharge, below 0 a charge.
    """

    kind: Kind | None
    direction: Expression | None = None
    mode: Mode | None = None
    value: Expression | None = None
    hold_voltage: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveCycle(CellStep):
    """Follow a profile, ``repeat`` times over, its values multiplied by ``scale``."""

    profile: str
    scale: Expression | None = None
    repeat: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waveform(CellStep):
    """A periodic signal, positive for discharge: ``offset + amplitude * shape(frequency * t)``.

    ``offset`` and ``amplitude`` are in C, A, V or W as the mode says, ``frequency`` in Hz. All
    shapes go from -1 to 1 and begin upwards from 0, but the square, which begins at 1.
    """

    shape: Shape
    mode: ProfileMode
    amplitude: Expression
    frequency: Expression
    offset: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Impedance(CellStep):
    """An impedance spectrum (EIS) around the state that the cell is in.

    From ``start_frequency`` to ``end_frequency`` in Hz. ``amplitude`` is in A or V, as the mode
    says; the simulated response is linear, so that there it changes nothing.
    """

    start_frequency: Expression
    end_frequency: Expression
    points_per_decade: Expression | None = None
    mode: Literal["Current", "Voltage"] = "Current"
    amplitude: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What takes no time: set variables in order, count a cycle, take the first true branch."""

    position: Position = field(compare=False)
    name: str | None = None
    assignments: tuple[Assignment, ...] = ()
    advance_cycle: bool = False
    branches: tuple[Branch, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambient:
    """Set the temperature of the chamber in degC, from here on."""

    position: Position = field(compare=False)
    value: Expression
    name: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A named group of steps, run ``repeat`` times."""

    name: str
    repeat: Expression
    steps: tuple[Node, ...]
    position: Position = field(compare=False)


Node: TypeAlias = Step | DriveCycle | Waveform | Impedance | Control | Ambient | Block


@dataclass(frozen=True, slots=True)
class Protocol:
    """A whole protocol, checked."""

    start: Start
    steps: tuple[Node, ...]
    safety: Safety = Safety()
    profiles: tuple[Profile, ...] = ()
