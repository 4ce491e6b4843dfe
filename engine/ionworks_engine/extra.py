"""What the engine needs beside the client: the packages of the extra ``engine``."""

from __future__ import annotations

from importlib.util import find_spec

MODULES = (
    "ionworksdata",
    "jinja2",
    "jsonschema_rs",
    "markdown_it",
    "pint",
    "pyarrow",
    "pybamm",
    "python_multipart",
    "sqlalchemy",
    "starlette",
    "uvicorn",
)
"""By the names that they are imported by; a test holds them to those of the extra."""


def require() -> None:
    """Look whether all packages of the extra are installed; none is imported.

    Raises
    ------
    ModuleNotFoundError
        Naming what is missing, and how to install it.

    Examples
    --------
    >>> require()
    """
    missing = [name for name in MODULES if find_spec(name) is None]
    if missing:
        raise ModuleNotFoundError(
            f"the local engine needs {', '.join(missing)}: pip install 'ionworks-api[engine]'",
            name=missing[0],
        )
