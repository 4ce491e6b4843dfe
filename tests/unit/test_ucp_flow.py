"""The way through a protocol: where gotos lead, endless loops, variables that are not set."""

import pytest

from ionworks import ucp

REST = {"Rest": {"duration": 1}}
PROFILE = {"Time [s]": [0, 1], "C-rate": [1, 1]}


def rest(*gotos, name=None, **keys):
    ends = [{f"Time > {index + 1}": {"goto": goto}} for index, goto in enumerate(gotos)]
    step = {"ends": ends} if ends else {"duration": 1}
    return {"Rest": step | ({"name": name} if name else {}) | keys}


def control(*branches, **variables):
    assigned = [{"name": name, "eval": value} for name, value in variables.items()]
    ends = [{condition: {"goto": goto}} for condition, goto in branches]
    parts = {"set_variable": assigned, "ends": ends}
    return {"Control": {key: value for key, value in parts.items() if value}}


def drive(profile, **keys):
    return {"Drive": {"profile": profile, **keys}}


def setting(variable, value):
    return {"Rest": {"duration": 1, "set_variable": [{"name": variable, "eval": value}]}}


def reading(variable, **keys):
    return {"Rest": {"duration": variable, **keys}}


def findings(*steps, **sections):
    return ucp.check({"steps": list(steps), **sections})


def only(*steps, **sections):
    found = findings(*steps, **sections)
    assert len(found) == 1, [str(finding) for finding in found]
    return found[0]


@pytest.mark.parametrize("target", ["Next", "End", "A", "B"])
def test_a_goto_leads_to_a_step_a_block_next_or_the_end(target):
    assert findings(rest(target), {"A": [REST]}, rest(name="B"), REST) == []


def test_a_goto_to_nowhere_names_what_is_near():
    finding = only(rest("Par"), {"Park": [REST]})
    assert (finding.code, finding.suggestion) == ("unknown-target", "Park")
    assert finding.position.path == "steps[0].Rest.ends[0].Time > 1.goto"
    assert only(rest("next"), REST).suggestion == "Next"
    assert only(control(("1 > 0", "X")), REST).code == "unknown-target"
    assert only(REST, safety_limits={"goto": "X"}).position.path == "safety_limits.goto"
    limit = {"max_voltage": {"value": 4, "goto": "X"}}
    assert only(REST, safety_limits=limit).position.path == "safety_limits.max_voltage.goto"


@pytest.mark.parametrize(
    "steps",
    [
        [rest("A"), {"A": [REST]}, {"A": [REST]}],
        [rest("A"), rest(name="A"), {"Loop": {"repeat": 2, "steps": [rest(name="A")]}}],
        [rest("End"), {"End": [REST]}],
        [rest("Next"), rest(name="Next")],
    ],
)
def test_a_target_must_be_unique(steps):
    finding = only(*steps)
    assert finding.code == "ambiguous-target"
    assert "steps[" in finding.message


def test_names_may_repeat_where_no_goto_uses_them():
    assert findings(rest(name="A"), {"A": [REST]}, {"End": [rest(name="A")]}) == []


@pytest.mark.parametrize(
    "steps",
    [
        [rest("A", name="A")],
        [rest(name="A"), rest("A"), REST],
        [{"A": [REST, rest("A")]}, REST],
        [rest(name="A"), control(("1", "A")), REST],
        [rest("B"), {"B": {"repeat": 3, "steps": [rest("B")]}}],
        [rest(name="A"), {"Loop": {"repeat": 2, "steps": [rest("A", "A")]}}, REST],
        [rest("C", name="A"), rest("A", name="B"), rest("B", name="C")],
    ],
)
def test_a_loop_that_cannot_end_is_refused(steps):
    finding = only(*steps)
    assert finding.code == "endless-loop"
    assert finding.position.path.endswith(".goto")


@pytest.mark.parametrize(
    "steps",
    [
        [rest("A", "Next", name="A")],
        [rest(name="A"), rest("A", "End"), REST],
        [control(VAR_N=0), rest(name="A"), control(("VAR_N < 3", "A"), VAR_N="VAR_N + 1")],
        [rest(name="A"), control(("0", "A")), REST],
        [rest(name="A"), rest("A", duration=5), REST],
        [{"Loop": {"repeat": 1000, "steps": [REST, rest("Next")]}}],
        [
            {"Drive": {"profile": "P", "ends": [{"Voltage > 4": {"goto": "End"}}], "name": "A"}},
            rest("A", "End"),
        ],
    ],
)
def test_a_loop_with_a_way_out_is_fine(steps):
    assert findings(*steps, drive_cycles={"P": PROFILE}) == []


