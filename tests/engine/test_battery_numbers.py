"""The battery core against PyBaMM run by hand and against closed forms."""

import math
import os

os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"

import numpy as np
import polars as pl
import pybamm
import pytest
from ionworks_engine import battery
from ionworks_engine.battery import stepmodel
from ionworks_engine.battery.library import CHEMISTRIES

CCCV = [
    "Discharge at 1C until 2.5V",
    "Rest for 10 minutes",
    "Charge at 1C until 4.2V",
    "Hold at 4.2V until 100mA",
    "Rest for 10 minutes",
]
CCCV_STEPS = [
    {"Discharge": {"mode": "C-rate", "value": 1, "ends": ["Voltage < 2.5"]}},
    {"Rest": {"duration": 600}},
    {"Charge": {"mode": "C-rate", "value": 1, "ends": ["Voltage > 4.2"]}},
    {"Charge": {"mode": "Voltage", "value": 4.2, "ends": ["Current < 0.1"]}},
    {"Rest": {"duration": 600}},
]
CAPACITY = ("Discharge capacity [A.h]", "Charge capacity [A.h]")


def chen(model, **options):
    return {"model": {"type": model, "options": options}, "parameters": {"set": "Chen2020"}}


def circuit(**values):
    return {"quick_model": {"capacity": 5.0, "chemistry": "NMC/Graphite", **values}}


def simulate(cell, steps, *, start=None, **request):
    protocol = {"global": {"initial_soc": 1, "temperature": 25} if start is None else start}
    done = battery.simulate({"cell": cell, "protocol": {**protocol, "steps": steps}, **request})
    assert done.error is None, done.error
    return done


def by_hand(model, steps, *, parameters=None, soc=1.0, temperature=None):
    simulation = pybamm.Simulation(
        model,
        experiment=pybamm.Experiment(
            [tuple(steps)], **({} if temperature is None else {"temperature": temperature})
        ),
        parameter_values=parameters or pybamm.ParameterValues("Chen2020"),
        solver=pybamm.IDAKLUSolver(rtol=1e-7, atol=1e-8),
    )
    return simulation.solve(initial_soc=soc)


def step_frame(outcome, count):
    return outcome.time_series.filter(pl.col("Step count") == count)


def net_capacity(frame):
    return frame[CAPACITY[0]][-1] - frame[CAPACITY[1]][-1]


@pytest.mark.parametrize("model", ["SPM", "SPMe", "DFN"])
def test_a_cc_cv_cycle_agrees_with_a_hand_written_experiment(model):
    ours = simulate(chen(model), CCCV_STEPS)
    theirs = by_hand(getattr(pybamm.lithium_ion, model)(), CCCV)
    for count, step in enumerate(theirs.cycles[0].steps):
        frame = step_frame(ours, count)
        start = step["Time [s]"].entries[0]
        length = min(frame["Time [s]"][-1] - frame["Time [s]"][0], step.t[-1] - start)
        rows = frame.filter(pl.col("Time [s]") - frame["Time [s]"][0] <= length)
        elapsed = (rows["Time [s]"] - frame["Time [s]"][0]).to_numpy()
        expected = step["Voltage [V]"](start + elapsed)
        assert np.abs(rows["Voltage [V]"].to_numpy() - expected).max() < 1e-3
        drawn = step["Discharge capacity [A.h]"].entries
        if count in (0, 2, 3):
            assert net_capacity(frame) == pytest.approx(drawn[-1] - drawn[0], rel=2e-3)
    total = theirs["Discharge capacity [A.h]"].entries
    assert ours.metrics[CAPACITY[0]] == pytest.approx(total.max(), rel=1e-3)
    assert ours.metrics[CAPACITY[1]] == pytest.approx(total.max() - total[-1], rel=1e-3)


HOLD_HIGH = {
    "Charge": {"mode": "Voltage", "value": 4.1, "duration": 1800, "ends": ["C-rate < 0.001"]}
}
HOLD_LOW = {
    "Discharge": {"mode": "Voltage", "value": 3.6, "duration": 1800, "ends": ["C-rate < 0.001"]}
}
TEN_WATT = {"Discharge": {"mode": "Power", "value": 10, "duration": 60}}
REST = {"Rest": {"duration": 600}}
ONE_C = {"Charge": {"mode": "C-rate", "value": 1, "duration": 60}}


