"""The door: what is asked, what is told apart, and what hostile bytes come to."""

import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ionworks_engine.vendors import convert as door
from ionworks_engine.vendors import formats, neware
from ionworks_engine.vendors.convert import TARGETS, convert, parse
from ionworks_engine.vendors.errors import Inexpressible, Unreadable
from ionworks_engine.vendors.files import UNVERIFIED

from ionworks import ucp

CYCLE = """
global: {initial_soc: 0.5, temperature: 25}
steps:
- Cycle:
    repeat: 3
    steps:
    - Charge: {mode: Current, value: 1, ends: [Voltage > 4.2]}
    - Charge: {mode: Voltage, value: 4.2, ends: [Current < 0.05]}
    - Rest: {duration: 600}
    - Discharge: {mode: Current, value: 1, ends: [Voltage < 2.5]}
"""
READY = [target for target in TARGETS if target != "biologic_bttest"]


@pytest.mark.parametrize("target", READY)
def test_what_is_written_is_known_by_its_content_and_means_the_same(target):
    made = convert(CYCLE, target, filename_stem="cycle 1", verify=True)
    assert made.target == target
    assert made.files.primary.name.startswith("cycle 1.")
    data = made.files.primary.content
    assert [found for found, _ in formats.recognised(data)] == [target]
    parsed = parse(data, made.files.primary.name)
    assert parsed.cycler_type == formats.CYCLERS[target]
    assert parsed.error is None
    assert "ends with" not in " ".join(parsed.notes)
    again = convert(parsed.ucp, target, verify=True).files.primary.content
    read = formats.format_of(target).read
    assert read(again, {}) == read(data, {})


@pytest.mark.parametrize("target", READY)
def test_the_notes_say_what_the_file_does_not(target):
    notes = convert(CYCLE, target).notes
    assert notes[-1] == UNVERIFIED
    assert notes.count(UNVERIFIED) == 1
    assert any("initial state is not part of the file" in note for note in notes)
    assert any("temperature is not part of the file" in note for note in notes)


def test_bttest_is_refused_with_its_reason_and_the_way_out():
    with pytest.raises(Inexpressible, match="no description of the BT-Test file") as caught:
        convert(CYCLE, "biologic_bttest")
    assert "biologic_mps" in str(caught.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"target": "landt"}, "known targets are maccor"),
        ({"filename_stem": "../up"}, "is no file name"),
        ({"filename_stem": "a/b"}, "is no file name"),
        ({"filename_stem": ""}, "is no file name"),
        ({"filename_stem": "a" * 101}, "is no file name"),
        ({"filename_stem": "nul"}, "Windows has a device of that name"),
        ({"filename_stem": "Com1.run 2"}, "Windows has a device of that name"),
        ({"filename_stem": "aux .txt"}, "Windows has a device of that name"),
        ({"nominal_capacity_ah": 0}, "a nominal capacity of 0 A.h"),
        ({"nominal_capacity_ah": float("nan")}, "a nominal capacity of nan A.h"),
    ],
)
def test_a_wrong_request_is_refused(options, said):
    with pytest.raises(Inexpressible, match=said):
        convert(CYCLE, **{"target": "neware", **options})


def test_a_wrong_protocol_is_told_as_such():
    with pytest.raises(ucp.ProtocolError):
        convert("steps: [{Rest: {}}]", "neware")


def test_a_missing_drive_cycle_is_refused_by_name():
    text = "steps: [{DriveCycle: {profile: US06}}]"
    with pytest.raises(Inexpressible, match="the drive cycle 'US06'") as caught:
        convert(text, "neware")
    assert (caught.value.line, caught.value.position.line) == ("step 1", 1)
    samples = {"US06": {"Time [s]": [0, 1], "Current [A]": [1, 2]}}
    with pytest.raises(Inexpressible, match="neware cannot express drive cycle"):
        convert(text, "neware", drive_cycles=samples)


