"""What a running element may ask of whoever runs it: to pass on how far it is, and for help.

An element runs in one worker. It tells how far it is with ``tell``; while other workers have
nothing to do it may hand them parts of its own work, and does the rest itself meanwhile. Nobody
has to help: an element that is alone comes to the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class HelperLost(Exception):  # noqa: N818 - it is said of a helper, it is not an error of ours
    """A helper ended, or failed, before it answered: whoever asked does the work itself."""


class Handed(Protocol):
    """A part of the work that a helper is at."""

    def done(self) -> bool:
        """Whether the answer, or the loss of the helper, is known. Never waits."""

    def result(self) -> dict[str, Any]:
        """Wait for the answer.

        Raises
        ------
        HelperLost
            If the helper will never answer.
        """

    def drop(self) -> None:
        """Say that the answer is not wanted any more; the helper is stopped."""


class Aid(Protocol):
    """What an element gets from its surroundings."""

    workers: int
    """How many workers there are, this one included; with 1 nobody can help."""

    origin: Mapping[str, Any] | None
    """The request that this element runs for: helpers read the same one to do the same."""

    def tell(self, progress: Mapping[str, Any]) -> None:
        """Pass on how far the work is, such as ``{"best_cost": 0.1, "iteration": 3}``.

        Cheap enough for every iteration: what comes too fast is merged into the next one.
        """

    def hand_over(self, task: str, request: Mapping[str, Any], affinity: str) -> Handed | None:
        """Give a task to an idle worker.

        Parameters
        ----------
        task, request
            As for an executor: plain values only.
        affinity
            Workers that did tasks of the same affinity are asked first: they have compiled.

        Returns
        -------
        Handed or None
            ``None`` when nobody is idle; the next one may be asked at once, it costs no message
            for a tenth of a second.
        """


class _Alone:
    """Nobody listens, nobody helps."""

    workers = 1
    origin: Mapping[str, Any] | None = None

    def tell(self, progress: Mapping[str, Any]) -> None:
        """Do nothing."""

    def hand_over(self, task: str, request: Mapping[str, Any], affinity: str) -> Handed | None:
        """Find nobody."""
        del task, request, affinity
        return None


ALONE: Aid = _Alone()
"""The aid of an element that runs by itself."""
