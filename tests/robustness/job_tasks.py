"""Runs that take a moment and say so in a log: what workers do while they are being killed.

Run as a program it is the engine, whose workers run these tasks:

    python tests/robustness/job_tasks.py serve ...
"""

import os
import sys
import time
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
LOG = "JOB_TASKS_LOG"
LONGEST = 0.08


def simulate(request):
    """Write down that a run begins, take a moment, and give the run's number back."""
    from fake_tasks import parquet

    number = request["inputs"]["Job"]
    with Path(os.environ[LOG]).open("a") as log:
        log.write(f"{number}\n")
    time.sleep(Random(number).uniform(0, LONGEST))
    time_series = parquet({"Time [s]": [0.0, 1.0], "Voltage [V]": [4.0, float(number)]})
    return {"metrics": {"Job": number}, "error": None}, [time_series, parquet({"Step count": [0]})]


def describe(request):
    from fake_tasks import describe

    return describe(request)


TASKS = {"simulate": simulate, "describe": describe}
BOUNDED = frozenset()


def main():
    from ionworks_engine import server
    from ionworks_engine.jobs.processes import ProcessExecutor

    defaults = ProcessExecutor.__init__.__kwdefaults__
    defaults["tasks"] = Path(__file__).stem
    defaults["search_path"] = [HERE, HERE.parent / "engine"]
    sys.exit(server.main(sys.argv[1:]))


if __name__ == "__main__":
    main()
