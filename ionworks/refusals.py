"""What a server says when it refuses: a status and a body become one exception."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from ionworks.errors import (
    AuthenticationError,
    ConflictError,
    IonworksError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    ValidationError,
)
from ionworks.retry import seconds_to_wait

__all__ = ["Refusal"]

_BY_STATUS: dict[int, type[IonworksError]] = {
    400: ValidationError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    413: ValidationError,
    422: ValidationError,
    429: RateLimitError,
}
_MOST_PROBLEMS = 20


@dataclass(frozen=True)
class Refusal:
    """An answer with a status of 400 or more.

    Parameters
    ----------
    status
        The HTTP status.
    call
        Method and address of the request, without its query.
    headers
        Of the answer, looked up without regard to case.
    body
        As it came.
    """

    status: int
    call: str
    headers: Mapping[str, str]
    body: bytes

    def error(self) -> IonworksError:
        """Return the exception that says what the server said."""
        data = self._data()
        standard = _standard_form(data)
        request_id = self.headers.get("x-correlation-id") or self.headers.get("x-request-id")
        error = self._kind()(
            self._message(standard), self.status, standard.get("error_code"), data, request_id
        )
        if isinstance(error, RateLimitError):
            error.retry_after = seconds_to_wait(self.headers.get("retry-after"))
            if error.retry_after:
                error.message += f"; the server asks to wait {error.retry_after:g} s"
        return error

    def _kind(self) -> type[IonworksError]:
        if self.status >= 500:
            return ServerError
        return _BY_STATUS.get(self.status, IonworksError)

    def _data(self) -> dict[str, Any] | None:
        try:
            body = json.loads(self.body)
        except ValueError:
            return None
        if isinstance(body, dict):
            return body
        return {"detail": body} if body else None

    def _message(self, standard: Mapping[str, Any]) -> str:
        message, detail = standard.get("message"), standard.get("detail")
        if not message and isinstance(detail, str):
            message, detail = detail, None
        problems = detail.get("errors") if isinstance(detail, dict) else detail
        lines = _problem_lines(problems) if isinstance(problems, list) else []
        said = str(message or "").strip()
        head = said or f"{self.call} was answered {self._status_text()}"
        return "\n  ".join([head, *(line for line in lines if line not in head)])

    def _status_text(self) -> str:
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = ""
        kind = self.headers.get("content-type", "").partition(";")[0]
        readable = not kind or kind == "application/json"
        return f"{self.status} {phrase}".strip() + ("" if readable else f" as {kind}")


def _standard_form(data: dict[str, Any] | None) -> Mapping[str, Any]:
    """Return ``{error_code, message, detail}``, found at the top or, in the older form, within."""
    if data is None:
        return {}
    inner = data.get("detail")
    is_older = "error_code" not in data and "message" not in data
    return inner if is_older and isinstance(inner, dict) else data


def _problem_lines(problems: list[Any]) -> list[str]:
    lines = [_problem_line(problem) for problem in problems[:_MOST_PROBLEMS]]
    hidden = len(problems) - len(lines)
    return [*lines, f"and {hidden} more"] if hidden else lines


def _problem_line(problem: Any) -> str:
    if not isinstance(problem, dict):
        return str(problem)
    path = problem.get("path") or ".".join(map(str, problem.get("loc") or ()))
    text = str(problem.get("message") or problem.get("msg") or "not right").strip()
    places = [f"{name} {problem[name]}" for name in ("line", "column") if problem.get(name)]
    named = [path] if path else []
    where = " ".join([*named, *([f"({', '.join(places)})"] if places else [])])
    return f"{where}: {text}" if where else text
