"""``ionworks simulate``: a protocol on a model, once or at many points."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ionworks.cli.command import command
from ionworks.cli.completion import known_models, model_names
from ionworks.cli.files import STDIN, check_picture, check_table, save_picture, save_table
from ionworks.cli.naming import found
from ionworks.cli.points import Design
from ionworks.cli.protocol_files import good_protocol
from ionworks.cli.runs import (
    Request,
    finished,
    inputs_among,
    point_of,
    raise_for_failed,
    sent,
    submitted,
)
from ionworks.cli.tables import METRIC_COLUMNS, STEPS, rows_of, scalars
from ionworks.cli.work import Work

if TYPE_CHECKING:
    import polars as pl

    from ionworks.records import Record
    from ionworks.results import SimulationResults

__all__ = ["add_to", "simulate"]

_MOST_STEPS = 40
_DRAWN = ("Voltage [V]", "Current [A]")


def simulate(
    work: Work,
    protocol: Annotated[Path, typer.Argument(help="File of the protocol; - for standard input.")],
    model: Annotated[
        str,
        typer.Option("--model", "-m", help="The model, by name or id.", autocompletion=model_names),
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            "-s",
            metavar="NAME=VALUE",
            help="An input of the protocol or a parameter of the model. May be repeated.",
        ),
    ] = None,
    sweeps: Annotated[
        list[str] | None,
        typer.Option(
            "--sweep",
            metavar="NAME=FROM:TO:COUNT",
            help="Run at each of these values, or at those of NAME=A,B,C. Several make a grid.",
        ),
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the results: .png, .svg, .pdf.")] = None,
    save: Annotated[
        Path | None, typer.Option(help="Save the time series: .parquet or .csv.")
    ] = None,
    variables: Annotated[
        list[str] | None,
        typer.Option(
            "--variables",
            "-v",
            help="A further variable of the model for the time series. May be repeated.",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="What to call the protocol; else as its file.")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Wait for the results.")] = True,
    timeout: Annotated[
        float | None, typer.Option(min=0, help="How long to wait, in s; else without end.")
    ] = None,
) -> None:
    """Run a protocol on a model, once or at many points.

    Names with --set and --sweep are inputs of the protocol, or else parameters of the model, in
    the unit in the name:

        ionworks simulate rate.yaml -m "Chen2020 SPMe" --sweep "C-rate=0.5:2:4" --save rates.parquet

    A protocol that cannot run, or a run that fails, ends with exit code 1; what is asked to be
    saved or drawn is then left out for the runs that failed.
    """
    if not wait and (plot or save):
        raise ValueError("--plot and --save need the results: leave --no-wait out")
    check_picture(plot)
    check_table(save)
    design = Design.of(settings or (), sweeps or ())
    text = good_protocol(protocol, work.output, server_may_know_better=not work.is_local)
    inputs = inputs_among(design.names, text)
    request = Request(
        found(known_models(work), model, "model").id,
        text,
        name or _name(protocol),
        design,
        inputs,
        variables or (),
    )
    runs = sent(submitted(work, request))
    if not wait:
        _tell_submitted(work, runs)
        return
    records = finished(work, runs, timeout)
    good = [record.id for record in records if record.status == "completed"]
    wants_series = plot or save or not (design.varied or work.output.as_json)
    results = work.client.simulation.get_results(good) if good and wants_series else None
    if results is not None:
        _keep(results, request, plot, save)
    _show(work, records, results, design)
    raise_for_failed(records, design.varied)


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    command(app, "simulate", needs_project=True)(simulate)


def _name(protocol: Path) -> str:
    return "standard input" if str(protocol) == STDIN else protocol.stem


def _tell_submitted(work: Work, runs: Sequence[dict[str, Any]]) -> None:
    if work.output.as_json:
        work.output.json({"simulations": runs})
    else:
        columns = {"Simulation": "id", "Job": "job_id", "Existed": "already_existed"}
        work.output.table(runs, columns)
    if work.is_local:
        work.output.note(
            "The local engine works only while a command runs: "
            "'ionworks simulations wait SIMULATION' lets it go on."
        )


def _keep(
    results: SimulationResults, request: Request, plot: Path | None, save: Path | None
) -> None:
    """Save and draw what was asked for; each run is told by what varies, and by no more."""
    varied = list(request.design.varied)
    points = [{name: point[name] for name in varied} for point in results.points]
    if save:
        save_table(_together(results, points), save)
    if plot:
        columns = [*_DRAWN, *request.variables] if request.variables else None
        if varied:
            told = type(results)(results.results, points, results.simulation_ids)
            save_picture(lambda: told.plot(variables=columns), plot)
        else:
            save_picture(lambda: results[0].plot(variables=columns), plot)


def _together(results: SimulationResults, points: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Return all time series in one table, each row with its point before it."""
    import polars as pl

    frames = [
        result.time_series.select(
            *(
                pl.lit(value).alias(_column(name, result.time_series))
                for name, value in point.items()
            ),
            pl.all(),
        )
        for result, point in zip(results, points, strict=True)
    ]
    return pl.concat(frames, how="diagonal_relaxed")


def _column(name: str, series: pl.DataFrame) -> str:
    return f"{name} (set)" if name in series.columns else name


def _show(
    work: Work, records: Sequence[Record], results: SimulationResults | None, design: Design
) -> None:
    if work.output.as_json:
        work.output.json({"simulations": records})
    elif design.varied:
        columns = {"Simulation": "id"}
        if any(record.status != "completed" for record in records):
            columns["Status"] = "status"
        varied = {name: _set_value(name) for name in design.varied}
        work.output.table(records, {**varied, **METRIC_COLUMNS, **columns})
    elif results is not None:
        steps = rows_of(results[0].steps)
        work.output.table(steps[:_MOST_STEPS], {name: name for name in STEPS})
        if len(steps) > _MOST_STEPS:
            work.output.note(f"{_MOST_STEPS} of {len(steps)} steps are shown")
        work.output.record({"Simulation": records[0].id, **scalars(records[0].metrics)})


def _set_value(name: str) -> Any:
    return lambda record: point_of(record).get(name)
