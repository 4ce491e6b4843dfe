"""Impedance spectra: the small-signal response of a compiled model around a state at rest.

With the mass matrix M, the Jacobian J and the setpoint of the current as the input u, a small
change obeys ``(i w M - J) x = dF/du``, and the impedance is the change of voltage over that of
current. It is the impedance of the model: one without a double layer (PyBaMM's default)
shows its charge transfer as a resistance without an arc.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import splu

from ionworks_engine.battery.terms import Floats

Complexes: TypeAlias = npt.NDArray[np.complex128]


@dataclass(frozen=True)
class Spectrum:
    """Impedances in Ohm at frequencies in Hz."""

    frequencies: Floats
    impedances: Complexes


def frequencies_between(first: float, last: float, per_decade: int) -> Floats:
    """Return frequencies in equal steps of their logarithm, both ends included.

    Parameters
    ----------
    first, last
        In Hz, in either order.
    per_decade
        Points in each factor of ten, at least.

    Examples
    --------
    >>> frequencies_between(100.0, 1.0, 1)
    array([100.,  10.,   1.])
    """
    decades = abs(np.log10(last / first))
    count = int(np.ceil(decades * per_decade - 1e-9)) + 1
    return np.geomspace(first, last, count) if count > 1 else np.array([first])


def spectrum(
    mass: Any, jacobian: Any, voltage: Floats, current: Floats, frequencies: Floats
) -> Spectrum:
    """Solve the linearised equations at each frequency.

    Parameters
    ----------
    mass, jacobian
        Square sparse matrices of the equations at rest.
    voltage, current
        How these change with the unknowns; the equation for the current is the only one that is
        forced.
    frequencies
        In Hz.
    """
    mass, jacobian = csc_matrix(mass, dtype=complex), csc_matrix(jacobian, dtype=complex)
    forcing = np.where(current != 0, 1.0 + 0j, 0.0)
    found = []
    for frequency in frequencies:
        system = csc_matrix(2j * np.pi * frequency * mass - jacobian)
        response = splu(system).solve(forcing)
        found.append(-complex(voltage @ response) / complex(current @ response))
    return Spectrum(frequencies, np.array(found))
