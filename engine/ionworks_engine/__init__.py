"""A local engine that serves the Ionworks API on SQLite, Parquet files and PyBaMM.

Examples
--------
>>> import tempfile
>>> from pathlib import Path
>>> from ionworks_engine import create_app
>>> app = create_app(Path(tempfile.mkdtemp()))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ionworks_engine.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    # Workers import this package too, and need no web framework.
    if name == "create_app":
        from ionworks_engine.app import create_app

        return create_app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
