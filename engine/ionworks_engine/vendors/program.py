"""A protocol as cyclers see it: a flat list of lines, with jumps between them.

Every format of `vendors` is written from a `Program` and read into one, so that two files mean the
same when their programs are equal. What only people read (places, labels, notes) is not compared.

A jump is the index of a line; the index after the last line is the end of the test. Every end of
a step names its jump, the next line included. A loop is a `Repeat` at its bottom: it goes back to
``start`` until the lines from there on have run ``count`` times, and then on to the next line.
Values are numbers, or expressions where a format can work with variables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ionworks.ucp.tree import (
    Expression,
    Guarded,
    Kind,
    Mode,
    Operator,
    Position,
    Profile,
    ProfileMode,
    Quantity,
    Shape,
)

Value: TypeAlias = float | Expression


@dataclass(frozen=True, slots=True)
class Stop:
    """A condition that ends a step, and the line to go on with.

    Quantities, units and magnitudes as in `ionworks.ucp.tree.End`; a duration is a stop on Time.
    """

    quantity: Quantity
    operator: Operator
    value: Value
    goto: int


@dataclass(frozen=True, slots=True)
class Record:
    """When to store a row: every so many s, and at changes in V and A."""

    time: float | None = None
    voltage: float | None = None
    current: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """What every line carries for people."""

    position: Position | None = field(default=None, compare=False)
    label: str | None = field(default=None, compare=False)
    note: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedLine(Remarks):
    """What all lines that take time share."""

    stops: tuple[Stop, ...] = ()
    temperature: float | None = None
    record: Record = Record()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(TimedLine):
    """Charge, discharge or rest. The value is a magnitude in C, A, V, W or Ohm.

    With ``hold_voltage`` in V the step goes on at that voltage once it is reached (CC-CV).
    """

    kind: Kind
    mode: Mode | None = None
    value: Value | None = None
    hold_voltage: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive(TimedLine):
    """Follow the drive cycle of this name, ``repeat`` times over, its values times ``scale``."""

    profile: str
    scale: float = 1.0
    repeat: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave(TimedLine):
    """A periodic signal, as `ionworks.ucp.tree.Waveform` has it."""

    shape: Shape
    mode: ProfileMode
    amplitude: float
    frequency: float
    offset: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spectrum(TimedLine):
    """An impedance spectrum. Frequencies in Hz, ``amplitude`` in A or V as the mode says."""

    start_frequency: float
    end_frequency: float
    points_per_decade: float | None = None
    mode: Literal["Current", "Voltage"] = "Current"
    amplitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat(Remarks):
    """The bottom of a loop."""

    start: int
    count: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Remarks):
    """Advance the cycle counter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(Remarks):
    """Give a variable a value."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump(Remarks):
    """Go to a line if the condition, an expression, is not 0; always without one."""

    condition: Expression | None
    goto: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chamber(Remarks):
    """Set the temperature of the chamber in degC, from here on."""

    temperature: float


Line: TypeAlias = Hold | Drive | Wave | Spectrum | Repeat | Count | Assign | Jump | Chamber


@dataclass(frozen=True, slots=True)
class Guard:
    """A safety limit of the whole test: V, degC, or A as a magnitude."""

    quantity: Guarded
    side: Literal["low", "high"]
    value: float
    goto: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A whole test.

    ``capacity`` in A.h is what the file calls 1 C, if it says so. ``record`` holds for every line
    without its own.
    """

    lines: tuple[Line, ...]
    guards: tuple[Guard, ...] = ()
    profiles: tuple[Profile, ...] = ()
    record: Record = Record()
    capacity: float | None = None
    title: str = field(default="", compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What people must know of a file that was read, and the language cannot say."""
    missing: tuple[str, ...] = ()
    """Drive cycles that the lines name and nobody has given."""
