"""Every protocol of ``examples/protocols`` on two models, against PyBaMM or a closed form."""

import functools
import math
import os
from dataclasses import dataclass
from pathlib import Path

os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"

import numpy as np
import polars as pl
import pybamm
import pytest
import yaml
from ionworks_engine import battery
from ionworks_engine.battery.quickmodels import quick_parameters

from ionworks import ucp

FOLDER = Path(__file__).parents[2] / "examples" / "protocols"
FILES = sorted(FOLDER.glob("*.yaml"))
CIRCUIT = {"capacity": 5.0, "chemistry": "NMC/Graphite"}
CELLS = {
    "SPM": {"model": {"type": "SPM"}, "parameters": {"set": "Chen2020"}},
    "ECM": {"quick_model": CIRCUIT},
}
INPUTS = {"inputs": {"Initial SOC": 0.9, "C-rate": 0.5, "Depth of discharge": 0.4}}
OUT, BACK = "Discharge capacity [A.h]", "Charge capacity [A.h]"


@dataclass(frozen=True)
class Run:
    """What a protocol did on one of the cells."""

    name: str
    cell: str
    document: dict
    done: object

    @property
    def steps(self):
        return self.done.steps.to_dicts()

    @property
    def series(self):
        return self.done.time_series

    def rows(self, step):
        return self.series.filter(pl.col("Step count") == step)

    def durations(self):
        return self.done.steps["Duration [s]"].to_list()

    def net(self):
        return (self.done.steps[OUT] - self.done.steps[BACK]).to_list()


@functools.cache
def run(name, cell):
    document = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    done = battery.simulate(
        {"cell": CELLS[cell], "protocol": document, "inputs": INPUTS.get(name, {})}
    )
    assert done.error is None, done.error
    return Run(name, cell, document, done)


def by_hand(cell, instructions, *, soc, celsius=25.0):
    """Run experiment strings in PyBaMM alone; return its steps."""
    if cell == "SPM":
        model, values = pybamm.lithium_ion.SPM(), pybamm.ParameterValues("Chen2020")
    else:
        model, values = pybamm.equivalent_circuit.Thevenin(), quick_parameters(CIRCUIT)
        model.events = []  # its own bounds on SoC, of which 0 and 1 are already outside
        values.update({"Initial SoC": soc})
    experiment = pybamm.Experiment(
        [tuple(instructions)], temperature=f"{celsius:g} oC", period="10 seconds"
    )
    simulation = pybamm.Simulation(
        model,
        experiment=experiment,
        parameter_values=values,
        solver=pybamm.IDAKLUSolver(rtol=1e-7, atol=1e-8),
    )
    if cell == "SPM":
        return simulation.solve(initial_soc=soc).cycles[0].steps
    return simulation.solve().cycles[0].steps


def agrees(instructions, *, soc, volts=1e-4):
    """Make a check: step by step the voltages of PyBaMM, and its durations."""

    def check(run):
        theirs = by_hand(run.cell, instructions, soc=soc)
        assert len(theirs) == len(run.steps)
        for count, step in enumerate(theirs):
            rows = run.rows(count)
            start, begin = step["Time [s]"].entries[0], rows["Time [s]"][0]
            length, duration = step.t[-1] - start, rows["Time [s]"][-1] - begin
            assert duration == pytest.approx(length, rel=1e-3, abs=0.5)
            elapsed = (rows["Time [s]"] - begin).to_numpy()
            both = np.isin(elapsed.round(6), (step.t - start).round(6))  # PyBaMM's own points
            assert both.any()
            expected = step["Voltage [V]"](np.minimum(start + elapsed[both], step.t[-1]))
            assert np.abs(rows["Voltage [V]"].to_numpy()[both] - expected).max() < volts

    return check


def resistances():
    values = quick_parameters(CIRCUIT)
    return values["R0 [Ohm]"], values["R1 [Ohm]"], 30.0


