"""Folders as plain mappings, so that products can be compared before they are written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

Tree = dict[str, bytes]
"""The files of a folder: path relative to it, with forward slashes, to content."""


def read_tree(folder: Path) -> Tree:
    """Read every file below a folder; a folder that is not there is empty."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(expected: Mapping[str, bytes], actual: Mapping[str, bytes]) -> list[str]:
    """Say how two trees differ, one line a file."""
    lines = []
    for name in sorted(expected.keys() | actual.keys()):
        if name not in actual:
            lines.append(f"{name}: missing")
        elif name not in expected:
            lines.append(f"{name}: left over, nothing makes it")
        elif expected[name] != actual[name]:
            lines.append(f"{name}: differs from a fresh run")
    return lines


def write_tree(folder: Path, tree: Mapping[str, bytes]) -> list[str]:
    """Make a folder hold exactly these files; return the names that changed.

    Files that are already right are not touched, so that their times stay as they were.
    """
    present = read_tree(folder)
    changed = [name for name in sorted(tree) if present.get(name) != tree[name]]
    stale = sorted(present.keys() - tree.keys())
    for name in changed:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tree[name])
    for name in stale:
        (folder / name).unlink()
    _remove_empty_folders(folder)
    return changed + stale


def _remove_empty_folders(folder: Path) -> None:
    below = sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True)
    for path in below:
        if path.name != "__pycache__" and not any(path.iterdir()):
            path.rmdir()
