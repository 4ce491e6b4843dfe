"""Python values become JSON: checked, so that no NaN and no unknown object is ever sent.

There is one encoder for every endpoint. Beside the types of JSON it takes numpy scalars and arrays,
frames of polars and pandas, times and ids, models and symbols of PyBaMM, functions of parameters,
and whatever has a ``to_config()`` of its own. PyBaMM is loaded only if something of it is given.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID

from ionworks.alterations import alterations
from ionworks.scalars import PayloadError, finite, place, time_text

__all__ = [
    "PayloadError",
    "columns",
    "is_frame",
    "json_bytes",
    "model_config",
    "packed_json",
    "parameter_values",
    "parameters",
    "plain",
    "type_name",
]

_PACKED_FROM = 512 * 1024
_NEEDS_NO_LOOK = frozenset({str, int, bool, type(None)})


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


def plain(value: Any, path: str = "", name: str = "") -> Any:
    """Return the value in the types of JSON.

    Parameters
    ----------
    value
        Anything that the module names.
    path
        Where it stands in the payload, for messages.
    name
        What it is the value of, for functions to be called by.

    Raises
    ------
    PayloadError
        As `json_bytes`.

    Examples
    --------
    >>> import numpy as np
    >>> from ionworks.encode import plain
    >>> plain({"bounds": np.array([1e-16, 1e-12]), "initial_value": np.float32(0.5)})
    {'bounds': [1e-16, 1e-12], 'initial_value': 0.5}
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        # PyBaMM reads the words of its own enumerations by name, and ignores what it cannot read.
        return value.name if _is_from(value, "pybamm") else plain(value.value, path)
    if isinstance(value, str | int):
        return value
    if isinstance(value, float | Decimal):
        return finite(float(value), path)
    if isinstance(value, timedelta) and value == value and "[s]" in path:
        return value.total_seconds()
    if isinstance(value, Mapping):
        return _mapping(value, path)
    if isinstance(value, list | tuple):
        return _sequence(value, path)
    if isinstance(value, date):
        return time_text(value, path)
    if isinstance(value, UUID | PurePath):
        return str(value)
    return _foreign(value, path, name)


def parameters(values: Any, path: str = "") -> dict[str, Any]:
    """Return parameter values by name as JSON, each such that PyBaMM can read it back.

    Parameters
    ----------
    values
        A mapping or a ``pybamm.ParameterValues`` of numbers, arrays, functions and symbols. What
        is JSON already stays as it is.
    path
        Where they stand in the payload, for messages.

    Raises
    ------
    PayloadError
        If one of them is NaN or cannot be written down; its name is told.

    Examples
    --------
    >>> import numpy as np
    >>> from ionworks.encode import parameters
    >>> parameters({"a": np.int64(3), "b": np.array([1.0, 2.0])})
    {'a': 3, 'b': {'$type': 'numpy.ndarray', 'data': [1.0, 2.0], 'dtype': 'float64'}}
    """
    return {
        _key(name, path): _parameter(value, _join(path, name), name)
        for name, value in values.items()
    }


def parameter_values(given: Any, path: str = "parameters") -> Any:
    """Return parameters as JSON: of a ``pybamm.ParameterValues``, of a set's name, of a mapping.

    Raises
    ------
    ValueError
        If no published set has this name, or a value cannot be sent.
    ModuleNotFoundError
        If a set is named, or a function given, and PyBaMM is not installed.
    """
    if isinstance(given, str):
        given = _published_set(given)
    if isinstance(given, Mapping) or _is_from(given, "pybamm"):
        return parameters(given, path)
    return given


def model_config(config: Any) -> Any:
    """Return a model's configuration: that of a PyBaMM model object, else what was given.

    One of PyBaMM's own classes is named, with its options; any other is written down whole, also
    if it has the name of one.

    Raises
    ------
    TypeError
        If it is a model of PyBaMM that has no configuration of its own.
    PayloadError
        If it is one of PyBaMM's own whose equations were changed: that would be lost.
    """
    if not _is_from(config, "pybamm"):
        return config
    if not hasattr(config, "to_config"):
        raise TypeError(
            f"a {type_name(config)} cannot be sent as a model: "
            "give a PyBaMM battery model such as pybamm.lithium_ion.SPMe()"
        )
    return _configuration(config, "the model")


def is_frame(value: Any) -> bool:
    """Whether it is a table of polars or pandas."""
    return type(value).__name__ == "DataFrame" and (
        _is_from(value, "polars") or _is_from(value, "pandas")
    )


def columns(frame: Any, path: str = "") -> dict[str, list[Any]]:
    """Return the columns of a frame as lists; gaps are null, and the index of pandas is left out.

    Raises
    ------
    PayloadError
        If a number is NaN, a column has no name or two have the same.

    Examples
    --------
    >>> import polars as pl
    >>> from ionworks.encode import columns
    >>> columns(pl.DataFrame({"Time [s]": [0, 1], "Voltage [V]": [4.2, None]}))
    {'Time [s]': [0, 1], 'Voltage [V]': [4.2, None]}
    """
    if _is_from(frame, "polars"):
        raw = frame.to_dict(as_series=False)
    else:
        if not frame.columns.is_unique:
            twice = frame.columns[frame.columns.duplicated()][0]
            raise PayloadError(f"{path or 'the table'} has the column {twice!r} more than once")
        raw = {name: frame[name].tolist() for name in frame.columns}
    return _mapping(raw, path)


