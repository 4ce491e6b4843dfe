"""What is wrong with a pipeline is told when it is submitted, as far as it can be known then."""

import copy
import json
import subprocess
import sys

import pytest
from ionworks_engine.pipelines import elements
from ionworks_engine.pipelines.checks import problems
from pipeline_configs import EXAMPLES, example

REFUSED = {
    "18_datafit_cycle_ageing_variants": ["no analyses are stored here"],
    "19_simple_pipeline": ["'Resistance' cannot be computed"],
    "22_vendor_models": ["'LumpedSPMR' are", "'LumpedSPMeR' are", "'SingleElectrodeLumpedSPMR'"],
    "24_design_objective": ["'DesignObjective' cannot be computed", "DesignFunction optimises"],
}
DATA = {"Time [s]": [0, 1], "Current [A]": [1, 1], "Voltage [V]": [4, 3.9]}
ENTRY = {
    "element_type": "entry",
    "values": {"model": {"type": "SPM"}, "data": "db:your-measurement-id"},
}
DIFFUSIVITY = "Negative electrode diffusivity [m2.s-1]"
FIT = {
    "element_type": "data_fit",
    "objectives": {"voltage": {"data": "entry.data"}},
    "parameters": {DIFFUSIVITY: {"bounds": [1e-16, 1e-12], "initial_value": 3.3e-14}},
}
SEED = {"entry": ENTRY, "data_fit": FIT}
SIMPLE = {
    "initial_params": {
        "element_type": "entry",
        "values": {"Negative particle diffusivity [m2.s-1]": 2e-14},
    },
    "fit": {
        "element_type": "data_fit",
        "objectives": {"voltage": {"data": "db:your-measurement-id"}},
        "parameters": {
            "Negative particle diffusivity [m2.s-1]": {
                "bounds": [1e-14, 1e-13],
                "initial_value": 2e-14,
            }
        },
        "cost": {"type": "RMSE"},
        "optimizer": {"type": "DifferentialEvolution", "max_iterations": 10},
    },
}
MINIMAL = {
    "known": {"element_type": "entry", "values": {"Ambient temperature [K]": 298.15}},
    "Q_pos": {"element_type": "calculation", "type": "ElectrodeCapacity", "electrode": "positive"},
    "Q_neg": {"element_type": "calculation", "type": "ElectrodeCapacity", "electrode": "negative"},
}


def changed(path, value, base=SEED):
    """The seed's pipeline with the value at a path set, or removed for ``...``."""
    config = copy.deepcopy(base)
    *parents, last = path.split("/")
    node = config
    for part in parents:
        node = node.setdefault(part, {})
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return config


def told(config, **options):
    return [f"{path}: {message}" for path, message in problems(config, **options)]


@pytest.mark.parametrize("config", [SEED, SIMPLE, MINIMAL], ids=["fit", "simple", "minimal"])
@pytest.mark.parametrize("simple", [False, True])
def test_the_configurations_of_the_guides_pass(config, simple):
    assert told(config, simple=simple) == []


def test_a_serialised_model_passes_as_an_entry():
    import pybamm

    for model in (pybamm.lithium_ion.SPM(), pybamm.equivalent_circuit.Thevenin()):
        assert told(changed("entry/values/model", json.loads(json.dumps(model.to_config())))) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_the_schema_writes_passes_or_is_refused_for_its_reason(name):
    found = told(example(name[:2]))
    wanted = REFUSED.get(name, [])
    assert len(found) == len(wanted)
    for message, words in zip(found, wanted, strict=True):
        assert words in message


@pytest.mark.parametrize("label", elements.LEGACY)
def test_legacy_labels_are_the_types_they_stand_for(label):
    made = elements.canonical({"x": {"element_type": label}})
    assert made["x"]["element_type"] == elements.LEGACY[label]


def test_legacy_spellings_of_objectives_become_the_schemas():
    old = {
        "fit": {
            "element_type": "datafit",
            "objectives": {"v": {"objective": "EIS", "model": "SPM", "data": "db:1"}},
        },
        "c": {"element_type": "Calculation", "calculation": "InitialSOC", "soc": 1},
    }
    made = elements.canonical(old)
    wanted = {"type": "EIS", "options": {"model": "SPM"}, "data": "db:1"}
    assert made["fit"]["objectives"] == {"v": wanted}
    assert made["c"] == {"element_type": "calculation", "type": "InitialSOC", "soc": 1}
    assert "objective" in old["fit"]["objectives"]["v"]