def all_of(*checks):
    def check(run):
        for one in checks:
            one(run)

    return check


def charges(*expected, tolerance=1e-4):
    """Make a check: the net charge in A.h of each step, discharge positive."""

    def check(run):
        assert run.net() == pytest.approx(list(expected), rel=tolerance, abs=1e-6)

    return check


def lasts(*expected):
    """Make a check: the duration in s of each step."""

    def check(run):
        assert run.durations() == pytest.approx(list(expected), rel=1e-6)

    return check


def last(run, column, step=-1):
    step = len(run.steps) + step if step < 0 else step
    return run.rows(step)[column][-1]


def power_times_time_is_energy(run):
    rows = run.series
    assert rows["Power [W]"].to_numpy() == pytest.approx(np.full(len(rows), 15.0), rel=1e-4)
    assert run.steps[0]["Discharge energy [W.h]"] == pytest.approx(5.0, rel=1e-4)


def voltage_over_current_is_one_ohm(run):
    ratio = run.series["Voltage [V]"] / run.series["Current [A]"]
    assert ratio.to_numpy() == pytest.approx(np.ones(len(ratio)), rel=1e-4)
    if run.cell == "ECM":
        # R1 and C1 at rest: the circuit's own current is U / (R + R0) at the first instant
        fast, _, _ = resistances()
        open_circuit = 4.2
        first = run.series["Current [A]"][0]
        assert first == pytest.approx(open_circuit / (1 + fast), rel=1e-3)


def as_two_steps(run_one):
    two = run("cc_cv_two_steps", run_one.cell)
    assert len(run_one.steps) == 1
    assert run_one.series["Time [s]"][-1] == pytest.approx(two.series["Time [s]"][-1], rel=1e-4)
    assert sum(run_one.net()) == pytest.approx(sum(two.net()), rel=1e-4)
    times, volts = run_one.series["Time [s]"].to_numpy(), run_one.series["Voltage [V]"].to_numpy()
    theirs = np.interp(times, two.series["Time [s]"], two.series["Voltage [V]"])
    assert np.abs(volts - theirs).max() < 1e-3


def begins_at_rest_at(voltage):
    def check(run):
        assert run.rows(0)["Voltage [V]"].to_numpy() == pytest.approx(voltage, abs=2e-3)
        assert run.net() == pytest.approx([0, 2.5 * 600 / 3600], rel=1e-4, abs=1e-6)

    return check


def rows_are_close_enough(run):
    first, pulse = run.rows(0)["Time [s]"].diff().max(), run.rows(1)["Time [s]"].diff().max()
    assert first <= 10 + 1e-9
    assert pulse <= 0.1 + 1e-9
    assert run.rows(2)["Voltage [V]"].diff().abs().max() <= 0.0055
    assert len(run.rows(1)) >= 101


def ends_in_energy(run):
    assert run.steps[0]["Discharge energy [W.h]"] == pytest.approx(5.0, rel=1e-4)
    assert run.durations() == pytest.approx([1800], rel=1e-4)


def warms_or_empties(run):
    warmest = run.steps[0]["Max temperature [degC]"]
    if run.cell == "SPM":
        assert warmest == pytest.approx(25)
        assert "Voltage" in run.steps[0]["Ended by"]
        return
    assert warmest == pytest.approx(30, abs=0.01)
    # two lumped masses that only exchange heat: they end between where they were and ambient
    cooled = run.rows(1)["Temperature [degC]"]
    assert (cooled.diff().drop_nulls() < 1e-9).all()
    assert 25 < cooled[-1] < 30


def ends_at(column, value, step=-1, absolute=1e-3):
    def check(run):
        assert abs(last(run, column, step)) == pytest.approx(value, rel=1e-3, abs=absolute)

    return check


