"""What the engine remembers: rows in a database, frames in content-addressed files.

Every call here is short (an indexed read 0.05 ms, a commit 0.1 ms on SQLite in WAL mode), so
that handlers make them on the event loop itself: a hop to a thread costs more than the query.
The only slow thing, writing result files durably, is left to a thread by the job system.
"""

from ionworks_engine.storage.files import FileStore
from ionworks_engine.storage.store import Store, StoreError

__all__ = ["FileStore", "Store", "StoreError"]
