"""Configs of pipelines in files: YAML or JSON, with numbers as people mean them."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from ionworks.cli.files import read_text

__all__ = ["read_config"]

_SCALARS = {
    "null": (r"(?:~|null|Null|NULL|)", ["~", "n", "N", ""]),
    "bool": (r"(?:true|True|TRUE|false|False|FALSE)", list("tTfF")),
    "int": (r"[-+]?[0-9]+", list("-+0123456789")),
    "float": (
        r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)",
        list("-+.0123456789"),
    ),
}


class _Loader(yaml.SafeLoader):
    """YAML 1.2: ``1e-3`` is a number, ``on`` a word, ``1:30`` a text, and no key stands twice."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # filled below, as yaml has it

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            name = getattr(key, "value", None)
            if isinstance(name, str) and name in seen:
                raise yaml.constructor.ConstructorError(
                    "while reading a mapping", node.start_mark, f"{name!r} is twice", key.start_mark
                )
            seen.add(name if isinstance(name, str) else id(key))
        return super().construct_mapping(node, deep)


for _name, (_pattern, _first) in _SCALARS.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(f"{_pattern}$"), _first)
_Loader.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))


def read_config(file: Path) -> dict[str, Any]:
    """Return the mapping that a file holds.

    Raises
    ------
    ValueError
        If it holds none, or cannot be read; with the line.
    """
    text, is_json = read_text(file), file.suffix.lower() == ".json"
    try:
        config = json.loads(text) if is_json else yaml.load(text, _Loader)  # noqa: S506  # is safe
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"{file} cannot be read: {error}") from None
    if not isinstance(config, dict):
        raise ValueError(f"{file} must hold a mapping with 'elements'")
    return config
