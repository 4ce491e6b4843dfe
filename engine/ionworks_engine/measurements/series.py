"""An uploaded time series: read, judged by the rules, brought into one form, written.

The stored form: whole step and cycle numbers as integers, everything with a unit as 64 bit floats
(but for whole numbers that these cannot hold), null for what was not measured. Columns keep their
order and their names, further ones are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl
from polars import selectors as cs
from polars.exceptions import ComputeError, DuplicateError, PanicException, PolarsError
from pyarrow import ArrowException, parquet

from ionworks.validators import check_measurement_data
from ionworks.validators.issues import listed
from ionworks_engine.measurements import sizes

TIME, CURRENT, VOLTAGE, POWER = "Time [s]", "Current [A]", "Voltage [V]", "Power [W]"
STEP, FREQUENCY, TEMPERATURE = "Step count", "Frequency [Hz]", "Temperature [degC]"
CYCLE_COLUMNS = ("Cycle count", "Cycle number", "Cycle from cycler")
COUNTS = (STEP, *CYCLE_COLUMNS, "Step from cycler")
MEASURED = ("Stoichiometry", "SOC")
"""Columns that are measured values although their names state no unit."""

ROW_GROUP = 100_000
_TALLEST_GROUP = 250_000
_MAGIC = b"PAR1"
_WAY_OUT = "upload it as several measurements, with fewer columns, or thinned out"


class RefusedSeriesError(Exception):
    """Uploaded data that cannot become a measurement; the message says why, for people."""

    code = "VALIDATION_ERROR"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def read(path: Path, what: str) -> pl.DataFrame:
    """Read an uploaded Parquet file.

    Parameters
    ----------
    path
        Where it lies.
    what
        How it is called in errors, such as ``time_series.parquet``.

    Raises
    ------
    RefusedSeriesError
        If it is no longer there, is no readable Parquet file, or is larger than may be.
    """
    try:
        _refuse_other_format(path, what)
        _refuse_too_large(path, what)
        frame = pl.read_parquet(path, glob=False)
    except FileNotFoundError:
        raise RefusedSeriesError(f"{what} is no longer in the store: upload it again") from None
    except DuplicateError:
        raise RefusedSeriesError(f"{what} has two columns of the same name") from None
    except (PolarsError, PanicException, ComputeError, ArrowException, OSError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise RefusedSeriesError(
            f"{what} is no readable Parquet file, perhaps cut off on its way: {reason}"
        ) from None
    _refuse_too_long(sizes.text_bytes(frame), what)
    return frame


def _refuse_other_format(path: Path, what: str) -> None:
    """Refuse what does not begin as other readers want a Parquet file to begin."""
    with path.open("rb") as file:
        begins = file.read(len(_MAGIC))
    if begins != _MAGIC:
        raise RefusedSeriesError(
            f"{what} is no readable Parquet file: it begins with {begins!r}, not with {_MAGIC!r}"
        )


def _refuse_too_large(path: Path, what: str) -> None:
    """Refuse what would unpack to too much, before anything of it is unpacked."""
    told = sizes.outline(path)
    _refuse_too_many(told.values, f"{what}, {told.rows:,} rows of {told.columns:,} columns,")
    _refuse_too_long(told.size_bytes, what)


def _refuse_too_many(values: int, what: str) -> None:
    if values > sizes.MOST_VALUES:
        raise RefusedSeriesError(
            f"{what} is too large: it holds {values:,} values, and one measurement may hold "
            f"{sizes.MOST_VALUES:,}: {_WAY_OUT}"
        )


def _refuse_too_long(size: int, what: str) -> None:
    if size > sizes.MOST_BYTES:
        raise RefusedSeriesError(
            f"{what} is too large: it unpacks to {size:,} bytes, and one measurement may have "
            f"{sizes.MOST_BYTES:,}: {_WAY_OUT}"
        )


def judge(frame: pl.DataFrame, note: str = "") -> None:
    """Refuse a series that breaks the rules for measurement data.

    Parameters
    ----------
    frame
        The series as it was uploaded.
    note
        A sentence that helps to read the issues' rows.

    Raises
    ------
    RefusedSeriesError
        Naming every rule that is broken, with its code.
    """
    errors = [issue for issue in check_measurement_data(frame) if issue.severity == "error"]
    if errors:
        raise RefusedSeriesError("\n".join(filter(None, [listed(errors), note])))


def normalised(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a series in the stored form.

    Examples
    --------
    >>> rough = {"Time [s]": [0, 1], "Step count": [0.0, 0.0], "Note": ["a", "b"]}
    >>> [str(dtype) for dtype in normalised(pl.DataFrame(rough)).dtypes]
    ['Float64', 'Int64', 'String']
    """
    measured = cs.contains(" [") | cs.by_name(*MEASURED, require_all=False)
    numeric = cs.numeric() | cs.by_dtype(pl.Null)
    floats = frame.select((measured & numeric) | cs.decimal() | cs.float())
    held = [column.cast(pl.Float64) for column in floats if not _beyond_floats(column)]
    frame = frame.with_columns(held).with_columns(cs.float().fill_nan(None))
    counts = [name for name in COUNTS if name in frame.columns and is_whole(frame[name])]
    return frame.with_columns(pl.col(counts).cast(pl.Int64)) if counts else frame


def _beyond_floats(column: pl.Series) -> bool:
    """Whether a column holds whole numbers with more digits than floats have."""
    return column.dtype.is_integer() and not _same(column, column.cast(pl.Float64))


