"""PostgreSQL, by URL: the state of servers on one machine or on many.

Writers take turns, as with SQLite: a change first takes an advisory lock of the database, so that
what it has read still holds when it is stored, whichever server reads or stores. Only jobs are
claimed without it (rows that are locked are skipped). Servers that are there hold another lock,
shared: whoever can have it alone is the first, or the only one after all others have died.
"""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from ionworks_engine.storage.database import StoreError, words_of
from ionworks_engine.storage.jsontext import dump

SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
_CONNECTING = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""Seconds, and milliseconds at last: a server that vanished is noticed, never waited for."""
_SETTINGS = (
    "SET lock_timeout = '10s'; SET statement_timeout = '60s'; "
    "SET idle_in_transaction_session_timeout = '20s'; SET client_encoding = 'UTF8'"
)
"""A server that was stopped in the middle of a change gives way to the others."""
_PATIENCE = 5.0
_WRITING, _PRESENT = 1, 2
_KEYS = 0x494F << 48
_DRIFT = timedelta(milliseconds=5)
"""By which the clock of a server may be off: setting it back would reorder what it has stored."""
_JUST_STARTED = timedelta(seconds=10)


class PostgresDatabase:
    """A PostgreSQL database; see `ionworks_engine.storage.database.Database`.

    Parameters
    ----------
    url
        Such as ``postgresql://user@host:5432/name``. What it leaves out comes from where
        PostgreSQL's own programs take it: ``PGPASSFILE``, ``PGHOST`` and so on.

    Raises
    ------
    StoreError
        If the URL is none of PostgreSQL, psycopg is missing, or the database cannot be used.
    """

    def __init__(self, url: str) -> None:
        read = _read(url)
        self.place = f"the database {_shown(read)}"
        self.engine = _connect(read)
        self._reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._presence: Connection | None = None
        self._told: tuple[datetime, float] | None = None
        try:
            with self.reading() as connection:
                self._keys = _KEYS | self._check(connection)
                self._set_clock(connection)
                self.alone = self._appear(first=True)
        except DBAPIError as error:
            self.close()
            raise StoreError(f"{self.place} cannot be used: {words_of(error)}") from None
        except BaseException:
            self.close()
            raise

    def now(self) -> datetime:
        """Return the present by the clock of the database, kept up from what it told."""
        assert self._told is not None
        return _since(*self._told, time.monotonic())

    def reading(self) -> Connection:
        """Return a connection that sees with each query what is stored by then."""
        return self._reader.connect()

    def open_to_others(self) -> None:
        """Let other servers in."""
        if self.alone and self._presence is not None:
            self._presence.execute(_UNLOCK, {"key": self._key(_PRESENT)})

    def begin(self, connection: Connection, *, serial: bool) -> None:
        """Begin a change; a serial one waits for its turn."""
        if serial:
            connection.execute(_LOCK_CHANGES, {"key": self._key(_WRITING)})

    def keep_up(self) -> None:
        """Ask for the time, and be there again if the connection that says so was lost."""
        with self.reading() as connection:
            self._set_clock(connection)
        try:
            assert self._presence is not None
            self._presence.execute(text("SELECT 1"))
        except (SQLAlchemyError, AssertionError):
            self._disappear()
            self._appear(first=False)

    def close(self) -> None:
        """Let go of every connection."""
        self._disappear()
        self.engine.dispose()

    def _check(self, connection: Connection) -> int:
        """Return the number of the schema that is used, after a look at what it may hold."""
        encoding, schema, icu, names = connection.execute(_FACTS).one()
        if encoding != "UTF8":
            raise StoreError(
                f"{self.place} keeps texts as {encoding}: create one with ENCODING 'UTF8'"
            )
        if schema is None:
            raise StoreError(
                f"{self.place} has no schema to use: of its search_path ({names}) none is there"
            )
        if not icu:
            raise StoreError(
                f'{self.place} has no collation "und-x-icu": use a PostgreSQL built with ICU'
            )
        return int(schema)

    def _set_clock(self, connection: Connection) -> None:
        """Ask for the time; believe it where it must be another than the one that is kept up."""
        before = time.monotonic()
        answer: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        doubt = (time.monotonic() - before) / 2
        told, at = answer.astimezone(UTC), before + doubt
        if self._told is None or abs(_since(*self._told, at) - told) > _DRIFT + timedelta(
            seconds=doubt
        ):
            self._told = told, at

    def _appear(self, *, first: bool) -> bool:
        """Be there for others to see; whether nobody else is."""
        self._presence = connection = self.reading()
        key = {"key": self._key(_PRESENT)}
        # After a restart of the database the others are there, but not to be seen for a moment.
        settled = connection.execute(_UP_FOR).scalar_one() > _JUST_STARTED
        alone = first and settled and connection.execute(_TRY_LOCK, key).scalar_one()
        connection.execute(_LOCK_SHARED, key)
        return bool(alone)

    def _disappear(self) -> None:
        if self._presence is not None:
            with suppress(SQLAlchemyError):
                # The lock ends with the session only: it must not go back into the pool.
                self._presence.invalidate()
            with suppress(SQLAlchemyError):
                self._presence.close()
            self._presence = None

    def _key(self, purpose: int) -> int:
        return self._keys | purpose << 32


_FACTS = text(
    "SELECT current_setting('server_encoding'), "
    "(SELECT oid::bigint FROM pg_namespace WHERE nspname = current_schema()), "
    "EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu'), "
    "current_setting('search_path')"
)
_UP_FOR = text("SELECT clock_timestamp() - pg_postmaster_start_time()")
_LOCK_CHANGES = text("SELECT pg_advisory_xact_lock(:key)")
_TRY_LOCK = text("SELECT pg_try_advisory_lock(:key)")
_LOCK_SHARED = text("SELECT pg_advisory_lock_shared(:key)")
_UNLOCK = text("SELECT pg_advisory_unlock(:key)")


def _since(moment: datetime, then: float, now: float) -> datetime:
    """Return the moment that it is now, if it was ``moment`` then."""
    return moment + timedelta(seconds=now - then)


def _read(url: str) -> URL:
    try:
        read = make_url(url)
    except (ArgumentError, ValueError):
        # What could not be read may hold a password.
        read = None
    if url.count("@") > 1:
        # One in a password would end it: its tail would be taken for the host, and shown.
        raise StoreError(
            "the address of the database has more than one @: write those of the user and "
            "of the password as %40"
        )
    if read is None or read.drivername not in SCHEMES:
        raise StoreError(
            "the database is given as postgresql://user@host:5432/name; without one SQLite in the "
            "data folder keeps the state"
        )
    if find_spec("psycopg") is None:
        raise StoreError("PostgreSQL needs psycopg: pip install 'ionworks-api[postgres]'")
    return read.set(drivername="postgresql+psycopg")


def _shown(url: URL) -> str:
    """Return a URL without what may be secret."""
    return url.set(password=None, query={}, drivername="postgresql").render_as_string()


def _connect(url: URL) -> Engine:
    engine = create_engine(
        url,
        connect_args={name: value for name, value in _CONNECTING.items() if name not in url.query},
        json_serializer=dump,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=_PATIENCE,
    )
    event.listen(engine, "connect", _tune)
    return engine


def _tune(connection: Any, _record: Any) -> None:
    connection.autocommit = True
    connection.execute(_SETTINGS)
    connection.autocommit = False
