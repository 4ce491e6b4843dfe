"""How a function becomes a command: it gets what it works with, and the options that all have."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ionworks.cli.failures import StoppedError
from ionworks.cli.output import Output
from ionworks.cli.work import Work

__all__ = ["Limit", "Root", "command", "group"]

Limit = Annotated[int, typer.Option("--limit", "-n", min=0, help="How many to list; 0 for all.")]
_Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        "-u",
        help="Where the API is: an address, `local:FOLDER`, or `local`, which keeps nothing.",
        show_default="IONWORKS_API_URL, else the saved one",
        rich_help_panel="Everywhere",
    ),
]
_Project = Annotated[
    str | None,
    typer.Option(
        "--project",
        help="The project, by name or id.",
        show_default="IONWORKS_PROJECT_ID, else the saved one",
        rich_help_panel="Everywhere",
    ),
]
_Json = Annotated[
    bool,
    typer.Option("--json", help="Write JSON, and nothing else.", rich_help_panel="Everywhere"),
]
_KEYWORD = inspect.Parameter.KEYWORD_ONLY
_JSON = inspect.Parameter("as_json", _KEYWORD, default=False, annotation=_Json)
_PLACE = [
    inspect.Parameter("url", _KEYWORD, default=None, annotation=_Url),
    inspect.Parameter("project", _KEYWORD, default=None, annotation=_Project),
]


class Root(TyperGroup):
    """The whole command line: what ends the process passes through it in a wrapping."""

    def invoke(self, ctx: Any) -> Any:
        """Run what was typed."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, OSError) as error:
            raise StoppedError(error) from error


def group(name: str, help_text: str) -> typer.Typer:
    """Return a new group of commands."""
    return typer.Typer(name=name, help=help_text, no_args_is_help=True, rich_markup_mode="markdown")


def command(
    app: typer.Typer,
    name: str,
    *,
    offline: bool = False,
    needs_project: bool = False,
    needs_store: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return what makes a function a command of a group.

    Parameters
    ----------
    app
        The group.
    name
        What is typed.
    offline
        Whether it asks no server, and so has no options that choose one.
    needs_project
        Whether what it asks for is asked of one project.
    needs_store
        Whether it works on what is stored: a folder without a store is then refused, not made one.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(function, eval_str=True)
        own = list(signature.parameters.values())[1:]
        common = [_JSON] if offline else [*_PLACE, _JSON]

        def run(**values: Any) -> None:
            output = Output(values.pop("as_json"))
            place = {} if offline else {key: values.pop(key) for key in ("url", "project")}
            with Work(
                output, **place, needs_project=needs_project, needs_store=needs_store
            ) as work:
                function(work, **values)

        run.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[*own, *common]
        )
        app.command(name, help=inspect.getdoc(function))(run)
        return function

    return register