def type_name(value: Any) -> str:
    """Return the name of a value's type, with its module unless it is one of Python's own."""
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _mapping(values: Mapping[Any, Any], path: str) -> dict[str, Any]:
    if "$type" in values and values.get("value") == "NaN":
        finite(math.nan, path)
    encoded = {_key(key, path): plain(item, _join(path, key), key) for key, item in values.items()}
    if len(encoded) < len(values):
        raise PayloadError(f"{path or 'the payload'} has a key both as a number and as a text")
    return encoded


def _sequence(values: list[Any] | tuple[Any, ...], path: str) -> list[Any]:
    kinds = set(map(type, values))
    if kinds <= _NEEDS_NO_LOOK or (kinds == {float} and all(map(math.isfinite, values))):
        return list(values)
    return [plain(item, f"{path}[{index}]") for index, item in enumerate(values)]


def _foreign(value: Any, path: str, name: str) -> Any:
    """Return as JSON what is no type of Python's own."""
    if isinstance(value, type):
        raise PayloadError(f"{place(path)} is the class {value.__name__}: give an instance of it")
    if is_frame(value):
        return columns(value, path)
    if type_name(value).endswith(".NAType"):
        return None
    if hasattr(value, "tolist") or hasattr(value, "to_list"):  # numpy; series of pandas and polars
        listed = value.tolist() if hasattr(value, "tolist") else value.to_list()
        return plain(listed, path)
    if _is_from(value, "pybamm"):
        return _of_pybamm(value, path)
    if hasattr(value, "to_config"):
        return plain(value.to_config(), path)
    if callable(value):
        return _traced(value, path, name)
    raise PayloadError(
        f"{place(path)} is a {type_name(value)}, which has no JSON form: "
        "give numbers, texts, lists or mappings"
    )


def _parameter(value: Any, path: str, name: str) -> Any:
    """Return one parameter: an array is told from a list, which PyBaMM could not use."""
    if _is_from(value, "numpy") and getattr(value, "shape", None):
        data, kind = plain(value.tolist(), path), str(value.dtype)
        return {"$type": "numpy.ndarray", "data": data, "dtype": kind}
    return plain(value, path, name)


def _of_pybamm(value: Any, path: str) -> Any:
    import pybamm
    from pybamm.expression_tree.operations.serialise import convert_symbol_to_json

    if isinstance(value, pybamm.ParameterValues):
        return parameters(value, path)
    if isinstance(value, pybamm.Scalar):
        return plain(value.value, path)
    if isinstance(value, pybamm.Symbol):
        return plain(_written(convert_symbol_to_json, value, path), path)
    if hasattr(value, "to_config"):
        return plain(_configuration(value, path), path)
    raise PayloadError(f"{place(path)} is a {type_name(value)}, which cannot be written down")


def _configuration(value: Any, path: str) -> Any:
    """Return what an object of PyBaMM writes down of itself, if that is all of it."""
    config = _written(lambda given: given.to_config(), value, path)
    if hasattr(value, "rhs") and (changed := alterations(value, config)):
        name = type(value).__name__
        raise PayloadError(
            f"{place(path)}: this {name} is not as PyBaMM makes it, and only its name and options "
            f"would be sent; changed are {', '.join(changed[:3])}. "
            f"Derive a class of your own from {name}, which is written down whole"
        )
    return config


def _traced(function: Callable[..., Any], path: str, name: str) -> Any:
    """Return a function of parameters as the expression that it returns."""
    try:
        from pybamm.expression_tree.operations.serialise import (
            convert_function_to_symbolic_expression,
        )
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{place(path)} is a function, which PyBaMM writes down: "
            "pip install 'ionworks-api[engine]'",
            name=error.name,
        ) from None
    symbol = _written(
        lambda given: convert_function_to_symbolic_expression(given, name), function, path
    )
    return _of_pybamm(symbol, path)


def _written(write: Callable[[Any], Any], value: Any, path: str) -> Any:
    try:
        return write(value)
    except Exception as error:  # a user's own function or class can fail in any way
        what = "function" if callable(value) else type(value).__name__
        reason = str(error).strip() or type(error).__name__
        raise PayloadError(
            f"{place(path)}: PyBaMM cannot write this {what} down: {reason}"
        ) from error


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


def _key(key: Any, path: str) -> str:
    """Return a key as text; of a number, as JSON has it."""
    if isinstance(key, str):
        return key
    if _is_from(key, "numpy") and hasattr(key, "tolist"):
        key = key.tolist()
    if isinstance(key, int | float) and not isinstance(key, bool):
        return repr(finite(key, f"a key of {place(path)}"))
    raise PayloadError(f"the key {key!r} in {place(path)} must be a text or a number")


def _join(path: str, key: Any) -> str:
    return f"{path}.{key}" if path else str(key)


def _is_from(value: Any, package: str) -> bool:
    modules = (base.__module__ for base in type(value).__mro__)
    return any(module == package or module.startswith(package + ".") for module in modules)
