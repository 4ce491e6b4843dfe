"""What goes wrong, as a message and an exit code: no traceback reaches who typed a command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any

from ionworks.cli.wording import in_options
from ionworks.errors import (
    AuthenticationError,
    ConflictError,
    ConnectionFailedError,
    IonworksError,
    JobFailedError,
    MeasurementProcessingError,
    MeasurementValidationError,
    NotFoundError,
    PermissionDeniedError,
    RequestTimeoutError,
    ValidationError,
    WaitTimeoutError,
)

__all__ = [
    "AccessError",
    "ExitCode",
    "FailedError",
    "MissingError",
    "PartialError",
    "StoppedError",
    "exit_code",
    "goes_on",
    "has_been_told",
    "told",
]


class ExitCode(IntEnum):
    """What a command says to the script that started it.

    ``DONE`` 0; ``FAILED`` 1, what was asked for failed: a simulation, a fit, the check of a
    protocol; ``USAGE`` 2, a wrong option or bad input; ``NOT_FOUND`` 3; ``ACCESS`` 4, no
    credential or one that may not do this; ``SERVER`` 5, it failed or could not be reached;
    ``TIME_OUT`` 6; ``INTERRUPTED`` 130.
    """

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    ACCESS = 4
    SERVER = 5
    TIME_OUT = 6
    INTERRUPTED = 130


class FailedError(Exception):
    """What was asked for failed."""


class MissingError(LookupError):
    """There is nothing of the name that was typed."""


class AccessError(Exception):
    """There is no credential."""


class PartialError(Exception):
    """Ends a command that had got something: carries why, and what is there or runs on.

    Parameters
    ----------
    cause
        What went wrong; it decides on the exit code.
    message
        In words for who typed the command.
    known
        For programs: what was made, failed or runs on, added to what is told of the cause.
    """

    def __init__(self, cause: BaseException, message: str, known: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.cause, self.known = cause, dict(known)


class StoppedError(Exception):
    """Carries what would end the process past those who would end it."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(str(cause))
        self.cause = cause


_GONE = (
    "what has not ended is gone: 'local' keeps nothing once a command has ended; "
    "--url local:FOLDER does"
)
_EVERYWHERE = ("--url", "-u", "--project", "--json")
_WHERE_KEYS_ARE = "The key is that of IONWORKS_API_KEY, or of 'ionworks config set api_key'"
_CODES: tuple[tuple[type[BaseException], ExitCode], ...] = (
    (KeyboardInterrupt, ExitCode.INTERRUPTED),
    (NotFoundError, ExitCode.NOT_FOUND),
    (MissingError, ExitCode.NOT_FOUND),
    (AuthenticationError, ExitCode.ACCESS),
    (PermissionDeniedError, ExitCode.ACCESS),
    (AccessError, ExitCode.ACCESS),
    (ValidationError, ExitCode.USAGE),
    (MeasurementValidationError, ExitCode.USAGE),
    (ConflictError, ExitCode.USAGE),
    (RequestTimeoutError, ExitCode.TIME_OUT),
    (TimeoutError, ExitCode.TIME_OUT),
    (ConnectionFailedError, ExitCode.SERVER),
    (JobFailedError, ExitCode.FAILED),
    (MeasurementProcessingError, ExitCode.FAILED),
    (FailedError, ExitCode.FAILED),
    (IonworksError, ExitCode.SERVER),
    (ValueError, ExitCode.USAGE),
    (TypeError, ExitCode.USAGE),
    (FileNotFoundError, ExitCode.USAGE),
    (FileExistsError, ExitCode.USAGE),
    (IsADirectoryError, ExitCode.USAGE),
    (NotADirectoryError, ExitCode.USAGE),
    (PermissionError, ExitCode.USAGE),
    (OSError, ExitCode.FAILED),
    (ModuleNotFoundError, ExitCode.FAILED),
)


