"""What is seen while jobs run and files are sent.

Jobs: a bar for people, a line a change for logs, or nothing. Files: a bar for people, or nothing.
On a terminal the bars are rich's. In a notebook they are HTML, which stays when it is saved and
needs no widgets.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any, Protocol, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Reporter", "meter", "reporter"]

_FINISHED = ("completed", "ready", "failed", "canceled", "skipped")
_PARTS = 100
_metering = threading.Lock()


class Reporter(Protocol):
    """Shows how jobs come along."""

    def show(self, states: Mapping[str, str], note: str = "") -> None:
        """Show the status of each job, by id, and how what runs comes along."""

    def close(self) -> None:
        """Show nothing more."""


def reporter(verbose: bool, stream: TextIO | None = None) -> Reporter:
    """Return what fits the place that the output goes to."""
    stream = stream or sys.stdout
    if not verbose or stream is None:  # a program without a console has no stdout
        return _Silence()
    if _in_notebook():
        return _NotebookBar()
    return _Bar() if stream.isatty() else _Lines(stream)


@contextmanager
def meter(
    name: str, size: int, shown: bool, stream: TextIO | None = None
) -> Iterator[Callable[[int], None]]:
    """Show how a file is sent, on a terminal or in a notebook; yield what counts its bytes.

    A terminal has room for one bar: of files that are sent at the same time, the first is shown.
    """
    stream = stream or sys.stdout
    if shown and _in_notebook():
        cell = _Cell()
        yield _counter(cell, name, size)
        cell.show(size, size, f"bytes of {name}")
        return
    watched = shown and stream is not None and stream.isatty()
    if not (watched and _metering.acquire(blocking=False)):
        yield _count_nothing
        return
    bar = _byte_bar()
    try:
        with bar:
            task = bar.add_task(name, total=size)
            yield lambda count: bar.advance(task, count)
    finally:
        _metering.release()


class _Silence:
    def show(self, states: Mapping[str, str], note: str = "") -> None:
        pass

    def close(self) -> None:
        pass


class _Lines:
    """One plain line for each change of a status."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown: dict[str, str] = {}

    def show(self, states: Mapping[str, str], note: str = "") -> None:
        del note  # it changes at every look
        for job, status in states.items():
            if self._shown.get(job) != status:
                self._shown[job] = status
                self._stream.write(f"{job}: {status}\n")
        self._stream.flush()

    def close(self) -> None:
        pass


class _Bar:
    """A bar that fills as jobs finish."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def show(self, states: Mapping[str, str], note: str = "") -> None:
        progress, task = self._started(len(states))
        finished = sum(status in _FINISHED for status in states.values())
        progress.update(task, completed=finished, description=note or _summary(states))

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()

    def _started(self, total: int) -> tuple[Progress, TaskID]:
        if self._progress is None or self._task is None:
            self._progress = _bar()
            self._task = self._progress.add_task("", total=total)
            self._progress.start()
        return self._progress, self._task


class _NotebookBar:
    """A bar in the output of a cell, which fills as jobs finish."""

    def __init__(self) -> None:
        self._cell = _Cell()

    def show(self, states: Mapping[str, str], note: str = "") -> None:
        finished = sum(status in _FINISHED for status in states.values())
        self._cell.show(finished, len(states), note or _summary(states))

    def close(self) -> None:
        pass


class _Cell:
    """A place in the output of a cell, where what is shown replaces what was there."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._shown = ""

    def show(self, done: int, total: int, text: str) -> None:
        """Show how much is done; nothing is sent to the notebook if it says so already."""
        said = f"{done:,}/{total:,} {text}"
        if said == self._shown:
            return
        self._shown = said
        bar = f'<progress value="{done}" max="{max(total, 1)}"></progress>'
        data = {"text/plain": said, "text/html": f"{bar} {escape(said)}"}
        if self._handle is None:
            from IPython.display import DisplayHandle

            self._handle = DisplayHandle()  # type: ignore[no-untyped-call]
            self._handle.display(data, raw=True)
        else:
            self._handle.update(data, raw=True)


def _counter(cell: _Cell, name: str, size: int) -> Callable[[int], None]:
    """Return what counts bytes and shows them at every hundredth of the whole."""
    sent = shown = 0

    def count(more: int) -> None:
        nonlocal sent, shown
        sent += more
        if shown == 0 or sent - shown >= size / _PARTS:
            shown = sent
            cell.show(sent, size, f"bytes of {name}")

    return count


def _bar() -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )


def _byte_bar() -> Progress:
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )


def _count_nothing(count: int) -> None:
    del count


def _summary(states: Mapping[str, str]) -> str:
    counts = Counter(states.values())
    if len(states) == 1:
        return next(iter(counts))
    return ", ".join(f"{number} {status}" for status, number in counts.most_common())


def _in_notebook() -> bool:
    kernel = sys.modules.get("IPython")
    shell = kernel.get_ipython() if kernel else None
    return type(shell).__name__ == "ZMQInteractiveShell"
