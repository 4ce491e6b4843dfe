"""What steps hold and what ends them, against PyBaMM run by hand and against closed forms."""

import math
import os

os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"

import numpy as np
import polars as pl
import pybamm
import pytest
from ionworks_engine import battery
from ionworks_engine.battery.quickmodels import quick_parameters

QUICK = {"capacity": 5.0, "chemistry": "NMC/Graphite"}
CIRCUIT = {"quick_model": QUICK}
OUT, BACK = "Discharge capacity [A.h]", "Charge capacity [A.h]"


def chen(model, **options):
    return {"model": {"type": model, "options": options}, "parameters": {"set": "Chen2020"}}


def simulate(cell, steps, *, soc=1.0, resolution=None, profiles=None, **request):
    start = {"initial_soc": soc, "temperature": 25}
    if resolution is not None:
        start["resolution"] = resolution
    protocol = {"global": start, "steps": steps}
    if profiles is not None:
        protocol["drive_cycles"] = profiles
    done = battery.simulate({"cell": cell, "protocol": protocol, **request})
    assert done.error is None, done.error
    return done


def by_hand(model, steps, *, soc=1.0):
    simulation = pybamm.Simulation(
        model,
        experiment=pybamm.Experiment(steps),
        parameter_values=pybamm.ParameterValues("Chen2020"),
        solver=pybamm.IDAKLUSolver(rtol=1e-7, atol=1e-9),
    )
    return simulation.solve(initial_soc=soc)


def farthest(done, solution, name="Voltage [V]", until=None):
    """Return how far a column is from PyBaMM's variable, at most."""
    rows = done.time_series
    times = rows["Time [s]"].to_numpy()
    both = times <= (solution.t[-1] if until is None else until)
    return np.abs(rows[name].to_numpy()[both] - solution[name](times[both])).max()


def discharge(**step):
    return {"Discharge": step}


# -- resistance -----------------------------------------------------------------


def test_a_resistance_obeys_ohm_and_agrees_with_pybamm():
    step = discharge(mode="Resistance", value=0.5, duration=1200)
    done = simulate(chen("SPMe"), [step])
    rows = done.time_series
    ratio = (rows["Voltage [V]"] / rows["Current [A]"]).to_numpy()
    assert ratio == pytest.approx(0.5, rel=1e-5)
    theirs = by_hand(pybamm.lithium_ion.SPMe(), [pybamm.step.resistance(0.5, duration=1200)])
    assert farthest(done, theirs) < 5e-4
    assert done.steps.row(0, named=True)["Step type"] == "Constant resistance discharge"
    assert done.steps["Unit"][0] == "Ohm"


def test_the_first_current_through_a_resistance_is_that_of_the_circuit():
    fast = quick_parameters(QUICK)["R0 [Ohm]"]
    rest_ = simulate(CIRCUIT, [{"Rest": {"duration": 1}}], soc=0.6)
    done = simulate(CIRCUIT, [discharge(mode="Resistance", value=2.0, duration=60)], soc=0.6)
    open_circuit = rest_.time_series["Voltage [V]"][0]
    assert done.time_series["Current [A]"][0] == pytest.approx(open_circuit / (2 + fast), rel=1e-5)


def test_a_small_resistance_is_reached():
    done = simulate(chen("DFN"), [discharge(mode="Resistance", value=0.15, duration=5)])
    ratio = done.time_series["Voltage [V]"] / done.time_series["Current [A]"]
    assert ratio.to_numpy() == pytest.approx(0.15, rel=1e-4)


# -- CC-CV in one step -------------------------------------------------------------


