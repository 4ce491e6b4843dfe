"""What is checked before anything is sent, and what then goes out."""

import asyncio

import httpx
import numpy as np
import pytest

from ionworks import AsyncIonworks, doe, ucp
from tests.unit.stub import URL, client_of, reply, stubbed

PROTOCOL = """
global:
  initial_soc: input["Initial SOC"]
steps:
  - direction: Discharge
    mode: C-rate
    value: input["C-rate"]
    ends:
      - variable: Voltage [V]
        value: 2.5
"""
INPUTS = {"Initial SOC": 1.0, "C-rate": 0.5}
THICKNESS = "Positive electrode thickness [m]"
ROW = {"type": "discrete", "name": THICKNESS, "values": [5e-5, 7.5e-5]}


def config(**changes):
    base = {
        "parameterized_model": "m",
        "protocol_experiment": {"protocol": PROTOCOL, "name": "Discharge"},
        "experiment_parameters": INPUTS,
    }
    return {key: value for key, value in {**base, **changes}.items() if value is not ...}


@pytest.fixture
def stub():
    with stubbed() as stub:
        yield stub


@pytest.fixture(params=["sync", "async"])
def simulation(request):
    request.getfixturevalue("stub")
    with client_of(request.param, "k", URL, "project") as client:
        yield client.simulation


def answering(*points):
    rows = [
        {"simulation_id": f"s{i}", "job_id": f"j{i}", "design_parameters": point}
        for i, point in enumerate(points)
    ]
    return reply({"template_id": "t"}), reply(rows, 201)


def test_what_goes_out_for_one(simulation, stub):
    stub.will(*answering({THICKNESS: 7.5e-5}))
    response = simulation.protocol(
        config(design_parameters={THICKNESS: 75e-6, "b": np.float32(2)}, extra_variables=("v",))
    )
    assert stub.paths == [
        "POST /protocols/parse-to-template",
        "POST /simulations/with-template/batch",
    ]
    assert stub.body(0) == {
        "protocol_experiment": {"protocol": PROTOCOL, "name": "Discharge"},
        "experiment_parameters": INPUTS,
        "project_id": "project",
    }
    assert stub.body(1) == {
        "parameterized_model": "m",
        "experiment_template_id": "t",
        "experiment_parameter_sets": [INPUTS],
        "design_parameters_doe": {
            "sampling": "grid",
            "rows": [
                {"type": "discrete", "name": THICKNESS, "values": [7.5e-5]},
                {"type": "discrete", "name": "b", "values": [2.0]},
            ],
        },
        "extra_variables": ["v"],
        "project_id": "project",
    }
    assert (response.simulation_id, response.job_id, response.protocol_id) == ("s0", "j0", "t")
    assert response.already_existed is False
    assert response.design_parameters == {THICKNESS: 7.5e-5}


def test_a_saved_protocol_takes_no_project_of_the_client(simulation, stub):
    stub.will(answering({})[1])
    simulation.protocol(
        config(protocol_experiment=..., protocol_id="saved", experiment_parameters=...)
    )
    assert stub.paths == ["POST /simulations/with-template/batch"]
    assert stub.body() == {
        "parameterized_model": "m",
        "experiment_template_id": "saved",
        "experiment_parameter_sets": [{}],
    }


def test_a_batch_knows_the_point_of_each(simulation, stub):
    stub.will(*answering({THICKNESS: 5e-5}, {THICKNESS: 7.5e-5}))
    design = {"sampling": "grid", "rows": [ROW]}
    responses = simulation.protocol_batch(config(design_parameters_doe=design))
    assert [r.design_parameters[THICKNESS] for r in responses] == [5e-5, 7.5e-5]
    assert stub.body()["design_parameters_doe"] == design


def test_conditions_take_what_is_shared(simulation, stub):
    stub.will(*answering({}, {}))
    conditions = [
        {"experiment_parameters": {"C-rate": 1}, "design_parameters": {"b": 1}},
        {"experiment_parameters": {"C-rate": 2, "Initial SOC": 0.5}},
    ]
    simulation.protocol_batch(
        config(conditions=conditions, experiment_parameters={"Initial SOC": 1})
    )
    assert stub.body(0)["experiment_parameters"] == {"Initial SOC": 1.0, "C-rate": 1.0}
    assert stub.body(1)["conditions"] == [
        {
            "experiment_parameters": {"Initial SOC": 1.0, "C-rate": 1.0},
            "design_parameters": {"b": 1.0},
        },
        {"experiment_parameters": {"Initial SOC": 0.5, "C-rate": 2.0}, "design_parameters": {}},
    ]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (
            {"capacity": 5, "chemistry": "LFP/Graphite"},
            {"capacity": 5.0, "chemistry": "LFP/Graphite"},
        ),
        (
            {"quick_model": {"capacity": 5, "resistance_pct": 2}},
            {"capacity": 5.0, "resistance_pct": 2.0},
        ),
    ],
)
def test_quick_models(simulation, stub, given, sent):
    stub.will(*answering({}))
    simulation.protocol(config(parameterized_model=given))
    assert stub.body()["parameterized_model"] == {"quick_model": sent}


