"""Ageing by cycles and by storage: PyBaMM by hand, metrics, experiments in every form."""

import numpy as np
import pytest
from hand_made import CURRENT, TIME, VOLTAGE, context, listed, objective, slopes_by_differences
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.objectives.metrics import read_metric

GROWTH = "SEI solvent diffusivity [m2.s-1]"
MODEL = {"type": "SPM", "options": {"SEI": "solvent-diffusion limited"}}
LLI, OUT = "LLI [%]", "Discharge capacity [A.h]"
CYCLE = [
    {"type": "c-rate", "value": 1.0, "terminations": [{"type": "voltage", "value": 2.8}]},
    {"type": "rest", "duration": 600},
    {"type": "c-rate", "value": -1.0, "terminations": [{"type": "voltage", "value": 4.1}]},
    {"type": "voltage", "value": 4.1, "terminations": [{"type": "c-rate", "value": 0.1}]},
]
STRINGS = [
    [
        "Discharge at 1C until 2.8 V",
        "Rest for 10 minutes",
        "Charge at 1C until 4.1 V",
        "Hold at 4.1 V until C/10",
    ]
] * 3
DROPPED = {
    "type": "ComposedMetric",
    "operation": "sub",
    "left": {
        "type": "CyclewiseMetric",
        "step": 0,
        "metric": {"type": "First", "variable": VOLTAGE},
    },
    "right": {
        "type": "CyclewiseMetric",
        "step": 0,
        "metric": {"type": "Last", "variable": VOLTAGE},
    },
}


def model():
    return pybamm.lithium_ion.SPM(MODEL["options"])


@pytest.fixture(scope="module")
def cycled():
    """Three cycles with PyBaMM."""
    parameters = pybamm.ParameterValues("Chen2020")
    parameters[GROWTH] = 2e-20
    experiment = pybamm.Experiment([tuple(STRINGS[0])] * 3)
    solver = pybamm.IDAKLUSolver(rtol=1e-7, atol=1e-8)
    return pybamm.Simulation(
        model(), parameter_values=parameters, experiment=experiment, solver=solver
    ).solve()


def rows(*numbers, **columns):
    names = [LLI, OUT, "dropped [V]"]
    return {"Cycle number": numbers, **{name: np.ones(len(numbers)) for name in names}, **columns}


def cycling(experiment, columns=None, **options):
    return objective(
        columns or rows(0, 1, 2, 3),
        {GROWTH: 1e-20, "unheard of": 1.0},
        kind="CycleAgeing",
        model=MODEL,
        experiment=experiment,
        **options,
    )


def test_losses_and_capacities_are_those_of_pybamm(cycled):
    names = [LLI, OUT, "dropped [V]"]
    chosen = {"objective variables": names, "metrics": {"dropped [V]": DROPPED}}
    one = cycling({"cycles": [CYCLE] * 3}, **chosen)
    found = one.evaluate({GROWTH: 2e-20})
    cycles = cycled.cycles
    lost = [*(cycle[LLI].data[0] for cycle in cycles), cycles[-1][LLI].data[-1]]
    first = [cycle.steps[0] for cycle in cycles]
    flowed = [step[OUT].data[-1] - step[OUT].data[0] for step in first]
    dropped = [step[VOLTAGE].data[0] - step[VOLTAGE].data[-1] for step in first]
    assert one.inputs == {GROWTH}
    assert lost[-1] > 0.05
    assert found[LLI] == pytest.approx(lost, rel=1e-3, abs=1e-9)
    assert found[OUT][:3] == pytest.approx(flowed, rel=1e-4)
    assert found["dropped [V]"][:3] == pytest.approx(dropped, abs=2e-4)
    assert np.isnan(found[OUT][3])
    assert next(iter(one.channels({GROWTH: 2e-20}))) == "Cycle number"


def test_a_loss_is_fitted_back_within_a_percent(cycled):
    lost = [cycle[LLI].data[0] for cycle in cycled.cycles]
    one = cycling({"cycles": [CYCLE] * 2}, rows(0, 1, 2, **{LLI: lost}), metrics={})
    low, high = (one.evaluate({GROWTH: growth})[LLI] for growth in (2e-20 * 0.99, 2e-20 * 1.01))
    assert (low[1:] < lost[1:]).all()
    assert (high[1:] > lost[1:]).all()


