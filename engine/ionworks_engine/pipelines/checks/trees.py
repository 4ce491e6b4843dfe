"""Trees that name classes, anywhere in an element."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ionworks_engine.battery.vetting import EXPRESSIONS, MAX_DEPTH, PLAIN_TYPES
from ionworks_engine.pipelines.errors import shown

_OURS = "pybamm."
_TAGS = ("$type", "py/object")
_MOST = 20


def foreign(element: Any, where: str) -> Iterator[tuple[str, str]]:
    """Yield where an element names a class that is not PyBaMM's, or is nested too deeply.

    Vets by name only: which classes may stand where is told by who reads them.

    Parameters
    ----------
    element
        A JSON value.
    where
        Its key path.

    Examples
    --------
    >>> list(foreign({"fun": {"$type": "os.PathLike"}}, "elements.fit"))[0][0]
    'elements.fit.fun'
    """
    # A stack, not recursion: how deep it is nested is the sender's choice.
    waiting: list[tuple[Any, str, int]] = [(element, where, 0)]
    told = 0
    while waiting and told < _MOST:
        node, path, depth = waiting.pop()
        if depth > MAX_DEPTH:
            yield where, f"is nested more than {MAX_DEPTH} levels deep"
            return
        if isinstance(node, Mapping):
            for message in _of_node(node):
                yield path, message
                told += 1
            inner = [(each, f"{path}.{key}", depth + 1) for key, each in node.items()]
        elif isinstance(node, list):
            inner = [
                (each, f"{path}[{i}]", depth + 1)
                for i, each in enumerate(node)
                if isinstance(each, dict | list)
            ]
        else:
            continue
        waiting += reversed(inner)


def _of_node(node: Mapping[str, Any]) -> Iterator[str]:
    for tag in _TAGS:
        if tag not in node:
            continue
        named = node["class"] if node[tag] == "type" and "class" in node else node[tag]
        if not isinstance(named, str) or not (named in PLAIN_TYPES or named.startswith(_OURS)):
            yield (
                f"may only name classes of PyBaMM, such as those under {EXPRESSIONS!r}, "
                f"not {shown(named)}; it was not imported"
            )
    if "class" in node and "module" in node and not str(node["module"]).startswith("pybamm"):
        yield f"may only name modules of PyBaMM, not {shown(node['module'])}; it was not imported"


def untyped(config: Any, where: str) -> Iterator[tuple[str, str]]:
    """Yield where a setting names its type with something that is no text.

    Parameters
    ----------
    config
        A cost or an optimizer, which may hold others; not deeper than :func:`foreign` allows.
    where
        Its key path.

    Examples
    --------
    >>> list(untyped({"type": "MultiCost", "costs": [{"cost": {"type": 3}}]}, "cost"))
    [('cost.costs[0].cost.type', 'must be the name of a type, not 3')]
    """
    if isinstance(config, list):
        for i, each in enumerate(config):
            yield from untyped(each, f"{where}[{i}]")
    elif isinstance(config, Mapping):
        kind = config.get("type")
        if kind is not None and not isinstance(kind, str):
            yield f"{where}.type", f"must be the name of a type, not {shown(kind)}"
        for key, each in config.items():
            yield from untyped(each, f"{where}.{key}")
