"""``python -m benchmarks``: all of them, or those named."""

import sys
from importlib import import_module

ALL = ("import_time", "calls", "battery", "language", "data", "fits", "sweep")

for name in sys.argv[1:] or ALL:
    import_module(f"benchmarks.{name}").main()
