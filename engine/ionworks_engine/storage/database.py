"""What a store asks of the database that keeps its state; ``sqlite`` and ``postgres`` give it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree

_BUSY = frozenset({5, 6})
"""SQLite: another process writes, and did so for longer than one waits."""
_UNAVAILABLE = ("08", "53", "57P0", "25006", "25P0", "55P03", "57014", "40001", "40P01")
"""PostgreSQL's states: no connection, too few, shutting down, a standby, waited for too long."""
_FULL = "53100"


class StoreError(Exception):
    """A store that cannot be used; the message says why and what to do."""


class Database(Protocol):
    """Where the state is kept.

    Attributes
    ----------
    engine
        What gives connections for changes.
    place
        How it is called in messages; never with a password.
    alone
        Whether no other server had it open while this one opened it.
    """

    engine: Engine
    place: str
    alone: bool

    def now(self) -> datetime:
        """Return the present, by the one clock that all servers of this database share."""

    def reading(self) -> Connection:
        """Return a connection for reading only."""

    def open_to_others(self) -> None:
        """Let other servers in: what only the first may do is done."""

    def begin(self, connection: Connection, *, serial: bool) -> None:
        """Begin a change; a ``serial`` one waits until no other serial one is under way."""

    def keep_up(self) -> None:
        """Do what is due every few seconds while the store is open."""

    def close(self) -> None:
        """Let go of everything."""


def words_of(error: BaseException) -> str:
    """Return what was wrong on one line: what the driver said, without SQLAlchemy's own words."""
    return " ".join(str(getattr(error, "orig", None) or error).split())


def is_unavailable(error: BaseException) -> bool:
    """Whether something failed because the database cannot serve now, but may soon again."""
    if isinstance(error, NoneFree):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    cause: Any = error.orig
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _BUSY
    if not hasattr(cause, "sqlstate"):
        return False
    if cause.sqlstate is None:
        # The driver could not connect, or lost the connection.
        return type(cause).__name__ == "OperationalError"
    state = str(cause.sqlstate)
    return state.startswith(_UNAVAILABLE) and state != _FULL