@pytest.mark.parametrize("cell", [chen("SPM"), chen("DFN"), CIRCUIT])
def test_cc_cv_in_one_step_is_cc_and_cv_in_two(cell):
    ends = ["Current < 0.25"]
    one = simulate(
        cell,
        [{"Charge": {"mode": "C-rate", "value": 1, "hold_voltage": 4.2, "ends": ends}}],
        soc=0.3,
        resolution=10,
    )
    two = simulate(
        cell,
        [
            {"Charge": {"mode": "C-rate", "value": 1, "ends": ["Voltage >= 4.2"]}},
            {"Charge": {"mode": "Voltage", "value": 4.2, "ends": ends}},
        ],
        soc=0.3,
        resolution=10,
    )
    assert one.steps.height == 1
    total = two.steps[BACK].sum()
    assert one.steps[BACK][0] == pytest.approx(total, rel=3e-5)
    # where the current creeps to its end, a tolerance of 2e-5 is a second
    assert one.time_series["Time [s]"][-1] == pytest.approx(
        two.time_series["Time [s]"][-1], rel=3e-4
    )
    switch = two.steps["End time [s]"][0]
    first = one.time_series.filter(pl.col("Time [s]") < switch)
    same = two.time_series.filter((pl.col("Time [s]") < switch) & (pl.col("Step count") == 0))
    assert first["Time [s]"].to_list() == same["Time [s]"].to_list()
    assert np.abs((first["Voltage [V]"] - same["Voltage [V]"]).to_numpy()).max() < 1e-4
    held = one.time_series.filter(pl.col("Time [s]") > switch)
    assert held["Voltage [V]"].to_numpy() == pytest.approx(4.2, abs=1e-4)
    assert (one.time_series[BACK].diff().drop_nulls() >= 0).all()
    assert one.steps["Step type"][0] == "Constant current constant voltage charge"


def test_a_hold_voltage_that_is_passed_at_the_start_is_held_at_once():
    step = {"Charge": {"mode": "C-rate", "value": 3, "hold_voltage": 4.1, "duration": 600}}
    done = simulate(chen("SPM"), [step], soc=0.9)
    assert done.time_series["Voltage [V]"].to_numpy() == pytest.approx(4.1, abs=1e-4)
    assert done.steps["Duration [s]"][0] == pytest.approx(600)


def test_a_discharge_holds_from_above():
    step = {
        "Discharge": {"mode": "C-rate", "value": 1, "hold_voltage": 3.0, "ends": ["C-rate < 0.1"]}
    }
    done = simulate(chen("SPM"), [step], soc=0.3)
    assert done.steps["End voltage [V]"][0] == pytest.approx(3.0, abs=1e-4)
    assert done.time_series["Current [A]"][-1] == pytest.approx(0.5, rel=1e-4)


# -- drive cycles -------------------------------------------------------------------

SECONDS = np.arange(301.0)
TOWN = (1 + 2 * np.sin(SECONDS / 9) + 2 * np.sin(SECONDS / 2.3) ** 3).round(3)


def profile(mode, values, times=SECONDS):
    return {"Town": {"Time [s]": list(map(float, times)), mode: list(map(float, values))}}


def drive(**step):
    return {"DriveCycle": {"profile": "Town", **step}}


@pytest.mark.parametrize("model", ["SPM", "SPMe", "DFN"])
def test_a_drive_cycle_of_currents_agrees_with_pybamm(model):
    done = simulate(
        chen(model), [drive()], soc=0.8, resolution=1, profiles=profile("Current [A]", TOWN)
    )
    array = np.column_stack([SECONDS, TOWN])
    step = pybamm.step.current(array, duration=SECONDS[-1])
    theirs = by_hand(getattr(pybamm.lithium_ion, model)(), [step], soc=0.8)
    assert farthest(done, theirs) < 3e-4
    assert farthest(done, theirs, "Current [A]") < 1e-6
    assert done.steps["Ended by"][0] == "end of the drive cycle"
    assert done.steps["Step type"][0] == "Drive cycle"


@pytest.mark.parametrize(
    ("mode", "values", "make"),
    [
        ("Power [W]", 4 * TOWN, pybamm.step.power),
        ("Voltage [V]", 4.0 - 0.02 * TOWN, pybamm.step.voltage),
        ("C-rate", TOWN / 5, pybamm.step.c_rate),
    ],
)
def test_a_drive_cycle_of_anything_agrees_with_pybamm(mode, values, make):
    done = simulate(chen("SPMe"), [drive()], soc=0.8, resolution=1, profiles=profile(mode, values))
    step = make(np.column_stack([SECONDS, values]), duration=SECONDS[-1])
    theirs = by_hand(pybamm.lithium_ion.SPMe(), [step], soc=0.8)
    times = done.time_series["Time [s]"].to_numpy()
    inside = times > 0
    for name, allowed in (("Voltage [V]", 3e-4), ("Current [A]", 3e-2)):
        off = done.time_series[name].to_numpy() - theirs[name](times)
        assert np.abs(off[inside]).max() < allowed


