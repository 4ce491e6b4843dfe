"""How a Maccor procedure spells things: padded words, numbers, times, formulas.

All of it as the public procedure files have it: words of a step are centred in eight characters,
numbers look as Java prints a double, a C behind a number means times 1 C.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

from ionworks.ucp.tree import Expression, Input, Number, Operation, Position, Variable

TARGET = "maccor"
RESOLUTION = "0.0001"
"""The smallest time that is spelt [s]."""
MAX_HOURS = 99
MAX_STEPS = 999
MAX_COUNTERS = 3
MAX_NAME = 24
MAX_REGISTERS = 8
CARRIER_SECONDS = 0.01
"""How long a step lasts that is there for what it carries: the shortest time in public files."""

NOMINAL_CAPACITY = "Nominal capacity [A.h]"
"""The input that stands for 1 C where a capacity in A.h is given as a multiple of it."""
FORMULA = "Chg Func "
"""How the name of an input begins that stands for a formula over the time of a step."""
RAMP_SECONDS = 86400.0
"""How long the straight line is that stands for a current that rises with the step's time."""

_WIDTH = 8
_DIGITS = 9
_VALUE = re.compile(r"(-?(?:[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+\.))(C?)")
_CLOCK = re.compile(r"([0-9]{0,6}):([0-9]{0,6}):([0-9]{0,9}\.?[0-9]{0,9})")
_WHOLE = re.compile(r"[0-9]{1,9}")
_REGISTER = re.compile(r"VAR[1-8]")
_RAMP = re.compile(r"([0-9.]+)\*CRATE\*\(STIME/3600\)")
_SET = re.compile(r"atEnd: *(VAR[1-8]) *= *(-?[0-9.]+(?:[eE][-+]?[0-9]+)?)")
_RAMP_NAME = re.compile(r"Ramp ([0-9.]+) C per h")
_NOWHERE = Position("")


def word(text: str) -> str:
    """Pad a word to the width of its field.

    Examples
    --------
    >>> [word("Rest"), word("End"), word("Voltage"), word("")]
    ['  Rest  ', '  End   ', 'Voltage ', '        ']
    """
    return text.center(_WIDTH)


def number(value: float) -> str:
    """Spell a number, to nine digits.

    Examples
    --------
    >>> [number(4.0), number(0.1429), number(1e-4), number(2e7)]
    ['4.0', '0.1429', '1.0E-4', '2.0E7']
    """
    rounded = float(f"{value:.{_DIGITS}g}")
    if rounded == 0 or 1e-3 <= abs(rounded) < 1e7:
        return repr(rounded)
    exponent = Decimal(repr(rounded)).adjusted()
    mantissa = float(Decimal(repr(rounded)).scaleb(-exponent))
    return f"{mantissa!r}E{exponent}"


def value(text: str) -> tuple[float, bool] | None:
    """Read a number, and whether it is a multiple of 1 C; ``None`` if it is none.

    Examples
    --------
    >>> value("0.5C"), value("1.0E-4"), value("VAR1")
    ((0.5, True), (0.0001, False), None)
    """
    match = _VALUE.fullmatch(text.strip())
    found = math.inf if match is None else float(match.group(1))
    return (found, bool(match.group(2))) if match and math.isfinite(found) else None


def clock(seconds: float) -> str | None:
    """Spell a time; ``None`` if it is too long or too short to be spelt.

    Examples
    --------
    >>> [clock(5400), clock(0.01), clock(90.5), clock(400_000), clock(0)]
    ['01:30:00', '::.01', '00:01:30.5', None, None]
    """
    rest = Decimal(repr(float(seconds))).quantize(Decimal(RESOLUTION)).normalize()
    if rest <= 0 or rest >= (MAX_HOURS + 1) * 3600:
        return None
    whole = int(rest)
    fraction = f"{rest - whole:f}".removeprefix("0") if rest != whole else ""
    if whole == 0:
        return f"::{fraction}"
    return f"{whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}{fraction}"


def seconds(text: str) -> float | None:
    """Read a time; ``None`` if it is none.

    Examples
    --------
    >>> seconds("01:30:00"), seconds("::.01"), seconds("5 min")
    (5400.0, 0.01, None)
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None or match.group(3) == ".":
        return None
    hours, minutes, rest = (Decimal(part or "0") for part in match.groups())
    return float(hours * 3600 + minutes * 60 + rest)


def whole(text: str) -> int | None:
    """Read a whole number; ``None`` if it is none, or has more than nine digits."""
    stripped = text.strip()
    return int(stripped) if _WHOLE.fullmatch(stripped) else None


def is_register(name: str) -> bool:
    """Say whether this is a variable that a procedure has."""
    return _REGISTER.fullmatch(name) is not None


def assignment(text: str) -> tuple[str, float] | None:
    """Read what a report sets at the end of a step; ``None`` if it is anything else.

    Examples
    --------
    >>> assignment("atEnd: VAR2=100"), assignment("atEnd: VAR2=VAR1+1")
    (('VAR2', 100.0), None)
    """
    match = _SET.fullmatch(text.strip())
    return None if match is None else (match.group(1), float(match.group(2)))


def register(name: str, assigned: frozenset[str]) -> Expression:
    """Return a variable, or an input if no step of the procedure sets it."""
    return Variable(name, _NOWHERE) if name in assigned else Input(name, _NOWHERE)


def formula(text: str) -> Input:
    """Return the input that stands for a formula which the language has no words for."""
    readable = re.sub(r"[^ -~]|[\"'\[\]]", "?", text)
    return Input(FORMULA + readable, _NOWHERE)


def capacities(factor: float) -> Expression:
    """Return this multiple of the capacity that 1 C means."""
    return Operation("*", Number(factor, _NOWHERE), Input(NOMINAL_CAPACITY, _NOWHERE), _NOWHERE)


def multiple_of_capacity(expression: Expression) -> float | None:
    """Return the factor of what `capacities` made; ``None`` for anything else.

    Examples
    --------
    >>> multiple_of_capacity(capacities(1.1))
    1.1
    """
    if (
        isinstance(expression, Operation)
        and isinstance(expression.left, Number)
        and expression == capacities(expression.left.value)
    ):
        return expression.left.value
    return None


def ramp(text: str) -> float | None:
    """Return the C per hour of a formula of a current that rises from 0; else ``None``.

    Examples
    --------
    >>> ramp("4*CRATE*(STIME/3600)"), ramp("VAR1")
    (4.0, None)
    """
    match = _RAMP.fullmatch(text.replace(" ", ""))
    found = None if match is None else value(match.group(1))
    return None if found is None else found[0]


def ramp_formula(rate: float) -> str:
    """Spell the formula that `ramp` reads."""
    return f"{rate:.{_DIGITS}g}*CRATE*(STIME/3600)"


def ramp_name(rate: float) -> str:
    """Name the drive cycle that stands for a ramp."""
    return f"Ramp {rate:.{_DIGITS}g} C per h"


def named_ramp(name: str) -> float | None:
    """Return the C per hour of a drive cycle that `ramp_name` named; else ``None``."""
    match = _RAMP_NAME.fullmatch(name)
    found = None if match is None else value(match.group(1))
    return None if found is None else found[0]
