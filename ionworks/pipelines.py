"""What pipelines are asked for with: a configuration becomes the body of a request.

A configuration is a mapping, or an object with a ``to_config()`` such as ``iws.Pipeline``. A
mapping is sent as it is: only the server judges what an element holds.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from ionworks_openapi.models import OrderDirection, PipelineOrderField

from ionworks.encode import parameters, plain, type_name
from ionworks.references import config_of, is_objective, with_tables
from ionworks.requests import choice, close_to, path_id, shown, text

__all__ = ["PipelineRequest", "changes", "elements_as_sent", "job_of", "list_filters"]

Writer = Callable[[Any, str], Any]

_LIFTED = ("project_id", "name", "description", "options")


@dataclass(frozen=True)
class PipelineRequest:
    """A pipeline that is to be submitted, as the API takes it.

    Parameters
    ----------
    config
        What it does: ``elements`` by name, and what else the configuration holds.
    project_id
        The project that was named, if one was.
    said
        What stands beside the configuration: ``name``, ``description``, ``options``, where given.
    """

    config: dict[str, Any]
    project_id: str | None = None
    said: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        config: Any,
        project_id: str | None = None,
        name: str | None = None,
        description: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Self:
        """Return the request; what is given beside the configuration wins over what is in it.

        Raises
        ------
        TypeError
            If the configuration is no mapping and no object with a ``to_config()``.
        ValueError
            If its elements are no mapping, or hold what cannot be sent.
        FileNotFoundError
            If it refers to a file that is not there.

        Examples
        --------
        >>> from ionworks.pipelines import PipelineRequest
        >>> config = {"name": "in it", "elements": {}, "options": {"live_progress_updates": True}}
        >>> request = PipelineRequest.of(config, name="beside it")
        >>> request.said
        {'name': 'beside it', 'options': {'live_progress_updates': True}}
        >>> request.config
        {'elements': {}}
        """
        rest = _as_mapping(config)
        inside = {key: rest.pop(key, None) for key in _LIFTED}
        beside = dict(zip(_LIFTED, (project_id, name, description, options), strict=True))
        lifted = {key: inside[key] if beside[key] is None else beside[key] for key in _LIFTED}
        if rest.get("elements") is None:
            raise ValueError('config needs the key "elements": the elements by name')
        elements = elements_as_sent(rest.pop("elements"))
        project = lifted.pop("project_id")
        return cls(
            {**plain(rest), "elements": elements},
            None if project is None else path_id(project, "project_id"),
            {key: plain(value, key) for key, value in lifted.items() if value is not None},
        )


def elements_as_sent(elements: Any) -> dict[str, Any]:
    """Return elements as JSON: data read in, models, functions and arrays written down.

    Raises
    ------
    ValueError
        If they are no mapping, or a value cannot be sent; its key path is told.

    Examples
    --------
    >>> from ionworks.pipelines import elements_as_sent
    >>> fit = {"element_type": "data_fit", "parameters": {"k": {"bounds": (0, float("inf"))}}}
    >>> elements_as_sent({"fit": fit})["fit"]["parameters"]
    {'k': {'bounds': [0, None]}}
    """
    if not isinstance(elements, Mapping):
        raise ValueError(
            "elements must be a mapping of names to elements, in the order in which they run, "
            f"not {shown(elements)}"
        )
    named = {name: _element(name, element) for name, element in elements.items()}
    return {
        text(name, "the name of an element"): _as_sent(element, f"elements.{name}")
        for name, element in with_tables(named).items()
    }


def changes(**values: str | None) -> dict[str, str]:
    """Return the fields of a pipeline that are to change.

    Raises
    ------
    ValueError
        If there are none.
    """
    changed = {key: text(value, key) for key, value in values.items() if value is not None}
    if not changed:
        raise ValueError(f"nothing to change: give {' or '.join(values)}")
    return changed


def list_filters(**filters: Any) -> dict[str, Any]:
    """Return the query parameters of a list of pipelines, operators as they were given.

    Raises
    ------
    ValueError
        If an order is unknown.
    TypeError
        If a filter is no text, and no date or time.

    Examples
    --------
    >>> from datetime import date
    >>> from ionworks.pipelines import list_filters
    >>> list_filters(name="ilike.%diffevo%", created_at_gt=date(2026, 5, 8), status=None)
    {'name': 'ilike.%diffevo%', 'created_at_gt': '2026-05-08'}
    """
    orders = {"order_by": PipelineOrderField, "order": OrderDirection}
    return {
        key: choice(orders[key], value, key) if key in orders else _operand(key, value)
        for key, value in filters.items()
        if value is not None
    }


def job_of(elements: Iterable[Any], name: str) -> str:
    """Return the id of the job that runs an element.

    Parameters
    ----------
    elements
        The elements of a pipeline, as the client lists them or as mappings.
    name
        Of the one.

    Raises
    ------
    ValueError
        If there is none of this name, or its turn has not come.

    Examples
    --------
    >>> from ionworks.pipelines import job_of
    >>> job_of([{"name": "fit", "job_id": "e5a90d21"}], "fit")
    'e5a90d21'
    """
    rows = [row if isinstance(row, Mapping) else row.to_dict() for row in elements]
    jobs = {row["name"]: row.get("job_id") for row in rows}
    if name not in jobs:
        near = close_to(name, jobs)
        hint = f"did you mean {near!r}?" if near else f"there are {', '.join(jobs) or 'none'}"
        raise ValueError(f"the pipeline has no element {name!r}: {hint}")
    if not jobs[name]:
        raise ValueError(f"the element {name!r} has not run yet: it has no job")
    return str(jobs[name])


def _operand(key: str, value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else text(value, key)


def _as_mapping(config: Any) -> dict[str, Any]:
    if isinstance(config, Mapping):
        return dict(config)
    if hasattr(config, "to_config") and not isinstance(config, type):
        return dict(config.to_config())
    raise TypeError(
        "config must be a mapping with elements, or an iws.Pipeline, "
        f"not {type_name(config) if not isinstance(config, type) else f'the class {config}'}"
    )


def _element(name: str, element: Any) -> Any:
    """Return an element as a mapping; one of a typed package is asked of its own pipeline."""
    if isinstance(element, Mapping) or not hasattr(element, "to_config"):
        return element
    package = sys.modules[type(element).__module__.partition(".")[0]]
    pipeline = getattr(package, "Pipeline", None)
    if pipeline is None:
        return element.to_config()
    return pipeline({name: element}).to_config()["elements"][name]


def _as_sent(element: Any, where: str) -> Any:
    """Return an element as JSON, by what its keys hold: parameters are more than any values."""
    writers = {"values": _entry_values, "parameters": _fit_parameters, "objectives": _objectives}
    return _by_key(element, where, writers)


def _by_key(values: Any, where: str, writers: Mapping[str, Writer]) -> Any:
    if not isinstance(values, Mapping):
        return plain(values, where)
    return {
        key: writers.get(key, plain)(value, f"{where}.{key}")
        for key, value in _with_text_keys(values, where).items()
    }


def _entry_values(values: Any, where: str) -> Any:
    """Write down the values of an entry; where a published set is from is no parameter."""
    if not _has_items(values):
        return plain(values, where)
    return {name: value for name, value in parameters(values, where).items() if name != "citations"}


def _fit_parameters(values: Any, where: str) -> Any:
    if not isinstance(values, Mapping):
        return plain(values, where)
    return plain({name: _fit_parameter(value) for name, value in values.items()}, where)


def _fit_parameter(value: Any) -> Any:
    """Return a parameter of a fit; a bound that is infinite is none."""
    value = config_of(value)
    if isinstance(value, Mapping) and _has_length(value.get("bounds")):
        return {**value, "bounds": [_bound(bound) for bound in value["bounds"]]}
    return value


def _bound(bound: Any) -> Any:
    return None if isinstance(bound, float) and math.isinf(bound) else bound


def _objectives(values: Any, where: str) -> Any:
    if not isinstance(values, Mapping):
        return plain(values, where)
    writers = {"parameters": _objective_parameters}
    if is_objective(values):
        return _by_key(values, where, writers)
    return {
        name: _by_key(value, f"{where}.{name}", writers)
        for name, value in _with_text_keys(values, where).items()
    }


def _objective_parameters(values: Any, where: str) -> Any:
    return parameters(values, where) if _has_items(values) else plain(values, where)


def _with_text_keys(values: Mapping[Any, Any], where: str) -> dict[str, Any]:
    """Return a mapping with its keys as JSON has them: objectives of an array are numbers."""
    return dict(zip(plain(dict.fromkeys(values), where), values.values(), strict=True))


def _has_items(value: Any) -> bool:
    return hasattr(value, "items") and hasattr(value, "keys")


def _has_length(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str | Mapping)
