"""Every cell that the library names runs, and starts where PyBaMM would start it."""

import json
import os
import warnings

os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"

import numpy as np
import pybamm
import pytest
from ionworks_engine import battery
from ionworks_engine.battery.library import CHEMISTRIES, LIBRARY, chemistry_named

PULSE = {
    "global": {"initial_soc": 0.5},
    "steps": [
        {"Rest": {"duration": 10}},
        {"Discharge": {"mode": "C-rate", "value": 0.2, "duration": 120}},
        {"Charge": {"mode": "C-rate", "value": 0.2, "duration": 120}},
    ],
}


@pytest.mark.parametrize("entry", LIBRARY, ids=lambda entry: entry.id)
def test_an_entry_runs_and_rests_at_its_open_circuit_voltage(entry):
    done = battery.simulate({"cell": entry.cell, "protocol": PULSE})
    assert done.error is None
    assert done.steps["Step type"].to_list()[1] == "Constant current discharge"
    parameters = pybamm.ParameterValues(entry.set_name)
    options = pybamm.BatteryModelOptions(dict(entry.model["options"]))
    param = pybamm.LithiumIonParameters(options)
    parameters.set_initial_state(0.5, param=param, options=options)
    negative = 0 if options["working electrode"] == "positive" else param.n.prim.U_init
    expected = parameters.evaluate(param.p.prim.U_init - negative)
    assert done.time_series["Voltage [V]"][0] == pytest.approx(expected, abs=2e-4)


def test_ids_and_names_are_unique_and_readable():
    assert (
        len({entry.id for entry in LIBRARY})
        == len({entry.name for entry in LIBRARY})
        == len(LIBRARY)
    )
    by_id = {entry.id: entry for entry in LIBRARY}
    assert by_id["chen2020-spme"].name == "Chen2020 SPMe"
    assert all(entry.citation and entry.description for entry in LIBRARY)


@pytest.mark.parametrize("chemistry", CHEMISTRIES)
def test_a_quick_model_of_every_chemistry_runs(chemistry):
    cell = {"quick_model": {"capacity": 3.0, "chemistry": chemistry, "resistance_pct": None}}
    done = battery.simulate({"cell": cell, "protocol": PULSE, "extra_variables": []})
    assert done.error is None
    rest, out, back = done.steps["Start voltage [V]"]
    assert out < rest
    assert back > done.steps["End voltage [V]"][1]
    assert done.steps["Mean current [A]"].to_list() == pytest.approx([0, 0.6, -0.6])
    assert len(CHEMISTRIES[chemistry].source) > 40


@pytest.mark.parametrize(
    ("chemistry", "at_half"),
    [("NMC/Graphite-Si", (3.65, 3.8)), ("LFP/Graphite", (3.25, 3.35)), ("LTO", (2.0, 2.35))],
)
def test_open_circuit_voltages_are_where_they_should_be(chemistry, at_half):
    cell = {"quick_model": {"capacity": 1.0, "chemistry": chemistry}}
    done = battery.simulate({"cell": cell, "protocol": PULSE})
    assert at_half[0] < done.time_series["Voltage [V]"][0] < at_half[1]


def test_the_curve_of_a_chemistry_is_that_of_its_published_set():
    cell = {"quick_model": {"capacity": 1.0, "chemistry": "NMC/Graphite-Si"}}
    for soc in (0.1, 0.5, 0.9):
        parameters = pybamm.ParameterValues("Chen2020")
        parameters.set_initial_state(soc)
        param = pybamm.LithiumIonParameters()
        expected = parameters.evaluate(param.ocv_init)
        done = battery.simulate(
            {"cell": cell, "protocol": {**PULSE, "global": {"initial_soc": soc}}}
        )
        assert done.time_series["Voltage [V]"][0] == pytest.approx(expected, abs=5e-4)


