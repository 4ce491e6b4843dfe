from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.confirmed_measurement import ConfirmedMeasurement
from ...types import UNSET, Response, Unset


def _get_kwargs(
    measurement_id: str,
    *,
    body: Any | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/cell_measurements/{measurement_id}/confirm-extend".format(
            measurement_id=quote(str(measurement_id), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ConfirmedMeasurement | None:
    if 200 <= response.status_code <= 299:
        response_2xx = ConfirmedMeasurement.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ConfirmedMeasurement]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    measurement_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: Any | Unset = UNSET,
) -> Response[ConfirmedMeasurement]:
    """Add the uploaded rows to a measurement

     They are processed like an upload. If they are refused, the measurement is `ready` as it was, and
    `processing_error` says why.

    Args:
        measurement_id (str):
        body (Any | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ConfirmedMeasurement]
    """

    kwargs = _get_kwargs(
        measurement_id=measurement_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    measurement_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: Any | Unset = UNSET,
) -> ConfirmedMeasurement | None:
    """Add the uploaded rows to a measurement

     They are processed like an upload. If they are refused, the measurement is `ready` as it was, and
    `processing_error` says why.

    Args:
        measurement_id (str):
        body (Any | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ConfirmedMeasurement
    """

    return sync_detailed(
        measurement_id=measurement_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    measurement_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: Any | Unset = UNSET,
) -> Response[ConfirmedMeasurement]:
    """Add the uploaded rows to a measurement

     They are processed like an upload. If they are refused, the measurement is `ready` as it was, and
    `processing_error` says why.

    Args:
        measurement_id (str):
        body (Any | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ConfirmedMeasurement]
    """

    kwargs = _get_kwargs(
        measurement_id=measurement_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    measurement_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: Any | Unset = UNSET,
) -> ConfirmedMeasurement | None:
    """Add the uploaded rows to a measurement

     They are processed like an upload. If they are refused, the measurement is `ready` as it was, and
    `processing_error` says why.

    Args:
        measurement_id (str):
        body (Any | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ConfirmedMeasurement
    """

    return (
        await asyncio_detailed(
            measurement_id=measurement_id,
            client=client,
            body=body,
        )
    ).parsed
