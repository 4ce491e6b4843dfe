"""Downloaded tables and files, kept on disk: atomic, bounded, and never stale.

An entry is found by server, organization, measurement, part and version of the content, so that
another server's data, or data from before a change, is never taken for what was asked for. All
entries are in one folder of their own below the cache directory, and nothing outside it is touched.

A cache must not be in the way: what cannot be read or written counts as absent.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "CacheKey",
    "DiskCache",
    "clear_cache",
    "get_cache_directory",
    "get_cache_enabled",
    "get_cache_ttl",
    "set_cache_directory",
    "set_cache_enabled",
    "set_cache_ttl",
]


def _default_directory() -> Path:
    home = os.path.expanduser("~")  # noqa: PTH111  # Path.home() fails for a user without one
    return Path(tempfile.gettempdir() if home == "~" else home) / ".ionworksdata_cache"


_CACHE_CONFIG: dict[str, Any] = {
    "enabled": True,
    "directory": _default_directory(),
    "ttl_seconds": 3600,
    "max_bytes": 8 << 30,
}
_OURS = "ionworks-entries"
_ENTRY = ".entry"
_PARTLY_WRITTEN = ".part"
_ABANDONED = 86_400.0
_FRAMES = ("steps", "cycles", "time_series")
_SLACK = 64
_added: dict[Path, int] = {}
"""Bytes added to a folder since it was last looked through; that is done for each 64th of the
most that it may hold, since it takes as long as there are entries."""


@dataclass(frozen=True)
class CacheKey:
    """What names one part of one content.

    Parameters
    ----------
    server
        Where it comes from.
    organization
        In whose name it was asked for.
    measurement_id
        Of what it is a part.
    part
        Such as ``time_series``.
    version
        What changes with the content, such as ``updated_at``.
    """

    server: str
    organization: str
    measurement_id: str
    part: str
    version: str

    @property
    def path(self) -> Path:
        """Where the entry is, below the folder of all entries."""
        name = re.sub(r"\W", "_", self.part)[:40] + "-" + _hashed(self.part, self.version)
        return _folder(self.server, self.organization, self.measurement_id) / f"{name}{_ENTRY}"


class DiskCache:
    """Tables and files by `CacheKey`, with the settings of the process."""

    def find(self, key: CacheKey) -> Path | None:
        """Return the file of an entry that is there and fresh, and note that it was used."""
        path = _root() / key.path
        with suppress(OSError):
            if _CACHE_CONFIG["enabled"] and _is_fresh(path):
                made = path.stat().st_mtime
                os.utime(path, (time.time(), made))
                return path
        return None

    def load(self, key: CacheKey) -> pl.DataFrame | None:
        """Return a table, ``None`` if it is not there; one that cannot be read is removed."""
        import polars as pl

        path = self.find(key)
        if path is None:
            return None
        try:
            return pl.read_parquet(path, glob=False)
        except (pl.exceptions.PolarsError, OSError):
            self.drop(key)
            return None

    def save(self, key: CacheKey, frame: pl.DataFrame) -> None:
        """Keep a table."""
        import polars as pl

        if (aside := self.room(key)) is not None:
            with suppress(OSError, pl.exceptions.PolarsError):
                frame.write_parquet(aside, compression="lz4")
                self.keep(key, aside)
            _remove(aside)

    def room(self, key: CacheKey) -> Path | None:
        """Return where to write an entry before it is kept, ``None`` if nothing can be kept."""
        if not _CACHE_CONFIG["enabled"]:
            return None
        folder = (_root() / key.path).parent
        try:
            _root().mkdir(0o700, parents=True, exist_ok=True)
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return None
        return folder / f"{secrets.token_hex(8)}{_PARTLY_WRITTEN}"

    def keep(self, key: CacheKey, aside: Path) -> Path:
        """Make an entry of a file that was written to `room`, and drop what there is too much.

        Raises
        ------
        OSError
            If that cannot be; the file stays where it is.
        """
        path = _root() / key.path
        size = aside.stat().st_size
        aside.replace(path)
        _grow(size, spare=path)
        return path

    def drop(self, key: CacheKey) -> None:
        """Remove one entry."""
        _remove(_root() / key.path)

    def forget(self, server: str, organization: str | None, measurement_id: str) -> None:
        """Remove all that is kept of a measurement."""
        shutil.rmtree(
            _root() / _folder(server, organization or "", measurement_id), ignore_errors=True
        )


def set_cache_enabled(enabled: bool) -> None:
    """Keep downloads on disk, or do not; what is there stays.

    Examples
    --------
    >>> from ionworks import get_cache_enabled, set_cache_enabled
    >>> set_cache_enabled(True)
    >>> get_cache_enabled()
    True
    """
    _CACHE_CONFIG["enabled"] = bool(enabled)


def get_cache_enabled() -> bool:
    """Whether downloads are kept on disk."""
    return bool(_CACHE_CONFIG["enabled"])


def set_cache_directory(directory: str | os.PathLike[str]) -> None:
    """Keep downloads in a folder; it is made when it is needed."""
    _CACHE_CONFIG["directory"] = Path(directory).expanduser()


def get_cache_directory() -> Path:
    """Return the folder that downloads are kept in."""
    return Path(_CACHE_CONFIG["directory"])


def set_cache_ttl(ttl_seconds: float | None) -> None:
    """Set for how long, in s, what was downloaded is used again; ``None`` for ever.

    Raises
    ------
    ValueError
        If it is negative, or no number.

    Examples
    --------
    >>> from ionworks import get_cache_ttl, set_cache_ttl
    >>> set_cache_ttl(3600)
    >>> get_cache_ttl()
    3600
    """
    is_number = isinstance(ttl_seconds, Real) and not isinstance(ttl_seconds, bool)
    if ttl_seconds is not None and not (is_number and ttl_seconds >= 0):
        raise ValueError(f"ttl_seconds must be a number of seconds or None, not {ttl_seconds!r}")
    _CACHE_CONFIG["ttl_seconds"] = ttl_seconds


def get_cache_ttl() -> float | None:
    """Return for how long, in s, what was downloaded is used again; ``None`` for ever."""
    found: float | None = _CACHE_CONFIG["ttl_seconds"]
    return found


def clear_cache() -> int:
    """Remove everything that was kept, and nothing else that is in the folder.

    Returns
    -------
    int
        How many entries there were.
    """
    count = sum(1 for _ in _entries())
    shutil.rmtree(_root(), ignore_errors=True)
    return count


def _get_cache_dir(measurement_id: str) -> Path:
    return _root() / _folder("", "", measurement_id)


def _load_from_cache(measurement_id: str) -> dict[str, pl.DataFrame] | None:
    """Return what was saved for an id alone: no server is known, so no client's entry is."""
    cache = DiskCache()
    found = {part: cache.load(_of_no_server(measurement_id, part)) for part in _FRAMES}
    return {part: frame for part, frame in found.items() if frame is not None} or None


