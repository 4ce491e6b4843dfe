"""The files that a written Maccor procedure names: one waveform a drive cycle, one file a sweep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Literal

from ionworks.ucp.tree import Position, Profile
from ionworks_engine.vendors.capabilities import inexpressible
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.files import File, is_device
from ionworks_engine.vendors.maccor_text import (
    MAX_NAME,
    RAMP_SECONDS,
    TARGET,
    named_ramp,
    ramp_name,
)
from ionworks_engine.vendors.maccor_waves import (
    MAX_ROWS,
    PLACES,
    SHORTEST_ROW,
    Bound,
    Sweep,
    rows_of,
    staircase,
    write_sweep,
    write_wave,
)
from ionworks_engine.vendors.program import Drive, Program, Spectrum

DEFAULT_REPORT = 1.0
"""How often a drive cycle stores a row [s] where the protocol does not say it."""
DEFAULT_AMPLITUDE = 0.01
"""Of an impedance spectrum without one [V]: that of the public files."""
DEFAULT_POINTS = 10.0

_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{MAX_NAME - 1}}}")


def ramp_profile(rate: float) -> Profile:
    """Return the drive cycle of a charging current that rises by so many C per hour."""
    last = -rate * RAMP_SECONDS / 3600
    return Profile(ramp_name(rate), "C-rate", (0.0, RAMP_SECONDS), (0.0, last), Position(""))


def ramp_rate(program: Program, line: Drive) -> float | None:
    """Return the C per hour if a line follows what `ramp_profile` made; else ``None``."""
    rate = named_ramp(line.profile)
    if rate is None or ramp_profile(rate) not in program.profiles:
        return None
    return rate if line.stops and line.scale == 1 and line.repeat == 1 else None


class Assets:
    """Collects the files beside a procedure.

    Parameters
    ----------
    program
        Brings the drive cycles, the safety limits and what 1 C means.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._profiles = {profile.name: profile for profile in program.profiles}
        self._files: dict[str, File] = {}
        self.profiles: dict[str, Profile] = {}
        """Drive cycles as their waveforms have them, by the names of these."""
        self.notes: list[str] = []

    @property
    def files(self) -> tuple[File, ...]:
        """All files so far, in the order in which the procedure names them."""
        return tuple(self._files.values())

    def wave(self, line: Drive, index: int) -> str:
        """Return the name of the waveform that a line follows.

        Raises
        ------
        Inexpressible
            At what rows of constant current or power that end on a voltage do not say.
        """
        profile = self._profiles.get(line.profile)
        if profile is None:
            return self._missing(line, index)
        wave = _Wave(self._program, profile, line, index)
        pieces, mode = wave.pieces()
        content = write_wave(pieces, mode, wave.bounds(pieces), wave.report)
        if any(a != b for a, b in _pieces(profile)):
            self.notes.append(
                f"The drive cycle {line.profile!r} is straight lines; the waveform has rows of up"
                " to 1 s with the mean of each piece, so that its charge is the same."
            )
        self.notes.append(
            "Each row of a waveform ends at the voltage of the safety limit (or of the step's end)"
            " on its side, and the next row follows; rows have no other ends."
        )
        name = self._file(line.profile, "MWF", content, "text/tab-separated-values")
        self.profiles[name] = staircase(name, mode, pieces)
        return name

    def sweep(self, line: Spectrum, index: int) -> str:
        """Return the name of the sweep file of a line.

        Raises
        ------
        Inexpressible
            If the current is modulated: no public sweep file does.
        """
        if line.mode != "Voltage":
            raise self._refusal(
                "an impedance spectrum with a modulated current",
                index,
                "public files modulate the voltage; use mode: Voltage and an amplitude in V",
            )
        if line.stops:
            raise self._refusal("an end of an impedance spectrum", index)
        amplitude = line.amplitude
        if amplitude is None:
            amplitude = DEFAULT_AMPLITUDE
            self.notes.append(f"Sweeps without an amplitude have {amplitude * 1000:g} mV.")
        self.notes.append(
            "Sweeps are around the open circuit, in the range 200 mA, with at most 4 A, as the"
            " public files have it: set range and limit of your analyser."
        )
        points = line.points_per_decade or DEFAULT_POINTS
        sweep = Sweep(line.start_frequency, line.end_frequency, amplitude * 1000, points)
        return self._file("EIS", "FRA", write_sweep(sweep), "text/plain")

    def _missing(self, line: Drive, index: int) -> str:
        if _NAME.fullmatch(line.profile) is None:
            raise self._refusal(f"the drive cycle {line.profile!r}, which is not given", index)
        self.notes.append(
            f"The drive cycle {line.profile!r} is not given: the cycler needs {line.profile}.MWF."
        )
        return line.profile

    def _file(self, wanted: str, suffix: str, content: bytes, media_type: str) -> str:
        """Keep a file under a name that the cycler takes; the same content is kept once."""
        base = re.sub(r"[^A-Za-z0-9_-]+", "_", wanted).strip("_-")[:MAX_NAME] or "wave"
        base = f"wave_{base}" if is_device(base) else base
        name, count = base, 1
        while (known := self._files.get(f"{name}.{suffix}")) and known.content != content:
            count += 1
            name = f"{base[: MAX_NAME - len(str(count)) - 1]}_{count}"
        if suffix == "MWF" and name != wanted:
            self.notes.append(f"The drive cycle {wanted!r} is {name}.MWF.")
        self._files[f"{name}.{suffix}"] = File(f"{name}.{suffix}", content, media_type)
        return name

    def _refusal(self, construct: str, index: int, instead: str | None = None) -> Inexpressible:
        return inexpressible(construct, TARGET, index, self._program.lines[index], instead)


