"""Neware step files (BTS 8, ``.xml``).

The parts are written and read in `neware_write` and `neware_read`; their words stand in
`neware_codes`. What is known comes from public step files and programs, none of it from the
maker, and no device has verified what is written here.
"""

from __future__ import annotations

import re

from ionworks_engine.vendors.neware_read import read
from ionworks_engine.vendors.neware_write import write

__all__ = ["read", "recognises", "write"]

_CONFIG = re.compile(rb"<config\b[^>]{0,1000}\btype\s*=\s*[\"']Step File[\"']")


def recognises(data: bytes) -> bool:
    """Say whether the bytes are a step file.

    Examples
    --------
    >>> recognises(b'<root><config type="Step File" version="17">')
    True
    """
    return _CONFIG.search(data[:4096]) is not None
