"""Import, and import plus construction, against the platform's public client."""

import subprocess
import sys
from pathlib import Path

from benchmarks.timing import best, report

ROOT = Path(__file__).parents[1]
PUBLIC = ROOT / ".venv-interop/0.38.0/bin/python"
IMPORT = "import ionworks"
CONSTRUCT = "import ionworks; ionworks.Ionworks('key', 'https://example.invalid')"


def cost(python: str | Path, code: str) -> float:
    """Time of ``code`` in a fresh interpreter, without the start of the interpreter [s]."""

    def run(text: str) -> None:
        subprocess.run([python, "-I", "-c", text], check=True, cwd=ROOT)

    return best(lambda: run(code), 7) - best(lambda: run("pass"), 7)


def main() -> None:
    theirs = cost(PUBLIC, IMPORT)
    report("import ionworks", cost(sys.executable, IMPORT), "public 0.38.0", theirs, "< 0.1")
    theirs = cost(PUBLIC, CONSTRUCT)
    ours = cost(sys.executable, CONSTRUCT)
    report("import and construct", ours, "public 0.38.0", theirs, "< 0.2")


if __name__ == "__main__":
    main()
