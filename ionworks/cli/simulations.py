"""``ionworks simulations``: what was run, and what it gave."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ionworks.cli.command import Limit, command, group
from ionworks.cli.files import check_picture, check_table, save_picture, save_table
from ionworks.cli.runs import finished, raise_for_failed
from ionworks.cli.tables import METRIC_COLUMNS, minute, scalars
from ionworks.cli.work import Work

__all__ = ["app"]

app = group("simulations", "Look at simulations, and fetch what they computed.")
_Id = Annotated[str, typer.Argument(metavar="ID", help="Of the simulation.")]


class Table(StrEnum):
    """What a simulation has as a table."""

    TIME_SERIES = "time_series"
    STEPS = "steps"


class State(StrEnum):
    """Where a simulation stands."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@command(app, "list", needs_store=True)
def list_simulations(
    work: Work,
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    limit: Limit = 20,
) -> None:
    """List simulations, the newest first."""
    page = work.client.simulation.list(
        state=state and state.value, summary=True, limit=limit or None
    )
    columns = {
        "Simulation": "id",
        "Name": "name",
        "Model": "model_name",
        "Status": "status",
        "Created [UTC]": minute("created_at"),
    }
    work.output.table(page, columns, "no simulations")
    work.output.tell_rest(len(page), page.total)


@command(app, "show", needs_store=True)
def show(work: Work, simulation_id: _Id) -> None:
    """Show one simulation with its numbers."""
    record = work.client.simulation.get(simulation_id)
    if work.output.as_json:
        work.output.json(record)
        return
    shown = {
        "Simulation": record.id,
        "Name": record.name,
        "Model": record.model_name,
        "Status": record.status,
        "Error": record.error,
        **(record.experiment_parameters or {}),
        **(record.design_parameters or {}),
        **scalars(record.metrics),
    }
    work.output.record(shown)


@command(app, "download", needs_store=True)
def download(
    work: Work,
    simulation_id: _Id,
    save: Annotated[
        Path | None, typer.Option("--save", "-o", help="Where to: .parquet or .csv.")
    ] = None,
    table: Annotated[Table, typer.Option(help="What to save.")] = Table.TIME_SERIES,
    plot: Annotated[Path | None, typer.Option(help="Draw it: .png, .svg, .pdf.")] = None,
) -> None:
    """Save or draw what a simulation computed; of one that failed, what it computed up to there."""
    if save is None and plot is None:
        raise ValueError("say what for: --save FILE or --plot FILE")
    check_table(save)
    check_picture(plot)
    result = work.client.simulation.get_result(simulation_id)
    frame = result.steps if table is Table.STEPS else result.time_series
    if save:
        save_table(frame, save)
    if plot:
        save_picture(result.plot, plot)
    files = [path for path in (save, plot) if path]
    work.output.text("\n".join(map(str, files)), {"files": files, "rows": frame.height})


@command(app, "wait", needs_store=True)
def wait(
    work: Work,
    simulation_ids: Annotated[
        list[str], typer.Argument(metavar="ID...", help="Of the simulations.")
    ],
    timeout: Annotated[
        float | None, typer.Option(min=0, help="How long to wait, in s; else without end.")
    ] = None,
) -> None:
    """Wait until simulations have ended; exit code 1 if one of them failed."""
    runs = [{"id": one} for one in dict.fromkeys(simulation_ids)]
    records = finished(work, runs, timeout)
    if work.output.as_json:
        work.output.json({"simulations": records})
    else:
        work.output.table(records, {"Status": "status", **METRIC_COLUMNS, "Simulation": "id"})
    raise_for_failed(records)


@command(app, "cancel", needs_store=True)
def cancel(work: Work, simulation_id: _Id) -> None:
    """Stop a simulation; one that has ended stays as it is."""
    record = work.client.simulation.cancel(simulation_id)
    work.output.record(record, {"Simulation": "id", "Status": "status"})
