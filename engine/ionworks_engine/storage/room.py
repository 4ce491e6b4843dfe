"""Room on the disk: how its lack shows, and some that is kept for making more.

Even deleting writes first. So a few MiB are kept that a deletion, or a start, may use when there is
no other room.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from sqlalchemy.exc import DBAPIError

_KEPT = 4 << 20
_LACKING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FULL = 13
_POSTGRES_FULL = "53100"
_NOT_WRITTEN = frozenset({778, 1034, 1546, 4618, 4874, 5386})
"""SQLite's errors of writing, syncing, truncating and sharing memory, which take room, too."""


def is_lacking(error: BaseException) -> bool:
    """Whether something failed because the disk has no room, or takes no file so large.

    Examples
    --------
    >>> is_lacking(OSError(errno.ENOSPC, "No space left on device")), is_lacking(OSError())
    (True, False)
    """
    if isinstance(error, OSError):
        return error.errno in _LACKING
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlite_errorcode", 0)
    full = getattr(error.orig, "sqlstate", None) == _POSTGRES_FULL
    return full or code in _NOT_WRITTEN or code & 0xFF == _FULL


class Reserve:
    """Room that is kept free by a file.

    Parameters
    ----------
    path
        Where the file lies.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self) -> None:
        """Keep the room, if there is so much."""
        if self._path.exists():
            return
        try:
            with self._path.open("xb") as file:
                # Written, not skipped over: what is skipped over takes no room.
                file.write(os.urandom(_KEPT))
        except OSError:
            self.spend()

    def spend(self) -> bool:
        """Give the room away; false if there is none."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
