from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.tag_change import TagChange
from ...models.tag_change_result import TagChangeResult
from ...types import Response


def _get_kwargs(
    *,
    body: TagChange,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/cell_measurements/tags/bulk",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> TagChangeResult | None:
    if 200 <= response.status_code <= 299:
        response_2xx = TagChangeResult.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[TagChangeResult]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: TagChange,
) -> Response[TagChangeResult]:
    """Add tags to measurements and remove tags from them

     All of them or, on an error, none. Adding a tag that is there and removing one that is not changes
    nothing. A new tag takes the spelling in which the project has it; removing goes by any case. A
    measurement has at most 50 tags of at most 50 characters.

    Args:
        body (TagChange): Tags to add and to remove.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[TagChangeResult]
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
    body: TagChange,
) -> TagChangeResult | None:
    """Add tags to measurements and remove tags from them

     All of them or, on an error, none. Adding a tag that is there and removing one that is not changes
    nothing. A new tag takes the spelling in which the project has it; removing goes by any case. A
    measurement has at most 50 tags of at most 50 characters.

    Args:
        body (TagChange): Tags to add and to remove.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        TagChangeResult
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: TagChange,
) -> Response[TagChangeResult]:
    """Add tags to measurements and remove tags from them

     All of them or, on an error, none. Adding a tag that is there and removing one that is not changes
    nothing. A new tag takes the spelling in which the project has it; removing goes by any case. A
    measurement has at most 50 tags of at most 50 characters.

    Args:
        body (TagChange): Tags to add and to remove.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[TagChangeResult]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: TagChange,
) -> TagChangeResult | None:
    """Add tags to measurements and remove tags from them

     All of them or, on an error, none. Adding a tag that is there and removing one that is not changes
    nothing. A new tag takes the spelling in which the project has it; removing goes by any case. A
    measurement has at most 50 tags of at most 50 characters.

    Args:
        body (TagChange): Tags to add and to remove.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        TagChangeResult
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
