from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.order_direction import OrderDirection
from ...models.pipeline_order_field import PipelineOrderField
from ...models.pipeline_page import PipelinePage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    project_id: str,
    limit: int | Unset = UNSET,
    skip: int | Unset = UNSET,
    id: str | Unset = UNSET,
    name: str | Unset = UNSET,
    description: str | Unset = UNSET,
    status: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at: str | Unset = UNSET,
    updated_at: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: PipelineOrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["project_id"] = project_id

    params["limit"] = limit

    params["skip"] = skip

    params["id"] = id

    params["name"] = name

    params["description"] = description

    params["status"] = status

    params["created_by_email"] = created_by_email

    params["created_at"] = created_at

    params["updated_at"] = updated_at

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
        "url": "/pipelines",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PipelinePage | None:
    if 200 <= response.status_code <= 299:
        response_2xx = PipelinePage.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PipelinePage]:
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
    skip: int | Unset = UNSET,
    id: str | Unset = UNSET,
    name: str | Unset = UNSET,
    description: str | Unset = UNSET,
    status: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at: str | Unset = UNSET,
    updated_at: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: PipelineOrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> Response[PipelinePage]:
    """List the pipelines of a project

     The newest first, without their configurations.

    Args:
        project_id (str):
        limit (int | Unset):
        skip (int | Unset):
        id (str | Unset):
        name (str | Unset):
        description (str | Unset):
        status (str | Unset):
        created_by_email (str | Unset):
        created_at (str | Unset):
        updated_at (str | Unset):
        created_at_gt (str | Unset):
        created_at_lt (str | Unset):
        updated_at_gt (str | Unset):
        updated_at_lt (str | Unset):
        order_by (PipelineOrderField | Unset): The fields that pipelines are sorted by.
        order (OrderDirection | Unset): Ascending or descending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PipelinePage]
    """

    kwargs = _get_kwargs(
        project_id=project_id,
        limit=limit,
        skip=skip,
        id=id,
        name=name,
        description=description,
        status=status,
        created_by_email=created_by_email,
        created_at=created_at,
        updated_at=updated_at,
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
    skip: int | Unset = UNSET,
    id: str | Unset = UNSET,
    name: str | Unset = UNSET,
    description: str | Unset = UNSET,
    status: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at: str | Unset = UNSET,
    updated_at: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: PipelineOrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> PipelinePage | None:
    """List the pipelines of a project

     The newest first, without their configurations.

    Args:
        project_id (str):
        limit (int | Unset):
        skip (int | Unset):
        id (str | Unset):
        name (str | Unset):
        description (str | Unset):
        status (str | Unset):
        created_by_email (str | Unset):
        created_at (str | Unset):
        updated_at (str | Unset):
        created_at_gt (str | Unset):
        created_at_lt (str | Unset):
        updated_at_gt (str | Unset):
        updated_at_lt (str | Unset):
        order_by (PipelineOrderField | Unset): The fields that pipelines are sorted by.
        order (OrderDirection | Unset): Ascending or descending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PipelinePage
    """

    return sync_detailed(
        client=client,
        project_id=project_id,
        limit=limit,
        skip=skip,
        id=id,
        name=name,
        description=description,
        status=status,
        created_by_email=created_by_email,
        created_at=created_at,
        updated_at=updated_at,
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
    skip: int | Unset = UNSET,
    id: str | Unset = UNSET,
    name: str | Unset = UNSET,
    description: str | Unset = UNSET,
    status: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at: str | Unset = UNSET,
    updated_at: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: PipelineOrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> Response[PipelinePage]:
    """List the pipelines of a project

     The newest first, without their configurations.

    Args:
        project_id (str):
        limit (int | Unset):
        skip (int | Unset):
        id (str | Unset):
        name (str | Unset):
        description (str | Unset):
        status (str | Unset):
        created_by_email (str | Unset):
        created_at (str | Unset):
        updated_at (str | Unset):
        created_at_gt (str | Unset):
        created_at_lt (str | Unset):
        updated_at_gt (str | Unset):
        updated_at_lt (str | Unset):
        order_by (PipelineOrderField | Unset): The fields that pipelines are sorted by.
        order (OrderDirection | Unset): Ascending or descending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PipelinePage]
    """

    kwargs = _get_kwargs(
        project_id=project_id,
        limit=limit,
        skip=skip,
        id=id,
        name=name,
        description=description,
        status=status,
        created_by_email=created_by_email,
        created_at=created_at,
        updated_at=updated_at,
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
    skip: int | Unset = UNSET,
    id: str | Unset = UNSET,
    name: str | Unset = UNSET,
    description: str | Unset = UNSET,
    status: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at: str | Unset = UNSET,
    updated_at: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: PipelineOrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> PipelinePage | None:
    """List the pipelines of a project

     The newest first, without their configurations.

    Args:
        project_id (str):
        limit (int | Unset):
        skip (int | Unset):
        id (str | Unset):
        name (str | Unset):
        description (str | Unset):
        status (str | Unset):
        created_by_email (str | Unset):
        created_at (str | Unset):
        updated_at (str | Unset):
        created_at_gt (str | Unset):
        created_at_lt (str | Unset):
        updated_at_gt (str | Unset):
        updated_at_lt (str | Unset):
        order_by (PipelineOrderField | Unset): The fields that pipelines are sorted by.
        order (OrderDirection | Unset): Ascending or descending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PipelinePage
    """

    return (
        await asyncio_detailed(
            client=client,
            project_id=project_id,
            limit=limit,
            skip=skip,
            id=id,
            name=name,
            description=description,
            status=status,
            created_by_email=created_by_email,
            created_at=created_at,
            updated_at=updated_at,
            created_at_gt=created_at_gt,
            created_at_lt=created_at_lt,
            updated_at_gt=updated_at_gt,
            updated_at_lt=updated_at_lt,
            order_by=order_by,
            order=order,
        )
    ).parsed