def slope_has_died_down(run):
    rest = run.rows(1)
    seconds, volts = rest["Time [s]"].to_numpy(), rest["Voltage [V]"].to_numpy()
    assert 60 < seconds[-1] - seconds[0] < 14400
    slope = abs(volts[-1] - volts[-2]) / (seconds[-1] - seconds[-2])
    assert slope < 2e-5
    if run.cell == "ECM":
        # one RC pair that decays: I R1 (1 - exp(-600/tau)) / tau exp(-t/tau) = 1e-5 V/s
        _, slow, tau = resistances()
        start = 5 * slow * (1 - math.exp(-600 / tau))
        expected = tau * math.log(start / tau / 1e-5)
        assert seconds[-1] - seconds[0] == pytest.approx(expected, abs=2.0)


def went_to(*names):
    def check(run):
        assert [step["Step name"] for step in run.steps] == list(names)

    return check


def skips_what_was_jumped_over(run):
    assert len(run.steps) == 2
    assert run.steps[1]["Step name"] == "Full"
    assert run.rows(0)["Voltage [V]"][-1] == pytest.approx(4.2, abs=1e-3)
    assert run.net()[1] == pytest.approx(5 / 60, rel=1e-4)


def swings_around_half(run):
    signs = np.sign(run.net())
    assert signs.tolist() == [1, -1, 1, -1]
    assert np.abs(run.net()) == pytest.approx(2.5 / 12, rel=1e-4)


def goes_half_way_back(run):
    first, _, back = run.net()
    assert back == pytest.approx(-first / 2, rel=1e-4)


def each_stage_is_half_as_fast(run):
    currents = [abs(step["Mean current [A]"]) for step in run.steps]
    assert currents == pytest.approx([10, 5, 2.5, 1.25], rel=1e-4)
    assert [last(run, "Voltage [V]", n) for n in range(4)] == pytest.approx([4.1] * 4, abs=1e-3)


def trips_at(voltage, steps):
    def check(run):
        assert len(run.steps) == steps
        assert run.rows(0)["Voltage [V]"][-1] == pytest.approx(voltage, abs=1e-3)
        assert "safety" in run.steps[0]["Ended by"].lower()

    return check


def recovers(run):
    trips_at(4.15, 3)(run)
    assert run.net()[1:] == pytest.approx([0, 0.25], rel=1e-4, abs=1e-6)


def goes_gently(run):
    assert [step["Step name"] for step in run.steps][-1] == "Gently"
    assert "safety" in run.steps[0]["Ended by"].lower()
    assert run.durations()[0] < 1
    assert len(run.steps) == 2
    assert run.net()[1] == pytest.approx(-0.25, rel=1e-4)


def pulses_show_the_resistance(pulses, current):
    """Make a check: on the circuit each pulse begins with I R0 and follows the RC pair."""

    def check(run):
        if run.cell != "ECM":
            return
        fast, slow, tau = resistances()
        for count in pulses:
            before, rows = run.rows(count - 1)["Voltage [V]"][-1], run.rows(count)
            assert before - rows["Voltage [V]"][0] == pytest.approx(current * fast, rel=2e-3)
            assert len(rows) > 2
            assert slow > 0
            assert tau == 30.0

    return check


GITT = ["Discharge at C/10 for 30 minutes or until 2.5 V", "Rest for 2 hours"] * 8
LEVEL = [
    "Discharge at C/2 for 12 minutes",
    "Rest for 1 hour",
    "Discharge at 1C for 10 seconds (0.5 second period)",
    "Rest for 40 seconds (1 second period)",
    "Charge at 0.75C for 10 seconds (0.5 second period)",
    "Rest for 10 minutes",
]


def cycles_and_counts(run):
    names = run.done.steps["Cycle count"].to_list()
    # 2 x (4 ageing cycles of 2 steps, one reference test of 4), counted at the end of each
    expected = []
    for half in range(2):
        expected += [5 * half + n for n in range(4) for _ in range(2)]
        expected += [5 * half + 4] * 4
    assert names == expected
    drawn = [step[OUT] for step in run.steps if step["Step type"].lower().endswith("discharge")]
    assert drawn[1:4] == pytest.approx([drawn[1]] * 3, rel=2e-3)


