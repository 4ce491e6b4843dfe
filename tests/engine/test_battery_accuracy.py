"""How exact charge, energy and state are, against integrals and an integrator of our own."""

import math
from itertools import pairwise

import numpy as np
import pytest
from ionworks_engine import battery
from ionworks_engine.battery.quadrature import positive_integral
from ionworks_engine.battery.quickmodels import quick_parameters
from scipy.integrate import solve_ivp

OUT, BACK = "Discharge capacity [A.h]", "Charge capacity [A.h]"
ENERGY_OUT, ENERGY_BACK = "Discharge energy [W.h]", "Charge energy [W.h]"
SPM = {"model": {"type": "SPM"}, "parameters": {"set": "Chen2020"}}


def circuit(capacity=5.0):
    return {"quick_model": {"capacity": capacity, "chemistry": "NMC/Graphite"}}


def simulate(cell, step, profiles=None, **request):
    protocol = {
        "global": {"initial_soc": 0.5, "temperature": 25, "resolution": 60},
        "drive_cycles": profiles or {},
        "steps": [step],
    }
    done = battery.simulate({"cell": cell, "protocol": protocol, **request})
    assert done.error is None, done.error
    return done


def waveform(shape, mode, amplitude, frequency, duration, offset=0.0):
    step = {"shape": shape, "mode": mode, "amplitude": amplitude, "frequency": frequency}
    return {"Waveform": {**step, "duration": duration, "offset": offset}}


def parts(times, values):
    """Return the integrals of the positive and the negative part of straight lines, per hour."""
    first, last, widths = values[:-1], values[1:], np.diff(times)
    up = np.maximum(first, 0) + np.maximum(last, 0)
    whole = np.abs(first) + np.abs(last)
    share = np.where(first * last < 0, up / np.where(whole > 0, whole, 1), 1)
    out = float(np.sum(widths / 2 * up * share)) / 3600
    return out, out - float(np.sum(widths / 2 * (first + last))) / 3600


def equivalent(law):
    """Return the rates of a 5 A.h circuit under a law ``(ocv less slow, R0, t) -> current``."""
    known = quick_parameters(circuit()["quick_model"])
    fast, slow, store = (known[name] for name in ("R0 [Ohm]", "R1 [Ohm]", "C1 [F]"))
    curve = known["Open-circuit voltage [V]"](0.5)
    table, voltage = np.ravel(curve.x[0]), np.ravel(curve.y)

    def rates(time, state):
        source = np.interp(state[0], table, voltage) - state[1]
        current = law(source, fast, time)
        charge = [max(current, 0) / 3600, max(-current, 0) / 3600]
        return np.array([-current / 3600 / 5, (current - state[1] / slow) / store, *charge])

    return rates


# -- held voltages ----------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [1e-4, 5.0, 500.0])
@pytest.mark.parametrize(("kind", "held"), [("Charge", 3.9), ("Discharge", 3.6), ("Charge", 4.1)])
def test_a_voltage_held_on_a_circuit_takes_the_right_charge_at_any_size(capacity, kind, held):
    step = {kind: {"mode": "Voltage", "value": held, "duration": 300}}
    row = simulate(circuit(capacity), step).steps.to_dicts()[0]
    rates = equivalent(lambda source, fast, _: (source - held) / fast)
    span, start = (0, 300), [0.5, 0, 0, 0]
    right = solve_ivp(rates, span, start, "Radau", rtol=1e-10, atol=1e-12, max_step=0.5).y[:, -1]
    passed = (row[OUT] + row[BACK]) / capacity * 5
    assert passed == pytest.approx(right[2] + right[3], rel=3e-5)


# -- powers and voltages that vary --------------------------------------------------------

ONE_WAY = {"sawtooth": 1 / 4, "triangle": 1 / 4, "sine": 1 / math.pi, "square": 1 / 2}


@pytest.mark.parametrize("cell", [circuit(), SPM], ids=["circuit", "SPM"])
@pytest.mark.parametrize("shape", ONE_WAY)
@pytest.mark.parametrize(("power", "frequency"), [(12, 0.1), (12, 1), (12, 10), (0.05, 1)])
def test_a_waveform_of_power_gives_and_takes_the_energy_asked_for(cell, shape, power, frequency):
    periods = 20
    step = waveform(shape, "Power", power, frequency, periods / frequency)
    row = simulate(cell, step).steps.to_dicts()[0]
    right = power * ONE_WAY[shape] * periods / frequency / 3600
    assert row[ENERGY_OUT] == pytest.approx(right, rel=1e-4)
    assert row[ENERGY_BACK] == pytest.approx(right, rel=1e-4)
    assert row[ENERGY_OUT] - row[ENERGY_BACK] == pytest.approx(0, abs=1e-4 * right)


@pytest.mark.parametrize("cell", [circuit(), SPM], ids=["circuit", "SPM"])
def test_a_random_profile_of_power_gives_and_takes_the_energy_asked_for(cell):
    times, power = np.arange(601.0), np.random.default_rng(1).uniform(-15, 15, 601)
    profiles = {"P": {"Time [s]": times.tolist(), "Power [W]": power.tolist()}}
    row = simulate(cell, {"DriveCycle": {"profile": "P"}}, profiles).steps.to_dicts()[0]
    out, back = parts(times, power)
    assert row[ENERGY_OUT] == pytest.approx(out, rel=1e-4)
    assert row[ENERGY_BACK] == pytest.approx(back, rel=1e-4)
    assert row[ENERGY_OUT] - row[ENERGY_BACK] == pytest.approx(out - back, abs=1e-4 * out)


