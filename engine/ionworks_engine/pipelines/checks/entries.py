"""What is wrong with an entry."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ionworks_engine.battery.vetting import unsafe
from ionworks_engine.pipelines.checks.data import Known, columns_of_data, unknown_keys
from ionworks_engine.pipelines.checks.models import of_model
from ionworks_engine.pipelines.elements import MODEL_KEY, is_handle
from ionworks_engine.pipelines.entries import catalogue
from ionworks_engine.pipelines.errors import shown
from ionworks_engine.pipelines.names import spelt

_FORMS = ("values", "pipeline_id", "cell_spec_id", "name")
_COMMON = ("element_type", "source", "provenance")
_KEYS: Mapping[str, tuple[str, ...]] = {
    "values": ("values", *_COMMON),
    "pipeline_id": ("pipeline_id", "keep", *_COMMON),
    "cell_spec_id": ("cell_spec_id", "mapping", *_COMMON),
}


def of_entry(element: Mapping[str, Any], where: str, known: Known) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with an entry."""
    if "path" in element or element.get("name") == "from_json":
        path = "path" if "path" in element else "name"
        yield f"{where}.{path}", "no file is read here; read it yourself and give its values"
        return
    forms = [form for form in _FORMS if element.get(form) is not None]
    if len(forms) != 1:
        found = f"it has {' and '.join(map(repr, forms))}" if forms else "it has none"
        yield where, f"an entry has exactly one of {', '.join(map(repr, _FORMS))}; {found}"
        return
    form = forms[0]
    if form == "name" and not isinstance(element["name"], str):
        yield f"{where}.name", f"must be the name of an entry, not {shown(element['name'])}"
        return
    if form == "name":
        plain = {key: value for key, value in element.items() if key != "provenance"}
        for path, message in catalogue.problems(plain):
            yield f"{where}.{path}", message
        return
    yield from unknown_keys(element, _KEYS[form], where)
    if form == "values":
        yield from _of_values(element["values"], f"{where}.values", known)
    elif form == "pipeline_id":
        yield from _of_keep(element, where)
    else:
        yield from _of_mapping(element, where)


def _of_values(values: Any, where: str, known: Known) -> Iterator[tuple[str, str]]:
    if not isinstance(values, Mapping):
        yield where, "must be a mapping of parameter names to values"
        return
    seen: dict[str, str] = {}
    for name, value in values.items():
        if name == MODEL_KEY:
            yield from of_model(value, f"{where}.{name}")
        elif is_handle(value):
            yield from columns_of_data(value, f"{where}.{name}", known).problems
        elif name != "citations":
            yield from of_value(value, f"{where}.{name}")
            other = seen.setdefault(spelt(name), name)
            if other != name:
                yield f"{where}.{name}", f"is the same parameter as {other!r}; give one"


def of_value(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Yield why a value cannot be that of a parameter."""
    if value is None:
        yield where, "is null; a parameter needs a value, and NaN is none"
    elif isinstance(value, float) and not math.isfinite(value):
        yield where, f"must be a finite number, not {value!r}"
    elif isinstance(value, list):
        if not value or any(isinstance(v, bool) or not isinstance(v, int | float) for v in value):
            yield where, "must be a list of numbers, and not empty"
    elif isinstance(value, Mapping):
        if "$type" not in value:
            yield where, "must be a number, a text, a list of numbers or a serialised expression"
        for problem in unsafe(dict(value)):
            yield where, problem


def _of_keep(element: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    if not isinstance(element["pipeline_id"], str):
        yield f"{where}.pipeline_id", "must be the id of a finished pipeline"
    keep = element.get("keep")
    if keep is None:
        return
    if not isinstance(keep, list) or not keep or not all(isinstance(each, str) for each in keep):
        yield f"{where}.keep", "must be a list of parameter names, and not empty"


def _of_mapping(element: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    if not isinstance(element["cell_spec_id"], str):
        yield f"{where}.cell_spec_id", "must be the id of a cell specification"
    mapping = element.get("mapping")
    if not isinstance(mapping, Mapping) or not mapping:
        yield (
            f"{where}.mapping",
            "must map parameter names to dotted paths in the specification, such as "
            "{'Nominal cell capacity [A.h]': 'ratings.capacity'}",
        )
        return
    for name, path in mapping.items():
        if not isinstance(path, str) or not path.strip():
            yield f"{where}.mapping.{name}", f"must be a dotted path, not {shown(path)}"
