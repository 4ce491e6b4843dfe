"""A model from data: two diffusivities fitted to two discharges, judged on a third.

The data is simulated here, with noise; a measurement in the database is named ``"db:<id>"``.
"""

from pathlib import Path

import ionworks_schema as iws
import numpy as np
import polars as pl
import pybamm

from ionworks import Ionworks

NEGATIVE = "Negative particle diffusivity [m2.s-1]"
POSITIVE = "Positive particle diffusivity [m2.s-1]"
TRUTH = {NEGATIVE: 3.9e-14, POSITIVE: 3.2e-15}
known = pybamm.ParameterValues("Chen2020")


def discharge(c_rate: float) -> pl.DataFrame:
    """Return what a cycler with 1 mV of noise would have recorded."""
    values = known.copy()
    values.update({**TRUTH, "Current function [A]": 5 * c_rate})
    times = np.arange(0, 0.9 * 3600 / c_rate, 30.0)
    model = pybamm.lithium_ion.SPMe()
    run = pybamm.Simulation(model, parameter_values=values).solve([0, times[-1]], t_interp=times)
    noise = np.random.default_rng(7).normal(scale=1e-3, size=run.t.size)
    return pl.DataFrame(
        {
            "Time [s]": run.t,
            "Current [A]": np.full(run.t.size, 5 * c_rate),
            "Voltage [V]": run["Voltage [V]"].entries + noise,
        }
    )


def driven(c_rate: float) -> iws.objectives.CurrentDriven:
    return iws.objectives.CurrentDriven(discharge(c_rate), options={"model": "SPMe"})


pipeline = iws.Pipeline(
    {
        "Chen2020": iws.direct_entries.DirectEntry(parameters=known, source="Chen et al. 2020"),
        "fit": iws.DataFit(
            objectives={"1C": driven(1), "C/2": driven(0.5)},
            parameters={
                NEGATIVE: iws.Parameter(NEGATIVE, initial_value=3e-14, bounds=(1e-15, 1e-12)),
                POSITIVE: iws.Parameter(POSITIVE, initial_value=4e-15, bounds=(1e-16, 1e-13)),
            },
            cost=iws.costs.SSE(),
            optimizer=iws.optimizers.ScipyLeastSquares(),
        ),
        "validation": iws.Validation(
            objectives={"1.5C": driven(1.5)},
            summary_stats=[iws.costs.RMSE(normalization="identity")],
        ),
    },
    name="LG M50 diffusivities",
)

with Ionworks.local() as client:
    submitted = client.pipeline.create(pipeline)
    client.pipeline.wait_for_completion(submitted.id)
    result = client.pipeline.result(submitted.id)

    for name, truth in TRUTH.items():
        found = result.element_results["fit"].parameter_values[name]
        print(f"{name}: {found:.3e}, {100 * (found / truth - 1):+.2f} % from the truth")
    error = result.element_results["validation"].summary_stats["1.5C"]["RMSE"]
    print(f"RMSE at 1.5C: {1e3 * error:.2f} mV")

    figures = result.element("fit").plot_fit_results()
    picture = Path("out/fit.png")
    picture.parent.mkdir(exist_ok=True)
    figures["1C"][0].savefig(picture, dpi=150)
    print(f"Plot: {picture}")
