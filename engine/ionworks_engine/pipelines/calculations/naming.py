"""The names of an electrode's parameters, as PyBaMM has them and as this package adds to them.

A composite electrode's phases have the prefixes ``Primary: `` and ``Secondary: ``; where lithiation
and delithiation differ, the word stands before the quantity (``Negative electrode lithiation OCP
[V]``). A "lumped" electrode is the only one of its model: its names leave the side out
(``Electrode OCP [V]``, ``Particle diffusivity [m2.s-1]``, ``Maximum concentration in electrode
[mol.m-3]``).

States of charge are the full cell's, in half cells too: at 100 % the negative electrode holds the
most lithium and the positive one the least. A lumped electrode counts as a negative one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FARADAY = 96485.33212  # C/mol, as PyBaMM has it
USABLE = "Usable capacity [A.h]"
CYCLABLE = "Cyclable lithium capacity [A.h]"
NOMINAL = "Nominal cell capacity [A.h]"
REFERENCE_TEMPERATURE = "Reference temperature [K]"
LOWER, UPPER = "Lower voltage cut-off [V]", "Upper voltage cut-off [V]"
EMPTY, FULL = "Open-circuit voltage at 0% SOC [V]", "Open-circuit voltage at 100% SOC [V]"
HEIGHT, WIDTH = "Electrode height [m]", "Electrode width [m]"
PARALLEL = "Number of electrodes connected in parallel to make a cell"


@dataclass(frozen=True)
class Electrode:
    """Names of the parameters of one electrode, or one phase of it, in one direction.

    Parameters
    ----------
    side
        ``negative``, ``positive`` or ``lumped``.
    phase
        ``primary``, ``secondary`` or ``""`` for a single active material.
    direction
        ``lithiation``, ``delithiation`` or ``""``.

    Examples
    --------
    >>> Electrode("negative", "primary", "lithiation").directed("OCP [V]")
    'Primary: Negative electrode lithiation OCP [V]'
    """

    side: str
    phase: str = ""
    direction: str = ""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Electrode:
        """Read the electrode of a calculation or an entry; phase and direction may be options."""
        options = settings.get("options") or {}
        phase = settings.get("phase") or options.get("phase") or ""
        direction = settings.get("direction") or options.get("direction") or ""
        return cls(settings["electrode"], phase, direction)

    @property
    def prefix(self) -> str:
        """The phase's prefix."""
        return f"{self.phase.capitalize()}: " if self.phase else ""

    def of_whole(self, what: str) -> str:
        """Name a quantity of the whole electrode, such as its thickness."""
        return self._sided(f"electrode {what}")

    def of_phase(self, what: str) -> str:
        """Name a quantity of one active material, such as its volume fraction."""
        return self.prefix + self.of_whole(what)

    def directed(self, what: str) -> str:
        """Name a quantity that may differ with the direction, such as the OCP."""
        return self.prefix + self._sided(f"electrode {self._direction}{what}")

    def particle(self, what: str) -> str:
        """Name a quantity of the particles that may differ with the direction."""
        return self.prefix + self._sided(f"particle {self._direction}{what}")

    def inside(self, what: str, unit: str = "") -> str:
        """Name a quantity in the electrode, such as ``Maximum concentration in ...``."""
        place = "electrode" if self.side == "lumped" else f"{self.side} electrode"
        return f"{self.prefix}{what} in {place}{f' [{unit}]' if unit else ''}"

    @property
    def _direction(self) -> str:
        return f"{self.direction} " if self.direction else ""

    def _sided(self, text: str) -> str:
        sided = text if self.side == "lumped" else f"{self.side} {text}"
        return sided[0].upper() + sided[1:]

    # -- the quantities that several modules name ---------------------------------

    @property
    def ocp(self) -> str:
        """Open-circuit potential in V against lithium: function of the stoichiometry."""
        return self.directed("OCP [V]")

    @property
    def diffusivity(self) -> str:
        """Diffusivity in m2/s: function of stoichiometry and temperature."""
        return self.particle("diffusivity [m2.s-1]")

    @property
    def capacity(self) -> str:
        """Capacity in A.h of all the sites, from stoichiometry 0 to 1."""
        return self.of_phase("capacity [A.h]")

    @property
    def lower_excess(self) -> str:
        """Lithium in A.h that is always there: capacity times the least stoichiometry."""
        return self.of_phase("lower excess capacity [A.h]")

    @property
    def upper_excess(self) -> str:
        """Sites in A.h that are never filled: capacity times one less the most stoichiometry."""
        return self.of_phase("upper excess capacity [A.h]")

    @property
    def at_empty(self) -> str:
        """Stoichiometry at 0 % SOC of the full cell."""
        return self.of_phase("stoichiometry at 0% SOC")

    @property
    def at_full(self) -> str:
        """Stoichiometry at 100 % SOC of the full cell."""
        return self.of_phase("stoichiometry at 100% SOC")

    @property
    def initial(self) -> str:
        """Initial stoichiometry."""
        return self.inside("Initial stoichiometry")

    @property
    def initial_concentration(self) -> str:
        """Initial concentration in mol/m3."""
        return self.inside("Initial concentration", "mol.m-3")

    @property
    def maximum_concentration(self) -> str:
        """Concentration in mol/m3 at stoichiometry 1."""
        return self.inside("Maximum concentration", "mol.m-3")

    @property
    def active_fraction(self) -> str:
        """Volume fraction of the active material."""
        return self.of_phase("active material volume fraction")

    @property
    def thickness(self) -> str:
        """Thickness in m of the coating."""
        return self.of_whole("thickness [m]")

    @property
    def porosity(self) -> str:
        """Volume fraction of the electrolyte."""
        return self.of_whole("porosity")

    @property
    def radius(self) -> str:
        """Radius in m of the particles."""
        return self.prefix + self._sided("particle radius [m]")

    @property
    def loading(self) -> str:
        """Capacity in A.h of all the sites on a unit area."""
        return self.of_phase("loading [A.h.m-2]")

    @property
    def least(self) -> str:
        """The name of the least stoichiometry of the window."""
        return self.at_full if self.side == "positive" else self.at_empty

    @property
    def most(self) -> str:
        """The name of the most stoichiometry of the window."""
        return self.at_empty if self.side == "positive" else self.at_full