def test_charge_and_energy_of_a_drive_cycle_are_those_that_flowed():
    done = simulate(chen("SPMe"), [drive()], soc=0.8, profiles=profile("Current [A]", TOWN))
    fine = np.linspace(0, SECONDS[-1], 300 * 200 + 1)
    current = np.interp(fine, SECONDS, TOWN)
    out, back = (np.trapezoid(np.maximum(sign * current, 0), fine) / 3600 for sign in (1, -1))
    assert done.steps[OUT][0] == pytest.approx(out, rel=1e-6)
    assert done.steps[BACK][0] == pytest.approx(back, rel=1e-6)
    array = np.column_stack([SECONDS, TOWN])
    theirs = by_hand(
        pybamm.lithium_ion.SPMe(), [pybamm.step.current(array, duration=SECONDS[-1])], soc=0.8
    )
    power = current * theirs["Voltage [V]"](fine)
    energy = np.trapezoid(np.maximum(power, 0), fine) / 3600
    assert done.steps["Discharge energy [W.h]"][0] == pytest.approx(energy, rel=2e-5)
    rows = done.time_series
    straight = np.trapezoid(rows["Current [A]"], rows["Time [s]"]) / 3600
    assert straight == pytest.approx(out - back, rel=1e-5)


def test_a_profile_is_scaled_and_repeated_and_jumps():
    points = {"Town": {"Time [s]": [0, 10, 10, 30], "Current [A]": [1, 1, -2, 0]}}
    done = simulate(
        CIRCUIT, [drive(scale=2, repeat=3), {"Rest": {"duration": 5}}], soc=0.5, profiles=points
    )
    assert done.steps[OUT][0] == pytest.approx(3 * 2 * 10 / 3600, rel=1e-6)
    assert done.steps[BACK][0] == pytest.approx(3 * 2 * 20 / 3600, rel=1e-6)
    assert done.steps["Duration [s]"][0] == pytest.approx(90)
    rows = done.time_series.filter(pl.col("Step count") == 0)
    assert (rows["Time [s]"].diff().drop_nulls() > 0).all()
    straight = np.trapezoid(rows["Current [A]"], rows["Time [s]"]) / 3600
    assert straight == pytest.approx(3 * (20 - 40) / 3600, rel=1e-5)


def test_a_duration_and_ends_cut_a_profile_short():
    points = {"Town": {"Time [s]": [0, 100], "Current [A]": [0, 10]}}
    cut = simulate(CIRCUIT, [drive(duration=50)], soc=0.5, profiles=points)
    assert cut.steps["Ended by"][0] == "duration"
    assert cut.steps[OUT][0] == pytest.approx(0.5 * 50 * 5 / 3600, rel=1e-6)
    ended = simulate(CIRCUIT, [drive(ends=["Capacity > 0.05"])], soc=0.5, profiles=points)
    assert ended.steps["Duration [s]"][0] == pytest.approx(60, rel=1e-5)
    ended = simulate(chen("SPM"), [drive(ends=["Energy > 0.2"])], soc=0.5, profiles=points)
    assert ended.steps["Discharge energy [W.h]"][0] == pytest.approx(0.2, rel=1e-4)


