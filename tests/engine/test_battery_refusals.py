"""What the battery core refuses, and that it says what, where and what would be right."""

import json
import math
import subprocess
import sys

import pybamm
import pytest
from ionworks_engine import battery
from ionworks_engine.battery import BatteryError

from ionworks.ucp import ProtocolError

SPM = {"model": {"type": "SPM"}, "parameters": {"set": "Chen2020"}}
REST = {"steps": [{"Rest": {"duration": 10}}]}


def refusal(**request):
    with pytest.raises(BatteryError) as caught:
        battery.simulate({"cell": SPM, "protocol": REST, **request})
    assert caught.value.code == "CONFIGURATION_ERROR"
    return caught.value.message


def own(**values):
    parameters = json.loads(json.dumps(pybamm.ParameterValues("Chen2020").to_json(), default=float))
    return {"model": {"type": "SPM"}, "parameters": {"values": {**parameters, **values}}}


def without(name):
    cell = own()
    del cell["parameters"]["values"][name]
    return cell


def quick(**config):
    return {"quick_model": {"capacity": 1.0, "chemistry": "NMC/Graphite", **config}}


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ({"model": {"type": "SPN"}, "parameters": {"set": "Chen2020"}}, "'SPN'"),
        ({"model": {"type": "SPM"}, "parameters": {"set": "Chen2021"}}, "did you mean 'Chen2020'"),
        ({"model": {"type": "SPM", "module": "os"}, "parameters": {"set": "Chen2020"}}, "'os'"),
        ({"model": {"type": "BaseModel"}, "parameters": {"set": "Chen2020"}}, "'BaseModel'"),
        ({"model": {"type": "custom"}, "parameters": {"set": "Chen2020"}}, "custom"),
        (
            {
                "model": {"type": "SPM", "options": {"thermol": "lumped"}},
                "parameters": {"set": "Chen2020"},
            },
            "thermal",
        ),
        (
            {
                "model": {"type": "SPM", "options": {"operating mode": "voltage"}},
                "parameters": {"set": "Chen2020"},
            },
            "steps say what is held",
        ),
        (
            {
                "model": {"type": "SPM", "custom_variables": {"x": {"$type": "os.system"}}},
                "parameters": {"set": "Chen2020"},
            },
            "custom_variables['x']",
        ),
        ({"model": {"type": "SPM"}}, "lacks 'parameters'"),
        ({**SPM, "colour": "red"}, "'colour'"),
        ({**SPM, "simulation_settings": {"var_pts": {"x_n": 1}}}, "2 to 1000"),
        ({**SPM, "simulation_settings": {"var_pts": {"x_q": 20}}}, "'x_q'"),
        (quick(capacity=0), "greater than 0"),
        (quick(capacity=-1.0), "greater than 0"),
        (quick(capacity=math.nan), "finite"),
        (quick(capacity="two"), "must be a number"),
        (quick(chemistry="NMC/Grafite"), "did you mean 'NMC/Graphite'"),
        (quick(resistance_pct=-1), "resistance_pct"),
        (quick(resistance=1), "did you mean 'resistance_pct'"),
        (own(**{"Negative electrode thickness [m]": math.nan}), "Negative electrode thickness"),
        (without("Positive electrode thickness [m]"), "Positive electrode thickness [m]"),
    ],
)
def test_a_wrong_cell_is_refused_by_name(cell, said):
    assert said in refusal(cell=cell)


@pytest.mark.parametrize(
    "value",
    [
        {"$type": "os.system", "children": []},
        {"$type": "type", "class": "subprocess.Popen"},
        {"py/object": "subprocess.Popen"},
        {"module": "subprocess", "class": "Popen"},
        {"type": "subprocess.Popen"},
        {"$type": "pybamm.util.import_optional_dependency"},
        {"$type": "pybamm.expression_tree.scalar.Scalar", "children": [{"type": "os.system"}]},
        {"$type": "builtins.float", "value": "NaN"},
    ],
)
def test_a_serialised_value_may_name_nothing_but_expressions(value):
    said = refusal(cell=own(**{"Negative electrode OCP [V]": value}))
    assert "Negative electrode OCP [V]" in said


def test_own_parameter_values_give_the_same_result_as_the_set_they_came_from():
    first = battery.simulate({"cell": own(), "protocol": REST}).time_series
    second = battery.simulate({"cell": SPM, "protocol": REST}).time_series
    assert first["Voltage [V]"].to_list() == pytest.approx(second["Voltage [V]"].to_list())


