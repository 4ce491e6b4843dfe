"""The keywords of list calls become the query parameters of the API.

Keywords are plain text: ``name="50%"`` finds the names that hold ``50%``, and nothing typed there
is read as an operator. The operators of the API have a door of their own, ``filters=``::

    client.cell_spec.list(filters={"name": "in.(A,B)", "form_factor": "neq.18650"})

An operator is one of ``eq. neq. gt. gte. lt. lte. like. ilike. in.(...) is.null``, each also behind
``not.``; a value without one is meant exactly.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from inspect import Parameter, signature
from typing import Any

from ionworks_openapi.models import OrderDirection, OrderField
from ionworks_openapi.types import Unset

from ionworks.requests import choice, close_to, matching, moment, path_id, shown, text

__all__ = ["Filters", "list_query"]

Filters = Mapping[str, Any]

_EQUAL = ("name_exact", "form_factor")
_CONTAINED = ("name", "created_by_email")
_TIMES = {
    "created_after": "created_at_gt",
    "created_before": "created_at_lt",
    "updated_after": "updated_at_gt",
    "updated_before": "updated_at_lt",
    "started_after": "start_time_gt",
    "started_before": "start_time_lt",
}
_OPERATOR = re.compile(
    r"(not\.)?((eq|neq|gt|gte|lt|lte)\.\S.*|i?like\..*[%*].*|in\.\(.*\)|is\.(null|true|false))",
    re.DOTALL | re.IGNORECASE,
)


def list_query(
    operation: Callable[..., Any],
    filters: Filters | None = None,
    orders: type[StrEnum] = OrderField,
    **keywords: Any,
) -> dict[str, Any]:
    """Return the query parameters of a list call.

    Parameters
    ----------
    operation
        The generated call.
    filters
        Values with operators, by query parameter.
    orders
        The words that ``order_by`` may be.
    **keywords
        What the list was asked for: ``name``, ``name_exact`` (which wins), ``created_by_email``,
        ``form_factor``, ids such as ``batch_id``, ``created_after`` and its like, ``order_by``,
        ``order``. Those that are ``None`` are left out.

    Raises
    ------
    ValueError
        If a time is none, an order is unknown, or the list has no such filter.
    TypeError
        If the filters are no mapping, or a text or a time is something else.
    """
    if not isinstance(filters, Mapping | None):
        raise TypeError(
            f'filters must map parameters to values, {{"name": "in.(A,B)"}}, not {shown(filters)}'
        )
    query: dict[str, Any] = {}
    for keyword, value in keywords.items():
        if value is not None:
            parameter, wanted = _parameter(keyword, value, orders)
            if keyword in _EQUAL or parameter not in query:
                query[parameter] = wanted
    known = _filterable(operation) if filters else []
    for parameter, value in (filters or {}).items():
        _check(parameter, known, query)
        query[parameter] = _operand(value, f"filters[{parameter!r}]")
    return query


def _parameter(keyword: str, value: Any, orders: type[StrEnum]) -> tuple[str, Any]:
    if keyword in _EQUAL:
        return keyword.removesuffix("_exact"), f"eq.{text(value, keyword)}"
    if keyword in _CONTAINED:
        _warn_of_operator(keyword, value)
        return keyword, matching(value, name=keyword)
    if keyword.endswith("_id"):
        return keyword, path_id(value, keyword)
    if keyword in _TIMES:
        return _TIMES[keyword], moment(value, keyword)
    return keyword, choice(OrderDirection if keyword == "order" else orders, value, keyword)


def _warn_of_operator(keyword: str, value: Any) -> None:
    if isinstance(value, str) and _OPERATOR.fullmatch(value):
        warnings.warn(
            f"{keyword}={value!r} looks for this very text; "
            f"an operator goes into filters={{{keyword!r}: {value!r}}}",
            stacklevel=5,
        )


def _filterable(operation: Callable[..., Any]) -> list[str]:
    return [
        name
        for name, parameter in signature(operation).parameters.items()
        if parameter.kind is Parameter.KEYWORD_ONLY and parameter.annotation == (str | Unset)
    ]


def _check(parameter: str, known: list[str], query: Mapping[str, Any]) -> None:
    if parameter not in known:
        near = close_to(parameter, known)
        hint = f"did you mean {near!r}?" if near else f"there are {', '.join(known)}"
        raise ValueError(f"filters has no {parameter!r}: {hint}")
    if parameter in query:
        raise ValueError(f"{parameter} is given twice: by its keyword and in filters")


def _operand(value: Any, where: str) -> str:
    return value.isoformat() if isinstance(value, date) else text(value, where)
