"""Lines -> sequences of Modulo Bat, each a column of the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ionworks_engine.vendors.biologic_words import (
    BT_LAB,
    CURRENT_RANGES,
    CURRENTS,
    DIVIDED,
    EC_LAB,
    FREQUENCIES,
    GOTO,
    MOST,
    NEXT,
    STOP,
    STOP_SEQUENCE,
    TIMES_N,
    VOLTAGES,
    Software,
)
from ionworks_engine.vendors.capabilities import inexpressible
from ionworks_engine.vendors.capability_table import KINDS
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.program import (
    Hold,
    Line,
    Program,
    Repeat,
    Spectrum,
    Stop,
    TimedLine,
    Value,
)
from ionworks_engine.vendors.records import effective

_TARGET = "biologic_mps"
_RELATIVE = 1e-6
POINTS_PER_DECADE = 10.0
"""Of an impedance spectrum that says none."""


@dataclass(frozen=True, slots=True)
class Sequences:
    """Writes the sequences of one program for one software."""

    program: Program
    software: Software
    span: tuple[float, float]

    def column(self, index: int, line: Line) -> dict[str, str]:
        """Return the cells of a line by their rows.

        Raises
        ------
        Inexpressible
            If a sequence cannot say it.
        """
        cells = self._blank(index)
        if isinstance(line, Repeat):
            cells |= self._loop(index, line)
        elif isinstance(line, Hold):
            cells |= self._hold(index, line)
            cells |= self._limits(index, line)
            cells |= self._records(line)
        elif isinstance(line, Spectrum):
            cells |= self._spectrum(index, line)
        else:
            raise self._refused(f"{KINDS[type(line)]} here", index)
        return cells

    def _blank(self, index: int) -> dict[str, str]:
        low, high = (f"{value:.3f}" for value in self.span)
        limits: dict[str, str] = {}
        for place in range(1, MOST + 1):
            limits |= self._limit(place, "Time", "<", "0.000", "s", NEXT, index + 1)
        records = {
            f"rec{place}_{part}": text
            for place in range(1, MOST + 1)
            for part, text in (("type", "Time"), ("value", "0.000"), ("value_unit", "s"))
        }
        return {
            "Ns": str(index),
            **_CONTROL,
            "lim_nb": "0",
            **limits,
            "rec_nb": "0",
            **records,
            "E range min (V)": low,
            "E range max (V)": high,
            "I Range": "Auto",
            "I Range min": "Unset",
            "I Range max": "Unset",
            "I Range init": "Unset",
            "auto rest": "1",
            "Bandwidth": "5",
        }

    def _limit(
        self, place: int, kind: str, sign: str, value: str, unit: str, action: str, goto: int
    ) -> dict[str, str]:
        share = {f"lim{place}_Qprev_pct": "100"} if self.software == BT_LAB else {}
        return {
            f"lim{place}_type": kind,
            f"lim{place}_comp": sign,
            **share,
            f"lim{place}_Q": "Q limit",
            f"lim{place}_value": value,
            f"lim{place}_value_unit": unit,
            f"lim{place}_action": action,
            f"lim{place}_seq": str(goto),
        }

    def _loop(self, index: int, line: Repeat) -> dict[str, str]:
        count = line.count
        if not isinstance(count, float) or count != int(count) or count < 1:
            raise self._refused("a count that is no whole number", index)
        return {
            "ctrl_type": "Loop",
            "ctrl_seq": str(line.start),
            "ctrl_repeat": str(int(count) - 1),
        }

    def _hold(self, index: int, line: Hold) -> dict[str, str]:
        if line.mode is None:
            return {"ctrl_type": "Rest"}
        if line.mode == "Voltage":
            value, unit = scaled(self._plain(line.value, index), VOLTAGES)
            return {
                "ctrl_type": "CV",
                "ctrl1_val": value,
                "ctrl1_val_unit": unit,
                "ctrl1_val_vs": "Ref",
                "charge/discharge": self._direction(index, line),
                "I Range": self._range_before(index, line),
            }
        if line.hold_voltage is None:
            return {"ctrl_type": "CC", "ctrl1_val_vs": "<None>"} | self._current(index, line)
        return {"ctrl_type": "CC-CV"} | self._current(index, line) | self._held(index, line)

    def _direction(self, index: int, line: Hold) -> str:
        """Return the word for the direction of a constant voltage.

        BT-Lab says it; public settings for EC-Lab have ``Charge`` there after either current.
        """
        if self.software == BT_LAB:
            return line.kind
        before = self.program.lines[index - 1] if index else None
        shown = before.kind if isinstance(before, Hold) and _is_current(before) else "Charge"
        if line.kind != shown:
            raise self._refused(
                f"a constant voltage that {line.kind.lower()}s here",
                index,
                "no public settings of EC-Lab say its direction but by the constant current before"
                f" it: put one that {line.kind.lower()}s there",
            )
        return "Charge"

    def _current(self, index: int, line: Hold) -> dict[str, str]:
        if line.mode == "C-rate":
            return self._rate(index, line)
        amperes = self._plain(line.value, index)
        signed = self.software == EC_LAB and line.kind == "Discharge"
        if signed and line.hold_voltage is not None:
            raise self._refused(
                "a discharge that goes on at a voltage",
                index,
                "no public settings of EC-Lab show its sign; write CC and CV as two steps",
            )
        value, unit = scaled(-amperes if signed else amperes, CURRENTS)
        return {
            "ctrl1_val": value,
            "ctrl1_val_unit": unit,
            "charge/discharge": "Charge" if signed else line.kind,
            "I Range": self._range(amperes, index),
        }

    def _rate(self, index: int, line: Hold) -> dict[str, str]:
        """Return a C-rate whose current only the software will know.

        Its direction is a word, for EC-Lab too. No public settings of EC-Lab multiply.
        """
        rate = _rate(self._plain(line.value, index))
        known = rate and (rate["Apply I/C"] == DIVIDED or self.software == BT_LAB)
        if not known or line.hold_voltage is not None:
            raise self._refused(
                f"{line.value:g} C without a capacity here",
                index,
                "C / N with two decimals goes without, as a plain step; give nominal_capacity_ah",
            )
        return rate | {
            "ctrl1_val": "0.000",
            "ctrl1_val_unit": "mA",
            "charge/discharge": line.kind,
        }

    def _held(self, index: int, line: Hold) -> dict[str, str]:
        """Return what CC-CV says besides its current: the voltage, and the current to end at."""
        voltage, unit = scaled(self._plain(line.hold_voltage, index), VOLTAGES)
        last, last_unit = "0.000", "mA"
        for stop in line.stops:
            if self._is_cutoff(stop, index):
                last, last_unit = scaled(self._bound(stop, index), CURRENTS)
        return {
            "ctrl2_val": voltage,
            "ctrl2_val_unit": unit,
            "ctrl3_val": last,
            "ctrl3_val_unit": last_unit,
            "ctrl4_val": "0.000",
            "ctrl4_val_unit": "mA/s",
            "ctrl5_val": "0.000",
            "ctrl5_val_unit": "s",
        }

    def _is_cutoff(self, stop: Stop, index: int) -> bool:
        """Say whether an end is the one that CC-CV has itself."""
        return (
            stop.quantity in ("Current", "C-rate")
            and stop.operator[0] == "<"
            and stop.goto == index + 1
        )

    def _limits(self, index: int, line: Hold) -> dict[str, str]:
        found: list[Limit] = []
        for stop in line.stops:
            if line.hold_voltage is not None and stop.quantity in ("Current", "C-rate"):
                if not self._is_cutoff(stop, index):
                    raise self._refused(
                        "this end on the current of CC-CV",
                        index,
                        "its own goes to the next step; write CC and CV as two steps",
                    )
                continue
            found.append((*self._stop(index, line, stop), *self._action(index, stop.goto)))
        if line.hold_voltage is not None and len(line.stops) - len(found) > 1:
            raise self._refused("two ends on the current of CC-CV", index, "give one")
        if len(found) > MOST:
            raise self._refused(
                f"{len(found)} ends of one step", index, f"a sequence has up to {MOST} limits"
            )
        if not found and line.hold_voltage is None:
            raise self._refused("a step without an end", index)
        cells = {"lim_nb": str(len(found))}
        for place, limit in enumerate(found, start=1):
            cells |= self._limit(place, *limit)
        return cells

    def _stop(self, index: int, line: Hold, stop: Stop) -> tuple[str, str, str, str]:
        sign = stop.operator[0]
        if stop.quantity == "Time" and sign == ">":
            return "Time", sign, f"{self._plain(stop.value, index):.3f}", "s"
        if stop.quantity == "Voltage":
            return self.software.voltage, sign, *scaled(self._plain(stop.value, index), VOLTAGES)
        if stop.quantity in ("Current", "C-rate") and line.mode is not None:
            return "|I|", sign, *scaled(self._bound(stop, index), CURRENTS)
        raise self._refused(f"an end on {stop.quantity} here", index)

    def _action(self, index: int, goto: int) -> tuple[str, int]:
        if goto == index + 1:
            return NEXT, goto
        return (STOP, STOP_SEQUENCE) if goto == len(self.program.lines) else (GOTO, goto)

    def _records(self, line: TimedLine) -> dict[str, str]:
        record = effective(line, self.program)
        rules = [
            (name, *scaled(value, units))
            for name, value, units in (
                ("Time", record.time, {"s": 1.0}),
                (self.software.voltage, record.voltage, VOLTAGES),
                ("I", record.current, CURRENTS),
            )
            if value is not None
        ]
        cells = {"rec_nb": str(len(rules))}
        for place, (name, value, unit) in enumerate(rules, start=1):
            cells |= {
                f"rec{place}_type": name,
                f"rec{place}_value": value,
                f"rec{place}_value_unit": unit,
            }
        return cells

    def _spectrum(self, index: int, line: Spectrum) -> dict[str, str]:
        if line.amplitude is None:
            raise self._refused("an impedance spectrum without an amplitude", index)
        if line.stops:
            raise self._refused("an end of an impedance spectrum", index)
        galvanic = line.mode == "Current"
        amplitude, unit = scaled(line.amplitude, CURRENTS if galvanic else VOLTAGES)
        first, first_unit = scaled(line.start_frequency, FREQUENCIES)
        last, last_unit = scaled(line.end_frequency, FREQUENCIES)
        points = line.points_per_decade or POINTS_PER_DECADE
        if points != int(points) or points < 1:
            raise self._refused(f"{points:g} points per decade", index, "give a whole number")
        return {
            "ctrl_type": "GEIS" if galvanic else "PEIS",
            "ctrl1_val": amplitude,
            "ctrl1_val_unit": unit,
            "ctrl2_val": first,
            "ctrl2_val_unit": first_unit,
            "ctrl3_val": last,
            "ctrl3_val_unit": last_unit,
            "ctrl_Nd": str(int(points)),
            "ctrl_Na": "1",
            "I Range": self._range(2 * line.amplitude, index) if galvanic else "Auto",
        }

    def _bound(self, stop: Stop, index: int) -> float:
        value = self._plain(stop.value, index)
        return value if stop.quantity == "Current" else value * self._capacity(index)

    def _capacity(self, index: int) -> float:
        if self.program.capacity is None:
            raise self._refused("a C-rate without a capacity", index, "give nominal_capacity_ah")
        return self.program.capacity

    def _range(self, amperes: float, index: int) -> str:
        for largest, name in CURRENT_RANGES.items():
            if amperes <= largest * (1 + 1e-9):
                return name
        raise self._refused(f"a current of {amperes:g} A", index, "the largest range is 10 A")

    def _range_before(self, index: int, line: Hold) -> str:
        """Return the range of the constant current that led to this voltage."""
        before = self.program.lines[index - 1] if index else None
        if (
            isinstance(before, Hold)
            and before.mode == "Current"
            and before.hold_voltage is None
            and any(
                stop.quantity == "Voltage" and stop.value == line.value for stop in before.stops
            )
        ):
            return self._range(self._plain(before.value, index - 1), index - 1)
        return "Auto"

    def _plain(self, value: Value | None, index: int) -> float:
        if isinstance(value, float | int):
            return float(value)
        raise self._refused("a value that is worked out in the run", index, "give a number")

    def _refused(self, construct: str, index: int, instead: str | None = None) -> Inexpressible:
        return inexpressible(construct, _TARGET, index, self.program.lines[index], instead)


def _is_current(line: Hold) -> bool:
    return line.mode in ("Current", "C-rate") and line.hold_voltage is None


Limit = tuple[str, str, str, str, str, int]
"""What is asked, how, the bound and its unit, and what then happens with which sequence."""


def scaled(value: float, units: Mapping[str, float]) -> tuple[str, str]:
    """Write a value with three decimals in the largest unit that keeps it.

    Examples
    --------
    >>> scaled(0.5, CURRENTS), scaled(0.0012345, CURRENTS)
    (('500.000', 'mA'), ('1234.500', 'µA'))
    """
    ordered = sorted(units.items(), key=lambda item: -item[1])
    best = ordered[-1]
    for unit, factor in ordered:
        share = abs(value / factor)
        if share >= 1 and abs(float(f"{share:.3f}") - share) <= _RELATIVE * share:
            best = unit, factor
            break
    if not value:
        best = next(item for item in ordered if item[1] == 1)
    unit, factor = best
    return f"{value / factor:.3f}", unit.replace("u", "µ", 1) if unit[0] == "u" else unit


def _rate(rate: float) -> dict[str, str]:
    """Return a C-rate in the words of the software, if two decimals can say it."""
    for apply, number in ((DIVIDED, 1 / rate), (TIMES_N, rate)):
        text = f"{number:.2f}"
        if number >= 1 and abs(float(text) - number) <= _RELATIVE * number:
            return {"Apply I/C": apply, "N": text}
    return {}


def _control(names: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(names, "")


_CONTROL: Mapping[str, str] = {
    "ctrl_type": "",
    "Apply I/C": "I",
    "current/potential": "current",
    **_control(f"ctrl{place}_val{part}" for place in (1, 2, 3) for part in ("", "_unit", "_vs")),
    "N": "1.00",
    "charge/discharge": "Charge",
    "charge/discharge_1": "Charge",
    "Apply I/C_1": "I",
    "N1": "1.00",
    **_control(f"ctrl{place}_val{part}" for place in (4, 5) for part in ("", "_unit")),
    "ctrl_tM": "0",
    "ctrl_seq": "0",
    "ctrl_repeat": "0",
    "ctrl_trigger": "Falling Edge",
    "ctrl_TO_t": "0.000",
    "ctrl_TO_t_unit": "d",
    "ctrl_Nd": "6",
    "ctrl_Na": "2",
    "ctrl_corr": "0",
}
