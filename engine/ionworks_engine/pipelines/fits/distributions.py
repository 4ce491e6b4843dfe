"""Distributions of parameters: of priors, and of the starts of a fit.

Closed forms from the NIST handbook (Normal, LogNormal, Uniform) and from Kotz, Balakrishnan and
Johnson, Continuous Multivariate Distributions (2000) for the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from ionworks_engine.pipelines.errors import near, refuse
from ionworks_engine.pipelines.fits.space import Floats

_LOG_2PI = math.log(2 * math.pi)


class Distribution(Protocol):
    """A probability density over one or several values."""

    size: int
    """How many values it is of."""

    mode: Floats
    """Where the density is largest."""

    centre: Floats
    """Where a search may start: the mean, or of logarithms the median."""

    support: tuple[float, float]
    """Outside of which the density is nought, for every value."""

    def log_density(self, values: Floats) -> float:
        """Return the logarithm of the density."""
        ...


class Gaussian:
    """Normal and multivariate normal, of values or of their logarithms.

    Parameters
    ----------
    mean
        Of the values, or of their natural logarithms.
    covariance
        Square and positive definite.
    logarithmic
        Whether the logarithms are normal.
    """

    def __init__(self, mean: Floats, covariance: Floats, *, logarithmic: bool) -> None:
        self.size = len(mean)
        self._mean = mean
        self._logarithmic = logarithmic
        factor = np.linalg.cholesky(covariance)
        self._whiten = np.linalg.inv(factor)
        self._constant = -float(np.sum(np.log(np.diag(factor)))) - 0.5 * self.size * _LOG_2PI
        spread = covariance.sum(axis=1)
        self.mode = np.exp(mean - spread) if logarithmic else mean
        self.centre = np.exp(mean) if logarithmic else mean
        self.support = (0.0, math.inf) if logarithmic else (-math.inf, math.inf)

    def log_density(self, values: Floats) -> float:
        """Return the logarithm of the density."""
        if not self._logarithmic:
            return self._normal(values)
        if np.any(values <= 0):
            return -math.inf
        logarithms = np.log(values)
        return self._normal(logarithms) - float(np.sum(logarithms))

    def _normal(self, values: Floats) -> float:
        white = self._whiten @ (values - self._mean)
        return self._constant - 0.5 * float(white @ white)


class Flat:
    """Uniform between two values."""

    size = 1

    def __init__(self, low: float, high: float) -> None:
        self.support = (low, high)
        self.mode = self.centre = np.array([0.5 * (low + high)])

    def log_density(self, values: Floats) -> float:
        """Return the logarithm of the density."""
        low, high = self.support
        return -math.log(high - low) if low <= values[0] <= high else -math.inf


class Shares:
    """Dirichlet: of the shares that several positive values have in their sum."""

    def __init__(self, alpha: Floats) -> None:
        self.size = len(alpha)
        self.support = (0.0, math.inf)
        self._alpha = alpha
        self.mode = (alpha - 1) / (alpha.sum() - self.size)
        self.centre = alpha / alpha.sum()
        gammas = sum(math.lgamma(one) for one in alpha)
        self._constant = math.lgamma(float(alpha.sum())) - gammas

    def log_density(self, values: Floats) -> float:
        """Return the logarithm of the density of the values' shares."""
        if np.any(values <= 0):
            return -math.inf
        shares = values / values.sum()
        return self._constant + float(np.sum((self._alpha - 1) * np.log(shares)))


class _Fields:
    """The fields of one distribution of a configuration."""

    def __init__(self, config: Mapping[str, Any], wanted: Sequence[str], where: str) -> None:
        self._config, self._where = config, where
        for key in config:
            if key not in (*wanted, "distribution", "type"):
                raise refuse(f"{where}.{key}", f"no such field{near(str(key), wanted)}")
        for key in wanted:
            if key not in config:
                raise refuse(where, f"lacks {key!r}; a {self.name} has {', '.join(wanted)}")

    @property
    def name(self) -> str:
        return str(self._config.get("distribution", self._config.get("type")))

    def number(self, key: str) -> float:
        value = self._config[key]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise refuse(f"{self._where}.{key}", f"must be a number, not {value!r}")
        if not math.isfinite(value):
            raise refuse(f"{self._where}.{key}", f"must be finite, not {value!r}")
        return float(value)

    def array(self, key: str, dimensions: int) -> Floats:
        try:
            array = np.array(self._config[key], dtype=float)
        except (TypeError, ValueError):
            array = np.array(math.nan)
        if array.ndim != dimensions or not array.size or not np.all(np.isfinite(array)):
            shape = "a list of numbers" if dimensions == 1 else "a square list of lists of numbers"
            raise refuse(f"{self._where}.{key}", f"must be {shape}")
        return array

    def positive(self, key: str) -> float:
        value = self.number(key)
        if value <= 0:
            raise refuse(f"{self._where}.{key}", f"must be positive, not {value!r}")
        return value

    def covariance(self, key: str, size: int) -> Floats:
        array = self.array(key, 2)
        place = f"{self._where}.{key}"
        if array.shape != (size, size):
            raise refuse(place, f"must be {size} by {size}, as mean has {size} values")
        if not np.allclose(array, array.T):
            raise refuse(place, "must be symmetric")
        if np.min(np.linalg.eigvalsh(array)) <= 0:
            raise refuse(place, "must be positive definite")
        return array


