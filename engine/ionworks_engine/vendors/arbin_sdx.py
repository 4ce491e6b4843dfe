"""Arbin schedules of version 8 (``.sdx``, MITS Pro 8 and newer), from the modules of `arbin`."""

from __future__ import annotations

from collections.abc import Mapping

from ionworks_engine.vendors import arbin_read, arbin_write
from ionworks_engine.vendors.arbin_words import SDX
from ionworks_engine.vendors.files import Files
from ionworks_engine.vendors.program import Program


def recognises(data: bytes) -> bool:
    r"""Say whether the bytes are a schedule of version 8 or newer.

    Examples
    --------
    >>> recognises(b"[Version Section]\nCurrent_Version=Schedule Version 8.00.11\n")
    True
    """
    version = arbin_read.version_of(data)
    return version is not None and version >= 8


def write(program: Program, stem: str) -> Files:
    """Write a program as a ``.sdx`` file, with its test object and drive cycles.

    Raises
    ------
    Inexpressible
        If the schedule cannot say it.
    """
    return arbin_write.write_schedule(program, stem, SDX)


def read(data: bytes, side_files: Mapping[str, bytes]) -> Program:
    """Read a schedule.

    Parameters
    ----------
    data
        The file.
    side_files
        Name -> bytes of the test object and the drive cycles that it names.

    Raises
    ------
    Unreadable
        If it is cut or damaged, or has steps of a kind that is not known.
    """
    return arbin_read.read_schedule(data, side_files)


def as_written(program: Program) -> Program:
    """Return the program as `read` will find it: with drive cycles in A, without idle points."""
    return arbin_write.as_written(program, SDX)
