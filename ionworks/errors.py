"""What can go wrong between a call and its answer.

::

    Exception
    ├── IonworksError                anything the server refused or that kept it from answering
    │   ├── AuthenticationError      401  no credential, or one that is not accepted
    │   ├── PermissionDeniedError    403  known, but not allowed
    │   ├── NotFoundError            404  no such thing, or not visible with this credential
    │   ├── ConflictError            409  it exists already: .existing_id
    │   ├── ValidationError          400, 413, 422  the request is not right: .problems;
    │   │                                    also a file that is too large to be sent
    │   ├── RateLimitError           429  too many calls: .retry_after
    │   ├── ServerError              5xx  the fault is the server's
    │   ├── ConnectionFailedError    no answer: refused, dropped, unreadable
    │   │   └── RequestTimeoutError  no answer in time
    │   ├── JobFailedError           the job ran and failed: .outcomes, .states
    │   ├── MeasurementProcessingError  what was uploaded cannot be used: .failures
    │   └── MeasurementValidationError  data that breaks a rule, before it is sent: .errors
    └── TimeoutError
        └── WaitTimeoutError         the job still runs; waiting for it ended: .states

Other bad arguments, found before anything is sent, stay ``ValueError`` and ``TypeError``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ionworks.records import Record
    from ionworks.validators import ValidationIssue

__all__ = [
    "AuthenticationError",
    "ConflictError",
    "ConnectionFailedError",
    "IonworksError",
    "JobFailedError",
    "MeasurementProcessingError",
    "MeasurementValidationError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "RequestTimeoutError",
    "ServerError",
    "ValidationError",
    "WaitTimeoutError",
]


class IonworksError(Exception):
    """A call that did not lead to an answer.

    Parameters
    ----------
    message
        What was wrong, where, and what would be right.
    status_code
        The HTTP status, ``None`` if no answer came.
    error_code
        The server's own word for it, such as ``NOT_FOUND``.
    data
        The whole body of the answer, if it was JSON.
    request_id
        The server's name for this request: quote it when asking for help.

    Examples
    --------
    >>> from ionworks.errors import IonworksError
    >>> error = IonworksError("no such simulation", 404, "NOT_FOUND", request_id="r-1")
    >>> print(error)
    no such simulation [HTTP 404 NOT_FOUND, request id r-1]
    """

    def __init__(
        self,
        message: str,
        status_code: int | None = None,
        error_code: str | None = None,
        data: dict[str, Any] | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, status_code, error_code, data, request_id)
        self.message = message
        self.status_code = status_code
        self.error_code = error_code
        self.data = data
        self.request_id = request_id

    def __str__(self) -> str:
        status = None if self.status_code is None else f"HTTP {self.status_code}"
        answer = " ".join(part for part in (status, self.error_code) if part)
        request = f"request id {self.request_id}" if self.request_id else None
        context = ", ".join(part for part in (answer, request) if part)
        return f"{self.message} [{context}]" if context else self.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    @property
    def detail(self) -> Any:
        """What the server added to its message, or ``None``."""
        return self.data.get("detail") if self.data else None


class AuthenticationError(IonworksError):
    """No credential was sent, or the one that was is not accepted."""


class PermissionDeniedError(IonworksError):
    """The credential is known, but may not do this."""


class NotFoundError(IonworksError):
    """There is no such thing, or it is not visible with this credential."""


class ConflictError(IonworksError):
    """What was to be made exists already."""

    @property
    def existing_id(self) -> str | None:
        """The id of what exists, if the server named it."""
        found = self.detail.get("existing_id") if isinstance(self.detail, dict) else None
        return found or (self.data or {}).get("existing_id")


class ValidationError(IonworksError):
    """The server understood the request and found it not right, or a file is too large for it."""

    @property
    def problems(self) -> list[dict[str, Any]]:
        """Each problem as the server gave it: path, message and, in texts, line and column.

        Where a cycler's format cannot express a protocol, also ``step`` and ``construct``.
        """
        errors = self.detail.get("errors") if isinstance(self.detail, dict) else self.detail
        return (
            [error for error in errors if isinstance(error, dict)]
            if isinstance(errors, list)
            else []
        )


class RateLimitError(IonworksError):
    """Too many calls in too short a time, and retrying did not help.

    Attributes
    ----------
    retry_after
        How long the server asks to wait, in s, or ``None``.
    """

    retry_after: float | None = None


class ServerError(IonworksError):
    """The server failed at a request that it should have answered."""


class ConnectionFailedError(IonworksError):
    """No usable answer came: refused, dropped, or not what the API describes."""


class RequestTimeoutError(ConnectionFailedError):
    """No answer came in time. The server may still have acted on the request."""


class JobFailedError(IonworksError):
    """At least one of the jobs waited for has failed or was canceled.

    Nothing that finished is lost: the records of all of them are here.

    Attributes
    ----------
    outcomes
        The record of every job waited for, by id, in the order asked.
    states
        The status of every job waited for, by id.
    """

    def __init__(
        self,
        message: str,
        status_code: int | None = None,
        error_code: str | None = None,
        data: dict[str, Any] | None = None,
        request_id: str | None = None,
        *,
        outcomes: Mapping[str, Record] | None = None,
    ) -> None:
        super().__init__(message, status_code, error_code, data, request_id)
        self.outcomes = dict(outcomes or {})
        self.states = {name: str(record.get("status")) for name, record in self.outcomes.items()}


class MeasurementProcessingError(IonworksError):
    """The server could not make a measurement of what was uploaded.

    Attributes
    ----------
    failures
        Why each measurement failed, by its id.

    Examples
    --------
    >>> from ionworks.errors import MeasurementProcessingError
    >>> error = MeasurementProcessingError("1 of 1 failed", failures={"m-1": "no rows"})
    >>> error.measurement_id, error.failures
    ('m-1', {'m-1': 'no rows'})
    """

    def __init__(
        self,
        message: str,
        status_code: int | None = None,
        error_code: str | None = None,
        data: dict[str, Any] | None = None,
        request_id: str | None = None,
        *,
        failures: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, status_code, error_code, data, request_id)
        self.failures = dict(failures or {})

    @property
    def measurement_id(self) -> str | None:
        """The id of the first measurement that failed."""
        return next(iter(self.failures), None)


class MeasurementValidationError(IonworksError):
    """Measured data breaks at least one rule; nothing of it was sent.

    Parameters
    ----------
    message
        Every rule that is broken, each on a line of its own.
    errors
        The issues themselves: code, message, first offending row and its values.

    Examples
    --------
    >>> from ionworks.validators import IssueCode, validate_measurement_data
    >>> from ionworks.errors import MeasurementValidationError
    >>> try:
    ...     validate_measurement_data({"Time [s]": [0.0, 1.0], "Current [A]": [0.0, 0.0]})
    ... except MeasurementValidationError as error:
    ...     print(error.has_code(IssueCode.STEP_COUNT_MISSING))
    True
    """

    def __init__(self, message: str, errors: Iterable[ValidationIssue] | None = None) -> None:
        super().__init__(message)
        self.errors = list(errors or [])
        self.args = (message, self.errors)

    def has_code(self, code: str) -> bool:
        """Whether one of the issues has this code."""
        return any(issue.code == code for issue in self.errors)


class WaitTimeoutError(TimeoutError):
    """Waiting ended before the job did. The job runs on: wait again with the same id.

    Attributes
    ----------
    states
        The last known status of every job waited for, by id.
    """

    def __init__(self, message: str, states: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.states = dict(states or {})
