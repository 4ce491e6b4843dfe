"""Which timed line can be the last before a line: what «the last current» is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ionworks_engine.vendors.program import Jump, Line, Repeat, TimedLine


def followers(index: int, line: Line) -> set[int]:
    """Return the lines that can come after one; the index after the last is the end."""
    if isinstance(line, TimedLine):
        return {stop.goto for stop in line.stops} or {index + 1}
    if isinstance(line, Repeat):
        return {line.start, index + 1}
    if isinstance(line, Jump):
        return {line.goto} if line.condition is None else {line.goto, index + 1}
    return {index + 1}


def last_timed(lines: Sequence[Line], index: int) -> Iterator[int | None]:
    """Yield the timed lines that can be the last one before a line.

    ``None`` stands for the beginning of the test.
    """
    before: dict[int, set[int | None]] = {place: set() for place in range(len(lines) + 1)}
    before[0].add(None)
    for place, line in enumerate(lines):
        for follower in followers(place, line):
            before.setdefault(follower, set()).add(place)
    seen: set[int | None] = set()
    waiting = list(before[index])
    while waiting:
        found = waiting.pop()
        if found in seen:
            continue
        seen.add(found)
        if found is None or isinstance(lines[found], TimedLine):
            yield found
        else:
            waiting.extend(before[found])
