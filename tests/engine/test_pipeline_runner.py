"""Elements run from state to state, and simple pipelines in one go."""

import json
import math

import numpy as np
import polars as pl
import pytest
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.conversion import converted
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.runner import context_of, run_element, run_simple
from pipeline_configs import chen2020, cumulative, example, result, run_all

DIFFUSIVITY = "Negative particle diffusivity [m2.s-1]"
OLD = "Negative electrode diffusivity [m2.s-1]"
TRUTH = 5.3e-14


def entry(**values):
    return {"element_type": "entry", "values": values}


def evaluated(values, name, sto):
    """What PyBaMM makes of a function among parameter values."""
    asked = pybamm.FunctionParameter(name, {"sto": pybamm.Scalar(sto)})
    return values.process_symbol(asked).evaluate().item()


def refusal(elements, folder, **request):
    with pytest.raises(PipelineError) as caught:
        run_all(elements, folder, **request)
    return caught.value


@pytest.fixture(scope="module")
def measurements(tmp_path_factory):
    """A discharge of PyBaMM's SPM at 1C with another diffusivity, as a stored measurement."""
    values = pybamm.lithium_ion.SPM().default_parameter_values
    values[DIFFUSIVITY] = TRUTH
    times = np.arange(0, 3000.0, 30.0)
    simulation = pybamm.Simulation(pybamm.lithium_ion.SPM(), parameter_values=values)
    solution = simulation.solve([0, times[-1]], t_interp=times)
    names = ("Current [A]", "Voltage [V]")
    columns = {name: solution[name].entries for name in names}
    path = tmp_path_factory.mktemp("data") / "rows.parquet"
    pl.DataFrame({"Time [s]": solution.t, **columns}).write_parquet(path)
    stored = {"time_series": str(path), "steps": None, "cell": None, "metadata": {}}
    return {"m": stored}


SEED = {
    "entry": {"element_type": "entry", "values": {"model": {"type": "SPM"}, "data": "db:m"}},
    "data_fit": {
        "element_type": "data_fit",
        "objectives": {"voltage": {"data": "entry.data"}},
        "parameters": {OLD: {"bounds": [1e-16, 1e-12], "initial_value": 3.3e-14}},
    },
}


def test_capacities_from_geometry(tmp_path):
    values = cumulative(run_all(example("02"), tmp_path))
    assert values["Positive electrode capacity [A.h]"] == pytest.approx(8.7323, abs=1e-4)
    assert values["Negative electrode capacity [A.h]"] == pytest.approx(5.8276, abs=1e-4)


def test_an_element_that_lacks_parameters_fails_naming_all(tmp_path):
    error = refusal(example("01"), tmp_path)
    assert error.code == "CONFIGURATION_ERROR"
    assert error.message.startswith("Q_pos: ElectrodeCapacity lacks 5 parameters: ")
    assert "'Electrode height [m]'" in error.message


def test_the_result_of_an_entry_is_what_it_gives_as_pybamm_reads_it(tmp_path):
    done = run_all(example("05"), tmp_path)
    got = result(done, "Chen2020")
    assert got["type"] == "PassthroughResult"
    assert got["assumptions"] == []
    values = pybamm.ParameterValues.from_json(got["parameter_values"])
    for name, expected in pybamm.ParameterValues("Chen2020").items():
        if isinstance(expected, float | int):
            assert values[name] == expected


def test_a_bare_interpolant_can_be_simulated_with(tmp_path):
    done = run_all(example("04"), tmp_path)
    values = pybamm.ParameterValues("Chen2020")
    name = "Positive electrode OCP [V]"
    values[name] = pybamm.ParameterValues.from_json(
        {name: result(done, "functions")["parameter_values"][name]}
    )[name]
    assert evaluated(values, name, 0.625) == pytest.approx(3.7)


def test_elements_run_in_their_order_and_the_last_one_wins(tmp_path):
    elements = {"z": entry(a=1.0, b=1.0), "a": entry(a=2.0), "m": entry(a=3.0, c=3.0)}
    done = run_all(elements, tmp_path)
    assert list(done) == ["z", "a", "m"]
    assert cumulative(done) == {"a": 3.0, "b": 1.0, "c": 3.0}
    assert result(done, "a")["parameter_values"] == {"a": 2.0}


