"""``ionworks cells``: what is known of cells, and what was measured on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ionworks.cli.command import Limit, command, group
from ionworks.cli.naming import found, found_cell, specifications
from ionworks.cli.output import plain
from ionworks.cli.tables import MEASUREMENTS, minute
from ionworks.cli.work import Work

if TYPE_CHECKING:
    from ionworks.client import Ionworks

__all__ = ["app"]

app = group("cells", "Make cells, and look at them: types, batches, and what was measured.")
_Specification = Annotated[
    str | None,
    typer.Option("--specification", "-s", help="Only those of this type, by name or id."),
]


@command(app, "specifications", needs_project=True, needs_store=True)
def list_specifications(work: Work, limit: Limit = 50) -> None:
    """List the types of cell."""
    page = specifications(work.client, limit or None)
    columns = {
        "Specification": "name",
        "Form": "form_factor",
        "Manufacturer": "manufacturer",
        "Created [UTC]": minute("created_at"),
        "Id": "id",
    }
    work.output.table(page, columns, "no cell specifications")
    work.output.tell_rest(len(page), page.total)


@command(app, "list", needs_project=True, needs_store=True)
def list_cells(work: Work, specification: _Specification = None) -> None:
    """List the cells of the project, type by type."""
    specs = _specifications(work.client, specification)
    cells = [
        {"specification": spec.name, **plain(cell)}
        for spec in specs
        for cell in work.client.cell_instance.list(spec.id)
    ]
    columns = {
        "Specification": "specification",
        "Cell": "name",
        "Batch": "batch",
        "Manufactured": "date_manufactured",
        "Id": "id",
    }
    work.output.table(cells, columns, "no cells")


@command(app, "show", needs_project=True, needs_store=True)
def show(
    work: Work,
    cell: Annotated[str, typer.Argument(help="Its id, name, or SPECIFICATION/NAME.")],
) -> None:
    """Show a cell and the list of its measurements."""
    client = work.client
    chosen = found_cell(client, cell)
    measurements = list(client.cell_measurement.list(chosen.id))
    if work.output.as_json:
        work.output.json({**chosen.to_dict(), "measurements": measurements})
        return
    shown = {
        "Cell": chosen.name,
        "Specification": client.cell_spec.get(chosen.cell_specification_id).name,
        "Batch": chosen.batch,
        "Manufactured": chosen.date_manufactured,
        "Notes": chosen.notes,
        "Id": chosen.id,
        **dict(_quantities(chosen.measured_properties or {})),
    }
    work.output.record({name: value for name, value in shown.items() if value is not None})
    work.output.table(measurements, MEASUREMENTS, "no measurements", title="Measurements")


@command(app, "create", needs_project=True)
def create(
    work: Work,
    cell: Annotated[str, typer.Argument(metavar="SPECIFICATION/NAME", help="What to call it.")],
    batch: Annotated[str | None, typer.Option(help="The batch that it is of.")] = None,
    notes: Annotated[str | None, typer.Option(help="What else is to be known.")] = None,
) -> None:
    """Make a cell, and its type if there is none of this name; a cell that is there stays."""
    specification, slash, name = cell.partition("/")
    if not (slash and specification.strip() and name.strip()):
        raise ValueError(f"{cell!r} must be SPECIFICATION/NAME, such as 'NMC622-GR/Cell 1'")
    spec = work.client.cell_spec.create_or_get({"name": specification})
    said = {"name": name, "batch": batch, "notes": notes}
    made = work.client.cell_instance.create_or_get(
        spec.id, {key: value for key, value in said.items() if value is not None}
    )
    work.output.record(made, {"Cell": "name", "Batch": "batch", "Id": "id"})


@command(app, "tree", needs_project=True, needs_store=True)
def tree(work: Work, specification: _Specification = None) -> None:
    """Show types of cell, their cells and measurements, as a tree."""
    client = work.client
    grown = [
        {
            **plain(spec),
            "cells": [
                {**plain(cell), "measurements": plain(list(client.cell_measurement.list(cell.id)))}
                for cell in client.cell_instance.list(spec.id)
            ],
        }
        for spec in _specifications(client, specification)
    ]
    if not grown and not work.output.as_json:
        work.output.note("no cell specifications")
        return
    work.output.text("\n".join(_lines(grown)), grown)


def _specifications(client: Ionworks, wanted: str | None) -> list[Any]:
    specs = list(specifications(client))
    return specs if wanted is None else [found(specs, wanted, "cell specification")]


def _lines(specs: list[dict[str, Any]]) -> Iterator[str]:
    for spec in specs:
        yield str(spec["name"])
        for cell in spec["cells"]:
            yield f"    {cell['name']}"
            for measurement in cell["measurements"]:
                yield f"        {measurement['name']}  {measurement['id']}"


def _quantities(properties: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield measured quantities, each with its unit in its name."""
    for part, quantities in properties.items():
        for name, quantity in (quantities or {}).items():
            if isinstance(quantity, dict) and "value" in quantity:
                yield f"{part} {name} [{quantity.get('unit') or '-'}]", quantity["value"]
            else:
                yield f"{part} {name}", quantity
