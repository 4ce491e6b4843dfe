"""When rows are stored: one rule for the whole test, and those of single lines.

Formats that store rules with each line only are written with the rule that holds there, and read
into one common rule and the exceptions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ionworks_engine.vendors.program import Line, Program, Record, TimedLine

DEFAULT = Record(time=60.0)
"""What holds where a protocol has no resolution: a row a minute."""


def effective(line: TimedLine, program: Program) -> Record:
    """Return the rule that holds in a line.

    Examples
    --------
    >>> from ionworks_engine.vendors.program import Hold
    >>> effective(Hold(kind="Rest"), Program(lines=(), record=Record(time=5.0))).time
    5.0
    """
    for record in (line.record, program.record):
        if record != Record():
            return record
    return DEFAULT


def hoisted(lines: Sequence[Line]) -> tuple[tuple[Line, ...], Record]:
    """Return the lines without the rule that most of them have, and that rule.

    Lines that store nothing get what holds in protocols that say nothing.

    Examples
    --------
    >>> from ionworks_engine.vendors.program import Hold
    >>> hoisted([Hold(kind="Rest", record=Record(time=5.0))])[1]
    Record(time=5.0, voltage=None, current=None)
    """
    lines = [_dressed(line) for line in lines]
    counts = Counter(line.record for line in lines if isinstance(line, TimedLine))
    if not counts:
        return tuple(lines), Record()
    common = counts.most_common(1)[0][0]
    return (
        tuple(
            replace(line, record=Record())
            if isinstance(line, TimedLine) and line.record == common
            else line
            for line in lines
        ),
        common,
    )


def _dressed(line: Line) -> Line:
    if isinstance(line, TimedLine) and line.record == Record():
        return replace(line, record=DEFAULT)
    return line
