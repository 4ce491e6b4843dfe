"""IDAKLU for a part, set up once and fed with numbers.

Like :mod:`ionworks_engine.battery.solver`, this leans on what PyBaMM does not promise to keep: the
solver group behind ``IDAKLUSolver``. It is called directly, with functions on scalars and without
events, which leaves out most of what a call of the solver costs otherwise.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.sparse import csc_matrix

from ionworks_engine.battery.quiet import casadi, pybamm
from ionworks_engine.battery.terms import Floats
from ionworks_engine.pipelines.objectives.base import SolveError
from ionworks_engine.pipelines.solving.consistency import settled, solved
from ionworks_engine.pipelines.solving.course import Course
from ionworks_engine.pipelines.solving.differences import differences
from ionworks_engine.pipelines.solving.parts import Part, arguments, kind_of
from ionworks_engine.pipelines.solving.settings import Settings

_MOST_GROUPS = 64
_STEP = 1e-2
"""Of a difference, as a share of an input: what the solver leaves is far smaller."""
_STUCK = "the equations cannot be solved beyond the initial state at these values"
_OPTIONS = {
    "silence_sundials_errors": True,
    "num_steps_no_progress": 2_000,
    "t_no_progress": 1e-3,
    "max_error_test_failures": 30,
}


class IntegratedPart:
    """Solves a part step by step.

    Parameters
    ----------
    part
        The part.
    settings
        Tolerances, among others.
    """

    def __init__(self, part: Part, settings: Settings) -> None:
        self.part = part
        self._settings = settings
        self._groups: OrderedDict[Any, Any] = OrderedDict()
        self._linearised: Any = None
        self._start_slopes: Any = None

    def states(self, inputs: Floats, course: Course, times: Floats) -> Floats:
        """Return the needed unknowns, one row for each time; NaN where the solver did not get to.

        Raises
        ------
        SolveError
            If it did not get beyond the start.
        """
        guess = self.part.start(inputs).full().ravel()
        try:
            raw = self._solved(inputs, course, times, guess, ())
        except SolveError:
            if self.part.differential == self.part.size:
                raise
            # IDAS searches along a line, and sometimes misses what Newton's method finds.
            start = self._settled(inputs, course.values[0], guess)
            raw = self._solved(inputs, course, times, start, ())
        return _filled(raw.y, raw.t, times, self.part.size)[:, self.part.needed]

    def slopes(
        self, inputs: Floats, course: Course, times: Floats, places: list[int]
    ) -> tuple[Floats, Floats]:
        """Return the needed unknowns, and how they change with some inputs.

        By forward sensitivities; by central differences where these stop before the solution does.

        Returns
        -------
        tuple of ndarray
            Of shapes ``(times, needed)`` and ``(times, needed, places)``.
        """
        mine = [column for column, place in enumerate(places) if place in self.part.inputs]
        varied = tuple(places[column] for column in mine)
        columns = np.zeros((times.size, self.part.needed.size, len(places)))
        if not mine:
            return self.states(inputs, course, times), columns
        try:
            here, columns[..., mine] = self._sensitivities(inputs, course, times, varied)
        except SolveError:
            here = np.full(columns.shape[:2], np.nan)
        if not np.isnan(here[-1]).any():
            return here, columns
        alone = self.states(inputs, course, times)
        if np.isnan(alone).sum() == np.isnan(here).sum():
            return here, columns
        columns[..., mine] = differences(
            lambda moved: self.states(moved, course, times), inputs, varied, alone, _STEP
        )
        return alone, columns

    def _sensitivities(
        self, inputs: Floats, course: Course, times: Floats, varied: tuple[int, ...]
    ) -> tuple[Floats, Floats]:
        guess = self.part.start(inputs).full().ravel()
        raw = self._solved(inputs, course, times, guess, varied)
        found = [_filled(each, raw.t, times, self.part.size) for each in (raw.y, *raw.yS)]
        here, *slopes = (each[:, self.part.needed] for each in found)
        return here, np.stack(slopes, axis=-1)

    def _solved(
        self, inputs: Floats, course: Course, times: Floats, start: Floats, varied: tuple[int, ...]
    ) -> Any:
        told = np.concatenate([inputs, course.line or (0.0, 0.0)])
        rates = np.zeros(start.size)
        flow = self.part.flow(0.0, start, course.values[0], inputs).full().ravel()
        rates[: self.part.differential] = flow[: self.part.differential]
        if varied:
            start, sides = self._consistent(inputs, course.values[0], start)
            sides = sides[:, list(varied)]
            start = np.concatenate([start, sides.T.ravel()])
            rates = np.concatenate([rates, np.zeros(sides.size)])
        scales = np.abs(inputs[list(varied)])[None, :] if varied else np.empty((0, 0))
        stops = course.stops[course.stops < times[-1]]
        stops = np.append(stops, times[-1])
        try:
            (raw,) = self._group(course, varied).solve(
                stops,
                times,
                start[None, :],
                rates[None, :],
                told[None, :],
                logger=None,
                pbar=np.where(scales == 0, 1.0, scales),
            )
        except (ValueError, RuntimeError):
            # Says in IDAS' words that nothing can be read, never why there is nothing.
            raise SolveError(_STUCK) from None
        if raw.flag < 0 and (raw.t.size == 0 or raw.t[-1] <= 0):
            raise SolveError(_STUCK)
        return raw

    def _consistent(self, inputs: Floats, current: float, guess: Floats) -> tuple[Floats, Floats]:
        """Return the start, and how it changes with all inputs, algebraic unknowns included.

        IDAS finds consistent unknowns by itself, but often not from derivatives that are none.
        """
        first = self.part.differential
        start = self._settled(inputs, current, guess)
        slopes = self._initial_slopes(inputs)
        if first < start.size:
            _, by_unknown, by_input = self._linear(0.0, start, current, inputs)
            rows = csc_matrix(by_unknown.sparse())[first:]
            missed = rows[:, :first] @ slopes[:first] + by_input.full()[first:]
            slopes[first:] = solved(rows[:, first:], -missed)
        return start, slopes

    def _settled(self, inputs: Floats, current: float, guess: Floats) -> Floats:
        """Return the start with algebraic unknowns that fulfil their equations."""
        return settled(
            lambda state: self._linear(0.0, state, current, inputs)[:2],
            guess,
            self.part.differential,
        )

    @property
    def _linear(self) -> Any:
        """The rates, and how they change with the unknowns and with the inputs."""
        if self._linearised is None:
            kind, flow = kind_of(self.part.flow), self.part.flow
            given = arguments(kind, self.part.size, flow.size1_in(3))
            rates = flow(*given)
            slopes = [casadi.jacobian(rates, given[place]) for place in (1, 3)]
            self._linearised = casadi.Function("linear", list(given), [rates, *slopes])
        return self._linearised

    def _initial_slopes(self, inputs: Floats) -> Floats:
        if self._start_slopes is None:
            symbol = self.part.start.mx_in(0)
            slopes = casadi.densify(casadi.jacobian(self.part.start(symbol), symbol))
            self._start_slopes = casadi.Function("slopes", [symbol], [slopes])
        return np.asarray(self._start_slopes(inputs).full())

    def _group(self, course: Course, varied: tuple[int, ...]) -> Any:
        key = (None if course.line else course, varied)
        if key not in self._groups:
            functions = _functions(self.part, course, varied)
            self._groups[key] = _solver_group(functions, self.part, self._settings, len(varied))
            while len(self._groups) > _MOST_GROUPS:
                self._groups.popitem(last=False)
        self._groups.move_to_end(key)
        return self._groups[key]


def _filled(rows: Any, reached: Any, times: Floats, width: int) -> Floats:
    """Return the rows at the times asked for, NaN for those that were not reached."""
    found = np.asarray(rows, dtype=float).reshape(-1, width)
    if found.shape[0] == times.size:
        return found
    whole = np.full((times.size, width), np.nan)
    place = np.searchsorted(times, np.asarray(reached, dtype=float))
    there = (place < times.size) & np.isin(reached, times)
    whole[place[there]] = found[there]
    return whole


def _functions(part: Part, course: Course, varied: tuple[int, ...]) -> dict[str, Any]:
    """Return what IDAKLU calls, of time, unknowns and inputs; the inputs end with the line."""
    flow, kind = part.flow, kind_of(part.flow)
    time, unknowns, current, inputs = arguments(kind, part.size, flow.size1_in(3))
    factor, vector, line = kind.sym("c"), kind.sym("v", part.size), kind.sym("l", 2)
    told = casadi.vertcat(inputs, line)
    mass = casadi.sparsify(casadi.diag(casadi.DM(np.arange(part.size) < part.differential)))
    rates = flow(time, unknowns, current, inputs)
    slopes = casadi.jacobian(rates, unknowns)
    bare = [time, unknowns, current, inputs]
    outputs = {
        "rhs_alg": (bare, [rates]),
        "jac_times_cjmass": ([*bare, factor], [slopes - factor * mass]),
        "jac_action": ([*bare, vector], [casadi.jtimes(rates, unknowns, vector)]),
        "events": (bare, [kind(0, 1)]),
    }
    if varied:
        by_input = casadi.jacobian(rates, inputs)
        outputs["sens"] = (bare, [casadi.densify(by_input[:, place]) for place in varied])
    if part.differential < part.size:
        algebraic, later = rates[part.differential :], slice(part.differential, part.size)
        outputs["alg_res"] = (bare, [algebraic])
        outputs["alg_jac"] = (bare, [casadi.jacobian(algebraic, unknowns)[:, later]])
    made = {
        name: _under_course(casadi.Function(name, given, found), course, told.numel())
        for name, (given, found) in outputs.items()
    }
    for name in ("sens", "alg_res", "alg_jac"):
        made.setdefault(name, casadi.Function(name, [], []))
    moved = casadi.mtimes(mass, vector)
    made["mass_action"] = casadi.Function("mass_action", [vector], [casadi.densify(moved)])
    return made


def _under_course(function: Any, course: Course, width: int) -> Any:
    """Give the current of a function as what the course makes it."""
    kind = kind_of(function) if course.line is not None else casadi.MX
    sizes = [function.numel_in(place) for place in range(function.n_in())]
    time, unknowns, told = kind.sym("t"), kind.sym("y", sizes[1]), kind.sym("q", width)
    others = [kind.sym(f"r{place}", size) for place, size in enumerate(sizes[4:])]
    if course.line is not None:
        current = told[width - 2] + told[width - 1] * time
    else:
        current = _table(course.times.tobytes(), course.values.tobytes())(time)
    found = function.call([time, unknowns, current, told[: width - 2], *others])
    return casadi.Function(function.name(), [time, unknowns, told, *others], found)


@lru_cache(maxsize=64)
def _table(times: bytes, values: bytes) -> Any:
    options = {"lookup_mode": ["binary"]}
    knots, heights = np.frombuffer(times).tolist(), np.frombuffer(values).tolist()
    return casadi.interpolant("course", "linear", [knots], heights, options)


def _solver_group(functions: dict[str, Any], part: Part, settings: Settings, varied: int) -> Any:
    idaklu = pybamm.solvers.idaklu_solver.idaklu
    pattern = functions["jac_times_cjmass"].sparsity_out(0)
    kinds = (np.arange(part.size) < part.differential).astype(np.int64)
    given = {name: idaklu.generate_function(each.serialize()) for name, each in functions.items()}
    return idaklu.create_casadi_solver_group(
        number_of_states=part.size,
        number_of_parameters=varied,
        jac_times_cjmass_colptrs=np.array(pattern.colind(), dtype=np.int64),
        jac_times_cjmass_rowvals=np.array(pattern.row(), dtype=np.int64),
        jac_times_cjmass_nnz=pattern.nnz(),
        jac_bandwidth_lower=pattern.bw_lower(),
        jac_bandwidth_upper=pattern.bw_upper(),
        number_of_events=0,
        rhs_alg_id=kinds,
        atol=np.full(part.size, settings.atol),
        rtol=settings.rtol,
        inputs=functions["rhs_alg"].size1_in(2),
        var_fcns=[],
        dvar_dy_fcns=[],
        dvar_dp_fcns=[],
        options=pybamm.IDAKLUSolver(options=_OPTIONS).options,
        **given,
    )
