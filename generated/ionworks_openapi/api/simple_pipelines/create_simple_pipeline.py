from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.simple_pipeline import SimplePipeline
from ...models.simple_pipeline_create import SimplePipelineCreate
from ...types import Response


def _get_kwargs(
    *,
    body: SimplePipelineCreate,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/simple_pipelines",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> SimplePipeline | None:
    if 200 <= response.status_code <= 299:
        response_2xx = SimplePipeline.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[SimplePipeline]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: SimplePipelineCreate,
) -> Response[SimplePipeline]:
    """Submit a simple pipeline

     One job, with one fit or one validation at most; entries and calculations before it are allowed.

    Args:
        body (SimplePipelineCreate): A simple pipeline to run.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[SimplePipeline]
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
    body: SimplePipelineCreate,
) -> SimplePipeline | None:
    """Submit a simple pipeline

     One job, with one fit or one validation at most; entries and calculations before it are allowed.

    Args:
        body (SimplePipelineCreate): A simple pipeline to run.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        SimplePipeline
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: SimplePipelineCreate,
) -> Response[SimplePipeline]:
    """Submit a simple pipeline

     One job, with one fit or one validation at most; entries and calculations before it are allowed.

    Args:
        body (SimplePipelineCreate): A simple pipeline to run.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[SimplePipeline]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: SimplePipelineCreate,
) -> SimplePipeline | None:
    """Submit a simple pipeline

     One job, with one fit or one validation at most; entries and calculations before it are allowed.

    Args:
        body (SimplePipelineCreate): A simple pipeline to run.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        SimplePipeline
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
