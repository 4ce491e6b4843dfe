"""Measure and report; shared by every benchmark."""

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Figure(NamedTuple):
    """Two times of one run [s], of the same work, and what their ratio should be."""

    what: str
    ours: float
    reference: str
    theirs: float
    target: str

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs


FIGURES: list[Figure] = []
"""What was reported in this run."""


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best(work: Callable[[], object], repeats: int = 5) -> float:
    return min(seconds(work) for _ in range(repeats))


def median(work: Callable[[], object], repeats: int = 300) -> float:
    return statistics.median(seconds(work) for _ in range(repeats))


def report(what: str, ours: float, reference: str, theirs: float, target: str) -> None:
    """Print one line: both times, the ratio of ours to the reference, and what it should be."""
    figure = Figure(what, ours, reference, theirs, target)
    FIGURES.append(figure)
    print(
        f"{what}: {1e3 * ours:.2f} ms | {reference}: {1e3 * theirs:.2f} ms"
        f" | ratio {figure.ratio:.3f} = 1/{1 / figure.ratio:.1f} (target {target})",
        flush=True,
    )
