"""What was changed by hand in one of PyBaMM's own models, which its configuration would not tell.

A model of PyBaMM's own is sent as its name and its options, with the variables that were added or
removed and the events if there are others. An equation that was replaced would be lost on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["alterations"]

_EQUATIONS = ("rhs", "algebraic", "initial_conditions", "boundary_conditions")


def alterations(model: Any, config: Mapping[str, Any]) -> list[str]:
    """Return which parts of a model are neither as PyBaMM makes them nor in its configuration.

    Parameters
    ----------
    model
        A model of PyBaMM.
    config
        What its ``to_config()`` returned.

    Returns
    -------
    list of str
        Names of parts, such as ``rhs``; none for a model that is written down whole.

    Examples
    --------
    >>> import pybamm
    >>> from ionworks.alterations import alterations
    >>> model = pybamm.lithium_ion.SPM()
    >>> model.variables["Voltage [V]"] = 2 * model.variables["Voltage [V]"]
    >>> alterations(model, model.to_config())
    ["variables['Voltage [V]']"]
    """
    if config.get("type") == "custom":
        return []
    options = config.get("options")
    fresh = type(model)(options=dict(options)) if options else type(model)()
    changed = [part for part in _EQUATIONS if _equations(model, part) != _equations(fresh, part)]
    if "events" not in config and _events(model) != _events(fresh):
        changed.append("events")
    return changed + [
        f"variables[{name!r}]"
        for name, variable in fresh.variables.items()
        if name in model.variables and model.variables[name].id != variable.id
    ]


def _equations(model: Any, part: str) -> dict[int, Any]:
    return {left.id: _identity(right) for left, right in getattr(model, part).items()}


def _identity(right: Any) -> Any:
    if isinstance(right, Mapping):  # the condition and its kind on either side
        return {side: (value.id, kind) for side, (value, kind) in right.items()}
    return right.id


def _events(model: Any) -> list[tuple[str, int]]:
    return [(event.name, event.expression.id) for event in model.events]
