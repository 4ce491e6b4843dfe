"""What serialised values of strangers may hold, told before anything imports what they name.

PyBaMM's decoder imports the module that a ``$type`` names, so every tree is vetted here first. This
module knows no PyBaMM: the server vets with it, too.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ionworks_engine.battery.errors import near, refuse

EXPRESSIONS = "pybamm.expression_tree."
PLAIN_TYPES = frozenset({"builtins.float", "builtins.tuple", "builtins.slice", "numpy.ndarray"})
# Each of these keys makes PyBaMM's decoder look for a class, in one spelling of its history.
TYPE_KEYS = ("$type", "py/object", "class", "module")
MAX_DEPTH = 200
_NUMBERS = ("float64", "float32", "int64", "int32", "bool")


def unsafe(node: Any, depth: int = 0) -> Iterator[str]:
    """Yield what a serialised value must not hold: NaN, foreign classes, endless nesting.

    An infinity is written as ``{"$type": "builtins.float", "value": "Infinity"}``.

    Parameters
    ----------
    node
        A JSON value.
    depth
        How deep it lies in what is vetted.

    Examples
    --------
    >>> list(unsafe({"$type": "os.PathLike"}))
    ["may only name types under 'pybamm.expression_tree.', not 'os.PathLike'"]
    >>> list(unsafe({"$type": "pybamm.expression_tree.scalar.Scalar", "value": 1.0}))
    []
    """
    if depth > MAX_DEPTH:
        yield f"nested more than {MAX_DEPTH} levels deep"
    elif isinstance(node, float) and not math.isfinite(node):
        yield "holds a NaN" if math.isnan(node) else "holds a number too large to be one"
    elif isinstance(node, list):
        for item in node:
            yield from unsafe(item, depth + 1)
    elif isinstance(node, dict):
        yield from foreign_type(node)
        for item in node.values():
            yield from unsafe(item, depth + 1)


def foreign_type(node: Mapping[str, Any]) -> Iterator[str]:
    """Yield why one node may not be decoded, if it names a class that is no expression."""
    kind = node.get("$type")
    if kind == "builtins.float" and node.get("value") == "NaN":
        yield "holds a NaN"
    if kind == "numpy.ndarray" and node.get("dtype") not in _NUMBERS:
        yield f"an array must be of numbers, such as 'float64', not {node.get('dtype')!r:.40}"
    if kind is None and not any(key in node for key in (*TYPE_KEYS, "type")):
        return
    known = isinstance(kind, str) and (kind in PLAIN_TYPES or kind.startswith(EXPRESSIONS))
    if not known:
        yield f"may only name types under {EXPRESSIONS!r}, not {kind!r}"


def closed(what: str, mapping: Any, allowed: Collection[str]) -> None:
    """Refuse what is no mapping, and a mapping with a key that is not allowed.

    Raises
    ------
    BatteryError
        Naming the first key that is unknown, and those near it.
    """
    if not isinstance(mapping, Mapping):
        raise refuse(f"{what} must be a mapping, not {type(mapping).__name__}")
    for key in mapping:
        if key not in allowed:
            raise refuse(f"{what}: unknown key {key!r}{near(str(key), allowed)}")
