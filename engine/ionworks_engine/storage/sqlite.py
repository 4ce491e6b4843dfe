"""SQLite in the data folder: the default, for the servers and programs of one machine."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, create_engine, event

from ionworks_engine.storage.database import StoreError
from ionworks_engine.storage.jsontext import dump

_OPENING_LASTS = 3.0
"""Seconds to wait while another engine opens the store: that takes a fraction of one.

Clients of an engine in their own process wait for 10 s, and are to hear why it does not start.
"""
_LOOK_EVERY = 0.02


class SqliteDatabase:
    """The database of a data folder; see `ionworks_engine.storage.database.Database`.

    Parameters
    ----------
    folder
        The data folder; made if it is absent.
    clock
        What tells the time, with a zone.

    Raises
    ------
    StoreError
        If the folder cannot be written, or is held by an engine that shares it with nobody.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self.place = str(folder)
        self.now = clock
        self._lock, self.alone = _take(folder)
        self.engine = _connect(folder / "ionworks.db")

    def reading(self) -> Connection:
        """Return a connection; what is only read needs no transaction."""
        return self.engine.connect()

    def open_to_others(self) -> None:
        """Let other processes in, where the platform can tell who is there."""
        if self.alone:
            _share(self._lock)

    def begin(self, connection: Connection, *, serial: bool) -> None:
        """Begin a change: SQLite has one at a time, serial or not."""
        del serial
        # Else it would begin with the first change, after what that change relies on
        # has been read: another request could delete it in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def keep_up(self) -> None:
        """Do nothing: the lock on the folder is the kernel's."""

    def close(self) -> None:
        """Let go of the database and of the folder."""
        self.engine.dispose()
        self._lock.close()


def _take(folder: Path) -> tuple[IO[str], bool]:
    """Take the folder; whether nobody else had it. The lock falls with the process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "engine.lock").open("a+")
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}") from None
    give_up = time.monotonic() + _OPENING_LASTS
    try:
        # Alone, or else beside others: what only one may do, the first has done by then.
        while not (alone := _lock_alone(lock)) and not _lock_beside(lock):
            if time.monotonic() > give_up:
                raise StoreError(_in_use(folder, lock))
            time.sleep(_LOOK_EVERY)
    except OSError as error:
        lock.close()
        raise StoreError(f"{folder} cannot be locked: {error.strerror}") from None
    except BaseException:
        lock.close()
        raise
    if alone:
        lock.truncate(0)
        with suppress(OSError):  # The disk is full: only the message to another engine needs it.
            os.write(lock.fileno(), str(os.getpid()).encode())
    return lock, alone


def _in_use(folder: Path, lock: IO[str]) -> str:
    lock.seek(0)
    holder = lock.read().strip() or "unknown"
    return (
        f"{folder} is in use by another engine (process {holder}) that does not share it: stop "
        "that one, or choose another data folder"
    )


try:
    import fcntl
except ImportError:  # Windows, whose locks are never shared
    import msvcrt

    def _lock_alone(file: IO[str]) -> bool:
        file.seek(0)
        with suppress(OSError):
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            return True
        return False

    def _lock_beside(file: IO[str]) -> bool:
        del file
        return False

    def _share(file: IO[str]) -> None:
        del file
else:

    def _lock_alone(file: IO[str]) -> bool:
        return _locked(file, fcntl.LOCK_EX)

    def _lock_beside(file: IO[str]) -> bool:
        return _locked(file, fcntl.LOCK_SH)

    def _locked(file: IO[str], how: int) -> bool:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _share(file: IO[str]) -> None:
        # Who slips in between the two locks is alone, too: nothing is held here yet.
        fcntl.flock(file, fcntl.LOCK_SH)


def _connect(path: Path) -> Engine:
    # Parameters of a failed statement may hold links that let the bearer in: not into a log.
    engine = create_engine(f"sqlite:///{path}", json_serializer=dump, hide_parameters=True)
    event.listen(engine, "connect", _tune)
    return engine


def _tune(connection: Any, _record: Any) -> None:
    """Make SQLite fast, durable over a killed process, and equal to PostgreSQL in LIKE."""
    try:
        connection.execute("PRAGMA busy_timeout=5000")
        connection.execute("PRAGMA journal_mode=WAL")
    except BaseException:
        connection.close()
        raise
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA case_sensitive_like=ON")
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text
