"""The command ``ionworks``: simulations, protocols, cell data and fits from a shell.

::

    ionworks simulate protocol.yaml --model "Chen2020 SPMe" --plot out.png
    ionworks models list --json

Data go to the standard output, all else to the standard error. The exit code tells scripts what
happened; see `ionworks.cli.failures.ExitCode`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        What is typed after ``ionworks``; without it, that of this process.

    Returns
    -------
    int
        The exit code.

    Examples
    --------
    >>> from ionworks.cli import main
    >>> main(["--version"])
    ionworks ...
    0
    """
    from ionworks.cli.running import run

    return run(list(sys.argv[1:] if arguments is None else arguments))
