"""Who may call and where: the credentials and addresses that worked and no longer do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codegen.reach import look_up

Document = dict[str, Any]
Both = tuple[Document, Document]
Scheme = tuple[dict[str, Any], frozenset[str]]

_HINTS = {"description", "bearerFormat"}


def lost_access(both: Both, path: str, method: str, place: str) -> Iterator[str]:
    """Name what one operation takes away that has credentials or addresses of its own.

    Parameters
    ----------
    both
        The released description and the one that is to replace it.
    path, method
        Where the operation stands in both.
    place
        What it is called in the answer.
    """
    items = [document["paths"][path] for document in both]
    operations = [item[method] for item in items]
    if any("security" in operation for operation in operations):
        yield from _lost_credentials(both, operations, place)
    if any("servers" in node for node in (*items, *operations)):
        stated = zip(both, items, operations, strict=True)
        yield from _lost_servers([_nearest_servers(*nodes) for nodes in stated], place)


def lost_shared_access(both: Both) -> Iterator[str]:
    """Name what the description takes away from all operations that state nothing of their own."""
    yield from _lost_credentials(both, list(both), "every operation")
    yield from _lost_servers([_nearest_servers(document) for document in both], "every operation")


def _lost_credentials(both: Both, nodes: list[Document], place: str) -> Iterator[str]:
    known, accepted = (_ways(document, node) for document, node in zip(both, nodes, strict=True))
    for way in known:
        if any(_suffices(way, other) for other in accepted):
            continue
        if way:
            yield f"{place}: no longer accepts credential {_shown(way)}"
        else:
            yield f"{place}: a credential is now required"


def _ways(document: Document, node: Document) -> list[dict[str, Scheme]]:
    """List the ways to show who asks: each is schemes that go together, none of them is nobody."""
    stated = node.get("security", document.get("security", [])) or [{}]
    return [
        {name: (_scheme(document, name), frozenset(scopes)) for name, scopes in way.items()}
        for way in stated
    ]


def _scheme(document: Document, name: str) -> dict[str, Any]:
    schemes = document.get("components", {}).get("securitySchemes", {})
    described = look_up(document, schemes.get(name, {}))
    return {key: value for key, value in described.items() if key not in _HINTS}


def _suffices(way: dict[str, Scheme], wanted: dict[str, Scheme]) -> bool:
    """Say whether who shows all of `way` has shown all that is wanted."""
    return all(
        any(_folded(scheme) == _folded(shown) and scopes <= held for shown, held in way.values())
        for scheme, scopes in wanted.values()
    )


def _folded(scheme: dict[str, Any]) -> dict[str, Any]:
    """Return a scheme with what HTTP reads in any case in one."""
    in_any_case = {"scheme", "name"} if scheme.get("in") == "header" else {"scheme"}
    return {key: value.lower() if key in in_any_case else value for key, value in scheme.items()}


def _shown(way: dict[str, Scheme]) -> str:
    parts = []
    for name, (scheme, scopes) in way.items():
        words = [value for value in scheme.values() if isinstance(value, str)]
        parts.append(f"{name} ({', '.join([' '.join(words), *sorted(scopes)])})")
    return " with ".join(parts)


def _nearest_servers(*nodes: Document) -> list[Document]:
    """Return the servers that the innermost of some nodes states, given from the outermost."""
    stated = [node["servers"] for node in nodes if node.get("servers")]
    return [
        {key: server[key] for key in ("url", "variables") if key in server}
        for server in (stated[-1] if stated else [])
    ]


def _lost_servers(servers: list[list[Document]], place: str) -> Iterator[str]:
    known, kept = servers
    for server in known:
        if server not in kept:
            yield f"{place}: server {server['url']} is gone"
