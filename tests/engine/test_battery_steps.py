"""The interpreter: what ends steps, how they are counted, and how a run breaks off."""

import json

import numpy as np
import polars as pl
import pytest
from ionworks_engine import battery

SPM = {"model": {"type": "SPM"}, "parameters": {"set": "Chen2020"}}
SPME = {"model": {"type": "SPMe"}, "parameters": {"set": "Chen2020"}}
CIRCUIT = {"quick_model": {"capacity": 2.0, "chemistry": "LFP/Graphite"}}
TIMES = ("Start time [s]", "End time [s]")


def discharge(**step):
    return {"Discharge": step}


def charge(**step):
    return {"Charge": step}


def rest(seconds):
    return {"Rest": {"duration": seconds}}


def run(steps, *, cell=SPM, start=None, **request):
    protocol = {"global": {"initial_soc": 1} if start is None else start, "steps": steps}
    return battery.simulate({"cell": cell, "protocol": protocol, **request})


PULSES = [
    {"Formation": {"repeat": 2, "steps": [discharge(mode="Current", value=1, duration=90)]}},
    rest(30),
    {
        "Outer": {
            "repeat": 3,
            "steps": [
                {"Inner": {"repeat": 2, "steps": [charge(mode="Current", value=1, duration=30)]}},
                rest(10),
            ],
        }
    },
]


def test_every_run_of_a_step_counts_and_outermost_repeats_are_cycles():
    done = run(PULSES, start={"initial_soc": 0.5})
    assert done.error is None
    assert done.steps["Step count"].to_list() == list(range(2 + 1 + 3 * 3))
    assert done.steps["Cycle count"].to_list() == [0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]
    assert done.metrics["Number of cycles"] == 5
    assert [cycle["Cycle count"] for cycle in done.metrics["Cycles"]] == [0, 1, 2, 3, 4]


def test_a_block_run_once_is_transparent_for_cycles():
    inner = {"Cycles": {"repeat": 2, "steps": [rest(10)]}}
    done = run([{"Whole": {"steps": [inner, rest(5)]}}])
    assert done.steps["Cycle count"].to_list() == [0, 1, 1]


def test_repeat_may_be_an_input():
    block = {"Pulses": {"repeat": 'input["n"]', "steps": [rest(10)]}}
    assert run([block], inputs={"n": 3}).steps.height == 3


def test_time_goes_on_over_steps_and_strictly_within_one():
    done = run(PULSES, start={"initial_soc": 0.5, "resolution": {"time": 7}})
    series = done.time_series
    assert series["Time [s]"][0] == 0
    assert series["Time [s]"].diff().drop_nulls().min() == 0
    for (_,), frame in series.group_by("Step count", maintain_order=True):
        assert (frame["Time [s]"].diff().drop_nulls() > 0).all()
    assert done.steps["End time [s]"].to_list()[:-1] == done.steps["Start time [s]"].to_list()[1:]


def test_frames_join_on_step_count_and_index():
    done = run(PULSES, start={"initial_soc": 0.5})
    assert done.time_series.schema["Step count"] == done.steps.schema["Step count"] == pl.Int64
    assert done.time_series.join(done.steps, on="Step count").height == done.time_series.height
    for row in done.steps.iter_rows(named=True):
        rows = done.time_series[row["Start index"] : row["End index"] + 1]
        assert set(rows["Step count"]) == {row["Step count"]}
        assert (rows["Time [s]"][0], rows["Time [s]"][-1]) == tuple(row[name] for name in TIMES)


def test_capacities_start_at_zero_in_each_step_and_never_fall():
    done = run(PULSES, start={"initial_soc": 0.5, "resolution": {"time": 5}})
    for (_,), frame in done.time_series.group_by("Step count", maintain_order=True):
        for name in ("Discharge capacity [A.h]", "Charge energy [W.h]"):
            assert frame[name][0] == 0
            assert (frame[name].diff().drop_nulls() >= 0).all()


def test_the_first_row_of_a_step_is_the_state_under_its_own_current():
    done = run([rest(60), discharge(mode="C-rate", value=1, duration=60), rest(60)], cell=SPME)
    before, under, after = (
        done.time_series.filter(pl.col("Step count") == count) for count in range(3)
    )
    assert under["Current [A]"][0] == pytest.approx(5)
    assert under["Voltage [V]"][0] < before["Voltage [V]"][-1] - 0.05
    assert after["Current [A]"].to_list() == [0.0] * after.height


