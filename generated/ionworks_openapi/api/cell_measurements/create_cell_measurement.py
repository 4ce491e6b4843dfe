from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.cell_measurement import CellMeasurement
from ...models.cell_measurement_create import CellMeasurementCreate
from ...types import Response


def _get_kwargs(
    cell_instance_id: str,
    *,
    body: CellMeasurementCreate,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/cell_instances/{cell_instance_id}/cell_measurements/create".format(
            cell_instance_id=quote(str(cell_instance_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CellMeasurement | None:
    if 200 <= response.status_code <= 299:
        response_2xx = CellMeasurement.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[CellMeasurement]:
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
    body: CellMeasurementCreate,
) -> Response[CellMeasurement]:
    """Create a measurement of properties

     For measured values without a file, such as a mass or a thickness.

    Args:
        cell_instance_id (str):
        body (CellMeasurementCreate): A new measurement of properties.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CellMeasurement]
    """

    kwargs = _get_kwargs(
        cell_instance_id=cell_instance_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    cell_instance_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CellMeasurementCreate,
) -> CellMeasurement | None:
    """Create a measurement of properties

     For measured values without a file, such as a mass or a thickness.

    Args:
        cell_instance_id (str):
        body (CellMeasurementCreate): A new measurement of properties.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CellMeasurement
    """

    return sync_detailed(
        cell_instance_id=cell_instance_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    cell_instance_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CellMeasurementCreate,
) -> Response[CellMeasurement]:
    """Create a measurement of properties

     For measured values without a file, such as a mass or a thickness.

    Args:
        cell_instance_id (str):
        body (CellMeasurementCreate): A new measurement of properties.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CellMeasurement]
    """

    kwargs = _get_kwargs(
        cell_instance_id=cell_instance_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    cell_instance_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CellMeasurementCreate,
) -> CellMeasurement | None:
    """Create a measurement of properties

     For measured values without a file, such as a mass or a thickness.

    Args:
        cell_instance_id (str):
        body (CellMeasurementCreate): A new measurement of properties.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CellMeasurement
    """

    return (
        await asyncio_detailed(
            cell_instance_id=cell_instance_id,
            client=client,
            body=body,
        )
    ).parsed
