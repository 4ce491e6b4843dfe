"""``ionworks whoami``, ``config`` and ``projects``: where commands work, and as whom."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from ionworks.cli.command import Limit, command, group
from ionworks.cli.failures import MissingError
from ionworks.cli.settings import save_settings, saved_settings, settings_path
from ionworks.cli.tables import minute
from ionworks.cli.work import Work
from ionworks.config import DEFAULT_URL, Config

__all__ = ["add_to", "config", "projects"]

config = group(
    "config",
    """Say where commands work, and as whom: kept in a file that only you can read.

    What is typed with a command wins, then the environment, then this file. The file is for this
    command line alone: Python programs do not read it. Without an address and a key, the local
    engine is used.""",
)
projects = group("projects", "Look at projects.")
_SECRETS = ("api_key", "token")
_UNSAID = "-"


class Name(StrEnum):
    """What can be set."""

    API_URL = "api_url"
    API_KEY = "api_key"
    TOKEN = "token"  # noqa: S105  # the name of one
    PROJECT_ID = "project_id"
    ORGANIZATION_ID = "organization_id"


_Setting = Annotated[Name, typer.Argument(help="What to set.")]


@command(config, "show")
def show(work: Work) -> None:
    """Show the settings in force, and where each comes from; keys stay hidden."""
    rows = [
        {
            "setting": name.value,
            "value": _shown(name, work),
            "source": work.settings[name].source if name in work.settings else None,
        }
        for name in Name
    ]
    columns = {"Setting": "setting", "Value": "value", "From": "source"}
    work.output.table(rows, columns)
    if not work.output.as_json:
        work.output.note(f"commands work at: {work.address or DEFAULT_URL}")


@command(config, "set", offline=True)
def set_value(
    work: Work,
    name: _Setting,
    value: Annotated[
        str | None,
        typer.Argument(help="Its value; not for keys, which are asked for or read from a pipe."),
    ] = None,
) -> None:
    """Save a setting.

    A key is read from the keyboard, or from the standard input:

    ionworks config set api_key < key.txt
    """
    if name in _SECRETS:
        if value is not None:
            raise ValueError(
                f"{name.value} as an argument would stay in the history of the shell, and others "
                f"on this machine could see it: leave it out, and it is asked for"
            )
        value = _asked(name.value)
    if not value or not value.strip():
        raise ValueError(f"{name.value} is empty: 'ionworks config unset {name.value}' removes it")
    settings = {**saved_settings(work.output.warning), name.value: value.strip()}
    _check(settings)
    path = save_settings(settings)
    work.output.note(f"{name.value} is saved in {path}")


@command(config, "unset", offline=True)
def unset(work: Work, name: _Setting) -> None:
    """Remove a setting from the file."""
    settings = saved_settings(work.output.warning)
    if name.value not in settings:
        raise MissingError(f"{name.value} is not set in {settings_path()}")
    del settings[name.value]
    save_settings(settings)
    work.output.note(f"{name.value} is removed")


@command(config, "path", offline=True)
def path(work: Work) -> None:
    """Tell where the file is."""
    where = settings_path()
    work.output.text(str(where), {"path": where, "exists": where.exists()})


@command(projects, "list", needs_store=True)
def list_projects(work: Work, limit: Limit = 50) -> None:
    """List the projects that the key may see."""
    page = work.client.project.list(limit=limit or None)
    columns = {"Project": "name", "Created [UTC]": minute("created_at"), "Id": "id"}
    work.output.table(page, columns, "no projects")
    work.output.tell_rest(len(page), page.total)


def add_to(app: typer.Typer) -> None:
    """Make ``whoami`` a command."""
    command(app, "whoami")(whoami)


def whoami(work: Work) -> None:
    """Tell who the key belongs to, and where commands work."""
    user = work.client.whoami()
    if work.output.as_json:
        work.output.json({**user, "api_url": work.client.api_url})
        return
    work.output.record(
        {
            "User": user.email,
            "Id": user.id,
            "Organizations": [one.name for one in user.organizations or ()],
            "API": work.client.api_url,
        }
    )


def _shown(name: Name, work: Work) -> str | None:
    if name not in work.settings:
        return None
    return "set" if name in _SECRETS else work.settings[name].value


def _asked(name: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(f"{name} (not shown)", hide_input=True, err=True))
    return sys.stdin.readline()


def _check(settings: dict[str, str]) -> None:
    """Refuse what no client could be made with; a missing key is no reason."""
    stand_in = {} if any(name in settings for name in _SECRETS) else {"api_key": "none"}
    known = {**settings, **stand_in}
    Config.resolve(
        known.get("api_key"),
        known.get("api_url"),
        token=known.get("token"),
        organization_id=known.get("organization_id"),
        environ={},
    )