@pytest.mark.parametrize("model", ["SPM", "SPMe", "DFN"])
def test_a_hold_after_any_other_step_is_that_of_a_hand_written_experiment(model):
    steps = [REST, HOLD_HIGH, TEN_WATT, HOLD_LOW, ONE_C, HOLD_LOW, REST, HOLD_HIGH]
    words = {
        id(REST): "Rest for 10 minutes",
        id(HOLD_HIGH): "Hold at 4.1 V for 30 minutes",
        id(TEN_WATT): "Discharge at 10 W for 60 seconds",
        id(HOLD_LOW): "Hold at 3.6 V for 30 minutes",
        id(ONE_C): "Charge at 1C for 60 seconds",
    }
    ours = simulate(chen(model), steps, start={"initial_soc": 0.5, "temperature": 25})
    theirs = by_hand(
        getattr(pybamm.lithium_ion, model)(), [words[id(step)] for step in steps], soc=0.5
    )
    moved = [np.ptp(step["Discharge capacity [A.h]"].entries) for step in theirs.cycles[0].steps]
    assert len(moved) == len(steps)
    net = ours.steps[CAPACITY[0]] - ours.steps[CAPACITY[1]]
    assert net.abs().to_list() == pytest.approx(moved, rel=1e-3, abs=1e-6)


def test_a_run_does_not_depend_on_what_ran_before():
    half = {"initial_soc": 0.5, "temperature": 25}
    orders = [[REST, HOLD_HIGH], [HOLD_HIGH]]
    durations = []
    for sequence in (orders, orders[::-1]):
        stepmodel._compiled_models.clear()
        durations += [
            {
                str(steps): simulate(chen("SPM"), steps, start=half).steps["Duration [s]"].to_list()
                for steps in sequence
            }
        ]
    assert durations[0] == durations[1]


@pytest.mark.parametrize("model", ["SPM", "SPMe", "DFN"])
def test_the_stored_current_carries_the_counted_charge(model):
    steps = [
        *CCCV_STEPS,
        {"Discharge": {"mode": "Power", "value": 12, "ends": ["Voltage < 3"]}},
    ]
    done = simulate(chen(model), steps)
    for count in done.steps["Step count"]:
        frame = step_frame(done, count)
        integral = np.trapezoid(frame["Current [A]"], frame["Time [s]"]) / 3600
        assert net_capacity(frame) == pytest.approx(integral, rel=1e-4, abs=1e-9)


def test_a_hold_whose_current_leaps_carries_its_charge_too():
    cell = {"model": {"type": "SPM"}, "parameters": {"set": "Prada2013"}}
    hold = {"mode": "Voltage", "value": 3.6, "ends": ["C-rate < 0.05"]}
    drop = {"mode": "Voltage", "value": 3.0, "duration": 600}
    start = {"initial_soc": 0.5, "temperature": 25}
    done = simulate(cell, [{"Charge": hold}, {"Discharge": drop}], start=start)
    for count in range(2):
        frame = step_frame(done, count)
        flowed = np.trapezoid(frame["Current [A]"], frame["Time [s]"]) / 3600
        assert net_capacity(frame) == pytest.approx(flowed, rel=1e-4)


@pytest.mark.parametrize("chemistry", CHEMISTRIES)
@pytest.mark.parametrize("rate", [0.1, 1])
def test_every_quick_model_gives_its_capacity_down_to_its_own_cut_off(chemistry, rate):
    cell = {"quick_model": {"capacity": 2.0, "chemistry": chemistry}}
    known = battery.describe(cell)["parameters"]
    cut_off = known["Lower voltage cut-off [V]"]
    ends = [f"Voltage < {cut_off}"]
    done = simulate(cell, [{"Discharge": {"mode": "C-rate", "value": rate, "ends": ends}}])
    assert done.metrics["Discharge capacity [A.h]"] == pytest.approx(2.0, rel=0.1)


