from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.study_assignment import StudyAssignment
from ...types import UNSET, Response, Unset


def _get_kwargs(
    project_id: str,
    study_id: str,
    simulation_id: str,
    *,
    body: Any | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/projects/{project_id}/studies/{study_id}/simulations/{simulation_id}".format(
            project_id=quote(str(project_id), safe=""),
            study_id=quote(str(study_id), safe=""),
            simulation_id=quote(str(simulation_id), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> StudyAssignment | None:
    if 200 <= response.status_code <= 299:
        response_2xx = StudyAssignment.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[StudyAssignment]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    project_id: str,
    study_id: str,
    simulation_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: Any | Unset = UNSET,
) -> Response[StudyAssignment]:
    """Assign a simulation to a study

     Of the same project. What is assigned already stays assigned, with the same answer.

    Args:
        project_id (str):
        study_id (str):
        simulation_id (str):
        body (Any | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[StudyAssignment]
    """

    kwargs = _get_kwargs(
        project_id=project_id,
        study_id=study_id,
        simulation_id=simulation_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    project_id: str,
    study_id: str,
    simulation_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: Any | Unset = UNSET,
) -> StudyAssignment | None:
    """Assign a simulation to a study

     Of the same project. What is assigned already stays assigned, with the same answer.

    Args:
        project_id (str):
        study_id (str):
        simulation_id (str):
        body (Any | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        StudyAssignment
    """

    return sync_detailed(
        project_id=project_id,
        study_id=study_id,
        simulation_id=simulation_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    project_id: str,
    study_id: str,
    simulation_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: Any | Unset = UNSET,
) -> Response[StudyAssignment]:
    """Assign a simulation to a study

     Of the same project. What is assigned already stays assigned, with the same answer.

    Args:
        project_id (str):
        study_id (str):
        simulation_id (str):
        body (Any | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[StudyAssignment]
    """

    kwargs = _get_kwargs(
        project_id=project_id,
        study_id=study_id,
        simulation_id=simulation_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    project_id: str,
    study_id: str,
    simulation_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: Any | Unset = UNSET,
) -> StudyAssignment | None:
    """Assign a simulation to a study

     Of the same project. What is assigned already stays assigned, with the same answer.

    Args:
        project_id (str):
        study_id (str):
        simulation_id (str):
        body (Any | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        StudyAssignment
    """

    return (
        await asyncio_detailed(
            project_id=project_id,
            study_id=study_id,
            simulation_id=simulation_id,
            client=client,
            body=body,
        )
    ).parsed
