"""Which entries of a task's request are paths: where no folder is shared, the files are carried.

What is read lies in the engine's file store, where a path stands for the same bytes forever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_OF_ELEMENT = ("state", "measurements.*.time_series", "measurements.*.steps", "pipelines.*")
_OF_PART = tuple(f"origin.{place}" for place in _OF_ELEMENT)
_READ: Mapping[str, tuple[str, ...]] = {
    "ingest": ("source", "steps", "before"),
    "pipeline_element": _OF_ELEMENT,
    "simple_pipeline": _OF_ELEMENT,
    "evaluate_population": _OF_PART,
    "run_start": _OF_PART,
}
_WRITTEN: Mapping[str, tuple[str, ...]] = {"ingest": ("into",)}

Place = Callable[[str], str]
"""Returns where a file lies, or is to lie, on the other machine."""


def elsewhere(task: str, request: Mapping[str, Any], read: Place, written: Place) -> dict[str, Any]:
    """Return a request as another machine is to be given it.

    Parameters
    ----------
    task, request
        As for an executor.
    read, written
        Called with each path that the task reads, or writes.

    Examples
    --------
    >>> request = {"source": "/data/a", "steps": None, "into": "/data/b"}
    >>> elsewhere("ingest", request, "/elsewhere{}".format, "/elsewhere{}".format)
    {'source': '/elsewhere/data/a', 'steps': None, 'into': '/elsewhere/data/b'}
    """
    for places, place in ((_READ.get(task, ()), read), (_WRITTEN.get(task, ()), written)):
        for path in places:
            request = _changed(request, path.split("."), place)
    return dict(request)


def _changed(value: Any, way: list[str], place: Place) -> Any:
    """Return a value with the paths at the end of a way replaced; what is no path stays."""
    if not way:
        return place(value) if isinstance(value, str) else value
    if not isinstance(value, Mapping):
        return value
    names = value.keys() if way[0] == "*" else value.keys() & {way[0]}
    return {**value, **{name: _changed(value[name], way[1:], place) for name in names}}
