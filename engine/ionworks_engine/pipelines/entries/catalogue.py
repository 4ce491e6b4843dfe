"""Which named entries there are and what they take; no PyBaMM, for use at submission."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ionworks_engine.battery.errors import near
from ionworks_engine.pipelines.entries import calls

SYSTEMS = ("EC:DMC (1:1)", "EC:EMC (3:7)", "EMC:FEC (19:1)")
#: Temperature in K below which no cell is used: a number below is one in degrees Celsius.
COLDEST = 150.0
_EVERYWHERE = ("element_type", "name", "source", "type")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "electrode": ("negative", "positive"),
    "direction": ("", "lithiation", "delithiation"),
    "phase": ("", "primary", "secondary"),
    "system": SYSTEMS,
    "formulation": ("knots", "slopes"),
}
_NUMBERS = ("c_e", "T", "electrolyte", "smoothing", "smoothing1", "smoothing2")
_POSITIVE = ("c_e", "T", "smoothing", "smoothing1", "smoothing2")
_VARIABLES = (
    "breakpoint_parameter_name",
    "breakpoint1_parameter_name",
    "breakpoint2_parameter_name",
)
_TEXTS = ("base_parameter_name", *_VARIABLES)
_GRIDS = ("breakpoint_values", "breakpoint1_values", "breakpoint2_values")


@dataclass(frozen=True)
class Arguments:
    """What a named entry takes.

    Parameters
    ----------
    required
        Keys that must be there.
    defaults
        Keys that may be there, and what stands for them where they are not.
    """

    required: tuple[str, ...] = ()
    defaults: tuple[tuple[str, Any], ...] = ()


_SIDED = Arguments(("electrode",), (("direction", ""), ("phase", "")))
_NONE = Arguments()
ENTRIES: Mapping[str, Arguments] = {
    "PiecewiseInterpolation1D": Arguments(
        ("base_parameter_name", "breakpoint_values", "breakpoint_parameter_name"),
        (("smoothing", 1e-4), ("formulation", "knots")),
    ),
    "PiecewiseInterpolation2D": Arguments(
        (
            "base_parameter_name",
            "breakpoint1_values",
            "breakpoint1_parameter_name",
            "breakpoint2_values",
            "breakpoint2_parameter_name",
        ),
        (("smoothing1", 1e-4), ("smoothing2", 1e-4), ("formulation", "knots")),
    ),
    "arrhenius_butler_volmer_exchange_current_density": _SIDED,
    "arrhenius_electrolyte_conductivity": _NONE,
    "arrhenius_electrolyte_diffusivity": _NONE,
    "arrhenius_particle_diffusivity": _SIDED,
    "average_ocp": Arguments(("electrode",), (("phase", ""),)),
    "bruggeman": Arguments((), (("electrode", 0.0), ("electrolyte", 1.5))),
    "constant_electrolyte": Arguments(("c_e",)),
    "landesfeind_electrolyte": Arguments(("c_e", "system")),
    "li_plating_defaults": _NONE,
    "lithium_metal_anode": _NONE,
    "mechanical_degradation_defaults": Arguments(("electrode",)),
    "nyman_electrolyte": Arguments(("c_e",)),
    "one_cm2_cell": _NONE,
    "sei_defaults": _NONE,
    "spm_defaults": _NONE,
    "standard_defaults": _NONE,
    "temperatures": Arguments((), (("T", 298.15),)),
    "zero_activation_energy": _NONE,
    "zero_entropic_change": _NONE,
}


def problems(element: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a named entry.

    Yields
    ------
    tuple[str, str]
        Key path within the element, and what is wrong there.

    Examples
    --------
    >>> list(problems({"name": "constant_electrolyte"}))
    [('c_e', 'is required')]
    """
    name = element.get("name")
    if not isinstance(name, str) or name not in ENTRIES:
        known = sorted(ENTRIES)
        hint = near(str(name), known) or f"; accepted are {', '.join(known)}"
        yield "name", f"unknown entry {name!r}{hint}"
        return
    arguments = ENTRIES[name]
    allowed = (*arguments.required, *(key for key, _ in arguments.defaults))
    for key in element:
        if key not in allowed and key not in _EVERYWHERE:
            yield key, f"entry {name!r} has no argument {key!r}{near(key, allowed)}"
    for key in arguments.required:
        if element.get(key) is None:
            yield key, "is required"
    for key in allowed:
        if element.get(key) is not None:
            numeric = name == "bruggeman" or key in _NUMBERS
            problem = _number(key, element[key]) if numeric else _other(key, element[key])
            if problem:
                yield key, problem
    base = element.get("base_parameter_name")
    if isinstance(base, str):
        names = {key: element.get(key) for key in _VARIABLES if key in allowed}
        yield from calls.problems(base, {k: v for k, v in names.items() if isinstance(v, str)})


def _number(key: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return f"must be a finite number, not {value!r}"
    if key in _POSITIVE and value <= 0:
        return f"must be above 0, not {value!r}"
    if key == "T" and value < COLDEST:
        return f"must be a temperature in K: {value:g} K is {value - 273.15:g} degrees Celsius"
    return ""


def _other(key: str, value: Any) -> str:
    if key in _GRIDS:
        return _grid(value)
    if key in _TEXTS:
        return "" if isinstance(value, str) and value.strip() else f"must be a name, not {value!r}"
    accepted = _CHOICES[key]
    if value in accepted:
        return ""
    return f"must be one of {', '.join(repr(each) for each in accepted if each)}, not {value!r}"


def _grid(values: Any) -> str:
    if not isinstance(values, list | tuple) or any(_number("", value) for value in values):
        return f"must be a list of finite numbers, not {values!r}"
    if len(values) < 2 or sorted(set(values)) != list(values):
        return f"must be at least two numbers, each above the one before, not {list(values)!r}"
    return ""
