"""What people must know of a written Maccor procedure before they run it."""

from __future__ import annotations

from collections.abc import Iterator

from ionworks_engine.vendors.capabilities import inexpressible
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.maccor_assets import ramp_rate
from ionworks_engine.vendors.maccor_guards import is_for_both
from ionworks_engine.vendors.maccor_layout import Layout
from ionworks_engine.vendors.maccor_text import TARGET
from ionworks_engine.vendors.program import (
    Count,
    Drive,
    Guard,
    Hold,
    Line,
    Program,
    Repeat,
    Spectrum,
)


def remarks(program: Program, layout: Layout) -> Iterator[str]:
    """Yield sentences on what the procedure leaves to the cycler and to its people.

    Raises
    ------
    Inexpressible
        At a lower limit of a current, and one of one direction where a waveform would pass it.
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
        if _is_one_sided(guard, program):
            _refuse_waves(guard, program)
    if program.guards and any(_has_file(line, program) for line in program.lines):
        yield (
            "FastWave and FRA steps have no ends in a procedure: there the safety limits hold"
            " through the channel's safety of step 1 alone; set them at the cycler, too."
        )
    for guard in unplaced(program):
        yield (
            f"The safety limit on the {guard.quantity.lower()} is not in the file, as no step has"
            " that direction: set it at the cycler."
        )
    if layout.leads_in:
        yield "Step 1 is a rest of 10 ms that sets the channel's safety."


def _refuse_waves(guard: Guard, program: Program) -> None:
    for index, line in enumerate(program.lines):
        if _is_wave(line, program):
            raise inexpressible(
                f"a safety limit on the {guard.quantity.lower()} alone",
                TARGET,
                index,
                line,
                "rows of a waveform have the channel's safety, whose limit is for both: give"
                " max_charge_current and max_discharge_current the same value",
            )


def _is_one_sided(guard: Guard, program: Program) -> bool:
    """Say whether a safety limit is on the current of one direction alone."""
    return guard.quantity.endswith("current") and not is_for_both(guard, program.guards)


def unplaced(program: Program) -> list[Guard]:
    """Return the safety limits that no step can repeat: of a direction that none has."""
    kinds = {line.kind for line in program.lines if isinstance(line, Hold)}
    if any(isinstance(line, Drive) and not _is_wave(line, program) for line in program.lines):
        kinds.add("Charge")
    return [
        guard
        for guard in program.guards
        if _is_one_sided(guard, program) and guard.quantity.removesuffix(" current") not in kinds
    ]


def _has_file(line: Line, program: Program) -> bool:
    """Say whether the step of a line names a file, and so has no ends of its own."""
    return _is_wave(line, program) or isinstance(line, Spectrum)


def _is_wave(line: Line, program: Program) -> bool:
    return isinstance(line, Drive) and ramp_rate(program, line) is None
