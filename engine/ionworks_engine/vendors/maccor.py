"""Maccor procedures: .000 files of XML, waveforms .MWF for drive cycles, sweeps .FRA for EIS.

maccor_steps, _ends, _says, _followed, _read    a file -> a program
maccor_layout, _assets, _xml, _remarks, _write  a program -> files; _written: what these say
maccor_text, _guards, _waves                    what both share: words, safety limits, side files
"""

from __future__ import annotations

from ionworks_engine.vendors.maccor_read import read
from ionworks_engine.vendors.maccor_steps import ROOT
from ionworks_engine.vendors.maccor_write import write
from ionworks_engine.vendors.maccor_written import as_written

__all__ = ["as_written", "read", "recognises", "write"]

_WHERE = 4096


def recognises(data: bytes) -> bool:
    """Say whether bytes look like a Maccor procedure.

    Examples
    --------
    >>> recognises(b"<MaccorTestProcedure>"), recognises(b"steps: []")
    (True, False)
    """
    return f"<{ROOT}".encode() in data[:_WHERE].replace(b"\0", b"")
