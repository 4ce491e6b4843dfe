"""Sequences of Modulo Bat -> lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from ionworks.ucp.tree import Kind, Live, Mode, Number, Operation, Position, Profile
from ionworks_engine.vendors.biologic_drafts import Drafts, Key
from ionworks_engine.vendors.biologic_text import Table, rounded
from ionworks_engine.vendors.biologic_words import (
    CHARGES,
    CURRENTS,
    DIVIDED,
    ENERGIES,
    FREQUENCIES,
    GOTO,
    MOST,
    NEXT,
    POWERS,
    RESISTANCES,
    STOP,
    TIMES,
    TIMES_N,
    VOLTAGES,
)
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.program import Drive, Hold, Record, Spectrum, Stop, TimedLine

LAST_ROW: Final = "Bandwidth"
END: Final[Key] = (1_000_000, 0)

_SILENT = MappingProxyType({"TI": "waits for a trigger", "TO": "sends a trigger"})
_VOLTAGE_NAMES = ("Ewe", "Ecell", "Ewe-Ece")
_SHARES = ("|delta SoC|", "|SoC|")
_LOADS: Mapping[str, tuple[Mode, Mapping[str, float]]] = MappingProxyType(
    {"CP": ("Power", POWERS), "CR": ("Resistance", RESISTANCES)}
)
_SCANS = MappingProxyType({"mV/s": 1e-3, "V/s": 1.0, "mV/mn": 1e-3 / 60, "V/mn": 1 / 60})
_NOWHERE = Position("")


def read(table: Table, drafts: Drafts, *, in_words: bool) -> None:
    """Add the lines of a technique.

    Parameters
    ----------
    table
        The technique.
    drafts
        Receives the lines.
    in_words
        Whether a word says the direction of a constant voltage, as in BT-Lab; in EC-Lab it has
        that of the current before it.

    Raises
    ------
    Unreadable
        If cells are missing, or say what is not known.
    """
    for column in range(table.columns):
        table.text(LAST_ROW, column)
        _Sequence(table, column, drafts, in_words).add()


class _Sequence:
    """Reads one column."""

    def __init__(self, table: Table, column: int, drafts: Drafts, in_words: bool) -> None:
        self._table = table
        self._column = column
        self._drafts = drafts
        self._in_words = in_words
        self._name = f"sequence {column} of technique {table.number}"
        self._discharges = table.optional("charge/discharge", column) == "Discharge"

    def add(self) -> None:
        """Add the line of the sequence."""
        control = self._text("ctrl_type")
        self._drafts.begin(self._key(self._column))
        if control in _SILENT:
            self._drafts.note(f"{self._name} {_SILENT[control]}; it is left out")
            return
        if control == "Loop":
            self._loop()
            return
        line = self._line(control)
        stops = [*self._own(control), *self._limits(line)]
        self._drafts.add(replace(line, record=self._record()), stops)

    def _line(self, control: str) -> Hold | Spectrum | Drive:
        if control == "Rest":
            return Hold(kind="Rest")
        if control == "CC":
            return self._current()
        if control == "CC-CV":
            hold = self._quantity("ctrl2_val", VOLTAGES)
            return replace(self._current(), hold_voltage=hold)
        if control == "CV":
            self._absolute("ctrl1_val_vs", "Ref")
            return Hold(
                kind=self._kind_before(),
                mode="Voltage",
                value=self._quantity("ctrl1_val", VOLTAGES),
            )
        if control in _LOADS:
            mode, units = _LOADS[control]
            value = self._quantity("ctrl1_val", units)
            kind = self._kind(value)
            if control == "CR" and kind == "Charge":
                kind = "Discharge"
                self._drafts.note(f"{self._name} charges by a resistance; read as a discharge")
            return Hold(kind=kind, mode=mode, value=abs(value))
        if control in ("PEIS", "GEIS"):
            return self._spectrum(control)
        if control == "VS":
            return self._scan()
        raise self._unknown("ctrl_type", control)

    def _current(self) -> Hold:
        self._absolute("ctrl1_val_vs", "<None>")
        apply = self._table.optional("Apply I/C", self._column) or "I"
        if apply == "I":
            value = self._quantity("ctrl1_val", CURRENTS)
            return Hold(kind=self._kind(value), mode="Current", value=abs(value))
        number = self._table.number_at("N", self._column)
        if apply not in (DIVIDED, TIMES_N) or number <= 0:
            raise self._unknown("Apply I/C", f"{apply} with N = {number:g}")
        rate = 1 / number if apply == DIVIDED else number
        return Hold(kind=self._kind(), mode="C-rate", value=rounded(rate))

    def _kind(self, value: float = 0.0) -> Kind:
        """Return the direction: EC-Lab says it by a sign, BT-Lab by a word."""
        if value < 0 and self._discharges:
            raise self._unknown("charge/discharge", f"Discharge of {value:g}")
        return "Discharge" if self._discharges or value < 0 else "Charge"

    def _kind_before(self) -> Kind:
        """Return the direction of a constant voltage: its own, or that of the current before."""
        before = self._column - 1
        if self._in_words or before < 0 or self._table.optional("ctrl_type", before) != "CC":
            return self._kind()
        current = _Sequence(self._table, before, self._drafts, self._in_words)._current()
        return "Discharge" if self._discharges else current.kind

    def _spectrum(self, control: str) -> Spectrum:
        galvanic = control == "GEIS"
        return Spectrum(
            start_frequency=self._quantity("ctrl2_val", FREQUENCIES),
            end_frequency=self._quantity("ctrl3_val", FREQUENCIES),
            points_per_decade=self._table.number_at("ctrl_Nd", self._column),
            mode="Current" if galvanic else "Voltage",
            amplitude=self._quantity("ctrl1_val", CURRENTS if galvanic else VOLTAGES),
        )

    def _scan(self) -> Drive:
        """Read a voltage that changes evenly as a drive cycle of two points."""
        self._absolute("ctrl2_val_vs", "Ref")
        self._absolute("ctrl3_val_vs", "Ref")
        rate = abs(self._quantity("ctrl1_val", _SCANS))
        first, last = (self._quantity(f"ctrl{place}_val", VOLTAGES) for place in (2, 3))
        if not rate or first == last:
            raise self._unknown("ctrl1_val", "a scan that goes nowhere")
        name = f"Scan {self._table.number}-{self._column}"
        times = (0.0, rounded(abs(last - first) / rate))
        self._drafts.profiles.append(Profile(name, "Voltage", times, (first, last), _NOWHERE))
        return Drive(profile=name)

    def _own(self, control: str) -> Iterator[tuple[Stop, Key]]:
        """Yield the end that CC-CV has besides its limits."""
        if control != "CC-CV":
            return
        last = self._quantity("ctrl3_val", CURRENTS) if self._filled("ctrl3_val") else 0.0
        if last:
            yield Stop("Current", "<", abs(last), 0), self._key(self._column + 1)
        for row, what in (("ctrl4_val", "change of the current"), ("ctrl5_val", "time")):
            if self._filled(row) and self._table.number_at(row, self._column):
                self._drafts.note(f"{self._name} holds its voltage up to a {what}; it is left out")

    def _loop(self) -> None:
        start = self._table.count_at("ctrl_seq", self._column)
        if start > self._column:
            raise self._unknown("ctrl_seq", f"{start}, a sequence after the loop")
        count = self._table.count_at("ctrl_repeat", self._column) + 1
        self._drafts.repeat(self._key(start), count)

    def _limits(self, line: TimedLine) -> Iterator[tuple[Stop, Key]]:
        count = self._table.count_at("lim_nb", self._column)
        if count > MOST:
            raise self._unknown("lim_nb", str(count))
        for place in range(1, count + 1):
            stop = self._stop(f"lim{place}", line)
            if stop is not None:
                yield stop, self._goto(f"lim{place}")

    def _goto(self, limit: str) -> Key:
        action = self._text(f"{limit}_action")
        if action == NEXT:
            return self._key(self._column + 1)
        if action in (STOP, "End"):
            return END
        if action == "Next technique":
            return self._table.number + 1, 0
        if action != GOTO:
            raise self._unknown(f"{limit}_action", action)
        goto = self._table.count_at(f"{limit}_seq", self._column)
        if goto >= self._table.columns:
            raise self._unknown(f"{limit}_seq", str(goto))
        return self._key(goto)

    def _stop(self, limit: str, line: TimedLine) -> Stop | None:
        name, sign = self._text(f"{limit}_type"), self._text(f"{limit}_comp")
        if sign not in ("<", ">"):
            raise self._unknown(f"{limit}_comp", sign)
        above = sign == ">"

        def bound(units: Mapping[str, float]) -> float:
            return self._table.quantity(
                f"{limit}_value", f"{limit}_value_unit", self._column, units
            )

        if name == "Time" and above:
            return Stop("Time", ">=", bound(TIMES), 0)
        if name in _VOLTAGE_NAMES:
            return Stop("Voltage", ">" if above else "<", bound(VOLTAGES), 0)
        if name in ("I", "|I|"):
            return self._current_stop(name, above, bound(CURRENTS), line)
        if name in _SHARES and above:
            return self._share(bound({"%": 0.01}), line)
        return self._rare(name, above, bound)

    def _rare(self, name: str, above: bool, bound: Callable[[Mapping[str, float]], float]) -> Stop:
        """Read limits whose exact meaning no public file shows, and say so."""
        found = {
            "|Q|": ("Capacity", CHARGES),
            "|Energy|": ("Energy", ENERGIES),
            "Power": ("Power", POWERS),
            "|dE/dt|": ("dV/dt", {"V/s": 1.0, "mV/s": 1e-3, "mV/h": 1e-3 / 3600}),
            "T": ("Temperature", {"C": 1.0, "°C": 1.0}),
        }.get(name)
        if found is None:
            raise self._unknown("lim_type", name)
        quantity, units = found
        self._drafts.note(f"{self._name} ends by {name}; it is read as {quantity} of the step")
        value = abs(bound(units))
        return Stop(quantity, ">" if above else "<", value, 0)  # type: ignore[arg-type]

    def _current_stop(self, name: str, above: bool, value: float, line: TimedLine) -> Stop | None:
        if not isinstance(line, Hold) or line.kind == "Rest":
            self._drafts.note(f"{self._name} has a limit on its current, which is left out")
            return None
        signed = name == "I" and line.kind == "Discharge" and value < 0
        if value < 0 and not signed:
            raise self._unknown("lim_value", f"{value:g} A for a {line.kind.lower()}")
        return Stop("Current", ">" if above != signed else "<", abs(value), 0)

    def _share(self, share: float, line: TimedLine) -> Stop:
        """Read a change of the state of charge, which counts from where it is."""
        falls = isinstance(line, Hold) and line.kind == "Discharge"
        now = Live("SOC", _NOWHERE)
        change = Number(-share if falls else share, _NOWHERE)
        value = Operation("+", now, change, _NOWHERE)
        return Stop("SOC", "<" if falls else ">", value, 0)

    def _record(self) -> Record:
        record = Record()
        for place in range(1, self._table.count_at("rec_nb", self._column) + 1):
            name = self._text(f"rec{place}_type")
            field, units = {
                "Time": ("time", TIMES),
                "Ewe": ("voltage", VOLTAGES),
                "Ecell": ("voltage", VOLTAGES),
                "I": ("current", CURRENTS),
                "|I|": ("current", CURRENTS),
            }.get(name, ("", {}))
            if not field:
                self._drafts.note(f"{self._name} stores rows at changes of {name}; left out")
                continue
            value = self._table.quantity(
                f"rec{place}_value", f"rec{place}_value_unit", self._column, units
            )
            record = replace(record, **{field: value}) if value > 0 else record
        return record

    def _absolute(self, row: str, plain: str) -> None:
        """Refuse values that are relative to something measured."""
        against = self._table.optional(row, self._column)
        if against not in ("", plain, "<None>"):
            raise self._unknown(row, against)

    def _filled(self, row: str) -> bool:
        return self._table.optional(row, self._column) != ""

    def _quantity(self, row: str, units: Mapping[str, float]) -> float:
        return self._table.quantity(row, f"{row}_unit", self._column, units)

    def _text(self, row: str) -> str:
        return self._table.text(row, self._column)

    def _key(self, column: int) -> Key:
        return self._table.number, column

    def _unknown(self, row: str, value: str) -> Unreadable:
        return Unreadable(
            f"{self._name}: {value!r} is not known", line=self._table.lines.get(row), key=row
        )
