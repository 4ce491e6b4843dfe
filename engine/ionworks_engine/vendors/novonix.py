"""Novonix protocols, in the form that the cyclers print into every data file (HPC, 3.0).

The text is written and read in `novonix_write` and `novonix_read`. No protocol file is public:
what is known comes from data files, and no device has verified what is written here.
"""

from __future__ import annotations

import re

from ionworks_engine.vendors.novonix_read import read
from ionworks_engine.vendors.novonix_write import write
from ionworks_engine.vendors.pairs import joined as as_written

__all__ = ["as_written", "read", "recognises", "write"]

_COMMAND = re.compile(
    rb"\[(?:Open circuit storage|Constant current (?:dis)?charge|CC-CV (?:dis)?charge)\]"
    rb"|\[\d{1,6} ?: ?(?:Open_circuit_storage|Constant_current_(?:dis)?charge|CC-CV_(?:dis)?charge)"
)


def recognises(data: bytes) -> bool:
    r"""Say whether the bytes hold a Novonix protocol.

    Examples
    --------
    >>> recognises(b"[Protocol]\n[Open circuit storage]\n")
    True
    """
    return _COMMAND.search(data[: 64 * 1024]) is not None
