"""Models by their configuration: PyBaMM's, serialised ones, diffusion alone, circuits."""

import base64
import json
import sys
import zlib

import numpy as np
import pytest
from hand_made import CURRENT, D_N, D_P, TIME, VOLTAGE, by_hand, context, objective, pulses, steady
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.models import load
from ionworks_engine.pipelines.values import ParameterSet

RESISTANCE = "Ohmic resistance [Ohm]"
CIRCUIT = {
    "Nominal cell capacity [A.h]": 5.0,
    "Initial SoC": 0.8,
    "R0 [Ohm]": 0.02,
    "R1 [Ohm]": 0.01,
    "C1 [F]": 2000.0,
    "Open-circuit voltage [V]": lambda soc: 3.0 + 1.1 * soc,
    "Ambient temperature [K]": 298.15,
    "Initial temperature [K]": 298.15,
    "Exchange current [A]": 3.0,
}


class OfMyOwn(pybamm.lithium_ion.SPM):
    """What a user makes of a model: another variable."""

    def __init__(self, options=None, name="mine"):
        super().__init__({"x-average side reactions": "true", **(options or {})}, name)
        self.variables["Twice the voltage [V]"] = 2 * self.variables[VOLTAGE]


def written(model, **how):
    encode = pybamm.expression_tree.operations.serialise.Serialise._json_encoder
    return json.loads(json.dumps(model.to_config(**how), default=encode))


def test_a_model_of_ones_own_runs_without_its_class():
    config = written(OfMyOwn())
    columns = {**steady(), "Twice the voltage [V]": steady()[VOLTAGE]}
    names = {"objective variables": [VOLTAGE, "Twice the voltage [V]"]}
    one = objective(columns, {D_N: 2e-14}, model=config, **names)
    found = one.evaluate({D_N: 2e-14})
    (voltage,) = by_hand(pybamm.lithium_ion.SPM(), columns, **{D_N: 2e-14})
    assert found[VOLTAGE] == pytest.approx(voltage, abs=5e-6)
    assert found["Twice the voltage [V]"] == pytest.approx(2 * voltage, abs=1e-5)


def test_a_packed_model_is_read_as_the_plain_one():
    packed = load(written(OfMyOwn(), compress=True), "model")
    assert "Twice the voltage [V]" in packed.variables
    assert {each.name for each in packed.rhs} == {each.name for each in OfMyOwn().rhs}


def spoilt(place, value):
    config = written(OfMyOwn())
    node = config
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value
    return config


STRANGER = {"$type": "antigravity.Fly", "children": []}


@pytest.mark.parametrize(
    "config",
    [
        spoilt(("model", "model", "variables", VOLTAGE), STRANGER),
        spoilt(("model", "model", "events", 0, "expression"), {"py/object": "antigravity.Fly"}),
        spoilt(
            ("submesh_types", "submesh_types", "negative electrode"),
            {"$type": "type", "class": "antigravity.Fly"},
        ),
        spoilt(
            ("model",),
            {
                "compressed": True,
                "data": base64.b64encode(
                    zlib.compress(json.dumps({"model": {"rhs": [STRANGER]}}).encode())
                ).decode(),
            },
        ),
    ],
)
def test_what_is_not_pybamms_is_never_imported(config):
    with pytest.raises(PipelineError, match=r"may only name"):
        load(config, "model")
    assert "antigravity" not in sys.modules


def test_the_class_a_model_came_from_is_never_imported():
    config = spoilt(("model", "model", "base_class"), "antigravity.Fly")
    config["model"]["model"]["base_class_mro"] = ["antigravity.Fly"]
    assert load(config, "model").name == "mine"
    assert "antigravity" not in sys.modules


def test_only_classes_of_models_are_made():
    config = spoilt(("model", "model", "base_class"), "pybamm.models.base_model.load_model")
    with pytest.raises(PipelineError, match="no class of PyBaMM's models"):
        load(config, "model")


