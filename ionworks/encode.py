"""Python values become JSON: checked, so that no NaN and no unknown object is ever sent.

PyBaMM is loaded only if something of PyBaMM is given.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Mapping
from datetime import date
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID

__all__ = ["PayloadError", "json_bytes", "model_config", "packed_json", "parameter_values", "plain"]

_PACKED_FROM = 512 * 1024


class PayloadError(ValueError):
    """A value that cannot be sent, named by its path in the payload."""


def json_bytes(payload: Any) -> bytes:
    """Encode a payload compactly, as UTF-8.

    Raises
    ------
    PayloadError
        If a number is NaN or infinite, or if a value has no JSON form; the message names
        its path, such as ``experiment_parameters.C-rate``.

    Examples
    --------
    >>> from ionworks.encode import json_bytes
    >>> json_bytes({"Current [A]": [1.0, 2.5]})
    b'{"Current [A]":[1.0,2.5]}'
    """
    try:
        text = _dumps(payload)
    except (TypeError, ValueError):
        text = _dumps(plain(payload))
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        broken = text[error.start : error.end]
        raise PayloadError(f"text with the broken character {broken!a} cannot be sent") from None


def packed_json(payload: Any) -> tuple[bytes, dict[str, str]]:
    """Encode a payload, packed if it is large; return it with the headers that say so.

    Examples
    --------
    >>> from ionworks.encode import packed_json
    >>> packed_json({"name": "n"})
    (b'{"name":"n"}', {'Content-Type': 'application/json'})
    """
    content, headers = json_bytes(payload), {"Content-Type": "application/json"}
    if len(content) < _PACKED_FROM:
        return content, headers
    packed = gzip.compress(content, compresslevel=1, mtime=0)
    return packed, {**headers, "Content-Encoding": "gzip"}


def _dumps(payload: Any) -> str:
    return json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def plain(value: Any, path: str = "") -> Any:
    """Return the value in the types of JSON: numpy scalars and arrays, times and ids included.

    Raises
    ------
    PayloadError
        As `json_bytes`.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return plain(value.value, path)
    if isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return _finite(float(value), path)
    if isinstance(value, Mapping):
        return {_key(key, path): plain(item, _join(path, key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, f"{path}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | PurePath):
        return str(value)
    if _is_from(value, "numpy") and hasattr(value, "tolist"):
        return plain(value.tolist(), path)
    raise PayloadError(
        f"{path or 'the payload'} is a {_type_name(value)}, which has no JSON form: "
        "give numbers, texts, lists or mappings"
    )


def model_config(config: Any) -> Any:
    """Return a model's configuration: that of a PyBaMM model object, else what was given.

    Raises
    ------
    TypeError
        If it is a model of PyBaMM that has no configuration of its own.
    """
    if not _is_from(config, "pybamm"):
        return config
    if not hasattr(config, "to_config"):
        raise TypeError(
            f"a {_type_name(config)} cannot be sent as a model: "
            "give a PyBaMM battery model such as pybamm.lithium_ion.SPMe()"
        )
    return _without_infinite_bounds(config.to_config())


def parameter_values(parameters: Any) -> Any:
    """Return parameters as JSON: of a ``pybamm.ParameterValues``, of a set's name, else as given.

    Raises
    ------
    ValueError
        If no published set has this name.
    ModuleNotFoundError
        If a set is named and PyBaMM is not installed.
    """
    if isinstance(parameters, str):
        parameters = _published_set(parameters)
    elif isinstance(parameters, Mapping) and any(map(_needs_pybamm, parameters.values())):
        import pybamm

        parameters = pybamm.ParameterValues(dict(parameters))
    return parameters.to_json() if _is_from(parameters, "pybamm") else parameters


def _needs_pybamm(value: Any) -> bool:
    """Whether only PyBaMM can write it down: functions and symbols."""
    return callable(value) or _is_from(value, "pybamm")


def _published_set(name: str) -> Any:
    try:
        import pybamm
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"to read the parameter set {name!r} PyBaMM is needed: "
            "pip install 'ionworks-api[engine]'",
            name=error.name,
        ) from None
    try:
        return pybamm.ParameterValues(name)
    except (KeyError, ValueError):
        known = ", ".join(sorted(pybamm.parameter_sets))
        raise ValueError(
            f"no published parameter set is called {name!r}; there are {known}"
        ) from None


def _without_infinite_bounds(config: Any) -> Any:
    """Drop ``bounds`` that bound nothing: they hold infinities, which JSON has no word for."""
    if isinstance(config, Mapping):
        return {
            key: _without_infinite_bounds(value)
            for key, value in config.items()
            if not (key == "bounds" and _has_infinity(value))
        }
    if isinstance(config, list | tuple):
        return [_without_infinite_bounds(item) for item in config]
    return config


def _has_infinity(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_has_infinity(item) for item in value)
    return isinstance(value, float) and math.isinf(value)


def _finite(value: float, path: str) -> float:
    if math.isfinite(value):
        return value
    raise PayloadError(f"{path or 'the payload'} is {value}: only finite numbers can be sent")


def _key(key: Any, path: str) -> str:
    if isinstance(key, str):
        return key
    raise PayloadError(f"the key {key!r} in {path or 'the payload'} must be a text")


def _join(path: str, key: Any) -> str:
    return f"{path}.{key}" if path else str(key)


def _is_from(value: Any, package: str) -> bool:
    modules = (base.__module__ for base in type(value).__mro__)
    return any(module == package or module.startswith(package + ".") for module in modules)


def _type_name(value: Any) -> str:
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