def test_verify_refuses_a_file_that_reads_back_differently(monkeypatch):
    honest = neware.write

    def careless(program, stem):
        made = honest(program, stem)
        content = made.primary.content.replace(b'Cycle_Count Value="3"', b'Cycle_Count Value="4"')
        primary = type(made.primary)(made.primary.name, content, made.primary.media_type)
        return type(made)(primary, made.assets, made.notes)

    monkeypatch.setattr(neware, "write", careless)
    convert(CYCLE, "neware")
    with pytest.raises(Inexpressible, match="step 5: count is 4, not 3"):
        convert(CYCLE, "neware", verify=True)


def test_pybamm_strings_and_protocols_are_read_too():
    strings = parse(b"Discharge at 1C until 2.5 V\nRest for 1 hour\n", "experiment.txt")
    assert strings.cycler_type == "PyBaMM"
    assert ucp.load(strings.ucp) == ucp.load("Discharge at 1C until 2.5 V\nRest for 1 hour")
    protocol = parse(CYCLE.encode())
    assert (protocol.cycler_type, protocol.ucp, protocol.raw) == ("UCP", CYCLE, CYCLE)
    assert protocol.human == ucp.explain(CYCLE)
    driven = parse(b"steps: [{A: [{DriveCycle: {profile: US06}}]}]")
    assert driven.required_drive_cycles == ("US06",)
    assert driven.available_drive_cycles == ()


DRIVEN = """
safety_limits: {max_voltage: 4.3, min_voltage: 2.5}
drive_cycles: {City: {"Time [s]": [0, 5, 5, 10], "Current [A]": [1, 1, -0.5, -0.5]}}
steps: [{DriveCycle: {profile: City}}, {Rest: {duration: 60}}]
"""


@pytest.mark.parametrize("target", ["maccor", "arbin", "arbin_sdx"])
def test_a_file_names_the_drive_cycles_that_it_does_not_bring_along(target):
    made = convert(DRIVEN, target, nominal_capacity_ah=2.0)
    beside = next(asset.name for asset in made.files.assets if not asset.name.endswith(".to"))
    parsed = parse(made.files.primary.content)
    (required,) = parsed.required_drive_cycles
    assert required in beside
    assert parsed.available_drive_cycles == ()
    assert any(f"follows {beside}, which is not given" in note for note in parsed.notes)


def test_a_file_names_the_sweep_that_it_does_not_bring_along():
    text = "steps: [{Rest: {duration: 60}}, {EIS: {start_frequency: 1000, end_frequency: 1}}]"
    made = convert(text.replace("1}}]", "1, mode: Voltage}}]"), "maccor")
    (sweep,) = made.files.assets
    notes = parse(made.files.primary.content).notes
    assert any(f"its file {sweep.name} is not given" in note for note in notes)


def test_drive_cycles_that_no_step_follows_are_not_named():
    text = DRIVEN.replace("steps:", '  Hills: {"Time [s]": [0, 9], "Power [W]": [1, 2]}\nsteps:')
    text = text.replace("drive_cycles: {City", "drive_cycles:\n  City").replace("-0.5]}}", "-0.5]}")
    parsed = parse(text.encode())
    assert parsed.required_drive_cycles == parsed.available_drive_cycles == ("City",)


def test_a_file_under_another_suffix_is_read_by_its_content():
    data = convert(CYCLE, "neware").files.primary.content
    parsed = parse(data, "schedule.sdu")
    assert parsed.cycler_type == "Neware"
    assert "The name ends with .sdu, but this is a Neware file." in parsed.notes


def test_a_protocol_that_the_language_refuses_comes_with_its_error():
    data = convert(CYCLE, "neware").files.primary.content
    parsed = parse(data.replace(b'<Stop_Volt Value="25000"', b'<Stop_Volt Value="-500"'))
    assert "must be" in parsed.error
    assert "Voltage < -0.05" in parsed.ucp


