"""A data folder: one database, one folder of files, held by one engine at a time."""

from __future__ import annotations

import json
import logging
import os
import secrets
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    select,
    union_all,
    update,
)
from sqlalchemy.exc import DatabaseError

from ionworks_engine.storage import room, tables, times
from ionworks_engine.storage.files import FileStore

DEFAULT_PROJECT = "Default project"
IDEMPOTENCY_KEPT = timedelta(hours=24)
_SIGNED_WITH = "storage_secret"
_AT_ONCE = 500
_DOUBTFUL = "doubtful files"
_log = logging.getLogger(__name__)
T = TypeVar("T")


class Companion(Protocol):
    """What is written along with every change of a request."""

    def begin(self, connection: Connection) -> None:
        """Write it, in the transaction of the change."""

    def committed(self) -> None:
        """Hear that the change is stored."""


companion: ContextVar[Companion | None] = ContextVar("companion", default=None)
"""Set while a request is served that carries an idempotency key."""


def doubt(connection: Connection, names: Iterable[str]) -> None:
    """Have files judged once this transaction is committed: those that no row names then, go."""
    connection.info[_DOUBTFUL].update(names)


class StoreError(Exception):
    """A data folder that cannot be used; the message says why and what to do."""


class Store:
    """Open a data folder, making it if it is new.

    Parameters
    ----------
    folder
        The data folder. A fresh one gets a single project, ``Default project``.
    clock
        What tells the time, with a zone.

    Attributes
    ----------
    opened_at
        When this was; whoever was sending to an engine before it was cut off.
    secret
        What links into this store are signed with.

    Raises
    ------
    StoreError
        If the folder cannot be written, is held by another engine, is no store, or was written
        by a newer engine.

    Examples
    --------
    >>> import tempfile
    >>> store = Store(Path(tempfile.mkdtemp()))
    >>> with store.reading() as connection:
    ...     connection.execute(select(tables.projects.c.name)).scalar_one()
    'Default project'
    >>> store.close()
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], datetime] = times.now,
        *,
        database: str | None = None,
    ) -> None:
        if database is not None:
            raise StoreError("only SQLite keeps the state so far: leave out --database")
        self.clock = clock
        self.opened_at = self.now()
        self._lock = _hold(folder)
        self._engine = _connect(f"sqlite:///{folder / 'ionworks.db'}")
        self._reserve = room.Reserve(folder / "reserve")
        try:
            self.files, self.secret = self.making_room(lambda: self._open(folder))
            self._reserve.keep()
        except (OSError, DatabaseError) as error:
            self.close()
            if room.is_lacking(error):
                raise StoreError(
                    f"{folder} cannot be used: its disk is full. Nothing is lost: make room there, "
                    "then start again"
                ) from None
            if isinstance(error, OSError):
                raise
            raise StoreError(f"{folder} holds no readable store: {error.orig}") from None
        except BaseException:
            self.close()
            raise

    def _open(self, folder: Path) -> tuple[FileStore, bytes]:
        files = FileStore(folder / "files")
        self._prepare(folder)
        return files, self._keep_secret()

    def now(self) -> str:
        """Return the present as the text that rows carry."""
        return times.stamp(self.clock())

    def reading(self) -> AbstractContextManager[Connection]:
        """Return a connection for reading, to be used in a ``with``."""
        return self._engine.connect()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are committed together, or not at all."""
        beside = companion.get()
        with self._engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                # Else it would begin with the first change, after what that change relies on
                # has been read: another request could delete it in between.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            doubtful = connection.info[_DOUBTFUL] = set[str]()
            if beside:
                beside.begin(connection)
            yield connection
        if beside:
            beside.committed()
        if doubtful:
            self.discard_files(doubtful)

    @contextmanager
    def naming(self, name: str) -> Iterator[None]:
        """Release a file that was just stored once a row names it; let it go if that fails."""
        try:
            yield
        except BaseException:
            self.files.release([name])
            self.discard_files([name])
            raise
        self.files.release([name])

    def making_room(self, work: Callable[[], T]) -> T:
        """Do what must be possible on a full disk: again, with the room that is kept for it."""
        try:
            return work()
        except (OSError, DatabaseError) as error:
            if not (room.is_lacking(error) and self._reserve.spend()):
                raise
        done = work()
        self._reserve.keep()
        return done

    def discard_files(self, names: Collection[str]) -> None:
        """Remove those of the files that no row names any more."""
        asked = list(set(names))
        with self.reading() as connection:
            named = {
                name
                for column in tables.FILES
                for at in range(0, len(asked), _AT_ONCE)
                for name in connection.scalars(
                    select(column).where(column.in_(asked[at : at + _AT_ONCE]))
                )
            }
        self.files.discard(set(asked) - named)

    def sweep(self) -> None:
        """Remove what nobody can use any more.

        These are uploads that were never confirmed and have expired, remembered answers of long
        ago, and files that no row names: left by a process that was killed, or by either.
        """
        with self.writing() as connection:
            expired = select(tables.uploads.c.id).where(tables.uploads.c.expires_at < self.now())
            parts = tables.upload_parts
            connection.execute(delete(parts).where(parts.c.upload_id.in_(expired)))
            connection.execute(delete(tables.uploads).where(tables.uploads.c.id.in_(expired)))
            long_ago = times.stamp(self.clock() - IDEMPOTENCY_KEPT)
            old = tables.idempotency.c.created_at < long_ago
            connection.execute(delete(tables.idempotency).where(old))
        stored = self.files.names()
        with self.reading() as connection:
            columns = (select(column).where(column.is_not(None)) for column in tables.FILES)
            named = set(connection.scalars(union_all(*columns)))
        if missing := named - stored:
            _log.error(
                "%d files that rows name are missing, such as %s.", len(missing), min(missing)
            )
        self.files.discard(stored - named)
        self._reserve.keep()

    def close(self) -> None:
        """Let go of the database and of the folder."""
        self._engine.dispose()
        self._lock.close()

    def _prepare(self, folder: Path) -> None:
        known = inspect(self._engine).has_table(tables.facts.name)
        with self.writing() as connection:
            if known:
                _refuse_newer(connection, folder)
            # What an older engine did not know of comes as new tables: nothing of its own changes.
            tables.metadata.create_all(connection)
            _set_version(connection, known)
            if known:
                return
            now = self.now()
            connection.execute(
                insert(tables.projects).values(
                    id=str(uuid.uuid4()), name=DEFAULT_PROJECT, created_at=now, updated_at=now
                )
            )

    def _keep_secret(self) -> bytes:
        """Return what links into this store are signed with, made when it was first opened."""
        kept = select(tables.facts.c.value).where(tables.facts.c.name == _SIGNED_WITH)
        with self.writing() as connection:
            found = connection.scalar(kept)
            if found is None:
                found = secrets.token_hex(32)
                connection.execute(insert(tables.facts).values(name=_SIGNED_WITH, value=found))
        return bytes.fromhex(found)


