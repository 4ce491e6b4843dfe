"""``python -m ionworks_engine serve``: the engine as a server of its own."""

from __future__ import annotations

import sys

from ionworks_engine import extra


def main() -> int:
    """Run the command line, if all that it needs is installed; return the exit code."""
    try:
        extra.require()
    except ModuleNotFoundError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        return 1
    from ionworks_engine import server

    return server.main()


if __name__ == "__main__":
    sys.exit(main())
