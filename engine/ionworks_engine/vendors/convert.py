"""The door: a protocol to the files of a cycler, and the file of a cycler to a protocol.

Formats are told apart by what the bytes say, never by a file's name. PyBaMM experiment strings and
protocols of our own language are read as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ionworks import ucp
from ionworks.ucp.experiments import looks_like_experiment
from ionworks.ucp.tree import Protocol, Start
from ionworks_engine.vendors import capabilities
from ionworks_engine.vendors.compare import differences
from ionworks_engine.vendors.errors import Inexpressible, Unreadable
from ionworks_engine.vendors.files import UNVERIFIED, Files, checked_stem
from ionworks_engine.vendors.flatten import flatten, followed
from ionworks_engine.vendors.formats import CYCLERS, as_written, format_of, misnamed, recognised
from ionworks_engine.vendors.program import Drive, Program, TimedLine
from ionworks_engine.vendors.restore import restore
from ionworks_engine.vendors.xml_text import MAX_BYTES, decode

TARGETS: tuple[str, ...] = (*capabilities.TARGETS, "biologic_bttest")
"""What `convert` takes; the last is known to the API, and refused here."""

_NO_BTTEST = (
    "no description of the BT-Test file is public, and a guess could destroy cells;"
    " biologic_mps writes settings for BT-Lab and EC-Lab"
)
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Converted:
    """A protocol as files of a cycler, and what people must know of them."""

    target: str
    files: Files
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file of a cycler as a protocol.

    Parameters
    ----------
    ucp
        The protocol, as text in our language.
    human
        One readable line a step.
    raw
        The file as text.
    cycler_type
        ``Maccor``, ``Arbin``, ``Neware``, ``Novonix``, ``BioLogic``, ``PyBaMM`` or ``UCP``.
    nominal_capacity_ah
        What the file calls 1 C [A.h], if it says so.
    required_drive_cycles, available_drive_cycles
        Names that steps follow, and those of them that the file brings along.
    required_subroutines, available_subroutines
        The same of subroutines: always empty, as no public file of any format names one.
    error
        What is wrong with the protocol that was read, if it was read only in part.
    notes
        What the file says and the protocol cannot.
    """

    ucp: str
    human: str
    raw: str
    cycler_type: str
    nominal_capacity_ah: float | None = None
    required_drive_cycles: tuple[str, ...] = ()
    available_drive_cycles: tuple[str, ...] = ()
    required_subroutines: tuple[str, ...] = ()
    available_subroutines: tuple[str, ...] = ()
    error: str | None = None
    notes: tuple[str, ...] = ()


def convert(
    source: ucp.Source,
    target: str,
    *,
    drive_cycles: Mapping[str, Mapping[str, Sequence[float]]] | None = None,
    filename_stem: str = "protocol",
    nominal_capacity_ah: float | None = None,
    verify: bool = False,
) -> Converted:
    """Write a protocol as the files of a cycler.

    Parameters
    ----------
    source
        A protocol as `ionworks.ucp.load` takes it.
    target
        One of `TARGETS`.
    drive_cycles
        Name -> columns ``Time [s]`` and, say, ``Current [A]``, positive for discharge.
    filename_stem
        Name of the files without suffix.
    nominal_capacity_ah
        What 1 C means [A.h]; needed where a target knows absolute currents only.
    verify
        Read the written files back, and refuse them if they do not mean the same.

    Returns
    -------
    Converted
        Files, and notes on what they say differently.

    Raises
    ------
    ProtocolError
        If the protocol is wrong.
    Inexpressible
        If the target cannot say it.

    Examples
    --------
    >>> made = convert("Rest for 10 minutes", "neware", verify=True)
    >>> made.files.primary.name, made.notes[-1]
    ('protocol.xml', 'No device has verified this file.')
    """
    _check_request(target, filename_stem, nominal_capacity_ah)
    tree = ucp.load(source)
    if drive_cycles:
        tree = ucp.bind(tree, {}, drive_cycles)
    program = flatten(tree, capacity=nominal_capacity_ah, title=filename_stem)
    if not any(isinstance(line, TimedLine) for line in program.lines):
        raise Inexpressible("a protocol without a step that takes time", target)
    _refuse_missing(program, target)
    capabilities.check(program, target)
    files = format_of(target).write(program, filename_stem)
    size = len(files.primary.content)
    if size > MAX_BYTES:
        raise Inexpressible(f"a protocol this long: its file has {size:,} bytes", target)
    if verify:
        _verify(program, files, target)
    told = [*capabilities.notes(program, target), *_start_notes(tree.start), *files.notes]
    notes = [note for note in dict.fromkeys(told) if note != UNVERIFIED]
    return Converted(target, files, (*notes, UNVERIFIED))