def test_a_renamed_parameter_keeps_the_users_key(tmp_path):
    done = run_all({"z": entry(**{DIFFUSIVITY: 1e-14}), "a": entry(**{OLD: 2e-14})}, tmp_path)
    assert cumulative(done) == {OLD: 2e-14}


def test_models_and_data_are_no_parameters(tmp_path):
    config = entry(model={"type": "SPM"}, data="db:m", table={"Time [s]": [0, 1]}, a=1.0)
    done = run_all({"entry": config}, tmp_path)
    assert result(done, "entry")["parameter_values"] == {"a": 1.0}
    state = json.loads(done["entry"][1]["state"])
    assert state["model"] == {"type": "SPM"}
    assert state["handles"]["entry.data"] == "db:m"
    assert state["handles"]["entry.table"] == {"Time [s]": [0, 1]}


def test_data_of_an_entry_feeds_a_calculation(tmp_path):
    curve = {"Stoichiometry": [0.1, 0.5, 0.9], "Voltage [V]": [4.2, 3.8, 3.4]}
    elements = {
        "my data": entry(ocp=curve),
        "U": {
            "element_type": "calculation",
            "type": "OCPDataInterpolant",
            "electrode": "positive",
            "data": "my data.ocp",
            "options": {"interpolator": "linear"},
        },
    }
    values = pybamm.ParameterValues.from_json(cumulative(run_all(elements, tmp_path)))
    assert evaluated(values, "Positive electrode OCP [V]", 0.3) == pytest.approx(4.0)


def test_parameters_come_from_a_finished_pipeline(tmp_path):
    (tmp_path / "first").mkdir()
    run_all({"z": entry(**{OLD: 2e-14, "b": 2.0})}, tmp_path / "first")
    pipelines = {"p1": str(tmp_path / "first" / "state.json")}

    def taken(**more):
        config = {"element_type": "entry", "pipeline_id": "p1", **more}
        return run_all({"from": config}, tmp_path, pipelines=pipelines)

    assert cumulative(taken()) == {OLD: 2e-14, "b": 2.0}
    assert cumulative(taken(keep=["b"])) == {"b": 2.0}
    assert cumulative(taken(keep=[DIFFUSIVITY])) == {DIFFUSIVITY: 2e-14}
    config = {"element_type": "entry", "pipeline_id": "p1", "keep": ["b", "x", "y"]}
    error = refusal({"from": config}, tmp_path, pipelines=pipelines)
    assert "did not produce 'x', 'y'" in error.message
    error = refusal({"from": {"element_type": "entry", "pipeline_id": "p2"}}, tmp_path)
    assert "there is no finished pipeline 'p2'" in error.message


@pytest.mark.parametrize(
    ("parameter", "value", "unit", "wanted"),
    [
        ("Negative electrode thickness [m]", 72.225, "um", 7.2225e-05),
        ("Negative electrode porosity", 40, "percent", 0.4),
        ("Negative electrode porosity", 40, "%", 0.4),
        ("Nominal cell capacity [A.h]", 4850, "mA*h", 4.85),
        ("Positive electrode loading [kg.m-2]", 12.5, "mg/cm**2", 0.125),
        ("Ambient temperature [K]", 25, "degC", 298.15),
        ("Ambient temperature [K]", 25, "°C", 298.15),
        ("Ambient temperature [K]", 77, "degF", 298.15),
        ("Ambient temperature [K]", 298.15, "K", 298.15),
        ("Ambient temperature [degC]", 298.15, "K", 25.0),
        ("Ambient temperature [°C]", 25, "degC", 25.0),
        ("Ambient temperature [K]", 20, "degRe", 298.15),
        ("Entropic change [V.K-1]", 0.2, "mV/degC", 2e-4),
        ("Specific heat capacity [J.kg-1.K-1]", 0.9, "kJ/(kg*K)", 900),
        ("Nominal cell capacity [A.h]", 5, None, 5.0),
        ("Number of cells", 3, "-", 3.0),
    ],
)
def test_quantities_are_converted_to_the_unit_of_the_name(parameter, value, unit, wanted):
    got = converted(parameter, {"path": "p", "value": value, "unit": unit}, "here")
    assert got == pytest.approx(wanted, rel=1e-14)


