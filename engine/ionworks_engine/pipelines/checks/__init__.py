"""What is wrong with the elements of a pipeline, as far as it can be known before anything runs.

No PyBaMM here, and nothing that a configuration names is imported or opened. What only a model or
data can tell (a parameter that no objective uses, a missing parameter) fails the element instead.
An unknown ``element_type`` is no problem here: its job fails, saying which are accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ionworks_engine.pipelines.calculations import catalogue as calculations
from ionworks_engine.pipelines.checks.data import Known, columns_of_data
from ionworks_engine.pipelines.checks.entries import of_entry
from ionworks_engine.pipelines.checks.fits import of_fit, of_validation
from ionworks_engine.pipelines.checks.trees import foreign
from ionworks_engine.pipelines.elements import (
    ELEMENT_TYPES,
    EXPENSIVE,
    MODEL_KEY,
    canonical,
    is_handle,
    type_of,
)
from ionworks_engine.pipelines.errors import shown

Problems = Iterator[tuple[str, str]]
_CHECKS: Mapping[str, Callable[[Mapping[str, Any], str, Known], Problems]]


def problems(
    elements: Any,
    *,
    simple: bool = False,
    columns_of: Callable[[str], frozenset[str] | None] | None = None,
) -> Problems:
    """Yield what is wrong with elements.

    Parameters
    ----------
    elements
        As they were sent.
    simple
        Whether they are those of a simple pipeline, which has at most one fit or validation.
    columns_of
        Returns the names of a measurement's columns by its id; ``None`` for one that is not known.

    Yields
    ------
    tuple[str, str]
        Key path, and what is wrong there and would be right.

    Examples
    --------
    >>> list(problems({"known": {"element_type": "entry", "path": "x.json"}}))
    [('elements.known.path', 'no file is read here; read it yourself and give its values')]
    """
    if not isinstance(elements, Mapping):
        kind = "a list" if isinstance(elements, list) else type(elements).__name__
        yield "elements", f"must be a mapping of names to elements in their order, not {kind}"
        return
    known = Known(columns_of=columns_of or (lambda _: None))
    for name, element in canonical(elements).items():
        where = f"elements.{name}"
        if not str(name).strip():
            yield "elements", "an element needs a name"
        yield from _of_element(element, where, known)
        known = known.after(name, _handles(element))
    if simple:
        yield from _of_simple(elements)


def _of_element(element: Any, where: str, known: Known) -> Problems:
    if not isinstance(element, Mapping):
        yield where, f"must be a mapping with 'element_type', not {shown(element)}"
        return
    if element.get("element_type") is None:
        yield f"{where}.element_type", f"is missing; one of {', '.join(map(repr, ELEMENT_TYPES))}"
        return
    hostile = list(foreign(element, where))
    kind = type_of(element)
    if hostile or kind is None:
        yield from hostile
        return
    yield from _CHECKS[kind](element, where, known)


def _of_calculation(element: Mapping[str, Any], where: str, known: Known) -> Problems:
    kind = calculations.kind_of(element)
    if not isinstance(kind, str):
        yield f"{where}.type", f"must be the name of a calculation, not {shown(kind)}"
        return
    for path, message in calculations.problems(element):
        yield f"{where}.{path}", message
    if element.get("data") is not None:
        yield from columns_of_data(element["data"], f"{where}.data", known).problems


def _of_simple(elements: Mapping[str, Any]) -> Problems:
    expensive = [
        name
        for name, element in elements.items()
        if isinstance(element, Mapping) and type_of(element) in EXPENSIVE
    ]
    if len(expensive) > 1:
        yield (
            f"elements.{expensive[1]}",
            "a simple pipeline has at most one fit or validation, and "
            f"{expensive[0]!r} is one; use a pipeline for more",
        )


def _handles(element: Any) -> Mapping[str, Any]:
    values = element.get("values") if isinstance(element, Mapping) else None
    if not isinstance(values, Mapping) or type_of(element) != "entry":
        return {}
    return {k: each for k, each in values.items() if k != MODEL_KEY and is_handle(each)}


_CHECKS = {
    "entry": of_entry,
    "calculation": _of_calculation,
    "data_fit": of_fit,
    "array_data_fit": of_fit,
    "validation": of_validation,
    "linear_confidence_interval": of_fit,
    "sobol_sensitivity": of_fit,
}
