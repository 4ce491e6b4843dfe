"""What a protocol that is built holds, and what can be asked of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Self

from ionworks.ucp.arguments import (
    Table,
    Timed,
    as_assignments,
    as_length,
    as_resolution,
    checked,
    present,
    refusal,
    require_known,
)
from ionworks.ucp.dump import dump
from ionworks.ucp.explain import explain
from ionworks.ucp.findings import Finding
from ionworks.ucp.nodes import member
from ionworks.ucp.reading import check, load
from ionworks.ucp.tree import Protocol as Tree

_SECTIONS = ("global", "safety_limits", "drive_cycles")


class Built:
    """Steps, and what stands above them, as plain values that never change."""

    __slots__ = ("_head", "_steps")

    def __init__(self) -> None:
        self._head: Table = {}
        self._steps: tuple[Table, ...] = ()

    def body(self) -> Table:
        """Return the protocol as a plain mapping, to be stored or sent."""
        return copy.deepcopy({**self._head, "steps": list(self._steps)})

    def load(self) -> Tree:
        """Return the typed tree; raise `ProtocolError` if the whole does not hold together."""
        return load(self.body())

    def check(self) -> list[Finding]:
        """Return everything that is wrong with the whole; nothing for a good one."""
        return check(self.body())

    def text(self) -> str:
        """Return the protocol as canonical YAML."""
        return dump(self.load())

    def explain(self) -> str:
        """Say what the protocol does, one line a step."""
        return explain(self.load())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Built):
            return NotImplemented
        return (self._head, self._steps) == (other._head, other._steps)

    def __hash__(self) -> int:
        return hash((repr(self._head), repr(self._steps)))

    def __repr__(self) -> str:
        count = len(self._steps)
        return f"<ucp.Protocol of {count} step{'' if count == 1 else 's'}>"

    def _timed(
        self, call: str, key: str, own: Table, common: Timed, names: Mapping[str, str]
    ) -> Self:
        """Append a step that takes time."""
        require_known(common, getattr(self, call))
        given = present(dict(common))
        length = as_length(given, call)
        assigned = as_assignments(given.get("set_variable"), call)
        after = {
            **length,
            "temperature": given.get("temperature"),
            "resolution": as_resolution(given.get("resolution")),
            "set_variable": assigned,
            "note": given.get("note"),
        }
        table = present({"name": given.get("name"), **own, **after})
        return self._append(call, key, table, {"ends": "until", **names})

    def _append(self, call: str, key: str, table: Table, names: Mapping[str, str]) -> Self:
        """Append a step under its key; without one it stands in the flat form."""
        step, root = ({key: table}, member("steps[0]", key)) if key else (table, "steps[0]")
        (added,) = checked({"steps": [step]}, call, root, names)["steps"]
        return self._with(steps=(*self._steps, added))

    def _with_profiles(self, profiles: Table, call: str) -> Self:
        known = self._head.get("drive_cycles", {})
        for name, points in profiles.items():
            if known.get(name, points) != points:
                message = f"The drive cycle {name!r} has other points already; name it otherwise."
                raise refusal("contradiction", message, f"{call}()")
        return self._with(drive_cycles=known | profiles) if profiles else self

    def _with(self, *, steps: tuple[Table, ...] | None = None, **head: Table) -> Self:
        """Return a protocol with other steps, or another head."""
        new = object.__new__(type(self))
        new._steps = self._steps if steps is None else steps
        merged = self._head | head
        new._head = {key: merged[key] for key in _SECTIONS if key in merged}
        return new
