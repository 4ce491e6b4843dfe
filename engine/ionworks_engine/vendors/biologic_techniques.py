"""Older, separate techniques of BioLogic -> lines.

Open circuit, galvanostatic cycling with potential limitation (GCPL), chronopotentiometry, constant
voltage (chronoamperometry), impedance, and loops over techniques.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from ionworks.ucp.tree import Kind
from ionworks_engine.vendors.biologic_drafts import Drafts, Key
from ionworks_engine.vendors.biologic_text import Table, rounded
from ionworks_engine.vendors.biologic_words import CHARGES, CURRENTS, DIVIDED, FREQUENCIES, TIMES_N
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.program import Hold, Record, Spectrum, Stop

_UNSET = "pass"


def read(table: Table, drafts: Drafts) -> None:
    """Add the lines of a technique.

    Raises
    ------
    Unreadable
        If the technique is not known, or cells are missing.
    """
    technique = _TECHNIQUES.get(table.name)
    if technique is None:
        known = ", ".join(("Modulo Bat", *_TECHNIQUES))
        raise Unreadable(
            f"technique {table.number} is {table.name!r}; those known are {known}",
            line=table.line + 1,
            key="Technique",
        )
    for column in range(table.columns):
        technique(table, column, drafts)


def _open_circuit(table: Table, column: int, drafts: Drafts) -> None:
    drafts.begin((table.number, column))
    _rest(table, column, drafts, (table.number, column + 1))


def _rest(table: Table, column: int, drafts: Drafts, following: Key) -> None:
    """Add the rest of a technique, unless it takes no time."""
    seconds = table.seconds("tR (h:m:s)", column)
    slope = _optional(table, "dER/dt (mV/h)", column) / 3.6e6
    record = Record(
        time=_optional(table, "dtR (s)", column) or None,
        voltage=_optional(table, "dER (mV)", column) / 1000 or None,
    )
    if seconds:
        stops = [(Stop("Time", ">=", seconds, 0), following)]
        if slope:
            stops.append((Stop("dV/dt", "<", slope, 0), following))
        drafts.add(Hold(kind="Rest", record=record), stops)


def _cycling(table: Table, column: int, drafts: Drafts) -> None:
    """Add a sequence of GCPL: a current, a voltage that is held, a rest, and its loop."""
    number = table.number
    here, hold, rest, bottom = ((number, _PARTS * column + part) for part in range(_PARTS))
    drafts.begin(here)
    seconds = table.seconds("t1 (h:m:s)", column)
    if seconds:
        _limited_current(table, column, drafts, seconds, hold, rest)
    drafts.begin(rest)
    _rest(table, column, drafts, bottom)
    drafts.begin(bottom)
    repeats = table.count_at("nc cycles", column)
    if repeats:
        start = table.count_at("goto Ns'", column)
        if start > column:
            raise _unknown(table, "goto Ns'", column)
        drafts.repeat((number, _PARTS * start), repeats + 1)


_PARTS = 4
"""Places of one sequence of GCPL: current, held voltage, rest, loop."""


def _limited_current(
    table: Table, column: int, drafts: Drafts, seconds: float, hold: Key, rest: Key
) -> None:
    kind, mode, value = _current(table, column, drafts)
    held = table.seconds("tM (h:m:s)", column)
    last = abs(table.quantity("Im", "unit Im", column, CURRENTS))
    charge = table.quantity("dQM", "unit dQM", column, CHARGES)
    stops: list[tuple[Stop, Key]] = []
    bounded = table.text("EM (V)", column) != _UNSET
    if bounded:
        bound = table.number_at("EM (V)", column)
        sign = ">" if kind == "Charge" else "<"
        stops.append((Stop("Voltage", sign, bound, 0), hold if held else rest))  # type: ignore[arg-type]
    stops.append((Stop("Time", ">=", seconds, 0), rest))
    if charge:
        stops.append((Stop("Capacity", ">", charge, 0), rest))
        if held and bounded:
            drafts.note(
                f"sequence {column} of technique {table.number} ends its held voltage by the"
                " capacity of the whole sequence; there it is left out"
            )
    record = Record(
        time=_optional(table, "dt1 (s)", column) or None,
        voltage=_optional(table, "dE1 (mV)", column) / 1000 or None,
    )
    drafts.add(Hold(kind=kind, mode=mode, value=value, record=record), stops)  # type: ignore[arg-type]
    if bounded and held:
        drafts.begin(hold)
        ends: list[tuple[Stop, Key]] = [(Stop("Time", ">=", held, 0), rest)]
        if last:
            ends.append((Stop("Current", "<", last, 0), rest))
        held_record = Record(time=_optional(table, "dtq (s)", column) or None)
        value = table.number_at("EM (V)", column)
        drafts.add(Hold(kind=kind, mode="Voltage", value=value, record=held_record), ends)


def _current(table: Table, column: int, drafts: Drafts) -> tuple[Kind, str, float]:
    """Return direction, mode and value of the current of GCPL."""
    against = table.text("vs.", column)
    if against not in ("<None>", ""):
        raise _unknown(table, "vs.", column)
    given = table.quantity("Is", "unit Is", column, CURRENTS)
    negative = table.optional("I sign", column).startswith("<")
    kind: Kind = "Discharge" if given < 0 or (not given and negative) else "Charge"
    apply = table.text("Set I/C", column)
    if apply == "I":
        return kind, "Current", abs(given)
    name = f"sequence {column} of technique {table.number}"
    number = table.number_at("N", column)
    if apply not in (DIVIDED, TIMES_N) or number <= 0:
        raise _unknown(table, "Set I/C", column)
    if given and negative != (given < 0):
        drafts.note(
            f"{name} has a current of {given:g} A and the sign {table.text('I sign', column)!r};"
            f" read as a {kind.lower()}"
        )
    drafts.note(f"{name} goes by the C-rate; the current of {given:g} A beside it is not used")
    return kind, "C-rate", rounded(1 / number if apply == DIVIDED else number)


def _chronopotentiometry(table: Table, column: int, drafts: Drafts) -> None:
    """Add a constant current for a time, or up to a voltage or capacity."""
    key = (table.number, column)
    drafts.begin(key)
    following = (table.number, column + 1)
    current = table.quantity("Is", "unit Is", column, CURRENTS)
    seconds = table.seconds("ts (h:m:s)", column)
    kind: Kind = "Discharge" if current < 0 else "Charge"
    line = Hold(kind="Rest")
    if current:
        line = Hold(kind=kind, mode="Current", value=abs(current))
    if table.text("vs.", column) not in ("<None>", ""):
        raise _unknown(table, "vs.", column)
    stops = [(Stop("Time", ">=", seconds, 0), following)] if seconds else []
    if current and table.text("EM (V)", column) != _UNSET:
        sign = ">" if current > 0 else "<"
        bound = table.number_at("EM (V)", column)
        stops.append((Stop("Voltage", sign, bound, 0), following))  # type: ignore[arg-type]
    charge = table.quantity("dQM", "unit dQM", column, CHARGES)
    if current and charge:
        stops.append((Stop("Capacity", ">", abs(charge), 0), following))
    record = Record(
        time=_optional(table, "dts (s)", column) or None,
        voltage=_optional(table, "dEs (mV)", column) / 1000 or None,
    )
    if stops:
        drafts.add(replace(line, record=record), stops)
    _back(table, column, drafts)


def _chronoamperometry(table: Table, column: int, drafts: Drafts) -> None:
    """Add a constant voltage for a time."""
    drafts.begin((table.number, column))
    if table.text("vs.", column) not in ("Ref", ""):
        raise _unknown(table, "vs.", column)
    following = (table.number, column + 1)
    seconds = table.seconds("ti (h:m:s)", column)
    for row in ("Imax", "Imin", "dQM"):
        if table.optional(row, column) not in ("", _UNSET) and _optional(table, row, column):
            drafts.note(f"technique {table.number} has a limit {row}, which is left out")
    record = Record(time=_optional(table, "dta (s)", column) or None)
    line = Hold(
        kind="Charge", mode="Voltage", value=table.number_at("Ei (V)", column), record=record
    )
    if seconds:
        drafts.add(line, [(Stop("Time", ">=", seconds, 0), following)])
    _back(table, column, drafts)


def _impedance(table: Table, column: int, drafts: Drafts) -> None:
    """Add an impedance spectrum around the voltage at rest."""
    drafts.begin((table.number, column))
    against = table.text("vs.", column)
    offset = table.number_at("E (V)", column)
    if against != "Eoc" or offset:
        drafts.note(
            f"technique {table.number} measures at {offset:g} V vs. {against}; read as a spectrum"
            " around the state that the cell is in"
        )
    drafts.add(
        Spectrum(
            start_frequency=table.quantity("fi", "unit fi", column, FREQUENCIES),
            end_frequency=table.quantity("ff", "unit ff", column, FREQUENCIES),
            points_per_decade=table.number_at("Nd", column),
            mode="Voltage",
            amplitude=rounded(table.number_at("Va (mV)", column) / 1000),
        )
    )
    _back(table, column, drafts)


def _loop(table: Table, column: int, drafts: Drafts) -> None:
    """Add a loop over the techniques from one before."""
    drafts.begin((table.number, column))
    start = table.count_at("goto Ne", column)
    if not 1 <= start < table.number:
        raise _unknown(table, "goto Ne", column)
    drafts.repeat((start, 0), table.count_at("nt times", column) + 1)


def _back(table: Table, column: int, drafts: Drafts) -> None:
    """Add the loop of a sequence over those before, if it has one."""
    if table.optional("nc cycles", column) in ("", "0"):
        return
    start = table.count_at("goto Ns'", column)
    if start > column:
        raise _unknown(table, "goto Ns'", column)
    drafts.repeat((table.number, start), table.count_at("nc cycles", column) + 1)


def _optional(table: Table, row: str, column: int) -> float:
    """Return a number, 0 where there is none."""
    if table.optional(row, column) in ("", _UNSET):
        return 0.0
    return table.number_at(row, column)


def _unknown(table: Table, row: str, column: int) -> Unreadable:
    return Unreadable(
        f"technique {table.number} ({table.name}): {table.text(row, column)!r} is not known",
        line=table.lines.get(row),
        key=row,
    )


_TECHNIQUES: Mapping[str, Callable[[Table, int, Drafts], None]] = MappingProxyType(
    {
        "Open Circuit Voltage": _open_circuit,
        "Galvanostatic Cycling with Potential Limitation": _cycling,
        "Chronopotentiometry": _chronopotentiometry,
        "Chronoamperometry / Chronocoulometry": _chronoamperometry,
        "Potentio Electrochemical Impedance Spectroscopy": _impedance,
        "Loop": _loop,
    }
)
"""What is read of each technique."""
