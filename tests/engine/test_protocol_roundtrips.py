"""A protocol simulated, and simulated again after it went through a cycler's file."""

import os

os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"

import numpy as np
import polars as pl
import pytest
from ionworks_engine import battery
from ionworks_engine.vendors import convert
from ionworks_engine.vendors.capabilities import TABLE, denied

from ionworks import ucp

CELL = {"model": {"type": "SPM"}, "parameters": {"set": "Chen2020"}}
CAPACITY = 5.0
REST = ucp.Protocol().rest(600)
PROTOCOLS = {
    "constant current": ("C-rate", REST.discharge(c_rate=1, duration=1800, until="Voltage < 2.5")),
    "constant voltage": (
        "constant voltage",
        ucp.Protocol()
        .charge(current=2.5, until="Voltage > 4.1")
        .charge(voltage=4.1, until="Current < 0.25")
        .rest(300),
    ),
    "CC-CV": (
        "CC-CV in one step",
        ucp.Protocol().charge(current=2.5, hold_voltage=4.1, until="Current < 0.25").rest(300),
    ),
    "loops": (
        "loop",
        ucp.Protocol()
        .repeat(
            2,
            ucp.Protocol()
            .repeat(3, ucp.Protocol().discharge(current=5, duration=60).rest(120), name="Pulse")
            .charge(current=1, duration=300),
            name="Set",
        )
        .rest(600),
    ),
    "gotos": (
        "goto",
        ucp.Protocol()
        .discharge(current=5, duration=600, until={"Voltage < 3.6": "Recover"})
        .charge(current=5, duration=3600, until={"Voltage > 4.15": "End"}, goto="End")
        .rest(60, name="Recover")
        .charge(current=2, duration=600),
    ),
}


def simulate(protocol, soc):
    document = dict(ucp.body(protocol))
    document["global"] = {"initial_soc": soc, "temperature": 25, "resolution": 10}
    done = battery.simulate({"cell": CELL, "protocol": document})
    assert done.error is None, done.error
    return done.time_series


@pytest.mark.parametrize("target", TABLE)
@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize("soc", [0.45, 0.9])
def test_the_voltage_is_the_same_before_and_after_a_file(name, target, soc):
    construct, protocol = PROTOCOLS[name]
    if denied(TABLE[target][construct]):
        pytest.skip(f"{target} has no {construct}")
    if name == "gotos" and target == "novonix":
        pytest.skip("novonix has no goto but to the end")
    written = convert.convert(protocol, target, nominal_capacity_ah=CAPACITY, verify=True)
    again = convert.parse(written.files.primary.content)
    assert again.error is None
    before, after = simulate(protocol, soc), simulate(again.ucp, soc)
    assert before["Step count"].max() == after["Step count"].max()
    for count in before["Step count"].unique():
        one, other = (frame.filter(pl.col("Step count") == count) for frame in (before, after))
        times = one["Time [s]"].to_numpy()
        assert other["Time [s]"][-1] == pytest.approx(times[-1], abs=1e-2)
        shown = np.interp(times, other["Time [s]"], other["Voltage [V]"])
        assert np.abs(shown - one["Voltage [V]"].to_numpy())[1:].max(initial=0) < 1e-4
