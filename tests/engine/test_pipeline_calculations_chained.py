"""Pipelines of entries and calculations, built with the schema and run element by element."""

import json

import numpy as np
import pytest
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.runner import run_element

CHEN = pybamm.ParameterValues("Chen2020")


def run(elements, tmp_path):
    """Run all elements; return the parameters that they leave, as they go over the wire."""
    state, values = None, {}
    for place, name in enumerate(elements):
        request = {"name": name, "elements": elements, "state": state, "live": None}
        request |= {key: {} for key in ("measurements", "cells", "pipelines", "mapped")}
        content, blobs = run_element(request)
        files = dict(zip(content["files"], blobs, strict=True))
        state = str(tmp_path / f"{place}.json")
        (tmp_path / f"{place}.json").write_bytes(files["state"])
        values |= json.loads(files["result"])["parameter_values"]
    return values


def sampled(name, points=300):
    x = np.linspace(0.002, 0.998, points)
    function = CHEN[name]
    y = [float(np.squeeze(function(pybamm.Scalar(each)).evaluate())) for each in x]
    return {"data": {"Stoichiometry": x.tolist(), "Voltage [V]": y}}


def test_a_cell_from_its_geometry_and_measured_potentials_to_a_simulation(tmp_path):
    iws = pytest.importorskip("ionworks_schema")
    calculations, entries = iws.calculations, iws.direct_entries
    measured = [name for name in CHEN if name.endswith("electrode OCP [V]")]
    derived = [name for name in CHEN if name.startswith("Initial concentration in ")]
    dropped = {*measured, *derived, "citations", "chemistry"}
    rest = {name: value for name, value in CHEN.items() if name not in dropped}
    config = iws.Pipeline(
        {
            "z known": entries.DirectEntry(parameters=rest),
            "electrolyte": entries.nyman_electrolyte(c_e=1000.0),
            "U_n": calculations.OCPDataInterpolant(
                "negative", sampled("Negative electrode OCP [V]"), options={"interpolator": "pchip"}
            ),
            "U_p": calculations.OCPDataInterpolant(
                "positive", sampled("Positive electrode OCP [V]"), options={"interpolator": "cubic"}
            ),
            "a Q_n": calculations.ElectrodeCapacity("negative"),
            "a Q_p": calculations.ElectrodeCapacity("positive"),
            "limits": calculations.OpenCircuitLimits(),
            "lithium": entries.DirectEntry(
                parameters={"Cyclable lithium capacity [A.h]": 7.610711991523144}
            ),
            "window": calculations.ElectrodeSOH(),
            "start": calculations.InitialSOC(0.8),
        }
    ).to_config()
    values = run(json.loads(json.dumps(config))["elements"], tmp_path)
    by_pybamm = CHEN.set_initial_state(0.8, inplace=False)
    for name in ("negative", "positive"):
        concentration = f"Initial concentration in {name} electrode [mol.m-3]"
        assert values[concentration] == pytest.approx(by_pybamm[concentration], rel=1e-3)
    times = np.linspace(0, 1800, 19)
    voltages = [
        pybamm.Simulation(pybamm.lithium_ion.SPMe(), parameter_values=parameters)
        .solve([0, 1800], t_interp=times)["Voltage [V]"]
        .entries
        for parameters in (pybamm.ParameterValues.from_json(values), by_pybamm)
    ]
    np.testing.assert_allclose(*voltages, atol=1e-3)
