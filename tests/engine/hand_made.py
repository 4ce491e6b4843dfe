"""What objectives are compared with: PyBaMM, by hand, and configurations of objectives."""

import numpy as np
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.objectives import build
from ionworks_engine.pipelines.values import ParameterSet

TIME, CURRENT, VOLTAGE = "Time [s]", "Current [A]", "Voltage [V]"
D_N, D_P = "Negative particle diffusivity [m2.s-1]", "Positive particle diffusivity [m2.s-1]"
DIFFUSIVITIES = {D_N: 3.3e-14, D_P: 4e-15}


def context(given="Chen2020", **more):
    values = pybamm.ParameterValues(given) if isinstance(given, str) else given
    return Context(ParameterSet({**dict(values.items()), **more}), where="elements.fit")


def steady(current=5.0, duration=3000.0, rows=61):
    times = np.linspace(0, duration, rows)
    return {TIME: times, CURRENT: np.full(rows, current), VOLTAGE: np.full(rows, 3.7)}


def pulses(rows=301):
    """A minute of discharge, then a minute of rest, and so on; a row every 4 s."""
    times = np.arange(rows) * 4.0
    return {
        TIME: times,
        CURRENT: np.where((times // 60) % 2 == 0, 5.0, 0.0),
        VOLTAGE: np.full(rows, 3.7),
    }


def listed(columns):
    return {"data": {name: np.asarray(column).tolist() for name, column in columns.items()}}


def objective(columns, free, *, given=None, kind="CurrentDriven", parameters=None, **options):
    settings = {"type": kind, "data": listed(columns), "options": options}
    if parameters:
        settings["parameters"] = parameters
    return build("cell", settings, given or context(), free)


def by_hand(model, columns, variables=(VOLTAGE,), values="Chen2020", **over):
    """Solve a model with PyBaMM, its events dropped, with tight tolerances."""
    parameters = pybamm.ParameterValues(values)
    times, current = columns[TIME], columns[CURRENT]
    follows = pybamm.Interpolant(times, current, pybamm.t) if np.ptp(current) else current[0]
    parameters.update({**over, "Current function [A]": follows})
    model = model.new_copy()
    model.events = []
    solver = pybamm.IDAKLUSolver(rtol=1e-7, atol=1e-8)
    solution = pybamm.Simulation(model, parameter_values=parameters, solver=solver).solve(
        times if np.ptp(current) else [0, times[-1]], t_interp=times
    )
    return [solution[name].data for name in variables]


def slopes_by_differences(one, values, name, variable, share=1e-3):
    """Differentiate an objective by central differences of what it evaluates."""
    step = share * values[name]
    above, below = (
        one.evaluate({**values, name: values[name] + side})[variable] for side in (step, -step)
    )
    return (above - below) / (2 * step)
