"""What the settings of each calculation may hold; no PyBaMM, for use at submission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ionworks_engine.battery.errors import near

ELECTRODES = ("positive", "negative", "lumped")
DIRECTIONS = ("", "lithiation", "delithiation")
PHASES = ("", "primary", "secondary")
INTERPOLATORS = ("linear", "cubic", "pchip")
_PHASE_PAIRS = (("1", "1"), ("1", "2"), ("2", "1"), ("2", "2"))
_EVERYWHERE = ("element_type", "type", "calculation", "source", "name")


@dataclass(frozen=True)
class Fields:
    """The keys of one type of calculation.

    Parameters
    ----------
    required
        Keys that must be there.
    optional
        Keys that may be there.
    options
        Keys of its ``options``.
    electrodes
        Accepted values of ``electrode``.
    """

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    electrodes: tuple[str, ...] = ELECTRODES


_BOTH = (*ELECTRODES, "both")
_ELECTRODE = Fields(("electrode",))
_OF_OCP = ("tolerance", "direction", "phase", "interpolator")
_OF_ENTROPY = ("tolerance", "interpolator", "phase", "scale factor")
_OF_MSMR_DIFFUSIVITY = ("interpolator", "x tolerance", "minimum dUdx")
_SIDED = ("direction", "phase")
_GRID = ("base_parameter_name", "breakpoint_values", "breakpoint_parameter_name")
_GRID_2D = (
    "base_parameter_name",
    "breakpoint1_values",
    "breakpoint1_parameter_name",
    "breakpoint2_values",
    "breakpoint2_parameter_name",
)
_FROM_DATA = Fields(("electrode", "data"), _SIDED, _OF_MSMR_DIFFUSIVITY)
_FROM_FUNCTION = Fields(("electrode", "voltage_limits"), _SIDED, _OF_MSMR_DIFFUSIVITY)

FIELDS: Mapping[str, Fields] = {
    "AreaToSquareWidthHeight": Fields(),
    "ArrheniusDiffusivityFromMSMRData": _FROM_DATA,
    "ArrheniusDiffusivityFromMSMRFunction": _FROM_FUNCTION,
    "ArrheniusLogLinear": Fields(("data",), ("reference_temperature", "include_func")),
    "AverageMSMRParameters": Fields(("electrode",), (), ("species_format", "phase")),
    "CellMass": Fields((), ("model_options",)),
    "CyclableLithium": Fields((), ("method",), ("particle phases",)),
    "DensityFromVolumeAndMass": Fields(),
    "DiameterToSquareWidthHeight": Fields(),
    "DiffusivityDataInterpolant": Fields(
        ("electrode", "data"), _SIDED, ("interpolator", "transformation", "scale factor")
    ),
    "DiffusivityFromMSMRData": _FROM_DATA,
    "DiffusivityFromMSMRFunction": _FROM_FUNCTION,
    "DiffusivityFromPulse": Fields(
        ("electrode", "data"), _SIDED, ("step number", "dt_IR", "dt_pulse")
    ),
    "ElectrodeBalanceFromFirstCycleEfficiency": Fields(),
    "ElectrodeCapacity": Fields(("electrode",), ("use_stoich_window", "method", "phase")),
    "ElectrodeGeometryFromLoading": Fields(
        ("electrode",), electrodes=("positive", "negative", "both")
    ),
    "ElectrodeSOH": Fields((), (), ("known value",)),
    "ElectrodeSOHHalfCell": Fields(("electrode",), (), ("simulation_kwargs",)),
    "ElectrodeVolumeFractionFromLoading": Fields(("electrode", "method"), electrodes=_BOTH),
    "ElectrodeVolumeFractionFromPorosity": Fields(("electrode",), electrodes=_BOTH),
    "EntropicChangeDataInterpolant": Fields(("electrode", "data"), (), _OF_ENTROPY),
    "EntropicChangeFromMSMRFunction": Fields(("electrode", "voltage_limits"), (), _OF_ENTROPY),
    "HalfCellNominalCapacity": _ELECTRODE,
    "InitialConcentrationFromInitialStoichiometryHalfCell": Fields(("electrode",), (), ("phase",)),
    "InitialSOC": Fields(("soc",)),
    "InitialSOCHalfCell": Fields(("electrode", "soc"), (), ("phase",)),
    "InitialSOCfromMaximumStoichiometry": Fields(
        (), (), ("particle phases", "include concentration")
    ),
    "InitialStoichiometryFromVoltageHalfCell": Fields(
        ("electrode",), (), ("simulation_kwargs", "direction", "phase")
    ),
    "InitialStoichiometryFromVoltageMSMRHalfCell": _ELECTRODE,
    "InitialVoltageFromConcentration": _ELECTRODE,
    "JellyRollThermalDimensions": Fields(),
    "LumpedHeatCapacityAndDensity": Fields(),
    "MSMRElectrodeSOHHalfCell": _ELECTRODE,
    "MSMRFullCellCapacities": Fields(("data",), ("method",)),
    "MSMRFunction": Fields(("electrode",), _SIDED),
    "OCPDataInterpolant": Fields(("electrode", "data"), (), _OF_OCP),
    "OCPDataInterpolantMSMRExtrapolation": Fields(
        ("electrode", "data", "voltage_limits"), (), _OF_OCP
    ),
    "OCPMSMRInterpolant": Fields(
        ("electrode", "voltage_limits"), (), (*_OF_OCP, "create_lithiation_function")
    ),
    "OpenCircuitLimits": Fields(),
    "PorosityFromElectrodeVolumeFraction": Fields(("electrode",), electrodes=_BOTH),
    "PouchCellThermalDimensions": Fields(),
    "SlopesToKnots": Fields(_GRID),
    "SlopesToKnots2D": Fields(_GRID_2D),
    "SpecificHeatCapacity": Fields(),
    "StoichiometryAtMinimumSOC": _ELECTRODE,
    "StoichiometryLimitsFromCapacity": Fields(
        (),
        (),
        (
            "direction",
            "particle phases",
            "negative voltage limits",
            "positive voltage limits",
            "usable capacity",
        ),
    ),
    "SurfaceAreaToVolumeRatio": Fields(("electrode",), electrodes=_BOTH),
}
_CHOICES: Mapping[str, tuple[Any, ...]] = {
    "direction": DIRECTIONS,
    "phase": PHASES,
    "interpolator": INTERPOLATORS,
    "transformation": ("none", "log"),
    "known value": ("cyclable lithium capacity", "cell capacity"),
    "species_format": ("Xj", "Qj"),
    "include concentration": ("true", "false"),
}
_OWN_CHOICES: Mapping[tuple[str, str], tuple[Any, ...]] = {
    ("ArrheniusLogLinear", "include_func"): (True, False),
    ("CyclableLithium", "method"): ("electrode capacities", "formation loss"),
    ("DiffusivityDataInterpolant", "scale factor"): (True, False),
    ("ElectrodeCapacity", "use_stoich_window"): (True, False),
    ("ElectrodeVolumeFractionFromLoading", "method"): ("loading", "coating mass"),
    ("StoichiometryLimitsFromCapacity", "direction"): ("", "charge", "discharge"),
}


def kind_of(settings: Mapping[str, Any]) -> Any:
    """Return the type of a calculation; the legacy key is ``calculation``."""
    return settings.get("type", settings.get("calculation"))


def problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the settings of a calculation.

    Yields
    ------
    tuple[str, str]
        Key path within the element (``""`` for the whole), and what is wrong there.

    Examples
    --------
    >>> list(problems({"type": "ElectrodeCapacity"}))
    [('electrode', "is required: one of 'positive', 'negative', 'lumped'")]
    """
    kind = kind_of(settings)
    if not isinstance(kind, str) or kind not in FIELDS:
        known = sorted(FIELDS)
        hint = near(str(kind), known) or f"; accepted are {', '.join(known)}"
        yield "type", f"unknown calculation {kind!r}{hint}"
        return
    fields = FIELDS[kind]
    allowed = (*fields.required, *fields.optional, *(("options",) if fields.options else ()))
    for key in settings:
        if key not in allowed and key not in _EVERYWHERE:
            yield key, f"{kind} has no key {key!r}{near(key, allowed)}"
    for key in fields.required:
        if settings.get(key) is None:
            accepted = f": one of {_listed(fields.electrodes)}" if key == "electrode" else ""
            yield key, f"is required{accepted}"
    yield from _choices(kind, {key: settings.get(key) for key in allowed if key != "options"}, "")
    if fields.options:
        yield from _options(kind, settings.get("options"), fields.options)


def _options(kind: str, options: Any, allowed: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if options is None:
        return
    if not isinstance(options, Mapping):
        yield "options", f"must be a mapping of option names to values, not {options!r}"
        return
    for key in options:
        if key not in allowed:
            yield f"options.{key}", f"{kind} has no option {key!r}{near(str(key), allowed)}"
    yield from _choices(kind, options, "options.")
    pair = options.get("particle phases")
    if pair is not None and not (isinstance(pair, list | tuple) and tuple(pair) in _PHASE_PAIRS):
        yield "options.particle phases", f"must be two of '1' and '2', not {pair!r}"


def _choices(kind: str, values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        accepted = _OWN_CHOICES.get((kind, key), _CHOICES.get(key))
        if key == "electrode":
            accepted = FIELDS[kind].electrodes
        if accepted is not None and value is not None and value not in accepted:
            yield f"{prefix}{key}", f"must be one of {_listed(accepted)}, not {value!r}"


def _listed(choices: tuple[Any, ...]) -> str:
    return ", ".join(repr(choice) for choice in choices if choice != "")
