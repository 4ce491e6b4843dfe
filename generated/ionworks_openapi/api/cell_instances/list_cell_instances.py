from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.cell_instance_page import CellInstancePage
from ...models.order_direction import OrderDirection
from ...models.order_field import OrderField
from ...types import UNSET, Response, Unset


def _get_kwargs(
    cell_spec_id: str,
    *,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    batch_id: str | Unset = UNSET,
    date_manufactured: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["offset"] = offset

    params["name"] = name

    params["batch_id"] = batch_id

    params["date_manufactured"] = date_manufactured

    params["created_by_email"] = created_by_email

    params["created_at_gt"] = created_at_gt

    params["created_at_lt"] = created_at_lt

    params["updated_at_gt"] = updated_at_gt

    params["updated_at_lt"] = updated_at_lt

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
        "url": "/cell_specifications/{cell_spec_id}/cell_instances".format(
            cell_spec_id=quote(str(cell_spec_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CellInstancePage | None:
    if 200 <= response.status_code <= 299:
        response_2xx = CellInstancePage.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[CellInstancePage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    cell_spec_id: str,
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    batch_id: str | Unset = UNSET,
    date_manufactured: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> Response[CellInstancePage]:
    """List the cells of a specification

    Args:
        cell_spec_id (str):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        batch_id (str | Unset):
        date_manufactured (str | Unset):
        created_by_email (str | Unset):
        created_at_gt (str | Unset):
        created_at_lt (str | Unset):
        updated_at_gt (str | Unset):
        updated_at_lt (str | Unset):
        order_by (OrderField | Unset): The fields that lists are sorted by.
        order (OrderDirection | Unset): Ascending or descending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CellInstancePage]
    """

    kwargs = _get_kwargs(
        cell_spec_id=cell_spec_id,
        limit=limit,
        offset=offset,
        name=name,
        batch_id=batch_id,
        date_manufactured=date_manufactured,
        created_by_email=created_by_email,
        created_at_gt=created_at_gt,
        created_at_lt=created_at_lt,
        updated_at_gt=updated_at_gt,
        updated_at_lt=updated_at_lt,
        order_by=order_by,
        order=order,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    cell_spec_id: str,
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    batch_id: str | Unset = UNSET,
    date_manufactured: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> CellInstancePage | None:
    """List the cells of a specification

    Args:
        cell_spec_id (str):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        batch_id (str | Unset):
        date_manufactured (str | Unset):
        created_by_email (str | Unset):
        created_at_gt (str | Unset):
        created_at_lt (str | Unset):
        updated_at_gt (str | Unset):
        updated_at_lt (str | Unset):
        order_by (OrderField | Unset): The fields that lists are sorted by.
        order (OrderDirection | Unset): Ascending or descending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CellInstancePage
    """

    return sync_detailed(
        cell_spec_id=cell_spec_id,
        client=client,
        limit=limit,
        offset=offset,
        name=name,
        batch_id=batch_id,
        date_manufactured=date_manufactured,
        created_by_email=created_by_email,
        created_at_gt=created_at_gt,
        created_at_lt=created_at_lt,
        updated_at_gt=updated_at_gt,
        updated_at_lt=updated_at_lt,
        order_by=order_by,
        order=order,
    ).parsed


async def asyncio_detailed(
    cell_spec_id: str,
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    batch_id: str | Unset = UNSET,
    date_manufactured: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> Response[CellInstancePage]:
    """List the cells of a specification

    Args:
        cell_spec_id (str):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        batch_id (str | Unset):
        date_manufactured (str | Unset):
        created_by_email (str | Unset):
        created_at_gt (str | Unset):
        created_at_lt (str | Unset):
        updated_at_gt (str | Unset):
        updated_at_lt (str | Unset):
        order_by (OrderField | Unset): The fields that lists are sorted by.
        order (OrderDirection | Unset): Ascending or descending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CellInstancePage]
    """

    kwargs = _get_kwargs(
        cell_spec_id=cell_spec_id,
        limit=limit,
        offset=offset,
        name=name,
        batch_id=batch_id,
        date_manufactured=date_manufactured,
        created_by_email=created_by_email,
        created_at_gt=created_at_gt,
        created_at_lt=created_at_lt,
        updated_at_gt=updated_at_gt,
        updated_at_lt=updated_at_lt,
        order_by=order_by,
        order=order,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    cell_spec_id: str,
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    batch_id: str | Unset = UNSET,
    date_manufactured: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> CellInstancePage | None:
    """List the cells of a specification

    Args:
        cell_spec_id (str):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        batch_id (str | Unset):
        date_manufactured (str | Unset):
        created_by_email (str | Unset):
        created_at_gt (str | Unset):
        created_at_lt (str | Unset):
        updated_at_gt (str | Unset):
        updated_at_lt (str | Unset):
        order_by (OrderField | Unset): The fields that lists are sorted by.
        order (OrderDirection | Unset): Ascending or descending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CellInstancePage
    """

    return (
        await asyncio_detailed(
            cell_spec_id=cell_spec_id,
            client=client,
            limit=limit,
            offset=offset,
            name=name,
            batch_id=batch_id,
            date_manufactured=date_manufactured,
            created_by_email=created_by_email,
            created_at_gt=created_at_gt,
            created_at_lt=created_at_lt,
            updated_at_gt=updated_at_gt,
            updated_at_lt=updated_at_lt,
            order_by=order_by,
            order=order,
        )
    ).parsed
