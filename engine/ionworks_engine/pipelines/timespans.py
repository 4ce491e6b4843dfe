"""The part of a measurement that lies between two times."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from ionworks_engine.pipelines.errors import near, refuse, shown

_SLACK = 1e-6


def read_window(stated: Any, where: str) -> dict[str, float]:
    """Read a time range: ``start`` and ``end`` or ``duration`` in s; empty where there is none.

    Raises
    ------
    PipelineError
        For an unknown key, a bound that is no number, and an end before the start.
    """
    if stated is None:
        return {}
    if not isinstance(stated, Mapping):
        raise refuse(where, "must have 'start' and 'end' in seconds")
    window: dict[str, float] = {}
    for name, value in stated.items():
        if name not in ("start", "end", "duration"):
            raise refuse(where, f"unknown key {name!r}{near(str(name), ('start', 'end'))}")
        if value is None:
            continue
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value):
            raise refuse(f"{where}.{name}", f"must be a number of seconds, not {shown(value)}")
        window[name] = float(value)
    if "duration" in window:
        if "end" in window:
            raise refuse(where, "give 'end' or 'duration', not both")
        window["end"] = window.get("start", 0.0) + window.pop("duration")
    if window.get("start", -math.inf) > window.get("end", math.inf):
        raise refuse(where, f"starts at {window['start']} s and ends at {window['end']} s")
    return window


def windowed(frame: pl.DataFrame, window: Mapping[str, float], where: str) -> pl.DataFrame:
    """Return the rows within a time range, its ends included.

    Raises
    ------
    PipelineError
        If there is no time to choose by, and if no row lies in it.
    """
    if "Time [s]" not in frame.columns:
        raise refuse(where, "the data has no column 'Time [s]' to choose by")
    time = pl.col("Time [s]")
    low = window.get("start", -math.inf) - _SLACK
    high = window.get("end", math.inf) + _SLACK
    kept = frame.filter((time >= low) & (time <= high))
    if not kept.height:
        times = frame["Time [s]"].cast(pl.Float64)
        span = f"{times.min()!r} to {times.max()!r} s"
        raise refuse(where, f"no row lies in it; the data covers {span}")
    return kept
