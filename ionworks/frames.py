"""Tables: from Parquet bytes to a frame of the user's backend.

This is the only module in which a frame becomes the user's. Inside, frames are polars; pandas is
loaded only if it is asked for.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeAlias

from ionworks.config import checked_backend, default_backend

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    DataFrame: TypeAlias = "pl.DataFrame | pd.DataFrame"

__all__ = [
    "get_dataframe_backend",
    "read_parquet",
    "set_dataframe_backend",
    "to_user",
    "with_continuous_capacity",
    "with_step_changes",
]

_DISCHARGE, _CHARGE = "Discharge capacity [A.h]", "Charge capacity [A.h]"
_chosen: str | None = None


def set_dataframe_backend(backend: str) -> None:
    """Choose what frames are, for every client that was not told otherwise.

    Parameters
    ----------
    backend
        ``polars`` or ``pandas``.

    Raises
    ------
    ValueError
        If there is no such backend.
    ModuleNotFoundError
        If it is not installed.

    Examples
    --------
    >>> from ionworks import get_dataframe_backend, set_dataframe_backend
    >>> set_dataframe_backend("polars")
    >>> get_dataframe_backend()
    'polars'
    """
    global _chosen
    _chosen = installed_backend(backend)


def get_dataframe_backend() -> str:
    """Return what frames are, for every client that was not told otherwise."""
    return _chosen or default_backend()


def installed_backend(backend: str) -> str:
    """Return the backend's name in lower case, if it can be used here."""
    name = checked_backend(backend, "the dataframe backend")
    if name == "pandas":
        _require_pandas()
    return name


def read_parquet(content: bytes) -> pl.DataFrame:
    """Read a table as it comes from the server.

    Raises
    ------
    ConnectionFailedError
        If the bytes are no Parquet table.
    """
    import polars as pl

    from ionworks.errors import ConnectionFailedError

    try:
        return pl.read_parquet(BytesIO(content))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ConnectionFailedError(
            f"the server sent a table that cannot be read: {error}"
        ) from error


def to_user(frame: pl.DataFrame, backend: str | None = None) -> Any:
    """Return the frame in the given backend, or in the default of the process.

    In pandas a column of numbers or truth values with gaps is of a nullable type, such as
    ``Int64``, so that integers keep their digits and null is not NaN; what pandas has no type
    for, such as lists, becomes objects of Python. Either can be sent back as it is.

    Examples
    --------
    >>> import polars as pl
    >>> from ionworks.frames import to_user
    >>> to_user(pl.DataFrame({"count": [2**60 + 1, None]}), "pandas")["count"].dtype
    Int64Dtype()
    """
    if (backend or get_dataframe_backend()) == "polars":
        return frame
    _require_pandas()
    import pandas as pd

    own = {one.name: form for one in frame if (form := _own_form(one)) is not None}
    plain = frame.drop(own).to_pandas()
    if not own:
        return plain
    return pd.DataFrame(
        {name: own[name] if name in own else plain[name] for name in frame.columns}, copy=False
    )


def with_continuous_capacity(series: pl.DataFrame) -> pl.DataFrame:
    """Add the capacities that a reader of a time series wants, positive on discharge.

    ``Step capacity [A.h]`` is what has flowed since the step began, ``Capacity [A.h]`` what has
    flowed since the run began. Columns that exist are left as they are, and so is a series
    without the capacities of discharge and charge that both derive from.

    Examples
    --------
    >>> import polars as pl
    >>> from ionworks.frames import with_continuous_capacity
    >>> series = pl.DataFrame({
    ...     "Step count": [1, 1, 2, 2],
    ...     "Discharge capacity [A.h]": [0.0, 1.0, 0.0, 0.0],
    ...     "Charge capacity [A.h]": [0.0, 0.0, 0.0, 0.25],
    ... })
    >>> with_continuous_capacity(series)["Capacity [A.h]"].to_list()
    [0.0, 1.0, 1.0, 0.75]
    """
    import polars as pl

    if not {_DISCHARGE, _CHARGE} <= set(series.columns):
        return series
    net = pl.col(_DISCHARGE) - pl.col(_CHARGE)
    added = {"Step capacity [A.h]": net, "Capacity [A.h]": net + _flowed_before(series)}
    return series.with_columns(
        column.alias(name) for name, column in added.items() if name not in series.columns
    )