def exit_code(error: BaseException) -> ExitCode:
    """Return what to end with.

    Examples
    --------
    >>> from ionworks.cli.failures import exit_code
    >>> from ionworks.errors import NotFoundError
    >>> exit_code(NotFoundError("no such model"))
    <ExitCode.NOT_FOUND: 3>
    """
    if isinstance(error, PartialError):
        return exit_code(error.cause)
    if _is_of_the_parser(error):
        return ExitCode.USAGE
    return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.FAILED)


def told(error: BaseException) -> dict[str, Any]:
    """Return an error as it is written: its type, message, exit code and what else is known.

    Examples
    --------
    >>> from ionworks.cli.failures import told
    >>> told(ValueError("--timeout must be above 0"))
    {'type': 'ValueError', 'message': '--timeout must be above 0', 'exit_code': 2}
    """
    if isinstance(error, PartialError):
        return {**told(error.cause), "message": in_options(str(error)), **error.known}
    known = {
        "type": "UsageError" if _is_of_the_parser(error) else type(error).__name__,
        "message": _message(error),
        "exit_code": int(exit_code(error)),
        "status_code": getattr(error, "status_code", None),
        "error_code": getattr(error, "error_code", None),
        "request_id": getattr(error, "request_id", None),
        "problems": getattr(error, "problems", None) or None,
        "states": getattr(error, "states", None) or None,
    }
    return {key: value for key, value in known.items() if value is not None}


@contextmanager
def goes_on(what: str, sent: Sequence[Mapping[str, Any]], command: str | None) -> Iterator[None]:
    """Where waiting in it ends too early, tell what was sent, and the command that waits again.

    Parameters
    ----------
    what
        The word for them, in the plural: what programs find them by.
    sent
        What is known of each; its ``id`` is what the command takes.
    command
        What takes ids and waits for them; ``None`` where they end along with this command.
    """
    try:
        yield
    except (WaitTimeoutError, KeyboardInterrupt) as ended:
        from ionworks.waiting import TERMINAL

        states = getattr(ended, "states", {})
        told_of = [
            {**one, "status": states[one["id"]]} if one["id"] in states else dict(one)
            for one in sent
        ]
        open_ids = [one["id"] for one in told_of if one.get("status") not in TERMINAL]
        advice = f"to go on: {command} {' '.join(open_ids)}" if command else _GONE
        message = f"{ended or 'stopped'}\n{advice}"
        raise PartialError(ended, message, {what: told_of}) from ended


def has_been_told(error: BaseException) -> bool:
    """Whether there is nothing to add: who typed too little has been shown the help."""
    return _is_of_the_parser(error) and not error.format_message()  # type: ignore[attr-defined]


def _message(error: BaseException) -> str:
    if _is_of_the_parser(error):
        return f"{error.format_message()}{_where_help_is(error)}"  # type: ignore[attr-defined]
    if isinstance(error, KeyboardInterrupt):
        return str(error) or "stopped"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    text = in_options(str(error).strip()) or type(error).__name__
    if isinstance(error, AuthenticationError):
        return f"{text}\n{_WHERE_KEYS_ARE}"
    if any(isinstance(error, kind) for kind, _ in _CODES):
        return text
    return f"unexpected {type(error).__name__}{_place(error)}: {text}"


def _where_help_is(error: BaseException) -> str:
    context = getattr(error, "ctx", None)
    if context is None:
        return ""
    hint = f" See '{context.command_path} --help'."
    option = getattr(error, "option_name", None)
    if option not in _EVERYWHERE or not hasattr(context.command, "commands"):
        return hint
    return f". It stands after the command: '{context.command_path} COMMAND {option}'.{hint}"


def _place(error: BaseException) -> str:
    """Say where an error came from that no one foresaw: it belongs into the report of it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _is_of_the_parser(error: BaseException) -> bool:
    """Whether the parser of the command line found it; not all of these have a public class."""
    return callable(getattr(error, "format_message", None))
