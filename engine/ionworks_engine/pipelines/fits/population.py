"""Many evaluations of one problem, and many starts of one fit, shared with idle workers.

The owner offers its work in parts, and takes back from the end what nobody has begun, one ahead of
what it is at. What helpers are at when nothing else is left it waits for, a while; then it computes
that too. Helpers send back bare outcomes:
penalties, traces and counts are the owner's, and numbers do not depend on who computed them, up to
the tolerances of the solvers.

A part names the problem by a key. The recipe, for helpers that do not know it, is the request that
the owner runs for, ``aid.origin``, and the element whose objectives, parameters and cost these are.
The helper's side is :mod:`ionworks_engine.pipelines.helping`.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from ionworks_engine.pipelines.aid import Aid, Handed, HelperLost
from ionworks_engine.pipelines.optimizers.base import Floats

EVALUATE, START = "evaluate_population", "run_start"
_SHARE = 2
"""What is left is cut so many times finer than by the number of workers: the owner and its helpers
meet where parts are smallest, so that none waits long for another."""
_AHEAD = 2
"""How many parts the owner has for itself: the one it is at, and the next."""
_BLOCK, _OUT = 20_000, 8
"""How many points are shared at a time, and how many starts are on offer for each helper: what is
offered stands in the engine's memory."""
_LATE = 3.0
"""How many times as long as itself the owner gives a helper."""
_WORTH = 3e-3
"""Seconds that a part should take at least: less is done sooner than sent."""
_PATIENCE = 2
"""Losses after which no help is sought any more."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one evaluation came to: the bare cost, or NaN and the solver's words."""

    cost: float
    error: str = ""

    def written(self) -> list[Any]:
        """Return plain values, for another process."""
        return [None if self.error else self.cost, self.error]

    @classmethod
    def read(cls, written: Sequence[Any]) -> Outcome:
        """Read back what `written` gave."""
        cost, error = written
        return cls(math.nan if cost is None else float(cost), error)


class _Recipe:
    """What helpers rebuild a problem from, and how they are doing with it."""

    def __init__(self, aid: Aid, element: Mapping[str, Any] | None) -> None:
        self._aid = aid
        self._whole = {"origin": aid.origin, "element": element}
        self._key = ""
        self._losses = 0
        self._is_shareable = element is not None and aid.origin is not None and aid.workers > 1

    @property
    def helpers(self) -> int:
        """How many may help."""
        return self._aid.workers - 1 if self._is_shareable and self._losses < _PATIENCE else 0

    def offer(self, task: str, part: Mapping[str, Any]) -> Handed | None:
        """Offer a part."""
        if not self._key:
            text = json.dumps(self._whole, sort_keys=True)
            self._key = hashlib.sha256(text.encode()).hexdigest()
        request = {**part, "key": self._key, "recipe": self._whole}
        return self._aid.hand_over(task, request, self._key)

    def lost(self) -> None:
        """Remember that a helper was lost."""
        self._losses += 1


@dataclass(slots=True)
class _Offered:
    """A part, and what is in it; whether it was asked back, and whether it is known as begun."""

    handed: Handed
    items: list[int]
    is_wanted_back: bool = False
    is_begun: bool = False


class Population:
    """Evaluate the points of one problem.

    Parameters
    ----------
    evaluate
        The bare cost at a point: no penalty, no trace, the same in every process.
    aid
        Who may help.
    element
        What a helper rebuilds the problem from, beside ``aid.origin``: the wire form of the
        element whose objectives, parameters and cost these are. ``None``: nobody can help.
    """

    def __init__(
        self,
        evaluate: Callable[[Floats], Outcome],
        aid: Aid,
        element: Mapping[str, Any] | None,
    ) -> None:
        self._evaluate = evaluate
        self._recipe = _Recipe(aid, element)
        self._seconds = math.nan

    def outcomes(self, points: Floats) -> list[Outcome]:
        """Return the outcome at each row of a matrix, in their order."""
        points = np.atleast_2d(points)
        if len(points) > _BLOCK:
            blocks = (points[at : at + _BLOCK] for at in range(0, len(points), _BLOCK))
            return [outcome for block in blocks for outcome in self.outcomes(block)]
        if self._recipe.helpers and len(points) > 1 and math.isnan(self._seconds):
            first = self._timed(points[0])
            return [first, *self.outcomes(points[1:])]
        sizes = self._part_sizes(len(points))
        if not sizes:
            return [self._timed(point) for point in points]
        patience = _LATE * max(sizes) * self._seconds
        return _Shared(self._recipe, points, sizes, self._timed, patience).outcomes()

    def _part_sizes(self, count: int) -> list[int]:
        """Return how many points to offer at a time; none where help does not pay."""
        workers = self._recipe.helpers + 1
        if workers == 1 or self._seconds * count < 2 * _WORTH:
            return []
        return part_sizes(count, workers, math.ceil(_WORTH / self._seconds))

    def _timed(self, point: Floats) -> Outcome:
        began = time.perf_counter()
        outcome = self._evaluate(point)
        took = time.perf_counter() - began
        self._seconds = took if math.isnan(self._seconds) else 0.8 * self._seconds + 0.2 * took
        return outcome


def part_sizes(count: int, workers: int, least: int) -> list[int]:
    """Cut a count into parts: the owner's first, then what others take from the front.

    The owner takes the rest from the end, so that parts are large at both ends and small between.

    Examples
    --------
    >>> part_sizes(40, 2, 2)
    [10, 8, 4, 3, 2, 2, 2, 3, 6]
    """
    sizes, left = [], count
    while left:
        sizes.append(min(left, max(least, math.ceil(left / (_SHARE * workers)))))
        left -= sizes[-1]
    own, *rest = sizes
    firsts, others = rest[: workers - 1], rest[workers - 1 :]
    return [own, *firsts, *others[1::2], *reversed(others[::2])]