@pytest.mark.parametrize("data", ["db:1", DATA, {"time_series": DATA}])
def test_a_bare_objective_is_labelled_by_its_type(data):
    for kind, label in (({"type": "Pulse"}, "Pulse"), ({}, "CurrentDriven")):
        config = changed("data_fit/objectives", {**kind, "data": data})
        assert list(elements.canonical(config)["data_fit"]["objectives"]) == [label]
        assert told(config) == []


def test_an_objective_may_be_labelled_data():
    config = changed("data_fit/objectives", {"data": {"data": "db:1"}})
    assert elements.canonical(config)["data_fit"]["objectives"] == {"data": {"data": "db:1"}}


def test_elements_keep_their_order():
    config = {name: {"element_type": "entry", "values": {}} for name in "zam"}
    assert list(elements.canonical(config)) == ["z", "a", "m"]


def test_an_unknown_type_is_no_problem_of_the_submission():
    config = {"x": {"element_type": "fitt", "whatever": 1}}
    assert told(config) == []
    words = elements.unknown_type(config["x"])
    assert all(repr(accepted) in words for accepted in elements.ELEMENT_TYPES)
    assert "'Data Fit' (data_fit)" in words


def test_references_are_found_where_they_may_stand_and_nowhere_else():
    config = {
        **example("18"),
        **example("03"),
        **SEED,
        "c": {"element_type": "calculation", "type": "InitialSOC", "data": {"data": "db:7"}},
        "db:8": {"element_type": "entry", "values": {"a": 1}, "source": "db:9"},
    }
    found = [(each.kind, each.id, each.path) for each in elements.references(config)]
    start = "elements.aging.objectives"
    assert found[:4] == [
        (
            "measurement",
            "11111111-1111-1111-1111-111111111111",
            f"{start}.from data.data.data",
        ),
        (
            "measurement",
            "11111111-1111-1111-1111-111111111111",
            f"{start}.from data.options.experiment.from data.data",
        ),
        ("measurement", "22222222-2222-2222-2222-222222222222", f"{start}.calendar.data.data"),
        (
            "parameterized_model",
            "33333333-3333-3333-3333-333333333333",
            f"{start}.calendar.options.parameterized_model_id",
        ),
    ]
    assert [each[0] for each in found[4:6]] == ["pipeline", "cell_specification"]
    assert found[6:] == [
        ("measurement", "your-measurement-id", "elements.entry.values.data"),
        ("measurement", "7", "elements.c.data.data"),
    ]


