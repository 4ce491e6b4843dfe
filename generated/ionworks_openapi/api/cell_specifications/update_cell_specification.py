from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.cell_specification import CellSpecification
from ...models.cell_specification_update import CellSpecificationUpdate
from ...types import Response


def _get_kwargs(
    cell_spec_id: str,
    *,
    body: CellSpecificationUpdate,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/cell_specifications/{cell_spec_id}".format(
            cell_spec_id=quote(str(cell_spec_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CellSpecification | None:
    if 200 <= response.status_code <= 299:
        response_2xx = CellSpecification.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[CellSpecification]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    cell_spec_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CellSpecificationUpdate,
) -> Response[CellSpecification]:
    """Change a cell specification

     What is left out stays. A component that is given is made or changed, and what is left out of it
    stays; null takes it away. Materials stay in the project.

    Args:
        cell_spec_id (str):
        body (CellSpecificationUpdate): What changes in a specification; what is left out stays.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CellSpecification]
    """

    kwargs = _get_kwargs(
        cell_spec_id=cell_spec_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    cell_spec_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CellSpecificationUpdate,
) -> CellSpecification | None:
    """Change a cell specification

     What is left out stays. A component that is given is made or changed, and what is left out of it
    stays; null takes it away. Materials stay in the project.

    Args:
        cell_spec_id (str):
        body (CellSpecificationUpdate): What changes in a specification; what is left out stays.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CellSpecification
    """

    return sync_detailed(
        cell_spec_id=cell_spec_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    cell_spec_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CellSpecificationUpdate,
) -> Response[CellSpecification]:
    """Change a cell specification

     What is left out stays. A component that is given is made or changed, and what is left out of it
    stays; null takes it away. Materials stay in the project.

    Args:
        cell_spec_id (str):
        body (CellSpecificationUpdate): What changes in a specification; what is left out stays.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CellSpecification]
    """

    kwargs = _get_kwargs(
        cell_spec_id=cell_spec_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    cell_spec_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CellSpecificationUpdate,
) -> CellSpecification | None:
    """Change a cell specification

     What is left out stays. A component that is given is made or changed, and what is left out of it
    stays; null takes it away. Materials stay in the project.

    Args:
        cell_spec_id (str):
        body (CellSpecificationUpdate): What changes in a specification; what is left out stays.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CellSpecification
    """

    return (
        await asyncio_detailed(
            cell_spec_id=cell_spec_id,
            client=client,
            body=body,
        )
    ).parsed
