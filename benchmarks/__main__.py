"""``python -m benchmarks``: all of them, into RESULTS.md; or those named, printed only."""

import sys
from importlib import import_module

from benchmarks.results import write
from benchmarks.timing import FIGURES

ALL = ("import_time", "calls", "battery", "language", "data", "fits", "sweep", "growing")


def main(named: list[str]) -> None:
    modules = [import_module(f"benchmarks.{name}") for name in named or ALL]
    for module in modules:
        module.main()
    if not named:
        print(f"written to {write(FIGURES, modules)}")


if __name__ == "__main__":  # workers that are spawned read this file, too
    main(sys.argv[1:])