BOUNDS = f"data_fit/parameters/{DIFFUSIVITY}/bounds"
OBJECTIVE = "data_fit/objectives/voltage"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("entry", [], "elements.entry: must be a mapping with 'element_type'"),
        ("entry/element_type", ..., "elements.entry.element_type: is missing; one of 'entry'"),
        ("entry/path", "/etc/passwd", "elements.entry.path: no file is read here"),
        ("entry", {"element_type": "entry", "name": "from_json", "file_path": "x"}, "no file is"),
        ("entry", {"element_type": "entry"}, "exactly one of 'values', 'pipeline_id'"),
        ("entry/pipeline_id", "x", "it has 'values' and 'pipeline_id'"),
        ("entry/valeus", {}, "elements.entry.valeus: unknown key 'valeus'; did you mean 'values'"),
        ("entry/values", [1], "elements.entry.values: must be a mapping"),
        ("entry/values/a", None, "elements.entry.values.a: is null"),
        ("entry/values/a", [1, "x"], "must be a list of numbers"),
        ("entry/values/a", {"$type": "os.PathLike"}, "not 'os.PathLike'; it was not imported"),
        ("entry/values/a", {"x": {"py/object": "os.system"}}, "'os.system'; it was not imported"),
        ("entry/values/a", {"$type": "builtins.float", "value": "NaN"}, "holds a NaN"),
        ("entry/values/a", {"x": 1}, "elements.entry.values.a.x: a column must be a list"),
        ("entry/values/model", 3, "must be the name of a model"),
        ("entry/values/model/options", {"a": {"$type": "os.a"}}, "it was not imported"),
        ("entry/values/model/module", "os", "elements.entry.values.model.module: unknown module"),
        ("entry/values/model/opions", {}, "did you mean 'options'"),
        ("entry/values/data", "db:", "names no measurement"),
        ("entry/values", {DIFFUSIVITY: 1, "Negative particle diffusivity [m2.s-1]": 1}, "the same"),
        (
            "entry",
            {"element_type": "entry", "pipeline_id": "x", "keep": []},
            "elements.entry.keep: must be a list of parameter names, and not empty",
        ),
        ("entry", {"element_type": "entry", "cell_spec_id": "x"}, "must map parameter names"),
        ("entry", {"element_type": "entry", "name": "temperature"}, "did you mean 'temperatures'"),
        ("c", {"element_type": "calculation", "type": "InitialSoC", "soc": 1}, "'InitialSOC'"),
        ("c", {"element_type": "calculation", "type": "InitialSOC"}, "elements.c.soc: is required"),
        (BOUNDS, [1e-12, 1e-16], "must rise, the lower before the upper"),
        (BOUNDS, [1e-16, 1e-15], "3.3e-14 is outside the bounds"),
        (f"data_fit/parameters/{DIFFUSIVITY}/bonds", [1, 2], "did you mean 'bounds'"),
        ("data_fit/parameters", ..., "elements.data_fit.parameters: is missing"),
        ("data_fit/objectives", {}, "elements.data_fit.objectives: must be a mapping"),
        ("data_fit/objectivs", {}, "did you mean 'objectives'"),
        (f"{OBJECTIVE}/data", ..., "elements.data_fit.objectives.voltage.data: is missing"),
        (f"{OBJECTIVE}/data", "entry.dat", "did you mean 'entry.data'"),
        (f"{OBJECTIVE}/data", "data_fit.data", "'<element>.<key>' of an earlier entry"),
        (f"{OBJECTIVE}/data", "file:x.csv", "the client reads it"),
        (f"{OBJECTIVE}/data", {"Time [s]": [1], "Voltage [V]": [1]}, "'Current [A]' is missing"),
        (f"{OBJECTIVE}/data", {**DATA, "x": [1]}, "'x' has 1"),
        (
            OBJECTIVE,
            {"data": DATA, "options": {"objective variables": ["Temperature [K]"]}},
            "the column 'Temperature [K]' is missing",
        ),
        (OBJECTIVE, {"type": "CalendarAgeing", "data": {"Time [s]": [0]}}, "'LLI [%]' is missing"),
        (f"{OBJECTIVE}/data", {**DATA, "Voltage [V]": [4, "low"]}, "not 'low' as in row 1"),
        (
            f"{OBJECTIVE}/data",
            {"data": {**DATA, "Current [A]": ["1 A", 1]}},
            "not '1 A' as in row 0",
        ),
        (f"{OBJECTIVE}/data", {"time_series": {**DATA, "Time [s]": [[], 1]}}, "not [] as in row 0"),
        (f"{OBJECTIVE}/data", {**DATA, "Time [s]": [5, 4]}, "falls at row 1, from 5 to 4; it must"),
        (f"{OBJECTIVE}/data", {name: [1] for name in DATA}, "needs at least two rows, not 1"),
        (
            f"{OBJECTIVE}/data",
            {**DATA, "Voltage [V]": [None] * 2},
            "'Voltage [V]' has no number to",
        ),
        (OBJECTIVE, {"type": "Pulse", "data": {**DATA, "Time [s]": [1, 0]}}, "falls at row 1"),
        (OBJECTIVE, {"type": "EIS", "data": {"Z_Re [Ohm]": ["a"]}}, "must hold numbers, not 'a'"),
        (
            OBJECTIVE,
            {"type": "Pulse", "data": DATA, "options": {"objective variables": ["Voltage [V]"]}},
            "unknown key 'objective variables'",
        ),
        (f"{OBJECTIVE}/data", {"data": DATA, "options": {"srot": 1}}, "did you mean 'sort'"),
        (f"{OBJECTIVE}/data", {"data": DATA, "time_range": {"end": "x"}}, "a number of seconds"),
        (
            f"{OBJECTIVE}/data",
            {"data": "db:1", "options": {"first_step": "SELECT * FROM read_csv('x')"}},
            "options.first_step: a query may read steps only",
        ),
        (f"{OBJECTIVE}/type", "CurentDriven", "did you mean 'CurrentDriven'"),
        (f"{OBJECTIVE}/type", "Objective", "an objective 'Objective' cannot be computed"),
        (f"{OBJECTIVE}/type", "OCPHalfCell", "voltage.electrode: must be 'positive' or"),
        (f"{OBJECTIVE}/optons", {}, "did you mean 'options'"),
        (f"{OBJECTIVE}/options", {"objective variable": []}, "did you mean 'objective variables'"),
        (f"{OBJECTIVE}/options", {"interactive_preprocessing": True}, "nobody is there"),
        (f"{OBJECTIVE}/options", {"model": "SPM", "parameterized_model_id": "x"}, "not both"),
        (f"{OBJECTIVE}/options", {"model": "LumpedSPMR"}, "are not published"),
        (f"{OBJECTIVE}/options", {"model": {"type": "ECM", "options": {"rc pair": "1"}}}, "'rc pa"),
        (f"{OBJECTIVE}/options", {"model": {"type": "custom", "model": 3}}, "serialised PyBaMM"),
        (f"{OBJECTIVE}/callbacks", [1], "functions cannot be sent"),
        (f"{OBJECTIVE}/constraints", [{"fun": {"$type": "os.system"}}], "constraints[0].fun: may"),
        (f"{OBJECTIVE}/penalties", [{"fun": {"children": [1, {"$type": "os.a"}]}}], "children[1]"),
        (f"{OBJECTIVE}/penalties", [{"weight": 1}], "penalties[0]: must be a mapping with 'fun'"),
        (f"{OBJECTIVE}/parameters", {"a": None}, "parameters.a: is null"),
        (f"{OBJECTIVE}/cost", {"type": "RMS"}, "objectives.voltage.cost: no cost 'RMS'"),
        ("data_fit/cost", {"type": "SSE", "normalisation": "mean"}, "did you mean 'normalization'"),
        ("data_fit/cost", {"type": [1]}, "cost.type: must be the name of a type, not [1]"),
        ("data_fit/cost", {"type": "SSE", "variable_weights": [1]}, "must be a mapping to weights"),
        (f"{OBJECTIVE}/type", {"a": 1}, "must be the name of an objective"),
        ("entry", {"element_type": "entry", "name": [1]}, "must be the name of an entry"),
        ("c", {"element_type": "calculation", "type": {}}, "must be the name of a calculation"),
        ("data_fit/optimizer", {"type": "DE"}, "elements.data_fit.optimizer.type"),
        ("data_fit/optimizer", {"type": "CMAES", "sigma": 1}, "'sigma0'"),
        (
            "data_fit/cost",
            {"type": "SSE", "objective_weights": {"volt": 1}},
            "cost.objective_weights.volt: no objective 'volt'; did you mean 'voltage'",
        ),
        (
            "data_fit/cost",
            {
                "type": "MultiCost",
                "costs": [
                    {
                        "cost": {
                            "type": "SSE",
                            "calculation_structure": {"v": ["Voltage [V]"]},
                        },
                        "weight": 1,
                    }
                ],
            },
            "cost.costs[0].cost.calculation_structure.v: no objective 'v'",
        ),
        (
            f"{OBJECTIVE}/cost",
            {"type": "GaussianLogLikelihood", "sigma": {"Voltage [V]": "sigma"}},
            "voltage.cost.sigma.Voltage [V]: no parameter 'sigma'",
        ),
        (
            "data_fit/optimizer",
            {
                "type": "Nested",
                "parameters": ["b"],
                "optimizer": {"type": "CMAES"},
                "inner": {"type": "ScipyMinimize"},
            },
            "optimizer.parameters: no free parameter 'b'",
        ),
        (
            "data_fit/optimizer",
            {
                "type": "Nested",
                "parameters": [DIFFUSIVITY],
                "optimizer": {"type": "CMAES"},
                "inner": {"type": "ScipyMinimize"},
            },
            "none is left for 'inner'",
        ),
        ("data_fit/multistarts", 0, "elements.data_fit.multistarts"),
        ("data_fit/multistarts", 10**9, "multistarts: 1,000,000,000 starts; 1,000 are the most"),
        (
            "fit",
            {**FIT, "optimizer": {"type": "GridSearch"}, "multistarts": 2},
            "elements.fit.multistarts: GridSearch begins nowhere",
        ),
        ("data_fit/optimizer", {"type": "GridSearch", "npts": 250_001}, "from 1 to 250,000"),
        (
            "fit",
            {
                **FIT,
                "parameters": {f"Wave {k} [V]": {"bounds": [0, 1]} for k in range(3)},
                "optimizer": {"type": "GridSearch", "npts": 64},
            },
            "elements.fit.optimizer.npts: 64**3 points; 250,000 are the most",
        ),
        (
            "ss",
            {**FIT, "element_type": "sobol_sensitivity", "n_samples": 2**30},
            "elements.ss.n_samples: 1,073,741,824 * 3 points; 1,000,000 are the most",
        ),
        ("data_fit/initial_guess_sampler", {"type": "Sobol"}, "initial_guess_sampler: must be"),
        ("data_fit/objective_parallelism", "yes", "must be 'auto', 'on' or 'off'"),
        ("data_fit/options", {"seed": -1}, "elements.data_fit.options.seed"),
        ("data_fit/options", {"maxtime": 0}, "elements.data_fit.options.maxtime"),
        ("data_fit/options", {"max_iterations": 0.5}, "elements.data_fit.options.max_iterations"),
        ("data_fit/options", {"sed": 1}, "did you mean 'seed'"),
        ("data_fit/initial_guesses", {"x": 1}, "initial_guesses.x: no free parameter 'x'"),
        ("data_fit/initial_guesses", [{DIFFUSIVITY: 1}], "1 is outside the bounds 1e-16 to 1e-12"),
        ("data_fit/priors", {"x": {"distribution": "Normal", "mean": 1, "std": 1}}, "'x'"),
        ("data_fit/element_type", "array_data_fit", "objectives.voltage: 'voltage' must be a num"),
        ("data_fit/element_type", "validation", "elements.data_fit.parameters: unknown key"),
        (
            "v",
            {
                "element_type": "validation",
                "objectives": {"v": {"data": DATA}},
                "summary_stats": ["RMSE", "RSME"],
            },
            "elements.v.summary_stats[1]: no cost 'RSME'; did you mean 'RMSE'",
        ),
        (
            "ci",
            {**FIT, "element_type": "linear_confidence_interval", "confidence_level": 95},
            "elements.ci.confidence_level: must be a share",
        ),
        (
            "ci",
            {
                **FIT,
                "element_type": "linear_confidence_interval",
                "optimizer": {"type": "ScipyMinimize"},
            },
            "elements.ci.optimizer.type: must be 'PointEstimate' here",
        ),
        (
            "ss",
            {**FIT, "element_type": "sobol_sensitivity", "n_samples": 0},
            "elements.ss.n_samples",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(path, value, said):
    found = told(changed(path, value))
    assert any(said in each for each in found), found


def test_an_optimizer_that_needs_bounds_says_which_lack():
    config = changed(BOUNDS, [1e-16, None])
    assert told(config) == []
    config["data_fit"]["optimizer"] = {"type": "DifferentialEvolution"}
    (message,) = told(config)
    assert "DifferentialEvolution needs finite bounds" in message


def test_least_squares_want_residuals():
    config = changed("data_fit/optimizer", {"type": "ScipyLeastSquares"})
    assert told(config) == []
    for cost in ({"type": "SSE"}, {"type": "MultiCost", "costs": [{"cost": {"type": "MSE"}}]}):
        config["data_fit"]["cost"] = cost
        assert told(config) == []
    wasserstein = {"cost": {"type": "Wasserstein"}, "weight": 1.0}
    for cost in ({"type": "RMSE"}, {"type": "MultiCost", "costs": [wasserstein]}):
        config["data_fit"]["cost"] = cost
        (message,) = told(config)
        assert message.startswith("elements.data_fit.cost: ScipyLeastSquares minimises residuals")


def test_all_problems_are_told_at_once():
    config = changed(BOUNDS, [1, 0], changed("entry/values/a", None))
    config["data_fit"]["cost"] = {"type": "RMS"}
    assert len(told(config)) == 3


@pytest.mark.parametrize("value", [[], [ENTRY], "x", None, 3])
def test_elements_are_a_mapping(value):
    ((path, message),) = problems(value)
    assert path == "elements"
    assert "must be a mapping of names to elements" in message


def test_a_simple_pipeline_has_one_fit():
    config = {**SIMPLE, "check": {**SIMPLE["fit"]}}
    assert told(config) == []
    (message,) = told(config, simple=True)
    assert message.startswith("elements.check: a simple pipeline has at most one")
    assert "'fit' is one" in message


def test_the_columns_of_a_measurement_are_looked_at_where_they_are_known():
    columns = {"your-measurement-id": frozenset({"Time [s]", "Voltage [V]"})}
    (message,) = told(SEED, columns_of=columns.get)
    assert message.startswith("elements.data_fit.objectives.voltage.data: the column 'Current [A]'")
    assert told(SEED, columns_of=lambda _: None) == []
    columns = {"your-measurement-id": frozenset({"Time [s]", "Current [A]", "OCV [V]"})}
    assert told(SEED, columns_of=columns.get) == []


def test_deep_nesting_ends_and_is_refused():
    deep = {"a": 1}
    for _ in range(5000):
        deep = {"a": deep}
    (message,) = told(changed("entry/values/data", deep))[:1]
    assert "nested more than 200 levels deep" in message


ODD = [None, True, -1, 1e400, "", "db:", "entry.data", [], [1], [None], [{}], {}, {"type": 3}]
ODD += [{"$type": 3}, {"$type": "numpy.ndarray", "dtype": []}, {"type": [1]}, {"data": [1]}]


def places(node, path=()):
    """The key path of every node of a JSON value, a few of a list standing for all."""
    children = node.items() if isinstance(node, dict) else ()
    if isinstance(node, list):
        children = enumerate(node[:2])
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def put(node, path, value):
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value


@pytest.mark.parametrize("name", [each for each in EXAMPLES if each[:2] not in ("05", "22", "23")])
def test_whatever_stands_anywhere_is_told_and_nothing_breaks(name):
    config = example(name[:2])
    for element in config.values():
        if len(element.get("values", ())) > 60:
            element["values"] = {"a": 1}
    for at, path in enumerate(list(places(config))):
        broken = copy.deepcopy(config)
        put(broken, path, ODD[at % len(ODD)])
        assert all(isinstance(message, str) for message in told(broken))
        assert isinstance(list(elements.references(broken)), list)


def test_nothing_of_pybamm_is_imported():
    code = (
        "import sys, json; from ionworks_engine.pipelines import elements, checks;"
        "config = json.loads(sys.argv[1]); list(checks.problems(config));"
        "list(elements.references(config)); print('pybamm' in sys.modules)"
    )
    config = json.dumps({**example("07"), **example("03"), **example("20"), **SEED})
    done = subprocess.run(
        [sys.executable, "-c", code, config], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_values_of_an_earlier_entry_are_judged_where_they_are_compared():
    config = changed("entry/values/data", {**DATA, "Time [s]": [5, 4]})
    (message,) = told(config)
    assert message.startswith("elements.data_fit.objectives.voltage.data: column 'Time [s]' falls")


@pytest.mark.parametrize(
    "data",
    [
        {**DATA, "Voltage [V]": [None, 4]},
        {**DATA, "Time [s]": [None, 10**400]},
        {**DATA, "Note": ["a", "b"]},
        {"data": {**DATA, "Time [s]": [5, 4]}, "options": {"sort": True}},
        {"data": {name: [1] for name in DATA}, "time_range": {"start": 0}},
    ],
)
def test_values_that_the_element_may_still_make_sense_of_pass(data):
    assert told(changed(f"{OBJECTIVE}/data", data)) == []
