from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.pipeline import Pipeline
from ...models.pipeline_create import PipelineCreate
from ...types import Response


def _get_kwargs(
    *,
    body: PipelineCreate,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/pipelines",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Pipeline | None:
    if 200 <= response.status_code <= 299:
        response_2xx = Pipeline.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Pipeline]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: PipelineCreate,
) -> Response[Pipeline]:
    """Submit a pipeline

     Elements run one after the other in the order of their keys; each is given the parameters of those
    before it. What an element lacks makes that element fail, and those after it are skipped; what
    finished stays.

    Args:
        body (PipelineCreate): A pipeline to run.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Pipeline]
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
    body: PipelineCreate,
) -> Pipeline | None:
    """Submit a pipeline

     Elements run one after the other in the order of their keys; each is given the parameters of those
    before it. What an element lacks makes that element fail, and those after it are skipped; what
    finished stays.

    Args:
        body (PipelineCreate): A pipeline to run.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Pipeline
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: PipelineCreate,
) -> Response[Pipeline]:
    """Submit a pipeline

     Elements run one after the other in the order of their keys; each is given the parameters of those
    before it. What an element lacks makes that element fail, and those after it are skipped; what
    finished stays.

    Args:
        body (PipelineCreate): A pipeline to run.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Pipeline]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: PipelineCreate,
) -> Pipeline | None:
    """Submit a pipeline

     Elements run one after the other in the order of their keys; each is given the parameters of those
    before it. What an element lacks makes that element fail, and those after it are skipped; what
    finished stays.

    Args:
        body (PipelineCreate): A pipeline to run.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Pipeline
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
