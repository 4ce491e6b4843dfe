"""``python -m tests.postgres [arguments of pytest]``: the engine's tests, with PostgreSQL."""

import os
import subprocess
import sys
import time

from tests.postgres.server import running

_SETTLED = 11.0
"""Seconds after which engines take a database for one that was not restarted under others."""

with running() as server:
    time.sleep(_SETTLED)
    arguments = sys.argv[1:] or ["tests/engine"]
    environment = {**os.environ, "IONWORKS_TEST_DATABASE": server.url}
    sys.exit(subprocess.call([sys.executable, "-m", "pytest", *arguments], env=environment))
