"""One small test as cyclers write it down: rest, discharge, rest, charge, in many formats.

The current is negative on discharge here, as cyclers have it.
"""

import gzip
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

ROWS, SECONDS, AMPERES = 40, 10.0, 1.5
STEPS = ["R", "D", "R", "C"]
START = datetime(2026, 3, 1, 8, 0, 0, tzinfo=UTC)


def measured():
    """Time in s, voltage in V, current in A, temperature in degC, step and letter of each row."""
    step = np.repeat(np.arange(4), ROWS)
    time = np.arange(4 * ROWS) * SECONDS
    current = np.array([0.0, -AMPERES, 0.0, AMPERES])[step]
    soc = 0.9 + np.cumsum(current) * SECONDS / 3600 / 2
    voltage = 3.0 + soc + 0.05 * current
    return pl.DataFrame(
        {
            "t": time,
            "V": np.round(voltage, 5),
            "I": current,
            "T": 25.0 + 0.01 * step,
            "step": step + 1,
            "state": np.array(STEPS)[step],
        }
    )


def table(columns, separator=","):
    """Write named columns as text."""
    return pl.DataFrame(columns).write_csv(separator=separator)


def stamps(time, layout):
    return [(START + timedelta(seconds=seconds)).strftime(layout) for seconds in time]


def csv(path, rows):
    path.write_text(
        table({"Time [s]": rows["t"], "Voltage [V]": rows["V"], "Current [A]": rows["I"]})
    )


def bdf_columns(rows):
    return {
        "test_time_second": rows["t"],
        "voltage_volt": rows["V"],
        "current_ampere": rows["I"],
        "step_count": rows["step"],
    }


def bdf(path, rows):
    path.write_text(table(bdf_columns(rows)))


def bdf_zipped(path, rows):
    path.write_bytes(gzip.compress(table(bdf_columns(rows)).encode()))


def bdf_parquet(path, rows):
    pl.DataFrame(bdf_columns(rows)).write_parquet(path)


def parquet(path, rows):
    pl.DataFrame(
        {"Time [s]": rows["t"], "Voltage [V]": rows["V"], "Current [A]": rows["I"]}
    ).write_parquet(path)


def novonix(path, rows):
    summary = (
        "[Summary]\nNovonix UHPC\nStarted: 2026-03-01 08:00:00\nChannel: 09\nProtocol: a.pro\n"
        "[End Summary]\n\n[Data]\n"
    )
    columns = {
        "Date and Time": stamps(rows["t"], "%Y-%m-%d %H:%M:%S"),
        "Cycle Number": [0] * rows.height,
        "Step Number": rows["step"],
        "Run Time (h)": rows["t"] / 3600,
        "Current (A)": rows["I"],
        "Potential (V)": rows["V"],
        "Temperature (°C)": rows["T"],
    }
    path.write_text(summary + table(columns), encoding="utf-8")


def neware(path, rows):
    columns = {
        "DateTime": stamps(rows["t"], "%Y-%m-%d %H:%M:%S"),
        "Cycle Index": [1] * rows.height,
        "Step Index": rows["step"],
        "Voltage(V)": rows["V"],
        "Current(A)": rows["I"],
    }
    path.write_text(table(columns))


def maccor(path, rows):
    columns = {
        "Rec#": range(1, rows.height + 1),
        "Cyc#": [0] * rows.height,
        "Step": rows["step"],
        "Test (Sec)": rows["t"],
        "Amps": rows["I"].abs(),
        "Volts": rows["V"],
        "State": rows["state"],
        "DPt Time": stamps(rows["t"], "%m/%d/%Y %H:%M:%S"),
    }
    path.write_text("Today's Date\t03/02/2026\tDate of Test:\t03/01/2026\n" + table(columns, "\t"))


def biologic(path, rows):
    header = "EC-Lab ASCII FILE\nNb header lines : 3\n"
    columns = {
        "mode": [1] * rows.height,
        "Ns": rows["step"],
        "time/s": rows["t"],
        "Ecell/V": rows["V"],
        "I/mA": rows["I"] * 1000,
        "cycle number": [0.0] * rows.height,
    }
    path.write_text(header + table(columns, "\t"), encoding="latin-1")


def biologic_csv(path, rows):
    columns = {
        "time_s": rows["t"],
        "Ecell_V": rows["V"],
        "I_mA": rows["I"] * 1000,
        "Ns": rows["step"],
    }
    path.write_text(table(columns))


def basytec(path, rows):
    clock = [f"{int(t // 3600):02}:{int(t % 3600 // 60):02}:{t % 60:06.3f}" for t in rows["t"]]
    columns = {
        "run_time": clock,
        "c_vol": rows["V"],
        "c_cur": rows["I"],
        "c_surf_temp": rows["T"],
        "amb_temp": rows["T"],
        "step_type": rows["step"],
    }
    path.write_text(table(columns))


def repower(path, rows):
    elapsed = rows["t"] - rows.select(pl.col("t").min().over("step")).to_series()
    amount = rows["I"] * elapsed / 3600
    charged, discharged = amount.clip(lower_bound=0), (-amount).clip(lower_bound=0)
    columns = {
        "Cycle ID": [1] * rows.height,
        "Step ID": rows["step"],
        "Record ID": range(rows.height),
        "Step State": rows["state"],
        "Relative Time(Sec)": elapsed,
        "System Time": stamps(rows["t"], " %Y-%m-%d %H:%M:%S"),
        "Voltage(V)": rows["V"],
        "Current(A)": rows["I"],
        "Capacity(Ah)": amount.abs(),
        "Energy(Wh)": amount.abs() * 3.7,
        "Charge Capacity(Ah)": charged,
        "Discharge Capacity(Ah)": discharged,
        "Charge Energy(Wh)": charged * 3.7,
        "Discharge Energy(Wh)": discharged * 3.7,
    }
    path.write_text(table(columns))


def arbin(path, rows):
    columns = {
        "Data Point": range(1, rows.height + 1),
        "Date Time": stamps(rows["t"], "%m/%d/%Y %H:%M:%S.000"),
        "Test Time (s)": rows["t"],
        "Cycle Index": [1] * rows.height,
        "Step Index": rows["step"],
        "Current (A)": rows["I"],
        "Voltage (V)": rows["V"],
    }
    path.write_text(table(columns))


def digatron(path, rows):
    columns = {
        "Timestamp": stamps(rows["t"], "%Y-%m-%d %H:%M:%S+00:00"),
        "Step": rows["step"],
        "Cycle": [0] * rows.height,
        "Voltage#V": rows["V"],
        "Current#A": rows["I"],
    }
    path.write_text(table(columns))


FORMATS = {
    "csv": ("test.csv", csv),
    "bdf": ("test.bdf", bdf),
    "bdf zipped": ("test.bdf.gz", bdf_zipped),
    "bdf parquet": ("test.bdf.parquet", bdf_parquet),
    "parquet": ("test.parquet", parquet),
    "novonix": ("test.csv", novonix),
    "neware": ("test.csv", neware),
    "maccor": ("test.txt", maccor),
    "biologic mpt": ("test.mpt", biologic),
    "biologic csv": ("test.csv", biologic_csv),
    "basytec": ("test.csv", basytec),
    "repower": ("test.csv", repower),
    "arbin": ("test.csv", arbin),
    "digatron": ("test.csv", digatron),
}
