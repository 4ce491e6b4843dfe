"""The files beside a Maccor procedure: waveforms (.MWF) and impedance sweeps (.FRA).

A waveform is a table of rows, each with a constant current or power for a time, the voltage or
current that ends the row earlier, and when to report. A sweep is a short INI file.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ionworks.ucp.tree import Position, Profile, ProfileMode
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.maccor_text import value as read_value
from ionworks_engine.vendors.maccor_text import whole

VERSION_LINE = "Maccor waveform file version"
MAX_BYTES = 16 * 2**20
MAX_ROWS = 50_000
SHORTEST_ROW = 0.01
PLACES = 9
RAMP_ROW = 1.0
"""How long the rows are, at most, that stand for a sloping piece of a drive cycle."""

_COLUMNS = 12
_SECOND_HEADER = "Type"
_COUNT_BEFORE_HEADER = 4
_MODES: dict[str, ProfileMode] = {"I": "Current", "P": "Power", "V": "Voltage"}
_LETTERS = {mode: letter for letter, mode in _MODES.items()}


@dataclass(frozen=True, slots=True)
class Bound:
    """What ends a row early: ``quantity`` is V or I."""

    quantity: str
    operator: Literal[">=", "<="]
    value: float


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``value`` is a magnitude in A or W, ``limit`` a mode and its value."""

    state: Literal["C", "D"]
    mode: str
    value: float
    in_c: bool
    limit: tuple[str, float] | None
    seconds: float
    end: Bound | None
    report: float | None

    @property
    def signed(self) -> float:
        """The value, positive for discharge."""
        return self.value if self.state == "D" or self.value == 0 else -self.value


@dataclass(frozen=True, slots=True)
class Sweep:
    """An impedance sweep: Hz, mV, and points per decade."""

    start: float
    end: float
    millivolts: float
    per_decade: float


