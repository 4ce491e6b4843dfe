"""What a handler is given, and what it may answer besides JSON values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ionworks_engine.descriptions import Descriptions
from ionworks_engine.jobs.system import Jobs
from ionworks_engine.links import Links
from ionworks_engine.storage import Store

ORGANIZATION = "local"
EMAIL = "local@localhost"


@dataclass(frozen=True, slots=True)
class Services:
    """What handlers work with."""

    store: Store
    jobs: Jobs
    descriptions: Descriptions
    links: Links


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
    origin
        Scheme and host under which the request reached the engine, such as
        ``http://127.0.0.1:8787``: addresses that it answers begin with it.
    """

    path: dict[str, str]
    query: dict[str, Any]
    body: dict[str, Any]
    origin: str

    def signed(self, content: str, filename: str, media_type: str) -> str:
        """Return an address at which a stored file can be fetched for an hour, without a key.

        Parameters
        ----------
        content
            Name of the file in the store.
        filename
            What it is called when it is saved; only its last part counts.
        media_type
            What it is sent as.
        """
        return self.links.download(self.origin, content, filename, media_type)


@dataclass(frozen=True, slots=True)
class PlainText:
    """An answer that is a text for people."""

    text: str


@dataclass(frozen=True, slots=True)
class JsonText:
    """An answer that is written in JSON already."""

    text: bytes


@dataclass(frozen=True, slots=True)
class Redirect:
    """An answer that is elsewhere: at an address that the client is to fetch."""

    location: str


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """An answer that is a stored file."""

    path: Path
