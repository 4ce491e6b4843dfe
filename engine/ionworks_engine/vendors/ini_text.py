"""The INI text of Arbin schedules: sections of ``key=value``, latin-1, with line numbers.

Inside a value the two bytes y-diaeresis and thorn (``FF FE``) stand for a line break.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ionworks_engine.vendors.errors import Unreadable

ENCODING = "latin-1"
LARGEST = 16 * 1024 * 1024
"""Bytes that a file may have."""
_MOST_LINES = 1_000_000

_BREAK = "\xff\xfe"


@dataclass(slots=True)
class Section:
    """A section: its name, the line of its heading, and its values with their lines."""

    name: str
    line: int
    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """Return a value with its line breaks.

        Raises
        ------
        Unreadable
            If the section has no such key.
        """
        if key not in self.values:
            raise Unreadable(f"[{self.name}] has no {key}", line=self.line, key=key)
        return self.values[key].replace(_BREAK, "\n").strip()

    def optional(self, key: str) -> str:
        """Return a value, ``""`` where there is none."""
        return self.text(key) if key in self.values else ""

    def number(self, key: str) -> float:
        """Return a value as a number.

        Raises
        ------
        Unreadable
            If it is missing or no number.
        """
        text = self.text(key)
        try:
            return float(text)
        except ValueError:
            raise Unreadable(f"{text!r} is no number", line=self.at(key), key=key) from None

    def count(self, key: str) -> int:
        """Return a value as a whole number of 0 or more.

        Raises
        ------
        Unreadable
            If it is missing or no such number.
        """
        value = self.number(key)
        if not 0 <= value <= 1e9 or value != int(value):
            raise Unreadable(
                f"{self.text(key)!r} is no whole number of 0 or more", line=self.at(key), key=key
            )
        return int(value)

    def at(self, key: str) -> int:
        """Return the line of a key, or that of the heading."""
        return self.lines.get(key, self.line)


def parse(data: bytes) -> dict[str, Section]:
    r"""Read INI text into its sections, in order.

    Raises
    ------
    Unreadable
        If it is too long, if a line is neither heading, ``key=value`` nor blank, or if a
        section comes twice.

    Examples
    --------
    >>> parse(b"[Schedule]\nm_uStepNum=3\n")["Schedule"].count("m_uStepNum")
    3
    """
    if len(data) > LARGEST:
        raise Unreadable(f"{len(data)} bytes are more than the {LARGEST} that a schedule may have")
    if data.count(b"\n") > _MOST_LINES:
        raise Unreadable(f"more than the {_MOST_LINES} lines that a schedule may have")
    sections: dict[str, Section] = {}
    current: Section | None = None
    for number, line in enumerate(data.decode(ENCODING).split("\n"), start=1):
        line = line.removesuffix("\r")
        if not line:
            continue
        if line.startswith("[") and line.rstrip().endswith("]"):
            current = _opened(line.strip()[1:-1], number, sections)
        elif line.strip():
            if current is None or "=" not in line:
                raise Unreadable(f"{line[:40]!r} is neither a [section] nor key=value", line=number)
            key, _, value = line.partition("=")
            current.values[key.strip()] = value
            current.lines[key.strip()] = number
    return sections


def _opened(name: str, number: int, sections: dict[str, Section]) -> Section:
    if name in sections:
        raise Unreadable(
            f"[{name}] stands in line {sections[name].line} already", line=number, key=name
        )
    sections[name] = Section(name, number)
    return sections[name]


def write(sections: Iterable[tuple[str, Mapping[str, str]]], blank_lines: int) -> bytes:
    r"""Write sections as INI text.

    Parameters
    ----------
    sections
        Names, and their keys and values. Line breaks in values become ``FF FE``; what latin-1
        does not have becomes ``?``.
    blank_lines
        Between sections.

    Examples
    --------
    >>> write([("A", {"x": "1"}), ("B", {"y": "a\nb"})], 1)
    b'[A]\nx=1\n\n[B]\ny=a\xff\xfeb\n\n'
    """
    blocks = []
    for name, values in sections:
        rows = [f"[{name}]"]
        rows += [f"{key}={text}".replace("\n", _BREAK) for key, text in values.items()]
        blocks.append("".join(row + "\n" for row in rows) + "\n" * blank_lines)
    return "".join(blocks).encode(ENCODING, errors="replace")
