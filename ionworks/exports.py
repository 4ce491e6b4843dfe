"""The export of a cycler, read with ``ionworksdata`` into what a measurement is made of.

``ionworksdata`` finds the format, names the columns and gives the current its sign: positive on
discharge. What it decided is written down with the measurement; where the data cannot confirm the
sign, a warning says so.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Export", "read_export"]

_TIME, _VOLTAGE, _CURRENT, _STEP = "Time [s]", "Voltage [V]", "Current [A]", "Step count"
_PLAIN = "csv"


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
    result, turned = _read(library, file, format_name, given, column_mappings, options)
    measurement = {**result["measurement"], **given}
    for key in ("protocol", "test_setup"):
        if key in result["measurement"]:
            measurement[key] = {**result["measurement"][key], **given.get(key, {})}
    notes = [
        f"Read from {file.name} as {format_name} ({how}) with ionworksdata: "
        f"{result['time_series'].height} rows.",
        *_about_sign(result["time_series"], file, turned),
        *_about_time(measurement, given, options or {}),
    ]
    measurement["notes"] = "\n".join([*([given["notes"]] if "notes" in given else []), *notes])
    return Export({**result, "measurement": measurement}, format_name, notes)


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


def _read(
    library: Any,
    file: Path,
    reader: str,
    given: Mapping[str, Any],
    column_mappings: Mapping[str, str] | None,
    options: Mapping[str, Any] | None,
) -> tuple[dict[str, Any], bool]:
    """Return what the library makes of a file, and whether it turned the current round again."""

    def details(validate: bool) -> dict[str, Any]:
        read: dict[str, Any] = library.read.measurement_details(
            file,
            deepcopy(dict(given)),
            reader,
            extra_column_mappings=dict(column_mappings) if column_mappings else None,
            options={**(options or {}), "validate": validate},
            data_type="ocp" if given.get("data_type") == "ocp" else None,
        )
        return read

    try:
        result = details(validate=False)
        turned = _is_reversed(result["time_series"])
        return (details(validate=True) if turned else result), turned
    except (KeyError, RuntimeError, IndexError, AttributeError) as error:
        raise ValueError(f"{file.name} cannot be read as {reader}: {error}") from error


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
    measurement: Mapping[str, Any], given: Mapping[str, Any], options: Mapping[str, Any]
) -> list[str]:
    if "start_time" not in measurement or "start_time" in given:
        return []
    zone = f"in {options['timezone']}" if "timezone" in options else "which was read as UTC"
    return [f"The start, {measurement['start_time']}, is from the file, {zone}."]


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