@dataclass(slots=True)
class _Wave:
    """One waveform in the making."""

    program: Program
    profile: Profile
    line: Drive
    index: int

    def pieces(self) -> tuple[list[tuple[float, float]], Literal["Current", "Power"]]:
        """Return the rows as (seconds, value), and what the values are."""
        mode, factor = self._scale()
        rows = islice(self._cut(), MAX_ROWS + 1)
        pieces = [(seconds, round(value * factor, PLACES)) for seconds, value in rows]
        if not pieces:
            raise self._refusal("a drive cycle that takes no time")
        if min(seconds for seconds, _ in pieces) < SHORTEST_ROW:
            raise self._refusal(
                f"rows of a drive cycle under {SHORTEST_ROW:g} s", "use fewer points"
            )
        if len(pieces) > MAX_ROWS:
            raise self._refusal(
                f"a drive cycle of more than {MAX_ROWS} rows", "repeat a shorter one in a block"
            )
        return pieces, mode

    @property
    def report(self) -> float:
        """How often to store a row [s]."""
        return self.line.record.time or self.program.record.time or DEFAULT_REPORT

    def _scale(self) -> tuple[Literal["Current", "Power"], float]:
        mode, capacity = self.profile.mode, self.program.capacity
        if mode == "Voltage":
            raise self._refusal("a drive cycle of Voltage", "use one of Current or Power")
        if mode != "C-rate":
            return mode, self.line.scale
        if capacity is None:
            raise self._refusal("a drive cycle in C-rate", "give nominal_capacity_ah")
        return "Current", self.line.scale * capacity

    def _cut(self) -> Iterator[tuple[float, float]]:
        """Yield the rows of all repetitions, up to the step's end on Time."""
        times = [stop.value for stop in self.line.stops if stop.quantity == "Time"]
        left = min((time for time in times if isinstance(time, float | int)), default=None)
        for _ in range(self.line.repeat):
            for seconds, value in rows_of(self.profile):
                if left is None:
                    yield seconds, value
                elif left > 0:
                    yield min(seconds, left), value
                    left = round(left - seconds, 9)

    def bounds(self, pieces: list[tuple[float, float]]) -> dict[str, Bound]:
        """Return what ends rows early that charge (C) and discharge (D)."""
        charging = any(value < 0 for _, value in pieces)
        discharging = any(value > 0 for _, value in pieces) or not charging
        bounds = {}
        for state, used, operator in (("C", charging, ">="), ("D", discharging, "<=")):
            value = self._bound(operator, alone=charging != discharging)
            if used and value is None:
                side = "max_voltage" if state == "C" else "min_voltage"
                raise self._refusal(
                    f"a drive cycle without the safety limit {side}",
                    "each row of a waveform needs a voltage that ends it",
                )
            if used and value is not None:
                bounds[state] = Bound("V", ">=" if state == "C" else "<=", value)
        return bounds

    def _bound(self, operator: str, *, alone: bool) -> float | None:
        """Return the voltage that ends a row on one side: the step's own, else the limit's."""
        found = [
            guard.value
            for guard in self.program.guards
            if guard.quantity == "Voltage" and (guard.side == "high") == (operator == ">=")
        ]
        for stop in self.line.stops:
            if stop.goto != self.index + 1:
                raise self._refusal(
                    "a goto at the end of a drive cycle", "the next step follows a FastWave"
                )
            if stop.quantity == "Time" and isinstance(stop.value, float | int):
                continue
            right_side = stop.operator[0] == operator[0] if alone else False
            if stop.quantity != "Voltage" or not isinstance(stop.value, float | int):
                raise self._refusal(f"an end of a drive cycle on {stop.quantity}")
            if not alone:
                raise self._refusal(
                    "an end on Voltage of a drive cycle that charges and discharges",
                    "give the voltage as a safety limit: rows end there, and the next one follows",
                )
            if right_side:
                found.insert(0, stop.value)
        return found[0] if found else None

    def _refusal(self, construct: str, instead: str | None = None) -> Inexpressible:
        return inexpressible(construct, TARGET, self.index, self.line, instead)


def _pieces(profile: Profile) -> Iterator[tuple[float, float]]:
    """Yield the values at both ends of each piece that takes time."""
    points = list(zip(profile.times, profile.values, strict=True))
    for (begin, low), (end, high) in pairwise(points):
        if end > begin:
            yield low, high
