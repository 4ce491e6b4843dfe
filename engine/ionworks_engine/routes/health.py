"""Whether the engine is up."""

from __future__ import annotations

from typing import Any

from ionworks_engine.call import Call


def get_health(call: Call) -> dict[str, Any]:
    """Say so."""
    del call
    return {"status": "ok"}
