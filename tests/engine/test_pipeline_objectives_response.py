"""Impedance spectra: PyBaMM's, and a sine in time where its start is not consistent."""

import numpy as np
import pytest
from hand_made import D_P, TIME, VOLTAGE, context, objective, slopes_by_differences
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.errors import PipelineError

FREQUENCIES = np.geomspace(1e4, 1e-3, 15)
LAYER = "Negative electrode double-layer capacity [F.m-2]"
FORM = {"surface form": "differential"}
REAL, IMAGINARY = "Z_Re [Ohm]", "Z_Im [Ohm]"


def spectrum(frequencies=FREQUENCIES):
    return {
        "Frequency [Hz]": frequencies,
        REAL: np.full(len(frequencies), 0.05),
        IMAGINARY: np.full(len(frequencies), -0.01),
    }


def measured(kind, free, given=None, frequencies=FREQUENCIES):
    model = {"type": kind, "options": FORM}
    return objective(spectrum(frequencies), free, given=given, kind="EIS", model=model)


@pytest.mark.parametrize("kind", ["SPM", "DFN"])
def test_impedance_is_that_of_pybamm(kind):
    values = {LAYER: 0.3, D_P: 2e-15}
    parameters = pybamm.ParameterValues("Chen2020")
    parameters.update(values)
    model = getattr(pybamm.lithium_ion, kind)(FORM)
    hand = pybamm.EISSimulation(model, parameter_values=parameters).solve(FREQUENCIES)
    one = measured(kind, {LAYER: 0.2, D_P: 4e-15})
    found = one.evaluate(values)
    assert one.inputs == {LAYER, D_P}
    impedance = np.asarray(hand.impedance)
    assert found[REAL] == pytest.approx(impedance.real, rel=1e-6)
    assert found[IMAGINARY] == pytest.approx(impedance.imag, rel=1e-6)
    assert (found[IMAGINARY] < 0).all()


def test_impedance_is_that_of_a_small_sine_in_time():
    """PyBaMM linearises SPMe where its algebraic unknowns are not consistent: 4 % elsewhere."""
    frequency, amplitude = 0.1, 0.05
    parameters = pybamm.ParameterValues("Chen2020")
    turn = 2 * np.pi * frequency
    parameters["Current function [A]"] = amplitude * pybamm.sin(turn * pybamm.t)
    model = pybamm.lithium_ion.SPMe(FORM)
    model.events = []
    times = np.linspace(0, 50, 2501)
    solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-8, options={"dt_max": 0.05})
    solution = pybamm.Simulation(model, parameter_values=parameters, solver=solver).solve(
        [0, 50], t_interp=times
    )
    late = times >= 20
    t, voltage = times[late], solution[VOLTAGE].data[late]
    columns = [np.sin(turn * t), np.cos(turn * t), np.ones_like(t), t, t * t]
    parts = np.linalg.lstsq(np.column_stack(columns), voltage, rcond=None)[0]
    one = measured("SPMe", {}, frequencies=np.array([frequency]))
    found = one.evaluate({})
    assert found[REAL][0] == pytest.approx(-parts[0] / amplitude, rel=1e-3)
    assert found[IMAGINARY][0] == pytest.approx(-parts[1] / amplitude, rel=5e-3)


def test_derivatives_are_those_of_differences():
    values = {LAYER: 0.3}
    one = measured("SPM", values)
    _, slopes = one.derivatives(values, [LAYER, "unheard of"])
    differences = slopes_by_differences(one, values, LAYER, IMAGINARY)
    assert slopes[IMAGINARY][:, 0] == pytest.approx(
        differences, abs=1e-5 * np.abs(differences).max()
    )
    assert not slopes[IMAGINARY][:, 1].any()


def test_a_model_without_a_double_layer_is_given_one_and_that_is_said():
    given = context()
    bare = objective(spectrum(), {}, given=given, kind="EIS", model="SPM")
    assert "double layer" in given.assumptions[0]
    assert bare.evaluate({})[IMAGINARY] == pytest.approx(
        measured("SPM", {}).evaluate({})[IMAGINARY]
    )


def test_a_nyquist_plot_has_the_negative_imaginary_part_upwards():
    one = measured("SPM", {})
    (plot,) = one.plots({})
    assert plot["type"] == "EIS"
    assert plot["layout"]["yaxis"]["title"]["text"] == "-Z_Im [Ohm]"
    assert plot["traces"][0]["y"] == [0.01] * 15
    assert next(iter(one.channels({}))) == "Frequency [Hz]"


def test_a_spectrum_needs_frequencies_above_zero_and_all_columns():
    with pytest.raises(PipelineError, match="greater than 0"):
        measured("SPM", {}, frequencies=np.array([1.0, 0.0]))
    columns = spectrum()
    del columns[IMAGINARY]
    with pytest.raises(PipelineError, match="is missing"):
        objective(columns, {}, kind="EIS", model="SPM")
    with pytest.raises(PipelineError, match="unknown option"):
        objective({**columns, TIME: FREQUENCIES}, {}, kind="EIS", experiment="x")
