"""Uploading what makes a measurement: ask where to, send, confirm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.cell_measurements import (
    confirm_measurement_extend,
    confirm_measurement_upload,
    delete_cell_measurement,
    initiate_measurement_extend,
    initiate_measurement_upload,
)
from ionworks_openapi.models import MeasurementConfirmation, MeasurementUpload

from ionworks._async.wholeness import async_confirmed
from ionworks.calls import async_aside, async_call, async_map, async_to_end
from ionworks.errors import IonworksError
from ionworks.requests import request_body

if TYPE_CHECKING:
    from ionworks_openapi.models import ConfirmedMeasurement, InitiateUploadResponse, UploadInfo

    from ionworks._async.session import AsyncSession
    from ionworks.measurements.contents import Content

__all__ = ["async_send", "async_send_extension"]


async def async_send(
    session: AsyncSession,
    cell_instance_id: str,
    record: Mapping[str, Any],
    kind: str,
    contents: Sequence[Content],
) -> ConfirmedMeasurement:
    """Upload a new measurement and return what the server made of it.

    Parameters
    ----------
    session
        Whose connection is used.
    cell_instance_id
        The cell that was measured.
    record
        The fields of the measurement.
    kind
        ``time_series`` or ``file``.
    contents
        The files that make it.
    """
    names = {"filenames": [content.name for content in contents]} if kind == "file" else {}
    about = {"measurement_type": kind, **names}
    confirmation = request_body(
        MeasurementConfirmation,
        {"cell_instance_id": cell_instance_id, "measurement": record, **about},
        "the measurement",
    )
    named = {key: record[key] for key in ("name", "notes") if key in record}
    upload = request_body(MeasurementUpload, {"measurement": named, **about}, "the measurement")
    opened = await async_call(
        initiate_measurement_upload.asyncio_detailed,
        cell_instance_id,
        client=session.api,
        body=upload,
    )
    await _upload_all(session, opened, contents)
    reserved = opened.measurement_id
    made: ConfirmedMeasurement = await async_confirmed(
        partial(
            async_call,
            confirm_measurement_upload.asyncio_detailed,
            reserved,
            client=session.api,
            body=confirmation,
        ),
        partial(async_call, delete_cell_measurement.asyncio_detailed, reserved, client=session.api),
        f"the measurement {reserved}",
    )
    return made


async def async_send_extension(
    session: AsyncSession, measurement_id: str, content: Content
) -> ConfirmedMeasurement:
    """Upload rows to be added to a measurement and return what the server made of them.

    The server keeps the place of an extension for its sender. One that failed or was given up is
    begun again in the place it has, unless that was closed meanwhile.
    """
    opened = session.begun.pop(measurement_id, None)
    try:
        if opened is None or not await _is_taken(session, opened, content):
            opened = await _extension(session, measurement_id)
            await _upload_all(session, opened, [content])
        return await async_call(
            confirm_measurement_extend.asyncio_detailed, measurement_id, client=session.api, body={}
        )
    except BaseException:
        if opened is not None:
            session.begun[measurement_id] = opened
        raise


async def _extension(session: AsyncSession, measurement_id: str) -> InitiateUploadResponse:
    """Ask for the place of an extension; who is stopped meanwhile has it for the next time."""
    heard: list[InitiateUploadResponse] = []

    async def ask() -> None:
        heard.append(
            await async_call(
                initiate_measurement_extend.asyncio_detailed,
                measurement_id,
                client=session.api,
                body={},
            )
        )

    try:
        await async_to_end(ask)
    except BaseException:
        if heard:
            session.begun[measurement_id] = heard[0]
        raise
    return heard[0]


async def _is_taken(
    session: AsyncSession, opened: InitiateUploadResponse, content: Content
) -> bool:
    """Upload to a place that was opened before; whether it is still open."""
    try:
        await _upload_all(session, opened, [content])
    except IonworksError:
        return False
    return True


async def _upload_all(
    session: AsyncSession, opened: InitiateUploadResponse, contents: Sequence[Content]
) -> None:
    targets = _targets(opened.uploads, contents)

    async def upload(pair: tuple[UploadInfo, Content]) -> None:
        target, content = pair
        with await async_aside(content.open) as body:
            await session.storage.upload(target, body, content.media_type)

    await async_map(upload, list(zip(targets, contents, strict=True)), session.at_once)


def _targets(uploads: Sequence[UploadInfo], contents: Sequence[Content]) -> list[UploadInfo]:
    """Return where each content goes: by the name that the server gives, whatever the order."""
    named = {(upload.filename or "").rpartition("/")[2]: upload for upload in uploads}
    missing = [content.name for content in contents if content.name not in named]
    if missing:
        raise IonworksError(
            f"the server gives no place for {', '.join(missing)}, only for: {', '.join(named)}"
        )
    return [named[content.name] for content in contents]
