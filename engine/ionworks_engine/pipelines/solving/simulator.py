"""The wanted variables of a model at the measured times, again and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from ionworks_engine.battery.quiet import casadi
from ionworks_engine.battery.terms import Floats, Places
from ionworks_engine.pipelines.solving.course import Course
from ionworks_engine.pipelines.solving.equations import Equations
from ionworks_engine.pipelines.solving.integrated import IntegratedPart
from ionworks_engine.pipelines.solving.linear import LinearPart, MixedModesError
from ionworks_engine.pipelines.solving.parts import Part, parts_of, touched
from ionworks_engine.pipelines.solving.reading import Divided, divided

_REMEMBERED = 8


class PartSolver(Protocol):
    """What solves one part."""

    part: Part

    def states(self, inputs: Floats, course: Course, times: Floats) -> Floats:
        """Return the needed unknowns, one row for each time."""
        ...

    def slopes(
        self, inputs: Floats, course: Course, times: Floats, places: list[int]
    ) -> tuple[Floats, Floats]:
        """Return the needed unknowns, and how they change with some inputs."""
        ...


class Machine:
    """Equations with all that was compiled for them, shared by those who solve them.

    Parameters
    ----------
    equations
        The model.
    """

    def __init__(self, equations: Equations) -> None:
        self.equations = equations
        parts, self.reader = parts_of(equations)
        self.solvers: list[PartSolver] = [
            LinearPart.of(part) or IntegratedPart(part, equations.settings) for part in parts
        ]
        self.divided = divided(self.reader, self._staying())
        self._slopes: Any = None

    def used(self, variables: Sequence[str]) -> frozenset[str]:
        """Return the names of the inputs that change any of some variables."""
        rows = [self.equations.variables.index(name) for name in variables]
        needed = touched(self.reader, 1, rows)
        ends = np.cumsum([solver.part.needed.size for solver in self.solvers])
        parts = np.unique(np.searchsorted(ends, needed, side="right"))
        places = [self.solvers[part].part.inputs for part in parts]
        every = np.concatenate([*places, touched(self.reader, 3, rows)])
        return frozenset(self.equations.names[place] for place in every.astype(int))

    def _staying(self) -> Places:
        """Return the places, among all needed unknowns, of those that no input changes."""
        stays = [
            np.full(solver.part.needed.size, solver.part.inputs.size == 0)
            for solver in self.solvers
        ]
        return np.flatnonzero(np.concatenate(stays)) if stays else np.zeros(0, dtype=int)

    def stepping(self, place: int) -> IntegratedPart:
        """Let a part be solved step by step from now on, as its modes cannot be told apart."""
        solver = IntegratedPart(self.solvers[place].part, self.equations.settings)
        self.solvers[place] = solver
        return solver

    @property
    def reading_slopes(self) -> Any:
        """What is read, and how it changes with the needed unknowns and with the inputs."""
        if self._slopes is None:
            read = self.reader
            symbols = read.sx_in() if read.is_a("SXFunction") else read.mx_in()
            found = read(*symbols)
            changes = [casadi.jacobian(found, symbols[place]) for place in (1, 3)]
            outputs = [found, *(casadi.vec(casadi.densify(each)) for each in changes)]
            self._slopes = casadi.Function("reading", symbols, outputs)
        return self._slopes


class Simulator:
    """A machine under one current, read at some times.

    Parameters
    ----------
    machine
        The compiled model.
    course
        The current.
    times
        When to read, in s from 0, not falling; one and the same time may stand there twice.
    """

    def __init__(self, machine: Machine, course: Course, times: Floats) -> None:
        self._machine = machine
        self._course = course
        self._places: Any
        self._times, self._places = np.unique(times, return_inverse=True)
        self._current = course.at(self._times)
        self._known: list[OrderedDict[bytes, Floats]] = [OrderedDict() for _ in machine.solvers]
        self._once: Any = None

    def run(self, inputs: Floats) -> Floats:
        """Return the variables, one row for each; NaN where the model does not get to.

        Raises
        ------
        SolveError
            If there is no solution beyond the start.
        """
        found = [self._states(place, inputs) for place in range(len(self._machine.solvers))]
        unknowns = np.hstack(found).T if found else np.zeros((0, self._times.size))
        if self._machine.divided is not None:
            return self._spread(self._read_again(self._machine.divided, unknowns, inputs))
        read = self._machine.reader(self._times[None, :], unknowns, self._current[None, :], inputs)
        return self._spread(np.asarray(read.full()))

    def _read_again(self, halves: Divided, unknowns: Floats, inputs: Floats) -> Floats:
        if self._once is None:
            staying = unknowns[halves.staying]
            self._once = halves.once(self._times[None, :], staying, self._current[None, :])
        return np.asarray(halves.again(unknowns[halves.moving], self._once, inputs).full())

    def slopes(self, inputs: Floats, places: list[int]) -> tuple[Floats, Floats]:
        """Return the variables, and how they change with some inputs.

        Returns
        -------
        tuple of ndarray
            Of shapes ``(variables, times)`` and ``(variables, times, places)``.
        """
        both = [self._changes(n, inputs, places) for n in range(len(self._machine.solvers))]
        unknowns = np.hstack([states for states, _ in both])
        changes = np.concatenate([each for _, each in both], axis=1)
        read, by_unknown, by_input = (
            each.full()
            for each in self._machine.reading_slopes(
                self._times[None, :], unknowns.T, self._current[None, :], inputs
            )
        )
        count, size = self._times.size, read.shape[0]
        by_unknown = by_unknown.reshape(-1, size, count)
        by_input = by_input.reshape(-1, size, count)[places]
        total = np.einsum("uvt,tui->vti", by_unknown, changes) + by_input.transpose(1, 2, 0)
        return self._spread(read), total[:, self._places]

    def _spread(self, read: Floats) -> Floats:
        return read[:, self._places]

    def _states(self, place: int, inputs: Floats) -> Floats:
        """Solve a part, unless it was solved lately with the inputs that it depends on."""
        known = self._known[place]
        key = inputs[self._machine.solvers[place].part.inputs].tobytes()
        if key not in known:
            known[key] = self._solve(place, inputs)
            while len(known) > _REMEMBERED:
                known.popitem(last=False)
        known.move_to_end(key)
        return known[key]

    def _solve(self, place: int, inputs: Floats) -> Floats:
        try:
            return self._machine.solvers[place].states(inputs, self._course, self._times)
        except MixedModesError:
            stepping = self._machine.stepping(place)
            return stepping.states(inputs, self._course, self._times)

    def _changes(self, place: int, inputs: Floats, places: list[int]) -> tuple[Floats, Floats]:
        try:
            solver = self._machine.solvers[place]
            return solver.slopes(inputs, self._course, self._times, places)
        except MixedModesError:
            stepping = self._machine.stepping(place)
            return stepping.slopes(inputs, self._course, self._times, places)
