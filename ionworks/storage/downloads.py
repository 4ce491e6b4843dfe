"""What arrives of an object in storage: in one go, in ranges, and resumed where it broke off."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import IO, NamedTuple
from urllib.parse import urljoin

from ionworks.errors import ConnectionFailedError
from ionworks.storage.answers import checked_address
from ionworks.storage.digests import WANTED, Tally

__all__ = ["WHOLE", "AlteredError", "AsyncLocate", "Landing", "Locate", "Span", "redirect_of"]

Locate = Callable[[], str]
AsyncLocate = Callable[[], Awaitable[str]]

_COUNT = r"[0-9]{1,18}"
_CONTENT_RANGE = re.compile(rf"bytes (?:({_COUNT})-({_COUNT})|\*)/({_COUNT}|\*)")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_RESTARTS = 3


class AlteredError(ConnectionFailedError):
    """What came has another digest than the storage had told."""


class Span(NamedTuple):
    """Which bytes to ask for: half-open, or with a negative start that many from the end."""

    start: int
    stop: int | None = None


WHOLE = Span(0)


class _Place(NamedTuple):
    """Where the bytes of an answer begin and end in the object, and how long that is."""

    start: int
    stop: int | None
    total: int | None


class Landing:
    """A part of an object, or all of it, as it arrives in a file.

    Parameters
    ----------
    file
        Where it is written, from its beginning.
    span
        What is wanted. Storage that knows no ranges gives the whole object instead.
    most
        How many bytes to ask for at once; ``None`` for all that is missing.

    Attributes
    ----------
    start
        Which byte of the object is the first of the file.
    """

    def __init__(self, file: IO[bytes], span: Span = WHOLE, most: int | None = None) -> None:
        self._file, self._span, self._most = file, span, most
        self._content: tuple[str | None, int | None] | None = None
        self._stop: int | None = None
        self._answered_until: int | None = None
        self._restarts = 0
        self._of_answer: Tally | None = None
        self._of_whole: Tally | None = None
        self._altered: list[bytes] = []
        self._next = self.start = max(span.start, 0)

    @property
    def total(self) -> int | None:
        """How long the object is, once that is known."""
        return self._content[1] if self._content else None

    @property
    def content(self) -> tuple[str | None, int | None] | None:
        """What tells this content of the object from another: its validator and its length."""
        return self._content

    @property
    def is_whole(self) -> bool:
        """Whether the file has the whole object."""
        return self.start == 0 and self._next == (self.total if self.total is not None else -1)

    @property
    def is_complete(self) -> bool:
        """Whether all of it is here."""
        return self._content is not None and self._stop is not None and self._next >= self._stop

    @property
    def is_hopeless(self) -> bool:
        """Whether to ask again is in vain: it came altered in the same way, or time and again."""
        found = self._altered
        return len(found) > _MOST_RESTARTS or (len(found) > 1 and found[-1] == found[-2])

    @property
    def count(self) -> int:
        """How many bytes are here."""
        return self._next - self.start

    def request(self) -> dict[str, str]:
        """Return the headers that ask for what is missing."""
        wanted = self._range()
        if wanted is None:
            return {}
        headers = {"Range": f"bytes={wanted}"}
        if self._span != WHOLE and self._most is None:  # of the whole, a digest is told anyway
            headers |= WANTED
        if self._content and self._content[0]:
            headers["If-Range"] = self._content[0]
        return headers

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Take the head of an answer: what its body will be.

        Raises
        ------
        ConnectionFailedError
            If it is not what was asked for, or the object changes time and again.
        """
        if headers.get("content-encoding", "identity") != "identity":
            raise ConnectionFailedError("the storage packed what was to come as it is")
        place = _place(status, headers)
        content = (_validator(headers), place.total)
        if self._content is not None and (content != self._content or place.start != self._next):
            self._restart()
        if self._content is None:
            self._settle(place, is_whole=status == 200)
            self._content = content
            self._of_whole = Tally.told(headers, "repr-digest") if self.start == 0 else None
        self._of_answer = Tally.told(headers, "content-digest")
        self._answered_until = place.stop

    def write(self, chunk: bytes) -> None:
        """Take a piece of the body."""
        self._file.write(chunk)
        self._next += len(chunk)
        for tally in (self._of_answer, self._of_whole):
            if tally is not None:
                tally.add(chunk)

    def end(self) -> None:
        """Note that the body has ended.

        Raises
        ------
        ConnectionFailedError
            If it was shorter or longer than its head had said.
        AlteredError
            If it is not what was sent; nothing of it is kept.
        """
        if self._answered_until is None:
            self._stop = self._next
        elif self._next != self._answered_until:
            due = self._answered_until - self.start
            raise ConnectionFailedError(f"{self.count:,} of {due:,} bytes came")
        self._check(self._of_answer)
        if self.is_whole or (self._answered_until is None and self.start == 0):
            self._check(self._of_whole)

    def _range(self) -> str | None:
        if self._content is None and self._span.start < 0:
            return str(self._span.start)
        ends = [self._stop if self._content else self._span.stop]
        ends += [self._next + self._most if self._most else None]
        stop = min((end for end in ends if end is not None), default=None)
        if stop is None:
            return f"{self._next}-" if self._next else None
        return f"{self._next}-{stop - 1}"

    def _check(self, tally: Tally | None) -> None:
        if tally is None or (found := tally.digest()) == tally.expected:
            return
        self._altered.append(found)
        self._forget()
        reason = "it came altered again" if len(self._altered) > 1 else "it came altered"
        if self.is_hopeless and self._altered[-1] == self._altered[-2]:
            reason = "it came altered in the same way again, so it is damaged where it is kept"
        raise AlteredError(
            f"{reason}: its SHA-256 is {found.hex()}, not {tally.expected.hex()} as was told"
        )

    def _restart(self) -> None:
        self._restarts += 1
        if self._restarts > _MOST_RESTARTS:
            raise ConnectionFailedError("it changes while it is read: try again later")
        self._forget()

    def _forget(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._content, self._next = None, self.start

    def _settle(self, place: _Place, *, is_whole: bool) -> None:
        if is_whole or self._span.start < 0:
            self._stop = place.stop
        elif place.start == self._span.start or place.total == 0:
            ends = [end for end in (self._span.stop, place.total) if end is not None]
            self._stop = min(ends, default=place.stop)
        else:
            raise ConnectionFailedError(
                f"the storage was asked for bytes from {self._span.start} on and gave them "
                f"from {place.start} on"
            )
        self.start = self._next = place.start


def redirect_of(url: str, status: int, headers: Mapping[str, str]) -> str | None:
    """Return the address that an answer refers to, ``None`` if it is an answer itself.

    Raises
    ------
    ConnectionFailedError
        If it is none that can be asked.
    """
    if status not in _REDIRECTS or "location" not in headers:
        return None
    try:
        target = urljoin(url, headers["location"])
    except ValueError:
        target = ""
    return checked_address(target)


def _place(status: int, headers: Mapping[str, str]) -> _Place:
    length = headers.get("content-length", "")
    if status == 200:
        total = int(length) if re.fullmatch(_COUNT, length) else None
        return _Place(0, total, total)
    found = _CONTENT_RANGE.fullmatch(headers.get("content-range", ""))
    if found is None:
        raise ConnectionFailedError("the storage gave a part and did not say which")
    first, last, length = found.groups()
    known = None if length == "*" else int(length)
    if first is None:  # nothing can be asked of an object without a byte
        return _Place(0, 0, known)
    if int(last) < int(first):
        raise ConnectionFailedError("the storage gave a part without a byte")
    return _Place(int(first), int(last) + 1, known)


def _validator(headers: Mapping[str, str]) -> str | None:
    """Return what names this very content: a strong ETag, or else a date."""
    etag = headers.get("etag", "")
    return etag if etag and not etag.startswith("W/") else headers.get("last-modified")
