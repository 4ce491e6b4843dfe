from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.simulation_batch import SimulationBatch
from ...models.simulation_submission import SimulationSubmission
from ...types import Response


def _get_kwargs(
    *,
    body: SimulationBatch,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/simulations/with-template/batch",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> list[SimulationSubmission] | None:
    if 200 <= response.status_code <= 299:
        response_2xx = []
        _response_2xx = response.json()
        for response_2xx_item_data in _response_2xx:
            response_2xx_item = SimulationSubmission.from_dict(response_2xx_item_data)

            response_2xx.append(response_2xx_item)

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[list[SimulationSubmission]]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: SimulationBatch,
) -> Response[list[SimulationSubmission]]:
    """Submit simulations of a saved protocol

     One simulation for each condition or design point, in their order; one simulation when there are
    neither. A run that exists already, finished or not, is answered with instead of run again.

    Args:
        body (SimulationBatch): A parameterized model, a saved protocol and how they vary.
            `conditions` and `design_parameters_doe` exclude each other.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[list[SimulationSubmission]]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: SimulationBatch,
) -> list[SimulationSubmission] | None:
    """Submit simulations of a saved protocol

     One simulation for each condition or design point, in their order; one simulation when there are
    neither. A run that exists already, finished or not, is answered with instead of run again.

    Args:
        body (SimulationBatch): A parameterized model, a saved protocol and how they vary.
            `conditions` and `design_parameters_doe` exclude each other.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        list[SimulationSubmission]
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: SimulationBatch,
) -> Response[list[SimulationSubmission]]:
    """Submit simulations of a saved protocol

     One simulation for each condition or design point, in their order; one simulation when there are
    neither. A run that exists already, finished or not, is answered with instead of run again.

    Args:
        body (SimulationBatch): A parameterized model, a saved protocol and how they vary.
            `conditions` and `design_parameters_doe` exclude each other.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[list[SimulationSubmission]]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: SimulationBatch,
) -> list[SimulationSubmission] | None:
    """Submit simulations of a saved protocol

     One simulation for each condition or design point, in their order; one simulation when there are
    neither. A run that exists already, finished or not, is answered with instead of run again.

    Args:
        body (SimulationBatch): A parameterized model, a saved protocol and how they vary.
            `conditions` and `design_parameters_doe` exclude each other.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        list[SimulationSubmission]
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
