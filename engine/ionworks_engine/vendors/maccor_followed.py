"""What a step that follows a waveform does: a drive cycle, and the hold that often ends it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ionworks.ucp.tree import Profile
from ionworks_engine.vendors.maccor_waves import Row, profile_of
from ionworks_engine.vendors.program import Drive, Guard, Hold, Record, Stop


@dataclass(frozen=True, slots=True)
class Followed:
    """A waveform, understood.

    Parameters
    ----------
    profile
        The drive cycle of its rows, if they make one.
    stop
        The voltage that ends the drive cycle, as a stop without its jump.
    tail
        The last row if it holds a voltage until the current has fallen.
    report
        How often it stores a row [s].
    notes
        What the rows do besides.
    """

    profile: Profile | None
    stop: Stop | None
    tail: Row | None
    report: float | None
    notes: tuple[str, ...]

    def drive(self, index: int, note: str | None) -> Drive:
        """Return the line of the drive cycle, which stands at ``index``."""
        assert self.profile is not None
        stops = () if self.stop is None else (self._to_next(self.stop, index),)
        return Drive(profile=self.profile.name, stops=stops, record=self._record, note=note)

    def hold(self, index: int) -> Hold:
        """Return the line of the last row, which stands at ``index``."""
        row = self.tail
        assert row is not None
        assert row.end is not None
        return Hold(
            kind="Charge" if row.state == "C" else "Discharge",
            mode="C-rate" if row.in_c else "Power" if row.mode == "P" else "Current",
            value=row.value,
            hold_voltage=row.limit[1] if row.limit and row.limit[0] == "V" else None,
            stops=(
                Stop("Current", row.end.operator, row.end.value, index + 1),
                Stop("Time", ">=", row.seconds, index + 1),
            ),
            record=self._record,
        )

    @property
    def _record(self) -> Record:
        return Record(time=self.report)

    @staticmethod
    def _to_next(stop: Stop, index: int) -> Stop:
        return Stop(stop.quantity, stop.operator, stop.value, index + 1)


def follow(rows: Sequence[Row], name: str, guards: Iterable[Guard]) -> Followed:
    """Understand the rows of a waveform.

    Parameters
    ----------
    rows
        At least one.
    name
        Of the drive cycle.
    guards
        Safety limits of the test: rows that end there end as every step does.
    """
    tail = rows[-1] if rows[-1].end is not None and rows[-1].end.quantity == "I" else None
    followed = rows[:-1] if tail else rows
    notes: list[str] = []
    profile = profile_of(followed, name) if followed else None
    if followed and profile is None:
        notes.append("the rows of the waveform mix modes; no drive cycle can say that.")
    bounds: set[tuple[str, float]] = {
        (guard.side, guard.value) for guard in guards if guard.quantity == "Voltage"
    }
    stop = _stop(followed, bounds, notes)
    if any(row.limit and (row.end is None or row.limit[1] != row.end.value) for row in followed):
        notes.append("the limits of the waveform's rows are left out.")
    reports = {row.report for row in rows}
    if len(reports) > 1:
        notes.append("the reports of the waveform's rows differ; the first is taken.")
    return Followed(profile, stop, tail, rows[0].report, tuple(notes))


def _stop(rows: Sequence[Row], bounds: set[tuple[str, float]], notes: list[str]) -> Stop | None:
    """Return the voltage that ends all rows, if it ends the drive cycle as a whole."""
    ends = {row.end for row in rows if row.end is not None}
    own = {
        end for end in ends if ("high" if end.operator == ">=" else "low", end.value) not in bounds
    }
    if not own:
        return None
    states = {row.state for row in rows if row.value}
    end = own.pop()
    fits = end.quantity == "V" and states == {"C" if end.operator == ">=" else "D"}
    if own or len(ends) > 1 or not fits:
        notes.append("the ends of the waveform's rows, which skip to the next row, are left out.")
        return None
    return Stop("Voltage", end.operator, end.value, 0)
