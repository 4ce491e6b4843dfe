"""The names that submissions are judged by are PyBaMM's."""

import pytest
from ionworks_engine.battery.cells import MODULES, load_model, model_classes
from ionworks_engine.battery.errors import BatteryError
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.checks import problems
from ionworks_engine.pipelines.models import catalogue

BOTH = [(module, kind) for module, models in catalogue.MODELS.items() for kind in models]
KNOWN = pybamm.BatteryModelOptions({}).possible_options


def told(model):
    config = {"known": {"element_type": "entry", "values": {"model": model}}}
    return [f"{path}: {message}" for path, message in problems(config)]


def test_the_models_are_those_that_can_be_built():
    assert tuple(catalogue.MODELS) == MODULES
    for module, models in catalogue.MODELS.items():
        assert set(models) == set(model_classes(module))


def test_options_of_battery_models_are_pybamms():
    options = catalogue.MODELS["lithium_ion"]["SPM"]
    assert {name: list(values) for name, values in options.items()} == {
        **KNOWN,
        "operating mode": ["current"],
    }


def test_options_of_circuits_are_pybamms():
    options = pybamm.equivalent_circuit.Thevenin().options
    assert set(catalogue.MODELS["equivalent_circuit"]["Thevenin"]) == set(options)


@pytest.mark.parametrize(("module", "kind"), BOTH)
def test_what_is_refused_at_submission_could_not_be_built(module, kind):
    for options in ({"no such option": "true"}, {"calculate discharge energy": "perhaps"}):
        model = {"type": kind, "module": module, "options": options}
        if told(model):
            with pytest.raises(BatteryError):
                load_model(model)
        else:
            load_model(model)
    assert told({"type": kind, "module": module}) == []


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("SPMee", "elements.known.values.model: unknown model 'SPMee' in 'lithium_ion'; did you"),
        ({"type": "dfn"}, "did you mean 'DFN'"),
        ({"type": "SPM", "module": "lead_acid"}, "unknown model 'SPM' in 'lead_acid'; known"),
        ({"type": "SPM", "options": {"thermel": "lumped"}}, "did you mean 'thermal'"),
        ({"type": "SPM", "options": {"thermal": "lumpd"}}, "model.options.thermal: 'lumpd' is no"),
        ({"type": "SPM", "options": {"SEI": ["none", "some"]}}, "SEI: 'some' is no value of it"),
        ({"type": "SPM", "options": {"dimensionality": "1"}}, "'1' is no value of it"),
        ({"type": "SPM", "options": {"operating mode": "voltage"}}, "'voltage' is no value of it"),
        ({"type": "SPM", "options": "lumped"}, "options: must be a mapping"),
        ({"type": "BasicDFN", "options": {"thermal": "lumped"}}, "'BasicDFN' has no options"),
    ],
)
def test_a_name_that_there_is_not_is_refused_with_those_near_it(model, said):
    (message,) = told(model)
    assert said in message


@pytest.mark.parametrize(
    "options",
    [
        {"SEI": ["ec reaction limited", ["none", "constant"]], "particle phases": ["1", "2"]},
        {"number of MSMR reactions": ["6", "4"], "open-circuit potential": "MSMR"},
        {"dimensionality": 1, "current collector": "potential pair", "cell geometry": "pouch"},
    ],
)
def test_values_for_each_electrode_and_phase_pass(options):
    assert told({"type": "DFN", "options": options}) == []


def test_models_of_objectives_are_judged_too():
    objective = {"data": "db:1", "options": {"model": "SPMee"}}
    parameters = {"a": {"bounds": [0, 1], "initial_value": 0.5}}
    fit = {"element_type": "data_fit", "objectives": {"v": objective}, "parameters": parameters}
    assert [path for path, _ in problems({"fit": fit})] == [
        "elements.fit.objectives.v.options.model"
    ]
