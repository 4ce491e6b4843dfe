from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.order_direction import OrderDirection
from ...models.order_field import OrderField
from ...models.raw_data_page import RawDataPage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    project_id: str,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    filename: str | Unset = UNSET,
    source: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["project_id"] = project_id

    params["limit"] = limit

    params["offset"] = offset

    params["name"] = name

    params["filename"] = filename

    params["source"] = source

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
        "url": "/raw_data",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> RawDataPage | None:
    if 200 <= response.status_code <= 299:
        response_2xx = RawDataPage.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[RawDataPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    project_id: str,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    filename: str | Unset = UNSET,
    source: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> Response[RawDataPage]:
    """List the raw data of a project

    Args:
        project_id (str):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        filename (str | Unset):
        source (str | Unset):
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
        Response[RawDataPage]
    """

    kwargs = _get_kwargs(
        project_id=project_id,
        limit=limit,
        offset=offset,
        name=name,
        filename=filename,
        source=source,
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
    *,
    client: AuthenticatedClient | Client,
    project_id: str,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    filename: str | Unset = UNSET,
    source: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> RawDataPage | None:
    """List the raw data of a project

    Args:
        project_id (str):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        filename (str | Unset):
        source (str | Unset):
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
        RawDataPage
    """

    return sync_detailed(
        client=client,
        project_id=project_id,
        limit=limit,
        offset=offset,
        name=name,
        filename=filename,
        source=source,
        created_by_email=created_by_email,
        created_at_gt=created_at_gt,
        created_at_lt=created_at_lt,
        updated_at_gt=updated_at_gt,
        updated_at_lt=updated_at_lt,
        order_by=order_by,
        order=order,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    project_id: str,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    filename: str | Unset = UNSET,
    source: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> Response[RawDataPage]:
    """List the raw data of a project

    Args:
        project_id (str):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        filename (str | Unset):
        source (str | Unset):
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
        Response[RawDataPage]
    """

    kwargs = _get_kwargs(
        project_id=project_id,
        limit=limit,
        offset=offset,
        name=name,
        filename=filename,
        source=source,
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
    *,
    client: AuthenticatedClient | Client,
    project_id: str,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    filename: str | Unset = UNSET,
    source: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> RawDataPage | None:
    """List the raw data of a project

    Args:
        project_id (str):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        filename (str | Unset):
        source (str | Unset):
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
        RawDataPage
    """

    return (
        await asyncio_detailed(
            client=client,
            project_id=project_id,
            limit=limit,
            offset=offset,
            name=name,
            filename=filename,
            source=source,
            created_by_email=created_by_email,
            created_at_gt=created_at_gt,
            created_at_lt=created_at_lt,
            updated_at_gt=updated_at_gt,
            updated_at_lt=updated_at_lt,
            order_by=order_by,
            order=order,
        )
    ).parsed
