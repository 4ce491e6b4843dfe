"""A model of diffusion alone, for pulses: no kinetics, no electrolyte, no heat.

In each electrode Fick's law holds in one sphere that stands for all of them,

    dc/dt = 1/r^2 d/dr (r^2 D dc/dr),   -D dc/dr = j / F at the surface,   j = +-I R / (3 eps L A),

and the voltage is ``U_p(c_p/c_p,max) - U_n(c_n/c_n,max) - I R_ohm`` at the surfaces. A half cell
has the positive electrode only, against lithium metal that costs no voltage. The words are those
of the public schema (``ionworks_schema.models.GITTModel``); the equations are those of the
single-particle model without its overpotentials.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.errors import near, refuse

_ELECTRODE = "working electrode"
_POINTS = 20


def read_gitt_options(options: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the options of the model.

    Raises
    ------
    PipelineError
        For a working electrode that is neither ``both`` nor ``positive``, and for an option of
        PyBaMM's that would need physics the model does not have.
    """
    chosen = options.get(_ELECTRODE) or options.get("working_electrode") or "both"
    if chosen not in ("both", "positive"):
        raise refuse(where, f"{_ELECTRODE!r} must be 'both' or 'positive', not {chosen!r}")
    defaults = pybamm.BatteryModelOptions({})
    for name, value in options.items():
        if name in (_ELECTRODE, "working_electrode"):
            continue
        if name not in defaults:
            raise refuse(where, f"unknown option {name!r}{near(str(name), [*defaults])}")
        if value != defaults[name]:
            raise refuse(where, f"GITTModel has no {name!r}; its only option is {_ELECTRODE!r}")
    return {_ELECTRODE: chosen}


class GITTModel(pybamm.BaseModel):  # type: ignore[misc]
    """Spherical diffusion in each electrode, and an ohmic resistance.

    Parameters
    ----------
    options
        ``{"working electrode": "both" | "positive"}``.

    Examples
    --------
    >>> sorted(v.name for v in GITTModel({"working electrode": "positive"}).rhs)
    ['X-averaged positive particle concentration [mol.m-3]']
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__("GITT model")
        self.options = pybamm.BatteryModelOptions(dict(options))
        self.param = pybamm.LithiumIonParameters(self.options)
        half = options[_ELECTRODE] == "positive"
        self._electrodes = ("positive",) if half else ("negative", "positive")
        self._current = pybamm.FunctionParameter("Current function [A]", {"Time [s]": pybamm.t})
        self.variables = {"Time [s]": pybamm.t, "Current [A]": self._current}
        potentials = {electrode: self._electrode(electrode) for electrode in self._electrodes}
        ocv = potentials["positive"] - potentials.get("negative", pybamm.Scalar(0))
        drop = self._current * pybamm.Parameter("Ohmic resistance [Ohm]")
        self.variables.update(
            {
                "Surface open-circuit voltage [V]": ocv,
                "Ohmic losses [V]": -drop,
                "Voltage [V]": ocv - drop,
            }
        )

    def _electrode(self, electrode: str) -> Any:
        """Add the diffusion in an electrode; return the potential at its particles' surface."""
        name, domain = electrode.capitalize(), f"{electrode} particle"
        concentration = pybamm.Variable(
            f"X-averaged {domain} concentration [mol.m-3]", domain=domain
        )
        most = pybamm.Parameter(f"Maximum concentration in {electrode} electrode [mol.m-3]")
        diffusivity = pybamm.FunctionParameter(
            f"{name} particle diffusivity [m2.s-1]",
            {
                f"{name} particle stoichiometry": concentration / most,
                "Temperature [K]": pybamm.Parameter("Initial temperature [K]"),
            },
        )
        self.rhs[concentration] = pybamm.div(diffusivity * pybamm.grad(concentration))
        slope = -self._flux(electrode) / pybamm.surf(diffusivity)
        self.boundary_conditions[concentration] = {
            "left": (pybamm.Scalar(0), "Neumann"),
            "right": (slope, "Neumann"),
        }
        self.initial_conditions[concentration] = self._initially(electrode, domain)
        surface = pybamm.surf(concentration) / most
        potential = pybamm.FunctionParameter(
            f"{name} electrode OCP [V]", {f"{name} particle stoichiometry": surface}
        )
        self.variables.update(
            {
                concentration.name: concentration,
                f"{name} particle surface stoichiometry": surface,
                f"Minimum {electrode} particle surface stoichiometry": surface,
                f"Maximum {electrode} particle surface stoichiometry": surface,
                f"{name} electrode stoichiometry": pybamm.r_average(concentration) / most,
                f"{name} electrode surface potential [V]": potential,
            }
        )
        return potential

    def _flux(self, electrode: str) -> Any:
        """Return the flux of lithium out of the particles in mol.m-2.s-1."""
        name = electrode.capitalize()
        area = pybamm.Parameter("Electrode height [m]") * pybamm.Parameter("Electrode width [m]")
        parallel = pybamm.Parameter("Number of electrodes connected in parallel to make a cell")
        share = pybamm.Parameter(f"{name} electrode active material volume fraction")
        thickness = pybamm.Parameter(f"{name} electrode thickness [m]")
        surface = 3 * share / pybamm.Parameter(f"{name} particle radius [m]") * thickness * area
        sign = 1 if electrode == "negative" else -1
        return sign * self._current / (parallel * surface * pybamm.constants.F)

    def _initially(self, electrode: str, domain: str) -> Any:
        radius = pybamm.SpatialVariable(f"r_{electrode[0]}", domain=[domain])
        return pybamm.FunctionParameter(
            f"Initial concentration in {electrode} electrode [mol.m-3]",
            {
                "Radial distance (r) [m]": radius,
                "Through-cell distance (x) [m]": pybamm.PrimaryBroadcast(pybamm.Scalar(0), domain),
            },
        )

    @property
    def default_geometry(self) -> dict[str, Any]:
        """One sphere an electrode."""
        return {
            f"{electrode} particle": {
                f"r_{electrode[0]}": {
                    "min": pybamm.Scalar(0),
                    "max": pybamm.Parameter(f"{electrode.capitalize()} particle radius [m]"),
                }
            }
            for electrode in self._electrodes
        }

    @property
    def default_submesh_types(self) -> dict[str, Any]:
        """Shells of equal thickness."""
        return {f"{electrode} particle": pybamm.Uniform1DSubMesh for electrode in self._electrodes}

    @property
    def default_spatial_methods(self) -> dict[str, Any]:
        """Finite volumes."""
        return {f"{electrode} particle": pybamm.FiniteVolume() for electrode in self._electrodes}

    @property
    def default_var_pts(self) -> dict[str, int]:
        """Twenty shells."""
        return {f"r_{electrode[0]}": _POINTS for electrode in self._electrodes}
