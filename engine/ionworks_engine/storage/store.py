"""A store: one database and one folder of files, shared by the servers that have it open."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, delete, insert, inspect, select, union_all, update
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from ionworks_engine.storage import belonging, queue, room, tables, times
from ionworks_engine.storage.database import Database, StoreError, is_unavailable, words_of
from ionworks_engine.storage.files import FileStore
from ionworks_engine.storage.postgres import PostgresDatabase
from ionworks_engine.storage.sqlite import SqliteDatabase

DEFAULT_PROJECT = "Default project"
IDEMPOTENCY_KEPT = timedelta(hours=24)
_SIGNED_WITH = "storage_secret"
_GONE_AFTER = timedelta(hours=1)
"""Without a sign of life: what such a server had aside is removed."""
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


class Store:
    """Open a store, making it if it is new.

    Parameters
    ----------
    folder
        The data folder. A fresh store gets a single project, ``Default project``.
    clock
        What tells the time, with a zone; by default that of the database.
    database
        URL of a PostgreSQL database that keeps the state, the folder then keeps files only; by
        default SQLite in the folder.

    Attributes
    ----------
    id
        Of this server, among those that have the store open.
    alone
        Whether no other server had the store open when this one opened it.
    opened_at
        When this was.
    served_since
        Since when there were servers without a break; whoever was sending before was cut off.
    secret
        What links into this store are signed with.

    Raises
    ------
    StoreError
        If the folder or the database cannot be used, do not belong together, or were written by a
        newer engine.

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
        clock: Callable[[], datetime] | None = None,
        *,
        database: str | None = None,
    ) -> None:
        self.id = str(uuid.uuid4())
        self._database = _database(folder, clock, database)
        self.alone = self._database.alone
        self.clock = clock or self._database.now
        self.opened_at = self.served_since = self.now()
        self._reserve = room.Reserve(folder / "reserve")
        try:
            self.files, self.secret = self.making_room(lambda: self._open(folder))
            self._reserve.keep()
            self._database.open_to_others()
        except (OSError, DatabaseError) as error:
            self._let_go()
            if room.is_lacking(error):
                raise StoreError(
                    f"{folder} cannot be used: its disk is full. Nothing is lost: make room there, "
                    "then start again"
                ) from None
            if isinstance(error, OSError):
                raise
            trouble = "holds no readable store"
            if is_unavailable(error):
                trouble = "cannot be used at present, try again"
            raise StoreError(f"{self._database.place} {trouble}: {words_of(error)}") from None
        except BaseException:
            self._let_go()
            raise

    def _open(self, folder: Path) -> tuple[FileStore, bytes]:
        with self._changing(serial=True) as connection:
            self._prepare(connection)
            belonging.check(connection, folder, self._database)
            secret = _keep_secret(connection)
            self._appear(connection)
        return FileStore(folder / "files", self.id, self._servers), secret

    def _servers(self) -> list[str]:
        with self.reading() as connection:
            return list(connection.scalars(select(tables.servers.c.id)))

    def now(self) -> str:
        """Return the present as the text that rows carry."""
        return times.stamp(self.clock())

    def reading(self) -> AbstractContextManager[Connection]:
        """Return a connection for reading, to be used in a ``with``."""
        return self._database.reading()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are committed together, or not at all.

        Writers take turns, those of other servers among them: what was read by this connection
        still holds when its changes are stored.
        """
        beside = companion.get()
        with self._changing(serial=True) as connection:
            doubtful = connection.info[_DOUBTFUL] = set[str]()
            if beside:
                beside.begin(connection)
            yield connection
            self.files.keep_held()
        if beside:
            beside.committed()
        if doubtful:
            self.discard_files(doubtful)

    def claiming(self) -> AbstractContextManager[Connection]:
        """Return a connection to lock and change rows that others skip; nobody waits for it."""
        return self._changing(serial=False)

    @contextmanager
    def _changing(self, *, serial: bool) -> Iterator[Connection]:
        with self._database.engine.begin() as connection:
            self._database.begin(connection, serial=serial)
            yield connection

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
        for at in range(0, len(asked), _AT_ONCE):
            some = asked[at : at + _AT_ONCE]
            # In turn with writers: none of them, here or elsewhere, names one in between.
            # Committed first: whoever was too late, is told so before the files are gone.
            with (
                self.files.discarding() as discard,
                self._changing(serial=True) as connection,
            ):
                named = {
                    name
                    for column in tables.FILES
                    for name in connection.scalars(select(column).where(column.in_(some)))
                }
                discard(set(some) - named)

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
            gone = tables.servers.c.expires_at < times.stamp(self.clock() - _GONE_AFTER)
            connection.execute(delete(tables.servers).where(gone, tables.servers.c.id != self.id))
        self.files.clear_aside()
        stored = self.files.names()
        with self.reading() as connection:
            columns = (select(column).where(column.is_not(None)) for column in tables.FILES)
            named = set(connection.scalars(union_all(*columns)))
        if missing := named - stored:
            _log.error(
                "%d files that rows name are missing, such as %s.", len(missing), min(missing)
            )
        self.discard_files(stored - named)
        self._reserve.keep()

    def stay(self, connection: Connection, until: str, idle: int) -> None:
        """Give a sign of life that holds until a moment, and say how many more jobs would run."""
        mine = tables.servers.c.id == self.id
        told = {"expires_at": until, "idle": idle}
        if not connection.execute(update(tables.servers).where(mine).values(told)).rowcount:
            connection.execute(insert(tables.servers).values(self._described() | told))

    def keep_up(self) -> None:
        """Do what the database needs every few seconds while servers share it."""
        self._database.keep_up()

    def close(self) -> None:
        """Let go of the database and of the folder."""
        try:
            with self._changing(serial=True) as connection:
                connection.execute(delete(tables.servers).where(tables.servers.c.id == self.id))
        except SQLAlchemyError as error:
            _log.warning(
                "Others will see for a while that this server was there: %s", words_of(error)
            )
        self._let_go()

    def _let_go(self) -> None:
        self._database.close()

    def _prepare(self, connection: Connection) -> None:
        known = inspect(connection).has_table(tables.facts.name)
        if known:
            _refuse_newer(connection, self._database.place)
        # What an older engine did not know of comes as new tables: nothing of its own changes.
        tables.metadata.create_all(connection)
        _set_version(connection, known)
        if not known:
            now = self.now()
            connection.execute(
                insert(tables.projects).values(
                    id=str(uuid.uuid4()), name=DEFAULT_PROJECT, created_at=now, updated_at=now
                )
            )

    def _appear(self, connection: Connection) -> None:
        """Be among the servers: the only one, if it is alone."""
        if self.alone:
            connection.execute(delete(tables.servers))
            queue.reclaim(connection, self.now(), lapsed_before=None)
        starts = connection.scalars(select(tables.servers.c.started_at))
        self.served_since = min([self.opened_at, *starts])
        connection.execute(insert(tables.servers).values(self._described()))

    def _described(self) -> dict[str, Any]:
        name = f"{socket.gethostname()}, process {os.getpid()}"
        row = {"id": self.id, "name": name, "idle": 0}
        return row | {"started_at": self.opened_at, "expires_at": self.now()}


def _database(folder: Path, clock: Callable[[], datetime] | None, database: str | None) -> Database:
    if database is None:
        return SqliteDatabase(folder, clock or times.now)
    return PostgresDatabase(database)


def _keep_secret(connection: Connection) -> bytes:
    """Return what links into this store are signed with, made when it was first opened."""
    kept = select(tables.facts.c.value).where(tables.facts.c.name == _SIGNED_WITH)
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


def _refuse_newer(connection: Connection, place: str) -> None:
    query = select(tables.facts.c.value).where(tables.facts.c.name == "schema_version")
    version = int(connection.execute(query).scalar_one())
    if version > tables.SCHEMA_VERSION:
        raise StoreError(
            f"{place} was written by a newer engine (schema version {version}; this one knows "
            f"{tables.SCHEMA_VERSION}): update the engine, or choose another store"
        )
