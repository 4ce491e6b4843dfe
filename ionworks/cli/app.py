"""The commands, put together."""

from __future__ import annotations

from functools import cache
from typing import Annotated

import typer

from ionworks.cli import (
    account,
    cells,
    jobs,
    measurements,
    models,
    pipelines,
    protocols,
    serving,
    simulate,
    simulations,
)
from ionworks.cli.command import Root

__all__ = ["application"]

_HELP = """Battery simulations, protocols, cell data and fits, from a shell.

    ionworks simulate protocol.yaml --model "Chen2020 SPMe" --plot out.png

Without an account everything runs on this machine. Data go to the standard output, all else to the
standard error; exit codes: 0 done, 1 failed, 2 wrong usage or input, 3 not found, 4 no access,
5 server trouble, 6 time-out, 130 interrupted.
"""
_GROUPS = (
    protocols.app,
    simulations.app,
    models.app,
    cells.app,
    measurements.app,
    pipelines.app,
    jobs.app,
    account.projects,
    account.config,
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
    simulate.add_to(app)
    serving.add_to(app)
    account.add_to(app)
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
