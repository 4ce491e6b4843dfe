"""Impedance spectra, against closed forms, PyBaMM's own, and sines in time."""

import os

os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"

import numpy as np
import polars as pl
import pybamm
import pytest
from ionworks_engine import battery
from ionworks_engine.battery import BatteryError
from ionworks_engine.battery.impedance import frequencies_between
from ionworks_engine.battery.quickmodels import quick_parameters

QUICK = {"capacity": 5.0, "chemistry": "NMC/Graphite"}
CIRCUIT = {"quick_model": QUICK}
COLUMNS = ("Frequency [Hz]", "Impedance real [Ohm]", "Impedance imaginary [Ohm]")
DIFFERENTIAL = {"surface form": "differential"}


def chen(model, **options):
    return {"model": {"type": model, "options": options}, "parameters": {"set": "Chen2020"}}


def eis(first=1000, last=0.01, points=5, **more):
    return {
        "EIS": {
            "start_frequency": first,
            "end_frequency": last,
            "points_per_decade": points,
            **more,
        }
    }


def simulate(cell, steps, soc=0.5, **more):
    start = {"initial_soc": soc, "temperature": 25, **more}
    done = battery.simulate({"cell": cell, "protocol": {"global": start, "steps": steps}})
    assert done.error is None, done.error
    return done


def spectrum(done, step=None):
    rows = done.time_series.filter(pl.col(COLUMNS[0]).is_not_null())
    if step is not None:
        rows = rows.filter(pl.col("Step count") == step)
    return rows[COLUMNS[0]].to_numpy(), rows[COLUMNS[1]].to_numpy() + 1j * rows[
        COLUMNS[2]
    ].to_numpy()


def impedance_of(seconds, volts, frequency, amplitude):
    """Fit the answer in V to a current of ``amplitude * sin(2 pi frequency t)``."""
    angle = 2 * np.pi * frequency * seconds
    design = np.column_stack([np.sin(angle), np.cos(angle), seconds, np.ones(len(seconds))])
    (real, imaginary, *_), *_ = np.linalg.lstsq(design, volts, rcond=None)
    return -(real + 1j * imaginary) / amplitude


def test_frequencies_are_even_in_their_logarithm():
    found = frequencies_between(1000.0, 0.01, 5)
    assert len(found) == 26
    assert found[[0, 5, -1]] == pytest.approx([1000, 100, 0.01])
    assert frequencies_between(1.0, 30.0, 2)[[0, -1]] == pytest.approx([1, 30])
    assert len(frequencies_between(1.0, 30.0, 2)) == 4
    assert frequencies_between(5.0, 5.0, 3).tolist() == [5.0]


def test_the_spectrum_of_a_circuit_is_its_closed_form():
    values = quick_parameters(QUICK)
    fast, slow, capacitance = (values[name] for name in ("R0 [Ohm]", "R1 [Ohm]", "C1 [F]"))
    frequencies, impedance = spectrum(simulate(CIRCUIT, [eis()]))
    omega = 2 * np.pi * frequencies
    pair = fast + slow / (1 + 1j * omega * slow * capacitance)
    slope = (impedance - pair) * omega
    # dU/dQ over j omega is all that remains
    assert np.abs(slope.real).max() < 1e-9
    assert slope.imag == pytest.approx(slope.imag[0], rel=1e-5)
    rises = simulate(
        CIRCUIT, [{"Discharge": {"mode": "Current", "value": 1e-4, "duration": 36000}}], soc=0.5001
    )
    volts = rises.time_series["Voltage [V]"]
    assert -slope.imag[0] == pytest.approx((volts[0] - volts[-1]) / 3.6, rel=0.05)


@pytest.mark.parametrize("model", ["SPM", "DFN"])
def test_spectra_agree_with_those_of_pybamm(model):
    frequencies, ours = spectrum(simulate(chen(model, **DIFFERENTIAL), [eis(points=3)], soc=0.6))
    simulation = pybamm.EISSimulation(
        getattr(pybamm.lithium_ion, model)(DIFFERENTIAL),
        parameter_values=pybamm.ParameterValues("Chen2020"),
    )
    theirs = simulation.solve(frequencies, initial_soc=0.6).impedance
    assert np.abs(ours - theirs).max() < 2e-4 * np.abs(theirs).max()