def test_an_own_model_and_what_has_an_id(simulation, stub):
    stub.will(*answering({}))
    simulation.protocol(config(parameterized_model={"model_id": "m", "parameters": {"a": 1}}))
    assert stub.body()["parameterized_model"] == {"model_id": "m", "parameters": {"a": 1}}

    class Stored:
        id = "stored"

    stub.will(*answering({}))
    simulation.protocol(config(parameterized_model=Stored()))
    assert stub.body()["parameterized_model"] == "stored"


NAN = float("nan")
GRID = {"sampling": "grid", "rows": [ROW]}
REFUSED = [
    ({"protocol_experimnt": {}}, "protocol_experimnt.*did you mean protocol_experiment"),
    ({"protocol_experiment": {"protcol": "x"}}, r"protocol_experiment\.protcol.*protocol"),
    ({"protocol_experiment": {"protocol": "", "name": "n"}}, r"protocol_experiment\.protocol"),
    ({"protocol_experiment": "steps"}, "protocol_experiment must be a mapping"),
    ({"protocol_experiment": ...}, "exactly one of protocol_experiment and protocol_id"),
    ({"protocol_id": "p"}, "exactly one of protocol_experiment and protocol_id"),
    ({"parameterized_model": None}, "parameterized_model must be"),
    ({"parameterized_model": ...}, "parameterized_model must be"),
    ({"parameterized_model": {"capacity": 0}}, r"parameterized_model\.capacity.*more than 0 A\.h"),
    ({"parameterized_model": {"capacity": NAN}}, r"parameterized_model\.capacity.*finite"),
    ({"parameterized_model": {"capacity": "big"}}, r"parameterized_model\.capacity.*number"),
    ({"parameterized_model": {"chemistri": "x"}}, r"parameterized_model\.chemistri.*chemistry"),
    ({"parameterized_model": {"quick_model": {}}}, r"quick_model\.capacity is missing"),
    ({"parameterized_model": {"model_id": "m"}}, r"parameterized_model\.parameters is missing"),
    (
        {"parameterized_model": {"model_id": "m", "parameters": {"a": [1, NAN]}}},
        r"parameterized_model\.parameters\.a\[1\] is nan",
    ),
    (
        {"experiment_parameters": {"Initial SOC": 1, "C-rate": NAN}},
        r"experiment_parameters\.C-rate",
    ),
    ({"experiment_parameters": {"Initial SOC": 1}}, "C-rate"),
    ({"experiment_parameters": {**INPUTS, "C-rat": 1}}, "C-rat"),
    ({"experiment_parameters": [1]}, "experiment_parameters must map"),
    ({"design_parameters": {"a": NAN}}, r"design_parameters\.a"),
    ({"design_parameters": {"a": "x"}}, r"design_parameters\.a must be a number"),
    ({"design_parameters": {"a": 10**400}}, r"design_parameters\.a .*too large"),
    ({"design_parameters": {"a": True}}, r"design_parameters\.a must be a number, not True"),
    ({"design_parameters": {"a": np.True_}}, r"design_parameters\.a must be a number"),
    ({"experiment_parameters": {"a": 10**400}}, r"experiment_parameters\.a .*too large"),
    ({"experiment_parameters": {"a": False}}, r"experiment_parameters\.a must be a number"),
    ({"design_parameters": [1]}, "design_parameters must map"),
    ({"design_parameters": {"a": 1}, "design_parameters_doe": GRID}, "not both"),
    ({"design_parameters": {}, "design_parameters_doe": GRID}, "not both"),
    ({"design_parameters_doe": GRID}, "2 simulations.*protocol_batch"),
    ({"design_parameters_doe": {"sampling": "grid", "rows": [{**ROW, "vals": 1}]}}, "vals"),
    ({"conditions": []}, r"protocol_batch\(\)"),
    ({"conditions": None}, r"protocol_batch\(\)"),
    ({"max_backward_jumps": -5}, "max_backward_jumps"),
    ({"max_backward_jumps": 1.5}, "max_backward_jumps"),
    ({"extra_variables": "Voltage [V]"}, "extra_variables must be a list"),
    ({"study_id": ""}, "study_id"),
    ({"project_id": 7}, "project_id"),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED)
