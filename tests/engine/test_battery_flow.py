"""The way through a protocol: gotos, blocks, variables, counters, safety limits, and failures."""

import numpy as np
import polars as pl
import pytest
from ionworks_engine import battery
from ionworks_engine.battery import BatteryError

SPM = {"model": {"type": "SPM"}, "parameters": {"set": "Chen2020"}}
SPME = {"model": {"type": "SPMe"}, "parameters": {"set": "Chen2020"}}
CIRCUIT = {"quick_model": {"capacity": 5.0, "chemistry": "NMC/Graphite"}}
NET = ("Discharge capacity [A.h]", "Charge capacity [A.h]")


def run(steps, *, cell=CIRCUIT, start=None, safety=None, **request):
    protocol = {"global": {"initial_soc": 0.5} if start is None else start, "steps": steps}
    if safety is not None:
        protocol["safety_limits"] = safety
    return battery.simulate({"cell": cell, "protocol": protocol, **request})


def good(steps, **options):
    done = run(steps, **options)
    assert done.error is None, done.error
    return done


def rest(seconds, **more):
    return {"Rest": {"duration": seconds, **more}}


def pulse(kind="Discharge", seconds=60, **more):
    return {kind: {"mode": "C-rate", "value": 1, "duration": seconds, **more}}


def control(*assignments, **more):
    if assignments:
        more["set_variable"] = [{"name": name, "eval": value} for name, value in assignments]
    return {"Control": more}


def names(done):
    return done.steps["Step name"].to_list()


def net(done):
    return (done.steps[NET[0]] - done.steps[NET[1]]).to_list()


LOOP = [
    control(("N", 0)),
    pulse(name="Pulse"),
    control(("N", "N + 1"), ends=[{"N < 3": {"goto": "Pulse"}}]),
    rest(30, name="After"),
]


def test_a_branch_goes_back_until_its_condition_fails():
    done = good(LOOP)
    assert names(done) == ["Pulse"] * 3 + ["After"]
    assert done.steps["Step count"].to_list() == [0, 1, 2, 3]


def test_backward_jumps_are_counted_and_one_too_many_ends_the_run():
    assert good(LOOP, max_backward_jumps=2).error is None
    done = run(LOOP, max_backward_jumps=1)
    assert done.error["code"] == "EXECUTION_TIMEOUT"
    assert "goto 'Pulse'" in done.error["message"]
    assert "max_backward_jumps is 1" in done.error["message"]
    assert "steps[2]" in done.error["message"]
    assert names(done) == ["Pulse"] * 2


@pytest.mark.parametrize("number", [-1, 1.5, True, "3"])
def test_a_number_of_jumps_that_is_none_is_refused(number):
    with pytest.raises(BatteryError, match="max_backward_jumps"):
        run(LOOP, max_backward_jumps=number)


def test_an_end_goes_where_it_says():
    steps = [
        pulse("Charge", 7200, ends=[{"Capacity > 0.1": {"goto": "There"}}, "Voltage > 4.4"]),
        rest(10, name="Skipped"),
        rest(20, name="There"),
    ]
    done = good(steps)
    assert names(done) == [None, "There"]
    assert done.steps["Ended by"].to_list() == ["Capacity > 0.1 (goto There)", "duration"]


@pytest.mark.parametrize(("target", "left"), [("Next", [None, "Then"]), ("End", [None])])
def test_next_and_end_are_places(target, left):
    steps = [pulse(seconds=600, ends=[{"Time > 5": {"goto": target}}]), rest(10, name="Then")]
    assert names(good(steps)) == left


def test_next_at_the_bottom_of_a_block_goes_on_with_the_loop():
    step = pulse(seconds=600, name="In", ends=[{"Time > 5": {"goto": "Next"}}])
    done = good([{"Loop": {"repeat": 3, "steps": [rest(1), step]}}, rest(1, name="Out")])
    assert names(done) == [None, "In"] * 3 + ["Out"]


def test_a_goto_into_a_block_enters_its_first_pass():
    block = {"Loop": {"repeat": 2, "steps": [rest(1, name="A"), rest(1, name="B")]}}
    first = rest(5, ends=[{"Time > 1": {"goto": "B"}}])
    assert names(good([first, block])) == [None, "B", "A", "B"]


