"""The bounded fit of all steps at once, against one general solver run on each step."""

import numpy as np
import pytest
from scipy.optimize import lsq_linear

from ionworks.validators import (
    positive_current_is_charge,
    validate_positive_current_is_discharge,
)
from ionworks.validators.segments import Segments
from ionworks.validators.sign_fit import fit_steps

KINDS = [
    "large resistance",
    "noise",
    "constant current",
    "taper",
    "sine",
    "resistance only",
    "huge",
    "tiny",
    "exact",
]


def random_step(rng, kind):
    """Return voltage, fraction of the charge and current of one step."""
    rows = int(rng.integers(4, 60))
    x = np.sort(rng.random(rows))
    x = (x - x[0]) / (x[-1] - x[0])
    current = {
        "taper": np.exp(-3 * x),
        "sine": np.sin(9 * x) + rng.normal(),
        "noise": rng.normal(size=rows),
        "resistance only": rng.normal(size=rows),
    }.get(kind, np.full(rows, 1.0)) * rng.choice([-1, 1])
    noise = {"exact": 0.0, "noise": 0.3}.get(kind, 1e-3) * rng.normal(size=rows)
    voltage = 3.5 + rng.normal() * x + rng.normal() * 0.1 * current + noise
    if kind == "large resistance":
        current = 1 + 0.01 * rng.normal(size=rows)
        voltage = 3.5 + 10 * rng.choice([-1, 1]) * (current - 1) + 0.01 * rng.normal() * x
    if kind == "resistance only":
        voltage = 3.5 + rng.normal() * 0.1 * current
    scale = {"huge": 1e6, "tiny": 1e-6}.get(kind, 1.0)
    return voltage, x, current * scale


def reference(voltage, fraction, current):
    reach = max(np.ptp(voltage), 0.01)
    bounds = [voltage.min() - reach, 0.0, 0.0], [voltage.max() + reach, 2 * reach, np.inf]
    columns = np.column_stack([np.ones_like(voltage), fraction, current / np.abs(current).max()])
    # Without tightening, the general solver stops as soon as it gains less than a 1e-10th.
    found = lsq_linear(columns, voltage, bounds, method="bvls", tol=1e-14, max_iter=1000)
    return found.x[1], 2 * found.cost, np.linalg.cond(columns)


@pytest.mark.parametrize("kind", KINDS)
def test_every_step_is_fitted_as_the_general_solver_fits_it(kind):
    rng = np.random.default_rng(KINDS.index(kind))
    steps = [random_step(rng, kind) for _ in range(150)]
    lengths = np.array([voltage.size for voltage, _, _ in steps])
    segments = Segments(np.cumsum(lengths) - lengths, int(lengths.sum()))
    voltage, fraction, current = (np.concatenate(parts) for parts in zip(*steps, strict=True))
    rising, falling = fit_steps(segments, voltage, fraction, current)
    sloped = 0
    for index, (v, f, i) in enumerate(steps):
        for fit, given in ((rising, (v, f, i)), (falling, (v, 1 - f, -i))):
            slope, misfit, condition = reference(*given)
            spread = float(((v - v.mean()) ** 2).sum())
            assert fit.misfit[index] == pytest.approx(misfit, abs=1e-8 * spread)
            if condition < 1e3 or kind in {"constant current", "huge", "tiny", "exact"}:
                assert fit.slope[index] == pytest.approx(slope, abs=1e-6 * max(np.ptp(v), 0.01))
            sloped += slope > 0
    assert sloped > 100


def test_the_bounds_hold():
    """A slope that wants to be steeper than twice the range stays there."""
    fraction = np.array([0.0, 0.001, 0.002, 1.0])
    voltage = np.array([3.0, 3.5, 4.0, 3.5])
    whole = Segments(np.array([0]), 4)
    rising, _ = fit_steps(whole, voltage, fraction, np.array([5.0, 4.9, 5.1, -5.0]))
    expected, misfit, _ = reference(voltage, fraction, np.array([5.0, 4.9, 5.1, -5.0]))
    assert rising.slope[0] == pytest.approx(expected, abs=1e-9)
    assert rising.misfit[0] == pytest.approx(misfit, rel=1e-9)