def with_step_changes(steps: pl.DataFrame) -> pl.DataFrame:
    """Add what each step moved, positive on discharge.

    ``Delta capacity [A.h]`` and ``Delta energy [W.h]`` are discharge less charge; a column that
    is not there counts as 0. Columns that exist are left as they are.
    """
    import polars as pl

    added = []
    for quantity in ("capacity [A.h]", "energy [W.h]"):
        name, sources = f"Delta {quantity}", (f"Discharge {quantity}", f"Charge {quantity}")
        if name in steps.columns or not set(sources) & set(steps.columns):
            continue
        discharge, charge = (
            pl.col(source) if source in steps.columns else pl.lit(0.0) for source in sources
        )
        change = discharge - charge
        without_minus_zero = pl.when(change == 0).then(0.0).otherwise(change)
        added.append(without_minus_zero.alias(name))
    return steps.with_columns(added)


def _own_form(column: pl.Series) -> Any:
    """Return a column as pandas holds it where numpy cannot, ``None`` where that can."""
    import pandas as pd
    import polars as pl

    kind = column.dtype
    if kind.is_nested() or str(kind).endswith("Int128"):
        return pd.Series(column.to_list(), dtype=object)
    if not (column.null_count() and (kind.is_integer() or kind.is_float() or kind == pl.Boolean)):
        return None
    holds = pd.arrays.IntegerArray if kind.is_integer() else pd.arrays.FloatingArray
    if kind == pl.Boolean:
        holds = pd.arrays.BooleanArray
    elif str(kind) == "Float16":  # of which pandas has no nullable form
        column = column.cast(pl.Float32)
    values = column.fill_null(value=False if kind == pl.Boolean else 0)
    return holds(values.to_numpy(writable=True), column.is_null().to_numpy(writable=True))


def _flowed_before(series: pl.DataFrame) -> pl.Expr | pl.Series | float:
    """Return for each row what had flowed when its step began.

    A row without a step belongs to the step before it. What a step moved is its last value
    that is a number.
    """
    import polars as pl

    if "Step count" not in series.columns:
        return 0.0
    if _is_gapless(series):
        begins = pl.col("Step count").ne_missing(pl.col("Step count").shift(1))
        flowed = (pl.col(_DISCHARGE) - pl.col(_CHARGE)).shift(1, fill_value=0.0)
        return pl.when(begins).then(flowed).otherwise(0.0).cum_sum()
    step = pl.col("Step count").forward_fill().backward_fill()
    last_discharge, last_charge = (
        pl.col(name).fill_nan(None).drop_nulls().last().fill_null(0.0)
        for name in (_DISCHARGE, _CHARGE)
    )
    begun = (
        series.group_by(step)
        .agg((last_discharge - last_charge).alias("moved"))
        .sort("Step count")
        .with_columns(pl.col("moved").cum_sum().shift(1, fill_value=0.0).alias("before"))
    )
    return series.select(step).join(begun, on="Step count", how="left", maintain_order="left")[
        "before"
    ]


def _is_gapless(series: pl.DataFrame) -> bool:
    """Whether a row's predecessor tells what flowed before it, as in all that an engine writes."""
    used = [series[name] for name in ("Step count", _DISCHARGE, _CHARGE)]
    has_gaps = any(column.null_count() or column.is_nan().any() for column in used)
    return not has_gaps and used[0].is_sorted()


def _require_pandas() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("pandas", "pyarrow") if find_spec(name) is None]
    if missing:
        raise ModuleNotFoundError(
            f"the pandas backend needs {' and '.join(missing)}: pip install 'ionworks-api[pandas]'",
            name=missing[0],
        )
