"""An equivalent circuit: a source, a resistance, pairs of resistance and capacitance.

    dSoC/dt = -I / (3600 Q),   C_k dV_k/dt = I - V_k / R_k,
    V = OCV - s (R0 I) - sum V_k - 2RT/F asinh(I / 2 i0)

Parameters are called as in PyBaMM's ``Thevenin`` (``R0 [Ohm]``, ``R1 [Ohm]``, ``C1 [F]``,
``Open-circuit voltage [V]``, ``Initial SoC``), the others as in the public schema
(``ionworks_schema.models.ECM``): ``Nominal cell capacity [A.h]``, ``Capacity [A.h]``,
``Resistance scale``, ``Exchange current [A]``. The scale ``s`` multiplies every resistance, those
of the pairs too, and no capacitance.

What the schema leaves open: resistances and capacitances are functions of temperature in degC,
current and state of charge in this order unless ``parameter_dependencies`` says otherwise, as
``Thevenin``'s are. ``two-state`` is ``Thevenin``'s thermal model, cell and jig; ``lumped`` is the
same with the jig at the ambient temperature.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.errors import near, refuse

_CHOICES: dict[str, tuple[str, ...]] = {
    "thermal": ("isothermal", "lumped", "two-state"),
    "capacity": ("constant", "function"),
    "resistance scale": ("constant", "function"),
    "butler-volmer": ("false", "true"),
}
_DEPENDENCIES: dict[str, tuple[str, ...]] = {
    "OCV": ("soc",),
    "R0": ("temperature", "current", "soc"),
    "R_rc": ("temperature", "current", "soc"),
    "C_rc": ("temperature", "current", "soc"),
    "i0": ("soc",),
}
_QUANTITIES = {
    "soc": "SoC",
    "temperature": "Cell temperature [degC]",
    "current": "Current [A]",
    "throughput": "Capacity throughput [A.h]",
    "time": "Time [s]",
}
_MOST_PAIRS = 20
_KELVIN = 273.15


def read_ecm_options(options: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the options of the model, completed.

    Raises
    ------
    PipelineError
        For an unknown option or value.
    """
    known = (*_CHOICES, "rc pairs", "parameter_dependencies")
    given = {
        name.replace("_", " ") if name not in known else name: v for name, v in options.items()
    }
    for name in given:
        if name not in known:
            raise refuse(where, f"unknown option {name!r}{near(name, known)}")
    chosen: dict[str, Any] = {}
    for name, choices in _CHOICES.items():
        chosen[name] = given.get(name) or choices[0]
        if chosen[name] not in choices:
            listed = " or ".join(map(repr, choices))
            raise refuse(where, f"{name!r} must be {listed}, not {chosen[name]!r}")
    pairs = str(given.get("rc pairs", "0"))
    if not re.fullmatch(r"\d{1,2}", pairs) or int(pairs) > _MOST_PAIRS:
        raise refuse(where, f"'rc pairs' must be 0 to {_MOST_PAIRS}, not {given['rc pairs']!r}")
    chosen["rc pairs"] = int(pairs)
    chosen["parameter_dependencies"] = _dependencies(given.get("parameter_dependencies"), where)
    return chosen


def _dependencies(given: Any, where: str) -> dict[str, tuple[str, ...]]:
    found = dict(_DEPENDENCIES)
    for name, on in (given or {}).items():
        if name not in found:
            raise refuse(where, f"parameter_dependencies: unknown {name!r}{near(name, found)}")
        wanted = tuple(_quantity(each, where) for each in ([on] if isinstance(on, str) else on))
        found[name] = wanted
    return found


def _quantity(given: str, where: str) -> str:
    """Return a quantity's short name, given that or the full one."""
    for short, name in _QUANTITIES.items():
        if str(given).casefold() in (short, name.casefold()):
            return short
    raise refuse(where, f"parameter_dependencies: unknown {given!r}{near(str(given), _QUANTITIES)}")


