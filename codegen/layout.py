"""Where the sources and the products of code generation stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Layout:
    """The folders of one working copy.

    Parameters
    ----------
    root
        The folder that holds ``openapi/``, ``generated/`` and ``ionworks/``.
    """

    root: Path = REPOSITORY

    @property
    def spec(self) -> Path:
        """The root document of the API description."""
        return self.root / "openapi" / "ionworks.yaml"

    @property
    def bundle(self) -> Path:
        """The whole description in one file."""
        return self.root / "openapi" / "dist" / "ionworks.json"

    @property
    def released(self) -> Path:
        """The bundle of the last release."""
        return self.root / "openapi" / "dist" / "released.json"

    @property
    def client(self) -> Path:
        """The generated package."""
        return self.root / "generated" / "ionworks_openapi"

    @property
    def asynchronous(self) -> Path:
        """The resources as they are written, in async."""
        return self.root / "ionworks" / "_async"

    @property
    def synchronous(self) -> Path:
        """The resources made from the asynchronous ones."""
        return self.root / "ionworks" / "_sync"
