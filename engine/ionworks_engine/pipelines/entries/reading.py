"""The arguments of a named entry."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ionworks_engine.pipelines.entries.calls import STOICHIOMETRY, call_of
from ionworks_engine.pipelines.entries.catalogue import ENTRIES, problems
from ionworks_engine.pipelines.errors import refuse

if TYPE_CHECKING:
    from ionworks_engine.pipelines.context import Context

_DILUTE = 10.0  # mol/m3
_COMPLETE = 1e-3


def arguments(element: Mapping[str, Any], context: Context) -> tuple[str, dict[str, Any]]:
    """Return the name of an entry's function and its arguments, defaults filled in.

    Raises
    ------
    PipelineError
        For an unknown name or argument, or a wrong value.
    """
    for path, message in problems(element):
        raise refuse(context.place(path), message)
    name = element["name"]
    wanted = ENTRIES[name]
    given: dict[str, Any] = {key: element[key] for key in wanted.required}
    for key, default in wanted.defaults:
        value = element.get(key)
        given[key] = default if value is None else value
    return name, given


def assumptions(given: Mapping[str, Any]) -> Iterator[str]:
    """Yield what arguments leave to be assumed, as sentences."""
    if given.get("c_e", math.inf) < _DILUTE:
        yield f"'c_e' was taken as {given['c_e']:g} mol/m3; electrolytes hold about 1000 mol/m3."
    base = given.get("base_parameter_name")
    call = call_of(base) if base else None
    for key in ("breakpoint", "breakpoint1", "breakpoint2"):
        variable = given.get(f"{key}_parameter_name")
        if call is None or variable is None or call.meant(variable) != STOICHIOMETRY:
            continue
        if STOICHIOMETRY not in variable.casefold():
            yield f"{variable!r} was taken as the particles' stoichiometry."
        low, *_, high = given[f"{key}_values"]
        if low > _COMPLETE or high < 1 - _COMPLETE:
            yield (
                f"{base!r} goes on along its outer lines below the stoichiometry {low:g} and above "
                f"{high:g}, below 0 if they lead there."
            )