def test_a_goto_out_of_a_block_leaves_it():
    inner = [rest(1, name="A"), control(ends=[{"Iteration >= 2": {"goto": "Out"}}])]
    done = good([{"Loop": {"repeat": 5, "steps": inner}}, rest(1), rest(1, name="Out")])
    assert names(done) == ["A", "A", "Out"]


def test_a_goto_to_a_block_starts_it_from_its_first_pass():
    steps = [
        control(("N", 0)),
        {"Loop": {"repeat": "2 + N", "steps": [rest("Iteration", name="In")]}},
        control(("N", "N + 1"), ends=[{"N < 2": {"goto": "Loop"}}]),
    ]
    done = good(steps)
    assert done.steps["Duration [s]"].to_list() == pytest.approx([1, 2, 1, 2, 3])


def test_a_goto_within_a_block_keeps_its_pass():
    steps = [
        control(("N", 0)),
        {
            "Loop": {
                "repeat": 2,
                "steps": [
                    rest("Iteration", name="In"),
                    control(("N", "N + 1"), ends=[{"N == 1": {"goto": "In"}}]),
                ],
            }
        },
    ]
    assert good(steps).steps["Duration [s]"].to_list() == pytest.approx([1, 1, 2])


def test_a_block_may_be_repeated_no_times():
    steps = [control(("N", 0)), {"Never": {"repeat": "N", "steps": [rest(1)]}}, rest(2)]
    assert good(steps).steps["Duration [s]"].to_list() == pytest.approx([2])


def test_cycles_are_counted_by_the_protocol_once_it_counts_any():
    steps = [
        {"Loop": {"repeat": 2, "steps": [rest(1), rest(1), control(advance_cycle=True)]}},
        rest("1 + Cycle"),
    ]
    done = good(steps)
    assert done.steps["Cycle count"].to_list() == [0, 0, 1, 1, 2]
    assert done.steps["Duration [s]"][-1] == pytest.approx(3)


def test_expressions_see_what_the_last_step_left():
    steps = [
        pulse(seconds=360),
        pulse("Charge", seconds="Time / 2", set_variable=[{"name": "Q", "eval": "Capacity"}]),
        rest("Q * 1000"),
        rest("Test time / 10"),
        rest("C-rate + 7"),
    ]
    assert good(steps).steps["Duration [s]"].to_list() == pytest.approx([360, 180, 250, 79, 7])


def test_expressions_see_the_start_before_any_step():
    done = good([rest("100 * SOC + Voltage + Current")], start={"initial_soc": 0.25})
    voltage = done.time_series["Voltage [V]"][0]
    assert done.steps["Duration [s]"][0] == pytest.approx(25 + voltage, abs=1e-4)


def test_expressions_see_variables_of_the_model():
    steps = [pulse(seconds=60), rest('variable["Voltage [V]"] * 10')]
    done = good(steps, cell=SPM)
    assert done.steps["Duration [s]"][1] == pytest.approx(
        10 * done.steps["End voltage [V]"][0], rel=1e-6
    )


def test_a_direction_is_worked_out_when_the_step_begins():
    step = {"direction[ifelse(SOC > 0.495, Discharge, Charge)]": pulse(seconds=60)["Discharge"]}
    done = good([{"Loop": {"repeat": 3, "steps": [step]}}])
    assert np.sign(net(done)).tolist() == [1, -1, 1]
    assert done.steps["Step type"][1] == "Constant current charge"


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([rest(5), rest("10 / (SOC - SOC)")], "divides by zero"),
        ([rest(5), rest("10 - Time * 3")], "duration"),
        ([rest(5), rest("log(Current)")], "logarithm"),
        ([rest(5), {"direction[Current]": pulse()["Discharge"]}], "direction"),
        ([rest(5), {"Many": {"repeat": "SOC", "steps": [rest(1)]}}], "repeats"),
        ([rest(5), control(("X", "1 / Current"))], "divides by zero"),
    ],
)
def test_a_value_that_cannot_be_ends_the_run_and_keeps_what_was_run(steps, words):
    done = run(steps)
    assert done.error["code"] == "CONFIGURATION_ERROR"
    assert done.error["step"] == 1
    assert words in done.error["message"]
    assert "steps[1]" in done.error["message"]
    assert done.steps["Duration [s]"].to_list() == pytest.approx([5])


