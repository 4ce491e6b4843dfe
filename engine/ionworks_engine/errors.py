"""How a request is refused: one exception, one envelope.

Every error of the API is ``{"error_code", "message", "detail"}``. What is wrong with a request
that could be read is a list of problems, each with its place; all are told at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a request.

    Parameters
    ----------
    path
        Key path in the body, such as ``rows[0].min``; ``query.limit`` for a query parameter.
    message
        What is wrong, and what would be right.
    line, column
        In a text, counted from 1.
    more
        Further facts for programs.
    """

    path: str
    message: str
    line: int | None = None
    column: int | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return it as the API shows it."""
        return {"path": self.path, "message": self.message, **self._counted(), **self.more}

    def _counted(self) -> dict[str, int]:
        counted = {"line": self.line, "column": self.column}
        return {name: value for name, value in counted.items() if value is not None}

    def __str__(self) -> str:
        where = ", ".join(f"{name} {value}" for name, value in self._counted().items())
        place = f"{self.path} ({where})" if where else self.path
        place = place.strip()
        return f"{place}: {self.message}" if place else self.message


class ApiError(Exception):
    """A request that is answered with an error.

    Parameters
    ----------
    status
        HTTP status code.
    code
        The word for programs, such as ``NOT_FOUND``.
    message
        The sentence for people.
    detail
        More for programs.
    """

    def __init__(self, status: int, code: str, message: str, detail: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail

    def document(self) -> dict[str, Any]:
        """Return the envelope."""
        return {"error_code": self.code, "message": self.message, "detail": self.detail}


def not_found(what: str, name: str) -> ApiError:
    """Make the error for a thing that is not there."""
    return ApiError(404, "NOT_FOUND", f"There is no {what} {name!r}.")


def conflict(message: str, existing_id: str | None = None) -> ApiError:
    """Make the error for a thing that is there already, or that others need."""
    return ApiError(409, "CONFLICT", message, existing_id and {"existing_id": existing_id})


def forbidden(message: str) -> ApiError:
    """Make the error for a thing that may not be changed."""
    return ApiError(403, "FORBIDDEN", message)


def invalid(problems: Iterable[Problem], **detail: Any) -> ApiError:
    """Make the error that tells all problems of a request; ``detail`` is added to ``errors``."""
    listed = list(problems)
    message = "\n".join(map(str, listed[:_SHOWN]))
    if len(listed) > _SHOWN:
        message += f"\n... and {len(listed) - _SHOWN} more"
    errors = [problem.document() for problem in listed]
    return ApiError(422, "VALIDATION_ERROR", message, {"errors": errors, **detail})


def meant(name: str, known: Sequence[str]) -> str:
    """Return the end of a message about an unknown name: what it was likely meant to be.

    Examples
    --------
    >>> meant("limt", ["limit", "offset"])
    "; did you mean 'limit'?"
    """
    lowered = {choice.lower(): choice for choice in known}
    near = get_close_matches(name[:80].lower(), list(lowered), n=3, cutoff=0.6)
    if near:
        return "; did you mean " + " or ".join(repr(lowered[match]) for match in near) + "?"
    if 0 < len(known) <= 12:
        return f"; known are {', '.join(known)}"
    return ""
