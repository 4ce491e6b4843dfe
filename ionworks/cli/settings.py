"""The file of the command line: where it works and its key, for this user's eyes only."""

from __future__ import annotations

import json
import os
import secrets
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from ionworks.config import SETTINGS

__all__ = ["save_settings", "saved_settings", "settings_path"]

_FOR_OTHERS = 0o077


def settings_path() -> Path:
    """Return where the file is, or would be."""
    import platformdirs

    return platformdirs.user_config_path("ionworks") / "config.toml"


def saved_settings(warn: Callable[[str], None]) -> dict[str, str]:
    """Return what the file says, by the names in `ionworks.config.SETTINGS`.

    Parameters
    ----------
    warn
        Told if others may read the file.

    Raises
    ------
    ValueError
        If the file is none of settings.
    """
    path = settings_path()
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    try:
        said = tomllib.loads(content.decode())
    except ValueError as error:
        raise ValueError(f"{path} is no TOML: {error}. Mend it or delete it") from None
    for name, value in said.items():
        if name not in SETTINGS:
            raise ValueError(f"{path}: no setting {name!r}; there are {', '.join(SETTINGS)}")
        if not isinstance(value, str):
            raise ValueError(f"{path}: {name} must be a text")
    if os.name == "posix" and path.stat().st_mode & _FOR_OTHERS:
        warn(f"others may read {path}: chmod 600 it")
    return {name: value for name, value in said.items() if value}


def save_settings(settings: Mapping[str, str]) -> Path:
    """Write the file anew, readable by this user alone; return where it is."""
    path = settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in sorted(settings.items())]
    aside = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(lines)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return path
