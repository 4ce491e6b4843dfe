"""Damaged procedures end in a program or in a refusal with a place, never in anything else."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ionworks_engine.vendors import maccor
from ionworks_engine.vendors.convert import parse
from ionworks_engine.vendors.errors import Inexpressible, Unreadable
from maccor_files import END, MINUTE, end, procedure, report, rest, step

WHOLE = procedure(
    rest(3, "00:00:05", end("Voltage", ">=", "4.3", 2, channel=True)),
    step("Pause"),
    step("Do 1"),
    step(
        "Charge",
        "Current",
        "0.5C",
        limits="<Voltage>4.2</Voltage>",
        ends=[end("Current", "<=", "0.05C", 5), end("Voltage", ">=", "4.3", 2)],
        reports=[MINUTE, report("SetVar", "atEnd: VAR1=2")],
    ),
    step("Chg Func", "Current", "0|VAR1", ends=[end("Amp Hour", ">=", "1.1C", 6)]),
    step("FastWave", value="W"),
    step("FRA", value="S"),
    step("AdvCycle"),
    step("Loop 1", ends=[end("Loop Cnt", "=", "3", 10)]),
    rest(11, "00:10:00", end("Themocpl", ">=", "1/50.0", 1)),
    END,
)
ROW = b"C\tI\t1.5\tV\t4.2\t1\tV\t>=\t4.2\tT\t1\tA\n"
SWEEP = b"[Setup]\nMode=0\n[Sweep]\nAmplitude=5\nInitFreq=1000\nEndFreq=1\nStepPerDec=10\n"
TEXTS = list(re.finditer(rb">([^<>\n]*)<", WHOLE))
WORDS = ["", "0", "999", "-1", "1e999", "9" * 5000, "nan", "VAR1", "0.5C", "::", "1/", "|", "Rest"]
WORDS += ["Loop 1", "Do 1", "End", "Pause", "FRA", "Voltage", "StepTime", "Loop Cnt", "SetVar"]
WORDS += [
    "0|1e999*CRATE*(STIME/3600)",
    "001",
    "003",
    "True",
    "Power",
    "&#x0;",
    '"]',
    "٣",
    "Do",
    "W",
]
words = st.sampled_from(WORDS)


def look(data: bytes, side_files: dict[str, bytes]) -> None:
    with contextlib.suppress(Unreadable, Inexpressible):
        maccor.write(maccor.read(data, side_files), "x")
    with contextlib.suppress(Unreadable):
        parse(data)


def test_the_whole_procedure_is_read_and_written() -> None:
    program = maccor.read(WHOLE, {"W.MWF": ROW, "S.FRA": SWEEP})
    assert len(program.lines) == 12
    assert maccor.write(program, "x").assets


@given(st.lists(st.tuples(st.integers(0, len(TEXTS) - 1), words), min_size=1, max_size=3))
@settings(max_examples=300, deadline=None)
def test_other_words_in_a_procedure(changes: list[tuple[int, str]]) -> None:
    data = WHOLE
    for index, text in sorted(changes, reverse=True):
        start, stop = TEXTS[index].span(1)
        data = data[:start] + text.encode() + data[stop:]
    look(data, {"W.MWF": ROW, "S.FRA": SWEEP})


@given(st.integers(0, len(WHOLE)), st.integers(0, 300), st.binary(max_size=4))
@settings(max_examples=200, deadline=None)
def test_pieces_of_a_procedure(start: int, size: int, other: bytes) -> None:
    look(WHOLE[:start] + other + WHOLE[start + size :], {})


@given(st.integers(0, 100), st.integers(0, 30), words | st.text(max_size=5))
@settings(max_examples=300, deadline=None)
def test_damaged_side_files(start: int, size: int, text: str) -> None:
    def damaged(content: bytes) -> bytes:
        place = start % len(content)
        return content[:place] + text.encode() + content[place + size :]

    look(WHOLE, {"W.MWF": damaged(ROW * 3), "S.FRA": damaged(SWEEP)})


def test_names_of_side_files_are_not_looked_up_as_paths() -> None:
    data = WHOLE.replace(b">W<", b">../../etc/W<")
    assert maccor.read(data, {"sub\\w.mwf": ROW}).missing == ()
    with pytest.raises(Inexpressible):
        maccor.write(maccor.read(data, {}), "x")
