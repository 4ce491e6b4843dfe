"""Measured data, good and broken: a small cell, cycled, and ways to spoil what was recorded."""

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

CAPACITY = 2.0
WINDOW = (3.0, 4.2)
COUNT = "Step count"
DISCHARGE, CHARGE = "Discharge capacity [A.h]", "Charge capacity [A.h]"


@dataclass(frozen=True)
class Case:
    """One measurement and what the validators are told of it."""

    series: pl.DataFrame
    steps: pl.DataFrame | None = None
    arguments: dict = field(default_factory=dict)

    def changed(self, **columns):
        return replace(self, series=self.series.with_columns(**columns))

    def told(self, **arguments):
        return replace(self, arguments=self.arguments | arguments)


def cycled(rng, cycles=2, rows=40):
    """Cycle a cell: rest, discharge, rest, charge; capacities start anew with each step."""
    pattern = [0.0, rng.uniform(0.3, 2.0), 0.0, -rng.uniform(0.3, 2.0)]
    moved = rng.uniform(0.2, 0.9) * CAPACITY
    columns, charge, now = [], 0.95 * CAPACITY, 0.0
    for step, current in enumerate(pattern * cycles):
        seconds = 3600 * moved / abs(current) if current else 600.0
        time = np.linspace(0.0, seconds, rows)
        flowed = current * time / 3600
        fraction = (charge - flowed) / CAPACITY
        voltage = 3.2 + 0.8 * fraction + 0.05 * np.tanh(8 * fraction - 1) - 0.04 * current
        columns.append(
            pl.DataFrame(
                {
                    "Time [s]": now + time,
                    "Current [A]": np.full(rows, current),
                    "Voltage [V]": voltage + rng.normal(scale=1e-4, size=rows),
                    COUNT: np.full(rows, step),
                    "Cycle count": np.full(rows, step // 4),
                    DISCHARGE: np.maximum(flowed, 0.0),
                    CHARGE: np.maximum(-flowed, 0.0),
                }
            )
        )
        charge, now = charge - flowed[-1], now + seconds + 1.0
    return Case(pl.concat(columns)).told(strict=True, voltage_window=list(WINDOW))


def summarised(case):
    """Add the table of steps and the rated capacity."""
    current = pl.col("Current [A]")
    steps = case.series.group_by(COUNT, maintain_order=True).agg(
        current.mean().alias("Mean current [A]"),
        current.min().alias("Min current [A]"),
        current.max().alias("Max current [A]"),
        current.std().alias("Std current [A]"),
        (pl.col("Time [s]").last() - pl.col("Time [s]").first()).alias("Duration [s]"),
        pl.col(DISCHARGE).max(),
        pl.col(CHARGE).max(),
        (pl.col(DISCHARGE).max() * 3.7).alias("Discharge energy [W.h]"),
        (pl.col(CHARGE).max() * 3.7).alias("Charge energy [W.h]"),
    )
    kind = (
        pl.when(pl.col("Mean current [A]") > 0)
        .then(pl.lit("Constant current discharge"))
        .when(pl.col("Mean current [A]") < 0)
        .then(pl.lit("Constant current charge"))
        .otherwise(pl.lit("Rest"))
    )
    return replace(case, steps=steps.with_columns(kind.alias("Step type"))).told(
        rated_capacity=CAPACITY
    )


def spectrum(rng, points=30, sign=1.0, scale=1.0):
    """Measure a resistance, an arc and some inductance."""
    frequency = np.logspace(4, -2, points)
    omega = 2j * np.pi * frequency
    impedance = 0.02 + rng.uniform(0.01, 0.05) / (1 + omega * rng.uniform(0.001, 0.1))
    impedance = scale * (impedance + omega * 1e-8)
    return Case(
        pl.DataFrame(
            {
                "Frequency [Hz]": frequency,
                "Z_Re [Ohm]": impedance.real,
                "Z_Im [Ohm]": sign * impedance.imag,
            }
        )
    ).told(data_type="eis", strict=True, rated_capacity=CAPACITY)


def curve():
    return Case(
        pl.DataFrame({"Voltage [V]": [4.2, 3.7, 3.0], "SOC": [1.0, 0.5, 0.0], COUNT: [0, 0, 0]})
    ).told(data_type="ocp", strict=True)


def at(row, new, column):
    """Put a value into one row of a column."""
    return pl.when(pl.int_range(pl.len()) == row).then(new).otherwise(column)


def spoiled(rng, case):
    """Spoil a cycled cell in one of many ways, each on one side or the other of its threshold."""
    series, time, count = case.series, pl.col("Time [s]"), pl.col(COUNT)
    current, voltage, moved = pl.col("Current [A]"), pl.col("Voltage [V]"), pl.col(DISCHARGE)
    row = int(rng.integers(2, series.height - 2))
    step = int(rng.integers(1, 4))
    near = rng.choice([0.9, 0.99, 1.01, 1.1])
    steps = series[COUNT].unique()
    reversed_steps = steps.filter(pl.Series(rng.random(steps.len()) < rng.choice([0.3, 0.5, 0.9])))
    ways = {
        "sign_reversed": {"Current [A]": -current},
        "sign_mixed": {
            "Current [A]": pl.when(count.is_in(reversed_steps)).then(-current).otherwise(current)
        },
        "sign_lost": {"Current [A]": current.abs()},
        "some_sign_lost": {
            "Current [A]": pl.when(count < 2 * step).then(current.abs()).otherwise(current)
        },
        "starts_late": {"Time [s]": time + near * 1e-6},
        "time_missing": {"Time [s]": at(row, None, time)},
        "runs_back": {"Time [s]": at(row, time.shift(1) - near * 1e-10, time)},
        "gap": {
            "Time [s]": pl.when(pl.int_range(pl.len()) > row)
            .then(time + near * 18000)
            .otherwise(time)
        },
        "count_from_one": {COUNT: count + 1},
        "count_skips": {COUNT: pl.when(count >= step).then(count + 1).otherwise(count)},
        "count_falls": {COUNT: pl.when(count == step).then(0).otherwise(count)},
        "count_fraction": {COUNT: count * 0.5},
        "count_missing_value": {COUNT: at(row, None, count.cast(pl.Float64))},
        "single_row": {
            COUNT: pl.when(pl.int_range(pl.len()) > row)
            .then(count + 2)
            .when(pl.int_range(pl.len()) == row)
            .then(count + 1)
            .otherwise(count)
        },
        "cycle_within": {"Cycle count": at(row, 9, pl.col("Cycle count"))},
        "no_reset": {DISCHARGE: moved + near * 1e-6},
        "negative": {DISCHARGE: moved - near * 1e-6},
        "falls": {DISCHARGE: at(row, moved.shift(1) - near * 1e-6, moved)},
        "capacity_off": {DISCHARGE: moved * (1 + 0.1 * near / 0.9)},
        "capacities_swapped": {DISCHARGE: pl.col(CHARGE), CHARGE: moved},
        "voltage_jumps": {
            "Voltage [V]": pl.when(pl.Series(rng.random(series.height) < 0.05 * near))
            .then(voltage - near * 0.8 * 1.2)
            .otherwise(voltage)
        },
        "energy": {
            "Discharge energy [W.h]": moved * 3.7 * rng.choice([0.7, 1.0, 1.4]),
            "Charge energy [W.h]": pl.col(CHARGE) * 3.7 * rng.choice([0.7, 1.0, 1.4]),
        },
        "power": {
            "Power [W]": current * voltage * near**2,
            "Discharge energy [W.h]": moved * 3.7,
        },
        "noisy": {
            "Current [A]": current + pl.Series(rng.normal(scale=0.2, size=series.height)),
            "Voltage [V]": voltage + pl.Series(rng.normal(scale=0.1, size=series.height)),
        },
        "tiny_currents": {"Current [A]": current * near * 1e-3, DISCHARGE: moved * near * 1e-3},
    }
    name = str(rng.choice(list(ways)))
    return name, case.changed(**ways[name])


def spoiled_steps(rng, case):
    """Spoil the table of steps, each way on one side or the other of its threshold."""
    moved, mean = pl.col(DISCHARGE), pl.col("Mean current [A]")
    near = rng.choice([0.9, 0.99, 1.01, 1.1])
    swap = pl.Series(rng.random(case.steps.height) < rng.choice([0.5, 0.75, 1.0]))
    ways = {
        "swapped": {
            DISCHARGE: pl.when(swap).then(pl.col(CHARGE)).otherwise(moved),
            CHARGE: pl.when(swap).then(moved).otherwise(pl.col(CHARGE)),
        },
        "energies_swapped": {
            "Discharge energy [W.h]": pl.col("Charge energy [W.h]"),
            "Charge energy [W.h]": pl.col("Discharge energy [W.h]"),
        },
        "swapped_not_dominant": {
            DISCHARGE: pl.max_horizontal(moved, pl.col(CHARGE) / (near * 4)),
            CHARGE: pl.max_horizontal(moved, moved),
        },
        "swapped_short": {
            DISCHARGE: pl.col(CHARGE),
            CHARGE: moved,
            "Duration [s]": pl.lit(near * 60.0),
        },
        "swapped_unsteady": {
            DISCHARGE: pl.col(CHARGE),
            CHARGE: moved,
            "Min current [A]": pl.lit(-5.0),
            "Max current [A]": pl.lit(5.0),
            "Std current [A]": near * 0.5 * mean.abs(),
        },
        "swapped_small": {
            DISCHARGE: pl.col(CHARGE),
            CHARGE: moved,
            "Mean current [A]": mean.sign() * near * 1e-3,
        },
        "full_twice": {
            DISCHARGE: moved.sign() * near * 2 * CAPACITY,
            CHARGE: pl.col(CHARGE) * rng.choice([1.0, 10.0]),
        },
        "too_much": {CHARGE: pl.col(CHARGE).sign() * near * 5 * CAPACITY},
        "no_kinds": {"Step type": pl.lit(None, dtype=pl.String), DISCHARGE: moved * 20},
    }
    name = str(rng.choice(list(ways)))
    return name, replace(case, steps=case.steps.with_columns(**ways[name]))


def times(rng):
    """Choose when a test was: around the duration's tolerance, in the future, upside down."""
    seconds = rng.choice([-60.0, 600.0, 20000.0, 40000.0])
    begin = str(rng.choice(["2024-05-01T08:00:00", "2200-01-01T00:00:00"]))
    end = np.datetime64(begin) + np.timedelta64(int(seconds), "s")
    zone = str(rng.choice(["", "Z", "+02:00"]))
    odd = {"end_time": "yesterday"} if rng.random() < 0.1 else {"end_time": f"{end}{zone}"}
    return {"start_time": f"{begin}{zone}"} | odd


def all_cases(seed=20260101):
    """Generate a few hundred cases, by name."""
    rng = np.random.default_rng(seed)
    cases = {"curve": curve(), "spectrum": spectrum(rng)}
    for number in range(400):
        case, ways = cycled(rng, cycles=int(rng.integers(1, 4))), []
        if rng.random() < 0.5:
            case = summarised(case)
            way, case = spoiled_steps(rng, case)
            ways.append(way)
        for _ in range(int(rng.integers(0, 3))):
            way, case = spoiled(rng, case)
            ways.append(way)
        if rng.random() < 0.2:
            case = case.told(**times(rng))
        cases["-".join([f"{number:03}", *ways])] = case.told(strict=bool(rng.random() < 0.8))
    for number in range(40):
        sign, scale = rng.choice([-1.0, 1.0]), rng.choice([0.01, 1.0, 100.0, 124.0, 126.0])
        cases[f"spectrum-{number}"] = case = spectrum(rng, int(rng.integers(2, 40)), sign, scale)
        cases[f"spectrum-{number}-turned"] = case.changed(**{"Z_Re [Ohm]": -pl.col("Z_Re [Ohm]")})
    for dropped in ("Z_Im [Ohm]", "Frequency [Hz]"):
        case = spectrum(rng)
        cases[f"spectrum-without-{dropped[:4]}"] = replace(case, series=case.series.drop(dropped))
    for dropped in ("Voltage [V]", "SOC", COUNT):
        case = curve()
        cases[f"curve-without-{dropped[:4]}"] = replace(case, series=case.series.drop(dropped))
    case = cycled(rng)
    cases["no-count"] = replace(case, series=case.series.drop(COUNT))
    return cases
