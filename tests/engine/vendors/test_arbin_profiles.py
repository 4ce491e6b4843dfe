"""Drive cycles as files of rows: what is written is read as the same function of time."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ionworks_engine.vendors.arbin_profiles import Run, read, run_of, simplified, write
from ionworks_engine.vendors.errors import Unreadable

from ionworks.ucp.tree import Position, Profile


def profile(times, values):
    return Profile(
        "P", "Current", tuple(map(float, times)), tuple(map(float, values)), Position("")
    )


@settings(max_examples=300, deadline=None)
@given(
    gaps=st.lists(st.sampled_from([0, 0.5, 1, 2.5, 7]), min_size=1, max_size=8),
    values=st.lists(st.integers(-40, 40), min_size=9, max_size=9),
    scale=st.sampled_from([1, -2, 0.25]),
    repeat=st.integers(1, 3),
)
def test_rows_are_read_as_the_profile_they_were_written_from(gaps, values, scale, repeat):
    times = [0.0]
    for gap in gaps:
        times.append(times[-1] + gap)
    assume(times[-1] > 0 and all(a < c for a, c in zip(times, times[2:], strict=False)))
    given_ = simplified(profile(times, [value / 10 for value in values[: len(times)]]))
    assume(times[-1] != times[-2])
    run = Run("P", scale, repeat)
    found = read(write(given_, run), run_of(run.filename), run.filename)
    assert found.times == pytest.approx(given_.times, abs=1e-9)
    assert found.values == pytest.approx(given_.values, abs=1e-9)


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "no rows"), (b"1 2 3\n", "no pair"), (b"1\tx\n", "no pair"), (b"2\t1\n1\t1\n", "rise")],
)
def test_rows_that_are_none_are_refused(data, words):
    with pytest.raises(Unreadable, match=words):
        read(data, Run("P"), "P.txt")


def test_a_name_tells_scale_and_repeat_or_nothing():
    assert run_of("A--scale-0.5--repeat3.txt") == Run("A", -0.5, 3)
    assert run_of("A--scalex.TXT").profile == "A--scalex.TXT"
