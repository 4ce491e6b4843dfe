"""Texts without regard to case, alike in every database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class lowered(FunctionElement[str]):  # noqa: N801 - it is written as SQL's functions are
    """A text in small letters, those of every alphabet.

    Examples
    --------
    >>> from sqlalchemy import column
    >>> print(lowered(column("name")).contains("ä"))
    lower(name) LIKE '%' || :lowered_1 || '%'
    """

    type = Text()
    inherit_cache = True


@compiles(lowered)
def _lowered(element: lowered, compiler: SQLCompiler, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(lowered, "postgresql")
def _lowered_by_unicode(element: lowered, compiler: SQLCompiler, **options: Any) -> str:
    # Whatever the locale of the database: in that of C, only A to Z have small letters.
    return f'lower({compiler.process(element.clauses, **options)} COLLATE "und-x-icu")'