def test_charging_through_a_resistance_is_refused():
    step = {"direction[0.1 - SOC]": {"mode": "Resistance", "value": 1, "duration": 60}}
    done = run([rest(5), step])
    assert done.error["code"] == "CONFIGURATION_ERROR"
    assert "only discharges" in done.error["message"]


def test_an_unknown_variable_of_the_model_is_refused_before_anything_runs():
    ends = [{"variable": "Negative electrode temprature [K]", "operator": ">", "value": 300}]
    with pytest.raises(BatteryError, match=r"unknown variable.*did you mean") as problem:
        run([pulse(ends=ends)], cell=SPM)
    assert "ends[0]" in problem.value.message


def test_a_variable_with_many_values_cannot_end_a_step():
    ends = [{"variable": "Cell temperature [K]", "operator": ">", "value": 300}]
    with pytest.raises(BatteryError, match="only scalars"):
        run([pulse(ends=ends)], cell=SPM)


# -- safety limits ----------------------------------------------------------------


def test_a_safety_limit_without_a_way_out_ends_the_test():
    steps = [pulse("Charge", 7200), rest(10)]
    done = good(steps, safety={"max_voltage": 4.0})
    assert done.steps.height == 1
    assert done.steps["Ended by"][0] == "safety limit max_voltage 4 V"
    assert done.steps["End voltage [V]"][0] == pytest.approx(4.0, abs=1e-4)


@pytest.mark.parametrize("value", [3.8, 3.85, 3.9, 3.95, 3.97, 4.0, 4.05, 4.1])
def test_a_safety_limit_wins_over_an_end_of_equal_value(value):
    ends = [{f"Voltage >= {value}": {"goto": "Wrong"}}]
    steps = [pulse("Charge", 7200, ends=ends), rest(1, name="Wrong"), rest(1, name="Right")]
    done = good(steps, safety={"max_voltage": {"value": value, "goto": "Right"}})
    assert names(done) == [None, "Right"]
    assert done.steps["Ended by"][0] == f"safety limit max_voltage {value:g} V (goto Right)"


def test_an_earlier_end_wins_over_a_later_safety_limit():
    steps = [pulse("Charge", 7200, ends=["Voltage >= 3.9"])]
    assert good(steps, safety={"max_voltage": 4.0}).steps["Ended by"][0] == "Voltage >= 3.9"


@pytest.mark.parametrize("cell", [CIRCUIT, SPME])
def test_a_tripped_limit_is_off_until_the_value_is_back_inside_and_then_holds_again(cell):
    safety = {"min_voltage": {"value": 3.5, "goto": "Recover"}}
    steps = [
        pulse(seconds=7200),
        rest(1, name="Not here"),
        {
            "Charge": {
                "name": "Recover",
                "mode": "C-rate",
                "value": 0.1,
                "duration": 600,
                "ends": ["Capacity >= 0.05"],
            }
        },
        pulse(seconds=3600, name="Again", ends=["Time > 3000"]),
    ]
    done = run(steps, cell=cell, safety=safety, max_backward_jumps=1)
    trip = "safety limit min_voltage 3.5 V (goto Recover)"
    assert done.steps["Ended by"].to_list()[:3] == [trip, "Capacity >= 0.05", trip]
    assert names(done)[:4] == [None, "Recover", "Again", "Recover"]
    assert done.error["code"] == "EXECUTION_TIMEOUT"


