r"""The multi-species, multi-reaction model of an electrode's open-circuit potential.

Lithium sits in :math:`N` kinds of sites. Those of kind :math:`j` hold :math:`Q_j` when full and are

.. math:: s_j(U) = \frac{1}{1 + \exp\left(F (U - U_j^0) / (R T \omega_j)\right)}

full at potential :math:`U`, so that the electrode holds :math:`\sum_j Q_j s_j(U)`. Site capacities
are given themselves (species format ``Qj``) or as fractions :math:`Q_j = Q X_j` of the electrode's
capacity (``Xj``). Capacity counts from the *lower excess capacity*: what the electrode holds
where counting begins.

Sources: Verbrugge et al., J. Electrochem. Soc. 164 (2017) E3243; Baker and Verbrugge,
J. Electrochem. Soc. 165 (2018) A3952, equations 5, 6 and 25; names as in PyBaMM's MSMR model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.constants import physical_constants
from scipy.special import expit

from ionworks_engine.pipelines.errors import near, refuse
from ionworks_engine.pipelines.models.msmr_slots import Floats, Source

FARADAY = physical_constants["Faraday constant"][0]
GAS_CONSTANT = physical_constants["molar gas constant"][0]

HALF_CELL, FULL_CELL = "MSMRHalfCellModel", "MSMRFullCellModel"
HALVES = ("negative_electrode_model", "positive_electrode_model")
_FORMATS = ("Qj", "Xj")
_DIRECTIONS = (None, "lithiation", "delithiation")
_PHASES = {"1": ("",), "2": ("Primary: ", "Secondary: ")}
_OPTIONS = ("species format", "direction", "particle phases")
_TEMPERATURES = ("Ambient temperature [K]", "Reference temperature [K]")
_MOST_SITES = 100
ROOM = 298.15


@dataclass(frozen=True)
class HalfCell:
    """What the configuration of an MSMR model says about one electrode.

    Parameters
    ----------
    electrode
        ``"positive"``, ``"negative"`` or, for calculations only, ``"lumped"``.
    fractions
        Whether sites are given as fractions of a capacity (``Xj``).
    direction
        ``"lithiation"``, ``"delithiation"`` or ``None``.
    prefixes
        What the names of each phase begin with.
    """

    electrode: str
    fractions: bool = False
    direction: str | None = None
    prefixes: tuple[str, ...] = ("",)

    def names(self, prefix: str, what: str, unit: str = "") -> tuple[str, ...]:
        """Return the names of a quantity: that of the direction first, then the plain one."""
        stem = f"{prefix}{self.domain} {what}"
        plain = f"{stem}{unit}"
        return (f"{stem} ({self.direction}){unit}", plain) if self.direction else (plain,)

    @property
    def domain(self) -> str:
        """What names say of the electrode."""
        return "Electrode" if self.electrode == "lumped" else f"{self.electrode.title()} electrode"


def read_half_cell(config: Any, where: str, shared: Mapping[str, Any] | None = None) -> HalfCell:
    """Read the configuration of one electrode's model.

    Parameters
    ----------
    config
        ``{"type": "MSMRHalfCellModel", "electrode": ..., "options": {...}}``.
    where
        Its key path.
    shared
        Options of a full cell, for those that the electrode's model leaves out.

    Raises
    ------
    PipelineError
        Naming what is wrong.
    """
    if not isinstance(config, Mapping) or config.get("type", HALF_CELL) != HALF_CELL:
        raise refuse(where, f"must be an {HALF_CELL}: {{'type': '{HALF_CELL}', 'electrode': ...}}")
    electrode = config.get("electrode")
    if electrode not in ("positive", "negative"):
        raise refuse(f"{where}.electrode", f"must be 'positive' or 'negative', not {electrode!r}")
    options = {**(shared or {}), **_options(config, where)}
    form = _chosen(options, "species format", _FORMATS, where)
    phases = _chosen(options, "particle phases", tuple(_PHASES), where)
    direction = _chosen(options, "direction", _DIRECTIONS, where)
    return HalfCell(electrode, form == "Xj", direction, _PHASES[phases])


def _options(config: Mapping[str, Any], where: str) -> dict[str, Any]:
    given = config.get("options") or {}
    if not isinstance(given, Mapping):
        raise refuse(f"{where}.options", f"must be a mapping of names to values, not {given!r}")
    for name in given:
        if name not in _OPTIONS:
            raise refuse(f"{where}.options", f"no option {name!r}{near(str(name), _OPTIONS)}")
    return {name: value for name, value in given.items() if value is not None}


def _chosen(options: Mapping[str, Any], name: str, choices: tuple[Any, ...], where: str) -> Any:
    value = options.get(name, choices[0])
    if value not in choices:
        allowed = " or ".join(repr(choice) for choice in choices if choice is not None)
        raise refuse(f"{where}.options", f"{name!r} must be {allowed}, not {value!r}")
    return value


def read_full_cell(config: Any, where: str) -> tuple[HalfCell, HalfCell]:
    """Read the configuration of a pair; without one, both electrodes have format ``Xj``.

    Options of the pair are those of both electrodes, whose own come first.

    Returns
    -------
    tuple of HalfCell
        Negative and positive.
    """
    if config is None:
        return HalfCell("negative", fractions=True), HalfCell("positive", fractions=True)
    if not isinstance(config, Mapping) or config.get("type", FULL_CELL) != FULL_CELL:
        raise refuse(
            where,
            f"must be an {FULL_CELL}: {{'type': '{FULL_CELL}', "
            "'negative_electrode_model': ..., 'positive_electrode_model': ...}",
        )
    shared = _options(config, where)
    pair = []
    for electrode, key in zip(("negative", "positive"), HALVES, strict=True):
        half = read_half_cell(config.get(key), f"{where}.{key}", shared)
        if half.electrode != electrode:
            raise refuse(f"{where}.{key}.electrode", f"must be {electrode!r}")
        pair.append(half)
    return pair[0], pair[1]


@dataclass(frozen=True, eq=False)
class Phase:
    """Places of one phase's numbers in the vector; ``capacity`` only where sites are fractions."""

    potentials: tuple[int, ...]
    amounts: tuple[int, ...]
    widths: tuple[int, ...]
    capacity: int | None

    def site_capacities(self, numbers: Floats) -> Floats:
        """Return what each kind of site holds when full, in the unit of the capacity."""
        amounts = numbers[list(self.amounts)]
        return amounts if self.capacity is None else amounts * numbers[self.capacity]


