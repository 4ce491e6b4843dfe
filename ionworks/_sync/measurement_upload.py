# Generated from ionworks/_async/measurement_upload.py by `python -m codegen sync`; do not edit.
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

from ionworks._sync.wholeness import sync_confirmed
from ionworks.calls import sync_aside, sync_call, sync_map, sync_to_end
from ionworks.errors import IonworksError
from ionworks.requests import request_body

if TYPE_CHECKING:
    from ionworks_openapi.models import ConfirmedMeasurement, InitiateUploadResponse, UploadInfo

    from ionworks._sync.session import Session
    from ionworks.measurements.contents import Content

__all__ = ["sync_send", "sync_send_extension"]


def sync_send(
    session: Session,
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
    opened = sync_call(
        initiate_measurement_upload.sync_detailed,
        cell_instance_id,
        client=session.api,
        body=upload,
    )
    _upload_all(session, opened, contents)
    reserved = opened.measurement_id
    made: ConfirmedMeasurement = sync_confirmed(
        partial(
            sync_call,
            confirm_measurement_upload.sync_detailed,
            reserved,
            client=session.api,
            body=confirmation,
        ),
        partial(sync_call, delete_cell_measurement.sync_detailed, reserved, client=session.api),
        f"the measurement {reserved}",
    )
    return made


def sync_send_extension(
    session: Session, measurement_id: str, content: Content
) -> ConfirmedMeasurement:
    """Upload rows to be added to a measurement and return what the server made of them.

    The server keeps the place of an extension for its sender. One that failed or was given up is
    begun again in the place it has, unless that was closed meanwhile.
    """
    opened = session.begun.pop(measurement_id, None)
    try:
        if opened is None or not _is_taken(session, opened, content):
            opened = _extension(session, measurement_id)
            _upload_all(session, opened, [content])
        return sync_call(
            confirm_measurement_extend.sync_detailed, measurement_id, client=session.api, body={}
        )
    except BaseException:
        if opened is not None:
            session.begun[measurement_id] = opened
        raise


def _extension(session: Session, measurement_id: str) -> InitiateUploadResponse:
    """Ask for the place of an extension; who is stopped meanwhile has it for the next time."""
    heard: list[InitiateUploadResponse] = []

    def ask() -> None:
        heard.append(
            sync_call(
                initiate_measurement_extend.sync_detailed,
                measurement_id,
                client=session.api,
                body={},
            )
        )

    try:
        sync_to_end(ask)
    except BaseException:
        if heard:
            session.begun[measurement_id] = heard[0]
        raise
    return heard[0]


def _is_taken(session: Session, opened: InitiateUploadResponse, content: Content) -> bool:
    """Upload to a place that was opened before; whether it is still open."""
    try:
        _upload_all(session, opened, [content])
    except IonworksError:
        return False
    return True


def _upload_all(
    session: Session, opened: InitiateUploadResponse, contents: Sequence[Content]
) -> None:
    targets = _targets(opened.uploads, contents)

    def upload(pair: tuple[UploadInfo, Content]) -> None:
        target, content = pair
        with sync_aside(content.open) as body:
            session.storage.upload(target, body, content.media_type)

    sync_map(upload, list(zip(targets, contents, strict=True)), session.at_once)


def _targets(uploads: Sequence[UploadInfo], contents: Sequence[Content]) -> list[UploadInfo]:
    """Return where each content goes: by the name that the server gives, whatever the order."""
    named = {(upload.filename or "").rpartition("/")[2]: upload for upload in uploads}
    missing = [content.name for content in contents if content.name not in named]
    if missing:
        raise IonworksError(
            f"the server gives no place for {', '.join(missing)}, only for: {', '.join(named)}"
        )
    return [named[content.name] for content in contents]
