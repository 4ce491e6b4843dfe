"""What people must know of a written Maccor procedure before they run it."""

from __future__ import annotations

from collections.abc import Iterator

from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.maccor_assets import ramp_rate
from ionworks_engine.vendors.maccor_layout import Layout
from ionworks_engine.vendors.maccor_text import TARGET
from ionworks_engine.vendors.program import Count, Drive, Line, Program, Repeat, Spectrum


def remarks(program: Program, layout: Layout) -> Iterator[str]:
    """Yield sentences on what the procedure leaves to the cycler and to its people.

    Raises
    ------
    Inexpressible
        At a lower limit of a current.
    """
    yield from _on_limits(program, layout)
    kinds = {type(line) for line in program.lines}
    if Repeat in kinds and Count not in kinds:
        yield "The protocol has no advance_cycle: the cycler's cycle number stays the same."
    if any(_has_file(line, program) for line in program.lines):
        yield "The files beside the procedure go where the cycler keeps its waveforms and sweeps."


def _on_limits(program: Program, layout: Layout) -> Iterator[str]:
    for guard in program.guards:
        if guard.side == "low" and guard.quantity not in ("Voltage", "Temperature"):
            raise Inexpressible(f"a lower limit of {guard.quantity}", TARGET)
    if program.guards and any(_has_file(line, program) for line in program.lines):
        yield (
            "FastWave and FRA steps have no ends in a procedure: there the safety limits hold"
            " through the channel's safety of step 1 alone; set them at the cycler, too."
        )
    if layout.leads_in:
        yield "Step 1 is a rest of 10 ms that sets the channel's safety."


def _has_file(line: Line, program: Program) -> bool:
    """Say whether the step of a line names a file, and so has no ends of its own."""
    if isinstance(line, Drive):
        return ramp_rate(program, line) is None
    return isinstance(line, Spectrum)
