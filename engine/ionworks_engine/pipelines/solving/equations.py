"""A PyBaMM model as functions of time, unknowns, current and inputs.

Like :mod:`ionworks_engine.battery.compiled`, this leans on what PyBaMM does not promise to keep:
how a discretised model is turned into CasADi expressions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ionworks_engine.battery.functions import expanded
from ionworks_engine.battery.quiet import casadi, pybamm
from ionworks_engine.battery.terms import Floats
from ionworks_engine.pipelines.errors import (
    MissingParametersError,
    PipelineError,
    near,
    refuse,
    words_of,
)
from ionworks_engine.pipelines.solving.settings import Settings

CURRENT = "Current function [A]"
_APPLIED = "applied current [A]"
_MOST_MISSING = 400


@dataclass(frozen=True, eq=False)
class Equations:
    """``M dy/dt = f(t, y, I, p)`` with ``y(0) = start(p)``, and what is read from it.

    Parameters
    ----------
    names
        Of the inputs, in the order of ``p``.
    differential
        How many unknowns come first that have a rate; the others are algebraic.
    flow
        ``f``, of time in s, unknowns, current in A and inputs.
    start
        Initial unknowns, of the inputs.
    read
        The variables, of the same as ``f``.
    variables
        Names of the variables.
    settings
        Tolerances, among others.
    """

    names: tuple[str, ...]
    differential: int
    flow: Any
    start: Any
    read: Any
    variables: tuple[str, ...]
    settings: Settings

    @property
    def size(self) -> int:
        """How many unknowns there are."""
        return int(self.flow.size1_in(1))

    def filled(self, values: Mapping[str, float]) -> Floats:
        """Return the inputs in their order."""
        return np.array([values[name] for name in self.names], dtype=float)


def equations(
    model: Any,
    parameters: Any,
    inputs: Iterable[str],
    variables: Sequence[str],
    settings: Settings,
    where: str,
) -> Equations:
    """Discretise a model, with some parameters and the current as inputs.

    Parameters
    ----------
    model
        A PyBaMM model, left unchanged; its events are not used.
    parameters
        Its parameter values, left unchanged.
    inputs
        Names of the parameters that become inputs.
    variables
        Names of scalar variables to read.
    settings
        Mesh and tolerances.
    where
        Key path for messages.

    Raises
    ------
    MissingParametersError
        Naming every parameter that the model needs and does not have.
    PipelineError
        If a variable is unknown or no scalar, or PyBaMM cannot build the model.
    """
    check_variables(model, variables, where)
    names = tuple(sorted(set(inputs)))
    values = parameters.copy()
    values.update({name: pybamm.InputParameter(name) for name in names})
    values[CURRENT] = pybamm.InputParameter(_APPLIED)
    built = _discretised(model, values, settings, where)
    return _as_functions(built, names, tuple(variables), settings, where)


def check_variables(model: Any, variables: Sequence[str], where: str) -> None:
    """Refuse names that are no variables of a model."""
    for name in variables:
        if name not in model.variables:
            hint = near(name, list(model.variables))
            raise refuse(where, f"the model has no variable {name!r}{hint}")


def _discretised(model: Any, values: Any, settings: Settings, where: str) -> Any:
    fresh = model.new_copy()
    fresh.events = []
    geometry = dict(settings.geometry or fresh.default_geometry)
    try:
        values.process_model(fresh, delayed_variable_processing=True)
        values.process_geometry(geometry)
        submeshes = _submeshes(fresh, geometry, settings, where)
        points = {**fresh.default_var_pts, **_by_name(fresh, settings.points)}
        methods = {**fresh.default_spatial_methods, **settings.spatial_methods}
        mesh = pybamm.Mesh(geometry, submeshes, points)
        discretisation = pybamm.Discretisation(mesh, methods)
        return discretisation.process_model(fresh, delayed_variable_processing=True)
    except PipelineError:
        raise
    except Exception as error:
        _check_complete(model.new_copy(), values, where)
        raise refuse(where, f"the model cannot be built: {words_of(error)}") from error


def _by_name(model: Any, points: Mapping[str, int]) -> dict[Any, int]:
    """Return points by the keys that the model's own have, names or variables."""
    keys = {str(getattr(key, "name", key)): key for key in model.default_var_pts}
    return {keys.get(name, name): count for name, count in points.items()}


def _submeshes(model: Any, geometry: Any, settings: Settings, where: str) -> dict[str, Any]:
    submeshes = {**model.default_submesh_types, **settings.submesh_types}
    for domain in _joined(geometry, _varying(geometry)):
        uniform = submeshes.get(domain)
        if getattr(uniform, "submesh_type", uniform) is not pybamm.Uniform1DSubMesh:
            raise refuse(where, f"the size of the {domain} can only be varied on a uniform mesh")
        submeshes[domain] = pybamm.SymbolicUniform1DSubMesh
    return submeshes