def test_a_spectrum_is_what_a_small_sine_shows_in_time():
    frequency, amplitude = 0.05, 0.05
    cell = chen("SPMe")
    wave = {
        "Waveform": {
            "shape": "sine",
            "mode": "Current",
            "amplitude": amplitude,
            "frequency": frequency,
            "duration": 200,
        }
    }
    _, (impedance,) = spectrum(simulate(cell, [eis(frequency, frequency, 1)]))
    rows = simulate(cell, [wave], resolution=0.25).time_series
    seconds = rows["Time [s]"].to_numpy()
    late = seconds > 100
    volts = rows["Voltage [V]"].to_numpy()[late]
    measured = impedance_of(seconds[late], volts, frequency, amplitude)
    assert abs(measured - impedance) < 1e-2 * abs(impedance)


def test_the_spectrum_of_an_spme_is_what_pybamm_shows_in_time():
    # PyBaMM's own spectrum of this model is 7 % below what its own solution in time shows
    frequency, amplitude = 0.1, 0.05
    parameters = pybamm.ParameterValues("Chen2020")
    parameters["Current function [A]"] = lambda t: amplitude * pybamm.sin(2 * np.pi * frequency * t)
    simulation = pybamm.Simulation(
        pybamm.lithium_ion.SPMe(DIFFERENTIAL),
        parameter_values=parameters,
        solver=pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10),
    )
    seconds = np.linspace(0, 200, 4001)
    solution = simulation.solve([0, 200], t_interp=seconds, initial_soc=0.6)
    late = seconds > 100
    measured = impedance_of(
        seconds[late], solution["Voltage [V]"].entries[late], frequency, amplitude
    )
    cell = chen("SPMe", **DIFFERENTIAL)
    _, (ours,) = spectrum(simulate(cell, [eis(frequency, frequency, 1)], soc=0.6))
    assert abs(ours - measured) < 1e-3 * abs(measured)


def test_a_spectrum_takes_no_time_and_leaves_the_cell_alone():
    discharge = {"Discharge": {"mode": "C-rate", "value": 1, "duration": 600}}
    plain = simulate(chen("SPM"), [discharge, {"Rest": {"duration": 60}}])
    done = simulate(chen("SPM"), [discharge, eis(), {"Rest": {"duration": 60}}])
    assert done.steps["Duration [s]"].to_list() == pytest.approx([600, 0, 60])
    assert done.steps["Step type"][1] == "Impedance spectrum"
    assert done.steps["Ended by"][1] == "end of the spectrum"
    assert done.time_series["Voltage [V]"][-1] == pytest.approx(
        plain.time_series["Voltage [V]"][-1], abs=1e-6
    )
    rows = done.time_series.filter(pl.col("Step count") == 1)
    assert rows["Time [s]"].unique().to_list() == [600.0]
    assert rows["Current [A]"].abs().max() == 0
    assert rows.height == done.steps["End index"][1] - done.steps["Start index"][1] + 1 == 26
    assert done.time_series.filter(pl.col("Step count") != 1)[COLUMNS[1]].null_count() > 0


def test_only_protocols_with_a_spectrum_have_its_columns():
    done = simulate(chen("SPM"), [{"Rest": {"duration": 60}}])
    assert not set(COLUMNS) & set(done.time_series.columns)


def test_the_circuit_of_a_cell_that_is_not_at_rest_is_looked_at_without_current():
    discharge = {"Discharge": {"mode": "C-rate", "value": 1, "duration": 600}}
    values = quick_parameters(QUICK)
    done = simulate(CIRCUIT, [discharge, eis(1e5, 1e4, 1)], soc=0.9)
    _, impedance = spectrum(done)
    assert impedance.real == pytest.approx(values["R0 [Ohm]"], rel=1e-4)
    under, alone = done.steps["End voltage [V]"][0], done.steps["Start voltage [V]"][1]
    assert alone - under == pytest.approx(5 * values["R0 [Ohm]"], rel=1e-3)


def test_a_spectrum_in_another_chamber_is_another_spectrum():
    arrhenius = {"model": {"type": "SPM"}, "parameters": {"set": "Marquis2019"}}
    steps = [{"Rest": {"duration": 10}}, eis(1, 1, 1), eis(1, 1, 1, temperature=0)]
    _, (warm, cold) = spectrum(simulate(arrhenius, steps))
    assert cold.real > 1.1 * warm.real


def test_a_voltage_that_leaps_with_the_sign_of_the_current_has_no_spectrum():
    options = {
        "particle phases": ("2", "1"),
        "open-circuit potential": (("single", "current sigmoid"), "single"),
    }
    cell = {
        "model": {"type": "SPM", "options": options},
        "parameters": {"set": "Chen2020_composite"},
    }
    with pytest.raises(BatteryError, match="current sigmoid"):
        simulate(cell, [eis()])
