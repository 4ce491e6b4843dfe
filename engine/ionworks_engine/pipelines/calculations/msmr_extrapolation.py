r"""A measured open-circuit potential that goes on as an MSMR model outside its data.

.. math:: V(x) = w(x) V_{data}(x) + (1 - w(x)) (V_{MSMR}(x) + o(x))

The offset o is the difference of data and model at both ends of the data, linear between them and
constant beyond. The weight w is 1 within the data and 0 outside,

.. math:: w(x) = \tfrac{1}{2} \left[\operatorname{erf}\frac{x - a}{\delta}
          - \operatorname{erf}\frac{x - b}{\delta}\right]

with :math:`\delta` of 1 % of the data's range, and :math:`a, b` two of them inside its ends, so
that data are never extrapolated.
"""

from __future__ import annotations

import numpy as np
from scipy.special import erf

from ionworks_engine.pipelines.calculations.msmr import tabulated, voltage_limits
from ionworks_engine.pipelines.calculations.msmr_curve import curve_of, stoichiometry_of
from ionworks_engine.pipelines.calculations.reading import Asked, Values, calculations
from ionworks_engine.pipelines.models.msmr_slots import Floats
from ionworks_engine.pipelines.objectives.ocp_curve import read_curve

_BLEND, _INSIDE = 0.01, 2.0


def _extrapolated(asked: Asked) -> Values:
    """Return the OCP as an interpolant of data within, and of the model outside them."""
    electrode = asked.electrode
    data = read_curve(asked.data(), asked.context.place("data"), asked.context.assume)
    inside = stoichiometry_of(asked, electrode, data.capacity)
    if inside[0] < 0 or inside[-1] > 1:
        raise asked.refuse(
            "data",
            f"capacity and excess give stoichiometries from {inside[0]:.4g} to {inside[-1]:.4g}, "
            "which leave 0 to 1",
        )
    curve = curve_of(asked, electrode)
    potential = curve.grid(voltage_limits(asked))[::-1]
    model = curve.stoichiometry(potential)
    x = np.union1d(inside, model)
    of_model = np.interp(x, model, potential)
    values = blended(x, of_model, inside, data.voltage)
    return tabulated(asked, electrode.ocp, x, values)


def blended(x: Floats, model: Floats, inside: Floats, data: Floats) -> Floats:
    """Return the potential at stoichiometries.

    Parameters
    ----------
    x
        Rising stoichiometries.
    model
        The model's potential there in V.
    inside, data
        Stoichiometry, rising, and potential in V of the data.
    """
    ends = inside[[0, -1]]
    offset = np.interp(x, ends, data[[0, -1]] - np.interp(ends, x, model))
    width = _BLEND * (ends[1] - ends[0])
    first, last = ends[0] + _INSIDE * width, ends[1] - _INSIDE * width
    weight = 0.5 * (erf((x - first) / width) - erf((x - last) / width))
    return np.asarray(weight * np.interp(x, inside, data) + (1 - weight) * (model + offset))


CALCULATIONS = calculations({"OCPDataInterpolantMSMRExtrapolation": _extrapolated})
