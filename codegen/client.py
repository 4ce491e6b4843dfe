"""The generated package: openapi-python-client run on its own copy of the bundle."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copy
from typing import Any

from codegen import ruff
from codegen.bundle import read_bundle
from codegen.client_copy import client_copy
from codegen.files import Tree, read_tree, write_tree
from codegen.layout import Layout
from codegen.templates import PRINTING, TemplateError, write_templates

PACKAGE = "ionworks_openapi"

# The hooks are spelled out because the generator's own follow whatever ruff's defaults are today.
CONFIGURATION: dict[str, Any] = {
    "package_name_override": PACKAGE,
    "content_type_overrides": {"application/vnd.apache.parquet": "application/octet-stream"},
    "post_hooks": [
        "ruff check . --isolated --no-cache --target-version py311 --select F401,I --fix-only",
        "ruff format . --isolated --no-cache --target-version py311",
    ],
}


class GenerationError(RuntimeError):
    """The client could not be generated from the bundle without a warning."""


def generate(bundle: dict[str, Any]) -> Tree:
    """Generate the package's files from a bundle, in a temporary folder.

    Raises
    ------
    GenerationError
        On any error or warning of the generator.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        _run_generator(bundle, folder)
        (folder / PACKAGE / "py.typed").touch()
        copy(PRINTING, folder / PACKAGE)
        return read_tree(folder / PACKAGE)


def write_client(layout: Layout) -> list[str]:
    """Write ``generated/ionworks_openapi``; return the names of the files that changed."""
    return write_tree(layout.client, generate(read_bundle(layout.bundle)))


def _run_generator(bundle: dict[str, Any], folder: Path) -> None:
    document, configuration = folder / "client_copy.json", folder / "configuration.json"
    document.write_text(json.dumps(client_copy(bundle)), "utf-8")
    configuration.write_text(json.dumps(CONFIGURATION), "utf-8")
    try:
        write_templates(folder / "templates")
    except TemplateError as error:
        raise GenerationError(str(error)) from error
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"]
    command += ["--path", str(document), "--config", str(configuration), "--meta", "none"]
    command += ["--custom-template-path", str(folder / "templates")]
    command += ["--output-path", str(folder / PACKAGE)]
    done = subprocess.run(
        command, cwd=folder, env=ruff.environment(), capture_output=True, text=True
    )
    if done.returncode != 0:
        raise GenerationError(f"openapi-python-client:\n{done.stdout}{done.stderr}")