def test_refused_before_anything_is_sent(simulation, stub, changes, message):
    with pytest.raises(ValueError, match=message):
        simulation.protocol(config(**changes))
    assert stub.requests == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"design_parameters": {"a": 1}}, r"protocol\(\)"),
        ({"design_parameters": None}, r"protocol\(\)"),
        ({"conditions": []}, "at least one"),
        ({"conditions": "x"}, "conditions must be a list"),
        ({"conditions": [{"design_parameter": {}}]}, r"conditions\[0\]\.design_parameter"),
        ({"conditions": [{}, {"experiment_parameters": {"C-rate": NAN}}]}, r"conditions\[1\]\."),
        ({"conditions": [{}], "design_parameters_doe": GRID}, "not both"),
        (
            {"experiment_parameters": ..., "conditions": [{"experiment_parameters": INPUTS}, {}]},
            "C-rate",
        ),
    ],
)
def test_batches_refused_before_anything_is_sent(simulation, stub, changes, message):
    with pytest.raises(ValueError, match=message):
        simulation.protocol_batch(config(**changes))
    assert stub.requests == []


def test_a_design_beyond_reason_is_refused_with_its_size(simulation, stub):
    rows = [{"type": "range", "name": n, "min": 0, "max": 1, "count": 1000} for n in ("a", "b")]
    with pytest.raises(doe.DesignError, match=r"1[, _]?000[, _]?000"):
        simulation.protocol_batch(
            config(design_parameters_doe={"sampling": "grid", "rows": [*rows]})
        )
    assert stub.requests == []


def test_a_protocol_is_refused_with_line_and_column(simulation, stub):
    text = PROTOCOL.replace("mode: C-rate", "mode: C-rat")
    with pytest.raises(ucp.ProtocolError, match=r"line 6"):
        simulation.protocol(config(protocol_experiment={"protocol": text, "name": "n"}))
    assert stub.requests == []


STEPS = "steps:\n  - Rest: {duration: 60}\n"
LEFT_TO_THE_SERVER = {
    "a step": "  - Warm up: {to: 45}\n",
    "a misspelt step": "  - Chrage: {mode: C-rate, value: 1, duration: 60}\n",
    "a bare step": "  - Pause\n",
    "a function": "  - Rest: {duration: sinh(1)}\n",
    "an expression": "  - Rest: {duration: 60 % 7}\n",
    "a key": "  - Rest: {duration: 60, fan: 1}\n",
    "a key in place of an end": "  - Charge: {mode: C-rate, value: 1, until: full}\n",
    "a key of a flat step": "  - {direction: Rest, duration: 60, fan: 1}\n",
    "a key of a computed step": "  - direction[-1]: {mode: C-rate, value: 1, duration: 9, f: 1}\n",
    "a target that a key may name": "  - Rest: {duration: 60, label: A}\n"
    "  - Control: {ends: [{1 > 0: {goto: A}}]}\n",
    "keys of a spectrum": "  - EIS: {from: 1000, to: 1, unit: Hz}\n",
    "a range of a wave": "  - Waveform: {shape: sine, mode: Power, amplitude: -1, frequency: 1, "
    "duration: 9}\n",
    "a shape": "  - Block: [{Waveform: {shape: chirp, mode: Power, amplitude: 1, frequency: 1, "
    "duration: 9}}]\n",
    "a drive": "  - DriveCycle: {file: wltp.csv}\n",
    "a chamber": "  - Ambient temperature: 45\n",
    "a chamber's key": "  - AmbientTemperature: {target: 45}\n",
    "a hold": "  - Charge: {mode: Voltage, value: 4, hold_voltage: auto, duration: 9}\n",
    "a hold's range": "  - Charge: {mode: C-rate, value: 1, hold_voltage: -1, duration: 9}\n",
    "many steps": "  - Warm up: {to: 45}\n" * 200,
    "a limit": "safety_limits: {max_strain: 1}\n",
    "a limit's form": "safety_limits: [{max_voltage: 4.2}]\n",
    "limits that cross": "safety_limits: {max_voltage: 3, min_voltage: 4}\n",
    "a profile": "drive_cycles: {WLTP: {file: wltp.csv}}\n",
    "a profile with dots": "drive_cycles: {wltp.csv: {file: wltp.csv}}\n",
}


