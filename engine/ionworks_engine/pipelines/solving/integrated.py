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

from ionworks_engine.battery.quiet import casadi, pybamm
from ionworks_engine.battery.terms import Floats
from ionworks_engine.pipelines.objectives.base import SolveError
from ionworks_engine.pipelines.solving.course import Course
from ionworks_engine.pipelines.solving.parts import Part, arguments, kind_of
from ionworks_engine.pipelines.solving.settings import Settings

_MOST_GROUPS = 64
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
        self._start_slopes: Any = None

    def states(self, inputs: Floats, course: Course, times: Floats) -> Floats:
        """Return the needed unknowns, one row for each time; NaN where the solver did not get to.

        Raises
        ------
        SolveError
            If it did not get beyond the start.
        """
        start = self.part.start(inputs).full().ravel()
        raw = self._solved(inputs, course, times, start, ())
        return _filled(raw.y, raw.t, times, self.part.size)[:, self.part.needed]

    def slopes(
        self, inputs: Floats, course: Course, times: Floats, places: list[int]
    ) -> tuple[Floats, Floats]:
        """Return the needed unknowns, and how they change with some inputs.

        Returns
        -------
        tuple of ndarray
            Of shapes ``(times, needed)`` and ``(times, needed, places)``.
        """
        mine = [place for place in places if place in self.part.inputs]
        columns = np.zeros((times.size, self.part.needed.size, len(places)))
        if not mine:
            return self.states(inputs, course, times), columns
        start = self.part.start(inputs).full().ravel()
        raw = self._solved(inputs, course, times, start, tuple(mine))
        for index, place in enumerate(mine):
            found = _filled(np.asarray(raw.yS)[index], raw.t, times, self.part.size)
            columns[:, :, places.index(place)] = found[:, self.part.needed]
        return _filled(raw.y, raw.t, times, self.part.size)[:, self.part.needed], columns

    def _solved(
        self, inputs: Floats, course: Course, times: Floats, start: Floats, varied: tuple[int, ...]
    ) -> Any:
        told = np.concatenate([inputs, course.line or (0.0, 0.0)])
        rates = np.zeros(start.size)
        flow = self.part.flow(0.0, start, course.values[0], inputs).full().ravel()
        rates[: self.part.differential] = flow[: self.part.differential]
        if varied:
            sides = self._initial_slopes(inputs)[:, list(varied)]
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
        except (ValueError, RuntimeError) as error:
            raise SolveError(" ".join(str(error).split())) from None
        if raw.flag < 0 and (raw.t.size == 0 or raw.t[-1] <= 0):
            words = pybamm.solvers.idaklu_solver.idaklu.sundials_error_message(raw.flag)
            raise SolveError(str(words))
        return raw

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
