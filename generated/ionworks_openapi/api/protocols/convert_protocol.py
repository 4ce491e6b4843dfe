from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.converted_protocol import ConvertedProtocol
from ...models.protocol_conversion import ProtocolConversion
from ...types import Response


def _get_kwargs(
    *,
    body: ProtocolConversion,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/protocols/convert",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ConvertedProtocol | None:
    if 200 <= response.status_code <= 299:
        response_2xx = ConvertedProtocol.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ConvertedProtocol]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ProtocolConversion,
) -> Response[ConvertedProtocol]:
    """Write a protocol as the file of a cycler

     Nothing is saved. What the target cannot express is refused with 422, naming the step, its line and
    the construct. No device has verified the files: read `notes`, and try a file on a dummy cell first.

    Args:
        body (ProtocolConversion): A protocol and what to write it for.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ConvertedProtocol]
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
    body: ProtocolConversion,
) -> ConvertedProtocol | None:
    """Write a protocol as the file of a cycler

     Nothing is saved. What the target cannot express is refused with 422, naming the step, its line and
    the construct. No device has verified the files: read `notes`, and try a file on a dummy cell first.

    Args:
        body (ProtocolConversion): A protocol and what to write it for.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ConvertedProtocol
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ProtocolConversion,
) -> Response[ConvertedProtocol]:
    """Write a protocol as the file of a cycler

     Nothing is saved. What the target cannot express is refused with 422, naming the step, its line and
    the construct. No device has verified the files: read `notes`, and try a file on a dummy cell first.

    Args:
        body (ProtocolConversion): A protocol and what to write it for.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ConvertedProtocol]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: ProtocolConversion,
) -> ConvertedProtocol | None:
    """Write a protocol as the file of a cycler

     Nothing is saved. What the target cannot express is refused with 422, naming the step, its line and
    the construct. No device has verified the files: read `notes`, and try a file on a dummy cell first.

    Args:
        body (ProtocolConversion): A protocol and what to write it for.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ConvertedProtocol
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
