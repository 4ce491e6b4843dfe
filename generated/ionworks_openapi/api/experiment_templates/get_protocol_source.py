from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...types import Response


def _get_kwargs(
    protocol_id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/experiment_templates/{protocol_id}/source_protocol".format(
            protocol_id=quote(str(protocol_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> str | None:
    if 200 <= response.status_code <= 299:
        response_2xx = response.text
        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[str]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    protocol_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[str]:
    """Get the text a saved protocol was made from

     As it was given. There is none (404) if the protocol was saved as a document, without its text.

    Args:
        protocol_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[str]
    """

    kwargs = _get_kwargs(
        protocol_id=protocol_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    protocol_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> str | None:
    """Get the text a saved protocol was made from

     As it was given. There is none (404) if the protocol was saved as a document, without its text.

    Args:
        protocol_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        str
    """

    return sync_detailed(
        protocol_id=protocol_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    protocol_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[str]:
    """Get the text a saved protocol was made from

     As it was given. There is none (404) if the protocol was saved as a document, without its text.

    Args:
        protocol_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[str]
    """

    kwargs = _get_kwargs(
        protocol_id=protocol_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    protocol_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> str | None:
    """Get the text a saved protocol was made from

     As it was given. There is none (404) if the protocol was saved as a document, without its text.

    Args:
        protocol_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        str
    """

    return (
        await asyncio_detailed(
            protocol_id=protocol_id,
            client=client,
        )
    ).parsed