@pytest.mark.parametrize(
    ("parameter", "value", "unit", "said"),
    [
        ("Thickness [m]", 3, "V", r"wants \[m\], but a.b is 3 in 'V'"),
        ("Porosity", 3, "V", "wants a plain number"),
        ("Temperature [V]", 3, "degC", r"wants \[V\]"),
        ("Temperature [K]", 3, "mdegC", "did you mean 'degC'"),
        ("Gain", 3, "dB", "wants a plain number"),
        ("Thickness [m]", "thick", "m", "must be a finite number, but a.b is 'thick'"),
        ("Thickness [m]", None, "m", "a.b is None"),
        ("Thickness [m]", [1, 2], "m", "must be a finite number"),
        ("Thickness [m]", math.inf, "m", "must be a finite number"),
        ("Thickness [m]", 3, "mm2x", "is no unit"),
    ],
)
def test_quantities_of_another_kind_are_refused(parameter, value, unit, said):
    with pytest.raises(PipelineError, match=said):
        converted(parameter, {"path": "a.b", "value": value, "unit": unit}, "here")


def test_parameters_come_from_a_cell_specification(tmp_path):
    mapping = {"Negative electrode thickness [m]": "anode.properties.thickness"}
    config = {"element_type": "entry", "cell_spec_id": "c1", "mapping": mapping}
    found = {
        "Negative electrode thickness [m]": {
            "path": "anode.properties.thickness",
            "value": 72.225,
            "unit": "um",
        }
    }
    done = run_all({"cell": config}, tmp_path, mapped={"cell": found})
    assert cumulative(done) == {"Negative electrode thickness [m]": 7.2225e-05}


@pytest.mark.parametrize(
    ("element", "said"),
    [
        ({"element_type": "fitt"}, "unknown element_type 'fitt'; accepted values are 'entry', "),
        ({"element_type": "entry", "path": "/etc/passwd"}, "elements.x.path: an entry reads no"),
        ({"element_type": "entry"}, "an entry has one of"),
        (entry(a={"$type": "os.PathLike"}), "elements.x.values['a']: may only name types"),
        (entry(a=None), "not null"),
        ({"element_type": "calculation", "type": "InitialSOC"}, "elements.x.soc: is required"),
        ({"element_type": "Calculation", "calculation": "InitialSoc"}, "did you mean 'InitialSOC'"),
        ({"element_type": "entry", "name": "nothing"}, "unknown entry 'nothing'"),
    ],
)
def test_what_cannot_run_says_why(element, said, tmp_path):
    error = refusal({"x": element}, tmp_path)
    assert error.code == "CONFIGURATION_ERROR"
    assert said in error.message


def test_numbers_that_cannot_be_computed_with_are_the_configurations_fault(measurements, tmp_path):
    elements = json.loads(json.dumps(SEED))
    parallel = {"Number of electrodes connected in parallel to make a cell": 0}
    elements["entry"]["values"] |= {**chen2020(), **parallel}
    error = refusal(elements, tmp_path, measurements=measurements)
    assert error.code == "CONFIGURATION_ERROR"
    assert error.message.startswith("data_fit: the numbers it was given cannot be computed with: ")


def test_a_diffusivity_is_found_back_by_the_guides_pipeline(measurements, tmp_path):
    done = run_all(SEED, tmp_path, measurements=measurements)
    head, files = done["data_fit"]
    found = result(done, "data_fit")
    assert found["parameter_values"][OLD] == pytest.approx(TRUTH, rel=1e-2)
    assert cumulative(done)[OLD] == found["parameter_values"][OLD]
    assert any("CurrentDriven" in each for each in found["assumptions"])
    assert head["assumptions"] == found["assumptions"]
    assert head["best_cost"] < 1e-4
    series = {(objective, source): k for k, (objective, source, _) in enumerate(head["series"])}
    frame = pl.read_parquet(files[f"series/{series['voltage', 'optimal']}"])
    assert frame.columns == head["series"][series["voltage", "optimal"]][2]
    error = frame["Voltage [V] (data)"] - frame["Voltage [V] (model)"]
    assert error.abs().max() < 1e-3
    assert json.loads(files["plots"])["voltage"][0]["traces"]


