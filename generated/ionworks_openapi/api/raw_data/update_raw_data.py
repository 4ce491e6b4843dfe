from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.raw_data import RawData
from ...models.raw_data_update import RawDataUpdate
from ...types import Response


def _get_kwargs(
    raw_data_id: str,
    *,
    body: RawDataUpdate,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/raw_data/{raw_data_id}".format(
            raw_data_id=quote(str(raw_data_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> RawData | None:
    if 200 <= response.status_code <= 299:
        response_2xx = RawData.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[RawData]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    raw_data_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: RawDataUpdate,
) -> Response[RawData]:
    """Change what is told about raw data

     The file itself never changes.

    Args:
        raw_data_id (str):
        body (RawDataUpdate): What changes; what is left out stays.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[RawData]
    """

    kwargs = _get_kwargs(
        raw_data_id=raw_data_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    raw_data_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: RawDataUpdate,
) -> RawData | None:
    """Change what is told about raw data

     The file itself never changes.

    Args:
        raw_data_id (str):
        body (RawDataUpdate): What changes; what is left out stays.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        RawData
    """

    return sync_detailed(
        raw_data_id=raw_data_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    raw_data_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: RawDataUpdate,
) -> Response[RawData]:
    """Change what is told about raw data

     The file itself never changes.

    Args:
        raw_data_id (str):
        body (RawDataUpdate): What changes; what is left out stays.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[RawData]
    """

    kwargs = _get_kwargs(
        raw_data_id=raw_data_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    raw_data_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: RawDataUpdate,
) -> RawData | None:
    """Change what is told about raw data

     The file itself never changes.

    Args:
        raw_data_id (str):
        body (RawDataUpdate): What changes; what is left out stays.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        RawData
    """

    return (
        await asyncio_detailed(
            raw_data_id=raw_data_id,
            client=client,
            body=body,
        )
    ).parsed