def twenty_equal_cycles(run):
    drawn = [step[OUT] for step in run.steps if step[OUT] > 0]
    assert len(drawn) == 21
    assert drawn[2:] == pytest.approx([drawn[2]] * 19, rel=1e-3)


def three_formation_cycles(run):
    moved = np.abs(run.net()).reshape(3, 4)
    assert moved[:, [1, 3]].max() < 1e-6
    assert moved[1, 0] == pytest.approx(moved[0, 2], rel=2e-2)
    mean = [abs(step["Mean current [A]"]) for step in run.steps[0::4]]
    assert mean == pytest.approx([0.25, 0.5, 0.5], rel=1e-4)


def stores_warm(run):
    assert run.durations()[1] == pytest.approx(30 * 24 * 3600)
    assert abs(run.net()[1]) < 1e-9
    assert run.rows(1)["Temperature [degC]"][-1] == pytest.approx(45, abs=0.05)
    total = run.net()[0] + run.net()[2]
    assert total > 0


def floats(run):
    assert run.durations() == pytest.approx([86400])
    assert last(run, "Voltage [V]") == pytest.approx(4.0, abs=1e-3)
    assert abs(last(run, "Current [A]")) < 0.01


def village(run):
    points = run.document["drive_cycles"]["Village"]
    charge = 1.5 * np.trapezoid(points["Current [A]"], points["Time [s]"]) / 3600
    assert sum(run.net()) == pytest.approx(2 * charge, rel=1e-4)
    assert run.durations() == pytest.approx([240])
    times = run.series["Time [s]"].to_numpy()
    smooth = np.abs((times % 120) - 40) > 0.5
    expected = 1.5 * np.interp(times % 120, points["Time [s]"], points["Current [A]"])
    wrap = (times % 120 > 0.5) & (times % 120 < 119.5)
    ours = run.series["Current [A]"].to_numpy()
    assert np.abs(ours - expected)[smooth & wrap].max() < 1e-6


def hill(run):
    assert last(run, "SOC") == pytest.approx(0.6, abs=1e-5)
    points = run.document["drive_cycles"]["Hill"]
    times = run.series["Time [s]"].to_numpy()
    inside = (times % 90 > 0.5) & (times % 90 < 89.5)
    expected = np.interp(times % 90, points["Time [s]"], points["Power [W]"])
    power = (run.series["Voltage [V]"] * run.series["Current [A]"]).to_numpy()
    assert np.abs(power - expected)[inside].max() < 1e-3


def spectra(run):
    spectrum = run.series.filter(pl.col("Frequency [Hz]").is_not_null())
    assert len(spectrum) == 3 * 26
    if run.cell != "ECM":
        assert (spectrum["Impedance real [Ohm]"] > 0).all()
        return
    # R0 + R1/(1 + j w tau), and the slope of the open-circuit voltage over j w
    fast, slow, tau = resistances()
    omega = 2 * np.pi * spectrum["Frequency [Hz]"].to_numpy()
    pair = fast + slow / (1 + 1j * omega * tau)
    ours = (
        spectrum["Impedance real [Ohm]"].to_numpy()
        + 1j * spectrum["Impedance imaginary [Ohm]"].to_numpy()
    )
    assert np.abs(ours.real - pair.real).max() < 1e-3 * fast
    capacitive = (pair.imag - ours.imag) * omega  # dU/dQ of each spectrum: one number, above 0
    for part in capacitive.reshape(3, 26):
        assert part[-5:] == pytest.approx(np.full(5, part[-1]), rel=1e-3)
        assert part[-1] > 0


