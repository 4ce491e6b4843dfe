"""Methods that libraries bring: CMA-ES of ``cma``, XNES and Nelder-Mead of ``pints``.

N. Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772; T. Glasmachers et al.,
"Exponential natural evolution strategies", GECCO 2010, doi:10.1145/1830483.1830557; J. A. Nelder
and R. Mead, Comput. J. 7, 1965, doi:10.1093/comjnl/7.4.308.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ionworks_engine.pipelines.errors import refuse, words_of
from ionworks_engine.pipelines.optimizers.base import Floats

_SIMPLEX = 20.0
"""Where ``pints`` starts its simplex, whose first edges are 5 % of this: one step."""
_WORST = 1e300
"""Stands for infinity with libraries that reckon with all costs."""


class CovarianceAdaptation:
    """CMA-ES that is asked and told, by ``cma``.

    Parameters
    ----------
    start, lower, upper
        Of the search space; bounds may be infinite.
    steps
        The first standard deviation of each coordinate.
    size
        How many points in a generation; ``None``: what ``cma`` takes, ``4 + 3 ln n``.
    settings
        Options of ``cma.CMAOptions`` that are in the catalogue: numbers and switches.
    rng
        Chance.

    Raises
    ------
    PipelineError
        If ``cma`` cannot work with the options.
    """

    is_surrogate = False

    def __init__(
        self,
        start: Floats,
        lower: Floats,
        upper: Floats,
        steps: Floats,
        size: int | None,
        settings: Mapping[str, Any],
        rng: np.random.Generator,
    ) -> None:
        given = {
            **settings,
            **({} if size is None else {"popsize": size}),
            **_first_spread(steps, settings),
            "bounds": [lower.tolist(), upper.tolist()],
            # cma can evaluate files and words: it is given none of either.
            "verbose": -10,
            "signals_filename": "",
            "seed": np.nan,
            "randn": lambda *shape: rng.standard_normal(shape),
        }
        middle = np.clip(start, lower, upper)
        self._guess = middle
        self._last = np.atleast_2d(middle), np.full(1, np.inf)
        with _own_words():
            import cma

            step = 1.0 if len(steps) > 1 else float(steps[0])
            self._strategy = cma.CMAEvolutionStrategy(middle, step, given)
        self._asked: list[Floats] = []

    def ask(self) -> Floats:
        """Return a generation."""
        with _own_words():
            self._asked = self._strategy.ask()
        return np.array(self._asked, float)

    def tell(self, points: Floats, costs: Floats) -> None:
        """Take what it costs."""
        self._last = points, costs
        with _own_words():
            self._strategy.tell(self._asked, np.minimum(costs, _WORST).tolist())
            self._guess = np.asarray(self._strategy.result.xfavorite, float)

    def population(self) -> tuple[Floats, Floats]:
        """Return the last generation."""
        return self._last

    def guess(self) -> Floats:
        """Return the mean of the distribution."""
        return self._guess

    def expected_gain(self) -> float | None:
        """Return nothing: it has no model."""
        return None


class PintsMethod:
    """A method of ``pints`` that is asked and told.

    Parameters
    ----------
    name
        ``XNES`` or ``Nelder-Mead``.
    start, lower, upper
        Of the search space; bounds may be infinite.
    steps
        The first step of each coordinate.
    size
        How many points in a generation; Nelder-Mead takes one at a time.
    rng
        Chance.
    """

    is_surrogate = False

    def __init__(
        self,
        name: str,
        start: Floats,
        lower: Floats,
        upper: Floats,
        steps: Floats,
        size: int | None,
        rng: np.random.Generator,
    ) -> None:
        import pints

        self._state = np.random.RandomState(rng.integers(2**32)).get_state()
        self._lower, self._upper = lower, upper
        self._start = np.clip(start, lower, upper)
        self._steps = steps
        self._clips = name == "Nelder-Mead"
        if name == "XNES":
            self._method = pints.XNES(np.zeros(len(start)), np.ones(len(start)))
            self._origin = 0.0
            if size is not None:
                self._method.set_population_size(size)
        else:
            self._origin = _SIMPLEX
            self._method = pints.NelderMead(np.full(len(start), _SIMPLEX))
        self._guess = self._start
        self._last = np.atleast_2d(self._start), np.full(1, np.inf)

    def ask(self) -> Floats:
        """Return points; Nelder-Mead's are taken to the bound that they are beyond."""
        with self._chance():
            points = self._there(np.array(self._method.ask(), float))
        return np.clip(points, self._lower, self._upper) if self._clips else points

    def tell(self, points: Floats, costs: Floats) -> None:
        """Take what they cost."""
        self._last = points, costs
        with self._chance():
            self._method.tell(np.minimum(costs, _WORST))
        guess = self._there(np.asarray(self._method.x_guessed(), float))
        self._guess = np.clip(guess, self._lower, self._upper)

    def population(self) -> tuple[Floats, Floats]:
        """Return the last generation."""
        return self._last

    def guess(self) -> Floats:
        """Return the mean of the distribution, or the best vertex."""
        return np.asarray(self._guess)

    def expected_gain(self) -> float | None:
        """Return nothing: it has no model."""
        return None

    def _there(self, scaled: Floats) -> Floats:
        """Return the search space's points of the library's, whose unit is the first step."""
        return np.asarray(self._start + (scaled - self._origin) * self._steps)

    @contextlib.contextmanager
    def _chance(self) -> Iterator[None]:
        """Let the library draw from numpy's common source as if it were ours alone."""
        with drawing(self._state) as state:
            yield
            self._state = state()


@contextlib.contextmanager
def drawing(state: Any) -> Iterator[Any]:
    """Set numpy's common source of chance to a state, and back afterwards.

    Yields a function that returns the state that it has come to.
    """
    outside = np.random.get_state()
    np.random.set_state(state)
    try:
        yield np.random.get_state
    finally:
        np.random.set_state(outside)


def _first_spread(steps: Floats, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``cma`` is told of the spread of the first generation, and of its limits.

    With one coordinate the first step says all; ``cma`` 4.5 fails there where the spread comes to
    a limit, so that there is none.
    """
    if len(steps) > 1:
        return {"CMA_stds": steps.tolist()}
    for name in ("minstd", "maxstd", "maxstd_boundrange"):
        if name in settings:
            raise refuse(f"optimizer.algorithm_options.{name}", "needs two parameters or more")
    return {"maxstd": np.inf}


@contextlib.contextmanager
def _own_words() -> Iterator[None]:
    """Let ``cma`` warn of its own internals to nobody, and refuse in its words what it cannot."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except Exception as error:
            raise refuse("optimizer.algorithm_options", f"CMAES: {words_of(error)}") from error
