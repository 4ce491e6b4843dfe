"""The export of a cycler, read with ``ionworksdata`` into what a measurement is made of.

``ionworksdata`` finds the format, names the columns and gives the current its sign: positive on
discharge. What it decided is written down with the measurement; where the data cannot confirm the
sign, a warning says so.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ionworks.errors import MeasurementValidationError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Export", "read_export"]

_TIME, _VOLTAGE, _CURRENT, _STEP = "Time [s]", "Voltage [V]", "Current [A]", "Step count"
_PLAIN = "csv"
_WITHOUT_HEADER = ("csv", "bdf", "parquet")
_LONGEST_REASON = 300
_LINES_OF_A_HEADER, _SHARE_LEFT_OUT = 200, 0.02
_READ_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Export:
    """What the export of a cycler says.

    Attributes
    ----------
    detail
        ``measurement``, ``time_series`` and perhaps ``steps``, as they are uploaded.
    reader
        The format it was read as.
    notes
        What was decided while it was read.
    """

    detail: dict[str, Any]
    reader: str
    notes: list[str] = field(default_factory=list)


def read_export(
    path: str | os.PathLike[str],
    record: Mapping[str, Any],
    *,
    reader: str | None = None,
    column_mappings: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Export:
    """Read the export of a cycler.

    Parameters
    ----------
    path
        The file.
    record
        Fields of the measurement; they win over what the file says of itself. With ``data_type``
        ``ocp`` it is read as a table of an open-circuit voltage.
    reader
        The format, such as ``maccor``; without it, it is found from the file.
    column_mappings
        Columns of the file that are to be kept, and what to call them.
    options
        Of the reader, such as ``{"timezone": "Europe/Berlin"}``.

    Raises
    ------
    ModuleNotFoundError
        If ``ionworksdata`` is not installed.
    FileNotFoundError
        If there is no such file.
    ValueError
        If the format is unknown or not found, or the file cannot be read as that.
    MeasurementValidationError
        If what it holds breaks a rule.
    """
    library = _library()
    file = Path(path).expanduser()
    if not file.is_file():
        raise FileNotFoundError(f"there is no file {file}")
    format_name, how = _format(library, file, reader)
    given = {key: value for key, value in record.items() if value is not None}
    source = _Source(library, file, format_name, column_mappings, options or {})
    tables, turned = source.tables(is_table=given.get("data_type") == "ocp")
    header = source.header()
    notes = [
        f"Read from {file.name} as {format_name} ({how}) with ionworksdata "
        f"{version('ionworksdata')}: {_counted(tables['time_series'], file)}.",
        *_about_sign(tables["time_series"], file, turned),
        *_about_time(header, given, options or {}),
    ]
    record = {**header, **given}
    for key in ("protocol", "test_setup"):
        if isinstance(header.get(key), Mapping):
            record[key] = {**header[key], **given.get(key, {})}
    record["notes"] = "\n".join([*([given["notes"]] if "notes" in given else []), *notes])
    return Export({"measurement": record, **tables}, format_name, notes)


@dataclass(frozen=True)
class _Source:
    """A file, and how the library is to read it."""

    library: Any
    file: Path
    reader: str
    column_mappings: Mapping[str, str] | None
    options: Mapping[str, Any]

    def tables(self, *, is_table: bool) -> tuple[dict[str, pl.DataFrame], bool]:
        """Return series and steps, and whether the current had to be turned round once more."""
        with self._readable():
            if is_table:
                return {"time_series": self._open_circuit()}, False
            series, steps = self._series_and_steps(validate=False)
            turned = _is_reversed(series)
            if turned:
                series, steps = self._series_and_steps(validate=True)
            extra = list((self.column_mappings or {}).values())
            kept = self.library.read.keep_required_columns(series, extra_columns=extra)
            return {"time_series": kept, "steps": steps}, turned

    def header(self) -> dict[str, Any]:
        """Return what the file says of the test, as fields of a measurement."""
        if self.reader in _WITHOUT_HEADER:
            return {}
        with self._readable():
            found = dict(self.library.read.metadata(self.file, self.reader, dict(self.options)))
        if found.get("start_time") is not None:
            found["start_time"] = found["start_time"].isoformat()
        return found

    def _series_and_steps(self, *, validate: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
        read: tuple[pl.DataFrame, pl.DataFrame] = self.library.read.time_series_and_steps(
            self.file,
            self.reader,
            extra_column_mappings=self._mappings(),
            options={**self.options, "validate": validate},
        )
        return read

    def _open_circuit(self) -> pl.DataFrame:
        read = self.library.read.measurement_details(
            self.file,
            {},
            self.reader,
            extra_column_mappings=self._mappings(),
            options={"validate": False},
            data_type="ocp",
        )
        series: pl.DataFrame = read["time_series"]
        return series

    def _mappings(self) -> dict[str, str] | None:
        return dict(self.column_mappings) if self.column_mappings else None

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Name the file and its format in whatever the library fails with."""
        try:
            yield
        except (MeasurementValidationError, OSError):
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise ValueError(
                f"{self.file.name} cannot be read as {self.reader}: {reason[:_LONGEST_REASON]}"
            ) from error


