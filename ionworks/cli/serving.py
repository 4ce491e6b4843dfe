"""``ionworks serve``: the engine's own command line, under this name."""

from __future__ import annotations

import typer

__all__ = ["add_to"]

_PASSED_ON = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "help_option_names": [],
}


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    app.command("serve", context_settings=_PASSED_ON, add_help_option=False)(serve)


def serve(context: typer.Context) -> None:
    """Serve the API on this machine until stopped; `ionworks serve --help` has the options."""
    from ionworks.local import serve as serve_engine

    if "--json" in context.args:
        raise ValueError("serve writes nothing that a program reads: leave --json out")
    raise typer.Exit(serve_engine(context.args))