def test_a_mesh_is_taken_from_the_configuration():
    finer = {"simulation_kwargs": {"var_pts": {"r_n": 40, "r_p": 40}}}
    columns = steady()
    one = objective(columns, {}, model={"type": "SPM", "simulation_settings": None}, **finer)
    model = pybamm.lithium_ion.SPM()
    parameters = pybamm.ParameterValues("Chen2020")
    parameters["Current function [A]"] = 5.0
    simulation = pybamm.Simulation(
        model,
        parameter_values=parameters,
        var_pts={**model.default_var_pts, "r_n": 40, "r_p": 40},
        solver=pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-8),
    )
    voltage = simulation.solve([0, 3000], t_interp=columns[TIME])[VOLTAGE].data
    assert one.evaluate({})[VOLTAGE] == pytest.approx(voltage, abs=1e-6)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("LumpedSPMR", "not published"),
        ({"type": "SingleElectrodeLumpedSPMR", "options": {"rc pairs": "1"}}, "not published"),
        ({"type": "MSMRHalfCellModel", "electrode": "positive"}, "MSMRHalfCell"),
        ("SPN", "did you mean"),
        ({"type": "SPM", "module": "os"}, "unknown model module"),
        ({"type": "custom", "model": 3}, "serialised PyBaMM model"),
        ({"type": "GITTModel", "options": {"thermal": "lumped"}}, "GITTModel has no 'thermal'"),
        ({"type": "GITTModel", "options": {"working electrode": "negative"}}, "'positive'"),
        ({"type": "ECM", "options": {"rc pairs": "many"}}, "rc pairs"),
        ({"type": "ECM", "options": {"parameter_dependencies": {"R0": ["soul"]}}}, "soul"),
        (3, "must be a name"),
    ],
)
def test_what_is_no_model_is_refused_with_the_reason(config, words):
    with pytest.raises(PipelineError) as caught:
        load(config, "elements.fit.model")
    assert words in caught.value.message
    assert caught.value.message.startswith("elements.fit.model")


# -- diffusion alone -------------------------------------------------------------


def test_diffusion_is_that_of_the_single_particle_model():
    columns = pulses()
    one = objective(columns, {D_P: 4e-15, RESISTANCE: 0.01}, model={"type": "GITTModel"})
    names = ["Surface open-circuit voltage [V]"]
    (ocv,) = by_hand(pybamm.lithium_ion.SPM(), columns, names, **{D_P: 5e-15})
    found = one.evaluate({D_P: 5e-15, RESISTANCE: 0.03})[VOLTAGE]
    assert one.inputs == {D_P, RESISTANCE}
    assert found == pytest.approx(ocv - 0.03 * columns[CURRENT], abs=2e-5)


def test_diffusion_in_a_half_cell_is_sands_equation():
    """Sand: the surface of a half-space moves with ``2 j sqrt(t / (pi D))``."""
    diffusivity, radius, most = 1e-15, 1e-4, 50_000.0
    flux = 1e-6
    share, thickness, area = 0.6, 1e-4, 1.0
    current = flux * 96485.33212 * 3 * share / radius * thickness * area
    values = {
        "Electrode height [m]": 1.0,
        "Electrode width [m]": area,
        "Number of electrodes connected in parallel to make a cell": 1.0,
        "Positive electrode active material volume fraction": share,
        "Positive electrode thickness [m]": thickness,
        "Positive particle radius [m]": radius,
        "Positive particle diffusivity [m2.s-1]": diffusivity,
        "Positive electrode OCP [V]": lambda sto: 4.0 - sto,
        "Maximum concentration in positive electrode [mol.m-3]": most,
        "Initial concentration in positive electrode [mol.m-3]": 0.5 * most,
        "Initial temperature [K]": 298.15,
        "Ohmic resistance [Ohm]": 0.0,
    }
    columns = steady(current=current, duration=400.0, rows=5)
    half = {"type": "GITTModel", "options": {"working electrode": "positive"}}
    fine = {"simulation_kwargs": {"var_pts": {"r_p": 1000}}}
    one = objective(columns, {}, given=context(values), model=half, **fine)
    moved = 3.5 - one.evaluate({})[VOLTAGE]
    sand = 2 * flux * np.sqrt(columns[TIME] / (np.pi * diffusivity)) / most
    assert moved[1:] == pytest.approx(sand[1:], rel=0.02)