def test_a_step_after_a_profile_goes_on_from_its_state():
    points = profile("Current [A]", TOWN)
    rest = {"Rest": {"duration": 600}}
    done = simulate(chen("DFN"), [drive(), rest], soc=0.8, resolution=5, profiles=points)
    step = pybamm.step.current(np.column_stack([SECONDS, TOWN]), duration=SECONDS[-1])
    theirs = by_hand(pybamm.lithium_ion.DFN(), [step, "Rest for 600 s"], soc=0.8)
    late = done.time_series.filter(pl.col("Time [s]") > SECONDS[-1])
    times = late["Time [s]"].to_numpy()
    assert np.abs(late["Voltage [V]"].to_numpy() - theirs["Voltage [V]"](times)).max() < 3e-4


# -- waveforms -----------------------------------------------------------------------


def waveform(shape, **step):
    return {"Waveform": {"shape": shape, "mode": "Current", "amplitude": 2, **step}}


SHAPES = {
    "sine": lambda x: np.sin(2 * np.pi * x),
    "square": lambda x: np.where(x % 1 < 0.5, 1.0, -1.0),
    "triangle": lambda x: 1 - 4 * np.abs((x + 0.25) % 1 - 0.5),
    "sawtooth": lambda x: 2 * ((x + 0.5) % 1) - 1,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("cell", [chen("SPM"), CIRCUIT])
def test_a_waveform_has_its_shape(shape, cell):
    step = waveform(shape, frequency=0.02, offset=0.5, duration=175)
    done = simulate(cell, [step], soc=0.5, resolution=0.7)
    times = done.time_series["Time [s]"].to_numpy()[:-1]  # it may end at a jump
    expected = 0.5 + 2 * SHAPES[shape](times * 0.02)
    assert np.abs(done.time_series["Current [A]"].to_numpy()[:-1] - expected).max() < 1e-6
    assert done.steps["Step type"][0] == f"{shape.capitalize()} waveform"


def test_a_sine_of_power_is_followed_and_its_extremes_are_not_missed():
    step = {
        "Waveform": {
            "shape": "sine",
            "mode": "Power",
            "amplitude": 10,
            "frequency": 1,
            "duration": 30,
            "ends": ["Power > 9.9"],
        }
    }
    done = simulate(chen("SPMe"), [step], soc=0.5, resolution=0.01)
    rows = done.time_series
    assert done.steps["Ended by"][0] == "Power > 9.9"
    assert done.steps["Duration [s]"][0] == pytest.approx(math.asin(0.99) / 2 / math.pi, abs=1e-4)
    expected = 10 * np.sin(2 * np.pi * rows["Time [s]"].to_numpy())
    assert np.abs(rows["Power [W]"].to_numpy() - expected).max() < 1e-2


def test_a_small_fast_sine_is_not_stepped_over():
    step = waveform("sine", amplitude=1e-3, frequency=5, duration=60, offset=1)
    done = simulate(chen("SPM"), [step], soc=0.5, resolution=0.01)
    swing = done.time_series["Voltage [V]"].diff().drop_nulls()
    assert np.abs(swing.to_numpy()[2000:]).max() > 1e-6
    assert done.time_series["Current [A]"].max() == pytest.approx(1.001, abs=1e-6)


# -- temperature ------------------------------------------------------------------------

THERMAL = chen("SPM", thermal="lumped")


def test_a_temperature_ends_a_step_of_a_lumped_model():
    step = discharge(mode="C-rate", value=2, ends=["Temperature > 30", "Voltage < 2.5"])
    done = simulate(THERMAL, [step])
    model = pybamm.lithium_ion.SPM({"thermal": "lumped"})
    theirs = by_hand(model, ["Discharge at 2C for 20 minutes"])
    temperature = theirs["Volume-averaged cell temperature [C]"]
    ended = done.steps["Duration [s]"][0]
    assert done.steps["Ended by"][0] == "Temperature > 30"
    assert temperature(ended) == pytest.approx(30, abs=2e-3)


def test_the_chamber_follows_ambient_steps_and_single_steps():
    steps = [
        {"Rest": {"duration": 10}},
        {"Ambient temperature": {"value": 40}},
        {"Rest": {"duration": 10}},
        {"Rest": {"duration": 10, "temperature": 5}},
        {"Rest": {"duration": 10}},
    ]
    done = simulate(chen("SPM"), steps, soc=0.5)
    assert done.steps["End temperature [degC]"].to_list() == pytest.approx([25, 40, 5, 40])


def test_a_cell_in_a_colder_chamber_cools_as_newton_says():
    done = simulate(THERMAL, [{"Rest": {"duration": 3600, "temperature": 0}}], soc=0.5)
    rows = done.time_series.filter(pl.col("Time [s]") > 0)
    rate = -np.log(rows["Temperature [degC]"].to_numpy() / 25) / rows["Time [s]"].to_numpy()
    assert rate == pytest.approx(rate[0], rel=1e-2)
    parameters = pybamm.ParameterValues("Chen2020")
    parameters["Current function [A]"] = 0
    parameters["Ambient temperature [K]"] = 273.15
    simulation = pybamm.Simulation(
        pybamm.lithium_ion.SPM({"thermal": "lumped"}),
        parameter_values=parameters,
        solver=pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10),
    )
    solution = simulation.solve([0, 3600], initial_soc=0.5)
    theirs = solution["Volume-averaged cell temperature [C]"]
    assert rows["Temperature [degC]"].to_numpy() == pytest.approx(
        theirs(rows["Time [s]"].to_numpy()), abs=0.04
    )


