"""The page at ``/``: what the server is at, what it did last, and what went wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from ionworks_engine.call import Services
from ionworks_engine.pages import work
from ionworks_engine.pages.plot import draw
from ionworks_engine.pages.rendering import render
from ionworks_engine.storage import queue

_REFRESH_BUSY, _REFRESH_IDLE = 5, 30
"""Seconds between two looks of a browser: while there is work, and while there is none."""
_RUNNING, _FAILED = 20, 5
"""How many jobs are listed."""
_PACKAGES = {"Ionworks engine": "ionworks-api", "PyBaMM": "pybamm"}


def status_page(services: Services) -> str:
    """Return the page as HTML."""
    store = services.store
    with store.reading() as connection:
        states = work.states(connection)
        facts = {
            "states": states,
            "counts": work.counts(connection),
            "running": work.jobs_in(connection, queue.PROCESSING, _RUNNING),
            "failed": work.jobs_in(connection, queue.FAILED, _FAILED),
            "simulations": work.simulations(connection),
            "pipelines": work.pipelines(connection),
        }
        latest = work.latest_run(connection)
    now = store.clock()

    def since(stamp: str) -> timedelta:
        return now - datetime.fromisoformat(stamp)

    return render(
        "status.html",
        {
            **facts,
            "latest": latest,
            "plot": latest and draw(store.files.path(latest.time_series_file)),
            "versions": _versions(),
            "now": store.now(),
            "opened_at": store.opened_at,
            "since": since,
            "refresh": _REFRESH_BUSY if any(states[s] for s in queue.OPEN) else _REFRESH_IDLE,
        },
    )


@cache
def _versions() -> dict[str, str]:
    return {name: _version(package) for name, package in _PACKAGES.items()}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # Run from a folder that was never installed.
        return "of no installed package"
