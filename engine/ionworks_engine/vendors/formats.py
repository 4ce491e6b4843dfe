"""The formats by name: which module writes a target, and which reads some bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from types import MappingProxyType
from typing import Protocol, cast

from ionworks_engine.vendors import arbin, arbin_sdx, biologic, maccor, neware, novonix
from ionworks_engine.vendors.files import Files
from ionworks_engine.vendors.program import Program


class Format(Protocol):
    """What every format module offers."""

    def recognises(self, data: bytes) -> bool:
        """Say by their content whether the bytes are of this format; never raises."""
        ...

    def write(self, program: Program, stem: str) -> Files:
        """Write a checked program; what the format has no room for is `Inexpressible`."""
        ...

    def read(self, data: bytes, side_files: Mapping[str, bytes]) -> Program:
        """Read a file with the files beside it; damage is `Unreadable`."""
        ...


CYCLERS: Mapping[str, str] = MappingProxyType(
    {
        "maccor": "Maccor",
        "arbin": "Arbin",
        "arbin_sdx": "Arbin",
        "neware": "Neware",
        "novonix": "Novonix",
        "biologic_mps": "BioLogic",
    }
)
"""Target -> the maker of the cycler."""

_FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "maccor": maccor,
        "arbin": arbin,
        "arbin_sdx": arbin_sdx,
        "neware": neware,
        "novonix": novonix,
        "biologic_mps": biologic,
    }
)

_SUFFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "maccor": (".000", ".xml"),
        "arbin": (".sdu",),
        "arbin_sdx": (".sdx",),
        "neware": (".xml",),
        "novonix": (".pro", ".pro2", ".txt", ".csv"),
        "biologic_mps": (".mps",),
    }
)


def format_of(target: str) -> Format:
    """Return the module that writes and reads a target."""
    return _FORMATS[target]


def recognised(data: bytes) -> Iterator[tuple[str, Format]]:
    """Find the formats that know these bytes as theirs, by content alone."""
    for target, found in _FORMATS.items():
        if found.recognises(data):
            yield target, found


def as_written(target: str, program: Program) -> Program:
    """Return the program that a file will say, where a format joins steps that mean one."""
    joined = getattr(format_of(target), "as_written", None)
    return program if joined is None else cast("Program", joined(program))


def misnamed(target: str, filename: str) -> str | None:
    """Say it if a file has the suffix of another format."""
    suffix = PurePath(filename).suffix.lower()
    known = {ending for endings in _SUFFIXES.values() for ending in endings}
    if suffix in known and suffix not in _SUFFIXES[target]:
        return f"The name ends with {suffix}, but this is a {CYCLERS[target]} file."
    return None
