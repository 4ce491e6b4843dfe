"""An upload in parts, resumed where it broke off."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from ionworks.calls import async_aside, async_map
from ionworks.errors import ConnectionFailedError, IonworksError
from ionworks.secrecy import host_of
from ionworks.storage.answers import Bucket, StorageRefusedError, element
from ionworks.storage.bodies import Sending
from ionworks.storage.multipart import Part, S3Request, checksum, completion, kept, parts

if TYPE_CHECKING:
    from ionworks._async.session import AsyncSession
    from ionworks.transport import Arrival

__all__ = ["AsyncMultipart"]

_AT_ONCE = 2
_ROUNDS = 3
_SLOWEST = 1 << 20
"""How many bytes a slow line moves in a second: less than that, and credentials may run out."""


class AsyncMultipart:
    """One body on its way to a bucket.

    Each part is tried again on its own; when that does not help, the storage is asked what it has
    and only the rest is sent again.
    """

    def __init__(
        self,
        session: AsyncSession,
        bucket: Bucket,
        sending: Sending,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._session, self._bucket, self._sending = session, bucket, sending
        self._body, self._advance, self._now = sending.body, sending.advance, now
        self._parts = parts(self._body.size)
        self._upload: dict[str, str] = {}
        self._sent: dict[int, tuple[str, str]] = {}

    async def send(self) -> None:
        """Send it all.

        Raises
        ------
        StorageRefusedError
            If the storage takes no parts, or not these credentials.
        ConnectionFailedError
            If the connection broke more often than it pays to try.
        """
        self._check_expiry()
        begun = await self._exchange(
            "begin an upload in parts",
            "POST",
            {"uploads": ""},
            content_type=self._sending.content_type,
            x_amz_checksum_algorithm="CRC32",
        )
        upload = element(begun.content, "UploadId")
        if not upload:
            host = host_of(self._bucket.endpoint)
            raise ConnectionFailedError(f"the storage at {host} takes no uploads in parts")
        self._upload = {"uploadId": upload}
        try:
            await self._send_all()
            await self._finish()
        except Exception as error:
            with suppress(IonworksError):
                await self._exchange("end the upload", "DELETE", self._upload)
            if isinstance(error, ConnectionFailedError):
                self._say_how_far(error)
            self._advance(-self._have)
            raise

    async def _send_all(self) -> None:
        for left in reversed(range(_ROUNDS)):
            missing = [part for part in self._parts if part.number not in self._sent]
            try:
                at_once = min(_AT_ONCE, self._session.at_once)
                await async_map(self._send, missing, at_once)
                return
            except StorageRefusedError:
                raise
            except ConnectionFailedError:
                if not left:
                    raise
            await self._look_what_arrived()

    async def _send(self, part: Part) -> None:
        def prepared() -> tuple[bytes, str]:
            content = self._body.read(part.start, part.stop)
            return content, checksum(content)

        content, crc = await async_aside(prepared)
        query = {"partNumber": str(part.number), **self._upload}
        doing = f"take part {part.number}"
        taken = await self._exchange(doing, "PUT", query, content, x_amz_checksum_crc32=crc)
        self._note({part.number: (taken.headers.get("etag", ""), crc)}, part.size)

    async def _look_what_arrived(self) -> None:
        """Ask for the parts whose answers were lost."""
        unsure = [part for part in self._parts if part.number not in self._sent]
        listed = await self._listed()
        found = await async_aside(partial(kept, listed, self._body, unsure))
        self._note(found, sum(part.size for part in unsure if part.number in found))

    async def _listed(self) -> bytes:
        pages, marker = [], "0"
        while True:
            query = {**self._upload, "part-number-marker": marker}
            page = (await self._exchange("list the parts it has", "GET", query)).content
            pages.append(page)
            following = element(page, "NextPartNumberMarker")
            if element(page, "IsTruncated") != "true" or following in (None, marker):
                return b"".join(pages)
            marker = following

    async def _finish(self) -> None:
        try:
            answer = await self._exchange(
                "put the parts together", "POST", self._upload, completion(self._sent)
            )
        except StorageRefusedError as error:
            # It was put together already, and the answer was lost: whoever confirms the upload
            # to the API hears if it was not.
            if error.code != "NoSuchUpload":
                raise
        else:
            # Storage that was slow has begun its answer with 200 before it knew.
            if element(answer.content, "Error") is not None:
                raise StorageRefusedError.to(
                    "put the parts together", self._bucket.endpoint, 200, answer.content
                )

    @property
    def _have(self) -> int:
        return sum(part.size for part in self._parts if part.number in self._sent)

    def _note(self, sent: Mapping[int, tuple[str, str]], size: int) -> None:
        self._sent |= sent
        self._advance(size)

    def _check_expiry(self) -> None:
        if self._bucket.expires_at is None:
            return
        left = (self._bucket.expires_at - self._now()).total_seconds()
        if left <= 0:
            raise IonworksError(
                f"the credentials for the storage expired {-left:.0f} s ago: begin the upload anew"
            )
        if left < self._body.size / _SLOWEST:
            warnings.warn(
                f"the credentials for the storage expire in {left:.0f} s, which a slow line needs "
                f"for {self._body.size / 1e9:.1f} GB: the upload may break off",
                UserWarning,
                stacklevel=2,
            )

    def _say_how_far(self, error: ConnectionFailedError) -> None:
        error.message += f" ({self._have:,} of {self._body.size:,} bytes had been sent)"

    async def _exchange(
        self, doing: str, method: str, query: Mapping[str, str], body: bytes = b"", **headers: str
    ) -> Arrival:
        def prepared() -> S3Request:
            return S3Request.signed(self._bucket, method, query, self._now(), body, **headers)

        request = await async_aside(prepared)
        async with self._session.http.transfer(
            request.method,
            request.url,
            request.headers,
            request.body,
            is_signed=True,
            repeatable=True,
            patience=self._sending.patience,
        ) as arrival:
            await arrival.aread()
        if arrival.status_code >= 300:
            raise StorageRefusedError.to(doing, request.url, arrival.status_code, arrival.content)
        return arrival
