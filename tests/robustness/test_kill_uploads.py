"""Killing the engine at every point of an upload once; many more times, it is `kill_uploads`."""

from tests.robustness.dying_engine import POINTS, WORKER
from tests.robustness.kill_uploads import kill

STAYS = {*WORKER, "after filled", "after confirmation answered"}
"""Where the client repeats what it asked; elsewhere it goes, too, and leaves what it had sent."""


def test_an_engine_killed_at_any_point_loses_nothing_and_leaves_nothing_behind():
    seen = kill(0, seed=1, points=[(point, point in STAYS) for point in POINTS])
    assert {point: seen[point] for point in POINTS} == dict.fromkeys(POINTS, 1)
    # What was confirmed is there, what was not is not, whoever dies.
    assert seen["Series", "absent"] > 5
    assert seen["Series", "whole"] > 5
