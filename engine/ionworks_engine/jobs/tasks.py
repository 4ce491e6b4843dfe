"""What workers can do: the battery core's functions, as tasks with plain values and Parquet bytes.

Imported by worker programs only: it brings PyBaMM with it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import polars as pl

from ionworks_engine.battery import describe, pybamm_models, simulate, validate_model
from ionworks_engine.jobs.worker import Task


def _simulate(request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    outcome = simulate(request)
    frames = [_parquet(outcome.time_series), _parquet(outcome.steps)]
    return {"metrics": outcome.metrics, "error": outcome.error}, frames


def _describe(request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    return describe(request["cell"]), []


def _validate_model(request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    return validate_model(request["model"]), []


def _models(request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    del request
    return pybamm_models(), []


def _ingest(request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    # Not before it is needed: it brings pandas, SciPy and the readers of cycler files with it.
    from ionworks_engine.measurements.ingest import ingest

    return ingest(request)


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", compression_level=1, statistics=False)
    return buffer.getvalue()


TASKS: Mapping[str, Task] = {
    "simulate": _simulate,
    "describe": _describe,
    "validate_model": _validate_model,
    "models": _models,
    "ingest": _ingest,
}
BOUNDED = frozenset({"ingest"})
"""What strangers' files decide the memory of."""
