"""What simulations computed, fetched a few at once."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ionworks_openapi.api.simulations import (
    download_simulation_steps,
    download_simulation_time_series,
    get_simulation,
)

from ionworks.calls import async_call, async_map
from ionworks.errors import NotFoundError
from ionworks.frames import read_parquet, with_continuous_capacity, with_step_changes
from ionworks.records import Record
from ionworks.requests import path_id
from ionworks.results import SimulationResult, SimulationResults

if TYPE_CHECKING:
    from ionworks._async.session import AsyncSession

__all__ = ["Computed", "async_result", "async_results"]

_NAMED = 5


class Computed(NamedTuple):
    """What a simulation computed, and the point it was run at."""

    result: SimulationResult
    point: Record


async def async_result(session: AsyncSession, simulation_id: str) -> Computed:
    """Return what a simulation computed, in the user's frames.

    Raises
    ------
    NotFoundError
        If there is no such simulation, or it has no results yet.
    """

    async def fetch(operation: Any) -> Any:
        return await async_call(operation, simulation_id, client=session.api)

    series, steps, simulation = await async_map(
        fetch,
        (
            download_simulation_time_series.asyncio_detailed,
            download_simulation_steps.asyncio_detailed,
            get_simulation.asyncio_detailed,
        ),
        session.at_once,
    )
    result = SimulationResult(
        time_series=session.frame(with_continuous_capacity(read_parquet(series.payload.read()))),
        steps=session.frame(with_step_changes(read_parquet(steps.payload.read()))),
        metrics=Record(simulation.metrics),
    )
    point = {**(simulation.design_parameters or {}), **(simulation.experiment_parameters or {})}
    return Computed(result, Record(point))


async def async_results(
    session: AsyncSession, simulation_ids: Sequence[str], skip_missing: bool
) -> SimulationResults:
    """Return what several simulations computed, in the order given."""
    fetch = partial(_found, session, skip_missing)
    ids = [path_id(each, "simulation_id") for each in simulation_ids]
    found = await async_map(fetch, ids, session.at_once)
    if missing := [each for each, one in zip(ids, found, strict=True) if one is None]:
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        warnings.warn(
            f"{len(missing)} of {len(ids)} simulations have no results and are left out: "
            f"{', '.join(missing[:_NAMED])}{more}",
            UserWarning,
            stacklevel=2,
        )
    there = [(each, one) for each, one in zip(ids, found, strict=True) if one is not None]
    return SimulationResults(
        [one.result for _, one in there],
        [one.point for _, one in there],
        [each for each, _ in there],
    )


async def _found(session: AsyncSession, skip_missing: bool, simulation_id: str) -> Computed | None:
    try:
        return await async_result(session, simulation_id)
    except NotFoundError:
        if skip_missing:
            return None
        raise
