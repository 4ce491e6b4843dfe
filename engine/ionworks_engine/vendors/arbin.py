"""Arbin schedules of version 7 (``.sdu``, MITS Pro 7 and older).

ini_text         sections, keys and values
arbin_words      the vocabulary, and the two dialects
arbin_layout     steps and limits as sections
arbin_globals    the sections around them
arbin_terms      numbers, formulas and multiples of named values
arbin_profiles   files of drive cycles
arbin_plan       loops and jumps as counters and labels
arbin_counting   lines without time -> counter steps
arbin_steps      timed lines -> steps
arbin_write      a program -> files
arbin_schedule   a file -> its raw steps
arbin_loops      which counters are loops
arbin_read       a file -> a program
"""

from __future__ import annotations

from collections.abc import Mapping

from ionworks_engine.vendors import arbin_read, arbin_write
from ionworks_engine.vendors.arbin_words import SDU
from ionworks_engine.vendors.files import Files
from ionworks_engine.vendors.program import Program


def recognises(data: bytes) -> bool:
    r"""Say whether the bytes are a schedule of version 7 or older.

    Examples
    --------
    >>> recognises(b"[Version Section]\nCurrent_Version=Schedule Version 7.00.13\n")
    True
    """
    version = arbin_read.version_of(data)
    return version is not None and version < 8


def write(program: Program, stem: str) -> Files:
    """Write a program as a ``.sdu`` file, and its drive cycles beside it.

    Raises
    ------
    Inexpressible
        If the schedule cannot say it.
    """
    return arbin_write.write_schedule(program, stem, SDU)


def read(data: bytes, side_files: Mapping[str, bytes]) -> Program:
    """Read a schedule.

    Parameters
    ----------
    data
        The file.
    side_files
        Name -> bytes of the drive cycles that it names.

    Raises
    ------
    Unreadable
        If it is cut or damaged, or has steps of a kind that is not known.
    """
    return arbin_read.read_schedule(data, side_files)


def as_written(program: Program) -> Program:
    """Return the program as `read` will find it: with drive cycles in A, without idle points."""
    return arbin_write.as_written(program, SDU)