# -- circuits -----------------------------------------------------------------------


def circuit(columns, free=None, given=None, **options):
    model = {"type": "ECM", "options": options}
    values = ParameterSet({**CIRCUIT, **(given or {})})
    return objective(columns, free or {}, given=Context(values, where="elements.fit"), model=model)


def test_a_circuit_is_its_closed_form():
    columns = steady(current=2.0, duration=600.0)
    times = columns[TIME]
    one = circuit(columns, {"R1 [Ohm]": 0.01}, **{"rc pairs": "1", "butler-volmer": "true"})
    soc = 0.8 - 2.0 * times / 3600 / 5
    pair = 2.0 * 0.015 * (1 - np.exp(-times / (0.015 * 2000)))
    transfer = 2 * 8.314462618 * 298.15 / 96485.33212 * np.arcsinh(2.0 / 6.0)
    found = one.evaluate({"R1 [Ohm]": 0.015})[VOLTAGE]
    assert one.inputs == {"R1 [Ohm]"}
    assert found == pytest.approx(3.0 + 1.1 * soc - 2 * 0.02 - pair - transfer, abs=1e-5)


def test_a_circuit_without_pairs_is_pybamms():
    columns = pulses()
    options = {"number of rc elements": 1}
    thevenin = pybamm.equivalent_circuit.Thevenin(options=options)
    values = dict(pybamm.ParameterValues("ECM_Example").items())
    (voltage,) = by_hand(thevenin, columns, values=values)
    values["Nominal cell capacity [A.h]"] = values["Cell capacity [A.h]"]
    model = {"type": "ECM", "options": {"rc pairs": "1", "thermal": "two-state"}}
    values.setdefault("Ambient temperature [K]", 298.15)
    one = objective(columns, {}, given=context(values), model=model)
    assert one.evaluate({})[VOLTAGE] == pytest.approx(voltage, abs=1e-3)


def test_resistances_grow_with_throughput_where_a_function_says_so():
    columns = steady(current=2.0, duration=600.0)
    grown = {"Resistance scale": lambda throughput, time: 1 + throughput + 0 * time}
    one = circuit(columns, given=grown, **{"resistance scale": "function"})
    through = 2.0 * columns[TIME] / 3600
    expected = 3.0 + 1.1 * (0.8 - through / 5) - 2 * 0.02 * (1 + through)
    assert one.evaluate({})[VOLTAGE] == pytest.approx(expected, abs=1e-5)


# -- where they start ---------------------------------------------------------------


def test_a_circuit_starts_at_a_state_of_charge():
    columns = steady(current=0.0)
    one = circuit(columns, {"Initial SOC [%]": 50.0})
    assert one.inputs == {"Initial SOC [%]"}
    found = one.evaluate({"Initial SOC [%]": 20.0})[VOLTAGE]
    assert found == pytest.approx(np.full(61, 3.0 + 1.1 * 0.2), abs=1e-9)


def test_diffusion_starts_at_a_voltage():
    columns = steady(current=0.0, duration=100)
    given = context(**{"Initial voltage [V]": 3.7, RESISTANCE: 0.0})
    one = objective(columns, {}, given=given, model={"type": "GITTModel"})
    assert one.evaluate({})[VOLTAGE] == pytest.approx(np.full(61, 3.7), abs=1e-6)


def test_a_half_cell_is_pybamms():
    columns = steady(current=0.0005, duration=600)
    half = {"working electrode": "positive"}
    model = pybamm.lithium_ion.SPM(half)
    config = {"type": "SPM", "options": half}
    one = objective(columns, {D_P: 1e-14}, given=context("Xu2019"), model=config)
    (voltage,) = by_hand(model, columns, values="Xu2019", **{D_P: 2e-14})
    assert one.evaluate({D_P: 2e-14})[VOLTAGE] == pytest.approx(voltage, abs=1e-5)
