"""A program -> an Arbin schedule with its side files, in both dialects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ionworks.ucp.tree import Kind, Profile
from ionworks_engine.vendors import ini_text
from ionworks_engine.vendors.arbin_counting import Counting
from ionworks_engine.vendors.arbin_globals import (
    Around,
    Bounds,
    object_sections,
    stage_name,
    wrapped,
)
from ionworks_engine.vendors.arbin_layout import Step, relabelled, sections
from ionworks_engine.vendors.arbin_plan import Plan, clears, resetting, with_counters
from ionworks_engine.vendors.arbin_profiles import Run, duration, run_of, simplified
from ionworks_engine.vendors.arbin_profiles import write as write_profile
from ionworks_engine.vendors.arbin_steps import Steps
from ionworks_engine.vendors.arbin_words import (
    DRIVEN,
    NEXT,
    RESET_TOTALS,
    SIMULATION,
    Dialect,
)
from ionworks_engine.vendors.capabilities import inexpressible
from ionworks_engine.vendors.constants import with_constants, without
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.files import File, Files, checked_stem, is_device
from ionworks_engine.vendors.program import (
    Chamber,
    Drive,
    Hold,
    Line,
    Program,
    Stop,
    TimedLine,
)
from ionworks_engine.vendors.recovery import with_ways_out

_PROFILE_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._+()-]{0,78}[A-Za-z0-9_+()-])?")
_STAGES = 26


def write_schedule(program: Program, stem: str, dialect: Dialect) -> Files:
    """Write a program as a schedule.

    Parameters
    ----------
    program
        What is to be run.
    stem
        Name of the files without suffix.
    dialect
        Version 7 or 8.

    Returns
    -------
    Files
        The schedule; drive cycles as text files, and for version 8 the test object.

    Raises
    ------
    Inexpressible
        If the schedule cannot say it, or no public schedule shows how.
    """
    checked_stem(stem)
    program = as_written(program, dialect)
    if not program.lines:
        raise Inexpressible("a protocol without steps", dialect.target)
    plan = Plan(program, dialect.target)
    bounds = _bounds(program, dialect)
    temperatures = list(_temperatures(program, dialect))
    steps = list(_steps(program, plan, dialect, temperatures))
    object_name = f"{stem}.to" if _needs_test_object(program, bounds, dialect) else ""
    around = Around(
        title=program.title,
        bounds=bounds,
        test_object=object_name,
        stages=_stages(temperatures),
    )
    text = wrapped(sections(steps, dialect), len(steps), around, dialect)
    assets = list(_profile_files(program, steps, dialect))
    if object_name:
        content = object_sections(bounds, program.capacity)
        assets.append(File(object_name, ini_text.write(content, 0), "text/plain"))
    return Files(
        File(f"{stem}{dialect.suffix}", ini_text.write(text, dialect.blank_lines), "text/plain"),
        tuple(assets),
        tuple(_notes(program, steps, around, dialect)),
    )


def as_written(program: Program, dialect: Dialect) -> Program:
    """Return the program in the words that the schedule has for it.

    Drive cycles have no blanks in their names; those in C become such in A. They lose the points
    that lie on straight lines, and those that no step follows are left out, as is an end at the
    time when a drive cycle is over. A chamber that is set first is the temperature of all steps,
    and a variable that never changes its number. Safety limits with a goto are ends of the steps.
    """
    program = with_constants(_with_chamber(with_ways_out(program, dialect.target)))
    program = _with_plain_names(with_counters(program, dialect.target), dialect.target)
    used = {
        line.profile: index for index, line in enumerate(program.lines) if isinstance(line, Drive)
    }
    profiles = tuple(
        _in_amperes(profile, used[profile.name], program, dialect)
        for profile in program.profiles
        if profile.name in used
    )
    lengths = {profile.name: duration(profile) for profile in profiles}
    lines = tuple(
        replace(line, stops=_without_natural_end(index, line, lengths[line.profile]))
        if isinstance(line, Drive) and line.profile in lengths
        else line
        for index, line in enumerate(program.lines)
    )
    known = {profile.name: profile for profile in profiles}
    return replace(program, lines=tuple(_with_directions(lines, known)), profiles=profiles)


def _with_plain_names(program: Program, target: str) -> Program:
    """Write blanks in names of drive cycles, which are those of files, as underscores."""
    plain = {profile.name: profile.name.replace(" ", "_") for profile in program.profiles}
    lines = list(program.lines)
    for index, line in enumerate(lines):
        if not isinstance(line, Drive) or line.profile not in plain:
            continue
        name = plain[line.profile]
        if list(plain.values()).count(name) > 1:
            construct = f"drive cycles whose files would both be {name}.txt"
            raise inexpressible(construct, target, index, line, "give one another name")
        label = name if line.label == line.profile else line.label
        lines[index] = replace(line, profile=name, label=label)
    profiles = tuple(replace(profile, name=plain[profile.name]) for profile in program.profiles)
    return replace(program, lines=tuple(lines), profiles=profiles)


def _with_directions(lines: Iterable[Line], profiles: Mapping[str, Profile]) -> Iterator[Line]:
    """Give constant voltages the direction that a file shows: of their end, or the step before."""
    direction: Kind = "Charge"
    for line in lines:
        if isinstance(line, Drive) and line.profile in profiles:
            values = [value * line.scale for value in profiles[line.profile].values]
            direction = "Discharge" if min(values) >= 0 and max(values) > 0 else "Charge"
        elif isinstance(line, Hold) and line.mode in ("Current", "C-rate"):
            direction = line.kind if isinstance(line.value, float) else direction
        elif isinstance(line, Hold) and line.mode == "Voltage":
            shown = any(stop.quantity in ("Current", "C-rate") for stop in line.stops)
            yield line if shown else replace(line, kind=direction)
            continue
        yield line


def _with_chamber(program: Program) -> Program:
    """Give all steps the temperature of the chamber that is set before them."""
    if not program.lines or not isinstance(program.lines[0], Chamber):
        return program
    wanted = program.lines[0].temperature
    lines = tuple(
        replace(line, temperature=wanted)
        if isinstance(line, TimedLine) and line.temperature is None
        else line
        for line in program.lines
    )
    return without(replace(program, lines=lines), {0})


def _without_natural_end(index: int, line: Drive, length: float) -> tuple[Stop, ...]:
    return tuple(
        stop
        for stop in line.stops
        if (stop.quantity, stop.goto) != ("Time", index + 1)
        or not isinstance(stop.value, float)
        or stop.value < length * line.repeat * (1 - 1e-9)
    )


def _in_amperes(profile: Profile, index: int, program: Program, dialect: Dialect) -> Profile:
    if profile.mode == "Current":
        return simplified(profile)
    if profile.mode == "C-rate" and program.capacity is not None:
        values = tuple(value * program.capacity for value in profile.values)
        return simplified(replace(profile, mode="Current", values=values))
    instead = (
        "give nominal_capacity_ah: it is written in A"
        if profile.mode == "C-rate"
        else "only profiles of the current are known"
    )
    raise inexpressible(
        f"a drive cycle of the {profile.mode.lower()}",
        dialect.target,
        index,
        program.lines[index],
        instead,
    )


def _steps(
    program: Program, plan: Plan, dialect: Dialect, temperatures: list[float | None]
) -> Iterator[Step]:
    counting = Counting(program, plan, dialect.target)
    profiles = {profile.name: profile for profile in program.profiles}
    timed = Steps(program, plan, counting, dialect, profiles)
    totals = any(map(clears, program.lines))
    stages = _stages(temperatures)
    for index, line in enumerate(program.lines):
        yield from plan.beginnings(index)
        if plan.is_silent(index):
            continue
        if not isinstance(line, TimedLine):
            yield counting.step(index, line)
            continue
        step = timed.step(index, line)
        temperature = temperatures[index]
        if temperature is not None:
            step = replace(step, stage=stage_name(stages.index(temperature)))
        if timed.clears_before(line):
            if totals:
                raise inexpressible(
                    "a capacity of the step beside totals of many", dialect.target, index, line
                )
            yield resetting(step.label, RESET_TOTALS, NEXT)
            step = relabelled(step, plan.unique(f"{step.label} runs"))
        yield step
    yield from plan.bridges()


def _temperatures(program: Program, dialect: Dialect) -> Iterator[float | None]:
    """Yield what each line asks the chamber for [degC]."""
    for index, line in enumerate(program.lines):
        wanted = line.temperature if isinstance(line, TimedLine) else None
        if wanted is not None and not dialect.has_test_object:
            raise inexpressible(
                "the temperature of the chamber",
                dialect.target,
                index,
                line,
                "set it at the chamber",
            )
        if isinstance(line, Chamber):
            raise inexpressible(
                "a change of the chamber from here on",
                dialect.target,
                index,
                line,
                "give each step its temperature, or set the chamber in the first step",
            )
        yield wanted


def _stages(temperatures: list[float | None]) -> tuple[float, ...]:
    stages = tuple(dict.fromkeys(value for value in temperatures if value is not None))
    return stages[:_STAGES]


def _bounds(program: Program, dialect: Dialect) -> Bounds:
    """Return the limits that stop the test."""
    found: dict[str, float] = {}
    for guard in program.guards:
        if guard.quantity == "Temperature" and not dialect.has_test_object:
            raise Inexpressible(
                "a safety limit on the temperature",
                dialect.target,
                instead="it belongs to an auxiliary channel; set it at the cycler",
            )
        name, wins = _BOUNDS[guard.quantity, guard.side]
        found[name] = wins(guard.value, found.get(name, guard.value))
    return Bounds(**found)


_BOUNDS = {
    ("Voltage", "low"): ("lowest_voltage", max),
    ("Voltage", "high"): ("highest_voltage", min),
    ("Temperature", "low"): ("lowest_temperature", max),
    ("Temperature", "high"): ("highest_temperature", min),
    ("Charge current", "high"): ("charge_current", min),
    ("Discharge current", "high"): ("discharge_current", min),
}


def _needs_test_object(program: Program, bounds: Bounds, dialect: Dialect) -> bool:
    """Say whether a test object is written: it holds the capacity and the bounds."""
    if not dialect.has_test_object:
        return False
    if program.capacity is not None:
        return True
    rates = any(map(_has_rate, program.lines))
    bounded = bounds.voltage or bounds.current
    if rates and bounded:
        raise Inexpressible(
            "C-rates beside safety limits without a capacity",
            dialect.target,
            instead="both stand in the test object; give nominal_capacity_ah",
        )
    return bounded


def _has_rate(line: Line) -> bool:
    return isinstance(line, Hold) and (
        line.mode == "C-rate" or any(stop.quantity == "C-rate" for stop in line.stops)
    )


def _profile_files(program: Program, steps: list[Step], dialect: Dialect) -> Iterator[File]:
    written = {step.value for step in steps if step.type == SIMULATION}
    profiles: Mapping[str, Profile] = {profile.name: profile for profile in program.profiles}
    for index, line in enumerate(program.lines):
        if not isinstance(line, Drive):
            continue
        run = Run(line.profile, line.scale, line.repeat)
        if run.filename not in written:
            continue
        if _PROFILE_NAME.fullmatch(line.profile) is None or is_device(line.profile):
            raise inexpressible(
                f"a drive cycle named {line.profile!r}",
                dialect.target,
                index,
                line,
                "its name becomes that of a file: letters, digits, blanks and ._+()- may stand"
                " in it, and it is none of a device such as NUL",
            )
        if run_of(run.filename) != run:
            raise inexpressible(
                f"a drive cycle named {line.profile!r}",
                dialect.target,
                index,
                line,
                "the name of its file means something else already; give it another name",
            )
        if line.profile in profiles:
            written.discard(run.filename)
            try:
                content = write_profile(profiles[line.profile], run)
            except ValueError as error:
                construct = f"the drive cycle {line.profile!r}: {error}"
                raise inexpressible(construct, dialect.target, index, line) from None
            yield File(run.filename, content, "text/plain")


def _notes(program: Program, steps: list[Step], around: Around, dialect: Dialect) -> Iterator[str]:
    if not dialect.has_test_object:
        yield "Each step has current range 1, the largest: choose smaller ones at the cycler."
    elif not around.test_object and any(map(_has_rate, program.lines)):
        yield "C-rates are of the nominal capacity in the test object: choose it at the cycler."
    unknown = [repr(step.label) for step in steps if step.type in DRIVEN and not step.largest]
    if dialect.has_test_object and unknown:
        yield (
            f"The largest current of {', '.join(unknown)} is not known, and the file says 0: choose"
            " the range at the cycler."
        )
    for name in program.missing:
        yield f"The drive cycle {name!r} is not written: put its file beside the schedule."