@pytest.mark.parametrize("added", LEFT_TO_THE_SERVER.values(), ids=LEFT_TO_THE_SERVER)
def test_what_the_server_may_know_is_left_to_it(simulation, stub, added):
    assert any(finding.severity == "error" for finding in ucp.check(STEPS + added))
    stub.will(*answering({}))
    experiment = {"protocol": STEPS + added, "name": "n"}
    simulation.protocol(config(protocol_experiment=experiment))
    assert stub.body(0)["protocol_experiment"] == experiment
    assert stub.body(0)["experiment_parameters"] == INPUTS


CERTAIN = {
    "yaml-syntax": "  - Rest: {duration: [}\n",
    "duplicate-key": "  - EIS: {a: 1, a: 2}\n",
    "unknown-mode": "  - Charge: {mode: C-rat, value: 1, duration: 60}\n",
    "bad-end": "  - Rest: {ends: [5]}\n",
    "unknown-key": "  - Rest: {ends: [{variable: Voltage, val: 2}]}\n",
    "out-of-range": "  - Rest: {duration: -1}\n",
    "missing-end": "  - Rest: {}\n",
    "not-a-list": "  - A: {steps: 1}\n",
}


@pytest.mark.parametrize(("code", "added"), CERTAIN.items(), ids=CERTAIN)
@pytest.mark.parametrize("open_too", [False, True])
def test_what_is_certain_is_refused_with_all_findings(simulation, stub, code, added, open_too):
    text = STEPS + "  - Warm up: {to: 45}\n" * open_too + added
    with pytest.raises(ucp.ProtocolError) as caught:
        simulation.protocol(config(protocol_experiment={"protocol": text, "name": "n"}))
    assert code in [finding.code for finding in caught.value.findings]
    assert caught.value.findings == ucp.check(text)
    assert stub.requests == []


@pytest.mark.parametrize(
    ("added", "code"),
    [
        ("  - A: {repeats: 2, steps: [{Rest: {duration: 1}}]}\n", "unknown-key"),
        ("  - EIS: [{Rest: {duration: -1}}]\n", "out-of-range"),
        ("  - EIS: {repeat: 2, steps: [{Rest: {duration: -1}}]}\n", "out-of-range"),
        ("  - Rest: {duration: 1, resolution: {tiem: 1}}\n", "unknown-key"),
        ("global: {soc: 1}\n", "unknown-key"),
        ("step: []\n", "unknown-key"),
        ("  - Control: {ends: [{1 > 0: {goto: A}}]}\n", "unknown-target"),
    ],
)
def test_blocks_and_the_rest_of_the_document_are_no_open_steps(simulation, stub, added, code):
    with pytest.raises(ucp.ProtocolError) as caught:
        simulation.protocol(config(protocol_experiment={"protocol": STEPS + added, "name": "n"}))
    assert [finding.code for finding in caught.value.findings] == [code]
    assert stub.requests == []


WARNED = """
steps:
  - Rest: {duration: 60, ends: [{"Voltage < 3": {goto: Last}}]}
  - Control: {set_variable: [{name: VAR_T, eval: 60}]}
  - Rest: {name: Last, duration: VAR_T}
"""


def test_warnings_stop_no_submission(simulation, stub, monkeypatch):
    [warning] = ucp.check(WARNED)
    assert warning.severity == "warning"
    experiment = {"protocol": WARNED, "name": "n"}
    stub.will(*answering({}))
    simulation.protocol(config(protocol_experiment=experiment, experiment_parameters=...))
    assert stub.body(0)["protocol_experiment"] == experiment

    def warn(*_given):
        raise ucp.ProtocolError([warning])

    monkeypatch.setattr(ucp, "bind", warn)
    stub.will(*answering({}))
    simulation.protocol(config(protocol_experiment=experiment, experiment_parameters=...))
    assert len(stub.requests) == 4


def test_a_large_protocol_does_not_hold_the_loop(stub):
    rests = "  - Rest: {duration: 60}\n" * 9_000
    experiment = {"protocol": f"steps:\n{rests}", "name": "n"}
    ticks = []

    async def tick():
        while True:
            ticks.append(len(stub.requests))
            await asyncio.sleep(0.001)

    async def submit():
        async with AsyncIonworks("k", URL, "project", max_retries=0) as client:
            ticking = asyncio.ensure_future(tick())
            stub.will(*answering({}))
            given = config(protocol_experiment=experiment, experiment_parameters=...)
            await client.simulation.protocol(given)
            at_submission = ticks.count(0)
            stub.requests.clear()
            stub.will(reply({"id": "p", "name": "n", "organization_id": "o"}, 201))
            await client.protocol.create("n", experiment["protocol"])
            ticking.cancel()
            return at_submission, ticks.count(0) - at_submission

    assert min(asyncio.run(submit())) > 3


