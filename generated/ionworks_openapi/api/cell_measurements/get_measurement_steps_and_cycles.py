from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.measurement_steps_and_cycles import MeasurementStepsAndCycles
from ...types import Response


def _get_kwargs(
    measurement_id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/cell_measurements/{measurement_id}/steps_and_cycles".format(
            measurement_id=quote(str(measurement_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> MeasurementStepsAndCycles | None:
    if 200 <= response.status_code <= 299:
        response_2xx = MeasurementStepsAndCycles.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[MeasurementStepsAndCycles]:
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
) -> Response[MeasurementStepsAndCycles]:
    """Get the steps and the cycles

     409 while the measurement is processed.

    Args:
        measurement_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[MeasurementStepsAndCycles]
    """

    kwargs = _get_kwargs(
        measurement_id=measurement_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    measurement_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> MeasurementStepsAndCycles | None:
    """Get the steps and the cycles

     409 while the measurement is processed.

    Args:
        measurement_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        MeasurementStepsAndCycles
    """

    return sync_detailed(
        measurement_id=measurement_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    measurement_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[MeasurementStepsAndCycles]:
    """Get the steps and the cycles

     409 while the measurement is processed.

    Args:
        measurement_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[MeasurementStepsAndCycles]
    """

    kwargs = _get_kwargs(
        measurement_id=measurement_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    measurement_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> MeasurementStepsAndCycles | None:
    """Get the steps and the cycles

     409 while the measurement is processed.

    Args:
        measurement_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        MeasurementStepsAndCycles
    """

    return (
        await asyncio_detailed(
            measurement_id=measurement_id,
            client=client,
        )
    ).parsed
