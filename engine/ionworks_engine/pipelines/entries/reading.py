"""The arguments of a named entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ionworks_engine.pipelines.entries.catalogue import ENTRIES, problems
from ionworks_engine.pipelines.errors import refuse

if TYPE_CHECKING:
    from ionworks_engine.pipelines.context import Context


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