@dataclass(frozen=True, eq=False)
class Electrode:
    """The closed form of one electrode.

    Parameters
    ----------
    phases
        One, or two that share one potential.
    excess
        Places of the lower excess capacities, which add up; empty to count from nothing.
    temperature
        In K.
    """

    phases: tuple[Phase, ...]
    excess: tuple[int, ...]
    temperature: float

    def total(self, numbers: Floats) -> float:
        """Return what the electrode holds when full."""
        return float(sum(phase.site_capacities(numbers).sum() for phase in self.phases))

    def content(self, numbers: Floats, potential: Floats) -> tuple[Floats, Floats]:
        """Return what the electrode holds beyond its lower excess, and its slope by potential."""
        held = np.full(potential.shape, -numbers[list(self.excess)].sum())
        slope = np.zeros(potential.shape)
        for phase in self.phases:
            full, rate = self._filling(phase, numbers, potential)
            capacities = phase.site_capacities(numbers)
            held += full @ capacities
            slope -= (full * (1 - full) * rate) @ capacities
        return held, slope

    def derivatives(self, numbers: Floats, potential: Floats) -> Floats:
        """Return how the content changes with each number, shape (n, len(numbers))."""
        changes = np.zeros((potential.size, numbers.size))
        changes[:, list(self.excess)] = -1.0
        for phase in self.phases:
            full, rate = self._filling(phase, numbers, potential)
            capacities = phase.site_capacities(numbers)
            bend = full * (1 - full) * rate * capacities
            away = potential[:, None] - numbers[list(phase.potentials)]
            changes[:, list(phase.potentials)] = bend
            changes[:, list(phase.widths)] = bend * away / numbers[list(phase.widths)]
            if phase.capacity is None:
                changes[:, list(phase.amounts)] = full
            else:
                changes[:, list(phase.amounts)] = full * numbers[phase.capacity]
                changes[:, phase.capacity] = full @ numbers[list(phase.amounts)]
        return changes

    def _filling(self, phase: Phase, numbers: Floats, potential: Floats) -> tuple[Floats, Floats]:
        widths = numbers[list(phase.widths)]
        # where a width is not above zero there is no such electrode
        rate = FARADAY / (GAS_CONSTANT * self.temperature) / np.where(widths > 0, widths, np.nan)
        away = potential[:, None] - numbers[list(phase.potentials)]
        return expit(-rate * away), rate


