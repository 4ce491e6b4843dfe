"""Signals that vary in time, cut into pieces, and integrals of what flowed."""

from itertools import pairwise

import numpy as np
import pytest
from ionworks_engine.battery.quadrature import positive_integral
from ionworks_engine.battery.signals import TABLE, Course, Sine, sawtooth, square, triangle


def cut(signal, start, end):
    pieces = list(signal.pieces(start, end))
    assert pieces[0].times[0] == pytest.approx(start)
    assert pieces[-1].times[-1] == pytest.approx(end)
    for before, after in pairwise(pieces):
        assert before.times[-1] == pytest.approx(after.times[0])
    for piece in pieces:
        assert (np.diff(piece.times) > 0).all()
        assert 2 <= piece.times.size <= TABLE + 1
    return pieces


def values_at(pieces, times):
    found = []
    for time in times:
        (piece,) = [p for p in pieces if p.times[0] < time < p.times[-1]]
        sine = piece.amplitude * np.sin(2 * np.pi * piece.frequency * time)
        found.append(np.interp(time, piece.times, piece.values) + sine)
    return np.array(found)


def test_a_course_is_cut_at_jumps_and_where_the_table_is_full():
    times = np.concatenate([np.arange(200.0), [199.0, 300.0]])
    values = np.sin(times)
    values[200] = 5.0
    pieces = cut(Course(times, values), 0, 300)
    assert [piece.times.size - 1 for piece in pieces] == [64, 64, 64, 7, 1]
    assert pieces[-1].values[0] == 5.0


@pytest.mark.parametrize("start", [0.0, 3.2, 7.0, 10.0, 17.5, 23.0])
def test_a_course_may_be_begun_anywhere_and_goes_round(start):
    course = Course(np.array([0.0, 4.0, 4.0, 7.0, 10.0]), np.array([0.0, 4.0, -1.0, -1.0, 2.0]))
    pieces = cut(course, start, 29.5)
    times = np.linspace(start, 29.5, 101)[1:-1] + 1e-4
    phase = times % 10
    expected = np.where(phase < 4, phase, np.interp(phase, [4.0, 7.0, 10.0], [-1.0, -1.0, 2.0]))
    assert values_at(pieces, times) == pytest.approx(expected, abs=1e-9)


def test_a_jump_at_the_begin_and_at_the_end_are_none():
    course = Course(np.array([0.0, 0.0, 5.0, 5.0]), np.array([9.0, 1.0, 1.0, 7.0]))
    (first, second) = cut(course, 0, 10)
    assert first.values.tolist() == second.values.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("start", [0.0, 0.3, 2.0])
def test_a_sine_halts_at_its_extremes(start):
    pieces = cut(Sine(1.0, 2.0, 0.5), start, 100.0)
    kinks = np.concatenate([piece.times for piece in pieces])
    extremes = np.arange(0.5, 100, 1.0)
    for extreme in extremes[extremes >= start]:
        assert np.abs(kinks - extreme).min() < 1e-9
    times = np.linspace(start, 100, 77)[1:-1] + 1e-5
    assert values_at(pieces, times) == pytest.approx(1 + 2 * np.sin(np.pi * times))


@pytest.mark.parametrize(
    ("make", "quarters"),
    [
        (square, [1, 1, -1, -1]),
        (triangle, [0.5, 0.5, -0.5, -0.5]),
        (sawtooth, [0.25, 0.75, -0.75, -0.25]),
    ],
)
def test_waves_have_the_values_of_their_eighths(make, quarters):
    pieces = cut(make(10.0, 2.0, 0.25), 0, 8)
    found = values_at(pieces, np.array([0.5, 1.5, 2.5, 3.5]))
    assert found == pytest.approx(10 + 2 * np.array(quarters))


def test_the_positive_part_is_integrated_exactly():
    first, last = np.array([1.0, -1.0, 2.0, -2.0, 0.0]), np.array([3.0, -3.0, -2.0, 6.0, 0.0])
    middle, widths = 0.5 * (first + last), np.full(5, 2.0)
    expected = [4.0, 0.0, 1.0, 4.5, 0.0]
    assert positive_integral(first, middle, last, widths) == pytest.approx(expected)
    assert positive_integral(-first, -middle, -last, widths) == pytest.approx(
        np.array(expected) - (first + last)
    )


def test_smooth_curves_are_integrated_as_simpson_does():
    x = np.linspace(0, 1, 3)[:, None]
    f = 1 + x - 3 * x**2 + 2 * x**3
    assert positive_integral(*f, np.ones(1)) == pytest.approx(1 + 1 / 2 - 1 + 1 / 2)
