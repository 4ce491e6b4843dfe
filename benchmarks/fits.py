"""Fits against PyBaMM by hand and against PyBOP on the same problem; two workers against one."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pybamm
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.fits.assembly import assemble
from ionworks_engine.pipelines.values import ParameterSet

from benchmarks.import_time import PUBLIC
from benchmarks.timing import best, report, seconds
from ionworks import Ionworks
from tests.conftest import serving

NEGATIVE = "Negative particle diffusivity [m2.s-1]"
POSITIVE = "Positive particle diffusivity [m2.s-1]"
TRUTH = {NEGATIVE: 3.3e-14, POSITIVE: 4e-15}
POINTS = 40
HERE = Path(__file__).parent
PYBOP = HERE.parent / ".venv-interop/pybop/bin/python"
Series = dict[str, list[float]]


def simulated(c_rate: float, values: dict[str, float], times: np.ndarray) -> np.ndarray:
    """Build and solve anew, as one writes it by hand; return the voltage [V]."""
    parameters = pybamm.ParameterValues("Chen2020")
    parameters.update({**values, "Current function [A]": 5 * c_rate})
    simulation = pybamm.Simulation(pybamm.lithium_ion.SPMe(), parameter_values=parameters)
    return simulation.solve([0, times[-1]], t_interp=times)["Voltage [V]"].entries


def discharge(c_rate: float) -> Series:
    times = np.arange(0, 0.95 * 3600 / c_rate, 30.0)
    voltage = simulated(c_rate, TRUTH, times)
    return {
        "Time [s]": times.tolist(),
        "Current [A]": [5 * c_rate] * times.size,
        "Voltage [V]": voltage.tolist(),
    }


def trial_points() -> list[dict[str, float]]:
    decades = np.random.default_rng(0).uniform(-0.5, 0.5, (POINTS, 2))
    starts = np.array(list(TRUTH.values()))
    return [dict(zip(TRUTH, map(float, point), strict=True)) for point in starts * 10.0**decades]


def fit_of(data: dict[str, Series], model: str = "SPMe", **more: object) -> dict[str, object]:
    options = {"model": model}
    return {
        "element_type": "data_fit",
        "objectives": {
            label: {"type": "CurrentDriven", "options": options, "data": series}
            for label, series in data.items()
        },
        "parameters": {
            name: {"initial_value": value, "bounds": [value / 10, value * 10]}
            for name, value in TRUTH.items()
        },
        "cost": {"type": "SSE", "normalization": "identity"},
        **more,
    }


def evaluations(data: dict[str, Series]) -> None:
    points = trial_points()
    known = ParameterSet(dict(pybamm.ParameterValues("Chen2020").items()))
    problem = assemble(fit_of(data), Context(known, where="elements.fit")).problem
    places = [np.array([point[name] / TRUTH[name] for name in problem.names]) for point in points]
    problem.cost(places[-1])
    spent = best(lambda: [problem.cost(place) for place in places], 3) / POINTS

    given = json.dumps([data, TRUTH, points])
    command = [str(PYBOP), "-I", str(HERE / "pybop_fit.py")]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    pybop = json.loads(done.stdout.splitlines()[-1])
    assert np.allclose([problem.cost(place) for place in places], pybop["costs"], rtol=1e-2)

    few = points[:4]
    rates = {"1C": 1.0, "C/2": 0.5}
    times = {label: np.array(series["Time [s]"]) for label, series in data.items()}
    by_hand = seconds(
        lambda: [simulated(rates[label], point, times[label]) for point in few for label in data]
    ) / len(few)
    report("cost of two discharges, SPMe", spent, "PyBaMM by hand", by_hand, "<= 1/20 = 0.05")
    report("cost of two discharges, SPMe", spent, "PyBOP", pybop["seconds"], "<= 1")


def evolution(data: dict[str, Series], model: str, population: int, generations: int) -> None:
    """Print a differential evolution on two workers against the same on one, both warm."""
    optimizer = {
        "type": "DifferentialEvolution",
        "max_iterations": generations,
        "population_size": population,
        "max_unchanged_iterations": 1000,
        "convergence_patience": 1000,
    }
    elements = {
        "known": {"element_type": "entry", "values": pybamm.ParameterValues("Chen2020")},
        "fit": fit_of(data, model, optimizer=optimizer, options={"seed": 1}),
    }
    spent, found = {}, {}
    for workers in (1, 2):
        with (
            tempfile.TemporaryDirectory() as folder,
            serving(Path(folder), "--workers", str(workers)) as url,
            Ionworks("key", url) as client,
        ):
            project = client.project.create({"name": "evolution"}).id

            def run(client: Ionworks = client, project: str = project) -> dict[str, object]:
                pipeline = client.pipeline.create({"elements": elements}, project_id=project)
                client.pipeline.wait_for_completion(pipeline.id, verbose=False, poll_interval=0.1)
                return client.pipeline.result(pipeline.id).element_results["fit"]

            run()
            begun = time.perf_counter()
            found[workers] = run()
            spent[workers] = time.perf_counter() - begun
    assert found[1]["evaluations"] == found[2]["evaluations"]
    assert np.isclose(found[1]["fun"], found[2]["fun"], rtol=1e-3)
    what = f"differential evolution, {model}, {found[1]['evaluations']} costs, two workers"
    report(what, spent[2], "one", spent[1], "<= 1/1.7 = 0.588")


SUBMIT = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import pybamm
import ionworks_schema as iws
from ionworks import Ionworks
url, project = sys.argv[1:]
client = Ionworks("key", url, project_id=project)
spent = []
for _ in range(5):
    entry = iws.direct_entries.DirectEntry(parameters=pybamm.ParameterValues("Chen2020"))
    pipeline = iws.Pipeline({"known": entry})
    begun = time.perf_counter()
    client.pipeline.create(pipeline)
    spent.append(time.perf_counter() - begun)
print(json.dumps(spent))
"""


def submission() -> None:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as url:
        with Ionworks("key", url) as client:
            project = client.project.create({"name": "submissions"}).id
        spent = {}
        for whose, python in (("ours", sys.executable), ("public", PUBLIC)):
            command = [str(python), "-I", "-c", SUBMIT, url, project]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            spent[whose] = min(json.loads(done.stdout.splitlines()[-1]))
    ours = spent["ours"]
    report("submission of Chen2020", ours, "a budget of 100 ms", 0.1, "<= 1")
    print(f"    public 0.38.0: {1e3 * spent['public']:.1f} ms")


def main() -> None:
    data = {"1C": discharge(1), "C/2": discharge(0.5)}
    evaluations(data)
    evolution(data, "SPMe", 40, 200)
    evolution({"1C": data["1C"]}, "DFN", 20, 10)
    submission()


if __name__ == "__main__":
    main()
