"""The command ``ionworks``."""


def main() -> None:
    """Run the command line."""
    raise SystemExit("ionworks: the command line is being built")
