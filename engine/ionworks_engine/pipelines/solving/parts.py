"""Sets of equations that know nothing of each other.

In a single-particle model the two particles and the electrolyte are such sets: each is solved by
itself, with what suits it, and again only when an input that it depends on has changed. A model
that couples everything, such as a DFN, is one set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csc_matrix
from scipy.sparse.csgraph import connected_components

from ionworks_engine.battery.functions import expanded
from ionworks_engine.battery.quiet import casadi
from ionworks_engine.battery.terms import Places
from ionworks_engine.pipelines.solving.equations import Equations


@dataclass(frozen=True, eq=False)
class Part:
    """Equations of some unknowns that depend on no others.

    Parameters
    ----------
    differential
        How many unknowns come first that have a rate.
    flow, start
        As those of :class:`Equations`, of these unknowns.
    needed
        Places among these unknowns of those that are read.
    inputs
        Places of the inputs that they depend on.
    """

    differential: int
    flow: Any
    start: Any
    needed: Places
    inputs: Places

    @property
    def size(self) -> int:
        """How many unknowns there are."""
        return int(self.flow.size1_in(1))


def parts_of(equations: Equations) -> tuple[list[Part], Any]:
    """Divide equations into parts.

    Returns
    -------
    tuple
        The parts, and a function of time, the needed unknowns of all parts in their order, current
        and inputs that gives the variables.
    """
    if not _divisible(equations):
        every = np.arange(equations.size)
        needed = touched(equations.read, 1)
        whole = _part(equations, every, needed)
        return [whole], _reader(equations, needed)
    needed = touched(equations.read, 1)
    parts = []
    order: list[int] = []
    for unknowns in _groups(equations, needed):
        wanted = np.intersect1d(unknowns, needed)
        parts.append(_part(equations, unknowns, np.searchsorted(unknowns, wanted)))
        order += wanted.tolist()
    return parts, _reader(equations, np.array(order, dtype=int))


def _divisible(equations: Equations) -> bool:
    """Say whether functions are made of scalars, so that parts of them can be taken out."""
    return all(
        function.is_a("SXFunction")
        for function in (equations.flow, equations.start, equations.read)
    )


def _groups(equations: Equations, needed: Places) -> list[Places]:
    """Return the unknowns that are read, with all that they depend on, in groups of their own."""
    pattern = _pattern(equations.flow, 1)
    alive = np.zeros(equations.size, dtype=bool)
    front = needed
    while front.size:
        alive[front] = True
        front = np.setdiff1d(pattern[front].indices, np.flatnonzero(alive))
    kept = np.flatnonzero(alive)
    _, label = connected_components(pattern[kept][:, kept], directed=False)
    return [kept[label == group] for group in range(label.max(initial=-1) + 1)]


def _part(equations: Equations, unknowns: Places, needed: Places) -> Part:
    kind = casadi.SX if _divisible(equations) else casadi.MX
    places = unknowns.tolist()
    time, few, current, inputs = arguments(kind, len(places), len(equations.names))
    whole = kind.zeros(equations.size, 1)
    whole[places] = few
    flow = equations.flow(time, whole, current, inputs)[places]
    start = equations.start(inputs)[places]
    flow_function = casadi.Function("flow", [time, few, current, inputs], [flow])
    start_function = casadi.Function("start", [inputs], [start])
    changing = np.union1d(touched(flow_function, 3), touched(start_function, 0))
    return Part(
        int(np.count_nonzero(unknowns < equations.differential)),
        expanded(flow_function),
        expanded(start_function),
        needed,
        changing.astype(int),
    )


def _reader(equations: Equations, order: Places) -> Any:
    read = equations.read
    kind = kind_of(read)
    time, few, current, inputs = arguments(kind, order.size, len(equations.names))
    whole = kind.zeros(equations.size, 1)
    whole[order.tolist()] = few
    found = read(time, whole, current, inputs)
    return expanded(casadi.Function("reader", [time, few, current, inputs], [found]))


def kind_of(function: Any) -> Any:
    """Return the class of symbols that a function is made of."""
    return casadi.SX if function.is_a("SXFunction") else casadi.MX


def arguments(kind: Any, unknowns: int, inputs: int) -> tuple[Any, Any, Any, Any]:
    """Return symbols of time, unknowns, current and inputs."""
    return kind.sym("t"), kind.sym("y", unknowns), kind.sym("I"), kind.sym("p", inputs)


def touched(function: Any, place: int, rows: Sequence[int] | None = None) -> Places:
    """Return the places of an argument that a function, or rows of what it gives, depend on."""
    changes = _pattern(function, place)
    return np.unique((changes if rows is None else changes[list(rows)]).indices).astype(int)


def _pattern(function: Any, place: int) -> Any:
    pattern = function.sparsity_jac(place, 0)
    rows, starts = np.asarray(pattern.row()), np.asarray(pattern.colind())
    ones = np.ones(rows.size)
    return csc_matrix((ones, rows, starts), shape=pattern.shape).tocsr()