# -- dV/dt and variables of the model -----------------------------------------------------


@pytest.mark.parametrize("threshold", [1e-4, 1e-5, 2e-6])
def test_a_slope_ends_a_rest_when_the_circuit_says(threshold):
    values = quick_parameters(QUICK)
    slow, tau = values["R1 [Ohm]"], 30.0
    steps = [
        discharge(mode="C-rate", value=1, duration=600),
        {"Rest": {"ends": [f"dV/dt < {threshold:g}"], "duration": 3600}},
    ]
    done = simulate(CIRCUIT, steps)
    drop = 5 * slow * (1 - math.exp(-600 / tau))
    # V(t) - V(t - 1) = drop * exp(-t/tau) * (exp(1/tau) - 1)
    expected = tau * math.log(drop * (math.exp(1 / tau) - 1) / threshold)
    assert done.steps["Ended by"][1] == f"dV/dt < {threshold:g}"
    assert done.steps["Duration [s]"][1] == pytest.approx(expected, abs=0.05)


def test_a_slope_is_first_looked_at_after_a_second_and_may_rise():
    steps = [
        {"Rest": {"ends": ["dV/dt < 1"], "duration": 3600}},
        discharge(mode="C-rate", value=1, ends=["dV/dt > 5e-3", "Voltage < 2.6"]),
    ]
    done = simulate(CIRCUIT, steps, soc=0.3, resolution=0.1)
    assert done.steps["Duration [s]"][0] == pytest.approx(1, abs=1e-6)
    assert done.steps["Ended by"][1] == "dV/dt > 0.005"
    volts = done.time_series.filter(pl.col("Step count") == 1)["Voltage [V]"].to_numpy()
    # the drop at the switch is no slope: it is counted from 1 s after the step began
    slopes = volts[:-11] - volts[10:-1]
    assert slopes.max() < 5e-3
    assert slopes[-1] == pytest.approx(5e-3, rel=2e-2)
    assert len(slopes) > 100


@pytest.mark.parametrize("cell", [chen("SPM"), CIRCUIT])
def test_a_slope_is_found_where_the_voltage_turns_round(cell):
    step = waveform("triangle", period=100, duration=300)
    fine = simulate(cell, [step], soc=0.5, resolution=0.1).time_series
    times = fine["Time [s]"].to_numpy()
    volts = fine["Voltage [V]"].to_numpy()
    change = np.interp(np.arange(2, 60, 0.1), times, volts)
    change -= np.interp(np.arange(1, 59, 0.1), times, volts)
    expected = 2 + 0.1 * np.flatnonzero(change[:-1] * change[1:] < 0)[0]
    step["Waveform"]["ends"] = ["dV/dt < 1e-6"]
    done = simulate(cell, [step], soc=0.5)
    assert done.steps["Ended by"][0] == "dV/dt < 1e-06"
    assert done.steps["Duration [s]"][0] == pytest.approx(expected, abs=0.15)


