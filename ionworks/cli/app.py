"""The commands, put together."""

from __future__ import annotations

from functools import cache
from typing import Annotated

import typer

from ionworks.cli.account import add_to as add_whoami
from ionworks.cli.account import config, projects
from ionworks.cli.cells import app as cells
from ionworks.cli.command import Root
from ionworks.cli.jobs import app as jobs
from ionworks.cli.measurements import app as measurements
from ionworks.cli.models import app as models
from ionworks.cli.pipelines import app as pipelines
from ionworks.cli.protocols import app as protocols
from ionworks.cli.serving import add_to as add_serve
from ionworks.cli.simulate import add_to as add_simulate
from ionworks.cli.simulations import app as simulations

__all__ = ["application"]

_HELP = """Battery simulations, protocols, cell data and fits, from a shell.

    ionworks simulate protocol.yaml --model "Chen2020 SPMe" --plot out.png

Without an account everything runs on this machine. Data go to the standard output, all else to the
standard error; exit codes: 0 done, 1 failed, 2 wrong usage or input, 3 not found, 4 no access,
5 server trouble, 6 time-out, 130 interrupted.
"""
_GROUPS = (
    protocols,
    simulations,
    models,
    cells,
    measurements,
    pipelines,
    jobs,
    projects,
    config,
)


@cache
def application() -> typer.Typer:
    """Return the whole command line."""
    app = typer.Typer(
        cls=Root,
        help=_HELP,
        no_args_is_help=True,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for add_command in (add_simulate, add_serve, add_whoami):
        add_command(app)
    for group in _GROUPS:
        app.add_typer(group)
    return app


def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=lambda wanted: _tell_version(wanted), is_eager=True),
    ] = False,
) -> None:
    del version


def _tell_version(wanted: bool) -> None:
    if wanted:
        from ionworks import __version__

        typer.echo(f"ionworks {__version__}")
        raise typer.Exit
