from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.cell_measurement_page import CellMeasurementPage
from ...models.measurement_order_field import MeasurementOrderField
from ...models.measurement_type import MeasurementType
from ...models.order_direction import OrderDirection
from ...types import UNSET, Response, Unset


def _get_kwargs(
    cell_instance_id: str,
    *,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    measurement_type: MeasurementType | Unset = UNSET,
    processing_status: str | Unset = UNSET,
    tags_all: list[str] | Unset = UNSET,
    tags_any: list[str] | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    start_time: str | Unset = UNSET,
    start_time_gt: str | Unset = UNSET,
    start_time_lt: str | Unset = UNSET,
    end_time: str | Unset = UNSET,
    end_time_gt: str | Unset = UNSET,
    end_time_lt: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: MeasurementOrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["offset"] = offset

    params["name"] = name

    json_measurement_type: str | Unset = UNSET
    if not isinstance(measurement_type, Unset):
        json_measurement_type = measurement_type.value

    params["measurement_type"] = json_measurement_type

    params["processing_status"] = processing_status

    json_tags_all: list[str] | Unset = UNSET
    if not isinstance(tags_all, Unset):
        json_tags_all = tags_all

    params["tags_all"] = json_tags_all

    json_tags_any: list[str] | Unset = UNSET
    if not isinstance(tags_any, Unset):
        json_tags_any = tags_any

    params["tags_any"] = json_tags_any

    params["created_by_email"] = created_by_email

    params["start_time"] = start_time

    params["start_time_gt"] = start_time_gt

    params["start_time_lt"] = start_time_lt

    params["end_time"] = end_time

    params["end_time_gt"] = end_time_gt

    params["end_time_lt"] = end_time_lt

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
        "url": "/cell_instances/{cell_instance_id}/cell_measurements".format(
            cell_instance_id=quote(str(cell_instance_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CellMeasurementPage | None:
    if 200 <= response.status_code <= 299:
        response_2xx = CellMeasurementPage.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[CellMeasurementPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    cell_instance_id: str,
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    measurement_type: MeasurementType | Unset = UNSET,
    processing_status: str | Unset = UNSET,
    tags_all: list[str] | Unset = UNSET,
    tags_any: list[str] | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    start_time: str | Unset = UNSET,
    start_time_gt: str | Unset = UNSET,
    start_time_lt: str | Unset = UNSET,
    end_time: str | Unset = UNSET,
    end_time_gt: str | Unset = UNSET,
    end_time_lt: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: MeasurementOrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> Response[CellMeasurementPage]:
    """List the measurements of a cell instance

    Args:
        cell_instance_id (str):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        measurement_type (MeasurementType | Unset): The kinds of measurements.
        processing_status (str | Unset):
        tags_all (list[str] | Unset):
        tags_any (list[str] | Unset):
        created_by_email (str | Unset):
        start_time (str | Unset):
        start_time_gt (str | Unset):
        start_time_lt (str | Unset):
        end_time (str | Unset):
        end_time_gt (str | Unset):
        end_time_lt (str | Unset):
        created_at_gt (str | Unset):
        created_at_lt (str | Unset):
        updated_at_gt (str | Unset):
        updated_at_lt (str | Unset):
        order_by (MeasurementOrderField | Unset): The fields that measurements are sorted by.
        order (OrderDirection | Unset): Ascending or descending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CellMeasurementPage]
    """

    kwargs = _get_kwargs(
        cell_instance_id=cell_instance_id,
        limit=limit,
        offset=offset,
        name=name,
        measurement_type=measurement_type,
        processing_status=processing_status,
        tags_all=tags_all,
        tags_any=tags_any,
        created_by_email=created_by_email,
        start_time=start_time,
        start_time_gt=start_time_gt,
        start_time_lt=start_time_lt,
        end_time=end_time,
        end_time_gt=end_time_gt,
        end_time_lt=end_time_lt,
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
    cell_instance_id: str,
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    measurement_type: MeasurementType | Unset = UNSET,
    processing_status: str | Unset = UNSET,
    tags_all: list[str] | Unset = UNSET,
    tags_any: list[str] | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    start_time: str | Unset = UNSET,
    start_time_gt: str | Unset = UNSET,
    start_time_lt: str | Unset = UNSET,
    end_time: str | Unset = UNSET,
    end_time_gt: str | Unset = UNSET,
    end_time_lt: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: MeasurementOrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> CellMeasurementPage | None:
    """List the measurements of a cell instance

    Args:
        cell_instance_id (str):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        measurement_type (MeasurementType | Unset): The kinds of measurements.
        processing_status (str | Unset):
        tags_all (list[str] | Unset):
        tags_any (list[str] | Unset):
        created_by_email (str | Unset):
        start_time (str | Unset):
        start_time_gt (str | Unset):
        start_time_lt (str | Unset):
        end_time (str | Unset):
        end_time_gt (str | Unset):
        end_time_lt (str | Unset):
        created_at_gt (str | Unset):
        created_at_lt (str | Unset):
        updated_at_gt (str | Unset):
        updated_at_lt (str | Unset):
        order_by (MeasurementOrderField | Unset): The fields that measurements are sorted by.
        order (OrderDirection | Unset): Ascending or descending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CellMeasurementPage
    """

    return sync_detailed(
        cell_instance_id=cell_instance_id,
        client=client,
        limit=limit,
        offset=offset,
        name=name,
        measurement_type=measurement_type,
        processing_status=processing_status,
        tags_all=tags_all,
        tags_any=tags_any,
        created_by_email=created_by_email,
        start_time=start_time,
        start_time_gt=start_time_gt,
        start_time_lt=start_time_lt,
        end_time=end_time,
        end_time_gt=end_time_gt,
        end_time_lt=end_time_lt,
        created_at_gt=created_at_gt,
        created_at_lt=created_at_lt,
        updated_at_gt=updated_at_gt,
        updated_at_lt=updated_at_lt,
        order_by=order_by,
        order=order,
    ).parsed


async def asyncio_detailed(
    cell_instance_id: str,
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    measurement_type: MeasurementType | Unset = UNSET,
    processing_status: str | Unset = UNSET,
    tags_all: list[str] | Unset = UNSET,
    tags_any: list[str] | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    start_time: str | Unset = UNSET,
    start_time_gt: str | Unset = UNSET,
    start_time_lt: str | Unset = UNSET,
    end_time: str | Unset = UNSET,
    end_time_gt: str | Unset = UNSET,
    end_time_lt: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: MeasurementOrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> Response[CellMeasurementPage]:
    """List the measurements of a cell instance

    Args:
        cell_instance_id (str):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        measurement_type (MeasurementType | Unset): The kinds of measurements.
        processing_status (str | Unset):
        tags_all (list[str] | Unset):
        tags_any (list[str] | Unset):
        created_by_email (str | Unset):
        start_time (str | Unset):
        start_time_gt (str | Unset):
        start_time_lt (str | Unset):
        end_time (str | Unset):
        end_time_gt (str | Unset):
        end_time_lt (str | Unset):
        created_at_gt (str | Unset):
        created_at_lt (str | Unset):
        updated_at_gt (str | Unset):
        updated_at_lt (str | Unset):
        order_by (MeasurementOrderField | Unset): The fields that measurements are sorted by.
        order (OrderDirection | Unset): Ascending or descending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CellMeasurementPage]
    """

    kwargs = _get_kwargs(
        cell_instance_id=cell_instance_id,
        limit=limit,
        offset=offset,
        name=name,
        measurement_type=measurement_type,
        processing_status=processing_status,
        tags_all=tags_all,
        tags_any=tags_any,
        created_by_email=created_by_email,
        start_time=start_time,
        start_time_gt=start_time_gt,
        start_time_lt=start_time_lt,
        end_time=end_time,
        end_time_gt=end_time_gt,
        end_time_lt=end_time_lt,
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
    cell_instance_id: str,
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    measurement_type: MeasurementType | Unset = UNSET,
    processing_status: str | Unset = UNSET,
    tags_all: list[str] | Unset = UNSET,
    tags_any: list[str] | Unset = UNSET,
    created_by_email: str | Unset = UNSET,
    start_time: str | Unset = UNSET,
    start_time_gt: str | Unset = UNSET,
    start_time_lt: str | Unset = UNSET,
    end_time: str | Unset = UNSET,
    end_time_gt: str | Unset = UNSET,
    end_time_lt: str | Unset = UNSET,
    created_at_gt: str | Unset = UNSET,
    created_at_lt: str | Unset = UNSET,
    updated_at_gt: str | Unset = UNSET,
    updated_at_lt: str | Unset = UNSET,
    order_by: MeasurementOrderField | Unset = UNSET,
    order: OrderDirection | Unset = UNSET,
) -> CellMeasurementPage | None:
    """List the measurements of a cell instance

    Args:
        cell_instance_id (str):
        limit (int | Unset):
        offset (int | Unset):
        name (str | Unset):
        measurement_type (MeasurementType | Unset): The kinds of measurements.
        processing_status (str | Unset):
        tags_all (list[str] | Unset):
        tags_any (list[str] | Unset):
        created_by_email (str | Unset):
        start_time (str | Unset):
        start_time_gt (str | Unset):
        start_time_lt (str | Unset):
        end_time (str | Unset):
        end_time_gt (str | Unset):
        end_time_lt (str | Unset):
        created_at_gt (str | Unset):
        created_at_lt (str | Unset):
        updated_at_gt (str | Unset):
        updated_at_lt (str | Unset):
        order_by (MeasurementOrderField | Unset): The fields that measurements are sorted by.
        order (OrderDirection | Unset): Ascending or descending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CellMeasurementPage
    """

    return (
        await asyncio_detailed(
            cell_instance_id=cell_instance_id,
            client=client,
            limit=limit,
            offset=offset,
            name=name,
            measurement_type=measurement_type,
            processing_status=processing_status,
            tags_all=tags_all,
            tags_any=tags_any,
            created_by_email=created_by_email,
            start_time=start_time,
            start_time_gt=start_time_gt,
            start_time_lt=start_time_lt,
            end_time=end_time,
            end_time_gt=end_time_gt,
            end_time_lt=end_time_lt,
            created_at_gt=created_at_gt,
            created_at_lt=created_at_lt,
            updated_at_gt=updated_at_gt,
            updated_at_lt=updated_at_lt,
            order_by=order_by,
            order=order,
        )
    ).parsed