def test_values_for_what_the_server_may_know_are_left_to_it(simulation, stub):
    wave = {"shape": "sine", "mode": "Power", "amplitude": 'input["P"]', "frequency": 1}
    experiment = {"protocol": {"steps": [{"Waveform": {**wave, "duration": 9}}]}, "name": "n"}
    stub.will(*answering({}))
    simulation.protocol(config(protocol_experiment=experiment, experiment_parameters={"P": -1}))
    assert stub.body(0)["experiment_parameters"] == {"P": -1}
    sent = len(stub.requests)
    with pytest.raises(ucp.ProtocolError, match="no value"):
        simulation.protocol(config(protocol_experiment=experiment, experiment_parameters=...))
    assert len(stub.requests) == sent


class Built:
    def body(self):
        return ucp.body(PROTOCOL)


def test_protocols_come_as_text_file_mapping_or_built(simulation, stub, tmp_path):
    path = tmp_path / "discharge.yaml"
    path.write_text(PROTOCOL)
    for source in (PROTOCOL, path, ucp.body(PROTOCOL), Built(), ucp.load(PROTOCOL)):
        stub.will(*answering({}))
        simulation.protocol(config(protocol_experiment={"protocol": source, "name": "n"}))
        sent = stub.body(-2)["protocol_experiment"]["protocol"]
        assert ucp.load(sent) == ucp.load(PROTOCOL)
    for source in (None, "", " ", 5):
        with pytest.raises(ValueError, match=r"protocol_experiment\.protocol must be the text"):
            simulation.protocol(config(protocol_experiment={"protocol": source, "name": "n"}))


def test_drive_cycles_travel_in_the_document(simulation, stub):
    cycle = {"Time [s]": [0.0, 10.0], "Current [A]": [1.0, 1.0]}
    experiment = {
        "protocol": "steps: [{DriveCycle: {profile: Commute}}]",
        "name": "n",
        "drive_cycles": {"Commute": [(0, 1), (10, 1)]},
    }
    stub.will(*answering({}))
    simulation.protocol(config(protocol_experiment=experiment, experiment_parameters=...))
    sent = stub.body(0)["protocol_experiment"]
    assert ucp.body(sent["protocol"])["drive_cycles"] == {"Commute": cycle}
    assert sent.keys() == {"protocol", "name"}
    experiment["protocol"] += "\nsafety_limits: {max_strain: 1}"
    stub.will(*answering({}))
    simulation.protocol(config(protocol_experiment=experiment, experiment_parameters=...))
    sent = ucp.body(stub.body(-2)["protocol_experiment"]["protocol"])
    assert sent["drive_cycles"] == {"Commute": cycle}
    assert sent["safety_limits"] == {"max_strain": 1}
    experiment["protocol"] = "steps: [{DriveCycle: {profile: Commute}}]"
    del experiment["drive_cycles"]
    with pytest.raises(ucp.ProtocolError, match="Commute"):
        simulation.protocol(config(protocol_experiment=experiment, experiment_parameters=...))


def test_any_code_of_success_will_do(simulation, stub):
    template, runs = reply({"template_id": "t"}, 201), answering({})[1]
    stub.will(template, lambda request: httpx.Response(200, content=runs(request).content))
    assert simulation.protocol(config()).simulation_id == "s0"


def test_without_a_project_the_ways_to_one_are_named(stub, monkeypatch):
    monkeypatch.delenv("IONWORKS_PROJECT_ID", raising=False)
    with (
        client_of("sync", "k", URL) as client,
        pytest.raises(ValueError, match="IONWORKS_PROJECT_ID"),
    ):
        client.simulation.protocol(config())
    assert stub.requests == []


def test_a_server_that_makes_more_or_less_than_asked(simulation, stub):
    from ionworks.errors import IonworksError

    stub.will(reply({"template_id": "t"}), reply([], 201))
    with pytest.raises(IonworksError, match="the server made 0"):
        simulation.protocol(config())


def test_the_callers_config_is_left_alone(simulation, stub):
    stub.will(*answering({}))
    given = config(design_parameters={"a": 1})
    before = {**given}
    simulation.protocol(given)
    assert given == before