def _varying(geometry: Mapping[str, Any]) -> list[str]:
    """Name the domains whose limits depend on an input."""
    return [
        domain
        for domain, limits in geometry.items()
        if any(
            isinstance(node, pybamm.InputParameter)
            for sides in limits.values()
            for side in (sides.values() if isinstance(sides, Mapping) else ())
            if isinstance(side, pybamm.Symbol)
            for node in side.pre_order()
        )
    ]


def _joined(geometry: Mapping[str, Any], domains: Iterable[str]) -> list[str]:
    """Add to domains all that one can get to from them, each beginning where another ends.

    A symbolic mesh counts from 0 to 1, others in m: PyBaMM joins one with the other wrongly.
    """
    found = list(domains)
    for domain in found:
        ends = _ends(geometry[domain])
        found += [
            other
            for other, limits in geometry.items()
            if other not in found and (_ends(limits)[0] == ends[1] or _ends(limits)[1] == ends[0])
        ]
    return found


def _ends(limits: Mapping[Any, Any]) -> tuple[Any, Any]:
    """Return where a domain begins and ends: a number in m, or what tells expressions apart."""
    sides = next(sides for name, sides in limits.items() if name != "tabs")
    return _told(sides.get("min")), _told(sides.get("max"))


def _told(end: Any) -> Any:
    if not isinstance(end, pybamm.Symbol):
        return end
    return end.evaluate() if end.is_constant() else end.id


def _check_complete(model: Any, values: Any, where: str) -> None:
    """Find every parameter that lacks, where PyBaMM names the first."""
    lacking: list[str] = []
    trial = values.copy()
    while len(lacking) < _MOST_MISSING:
        name = _first_missing(model, trial)
        if name is None:
            break
        lacking.append(name)
        trial.update({name: pybamm.Scalar(1.0)})
    if lacking:
        raise MissingParametersError(lacking, f"{where}: model {model.name!r}")


def _first_missing(model: Any, values: Any) -> str | None:
    try:
        for root in roots(model):
            values.process_symbol(root)
        values.process_geometry(dict(model.default_geometry))
    except KeyError as error:
        words = words_of(error)
        return words.split("'")[1] if words.startswith("the parameters lack ") else None
    return None


def roots(model: Any) -> list[Any]:
    """Return the expressions that a model cannot be solved without, its voltage among them."""
    found = [*model.rhs.values(), *model.algebraic.values(), *model.initial_conditions.values()]
    for sides in model.boundary_conditions.values():
        found += [condition for condition, _ in sides.values()]
    return [
        *found,
        *(model.variables[name] for name in ("Voltage [V]",) if name in model.variables),
    ]


def _as_functions(
    built: Any, names: tuple[str, ...], variables: tuple[str, ...], settings: Settings, where: str
) -> Equations:
    if not built.is_standard_form_dae:
        raise refuse(where, "models with a mass matrix of their own cannot be fitted")
    symbols = {name: casadi.MX.sym("p") for name in (_APPLIED, *names)}
    time, unknowns = casadi.MX.sym("t"), casadi.MX.sym("y", built.len_rhs_and_alg)
    known: dict[Any, Any] = {}

    def converted(symbol: Any) -> Any:
        return symbol.to_casadi(time, unknowns, inputs=symbols, casadi_symbols=known)

    try:
        flow = [converted(built.concatenated_rhs), converted(built.concatenated_algebraic)]
        start = converted(built.concatenated_initial_conditions)
        read = [converted(_scalar(built, name, where)) for name in variables]
    except PipelineError:
        raise
    except Exception as error:
        raise refuse(where, f"the model cannot be compiled: {words_of(error)}") from error
    inputs = casadi.vertcat(*[symbols[name] for name in names])
    arguments = [time, unknowns, symbols[_APPLIED], inputs]
    return Equations(
        names,
        built.len_rhs,
        expanded(casadi.Function("flow", arguments, [casadi.vertcat(*flow)])),
        expanded(casadi.Function("start", [inputs], [start])),
        expanded(casadi.Function("read", arguments, [casadi.vertcat(*read)])),
        variables,
        settings,
    )


def _scalar(built: Any, name: str, where: str) -> Any:
    try:
        symbol = built.get_processed_variable(name)
    except KeyError as error:
        words = words_of(error)
        if words.startswith("the parameters lack "):
            missing = words.split("'")[1]
            raise MissingParametersError([missing], f"{where}: variable {name!r}") from None
        raise
    if symbol.size != 1:
        raise refuse(where, f"variable {name!r} has a value at every point of a mesh; use a scalar")
    return symbol
