"""Entries that a function or an interpolation makes, by name.

:func:`enter` imports PyBaMM when it is called; the names and keys in
:mod:`~ionworks_engine.pipelines.entries.catalogue` can be had without.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ionworks_engine.pipelines.context import Context

__all__ = ["enter"]


def enter(element: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Return the values of a named entry.

    Parameters
    ----------
    element
        ``name`` and its arguments, as ``ionworks_schema`` writes them.
    context
        What the pipeline has so far.

    Returns
    -------
    dict
        Numbers and functions by parameter name.

    Raises
    ------
    PipelineError
        For an unknown name or argument.

    Examples
    --------
    >>> from ionworks_engine.pipelines.context import Context
    >>> enter({"name": "one_cm2_cell"}, Context())
    {'Electrode height [m]': 0.01, 'Electrode width [m]': 0.01}
    """
    from ionworks_engine.pipelines.entries.functions import DEPENDENT, FUNCTIONS
    from ionworks_engine.pipelines.entries.reading import arguments, assumptions

    name, given = arguments(element, context)
    for text in assumptions(given):
        context.assume(text)
    if name in DEPENDENT:
        return DEPENDENT[name](context.given, **given)
    return FUNCTIONS[name](**given)