def test_soc_follows_the_charge_over_the_usable_capacity():
    done = run([discharge(mode="C-rate", value=1, duration=1800)])
    drawn = done.time_series["Discharge capacity [A.h]"]
    slope = (1 - done.time_series["SOC"][-1]) / drawn[-1]
    assert np.allclose(1 - done.time_series["SOC"], slope * drawn)
    assert 1 / slope == pytest.approx(5.153, abs=0.01)


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        (["Voltage < 2.5", "Time > 100"], "Time > 100"),
        (["Time > 100", "Capacity > 0.01"], "Capacity > 0.01"),
        (["Voltage < 2.5", "Voltage < 4.05"], "Voltage < 4.05"),
        (["SOC < 0.99", "Voltage < 3"], "SOC < 0.99"),
    ],
)
def test_the_first_end_to_hold_ends_the_step(ends, words):
    done = run([discharge(mode="C-rate", value=1, ends=ends)])
    assert done.steps["Ended by"].to_list() == [words]


def test_a_duration_ends_a_step_when_no_end_does():
    done = run([discharge(mode="C-rate", value=1, duration=30, ends=["Voltage < 2.5"])])
    assert done.steps["Ended by"].to_list() == ["duration"]
    assert done.steps["Duration [s]"][0] == pytest.approx(30)


@pytest.mark.parametrize(
    "step",
    [
        discharge(mode="C-rate", value=1, ends=["Voltage < 4.19"]),
        discharge(mode="C-rate", value=1, ends=["SOC < 1"]),
        charge(mode="C-rate", value=1, ends=["SOC >= 1"]),
        discharge(mode="C-rate", value=1, ends=["Temperature > 20"]),
        discharge(mode="C-rate", value=1, duration=60, ends=["Current > 4"]),
        {"Rest": {"ends": ["Current < 0.01"]}},
    ],
)
def test_an_end_that_holds_at_the_start_ends_the_step_at_once(step):
    (body,) = step.values()
    done = run([step, rest(10)])
    assert done.error is None
    assert done.steps["Ended by"].to_list() == [body["ends"][0], "duration"]
    assert done.steps["Duration [s]"][0] == 0
    assert done.time_series.filter(pl.col("Step count") == 0).height == 1
    assert done.time_series["Time [s]"][-1] == pytest.approx(10)
    assert done.steps["Start voltage [V]"][1] == pytest.approx(4.2, abs=1e-4)


def test_an_end_equal_to_the_held_setpoint_never_ends_the_step():
    step = charge(mode="Voltage", value=4.2, ends=["Voltage > 4.2", "Current < 0.5"])
    done = run([step], start={"initial_soc": 0.8})
    assert done.steps["Ended by"].to_list() == ["Current < 0.5"]
    assert done.steps["Duration [s]"][0] > 60


def test_an_end_that_is_never_met_ends_the_run_with_a_reason():
    done = run([rest(10), {"Rest": {"ends": ["Voltage < 2"]}}, rest(10)])
    assert done.error["code"] == "EXECUTION_TIMEOUT"
    assert done.error["step"] == 1
    assert "Voltage < 2" in done.error["message"]
    assert "1,000 h" in done.error["message"]
    assert "steps[1]" in done.error["message"]
    assert done.steps.height == 2


@pytest.mark.parametrize("cell", [SPME, CIRCUIT])
def test_a_voltage_out_of_all_sense_ends_the_run(cell):
    done = run([rest(5), discharge(mode="C-rate", value=1, ends=["Voltage > 4.5"])], cell=cell)
    assert done.error["code"] == "SOLVER_ERROR"
    assert "beyond the cell's cut-offs" in done.error["message"]
    assert done.time_series["Voltage [V]"][-1] < 2
    assert done.metrics["Discharge capacity [A.h]"] > 1


def test_a_short_pulse_may_leave_the_voltage_window():
    cell = {"quick_model": {"capacity": 5.0, "chemistry": "NMC/Graphite", "resistance_pct": 5}}
    pulse = charge(mode="C-rate", value=6, duration=1)
    done = run([pulse, rest(10)], cell=cell, start={"initial_soc": 0.9})
    assert done.error is None
    assert done.metrics["Max voltage [V]"] > 5.1


def test_an_impossible_step_names_itself_and_keeps_what_came_before():
    done = run([rest(60), discharge(mode="Power", value=5000, duration=60)], cell=CIRCUIT)
    assert done.error["code"] == "SOLVER_ERROR"
    assert done.error["step"] == 1
    assert "step 1 (Constant power discharge at 5000 W, steps[1]" in done.error["message"]
    assert "IDA" in done.error["message"]
    assert done.time_series["Time [s]"][-1] == pytest.approx(60)
    assert done.steps.height == 1


def test_a_solver_failure_midway_keeps_the_rows_up_to_there():
    done = run([discharge(mode="Power", value=45, ends=["Voltage < 2.5"])], cell=SPME)
    assert done.error["code"] == "SOLVER_ERROR"
    assert "IDA_" in done.error["message"]
    assert done.steps["Ended by"].to_list() == ["solver failure"]
    assert done.time_series["Time [s]"][-1] > 100


