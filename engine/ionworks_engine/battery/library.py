"""What the engine knows by name: published cells, and the chemistries of quick models.

Plain data. It can be imported without PyBaMM, so that a server can list it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True)
class Entry:
    """A published parameter set with one model.

    Parameters
    ----------
    id
        Stable and readable, such as ``chen2020-spme``.
    name
        For people, such as ``Chen2020 SPMe``.
    description
        The cell the set describes.
    set_name
        PyBaMM's name of the parameter set.
    model
        Model configuration: ``type``, ``module``, ``options``.
    citation
        Where the parameters were published.
    chemistry
        Positive and negative material.
    """

    id: str
    name: str
    description: str
    set_name: str
    model: Mapping[str, Any]
    citation: str
    chemistry: str

    @property
    def cell(self) -> dict[str, Any]:
        """The cell as :func:`ionworks_engine.battery.simulate` takes it."""
        return {"model": dict(self.model), "parameters": {"set": self.set_name}}


@dataclass(frozen=True)
class _Published:
    chemistry: str
    description: str
    citation: str
    models: tuple[str, ...] = ("SPM", "SPMe", "DFN")
    options: Mapping[str, str] = field(default_factory=dict)


_HALF = MappingProxyType({"working electrode": "positive"})

_SETS: Mapping[str, _Published] = MappingProxyType(
    {
        "Ai2020": _Published(
            "LCO/Graphite",
            "Enertech LCO/graphite pouch cell, 2.28 A.h",
            "Ai et al., Electrochemical Thermal-Mechanical Modelling of Stress Inhomogeneity in "
            "Lithium-Ion Pouch Cells, J. Electrochem. Soc. 167 (2020) 013512",
        ),
        "Chen2020": _Published(
            "NMC/Graphite-Si",
            "LG M50 NMC811/graphite-SiOx 21700 cell, 5 A.h",
            "Chen et al., Development of Experimental Techniques for Parameterization of "
            "Multi-scale Lithium-ion Battery Models, J. Electrochem. Soc. 167 (2020) 080534",
        ),
        "Ecker2015": _Published(
            "NMC/Graphite",
            "Kokam SLPB 75106100 Li(Ni0.4Co0.6)O2/graphite pouch cell, one electrode pair",
            "Ecker et al., Parameterization of a Physico-Chemical Model of a Lithium-Ion Battery, "
            "J. Electrochem. Soc. 162 (2015) A1836",
        ),
        "Marquis2019": _Published(
            "LCO/Graphite",
            "Kokam SLPB78205130H LCO/graphite pouch cell",
            "Marquis et al., An Asymptotic Derivation of a Single Particle Model with Electrolyte, "
            "J. Electrochem. Soc. 166 (2019) A3693",
        ),
        "Mohtat2020": _Published(
            "NMC/Graphite",
            "UMBL NMC532/graphite pouch cell, 5 A.h",
            "Mohtat et al., Differential Expansion and Voltage Model for Li-ion Batteries at "
            "Practical Charging Rates, J. Electrochem. Soc. 167 (2020) 110561",
        ),
        "NCA_Kim2011": _Published(
            "NCA/Graphite",
            "NCA/graphite pouch cell",
            "Kim et al., Multi-Domain Modeling of Lithium-Ion Batteries Encompassing "
            "Multi-Physics in Varied Length Scales, J. Electrochem. Soc. 158 (2011) A955",
        ),
        "OKane2022": _Published(
            "NMC/Graphite-Si",
            "LG M50 NMC811/graphite-SiOx 21700 cell with degradation parameters, 5 A.h",
            "O'Kane et al., Lithium-ion battery degradation: how to model it, "
            "Phys. Chem. Chem. Phys. 24 (2022) 7909",
        ),
        "ORegan2022": _Published(
            "NMC/Graphite-Si",
            "LG M50 NMC811/graphite-SiOx 21700 cell, thermal and electrochemical parameters, 5 A.h",
            "O'Regan et al., Thermal-electrochemical parameters of a high energy lithium-ion "
            "cylindrical battery, Electrochim. Acta 425 (2022) 140700",
        ),
        "Prada2013": _Published(
            "LFP/Graphite",
            "A123 LFP/graphite 26650 cell, 2.3 A.h",
            "Prada et al., A Simplified Electrochemical and Thermal Aging Model of "
            "LiFePO4-Graphite Li-ion Batteries, J. Electrochem. Soc. 160 (2013) A616",
        ),
        "Ramadass2004": _Published(
            "LCO/Graphite",
            "Sony 18650 LCO/graphite cell, 1 A.h",
            "Ramadass et al., Development of First Principles Capacity Fade Model for Li-Ion "
            "Cells, J. Electrochem. Soc. 151 (2004) A196",
        ),
        "Xu2019": _Published(
            "NMC/Li metal",
            "NMC532/lithium metal half cell",
            "Xu et al., Evolution of Dead Lithium Growth in Lithium Metal Batteries: "
            "Experimentally Validated Model of the Apparent Capacity Loss, "
            "J. Electrochem. Soc. 166 (2019) A3456",
            options=_HALF,
        ),
    }
)


def _entry(set_name: str, published: _Published, model: str) -> Entry:
    return Entry(
        id=f"{set_name}-{model}".lower().replace("_", "-"),
        name=f"{set_name.replace('_', ' ')} {model}",
        description=f"{published.description}; {model}",
        set_name=set_name,
        model=MappingProxyType(
            {"type": model, "module": "lithium_ion", "options": dict(published.options)}
        ),
        citation=published.citation,
        chemistry=published.chemistry,
    )


LIBRARY: tuple[Entry, ...] = tuple(
    _entry(set_name, published, model)
    for set_name, published in _SETS.items()
    for model in published.models
)

Kind: TypeAlias = Literal[
    "full cell",
    "positive electrode",
    "negative electrode",
    "half cell",
    "LTO cell",
    "LTO half cell",
]

_LTO_SOURCE = (
    "Yao and Viswanathan, Open-Circuit Voltage Models Should Be Thermodynamically Consistent, "
    "J. Phys. Chem. Lett. 15 (2024) 1143, doi 10.1021/acs.jpclett.3c03129"
)


@dataclass(frozen=True)
class Chemistry:
    """Where the open-circuit voltage of a quick model comes from.

    Parameters
    ----------
    source
        The publication, with what was taken from it.
    set_name
        PyBaMM's parameter set that holds it.
    kind
        Which of its curves is used.
    """

    source: str
    set_name: str
    kind: Kind


def _published(set_name: str, what: str, kind: Kind) -> Chemistry:
    return Chemistry(f"{what} of {_SETS[set_name].citation}", set_name, kind)


_FULL = "open-circuit voltage between the voltage limits"
_OF_POSITIVE = "positive electrode's open-circuit potential over the range it has in the full cell"
_OF_NEGATIVE = "negative electrode's open-circuit potential over the range it has in the full cell"

CHEMISTRIES: Mapping[str, Chemistry] = MappingProxyType(
    {
        "NMC/Graphite": _published("Mohtat2020", _FULL, "full cell"),
        "LFP/Graphite": _published("Prada2013", _FULL, "full cell"),
        "NCA/Graphite": _published("NCA_Kim2011", _FULL, "full cell"),
        "LCO/Graphite": _published("Ai2020", _FULL, "full cell"),
        "NMC/Graphite-Si": _published("Chen2020", _FULL, "full cell"),
        "NMC/LTO": Chemistry(
            "Positive electrode: "
            + _published("Mohtat2020", _OF_POSITIVE, "LTO cell").source
            + "; negative electrode, from lithiation 0.05 (empty) to 0.95 (full): "
            + _LTO_SOURCE,
            "Mohtat2020",
            "LTO cell",
        ),
        "NMC/Li metal": _published("Xu2019", _FULL, "half cell"),
        "LFP/Li metal": _published("Prada2013", _OF_POSITIVE, "positive electrode"),
        "NCA/Li metal": _published("NCA_Kim2011", _OF_POSITIVE, "positive electrode"),
        "LCO/Li metal": _published("Ai2020", _OF_POSITIVE, "positive electrode"),
        "Graphite/Li metal": Chemistry(
            "graphite open-circuit potential between the voltage limits of "
            + _SETS["Ecker2015"].citation,
            "Ecker2015_graphite_halfcell",
            "half cell",
        ),
        "Graphite-Si/Li metal": _published("Chen2020", _OF_NEGATIVE, "negative electrode"),
        "LTO/Li metal": Chemistry(
            f"open-circuit potential from lithiation 0.05 (charged) to 0.95: {_LTO_SOURCE}",
            "",
            "LTO half cell",
        ),
    }
)

_ALIASES = {"lto": "NMC/LTO", "lto/nmc": "NMC/LTO", "nmc/graphite-siox": "NMC/Graphite-Si"}


def chemistry_named(name: str) -> str | None:
    """Return the name of a chemistry as :data:`CHEMISTRIES` spells it, or ``None``.

    Upper and lower case, spaces around the slash, ``LTO`` alone, and ``Li`` or ``Lithium`` for
    ``Li metal`` are all understood.

    Examples
    --------
    >>> chemistry_named("lto"), chemistry_named("NMC / Li")
    ('NMC/LTO', 'NMC/Li metal')
    """
    parts = [" ".join(part.split()) for part in name.casefold().split("/")]
    if parts[-1] in ("li", "lithium", "lithium metal", "li-metal"):
        parts[-1] = "li metal"
    wanted = "/".join(parts)
    known = {spelt.casefold(): spelt for spelt in CHEMISTRIES}
    return known.get(wanted) or _ALIASES.get(wanted)
