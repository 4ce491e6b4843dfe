"""Where fits start: initial values, guesses that the user gave, and points drawn between bounds.

With ``multistarts: n`` there are n starts. A list of ``initial_guesses`` gives the first ones, else
the first is at the initial values; the others are drawn. One mapping of ``initial_guesses`` holds
for every start: the parameters it names start there each time, the others are drawn. Points are
drawn evenly over the bounds as the search sees them (over the logarithm, under a ``Log10``); under
an infinite bound, within half the initial value around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ionworks_engine.pipelines.errors import near, refuse
from ionworks_engine.pipelines.fits.space import Floats, SearchSpace

_SAMPLERS = ("LatinHypercube", "Uniform")


def starts(
    element: Mapping[str, Any], space: SearchSpace, default: Floats, seed: int, where: str
) -> list[Floats]:
    """Return the points of the search where a fit starts.

    Parameters
    ----------
    element
        With ``multistarts``, ``initial_guesses`` and ``initial_guess_sampler``.
    space
        The free parameters.
    default
        Where the first start is, if nothing else is said.
    seed
        Of the points that are drawn.
    where
        Key path of the element, for messages.

    Examples
    --------
    >>> from ionworks_engine.pipelines.fits.parameters import read_parameters
    >>> space = read_parameters({"Rate [s-1]": {"bounds": [1.0, 3.0]}}, None, "fit").space
    >>> points = starts({"multistarts": 3}, space, space.start, seed=0, where="fit")
    >>> len(points), space.values(points[0])
    (3, {'Rate [s-1]': 2.0})
    """
    count = element.get("multistarts")
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
        raise refuse(f"{where}.multistarts", f"must be a whole number from 1 on, not {count!r}")
    guesses = element.get("initial_guesses")
    listed = guesses if isinstance(guesses, list) else []
    common = guesses if isinstance(guesses, Mapping) else {}
    for place, guess in enumerate([*listed, common]):
        _check_guess(guess, space, f"{where}.initial_guesses" + (f".{place}" if listed else ""))
    first = [_moved(space, default, guess) for guess in listed] or [_moved(space, default, common)]
    wanted = max(count or 1, len(listed))
    drawn = space.drawn(_shares(element, wanted - len(first), len(space.names), seed, where))
    return [*first[:wanted], *(_moved(space, point, common) for point in drawn)]


def _moved(space: SearchSpace, point: Floats, guess: Mapping[str, float]) -> Floats:
    """Return a point moved to the parameters that a guess names."""
    moved = np.array(point)
    for place, parameter in enumerate(space.parameters):
        if parameter.name in guess:
            moved[place] = parameter.coordinate(float(guess[parameter.name]))
    return moved


def _check_guess(guess: Any, space: SearchSpace, where: str) -> None:
    if not isinstance(guess, Mapping):
        raise refuse(where, f"must be a mapping of parameters to numbers, not {guess!r}")
    known = {parameter.name: parameter for parameter in space.parameters}
    for name, value in guess.items():
        if name not in known:
            raise refuse(where, f"no free parameter {name!r}{near(name, known)}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise refuse(f"{where}.{name}", f"must be a number, not {value!r}")
        low, high = known[name].lower, known[name].upper
        if not low <= value <= high:
            raise refuse(f"{where}.{name}", f"{value!r} is outside the bounds {low!r} to {high!r}")


def _shares(element: Mapping[str, Any], count: int, size: int, seed: int, where: str) -> Floats:
    """Return points of the unit cube, (count, size)."""
    sampler = element.get("initial_guess_sampler") or {"type": "LatinHypercube"}
    name = sampler.get("type", "LatinHypercube") if isinstance(sampler, Mapping) else sampler
    if name not in _SAMPLERS:
        place = f"{where}.initial_guess_sampler"
        raise refuse(place, f"no sampler {name!r}{near(str(name), _SAMPLERS)}")
    if count <= 0:
        return np.zeros((0, size))
    random = np.random.default_rng(seed)
    if name == "Uniform":
        return random.random((count, size))
    from scipy.stats import qmc

    return np.asarray(qmc.LatinHypercube(d=size, rng=random).random(count))
