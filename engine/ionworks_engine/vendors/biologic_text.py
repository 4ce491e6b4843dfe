"""BioLogic settings as text: a header, and techniques as tables of columns 20 characters wide.

Files come in cp1252 with points or commas as decimal signs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ionworks_engine.vendors.errors import Unreadable

ENCODING = "cp1252"
WIDTH = 20
LARGEST = 16 * 1024 * 1024
"""Bytes that a file may have."""

_FIRST = re.compile(r"(?P<software>EC-LAB|BT-LAB) SETTING FILE\s*")
_LINKED = "Number of linked techniques"
_TECHNIQUE = re.compile(r"Technique : (\d+)\s*")
_MOST_COLUMNS = 20_000
_MOST_LINES = 100_000
Rows: TypeAlias = Mapping[str, Sequence[str]]
"""The cells of a technique by the names of their rows."""

_CLOCK = re.compile(r"(\d+):(\d+):(\d+(?:[.,]\d*)?)")


@dataclass(slots=True)
class Table:
    """One technique: its name, and its rows of cells by their names."""

    number: int
    name: str
    line: int
    rows: dict[str, list[str]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def columns(self) -> int:
        """Return how many sequences it has."""
        return max(len(self.rows.get("Ns", ())), 1)

    def text(self, row: str, column: int) -> str:
        """Return a cell.

        Raises
        ------
        Unreadable
            If it is not there.
        """
        cells = self.rows.get(row)
        if cells is None or column >= len(cells):
            line = self.lines.get(row, self.line)
            raise Unreadable(
                f"technique {self.number} ({self.name}) has no {row!r} in its sequence {column}:"
                " the file is cut or damaged",
                line=line,
                key=row,
            )
        return cells[column]

    def optional(self, row: str, column: int) -> str:
        """Return a cell, ``""`` where there is none."""
        cells = self.rows.get(row, ())
        return cells[column] if column < len(cells) else ""

    def number_at(self, row: str, column: int) -> float:
        """Return a cell as a number.

        Raises
        ------
        Unreadable
            If it is missing or no number.
        """
        text = self.text(row, column)
        try:
            value = number(text)
        except ValueError:
            raise Unreadable(f"{text!r} is no number", line=self.lines[row], key=row) from None
        return value

    def count_at(self, row: str, column: int) -> int:
        """Return a cell as a whole number of 0 or more.

        Raises
        ------
        Unreadable
            If it is missing or no such number.
        """
        value = self.number_at(row, column)
        if value != int(value) or value < 0:
            raise Unreadable(
                f"{self.text(row, column)!r} is no whole number", line=self.lines[row], key=row
            )
        return int(value)

    def quantity(self, row: str, unit_row: str, column: int, units: Mapping[str, float]) -> float:
        """Return a cell in the base unit, its own unit being in another row.

        Raises
        ------
        Unreadable
            If the cell is no number, or the unit is not known.
        """
        return rounded(
            self.number_at(row, column) * self.factor(self.text(unit_row, column), unit_row, units)
        )

    def factor(self, unit: str, row: str, units: Mapping[str, float]) -> float:
        """Return what a unit is worth in the base unit."""
        plain = unit.replace("\u03bc", "u").replace("\u00b5", "u")
        if plain not in units:
            known = ", ".join(units)
            raise Unreadable(
                f"the unit {unit!r} is none of {known}", line=self.lines.get(row), key=row
            )
        return units[plain]

    def seconds(self, row: str, column: int) -> float:
        """Return a cell such as ``3:00:0,0000`` in s.

        Raises
        ------
        Unreadable
            If it is no such time.
        """
        text = self.text(row, column)
        match = _CLOCK.fullmatch(text)
        if match is None:
            raise Unreadable(
                f"{text!r} is no time such as 1:30:0.0000", line=self.lines[row], key=row
            )
        hours, minutes, seconds = (number(part) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole file. ``header`` has the lines before the first technique, with their numbers."""

    software: str
    header: tuple[tuple[int, str], ...]
    tables: tuple[Table, ...]

    def value(self, name: str) -> str:
        """Return what stands behind ``name :`` in the header, ``""`` where it does not stand."""
        for _, line in self.header:
            key, colon, value = line.partition(" : ")
            if colon and key.strip() == name:
                return value.strip()
        return ""


