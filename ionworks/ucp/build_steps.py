"""The calls of the builder that add what takes time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self, Unpack

from ionworks.ucp.arguments import (
    MODES,
    SIGNALS,
    Common,
    Table,
    Timed,
    Value,
    exactly_one,
    held,
    present,
    require_known,
)
from ionworks.ucp.built import Built


class CellSteps(Built):
    """Charge, discharge, rest and what else takes time.

    All these calls also take the keywords that `ionworks.ucp.Protocol` lists.
    """

    __slots__ = ()

    def charge(
        self,
        *,
        c_rate: Value | None = None,
        current: Value | None = None,
        voltage: Value | None = None,
        power: Value | None = None,
        hold_voltage: Value | None = None,
        **common: Unpack[Timed],
    ) -> Self:
        """Charge the cell. Values are magnitudes.

        Parameters
        ----------
        c_rate, current, voltage, power
            What is held: C, A, V or W. Exactly one.
        hold_voltage
            Once this voltage in V is reached the step goes on at it (CC-CV).
        **common
            What all steps take, such as ``until`` and ``duration``: see `Protocol`.

        Examples
        --------
        >>> from ionworks import ucp
        >>> print(ucp.Protocol().charge(current=2, until="Voltage > 4.2").text(), end="")
        steps:
          - Charge:
              mode: Current
              value: 2
              ends:
                - Voltage > 4.2
        """
        values = held(c_rate, current, voltage, power)
        return self._drive("charge", "Charge", values, {"hold_voltage": hold_voltage}, common)

    def discharge(
        self,
        *,
        c_rate: Value | None = None,
        current: Value | None = None,
        voltage: Value | None = None,
        power: Value | None = None,
        resistance: Value | None = None,
        hold_voltage: Value | None = None,
        **common: Unpack[Timed],
    ) -> Self:
        """Discharge the cell. Values are magnitudes.

        Parameters
        ----------
        c_rate, current, voltage, power, resistance
            What is held: C, A, V, W or Ohm. Exactly one.
        hold_voltage
            Once this voltage in V is reached the step goes on at it.
        **common
            What all steps take, such as ``until`` and ``duration``: see `Protocol`.

        Examples
        --------
        >>> from ionworks import ucp
        >>> print(ucp.Protocol().discharge(power=5, until="Voltage < 2.5", duration=3600).explain())
        1. Discharge at 5 W for 1 h or until Voltage < 2.5 V
        """
        values = held(c_rate, current, voltage, power, resistance)
        return self._drive("discharge", "Discharge", values, {"hold_voltage": hold_voltage}, common)

    def step(
        self,
        direction: Value,
        *,
        c_rate: Value | None = None,
        current: Value | None = None,
        voltage: Value | None = None,
        power: Value | None = None,
        resistance: Value | None = None,
        hold_voltage: Value | None = None,
        **common: Unpack[Timed],
    ) -> Self:
        """Charge or discharge, as the sign of an expression says when the step begins.

        Parameters
        ----------
        direction
            Above 0 the step is a discharge, below 0 a charge; 0 fails the run. The words Charge
            (-1) and Discharge (1) may stand in it.
        c_rate, current, voltage, power, resistance, hold_voltage, **common
            As for `charge`.

        Examples
        --------
        >>> from ionworks import ucp
        >>> back = ucp.Protocol().step("SOC - 0.5", c_rate=1, until="SOC < 0.5", duration=3600)
        >>> print(back.explain())
        1. Discharge, or charge if SOC - 0.5 < 0, at 1 C for 1 h or until SOC < 0.5
        """
        values = held(c_rate, current, voltage, power, resistance)
        own = {"direction": direction, "hold_voltage": hold_voltage}
        return self._drive("step", "", values, own, common)

    def rest(self, duration: Value | None = None, **common: Unpack[Common]) -> Self:
        """Let the cell rest.

        Parameters
        ----------
        duration
            Time in s.
        **common
            What all steps take, such as ``until``: see `Protocol`.

        Examples
        --------
        >>> from ionworks import ucp
        >>> print(ucp.Protocol().rest(7200, until="dV/dt < 1e-6").explain())
        1. Rest for 2 h or until dV/dt < 1e-06 V/s
        """
        return self._timed("rest", "Rest", {}, {"duration": duration, **common}, {})

    def drive_cycle(
        self,
        profile: str,
        *,
        scale: Value | None = None,
        repeat: Value | None = None,
        **common: Unpack[Timed],
    ) -> Self:
        """Follow a drive cycle.

        Parameters
        ----------
        profile
            Its name, as given to `profile` or with the run.
        scale
            What its values are multiplied by (1).
        repeat
            How often it is followed (1). The step ends with the last one.
        **common
            What all steps take, such as ``until``: see `Protocol`.
        """
        own = {"profile": profile, "scale": scale, "repeat": repeat}
        return self._timed("drive_cycle", "DriveCycle", own, common, {})

    def waveform(
        self,
        shape: str,
        *,
        c_rate: Value | None = None,
        current: Value | None = None,
        voltage: Value | None = None,
        power: Value | None = None,
        frequency: Value | None = None,
        period: Value | None = None,
        offset: Value | None = None,
        **common: Unpack[Timed],
    ) -> Self:
        """Follow a periodic signal, positive for discharge.

        Parameters
        ----------
        shape
            ``sine``, ``square``, ``triangle`` or ``sawtooth``.
        c_rate, current, voltage, power
            Its amplitude in C, A, V or W. Exactly one.
        frequency, period
            In Hz, or in s. Exactly one.
        offset
            What it swings around (0), in the unit of the amplitude.
        **common
            What all steps take; ``duration`` or ``until`` is needed: see `Protocol`.

        Examples
        --------
        >>> from ionworks import ucp
        >>> print(ucp.Protocol().waveform("sine", current=1, frequency=0.1, duration=60).explain())
        1. Sine wave of 1 A at 0.1 Hz for 1 min
        """
        require_known(common, self.waveform)
        given = {"c_rate": c_rate, "current": current, "voltage": voltage, "power": power}
        signal = exactly_one(present(given), tuple(SIGNALS), "waveform")
        own = {
            "shape": shape,
            "mode": SIGNALS[signal],
            "amplitude": given[signal],
            "frequency": frequency,
            "period": period,
            "offset": offset,
        }
        return self._timed("waveform", "Waveform", own, common, {"amplitude": signal})

    def eis(
        self,
        start_frequency: Value,
        end_frequency: Value,
        *,
        points_per_decade: Value | None = None,
        current: Value | None = None,
        voltage: Value | None = None,
        **common: Unpack[Timed],
    ) -> Self:
        """Measure an impedance spectrum around the present state.

        Parameters
        ----------
        start_frequency, end_frequency
            In Hz, in the order in which they are measured.
        points_per_decade
            How many frequencies a decade (10).
        current, voltage
            Amplitude of the excitation in A or V; at most one.
        **common
            What all steps take, but ``duration``, ``until`` and ``goto``: see `Protocol`.

        Examples
        --------
        >>> from ionworks import ucp
        >>> print(ucp.Protocol().eis(1e4, 0.01, current=0.05).explain())
        1. Impedance spectrum from 10000 Hz to 0.01 Hz, amplitude 0.05 A
        """
        given = present({"current": current, "voltage": voltage})
        signal = exactly_one(given, ("current", "voltage"), "eis") if given else "current"
        own = {
            "start_frequency": start_frequency,
            "end_frequency": end_frequency,
            "points_per_decade": points_per_decade,
            "mode": SIGNALS[signal] if given else None,
            "amplitude": given.get(signal),
        }
        return self._timed("eis", "EIS", own, common, {"amplitude": signal})

    def _drive(
        self, call: str, key: str, values: Mapping[str, Value], own: Table, common: Timed
    ) -> Self:
        """Append a step that holds one of these values."""
        require_known(common, getattr(self, call))
        name = exactly_one(values, tuple(MODES), call)
        held = {"mode": MODES[name], "value": values[name]}
        return self._timed(call, key, held | own, common, {"mode": name, "value": name})