def electrode_of(
    half: HalfCell,
    source: Source,
    temperature: float,
    *,
    counted: bool = True,
    upper_excess: bool = False,
) -> Electrode:
    """Take the numbers of one electrode from a source.

    Parameters
    ----------
    half
        Which electrode, and how its sites are given.
    source
        Where to take them from.
    temperature
        In K.
    counted
        Whether content is a capacity that counts from a lower excess. If not, it is the
        stoichiometry: fractions are taken without a capacity.
    upper_excess
        Whether the upper excess capacity may stand for the capacity.
    """
    whats = ("capacity", "upper excess capacity")[: 2 if upper_excess else 1]
    phases = tuple(
        _phase(half, prefix, source, whats if counted else ()) for prefix in half.prefixes
    )
    return Electrode(phases, _excess(half, source) if counted else (), temperature)


def _phase(half: HalfCell, prefix: str, source: Source, capacities: tuple[str, ...]) -> Phase:
    potential = half.names(prefix, "host site standard potential", " [V]")
    width = half.names(prefix, "host site ideality factor")
    amount = half.names(prefix, "host site occupancy fraction")
    if not half.fractions:
        amount = half.names(prefix, "host site occupancy capacity", " [A.h]")
    totals = [name for what in capacities for name in half.names(prefix, what, " [A.h]")]
    kinds = range(_kinds(half, prefix, source, potential))
    return Phase(
        tuple(source.member(kind, *potential) for kind in kinds),
        tuple(source.member(kind, *amount) for kind in kinds),
        tuple(source.member(kind, *width) for kind in kinds),
        source.number(*totals) if half.fractions and totals else None,
    )


def _kinds(half: HalfCell, prefix: str, source: Source, potential: tuple[str, ...]) -> int:
    """Return the number of kinds of sites: the stated one, or how many potentials there are."""
    place = f"{half.domain[0].lower()}{half.domain[1:]}"
    name = f"{prefix}Number of reactions in {place}"
    stated = source.constant(name)
    counts = {source.length(each) for each in potential} - {0}
    if stated is None and len(counts) > 1:
        raise source.refuse(
            f"there are {' and '.join(map(str, sorted(counts)))} standard potentials of the "
            f"{prefix}{place}, with and without its direction; give {name!r}"
        )
    found = max(counts, default=1) if stated is None else int(stated)
    return min(max(found, 1), _MOST_SITES)


def _excess(half: HalfCell, source: Source) -> tuple[int, ...]:
    """Take the lower excess capacity: one for the electrode, or one of each of two phases."""
    whole = half.names("", "lower excess capacity", " [A.h]")
    parts = [half.names(prefix, "lower excess capacity", " [A.h]") for prefix in half.prefixes]
    split = len(parts) > 1 and not any(source.known(name) for name in whole)
    if split and any(source.known(name) for names in parts for name in names):
        return tuple(source.number(*names) for names in parts)
    return (source.number(*whole),)


def temperature_of(source: Source, tell: Callable[[str], None]) -> float:
    """Return the temperature in K of open-circuit data, telling what is assumed without one."""
    given = source.constant(*_TEMPERATURES)
    if given is None:
        tell(f"Neither 'Ambient' nor 'Reference temperature [K]' is given: {ROOM} K is taken")
        return ROOM
    return given
