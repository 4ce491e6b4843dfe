"""PyBaMM's experiments as objects, held to what PyBaMM itself says of their steps."""

import datetime

import numpy as np
import pytest

from ionworks import ucp
from ionworks.ucp import tree
from ionworks.ucp.writing import write

pybamm = pytest.importorskip("pybamm")
step = pybamm.step

SIGNED = {"Charge": -1, "Discharge": 1}
CLASSES = {"Current": "Current", "C-rate": "CRate", "Voltage": "Voltage"} | {
    "Power": "Power",
    "Resistance": "Resistance",
}
TERMINATIONS = {
    "Voltage": "VoltageTermination",
    "Current": "CurrentTermination",
    "C-rate": "CRateTermination",
}
STEPS = [
    "Discharge at C/3 for 2 hours or until 2.5 V",
    "Rest for 10 minutes (30 second period)",
    "Charge at 200 mA until 4.2 V",
    "Hold at 4.2 V until C/50",
    step.current(1.5, duration=600, termination="2.5 V"),
    step.current(-1.5, termination=["4.2 V", step.VoltageTermination(4.3)]),
    step.c_rate(-0.5, duration="30 minutes", temperature="45oC", period="10 seconds"),
    step.c_rate(2, termination="> 2.6 V", temperature=318.15),
    step.power(5, termination=["2.5 V", "C/20"], tags=["pulse", "first"]),
    step.power(-5, termination="50mA"),
    step.resistance(4, termination="2.5 V"),
    step.voltage(4.2, termination=["50 mA", "C/50"], duration=7200),
    step.rest(3600),
    step.rest("2 hours", description="Relax before the pulse"),
    step.current(0, duration=60),
    step.current(-1, termination=step.VoltageTermination(4.2, ">")),
    step.power(-5, termination=step.CurrentTermination(-0.05, ">")),
    step.power(5, termination=step.CurrentTermination(0.05, "<")),
]


@pytest.mark.parametrize("given", STEPS, ids=str)
def test_a_step_means_what_pybamm_does(given):
    experiment = pybamm.Experiment([given])
    (theirs,) = experiment.steps
    (ours,) = ucp.from_pybamm(experiment).steps
    if ours.kind == "Rest":
        assert theirs.value == 0
    else:
        assert type(theirs).__name__ == CLASSES[ours.mode]
        sign = 1 if ours.mode == "Voltage" else SIGNED[ours.kind]
        assert sign * ours.value.value == pytest.approx(theirs.value, rel=1e-12)
    if theirs.uses_default_duration:
        assert ours.duration is None
    else:
        assert ours.duration.value == theirs.duration
    assert len(ours.ends) == len(theirs.termination)
    for end, termination in zip(ours.ends, theirs.termination, strict=True):
        assert type(termination).__name__ == TERMINATIONS[end.quantity]
        assert end.value.value == pytest.approx(abs(termination.value), rel=1e-12)
        assert end.operator == _sense(termination, theirs)
    if theirs.temperature is None:
        assert ours.temperature is None
    else:
        assert ours.temperature.value + 273.15 == pytest.approx(theirs.temperature, abs=1e-9)
    assert (ours.resolution.time.value if ours.resolution else None) == theirs.period
    assert ucp.from_pybamm([given]) == ucp.from_pybamm(experiment)


def _sense(termination, theirs):
    """The sense of an end, from the sign of PyBaMM's own event at hand-set states."""
    state = {"Battery voltage [V]": 0.0, "Current [A]": 0.0, "C-rate": 0.0}
    name = {"V": "Battery voltage [V]", "C": "Current [A]"}[type(termination).__name__[0]]
    name = "C-rate" if type(termination).__name__ == "CRateTermination" else name
    towards = -1 if termination.value < 0 else 1
    far = state | {name: 2 * abs(termination.value) * towards}
    return ">" if termination.get_event_expression(far, theirs) < 0 else "<"


def test_tags_and_descriptions_become_notes_but_not_the_strings():
    steps = ucp.from_pybamm(pybamm.Experiment([STEPS[0], STEPS[8], STEPS[13]])).steps
    assert [one.note for one in steps] == [None, "Tags: pulse, first", "Relax before the pulse"]