def read_wave(data: bytes, name: str) -> tuple[Row, ...]:
    """Read a waveform file of either flavour.

    Parameters
    ----------
    data
        The bytes of the file.
    name
        Of the file, for messages.

    Raises
    ------
    Unreadable
        If a row is cut or has a word that no row has, with its line.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(f"{name}: more than {MAX_BYTES} bytes")
    try:
        lines = data.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"{name}: no text", line=line) from None
    if len(lines) > MAX_ROWS:
        raise Unreadable(f"{name}: more than {MAX_ROWS} rows", line=MAX_ROWS)
    first, count = _table(lines, name)
    rows = tuple(
        _row(text, number, name)
        for number, text in enumerate(lines[first:], first + 1)
        if text.strip()
    )
    if not rows:
        raise Unreadable(f"{name}: the waveform has no rows", line=len(lines) or 1)
    if count is not None and count != len(rows):
        raise Unreadable(
            f"{name}: the header says {count} rows, and there are {len(rows)}", line=len(lines)
        )
    return rows


def _table(lines: list[str], name: str) -> tuple[int, int | None]:
    """Return the index of the first row, and the number of rows that the header gives."""
    if not lines or not lines[0].startswith(VERSION_LINE):
        return 0, None
    for index, text in enumerate(lines):
        if text.split("\t")[0] == _SECOND_HEADER:
            stated = lines[max(0, index - _COUNT_BEFORE_HEADER)].strip()
            return index + 1, whole(stated)
    raise Unreadable(f"{name}: the header has no line of column names", line=len(lines))


def _row(text: str, line: int, name: str) -> Row:
    cells = [cell.strip() for cell in text.rstrip("\r\n").split("\t")]
    if len(cells) < _COLUMNS or not cells[_COLUMNS - 1] or any(cells[_COLUMNS:]):
        raise Unreadable(f"{name}: a row has {_COLUMNS} columns, this one {len(cells)}", line=line)
    state, mode, size, limit_mode, limit, time = cells[:6]
    end_mode, sign, end, report_mode, report = cells[6:11]
    if state not in ("C", "D"):
        raise Unreadable(f"{name}: {state!r} is neither C nor D", line=line, key="state")
    if mode not in _MODES:
        raise Unreadable(f"{name}: {mode!r} is none of I, P, V", line=line, key="mode")
    magnitude, in_c = _number(size, line, name, "value")
    return Row(
        state="C" if state == "C" else "D",
        mode=mode,
        value=magnitude,
        in_c=in_c,
        limit=(limit_mode, _number(limit, line, name, "limit")[0]) if limit_mode else None,
        seconds=_number(time, line, name, "duration")[0],
        end=_bound(end_mode, sign, end, line, name),
        report=_number(report, line, name, "report")[0] if report_mode == "T" else None,
    )


def _bound(quantity: str, sign: str, end: str, line: int, name: str) -> Bound | None:
    if not quantity:
        return None
    if sign not in (">=", "<="):
        raise Unreadable(f"{name}: {sign!r} is neither >= nor <=", line=line, key="end")
    return Bound(quantity, ">=" if sign == ">=" else "<=", _number(end, line, name, "end")[0])


def _number(text: str, line: int, name: str, key: str) -> tuple[float, bool]:
    found = read_value(text)
    if found is None or (found[0] < 0 and key in ("value", "duration", "report")):
        raise Unreadable(f"{name}: {text!r} is no number", line=line, key=key)
    return found


def profile_of(rows: Iterable[Row], name: str) -> Profile | None:
    """Return the drive cycle that rows make; ``None`` if they mix modes.

    Rows without current go with every mode.
    """
    listed = list(rows)
    modes = {("C-rate" if row.in_c else _MODES[row.mode]) for row in listed if row.value}
    if len(modes) > 1 or (modes == {"Voltage"} and any(row.value == 0 for row in listed)):
        return None
    mode = modes.pop() if modes else "Current"
    return staircase(name, mode, [(row.seconds, row.signed) for row in listed])


def staircase(name: str, mode: ProfileMode, pieces: Iterable[tuple[float, float]]) -> Profile:
    """Return the drive cycle of pieces of constant value; neighbours of one value are one.

    Examples
    --------
    >>> profile = staircase("A", "Current", [(1, 2), (1, 2), (3, 0)])
    >>> profile.times, profile.values
    ((0.0, 2.0, 2.0, 5.0), (2, 2, 0, 0))
    """
    levels: list[tuple[float, float]] = []
    for seconds, level in pieces:
        if levels and levels[-1][1] == level:
            levels[-1] = (levels[-1][0] + seconds, level)
        else:
            levels.append((seconds, level))
    times, values, now = [], [], 0.0
    for seconds, level in levels:
        times += [now, now := round(now + seconds, 9)]
        values += [level, level]
    return Profile(name, mode, tuple(times), tuple(values), Position(""))


def rows_of(profile: Profile) -> Iterator[tuple[float, float]]:
    """Cut a drive cycle into pieces of constant value: (seconds, value).

    A level piece is one row. A sloping one becomes rows of at most one second with the mean of
    each, so that the charge (or energy) is the same at every point of the drive cycle.
    """
    points = list(zip(profile.times, profile.values, strict=True))
    for (begin, low), (end, high) in pairwise(points):
        seconds = round(end - begin, 9)
        if seconds <= 0:
            continue
        count = 1 if low == high else max(1, math.ceil(round(seconds / RAMP_ROW, 9)))
        for part in range(count):
            yield seconds / count, low + (high - low) * (part + 0.5) / count


def write_wave(
    pieces: Iterable[tuple[float, float]],
    mode: Literal["Current", "Power"],
    bounds: dict[str, Bound],
    report: float,
) -> bytes:
    """Write rows; ``bounds`` gives for C and D what ends a row early."""
    lines = []
    for seconds, size in pieces:
        state = "C" if size < 0 or "D" not in bounds else "D"
        bound = bounds[state]
        cells = [state, _LETTERS[mode], _plain(abs(size)), "", "", _plain(seconds)]
        cells += [bound.quantity, bound.operator, _plain(bound.value), "T", _plain(report), "A"]
        lines.append("\t".join(cells) + "\r\n")
    return "".join(lines).encode("ascii")


def _plain(value: float) -> str:
    """Spell a number without an exponent."""
    return f"{value:.{PLACES}f}".rstrip("0").rstrip(".") or "0"


def read_sweep(data: bytes, name: str) -> Sweep | str:
    """Read a sweep file; a sentence on why it has no counterpart, if it has none.

    Raises
    ------
    Unreadable
        If a value is missing or no number.
    """
    entries = {}
    for text in data.decode("latin-1").splitlines():
        key, equals, content = text.partition("=")
        if equals:
            entries[key.strip()] = content.strip()
    if entries.get("Mode") != "0":
        mode = entries.get("Mode")
        return f"{name}: only sweeps of the voltage (Mode=0) are known, not Mode={mode}"
    numbers = []
    for key in ("InitFreq", "EndFreq", "Amplitude", "StepPerDec"):
        found = read_value(entries.get(key, ""))
        if found is None or found[0] <= 0:
            raise Unreadable(f"{name}: {entries.get(key)!r} is no number above 0", key=key)
        numbers.append(found[0])
    return Sweep(*numbers)


def write_sweep(sweep: Sweep) -> bytes:
    """Write a sweep around the voltage that the cell rests at."""
    text = (
        "[General]\nComment=\nFRAType=3\n[Setup]\nMode=0\nDataQuality=1\nMeasDelay=0\n"
        "Range=200 mA\nBandWidth=AUTO\nPotential=0\nPotentialVs=-1\n[Limits]\nCurrent=4\n"
        f"[Sweep]\nAmplitude={_plain(sweep.millivolts)}\nInitFreq={_plain(sweep.start)}\n"
        f"EndFreq={_plain(sweep.end)}\nStepPerDec={_plain(sweep.per_decade)}\n"
    )
    return text.encode("ascii")
