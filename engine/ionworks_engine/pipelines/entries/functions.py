"""All named entries: name to function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ionworks_engine.pipelines.entries import arrhenius, constants, defaults, electrolyte, piecewise

#: Functions of the entry's arguments.
FUNCTIONS: Mapping[str, Callable[..., dict[str, Any]]] = {
    **arrhenius.FUNCTIONS,
    **constants.FUNCTIONS,
    **defaults.FUNCTIONS,
    **electrolyte.FUNCTIONS,
    **piecewise.FUNCTIONS,
}
#: Functions of the values given before, and the entry's arguments.
DEPENDENT: Mapping[str, Callable[..., dict[str, Any]]] = {
    **arrhenius.DEPENDENT,
    **constants.DEPENDENT,
    **defaults.DEPENDENT,
}