def _gaussian(fields: _Fields, *, logarithmic: bool) -> Distribution:
    mean = np.array([fields.number("mean")])
    return Gaussian(mean, np.array([[fields.positive("std") ** 2]]), logarithmic=logarithmic)


def _gaussians(fields: _Fields, *, logarithmic: bool) -> Distribution:
    mean = fields.array("mean", 1)
    return Gaussian(mean, fields.covariance("cov", len(mean)), logarithmic=logarithmic)


def _flat(config: Mapping[str, Any], fields: _Fields, where: str) -> Distribution:
    low, high = fields.number("lb"), fields.number("ub")
    if low >= high:
        raise refuse(where, f"lb must be below ub, but {config['lb']!r} >= {config['ub']!r}")
    return Flat(low, high)


def _shares(fields: _Fields, where: str) -> Distribution:
    alpha = fields.array("alpha", 1)
    if np.any(alpha <= 1) or len(alpha) < 2:
        raise refuse(f"{where}.alpha", "must be two numbers or more, all above 1")
    return Shares(alpha)


_READERS: dict[
    str, tuple[tuple[str, ...], Callable[[Mapping[str, Any], _Fields, str], Distribution]]
] = {
    "Normal": (("mean", "std"), lambda _, f, __: _gaussian(f, logarithmic=False)),
    "LogNormal": (("mean", "std"), lambda _, f, __: _gaussian(f, logarithmic=True)),
    "MultivariateNormal": (("mean", "cov"), lambda _, f, __: _gaussians(f, logarithmic=False)),
    "MultivariateLogNormal": (("mean", "cov"), lambda _, f, __: _gaussians(f, logarithmic=True)),
    "Uniform": (("lb", "ub"), _flat),
    "Dirichlet": (("alpha",), lambda _, f, where: _shares(f, where)),
}


def read_distribution(config: Any, where: str) -> Distribution:
    """Read a distribution that has a density.

    Parameters
    ----------
    config
        ``{"distribution": "Normal", "mean": 1.0, "std": 0.1}`` and the like; ``type`` may stand
        for ``distribution``.
    where
        Key path for messages.

    Raises
    ------
    PipelineError
        If it is none of them, or a field is missing, unknown or out of range.

    Examples
    --------
    >>> normal = read_distribution({"distribution": "Normal", "mean": 1.0, "std": 0.1}, "prior")
    >>> round(normal.log_density(np.array([1.0])), 4)
    1.3836
    """
    name = _name(config, where)
    if name == "PointMass":
        raise refuse(where, "a PointMass has no density; give the number itself to fix a parameter")
    if name not in _READERS:
        raise refuse(where, f"no distribution {name!r}{near(name, _READERS)}")
    wanted, make = _READERS[name]
    return make(config, _Fields(config, wanted, where), where)


def read_guesses(config: Any, where: str) -> tuple[float, float]:
    """Read the range that the starts of a fit are drawn from: ``Uniform`` or ``PointMass``."""
    name = _name(config, where)
    if name == "PointMass":
        value = _Fields(config, ("value",), where).number("value")
        return value, value
    if name == "Uniform":
        return read_distribution(config, where).support
    raise refuse(where, f"starts are drawn from a Uniform or a PointMass, not from {name!r}")


def _name(config: Any, where: str) -> str:
    if not isinstance(config, Mapping):
        raise refuse(
            where,
            f"must be a distribution such as {{'distribution': 'Normal', 'mean': "
            f"1.0, 'std': 0.1}}, not {config!r}",
        )
    return str(config.get("distribution", config.get("type")))
