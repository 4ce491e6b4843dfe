from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.search_entity_type import SearchEntityType
from ...models.search_response import SearchResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    q: str,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    per_type: int | Unset = UNSET,
    entity_types: list[SearchEntityType] | Unset = UNSET,
    project_id: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["q"] = q

    params["limit"] = limit

    params["offset"] = offset

    params["per_type"] = per_type

    json_entity_types: list[str] | Unset = UNSET
    if not isinstance(entity_types, Unset):
        json_entity_types = []
        for entity_types_item_data in entity_types:
            entity_types_item = entity_types_item_data.value
            json_entity_types.append(entity_types_item)

    params["entity_types"] = json_entity_types

    params["project_id"] = project_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/search",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> SearchResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = SearchResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[SearchResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    q: str,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    per_type: int | Unset = UNSET,
    entity_types: list[SearchEntityType] | Unset = UNSET,
    project_id: str | Unset = UNSET,
) -> Response[SearchResponse]:
    """Search in everything

     Finds a text in names, in any case, and the beginnings of words in descriptions and notes; within a
    kind, what has it in its name comes first. A text of blanks only is refused with 400.

    Args:
        q (str):
        limit (int | Unset):
        offset (int | Unset):
        per_type (int | Unset):
        entity_types (list[SearchEntityType] | Unset):
        project_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[SearchResponse]
    """

    kwargs = _get_kwargs(
        q=q,
        limit=limit,
        offset=offset,
        per_type=per_type,
        entity_types=entity_types,
        project_id=project_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    q: str,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    per_type: int | Unset = UNSET,
    entity_types: list[SearchEntityType] | Unset = UNSET,
    project_id: str | Unset = UNSET,
) -> SearchResponse | None:
    """Search in everything

     Finds a text in names, in any case, and the beginnings of words in descriptions and notes; within a
    kind, what has it in its name comes first. A text of blanks only is refused with 400.

    Args:
        q (str):
        limit (int | Unset):
        offset (int | Unset):
        per_type (int | Unset):
        entity_types (list[SearchEntityType] | Unset):
        project_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        SearchResponse
    """

    return sync_detailed(
        client=client,
        q=q,
        limit=limit,
        offset=offset,
        per_type=per_type,
        entity_types=entity_types,
        project_id=project_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    q: str,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    per_type: int | Unset = UNSET,
    entity_types: list[SearchEntityType] | Unset = UNSET,
    project_id: str | Unset = UNSET,
) -> Response[SearchResponse]:
    """Search in everything

     Finds a text in names, in any case, and the beginnings of words in descriptions and notes; within a
    kind, what has it in its name comes first. A text of blanks only is refused with 400.

    Args:
        q (str):
        limit (int | Unset):
        offset (int | Unset):
        per_type (int | Unset):
        entity_types (list[SearchEntityType] | Unset):
        project_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[SearchResponse]
    """

    kwargs = _get_kwargs(
        q=q,
        limit=limit,
        offset=offset,
        per_type=per_type,
        entity_types=entity_types,
        project_id=project_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    q: str,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    per_type: int | Unset = UNSET,
    entity_types: list[SearchEntityType] | Unset = UNSET,
    project_id: str | Unset = UNSET,
) -> SearchResponse | None:
    """Search in everything

     Finds a text in names, in any case, and the beginnings of words in descriptions and notes; within a
    kind, what has it in its name comes first. A text of blanks only is refused with 400.

    Args:
        q (str):
        limit (int | Unset):
        offset (int | Unset):
        per_type (int | Unset):
        entity_types (list[SearchEntityType] | Unset):
        project_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        SearchResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            q=q,
            limit=limit,
            offset=offset,
            per_type=per_type,
            entity_types=entity_types,
            project_id=project_id,
        )
    ).parsed