def _same(column: pl.Series, other: pl.Series) -> bool:
    """Whether another column, of another type, holds the same values."""
    return bool(other.cast(column.dtype, strict=False).eq_missing(column).all())


def is_whole(column: pl.Series) -> bool:
    """Whether a column holds whole numbers that 64 bits can hold, or nothing.

    Examples
    --------
    >>> is_whole(pl.Series([1.0, None])), is_whole(pl.Series([1.5, 2.0]))
    (True, False)
    """
    if column.dtype.is_float():
        return bool((column == column.round()).all()) and bool((column.abs() < 2**53).all())
    if column.dtype.is_integer():
        return bool((column.cast(pl.Int64, strict=False).is_null() == column.is_null()).all())
    return column.dtype == pl.Null


def is_stored_form(uploaded: pl.DataFrame, form: pl.DataFrame, path: Path) -> bool:
    """Whether an uploaded file can be kept as it is: nothing to change, and quick to read in part.

    It is when its row groups are of moderate size, compressed, and carry statistics.
    """
    if uploaded.schema != form.schema or uploaded.null_count().row(0) != form.null_count().row(0):
        return False
    try:
        layout = parquet.ParquetFile(path).metadata
    except (ArrowException, OSError):
        return False
    groups = [layout.row_group(index) for index in range(layout.num_row_groups)]
    rows = [group.num_rows for group in groups]
    return (
        max(rows, default=0) <= _TALLEST_GROUP
        and len(rows) <= 1 + 2 * layout.num_rows // ROW_GROUP
        and all(
            group.column(index).is_stats_set and group.column(index).compression != "UNCOMPRESSED"
            for group in groups[:1]
            for index in range(layout.num_columns)
        )
    )


def write(frame: pl.DataFrame, path: Path) -> None:
    """Write a series so that parts of it can be read alone: by rows, by columns, by time."""
    frame.write_parquet(path, compression="zstd", row_group_size=ROW_GROUP, statistics=True)


def extended(before: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    """Return a stored series with later rows at its end.

    Raises
    ------
    RefusedSeriesError
        If the columns differ, or the rows do not follow.
    """
    if not more.height:
        raise RefusedSeriesError("[no_rows] There is no row to add.")
    _refuse_other_columns(before.columns, more.columns)
    _refuse_too_many((before.height + more.height) * more.width, "The extended series")
    more = more.select(before.columns)
    _refuse_other_types(before, normalised(more))
    _refuse_earlier(before, more)
    # As they were sent: what is wrong with the new rows is for ``judge`` to see.
    longer = pl.concat([before, more], how="vertical_relaxed")
    _refuse_lost_digits(before, longer.head(before.height))
    _refuse_lost_digits(more, longer.tail(more.height))
    return longer


def _refuse_lost_digits(part: pl.DataFrame, joined: pl.DataFrame) -> None:
    for column in part.select(cs.integer()):
        if not _same(column, joined[column.name]):
            raise RefusedSeriesError(
                f"Column {column.name!r} would lose digits: its whole numbers are longer than "
                f"{joined.schema[column.name]} holds, which the other rows are of; send the added "
                "rows with the type of the series"
            )


def _refuse_other_columns(old: Iterable[str], new: Iterable[str]) -> None:
    missing, surplus = sorted(set(old) - set(new)), sorted(set(new) - set(old))
    if missing or surplus:
        said = [f"{missing} missing"] * bool(missing) + [f"{surplus} new"] * bool(surplus)
        raise RefusedSeriesError(
            f"The columns are not those of the series: {' and '.join(said)}; rows can be added "
            "only with identical columns"
        )


def _refuse_other_types(before: pl.DataFrame, more: pl.DataFrame) -> None:
    differing = [
        f"{name!r} holds {more.schema[name]}, not {dtype}"
        for name, dtype in before.schema.items()
        if not _fits(dtype, more.schema[name])
    ]
    if differing:
        raise RefusedSeriesError(f"The columns are not those of the series: {'; '.join(differing)}")


def _fits(old: pl.DataType, new: pl.DataType) -> bool:
    return old == new or pl.Null in (old, new) or (old.is_numeric() and new.is_numeric())


def _refuse_earlier(before: pl.DataFrame, more: pl.DataFrame) -> None:
    for column in (TIME, STEP):
        if column not in before.columns:
            raise RefusedSeriesError(f"A series without {column!r} cannot be extended.")
    last_time, last_step = before[TIME].drop_nulls(), before[STEP].drop_nulls()
    first_time, first_step = more[TIME].drop_nulls(), more[STEP].drop_nulls()
    if not len(first_step) or first_step[0] - last_step[-1] not in (0, 1):
        begins = first_step[0] if len(first_step) else None
        raise RefusedSeriesError(
            f"[step_count_non_sequential] 'Step count' of the added rows begins at {begins}; the "
            f"series ends with {last_step[-1]}, so it must go on with that or the next"
        )
    if not len(first_time) or not len(last_time):
        return
    # A new step may begin at the very moment at which the one before ended.
    same_moment_is_new = first_step[0] > last_step[-1] and first_time[0] == last_time[-1]
    if first_time[0] <= last_time[-1] and not same_moment_is_new:
        raise RefusedSeriesError(
            f"[time_not_monotonic] 'Time [s]' of the added rows begins at {first_time[0]:g} s; the "
            f"series ends at {last_time[-1]:g} s: add only later rows"
        )
