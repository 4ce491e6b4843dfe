"""The order of lists, alike in every database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select


def ordered(query: Select[Any], order: str, *columns: ColumnElement[Any]) -> Select[Any]:
    """Order rows by columns, ``asc`` or else descending; what is absent counts as the least.

    Examples
    --------
    >>> from sqlalchemy import column, select
    >>> print(ordered(select(column("name")), "asc", column("name")))
    SELECT name ORDER BY name ASC NULLS FIRST
    """
    if order == "asc":
        return query.order_by(*(column.asc().nulls_first() for column in columns))
    return query.order_by(*(column.desc().nulls_last() for column in columns))