@pytest.mark.parametrize(
    ("design", "said"),
    [
        ({"Negative electrod thickness [m]": 1e-4}, "did you mean 'Negative electrode thickness"),
        ({"Negative electrode thickness [m]": math.nan}, "finite"),
        ({"Negative electrode thickness [m]": "thick"}, "must be a number"),
        ({"Negative electrode thickness [m]": True}, "must be a number"),
        ({"Current function [A]": 1.0}, "steps"),
        ({"citations": 1.0}, "'citations'"),
        ({"Negative electrode thickness [m]": 0.0}, "greater than 0"),
        ({"Nominal cell capacity [A.h]": 0.0}, "greater than 0"),
        ({"Separator porosity": 1.5}, "at most 1"),
        ({"Maximum concentration in negative electrode [mol.m-3]": 0.0}, "no capacity"),
    ],
)
def test_a_wrong_design_parameter_is_refused_by_name(design, said):
    protocol = {"global": {"initial_soc": 1}, **REST}
    assert said in refusal(design=design, protocol=protocol)


def test_a_temperature_is_not_set_twice():
    protocol = {"global": {"temperature": 20}, **REST}
    assert "also set" in refusal(design={"Ambient temperature [K]": 280.0}, protocol=protocol)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Battery voltage"], "did you mean 'Battery voltage [V]'"),
        (["Negative particle concentration [mol.m-3]"], "only scalars"),
        ([1], "names"),
        ("Voltage [V]", "list"),
    ],
)
def test_a_wrong_extra_variable_is_refused_by_name(names, said):
    assert said in refusal(extra_variables=names)


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ({"initial_state_type": "voltage", "initial_state_value": 4.5}, "2.5 V to 4.2 V"),
        ({"initial_state_type": "voltage", "initial_state_value": 1.0}, "2.5 V to 4.2 V"),
    ],
)
def test_an_initial_state_out_of_range_is_refused(start, said):
    assert said in refusal(protocol={"global": start, **REST})


def test_a_design_whose_limits_cannot_be_reached_is_refused():
    design = {"Upper voltage cut-off [V]": 9.0, "Open-circuit voltage at 100% SOC [V]": 9.0}
    protocol = {"global": {"initial_soc": 1}, **REST}
    assert "upper voltage limit of 9 V" in refusal(design=design, protocol=protocol)


def test_inputs_must_fit_the_protocol():
    steps = [{"Rest": {"duration": 'input["t"]'}}]
    for inputs in ({}, {"t": 5, "u": 1}, {"t": math.nan}):
        with pytest.raises(ProtocolError):
            battery.simulate({"cell": SPM, "protocol": {"steps": steps}, "inputs": inputs})


def test_an_unknown_key_of_a_request_is_refused():
    assert "'desing'" in refusal(desing={})


def test_the_package_and_its_library_load_no_pybamm():
    code = (
        "import sys, ionworks_engine.battery.library as l;"
        "assert 'pybamm' not in sys.modules and 'numpy' not in sys.modules, 'heavy';"
        "print(len(l.LIBRARY))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert int(answer.stdout) >= 30


def test_models_can_be_listed_and_checked():
    listed = battery.pybamm_models()
    assert {"SPM", "SPMe", "DFN", "MPM"} <= set(listed["models"]["lithium_ion"])
    assert "lumped" in listed["options"]["thermal"]
    assert listed["version"] == pybamm.__version__
    assert json.loads(json.dumps(listed)) == listed
    assert battery.validate_model({"type": "SPMe", "options": {"thermal": "lumped"}})["valid"]
    wrong = battery.validate_model({"type": "SPMe", "options": {"thermal": "hot"}})
    assert not wrong["valid"]
    assert "thermal" in wrong["error"]


def test_a_models_own_configuration_is_accepted_with_its_added_variables():
    model = pybamm.lithium_ion.SPMe({"thermal": "lumped"})
    model.variables["Twice the voltage [V]"] = 2 * model.variables["Voltage [V]"]
    config = json.loads(json.dumps(model.to_config()))
    cell = {"model": config, "parameters": {"set": "Chen2020"}}
    names = ["Twice the voltage [V]"]
    series = battery.simulate(
        {"cell": cell, "protocol": REST, "extra_variables": names}
    ).time_series
    assert (2 * series["Voltage [V]"]).to_list() == pytest.approx(series[names[0]].to_list())


def test_mesh_points_of_the_settings_count():
    coarse = {**SPM, "simulation_settings": {"var_pts": {"r_n": 4, "r_p": 4}}}
    step = {"steps": [{"Discharge": {"mode": "C-rate", "value": 2, "duration": 300}}]}
    first = battery.simulate({"cell": coarse, "protocol": step}).time_series["Voltage [V]"][-1]
    second = battery.simulate({"cell": SPM, "protocol": step}).time_series["Voltage [V]"][-1]
    assert 1e-4 < abs(first - second) < 0.1
