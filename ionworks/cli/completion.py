"""What a shell offers while a word is typed, from what is at hand: no server is asked for it."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer

from ionworks.cli.files import write_whole
from ionworks.cli.output import Output
from ionworks.cli.work import Work

__all__ = ["CYCLERS", "cycler_formats", "known_models", "model_names"]

CYCLERS = (
    "maccor",
    "arbin",
    "arbin_sdx",
    "neware",
    "novonix",
    "biologic_mps",
    "biologic_bttest",
)
_PLATFORM = "platform"


def known_models(work: Work) -> list[Any]:
    """Return the models of the project, and remember their names for the next completion."""
    models = list(work.client.parameterized_model.list_by_project(summary=True))
    names = {**_remembered(), work.address or _PLATFORM: [model.name for model in models]}
    path = _path()
    # A word that is not offered is no reason to fail.
    with suppress(Exception):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, lambda aside: aside.write_text(json.dumps(names), encoding="utf-8"))
    return models


def model_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the names of models that begin so, of those that were seen here before."""
    work = Work(Output(), ctx.params.get("url"))
    return _beginning(_remembered().get(work.address or _PLATFORM, []), incomplete)


def cycler_formats(incomplete: str) -> list[str]:
    """Return the formats of cyclers that begin so."""
    return _beginning(CYCLERS, incomplete)


def _beginning(words: Any, incomplete: str) -> list[str]:
    return [word for word in words if word.casefold().startswith(incomplete.casefold())]


def _remembered() -> dict[str, list[str]]:
    with suppress(OSError, ValueError):
        found = json.loads(_path().read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}


def _path() -> Path:
    import platformdirs

    return platformdirs.user_cache_path("ionworks") / "models.json"