def test_a_fit_and_a_validation_of_a_whole_set(tmp_path):
    done = run_all(example("07"), tmp_path)
    name = "Negative electrode reference exchange-current density [A.m-2]"
    # The example's data were made with 3.
    assert result(done, "fit")["parameter_values"][name] == pytest.approx(3.0, rel=1e-2)
    found = result(done, "validate")
    assert found["type"] == "ValidationResult"
    assert set(found["summary_stats"])
    assert cumulative(done)[name] == result(done, "fit")["parameter_values"][name]


def test_curves_of_an_element_pass_through_their_data(tmp_path):
    elements = example("10")
    values = pybamm.ParameterValues.from_json(cumulative(run_all(elements, tmp_path)))
    curve = elements["U_p"]["data"]["data"]
    for sto, voltage in zip(curve["Stoichiometry"], curve["Voltage [V]"], strict=True):
        assert evaluated(values, "Positive electrode OCP [V]", sto) == pytest.approx(voltage)


def test_a_half_cell_is_balanced_on_a_curve_of_an_earlier_element(tmp_path):
    done = run_all(example("11"), tmp_path)
    # The capacities of the example's data are 3 A.h times its stoichiometries.
    found = result(done, "balance")["parameter_values"]
    assert found["Positive electrode capacity [A.h]"] == pytest.approx(3.0, rel=1e-3)
    assert found["Positive electrode lower excess capacity [A.h]"] == pytest.approx(0, abs=1e-3)


def test_intervals_start_at_the_fit_before_them_and_change_nothing(tmp_path):
    done = run_all(example("20"), tmp_path)
    name = "Negative electrode reference exchange-current density [A.m-2]"
    fitted = result(done, "posterior")["parameter_values"][name]
    assert result(done, "ci")["parameter_values"][name] == pytest.approx(fitted, rel=1e-12)
    assert cumulative(done)[name] == fitted
    interval = result(done, "ci")["intervals"][name]
    assert interval["lower"] < fitted < interval["upper"]


def test_an_entry_leaves_the_fits_before_it_as_they_were(tmp_path):
    state = {
        "parameter_values": {"a": 2.0},
        "handles": {},
        "model": None,
        "fits": [{"a": 2.0}],
    }
    (tmp_path / "s.json").write_text(json.dumps(state))
    request = {"name": "b", "elements": {"b": entry(b=1.0)}, "state": str(tmp_path / "s.json")}
    after = json.loads(run_element(request)[1][0])
    assert after["fits"] == [{"a": 2.0}]
    assert after["parameter_values"] == {"a": 2.0, "b": 1.0}


def test_a_fit_leaves_what_it_found_to_those_after_it(measurements, tmp_path):
    done = run_all(SEED, tmp_path, measurements=measurements)
    (fit,) = json.loads(done["data_fit"][1]["state"])["fits"]
    assert fit == {OLD: result(done, "data_fit")["parameter_values"][OLD]}


@pytest.mark.parametrize("given", [OLD, DIFFUSIVITY])
@pytest.mark.parametrize("fitted", [OLD, DIFFUSIVITY])
def test_a_fit_knows_a_parameter_by_both_its_names(given, fitted, measurements, tmp_path):
    elements = json.loads(json.dumps(SEED))
    elements["entry"]["values"][given] = 2e-14
    free = {fitted: {"bounds": [1e-15, 1e-13], "initial_value": 3.3e-14}}
    elements["data_fit"]["parameters"] = free
    done = run_all(elements, tmp_path, measurements=measurements)
    assert result(done, "data_fit")["parameter_values"][fitted] == pytest.approx(TRUTH, rel=1e-2)
    assert cumulative(done) == {fitted: result(done, "data_fit")["parameter_values"][fitted]}


