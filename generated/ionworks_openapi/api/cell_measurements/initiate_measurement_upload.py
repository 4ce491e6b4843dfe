from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.initiate_upload_response import InitiateUploadResponse
from ...models.measurement_upload import MeasurementUpload
from ...types import Response


def _get_kwargs(
    cell_instance_id: str,
    *,
    body: MeasurementUpload,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/cell_instances/{cell_instance_id}/cell_measurements/initiate-upload".format(
            cell_instance_id=quote(str(cell_instance_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> InitiateUploadResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = InitiateUploadResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[InitiateUploadResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    cell_instance_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: MeasurementUpload,
) -> Response[InitiateUploadResponse]:
    """Ask where to upload a measurement's files

     Checks the name and reserves an id; there is no measurement until the upload is confirmed. Upload
    each file by `PUT` to its `signed_url`, without credentials, or in parts where `multipart` is given.
    A time series is one Parquet file, `time_series.parquet`, and, if the steps are not to be derived,
    `steps.parquet`. Files answer in the order of `filenames`. What is not confirmed in time is
    discarded.

    Args:
        cell_instance_id (str):
        body (MeasurementUpload): What is going to be uploaded.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[InitiateUploadResponse]
    """

    kwargs = _get_kwargs(
        cell_instance_id=cell_instance_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    cell_instance_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: MeasurementUpload,
) -> InitiateUploadResponse | None:
    """Ask where to upload a measurement's files

     Checks the name and reserves an id; there is no measurement until the upload is confirmed. Upload
    each file by `PUT` to its `signed_url`, without credentials, or in parts where `multipart` is given.
    A time series is one Parquet file, `time_series.parquet`, and, if the steps are not to be derived,
    `steps.parquet`. Files answer in the order of `filenames`. What is not confirmed in time is
    discarded.

    Args:
        cell_instance_id (str):
        body (MeasurementUpload): What is going to be uploaded.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        InitiateUploadResponse
    """

    return sync_detailed(
        cell_instance_id=cell_instance_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    cell_instance_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: MeasurementUpload,
) -> Response[InitiateUploadResponse]:
    """Ask where to upload a measurement's files

     Checks the name and reserves an id; there is no measurement until the upload is confirmed. Upload
    each file by `PUT` to its `signed_url`, without credentials, or in parts where `multipart` is given.
    A time series is one Parquet file, `time_series.parquet`, and, if the steps are not to be derived,
    `steps.parquet`. Files answer in the order of `filenames`. What is not confirmed in time is
    discarded.

    Args:
        cell_instance_id (str):
        body (MeasurementUpload): What is going to be uploaded.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[InitiateUploadResponse]
    """

    kwargs = _get_kwargs(
        cell_instance_id=cell_instance_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    cell_instance_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: MeasurementUpload,
) -> InitiateUploadResponse | None:
    """Ask where to upload a measurement's files

     Checks the name and reserves an id; there is no measurement until the upload is confirmed. Upload
    each file by `PUT` to its `signed_url`, without credentials, or in parts where `multipart` is given.
    A time series is one Parquet file, `time_series.parquet`, and, if the steps are not to be derived,
    `steps.parquet`. Files answer in the order of `filenames`. What is not confirmed in time is
    discarded.

    Args:
        cell_instance_id (str):
        body (MeasurementUpload): What is going to be uploaded.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        InitiateUploadResponse
    """

    return (
        await asyncio_detailed(
            cell_instance_id=cell_instance_id,
            client=client,
            body=body,
        )
    ).parsed
