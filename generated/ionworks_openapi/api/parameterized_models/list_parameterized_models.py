from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.order_direction import OrderDirection
from ...models.order_field import OrderField
from ...models.parameterized_model_page import ParameterizedModelPage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    project_id: str | Unset = UNSET,
    cell_spec_id: str | Unset = UNSET,
    summary: bool | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["project_id"] = project_id

    params["cell_spec_id"] = cell_spec_id

    params["summary"] = summary

    params["limit"] = limit

    params["offset"] = offset

    params["name"] = name

    json_order_by: str | Unset = UNSET
    if not isinstance(order_by, Unset):
        json_order_by = order_by.value

    params["order_by"] = json_order_by

    json_order: str | Unset = UNSET
    if not isinstance(order, Unset):
        json_order = order.value

    params["order"] = json_order

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/parameterized_models",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ParameterizedModelPage | None:
    if 200 <= response.status_code <= 299:
        response_2xx = ParameterizedModelPage.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ParameterizedModelPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    project_id: str | Unset = UNSET,
    cell_spec_id: str | Unset = UNSET,
    summary: bool | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> Response[ParameterizedModelPage]:
    """List parameterized models

    Args:
        project_id (str | Unset):
        cell_spec_id (str | Unset):
        summary (bool | Unset):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        order_by (OrderField | Unset): The fields that lists are sorted by.
        order (OrderDirection | Unset): Ascending or descending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ParameterizedModelPage]
    """

    kwargs = _get_kwargs(
        project_id=project_id,
        cell_spec_id=cell_spec_id,
        summary=summary,
        limit=limit,
        offset=offset,
        name=name,
        order_by=order_by,
        order=order,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    project_id: str | Unset = UNSET,
    cell_spec_id: str | Unset = UNSET,
    summary: bool | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> ParameterizedModelPage | None:
    """List parameterized models

    Args:
        project_id (str | Unset):
        cell_spec_id (str | Unset):
        summary (bool | Unset):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        order_by (OrderField | Unset): The fields that lists are sorted by.
        order (OrderDirection | Unset): Ascending or descending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ParameterizedModelPage
    """

    return sync_detailed(
        client=client,
        project_id=project_id,
        cell_spec_id=cell_spec_id,
        summary=summary,
        limit=limit,
        offset=offset,
        name=name,
        order_by=order_by,
        order=order,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    project_id: str | Unset = UNSET,
    cell_spec_id: str | Unset = UNSET,
    summary: bool | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> Response[ParameterizedModelPage]:
    """List parameterized models

    Args:
        project_id (str | Unset):
        cell_spec_id (str | Unset):
        summary (bool | Unset):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        order_by (OrderField | Unset): The fields that lists are sorted by.
        order (OrderDirection | Unset): Ascending or descending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ParameterizedModelPage]
    """

    kwargs = _get_kwargs(
        project_id=project_id,
        cell_spec_id=cell_spec_id,
        summary=summary,
        limit=limit,
        offset=offset,
        name=name,
        order_by=order_by,
        order=order,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    project_id: str | Unset = UNSET,
    cell_spec_id: str | Unset = UNSET,
    summary: bool | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> ParameterizedModelPage | None:
    """List parameterized models

    Args:
        project_id (str | Unset):
        cell_spec_id (str | Unset):
        summary (bool | Unset):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        order_by (OrderField | Unset): The fields that lists are sorted by.
        order (OrderDirection | Unset): Ascending or descending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ParameterizedModelPage
    """

    return (
        await asyncio_detailed(
            client=client,
            project_id=project_id,
            cell_spec_id=cell_spec_id,
            summary=summary,
            limit=limit,
            offset=offset,
            name=name,
            order_by=order_by,
            order=order,
        )
    ).parsed
