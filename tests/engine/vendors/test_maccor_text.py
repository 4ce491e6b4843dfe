"""Numbers, times and words of a procedure."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ionworks_engine.vendors import maccor_text as text


@given(st.floats(1e-9, 1e12))
def test_numbers_are_read_as_they_were_meant(value: float) -> None:
    found = text.value(text.number(value))
    assert found is not None
    assert math.isclose(found[0], value, rel_tol=1e-8)
    assert not found[1]


@given(st.integers(1, 359_999_9999))
def test_times_are_read_as_they_were_meant(parts: int) -> None:
    time = parts / 10_000
    spelt = text.clock(time)
    assert spelt is not None
    assert text.seconds(spelt) == pytest.approx(time, rel=1e-12)


@pytest.mark.parametrize(
    ("seconds", "spelt"),
    [(1, "00:00:01"), (79_200, "22:00:00"), (0.01, "::.01"), (0.5, "::.5"), (61.25, "00:01:01.25")],
)
def test_times_look_as_in_public_procedures(seconds: float, spelt: str) -> None:
    assert text.clock(seconds) == spelt


@pytest.mark.parametrize("seconds", [0, -1, 1e-5, 360_000])
def test_times_that_no_public_procedure_has_are_not_spelt(seconds: float) -> None:
    assert text.clock(seconds) is None


@pytest.mark.parametrize("wrong", ["", "10", "1:2", "a:b:c", "::.", "1:2:3:4"])
def test_what_is_no_time_is_not_read(wrong: str) -> None:
    assert text.seconds(wrong) is None


@pytest.mark.parametrize("wrong", ["", "C", "--1", "nan", "1e", "0x1", "1.0 C", "1,5"])
def test_what_is_no_number_is_not_read(wrong: str) -> None:
    assert text.value(wrong) is None


def test_names_of_ramps_and_their_formulas_belong_together() -> None:
    assert text.ramp(text.ramp_formula(0.25)) == 0.25
    assert text.named_ramp(text.ramp_name(0.25)) == 0.25
    assert text.named_ramp("US06") is None
