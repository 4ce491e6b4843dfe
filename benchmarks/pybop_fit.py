"""Run by PyBOP's own environment: evaluations of the two-diffusivity fit, in ms each."""

import json
import sys
import time

import numpy as np
import pybamm
import pybop

data, starts, points = json.loads(sys.stdin.read())


def problem(series: dict[str, list[float]]) -> pybop.Problem:
    values = pybamm.ParameterValues("Chen2020")
    for name, start in starts.items():
        values[name] = pybop.Parameter(bounds=[start / 10, start * 10], initial_value=start)
    dataset = pybop.Dataset({name: np.array(column) for name, column in series.items()})
    model = pybamm.lithium_ion.SPMe()
    simulator = pybop.pybamm.Simulator(model, parameter_values=values, protocol=dataset)
    return pybop.Problem(simulator, pybop.SumSquaredError(dataset))


both = pybop.MetaProblem(*map(problem, data.values()))
both(points[:2])
spent = []
for _ in range(5):
    begun = time.perf_counter()
    costs = both(points)
    spent.append(time.perf_counter() - begun)
print(json.dumps({"seconds": min(spent) / len(points), "costs": costs}))