def parse(data: bytes, filename: str = "") -> Parsed:
    """Read the file of a cycler, PyBaMM experiment strings, or a protocol.

    Parameters
    ----------
    data
        The bytes of the file.
    filename
        Only for a note, if its suffix belongs to another format.

    Returns
    -------
    Parsed
        With ``error``, if only a part could be read.

    Raises
    ------
    Unreadable
        If the bytes are of no format that is known, or the file is cut or damaged.

    Examples
    --------
    >>> parse(b"Rest for 10 minutes").cycler_type
    'PyBaMM'
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(f"the file has {len(data):,} bytes; up to {MAX_BYTES:,} are read")
    for target, module in recognised(data):
        program = module.read(data, {})
        return _parsed(program, target, data, misnamed(target, filename))
    return _parsed_text(data)


def _check_request(target: str, stem: str, capacity: float | None) -> None:
    if target == "biologic_bttest":
        raise Inexpressible("any protocol", target, instead=_NO_BTTEST)
    if target not in capabilities.TARGETS:
        known = ", ".join(TARGETS)
        raise Inexpressible("any protocol", target, instead=f"known targets are {known}")
    try:
        checked_stem(stem)
    except ValueError as error:
        raise Inexpressible("this file name", target, instead=str(error)) from None
    if capacity is not None and not (math.isfinite(capacity) and capacity > 0):
        raise Inexpressible(
            f"a nominal capacity of {capacity:g} A.h", target, instead="give a number above 0"
        )


def _refuse_missing(program: Program, target: str) -> None:
    """Refuse a step whose drive cycle nobody has given."""
    for index, line in enumerate(program.lines):
        if isinstance(line, Drive) and line.profile in program.missing:
            construct = f"the drive cycle {line.profile!r}, which is not there"
            instead = "give its samples in drive_cycles"
            raise capabilities.inexpressible(construct, target, index, line, instead)


def _verify(program: Program, files: Files, target: str) -> None:
    """Read back what was written, and refuse it if it means something else."""
    beside = {asset.name: asset.content for asset in files.assets}
    try:
        reread = format_of(target).read(files.primary.content, beside)
        found = differences(as_written(target, program), reread)
    except Unreadable as error:
        found = [f"it cannot be read back: {error}"]
    if found:
        told = "; ".join(found[:_SHOWN])
        raise Inexpressible("the protocol without changing it", target, instead=told)


def _start_notes(start: Start) -> Iterator[str]:
    if start.soc is not None or start.voltage is not None:
        yield "The initial state is not part of the file: bring the cell there before the test."
    if start.temperature is not None:
        yield "The temperature is not part of the file: set the chamber before the test."


def _parsed(program: Program, target: str, data: bytes, misnamed: str | None) -> Parsed:
    if len(program.lines) > ucp.MAX_STEPS:
        steps = f"{len(program.lines):,} steps; a protocol has at most {ucp.MAX_STEPS:,}"
        raise Unreadable(f"the file has {steps}")
    tree = restore(program)
    text = ucp.dump(tree)
    errors = [str(finding) for finding in ucp.check(text) if finding.severity == "error"]
    required, available = _drive_cycles(tree)
    return Parsed(
        ucp=text,
        human=ucp.explain(tree),
        raw=_text(data),
        cycler_type=CYCLERS[target],
        nominal_capacity_ah=program.capacity,
        required_drive_cycles=required,
        available_drive_cycles=available,
        error="\n".join(errors) or None,
        notes=((misnamed,) if misnamed else ()) + program.notes,
    )


def _drive_cycles(tree: Protocol) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names that steps follow, and those of them that are there."""
    named = tuple(dict.fromkeys(followed(tree.steps)))
    known = {profile.name for profile in tree.profiles}
    return named, tuple(name for name in named if name in known)


def _parsed_text(data: bytes) -> Parsed:
    """Read text in our own language, or PyBaMM's."""
    if len(data) > ucp.MAX_TEXT:
        raise Unreadable(f"this is {_UNKNOWN}, and longer than a protocol can be")
    try:
        text = data.decode("utf-8-sig")
        tree = ucp.load(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"this is {_UNKNOWN}, and no UTF-8 text", line=line) from None
    except ucp.ProtocolError as error:
        first = error.findings[0]
        more = f" ({len(error.findings) - 1} more)" if len(error.findings) > 1 else ""
        message = f"this is {_UNKNOWN}; as a protocol: {first.message}{more}"
        raise Unreadable(message, line=first.position.line, key=first.position.path) from None
    pybamm = looks_like_experiment(text)
    required, available = _drive_cycles(tree)
    return Parsed(
        ucp=ucp.dump(tree) if pybamm else text,
        human=ucp.explain(tree),
        raw=text,
        cycler_type="PyBaMM" if pybamm else "UCP",
        required_drive_cycles=required,
        available_drive_cycles=available,
    )


_UNKNOWN = f"no file of {', '.join(dict.fromkeys(CYCLERS.values()))} that is known"


def _text(data: bytes) -> str:
    """Return a file as text: XML as it declares itself, all else as UTF-8 or Latin-1."""
    if data.lstrip()[:1] == b"<":
        return decode(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
