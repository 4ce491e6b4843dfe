from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.parsed_template import ParsedTemplate
from ...models.protocol_to_template import ProtocolToTemplate
from ...types import Response


def _get_kwargs(
    *,
    body: ProtocolToTemplate,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/protocols/parse-to-template",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ParsedTemplate | None:
    if 200 <= response.status_code <= 299:
        response_2xx = ParsedTemplate.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ParsedTemplate]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ProtocolToTemplate,
) -> Response[ParsedTemplate]:
    """Save a protocol from its text

     A protocol that the project holds already is found instead of saved twice. Names in
    `experiment_parameters` that set the initial state or temperature become inputs of the protocol.

    Args:
        body (ProtocolToTemplate): A protocol to save.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ParsedTemplate]
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
    body: ProtocolToTemplate,
) -> ParsedTemplate | None:
    """Save a protocol from its text

     A protocol that the project holds already is found instead of saved twice. Names in
    `experiment_parameters` that set the initial state or temperature become inputs of the protocol.

    Args:
        body (ProtocolToTemplate): A protocol to save.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ParsedTemplate
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ProtocolToTemplate,
) -> Response[ParsedTemplate]:
    """Save a protocol from its text

     A protocol that the project holds already is found instead of saved twice. Names in
    `experiment_parameters` that set the initial state or temperature become inputs of the protocol.

    Args:
        body (ProtocolToTemplate): A protocol to save.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ParsedTemplate]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: ProtocolToTemplate,
) -> ParsedTemplate | None:
    """Save a protocol from its text

     A protocol that the project holds already is found instead of saved twice. Names in
    `experiment_parameters` that set the initial state or temperature become inputs of the protocol.

    Args:
        body (ProtocolToTemplate): A protocol to save.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ParsedTemplate
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
