"""Units that may have been meant by a text that is none."""

from __future__ import annotations

from difflib import get_close_matches

# What pint takes for years, hours in trillionths of a trillionth, and lengths: never meant.
MISREAD = {"ah": "Ah", "ma": "mA"}
_WRITTEN_OUT = {
    "ampere": "A",
    "volt": "V",
    "watt": "W",
    "ohm": "Ohm",
    "siemens": "S",
    "farad": "F",
    "coulomb": "C",
    "joule": "J",
    "pascal": "Pa",
    "hertz": "Hz",
    "meter": "m",
    "metre": "m",
    "liter": "L",
    "gram": "g",
    "kilogram": "kg",
    "mole": "mol",
    "second": "s",
    "minute": "min",
    "hour": "h",
    "kelvin": "K",
    "celsius": "degC",
    "percent": "%",
}
_COMMON = (
    *("A", "mA", "uA", "kA", "V", "mV", "kV", "W", "mW", "kW", "Ohm", "mOhm", "uOhm", "S"),
    *("Ah", "mAh", "A.h", "A*h", "mA.h", "mA*h", "Wh", "mWh", "kWh", "W.h", "W*h", "C", "F"),
    *("m", "cm", "mm", "um", "nm", "m2", "cm2", "mm2", "m3", "cm3", "L", "mL", "uL"),
    *("kg", "g", "mg", "ug", "mol", "mmol", "K", "degC", "s", "min", "h", "day", "Hz", "mHz"),
    *("mg/cm**2", "mg.cm-2", "g/cm**3", "g.cm-3", "kg.m-3", "mAh/g", "mA.h.g-1", "mAh/cm**2"),
    *("mA.h.cm-2", "mA/cm**2", "A.m-2", "mol/L", "mol.m-3", "m2.s-1", "cm**2/s", "S/m", "S.m-1"),
    *("Ohm.m", "Ohm*cm**2", "Ohm.cm2", "W.m-1.K-1", "W/(m*K)", "J.kg-1.K-1", "J/(kg*K)"),
    *("J", "kJ", "eV", "J.mol-1", "Wh/kg", "W.h.kg-1", "Wh/L", "W.h.L-1", "Pa", "kPa", "MPa"),
    *("bar", "%", "percent", "wt%", "ppm", "ppb", "C-rate", "cycle", "dimensionless"),
)


def near(text: str) -> str:
    """Return the end of a message: units that may have been meant.

    Examples
    --------
    >>> near("mv"), near("Volt")
    ("; did you mean 'mV'?", "; did you mean 'V'?")
    """
    lowered = text.lower()
    found = [unit for unit in _COMMON if unit.lower() == lowered]
    found += get_close_matches(text, _COMMON, n=2, cutoff=0.7)
    found += [MISREAD[text]] if text in MISREAD else []
    meant = get_close_matches(lowered.removesuffix("s"), _WRITTEN_OUT, n=1, cutoff=0.7)
    found += [_WRITTEN_OUT[word] for word in meant]
    named = " or ".join(repr(unit) for unit in dict.fromkeys(found))
    return f"; did you mean {named}?" if named else "; write it such as 'mg/cm**2' or 'mg.cm-2'"
