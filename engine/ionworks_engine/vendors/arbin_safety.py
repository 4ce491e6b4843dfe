"""Safety limits of a whole Arbin schedule, and the capacity of its test object."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ionworks_engine.vendors import ini_text
from ionworks_engine.vendors.arbin_schedule import (
    Percentages,
    Schedule,
    auxiliary_temperatures,
    percentages,
    scope,
)
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.ini_text import Section
from ionworks_engine.vendors.program import Guard

_LIMITED = {"DV_Voltage": "voltage", "DV_Current": "current"}


@dataclass(slots=True)
class Safety:
    """The limits that stop the test, and the capacity of the test object [A.h]."""

    schedule: Schedule
    side_files: Mapping[str, bytes]
    notes: list[str] = field(default_factory=list)
    _object: Section | None = None

    def __post_init__(self) -> None:
        name = self.schedule.globals.optional("m_TestObjName")
        for filename, data in self.side_files.items():
            if name and filename.lower() == name.lower():
                self._object = ini_text.parse(data).get("Content")

    @property
    def capacity(self) -> float | None:
        """Return what 1 C means [A.h], if the test object is there and says so."""
        value = self._of_object("m_fNorminalCapacity")
        return value or None

    def guards(self, end: int) -> tuple[Guard, ...]:
        """Return the limits, which all go to the end."""
        found = self._version_7(end) if self.schedule.version < 8 else self._version_8(end)
        return tuple(found)

    def _of_object(self, key: str) -> float | None:
        if self._object is None or key not in self._object.values:
            return None
        return self._object.number(key)

    def _version_7(self, end: int) -> Iterator[Guard]:
        top = self.schedule.globals
        if self._is_on("m_bCheckVoltageSafety", "m_bDefaultVoltageSafetyMode", "voltage"):
            yield from _voltages(*scope(top, "m_VoltageSafetyScope"), end)
        if self._is_on("m_bCheckCurrentSafety", "m_bDefaultCurrentSafetyMode", "current"):
            yield from self._currents(*scope(top, "m_CurrentSafetyScope"), end)
        if top.optional("m_bCheckPowerSafety") == "1":
            self.notes.append("The schedule stops at a power, which is left out.")

    def _is_on(self, check: str, default: str, what: str) -> bool:
        top = self.schedule.globals
        if top.optional(check) != "1":
            return False
        if top.optional(default) == "1":
            self.notes.append(
                f"The safety limits of the {what} are percentages of a test object that is not in"
                " the schedule; they are left out."
            )
            return False
        return True

    def _version_8(self, end: int) -> Iterator[Guard]:
        for item in percentages(self.schedule):
            if not item.low and not item.high:
                continue
            if item.item == "DV_Voltage":
                low = self._share(item, item.low, "m_fMinVoltageCharge")
                high = self._share(item, item.high, "m_fMaxVoltageCharge")
                yield from _voltages(low, high, end)
            elif item.item == "DV_Current":
                low = self._share(item, item.low, "m_fMaxCurrentCharge")
                high = self._share(item, item.high, "m_fMaxCurrentCharge")
                yield from self._currents(low, high, end)
            else:
                self.notes.append(
                    f"The schedule stops at {item.item} below {item.low or 'nothing'} or above"
                    f" {item.high or 'nothing'}, which is left out."
                )
        low, high = auxiliary_temperatures(self.schedule)
        if low is not None:
            yield Guard("Temperature", "low", low, end)
        if high is not None:
            yield Guard("Temperature", "high", high, end)

    def _share(self, item: Percentages, text: str, key: str) -> float | None:
        """Return a bound, which may be a share of what the test object says."""
        if not text:
            return None
        try:
            number = float(text.removesuffix("%"))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise Unreadable(f"{text!r} is no number or percentage", key=item.item)
        if not text.endswith("%"):
            return number
        whole = self._of_object(key)
        if whole is None or not whole:
            name = self.schedule.globals.optional("m_TestObjName")
            self.notes.append(
                f"The safety limits of the {_LIMITED[item.item]} are percentages of the test"
                f" object {name}, which is not there; they are left out."
            )
            return None
        return float(f"{whole * number / 100:.12g}")

    def _currents(self, low: float | None, high: float | None, end: int) -> Iterator[Guard]:
        for quantity, bound in (("Charge current", high), ("Discharge current", low)):
            magnitude = None if bound is None else bound if quantity[0] == "C" else -bound
            if magnitude is not None and magnitude < 0:
                self.notes.append(f"The safety limit of {bound:g} A is left out.")
            elif magnitude is not None:
                yield Guard(
                    "Charge current" if quantity[0] == "C" else "Discharge current",
                    "high",
                    magnitude,
                    end,
                )


def _voltages(low: float | None, high: float | None, end: int) -> Iterator[Guard]:
    if low is not None:
        yield Guard("Voltage", "low", low, end)
    if high is not None:
        yield Guard("Voltage", "high", high, end)