PROTOCOL = {
    "steps": [
        {
            "Ageing": {
                "repeat": 3,
                "steps": [
                    {"Discharge": {"mode": "C-rate", "value": 1, "ends": ["Voltage < 2.8"]}},
                    {"Rest": {"duration": 600}},
                    {"Charge": {"mode": "C-rate", "value": 1, "ends": ["Voltage > 4.1"]}},
                    {"Charge": {"mode": "Voltage", "value": 4.1, "ends": ["C-rate < 0.1"]}},
                ],
            }
        }
    ]
}


@pytest.mark.parametrize("experiment", [PROTOCOL, STRINGS])
def test_protocols_and_strings_say_the_same(experiment, cycled):
    found = cycling(experiment).evaluate({GROWTH: 2e-20})
    lost = [cycle[LLI].data[0] for cycle in cycled.cycles]
    assert found[LLI][:3] == pytest.approx(lost, rel=1e-3, abs=1e-9)


def recorded(cycled):
    """What a cycler would have written of the three cycles."""
    parts = []
    for number, cycle in enumerate(cycled.cycles):
        steps = [(0, cycle.steps[0]), (1, cycle.steps[1])]
        steps += [(2, cycle.steps[2]), (2, cycle.steps[3])]
        for count, step in steps:
            columns = [step[name].data for name in (TIME, CURRENT, VOLTAGE)]
            size = columns[0].size
            parts.append(
                np.column_stack(
                    [*columns, np.full(size, 3 * number + count), np.full(size, number)]
                )
            )
    names = (TIME, CURRENT, VOLTAGE, "Step count", "Cycle count")
    return dict(zip(names, np.vstack(parts).T, strict=True))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"termination": "events", "use_cv": True},
        {"termination": "events", "use_cv": True, "split_cc_cv": False},
    ],
)
def test_an_experiment_is_made_of_a_measurement(cycled, options):
    one = cycling({"from data": listed(recorded(cycled))}, **options)
    found = one.evaluate({GROWTH: 2e-20})
    lost = [cycle[LLI].data[0] for cycle in cycled.cycles]
    assert found[LLI][:3] == pytest.approx(lost, rel=0.01, abs=1e-9)
    assert found[OUT][:3] == pytest.approx(
        [cycle.steps[0][OUT].data[-1] - cycle.steps[0][OUT].data[0] for cycle in cycled.cycles],
        rel=2e-3,
    )


def test_the_data_itself_may_be_the_measurement(cycled):
    columns = recorded(cycled)
    columns["Cycle number"] = columns["Cycle count"]
    columns[OUT] = np.full(columns[TIME].size, 5.0)
    found = cycling("from data", columns).evaluate({GROWTH: 2e-20})[OUT]
    first = cycled.cycles[0].steps[0]
    assert found[0] == pytest.approx(first[OUT].data[-1] - first[OUT].data[0], rel=2e-3)
    assert found.size == columns[TIME].size


def test_a_measurement_of_the_wrong_sign_makes_no_experiment(cycled):
    columns = recorded(cycled)
    columns[CURRENT] = -columns[CURRENT]
    with pytest.raises(PipelineError, match="current_sign_reversed"):
        cycling({"from data": listed(columns)})


def test_a_split_step_counts_as_one(cycled):
    """The third row of each cycle is a charge of both kinds, which ends with the hold."""
    last = {"type": "CyclewiseMetric", "step": 2, "metric": {"type": "Last", "variable": CURRENT}}
    one = cycling(
        {"from data": listed(recorded(cycled))},
        rows(0, 1, **{"last [A]": [0.5, 0.5]}),
        metrics={"last [A]": last},
        termination="events",
        use_cv=True,
    )
    assert one.evaluate({GROWTH: 2e-20})["last [A]"] == pytest.approx([-0.5, -0.5], rel=0.02)


@pytest.mark.parametrize(
    ("experiment", "options", "words"),
    [
        (None, {}, "'experiment' is missing"),
        ({"cycles": [[{"type": "jump"}]]}, {}, "jump"),
        ({"steps": [{"Discharg": {}}]}, {}, "Discharg"),
        ({"cycles": [CYCLE]}, {"use_cv": True}, "'use_cv' is only for"),
        ({"cycles": [CYCLE]}, {"objective variables": ["Resistance"]}, "needs a metric"),
        ({"cycles": [CYCLE]}, {"metrics": {LLI: {"type": "Best"}}}, "unknown metric 'Best'"),
        (
            {"cycles": [CYCLE]},
            {"metrics": {LLI: {"type": "Last", "variable": "Loss"}}},
            "no variable 'Loss'",
        ),
        ({"from data": listed({TIME: [0, 1], CURRENT: [1, 1], VOLTAGE: [4, 4]})}, {}, "Step count"),
    ],
)
def test_what_is_wrong_with_cycling_is_said(experiment, options, words):
    with pytest.raises(PipelineError) as caught:
        cycling(experiment, **options)
    assert words in caught.value.message