def _library() -> Any:
    try:
        import ionworksdata
    except ModuleNotFoundError as error:
        if error.name != "ionworksdata":
            raise
        raise ModuleNotFoundError(
            "to read the files of cyclers ionworksdata is needed: pip install 'ionworks-api[data]'",
            name=error.name,
        ) from None
    return ionworksdata


def _format(library: Any, file: Path, reader: str | None) -> tuple[str, str]:
    """Return the format to read a file as, and where that is known from."""
    known = sorted(library.read.BaseReader.get_reader_types())
    if reader is not None:
        name = str(reader).lower()
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
            raise ValueError(f"there is no reader {reader!r}: {hint}")
        return name, "as asked"
    try:
        return library.read.detect_reader(file), "as its content shows"
    except ValueError:
        if file.suffix.lower() == ".csv":
            return _PLAIN, "no cycler's format was found in it"
        raise ValueError(
            f"the format of {file.name} was not found from its content: "
            f"pass reader=, one of {', '.join(known)}"
        ) from None


def _counted(series: pl.DataFrame, file: Path) -> str:
    """Say how much of a file was read; warn if lines of a text file were left out."""
    rows = f"{series.height:,} rows"
    lines = _lines(file)
    if lines is None:
        return rows
    if lines - series.height > max(_LINES_OF_A_HEADER, _SHARE_LEFT_OUT * lines):
        warnings.warn(
            f"{file.name}: {rows} were read of a file of {lines:,} lines. Look at what is missing",
            UserWarning,
            stacklevel=2,
        )
    return f"{rows} of {lines:,} lines"


def _lines(file: Path) -> int | None:
    """Return the number of lines, ``None`` if it is no text."""
    count = 0
    with file.open("rb") as opened:
        while piece := opened.read(_READ_AT_ONCE):
            if b"\0" in piece:
                return None
            count += piece.count(b"\n")
    return count


def _about_sign(series: pl.DataFrame, file: Path, turned: bool) -> list[str]:
    """Say what is known about the direction of the current; warn if the data do not tell it."""
    if not {_TIME, _VOLTAGE, _CURRENT} <= set(series.columns) or not _flows(series):
        return []
    again = ", which turned it round again after a look at each step" if turned else ""
    if _is_reversed(series, sign=-1):
        return [f"Positive current is discharge, as ionworksdata determined{again}."]
    doubt = (
        f"{file.name}: the voltage does not tell whether positive current is discharge; it is "
        "taken to be, as ionworksdata reads the file. Look at the signs of a known step"
    )
    warnings.warn(doubt, UserWarning, stacklevel=2)
    return [f"{doubt}."]


def _about_time(
    header: Mapping[str, Any], given: Mapping[str, Any], options: Mapping[str, Any]
) -> list[str]:
    if "start_time" not in header or "start_time" in given:
        return []
    zone = options.get("timezone", "UTC, for want of a timezone in the options")
    return [f"The start, {header['start_time']}, is that in the file, read as {zone}."]


def _flows(series: pl.DataFrame) -> bool:
    largest = series[_CURRENT].cast(float).fill_nan(None).abs().max()
    return bool(largest)


def _is_reversed(series: pl.DataFrame, sign: int = 1) -> bool:
    """Whether the data say that positive current is charge, with the current times a sign."""
    import polars as pl

    from ionworks.validators import validate_positive_current_is_discharge

    if not {_TIME, _VOLTAGE, _CURRENT} <= set(series.columns):
        return False
    turned = series.with_columns(pl.col(_CURRENT) * sign)
    step = _STEP if _STEP in series.columns else None
    return bool(validate_positive_current_is_discharge(turned, step_col=step))
