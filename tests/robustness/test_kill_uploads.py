"""A few rounds of killing the engine while it takes uploads; the many are `kill_uploads`."""

from tests.robustness.kill_uploads import kill
from tests.robustness.upload_scenarios import KINDS


def test_a_killed_engine_loses_nothing_and_leaves_nothing_behind():
    seen = kill(len(KINDS), seed=1)
    outcomes = {what: times for what, times in seen.items() if isinstance(what, tuple)}
    assert sum(outcomes.values()) == len(KINDS)
