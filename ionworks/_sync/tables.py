# Generated from ionworks/_async/tables.py by `python -m codegen sync`; do not edit.
"""One table in storage: whole, from disk if it was kept there, or only what is asked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ionworks._sync.objects import Object, sync_kept
from ionworks.cache import CacheKey, DiskCache
from ionworks.calls import sync_aside, sync_map
from ionworks.errors import ConnectionFailedError
from ionworks.storage.downloads import Span
from ionworks.storage.rowgroups import TAIL, Contents, can_read_parts
from ionworks.storage.windows import UnreadableError, Window

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Table"]

_AT_ONCE = 4
_TRIES = 3


class Table:
    """A table, by the object that holds it and the key it is kept under on disk."""

    def __init__(self, stored: Object, key: CacheKey | None) -> None:
        self._stored, self._key = stored, key
        self._cache = DiskCache()

    def read(self, window: Window) -> pl.DataFrame:
        """Return a window of the table.

        Raises
        ------
        ConnectionFailedError
            If what came is no table.
        """
        kept = sync_aside(partial(self._kept, window))
        if kept is not None:
            return kept
        try:
            if can_read_parts() and not window.is_everything:
                return self._part(window)
            return self._whole(window)
        except UnreadableError as error:
            raise ConnectionFailedError(
                f"the server sent a table that cannot be read: {error}"
            ) from error

    def _kept(self, window: Window) -> pl.DataFrame | None:
        path = self._cache.find(self._key) if self._key else None
        if path is None or self._key is None:
            return None
        try:
            return window.of_file(path)
        except UnreadableError:
            self._cache.drop(self._key)
            return None

    def _whole(self, window: Window) -> pl.DataFrame:
        source = sync_kept(self._stored, self._key) if self._key else None
        if source is None:
            content, _ = self._stored.read()
            return sync_aside(lambda: window.of_file(content))
        return sync_aside(lambda: window.of_file(source))

    def _part(self, window: Window) -> pl.DataFrame:
        for _ in range(_TRIES):
            tail, landing = self._stored.read(Span(-TAIL))
            if landing.is_whole:
                return sync_aside(partial(window.of_file, tail))
            content, total = landing.content, landing.total
            if total is None:
                return self._whole(window)
            if (span := Contents.missing(tail, total)) is not None:
                tail, landing = self._stored.read(span)
            contents = sync_aside(partial(Contents, tail, total))
            window.check(contents.columns)
            groups = contents.groups(window)
            spans = contents.spans(groups, window.needed(contents.columns))
            read = sync_map(self._stored.read, spans, _AT_ONCE)
            if all(piece.content == content for piece in (landing, *(found[1] for found in read))):
                pieces = {piece.start: found for found, piece in read}
                return sync_aside(partial(contents.frame, pieces, groups, window))
        raise ConnectionFailedError("the table changes while it is read: try again later")
