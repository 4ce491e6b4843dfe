from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.raw_data_upload import RawDataUpload
from ...models.raw_data_upload_response import RawDataUploadResponse
from ...types import Response


def _get_kwargs(
    *,
    body: RawDataUpload,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/raw_data/initiate-upload",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> RawDataUploadResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = RawDataUploadResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[RawDataUploadResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: RawDataUpload,
) -> Response[RawDataUploadResponse]:
    """Ask where to upload raw data

     There are no raw data until the upload is confirmed. Upload the file by `PUT` to `signed_url`,
    without credentials, or in parts where `multipart` is given.

    Args:
        body (RawDataUpload): A file that is going to be uploaded.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[RawDataUploadResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: RawDataUpload,
) -> RawDataUploadResponse | None:
    """Ask where to upload raw data

     There are no raw data until the upload is confirmed. Upload the file by `PUT` to `signed_url`,
    without credentials, or in parts where `multipart` is given.

    Args:
        body (RawDataUpload): A file that is going to be uploaded.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        RawDataUploadResponse
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: RawDataUpload,
) -> Response[RawDataUploadResponse]:
    """Ask where to upload raw data

     There are no raw data until the upload is confirmed. Upload the file by `PUT` to `signed_url`,
    without credentials, or in parts where `multipart` is given.

    Args:
        body (RawDataUpload): A file that is going to be uploaded.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[RawDataUploadResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: RawDataUpload,
) -> RawDataUploadResponse | None:
    """Ask where to upload raw data

     There are no raw data until the upload is confirmed. Upload the file by `PUT` to `signed_url`,
    without credentials, or in parts where `multipart` is given.

    Args:
        body (RawDataUpload): A file that is going to be uploaded.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        RawDataUploadResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