def number(text: str) -> float:
    """Return a number with a point or a comma.

    Raises
    ------
    ValueError
        If it is none, or not finite.

    Examples
    --------
    >>> number("0,500")
    0.5
    """
    value = float(text.strip().replace(",", "."))
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def rounded(value: float) -> float:
    """Drop the noise of a change of units.

    Examples
    --------
    >>> rounded(0.7 * 0.001)
    0.0007
    """
    return float(f"{value:.12g}")


def recognises(data: bytes) -> bool:
    r"""Say whether the bytes begin as settings do.

    Examples
    --------
    >>> recognises(b"EC-LAB SETTING FILE\r\n"), recognises(b"EC-Lab ASCII FILE")
    (True, False)
    """
    return _FIRST.match(_start(data)) is not None


def parse(data: bytes) -> Settings:
    """Read settings.

    Raises
    ------
    Unreadable
        If they are none, too long, or cut.
    """
    if len(data) > LARGEST:
        raise Unreadable(f"{len(data)} bytes are more than the {LARGEST} that settings may have")
    if data.count(b"\n") > _MOST_LINES:
        raise Unreadable(f"more than the {_MOST_LINES} lines that settings may have")
    lines = [line.rstrip("\r") for line in _decoded(data).split("\n")]
    first = _FIRST.fullmatch(lines[0].lstrip("\ufeff"))
    if first is None:
        raise Unreadable("the first line is not that of EC-Lab or BT-Lab settings", line=1)
    header: list[tuple[int, str]] = []
    tables: list[Table] = []
    for index, line in enumerate(lines[1:], start=2):
        match = _TECHNIQUE.fullmatch(line)
        if match is not None:
            name = lines[index].strip() if index < len(lines) else ""
            tables.append(Table(int(match[1]), name, index))
        elif not tables:
            header.append((index, line))
        elif line.strip() and index > tables[-1].line + 1:
            _add_row(tables[-1], line, index)
    settings = Settings(first["software"], tuple(header), tuple(tables))
    _check_count(settings)
    return settings


def write(header: Iterable[str], tables: Iterable[tuple[str, Rows]]) -> bytes:
    """Write settings.

    Parameters
    ----------
    header
        The lines before the techniques.
    tables
        Names of techniques, and their rows of cells.
    """
    lines = list(header)
    for index, (name, rows) in enumerate(tables, start=1):
        lines += [f"Technique : {index}", name]
        lines += [
            "".join(cell.ljust(WIDTH) for cell in (row, *cells)) for row, cells in rows.items()
        ]
        lines.append("")
    return "".join(line + "\r\n" for line in lines).encode(ENCODING, errors="replace")


def _start(data: bytes) -> str:
    return data[:64].decode("latin-1").removeprefix("\xef\xbb\xbf")


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(ENCODING, errors="replace")


def _add_row(table: Table, line: str, index: int) -> None:
    name = line[:WIDTH].strip()
    if len(line) > WIDTH * (_MOST_COLUMNS + 1):
        raise Unreadable(f"more than {_MOST_COLUMNS} sequences", line=index, key=name)
    cells = [line[start : start + WIDTH].strip() for start in range(WIDTH, len(line), WIDTH)]
    while name == "Ns" and cells and not cells[-1]:
        cells.pop()
    table.rows.setdefault(name, cells)
    table.lines.setdefault(name, index)


def _check_count(settings: Settings) -> None:
    text = settings.value(_LINKED)
    if not text.isdecimal() or int(text) != len(settings.tables) or not settings.tables:
        raise Unreadable(
            f"there are {len(settings.tables)} techniques, not {text or 'any number of them'}:"
            " the file is cut or damaged",
            key=_LINKED,
        )
