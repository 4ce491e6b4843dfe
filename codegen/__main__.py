"""The command line: ``python -m codegen <command>``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from codegen.bundle import BundleError, write_bundle
from codegen.client import GenerationError, write_client
from codegen.layout import Layout
from codegen.ruff import FormatterError
from codegen.sync import ConversionError, stale, sync

Command = Callable[[Layout], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 right, 1 found something, 2 could not run."""
    parser = argparse.ArgumentParser(prog="codegen", description="From the API description to code.")
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument("--root", type=Path, default=Layout().root, help="the working copy")
    options = parser.parse_args(arguments)
    try:
        return COMMANDS[options.command](Layout(options.root.resolve()))
    except (BundleError, GenerationError, ConversionError, FormatterError) as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return 2


def _report(what: str, changed: Sequence[str]) -> int:
    print(f"{what}: {len(changed)} changed" if changed else f"{what}: up to date")
    for name in changed:
        print(f"  {name}")
    return 0


def _bundle(layout: Layout) -> int:
    return _report("bundle", write_bundle(layout))


def _client(layout: Layout) -> int:
    return _report("client", write_client(layout))


def _sync(layout: Layout) -> int:
    return _report("sync", sync(layout))


def _generate(layout: Layout) -> int:
    return _bundle(layout) or _client(layout) or _sync(layout)


COMMANDS: dict[str, Command] = {
    "bundle": _bundle,
    "client": _client,
    "generate": _generate,
    "sync": _sync,
}

if __name__ == "__main__":
    sys.exit(main())
