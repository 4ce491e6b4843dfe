"""Mesh and tolerances of a solve, from the configurations that schemas emit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ionworks_engine.battery.errors import BatteryError, finite_number
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.battery.solver import ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE
from ionworks_engine.pipelines.errors import PipelineError, near, refuse, words_of
from ionworks_engine.pipelines.models.vetting import vet

_LOADER = pybamm.expression_tree.operations.serialise.Serialise
MESH = ("var_pts", "submesh_types", "spatial_methods", "geometry")
_IGNORED = ("solver_kwargs", "solve_kwargs", "experiment_model_mode")
_FEWEST, _MOST = 2, 1000
_FINEST, _COARSEST = 1e-12, 1e-1


@dataclass(frozen=True)
class Settings:
    """How a model is meshed and how closely it is solved.

    Parameters
    ----------
    points
        Mesh points by spatial variable, where they differ from the model's own.
    submesh_types, spatial_methods, geometry
        By domain, where they differ from the model's own.
    rtol, atol
        Tolerances of the solver.
    key
        Equal for equal settings.
    """

    points: Mapping[str, int] = field(default_factory=dict)
    submesh_types: Mapping[str, Any] = field(default_factory=dict)
    spatial_methods: Mapping[str, Any] = field(default_factory=dict)
    geometry: Mapping[Any, Any] | None = None
    rtol: float = RELATIVE_TOLERANCE
    atol: float = ABSOLUTE_TOLERANCE
    key: str = "{}"


def read_settings(configs: Mapping[str, Any], model: Any) -> Settings:
    """Read settings from configurations; a later one wins.

    Parameters
    ----------
    configs
        By key path: mappings with ``var_pts``, ``submesh_types``, ``spatial_methods``,
        ``geometry`` and ``solver``, of which ``rtol`` and ``atol`` are used; the solver is IDAKLU.
    model
        The model they are for.

    Raises
    ------
    PipelineError
        For an unknown key, a spatial variable the model does not have, or a class that is not
        PyBaMM's.
    """
    merged: dict[str, Any] = {}
    for where, config in configs.items():
        if not isinstance(config, Mapping):
            raise refuse(where, "must be a mapping such as {'var_pts': {'r_n': 30}}")
        for key, value in config.items():
            if key not in (*MESH, "solver", *_IGNORED):
                raise refuse(where, f"unknown key {key!r}{near(str(key), (*MESH, 'solver'))}")
            if value is not None and key not in _IGNORED:
                if key != "solver":
                    # Of a solver two numbers are read; all else is decoded.
                    vet(value, f"{where}.{key}")
                merged[key] = value
                merged.setdefault("where", where)
    where = merged.pop("where", "")
    try:
        return _settings(merged, model, where)
    except PipelineError:
        raise
    except Exception as error:
        raise refuse(where, f"cannot be read: {words_of(error)}") from error


def _settings(merged: Mapping[str, Any], model: Any, where: str) -> Settings:
    solver = merged.get("solver") or {}
    return Settings(
        points=_points(merged.get("var_pts") or {}, model, where),
        submesh_types={
            domain: pybamm.MeshGenerator.from_config(config)
            for domain, config in _inner(merged, "submesh_types").items()
        },
        spatial_methods={
            domain: _LOADER.deserialise_spatial_method_item(config)
            for domain, config in _inner(merged, "spatial_methods").items()
        },
        geometry=_geometry(merged.get("geometry")),
        rtol=_tolerance(solver, "rtol", RELATIVE_TOLERANCE, where),
        atol=_tolerance(solver, "atol", ABSOLUTE_TOLERANCE, where),
        key=json.dumps(merged, sort_keys=True, default=str),
    )


def _inner(merged: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a mapping by domain, which PyBaMM writes inside one of the same name."""
    config = merged.get(key) or {}
    inner = config.get(key, config)
    return inner if isinstance(inner, Mapping) else {}


def _geometry(config: Any) -> Mapping[Any, Any] | None:
    if not config:
        return None
    return dict(_LOADER.load_custom_geometry(dict(config)))


def _points(config: Mapping[str, Any], model: Any, where: str) -> dict[str, int]:
    inner = config.get("var_pts", config)
    known = {str(getattr(name, "name", name)) for name in model.default_var_pts}
    for name, count in inner.items():
        if known and name not in known:
            raise refuse(f"{where}.var_pts", f"unknown variable {name!r}{near(name, known)}")
        whole = isinstance(count, int) and not isinstance(count, bool)
        if not whole or not _FEWEST <= count <= _MOST:
            raise refuse(f"{where}.var_pts.{name}", f"must be 2 to 1000 points, not {count!r}")
    return dict(inner)


def _tolerance(solver: Any, key: str, default: float, where: str) -> float:
    if not isinstance(solver, Mapping):
        raise refuse(f"{where}.solver", "must be a mapping such as {'rtol': 1e-6}")
    value = solver.get(key)
    if value is None:
        return default
    try:
        number = finite_number(f"{where}.solver.{key}", value)
    except BatteryError as error:
        raise refuse("", error.message) from None
    if not _FINEST <= number <= _COARSEST:
        raise refuse(
            f"{where}.solver.{key}", f"must be {_FINEST:g} to {_COARSEST:g}, not {value!r}"
        )
    return number
