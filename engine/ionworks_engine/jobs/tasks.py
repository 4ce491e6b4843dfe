"""What workers can do: the battery core's functions, as tasks with plain values and Parquet bytes.

Imported by worker programs only: it brings PyBaMM with it. What only some tasks need is imported
by them: a worker that simulates loads no optimizers.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import polars as pl

from ionworks_engine.battery import describe, pybamm_models, simulate, validate_model
from ionworks_engine.jobs.aid import Aided, Made, Task
from ionworks_engine.pipelines.aid import Aid


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
    from ionworks_engine.measurements.ingest import ingest

    return ingest(request)


def _pipeline_element(request: dict[str, Any], aid: Aid) -> Made:
    from ionworks_engine.pipelines.runner import run_element

    return run_element(request, aid)


def _simple_pipeline(request: dict[str, Any], aid: Aid) -> Made:
    from ionworks_engine.pipelines.runner import run_simple

    return run_simple(request, aid)


def _evaluate_population(request: dict[str, Any]) -> Made:
    from ionworks_engine.pipelines.helping import evaluate

    return evaluate(request), []


def _run_start(request: dict[str, Any]) -> Made:
    from ionworks_engine.pipelines.helping import run_start

    return run_start(request), []


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
    "pipeline_element": Aided(_pipeline_element),
    "simple_pipeline": Aided(_simple_pipeline),
    "evaluate_population": _evaluate_population,
    "run_start": _run_start,
}
BOUNDED = frozenset(
    {"ingest", "pipeline_element", "simple_pipeline", "evaluate_population", "run_start"}
)
"""What strangers' files and configurations decide the memory of."""
