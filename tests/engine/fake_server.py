"""``serve`` with the tasks of ``fake_tasks`` and short leases, for tests of several servers.

python tests/engine/fake_server.py LEASE --port ... --data ...
"""

import functools
import sys
from pathlib import Path

if __name__ == "__main__":
    from ionworks_engine import app, server
    from ionworks_engine.jobs import executors

    app.Jobs = functools.partial(app.Jobs, lease=float(sys.argv[1]))
    executors.ProcessExecutor = functools.partial(
        executors.ProcessExecutor, tasks="fake_tasks", search_path=[Path(__file__).parent]
    )
    sys.exit(server.main(["serve", *sys.argv[2:]]))
