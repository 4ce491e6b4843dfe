"""A helper builds the owner's problem again, once, and comes to the owner's numbers."""

import json

import numpy as np
import pytest
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines import helping
from ionworks_engine.pipelines.aid import UNKNOWN
from ionworks_engine.pipelines.fits import data_fit
from ionworks_engine.pipelines.fits.population import Population, optima
from ionworks_engine.pipelines.runner import context_of, run_element, run_simple
from ionworks_engine.pipelines.values import write_values

NAME = "Positive particle diffusivity [m2.s-1]"
TASKS = {"evaluate_population": helping.evaluate, "run_start": helping.run_start}


class Helper:
    """An aid whose helper is in this process: everything goes through JSON, as to a worker."""

    workers = 2

    def __init__(self, origin):
        self.origin = json.loads(json.dumps(origin))
        self.answers = []

    def tell(self, progress):
        self.progress = progress

    def hand_over(self, task, request, _affinity):
        bare = {key: value for key, value in request.items() if key != "recipe"}
        for message in (bare, {**bare, **request["recipe"]}):
            answer = TASKS[task](json.loads(json.dumps(message)))
            self.answers.append((task, json.loads(json.dumps(answer))))
            if answer != UNKNOWN:
                break
        return Done(self.answers[-1][1])


class Done:
    def __init__(self, answer):
        self.answer = answer

    def done(self):
        return True

    def wait(self, _seconds):
        return True

    def result(self):
        return self.answer

    def take_back(self):
        pass

    def is_back(self):
        return False


@pytest.fixture(scope="module")
def values():
    found = pybamm.ParameterValues("Chen2020")
    found[NAME] = 5e-15
    return found


@pytest.fixture(scope="module")
def elements(values):
    times = np.linspace(0, 1800, 30)
    simulation = pybamm.Simulation(pybamm.lithium_ion.SPM(), parameter_values=values)
    run = simulation.solve([0, 1800], t_interp=times)
    columns = ("Time [s]", "Current [A]", "Voltage [V]")
    data = {name: run[name](times).tolist() for name in columns}
    known = {key: value for key, value in values.items() if key != "citations"}
    fit = {
        "element_type": "data_fit",
        "objectives": {"discharge": {"data": {"data": data}, "options": {"model": "SPM"}}},
        "parameters": {NAME: {"bounds": [1e-15, 2e-14], "initial_value": 2e-15}},
        "cost": {"type": "SSE"},
        "options": {"seed": 1},
    }
    return {"known": {"element_type": "entry", "values": write_values(known)}, "fit": fit}


@pytest.fixture
def origin(elements, tmp_path):
    head, blobs = run_element({"name": "known", "elements": elements})
    state = tmp_path / "state"
    state.write_bytes(blobs[head["files"].index("state")])
    return {"name": "fit", "elements": elements, "state": str(state)}


def test_a_helper_builds_once_and_comes_to_the_same_outcomes(origin, monkeypatch):
    built = []
    make = data_fit.problem

    def counted(element, context):
        built.append(element)
        return make(element, context)

    monkeypatch.setattr(helping, "_PROBLEMS", type(helping._PROBLEMS)())
    monkeypatch.setattr(data_fit, "problem", counted)
    aid, fit = Helper(origin), origin["elements"]["fit"]
    problem = make(fit, context_of(origin))
    population = Population(problem.outcome, aid, fit)
    population._seconds = 0.1  # long enough to be worth a message
    points = np.linspace(problem.lower, problem.upper, 6)
    shared = population.outcomes(points)
    alone = [problem.outcome(point) for point in points]
    assert len(built) == 1
    assert [one.cost for one in shared] == pytest.approx([one.cost for one in alone], rel=1e-6)
    assert min(one.cost for one in alone) > 0
    helped = [answer for _, answer in aid.answers if answer != UNKNOWN]
    assert sum(len(answer["outcomes"]) for answer in helped) == 4
    assert [answer for _, answer in aid.answers if answer == UNKNOWN] == [UNKNOWN]


def test_starts_come_back_with_their_optimum_and_trace(origin):
    aid, fit = Helper(origin), origin["elements"]["fit"]
    problem = data_fit.problem(fit, context_of(origin))
    common = {"optimizer": {"type": "ScipyLeastSquares"}, "max_iterations": None, "maxtime": None}
    starts = [{**common, "thrift": 0.0, "x": [x], "seed": 1} for x in (0.8, 3.0)]

    def start_one(start):
        return data_fit.start_one(problem, start)

    ends = optima(start_one, starts, aid, fit)
    assert [task for task, answer in aid.answers if answer != UNKNOWN] == ["run_start"]
    for end in ends:
        found = problem.values(np.array(end["optimum"]["x"]))[NAME]
        assert found == pytest.approx(5e-15, rel=1e-2)
        assert end["trace"]


@pytest.mark.parametrize("kind", ["element", "simple"])
def test_a_fit_with_a_helper_finds_the_truth(origin, kind, monkeypatch):
    monkeypatch.setattr("ionworks_engine.pipelines.fits.population._WORTH", 0.0)
    settings = {"type": "DifferentialEvolution", "population_size": 8, "max_iterations": 12}
    fit = {**origin["elements"]["fit"], "optimizer": settings}
    request = {**origin, "elements": {**origin["elements"], "fit": fit}}
    if kind == "simple":
        request = {"elements": request["elements"]}
    aid = Helper(request)
    head, blobs = (run_simple if kind == "simple" else run_element)(request, aid)
    result = json.loads(blobs[head["files"].index("result")])
    assert result["parameter_values"][NAME] == pytest.approx(5e-15, rel=5e-2)
    assert any(task == "evaluate_population" for task, _ in aid.answers)