def test_a_jump_of_the_voltage_is_no_slope_of_zero():
    step = waveform("square", period=10, duration=60, ends=["dV/dt < 1e-6"])
    done = simulate(CIRCUIT, [step], soc=0.5)
    assert done.steps["Ended by"][0] == "duration"


def test_a_variable_of_the_model_ends_a_step():
    name = "X-averaged negative particle surface stoichiometry"
    step = discharge(
        mode="C-rate",
        value=1,
        ends=[f'variable["{name}"] < 0.5', "Voltage < 2.5"],
    )
    done = simulate(chen("SPM"), [step], extra_variables=[name])
    assert done.time_series[name][-1] == pytest.approx(0.5, abs=1e-5)
    theirs = by_hand(pybamm.lithium_ion.SPM(), ["Discharge at 1C until 2.5 V"])
    ended = done.steps["Duration [s]"][0]
    assert theirs[name](ended) == pytest.approx(0.5, abs=1e-4)
    assert done.steps["Ended by"][0] == f"{name} < 0.5"


# -- pulses ----------------------------------------------------------------------------------


def test_a_pulse_of_the_circuit_is_its_closed_form():
    values = quick_parameters(QUICK)
    fast, slow, tau = values["R0 [Ohm]"], values["R1 [Ohm]"], 30.0
    steps = [{"Rest": {"duration": 10}}, discharge(mode="Current", value=5, duration=20)]
    done = simulate(CIRCUIT, steps, soc=0.6, resolution=0.5)
    before = done.time_series.filter(pl.col("Step count") == 0)["Voltage [V]"][-1]
    pulse = done.time_series.filter(pl.col("Step count") == 1)
    seconds = (pulse["Time [s]"] - 10).to_numpy()
    flat = simulate(CIRCUIT, [discharge(mode="C-rate", value=1e-4, duration=1)], soc=0.6)
    drop = 5 * (fast + slow * (1 - np.exp(-seconds / tau)))
    slope = (before - pulse["Voltage [V]"].to_numpy() - drop) / np.maximum(seconds, 1e-9)
    assert before - pulse["Voltage [V]"][0] == pytest.approx(5 * fast, rel=1e-5)
    # what remains is the slope of the open-circuit voltage, linear in the charge drawn
    assert slope[5:] == pytest.approx(slope[-1], rel=5e-2)
    assert flat.time_series["Voltage [V]"][0] == pytest.approx(before, abs=1e-4)


@pytest.mark.parametrize("cell", [chen("SPM"), CIRCUIT])
def test_quick_and_physical_cells_run_every_kind_of_step(cell):
    steps = [
        {"Charge": {"mode": "C-rate", "value": 1, "hold_voltage": 4.0, "duration": 60}},
        discharge(mode="Resistance", value=2, duration=30),
        discharge(mode="Power", value=5, duration=30),
        drive(duration=20),
        waveform("triangle", frequency=0.1, duration=20),
        {"EIS": {"start_frequency": 100, "end_frequency": 1}},
        {"Control": {"advance_cycle": True}},
        {"Ambient temperature": {"value": 30}},
        {"Rest": {"duration": 60, "ends": ["dV/dt < 1e-3"]}},
    ]
    done = simulate(cell, steps, soc=0.5, profiles=profile("Power [W]", TOWN))
    assert done.steps.height == 7
    assert done.steps["Cycle count"].to_list() == [0] * 6 + [1]
    assert done.metrics["Solver time [s]"] > 0


# -- variables of the model in and after profiles ------------------------------------------------

JUMPS = {"P": {"Time [s]": [0, 10, 10, 30, 60], "Current [A]": [1, 1, -0.5, -0.5, 2]}}


