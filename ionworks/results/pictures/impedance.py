"""Impedance: Nyquist, with both axes of equal scale, and Bode, magnitude and phase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ionworks.results.pictures.canvas import axes_for, explain, plain
from ionworks.results.pictures.labels import name_axes
from ionworks.results.pictures.looks import MOST_NAMED, Look, looks, name_colors
from ionworks.results.pictures.quantities import has, numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["FREQUENCY", "NYQUIST", "Spectrum", "draw_impedance", "draw_nyquist", "spectra_of"]

NYQUIST = ("Z_Re [Ohm]", "-Z_Im [Ohm]")
FREQUENCY = "Frequency [Hz]"
_PARTS = (("Z_Re [Ohm]", "Z_Im [Ohm]"), ("Impedance real [Ohm]", "Impedance imaginary [Ohm]"))
_STEP = "Step count"
_PANEL = (4.2, 3.6)


class Spectrum(NamedTuple):
    """One spectrum: frequencies in Hz, and both parts in Ohm, the imaginary one as measured."""

    name: str
    frequencies: Any
    real: Any
    imaginary: Any


def draw_impedance(spectra: Sequence[Spectrum], axes: Any = None) -> list[Axes]:
    """Draw spectra: Nyquist, magnitude over frequency, phase over frequency.

    Parameters
    ----------
    spectra
        As `spectra_of` finds them.
    axes
        Where: three. Without them, a new figure is made.

    Raises
    ------
    ValueError
        If there is no spectrum, or the axes show something else.
    """
    import numpy as np

    if not spectra:
        raise ValueError("nothing to draw: there is no impedance spectrum")
    drawn_on = axes_for(3, axes, columns=3, panel=_PANEL)
    nyquist, magnitude, phase = drawn_on
    chosen = looks(len(spectra))
    name_axes(nyquist, *NYQUIST)
    name_axes(magnitude, FREQUENCY, "|Z| [Ohm]")
    name_axes(phase, FREQUENCY, "Phase [deg]")
    draw_nyquist(nyquist, spectra, chosen)
    for spectrum, look in zip(spectra, chosen, strict=True):
        whole = spectrum.real + 1j * spectrum.imaginary
        style = _style(look) | {"label": plain(spectrum.name)}
        magnitude.loglog(spectrum.frequencies, np.abs(whole), **style)
        phase.semilogx(spectrum.frequencies, np.degrees(np.angle(whole)), **style)
    if len(spectra) > MOST_NAMED:
        name_colors(drawn_on, "Spectrum", [each.name for each in spectra])
    elif len(spectra) > 1:
        explain(phase)
    return drawn_on


def draw_nyquist(axes: Axes, spectra: Sequence[Spectrum], chosen: Sequence[Look]) -> None:
    """Draw the negative imaginary part over the real part, with equal scales."""
    for spectrum, look in zip(spectra, chosen, strict=True):
        axes.plot(spectrum.real, -spectrum.imaginary, label=plain(spectrum.name), **_style(look))
    axes.set_aspect("equal", adjustable="datalim")


def spectra_of(series: Any, name: str = "") -> list[Spectrum]:
    """Return the spectra in a time series, one a step that has some.

    Parameters
    ----------
    series
        With ``Frequency [Hz]`` and both parts of the impedance, as cyclers or simulations name
        them.
    name
        What they are of.
    """
    import numpy as np

    parts = next((pair for pair in _PARTS if has(series, FREQUENCY, *pair)), None)
    if parts is None:
        return []
    frequencies, real, imaginary = (numbers(series, each) for each in (FREQUENCY, *parts))
    here = np.isfinite(frequencies) & np.isfinite(real) & np.isfinite(imaginary)
    steps = numbers(series, _STEP) if has(series, _STEP) else np.zeros(here.size)
    found = []
    for step in np.unique(steps[here]).tolist():
        rows = here & (steps == step)
        label = ", ".join(each for each in (name, f"step {step:.0f}") if each)
        found.append(Spectrum(label, frequencies[rows], real[rows], imaginary[rows]))
    return [found[0]._replace(name=name or found[0].name)] if len(found) == 1 else found


def _style(look: Look) -> dict[str, Any]:
    return {
        "color": look.color,
        "linestyle": look.dash,
        "marker": look.marker,
        "markersize": 3,
        "linewidth": 0.8,
    }
