"""Killing workers and engines at random moments of some jobs; of a thousand, it is `kill_jobs`."""

import sys

import pytest

from tests.robustness.kill_jobs import kill_jobs


@pytest.mark.skipif(sys.platform != "linux", reason="finds the workers of an engine in /proc")
def test_every_job_ends_once_whoever_is_killed(tmp_path):
    kills, statuses, problems = kill_jobs(tmp_path, seed=1, count=40)
    assert problems == [], "seed 1"
    assert min(kills["worker"], kills["engine"]) > 0
    assert statuses["completed"] > 20
    assert statuses["failed"] <= 2
