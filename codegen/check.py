"""Compares everything generated with what a fresh run makes, and that with the last release."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from codegen.bundle import Document, read_bundle, write_bundle
from codegen.client import write_client
from codegen.diff import breaking_changes
from codegen.files import Tree, differences, read_tree
from codegen.layout import Layout
from codegen.sync import sync


def check(layout: Layout) -> list[str]:
    """Generate everything again in a temporary folder and compare.

    What breaks for the users of the last release is found, too, unless the description has a new
    major version: that is how it is announced.

    Returns
    -------
    list of str
        One line for each file that differs, is missing or is left over, named from the root of the
        working copy, and one for each breaking change; empty when all is as a fresh run makes it.
    """
    with tempfile.TemporaryDirectory() as temporary:
        fresh = Layout(Path(temporary))
        _copy_sources(layout, fresh)
        write_bundle(fresh)
        write_client(fresh)
        sync(fresh)
        changed = differences(_products(fresh), _products(layout))
        if not layout.released.exists():  # Before the first release nothing can break.
            return changed
        return changed + unannounced(read_bundle(layout.released), read_bundle(fresh.bundle))


def unannounced(released: Document, current: Document) -> list[str]:
    """Name each breaking change between two bundles, unless the major version says that it breaks.

    Parameters
    ----------
    released
        The bundle that users have.
    current
        The bundle that is to replace it.
    """
    if _major(current) > _major(released):
        return []
    version = released["info"]["version"]
    return [f"breaks users of {version}: {each}" for each in breaking_changes(released, current)]


def _major(document: Document) -> int:
    return int(document["info"]["version"].partition(".")[0])


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