def sine(run):
    seconds = run.series["Time [s]"].to_numpy()
    expected = np.sin(2 * np.pi * 0.01 * seconds)
    assert np.abs(run.series["Current [A]"].to_numpy() - expected).max() < 1e-6
    assert abs(sum(run.net())) < 1e-5
    if run.cell == "ECM":
        fast, slow, tau = resistances()
        omega = 2 * np.pi * 0.01
        late = seconds > 700
        design = np.column_stack([np.sin(omega * seconds), np.cos(omega * seconds), seconds**0])
        fitted, *_ = np.linalg.lstsq(
            design[late], run.series["Voltage [V]"].to_numpy()[late], rcond=None
        )
        assert -fitted[0] == pytest.approx((fast + slow / (1 + (omega * tau) ** 2)), rel=1e-2)


def square(run):
    assert sum(run.net()) == pytest.approx(2 * 400 / 3600, rel=1e-4)
    seconds, current = run.series["Time [s]"].to_numpy(), run.series["Current [A]"].to_numpy()
    high = (seconds % 20 > 0.1) & (seconds % 20 < 9.9)
    low = seconds % 20 > 10.1
    assert current[high] == pytest.approx(4.0, abs=1e-6)
    assert current[low] == pytest.approx(0.0, abs=1e-6)


def chamber(run):
    warm = [run.rows(n)["Temperature [degC]"][-1] for n in (1, 4, 7)]
    assert warm == pytest.approx([10, 25, 40], abs=0.1)
    drawn = [run.net()[n] for n in (2, 5, 8)]
    if run.cell == "SPM":
        assert drawn[0] == pytest.approx(drawn[1], rel=0.1)
    assert all(charge > 3 for charge in drawn)


def nearly_reversible(run):
    down, up = run.net()[0], -run.net()[2]
    assert up == pytest.approx(down, rel=2e-2)
    assert run.series["SOC"].is_between(-0.02, 1.02).all()


def pulse_of_the_circuit(run):
    if run.cell != "ECM":
        agrees(
            [
                "Rest for 10 seconds",
                "Discharge at 1C for 18 seconds (0.1 second period)",
                "Rest for 40 seconds (0.1 second period)",
            ],
            soc=0.5,
        )(run)
        return
    fast, slow, tau = resistances()
    pulse = run.rows(1)
    seconds = (pulse["Time [s]"] - pulse["Time [s]"][0]).to_numpy()
    start = run.rows(0)["Voltage [V]"][-1]
    drop = start - pulse["Voltage [V]"].to_numpy()
    expected = 5 * (fast + slow * (1 - np.exp(-seconds / tau)))
    assert drop[0] == pytest.approx(5 * fast, rel=1e-4)
    assert np.abs(drop - expected).max() < 5e-3  # what is left is the slope of the OCV over 0.5 %


def fast_charge(run):
    kinds = [step["Step name"] for step in run.steps]
    assert kinds[-1] == "Hold"
    assert last(run, "Voltage [V]") == pytest.approx(4.2, abs=1e-3)
    hot = max(step["Max temperature [degC]"] for step in run.steps)
    assert hot < 60
    if run.cell == "ECM":
        assert run.steps[0]["Max temperature [degC]"] <= 35.01


def ends_by_name(run):
    assert [step["Step name"] for step in run.steps] == ["Capacity check", "Cool down"]


def rates_by_iteration(run):
    discharges = [step for step in run.steps if step[OUT] > 1]
    currents = [step["Mean current [A]"] for step in discharges]
    assert currents == pytest.approx([1, 2.5, 5, 10], rel=1e-4)
    drawn = [step[OUT] for step in discharges]
    assert drawn == sorted(drawn, reverse=True)


ONE_DISCHARGE = agrees(["Discharge at 1C until 2.5 V"], soc=1)