def test_lithium_titanate_has_its_plateau_where_it_was_measured():
    from ionworks_engine.battery.opencircuit import lto_potential

    lithiation = np.linspace(0.02, 0.98, 200)
    potential = lto_potential(lithiation)
    assert potential[100] == pytest.approx(1.614, abs=0.002)
    assert (np.diff(potential) <= 1e-3).all()
    assert np.abs(np.diff(potential)).max() < 0.1


def test_chemistries_answer_to_their_common_spellings():
    assert chemistry_named("lfp / graphite") == "LFP/Graphite"
    assert chemistry_named("LTO") == "NMC/LTO"
    assert chemistry_named("NCA/Li") == "NCA/Li metal"
    assert chemistry_named("NaCl") is None


def test_the_resistance_is_a_percentage_of_the_nominal_voltage():
    def drop(percent):
        cell = {
            "quick_model": {"capacity": 2.0, "chemistry": "LFP/Graphite", "resistance_pct": percent}
        }
        return battery.describe(cell)["parameters"]["R0 [Ohm]"] * 2.0

    assert drop(4.0) == pytest.approx(2 * drop(2.0))
    assert drop(None) == pytest.approx(drop(2.0))
    assert drop(10.0) == pytest.approx(0.1 * 3.2, rel=0.03)


@pytest.mark.parametrize(
    "cell", [LIBRARY[0].cell, {"quick_model": {"capacity": 2, "chemistry": "LTO"}}]
)
def test_a_description_is_json_and_lists_what_a_run_accepts(cell):
    described = battery.describe(cell)
    assert json.loads(json.dumps(described, allow_nan=False)) == described
    names = described["variables"]
    wanted = [names[0], names[len(names) // 2], names[-1]]
    done = battery.simulate({"cell": cell, "protocol": PULSE, "extra_variables": wanted})
    assert set(wanted) <= set(done.time_series.columns)


COMPOSITE = {
    "model": {"type": "SPM", "options": {"particle phases": ["2", "1"]}},
    "parameters": {"set": "Chen2020_composite"},
}


def test_a_composite_electrode_starts_where_pybamm_starts_it():
    done = battery.simulate({"cell": COMPOSITE, "protocol": PULSE})
    simulation = pybamm.Simulation(
        pybamm.lithium_ion.SPM({"particle phases": ("2", "1")}),
        parameter_values=pybamm.ParameterValues("Chen2020_composite"),
        experiment=pybamm.Experiment(["Rest for 10 s"]),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PyBaMM's about its own names
        voltage = simulation.solve(initial_soc=0.5)["Voltage [V]"].entries
    assert done.time_series["Voltage [V]"][0] == pytest.approx(voltage[0], abs=1e-3)
    assert done.time_series["SOC"][0] == pytest.approx(0.5, abs=1e-6)
    own = battery.simulate({"cell": COMPOSITE, "protocol": {**PULSE, "global": {}}})
    assert own.time_series["SOC"][0] == pytest.approx(1, abs=0.02)


LEAD_ACID = {"model": {"type": "LOQS", "module": "lead_acid"}, "parameters": {"set": "Sulzer2019"}}


def test_a_state_of_charge_that_cannot_be_known_is_null_not_invented():
    done = battery.simulate({"cell": LEAD_ACID, "protocol": {**PULSE, "global": {}}})
    assert done.error is None
    assert done.time_series["SOC"].is_null().all()
    assert done.steps["End SOC"].is_null().all()
    assert done.metrics["Final SOC"] is None
    with pytest.raises(battery.BatteryError, match="state of charge"):
        battery.simulate({"cell": LEAD_ACID, "protocol": PULSE})
    by_soc = {"steps": [{"Discharge": {"mode": "C-rate", "value": 1, "ends": ["SOC < 0.4"]}}]}
    with pytest.raises(battery.BatteryError, match="SOC"):
        battery.simulate({"cell": LEAD_ACID, "protocol": by_soc})