def test_cycles_become_blocks_and_equal_ones_a_repeat():
    cycle = ("Discharge at 1C until 2.5 V", "Charge at C/2 until 4.2 V", "Hold at 4.2 V until C/50")
    experiment = pybamm.Experiment(
        [cycle] * 3 + ["Rest for 1 hour", cycle, "Rest for 1 h", "Rest for 1 h"]
    )
    nodes = ucp.from_pybamm(experiment).steps
    assert [getattr(node, "name", None) for node in nodes] == [
        "Cycles 1 to 3",
        None,
        "Cycle 5",
        "Cycles 6 to 7",
    ]
    assert [node.repeat.value for node in nodes if isinstance(node, tree.Block)] == [3, 1, 2]
    assert [one.kind for one in nodes[0].steps] == ["Discharge", "Charge", "Charge"]
    assert nodes[0].steps == nodes[2].steps
    assert (
        ucp.from_pybamm([*[cycle] * 3, "Rest for 1 hour", cycle, *["Rest for 1 h"] * 2]).steps
        == nodes
    )


def test_a_hold_goes_the_way_of_the_step_before_it():
    experiment = pybamm.Experiment(
        [
            (step.current(1, termination="2.5 V"), step.voltage(2.5, termination="50 mA")),
            (step.current(-1, termination="4.2 V"), step.rest(60), step.voltage(4.2, duration=60)),
            step.voltage(3, duration=60, direction="discharge"),
        ]
    )
    kinds = [one.kind for node in ucp.from_pybamm(experiment).steps[:2] for one in node.steps]
    assert kinds == ["Discharge", "Discharge", "Charge", "Rest", None]
    assert ucp.from_pybamm(experiment).steps[2].kind == "Discharge"


def test_period_and_temperature_of_the_whole():
    experiment = pybamm.Experiment(
        ["Rest for 1 h", step.rest(60, temperature="45oC", period=5)],
        period="2 minutes",
        temperature="10oC",
    )
    protocol = ucp.from_pybamm(experiment)
    chamber, first, second = protocol.steps
    assert protocol.start.resolution.time.value == experiment.period == 120
    assert protocol.start.temperature is None
    assert chamber == tree.Ambient(position=tree.Position(""), value=chamber.value)
    assert chamber.value.value == 10
    assert (first.temperature, first.resolution) == (None, None)
    assert (second.temperature.value, second.resolution.time.value) == (45, 5)


def test_the_time_of_the_whole_ends_every_step():
    experiment = pybamm.Experiment(
        ["Rest for 1 h", "Charge at 1C until 4.2 V"], termination="90 min"
    )
    first, second = ucp.from_pybamm(experiment).steps
    assert [end.text for end in first.ends] == ["Time >= 5400 - Test time"]
    assert [end.goto and end.goto.target for end in second.ends] == ["End", None]


def _value_at(profile, time):
    return np.interp(time, profile.times, profile.values)


@pytest.mark.parametrize("duration", [None, 25.0, 40.0, 95.0])
def test_an_array_is_followed_as_pybamm_follows_it(duration):
    array = np.column_stack([[0, 5, 15, 40], [0.5, 2, -1, 0.25]]).astype(float)
    theirs = step.current(array, duration=duration)
    protocol = ucp.from_pybamm(pybamm.Experiment([theirs]))
    (ours,), (profile,) = protocol.steps, protocol.profiles
    length = profile.times[-1] * (ours.repeat.value if ours.repeat else 1)
    lasts = min(length, ours.duration.value) if ours.duration else length
    assert lasts == theirs.duration
    for time in np.linspace(0, theirs.duration, 101)[:-1]:
        wanted = theirs.value.evaluate(t=time, inputs={"start time": 0}).item()
        assert _value_at(profile, time % profile.times[-1]) == pytest.approx(wanted, abs=1e-12)


