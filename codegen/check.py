"""Compares everything generated with what a fresh run makes."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from codegen.bundle import write_bundle
from codegen.client import write_client
from codegen.files import Tree, differences, read_tree
from codegen.layout import Layout
from codegen.sync import sync


def check(layout: Layout) -> list[str]:
    """Generate everything again in a temporary folder and compare.

    Returns
    -------
    list of str
        One line for each file that differs, is missing or is left over, named from the root of the
        working copy; empty when all is as a fresh run makes it.
    """
    with tempfile.TemporaryDirectory() as temporary:
        fresh = Layout(Path(temporary))
        _copy_sources(layout, fresh)
        write_bundle(fresh)
        write_client(fresh)
        sync(fresh)
        return differences(_products(fresh), _products(layout))


def _copy_sources(layout: Layout, fresh: Layout) -> None:
    shutil.copytree(layout.spec.parent, fresh.spec.parent, ignore=shutil.ignore_patterns("dist"))
    if layout.asynchronous.exists():
        shutil.copytree(layout.asynchronous, fresh.asynchronous)


def _products(layout: Layout) -> Tree:
    products = {}
    if layout.bundle.exists():
        products[layout.bundle.relative_to(layout.root).as_posix()] = layout.bundle.read_bytes()
    for folder in (layout.client, layout.synchronous):
        name = folder.relative_to(layout.root).as_posix()
        products |= {f"{name}/{path}": content for path, content in read_tree(folder).items()}
    return products