@pytest.mark.parametrize(
    "name",
    ["Negative electrode stoichiometry", "X-averaged battery reaction overpotential [V]"],
)
def test_expressions_see_variables_of_the_model_after_a_profile(name):
    steps = [
        discharge(mode="C-rate", value=1, duration=300),
        {"DriveCycle": {"profile": "P", "repeat": 3}},
        {"Rest": {"duration": f'1000 + variable["{name}"]'}},
    ]
    options = {"soc": 0.5, "profiles": JUMPS}
    done = simulate(chen("DFN"), steps, **options)
    told = simulate(chen("DFN"), steps, extra_variables=[name], **options)
    expected = told.time_series.filter(pl.col("Step count") == 1)[name][-1]
    assert done.steps["Duration [s]"][2] - 1000 == pytest.approx(expected, rel=1e-5)


def test_a_variable_of_the_model_ends_no_waveform_before_its_time():
    ends = ['variable["Negative electrode stoichiometry"] < 0.1']
    step = {"shape": "sine", "mode": "Power", "amplitude": 2, "period": 40, "duration": 100}
    done = simulate(chen("SPM"), [{"Waveform": {**step, "ends": ends}}], soc=0.5)
    assert done.steps["Ended by"][0] == "duration"
    assert done.steps["Duration [s]"][0] == pytest.approx(100)


# -- magnitudes that turn round within one step of the solver ------------------------------------


def first_below(times, values, threshold):
    """Return when straight lines first come below a threshold in magnitude."""
    fine = np.linspace(0, times[-1], 2_000_001)
    return fine[np.flatnonzero(np.abs(np.interp(fine, times, values)) <= threshold)[0]]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("mode", "end"), [("Current", "Current [A]"), ("Power", "Power [W]")])
def test_a_magnitude_that_passes_through_zero_meets_its_end(seed, mode, end):
    times = np.arange(201.0)
    values = np.random.default_rng(seed).uniform(-5, 5, 201)
    step = drive(ends=[f"{mode} < 0.05"])
    done = simulate(CIRCUIT, [step], soc=0.5, profiles=profile(end, values, times))
    expected = first_below(times, values, 0.05)
    assert done.steps["Ended by"][0] == f"{mode} < 0.05"
    assert done.steps["Duration [s]"][0] == pytest.approx(expected, abs=3e-4)
    assert abs(done.time_series[end][-1]) == pytest.approx(0.05, rel=1e-3)
    rows = done.time_series
    straight = np.trapezoid(rows["Current [A]"], rows["Time [s]"]) / 3600
    assert straight == pytest.approx(done.steps[OUT][0] - done.steps[BACK][0], rel=1e-3)


def test_a_sine_passes_through_a_narrow_end_and_the_cell_stops_there():
    step = waveform("sine", amplitude=5, offset=2, frequency=0.1, duration=60)
    step["Waveform"]["ends"] = ["Current < 0.001"]
    done = simulate(chen("SPM"), [step, {"Rest": {"duration": 1}}], soc=0.5)
    # 2 + 5 sin(x) = 0.001
    expected = (math.pi + math.asin(1.999 / 5)) / (2 * math.pi * 0.1)
    assert done.steps["Ended by"][0] == "Current < 0.001"
    assert done.steps["Duration [s]"][0] == pytest.approx(expected, abs=1e-6)
    x = 2 * math.pi * 0.1 * expected
    charge = (2 * expected + 5 * (1 - math.cos(x)) / (2 * math.pi * 0.1)) / 3600
    drawn = done.steps[OUT][0] - done.steps[BACK][0]
    assert drawn == pytest.approx(charge, rel=1e-5)


def test_a_current_that_a_voltage_turns_round_meets_its_end():
    times = np.arange(61.0)
    volts = 3.7 + 0.1 * np.sin(times * 1.7)
    options = {"soc": 0.5, "profiles": profile("Voltage [V]", volts, times)}
    free = simulate(CIRCUIT, [drive()], resolution=0.001, **options)
    current = np.abs(free.time_series["Current [A]"].to_numpy())
    expected = free.time_series["Time [s]"].to_numpy()[np.flatnonzero(current < 0.02)[0]]
    done = simulate(CIRCUIT, [drive(ends=["Current < 0.02"])], **options)
    assert done.steps["Ended by"][0] == "Current < 0.02"
    assert done.steps["Duration [s]"][0] == pytest.approx(expected, abs=2e-3)
