"""Build the distribution, and install it into an environment that holds nothing else."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORE = ROOT / "requirements/core.txt"
EVERYTHING = ROOT / "requirements/dev.txt"
_PIP = ("-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-deps")


def build(folder, source=ROOT):
    """Build sdist and wheel of ``source`` into ``folder``; return their paths."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", folder]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    return next(folder.glob("*.tar.gz")), next(folder.glob("*.whl"))


def install(folder, wheel, python=sys.executable, requirements=CORE):
    """Make an environment of a wheel and pinned requirements; return its ``bin``."""
    subprocess.run([python, "-m", "venv", folder], check=True)
    inside = folder / "bin/python"
    pinned = [inside, *_PIP, "--require-hashes", "-r", requirements]
    subprocess.run(pinned, check=True, stderr=subprocess.DEVNULL)
    subprocess.run([inside, *_PIP, wheel], check=True)
    return folder / "bin"


def run(command, **options):
    """Run a program to its end; return what it printed."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout
