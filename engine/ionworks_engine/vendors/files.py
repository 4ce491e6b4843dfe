"""The files that make up one test on a cycler."""

from __future__ import annotations

import re
from dataclasses import dataclass

UNVERIFIED = "No device has verified this file."
"""The note that every written test carries."""

_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9]) *(?:\..*)?", re.IGNORECASE)
_STEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}")


@dataclass(frozen=True, slots=True)
class File:
    """One file: its name without folders, its bytes, and its media type."""

    name: str
    content: bytes
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Files:
    """A written test.

    Parameters
    ----------
    primary
        The file that the cycler's software opens.
    assets
        Files beside it that it names.
    notes
        What the file says differently from the protocol, in sentences for people.
    """

    primary: File
    assets: tuple[File, ...] = ()
    notes: tuple[str, ...] = ()


def checked_stem(stem: str) -> str:
    """Return a file name without suffix that no folder can hide in.

    Raises
    ------
    ValueError
        If it has other characters than letters, digits, blanks and ``._-``, begins with none of
        the first two, ends with a dot or a blank, is longer than 100, or is the name of a device
        of Windows, such as ``nul``.

    Examples
    --------
    >>> checked_stem("rate test 2")
    'rate test 2'
    """
    if _STEM.fullmatch(stem) is None or stem[-1] in " .":
        shown = stem if len(stem) <= 40 else stem[:37] + "..."
        raise ValueError(
            f"filename_stem {shown!r} is no file name: use up to 100 letters, digits, blanks,"
            " dots, _ and -, a letter or digit first, no dot or blank last"
        )
    if is_device(stem):
        raise ValueError(
            f"filename_stem {stem!r} is no file name: Windows has a device of that name, with any"
            " suffix; use another one"
        )
    return stem


def is_device(stem: str) -> bool:
    """Say whether Windows takes a file name for a device, whatever its suffix.

    Examples
    --------
    >>> is_device("NUL.2"), is_device("null")
    (True, False)
    """
    return _DEVICE.fullmatch(stem) is not None
