"""The parameters of a fit, from its configuration.

===================  ==============================================================================
value                meaning
===================  ==============================================================================
number               held at it, in every objective of this fit
``{"$type": ...}``   an expression of the other parameters (or a function that contains them)
any other mapping    free: ``initial_value``, ``bounds``, ``transform``, ``normalize``, ``prior``,
                     ``initial_guess_distribution``, ``check_bounds``, ``check_initial_value``
===================  ==============================================================================

Bounds and initial values are in the parameter's own units, whatever the transform. The initial
value, where it is left out, is the middle of finite bounds, else the centre of the prior, else 1
(or the one bound, if 1 is outside). ``check_bounds: false`` puts bounds that stand the wrong way
round in order, and ``check_initial_value: false`` moves an initial value that is outside to the
nearer bound, where both are refused otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ionworks_engine.pipelines.errors import near, refuse
from ionworks_engine.pipelines.fits.distributions import (
    Distribution,
    read_distribution,
    read_guesses,
)
from ionworks_engine.pipelines.fits.regularizers import Prior
from ionworks_engine.pipelines.fits.space import FreeParameter, SearchSpace
from ionworks_engine.pipelines.fits.transforms import TRANSFORMS
from ionworks_engine.pipelines.names import indexed, spelt

_FIELDS = (
    "initial_value",
    "bounds",
    "transform",
    "normalize",
    "prior",
    "initial_guess_distribution",
    "check_bounds",
    "check_initial_value",
)


@dataclass(frozen=True)
class FitParameters:
    """What a fit may set.

    Parameters
    ----------
    space
        The free parameters.
    fixed
        Numbers that they stand beside.
    linked
        Wire trees of expressions and functions of them.
    priors
        What is believed of them.
    """

    space: SearchSpace
    fixed: Mapping[str, float] = field(default_factory=dict)
    linked: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    priors: tuple[Prior, ...] = ()


def read_parameters(parameters: Any, priors: Any, where: str) -> FitParameters:
    """Read the parameters of a fit and the priors on them.

    Parameters
    ----------
    parameters, priors
        As on the wire; either may be ``None``, not both. Priors alone make their names free.
    where
        Key path of the element, for messages.

    Raises
    ------
    PipelineError
        If a value is out of its range or a name is not what it should be.

    Examples
    --------
    >>> found = read_parameters({"Rate [s-1]": {"bounds": [1, 3]}, "Height [V]": 2}, None, "fit")
    >>> found.space.values(found.space.start), found.fixed
    ({'Rate [s-1]': 2.0}, {'Height [V]': 2.0})
    """
    given = _mapping(parameters, f"{where}.parameters")
    spread = _priors(priors, [n for n, v in given.items() if _is_free(v)], f"{where}.priors")
    if parameters is None:
        given = {name: {} for prior in spread for name in prior.names}
    fixed = {name: float(value) for name, value in given.items() if _is_number(value)}
    linked = {n: v for n, v in given.items() if isinstance(v, Mapping) and "$type" in v}
    names = [name for name, value in given.items() if _is_free(value)]
    own = [_own_prior(n, names, given[n], f"{where}.parameters.{n}") for n in names]
    believed = (*spread, *(prior for prior in own if prior is not None))
    free = tuple(
        _free(name, given[name], _centre(name, believed), f"{where}.parameters.{name}")
        for name in names
    )
    if not free:
        raise refuse(f"{where}.parameters", "no parameter is free; a fit needs one at the least")
    limited = tuple(_within_support(parameter, believed, where) for parameter in free)
    return FitParameters(SearchSpace(limited), fixed, linked, believed)


def _mapping(parameters: Any, where: str) -> dict[str, Any]:
    if parameters is None:
        return {}
    if not isinstance(parameters, Mapping):
        raise refuse(where, f"must be a mapping by parameter, not {type(parameters).__name__}")
    seen: dict[str, str] = {}
    for name, value in parameters.items():
        other = seen.setdefault(spelt(name), name)
        if other != name:
            raise refuse(where, f"{other!r} and {name!r} are the same parameter; give one")
        if not _is_number(value) and not isinstance(value, Mapping):
            raise refuse(
                f"{where}.{name}",
                f"must be a number, an expression ($type) or a mapping of {', '.join(_FIELDS)}, "
                f"not {value!r}",
            )
    return dict(parameters)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_free(value: Any) -> bool:
    return isinstance(value, Mapping) and "$type" not in value


def _free(name: str, config: Mapping[str, Any], centre: float | None, where: str) -> FreeParameter:
    for key in config:
        if key not in (*_FIELDS, "name", "type"):
            raise refuse(f"{where}.{key}", f"no such field{near(str(key), _FIELDS)}")
    transform = str(config.get("transform") or "Identity")
    if transform not in TRANSFORMS:
        guess = near(transform, TRANSFORMS)
        raise refuse(f"{where}.transform", f"no transform {transform!r}{guess}")
    lower, upper = _bounds(config, where)
    initial = _initial(config, (lower, upper), centre, where)
    guesses = config.get("initial_guess_distribution")
    normalize = config.get("normalize")
    parameter = FreeParameter(
        name,
        initial,
        lower,
        upper,
        TRANSFORMS[transform],
        normalize is None or bool(normalize),
        None if guesses is None else read_guesses(guesses, f"{where}.initial_guess_distribution"),
    )
    _check_domain(parameter, where)
    _check_guesses(parameter, where)
    return parameter


def _bounds(config: Mapping[str, Any], where: str) -> tuple[float, float]:
    bounds = config.get("bounds")
    if bounds is None:
        return -math.inf, math.inf
    place = f"{where}.bounds"
    if not isinstance(bounds, Sequence) or isinstance(bounds, str) or len(bounds) != 2:
        raise refuse(place, f"must be two numbers, the lower and the upper, not {bounds!r}")
    lower, upper = (_bound(bound, end, place) for bound, end in zip(bounds, "lu", strict=True))
    if lower < upper:
        return lower, upper
    if config.get("check_bounds") is False and lower > upper:
        return upper, lower
    raise refuse(place, f"must rise, the lower before the upper, not {bounds!r}")


def _bound(bound: Any, end: str, where: str) -> float:
    if bound is None:
        return -math.inf if end == "l" else math.inf
    if isinstance(bound, bool) or not isinstance(bound, int | float) or math.isnan(bound):
        raise refuse(where, f"must be numbers, or null for no bound, not {bound!r}")
    return float(bound)


def _initial(
    config: Mapping[str, Any], bounds: tuple[float, float], centre: float | None, where: str
) -> float:
    lower, upper = bounds
    initial = config.get("initial_value")
    if initial is None:
        finite = math.isfinite(lower) and math.isfinite(upper)
        wanted = 0.5 * (lower + upper) if finite else 1.0 if centre is None else centre
        return min(max(wanted, lower), upper)
    if not _is_number(initial):
        raise refuse(f"{where}.initial_value", f"must be a finite number, not {initial!r}")
    if lower <= initial <= upper:
        return float(initial)
    if config.get("check_initial_value") is False:
        return min(max(float(initial), lower), upper)
    raise refuse(
        f"{where}.initial_value", f"{initial!r} is outside the bounds {lower!r} to {upper!r}"
    )


def _check_domain(parameter: FreeParameter, where: str) -> None:
    domain, name = parameter.transform.domain, parameter.transform.name
    if domain == "positive" and (parameter.initial <= 0 or parameter.upper <= 0):
        raise refuse(where, f"{name} takes positive values only, not {parameter.initial!r}")
    if domain == "positive" and -math.inf < parameter.lower < 0:
        raise refuse(
            where,
            f"{name} takes positive values only; raise the lower bound "
            f"{parameter.lower!r} to 0 or above",
        )
    crosses = parameter.lower < 0 < parameter.upper
    if domain == "nonzero" and (parameter.initial == 0 or crosses):
        raise refuse(where, f"{name} does not take zero: bound the parameter on one side of it")


def _check_guesses(parameter: FreeParameter, where: str) -> None:
    for guess in parameter.guesses or ():
        if not parameter.lower <= guess <= parameter.upper:
            raise refuse(
                f"{where}.initial_guess_distribution",
                f"{guess!r} is outside the bounds {parameter.lower!r} to {parameter.upper!r}",
            )


def _priors(priors: Any, names: Sequence[str], where: str) -> tuple[Prior, ...]:
    """Read the priors of a fit: by name, in a list, or a single one."""
    if priors is None:
        return ()
    if isinstance(priors, Mapping) and not _is_one(priors):
        return tuple(_prior(one, key, names, f"{where}.{key}") for key, one in priors.items())
    listed = [priors] if isinstance(priors, Mapping) else priors
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise refuse(where, "must be a mapping by parameter, a list of priors, or one prior")
    return tuple(_prior(one, None, names, f"{where}.{k}") for k, one in enumerate(listed))


def _is_one(priors: Mapping[str, Any]) -> bool:
    distribution = priors.get("distribution")
    keyed = isinstance(distribution, Mapping) and isinstance(
        distribution.get("distribution"), Mapping
    )
    return not keyed and ("distribution" in priors or priors.get("type") == "Prior")


def _own_prior(
    name: str, names: Sequence[str], config: Mapping[str, Any], where: str
) -> Prior | None:
    prior = config.get("prior")
    return None if prior is None else _prior(prior, name, names, f"{where}.prior")


def _prior(config: Any, key: str | None, names: Sequence[str], where: str) -> Prior:
    """Read one prior: a distribution, or one wrapped with a weight; the key is its parameter."""
    if not isinstance(config, Mapping):
        raise refuse(where, f"must be a prior or a distribution, not {config!r}")
    kind = config.get("type")
    if kind in ("Constraint", "Penalty"):
        raise refuse(where, f"a {kind} belongs to an objective, not to the priors")
    weight = config.get("regularizer_weight")
    if weight is not None and not (_is_number(weight) and weight >= 0):
        raise refuse(f"{where}.regularizer_weight", f"must be 0 or more, not {weight!r}")
    inner = config.get("distribution")
    if not isinstance(inner, Mapping):
        inner = {k: v for k, v in config.items() if k not in ("name", "regularizer_weight")}
        inner = {k: v for k, v in inner.items() if not (k == "type" and v == "Prior")}
    distribution = read_distribution(inner, f"{where}.distribution")
    named = _named(config.get("name"), key, distribution, names, where)
    return Prior(named, distribution, 1.0 if weight is None else float(weight))


def _named(
    name: Any, key: str | None, distribution: Distribution, names: Sequence[str], where: str
) -> tuple[str, ...]:
    """Return the parameters that a prior is of."""
    listed = tuple(name) if isinstance(name, list | tuple) else ()
    stem = key if key is not None else name
    if len(listed) == distribution.size > 1:
        found = listed
    elif distribution.size == 1 and isinstance(stem, str):
        found = (stem,)
    elif isinstance(stem, str):
        found = tuple(indexed(stem, index) for index in range(distribution.size))
    elif distribution.size == len(names):
        found = tuple(names)
    else:
        raise refuse(
            where,
            "does not say which parameter it is of: give priors as a mapping from "
            "the parameter's name",
        )
    for one in found:
        if names and one not in names:
            raise refuse(where, f"no free parameter {one!r}{near(one, names)}")
    return found


def _centre(name: str, priors: Sequence[Prior]) -> float | None:
    for prior in priors:
        if name in prior.names:
            return float(prior.distribution.centre[prior.names.index(name)])
    return None


def _within_support(parameter: FreeParameter, priors: Sequence[Prior], where: str) -> FreeParameter:
    """Return the parameter with bounds no wider than where its priors allow it."""
    for prior in priors:
        if parameter.name not in prior.names:
            continue
        low, high = prior.distribution.support
        lower, upper = max(parameter.lower, low), min(parameter.upper, high)
        if not lower <= parameter.initial <= upper or lower >= upper:
            raise refuse(
                f"{where}.parameters.{parameter.name}",
                f"its prior allows {low!r} to {high!r} only, which its initial value "
                f"{parameter.initial!r} or its bounds are outside of",
            )
        parameter = replace(parameter, lower=lower, upper=upper)
    return parameter