def test_the_model_of_an_entry_is_the_one_an_objective_names(measurements, tmp_path):
    elements = json.loads(json.dumps(SEED))
    elements["other"] = entry(model={"type": "NoSuchModel"})
    fit = elements.pop("data_fit")
    fit["objectives"]["voltage"]["options"] = {"model": "entry.model"}
    elements["data_fit"] = fit
    done = run_all(elements, tmp_path, measurements=measurements)
    assert result(done, "data_fit")["parameter_values"][OLD] == pytest.approx(TRUTH, rel=1e-2)


def test_a_simple_pipeline_comes_to_the_result_of_its_fit(measurements):
    elements = {
        "initial_params": entry(**{DIFFUSIVITY: 2e-14}),
        "fit": {
            "element_type": "Data Fit",
            "objectives": {"voltage": {"data": "db:m"}},
            "parameters": {DIFFUSIVITY: {"bounds": [1e-14, 1e-13], "initial_value": 2e-14}},
            "cost": {"type": "RMSE"},
            "optimizer": {"type": "ScipyMinimize", "method": "Nelder-Mead"},
        },
    }
    head, blobs = run_simple({"elements": elements, "measurements": measurements})
    files = dict(zip(head["files"], blobs, strict=True))
    found = json.loads(files["result"])
    assert found["type"] == "OptimizationResult"
    assert found["parameter_values"][DIFFUSIVITY] == pytest.approx(TRUTH, rel=1e-2)
    assert any("SPM" in each for each in found["assumptions"])
    assert "metadata" in files


def test_a_simple_pipeline_without_a_fit_comes_to_all_parameters():
    head, blobs = run_simple({"elements": example("02")})
    found = json.loads(dict(zip(head["files"], blobs, strict=True))["result"])
    assert found["parameter_values"]["Positive electrode capacity [A.h]"] == pytest.approx(
        8.7323, abs=1e-4
    )
    assert found["parameter_values"]["Electrode height [m]"] == 0.065
    assert found["assumptions"] == []


def test_a_simple_pipeline_has_one_fit_at_most():
    fit = SEED["data_fit"]
    with pytest.raises(PipelineError, match="at most one fit or validation"):
        run_simple({"elements": {"a": fit, "b": {**fit, "element_type": "validation"}}})


def test_a_simple_pipeline_says_which_element_failed():
    with pytest.raises(PipelineError, match=r"^Q_pos: ElectrodeCapacity lacks"):
        run_simple({"elements": example("01")})


class Listener:
    """An aid that notes what it is told, and for which request."""

    workers = 3

    def __init__(self):
        self.told = []

    def tell(self, progress):
        self.told.append(progress)

    def hand_over(self, task, request, affinity):
        self.told.append((task, request, affinity))

    origin = None


def test_helpers_of_a_simple_pipeline_find_the_context_of_its_fit(measurements, monkeypatch):
    from ionworks_engine.pipelines import runner

    seen = []

    def fit(element, context):
        seen.append((element, context))
        return runner.Finished({"type": "OptimizationResult", "parameter_values": {}})

    monkeypatch.setattr(runner, "_fit", {"data_fit": fit}.get)
    request = {"elements": {**SEED, "z": entry(a=1.0)}, "measurements": measurements}
    request["elements"] = {"first": entry(b=2.0), **request["elements"]}
    listener = Listener()
    run_simple(request, listener)
    ((element, context),) = seen
    rebuilt = context_of(json.loads(json.dumps(context.aid.origin)))
    assert rebuilt.where == context.where == "elements.data_fit"
    assert rebuilt.given.written() == context.given.written() == {"b": 2.0}
    assert rebuilt.sources == context.sources
    assert rebuilt.model_config == {"type": "SPM"}
    context.aid.tell({"iteration": 1})
    context.aid.hand_over("evaluate", {}, "x")
    told = {"element": "data_fit", "iteration": 1}
    assert listener.told == [told, ("evaluate", {}, "x")]
    assert context.aid.workers == 3
    assert element["element_type"] == "data_fit"