def test_a_recovery_that_comes_back_for_ever_is_refused():
    safety = {"max_voltage": {"value": 4.2, "goto": "Recover"}}
    back = [rest("End"), {"Recover": [rest("Recover")]}]
    assert only(*back, safety_limits=safety).code == "endless-loop"
    assert findings(rest("End"), {"Recover": [rest("End")]}, safety_limits=safety) == []


def test_steps_that_are_never_reached_are_no_loops():
    assert findings(rest("End"), rest("A", name="A")) == []


@pytest.mark.parametrize(
    "steps",
    [
        [reading("VAR_X")],
        [{"Rest": {"duration": "VAR_X", "set_variable": [{"name": "VAR_X", "eval": 1}]}}],
        [reading("VAR_X"), control(VAR_X=1)],
        [control(VAR_X="VAR_X + 1")],
        [control(("VAR_X > 1", "End"))],
        [{"Loop": {"repeat": "VAR_X", "steps": [control(VAR_X=1), REST]}}],
        [{"Rest": {"ends": ["Time > VAR_X"]}}],
        [{"Rest": {"duration": 1, "temperature": "VAR_X"}}],
        [{"Rest": {"duration": 1, "resolution": {"time": "VAR_X"}}}],
        [{"direction[VAR_X]": {"mode": "Current", "value": 1, "duration": 1}}],
        [{"Ambient temperature": {"value": "VAR_X"}}],
        [rest("B"), control(VAR_X=1), reading("VAR_X", name="B")],
    ],
)
def test_a_variable_that_nothing_can_have_set_is_refused(steps):
    found = findings(*steps)
    assert [finding.code for finding in found] == ["unset-variable"]
    assert found[0].severity == "error"


def test_a_variable_that_nothing_sets_names_what_is_near():
    finding = only(control(VAR_RATE=1), {"Rest": {"duration": "VAR_RAT"}})
    assert (finding.code, finding.suggestion) == ("unset-variable", "VAR_RATE")
    assert only({"Rest": {"duration": "voltage"}}).suggestion == "Voltage"
    assert only(rest("End"), reading("VAR_X")).code == "unset-variable"


@pytest.mark.parametrize(
    "steps",
    [
        [control(VAR_X=1), reading("VAR_X")],
        [control(VAR_X=1, VAR_Y="VAR_X * 2"), reading("VAR_Y")],
        [control(("VAR_X > 1", "End"), VAR_X=1)],
        [
            {"Rest": {"duration": 1, "set_variable": [{"name": "VAR_X", "eval": "SOC"}]}},
            control(VAR_Y="VAR_X"),
        ],
        [{"Loop": {"repeat": 3, "steps": [control(VAR_X=1)]}}, reading("VAR_X")],
        [
            rest("B"),
            REST,
            control(VAR_X=1),
            rest("C", name="B"),
            {"Rest": {"duration": 1, "name": "C"}},
        ],
    ],
)
def test_a_variable_that_is_set_before_is_fine(steps):
    assert findings(*steps) == []


@pytest.mark.parametrize(
    "steps",
    [
        [rest("B", "Next"), control(VAR_X=1), reading("VAR_X", name="B")],
        [
            {"Loop": {"repeat": 'input["n"]', "steps": [control(VAR_X=1)]}},
            reading("VAR_X"),
        ],
        [
            rest(name="A"),
            control(("Cycle > 3", "C")),
            control(VAR_X=1),
            control(VAR_Y="VAR_X", VAR_Z=1),
            {"C": [control(VAR_Y="VAR_X")]},
        ],
    ],
)
def test_a_variable_that_is_set_on_some_ways_only_is_a_warning(steps):
    finding = only(*steps)
    assert (finding.code, finding.severity) == ("unset-variable", "warning")
    assert isinstance(ucp.load({"steps": steps}), ucp.Tree)


def test_a_tripped_limit_may_skip_what_a_step_assigns():
    step = {"Rest": {"duration": 1, "set_variable": [{"name": "VAR_X", "eval": 1}]}}
    park = {"Park": [reading("VAR_X")]}
    finding = only(step, park, safety_limits={"max_voltage": 4, "goto": "Park"})
    assert (finding.code, finding.severity) == ("unset-variable", "warning")


