"""What a written Maccor procedure says, where it says the same in other words.

A drive cycle is the staircase of its waveform, repeated, scaled and cut; a variable is a register;
times are spelt to 0.1 ms; a sweep has the numbers that it gets if nobody gives any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ionworks.ucp.tree import Position, Variable
from ionworks_engine.vendors import times
from ionworks_engine.vendors.maccor_assets import (
    DEFAULT_AMPLITUDE,
    DEFAULT_POINTS,
    Assets,
    ramp_rate,
)
from ionworks_engine.vendors.maccor_remarks import unplaced
from ionworks_engine.vendors.maccor_text import RESOLUTION, TARGET
from ionworks_engine.vendors.maccor_write import registers
from ionworks_engine.vendors.program import (
    Assign,
    Drive,
    Hold,
    Line,
    Program,
    Spectrum,
)


def as_written(program: Program) -> Program:
    """Return the program that is read back from what is written.

    Parameters
    ----------
    program
        A program that can be written.
    """
    program = times.rounded(program, RESOLUTION, TARGET)
    assets, names = Assets(program), registers(program)
    lines = [_written(line, i, program, assets, names) for i, line in enumerate(program.lines)]
    followed = {line.profile for line in lines if isinstance(line, Drive)}
    ramps = [p for p in program.profiles if p.name in followed and p.name not in assets.profiles]
    nowhere = unplaced(program)
    return replace(
        program,
        lines=tuple(lines),
        guards=tuple(guard for guard in program.guards if guard not in nowhere),
        profiles=(*assets.profiles.values(), *ramps),
    )


def _written(
    line: Line, index: int, program: Program, assets: Assets, names: Mapping[str, str]
) -> Line:
    if isinstance(line, Assign):
        return replace(line, name=names[line.name])
    if isinstance(line, Hold) and isinstance(line.value, Variable):
        return replace(line, value=Variable(names[line.value.name], Position("")))
    if isinstance(line, Spectrum):
        return replace(
            line,
            points_per_decade=line.points_per_decade or DEFAULT_POINTS,
            amplitude=line.amplitude or DEFAULT_AMPLITUDE,
        )
    if isinstance(line, Drive) and ramp_rate(program, line) is None:
        stops = tuple(stop for stop in line.stops if stop.quantity != "Time")
        return replace(line, profile=assets.wave(line, index), stops=stops, scale=1.0, repeat=1)
    return line