T = np.arange(20.0)


@pytest.mark.parametrize(
    ("time", "current", "voltage", "expected"),
    [
        ([0.0], [1.0], [3.0], (False, 1.0)),
        ([], [], [], (False, 1.0)),
        ([1.0, 1.0, 1.0, 1.0], [1.0] * 4, [3.0, 3.1, 3.2, 3.3], (False, 1.0)),
        ([1.0, 1.0, 1.0, 2.0], [1.0] * 4, [3.0, 3.0, 3.0, 3.3], (True, pytest.approx(0.0))),
        # Worked out by the public client.
        (T[:5], np.ones(5), [3.0, 3.1, 3.2, 3.3, 3.5], (True, pytest.approx(0.027027027027027))),
        (T, np.zeros(20), T, (False, 1.0)),
        ([0.0, 1.0, 2.0], [1.0] * 3, [3.0, 3.1, 3.0], (True, 1.0)),
        ([0.0, 1.0, 2.0], [1.0] * 3, [3.0, 2.9, 3.5], (False, 1.0)),
        ([0.0, 1.0, 2.0], [-1.0] * 3, [3.0, 2.9, 3.5], (True, 1.0)),
        ([0.0, 1.0, 2.0], [0.0, 0.0, 1.0], [3.0, 2.9, 3.5], (False, 1.0)),
        (T, np.ones(20), np.full(20, 3.0), (True, 1.0)),
        (T, np.ones(20), 3.0 - 2.9e-6 * T / 19, (True, 1.0)),
        (T, np.ones(20), 3.0 - 3.1e-6 * T / 19, (False, pytest.approx(0.0, abs=1e-9))),
        (T, np.ones(20), 3.0 + T, (True, pytest.approx(0.0, abs=1e-12))),
        (T, np.ones(20), 3.0 - T, (False, pytest.approx(0.0, abs=1e-12))),
        (T, -np.ones(20), 3.0 + T, (False, pytest.approx(0.0, abs=1e-12))),
    ],
)
def test_a_single_step_is_judged(time, current, voltage, expected):
    assert positive_current_is_charge(time, current, voltage) == expected


def test_rows_that_were_not_measured_do_not_judge():
    voltage = np.where(T == 5, np.nan, 3.0 - T)
    current = np.where(T == 7, np.nan, 1.0)
    is_charge, p = positive_current_is_charge(T, current, voltage)
    assert (is_charge, p < 1e-12) == (False, True)


@pytest.mark.parametrize(
    ("share", "code"),
    [
        (0.249, None),
        (0.251, "current_sign_indeterminate"),
        (0.749, "current_sign_indeterminate"),
        (0.751, "current_sign_reversed"),
    ],
)
def test_steps_vote_with_the_charge_that_they_moved(share, code):
    x = np.linspace(0, 1, 50)
    wrong = 1000 * share * x
    data = {
        "Time [s]": np.concatenate([wrong, wrong[-1] + 100 * (1 - share) * x]),
        "Current [A]": np.repeat([-1.0, 10.0], 50),
        "Voltage [V]": np.concatenate([4 - x, 4 - x]),
        "Step count": np.repeat([0, 1], 50),
    }
    issues = validate_positive_current_is_discharge(data, step_col="Step count")
    assert [issue.code.value for issue in issues] == ([code] if code else [])
    for issue in issues:
        assert issue.payload["charge_fraction"] == pytest.approx(share, abs=1e-6)
        assert issue.payload["row_index"] == 0


@pytest.mark.parametrize(("current", "expected"), [(0.9e-3, []), (1.1e-3, ["reversed"])])
def test_rest_has_no_vote(current, expected):
    x = np.linspace(0, 1, 50)
    data = {
        "Time [s]": np.concatenate([200 * x, 200 + 200 * x]),
        "Current [A]": np.repeat([-current, 1.0], 50),
        "Voltage [V]": np.concatenate([4 - x, np.full(50, 3.0)]),
        "Step count": np.repeat([0, 1], 50),
    }
    issues = validate_positive_current_is_discharge(data, step_col="Step count")
    assert [issue.code.value.removeprefix("current_sign_") for issue in issues] == expected