def test_energy_is_the_integral_of_power():
    done = simulate(chen("SPMe"), CCCV_STEPS, start={"initial_soc": 1, "resolution": {"time": 2}})
    for row in done.steps.iter_rows(named=True):
        frame = step_frame(done, row["Step count"])
        integral = np.trapezoid(frame["Power [W]"], frame["Time [s]"]) / 3600
        net = row["Discharge energy [W.h]"] - row["Charge energy [W.h]"]
        assert net == pytest.approx(integral, rel=2e-4, abs=1e-9)


@pytest.mark.parametrize(
    ("step", "column", "limit"),
    [
        ({"mode": "C-rate", "value": 1, "ends": ["Voltage < 3.2"]}, "Voltage [V]", 3.2),
        ({"mode": "Voltage", "value": 3.6, "ends": ["Current < 1"]}, "Current [A]", 1.0),
        ({"mode": "Voltage", "value": 3.6, "ends": ["C-rate < 0.2"]}, "Current [A]", 1.0),
        ({"mode": "Voltage", "value": 3.6, "ends": ["Power < 2"]}, "Power [W]", 2.0),
        ({"mode": "Current", "value": 5, "ends": ["Capacity > 2"]}, CAPACITY[0], 2.0),
        ({"mode": "Current", "value": 5, "ends": ["Time > 777"]}, "Time [s]", 777.0),
        ({"mode": "Current", "value": 5, "ends": ["SOC < 0.4"]}, "SOC", 0.4),
        ({"mode": "Power", "value": 15, "ends": ["Energy > 5"]}, "Discharge energy [W.h]", 5.0),
        ({"mode": "Current", "value": 5, "ends": ["Power > 19.5"]}, "Power [W]", 19.5),
    ],
)
def test_an_end_is_met_exactly_and_named(step, column, limit):
    start = {"initial_soc": 0.9}
    if limit == 19.5:
        step, start = {**step, "value": -0.0, "mode": "Current"}, {"initial_soc": 0.2}
        done = simulate(
            chen("SPMe"),
            [{"Charge": {"mode": "Current", "value": 5, "ends": ["Power > 19.5"]}}],
            start=start,
        )
        assert done.time_series["Power [W]"][-1] == pytest.approx(-limit, rel=1e-3)
        return
    done = simulate(chen("SPMe"), [{"Discharge": step}], start=start)
    assert done.time_series[column][-1] == pytest.approx(limit, rel=1e-3)
    end = step["ends"][0]
    assert done.steps["Ended by"].to_list() == [end]


def test_temperature_ends_a_step():
    done = simulate(
        chen("SPMe", thermal="lumped"),
        [{"Discharge": {"mode": "C-rate", "value": 2, "ends": ["Temperature > 30"]}}],
    )
    assert done.time_series["Temperature [degC]"][-1] == pytest.approx(30, rel=1e-3)
    assert done.time_series["Temperature [degC]"][0] == pytest.approx(25, abs=1e-6)


def test_modes_hold_what_they_say():
    done = simulate(
        chen("SPMe"),
        [
            {"Discharge": {"mode": "Power", "value": 10, "duration": 300}},
            {"Charge": {"mode": "Power", "value": 5, "duration": 300}},
            {"Discharge": {"mode": "Current", "value": 2, "duration": 300}},
            {"Charge": {"mode": "C-rate", "value": 0.5, "duration": 300}},
            {"Discharge": {"mode": "Voltage", "value": 3.9, "duration": 300}},
        ],
        start={"initial_soc": 0.8},
    )
    held = [("Power [W]", 10), ("Power [W]", -5), ("Current [A]", 2), ("Current [A]", -2.5)]
    for count, (column, value) in enumerate([*held, ("Voltage [V]", 3.9)]):
        assert step_frame(done, count)[column].to_numpy() == pytest.approx(value, rel=1e-4)
    assert done.steps["Step type"].to_list() == [
        "Constant power discharge",
        "Constant power charge",
        "Constant current discharge",
        "Constant current charge",
        "Constant voltage discharge",
    ]
    assert set(done.steps["Ended by"]) == {"duration"}
    assert done.steps["Duration [s]"].to_numpy() == pytest.approx(300)


