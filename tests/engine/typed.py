"""Commands as they are typed: run in this process, in one of their own, on a pseudo terminal."""

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
import uuid
from contextlib import contextmanager
from pathlib import Path

from ionworks import Ionworks
from ionworks.cli import main

PROTOCOLS = Path(__file__).parents[2] / "examples/protocols"
INPUTS = str(PROTOCOLS / "inputs.yaml")
ONE_C = ["--set", "C-rate=1", "--set", "Initial SOC=1", "--set", "Depth of discharge=0.5"]
SPM = ["--model", "Chen2020 SPM"]
THICKNESS = "Positive electrode thickness [m]"
PROGRAM = [sys.executable, "-c", "import sys; from ionworks.cli import main; sys.exit(main())"]
_SIZE = ("COLUMNS", "LINES")
ENDLESS = """
steps:
  - Cycle:
      repeat: 3000
      steps:
        - Discharge: {mode: C-rate, value: 1, ends: [Voltage < %s]}
        - Charge: {mode: C-rate, value: 1, ends: [Voltage > 4.1]}
"""


def nothing_set_up(monkeypatch, folder):
    """Let there be a user with nothing set up, in a folder of their own."""
    for name in [name for name in os.environ if name.startswith("IONWORKS_")]:
        monkeypatch.delenv(name)
    for kind in ("CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(folder / kind.lower()))
    monkeypatch.chdir(folder)


@contextmanager
def project_of_ones_own(url):
    """Yield the id of a new project on an engine that others use as well."""
    with Ionworks("any", url) as client:
        project = client.project.create({"name": f"Typed {uuid.uuid4()}"})
    yield project.id


def working_at(monkeypatch, folder, url, project):
    """Let there be a user whose commands work at a server of this machine, in a project."""
    nothing_set_up(monkeypatch, folder)
    monkeypatch.setenv("IONWORKS_API_URL", url)
    monkeypatch.setenv("IONWORKS_PROJECT_ID", project)


def ran(capsys, *arguments):
    """Run a command in this process; return its exit code, output and complaints."""
    code = main(arguments)
    seen = capsys.readouterr()
    return code, seen.out, seen.err


def asked(capsys, *arguments):
    """Return what a command answers as JSON."""
    code, out, err = ran(capsys, *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


def completed(line):
    """Return what bash is offered at the end of a line."""
    told = {
        "_IONWORKS_COMPLETE": "complete_bash",
        "COMP_WORDS": f"ionworks {line}",
        "COMP_CWORD": str(len(line.split())),
    }
    seen = subprocess.run(
        PROGRAM, env={**os.environ, **told}, capture_output=True, text=True, check=True, timeout=60
    )
    return seen.stdout.splitlines()


@contextmanager
def on_a_terminal(arguments, columns=200):
    """Run the program on a pseudo terminal; yield the process and what reads its screen."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    # Of its own: readline may have told this process's children of another size.
    environ = {name: value for name, value in os.environ.items() if name not in _SIZE}
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environ,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield process, lambda until=None: _screen(ours, process, until)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _screen(terminal, process, until=None, seconds=60):
    """Return what is written until the process ends, or until a text was written."""
    give_up, seen = time.monotonic() + seconds, b""
    while time.monotonic() < give_up and (until is None or until.encode() not in seen):
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                seen += os.read(terminal, 65536)
            except OSError:  # the last one on the other side has left
                break
        elif process.poll() is not None:
            break
    return seen.decode()
