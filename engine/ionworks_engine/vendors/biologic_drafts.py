"""Lines of settings while they are read: their jumps are looked up when all have their places."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from ionworks.ucp.tree import Profile
from ionworks_engine.vendors.program import Line, Repeat, Stop, TimedLine

Key: TypeAlias = tuple[int, int]
"""A place: the number of a technique, and of a sequence in it."""

Draft: TypeAlias = Callable[[Callable[[Key], int]], Line]


@dataclass(slots=True)
class Drafts:
    """Collects lines, drive cycles and notes."""

    lines: list[Draft] = field(default_factory=list)
    places: dict[Key, int] = field(default_factory=dict)
    profiles: list[Profile] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)

    def begin(self, key: Key) -> None:
        """Say that a sequence begins with the next line."""
        self.places.setdefault(key, len(self.lines))

    def note(self, text: str) -> None:
        """Keep a sentence for people, once."""
        self.notes.setdefault(text)

    def add(self, line: TimedLine, stops: Iterable[tuple[Stop, Key]] = ()) -> None:
        """Add a line whose stops go to places; those that it has go to lines already."""
        known = tuple(stops)

        def draft(place: Callable[[Key], int]) -> Line:
            found = tuple(replace(stop, goto=place(key)) for stop, key in known)
            return replace(line, stops=(*line.stops, *found))  # type: ignore[return-value]

        self.lines.append(draft)

    def repeat(self, start: Key, count: int) -> None:
        """Add the bottom of a loop that runs ``count`` times."""
        self.lines.append(lambda place: Repeat(start=place(start), count=float(count)))

    def finished(self) -> tuple[Line, ...]:
        """Return all lines; places that no line begins at are those of the next, or the end."""
        known = sorted(self.places)

        def place(key: Key) -> int:
            at = bisect_left(known, key)
            return self.places[known[at]] if at < len(known) else len(self.lines)

        return tuple(draft(place) for draft in self.lines)
