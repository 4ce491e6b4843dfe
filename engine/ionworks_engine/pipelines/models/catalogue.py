"""Which models PyBaMM has, and what their options may be. Needs no PyBaMM.

The names and values are those of PyBaMM 26.10; a test holds them to the PyBaMM that is installed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ionworks_engine.battery.errors import near
from ionworks_engine.pipelines.errors import shown

Problems = Iterator[tuple[str, str]]
Values = tuple[str | int, ...]

_YES_NO: Values = ("false", "true")
_MSMR_REACTIONS = "number of MSMR reactions"
_STRESS = ("stress-driven", "asymmetric stress-driven", "reaction-driven", "current-driven")
_BATTERY: Mapping[str, Values] = {
    **dict.fromkeys(
        (
            "calculate discharge energy",
            "calculate heat source for isothermal models",
            "contact resistance",
            "heat of mixing",
            "hydrolysis",
            "lithium plating porosity change",
            "SEI on cracks",
            "SEI porosity change",
            "stress-induced diffusion",
            "total interfacial current density as a state",
            "use lumped thermal capacity",
            "voltage as a state",
            "x-average side reactions",
        ),
        _YES_NO,
    ),
    "cell geometry": ("arbitrary", "pouch", "cylindrical"),
    "convection": ("none", "uniform transverse", "full transverse"),
    "current collector": ("uniform", "potential pair", "potential pair quite conductive"),
    "diffusivity": ("single", "current sigmoid"),
    "dimensionality": (0, 1, 2, 3),
    "electrolyte conductivity": ("default", "full", "leading order", "composite", "integrated"),
    "exchange-current density": ("single", "current sigmoid"),
    "intercalation kinetics": (
        "symmetric Butler-Volmer",
        "asymmetric Butler-Volmer",
        "linear",
        "Marcus",
        "Marcus-Hush-Chidsey",
        "MSMR",
    ),
    "interface utilisation": ("full", "constant", "current-driven"),
    "lithium plating": ("none", "reversible", "partially reversible", "irreversible"),
    "loss of active material": (
        "none",
        *_STRESS,
        "stress and reaction-driven",
        "asymmetric stress and reaction-driven",
    ),
    _MSMR_REACTIONS: ("none",),
    "open-circuit potential": (
        "single",
        "current sigmoid",
        "MSMR",
        "one-state hysteresis",
        "one-state differential capacity hysteresis",
    ),
    # What is measured or prescribed drives the model: it has no mode of its own.
    "operating mode": ("current",),
    "particle": (
        "Fickian diffusion",
        "uniform profile",
        "quadratic profile",
        "quartic profile",
        "MSMR",
    ),
    "particle mechanics": ("none", "swelling only", "swelling and cracking"),
    "particle phases": ("1", "2"),
    "particle shape": ("spherical", "no particles"),
    "particle size": ("single", "distribution"),
    "SEI": (
        "none",
        "constant",
        "reaction limited",
        "reaction limited (asymmetric)",
        "solvent-diffusion limited",
        "electron-migration limited",
        "interstitial-diffusion limited",
        "ec reaction limited",
        "ec reaction limited (asymmetric)",
        "VonKolzenberg2020",
        "tunnelling limited",
    ),
    "SEI film resistance": ("none", "distributed", "average"),
    "surface form": ("false", "differential", "algebraic"),
    "surface temperature": ("ambient", "lumped"),
    "thermal": ("isothermal", "lumped", "x-lumped", "x-full"),
    "transport efficiency": (
        "Bruggeman",
        "ordered packing",
        "hyperbola of revolution",
        "overlapping spheres",
        "tortuosity factor",
        "random overlapping cylinders",
        "heterogeneous catalyst",
        "cation-exchange membrane",
    ),
    "working electrode": ("both", "positive"),
}
_CIRCUIT: Mapping[str, Values | None] = {
    "calculate discharge energy": _YES_NO,
    "diffusion element": _YES_NO,
    "operating mode": ("current",),
    "number of rc elements": None,
}
_NONE: Mapping[str, Values] = {}
_UNJUDGED = None
MODELS: Mapping[str, Mapping[str, Mapping[str, Values | None] | None]] = {
    "lithium_ion": {
        **dict.fromkeys(("SPM", "SPMe", "DFN", "MPM", "MSMR", "NewmanTobias"), _BATTERY),
        **dict.fromkeys(("Basic3DThermalSPM", "BasicDFNUnstructured"), _BATTERY),
        **dict.fromkeys(("BasicSPM", "BasicDFN", "BasicDFN2D", "BasicDFNComposite"), _NONE),
        "SplitOCVR": _NONE,
        **dict.fromkeys(("BasicDFNHalfCell", "Yang2017"), _UNJUDGED),
    },
    "equivalent_circuit": {"Thevenin": _CIRCUIT},
    "lead_acid": {**dict.fromkeys(("Full", "LOQS"), _BATTERY), "BasicFull": _NONE},
    "sodium_ion": {"BasicDFN": _NONE},
}
"""Options and their values of each model by module; ``None`` where PyBaMM takes any."""


def problems(kind: str, module: Any, options: Any) -> Problems:
    """Yield what is wrong with the name or the options of a model, with key paths below it.

    Parameters
    ----------
    kind, module, options
        As the configuration has them; ``None``: left out.

    Examples
    --------
    >>> list(problems("SPM", None, {"thermal": "lumpd"}))
    [('options.thermal', "'lumpd' is no value of it; did you mean 'lumped' or 'x-lumped'?")]
    """
    module = module or "lithium_ion"
    if not isinstance(module, str) or module not in MODELS:
        yield "module", f"unknown module {shown(module)}{near(str(module), MODELS)}"
        return
    if kind not in MODELS[module]:
        yield "", f"unknown model {shown(kind)} in {module!r}{near(kind, MODELS[module])}"
        return
    known = MODELS[module][kind]
    if options is None or known is None:
        return
    if not isinstance(options, Mapping):
        yield "options", f"must be a mapping of option names to values, not {shown(options)}"
    elif not known and options:
        yield "options", f"{kind!r} has no options"
    else:
        for name, value in options.items():
            yield from _of_option(str(name), value, known)


def _of_option(name: str, value: Any, known: Mapping[str, Values | None]) -> Problems:
    if name not in known:
        yield f"options.{name}", f"unknown option {name!r}{near(name, known)}"
        return
    values = known[name]
    if values is None:
        return
    for one in _flat(value):
        if one not in values and not (name == _MSMR_REACTIONS and _counts(one)):
            guess = near(one, map(str, values)) if isinstance(one, str) else ""
            there = guess or f"; known: {', '.join(map(repr, values))}"
            yield f"options.{name}", f"{shown(one)} is no value of it{there}"
            return


def _flat(value: Any) -> Iterator[Any]:
    """Yield the values that an option has for each electrode, and for each phase of it."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            yield from _flat(each)
    else:
        yield value


def _counts(value: Any) -> bool:
    return isinstance(value, str) and value.isdecimal() and int(value) > 0
