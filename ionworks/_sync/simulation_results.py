# Generated from ionworks/_async/simulation_results.py by `python -m codegen sync`; do not edit.
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

from ionworks.calls import sync_call, sync_map
from ionworks.errors import NotFoundError
from ionworks.frames import read_parquet, with_continuous_capacity, with_step_changes
from ionworks.records import Record
from ionworks.requests import path_id
from ionworks.results import SimulationResult, SimulationResults

if TYPE_CHECKING:
    from ionworks._sync.session import Session

__all__ = ["Computed", "sync_result", "sync_results"]

_NAMED = 5


class Computed(NamedTuple):
    """What a simulation computed, and the point it was run at."""

    result: SimulationResult
    point: Record


def sync_result(session: Session, simulation_id: str) -> Computed:
    """Return what a simulation computed, in the user's frames.

    Raises
    ------
    NotFoundError
        If there is no such simulation, or it has no results yet.
    """

    def fetch(operation: Any) -> Any:
        return sync_call(operation, simulation_id, client=session.api)

    series, steps, simulation = sync_map(
        fetch,
        (
            download_simulation_time_series.sync_detailed,
            download_simulation_steps.sync_detailed,
            get_simulation.sync_detailed,
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


def sync_results(
    session: Session, simulation_ids: Sequence[str], skip_missing: bool
) -> SimulationResults:
    """Return what several simulations computed, in the order given."""
    fetch = partial(_found, session, skip_missing)
    ids = [path_id(each, "simulation_id") for each in simulation_ids]
    found = sync_map(fetch, ids, session.at_once)
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


def _found(session: Session, skip_missing: bool, simulation_id: str) -> Computed | None:
    try:
        return sync_result(session, simulation_id)
    except NotFoundError:
        if skip_missing:
            return None
        raise
