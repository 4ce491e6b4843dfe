"""``ionworks measurements``: data of cells, up and down."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ionworks.cli.batches import one_by_one
from ionworks.cli.command import Limit, command, group
from ionworks.cli.files import check_picture, check_table, save_picture, save_table
from ionworks.cli.naming import found_cell
from ionworks.cli.tables import MEASUREMENTS, minute
from ionworks.cli.work import Work

if TYPE_CHECKING:
    from ionworks.results.measurements import CellMeasurement

__all__ = ["app"]

app = group("measurements", "Upload what was measured on cells, and download it.")
_Id = Annotated[str, typer.Argument(metavar="ID", help="Of the measurement.")]


class Table(StrEnum):
    """What a measurement has as a table."""

    TIME_SERIES = "time_series"
    STEPS = "steps"
    CYCLES = "cycles"


@command(app, "list", needs_project=True, needs_store=True)
def list_measurements(
    work: Work,
    cell: Annotated[
        str | None, typer.Option(help="Only those on this cell: id, name or SPECIFICATION/NAME.")
    ] = None,
    match: Annotated[
        str | None, typer.Option(help="Only those with this text in name, notes or tags.")
    ] = None,
    limit: Limit = 20,
) -> None:
    """List measurements of the project, or of one cell."""
    measurements = work.client.cell_measurement
    if cell is not None:
        chosen = found_cell(work.client, cell)
        page = measurements.list(chosen.id, limit or None, name=match)
    else:
        page = measurements.list_by_project(limit=limit or None, q=match)
    work.output.table(page, MEASUREMENTS, "no measurements")
    work.output.tell_rest(len(page), page.total)


@command(app, "upload", needs_project=True, needs_store=True)
def upload(
    work: Work,
    files: Annotated[list[Path], typer.Argument(help="Exports of a cycler, or CSV.")],
    cell: Annotated[str, typer.Option(help="The cell: its id, name, or SPECIFICATION/NAME.")],
    name: Annotated[str | None, typer.Option(help="Of the measurement; else as the file.")] = None,
    reader: Annotated[
        str | None, typer.Option(help="The format, such as maccor; else it is found.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="IN_FILE=NAME",
            help='A column to keep, such as "U=Voltage [V]". May be repeated.',
        ),
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Option(
            "--option", metavar="NAME=VALUE", help="Of the reader, such as timezone=Europe/Berlin."
        ),
    ] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="May be repeated.")] = None,
    notes: Annotated[str | None, typer.Option(help="What else is to be known.")] = None,
    strict: Annotated[bool, typer.Option(help="Refuse what is unusual, too.")] = False,
) -> None:
    """Upload files of a cycler as measurements on a cell.

    Columns get the names and units of the platform, positive current is discharge. What was
    decided while reading stands in the notes of the measurement. The files are kept beside it.
    One that is refused keeps none of the others from going up.
    """
    if name is not None and len(files) > 1:
        raise ValueError("--name is for one file; several are called as their files")
    told: dict[str, Any] = {"tags": list(tags or ())} if tags else {}
    if notes is not None:
        told["notes"] = notes
    reading: dict[str, Any] = {
        "reader": reader,
        "name": name,
        "measurement": told,
        "column_mappings": _pairs(columns or (), "--column", "IN_FILE=NAME") or None,
        "options": _pairs(options or (), "--option", "NAME=VALUE") or None,
        "validate_strict": strict,
    }
    chosen = found_cell(work.client, cell)

    def upload_one(path: Path) -> CellMeasurement:
        with work.output.progress():
            return work.client.cell_measurement.create_from_file(chosen.id, path, **reading)

    def tell(path: Path, row: CellMeasurement) -> None:
        if row.notes:
            work.output.note(f"{path}: {row.notes}")

    outcome = one_by_one(files, upload_one, tell)
    if outcome.made:
        work.output.table(outcome.made.values(), MEASUREMENTS)
    outcome.raise_for_failed()


@command(app, "show", needs_store=True)
def show(work: Work, measurement_id: _Id) -> None:
    """Show one measurement."""
    measurement = work.client.cell_measurement.get(measurement_id)
    columns = {
        **MEASUREMENTS,
        "Ended [UTC]": minute("end_time"),
        "Notes": "notes",
        "Error": "processing_error",
    }
    work.output.record(measurement, columns)


@command(app, "download", needs_store=True)
def download(
    work: Work,
    measurement_id: _Id,
    save: Annotated[
        Path | None, typer.Option("--save", "-o", help="Where to: .parquet or .csv.")
    ] = None,
    table: Annotated[Table, typer.Option(help="What to save.")] = Table.TIME_SERIES,
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", help="Of the time series; else all. May be repeated."),
    ] = None,
    max_points: Annotated[
        int | None,
        typer.Option(
            min=2, help="Thin the time series to so many rows: the extremes of a column take two."
        ),
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw it: .png, .svg, .pdf.")] = None,
) -> None:
    """Save or draw what was measured."""
    if save is None and plot is None:
        raise ValueError("say what for: --save FILE or --plot FILE")
    if table is not Table.TIME_SERIES and (columns or max_points):
        raise ValueError("--column and --max-points are for the time series")
    check_table(save)
    check_picture(plot)
    rows = None
    if save:
        frame = _frame(work, measurement_id, table, columns, max_points)
        save_table(frame, save)
        rows = frame.height
    if plot:
        save_picture(work.client.cell_measurement.get(measurement_id).plot, plot)
    files = [path for path in (save, plot) if path]
    work.output.text("\n".join(map(str, files)), {"files": files, "rows": rows})


def _frame(
    work: Work,
    measurement_id: str,
    table: Table,
    columns: list[str] | None,
    max_points: int | None,
) -> Any:
    source = work.client.cell_measurement
    if table is Table.STEPS:
        return source.steps(measurement_id)
    if table is Table.CYCLES:
        return source.cycles(measurement_id)
    return source.time_series(measurement_id, columns=columns or None, max_points=max_points)


def _pairs(given: Any, option: str, form: str) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise ValueError(f"{option} {text!r}: write {form}")
        pairs[name] = value
    return pairs