def runge_kutta(rates, state, times, steps):
    """Integrate from time to time, in so many steps each."""
    for begin, end in pairwise(times):
        width = (end - begin) / steps
        for place in range(steps):
            now = begin + place * width
            one = rates(now + 1e-12, state)
            two = rates(now + width / 2, state + width / 2 * one)
            three = rates(now + width / 2, state + width / 2 * two)
            four = rates(now + width - 1e-12, state + width * three)
            state = state + width / 6 * (one + 2 * two + 2 * three + four)
    return state


def test_a_random_profile_of_voltage_moves_the_charge_that_it_should():
    times, held = np.arange(121.0), np.random.default_rng(2).uniform(3.6, 3.8, 121)
    profiles = {"P": {"Time [s]": times.tolist(), "Voltage [V]": held.tolist()}}
    row = simulate(circuit(), {"DriveCycle": {"profile": "P"}}, profiles).steps.to_dicts()[0]
    rates = equivalent(lambda source, fast, now: (source - np.interp(now, times, held)) / fast)
    right = runge_kutta(rates, np.array([0.5, 0, 0, 0]), times, 40)
    assert row[OUT] == pytest.approx(right[2], rel=1e-4)
    assert row[BACK] == pytest.approx(right[3], rel=1e-4)


def test_the_state_of_the_cell_follows_a_sawtooth_of_power():
    def law(source, fast, now):
        power = 24 * (now % 1) if now % 1 < 0.5 else 24 * (now % 1 - 1)
        return (source - math.sqrt(source**2 - 4 * fast * power)) / 2 / fast

    right = runge_kutta(equivalent(law), np.array([0.5, 0, 0, 0]), np.arange(0, 100.5, 0.5), 20)
    done = simulate(circuit(), waveform("sawtooth", "Power", 12, 1, 100), extra_variables=["SoC"])
    one_way = right[2] / 5
    assert done.time_series["SoC"][-1] == pytest.approx(right[0], abs=1e-4 * one_way)


# -- sines of current ---------------------------------------------------------------------


@pytest.mark.parametrize("offset", [0.0, 0.5, -1.9, 2.5])
@pytest.mark.parametrize(("frequency", "duration"), [(1, 10), (10, 5), (0.01, 200)])
def test_a_sine_of_current_moves_its_charge(offset, frequency, duration):
    step = waveform("sine", "Current", 2, frequency, duration, offset)
    row = simulate(circuit(), step).steps.to_dicts()[0]
    rising = math.asin(max(-1.0, min(1.0, -offset / 2)))
    share = (offset * (math.pi - 2 * rising) + 4 * math.cos(rising)) / 2 / math.pi
    out = share * duration / 3600
    assert row[OUT] == pytest.approx(out, rel=1e-6)
    assert row[BACK] == pytest.approx(out - offset * duration / 3600, rel=1e-6, abs=1e-12)


def test_the_state_of_a_circuit_keeps_to_the_charge_of_a_sine():
    step = waveform("sine", "Current", 4, 0.05, 900, -1.5)
    done = simulate(circuit(), step, extra_variables=["SoC"])
    assert done.time_series["SoC"][-1] - 0.5 == pytest.approx(1.5 * 900 / 3600 / 5, rel=2e-5)


def test_the_positive_part_of_a_parabola_is_integrated_exactly():
    one = np.ones(1)
    assert positive_integral(-one, 1.25 * one, -one, one) == pytest.approx(_hill(-1, 9, -9))
    assert positive_integral(-one, 0 * one, one, 2 * one) == pytest.approx(0.5)
    assert positive_integral(0 * one, -one, 0 * one, one) == 0


def _hill(constant, slope, bend):
    """Integrate ``constant + slope x + bend x^2`` between its roots."""
    root = math.sqrt(slope**2 - 4 * constant * bend)
    return root**3 / 6 / bend**2


# -- rows ---------------------------------------------------------------------------------


def stored_sine(frequency, duration):
    wave = waveform("sine", "Current", 1, frequency, duration)
    start = {"initial_soc": 0.5, "temperature": 25}
    protocol = {"global": start, "steps": [wave]}
    return battery.simulate({"cell": circuit(), "protocol": protocol}).time_series


def test_a_sine_is_stored_with_rows_that_carry_its_charge():
    rows = stored_sine(1, 10)
    flowed = np.trapezoid(rows["Current [A]"].abs(), rows["Time [s]"])
    assert flowed == pytest.approx(10 * 2 / math.pi, rel=5e-5)
    assert len(rows) < 10_000


def test_a_sine_of_thousands_of_periods_has_no_more_rows_than_can_be_looked_at():
    periods = 2_000
    rows = stored_sine(100, periods / 100)
    times, current = rows["Time [s]"].to_numpy(), rows["Current [A]"].to_numpy()
    assert 16 * periods < len(rows) < 200_000
    assert np.abs(current - np.sin(200 * math.pi * times)).max() < 1e-6
    assert np.bincount((times * 100).astype(int))[:periods].min() >= 16
    assert np.trapezoid(current, times) == pytest.approx(0, abs=1e-6)
