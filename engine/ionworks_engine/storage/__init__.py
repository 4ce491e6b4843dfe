"""What the engine remembers: rows in a database, frames in content-addressed files.

database   what a store asks of the database that keeps its state
sqlite     SQLite in the data folder: the default
postgres   PostgreSQL by URL, for servers on many machines
store      a database and a folder of files, opened together

Every call here is short (an indexed read 0.05 ms, a commit 0.1 ms on SQLite in WAL mode), so
that handlers make them on the event loop itself: a hop to a thread costs more than the query.
The only slow thing, writing result files durably, is left to a thread by the job system.
"""

from ionworks_engine.storage.database import StoreError
from ionworks_engine.storage.files import FileStore
from ionworks_engine.storage.store import Store

__all__ = ["FileStore", "Store", "StoreError"]
