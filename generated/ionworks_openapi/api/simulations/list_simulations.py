from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.simulation_page import SimulationPage
from ...models.simulation_state import SimulationState
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    parameterized_model_id: str | Unset = UNSET,
    study_id: str | Unset = UNSET,
    experiment_template_id: str | Unset = UNSET,
    state: SimulationState | Unset = UNSET,
    summary: bool | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["parameterized_model_id"] = parameterized_model_id

    params["study_id"] = study_id

    params["experiment_template_id"] = experiment_template_id

    json_state: str | Unset = UNSET
    if not isinstance(state, Unset):
        json_state = state.value

    params["state"] = json_state

    params["summary"] = summary

    params["limit"] = limit

    params["offset"] = offset

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/simulations",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> SimulationPage | None:
    if 200 <= response.status_code <= 299:
        response_2xx = SimulationPage.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[SimulationPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    parameterized_model_id: str | Unset = UNSET,
    study_id: str | Unset = UNSET,
    experiment_template_id: str | Unset = UNSET,
    state: SimulationState | Unset = UNSET,
    summary: bool | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> Response[SimulationPage]:
    """List simulations

     The newest first. Without a filter, every simulation that is visible.

    Args:
        parameterized_model_id (str | Unset):
        study_id (str | Unset):
        experiment_template_id (str | Unset):
        state (SimulationState | Unset): The states that lists can be filtered by.
        summary (bool | Unset):
        limit (int | Unset):
        offset (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[SimulationPage]
    """

    kwargs = _get_kwargs(
        parameterized_model_id=parameterized_model_id,
        study_id=study_id,
        experiment_template_id=experiment_template_id,
        state=state,
        summary=summary,
        limit=limit,
        offset=offset,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    parameterized_model_id: str | Unset = UNSET,
    study_id: str | Unset = UNSET,
    experiment_template_id: str | Unset = UNSET,
    state: SimulationState | Unset = UNSET,
    summary: bool | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> SimulationPage | None:
    """List simulations

     The newest first. Without a filter, every simulation that is visible.

    Args:
        parameterized_model_id (str | Unset):
        study_id (str | Unset):
        experiment_template_id (str | Unset):
        state (SimulationState | Unset): The states that lists can be filtered by.
        summary (bool | Unset):
        limit (int | Unset):
        offset (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        SimulationPage
    """

    return sync_detailed(
        client=client,
        parameterized_model_id=parameterized_model_id,
        study_id=study_id,
        experiment_template_id=experiment_template_id,
        state=state,
        summary=summary,
        limit=limit,
        offset=offset,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    parameterized_model_id: str | Unset = UNSET,
    study_id: str | Unset = UNSET,
    experiment_template_id: str | Unset = UNSET,
    state: SimulationState | Unset = UNSET,
    summary: bool | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> Response[SimulationPage]:
    """List simulations

     The newest first. Without a filter, every simulation that is visible.

    Args:
        parameterized_model_id (str | Unset):
        study_id (str | Unset):
        experiment_template_id (str | Unset):
        state (SimulationState | Unset): The states that lists can be filtered by.
        summary (bool | Unset):
        limit (int | Unset):
        offset (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[SimulationPage]
    """

    kwargs = _get_kwargs(
        parameterized_model_id=parameterized_model_id,
        study_id=study_id,
        experiment_template_id=experiment_template_id,
        state=state,
        summary=summary,
        limit=limit,
        offset=offset,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    parameterized_model_id: str | Unset = UNSET,
    study_id: str | Unset = UNSET,
    experiment_template_id: str | Unset = UNSET,
    state: SimulationState | Unset = UNSET,
    summary: bool | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> SimulationPage | None:
    """List simulations

     The newest first. Without a filter, every simulation that is visible.

    Args:
        parameterized_model_id (str | Unset):
        study_id (str | Unset):
        experiment_template_id (str | Unset):
        state (SimulationState | Unset): The states that lists can be filtered by.
        summary (bool | Unset):
        limit (int | Unset):
        offset (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        SimulationPage
    """

    return (
        await asyncio_detailed(
            client=client,
            parameterized_model_id=parameterized_model_id,
            study_id=study_id,
            experiment_template_id=experiment_template_id,
            state=state,
            summary=summary,
            limit=limit,
            offset=offset,
        )
    ).parsed
