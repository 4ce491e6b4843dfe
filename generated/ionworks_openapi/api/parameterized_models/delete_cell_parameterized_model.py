from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...types import Response


def _get_kwargs(
    cell_spec_id: str,
    parameterized_model_id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/cells/{cell_spec_id}/parameterized_models/{parameterized_model_id}".format(
            cell_spec_id=quote(str(cell_spec_id), safe=""),
            parameterized_model_id=quote(str(parameterized_model_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | None:
    if 200 <= response.status_code <= 299:
        return None

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    cell_spec_id: str,
    parameterized_model_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[Any]:
    """Delete a parameterized model of a cell specification

    Args:
        cell_spec_id (str):
        parameterized_model_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any]
    """

    kwargs = _get_kwargs(
        cell_spec_id=cell_spec_id,
        parameterized_model_id=parameterized_model_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


async def asyncio_detailed(
    cell_spec_id: str,
    parameterized_model_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[Any]:
    """Delete a parameterized model of a cell specification

    Args:
        cell_spec_id (str):
        parameterized_model_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any]
    """

    kwargs = _get_kwargs(
        cell_spec_id=cell_spec_id,
        parameterized_model_id=parameterized_model_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)