def test_a_limit_that_stays_breached_does_not_trip_its_own_recovery():
    cell = {
        "model": {"type": "SPM", "options": {"thermal": "lumped"}},
        "parameters": {"set": "Chen2020"},
    }
    safety = {"max_temperature": {"value": 28, "goto": "Cool"}}
    steps = [
        {"Discharge": {"mode": "C-rate", "value": 3, "duration": 3000}},
        {
            "Discharge": {
                "name": "Cool",
                "mode": "C-rate",
                "value": 0.05,
                "duration": 3600,
            }
        },
        {
            "Discharge": {
                "name": "Hot",
                "mode": "C-rate",
                "value": 3,
                "duration": 600,
                "ends": ["Voltage < 2.6"],
            }
        },
    ]
    done = run(
        steps,
        cell=cell,
        safety=safety,
        start={"initial_soc": 1, "temperature": 25},
        max_backward_jumps=0,
    )
    assert done.steps["Ended by"][0] == "safety limit max_temperature 28 degC (goto Cool)"
    assert done.steps["Max temperature [degC]"][0] == pytest.approx(28, abs=1e-3)
    assert done.steps["Ended by"][1] == "duration"
    assert done.steps["Duration [s]"][1] == pytest.approx(3600)
    assert done.steps["End temperature [degC]"][1] < 27
    assert done.steps["Ended by"][2].startswith("safety limit max_temperature")
    rows = done.time_series.filter(pl.col("Step count") == 1)
    assert (rows["Time [s]"].diff().drop_nulls() > 0).all()
    charge = rows["Discharge capacity [A.h]"][-1]
    assert charge == pytest.approx(0.25, rel=1e-5)


def test_current_limits_know_the_direction():
    steps = [
        {"Charge": {"mode": "Voltage", "value": 4.1, "ends": ["Current < 0.1"]}},
        {"Discharge": {"mode": "C-rate", "value": 2, "duration": 10}},
    ]
    done = good(steps, start={"initial_soc": 0.8}, safety={"max_charge_current": 40})
    assert done.steps["Ended by"].to_list() == ["Current < 0.1", "duration"]
    done = good(steps, start={"initial_soc": 0.8}, safety={"max_discharge_current": 9})
    assert done.steps["Ended by"].to_list() == [
        "Current < 0.1",
        "safety limit max_discharge_current 9 A",
    ]
    assert done.steps["Duration [s]"][1] == 0


def test_a_limit_fires_inside_a_profile():
    profile = {"Time [s]": [0, 100, 100, 200], "Current [A]": [0, 10, -10, -10]}
    protocol = {
        "global": {"initial_soc": 0.5},
        "safety_limits": {"max_charge_current": 9, "max_discharge_current": 7},
        "drive_cycles": {"P": profile},
        "steps": [{"DriveCycle": {"profile": "P"}}],
    }
    done = battery.simulate({"cell": CIRCUIT, "protocol": protocol})
    assert done.steps["Duration [s]"][0] == pytest.approx(70, abs=1e-3)
    assert done.steps["Ended by"][0] == "safety limit max_discharge_current 7 A"


@pytest.mark.parametrize("scale", [1.0, 1e-5])
def test_a_current_limit_of_any_size_holds_again_once_the_current_is_back_inside(scale):
    cell = {"quick_model": {"capacity": 5.0 * scale, "chemistry": "NMC/Graphite"}}
    safety = {"max_discharge_current": {"value": 4.0 * scale, "goto": "Recover"}}
    steps = [pulse(seconds=30), rest(1), rest(60, name="Recover"), pulse(seconds=30, name="Again")]
    done = run(steps, cell=cell, safety=safety, max_backward_jumps=0)
    trip = f"safety limit max_discharge_current {4 * scale:g} A (goto Recover)"
    assert done.steps["Ended by"].to_list() == [trip, "duration", trip]
    assert names(done) == [None, "Recover", "Again"]


HELD = "safety limit max_voltage 4.1 V"


@pytest.mark.parametrize("limit", [4.1, 4.2])
def test_a_limit_of_the_voltage_that_is_held_does_not_trip(limit):
    ends = ["C-rate < 0.1"]
    one = {"Charge": {"mode": "C-rate", "value": 1, "hold_voltage": 4.1, "ends": ends}}
    two = {"Charge": {"mode": "Voltage", "value": 4.1, "ends": ends}}
    for step in (one, two):
        done = good([step], safety={"max_voltage": limit})
        assert done.steps["Ended by"].to_list() == ends


