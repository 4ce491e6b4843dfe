"""Write what a whole run measured to ``RESULTS.md``: the slowest ratio first."""

import os
import platform
import re
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from benchmarks.timing import Figure

RESULTS = Path(__file__).with_name("RESULTS.md")
ENVIRONMENTS = Path(__file__).parents[1] / ".venv-interop"
LIBRARIES = ("pybamm", "casadi", "scipy", "numpy", "polars", "httpx", "starlette", "sqlalchemy")
OTHERS = {"0.38.0": "ionworks-api", "pybop": "pybop"}

HEAD = """# Benchmarks

Made by `make bench`; one run, on one machine, with nothing else to do. Each line is the time
of the same work twice, ours and a reference measured in the same run: the ratio is what counts,
below 1 we are quicker. The slowest ratio comes first.
"""


def write(figures: Iterable[Figure], modules: Sequence[ModuleType]) -> Path:
    """Write the page; return where."""
    slowest_first = sorted(figures, key=lambda figure: -figure.ratio)
    rows = [
        "| work | ours | reference | its time | ratio | target |",
        "| --- | ---: | --- | ---: | ---: | --- |",
        *map(_row, slowest_first),
    ]
    method = [f"- `{_name(module)}`: {_first_line(module)}" for module in modules]
    sections = [
        HEAD,
        "\n".join(rows),
        "## Machine and versions\n\n" + "\n".join(f"- {line}" for line in _machine()),
        "## Method\n\n" + "\n".join(method),
    ]
    RESULTS.write_text("\n\n".join(part.strip() for part in sections) + "\n")
    return RESULTS


def _row(figure: Figure) -> str:
    ratio = f"{figure.ratio:.3f}" if figure.ratio >= 0.1 else f"{figure.ratio:.2g}"
    cells = (
        figure.what,
        _duration(figure.ours),
        figure.reference,
        _duration(figure.theirs),
        ratio,
        figure.target,
    )
    return f"| {' | '.join(cells)} |"


def _duration(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.3g} s"
    return f"{1e3 * seconds:.3g} ms" if seconds >= 1e-3 else f"{1e6 * seconds:.3g} us"


def _machine() -> Iterable[str]:
    yield f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({_processor()}), {_memory()}"
    yield f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    yield ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    yield "beside it: " + ", ".join(map(_installed, OTHERS))


def _processor() -> str:
    named = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return named[1] if named else "unnamed"


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB of memory"


def _installed(environment: str) -> str:
    """Name what the environment of another client holds, and its version."""
    package = OTHERS[environment]
    code = f"from importlib.metadata import version; print(version({package!r}))"
    python = ENVIRONMENTS / environment / "bin/python"
    asked = [python, "-I", "-c", code]
    done = subprocess.run(asked, check=True, capture_output=True, text=True)
    return f"{package} {done.stdout.strip()}"


def _name(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def _first_line(module: ModuleType) -> str:
    return (module.__doc__ or "").strip().splitlines()[0]