def _set_version(connection: Connection, known: bool) -> None:
    version = {"name": "schema_version", "value": str(tables.SCHEMA_VERSION)}
    if known:
        stored = update(tables.facts).where(tables.facts.c.name == version["name"])
        connection.execute(stored.values(value=version["value"]))
    else:
        connection.execute(insert(tables.facts).values(version))


def _refuse_newer(connection: Connection, folder: Path) -> None:
    query = select(tables.facts.c.value).where(tables.facts.c.name == "schema_version")
    version = int(connection.execute(query).scalar_one())
    if version > tables.SCHEMA_VERSION:
        raise StoreError(
            f"{folder} was written by a newer engine (schema version {version}; this one knows "
            f"{tables.SCHEMA_VERSION}): update the engine, or choose another data folder"
        )


def _hold(folder: Path) -> IO[str]:
    """Take the folder for this process; the lock falls with the process, however it ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "engine.lock").open("a+")
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}") from None
    try:
        _lock(lock)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise StoreError(
            f"{folder} is in use by another engine (process {holder}): stop that one, or choose "
            "another data folder"
        ) from None
    lock.truncate(0)
    with suppress(OSError):  # The disk is full: only the message to another engine needs it.
        os.write(lock.fileno(), str(os.getpid()).encode())
    return lock


try:
    import fcntl
except ImportError:  # Windows
    import msvcrt

    def _lock(file: IO[str]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
else:

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def _connect(url: str) -> Engine:
    # Parameters of a failed statement may hold links that let the bearer in: not into a log.
    engine = create_engine(url, json_serializer=_dump, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
    return engine


def _tune_sqlite(connection: Any, _record: Any) -> None:
    """Make SQLite fast, durable over a killed process, and equal to PostgreSQL in LIKE."""
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except BaseException:
        connection.close()
        raise
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA busy_timeout=5000")
    connection.execute("PRAGMA case_sensitive_like=ON")
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text
