"""Every optimizer and sampler through a whole fit of a closed form, with 1, 2 and 5 parameters."""

import numpy as np
import pytest
from decays import VARIABLE, built, context
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.fits.data_fit import fit
from ionworks_engine.pipelines.objectives.base import side_by_side
from ionworks_engine.pipelines.optimizers import catalogue, options

TIMES = np.linspace(0.0, 2.0, 41)
TRUTH = dict(zip((f"Wave {k} [V]" for k in range(5)), (1.3, 0.7, -0.5, 0.9, 0.4), strict=True))
SEARCHES = [
    *({"type": "ScipyMinimize", "method": method} for method in options.MINIMIZE),
    {"type": "ScipyMinimize"},
    {"type": "ScipyLeastSquares"},
    {"type": "ScipyDifferentialEvolution"},
    {"type": "ScipyDualAnnealing", "max_iterations": 20},
    {"type": "ScipyBasinhopping", "max_iterations": 2},
    {"type": "ScipyShgo"},
    *({"type": kind} for kind in ("DifferentialEvolution", "PSO", "CMAES", "Pints", "XNES")),
    {"type": "AskTellOptimizer", "method": "Nelder-Mead"},
]
LOOKS = [
    *({"type": kind, "max_iterations": 3} for kind in ("BayesianOptimization", "TuRBO")),
    {"type": "GridSearch", "npts": 3},
    {"type": "ScipyLsqLinear"},
    *({"type": kind} for kind in ("PointEstimate", "Dummy", "DummySampler")),
    *({"type": "PintsSampler", "method": m, "max_iterations": 20} for m in options.SAMPLERS),
]
LOOSE = {"Powell": 0.1, "COBYLA": 0.3}
"""How far off some of scipy's stop in the narrow valley of five parameters."""


class Waves:
    """``exp(-0.2 a t) (a + b cos t + c cos 2 t + ...)``."""

    default_cost = None

    def __init__(self, names):
        self.variable_weights = {}
        self.names, self.inputs = names, frozenset(names)
        self.variables = {VARIABLE: self.model(TRUTH)}

    def model(self, values):
        waves = sum(values[name] * np.cos(k * TIMES) for k, name in enumerate(self.names))
        return waves * np.exp(-0.2 * values[self.names[0]] * TIMES)

    def evaluate(self, values):
        return {VARIABLE: self.model(values)}

    def derivatives(self, *_):
        return None

    def channels(self, values):
        return side_by_side("Time [s]", TIMES, self.variables, self.evaluate(values))

    def plots(self, _):
        return []


def fitted(monkeypatch, settings, size, *, bounded):
    names = list(TRUTH)[:size]
    built(monkeypatch, {"one": lambda _: Waves(names)})
    free = {name: {"initial_value": TRUTH[name] + 0.25} for name in names}
    for name in names if bounded else ():
        free[name]["bounds"] = [TRUTH[name] - 1.0, TRUTH[name] + 1.2]
    element = {"objectives": {"one": {"data": {}}}, "parameters": free, "optimizer": settings}
    element["options"] = {"seed": 1}
    if catalogue.is_sampler(settings):
        element["cost"] = {"type": "GaussianLogLikelihood", "sigma": {VARIABLE: 0.05}}
    return fit(element, context())


@pytest.mark.parametrize("bounded", [True, False], ids=["bounded", "free"])
@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("settings", SEARCHES, ids=str)
def test_a_search_finds_what_the_data_were_made_of(monkeypatch, settings, size, bounded):
    if not bounded and catalogue.needs_bounds(settings):
        with pytest.raises(PipelineError, match="needs finite bounds"):
            fitted(monkeypatch, settings, size, bounded=False)
        return
    values = fitted(monkeypatch, settings, size, bounded=bounded).values
    off = LOOSE.get(settings.get("method"), 1e-2) if size == 5 else 1e-2
    assert values == pytest.approx(dict(list(TRUTH.items())[:size]), abs=off)


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("settings", LOOKS, ids=str)
def test_a_look_ends_between_the_bounds(monkeypatch, settings, size):
    if settings.get("method") == "RelativisticMCMC" and size == 1:
        with pytest.raises(PipelineError, match="two parameters or more"):
            fitted(monkeypatch, settings, size, bounded=True)
        return
    found = fitted(monkeypatch, settings, size, bounded=True)
    for name, value in found.values.items():
        assert TRUTH[name] - 1.0 <= value <= TRUTH[name] + 1.2
    assert np.isfinite(found.best_cost)
    first = {name: TRUTH[name] + 0.25 for name in found.values}
    kind = settings["type"]
    moved = max(abs(found.values[name] - value) for name, value in first.items())
    assert (moved < 1e-12) == (kind in {"PointEstimate", "Dummy", "DummySampler"})
