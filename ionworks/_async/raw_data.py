"""``client.raw_data``."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import date
from functools import partial
from mimetypes import guess_type
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ionworks_openapi.api.raw_data import (
    confirm_raw_data_upload,
    delete_raw_data,
    get_raw_data,
    get_raw_data_download_url,
    initiate_raw_data_upload,
    list_raw_data,
    list_raw_data_measurements,
    update_raw_data,
)
from ionworks_openapi.models import (
    RawData,
    RawDataConfirmation,
    RawDataUpdate,
    RawDataUpload,
)

from ionworks._async.lists import async_list
from ionworks._async.objects import AsyncObject, async_kept
from ionworks._async.wholeness import async_confirmed
from ionworks.cache import CacheKey, DiskCache
from ionworks.calls import async_aside, async_call
from ionworks.errors import ConnectionFailedError, IonworksError
from ionworks.listing import Filters, list_query
from ionworks.paging import AsyncPage
from ionworks.requests import path_id, request_body
from ionworks.retry import patience
from ionworks.saving import place_for, settle
from ionworks.storage.bodies import Body

if TYPE_CHECKING:
    from ionworks._async.session import AsyncSession

__all__ = ["AsyncRawDataClient"]

_UNKNOWN_KIND = "application/octet-stream"


class AsyncRawDataClient:
    """Files as instruments wrote them, kept unchanged beside the measurements made of them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def upload(
        self,
        project_id: str | None,
        file: str | os.PathLike[str] | bytes | IO[bytes],
        name: str | None = None,
        source: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        timeout: float | tuple[float, float] | None = None,
    ) -> RawData:
        """Keep a file.

        Parameters
        ----------
        project_id
            The project it belongs to; ``None`` for the client's.
        file
            A path, bytes, or a file opened to read bytes, which is sent from where it stands.
        name
            What it is called. Without it, as the file.
        source
            Where it comes from, such as a cycler.
        metadata
            Whatever is to be told about it, by name.
        timeout
            How long to wait for a sign of the storage, in s; 300 without it.

        Raises
        ------
        FileNotFoundError
            If there is no such file; nothing is sent then.
        OSError
            If the file cannot be read, or becomes shorter.
        ConnectionFailedError
            If the storage refused it, or the connection broke time and again. Nothing is kept then.

        Examples
        --------
        >>> kept = await client.raw_data.upload(None, b"Time,Voltage", name="from the cycler")
        >>> kept.name, kept.size_bytes
        ('from the cycler', 12)
        """
        waiting = patience(timeout)
        project = path_id(await self._session.project_id(project_id), "project_id")
        with await async_aside(partial(Body.of, file)) as body:
            told = {
                "project_id": project,
                "filename": body.name,
                "name": name or body.name,
                "content_type": guess_type(body.name)[0] or _UNKNOWN_KIND,
                "metadata": dict(metadata or {}),
                **({"source": source} if source else {}),
            }
            return await self._keep(body, told, waiting)

    async def get(self, raw_data_id: str) -> RawData:
        """Return what is told about a file.

        Raises
        ------
        NotFoundError
            If there is no such file.
        """
        wanted = path_id(raw_data_id, "raw_data_id")
        return await async_call(get_raw_data.asyncio_detailed, wanted, client=self._session.api)

    async def list(
        self,
        project_id: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
        *,
        name: str | None = None,
        name_exact: str | None = None,
        created_by_email: str | None = None,
        created_after: str | date | None = None,
        created_before: str | date | None = None,
        updated_after: str | date | None = None,
        updated_before: str | date | None = None,
        order_by: str | None = None,
        order: str | None = None,
        filters: Filters | None = None,
    ) -> AsyncPage[RawData]:
        """List the files of a project.

        Parameters
        ----------
        project_id
            The project; without it, the client's.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.
        name, name_exact
            A part of the name, in any case; or the whole name.
        created_by_email
            A part of the address of who uploaded it.
        created_after, created_before, updated_after, updated_before
            Times, as ISO text or as a date or time of Python, themselves included.
        order_by, order
            ``name``, ``created_at`` or ``updated_at``; ``asc`` or ``desc``.
        filters
            Further filters, with the operators of the API: ``{"source": "ilike.%neware%"}``.

        Examples
        --------
        >>> _ = await client.raw_data.upload(None, b"...", name="day 1")
        >>> files = await client.raw_data.list(name="day")
        >>> [file.name for file in await files.all()]
        ['day 1']
        """
        operation = list_raw_data.asyncio_detailed
        query = list_query(
            operation,
            filters,
            name=name,
            name_exact=name_exact,
            created_by_email=created_by_email,
            created_after=created_after,
            created_before=created_before,
            updated_after=updated_after,
            updated_before=updated_before,
            order_by=order_by,
            order=order,
            project_id=await self._session.project_id(project_id),
        )
        return await async_list(self._session, operation, query=query, limit=limit, offset=offset)

    async def download(
        self,
        raw_data_id: str,
        use_cache: bool = True,
        read_timeout: float | tuple[float, float] | None = None,
    ) -> bytes:
        """Return the content of a file.

        Parameters
        ----------
        raw_data_id
            Which one.
        use_cache
            Whether to take it from the disk if it was downloaded before, and to keep it there.
        read_timeout
            How long to wait for a sign of the storage, in s; 300 without it.

        Raises
        ------
        ConnectionFailedError
            If not all of it came.

        Examples
        --------
        >>> kept = await client.raw_data.upload(None, b"Time,Voltage")
        >>> await client.raw_data.download(kept.id)
        b'Time,Voltage'
        """
        record = await self.get(raw_data_id)
        version = str(record.size_bytes)
        key = self._session.cache_key(record.id, "raw_data", version) if use_cache else None
        stored = self._stored(record.id, read_timeout)
        path = await async_kept(stored, key) if key is not None else None
        if path is None:
            content, _ = await stored.read()
        else:
            content = await async_aside(path.read_bytes)
        self._check_size(record, len(content), key)
        return content

    async def download_to(
        self,
        raw_data_id: str,
        directory: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        read_timeout: float | tuple[float, float] | None = None,
    ) -> Path:
        """Save a file under its name in a folder, which is made if it is absent.

        However large the file is, little of it is in memory.

        Parameters
        ----------
        raw_data_id
            Which one.
        directory
            The folder.
        overwrite
            Whether a file with other content may be replaced.
        read_timeout
            As for `download`.

        Raises
        ------
        FileExistsError
            If there is a file with other content.
        IonworksError
            If its name could lead out of the folder, or cannot be one.

        Examples
        --------
        >>> import tempfile
        >>> kept = await client.raw_data.upload(None, b"Time,Voltage")
        >>> path = await client.raw_data.download_to(kept.id, tempfile.mkdtemp())
        >>> path.name, path.read_bytes()
        ('upload.bin', b'Time,Voltage')
        """
        record = await self.get(raw_data_id)
        path = await async_aside(partial(place_for, directory, record.filename))
        aside = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            await self._stored(record.id, read_timeout).save(aside)
            self._check_size(record, aside.stat().st_size)
            await async_aside(partial(settle, aside, path, overwrite=overwrite))
        finally:
            aside.unlink(missing_ok=True)
        return path

    async def download_url(self, raw_data_id: str) -> str:
        """Return an address to download a file from, for another program.

        It is secret and short-lived: whoever has it needs no credential.
        """
        wanted = path_id(raw_data_id, "raw_data_id")
        answer = await async_call(
            get_raw_data_download_url.asyncio_detailed, wanted, client=self._session.api
        )
        return answer.url

    async def update(
        self,
        raw_data_id: str,
        name: str | None = None,
        source: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> RawData:
        """Change what is told about a file; what is not named stays.

        Parameters
        ----------
        raw_data_id
            Which one.
        name
            Its new name.
        source
            Where it comes from; an empty text clears it.
        metadata
            Replaces all of what was told by name.

        Examples
        --------
        >>> kept = await client.raw_data.upload(None, b"...")
        >>> kept = await client.raw_data.update(kept.id, source="Neware BTS-4000")
        >>> kept.source
        'Neware BTS-4000'
        """
        told = {"name": name, "source": source, "metadata": metadata}
        changes = {key: value for key, value in told.items() if value is not None}
        return await async_call(
            update_raw_data.asyncio_detailed,
            path_id(raw_data_id, "raw_data_id"),
            client=self._session.api,
            body=request_body(RawDataUpdate, changes, "the change"),
        )

    async def delete(self, raw_data_id: str) -> None:
        """Delete a file; the measurements it is attached to stay."""
        wanted = path_id(raw_data_id, "raw_data_id")
        await async_call(delete_raw_data.asyncio_detailed, wanted, client=self._session.api)
        await async_aside(partial(self._session.forget, wanted))

    async def list_measurements(
        self, raw_data_id: str, limit: int | None = None, offset: int | None = None
    ) -> AsyncPage[str]:
        """List the ids of the measurements that a file is attached to.

        Parameters
        ----------
        raw_data_id
            Which one.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.
        """
        return await async_list(
            self._session,
            list_raw_data_measurements.asyncio_detailed,
            path_id(raw_data_id, "raw_data_id"),
            query={},
            limit=limit,
            offset=offset,
        )

    async def _keep(self, body: Body, told: Mapping[str, Any], timeout: float) -> RawData:
        begun = await async_call(
            initiate_raw_data_upload.asyncio_detailed,
            client=self._session.api,
            body=request_body(RawDataUpload, told, "the file"),
        )
        if not begun.uploads:
            raise IonworksError("the server named no storage to upload to")
        await self._session.storage.upload(
            begun.uploads[0], body, told["content_type"], timeout=timeout
        )
        sent = {**told, "size_bytes": body.size}
        reserved, api = begun.raw_data_id, self._session.api
        kept: RawData = await async_confirmed(
            partial(
                async_call,
                confirm_raw_data_upload.asyncio_detailed,
                reserved,
                client=api,
                body=request_body(RawDataConfirmation, sent, "the file"),
            ),
            partial(async_call, delete_raw_data.asyncio_detailed, reserved, client=api),
            f"the raw data {reserved}",
        )
        return kept

    def _stored(
        self, raw_data_id: str, read_timeout: float | tuple[float, float] | None
    ) -> AsyncObject:
        locate = partial(self.download_url, raw_data_id)
        return self._session.storage.at(locate, patience(read_timeout))

    def _check_size(self, record: RawData, size: int, key: CacheKey | None = None) -> None:
        if record.size_bytes in (None, size):
            return
        if key is not None:
            DiskCache().drop(key)
        raise ConnectionFailedError(
            f"{size:,} bytes came of {record.name!r}, which has {record.size_bytes:,}"
        )
