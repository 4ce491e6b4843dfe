"""What serialised models may name, told before PyBaMM imports it.

A model's trees may name PyBaMM's expressions; its discretisation also names classes of meshes and
of spatial methods. The class it was derived from is replaced by the nearest one that is PyBaMM's
own: a stranger's class would have to be imported, and the equations are all in the tree.

What is packed may hold a thousand times what was sent. It is unpacked in pieces and counted before
anything is read of it, and read in workers only: their memory is watched, and nobody else waits.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from ionworks_engine.battery.vetting import EXPRESSIONS, MAX_DEPTH, PLAIN_TYPES, TYPE_KEYS
from ionworks_engine.pipelines.errors import refuse, shown

_CLASSES = ("pybamm.meshes.", "pybamm.spatial_methods.")
_MODELS = "pybamm.models."
_BASE = "pybamm.BaseModel"
LARGEST = 64 * 2**20
"""Bytes of an unpacked model. A DFN has 9 MB, with composite electrodes that age 41 MB."""
_PIECE = 2**20


def vet(node: Any, where: str) -> None:
    """Refuse a serialised model, or a part of one, that names what is not PyBaMM's.

    Raises
    ------
    PipelineError
        Saying what it names.
    """
    for problem in _foreign(node, 0):
        raise refuse(where, problem)


def vet_sent(config: Mapping[str, Any], where: str) -> None:
    """Refuse a custom model for what can be told of it at little cost: a packed one is not read.

    Parameters
    ----------
    config, where
        As of `vetted_model`.

    Raises
    ------
    PipelineError
        As `vetted_model`; of a packed model only if it cannot be unpacked, or is too large.
    """
    model = _serialised(config, where)
    if model.get("compressed"):
        deque(_pieces(model, where), maxlen=0)
    else:
        vetted_model(config, where)


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
    outer = _unpacked(_serialised(config, where), where)
    inner = outer.get("model")
    if not isinstance(inner, Mapping):
        raise refuse(f"{where}.model", "must be a serialised PyBaMM model")
    vet({key: value for key, value in inner.items() if key != "options"}, f"{where}.model")
    told = inner.get("base_class_mro")
    ancestors = [inner.get("base_class"), *(told if isinstance(told, list) else ())]
    base = next((name for name in ancestors if _is_pybamms(name)), _BASE)
    return {**outer, "model": {**inner, "base_class": base, "base_class_mro": []}}


def _is_pybamms(name: Any) -> bool:
    return name == _BASE or (isinstance(name, str) and name.startswith(_MODELS))


def _serialised(config: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    model = config.get("model")
    if not isinstance(model, Mapping):
        raise refuse(f"{where}.model", "must be a serialised PyBaMM model")
    return model


def _unpacked(model: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    if not model.get("compressed"):
        return model
    try:
        unpacked = json.loads(b"".join(_pieces(model, where)))
    except (ValueError, RecursionError) as error:
        raise refuse(f"{where}.model.data", f"cannot be read: {error}") from None
    if not isinstance(unpacked, Mapping):
        raise refuse(f"{where}.model.data", "must hold a serialised PyBaMM model")
    return unpacked


def _pieces(model: Mapping[str, Any], where: str) -> Iterator[bytes]:
    """Unpack a model piece by piece, so that one that is too large is never held."""
    place, size = f"{where}.model.data", 0
    unpack = zlib.decompressobj()
    try:
        rest = base64.b64decode(model.get("data") or "", validate=True)
        while not unpack.eof:
            piece = unpack.decompress(rest, _PIECE)
            rest = unpack.unconsumed_tail
            size += len(piece)
            if not piece and not rest and not unpack.eof:
                raise refuse(place, "cannot be unpacked: it ends too early")
            if size > LARGEST:
                raise refuse(place, f"has more than {LARGEST >> 20} MiB when it is unpacked")
            yield piece
    except (TypeError, ValueError, zlib.error) as error:
        raise refuse(place, f"cannot be unpacked: {error}") from None


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
            known = " or ".join(map(repr, _CLASSES))
            yield f"may only name classes under {known}, not {shown(named)}"
    elif kind is not None or any(key in node for key in (*TYPE_KEYS, "type")):
        ours = isinstance(kind, str) and (kind in PLAIN_TYPES or kind.startswith(EXPRESSIONS))
        if not ours:
            yield f"may only name types under {EXPRESSIONS!r}, not {shown(kind or named)}"
