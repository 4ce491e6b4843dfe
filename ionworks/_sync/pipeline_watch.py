# Generated from ionworks/_async/pipeline_watch.py by `python -m codegen sync`; do not edit.
"""Waiting for pipelines of either kind: the record decides, its elements are what is seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ionworks.records import Record
from ionworks.retry import within
from ionworks.waiting import TERMINAL, TRANSIENT, Watch, raise_for_failures

if TYPE_CHECKING:
    from ionworks._sync.session import Session

__all__ = ["Look", "sync_ended", "raise_if_failed"]


@dataclass(frozen=True)
class Look:
    """What one look at a pipeline found.

    Attributes
    ----------
    record
        The pipeline.
    elements
        Its elements; none if it has no rows of its own for them.
    """

    record: Any
    elements: Sequence[Any] = field(default=())

    @property
    def status(self) -> str:
        """The status, as one that is known: the server alone says which ones are final."""
        status = str(self.record.status)
        if not self.record.is_terminal:
            return "running" if status in TERMINAL else status
        if status in TERMINAL:
            return status
        return "failed" if self.record.is_failed else "completed"

    @property
    def states(self) -> dict[str, str]:
        """The status of each element."""
        return {element.name: str(element.status) for element in self.elements}

    @property
    def note(self) -> str:
        """How what runs comes along."""
        running = [element for element in self.elements if element.status == "running"]
        if running:
            return ", ".join(_with(element.name, element.progress) for element in running)
        # A simple pipeline tells how its fit comes along; a full one only counts its elements.
        progress = self.record.progress
        return _with("", progress) if isinstance(progress, Mapping) else ""


def sync_ended(session: Session, wanted: str, look: Callable[[], Any], watch: Watch) -> Look:
    """Look again and again; return the last look at a pipeline, when it has ended.

    Raises
    ------
    WaitTimeoutError
        Carrying the last states of the pipeline and of its elements.
    """
    last: Look | None = None
    with watch, within(watch.time_left):
        while watch.open or last is None:
            try:
                last = look()
                watch.saw({wanted: last.status}, last.states, last.note)
            except TRANSIENT as error:
                watch.stumbled(error)
            session.sleep(watch.pause())
    return last


def raise_if_failed(wanted: str, last: Look, what: str) -> None:
    """Raise an error for a pipeline that has failed, naming the element that did.

    Raises
    ------
    JobFailedError
        With the server's message; its outcome is the record, and ``elements`` in it.
    """
    record = Record(last.record.to_dict())
    record.pop("config", None)
    record["status"], record["error"] = last.status, _reason(record.get("error"), last)
    record["elements"] = [Record(element.to_dict()) for element in last.elements]
    raise_for_failures({wanted: record}, what)


def _reason(error: str | None, last: Look) -> str | None:
    """Return why a pipeline failed; where the server names no element, the one that did."""
    failed = [element for element in last.elements if element.status == "failed"]
    unnamed = [f"{each.name}: {each.error}" for each in failed if each.name not in (error or "")]
    return "; ".join([*([error] if error else []), *unnamed]) or None


def _with(name: str, progress: Mapping[str, Any] | None) -> str:
    """Return a name with the best cost and the iteration, where they are known."""
    told = progress or {}
    cost, iteration = told.get("best_cost"), told.get("iteration")
    parts = [
        name,
        "" if cost is None else f"best cost {cost:.4g}",
        "" if iteration is None else f"iteration {iteration}",
    ]
    return ", ".join(part for part in parts if part)
