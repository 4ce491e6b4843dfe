"""A Maccor procedure (.000) with its side files -> a program.

What the language has no words for is named in the program's notes: an operator's pause, settings
of the cycler, formulas over the time of a step, what a waveform's rows do besides their value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from ionworks.ucp.tree import Guarded, Profile
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.maccor_assets import ramp_profile
from ionworks_engine.vendors.maccor_ends import HELD, Ends, find_safety
from ionworks_engine.vendors.maccor_followed import Followed, follow
from ionworks_engine.vendors.maccor_guards import guards_of
from ionworks_engine.vendors.maccor_says import Says, assigned_in
from ionworks_engine.vendors.maccor_steps import RawEnd, RawStep, loops_of, read_steps
from ionworks_engine.vendors.maccor_text import (
    CARRIER_SECONDS,
    ramp,
    seconds,
    whole,
)
from ionworks_engine.vendors.maccor_waves import read_sweep, read_wave
from ionworks_engine.vendors.program import (
    Assign,
    Count,
    Drive,
    Guard,
    Hold,
    Jump,
    Line,
    Program,
    Repeat,
    Spectrum,
    Stop,
)
from ionworks_engine.vendors.records import hoisted


def read(data: bytes, side_files: Mapping[str, bytes]) -> Program:
    """Read a procedure.

    Parameters
    ----------
    data
        The bytes of the ``.000`` file.
    side_files
        Waveforms and sweeps by file name; those that the procedure does not name are not looked at.

    Returns
    -------
    Program
        With notes on all that the language cannot say.

    Raises
    ------
    Unreadable
        If the file is none, is cut, or does not fit together; with its line.
    """
    title, steps = read_steps(data)
    return _Reader(title, steps, side_files).program()


class _Reader:
    """Collects the lines of one procedure; jumps are looked up when all lines have their places."""

    def __init__(
        self, title: str, steps: Sequence[RawStep], side_files: Mapping[str, bytes]
    ) -> None:
        self._title = title
        self._steps = steps
        self._files = {_base(name): content for name, content in side_files.items()}
        self._do_of = loops_of(steps)
        self._notes: list[str] = []
        self._drafts: list[Callable[[], Line]] = []
        self._places: dict[int, int] = {}
        self._profiles: dict[str, Profile] = {}
        self._missing: dict[str, None] = {}
        assigned = assigned_in(steps)
        self._says = Says(assigned, self._notes)
        self._ends = Ends(assigned, self._notes)
        self._safety = find_safety(steps, self._through)

    def program(self) -> Program:
        for step in self._steps:
            self._places[step.number] = len(self._drafts)
            self._read(step)
        self._note_settings()
        lines, record = hoisted([draft() for draft in self._drafts])
        return Program(
            lines=lines,
            guards=tuple(self._all_guards()),
            profiles=tuple(self._profiles.values()),
            record=record,
            title=self._title,
            notes=tuple(dict.fromkeys(self._notes)),
            missing=tuple(self._missing),
        )

    def _read(self, step: RawStep) -> None:
        first = step.kind.partition(" ")[0]
        if step.kind in HELD:
            self._held(step)
        elif first == "Loop":
            self._loop(step)
        elif step.kind == "AdvCycle":
            self._add(Count(note=step.note))
        elif step.kind == "FastWave":
            self._wave(step)
        elif step.kind == "FRA":
            self._sweep(step)
        elif step.kind == "End" and step.number < len(self._steps):
            self._drafts.append(lambda: Jump(condition=None, goto=len(self._drafts)))
        elif step.kind == "Pause":
            self._notes.append(
                f"Step {step.number} pauses until an operator goes on: a jump to it ends the test"
                " here, and a step before it goes straight on."
            )
        elif first not in ("Do", "End"):
            self._leave_out(step)

    def _leave_out(self, step: RawStep) -> None:
        if step.mode:
            raise Unreadable(
                f"step {step.number} sets a {step.mode} in a way that is not known, {step.kind}",
                line=step.line,
                key="StepType",
            )
        self._notes.append(f"Step {step.number} ({step.kind}) is left out: it is not known.")

    def _add(self, line: Line) -> None:
        self._drafts.append(lambda: line)

    def _held(self, step: RawStep) -> None:
        """Read a step with ends, and the variables that it sets: copies for each way out."""
        own = self._safety.own(step, self._through) or list(step.ends)
        sets = list(self._says.sets(step))
        here, size = len(self._drafts), len(sets)
        if self._is_carrier(step, own):
            self._ride(step, own[0], sets)
            return
        others = [end.step for end in own if size and end.step != step.number + 1]
        ways = {
            way: here + 2 + size + k * (size + 1) for k, way in enumerate(dict.fromkeys(others))
        }

        def place(end: RawEnd) -> int:
            if end.step in ways:
                return ways[end.step]
            return here + 1 if size and end.step == step.number + 1 else self._place(step, end)

        self._timed(step, own, place)
        for entry in sets:
            self._add(entry)
        if ways:
            following = len(self._drafts) + 1 + len(ways) * (size + 1)
            self._add(Jump(condition=None, goto=following))
        for way in ways:
            end = next(end for end in own if end.step == way)
            for entry in sets:
                self._add(entry)
            self._jump(step, end)

    def _timed(self, step: RawStep, own: list[RawEnd], place: Callable[[RawEnd], int]) -> None:
        record = self._says.record(step)
        if not own:
            raise Unreadable(f"step {step.number} has no end", line=step.line, key="Ends")
        rate = _ramp(step)
        if rate is None:
            kind, mode, size, hold = self._says.control(step)
            self._drafts.append(
                lambda: Hold(
                    kind=kind,
                    mode=mode,
                    value=size,
                    hold_voltage=hold,
                    stops=self._stops(step, own, place),
                    record=record,
                    note=step.note,
                )
            )
            return
        profile = ramp_profile(rate)
        self._profiles[profile.name] = profile
        self._notes.append(
            f"Step {step.number}: the formula {step.value} is the drive cycle {profile.name!r},"
            " which is over after 24 h."
        )
        self._drafts.append(
            lambda: Drive(
                profile=profile.name,
                stops=self._stops(step, own, place),
                record=record,
                note=step.note,
            )
        )

    def _stops(
        self, step: RawStep, own: list[RawEnd], place: Callable[[RawEnd], int]
    ) -> tuple[Stop, ...]:
        return tuple(dict.fromkeys(self._ends.stops(step, own, place)))

    def _is_carrier(self, step: RawStep, own: list[RawEnd]) -> bool:
        """Say whether a rest is only there for the variables or the jump that it carries."""
        return (
            step.kind == "Rest"
            and len(own) == 1
            and own[0].end_type == "StepTime"
            and seconds(own[0].text) == CARRIER_SECONDS
            and all(word == "SetVar" for word, _ in step.reports)
        )

    def _ride(self, step: RawStep, end: RawEnd, sets: list[Assign]) -> None:
        for entry in sets:
            self._add(entry)
        leads_in = step.number == 1 and any(entry.is_channel for entry in step.ends)
        if end.step != step.number + 1 or not (sets or leads_in):
            self._jump(step, end)

    def _jump(self, step: RawStep, end: RawEnd) -> None:
        self._drafts.append(lambda: Jump(condition=None, goto=self._place(step, end)))

    def _loop(self, step: RawStep) -> None:
        counts = [end for end in step.ends if end.end_type == "Loop Cnt"]
        count = whole(counts[0].text) if len(counts) == 1 else None
        if not count:
            raise Unreadable("a loop ends on a Loop Cnt of at least 1", line=step.line, key="Ends")
        if len(step.ends) > 1:
            self._notes.append(f"Step {step.number}: only the count of the loop is read.")
        start = self._places[self._do_of[step.number]]
        self._add(Repeat(start=start, count=float(count), note=step.note))
        if counts[0].step != step.number + 1:
            self._jump(step, counts[0])

    def _wave(self, step: RawStep) -> None:
        name, content = step.value, self._beside(step, "MWF")
        if content is None:
            self._missing[name] = None
            self._notes.append(f"Step {step.number} follows {name}.MWF, which is not given.")
            self._drive(step, Drive(profile=name, note=step.note))
            return
        followed = follow(read_wave(content, f"{name}.MWF"), name, self._all_guards())
        self._notes += [f"Step {step.number}: {text}" for text in followed.notes]
        self._followed(step, followed, name)

    def _followed(self, step: RawStep, followed: Followed, name: str) -> None:
        if followed.profile is None and followed.tail is None:
            self._missing[name] = None
            self._drive(step, Drive(profile=name, note=step.note))
        if followed.profile is not None:
            self._profiles[name] = followed.profile
            self._drive(step, followed.drive(len(self._drafts), step.note))
        if followed.tail is not None:
            self._add(followed.hold(len(self._drafts)))

    def _drive(self, step: RawStep, drive: Drive) -> None:
        """Add a drive cycle with the ends of its step; public procedures give it none."""
        own = self._safety.own(step, self._through)

        def place(end: RawEnd) -> int:
            return self._place(step, end)

        self._drafts.append(
            lambda: replace(drive, stops=(*drive.stops, *self._stops(step, own, place)))
        )

    def _beside(self, step: RawStep, suffix: str) -> bytes | None:
        """Return the file that a step names, if it is given."""
        if not step.value:
            raise Unreadable(
                f"step {step.number} names no .{suffix} file", line=step.line, key="StepValue"
            )
        return self._files.get(_base(f"{step.value}.{suffix}"))

    def _sweep(self, step: RawStep) -> None:
        content = self._beside(step, "FRA")
        if content is None:
            self._notes.append(
                f"Step {step.number}, an impedance spectrum, is left out:"
                f" its file {step.value}.FRA is not given."
            )
            return
        sweep = read_sweep(content, f"{step.value}.FRA")
        if isinstance(sweep, str):
            self._notes.append(f"Step {step.number}, an impedance spectrum, is left out: {sweep}.")
            return
        self._add(
            Spectrum(
                start_frequency=sweep.start,
                end_frequency=sweep.end,
                points_per_decade=sweep.per_decade,
                mode="Voltage",
                amplitude=sweep.millivolts / 1000,
                note=step.note,
            )
        )

    def _all_guards(self) -> list[Guard]:
        """Return the safety limits; their jumps have places once all steps are read."""
        for limit in self._safety.channel:
            for loop, do in self._do_of.items():
                if do < limit.goto <= loop:
                    self._notes.append(
                        f"A safety limit goes into the loop of step {do}: from within the loop its"
                        " count goes on here."
                    )
        placed = [replace(limit, goto=self._way_out(limit.goto)) for limit in self._safety.channel]
        guards = guards_of(placed)
        for kind, limit in self._safety.one_sided.items():
            quantity: Guarded = "Charge current" if kind == "Charge" else "Discharge current"
            guards = [guard for guard in guards if guard.quantity != quantity]
            guards.append(Guard(quantity, "high", limit.value, self._way_out(limit.goto)))
        return guards

    def _way_out(self, number: int) -> int:
        """Return the line that a safety limit goes to; a pause is the end."""
        if self._steps[number - 1].kind in ("Pause", "End"):
            return len(self._drafts)
        return self._places.get(number, len(self._drafts))

    def _place(self, source: RawStep, end: RawEnd) -> int:
        """Return the line that an end goes to."""
        target = self._steps[end.step - 1]
        if target.kind == "Pause" and (end.is_channel or end.step != source.number + 1):
            return len(self._drafts)
        if target.kind == "End" and end.step == len(self._steps):
            return len(self._drafts)
        self._note_counters(source.number, end.step)
        return self._places[end.step]

    def _note_counters(self, source: int, target: int) -> None:
        """Note jumps after which the loop's counter on the cycler is not the one of a block."""
        for loop, do in self._do_of.items():
            inside = do < source <= loop
            if inside and target == do:
                self._notes.append(
                    f"Step {source} begins the loop of step {do} anew; here its count goes on."
                )
            elif not inside and do < target <= loop:
                self._notes.append(
                    f"Step {source} jumps into the loop of step {do}: the cycler's counter goes on"
                    " from where it stood."
                )

    def _through(self, number: int) -> int:
        """Lead a step number through the ``Do`` of loops."""
        while 0 < number < len(self._steps) and self._steps[number - 1].kind.startswith("Do "):
            number += 1
        return number

    def _note_settings(self) -> None:
        ranges = [step.number for step in self._steps if step.current_range not in ("", "A")]
        if ranges:
            self._notes.append(f"Fixed current ranges are left out (steps {_listed(ranges)}).")
        for step in self._steps:
            for name, text in step.options:
                if text not in ("", "N"):
                    self._notes.append(f"Step {step.number}: {name} is {text}; it is left out.")


def _ramp(step: RawStep) -> float | None:
    """Return the C per hour of a step whose current rises with its time, and does nothing else."""
    plain = step.kind == "Chg Func" and step.mode == "Current" and not step.limits
    return ramp(step.value.removeprefix("0|")) if plain else None


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:20]))
    return shown if len(numbers) <= 20 else f"{shown} and {len(numbers) - 20} more"


def _base(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name.lower()
