"""BioLogic settings (``.mps``) of EC-Lab and BT-Lab.

biologic_text        header, techniques, rows and cells
biologic_words       words and units
biologic_sequences   lines -> sequences of Modulo Bat
biologic_write       a program -> files
biologic_modulo      sequences of Modulo Bat -> lines
biologic_techniques  older, separate techniques -> lines
biologic_read        a file -> a program
"""

from __future__ import annotations

from collections.abc import Mapping

from ionworks_engine.vendors import biologic_read, biologic_text, biologic_write
from ionworks_engine.vendors.files import Files
from ionworks_engine.vendors.program import Program

recognises = biologic_text.recognises
as_written = biologic_write.as_written


def write(program: Program, stem: str) -> Files:
    """Write a program as Modulo Bat settings for EC-Lab, and the same for BT-Lab beside it.

    Raises
    ------
    Inexpressible
        If Modulo Bat cannot say it.
    """
    return biologic_write.write_settings(program, stem)


def read(data: bytes, side_files: Mapping[str, bytes]) -> Program:  # noqa: ARG001 - as all formats
    """Read settings, of Modulo Bat or of older techniques.

    Parameters
    ----------
    data
        The file.
    side_files
        Not needed: settings name no other files.

    Raises
    ------
    Unreadable
        If they are cut or damaged, or have a technique or a word that is not known.
    """
    return biologic_read.read_settings(data)