def test_a_limit_below_the_voltage_that_is_held_trips():
    step = {"Charge": {"mode": "C-rate", "value": 1, "hold_voltage": 4.2, "duration": 7200}}
    done = good([step], safety={"max_voltage": 4.1})
    assert done.steps["Ended by"][0] == HELD
    assert done.steps["End voltage [V]"][0] == pytest.approx(4.1, abs=1e-4)
    done = good(
        [{"Charge": {"mode": "Voltage", "value": 4.2, "duration": 60}}], safety={"max_voltage": 4.1}
    )
    assert done.steps["Ended by"][0] == HELD


# -- currents that run the wrong way ----------------------------------------------------


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"Charge": {"mode": "Voltage", "value": 3.0}}, "would discharge the cell at"),
        ({"Discharge": {"mode": "Voltage", "value": 4.2}}, "would charge the cell at"),
        (
            {"Charge": {"mode": "C-rate", "value": 1, "hold_voltage": 2.6}},
            "a Charge only charges it",
        ),
        ({"Discharge": {"mode": "Power", "value": 5, "hold_voltage": 4.1}}, "use a Charge"),
    ],
)
@pytest.mark.parametrize("cell", [CIRCUIT, SPM])
def test_a_held_voltage_that_turns_the_current_round_fails(cell, step, words):
    ((kind, body),) = step.items()
    done = run([rest(5), {kind: {**body, "duration": 60}}, rest(5)], cell=cell)
    assert done.error["code"] == "CONFIGURATION_ERROR"
    assert done.error["step"] == 1
    assert words in done.error["message"]
    assert "steps[1]" in done.error["message"]
    assert done.steps["Duration [s]"].to_list() == pytest.approx([5])


def after(first, then, cell):
    """Return the voltages of what follows a step, from its first row on."""
    rows = good([first, then], cell=cell).time_series
    return rows.filter(pl.col("Step count") == 1)["Voltage [V]"]


FAST = pulse("Charge", seconds=300)["Charge"] | {"value": 2}


@pytest.mark.parametrize("cell", [CIRCUIT, SPM])
def test_a_current_that_turns_round_on_the_way_fails_at_a_twentieth_of_c(cell):
    resting = after({"Charge": FAST}, rest(3600), cell)
    held = round(0.8 * resting[0] + 0.2 * resting[-1], 4)
    slow = {"Discharge": {"mode": "Voltage", "value": held, "duration": 7200}}
    done = run([{"Charge": FAST}, slow], cell=cell)
    assert done.error["code"] == "CONFIGURATION_ERROR"
    assert "would charge the cell at 0.25 A" in done.error["message"]
    assert done.steps["Ended by"][1] == "current turned round"
    assert 1 < done.steps["Duration [s]"][1] < 7200
    current = done.time_series.filter(pl.col("Step count") == 1)["Current [A]"]
    assert current[0] > 0
    assert current[-1] == current.min() == pytest.approx(-0.25, rel=1e-4)


@pytest.mark.parametrize("mode", ["Current", "Power"])
@pytest.mark.parametrize("cell", [CIRCUIT, SPM, SPME])
def test_holding_a_voltage_never_takes_more_than_what_was_held_before(cell, mode):
    slow = {"mode": mode, "value": 1, "ends": ["C-rate < 0.02"]}
    rising = after({"Charge": FAST}, {"Charge": {**slow, "duration": 60}}, cell)
    slow["hold_voltage"] = round(rising[0] - 1e-3, 4)
    done = good([{"Charge": FAST}, {"Charge": slow}], cell=cell)
    rows = done.time_series.filter(pl.col("Step count") == 1)
    most = rows.select(pl.col(r"^(Current|Power) \[.\]$").abs().max()).row(0, named=True)
    assert next(most[name] for name in most if name.startswith(mode)) < 1.004
    assert rows["Voltage [V]"].max() < slow["hold_voltage"] + 1e-4
    assert done.steps["Ended by"][1] == "C-rate < 0.02"


