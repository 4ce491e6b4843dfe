"""Objectives with parameters of their own: what the fit sets, and links to, holds beside them."""

import numpy as np
import pybamm
import pytest
from ionworks_engine.pipelines.confidence import intervals
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.fits.data_fit import fit
from ionworks_engine.pipelines.values import ParameterSet, write_values

AMBIENT = "Ambient temperature [K]"
OHMIC, PAIR, FARADS = "R0 [Ohm]", "R1 [Ohm]", "C1 [F]"
REFERENCE, ACTIVATION = "Resistance at 25 degC [Ohm]", "Activation temperature [K]"
TIMES, CURRENT = np.arange(0.0, 601.0, 30.0), 2.0
KNOWN = {
    OHMIC: 0.02,
    PAIR: 0.015,
    FARADS: 4000.0,
    "Nominal cell capacity [A.h]": 5.0,
    "Initial SoC": 0.6,
    "Open-circuit voltage [V]": 3.7,
    AMBIENT: 298.15,
}
COLD, WARM = 283.15, 313.15
DEPENDENCIES = {"OCV": [], "R0": [], "R_rc": [], "C_rc": []}
MODEL = {"type": "ECM", "options": {"rc pairs": "1", "parameter_dependencies": DEPENDENCIES}}


def voltage(ohmic, pair=0.015):
    """Return the voltage of a resistor before a resistor beside a capacitor."""
    charged = 1 - np.exp(-TIMES / (pair * KNOWN[FARADS]))
    return 3.7 - CURRENT * (ohmic + pair * charged)


def objective(ohmic, **parameters):
    data = {
        "Time [s]": TIMES.tolist(),
        "Current [A]": np.full(TIMES.size, CURRENT).tolist(),
        "Voltage [V]": voltage(ohmic).tolist(),
    }
    kind = {"type": "CurrentDriven", "data": data, "options": {"model": MODEL}}
    return {**kind, "parameters": parameters} if parameters else kind


def known():
    return Context(ParameterSet(KNOWN), where="elements.fit")


def activated(temperature):
    return 0.02 * np.exp(1800.0 * (1 / temperature - 1 / 298.15))


ARRHENIUS = write_values(
    {
        OHMIC: pybamm.Parameter(REFERENCE)
        * pybamm.exp(pybamm.Parameter(ACTIVATION) * (1 / pybamm.Parameter(AMBIENT) - 1 / 298.15))
    }
)
BY_TEMPERATURE = {
    "objectives": {
        "cold": objective(activated(COLD), **{AMBIENT: COLD}),
        "warm": objective(activated(WARM), **{AMBIENT: WARM}),
    },
    "parameters": {
        REFERENCE: {"initial_value": 0.03, "bounds": [0.001, 0.1]},
        ACTIVATION: {"initial_value": 500.0, "bounds": [0.0, 5000.0]},
        **ARRHENIUS,
    },
}
OWN = {
    "objectives": {"held": objective(0.05, **{OHMIC: 0.05}), "free": objective(0.02)},
    "parameters": {OHMIC: {"initial_value": 0.03, "bounds": [0.001, 0.1]}},
}


OPTIMIZERS = ({"type": "ScipyLeastSquares"}, {"type": "ScipyMinimize", "tol": 1e-10})
"""With derivatives, and without."""


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_link_is_computed_with_the_parameters_of_each_objective(optimizer):
    where = known()
    found = fit({**BY_TEMPERATURE, "optimizer": optimizer}, where)
    assert found.best_cost < 1e-9
    assert found.values[REFERENCE] == pytest.approx(0.02, rel=2e-3)
    assert found.values[ACTIVATION] == pytest.approx(1800.0, rel=2e-2)
    assert found.values[OHMIC] == found.values[REFERENCE]
    assert any(repr(OHMIC) in said and "'cold', 'warm'" in said for said in where.assumptions)
    for label, temperature in (("cold", COLD), ("warm", WARM)):
        model = found.series[label]["optimal"]["Voltage [V] (model)"]
        assert model == pytest.approx(voltage(activated(temperature)), abs=2e-4)


def test_intervals_see_what_each_objective_has_of_its_own():
    where = Context(
        ParameterSet(KNOWN), fits=({REFERENCE: 0.02, ACTIVATION: 1800.0},), where="elements.fit"
    )
    noise = {"variable_standard_deviations": {"Voltage [V]": 1e-3}}
    found = intervals({**BY_TEMPERATURE, **noise}, where).result
    rows = []
    for temperature in (COLD, WARM):
        inverse = 1 / temperature - 1 / 298.15
        factor = -CURRENT * np.exp(1800.0 * inverse)
        rows += [[factor, factor * 0.02 * inverse]] * TIMES.size
    expected = 1e-6 * np.linalg.inv(np.transpose(rows) @ rows)
    assert np.array(found["covariance"]) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_objectives_own_value_of_a_free_parameter_holds_there(optimizer):
    where = known()
    found = fit({**OWN, "optimizer": optimizer}, where)
    assert found.values[OHMIC] == pytest.approx(0.02, rel=1e-3)
    assert found.best_cost < 1e-9
    assert any("'held' has its own value" in said for said in where.assumptions)


def test_an_objectives_own_value_of_a_linked_parameter_holds_there():
    linked = write_values({PAIR: 0.75 * pybamm.Parameter(OHMIC)})
    objectives = {**OWN["objectives"], "held": objective(0.02, **{PAIR: 0.015})}
    element = {"objectives": objectives, "parameters": {**OWN["parameters"], **linked}}
    assert fit(element, known()).values[OHMIC] == pytest.approx(0.02, rel=1e-3)
    objectives["held"] = objective(0.02, **{PAIR: 0.03})
    assert fit(element, known()).best_cost > 1e-6


def test_a_parameter_that_every_objective_has_of_its_own_cannot_be_fitted():
    objectives = {"held": OWN["objectives"]["held"]}
    with pytest.raises(PipelineError, match="their own value of it"):
        fit({**OWN, "objectives": objectives}, known())


def test_an_objective_cannot_have_a_noise_of_its_own_in_the_cost_of_all():
    name = "Noise [V]"
    element = {
        "objectives": {"one": objective(0.02, **{name: 0.01})},
        "parameters": {**OWN["parameters"], name: {"bounds": [1e-4, 1.0]}},
        "cost": {"type": "GaussianLogLikelihood", "sigma": {"Voltage [V]": name}},
    }
    with pytest.raises(PipelineError, match="noise in the cost"):
        fit(element, known())
