"""What a handler is given, and what it may answer besides JSON values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ionworks_engine.descriptions import Descriptions
from ionworks_engine.jobs.system import Jobs
from ionworks_engine.storage import Store

ORGANIZATION = "local"
EMAIL = "local@localhost"


@dataclass(frozen=True, slots=True)
class Services:
    """What handlers work with."""

    store: Store
    jobs: Jobs
    descriptions: Descriptions


@dataclass(frozen=True, slots=True)
class Call(Services):
    """One request, already valid.

    Parameters
    ----------
    path
        Path parameters by name.
    query
        Query parameters by name, in their types, with defaults where they were left out.
    body
        The JSON body, or the `SentFile` of a form by the name of its part; an empty mapping when
        there is none.
    """

    path: dict[str, str]
    query: dict[str, Any]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlainText:
    """An answer that is a text for people."""

    text: str


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """An answer that is a stored file."""

    path: Path