# -- ends in one instant ------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "end"),
    [("Current", "Time >= 3600"), ("Current", "Capacity >= 1"), ("Power", "Energy >= 1")],
)
@pytest.mark.parametrize("cell", [CIRCUIT, SPM, SPME])
def test_an_end_wins_over_the_duration_of_the_same_instant(mode, end, cell):
    step = {"mode": mode, "value": 1, "duration": 3600}
    steps = [{"Discharge": {**step, "ends": [{"expression": end, "goto": "End"}]}}, rest(1)]
    done = good(steps, cell=cell)
    assert done.steps.height == 1
    assert done.steps["Ended by"][0] == f"{end} (goto End)"
    assert done.steps["Duration [s]"][0] == pytest.approx(3600)


@pytest.mark.parametrize("repeat", [2, 3])
def test_an_end_wins_over_the_end_of_a_profile_of_the_same_instant(repeat):
    ends = [{"expression": f"Time >= {repeat / 10}", "goto": "End"}]
    protocol = {
        "global": {"initial_soc": 0.5},
        "drive_cycles": {"P": {"Time [s]": [0, 0.1], "Current [A]": [1, 1]}},
        "steps": [{"DriveCycle": {"profile": "P", "repeat": repeat, "ends": ends}}, rest(1)],
    }
    done = battery.simulate({"cell": CIRCUIT, "protocol": protocol})
    assert done.steps.height == 1
    assert done.steps["Ended by"][0] == f"Time >= {repeat / 10} (goto End)"


def test_a_safety_limit_wins_in_the_instant_of_the_duration():
    steps = [pulse(seconds=20), pulse(seconds=20, ends=["Capacity >= 5 * 20 / 3600"])]
    done = good(steps)
    just_passed = float(done.steps["End voltage [V]"][1]) / (1 - 1e-6)
    limit = {"min_voltage": {"value": just_passed, "goto": "End"}}
    again = good(steps, safety=limit)
    assert again.steps["Ended by"][1].startswith("safety limit min_voltage")


def test_of_two_ends_on_time_the_sooner_wins_and_the_first_of_equal_ones():
    ends = [{"Time >= 9": {"goto": "Out"}}, {"Time > 9": {"goto": "End"}}, "Time > 10"]
    done = good([pulse(seconds=20, ends=ends), rest(1), rest(1, name="Out")])
    assert names(done) == [None, "Out"]
    assert done.steps["Duration [s]"][0] == pytest.approx(9)


def test_a_step_whose_direction_is_worked_out_may_turn_round():
    held = {"direction[-1]": {"mode": "Voltage", "value": 3.65, "duration": 60}}
    assert good([held]).steps["Discharge capacity [A.h]"][0] > 0


@pytest.mark.parametrize("cell", [CIRCUIT, SPM, SPME])
def test_a_cell_that_was_held_at_a_safety_limit_has_not_passed_it(cell):
    steps = [
        {"Charge": {"mode": "C-rate", "value": 1, "hold_voltage": 4.1, "duration": 172_800}},
        rest(60),
        {"Charge": {"mode": "C-rate", "value": 0.5, "ends": ["Voltage > 4.15"]}},
    ]
    done = good(steps, cell=cell, safety={"max_voltage": 4.1})
    assert done.steps["Duration [s]"][:2].to_list() == pytest.approx([172_800, 60])
    assert done.steps["Ended by"][2] == "safety limit max_voltage 4.1 V"
    assert done.steps["Duration [s]"][2] == 0


@pytest.mark.parametrize("limit", ["ifelse(SOC < 2, 1e9, 4.2)", "900 + SOC"])
def test_a_limit_out_of_reach_leaves_the_guard_in_place(limit):
    done = run([{"Charge": {"mode": "C-rate", "value": 1, "ends": [f"Voltage > {limit}"]}}])
    assert done.error["code"] == "SOLVER_ERROR"
    assert done.steps["End voltage [V]"][0] < 5.3


@pytest.mark.parametrize(
    "step",
    [
        {"mode": "C-rate", "value": 1, "hold_voltage": "LEVEL", "duration": 60},
        {"mode": "Voltage", "value": "LEVEL", "duration": 60},
    ],
)
def test_a_voltage_worked_out_is_judged_as_a_written_one(step):
    level = {"set_variable": [{"name": "LEVEL", "eval": "4200"}]}
    done = run([{"Control": level}, {"Charge": step}])
    assert done.error["code"] == "CONFIGURATION_ERROR"
    assert "at most 1000" in done.error["message"]