class ECM(pybamm.BaseModel):  # type: ignore[misc]
    """The circuit.

    Parameters
    ----------
    options
        As :func:`read_ecm_options` returns them.

    Examples
    --------
    >>> len(ECM(read_ecm_options({"rc pairs": "2"}, "")).rhs)
    4
    """

    initial_soc = "Initial SoC"
    """The parameter that says where it starts, a fraction."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__("Equivalent circuit model")
        self._chosen = options
        current = pybamm.FunctionParameter("Current function [A]", {"Time [s]": pybamm.t})
        self._known = {
            "soc": pybamm.Variable("SoC"),
            "throughput": pybamm.Variable("Capacity throughput [A.h]"),
            "current": current,
            "time": pybamm.t,
            "temperature": self._temperature(),
        }
        self._degraded = {_QUANTITIES[name]: self._known[name] for name in ("throughput", "time")}
        scale = self._degrading("resistance scale", "Resistance scale", pybamm.Scalar(1))
        resistance = scale * self._parameter("R0 [Ohm]", "R0")
        pairs = [self._pair(place + 1, scale) for place in range(options["rc pairs"])]
        transfer = self._charge_transfer()
        source = self._parameter("Open-circuit voltage [V]", "OCV")
        lost = current * resistance + sum(pairs, start=pybamm.Scalar(0)) + transfer
        self._count()
        self._heat(lost * current)
        self.variables = {
            **{name: self._known[short] for short, name in _QUANTITIES.items()},
            "Cell temperature [K]": self._known["temperature"] + _KELVIN,
            "Open-circuit voltage [V]": source,
            "R0 [Ohm]": resistance,
            "Charge-transfer overpotential [V]": transfer,
            **{f"Element-{n + 1} overpotential [V]": pair for n, pair in enumerate(pairs)},
            "Voltage [V]": source - lost,
        }

    def _parameter(self, name: str, kind: str) -> Any:
        wanted = self._chosen["parameter_dependencies"][kind]
        if not wanted:
            return pybamm.Parameter(name)
        return pybamm.FunctionParameter(
            name, {_QUANTITIES[each]: self._known[each] for each in wanted}
        )

    def _degrading(self, option: str, name: str, constant: Any) -> Any:
        if self._chosen[option] == "constant":
            return constant
        return pybamm.FunctionParameter(name, self._degraded)

    def _pair(self, number: int, scale: Any) -> Any:
        voltage = pybamm.Variable(f"Element-{number} overpotential [V]")
        resistance = scale * self._parameter(f"R{number} [Ohm]", "R_rc")
        capacitance = self._parameter(f"C{number} [F]", "C_rc")
        self.rhs[voltage] = (self._known["current"] - voltage / resistance) / capacitance
        self.initial_conditions[voltage] = pybamm.Scalar(0)
        return voltage

    def _charge_transfer(self) -> Any:
        if self._chosen["butler-volmer"] == "false":
            return pybamm.Scalar(0)
        kelvin = self._known["temperature"] + _KELVIN
        thermal = pybamm.constants.R * kelvin / pybamm.constants.F
        exchange = self._parameter("Exchange current [A]", "i0")
        return 2 * thermal * pybamm.arcsinh(self._known["current"] / (2 * exchange))

    def _count(self) -> None:
        soc, throughput, current = (self._known[name] for name in ("soc", "throughput", "current"))
        capacity = self._degrading(
            "capacity", "Capacity [A.h]", pybamm.Parameter("Nominal cell capacity [A.h]")
        )
        self.rhs[soc] = -current / (3600 * capacity)
        self.rhs[throughput] = abs(current) / 3600
        self.initial_conditions[soc] = pybamm.Parameter(self.initial_soc)
        self.initial_conditions[throughput] = pybamm.Scalar(0)

    # -- heat --------------------------------------------------------------------

    def _temperature(self) -> Any:
        if self._chosen["thermal"] == "isothermal":
            return _ambient()
        return pybamm.Variable("Cell temperature [degC]")

    def _heat(self, generated: Any) -> None:
        if self._chosen["thermal"] == "isothermal":
            return
        cell, ambient = self._known["temperature"], _ambient()
        jig = ambient
        leaving = pybamm.Parameter("Cell-jig heat transfer coefficient [W/K]")
        if self._chosen["thermal"] == "two-state":
            jig = pybamm.Variable("Jig temperature [degC]")
            outwards = pybamm.Parameter("Jig-air heat transfer coefficient [W/K]")
            mass = pybamm.Parameter("Jig thermal mass [J/K]")
            self.rhs[jig] = (leaving * (cell - jig) - outwards * (jig - ambient)) / mass
            self.initial_conditions[jig] = _initially()
        mass = pybamm.Parameter("Cell thermal mass [J/K]")
        self.rhs[cell] = (generated - leaving * (cell - jig)) / mass
        self.initial_conditions[cell] = _initially()


def _ambient() -> Any:
    return pybamm.Parameter("Ambient temperature [K]") - _KELVIN


def _initially() -> Any:
    return pybamm.Parameter("Initial temperature [K]") - _KELVIN
