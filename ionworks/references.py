"""Where data may stand in a pipeline, tables become columns: from files, folders and frames.

``"file:discharge.csv"`` and ``"folder:rpt/"`` are read on this machine, CSV or Parquet, and sent
whole; a folder holds ``time_series`` and ``steps``, Parquet before CSV where there are both.
``"db:<measurement id>"`` is left to the server. A table that is written into the pipeline itself,
as a frame or as lists by column, may have `MOST_ROWS` rows.

Data stands at ``data`` of objectives and calculations, and at any value of an entry. Names,
descriptions and sources are texts, whatever they begin with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ionworks.encode import columns, is_frame
from ionworks.errors import MeasurementValidationError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["MOST_ROWS", "config_of", "is_objective", "with_tables"]

MOST_ROWS = 1000
"""The most rows of a table that is written into a pipeline."""

_DATA = frozenset({"data", "data_input", "from data"})
_PARTS = ("data", "time_series", "steps")
_NO_DATA = frozenset(
    {"model", "parameters", "metadata", "source", "name", "description", "provenance", "mapping"}
)
_TABLES = ("time_series", "steps")
_SEPARATORS, _LONGEST_HEADER = {";": "semicolons", "\t": "tabs"}, 1 << 16
_PARQUET, _NO_TABLES = b"PAR1", {b"PK\x03\x04": "a zip file", b"\x1f\x8b": "packed with gzip"}


def with_tables(elements: Mapping[str, Any], where: str = "elements") -> dict[str, Any]:
    """Return the elements of a pipeline with their local data read in; the rest is as it was.

    Parameters
    ----------
    elements
        Elements by name. Objects with a ``to_config()`` are asked for it on the way.
    where
        The key path of the elements, for messages.

    Raises
    ------
    FileNotFoundError
        If there is no such file or folder, or the folder lacks one of its two tables.
    ValueError
        If a file holds no table, the columns of one differ in length, or the index of a frame
        has a quantity.
    MeasurementValidationError
        If a table written into the pipeline has more rows than `MOST_ROWS`.

    Examples
    --------
    >>> import polars as pl
    >>> from ionworks.references import with_tables
    >>> frame = pl.DataFrame({"Time [s]": [0.0, 60.0], "Voltage [V]": [4.2, 4.1]})
    >>> fit = {"element_type": "data_fit", "objectives": {"voltage": {"data": frame}}}
    >>> with_tables({"fit": fit})["fit"]["objectives"]["voltage"]["data"]
    {'Time [s]': [0.0, 60.0], 'Voltage [V]': [4.2, 4.1]}
    """
    return {name: _element(element, f"{where}.{name}") for name, element in elements.items()}


def _element(element: Any, where: str) -> Any:
    if not isinstance(element, Mapping):
        return element
    readers: dict[str, Callable[[Any, str], Any]] = {"values": _values, "objectives": _objectives}
    return {
        key: readers[key](value, f"{where}.{key}")
        if key in readers
        else _searched(key, value, f"{where}.{key}")
        for key, value in element.items()
    }


def _values(values: Any, where: str) -> Any:
    """Read in the data among the values of an entry."""
    values = config_of(values)
    if not isinstance(values, Mapping):
        return values
    return {
        key: _table(value, f"{where}.{key}") if _is_data(config_of(value)) else value
        for key, value in values.items()
    }


def _is_data(value: Any) -> bool:
    """Whether a value of an entry is a reference or a table, not a parameter or a model."""
    if isinstance(value, str):
        return value.startswith(("file:", "folder:"))
    if not isinstance(value, Mapping) or "$type" in value or "type" in value:
        return is_frame(value)
    return any(part in value for part in _PARTS) or (
        bool(value) and all(map(_is_column, value.values()))
    )


def _objectives(objectives: Any, where: str) -> Any:
    """Read in the data of objectives, which may be called what they like."""
    objectives = config_of(objectives)
    if not isinstance(objectives, Mapping):
        return objectives
    if is_objective(objectives):
        return _inside(objectives, where)
    return {
        name: _inside(config_of(objective), f"{where}.{name}")
        for name, objective in objectives.items()
    }


def is_objective(value: Mapping[str, Any]) -> bool:
    """Whether one objective stands where they would stand by name.

    Examples
    --------
    >>> from ionworks.references import is_objective
    >>> is_objective({"data": "db:1"}), is_objective({"data": {"data": "db:1"}})
    (True, False)
    """
    kind, data = value.get("type", value.get("objective")), value.get("data")
    if isinstance(kind, str):
        return True
    return data is not None and not (isinstance(config_of(data), Mapping) and "data" in data)


def _searched(key: Any, value: Any, where: str) -> Any:
    if key in _DATA:
        return _table(value, where)
    return value if key in _NO_DATA else _inside(config_of(value), where)


def _inside(value: Any, where: str) -> Any:
    if isinstance(value, Mapping) and "$type" not in value:
        return {key: _searched(key, item, f"{where}.{key}") for key, item in value.items()}
    if is_frame(value):
        return _written(value, where)
    if isinstance(value, list | tuple):
        return [_inside(config_of(item), f"{where}[{at}]") for at, item in enumerate(value)]
    return value


def _table(value: Any, where: str) -> Any:
    """Return data as the API takes it; what it refers to on this machine is read."""
    value = config_of(value)
    if isinstance(value, str):
        return _referred(value, where)
    if is_frame(value):
        return _written(value, where)
    if not isinstance(value, Mapping) or "$type" in value:
        return value
    if any(part in value for part in _PARTS):
        return {
            key: _table(item, f"{where}.{key}") if key in _PARTS else item
            for key, item in value.items()
        }
    if value and all(map(_is_column, value.values())):
        return _short(value, where)
    return _inside(value, where)


def _referred(reference: str, where: str) -> Any:
    scheme, _, place = reference.partition(":")
    if scheme not in ("file", "folder"):
        return reference
    if not place.strip():
        raise ValueError(f'{where} is "{reference}": after the colon comes a path')
    try:
        path = Path(place).expanduser()
    except RuntimeError:
        raise ValueError(f'{where}: the home folder in "{place}" is not known') from None
    return _of_file(path, where) if scheme == "file" else _of_folder(path, where)


def _of_file(path: Path, where: str) -> dict[str, list[Any]]:
    if path.is_dir():
        raise ValueError(f'{where}: {path} is a folder; refer to it as "folder:{path}"')
    if not path.exists():
        raise FileNotFoundError(f"{where}: there is no file {path} (in {Path.cwd()})")
    return columns(_read(path, where), where)


def _of_folder(path: Path, where: str) -> dict[str, Any]:
    if not path.is_dir():
        raise FileNotFoundError(f"{where}: there is no folder {path} (in {Path.cwd()})")
    tables: dict[str, Any] = {}
    for name in _TABLES:
        candidates = [path / f"{name}.parquet", path / f"{name}.csv"]
        found = next((one for one in candidates if one.is_file()), None)
        if found is None:
            raise FileNotFoundError(
                f"{where}: the folder {path} has neither {name}.parquet nor {name}.csv; "
                "it needs both time_series and steps"
            )
        tables[name] = columns(_read(found, where), f"{where}.{name}")
    return tables


def _read(path: Path, where: str) -> pl.DataFrame:
    """Read a table of any length; what it is, its first bytes tell."""
    import polars as pl

    try:
        with path.open("rb") as file:
            head = file.read(4)
        foreign = next((what for magic, what in _NO_TABLES.items() if head.startswith(magic)), "")
        if foreign:
            raise ValueError(f"it is {foreign}")
        frame = pl.read_parquet(path) if head == _PARQUET else _of_csv(path)
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        # What polars says below its first line is about options of its own.
        reason = str(error).partition("\n")[0]
        raise ValueError(
            f"{where}: {path} cannot be read as a table in CSV or Parquet: {reason}"
        ) from error
    if not frame.height:
        raise ValueError(f"{where}: {path} has no rows")
    return frame


def _of_csv(path: Path) -> pl.DataFrame:
    import polars as pl

    with path.open(encoding="utf-8", errors="replace") as file:
        header = file.readline(_LONGEST_HEADER)
    separator = next((mark for mark in _SEPARATORS if mark in header and "," not in header), None)
    if separator is not None:
        raise ValueError(
            f"its columns are separated by {_SEPARATORS[separator]}, and here they must be by "
            f"commas, with a decimal point: pl.read_csv(path, separator={separator!r}) of polars "
            "reads it, with decimal_comma=True if its decimals have commas, and write_csv(path) "
            "of the frame writes it as wanted"
        )
    frame = pl.read_csv(path, infer_schema_length=None)
    frame = frame.rename({name: name.strip() for name in frame.columns})
    return frame.with_columns(map(_unpadded, frame.select(pl.col(pl.String))))


def _unpadded(texts: pl.Series) -> pl.Series:
    """Return the numbers of a column that only has blanks about them; all else as it is."""
    bare = texts.str.strip_chars().replace("", None)
    numbers = bare.cast(float, strict=False)
    has_texts = numbers.null_count() > bare.null_count() or bare.eq_missing(texts).all()
    return texts if has_texts else numbers


def _written(frame: Any, where: str) -> dict[str, Any]:
    """Return the columns of a frame; what is measured must not hide in the index of pandas."""
    for name in getattr(getattr(frame, "index", None), "names", ()):
        if isinstance(name, str) and name.endswith("]") and name not in frame.columns:
            raise ValueError(
                f"{where}: {name!r} is the index of the frame, and only columns are sent: give "
                "frame.reset_index()"
            )
    return _short(columns(frame, where), where)


def _short(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the columns of a table that may be written into a request."""
    lengths = {name: len(column) for name, column in table.items()}
    rows = max(lengths.values(), default=0)
    if rows > MOST_ROWS:
        _refuse(rows, where)
    short = next((name for name, length in lengths.items() if length < rows), None)
    if short is not None:
        raise ValueError(
            f"{where}: the columns differ in length: {short!r} has {lengths[short]} rows, "
            f"others have {rows}"
        )
    return dict(table)


