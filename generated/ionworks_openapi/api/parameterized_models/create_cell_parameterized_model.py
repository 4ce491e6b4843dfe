from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.parameterized_model import ParameterizedModel
from ...models.parameterized_model_create import ParameterizedModelCreate
from ...types import Response


def _get_kwargs(
    cell_spec_id: str,
    *,
    body: ParameterizedModelCreate,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/cells/{cell_spec_id}/parameterized_models".format(
            cell_spec_id=quote(str(cell_spec_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ParameterizedModel | None:
    if 200 <= response.status_code <= 299:
        response_2xx = ParameterizedModel.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ParameterizedModel]:
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
    body: ParameterizedModelCreate,
) -> Response[ParameterizedModel]:
    """Create a parameterized model of a cell specification

     In the project of the specification. The newest one is what a pipeline takes for the model of a
    measurement of such a cell where it names none.

    Args:
        cell_spec_id (str):
        body (ParameterizedModelCreate): A new parameterized model.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ParameterizedModel]
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
    body: ParameterizedModelCreate,
) -> ParameterizedModel | None:
    """Create a parameterized model of a cell specification

     In the project of the specification. The newest one is what a pipeline takes for the model of a
    measurement of such a cell where it names none.

    Args:
        cell_spec_id (str):
        body (ParameterizedModelCreate): A new parameterized model.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ParameterizedModel
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
    body: ParameterizedModelCreate,
) -> Response[ParameterizedModel]:
    """Create a parameterized model of a cell specification

     In the project of the specification. The newest one is what a pipeline takes for the model of a
    measurement of such a cell where it names none.

    Args:
        cell_spec_id (str):
        body (ParameterizedModelCreate): A new parameterized model.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ParameterizedModel]
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
    body: ParameterizedModelCreate,
) -> ParameterizedModel | None:
    """Create a parameterized model of a cell specification

     In the project of the specification. The newest one is what a pipeline takes for the model of a
    measurement of such a cell where it names none.

    Args:
        cell_spec_id (str):
        body (ParameterizedModelCreate): A new parameterized model.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ParameterizedModel
    """

    return (
        await asyncio_detailed(
            cell_spec_id=cell_spec_id,
            client=client,
            body=body,
        )
    ).parsed