CHECKS = {
    "constant_current_discharge": ONE_DISCHARGE,
    "constant_current_charge": agrees(["Charge at 2 A until 4.2 V"], soc=0),
    "constant_power_discharge": all_of(
        power_times_time_is_energy, agrees(["Discharge at 15 W for 20 minutes"], soc=1)
    ),
    "constant_resistance_discharge": voltage_over_current_is_one_ohm,
    "cc_cv_two_steps": agrees(["Charge at 1C until 4.2 V", "Hold at 4.2 V until C/20"], soc=0.2),
    "cc_cv_one_step": as_two_steps,
    "flat_form": ONE_DISCHARGE,
    "initial_voltage": begins_at_rest_at(3.7),
    "inputs": all_of(charges(2.0), lasts(2880)),
    "resolution": all_of(rows_are_close_enough, charges(0, 10 * 10 / 3600, 0)),
    "end_on_capacity": all_of(charges(1.0), lasts(1440)),
    "end_on_energy": ends_in_energy,
    "end_on_soc": ends_at("SOC", 0.8, absolute=1e-5),
    "end_on_time": lasts(600),
    "end_on_temperature": warms_or_empties,
    "end_on_current": all_of(
        ends_at("Current [A]", 0.25), agrees(["Hold at 4.1 V until 250 mA"], soc=0.8)
    ),
    "end_on_power": all_of(ends_at("Power [W]", 1.0), ends_at("Current [A]", 1 / 4.1)),
    "end_on_slope": slope_has_died_down,
    "end_on_model_variable": all_of(
        ends_at("Voltage [V]", 3.6), agrees(["Discharge at 1C until 3.6 V"], soc=1)
    ),
    "ends_with_gotos": skips_what_was_jumped_over,
    "nested_blocks": charges(*([*([5 * 30 / 3600, 0] * 3), 0] * 2)),
    "repeat_by_expression": charges(*([0.05, 0] * 5)),
    "direction_by_expression": swings_around_half,
    "variables": goes_half_way_back,
    "step_charging": each_stage_is_half_as_fast,
    "functions": all_of(charges(8 * 60 / 3600), lasts(480)),
    "goto_loop": charges(*[5 / 60] * 5, 0),
    "counters": all_of(
        lasts(30, 60, 60, 60, 90, 60),
        lambda run: assert_equal(run.done.steps["Cycle count"].to_list(), [0, 0, 1, 1, 2, 2]),
    ),
    "safety_end_of_test": trips_at(4.1, 1),
    "safety_recovery": recovers,
    "safety_current": goes_gently,
    "gitt": agrees(GITT, soc=1),
    "hppc": all_of(agrees(LEVEL * 8, soc=1), pulses_show_the_resistance(range(2, 48, 6), 5.0)),
    "ici": agrees(
        ["Charge at C/5 for 5 minutes", "Rest for 10 seconds (0.1 second period)"] * 40, soc=0.1
    ),
    "rate_test": rates_by_iteration,
    "ageing_with_reference_tests": cycles_and_counts,
    "end_of_life": twenty_equal_cycles,
    "formation": three_formation_cycles,
    "calendar_storage": stores_warm,
    "float_charge": floats,
    "drive_cycle": village,
    "drive_cycle_power": hill,
    "eis": spectra,
    "sine": sine,
    "square_pulses": square,
    "ambient_temperature": chamber,
    "pseudo_ocv": nearly_reversible,
    "resistance_pulse": pulse_of_the_circuit,
    "fast_charge_with_temperature_guard": fast_charge,
    "notes_and_names": ends_by_name,
}


def assert_equal(left, right):
    assert left == right


def test_every_protocol_has_a_check():
    assert {path.stem for path in FILES} == set(CHECKS)
    assert len(FILES) >= 40


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_protocol_explains_itself_and_survives_being_written(path):
    text = path.read_text()
    assert text.startswith("# ")
    assert ucp.check(text) == []
    assert ucp.load(ucp.dump(text)) == ucp.load(path)
    assert len(ucp.explain(text).splitlines()) >= 1


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("name", CHECKS)
def test_a_protocol_does_what_it_says(name, cell):
    CHECKS[name](run(name, cell))
