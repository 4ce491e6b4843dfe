"""Published electrolytes.

Nyman, Behm and Lindbergh, Electrochim. Acta 53 (2008) 6356: LiPF6 in EC:EMC, as PyBaMM's
``Chen2020`` has it. Landesfeind and Gasteiger, J. Electrochem. Soc. 166 (2019) A3079: LiPF6 in
three solvents, measured at -10 to 50 degrees Celsius.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.entries.arrhenius import INITIAL_ELECTROLYTE
from ionworks_engine.pipelines.entries.defaults import published

_NYMAN = (
    "Cation transference number",
    "Thermodynamic factor",
    "Electrolyte diffusivity [m2.s-1]",
    "Electrolyte conductivity [S.m-1]",
)


@dataclass(frozen=True)
class Landesfeind:
    """The four property functions of one solvent; c in mol/l, T in K.

    Parameters
    ----------
    conductivity, diffusivity, factor, transference
        The coefficients p1, p2, ... of the paper's equations for kappa in mS/cm, D in 1e-10 m2/s,
        the thermodynamic factor and the transference number.
    """

    conductivity: tuple[float, ...]
    diffusivity: tuple[float, ...]
    factor: tuple[float, ...]
    transference: tuple[float, ...]

    def values(self) -> dict[str, Any]:
        """Return the functions of concentration in mol/m3 and temperature by parameter name."""

        def electrolyte_conductivity(c_e: Any, T: Any) -> Any:  # noqa: N803
            return _conductivity(self.conductivity, c_e / 1000, T)

        def electrolyte_diffusivity(c_e: Any, T: Any) -> Any:  # noqa: N803
            return _diffusivity(self.diffusivity, c_e / 1000, T)

        def thermodynamic_factor(c_e: Any, T: Any) -> Any:  # noqa: N803
            return _polynomial(self.factor, c_e / 1000, T)

        def transference_number(c_e: Any, T: Any) -> Any:  # noqa: N803
            return _polynomial(self.transference, c_e / 1000, T)

        return {
            "Electrolyte conductivity [S.m-1]": electrolyte_conductivity,
            "Electrolyte diffusivity [m2.s-1]": electrolyte_diffusivity,
            "Thermodynamic factor": thermodynamic_factor,
            "Cation transference number": transference_number,
        }


_SYSTEMS = {
    "EC:DMC (1:1)": Landesfeind(
        (7.98e-1, 2.28e2, -1.22, 5.09e-1, -4e-3, 3.79e-3),
        (1.47e3, 1.33, -1.69e3, -5.63e2),
        (-5.58, 7.17, 3.80e-2, 1.91, -6.65e-2, -5.08e-5, 1.1e-1, -6.10e-3, 1.51e-4),
        (-7.91, 2.45e-1, 5.28e-2, 6.98e-1, -1.08e-2, -8.21e-5, 7.43e-4, -2.22e-3, 3.07e-5),
    ),
    "EC:EMC (3:7)": Landesfeind(
        (5.21e-1, 2.28e2, -1.06, 3.53e-1, -3.59e-3, 1.48e-3),
        (1.01e3, 1.01, -1.56e3, -4.87e2),
        (2.57e1, -4.51e1, -1.77e-1, 1.94, 2.95e-1, 3.08e-4, 2.59e-1, -9.46e-3, -4.54e-4),
        (-1.28e1, -6.12, 8.21e-2, 9.04e-1, 3.18e-2, -1.27e-4, 1.75e-2, -3.12e-3, -3.96e-5),
    ),
    "EMC:FEC (19:1)": Landesfeind(
        (2.51e-2, 1.75e2, 1.23, 2.05e-1, -8.81e-2, 2.83e-3),
        (5.86e2, 1.33, -1.38e3, -5.82e2),
        (3.22, -1.01e1, -1.58e-2, 6.12, 2.96e-2, 2.42e-5, -2.22e-1, -1.57e-2, 6.30e-6),
        (-1.22e1, -3.05, 8.38e-2, 1.78, 1.51e-3, -1.37e-4, -2.45e-2, -5.15e-3, 2.14e-5),
    ),
}


def _conductivity(p: tuple[float, ...], c: Any, temperature: Any) -> Any:
    ion_pairs = pybamm.exp(1000 / temperature)
    solvent = p[0] * (1 + (temperature - p[1]))
    numerator = 1 + p[2] * pybamm.sqrt(c) + p[3] * (1 + p[4] * ion_pairs) * c
    return solvent * c * numerator / (1 + c**4 * (p[5] * ion_pairs)) / 10


def _diffusivity(p: tuple[float, ...], c: Any, temperature: Any) -> Any:
    exponent = p[1] * c + p[2] / temperature + p[3] * c / temperature
    return p[0] * pybamm.exp(exponent) * 1e-10


def _polynomial(p: tuple[float, ...], c: Any, temperature: Any) -> Any:
    linear = p[0] + p[1] * c + p[2] * temperature
    quadratic = p[3] * c**2 + p[4] * c * temperature + p[5] * temperature**2
    return linear + quadratic + p[6] * c**3 + p[7] * c**2 * temperature + p[8] * c * temperature**2


def _landesfeind(*, c_e: float, system: str) -> dict[str, Any]:
    return {INITIAL_ELECTROLYTE: float(c_e), **_SYSTEMS[system].values()}


def _nyman(*, c_e: float) -> dict[str, Any]:
    chen = published("Chen2020")
    return {INITIAL_ELECTROLYTE: float(c_e), **{name: chen[name] for name in _NYMAN}}


FUNCTIONS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "landesfeind_electrolyte": _landesfeind,
    "nyman_electrolyte": _nyman,
}
