from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.parameterized_model import ParameterizedModel
from ...types import Response


def _get_kwargs(
    parameterized_model_id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/parameterized_models/{parameterized_model_id}".format(
            parameterized_model_id=quote(str(parameterized_model_id), safe=""),
        ),
    }

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
    parameterized_model_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[ParameterizedModel]:
    """Get a parameterized model

    Args:
        parameterized_model_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ParameterizedModel]
    """

    kwargs = _get_kwargs(
        parameterized_model_id=parameterized_model_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    parameterized_model_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> ParameterizedModel | None:
    """Get a parameterized model

    Args:
        parameterized_model_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ParameterizedModel
    """

    return sync_detailed(
        parameterized_model_id=parameterized_model_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    parameterized_model_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[ParameterizedModel]:
    """Get a parameterized model

    Args:
        parameterized_model_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ParameterizedModel]
    """

    kwargs = _get_kwargs(
        parameterized_model_id=parameterized_model_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    parameterized_model_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> ParameterizedModel | None:
    """Get a parameterized model

    Args:
        parameterized_model_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ParameterizedModel
    """

    return (
        await asyncio_detailed(
            parameterized_model_id=parameterized_model_id,
            client=client,
        )
    ).parsed
