"""Protocols written in Python, call by call, and checked at each call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ionworks.ucp.arguments import (
    ANY_STEP,
    SIGNALS,
    Value,
    as_assignments,
    as_limit,
    as_name,
    as_numbers,
    as_resolution,
    by_name,
    checked,
    exactly_one,
    initial_state,
    present,
    refusal,
)
from ionworks.ucp.build_steps import CellSteps
from ionworks.ucp.dump import PROFILE_COLUMNS
from ionworks.ucp.nodes import member


class Protocol(CellSteps):
    """A protocol that is built step by step. Every call returns a new one and changes none.

    Whatever a call is given wrong is refused at once, as `ProtocolError`, in the words of `check`;
    what only the whole can show, such as a goto to a name that does not exist, when it is loaded.
    It can be given wherever a protocol can.

    Parameters
    ----------
    initial_soc
        State of charge before the first step, as a fraction (1 is full).
    initial_soc_percent
        The same in percent.
    initial_voltage
        Open-circuit voltage before the first step in V. At most one of these three.
    temperature
        Initial and ambient temperature in degC.
    resolution
        Time between stored rows in s, or ``{"time": s, "voltage": V, "current": A}``.

    Notes
    -----
    All steps that take time also take these keywords:

    ``duration``
        Longest time in s.
    ``until``
        One condition or several; the step ends when any of them holds.
    ``goto``
        Where to go on when it has ended: a ``name``, ``"Next"`` or ``"End"``. A condition with
        its own target, ``{"Voltage > 4.2": "Rest"}``, keeps that.
    ``name``
        What a goto calls it.
    ``temperature``
        Ambient temperature in degC during this step alone.
    ``resolution``
        As above, for this step.
    ``set_variable``
        Values to give to variables when the step has ended, ``{"VAR_Q": "Capacity"}``.
    ``note``
        Text for people.

    Numbers may be expressions, as text: ``'input["C-rate"]'``, ``"0.5 * VAR_RATE"``.

    Raises
    ------
    ProtocolError
        If something is wrong, naming the argument.

    Examples
    --------
    >>> from ionworks import ucp
    >>> cycle = (
    ...     ucp.Protocol()
    ...     .charge(c_rate=0.5, hold_voltage=4.2, until="C-rate < 0.05")
    ...     .rest(600)
    ...     .discharge(c_rate=1, until="Voltage < 2.5")
    ... )
    >>> protocol = ucp.Protocol(initial_soc=0, temperature=25).repeat(100, cycle, name="Ageing")
    >>> print(protocol.explain())
    Start: SOC 0 %, 25 degC
    <BLANKLINE>
    Ageing, 100 times:
      1. Charge at 0.5 C until Voltage > 4.2 V, then hold 4.2 V until C-rate < 0.05 C
      2. Rest for 10 min
      3. Discharge at 1 C until Voltage < 2.5 V
    """

    __slots__ = ()

    def __init__(
        self,
        *,
        initial_soc: Value | None = None,
        initial_soc_percent: Value | None = None,
        initial_voltage: Value | None = None,
        temperature: Value | None = None,
        resolution: Value | Mapping[str, Value] | None = None,
    ) -> None:
        states = {
            "initial_soc": initial_soc,
            "initial_soc_percent": initial_soc_percent,
            "initial_voltage": initial_voltage,
        }
        start, names = initial_state(present(states), "Protocol")
        start |= present({"temperature": temperature, "resolution": as_resolution(resolution)})
        super().__init__()
        if start:
            document = {"global": start, "steps": [ANY_STEP]}
            self._head = checked(document, "Protocol", "global", names)
            del self._head["steps"]

    def profile(
        self,
        name: str,
        time: Iterable[float],
        *,
        c_rate: Iterable[float] | None = None,
        current: Iterable[float] | None = None,
        voltage: Iterable[float] | None = None,
        power: Iterable[float] | None = None,
    ) -> Protocol:
        """Give the points of a drive cycle; `drive_cycle` follows them.

        Parameters
        ----------
        name
            What the steps call it.
        time
            Times in s, from 0, never falling; two equal times are a jump.
        c_rate, current, voltage, power
            As many values, in C, A, V or W; positive is discharge. Exactly one.

        Examples
        --------
        >>> built = Protocol().profile("Pulse", [0, 10, 10, 20], current=[1, 1, 0, 0])
        >>> print(built.drive_cycle("Pulse", repeat=3).explain())
        Drive cycle Pulse: Current from 0 to 1 A, 4 points in 20 s
        <BLANKLINE>
        1. Drive cycle Pulse, 3 times
        """
        given = {"c_rate": c_rate, "current": current, "voltage": voltage, "power": power}
        signal = exactly_one(present(given), tuple(SIGNALS), "profile")
        column = PROFILE_COLUMNS[SIGNALS[signal]]
        name = as_name(name, "profile(name)")
        points = {
            "Time [s]": as_numbers(time, "profile(time)"),
            column: as_numbers(given[signal], f"profile({signal})"),
        }
        names = {"Time [s]": "time", column: signal, "": "name"}
        document = {"drive_cycles": {name: points}, "steps": [ANY_STEP]}
        root = member("drive_cycles", name)
        profiles = checked(document, "profile", root, names)["drive_cycles"]
        return self._with_profiles(profiles, "profile")

    def ambient(
        self, temperature: Value, *, name: str | None = None, note: str | None = None
    ) -> Protocol:
        """Set the temperature of the chamber, from here on.

        Parameters
        ----------
        temperature
            In degC.
        name
            What a goto calls it.
        note
            Text for people.
        """
        own = present({"name": name, "value": temperature, "note": note})
        return self._append("ambient", "Ambient temperature", own, {"value": "temperature"})

    def set(self, **variables: Value) -> Protocol:
        """Give variables their values, in this order; no time passes.

        Parameters
        ----------
        **variables
            Numbers or expressions by name.

        Examples
        --------
        >>> print(Protocol().set(VAR_N=0, VAR_RATE="0.5 * 2").rest(1).explain())
        1. Set VAR_N = 0; set VAR_RATE = 1
        2. Rest for 1 s
        """
        return self.control(set_variable=variables)

    def control(
        self,
        *,
        set_variable: Mapping[str, Value] | None = None,
        advance_cycle: bool = False,
        goto: Mapping[str, str] | None = None,
        name: str | None = None,
        note: str | None = None,
    ) -> Protocol:
        """Set variables, count a cycle, then branch; no time passes.

        Parameters
        ----------
        set_variable
            Numbers or expressions by name, worked out in this order.
        advance_cycle
            Whether a cycle is counted.
        goto
            Where to go on by condition, ``{"VAR_N >= 3": "End"}``; the first that holds is taken.
        name
            What a goto calls it.
        note
            Text for people.

        Examples
        --------
        >>> built = Protocol().rest(1, name="Wait").control(goto={"Cycle < 3": "Wait"})
        >>> print(built.explain())
        1. [Wait] Rest for 1 s
        2. If Cycle < 3, go to Wait
        """
        ways = by_name(goto, "control(goto)", '{"VAR_N >= 3": "End"}')
        branches = [{condition: {"goto": target}} for condition, target in ways.items()]
        own = {
            "name": name,
            "set_variable": as_assignments(set_variable, "control"),
            "advance_cycle": advance_cycle or None,
            "ends": branches or None,
            "note": note,
        }
        return self._append("control", "Control", present(own), {"ends": "goto"})

    def repeat(self, times: Value, steps: Protocol, *, name: str = "Repeat") -> Protocol:
        """Run the steps of another protocol several times, as a block.

        Parameters
        ----------
        times
            How often, a whole number.
        steps
            A protocol without a start and safety limits of its own; its drive cycles are taken
            over.
        name
            Name of the block, and what a goto calls it.
        """
        if not isinstance(steps, Protocol):
            kind = type(steps).__name__
            raise refusal("bad-value", f"Steps are a ucp.Protocol, not {kind}.", "repeat(steps)")
        own = [key for key in ("global", "safety_limits") if key in steps._head]
        if own:
            message = f"The steps of a block cannot have {' and '.join(own)} of their own."
            raise refusal("contradiction", message, "repeat(steps)")
        name = as_name(name, "repeat(name)")
        sample = {"steps": [{name: {"repeat": times, "steps": [ANY_STEP]}}]}
        names = {"repeat": "times", "": "name"}
        (block,) = checked(sample, "repeat", member("steps[0]", name), names)["steps"]
        if not steps._steps:
            raise refusal("empty", "There are no steps; give at least one.", "repeat(steps)")
        block[name]["steps"] = list(steps._steps)
        together = self._with_profiles(steps._head.get("drive_cycles", {}), "repeat")
        return together._with(steps=(*together._steps, block))

    def safety(
        self,
        *,
        max_voltage: Value | tuple[Value, str] | None = None,
        min_voltage: Value | tuple[Value, str] | None = None,
        max_temperature: Value | tuple[Value, str] | None = None,
        min_temperature: Value | tuple[Value, str] | None = None,
        max_charge_current: Value | tuple[Value, str] | None = None,
        max_discharge_current: Value | tuple[Value, str] | None = None,
        goto: str | None = None,
    ) -> Protocol:
        """Set limits that hold in every step, in place of those set before.

        Parameters
        ----------
        max_voltage, min_voltage
            In V.
        max_temperature, min_temperature
            In degC.
        max_charge_current, max_discharge_current
            In A, as magnitudes.
        goto
            Where to go when a limit trips; without it the test ends. A limit given as
            ``(4.3, "Cool down")`` has its own.

        Examples
        --------
        >>> built = Protocol().safety(max_voltage=4.3, max_temperature=(60, "Cool")).rest(60)
        >>> print(built.rest(3600, name="Cool").explain())
        Safety: Voltage above 4.3 V: end the test
        Safety: Temperature above 60 degC: go to Cool
        <BLANKLINE>
        1. Rest for 1 min
        2. [Cool] Rest for 1 h
        """
        limits = {
            "max_voltage": max_voltage,
            "min_voltage": min_voltage,
            "max_temperature": max_temperature,
            "min_temperature": min_temperature,
            "max_charge_current": max_charge_current,
            "max_discharge_current": max_discharge_current,
        }
        table = {key: as_limit(limit) for key, limit in present(limits).items()}
        document = {"safety_limits": table | present({"goto": goto}), "steps": [ANY_STEP]}
        read = checked(document, "safety", "safety_limits", {})
        return self._with(safety_limits=read["safety_limits"])