HOSTILE = {
    "empty": b"",
    "a word": b"hello",
    "zeros": bytes(1000),
    "noise": bytes(range(256)) * 50,
    "utf-16": "steps: []".encode("utf-16"),
    "nothing but brackets": b"[" * 100_000,
    "xml of nobody": b"<?xml version='1.0'?><a/>",
    "laughs": b"<!DOCTYPE a [<!ENTITY a 'aa'>]><root><config type='Step File'>&a;</config></root>",
    "deep xml": b"<root><config type='Step File'>" + b"<a>" * 100_000,
    "wide xml": b"<root><config type='Step File'>" + b"<a/>" * 400_000 + b"</config></root>",
    "deep yaml": b"steps: " + b"[" * 100_000,
    "long yaml": b"steps:\n" + b"- Rest: {duration: 1}\n" * 60_000,
    "long novonix": b"[Protocol]\n[Open circuit storage]\n" + b"[Storage_time 1 hours]\n" * 90_000,
    "many steps": (
        b"<root><config type='Step File'><Step_Info>"
        + b"".join(
            b"<S Step_ID='%d' Step_Type='4'><Limit><Main><Time Value='1'/></Main></Limit></S>" % k
            for k in range(1, 20_000)
        )
        + b"</Step_Info></config></root>"
    ),
    "50 MB": b"<root><config type='Step File'>" * 1_700_000,
    "50 MB of no text": bytes(50_000_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused_soon(name):
    data = HOSTILE[name]
    begun = time.process_time()
    with pytest.raises(Unreadable) as caught:
        parse(data, "protocol.xml")
    assert time.process_time() - begun < 10
    assert len(str(caught.value)) < 1000


def test_hostile_bytes_take_little_memory():
    tracemalloc.start()
    try:
        for name in ("deep xml", "wide xml", "50 MB"):
            with pytest.raises(Unreadable):
                parse(HOSTILE[name])
        assert tracemalloc.get_traced_memory()[1] < 500e6
    finally:
        tracemalloc.stop()


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.data())
def test_damaged_files_end_in_a_protocol_or_in_a_refusal(data):
    target = data.draw(st.sampled_from(READY))
    content = bytearray(door.convert(CYCLE, target).files.primary.content)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        end = min(len(content), at + data.draw(st.integers(0, 40)))
        content[at:end] = data.draw(st.binary(max_size=8))
    try:
        parsed = parse(bytes(content))
    except Unreadable:
        return
    assert parsed.error or ucp.load(parsed.ucp)


@pytest.mark.parametrize("stem", ["con1", "nulls", "com10", "console", "lpt", "my.nul"])
def test_names_that_are_only_like_devices_are_taken(stem):
    assert convert(CYCLE, "maccor", filename_stem=stem).files.primary.name == f"{stem}.000"


NAMED = """
safety_limits: {max_voltage: 4.3, min_voltage: 2.5}
drive_cycles: {Nul: {"Time [s]": [0, 5, 5, 10], "Current [A]": [1, 1, -0.5, -0.5]}}
steps: [{DriveCycle: {profile: Nul}}]
"""


def test_drive_cycles_named_as_devices_make_no_such_files():
    made = convert(NAMED, "maccor", verify=True)
    assert [asset.name for asset in made.files.assets] == ["wave_Nul.MWF"]
    assert any("'Nul' is wave_Nul.MWF" in note for note in made.notes)
    with pytest.raises(Inexpressible, match="a drive cycle named 'Nul'"):
        convert(NAMED, "arbin")


def test_a_long_text_that_nobody_knows_is_no_file_of_a_cycler():
    """What a protocol may have is no help to someone who sends another file."""
    with pytest.raises(Unreadable, match=r"no file of Maccor, .* that is known") as told:
        parse(b"time,voltage\n" + b"1.0,3.7\n" * 150_000)
    assert "bytes" not in str(told.value)


@pytest.mark.parametrize("target", ["neware", "novonix", "maccor"])
def test_a_drive_cycle_of_the_document_that_no_step_follows_is_left_out(target):
    text = 'drive_cycles: {P: {"Time [s]": [0, 1], "Current [A]": [1, 1]}}\n'
    made = convert(text + "steps: [{Rest: {duration: 60}}]", target, verify=True)
    assert made.files.assets == ()
