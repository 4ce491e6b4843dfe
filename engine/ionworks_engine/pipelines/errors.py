"""The exceptions that leave the pipelines' core."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterable
from typing import Any

from ionworks_engine.battery.errors import (
    CONFIGURATION_ERROR,
    SOLVER_ERROR,
    BatteryError,
    near,
    words_of,
)

__all__ = [
    "CONFIGURATION_ERROR",
    "SOLVER_ERROR",
    "MissingParametersError",
    "PipelineError",
    "missing_parameter",
    "near",
    "refuse",
    "shown",
    "words_of",
]


class PipelineError(BatteryError):
    """An element that cannot be run as it stands.

    Parameters
    ----------
    code
        Machine-readable: ``CONFIGURATION_ERROR`` for what the configuration says,
        ``SOLVER_ERROR`` for what a solver could not do.
    message
        What was wrong, and what would be right.
    where
        Key path of the place it was wrong at, which the message begins with; may be empty.

    Examples
    --------
    >>> error = PipelineError(CONFIGURATION_ERROR, "must be a number", "elements.fit.cost")
    >>> error.message
    'elements.fit.cost: must be a number'
    """

    def __init__(self, code: str, message: str, where: str = "") -> None:
        super().__init__(code, f"{where}: {message}" if where else message)
        self.where = where
        self.what = message


class MissingParametersError(PipelineError):
    """Parameters that an element needs and nothing before it gave.

    Parameters
    ----------
    names
        All that are missing.
    what
        Who needs them, as the beginning of a sentence.

    Examples
    --------
    >>> print(MissingParametersError(["a [m]", "b [V]"], "ElectrodeCapacity"))
    ElectrodeCapacity lacks 2 parameters: 'a [m]', 'b [V]'; give them in an entry before it
    """

    def __init__(self, names: Iterable[str], what: str) -> None:
        self.names = tuple(dict.fromkeys(names))
        many = len(self.names) > 1
        count = f"{len(self.names)} parameters: " if many else "the parameter "
        listed = ", ".join(map(repr, self.names))
        them = "them" if many else "it"
        message = f"{what} lacks {count}{listed}; give {them} in an entry before it"
        super().__init__(CONFIGURATION_ERROR, message)


def refuse(where: str, message: str) -> PipelineError:
    """Make the error of a configuration that is wrong at a place.

    Parameters
    ----------
    where
        Key path, such as ``elements.fit.objectives.voltage.data``; may be empty.
    message
        What is wrong there, and what would be right.
    """
    return PipelineError(CONFIGURATION_ERROR, message, where)


def missing_parameter(error: KeyError) -> str | None:
    """Return the parameter that PyBaMM says it did not find; ``None`` if it says something else."""
    found = re.search(r"[Pp]arameter '([^']+)' not found", str(error.args[0] if error.args else ""))
    return found[1] if found else None


def shown(value: Any) -> str:
    """Return a stranger's value as a message quotes it: short, however long or deep it is.

    Examples
    --------
    >>> shown([1.5] * 1000), shown({"a": {"b": {}}})
    ('[1.5, 1.5, 1.5, ...]', "{'a': {...}}")
    """
    return _SHORT.repr(value)


_SHORT = reprlib.Repr()
_SHORT.maxlevel, _SHORT.maxlist, _SHORT.maxdict, _SHORT.maxstring = 1, 3, 3, 60