def _save_to_cache(measurement_id: str, data: dict[str, Any]) -> None:
    """Keep the tables of a measurement for an id alone."""
    import polars as pl

    for part in _FRAMES:
        frame = data.get(part)
        if frame is not None:
            kept = frame if isinstance(frame, pl.DataFrame) else pl.from_pandas(frame)
            DiskCache().save(_of_no_server(measurement_id, part), kept)


def _of_no_server(measurement_id: str, part: str) -> CacheKey:
    return CacheKey("", "", measurement_id, part, "")


def _root() -> Path:
    return get_cache_directory() / _OURS


def _folder(server: str, organization: str, measurement_id: str) -> Path:
    return Path(_hashed(server, organization)) / _hashed(measurement_id)


def _hashed(*texts: str) -> str:
    return sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()[:32]


def _is_fresh(path: Path) -> bool:
    age = time.time() - path.stat().st_mtime
    ttl = get_cache_ttl()
    return ttl is None or age <= ttl


def _entries(suffix: str = _ENTRY) -> Iterator[Path]:
    return _root().glob(f"*/*/*{suffix}")


def _grow(size: int, spare: Path) -> None:
    """Count what was added, and look through the whole folder once that may matter."""
    root, most = _root(), _CACHE_CONFIG["max_bytes"]
    _added[root] = _added.get(root, most) + size
    if _added[root] * _SLACK >= most:
        _added[root] = 0
        _trim(most, spare)


def _trim(most: int, spare: Path) -> None:
    """Remove what was used longest ago until the rest fits, and what was never finished."""
    known = []
    for path in _entries():
        with suppress(OSError):
            found = path.stat()
            known.append((found.st_atime, found.st_size, path))
    total = sum(size for _, size, _ in known)
    for _, size, path in sorted(known):
        if total <= most:
            break
        if path != spare:
            _remove(path)
            total -= size
    for path in _entries(_PARTLY_WRITTEN):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _ABANDONED:
                _remove(path)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
