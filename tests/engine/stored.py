"""Where the engine's tests keep the state: in SQLite, or in the PostgreSQL that is named.

``make test-postgres`` names one. There each data folder has a schema of its own, so that what is
opened with the same folder is the same store, in whatever process.
"""

import hashlib
import os
from pathlib import Path

import pytest
from ionworks_engine.storage import Store

SERVER = os.environ.get("IONWORKS_TEST_DATABASE")
sqlite_only = pytest.mark.skipif(SERVER is not None, reason="is about SQLite itself")


def database_of(folder):
    """Return the URL of the database of a data folder, made if it is new; none for SQLite."""
    if SERVER is None:
        return None
    import psycopg

    schema = "of_" + hashlib.sha256(str(Path(folder).resolve()).encode()).hexdigest()[:24]
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    return f"{SERVER}?options=-csearch_path%3D{schema}"


def open_store(folder, **options):
    return Store(folder, database=database_of(folder), **options)


def served_options(folder):
    """Return the options of ``serve`` for a data folder."""
    database = database_of(folder)
    return ["--data", str(folder), *(["--database", database] if database else [])]
