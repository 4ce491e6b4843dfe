"""Settings for EC-Lab against those of a public package that was tried on devices."""

import pytest
from aurora_files import current, document, loop, rest, voltage, written
from ionworks_engine.vendors import biologic
from ionworks_engine.vendors.compare import differences
from ionworks_engine.vendors.convert import convert
from ionworks_engine.vendors.flatten import flatten

from ionworks import ucp

CAPACITY = 0.045
UNITS = {
    "A": 1,
    "mA": 1e-3,
    "uA": 1e-6,
    "µA": 1e-6,
    "V": 1,
    "mV": 1e-3,
    "s": 1,
    "kHz": 1e3,
    "Hz": 1,
    "mHz": 1e-3,
    "mA.h": 1e-3,
    "A.h": 1,
    "": 1,
}


def impedance(first, last, **amplitude):
    sweep = {"start_frequency_Hz": first, "end_frequency_Hz": last, "points_per_decade": 6}
    return {"step": "impedance_spectroscopy"} | sweep | amplitude


BOTH = {
    "rates and loops": (
        document(
            CAPACITY,
            rest(3600),
            current(4.2, 54000, rate_C=0.1),
            voltage(4.2, until_rate_C=0.05, until_time_s=3600),
            current(3.0, rate_C=-0.2),
            loop(2, 3),
            rest(60),
            loop(1, 4),
        ),
        """
global: {resolution: {time: 10}}
steps:
- Outer:
    repeat: 4
    steps:
    - Rest: {duration: 3600}
    - Inner:
        repeat: 3
        steps:
        - Charge: {mode: C-rate, value: 0.1, duration: 54000, ends: [Voltage > 4.2]}
        - Charge: {mode: Voltage, value: 4.2, duration: 3600, ends: [C-rate < 0.05]}
        - Discharge: {mode: C-rate, value: 0.2, ends: [Voltage < 3]}
    - Rest: {duration: 60}
""",
    ),
    "small and large currents": (
        document(
            CAPACITY,
            current(4.1, current_mA=0.5),
            voltage(4.1, until_current_mA=0.25),
            current(2.5, current_mA=-750),
            voltage(2.5, until_time_s=7200),
            record={"time_s": 30, "voltage_V": 0.005, "current_mA": 0.1},
        ),
        """
global: {resolution: {time: 30, voltage: 0.005, current: 0.0001}}
steps:
- Charge: {mode: Current, value: 0.0005, ends: [Voltage > 4.1]}
- Charge: {mode: Voltage, value: 4.1, ends: [Current < 0.00025]}
- Discharge: {mode: Current, value: 0.75, ends: [Voltage < 2.5]}
- Discharge: {mode: Voltage, value: 2.5, duration: 7200}
""",
    ),
    "impedance": (
        document(
            CAPACITY,
            rest(600),
            impedance(100000.0, 0.01, amplitude_V=0.01),
            impedance(1000.0, 1.0, amplitude_mA=0.4),
        ),
        """
global: {resolution: {time: 10}}
steps:
- Rest: {duration: 600}
- EIS: {start_frequency: 100000, end_frequency: 0.01, points_per_decade: 6, mode: Voltage,
        amplitude: 0.01}
- EIS: {start_frequency: 1000, end_frequency: 1, points_per_decade: 6, amplitude: 0.0004}
""",
    ),
    "safety": (
        document(
            CAPACITY,
            rest(60),
            safety={
                "max_voltage_V": 4.3,
                "min_voltage_V": 2,
                "max_current_mA": 10,
                "min_current_mA": -10,
            },
        ),
        """
global: {resolution: {time: 10}}
safety_limits:
  {max_voltage: 4.3, min_voltage: 2, max_charge_current: 0.01, max_discharge_current: 0.01}
steps: [{Rest: {duration: 60}}]
""",
    ),
}


@pytest.fixture(scope="module")
def theirs():
    """Settings that the public package writes for the documents of `BOTH`, by name."""
    return {name: files["mps"] for name, files in written(BOTH, "mps").items()}


def split(text):
    """Header lines, and one mapping of cells a sequence, from columns 20 characters wide."""
    header, _, table = text.replace("\r", "").partition("Modulo Bat\n")
    rows = [line for line in table.split("\n") if line.strip()]
    count = (len(rows[0]) - 20) // 20
    cells = {
        row[:20].strip(): [row[20 * k : 20 * k + 20].strip() for k in range(1, count + 1)]
        for row in rows
    }
    return header.split("\n"), [{name: row[k] for name, row in cells.items()} for k in range(count)]


def amount(cells, name):
    return pytest.approx(float(cells[name]) * UNITS[cells[name + "_unit"]], rel=1e-6)


def facts(cells):
    """What a sequence does: numbers in base units, directions as the cells say them."""
    kind = cells["ctrl_type"]
    said = {"kind": kind}
    if kind == "Loop":
        return said | {name: cells[name] for name in ("ctrl_seq", "ctrl_repeat")}
    if kind == "CC":
        said["current"] = amount(cells, "ctrl1_val")
        said |= {name: cells[name] for name in ("Apply I/C", "charge/discharge", "I Range")}
    if kind == "CV":
        said |= {"voltage": amount(cells, "ctrl1_val"), "vs": cells["ctrl1_val_vs"]}
        said |= {name: cells[name] for name in ("charge/discharge", "I Range")}
    if kind in ("PEIS", "GEIS"):
        said |= {name: amount(cells, name) for name in ("ctrl1_val", "ctrl2_val", "ctrl3_val")}
        said |= {name: cells[name] for name in ("ctrl_Nd", "ctrl_Na", "ctrl_corr", "I Range")}
        return said
    for part in ("lim", "rec"):
        for place in range(1, int(cells[part + "_nb"]) + 1):
            name = f"{part}{place}"
            how = [cells[f"{name}_{word}"] for word in ("comp", "action", "seq") if part == "lim"]
            said[part, cells[f"{name}_type"]] = (amount(cells, f"{name}_value"), *how)
    return said


def rules(said):
    """Leave out rows that they store by another rule in some steps than in the whole test."""
    return {key: value for key, value in said.items() if key[0] != "rec" or key[1] == "Time"}


@pytest.mark.parametrize("name", BOTH)
def test_sequences_do_the_same(theirs, name):
    made = convert(BOTH[name][1], "biologic_mps", nominal_capacity_ah=CAPACITY, verify=True)
    _, ours = split(made.files.primary.content.decode("cp1252"))
    _, given = split(theirs[name])
    assert [rules(facts(cells)) for cells in ours] == [rules(facts(cells)) for cells in given]
    assert list(given[0]) == [row for row in ours[0] if row in given[0]]


@pytest.mark.parametrize("name", BOTH)
def test_headers_say_the_same(theirs, name):
    made = convert(
        BOTH[name][1], "biologic_mps", nominal_capacity_ah=CAPACITY, filename_stem="cell"
    )
    ours, _ = split(made.files.primary.content.decode("cp1252"))
    given, _ = split(theirs[name])
    loose = [line.replace("10.00000 mA", "10.000 mA").strip() for line in given]
    assert [line.strip() for line in ours] == loose


@pytest.mark.parametrize("name", BOTH)
def test_their_settings_are_read_as_the_protocol_they_were_made_of(theirs, name):
    program = biologic.as_written(flatten(ucp.load(BOTH[name][1]), capacity=CAPACITY))
    assert differences(program, biologic.read(theirs[name].encode("cp1252"), {})) == []
