"""The one exception that leaves the battery core, and near names for its messages."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

CONFIGURATION_ERROR = "CONFIGURATION_ERROR"
SOLVER_ERROR = "SOLVER_ERROR"
EXECUTION_TIMEOUT = "EXECUTION_TIMEOUT"


class BatteryError(Exception):
    """A request that cannot be run as it stands.

    Parameters
    ----------
    code
        Machine-readable, ``CONFIGURATION_ERROR`` for refusals.
    message
        What was wrong, where, and what would be right.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def refuse(message: str) -> BatteryError:
    """Make the error of a request that is wrong before anything runs."""
    return BatteryError(CONFIGURATION_ERROR, message)


def near(name: str, known: Iterable[str]) -> str:
    """Say which known names are near a misspelt one, as the end of a message."""
    choices = sorted(known)
    folded = {choice.casefold(): choice for choice in reversed(choices)}
    matches = get_close_matches(str(name).casefold(), list(folded), n=3, cutoff=0.5)
    if matches:
        return "; did you mean " + " or ".join(repr(folded[match]) for match in matches) + "?"
    if 0 < len(choices) <= 12:
        return "; known: " + ", ".join(map(repr, choices))
    return ""


def words_of(error: Exception) -> str:
    """Return PyBaMM's own words on one line; of a missing parameter, just its name."""
    text = " ".join(str(error.args[0] if error.args else error).split())
    missing = re.search(r"[Pp]arameter '([^']+)' not found", text)
    if missing:
        return f"the parameters lack {missing[1]!r}, which the model needs"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def finite_number(name: str, value: Any) -> float:
    """Return a value as float, or refuse it by name if it is no finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise refuse(f"{name} must be a number, not {value!r}")
    if not math.isfinite(value):
        raise refuse(f"{name} must be a finite number, not {value!r}")
    return float(value)


def finite_numbers(what: str, values: Mapping[str, Any]) -> dict[str, float]:
    """Return every value of a mapping as float, or refuse the first wrong one by name."""
    return {name: finite_number(f"{what} {name!r}", value) for name, value in values.items()}
