"""The names of parameters: PyBaMM's renamings, in both directions of time.

This module knows no PyBaMM. The renamings are those that ``pybamm.ParameterValues`` makes itself,
with a deprecation warning (PyBaMM 26.10, ``parameters/parameter_values.py`` and
``models/full_battery_models/lithium_ion/msmr.py``).
"""

from __future__ import annotations

import re
from functools import lru_cache

_SHORT_MSMR = re.compile(r"(X|Q|w|U0|a|j0_ref)_(n|p)(?:_([ld]))?_([0-9]+)")
_QUANTITIES = {
    "X": ("host site occupancy fraction", ""),
    "Q": ("host site occupancy capacity", " [A.h]"),
    "w": ("host site ideality factor", ""),
    "U0": ("host site standard potential", " [V]"),
    "a": ("host site charge transfer coefficient", ""),
    "j0_ref": ("host site reference exchange-current density", " [A.m-2]"),
}
_ELECTRODES = {"n": "Negative", "p": "Positive"}
_DIRECTIONS = {None: "", "l": " (lithiation)", "d": " (delithiation)"}
_UNIT = re.compile(r"\[([^\[\]]*)\]\s*$")


@lru_cache(maxsize=4096)
def spelt(name: str) -> str:
    """Return a parameter's name as PyBaMM spells it today.

    Examples
    --------
    >>> spelt("Negative electrode diffusivity [m2.s-1]")
    'Negative particle diffusivity [m2.s-1]'
    >>> spelt("U0_n_d_3")
    'Negative electrode host site standard potential (delithiation) (3) [V]'
    """
    short = _SHORT_MSMR.fullmatch(name)
    if short is not None:
        what, unit = _QUANTITIES[short[1]]
        return f"{_ELECTRODES[short[2]]} electrode {what}{_DIRECTIONS[short[3]]} ({short[4]}){unit}"
    if "1 + dlnf/dlnc" in name:
        return "Thermodynamic factor"
    return name.replace("electrode diffusivity", "particle diffusivity")


def unit_of(name: str) -> str:
    """Return the unit in the brackets at the end of a parameter's name; ``""`` for none.

    Examples
    --------
    >>> unit_of("Negative electrode thickness [m]"), unit_of("Cation transference number")
    ('m', '')
    """
    found = _UNIT.search(name)
    return found[1].strip() if found else ""


def indexed(name: str, index: int) -> str:
    """Return the name of one value of a list, its index standing before the unit.

    Examples
    --------
    >>> indexed("Positive electrode host site standard potential [V]", 2)
    'Positive electrode host site standard potential (2) [V]'
    """
    found = _UNIT.search(name)
    if found is None:
        return f"{name} ({index})"
    return f"{name[: found.start()].rstrip()} ({index}) {found[0].strip()}"
