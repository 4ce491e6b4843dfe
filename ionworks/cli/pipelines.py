"""``ionworks pipelines``: from data to parameters."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ionworks.cli.command import Limit, command, group
from ionworks.cli.failures import goes_on
from ionworks.cli.files import STDIN, write_whole
from ionworks.cli.output import plain
from ionworks.cli.tables import minute
from ionworks.cli.work import Work

if TYPE_CHECKING:
    from ionworks_openapi.models import Pipeline

__all__ = ["app"]

app = group("pipelines", "Submit pipelines: calculations, fits and validations.")
_Id = Annotated[str, typer.Argument(metavar="ID", help="Of the pipeline.")]
_Timeout = Annotated[
    float | None, typer.Option(min=0, help="How long to wait, in s; else without end.")
]
_COLUMNS = {
    "Pipeline": "id",
    "Name": "name",
    "Status": "status",
    "Created [UTC]": minute("created_at"),
    "Error": "error",
}


@command(app, "submit", needs_project=True)
def submit(
    work: Work,
    file: Annotated[
        Path, typer.Argument(help="The config, as YAML or JSON; - for standard input.")
    ],
    name: Annotated[
        str | None, typer.Option(help="Of the pipeline; else that of the config or file.")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Wait for the result, and show it.")] = False,
    timeout: _Timeout = None,
) -> None:
    """Submit a pipeline: a mapping with `elements`, as docs/pipelines.md describes it.

    `file:` and `folder:` in it are looked for from the folder in which the command runs.
    """
    from ionworks.cli.configs import read_config

    config = read_config(file)
    told = name or config.get("name") or (None if str(file) == STDIN else file.stem)
    pipeline = work.client.pipeline.create(config, name=told)
    if wait:
        work.output.note(f"pipeline {pipeline.id}")
        _wait(work, pipeline.id, timeout)
        _show_result(work, pipeline.id)
        return
    work.output.record(pipeline, _COLUMNS)
    if work.is_local:
        work.output.note(
            "The local engine works only while a command runs: "
            f"'ionworks pipelines watch {pipeline.id}' lets it go on."
        )


@command(app, "watch", needs_store=True)
def watch(work: Work, pipeline_id: _Id, timeout: _Timeout = None) -> None:
    """Wait until a pipeline has ended; exit code 1 if it failed."""
    work.output.record(_wait(work, pipeline_id, timeout), _COLUMNS)


@command(app, "result", needs_store=True)
def result(
    work: Work,
    pipeline_id: _Id,
    save: Annotated[
        Path | None, typer.Option("--save", "-o", help="Write the parameters to this .json.")
    ] = None,
) -> None:
    """Show what the elements of a pipeline found."""
    if save is not None and save.suffix.lower() != ".json":
        raise ValueError(f"{save}: parameters are saved as .json")
    _show_result(work, pipeline_id, save)


@command(app, "list", needs_project=True, needs_store=True)
def list_pipelines(work: Work, limit: Limit = 20) -> None:
    """List pipelines, the newest first."""
    page = work.client.pipeline.list(limit=limit or None)
    work.output.table(page, _COLUMNS, "no pipelines")
    work.output.tell_rest(len(page), page.total)


@command(app, "cancel", needs_store=True)
def cancel(work: Work, pipeline_id: _Id) -> None:
    """Stop a pipeline; what it found stays."""
    work.output.record(work.client.pipeline.cancel(pipeline_id), _COLUMNS)


def _wait(work: Work, pipeline_id: str, timeout: float | None) -> Pipeline:
    with (
        goes_on("pipelines", [{"id": pipeline_id}], work.again("ionworks pipelines watch")),
        work.output.progress() as watched,
    ):
        return work.client.pipeline.wait_for_completion(pipeline_id, timeout, verbose=watched)


def _show_result(work: Work, pipeline_id: str, save: Path | None = None) -> None:
    found = work.client.pipeline.result(pipeline_id)
    values = found.result.get("parameter_values") or {}
    if save is not None:
        text = json.dumps(plain(values), indent=2)
        write_whole(save, lambda aside: aside.write_text(text, encoding="utf-8"))
    if work.output.as_json:
        work.output.json(
            {
                **plain(work.client.pipeline.get(pipeline_id)),
                "parameter_values": values,
                "element_results": found.element_results,
            }
        )
        return
    columns = {"Element": "element", "Result": "type", "Parameter": "name", "Value": "value"}
    work.output.table(list(_found(found.element_results)), columns, "nothing was found yet")


def _found(elements: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what each element found, a row a number; entries only repeat what was typed."""
    for name, element in elements.items():
        kind = element.get("type")
        numbers = {
            key: value
            for key, value in (element.get("parameter_values") or {}).items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
        if "cost" in element:
            numbers["cost"] = element["cost"]
        for key, value in numbers.items():
            yield {"element": name, "type": kind, "name": key, "value": value}
