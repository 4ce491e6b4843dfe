"""Which folder of files belongs to which database.

Files that no row names are removed. So a folder is never used with a database that is not its own:
that would take all its files for nobody's. SQLite lies in its folder; for another database an id
stands in both.
"""

from __future__ import annotations

import uuid
from pathlib import Path

from sqlalchemy import Connection, insert, select

from ionworks_engine.storage.database import Database, StoreError
from ionworks_engine.storage.tables import facts

_FACT, _MARK, _OWN = "store_id", "store.id", "ionworks.db"


def check(connection: Connection, folder: Path, database: Database) -> None:
    """Tie a new folder to a new database, or see that the two belong together.

    Raises
    ------
    StoreError
        If they do not, or the folder cannot be written.
    """
    mark = folder / _MARK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        marked = mark.read_text().strip() if mark.exists() else None
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}") from None
    if connection.dialect.name == "sqlite":
        if marked is not None:
            raise StoreError(
                f"{folder} keeps the files of a database elsewhere: name that one with --database"
            )
        return
    known = connection.scalar(select(facts.c.value).where(facts.c.name == _FACT))
    if known is None:
        # A mark of an opening that was broken off stands in an empty folder.
        _tie(connection, folder, database.place)
    elif known != marked:
        raise StoreError(_apart(folder, database.place, marked))


def _tie(connection: Connection, folder: Path, place: str) -> None:
    if (folder / _OWN).exists():
        raise StoreError(
            f"{folder} holds a store of its own, kept in SQLite: leave out --database, or choose "
            "an empty folder"
        )
    if any((folder / "files").glob("??/*")):
        raise StoreError(
            f"{folder} holds files of another database than {place}, which is new: choose an empty "
            "folder"
        )
    name = str(uuid.uuid4())
    connection.execute(insert(facts).values(name=_FACT, value=name))
    try:
        (folder / _MARK).write_text(f"{name}\n")
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}") from None


def _apart(folder: Path, place: str, marked: str | None) -> str:
    if marked is None:
        return (
            f"{folder} does not hold the files that {place} names: give the folder that was used "
            "with it before, on every machine the same"
        )
    return f"{folder} keeps the files of another database than {place}"