def test_cycles_are_whole_numbers_from_zero_on():
    with pytest.raises(PipelineError, match="whole numbers"):
        cycling({"cycles": [CYCLE]}, rows(-1))


def test_metrics_are_composed_of_numbers_and_steps():
    class Step:
        def __init__(self, first, last):
            self._both = first, last

        def first(self, variable):
            del variable
            return self._both[0]

        def last(self, variable):
            del variable
            return self._both[1]

    cycle = [Step(1.0, 2.0), Step(3.0, 7.0)]
    whole = {"type": "Last", "variable": "x"}
    half = {"type": "ComposedMetric", "operation": "div", "left": whole, "right": 2}
    inner = {"type": "CyclewiseMetric", "step": 1, "metric": half}
    assert read_metric(whole, "m").of(cycle) == 7.0
    assert read_metric(inner, "m").of(cycle) == 3.5
    assert np.isnan(read_metric({**inner, "step": 2}, "m").of(cycle))
    assert list(read_metric(half, "m").variables()) == ["x"]


# -- storage -------------------------------------------------------------------------

DAYS = np.array([0.0, 10.0, 20.0, 30.0]) * 86400


def stored(columns, **options):
    return objective(columns, {GROWTH: 1e-20}, kind="CalendarAgeing", model=MODEL, **options)


def by_storage(charge, kelvin, growth):
    parameters = pybamm.ParameterValues("Chen2020")
    parameters.update({GROWTH: growth, "Current function [A]": 0.0})
    parameters.update(dict.fromkeys(["Ambient temperature [K]", "Initial temperature [K]"], kelvin))
    if charge is not None:
        parameters.set_initial_state(charge)
    resting = model()
    resting.events = []
    solver = pybamm.IDAKLUSolver(rtol=1e-7, atol=1e-8)
    simulation = pybamm.Simulation(resting, parameter_values=parameters, solver=solver)
    return simulation.solve([0, DAYS[-1]], t_interp=DAYS)[LLI].data


def test_storage_is_a_rest_at_each_temperature_and_state_of_charge():
    columns = {
        TIME: np.tile(DAYS, 2),
        LLI: np.ones(8),
        "Temperature [degC]": np.repeat([25.0, 45.0], 4),
        "SOC": np.repeat([0.5, 0.9], 4),
    }
    one = stored(columns)
    found = one.evaluate({GROWTH: 2e-20})[LLI]
    expected = [*by_storage(0.5, 298.15, 2e-20), *by_storage(0.9, 318.15, 2e-20)]
    assert one.inputs == {GROWTH}
    assert found == pytest.approx(expected, rel=1e-3, abs=1e-9)
    (plot,) = one.plots({GROWTH: 2e-20})
    assert len(plot["traces"]) == 4
    slopes = one.derivatives({GROWTH: 2e-20}, [GROWTH])[1][LLI][:, 0]
    differences = slopes_by_differences(one, {GROWTH: 2e-20}, GROWTH, LLI, share=1e-2)
    assert slopes == pytest.approx(differences, abs=2e-2 * differences.max())


def test_storage_without_conditions_is_at_the_parameter_sets_own():
    found = stored({TIME: DAYS, LLI: np.ones(4)}).evaluate({GROWTH: 2e-20})[LLI]
    assert found == pytest.approx(by_storage(None, 298.15, 2e-20), rel=1e-3, abs=1e-9)


@pytest.mark.parametrize(
    ("columns", "options", "words"),
    [
        ({TIME: DAYS, LLI: np.ones(4)}, {"modes": ["LAM [%]"]}, "unknown mode"),
        ({TIME: DAYS}, {}, "is missing"),
        ({TIME: DAYS, LLI: np.ones(4), "SOC": np.full(4, 50.0)}, {}, "0 to 1"),
        ({TIME: -DAYS, LLI: np.ones(4)}, {}, "from 0 on"),
    ],
)
def test_what_is_wrong_with_storage_is_said(columns, options, words):
    with pytest.raises(PipelineError) as caught:
        stored(columns, **options)
    assert words in caught.value.message


def test_the_context_of_cycling_says_nothing_of_defaults():
    given = context()
    objective(
        rows(0), {}, given=given, kind="CycleAgeing", model=MODEL, experiment={"cycles": [CYCLE]}
    )
    assert given.assumptions == []