def test_temperature_is_initial_and_ambient_as_in_a_hand_written_experiment():
    options = {"thermal": "lumped"}
    steps = [{"Discharge": {"mode": "C-rate", "value": 1, "ends": ["Voltage < 2.7"]}}]
    ours = simulate(chen("SPMe", **options), steps, start={"initial_soc": 1, "temperature": 10})
    parameters = pybamm.ParameterValues("Chen2020")
    parameters["Initial temperature [K]"] = 283.15
    theirs = by_hand(
        pybamm.lithium_ion.SPMe(options),
        ["Discharge at 1C until 2.7V"],
        parameters=parameters,
        temperature="10oC",
    )
    assert ours.time_series["Time [s]"][-1] == pytest.approx(theirs.t[-1], abs=1)
    times = ours.time_series["Time [s]"].to_numpy()[:-1]
    kelvin = theirs["Volume-averaged cell temperature [K]"](times)
    assert ours.time_series["Temperature [degC]"].to_numpy()[:-1] + 273.15 == pytest.approx(
        kelvin, abs=0.01
    )


def test_an_isothermal_cell_is_at_ambient_temperature():
    cold = simulate(chen("SPM"), CCCV_STEPS[:1], start={"initial_soc": 1, "temperature": 0})
    warm = simulate(chen("SPM"), CCCV_STEPS[:1], start={"initial_soc": 1, "temperature": 40})
    assert set(cold.time_series["Temperature [degC]"].round(6)) == {0.0}
    assert cold.time_series["Voltage [V]"][5] < warm.time_series["Voltage [V]"][5] - 1e-3


@pytest.mark.parametrize("soc", [0.2, 0.55, 1.0])
def test_initial_soc_is_that_of_pybamm(soc):
    parameters = pybamm.ParameterValues("Chen2020")
    parameters.set_initial_state(soc)
    done = simulate(
        chen("SPM"),
        [{"Rest": {"duration": 1}}],
        start={"initial_soc": soc},
        extra_variables=["X-averaged negative particle surface concentration [mol.m-3]"],
    )
    expected = parameters["Initial concentration in negative electrode [mol.m-3]"]
    assert done.time_series[:, -1][0] == pytest.approx(expected, rel=1e-6)
    assert done.time_series["SOC"][0] == pytest.approx(soc)


def test_initial_voltage_is_the_open_circuit_voltage():
    done = simulate(
        chen("SPMe"),
        [{"Rest": {"duration": 60}}],
        start={"initial_state_type": "voltage", "initial_state_value": 3.65},
    )
    assert done.time_series["Voltage [V]"][0] == pytest.approx(3.65, abs=1e-5)


def test_percent_and_fraction_say_the_same():
    rest = [{"Rest": {"duration": 10}}]
    percent = {"initial_state_type": "soc_percentage", "initial_state_value": 30}
    first = simulate(chen("SPM"), rest, start=percent).time_series
    assert first.equals(simulate(chen("SPM"), rest, start={"initial_soc": 0.3}).time_series)


