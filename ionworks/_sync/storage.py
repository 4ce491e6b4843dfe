# Generated from ionworks/_async/storage.py by `python -m codegen sync`; do not edit.
"""Files and tables, to and from where the API keeps them: ``session.storage``."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ionworks._sync.multipart import Multipart
from ionworks._sync.objects import Object, sync_kept
from ionworks._sync.tables import Table
from ionworks.calls import sync_aside
from ionworks.progress import meter
from ionworks.retry import TRANSFER_TIMEOUT
from ionworks.storage.answers import StorageRefusedError, Target
from ionworks.storage.bodies import Body, Sending
from ionworks.storage.downloads import Locate
from ionworks.storage.multipart import MOST_IN_ONE, THRESHOLD
from ionworks.storage.windows import Window

if TYPE_CHECKING:
    import polars as pl

    from ionworks._sync.session import Session
    from ionworks.cache import CacheKey

__all__ = ["Storage"]

_NOT_IN_ONE = (504, 524)


class Storage:
    """Where measurements, their files and raw data are: behind signed addresses.

    Uploads are sent whole below 16 MiB and in parts above; what breaks off is resumed. No more
    than two parts are in memory. Credentials of the API are not sent there, and what goes wrong
    is told without the signed address.

    An *operation* is a module of the generated layer whose path gives a file, as
    ``download_measurement_steps``.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def upload(
        self,
        target: Any,
        body: Body,
        content_type: str,
        *,
        progress: bool | None = None,
        timeout: float = TRANSFER_TIMEOUT,
    ) -> None:
        """Send a body to the place that the API has named for it.

        Parameters
        ----------
        target
            An entry of ``uploads`` in the answer to an ``initiate_...`` call.
        body
            What to send.
        content_type
            What it is, such as ``application/octet-stream``.
        progress
            Whether to show a bar on a terminal or in a notebook; without it, for 16 MiB and more.
        timeout
            How long to wait for a sign of the storage, in s.

        Raises
        ------
        ConnectionFailedError
            If the storage refused, or the connection broke time and again.
        IonworksError
            If the temporary credentials have expired.
        OSError
            If the file has gone or become shorter.
        """
        place = Target.of(target)
        shown = body.size >= THRESHOLD if progress is None else progress
        with meter(place.filename or body.name, body.size, shown) as advance:
            self._send(place, Sending(body, content_type, advance, timeout))

    def download(self, operation: Any, *ids: str, key: CacheKey | None = None) -> bytes:
        """Return a file, checked for its length.

        Parameters
        ----------
        operation, *ids
            What gives the file.
        key
            Under which to keep it on disk, and to look for it there first.

        Raises
        ------
        NotFoundError
            If there is none.
        ConnectionFailedError
            If the storage refused, or the connection broke time and again.
        """
        stored = self._object(operation, ids)
        path = sync_kept(stored, key) if key is not None else None
        if path is not None:
            with suppress(OSError):  # Another process may have tidied the cache up.
                return sync_aside(path.read_bytes)
        content, _ = stored.read()
        return content

    def download_to(self, path: Path, operation: Any, *ids: str) -> None:
        """Write a file to a path; what is there is replaced when all of it has come."""
        self._object(operation, ids).save(path)

    def table(
        self,
        operation: Any,
        table_id: str,
        *,
        columns: Sequence[str] | None = None,
        row_range: tuple[int | None, int | None] | None = None,
        time_range: tuple[float | None, float | None] | None = None,
        max_points: int | None = None,
        key: CacheKey | None = None,
    ) -> pl.DataFrame:
        """Return a table, or a part of it; what is not needed is not fetched if that can be.

        Parameters
        ----------
        operation, table_id
            What gives the table.
        columns
            Names, in the order wanted; ``None`` for all.
        row_range
            First row and the one after the last, each ``None`` for no limit.
        time_range
            First and last ``Time [s]``, both included, each ``None`` for no limit; a row without a
            time is in no range.
        max_points
            How many rows at most, thinned so that no spike is lost: `ionworks.storage.thinning`.
        key
            Under which to keep the whole table on disk, and to look for it there first.

        Raises
        ------
        ValueError
            If there is no such column, with the near ones, or a range is not right.
        NotFoundError
            If there is no table.
        """
        window = Window.of(columns, row_range, time_range, max_points)
        return Table(self._object(operation, (table_id,)), key).read(window)

    def at(self, locate: Locate, timeout: float = TRANSFER_TIMEOUT) -> Object:
        """Return the object at an address that is asked for when it is needed."""
        return Object(self._session, locate, timeout)

    def _object(self, operation: Any, ids: Sequence[str]) -> Object:
        address = self._session.http.home.address(operation._get_kwargs(*ids)["url"])

        def known() -> str:
            return address

        return self.at(known)

    def _send(self, target: Target, sending: Sending) -> None:
        size = sending.body.size
        if target.bucket is None:
            self._in_one(target, sending)
            return
        in_parts = Multipart(self._session, target.bucket, sending)
        try:
            if size < THRESHOLD:
                self._in_one(target, sending, final=_NOT_IN_ONE)
            else:
                in_parts.send()
        except StorageRefusedError as error:
            if error.was_too_slow and size < THRESHOLD:
                in_parts.send()
            elif error.denies_access and THRESHOLD <= size <= MOST_IN_ONE:
                self._in_one(target, sending)
            else:
                raise

    def _in_one(self, target: Target, sending: Sending, final: Sequence[int] = ()) -> None:
        with self._session.http.transfer(
            "PUT",
            target.url,
            {"Content-Type": sending.content_type},
            sending.body,
            is_signed=True,
            final=final,
            advance=sending.advance,
            patience=sending.patience,
        ) as arrival:
            answer = arrival.read()
        if arrival.status_code >= 300:
            doing = f"take {target.filename or sending.body.name}"
            raise StorageRefusedError.to(doing, target.url, arrival.status_code, answer)
