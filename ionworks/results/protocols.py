"""What comes back when a protocol is written for a cycler, or read from a cycler's file."""

from __future__ import annotations

import os
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from ionworks.errors import IonworksError
from ionworks.saving import save_files

if TYPE_CHECKING:
    from ionworks_openapi import models

__all__ = ["ConvertResult", "ParsedProtocol"]


@dataclass(frozen=True, eq=False)
class ConvertResult:
    """A protocol as the files of a cycler.

    No device has verified them: read ``notes``, and try a test on a dummy cell first.

    Attributes
    ----------
    target
        The format.
    primary_filename, primary_bytes, media_type
        The file that the cycler's software opens: its name, its bytes, and what kind it is.
    assets
        Name and bytes of the files that belong beside it, such as waveforms.
    notes
        What the files say differently from the protocol.
    """

    target: str
    primary_filename: str
    primary_bytes: bytes
    media_type: str
    assets: list[tuple[str, bytes]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def text(self, encoding: str = "utf-8") -> str:
        """Return the primary file as text.

        Raises
        ------
        UnicodeDecodeError
            If it is no text in this encoding.
        """
        return self.primary_bytes.decode(encoding)

    def save(self, directory: str | os.PathLike[str], overwrite: bool = False) -> list[Path]:
        """Write all files into a folder, which is made if it is absent.

        Parameters
        ----------
        directory
            The folder; nothing is written outside of it.
        overwrite
            Whether files with other content may be replaced. The same content is no overwrite.

        Returns
        -------
        list of Path
            The primary file first; relative if the folder is.

        Raises
        ------
        FileExistsError
            If there are files with other content, naming them; then nothing is written.
        IonworksError
            If the server gave a file a name that could lead elsewhere.

        Examples
        --------
        >>> import tempfile
        >>> from ionworks.results import ConvertResult
        >>> made = ConvertResult("novonix", "protocol.txt", b"[Protocol]", "text/plain")
        >>> [path.name for path in made.save(tempfile.mkdtemp())]
        ['protocol.txt']
        """
        files = [(self.primary_filename, self.primary_bytes), *self.assets]
        return save_files(directory, files, overwrite=overwrite)

    def __repr__(self) -> str:
        assets = [name for name, _ in self.assets]
        return (
            f"ConvertResult(target={self.target!r}, primary_filename={self.primary_filename!r}, "
            f"primary_bytes=<{len(self.primary_bytes):,} bytes>, assets={assets}, "
            f"notes={self.notes})"
        )

    def _repr_html_(self) -> str:
        files = [(self.primary_filename, self.primary_bytes), *self.assets]
        rows = [f"<b>{escape(name)}</b>, {len(content):,} bytes" for name, content in files]
        return _listed(f"For {self.target}", [*rows, *map(escape, self.notes)])

    @classmethod
    def of_answer(cls, answer: models.ConvertedProtocol) -> ConvertResult:
        """Return what the server answered.

        Raises
        ------
        IonworksError
            If what should be a file's bytes is no base64.
        """
        primary = answer.primary
        return cls(
            target=answer.target,
            primary_filename=primary.filename,
            primary_bytes=_content(primary),
            media_type=primary.media_type or "application/octet-stream",
            assets=[(asset.filename, _content(asset)) for asset in answer.assets or ()],
            notes=list(answer.notes or ()),
        )


@dataclass(frozen=True, eq=False)
class ParsedProtocol:
    """What the file of a cycler says.

    Attributes
    ----------
    ucp
        The protocol in UCP, as text.
    human_readable
        The protocol for people, one line a step.
    raw_protocol
        The file as text.
    cycler_type
        Whose format it is, or ``None``.
    nominal_capacity_ah
        What the file calls 1 C, in A.h, if it says so.
    required_drive_cycles, available_drive_cycles
        Names of drive cycles that the file names and does not hold, and of those that it holds.
    required_subroutines, available_subroutines
        The same for procedures that it calls.
    error
        What could not be read, if only a part could be.
    notes
        What the protocol says differently from the file.
    """

    ucp: str
    human_readable: str = ""
    raw_protocol: str = ""
    cycler_type: str | None = None
    nominal_capacity_ah: float | None = None
    required_drive_cycles: list[str] = field(default_factory=list)
    available_drive_cycles: list[str] = field(default_factory=list)
    required_subroutines: list[str] = field(default_factory=list)
    available_subroutines: list[str] = field(default_factory=list)
    error: str | None = None
    notes: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        facts = {
            "cycler_type": self.cycler_type,
            "nominal_capacity_ah": self.nominal_capacity_ah,
            "ucp": _Lines(self.ucp),
            "required_drive_cycles": self.required_drive_cycles or None,
            "required_subroutines": self.required_subroutines or None,
            "error": self.error,
            "notes": self.notes or None,
        }
        shown = ", ".join(f"{key}={value!r}" for key, value in facts.items() if value is not None)
        return f"ParsedProtocol({shown})"

    def _repr_html_(self) -> str:
        missing = [*self.required_drive_cycles, *self.required_subroutines]
        rows = [f"missing: {name}" for name in missing] + self.notes
        problem = [f"in part: {self.error}"] if self.error else []
        head = _listed(self.cycler_type or "Protocol", list(map(escape, [*problem, *rows])))
        return f"{head}<pre>{escape(self.human_readable)}</pre>"

    @classmethod
    def of_answer(cls, answer: models.ParsedProtocol) -> ParsedProtocol:
        """Return what the server answered."""
        return cls(
            ucp=answer.parsed_protocol_ucp,
            human_readable=answer.parsed_protocol_human or "",
            raw_protocol=answer.raw_protocol or "",
            cycler_type=answer.cycler_type,
            nominal_capacity_ah=answer.nominal_capacity_ah,
            required_drive_cycles=list(answer.required_drive_cycles or ()),
            available_drive_cycles=list(answer.available_drive_cycles or ()),
            required_subroutines=list(answer.required_subroutines or ()),
            available_subroutines=list(answer.available_subroutines or ()),
            error=answer.error,
            notes=list(answer.notes or ()),
        )


@dataclass(frozen=True)
class _Lines:
    """Stands for a long text where only a glance is wanted."""

    text: str

    def __repr__(self) -> str:
        return f"<{len(self.text.splitlines()):,} lines>"


def _content(file: models.ConvertedFile) -> bytes:
    try:
        return b64decode(file.content_base64, validate=True)
    except ValueError as error:
        raise IonworksError(
            f"the answer to convert_protocol is not what the API describes: "
            f"{file.filename!r} is no base64: {error}"
        ) from error


def _listed(title: str, rows: Sequence[str]) -> str:
    items = "".join(f"<li>{row}</li>" for row in rows)
    return f"<h4>{escape(title)}</h4><ul>{items}</ul>"
