"""The API description in one file.

The root document names every path by reference; each resource file holds its own paths and
components. Bundling inlines the paths and collects the components of all files under the root's,
where a name may be used once. The result has no references out of itself. What is written holds the
schema of the protocol language, too, and says of free-form objects that they may hold anything:
generators for other languages make types of them that hold nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from codegen.language import embed
from codegen.layout import Layout
from codegen.reach import nodes

Document = dict[str, Any]
_SAID_OF_OBJECTS = {"properties", "additionalProperties", "patternProperties", "propertyNames"}
_PLACES_KEPT_IN_ORDER = ("openapi", "info", "servers", "security", "tags", "paths")


class BundleError(ValueError):
    """The source files do not make one description; the message says where and why."""


def bundle(root: Path) -> Document:
    """Join the root document and the files it refers to.

    Parameters
    ----------
    root
        The root document, YAML.

    Returns
    -------
    dict
        One OpenAPI document; components are sorted by name.

    Raises
    ------
    BundleError
        When a file is no YAML mapping, a reference leads nowhere, two files use one component
        name, or a resource file has a path or component that nothing refers to.
    """
    bundler = _Bundler(root.resolve())
    document = bundler.run()
    bundler.refuse_unused()
    return document


def dump(document: Document) -> str:
    """Write a document as JSON text, the same for the same document."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_bundle(layout: Layout) -> list[str]:
    """Write ``openapi/dist/ionworks.json``; return its name if it changed."""
    content = dump(embed(_opened(bundle(layout.spec)))).encode()
    if layout.bundle.exists() and layout.bundle.read_bytes() == content:
        return []
    layout.bundle.parent.mkdir(parents=True, exist_ok=True)
    layout.bundle.write_bytes(content)
    return [layout.bundle.name]


def _opened(document: Document) -> Document:
    """Say of each object of which nothing is said that it may hold anything, as is the default."""
    for node in nodes(document):
        kinds = node.get("type")
        is_object = "object" in kinds if isinstance(kinds, list) else kinds == "object"
        if is_object and not node.keys() & _SAID_OF_OBJECTS:
            node["additionalProperties"] = True
    return document


def read_bundle(path: Path) -> Document:
    """Read a bundle, the current or the released one.

    Raises
    ------
    BundleError
        When it is not there.
    """
    try:
        document: Document = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise BundleError(f"{path} is not there; run `python -m codegen bundle` first") from error
    return document


@dataclass
class _Bundler:
    root: Path
    files: dict[Path, Document] = field(default_factory=dict)
    components: dict[tuple[str, str], Any] = field(default_factory=dict)
    origins: dict[tuple[str, str], Path] = field(default_factory=dict)
    used_paths: set[tuple[Path, str]] = field(default_factory=set)

    def run(self) -> Document:
        source = self._read(self.root)
        top = {key: value for key, value in source.items() if key != "components"}
        document = {key: top[key] for key in _PLACES_KEPT_IN_ORDER if key in top}
        document["paths"] = {
            path: self._path_item(item, path) for path, item in source.get("paths", {}).items()
        }
        for kind, name in self._declared(self.root):
            self._component(self.root, kind, name)
        document["components"] = self._collected()
        return document

    def refuse_unused(self) -> None:
        for path in sorted((self.root.parent / "resources").glob("*.yaml")):
            source = self._read(path)
            for name in source.get("paths", {}):
                if (path, name) not in self.used_paths:
                    raise BundleError(f"{path.name}: the root does not refer to path {name}")
            for place in self._declared(path):
                if self.origins.get(place) != path:
                    raise BundleError(f"{path.name}: nothing uses components/{'/'.join(place)}")

    def _path_item(self, item: Any, path: str) -> Any:
        if "$ref" not in item:
            return self._resolved(item, self.root, f"paths/{path}")
        file, pointer = self._split(item["$ref"], self.root, f"paths/{path}")
        self.used_paths.add((file, pointer[-1]))
        target = self._look_up(file, pointer, f"paths/{path}")
        return self._resolved(target, file, f"paths/{path}")

    def _resolved(self, node: Any, file: Path, place: str) -> Any:
        if isinstance(node, list):
            return [self._resolved(item, file, f"{place}/{i}") for i, item in enumerate(node)]
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("$ref"), str):
            rest = {key: value for key, value in node.items() if key != "$ref"}
            return {"$ref": self._reference(node["$ref"], file, place), **rest}
        return {key: self._resolved(value, file, f"{place}/{key}") for key, value in node.items()}

    def _reference(self, reference: str, file: Path, place: str) -> str:
        target, pointer = self._split(reference, file, place)
        if len(pointer) != 3 or pointer[0] != "components":
            raise BundleError(
                f"{file.name}: {place}: {reference} is not a reference to a component"
            )
        self._look_up(target, pointer, f"{file.name}: {place}")
        self._component(target, pointer[1], pointer[2])
        return f"#/components/{pointer[1]}/{pointer[2]}"

    def _component(self, file: Path, kind: str, name: str) -> None:
        known = self.origins.setdefault((kind, name), file)
        if known != file:
            raise BundleError(f"components/{kind}/{name} is in {known.name} and in {file.name}")
        if (kind, name) not in self.components:
            self.components[kind, name] = None
            source = self._read(file)["components"][kind][name]
            self.components[kind, name] = self._resolved(source, file, f"components/{kind}/{name}")

    def _collected(self) -> Document:
        collected: Document = {}
        for (kind, name), component in sorted(self.components.items()):
            collected.setdefault(kind, {})[name] = component
        return collected

    def _declared(self, file: Path) -> list[tuple[str, str]]:
        components = self._read(file).get("components", {})
        return [(kind, name) for kind, named in components.items() for name in named]

    def _split(self, reference: str, file: Path, place: str) -> tuple[Path, list[str]]:
        name, _, pointer = reference.partition("#/")
        if not pointer:
            raise BundleError(f"{file.name}: {place}: {reference} has no part after '#/'")
        parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")]
        return (file.parent / name).resolve() if name else file, parts

    def _look_up(self, file: Path, pointer: list[str], place: str) -> Any:
        node: Any = self._read(file)
        for part in pointer:
            if not isinstance(node, dict) or part not in node:
                raise BundleError(f"{place}: {file.name} has no {'/'.join(pointer)}")
            node = node[part]
        return node

    def _read(self, file: Path) -> Document:
        if file not in self.files:
            self.files[file] = _load(file)
        return self.files[file]


def _load(file: Path) -> Document:
    try:
        document = yaml.load(file.read_text("utf-8"), Loader=_StrictLoader)
    except OSError as error:
        raise BundleError(f"{file.name} cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise BundleError(f"{file.name} is not YAML: {error}") from error
    if not isinstance(document, dict):
        raise BundleError(f"{file.name} holds no mapping")
    return document


class _StrictLoader(yaml.SafeLoader):
    """Safe YAML in which a key stands once, beside what it merges, and dates stay text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