@pytest.mark.parametrize("rows_at_once", [1, 30, 64, 137, 1000])
def test_long_data_are_judged_in_pieces(monkeypatch, rows_at_once):
    """Some steps are longer than a piece, some pieces hold only rest."""
    rng = np.random.default_rng(3)
    steps = np.repeat(np.arange(30), rng.integers(1, 80, 30))
    sign = rng.choice([-1.0, 0.0, 1.0], 30)
    sign[10:14] = 0.0
    x = rng.random(steps.size).cumsum()
    data = {
        "Time [s]": x,
        "Current [A]": sign[steps] * (1 + 0.01 * rng.normal(size=steps.size)),
        "Voltage [V]": 3.7 - 0.001 * x * rng.choice([-1, 1, 1], 30)[steps],
        "Step count": steps,
    }
    whole = validate_positive_current_is_discharge(data, step_col="Step count")
    monkeypatch.setattr("ionworks.validators.current_sign._ROWS_AT_ONCE", rows_at_once)
    in_pieces = validate_positive_current_is_discharge(data, step_col="Step count")
    [expected], [found] = whole, in_pieces
    assert found.code == expected.code
    assert found.payload == pytest.approx(expected.payload)
    assert 0.25 < found.payload["charge_fraction"] < 1


def held_at(voltage, rows=140, seconds=10.0):
    """Charge a cell at a constant voltage; the source answers a row late."""

    def at_rest():
        return 3.0 + 0.6 * charged + 0.175 * np.tanh(20 * charged - 1) + 0.3 * charged**3 - lag

    charged, lag, columns = 0.8, 0.0, []
    for row in range(rows):
        current = (at_rest() - voltage) / 33.3
        if row:
            charged -= current * seconds / 3600 / 0.003
            lag += (23.3 * current - lag) * -np.expm1(-seconds / 30.0)
        columns.append((seconds * row, current, at_rest() - 33.3 * current))
    time, amperes, volts = np.transpose(columns)
    return {"Time [s]": time, "Current [A]": amperes, "Voltage [V]": volts}


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3])
def test_a_step_that_lost_its_rise_of_voltage_has_no_vote(share):
    """Without the rows in which the voltage moves, the fit is as good either way."""
    data = held_at(4.1)
    assert validate_positive_current_is_discharge(data) == []
    for seed in range(20):
        gone = np.random.default_rng(seed).random(140) < share
        gone[1:3] = True
        volts = np.where(gone, np.nan, data["Voltage [V]"])
        assert validate_positive_current_is_discharge(data | {"Voltage [V]": volts}) == []


@pytest.mark.parametrize("row", [0, 7, 19])
@pytest.mark.parametrize("column", ["Current [A]", "Voltage [V]"])
def test_a_step_with_gaps_that_tells_clearly_has_its_vote(row, column):
    data = {"Time [s]": T, "Current [A]": -np.ones(20), "Voltage [V]": 4.0 - 0.01 * T}
    data |= {"Step count": np.zeros(20), column: np.where(row == T, np.nan, data[column])}
    for step in (None, "Step count"):
        [issue] = validate_positive_current_is_discharge(data, step_col=step)
        assert issue.code == "current_sign_reversed"


def test_a_current_without_sign_is_told_from_the_steps():
    x = np.linspace(0, 1, 50)
    data = {
        "Time [s]": np.concatenate([1000 * x, 1000 + 1000 * x]),
        "Current [A]": np.ones(100),
        "Voltage [V]": np.concatenate([4 - x, 3 + x]),
        "Step count": np.repeat([0, 1], 50),
    }
    [issue] = validate_positive_current_is_discharge(data, step_col="Step count")
    assert issue.code == "current_sign_unsigned"
    assert issue.payload["row_index"] == 50
    assert validate_positive_current_is_discharge(data) == []
    assert validate_positive_current_is_discharge(data, step_col="no such column") == []
