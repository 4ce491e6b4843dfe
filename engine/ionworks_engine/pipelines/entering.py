"""Entries that bring what they hold: values, models and data, or what others have stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.conversion import converted
from ionworks_engine.pipelines.elements import MODEL_KEY, is_handle
from ionworks_engine.pipelines.entries import enter
from ionworks_engine.pipelines.errors import refuse
from ionworks_engine.pipelines.state import kept
from ionworks_engine.pipelines.values import ParameterSet

FORMS = ("values", "pipeline_id", "cell_spec_id", "name")


@dataclass(frozen=True)
class Entered:
    """What an entry gives to the elements after it.

    Parameters
    ----------
    values
        Native values by parameter.
    handles
        Models and data by key, which are no parameters.
    """

    values: Mapping[str, Any]
    handles: Mapping[str, Any] = field(default_factory=dict)


def entered(
    element: Mapping[str, Any],
    context: Context,
    pipelines: Mapping[str, str],
    mapped: Mapping[str, Mapping[str, Any]],
) -> Entered:
    """Run an entry.

    Parameters
    ----------
    element
        In its canonical form.
    context
        What the elements before it gave.
    pipelines
        Paths of the last states of finished pipelines, by id.
    mapped
        By parameter, what its mapping led to in the cell specification: ``path``, ``value`` and
        ``unit``.

    Raises
    ------
    PipelineError
        For an entry that opens a file, or has more or less than one source; for a value that
        cannot be read.
    """
    if "path" in element:
        raise refuse(
            context.place("path"),
            "an entry reads no file here; read it where you are and give its 'values'",
        )
    forms = [form for form in FORMS if element.get(form) is not None]
    if len(forms) != 1:
        raise refuse(context.where, f"an entry has one of {', '.join(map(repr, FORMS))}")
    if forms == ["values"]:
        return _plain(element["values"], context)
    if forms == ["pipeline_id"]:
        return Entered(_produced(element, context, pipelines))
    if forms == ["cell_spec_id"]:
        return Entered(
            {
                name: converted(name, quantity, context.place(f"mapping[{name!r}]"))
                for name, quantity in mapped.items()
            }
        )
    return Entered(enter(element, context))


def _plain(values: Any, context: Context) -> Entered:
    where = context.place("values")
    if not isinstance(values, Mapping):
        raise refuse(where, "must be a mapping of names to values")
    handles = {key: value for key, value in values.items() if key == MODEL_KEY or is_handle(value)}
    parameters = {key: value for key, value in values.items() if key not in handles}
    read = ParameterSet.read(parameters, where)
    return Entered({name: read.get(name) for name in read}, handles)


def _produced(
    element: Mapping[str, Any], context: Context, pipelines: Mapping[str, str]
) -> dict[str, Any]:
    pipeline = element["pipeline_id"]
    if pipeline not in pipelines:
        raise refuse(context.place("pipeline_id"), f"there is no finished pipeline {pipeline!r}")
    taken = ParameterSet.read(
        kept(pipelines[pipeline], element.get("keep"), context.where), context.where
    )
    return {name: taken.get(name) for name in taken}
