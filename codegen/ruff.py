"""The formatter that stands in the same environment as this Python, whatever PATH says."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from collections.abc import Sequence
from pathlib import Path


class FormatterError(RuntimeError):
    """Ruff is missing or refused its input."""


def scripts_folder() -> Path:
    """Return the folder with the programs of the running environment."""
    return Path(sysconfig.get_path("scripts"))


def environment() -> dict[str, str]:
    """Return the environment variables with the programs of this Python found first."""
    inherited = os.environ.get("PATH", os.defpath)
    return {**os.environ, "PATH": os.pathsep.join([str(scripts_folder()), inherited])}


def run(arguments: Sequence[str], *, folder: Path) -> None:
    """Run ruff in a folder, with its own defaults rather than the project's configuration.

    Raises
    ------
    FormatterError
        When ruff is not installed beside this Python, or ends with an error.
    """
    program = scripts_folder() / "ruff"
    if not program.exists():
        raise FormatterError(f"ruff is not installed in {program.parent}; run `make setup`")
    command = [str(program), *arguments, "--isolated", "--no-cache", "--quiet"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise FormatterError(f"ruff {arguments[0]} failed:\n{done.stdout}{done.stderr}")