def _refuse(rows: int, where: str) -> None:
    from ionworks.validators import IssueCode, ValidationIssue

    message = (
        f"{where}: a table of {rows} rows is too long to be written into a pipeline, which takes "
        f"{MOST_ROWS}: upload it with client.cell_measurement.create and refer to it as "
        '"db:<measurement id>", or keep it in a file and refer to it as "file:<path>"'
    )
    issue = ValidationIssue(
        IssueCode.TIME_SERIES_ROW_COUNT_EXCEEDED,
        message,
        payload={"n_rows": rows, "max_rows": MOST_ROWS, "path": where},
    )
    raise MeasurementValidationError(message, [issue])


def _is_column(value: Any) -> bool:
    """Whether it is a list of values, or an array or a series of them."""
    return isinstance(value, list | tuple) or (
        hasattr(value, "__len__") and (hasattr(value, "tolist") or hasattr(value, "to_list"))
    )


def config_of(value: Any) -> Any:
    """Return the configuration of an object that has one; models and symbols stay as they are.

    Examples
    --------
    >>> from ionworks.references import config_of
    >>> config_of({"type": "SPM"}), config_of("SPM")
    ({'type': 'SPM'}, 'SPM')
    """
    if isinstance(value, Mapping | str | type) or not hasattr(value, "to_config"):
        return value
    is_pybamm = any(base.__module__.startswith("pybamm") for base in type(value).__mro__)
    return value if is_pybamm else value.to_config()
