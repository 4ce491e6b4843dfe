"""Which bytes of a Parquet file hold a part of its table, and the table they make.

This needs pyarrow, which reads the file's own table of contents. Of a table with a column of a type
that pyarrow does not know, such as integers of 128 bits, every part takes all of the file.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ionworks.storage.downloads import Span
from ionworks.storage.thinning import TIME
from ionworks.storage.windows import UnreadableError, Window

if TYPE_CHECKING:
    import polars as pl

__all__ = ["TAIL", "Contents", "can_read_parts"]

TAIL = 256 << 10
"""How much of a file's end is asked for first: its table of contents, as a rule."""

_WORTH_A_REQUEST = 256 << 10
"""Bytes between two ranges that cost less to fetch than another request."""

_MAGIC = b"PAR1"
_FOOTER = 8


def can_read_parts() -> bool:
    """Whether parts of a file can be read: whether pyarrow is installed."""
    return find_spec("pyarrow") is not None


class Contents:
    """The table of contents of a Parquet file.

    Parameters
    ----------
    tail
        The file's last bytes, with all of its footer: `missing` says how many that takes.
    total
        How long the file is.
    """

    def __init__(self, tail: bytes, total: int) -> None:
        import polars as pl
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._tail, self._total = tail, total
        with _readable():
            self.columns = list(pl.read_parquet_schema(io.BytesIO(tail)))
            try:
                self._metadata = pq.read_metadata(pa.BufferReader(tail))
            except pa.ArrowNotImplementedError:
                self._metadata = None

    @staticmethod
    def missing(tail: bytes, total: int) -> Span | None:
        """Return what to ask for if the tail does not hold the whole footer.

        Raises
        ------
        UnreadableError
            If these are not the last bytes of a Parquet file.
        """
        if len(tail) < _FOOTER + len(_MAGIC) or tail[-len(_MAGIC) :] != _MAGIC:
            raise UnreadableError("it is no Parquet file, or not all of one")
        size = int.from_bytes(tail[-_FOOTER : -len(_MAGIC)], "little") + _FOOTER
        if size > total:
            raise UnreadableError("it is not all of a Parquet file")
        return None if size <= len(tail) else Span(-size)

    def groups(self, window: Window) -> list[int]:
        """Return the row groups that can hold rows of a window."""
        if self._metadata is None:
            return []
        start, stop = window.rows
        chosen, row = [], 0
        for number in range(self._metadata.num_row_groups):
            group = self._metadata.row_group(number)
            here, row = row, row + group.num_rows
            is_in_rows = row > start and (stop is None or here < stop)
            if is_in_rows and self._may_hold(group, window.times):
                chosen.append(number)
        return chosen

    def spans(self, groups: Sequence[int], columns: Sequence[str]) -> list[Span]:
        """Return the byte ranges of columns in row groups, near ones joined."""
        have = self._total - len(self._tail)
        if self._metadata is None:
            return [Span(0, have)] if have else []
        found: list[Span] = []
        for span in sorted(self._chunks(groups, columns)):
            if found and span.start - (found[-1].stop or 0) <= _WORTH_A_REQUEST:
                joined = max(found[-1].stop or 0, span.stop or 0)
                found[-1] = Span(found[-1].start, joined)
            else:
                found.append(span)
        return [span for span in found if span.start < have]

    def frame(
        self, pieces: dict[int, bytes], groups: Sequence[int], window: Window
    ) -> pl.DataFrame:
        """Return the window, read from pieces of the file by where they begin."""
        import polars as pl

        if self._metadata is None:
            return window.of_file(b"".join(pieces.values()) + self._tail)
        with _readable():
            return window.finished(pl.concat(self._tables(pieces, groups, window)))

    def _tables(
        self, pieces: dict[int, bytes], groups: Sequence[int], window: Window
    ) -> Iterator[pl.DataFrame]:
        import pyarrow.parquet as pq

        start, columns = self._total - len(self._tail), window.needed(self.columns)
        sparse = _Sparse({**pieces, start: self._tail}, self._total)
        file = pq.ParquetFile(sparse, metadata=self._metadata)
        for number in groups:
            table = file.read_row_groups([number], columns=columns)
            yield window.rows_of(_polars(table), self._first_row(number))
        if not groups:
            yield _polars(file.schema_arrow.empty_table().select(columns))

    def _first_row(self, group: int) -> int:
        return sum(self._metadata.row_group(number).num_rows for number in range(group))

    def _chunks(self, groups: Sequence[int], columns: Sequence[str]) -> list[Span]:
        wanted, inside = set(columns), tuple(f"{name}." for name in columns)
        spans = []
        for number in groups:
            group = self._metadata.row_group(number)
            for place in range(group.num_columns):
                chunk = group.column(place)
                # The values of a list, or the fields of a structure, are chunks of their own.
                if chunk.path_in_schema in wanted or chunk.path_in_schema.startswith(inside):
                    offsets = (chunk.dictionary_page_offset, chunk.data_page_offset)
                    begin = min(offset for offset in offsets if offset is not None)
                    spans.append(Span(begin, begin + chunk.total_compressed_size))
        return spans

    def _may_hold(self, group: Any, times: tuple[float, float] | None) -> bool:
        if times is None:
            return True
        chunk = next(
            chunk
            for chunk in map(group.column, range(group.num_columns))
            if chunk.path_in_schema == TIME
        )
        known = chunk.statistics
        if known is None or not known.has_min_max:
            return True
        return bool(known.max >= times[0] and known.min <= times[1])


class _Sparse(io.RawIOBase):
    """A file of which some pieces are here; to read others is a mistake."""

    def __init__(self, pieces: dict[int, bytes], total: int) -> None:
        self._starts = sorted(pieces)
        self._pieces = [pieces[start] for start in self._starts]
        self._total, self._place = total, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._total}[whence]
        self._place = base + offset
        return self._place

    def read(self, size: int = -1) -> bytes:
        stop = self._total if size < 0 else min(self._place + size, self._total)
        found = bytearray()
        while self._place < stop:
            index = bisect_right(self._starts, self._place) - 1
            begin = self._place - self._starts[index] if index >= 0 else 0
            piece = self._pieces[index][begin : begin + stop - self._place] if index >= 0 else b""
            if not piece:
                raise OSError(f"byte {self._place} of the table was not fetched")
            found += piece
            self._place += len(piece)
        return bytes(found)


@contextmanager
def _readable() -> Iterator[None]:
    import polars as pl
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, pl.exceptions.PolarsError, OSError) as error:
        raise UnreadableError(str(error)) from error


def _polars(table: Any) -> pl.DataFrame:
    import polars as pl

    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    frame.columns = table.column_names  # a name may be empty, which is not taken over
    return frame
