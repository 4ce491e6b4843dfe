"""What the client and the servers say in words of Python, in those of the command line."""

from __future__ import annotations

import re
from ast import literal_eval

__all__ = ["in_options"]

_PLACES = r"(?:conditions\[\d+\]\.)?"
_WORDS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"\bpass reader=", "give --reader"),
        (r"\bmax_points=(\d+)", r"--max-points \1"),
        (r"\bfewer columns=\[\.\.\.\]", "fewer columns, each with --column"),
        (r"\bcolumn_mappings(?=[:.])", "--column"),
        (r"\boptions\['(\w+)'\]", r"--option \1=..."),
        (r"\boptions=\{'(\w+)': \.\.\.\}", r"--option \1=..."),
        (r"\bnominal_capacity_ah\b", "--capacity"),
        (r"\bfilename_stem\b", "--stem"),
        (r"^target must be", "--to must be"),
        (r"\bextra_variables\[\d+\]", "--variables"),
        (_PLACES + r"design_parameters_doe\.rows\[\d+\]\.\w+(?:\[\d+\])?", "--set or --sweep"),
        (_PLACES + r"(?:design|experiment)_parameters\.", "--set or --sweep "),
    )
)
_MAPPING = re.compile(r"\b(column_mappings|options)=(\{[^{}]*\})")
_OPTIONS = {"column_mappings": "--column", "options": "--option"}


def in_options(message: str) -> str:
    """Return a message that names arguments of Python with the options that stand for them.

    Examples
    --------
    >>> from ionworks.cli.wording import in_options
    >>> in_options("the file holds currents in A: give nominal_capacity_ah")
    'the file holds currents in A: give --capacity'
    >>> in_options("Say which is which, such as column_mappings={'U': 'Voltage [V]'}")
    "Say which is which, such as --column 'U=Voltage [V]'"
    """
    for pattern, words in _WORDS:
        message = pattern.sub(words, message)
    return _MAPPING.sub(_repeated, message)


def _repeated(found: re.Match[str]) -> str:
    """Return a mapping as options, one for each of its pairs."""
    try:
        pairs = literal_eval(found[2]).items()
    except (ValueError, SyntaxError):
        return found[0]
    return " ".join(f"{_OPTIONS[found[1]]} {f'{key}={value}'!r}" for key, value in pairs)
