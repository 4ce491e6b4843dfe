"""The command line: ``python -m codegen <command>``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from codegen.bundle import BundleError, read_bundle, write_bundle
from codegen.check import check
from codegen.client import GenerationError, write_client
from codegen.diff import diff
from codegen.layout import Layout
from codegen.lint import lint
from codegen.ruff import FormatterError
from codegen.sync import ConversionError, stale, sync

Command = Callable[[Layout], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 right, 1 found something, 2 could not run."""
    parser = argparse.ArgumentParser(
        prog="codegen", description="From the API description to code."
    )
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument("--check", action="store_true", help="sync: compare instead of writing")
    parser.add_argument("--root", type=Path, default=Layout().root, help="the working copy")
    options = parser.parse_args(arguments)
    if options.check and options.command != "sync":
        parser.error("--check goes with sync; to compare everything, run check")
    command = _sync_check if options.check else COMMANDS[options.command]
    try:
        return command(Layout(options.root.resolve()))
    except (BundleError, GenerationError, ConversionError, FormatterError) as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return 2


def _wrote(what: str, changed: Sequence[str]) -> int:
    print(f"{what}: {len(changed)} changed" if changed else f"{what}: up to date")
    for name in changed:
        print(f"  {name}")
    return 0


def _found(what: str, lines: Sequence[str], right: str) -> int:
    print(f"{what}: {len(lines)} found" if lines else f"{what}: {right}")
    for line in lines:
        print(f"  {line}")
    return 1 if lines else 0


def _bundle(layout: Layout) -> int:
    return _wrote("bundle", write_bundle(layout))


def _lint(layout: Layout) -> int:
    problems = lint(read_bundle(layout.bundle))
    return _found("lint", [str(problem) for problem in problems], "nothing to say")


def _client(layout: Layout) -> int:
    return _wrote("client", write_client(layout))


def _sync(layout: Layout) -> int:
    return _wrote("sync", sync(layout))


def _sync_check(layout: Layout) -> int:
    return _found("sync", stale(layout), "up to date")


def _check(layout: Layout) -> int:
    return _found(
        "check", check(layout), "everything is as a fresh run makes it, and nothing breaks"
    )


def _diff(layout: Layout) -> int:
    return _found("diff", diff(layout), "nothing breaks")


def _generate(layout: Layout) -> int:
    return _bundle(layout) or _lint(layout) or _client(layout) or _sync(layout)


COMMANDS: dict[str, Command] = {
    "bundle": _bundle,
    "check": _check,
    "client": _client,
    "diff": _diff,
    "generate": _generate,
    "lint": _lint,
    "sync": _sync,
}

if __name__ == "__main__":
    sys.exit(main())
