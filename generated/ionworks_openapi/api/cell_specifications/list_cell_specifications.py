from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.cell_specification_page import CellSpecificationPage
from ...models.order_direction import OrderDirection
from ...models.order_field import OrderField
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    full: bool | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    form_factor: str | Unset = UNSET,
    manufacturer: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
    material_id: str | Unset = UNSET,
    material_ids: list[str] | Unset = UNSET,
    anode_material_id: str | Unset = UNSET,
    cathode_material_id: str | Unset = UNSET,
    electrolyte_material_id: str | Unset = UNSET,
    separator_material_id: str | Unset = UNSET,
    case_material_id: str | Unset = UNSET,
    exclude_cell_spec_id: str | Unset = UNSET,
    project_id: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["full"] = full

    params["limit"] = limit

    params["offset"] = offset

    params["name"] = name

    params["form_factor"] = form_factor

    params["manufacturer"] = manufacturer

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

    params["material_id"] = material_id

    json_material_ids: list[str] | Unset = UNSET
    if not isinstance(material_ids, Unset):
        json_material_ids = material_ids

    params["material_ids"] = json_material_ids

    params["anode_material_id"] = anode_material_id

    params["cathode_material_id"] = cathode_material_id

    params["electrolyte_material_id"] = electrolyte_material_id

    params["separator_material_id"] = separator_material_id

    params["case_material_id"] = case_material_id

    params["exclude_cell_spec_id"] = exclude_cell_spec_id

    params["project_id"] = project_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/cell_specifications",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CellSpecificationPage | None:
    if 200 <= response.status_code <= 299:
        response_2xx = CellSpecificationPage.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[CellSpecificationPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    full: bool | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    form_factor: str | Unset = UNSET,
    manufacturer: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
    material_id: str | Unset = UNSET,
    material_ids: list[str] | Unset = UNSET,
    anode_material_id: str | Unset = UNSET,
    cathode_material_id: str | Unset = UNSET,
    electrolyte_material_id: str | Unset = UNSET,
    separator_material_id: str | Unset = UNSET,
    case_material_id: str | Unset = UNSET,
    exclude_cell_spec_id: str | Unset = UNSET,
    project_id: str | Unset = UNSET,
) -> Response[CellSpecificationPage]:
    """List cell specifications

    Args:
        full (bool | Unset):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        form_factor (str | Unset):
        manufacturer (str | Unset):
        created_by_email (str | Unset):
        created_at_gt (str | Unset):
        created_at_lt (str | Unset):
        updated_at_gt (str | Unset):
        updated_at_lt (str | Unset):
        order_by (OrderField | Unset): The fields that lists are sorted by.
        order (OrderDirection | Unset): Ascending or descending.
        material_id (str | Unset):
        material_ids (list[str] | Unset):
        anode_material_id (str | Unset):
        cathode_material_id (str | Unset):
        electrolyte_material_id (str | Unset):
        separator_material_id (str | Unset):
        case_material_id (str | Unset):
        exclude_cell_spec_id (str | Unset):
        project_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CellSpecificationPage]
    """

    kwargs = _get_kwargs(
        full=full,
        limit=limit,
        offset=offset,
        name=name,
        form_factor=form_factor,
        manufacturer=manufacturer,
        created_by_email=created_by_email,
        created_at_gt=created_at_gt,
        created_at_lt=created_at_lt,
        updated_at_gt=updated_at_gt,
        updated_at_lt=updated_at_lt,
        order_by=order_by,
        order=order,
        material_id=material_id,
        material_ids=material_ids,
        anode_material_id=anode_material_id,
        cathode_material_id=cathode_material_id,
        electrolyte_material_id=electrolyte_material_id,
        separator_material_id=separator_material_id,
        case_material_id=case_material_id,
        exclude_cell_spec_id=exclude_cell_spec_id,
        project_id=project_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    full: bool | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    form_factor: str | Unset = UNSET,
    manufacturer: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
    material_id: str | Unset = UNSET,
    material_ids: list[str] | Unset = UNSET,
    anode_material_id: str | Unset = UNSET,
    cathode_material_id: str | Unset = UNSET,
    electrolyte_material_id: str | Unset = UNSET,
    separator_material_id: str | Unset = UNSET,
    case_material_id: str | Unset = UNSET,
    exclude_cell_spec_id: str | Unset = UNSET,
    project_id: str | Unset = UNSET,
) -> CellSpecificationPage | None:
    """List cell specifications

    Args:
        full (bool | Unset):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        form_factor (str | Unset):
        manufacturer (str | Unset):
        created_by_email (str | Unset):
        created_at_gt (str | Unset):
        created_at_lt (str | Unset):
        updated_at_gt (str | Unset):
        updated_at_lt (str | Unset):
        order_by (OrderField | Unset): The fields that lists are sorted by.
        order (OrderDirection | Unset): Ascending or descending.
        material_id (str | Unset):
        material_ids (list[str] | Unset):
        anode_material_id (str | Unset):
        cathode_material_id (str | Unset):
        electrolyte_material_id (str | Unset):
        separator_material_id (str | Unset):
        case_material_id (str | Unset):
        exclude_cell_spec_id (str | Unset):
        project_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CellSpecificationPage
    """

    return sync_detailed(
        client=client,
        full=full,
        limit=limit,
        offset=offset,
        name=name,
        form_factor=form_factor,
        manufacturer=manufacturer,
        created_by_email=created_by_email,
        created_at_gt=created_at_gt,
        created_at_lt=created_at_lt,
        updated_at_gt=updated_at_gt,
        updated_at_lt=updated_at_lt,
        order_by=order_by,
        order=order,
        material_id=material_id,
        material_ids=material_ids,
        anode_material_id=anode_material_id,
        cathode_material_id=cathode_material_id,
        electrolyte_material_id=electrolyte_material_id,
        separator_material_id=separator_material_id,
        case_material_id=case_material_id,
        exclude_cell_spec_id=exclude_cell_spec_id,
        project_id=project_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    full: bool | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    form_factor: str | Unset = UNSET,
    manufacturer: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
    material_id: str | Unset = UNSET,
    material_ids: list[str] | Unset = UNSET,
    anode_material_id: str | Unset = UNSET,
    cathode_material_id: str | Unset = UNSET,
    electrolyte_material_id: str | Unset = UNSET,
    separator_material_id: str | Unset = UNSET,
    case_material_id: str | Unset = UNSET,
    exclude_cell_spec_id: str | Unset = UNSET,
    project_id: str | Unset = UNSET,
) -> Response[CellSpecificationPage]:
    """List cell specifications

    Args:
        full (bool | Unset):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        form_factor (str | Unset):
        manufacturer (str | Unset):
        created_by_email (str | Unset):
        created_at_gt (str | Unset):
        created_at_lt (str | Unset):
        updated_at_gt (str | Unset):
        updated_at_lt (str | Unset):
        order_by (OrderField | Unset): The fields that lists are sorted by.
        order (OrderDirection | Unset): Ascending or descending.
        material_id (str | Unset):
        material_ids (list[str] | Unset):
        anode_material_id (str | Unset):
        cathode_material_id (str | Unset):
        electrolyte_material_id (str | Unset):
        separator_material_id (str | Unset):
        case_material_id (str | Unset):
        exclude_cell_spec_id (str | Unset):
        project_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CellSpecificationPage]
    """

    kwargs = _get_kwargs(
        full=full,
        limit=limit,
        offset=offset,
        name=name,
        form_factor=form_factor,
        manufacturer=manufacturer,
        created_by_email=created_by_email,
        created_at_gt=created_at_gt,
        created_at_lt=created_at_lt,
        updated_at_gt=updated_at_gt,
        updated_at_lt=updated_at_lt,
        order_by=order_by,
        order=order,
        material_id=material_id,
        material_ids=material_ids,
        anode_material_id=anode_material_id,
        cathode_material_id=cathode_material_id,
        electrolyte_material_id=electrolyte_material_id,
        separator_material_id=separator_material_id,
        case_material_id=case_material_id,
        exclude_cell_spec_id=exclude_cell_spec_id,
        project_id=project_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    full: bool | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    form_factor: str | Unset = UNSET,
    manufacturer: str | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: OrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
    material_id: str | Unset = UNSET,
    material_ids: list[str] | Unset = UNSET,
    anode_material_id: str | Unset = UNSET,
    cathode_material_id: str | Unset = UNSET,
    electrolyte_material_id: str | Unset = UNSET,
    separator_material_id: str | Unset = UNSET,
    case_material_id: str | Unset = UNSET,
    exclude_cell_spec_id: str | Unset = UNSET,
    project_id: str | Unset = UNSET,
) -> CellSpecificationPage | None:
    """List cell specifications

    Args:
        full (bool | Unset):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        form_factor (str | Unset):
        manufacturer (str | Unset):
        created_by_email (str | Unset):
        created_at_gt (str | Unset):
        created_at_lt (str | Unset):
        updated_at_gt (str | Unset):
        updated_at_lt (str | Unset):
        order_by (OrderField | Unset): The fields that lists are sorted by.
        order (OrderDirection | Unset): Ascending or descending.
        material_id (str | Unset):
        material_ids (list[str] | Unset):
        anode_material_id (str | Unset):
        cathode_material_id (str | Unset):
        electrolyte_material_id (str | Unset):
        separator_material_id (str | Unset):
        case_material_id (str | Unset):
        exclude_cell_spec_id (str | Unset):
        project_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CellSpecificationPage
    """

    return (
        await asyncio_detailed(
            client=client,
            full=full,
            limit=limit,
            offset=offset,
            name=name,
            form_factor=form_factor,
            manufacturer=manufacturer,
            created_by_email=created_by_email,
            created_at_gt=created_at_gt,
            created_at_lt=created_at_lt,
            updated_at_gt=updated_at_gt,
            updated_at_lt=updated_at_lt,
            order_by=order_by,
            order=order,
            material_id=material_id,
            material_ids=material_ids,
            anode_material_id=anode_material_id,
            cathode_material_id=cathode_material_id,
            electrolyte_material_id=electrolyte_material_id,
            separator_material_id=separator_material_id,
            case_material_id=case_material_id,
            exclude_cell_spec_id=exclude_cell_spec_id,
            project_id=project_id,
        )
    ).parsed
