"""Frames as they travel in JSON: columns of plain lists, with null where there is no number."""

from __future__ import annotations

from typing import Any

from ionworks.validators.frames import as_frame, is_frame, without_non_finite

__all__ = ["df_to_dict_validator", "dict_to_df_validator"]


def df_to_dict_validator(v: Any) -> Any:
    """Write a frame as a dict of lists; NaN and infinite values become ``None``.

    What is no frame is returned as it is.

    Examples
    --------
    >>> import polars as pl
    >>> from ionworks.validators import df_to_dict_validator
    >>> df_to_dict_validator(pl.DataFrame({"Voltage [V]": [4.2, float("nan")]}))
    {'Voltage [V]': [4.2, None]}
    """
    if not is_frame(v):
        return v
    return without_non_finite(as_frame(v, "frame")).to_dict(as_series=False)


def dict_to_df_validator(v: Any, return_type: str | None = None) -> Any:
    """Make a frame of a dict of columns; of a dict of single values, one of one row.

    What is no dict is returned as it is.

    Parameters
    ----------
    return_type
        ``polars`` or ``pandas``; by default the backend that is set.

    Examples
    --------
    >>> from ionworks.validators import dict_to_df_validator
    >>> dict_to_df_validator({"Voltage [V]": [4.2, 4.1]}, "polars").shape
    (2, 1)
    """
    if not isinstance(v, dict):
        return v
    from ionworks.frames import to_user

    is_row = not any(
        isinstance(value, list | tuple) or hasattr(value, "__array__") for value in v.values()
    )
    columns = {name: [value] for name, value in v.items()} if is_row else v
    return to_user(as_frame(columns, "dict"), return_type)
