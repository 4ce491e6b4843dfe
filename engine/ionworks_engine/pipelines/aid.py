"""What a running element may ask of whoever runs it: to pass on how far it is, and for help.

An element runs in one worker. It tells how far it is with ``tell``, and may offer parts of its
work: workers that have nothing else to do take them up, in the order in which they were offered.
It does the rest itself meanwhile, and takes back from the end what nobody has begun. Nobody has
to help: an element that is alone comes to the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

UNKNOWN: Mapping[str, Any] = {"unknown": True}
"""What a helper answers that lacks what stands in the recipe."""


class HelperLost(Exception):  # noqa: N818 - it is said of a helper, it is not an error of ours
    """Nobody will answer: the part was taken back, or its helper ended or failed."""


class Handed(Protocol):
    """A part of the work that is offered to helpers."""

    def done(self) -> bool:
        """Whether it is known what became of it. Never waits."""

    def wait(self, seconds: float) -> bool:
        """Wait so long at most for it to be known; return whether it is."""

    def result(self) -> dict[str, Any]:
        """Wait for the answer.

        Raises
        ------
        HelperLost
            If there will be none.
        """

    def take_back(self) -> None:
        """Ask for it back; nothing happens if somebody has begun it. Never waits."""

    def is_back(self) -> bool:
        """Wait until it is known whether it came back after `take_back`."""


class Aid(Protocol):
    """What an element gets from its surroundings."""

    @property
    def workers(self) -> int:
        """How many workers there are, this one included; with 1 nobody can help."""

    @property
    def origin(self) -> Mapping[str, Any] | None:
        """The request that this element runs for: helpers read the same to do the same."""

    def tell(self, progress: Mapping[str, Any]) -> None:
        """Pass on how far the work is, such as ``{"best_cost": 0.1, "iteration": 3}``.

        Cheap enough for every iteration: what comes too fast is merged into the next one.
        """

    def hand_over(self, task: str, request: Mapping[str, Any], affinity: str) -> Handed | None:
        """Offer a task to workers that are idle, or will be.

        Parameters
        ----------
        task, request
            As for an executor: plain values only. What stands under ``recipe`` is kept back; only
            a helper that answers ``UNKNOWN`` is asked again, with the entries of the recipe beside
            the others.
        affinity
            Workers that did tasks of the same affinity are preferred: they have compiled.

        Returns
        -------
        Handed or None
            ``None`` where nobody can ever help.
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
