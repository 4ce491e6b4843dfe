"""What the configuration of a cost may hold, told without data: submissions are checked with it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from ionworks_engine.pipelines.errors import near, refuse
from ionworks_engine.pipelines.fits.space import Floats

_SCOPE = ("calculation_structure", "objective_names")
_WEIGHTS = ("objective_weights", "variable_weights")
_ERRORS = (*_SCOPE, *_WEIGHTS, "nan_values", "normalization")
_OWN = {
    **dict.fromkeys(("SSE", "MSE", "RMSE", "MAE", "Max"), _ERRORS),
    "ChiSquare": (*_SCOPE, "nan_values", "variable_standard_deviations"),
    "GaussianLogLikelihood": (*_SCOPE, "nan_values", "sigma"),
    "Wasserstein": (*_ERRORS, "position_variable", "weight_variable"),
    "MultiCost": (*_SCOPE, "costs"),
}
NAMES = tuple(_OWN)
"""The costs there are."""

NORMALIZATIONS: Mapping[str, Callable[[Floats], float]] = {
    "mean": lambda data: abs(float(np.mean(data))),
    "range": lambda data: float(np.max(data) - np.min(data)),
    "sum_squares": lambda data: float(np.sum(data**2)),
    "mean_squares": lambda data: float(np.mean(data**2)),
    "root_mean_squares": lambda data: math.sqrt(float(np.mean(data**2))),
    "identity": lambda _: 1.0,
}
"""What differences are divided by, from the data of one variable; ``mean`` is its magnitude."""


def check_cost(config: Any, where: str) -> Mapping[str, Any]:
    """Return the configuration of a cost whose fields are known, or refuse it.

    Needs no data, so a submission can be checked with it.

    Parameters
    ----------
    config
        As on the wire; a bare name stands for a cost with all its defaults.
    where
        Key path for messages.

    Raises
    ------
    PipelineError
        If there is no such cost, or a field of it is unknown or out of range.

    Examples
    --------
    >>> check_cost("RMSE", "cost")
    {'type': 'RMSE'}
    """
    if isinstance(config, str):
        config = {"type": config}
    if not isinstance(config, Mapping):
        raise refuse(where, f"must be a cost such as {{'type': 'RMSE'}}, not {config!r}")
    name = config.get("type")
    if name == "DesignFunction":
        raise refuse(
            where,
            "DesignFunction optimises designs, which pipelines here do not; "
            f"to compare with data use one of {', '.join(NAMES)}",
        )
    if name not in _OWN:
        raise refuse(where, f"no cost {name!r}{near(str(name), NAMES)}")
    _check_fields(config, where)
    _check_weights(config, where)
    return config


def _check_fields(config: Mapping[str, Any], where: str) -> None:
    name = config["type"]
    known = _OWN[name]
    for key, value in config.items():
        if key not in (*known, "type") and value is not None:
            hint = "; set it on the component costs" if name == "MultiCost" else ""
            raise refuse(f"{where}.{key}", f"{name} does not take it{hint or near(key, known)}")
    if config.get("calculation_structure") is not None and config.get("objective_names"):
        raise refuse(where, "takes calculation_structure or objective_names, not both")
    _check_normalization(config.get("normalization"), f"{where}.normalization")
    fill = config.get("nan_values")
    if fill is not None and fill not in ("mean", "min") and not is_number(fill):
        raise refuse(f"{where}.nan_values", f"must be 'mean', 'min' or a number, not {fill!r}")
    if (config.get("position_variable") is None) != (config.get("weight_variable") is None):
        raise refuse(where, "takes position_variable and weight_variable together, or neither")
    if name == "MultiCost":
        _check_records(config.get("costs"), where)


def _check_normalization(wanted: Any, where: str) -> None:
    if isinstance(wanted, str) and wanted not in NORMALIZATIONS:
        raise refuse(where, f"no normalization {wanted!r}{near(wanted, NORMALIZATIONS)}")
    if (
        wanted is not None
        and not isinstance(wanted, str)
        and not (is_number(wanted) and wanted > 0)
    ):
        raise refuse(where, f"must be a name or a positive number, not {wanted!r}")


def _check_weights(config: Mapping[str, Any], where: str) -> None:
    for key in _WEIGHTS:
        weights = config.get(key) or {}
        if not isinstance(weights, Mapping):
            raise refuse(f"{where}.{key}", f"must be a mapping to weights, not {weights!r}")
        for name, weight in weights.items():
            if not is_number(weight) or weight < 0:
                raise refuse(f"{where}.{key}.{name}", f"must be 0 or more, not {weight!r}")
    if config["type"] == "ChiSquare":
        _check_deviations(config, "variable_standard_deviations", where)
    if config["type"] == "GaussianLogLikelihood":
        _check_deviations(config, "sigma", where)


def _check_deviations(config: Mapping[str, Any], key: str, where: str) -> None:
    if not isinstance(config.get(key), Mapping) or not config[key]:
        raise refuse(where, f"lacks {key!r}, the standard deviation by variable")
    for name, value in config[key].items():
        named = key == "sigma" and isinstance(value, str)
        if not named and not (is_number(value) and value > 0):
            also = " or the name of a parameter" if key == "sigma" else ""
            raise refuse(f"{where}.{key}.{name}", f"must be a positive number{also}, not {value!r}")


def _check_records(costs: Any, where: str) -> None:
    if not isinstance(costs, list) or not costs:
        raise refuse(f"{where}.costs", "must be a list of costs, one at the least")
    for place, (part, weight) in enumerate(records(costs)):
        check_cost(part, f"{where}.costs.{place}")
        if not is_number(weight):
            raise refuse(f"{where}.costs.{place}.weight", f"must be a number, not {weight!r}")


def records(costs: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Return each component and its weight; a bare cost weighs 1."""
    return [
        (one["cost"], one.get("weight", 1.0))
        if isinstance(one, Mapping) and "cost" in one
        else (one, 1.0)
        for one in costs
    ]


def is_number(value: Any) -> bool:
    """Whether a value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
