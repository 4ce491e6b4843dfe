"""The typed tree of a protocol: what the parser makes and the interpreter walks.

Every node knows where it stood in the document, so that a finding, a solver
failure or a fired end can name its place. Values are expressions, never bare
numbers: ``input["C-rate"]`` may stand wherever a number may.

    Protocol
      start: Start            initial state, temperature, resolution
      steps: Node...          Step | Block
        Step.value            Expression
        Step.ends             End...
        Block.repeat, .steps
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["Charge", "Discharge", "Rest"]
Mode: TypeAlias = Literal["C-rate", "Current", "Voltage", "Power"]
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
]


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
    position: Position


@dataclass(frozen=True, slots=True)
class Input:
    """``input["name"]``: a number given with each run."""

    name: str
    position: Position


Expression: TypeAlias = Number | Input


@dataclass(frozen=True, slots=True)
class End:
    """One end condition of a step: the step ends when any of its ends holds.

    Current, C-rate and Power are compared as magnitudes. Capacity [A.h], Energy [W.h]
    and Time [s] count from the start of the step, SOC is a fraction, Temperature is in degC.
    """

    quantity: Quantity
    operator: Operator
    value: Expression
    text: str
    position: Position


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
class Step:
    """One instruction to the cell. Values are magnitudes: the kind gives the sign.

    ``value`` is in C, A, V or W as the mode says, ``duration`` in s.
    """

    kind: Kind
    position: Position
    mode: Mode | None = None
    value: Expression | None = None
    duration: Expression | None = None
    ends: tuple[End, ...] = ()
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A named group of steps, run ``repeat`` times."""

    name: str
    repeat: Expression
    steps: tuple[Node, ...]
    position: Position


Node: TypeAlias = Step | Block


@dataclass(frozen=True, slots=True)
class Protocol:
    """A whole protocol, checked."""

    start: Start
    steps: tuple[Node, ...]