def test_without_an_initial_state_the_sets_own_concentrations_count():
    done = simulate(
        chen("SPM"), [{"Discharge": {"mode": "Current", "value": 5, "duration": 60}}], start={}
    )
    simulation = pybamm.Simulation(
        pybamm.lithium_ion.SPM(), parameter_values=pybamm.ParameterValues("Chen2020")
    )
    expected = simulation.solve([0, 60])["Voltage [V]"].entries[-1]
    assert done.time_series["Voltage [V]"][-1] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    "design",
    [
        {"Positive electrode thickness [m]": 60e-6},
        {"Negative particle radius [m]": 8e-6, "Separator thickness [m]": 20e-6},
        {"Negative electrode active material volume fraction": 0.7},
        {"Upper voltage cut-off [V]": 4.1, "Open-circuit voltage at 100% SOC [V]": 4.1},
    ],
)
def test_a_design_parameter_does_what_it_does_in_a_fresh_simulation(design):
    ours = simulate(chen("SPMe"), CCCV_STEPS[:1], design=design)
    parameters = pybamm.ParameterValues("Chen2020")
    parameters.update(design)
    theirs = by_hand(pybamm.lithium_ion.SPMe(), CCCV[:1], parameters=parameters)
    assert ours.time_series["Time [s]"][-1] == pytest.approx(theirs.t[-1], rel=1e-3)
    times = np.linspace(0, 0.98 * theirs.t[-1], 40)
    voltage = np.interp(times, ours.time_series["Time [s]"], ours.time_series["Voltage [V]"])
    fine = simulate(
        chen("SPMe"),
        CCCV_STEPS[:1],
        design=design,
        start={"initial_soc": 1, "resolution": {"time": 5}},
    ).time_series
    voltage = np.interp(times, fine["Time [s]"], fine["Voltage [V]"])
    assert np.abs(voltage - theirs["Voltage [V]"](times)).max() < 1e-3


def test_the_nominal_capacity_as_a_design_parameter_sets_the_c_rate():
    step = [{"Discharge": {"mode": "C-rate", "value": 1, "duration": 60}}]
    done = simulate(chen("SPM"), step, design={"Nominal cell capacity [A.h]": 4.0})
    assert done.time_series["Current [A]"].to_numpy() == pytest.approx(4.0)


def test_a_quick_model_falls_by_its_ohmic_drop_and_relaxes_as_its_rc_pair():
    cell = circuit(resistance_pct=4.0)
    described = battery.describe(cell)["parameters"]
    fast, slow = described["R0 [Ohm]"], described["R1 [Ohm]"]
    constant = slow * described["C1 [F]"]
    done = simulate(
        cell,
        [
            {"Rest": {"duration": 10}},
            {"Discharge": {"mode": "C-rate", "value": 1, "duration": 600}},
            {"Rest": {"duration": 120}},
        ],
        start={"initial_soc": 0.6, "resolution": {"time": 1}},
        extra_variables=["Open-circuit voltage [V]"],
    )
    rest, pulse, after = (step_frame(done, count) for count in range(3))
    assert rest["Voltage [V]"][-1] - pulse["Voltage [V]"][0] == pytest.approx(5 * fast, rel=1e-4)
    ocv = pulse["Open-circuit voltage [V]"].to_numpy()
    elapsed = (pulse["Time [s]"] - pulse["Time [s]"][0]).to_numpy()
    expected = ocv - 5 * fast - 5 * slow * (1 - np.exp(-elapsed / constant))
    assert np.abs(pulse["Voltage [V]"].to_numpy() - expected).max() < 2e-4
    left = after["Open-circuit voltage [V]"][0] - after["Voltage [V]"][0]
    elapsed = (after["Time [s]"] - after["Time [s]"][0]).to_numpy()
    relaxed = after["Open-circuit voltage [V]"].to_numpy() - left * np.exp(-elapsed / constant)
    assert np.abs(after["Voltage [V]"].to_numpy() - relaxed).max() < 2e-4
    assert pulse["SOC"][-1] == pytest.approx(0.6 - 600 / 3600, rel=1e-6)


def test_a_quick_model_starts_at_a_voltage():
    start = {"initial_state_type": "voltage", "initial_state_value": 3.7}
    done = simulate(circuit(), [{"Rest": {"duration": 10}}], start=start)
    assert done.time_series["Voltage [V]"][0] == pytest.approx(3.7, abs=1e-4)


def test_a_full_discharge_of_a_quick_model_gives_its_capacity():
    done = simulate(
        circuit(resistance_pct=0.5),
        [{"Discharge": {"mode": "C-rate", "value": 0.05, "ends": ["Voltage < 2.8"]}}],
    )
    assert done.metrics["Discharge capacity [A.h]"] == pytest.approx(5.0, rel=5e-3)
    assert math.isclose(done.time_series["SOC"][-1], 0.0, abs_tol=5e-3)
