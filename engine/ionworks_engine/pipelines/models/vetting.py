"""What serialised models may name, told before PyBaMM imports it.

A model's trees may name PyBaMM's expressions; its discretisation also names classes of meshes and
of spatial methods. The class it was derived from is replaced by the nearest one that is PyBaMM's
own: a stranger's class would have to be imported, and the equations are all in the tree.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from ionworks_engine.battery.vetting import EXPRESSIONS, MAX_DEPTH, PLAIN_TYPES, TYPE_KEYS
from ionworks_engine.pipelines.errors import refuse

_CLASSES = ("pybamm.meshes.", "pybamm.spatial_methods.")
_MODELS = "pybamm.models."
_BASE = "pybamm.BaseModel"
_LARGEST = 256 * 2**20


def vet(node: Any, where: str) -> None:
    """Refuse a serialised model, or a part of one, that names what is not PyBaMM's.

    Raises
    ------
    PipelineError
        Saying what it names.
    """
    for problem in _foreign(node, 0):
        raise refuse(where, problem)


def vetted_model(config: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the serialised form of a custom model, safe to be loaded.

    Parameters
    ----------
    config
        As ``to_config`` of a PyBaMM model gives it: ``{"type": "custom", "model": ...}``, its
        inner part packed or not.
    where
        Key path for messages.

    Raises
    ------
    PipelineError
        If it holds anything that would import what is not PyBaMM's, or is no model.
    """
    outer = _unpacked(config.get("model"), where)
    inner = outer.get("model")
    if not isinstance(inner, Mapping):
        raise refuse(f"{where}.model", "must be a serialised PyBaMM model")
    vet({key: value for key, value in inner.items() if key != "options"}, f"{where}.model")
    ancestors = [inner.get("base_class"), *(inner.get("base_class_mro") or [])]
    base = next((name for name in ancestors if _is_pybamms(name)), _BASE)
    return {**outer, "model": {**inner, "base_class": base, "base_class_mro": []}}


def _is_pybamms(name: Any) -> bool:
    return name == _BASE or (isinstance(name, str) and name.startswith(_MODELS))


def _unpacked(model: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(model, Mapping):
        raise refuse(f"{where}.model", "must be a serialised PyBaMM model")
    if not model.get("compressed"):
        return model
    try:
        packed = base64.b64decode(model["data"], validate=True)
        text = zlib.decompressobj().decompress(packed, _LARGEST)
        unpacked = json.loads(text)
    except (KeyError, TypeError, ValueError, binascii.Error, zlib.error) as error:
        raise refuse(f"{where}.model.data", f"cannot be unpacked: {error}") from None
    if not isinstance(unpacked, Mapping):
        raise refuse(f"{where}.model.data", "must hold a serialised PyBaMM model")
    return unpacked


def _foreign(node: Any, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        yield f"nested more than {MAX_DEPTH} levels deep"
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _foreign(item, depth + 1)
    elif isinstance(node, Mapping):
        yield from _foreign_class(node)
        for item in node.values():
            yield from _foreign(item, depth + 1)


def _foreign_class(node: Mapping[str, Any]) -> Iterator[str]:
    kind, named = node.get("$type"), node.get("class")
    if kind == "type":
        if not isinstance(named, str) or not named.startswith(_CLASSES):
            yield f"may only name classes under {' or '.join(map(repr, _CLASSES))}, not {named!r}"
    elif kind is not None or any(key in node for key in (*TYPE_KEYS, "type")):
        known = isinstance(kind, str) and (kind in PLAIN_TYPES or kind.startswith(EXPRESSIONS))
        if not known:
            yield f"may only name types under {EXPRESSIONS!r}, not {kind or named!r}"