class _Shared:
    """One population on its way."""

    def __init__(
        self,
        recipe: _Recipe,
        points: Floats,
        sizes: Sequence[int],
        evaluate: Callable[[Floats], Outcome],
        patience: float,
    ) -> None:
        self._recipe = recipe
        self._points = points
        self._evaluate = evaluate
        self._patience = patience
        self._found: list[Outcome | None] = [None] * len(points)
        self._own = deque(range(sizes[0]))
        self._offered: list[_Offered] = []
        for begin, end in pairwise(accumulate(sizes)):
            self._offer(list(range(begin, end)))

    def outcomes(self) -> list[Outcome]:
        """Compute, and collect what others compute, until all is known."""
        while True:
            self._collect()
            self._claim()
            if self._own:
                index = self._own.popleft()
                if self._found[index] is None:
                    self._found[index] = self._evaluate(self._points[index])
            elif not self._await():
                return [outcome for outcome in self._found if outcome is not None]

    def _offer(self, items: list[int]) -> None:
        handed = self._recipe.offer(EVALUATE, {"points": self._points[items].tolist()})
        if handed is None:
            self._own.extend(items)
        else:
            self._offered.append(_Offered(handed, items))

    def _collect(self) -> None:
        """Take the answers that are there; what was lost is computed here."""
        for each in [offered for offered in self._offered if offered.handed.done()]:
            self._offered.remove(each)
            try:
                answer = each.handed.result()
            except HelperLost:
                if not each.is_wanted_back:
                    self._recipe.lost()
                    self._despair()
                self._own.extend(each.items)
                continue
            for index, written in zip(each.items, answer["outcomes"], strict=True):
                self._found[index] = self._found[index] or Outcome.read(written)

    def _despair(self) -> None:
        """Take everything back, once helpers are lost too often."""
        for each in self._offered:
            if not self._recipe.helpers and not each.is_wanted_back:
                each.is_wanted_back = True
                each.handed.take_back()

    def _claim(self) -> None:
        """Ask for the next part back before it is needed: the last that is not asked for."""
        asked = sum(each.is_wanted_back and not each.is_begun for each in self._offered)
        if len(self._own) + asked < _AHEAD:
            for each in reversed(self._offered):
                if not each.is_wanted_back:
                    each.is_wanted_back = True
                    each.handed.take_back()
                    return

    def _await(self) -> bool:
        """Wait for a part that was asked back or is begun; false when nothing is open."""
        for each in self._offered:
            if each.is_wanted_back and not each.is_begun:
                each.is_begun = not each.handed.is_back()
                return True
        missing = [n for each in self._offered for n in each.items if self._found[n] is None]
        if missing and not self._offered[0].handed.wait(self._patience):
            self._own.append(missing[-1])
        return bool(missing)


def optima(
    start_one: Callable[[Mapping[str, Any]], dict[str, Any]],
    starts: Sequence[Mapping[str, Any]],
    aid: Aid,
    element: Mapping[str, Any] | None,
) -> list[dict[str, Any]]:
    """Run an optimizer from several starts, shared with idle workers.

    Parameters
    ----------
    start_one
        Runs one start and returns plain values.
    starts
        What each start is given: plain values.
    aid, element
        As of a `Population`.

    Returns
    -------
    list of dict
        What each start came to, in their order.
    """
    return _Runs(start_one, starts, _Recipe(aid, element)).found()


class _Runs:
    """Starts on their way."""

    def __init__(
        self,
        start_one: Callable[[Mapping[str, Any]], dict[str, Any]],
        starts: Sequence[Mapping[str, Any]],
        recipe: _Recipe,
    ) -> None:
        self._start_one = start_one
        self._starts = starts
        self._recipe = recipe
        self._own: deque[int] = deque()
        self._waiting = deque(range(len(starts)))
        self._offered: dict[int, Handed] = {}
        self._ends: dict[int, dict[str, Any]] = {}

    def found(self) -> list[dict[str, Any]]:
        """Run the first one here, then whatever nobody has begun."""
        while len(self._ends) < len(self._starts):
            self._collect()
            mine = self._mine()
            self._offer()
            if mine is not None:
                self._ends[mine] = self._start_one(self._starts[mine])
            elif self._offered:
                self._end(next(iter(self._offered)))
        return [self._ends[index] for index in range(len(self._starts))]

    def _offer(self) -> None:
        """Offer the next ones, a few for each helper."""
        while self._waiting and len(self._offered) < _OUT * self._recipe.helpers:
            index = self._waiting.popleft()
            handed = self._recipe.offer(START, {"start": self._starts[index]})
            if handed is None:
                self._own.append(index)
            else:
                self._offered[index] = handed

    def _mine(self) -> int | None:
        """Return a start that is nobody's, else the last one that comes back."""
        for those in (self._own, self._waiting):
            if those:
                return those.popleft()
        for index, handed in reversed(list(self._offered.items())):
            handed.take_back()
            if handed.is_back():
                del self._offered[index]
                return index
        return None

    def _collect(self) -> None:
        for index in [index for index, handed in self._offered.items() if handed.done()]:
            self._end(index)

    def _end(self, index: int) -> None:
        """Wait for a start; one that was lost is run here."""
        try:
            self._ends[index] = self._offered.pop(index).result()["end"]
        except HelperLost:
            self._recipe.lost()
            self._own.append(index)
