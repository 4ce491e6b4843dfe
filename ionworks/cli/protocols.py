"""``ionworks protocol``: check, explain, and take to a cycler and back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ionworks.cli.command import command, group
from ionworks.cli.completion import CYCLERS, cycler_formats
from ionworks.cli.failures import FailedError
from ionworks.cli.files import STDIN, read_text, write_whole
from ionworks.cli.output import Columns, plain
from ionworks.cli.protocol_files import good_protocol, located, shown_name
from ionworks.cli.work import Work

__all__ = ["app"]

app = group("protocol", "Check and explain protocols, and take them to cyclers. Most work offline.")
_File = Annotated[Path, typer.Argument(help="File of the protocol; - for standard input.")]


@command(app, "check", offline=True)
def check(
    work: Work,
    files: Annotated[list[Path], typer.Argument(help="Files; - for standard input.")],
) -> None:
    """Find everything that is wrong in protocols, each with its line and column.

    Exit code 1 if one of them cannot run; warnings alone are no failure.
    """
    from ionworks import ucp

    found = {path: ucp.check(read_text(path)) for path in files}
    if work.output.as_json:
        work.output.json([_report(path, findings) for path, findings in found.items()])
    for path, findings in found.items():
        if not work.output.as_json:
            lines = [f"{one.severity}: {located(one, path)}" for one in findings]
            work.output.text("\n".join(lines or [f"{shown_name(path)}: good"]))
    wrong = [
        path
        for path, findings in found.items()
        if any(finding.severity == "error" for finding in findings)
    ]
    if wrong:
        raise FailedError(f"cannot run: {', '.join(map(shown_name, wrong))}")


@command(app, "explain", offline=True)
def explain(work: Work, file: _File) -> None:
    """Tell a protocol in plain words, one line a step."""
    from ionworks import ucp

    text = ucp.explain(good_protocol(file, work.output))
    work.output.text(text, {"file": shown_name(file), "explanation": text})


@command(app, "inputs", offline=True)
def inputs(work: Work, file: _File) -> None:
    """List the numbers that a protocol leaves open, and where it uses them."""
    from ionworks import ucp

    found = ucp.inputs(read_text(file))
    rows = [
        {"name": name, "places": [{"line": at.line, "path": at.path} for at in places]}
        for name, places in found.items()
    ]
    columns: Columns = {
        "Input": "name",
        "Lines": lambda row: sorted({place["line"] for place in row["places"] if place["line"]}),
    }
    work.output.table(rows, columns, "no inputs: all numbers are in the protocol")


@command(app, "convert")
def convert(
    work: Work,
    file: _File,
    target: Annotated[
        str,
        typer.Option(
            "--to", "-t", help=f"The format: {', '.join(CYCLERS)}.", autocompletion=cycler_formats
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the files.")] = Path(),
    capacity: Annotated[
        float | None, typer.Option(help="What 1 C refers to, in A.h; some formats need it.")
    ] = None,
    stem: Annotated[
        str | None, typer.Option(help="What to call the files; else as the protocol.")
    ] = None,
    cycles: Annotated[
        list[str] | None,
        typer.Option(
            "--drive-cycle",
            metavar="NAME=FILE.csv",
            help="A drive cycle that the protocol names: columns Time [s] and Current [A], "
            "Power [W], C-rate or Voltage [V]. May be repeated.",
        ),
    ] = None,
    verify: Annotated[
        bool, typer.Option(help="Have the files read back, and refused if they differ.")
    ] = True,
    overwrite: Annotated[bool, typer.Option(help="Replace files with other content.")] = False,
) -> None:
    """Write a protocol as the files of a cycler.

    No device has verified them: read the notes, and look at each in the cycler's own editor.
    """
    text = good_protocol(file, work.output, server_may_know_better=not work.is_local)
    made = work.client.protocol.convert(
        text,
        target,
        _drive_cycles(cycles or ()),
        stem or ("protocol" if str(file) == STDIN else file.stem),
        capacity,
        verify,
    )
    try:
        paths = made.save(output, overwrite=overwrite)
    except FileExistsError as error:
        raise FileExistsError(str(error).partition(";")[0] + "; --overwrite replaces it") from None
    if work.output.as_json:
        work.output.json({"target": made.target, "files": paths, "notes": made.notes})
        return
    work.output.text("\n".join(map(str, paths)))
    for note in made.notes:
        work.output.note(f"note: {note}")


@command(app, "read")
def read(
    work: Work,
    file: Annotated[Path, typer.Argument(help="File of a cycler.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write the protocol.")
    ] = None,
) -> None:
    """Read the file of a cycler as a protocol."""
    parsed = work.client.protocol.parse_file(file)
    missing = [*parsed.required_drive_cycles, *parsed.required_subroutines]
    if output is not None:
        write_whole(output, lambda aside: aside.write_text(parsed.ucp, encoding="utf-8"))
    if work.output.as_json:
        work.output.json(plain(dict(vars(parsed))))
    elif output is None:
        work.output.text(parsed.ucp)
    for note in parsed.notes:
        work.output.note(f"note: {note}")
    for name in missing:
        work.output.warning(f"the file names {name!r}, which is not in it")
    if parsed.error:
        raise FailedError(f"{file} was read in part: {parsed.error}")


def _report(path: Path, findings: Sequence[Any]) -> dict[str, Any]:
    from ionworks.protocols import validation

    answer = validation(findings)
    return {"file": shown_name(path), "valid": answer.valid, "findings": answer.findings}


def _drive_cycles(given: Sequence[str]) -> dict[str, Any] | None:
    """Return the drive cycles by name, as frames."""
    import polars as pl

    cycles: dict[str, Any] = {}
    for text in given:
        name, sign, path = text.partition("=")
        if not sign:
            raise ValueError(f"--drive-cycle {text!r}: write NAME=FILE.csv")
        try:
            cycles[name] = pl.read_csv(path)
        except pl.exceptions.PolarsError as error:
            raise ValueError(f"--drive-cycle {text!r}: {error}") from None
    return cycles or None
