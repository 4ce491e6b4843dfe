from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.plot_data import PlotData
from ...types import UNSET, Response, Unset


def _get_kwargs(
    job_id: str,
    *,
    objective_name: str,
    plot_index: int | Unset = UNSET,
    max_points: int | Unset = UNSET,
    x_min: float | Unset = UNSET,
    x_max: float | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["objective_name"] = objective_name

    params["plot_index"] = plot_index

    params["max_points"] = max_points

    params["x_min"] = x_min

    params["x_max"] = x_max

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/pipelines/datafits/{job_id}/plot_data".format(
            job_id=quote(str(job_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PlotData | None:
    if 200 <= response.status_code <= 299:
        response_2xx = PlotData.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PlotData]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    job_id: str,
    *,
    client: AuthenticatedClient | Client,
    objective_name: str,
    plot_index: int | Unset = UNSET,
    max_points: int | Unset = UNSET,
    x_min: float | Unset = UNSET,
    x_max: float | Unset = UNSET,
) -> Response[PlotData]:
    """Get a plot of a fit or a validation

     Plots are numbered from 0; one that does not exist is not found. Long traces are thinned out to
    their shape.

    Args:
        job_id (str):
        objective_name (str):
        plot_index (int | Unset):
        max_points (int | Unset):
        x_min (float | Unset):
        x_max (float | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PlotData]
    """

    kwargs = _get_kwargs(
        job_id=job_id,
        objective_name=objective_name,
        plot_index=plot_index,
        max_points=max_points,
        x_min=x_min,
        x_max=x_max,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    job_id: str,
    *,
    client: AuthenticatedClient | Client,
    objective_name: str,
    plot_index: int | Unset = UNSET,
    max_points: int | Unset = UNSET,
    x_min: float | Unset = UNSET,
    x_max: float | Unset = UNSET,
) -> PlotData | None:
    """Get a plot of a fit or a validation

     Plots are numbered from 0; one that does not exist is not found. Long traces are thinned out to
    their shape.

    Args:
        job_id (str):
        objective_name (str):
        plot_index (int | Unset):
        max_points (int | Unset):
        x_min (float | Unset):
        x_max (float | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PlotData
    """

    return sync_detailed(
        job_id=job_id,
        client=client,
        objective_name=objective_name,
        plot_index=plot_index,
        max_points=max_points,
        x_min=x_min,
        x_max=x_max,
    ).parsed


async def asyncio_detailed(
    job_id: str,
    *,
    client: AuthenticatedClient | Client,
    objective_name: str,
    plot_index: int | Unset = UNSET,
    max_points: int | Unset = UNSET,
    x_min: float | Unset = UNSET,
    x_max: float | Unset = UNSET,
) -> Response[PlotData]:
    """Get a plot of a fit or a validation

     Plots are numbered from 0; one that does not exist is not found. Long traces are thinned out to
    their shape.

    Args:
        job_id (str):
        objective_name (str):
        plot_index (int | Unset):
        max_points (int | Unset):
        x_min (float | Unset):
        x_max (float | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PlotData]
    """

    kwargs = _get_kwargs(
        job_id=job_id,
        objective_name=objective_name,
        plot_index=plot_index,
        max_points=max_points,
        x_min=x_min,
        x_max=x_max,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    job_id: str,
    *,
    client: AuthenticatedClient | Client,
    objective_name: str,
    plot_index: int | Unset = UNSET,
    max_points: int | Unset = UNSET,
    x_min: float | Unset = UNSET,
    x_max: float | Unset = UNSET,
) -> PlotData | None:
    """Get a plot of a fit or a validation

     Plots are numbered from 0; one that does not exist is not found. Long traces are thinned out to
    their shape.

    Args:
        job_id (str):
        objective_name (str):
        plot_index (int | Unset):
        max_points (int | Unset):
        x_min (float | Unset):
        x_max (float | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PlotData
    """

    return (
        await asyncio_detailed(
            job_id=job_id,
            client=client,
            objective_name=objective_name,
            plot_index=plot_index,
            max_points=max_points,
            x_min=x_min,
            x_max=x_max,
        )
    ).parsed
