from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.parsed_protocol import ParsedProtocol
from ...models.protocol_file import ProtocolFile
from ...types import Response


def _get_kwargs(
    *,
    body: ProtocolFile,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/protocols/parse",
    }

    _kwargs["files"] = body.to_multipart()

    headers["Content-Type"] = "multipart/form-data; boundary=+++"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ParsedProtocol | None:
    if 200 <= response.status_code <= 299:
        response_2xx = ParsedProtocol.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ParsedProtocol]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ProtocolFile,
) -> Response[ParsedProtocol]:
    """Read the file of a cycler as a protocol

     The format is found by content, not by the name of the file. Nothing is saved. A file that is none,
    or is damaged, is refused with 422; one that can be read in part answers with `error`.

    Args:
        body (ProtocolFile): The file of a cycler.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ParsedProtocol]
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
    body: ProtocolFile,
) -> ParsedProtocol | None:
    """Read the file of a cycler as a protocol

     The format is found by content, not by the name of the file. Nothing is saved. A file that is none,
    or is damaged, is refused with 422; one that can be read in part answers with `error`.

    Args:
        body (ProtocolFile): The file of a cycler.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ParsedProtocol
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ProtocolFile,
) -> Response[ParsedProtocol]:
    """Read the file of a cycler as a protocol

     The format is found by content, not by the name of the file. Nothing is saved. A file that is none,
    or is damaged, is refused with 422; one that can be read in part answers with `error`.

    Args:
        body (ProtocolFile): The file of a cycler.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ParsedProtocol]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: ProtocolFile,
) -> ParsedProtocol | None:
    """Read the file of a cycler as a protocol

     The format is found by content, not by the name of the file. Nothing is saved. A file that is none,
    or is damaged, is refused with 422; one that can be read in part answers with `error`.

    Args:
        body (ProtocolFile): The file of a cycler.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ParsedProtocol
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
