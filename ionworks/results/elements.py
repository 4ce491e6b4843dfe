"""What the elements of a pipeline found, as objects: values of PyBaMM, results of the schema."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["native_values", "typed"]

_TREES = ("pybamm.expression_tree.",)
_PLAIN = frozenset({"numpy.ndarray", "builtins.float", "builtins.tuple", "builtins.slice"})
_ANY_RESULT = "element_result"


def native_values(values: Mapping[str, Any], where: str = "parameter_values") -> dict[str, Any]:
    """Return parameter values as PyBaMM takes them: numbers, and functions rebuilt.

    Parameters
    ----------
    values
        Values by name, as they come over the wire.
    where
        What they are of, to name it in a refusal.

    Returns
    -------
    dict
        For ``pybamm.ParameterValues``. PyBaMM is needed only if there are functions among them.

    Raises
    ------
    ModuleNotFoundError
        If there are functions among them and PyBaMM is not installed.
    ValueError
        If a function is made of anything but PyBaMM's expressions.

    Examples
    --------
    >>> native_values({"Negative particle diffusivity [m2.s-1]": 3.3e-14})
    {'Negative particle diffusivity [m2.s-1]': 3.3e-14}
    """
    plain = {name: value for name, value in values.items() if not isinstance(value, Mapping)}
    trees = {name: value for name, value in values.items() if isinstance(value, Mapping)}
    if not trees:
        return plain
    for name, tree in trees.items():
        for kind in _kinds(tree):
            if kind not in _PLAIN and not kind.startswith(_TREES):
                raise ValueError(
                    f"{where}[{name!r}] names {kind!r}, which is no expression of PyBaMM"
                )
    try:
        import pybamm
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{where} holds functions ({', '.join(map(repr, trees))}); to rebuild them PyBaMM is "
            "needed: pip install 'ionworks-api[engine]'",
            name=error.name,
        ) from None
    rebuilt = pybamm.ParameterValues.from_json(dict(trees))
    return {name: plain.get(name, rebuilt.get(name)) for name in values}


def _kinds(node: Any) -> Iterator[str]:
    """Yield every class that a tree names."""
    if isinstance(node, Mapping):
        if "$type" in node:
            yield str(node["$type"])
        for item in node.values():
            yield from _kinds(item)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _kinds(item)


def typed(
    name: str, found: Mapping[str, Any], fetchers: Mapping[str, Callable[[], Any]] | None = None
) -> Any:
    """Return what an element found as the schema's own result class for it.

    Parameters
    ----------
    name
        Of the element.
    found
        What it found, as it comes over the wire.
    fetchers
        How to get what is fetched on first use: ``overlay``, ``trace``, ``posterior``, ``series``.

    Returns
    -------
    ionworks_schema.results.BaseResults
        Or the class of it that ``type`` names; one of a type that this schema does not know has its
        ``parameter_values`` only.

    Raises
    ------
    ModuleNotFoundError
        If ``ionworks_schema`` is not installed.
    ValueError
        If what was found does not fit its type.
    """
    schema = _schema()
    result = dict(found)
    result["parameter_values"] = native_values(found.get("parameter_values") or {}, name)
    if result.get("type") not in _known(schema):
        result["type"] = _ANY_RESULT
    try:
        made = schema.from_config(result)
    except (TypeError, ValueError, KeyError) as error:
        kind = result["type"]
        raise ValueError(f"what element {name!r} found is no {kind}: {error}") from error
    if fetchers and not _is_finished_without_data(made):
        made.attach_source(dict(fetchers))
    return made


def _known(schema: Any) -> set[str]:
    kinds = (kind for kind in vars(schema.results).values() if isinstance(kind, type))
    return {str(vars(kind)["type"]) for kind in kinds if "type" in vars(kind)}


def _is_finished_without_data(made: Any) -> bool:
    """Whether this is an entry or a calculation, which compares nothing with data."""
    return bool(made.type == "PassthroughResult")


def _schema() -> Any:
    try:
        import ionworks_schema
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "typed results need ionworks-schema: pip install 'ionworks-api[schema]'; "
            "what was found is in element_results as well",
            name=error.name,
        ) from None
    return ionworks_schema


def shown_cost(found: Mapping[str, Any]) -> str:
    """Return the cost of a fit in a few digits, or nothing."""
    cost = found.get("cost")
    if isinstance(cost, int | float) and math.isfinite(cost):
        return f"{cost:.4g}"
    return ""