def test_a_missing_drive_cycle_is_a_warning():
    finding = only(
        {"DriveCycle": {"profile": "WLT"}},
        drive_cycles={"WLTP": {"Time [s]": [0, 1], "C-rate": [1, 1]}},
    )
    assert (finding.code, finding.severity, finding.suggestion) == (
        *("missing-drive-cycle", "warning"),
        "WLTP",
    )


def test_the_way_is_not_judged_while_a_step_cannot_be_read():
    found = findings(rest("A"), {"Rset": {"duration": 1, "name": "A"}})
    assert [finding.code for finding in found] == ["unknown-step"]
    found = findings(rest("A", name="A"), {"Rest": {"duration": "x y"}})
    assert [finding.code for finding in found] == ["bad-expression"]


def codes(*steps, **head):
    return sorted(finding.code for finding in findings(*steps, **head))


def test_what_is_wrong_is_told_at_once():
    assert codes(rest("A", name="A"), {"Rest": {"duration": -1}}) == [
        "endless-loop",
        "out-of-range",
    ]
    wrong = {"mode": "Curent", "value": -1, "ends": ["Voltage > VAR_X"]}
    assert codes({"Charge": wrong}, rest("Nowhere")) == [
        *("out-of-range", "unknown-mode", "unknown-target", "unset-variable"),
    ]
    assert codes({"Dischrge": {"mode": "Current", "value": -1, "duration": "VAR_X"}}) == [
        *("out-of-range", "unknown-step", "unset-variable"),
    ]


def test_a_goto_to_nowhere_goes_on_with_the_next_step():
    read_first = {"Rest": {"duration": "VAR_A", "ends": [{"Time > 5": {"goto": "Nowhere"}}]}}
    assert codes(read_first, control(VAR_A=1)) == ["unknown-target", "unset-variable"]
    assert codes(rest("Nowhere"), rest("End")) == ["unknown-target"]


@pytest.mark.parametrize(
    "unread",
    [
        {"Pause": {"name": "A", "set_variable": [{"name": "VAR_A", "eval": 1}]}},
        {"A": {"repeat": 2, "stps": [control(VAR_A=1)]}},
        {"Rset": {"name": "A", "duration": 1, "set_variable": [{"name": "VAR_A", "eval": "1 2"}]}},
        {"Rest": {"nme": "A", "duration": 1, "set_variable": [{"name": "VAR_A", "evl": 1}]}},
        {"Rest": {"name": "A", "duration": 1, "set_variables": [{"name": "VAR_A", "eval": 1}]}},
    ],
)
def test_what_could_not_be_read_is_not_missed(unread):
    found = codes(unread, rest("A"), {"Rest": {"duration": "VAR_A"}})
    assert set(found) <= {"unknown-step", "unknown-key", "bad-expression"}


def test_a_drive_cycle_that_could_not_be_read_is_not_missed():
    head = {"drive_cycles": {"A": {"Time [s]": [0, 1], "C-rate": [1, "x"]}}}
    assert codes({"DriveCycle": {"profile": "A"}}, **head) == ["not-a-number"]


def test_many_variables_are_too_many():
    found = findings(
        control(**{f"v{index}": 1 for index in range(1001)}), {"Rest": {"duration": "v1"}}
    )
    assert [finding.code for finding in found] == ["too-large"]


def test_a_branch_that_never_holds_must_lead_somewhere_all_the_same():
    assert only(control(("0", "X"), ("1", "End"))).code == "unknown-target"


def test_a_limit_may_skip_a_step():
    steps = [rest("End"), reading("VAR_X", name="after"), setting("VAR_X", 1)]
    assert only(*steps, safety_limits={"max_voltage": 4, "goto": "Next"}).severity == "error"
    loop = [rest("End"), rest("A", name="A")]
    assert findings(*loop) == []
    assert only(*loop, safety_limits={"max_voltage": 4, "goto": "Next"}).code == "endless-loop"


def test_warnings_come_once_a_name_and_never_stop_a_protocol():
    drives = [drive(f"P{index % 150}") for index in range(300)]
    found = findings(*drives)
    assert {finding.severity for finding in found} == {"warning"}
    assert len(found) == len({finding.message for finding in found}) == 99
    assert isinstance(ucp.load({"steps": drives}), ucp.Tree)
    assert len(findings(drive("P"), drive("P"))) == 1
    setter = [rest("B", "Next"), control(VAR_X=1), reading("VAR_X", name="B")]
    assert len(findings(*setter, *[reading("VAR_X")] * 5)) == 1
