"""Room on the disk: how its lack shows, or that nothing may be written; some is kept for deleting.

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
_REFUSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
"""A disk that can be read only, and files that belong to another user."""
_FULL, _READ_ONLY = 13, 8
_POSTGRES_FULL, _POSTGRES_READ_ONLY = "53100", "25006"
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


def is_read_only(error: BaseException) -> bool:
    """Whether something failed because what is stored can be read only, at least by this user.

    Examples
    --------
    >>> is_read_only(OSError(errno.EROFS, "Read-only file system")), is_read_only(OSError())
    (True, False)
    """
    if isinstance(error, OSError):
        return error.errno in _REFUSED
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlite_errorcode", 0)
    return code & 0xFF == _READ_ONLY or (
        getattr(error.orig, "sqlstate", None) == _POSTGRES_READ_ONLY
    )


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