def test_arrays_of_every_mode_and_equal_ones_once():
    array = np.array([[0.0, 1.0], [10.0, -2.0]])
    makers = [step.current, step.c_rate, step.power, step.current]
    experiment = pybamm.Experiment([make(array, termination="< 2.5 V") for make in makers])
    protocol = ucp.from_pybamm(experiment)
    assert [profile.mode for profile in protocol.profiles] == ["Current", "C-rate", "Power"]
    assert [one.profile for one in protocol.steps] == [
        "Drive cycle 1",
        "Drive cycle 2",
        "Drive cycle 3",
        "Drive cycle 1",
    ]
    assert protocol.steps[0].ends[0].text == "Voltage < 2.5"


def test_an_input_gives_the_direction_by_its_sign():
    current = step.current(pybamm.InputParameter("I [A]"), termination="< 2.5 V", duration=60)
    voltage = step.voltage(pybamm.InputParameter("V"), duration=60)
    first, second = ucp.from_pybamm(pybamm.Experiment([current, voltage])).steps
    assert first.kind is None
    assert ucp.document(ucp.from_pybamm([current]))["steps"] == [
        {
            'direction[input["I [A]"]]': {
                "mode": "Current",
                "value": 'abs(input["I [A]"])',
                "duration": 60,
                "ends": ["Voltage < 2.5"],
            }
        }
    ]
    assert (second.kind, second.value.name) == (None, "V")
    assert write(second.direction) == 'ifelse(Voltage > input["V"], 1, -1)'


def _custom(variables):
    return variables["Voltage [V]"] - 3


LOW = step.CustomTermination("Low", _custom)
REFUSED = [
    ([step.CustomStepExplicit(_custom, duration=60)], "Python code", "cycles[0][0]"),
    ([step.current(lambda t: t, duration=60)], "worked out", "cycles[0][0]"),
    (
        ["Rest for 1 h", step.voltage(pybamm.Parameter("V"), duration=60)],
        "worked out",
        "cycles[1][0]",
    ),
    ([step.rest(60, start_time=datetime.datetime(2024, 1, 1))], "time of day", "cycles[0][0]"),
    ([step.rest(60, termination="3 V")], "rise or fall", "cycles[0][0]"),
    ([step.voltage(4.2, termination="4.1 V")], "cannot end", "cycles[0][0]"),
    ([step.current(-1, termination="0.5 A")], "cannot end", "cycles[0][0]"),
    ([step.power(-1, termination="> 0.5 A")], "magnitudes", "cycles[0][0]"),
    ([step.resistance(np.array([[0, 1.0], [1, 2.0]]))], "drive cycle", "cycles[0][0]"),
    ([("Rest for 1 h", step.rest(1, termination=LOW))], "Low", "cycles[0][1]"),
    (["Rest for 1 h", 5], "string or a pybamm.step", "cycles[1][0]"),
    (["Rest for 1 h", "Rest for 1 day"], "hours", "cycles[1][0]"),
]


@pytest.mark.parametrize(("steps", "words", "place"), REFUSED, ids=[row[1] for row in REFUSED])
def test_what_cannot_be_said_is_refused_by_name(steps, words, place):
    with pytest.raises(ucp.ProtocolError) as caught:
        ucp.from_pybamm(steps)
    (finding,) = caught.value.findings
    assert finding.position.path == place
    assert words in finding.message


@pytest.mark.parametrize("termination", ["80% capacity", "4 Ah capacity", "2.5 V"])
def test_ends_of_the_whole_that_no_step_knows_are_refused(termination):
    experiment = pybamm.Experiment(["Rest for 1 h"], termination=termination)
    with pytest.raises(ucp.ProtocolError, match=r"experiment\.termination"):
        ucp.from_pybamm(experiment)


def test_what_is_no_experiment_is_refused():
    with pytest.raises(ucp.ProtocolError, match="not int"):
        ucp.from_pybamm(5)


def test_an_experiment_given_as_a_protocol_is_told_where_to_go():
    with pytest.raises(ucp.ProtocolError, match="from_pybamm"):
        ucp.load(pybamm.Experiment(["Rest for 1 h"]))


def test_texts_keep_their_lines():
    text = "Rest for 1 h\nCharge at 1C until 4.2 V"
    assert [one.position.line for one in ucp.from_pybamm(text).steps] == [1, 2]
    assert ucp.from_pybamm(text.split("\n")) == ucp.load(text)
