"""Files one after another: one that is refused keeps none of the others waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from ionworks.cli.failures import PartialError, told
from ionworks.errors import (
    ConflictError,
    MeasurementProcessingError,
    MeasurementValidationError,
    ValidationError,
    WaitTimeoutError,
)

__all__ = ["Outcome", "one_by_one"]

Made = TypeVar("Made")
_OF_ONE = (
    ConflictError,
    MeasurementProcessingError,
    MeasurementValidationError,
    ValidationError,
    WaitTimeoutError,
    ValueError,
    FileNotFoundError,
    IsADirectoryError,
    PermissionError,
)
"""What says nothing of the next file; all else, such as no answer, would befall it as well."""


@dataclass
class Outcome(Generic[Made]):
    """What became of files.

    Attributes
    ----------
    made
        What was made of each that went well.
    failed
        What kept others from it.
    not_tried
        Those that were left when something ended it all.
    ended_by
        What that was.
    """

    made: dict[Path, Made] = field(default_factory=dict)
    failed: dict[Path, BaseException] = field(default_factory=dict)
    not_tried: list[Path] = field(default_factory=list)
    ended_by: BaseException | None = None

    def raise_for_failed(self) -> None:
        """Raise for the files that failed, each with its reason.

        Raises
        ------
        PartialError
            If there is one; with the exit code of what ended it all, else of the first.
        """
        if not self.failed:
            return
        lines = [_line(path, error) for path, error in self.failed.items()]
        if self.not_tried:
            lines.append(f"not tried: {', '.join(map(str, self.not_tried))}")
        failures = [{"file": path, **told(error)} for path, error in self.failed.items()]
        known = {"failed": failures, "not_tried": self.not_tried}
        cause = self.ended_by or next(iter(self.failed.values()))
        raise PartialError(cause, "\n".join(lines), known)


def one_by_one(
    files: Iterable[Path], make: Callable[[Path], Made], tell: Callable[[Path, Made], None]
) -> Outcome[Made]:
    """Make something of each file, and tell of it at once; stop at what all would fail at.

    Examples
    --------
    >>> from pathlib import Path
    >>> from ionworks.cli.batches import one_by_one
    >>> files = [Path("1"), Path("one"), Path("2")]
    >>> outcome = one_by_one(files, lambda path: int(path.name), print)
    1 1
    2 2
    >>> [str(path) for path in outcome.failed]
    ['one']
    """
    outcome: Outcome[Made] = Outcome()
    left = list(dict.fromkeys(files))
    while left and outcome.ended_by is None:
        path = left.pop(0)
        try:
            outcome.made[path] = make(path)
        except _OF_ONE as error:
            outcome.failed[path] = error
        except (Exception, KeyboardInterrupt) as error:
            outcome.failed[path], outcome.ended_by = error, error
        else:
            tell(path, outcome.made[path])
    outcome.not_tried = left
    return outcome


def _line(path: Path, error: BaseException) -> str:
    """Return why a file failed, with its name once."""
    message = str(told(error)["message"])
    return message if message.startswith((str(path), path.name)) else f"{path}: {message}"