def test_a_current_too_far_to_reach_at_once_is_approached():
    cell = {"model": {"type": "DFN"}, "parameters": {"set": "Prada2013"}}
    step = discharge(mode="C-rate", value=20, duration=2)
    done = run([step], cell=cell, start={"initial_soc": 0.98, "resolution": {"time": 0.5}})
    assert done.error is None
    assert done.time_series["Current [A]"].to_numpy() == pytest.approx(46)
    assert done.time_series["Time [s]"].to_list() == pytest.approx([0, 0.5, 1, 1.5, 2])
    assert done.time_series["Discharge capacity [A.h]"][0] == 0
    assert done.metrics["Discharge capacity [A.h]"] == pytest.approx(46 * 2 / 3600, rel=1e-6)


def test_a_distant_voltage_is_reached_from_half_full():
    done = run(
        [charge(mode="Voltage", value=4.1, ends=["Current < 0.2"])],
        cell=SPME,
        start={"initial_soc": 0.3},
    )
    assert done.error is None
    assert done.time_series["Voltage [V]"].to_numpy() == pytest.approx(4.1, abs=1e-3)


def test_rows_come_every_resolution_and_at_the_exact_end():
    step = discharge(mode="C-rate", value=1, ends=["Time > 95"])
    times = run([step], start={"resolution": {"time": 30}}).time_series["Time [s]"]
    assert times.to_list() == pytest.approx([0, 30, 60, 90, 95])
    assert run([step]).time_series["Time [s]"].to_list() == pytest.approx([0, 60, 95])


def test_rows_come_at_every_change_of_voltage_and_current():
    start = {"initial_soc": 0.9, "resolution": {"time": 600, "voltage": 0.005, "current": 0.1}}
    steps = [
        discharge(mode="C-rate", value=1, duration=1200),
        charge(mode="Voltage", value=4.1, ends=["Current < 0.2"]),
    ]
    series = run(steps, cell=SPME, start=start).time_series
    for (_,), frame in series.group_by("Step count", maintain_order=True):
        changes = {name: np.abs(np.diff(frame[name])) for name in frame.columns[:3]}
        assert changes["Voltage [V]"].max() <= 0.0056
        assert changes["Current [A]"].max() <= 0.112
        assert changes["Time [s]"].max() <= 600.001
        moved = changes["Voltage [V]"].sum() / 0.005 + changes["Current [A]"].sum() / 0.1
        assert frame.height < 1.15 * moved + changes["Time [s]"].sum() / 600 + 3


def test_extra_variables_follow_the_standard_columns():
    names = ["Open-circuit voltage [V]", "X-averaged cell temperature [K]", "Voltage [V]"]
    extra = ["Battery open-circuit voltage [V]", names[1], names[2]]
    series = run([rest(60)], extra_variables=extra).time_series
    assert series.columns[-2:] == extra[:2]
    assert series[extra[0]][0] == pytest.approx(series["Voltage [V]"][0], abs=1e-4)
    assert series.columns.count("Voltage [V]") == 1


def test_metrics_are_json_and_hold_totals_and_cycles():
    cycle = {
        "Cycle": {
            "repeat": 2,
            "steps": [
                discharge(mode="C-rate", value=1, ends=["Voltage < 2.7"]),
                charge(mode="C-rate", value=1, ends=["Voltage > 4.1"]),
            ],
        }
    }
    done = run([cycle])
    metrics = json.loads(json.dumps(done.metrics, allow_nan=False))
    first, second = metrics["Cycles"]
    for name in ("Discharge capacity [A.h]", "Charge energy [W.h]", "Duration [s]"):
        assert first[name] + second[name] == pytest.approx(metrics[name])
    assert second["Coulombic efficiency"] == pytest.approx(
        second["Discharge capacity [A.h]"] / second["Charge capacity [A.h]"]
    )
    assert metrics["Final SOC"] == pytest.approx(done.time_series["SOC"][-1])


def test_efficiency_is_absent_where_nothing_was_charged():
    metrics = run([discharge(mode="C-rate", value=1, duration=60)]).metrics
    assert metrics["Coulombic efficiency"] is None
    assert metrics["Energy efficiency"] is None


def test_the_same_request_gives_the_same_rows():
    first, second = run(PULSES, cell=SPME), run(PULSES, cell=SPME)
    assert first.time_series.equals(second.time_series)
    assert first.steps.equals(second.steps)
    for metrics in (first.metrics, second.metrics):
        assert metrics.pop("Solver time [s]") > 0
    assert first.metrics == second.metrics
