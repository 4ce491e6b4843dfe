"""Reading the file of a cycler with ``ionworksdata``, and saying what went wrong where it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ionworks.errors import MeasurementValidationError
from ionworks.measurements.cycler_text import CyclerText
from ionworks.measurements.mapped_units import Unit, convertible, unit_of

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "CURRENT",
    "TIME",
    "VOLTAGE",
    "WITHOUT_HEADER",
    "CyclerFile",
    "current_is_reversed",
    "library",
    "reader_of",
]

TIME, VOLTAGE, CURRENT, STEP = "Time [s]", "Voltage [V]", "Current [A]", "Step count"
_PLAIN = "csv"
WITHOUT_HEADER = ("csv", "bdf", "parquet")
_TEXTS = (".csv", ".txt")
_LONGEST_REASON = 300
_MOST_COLUMNS = 30
_CUTOFFS = ("Lower voltage cut-off [V]", "Upper voltage cut-off [V]")
_WORDS = {
    TIME: ("time", "zeit", "t"),
    CURRENT: ("current", "strom", "i"),
    VOLTAGE: ("volt", "spannung", "pot", "ewe", "ecell", "u", "v", "e"),
}
_CONVERT_FIRST = "convert its values in the file first, or read it yourself and use create"
_NO_ROWS = "is out of bounds for axis 0 with size 0"


@dataclass(frozen=True)
class CyclerFile:
    """A file, and how the library is to read it.

    Attributes
    ----------
    library
        ``ionworksdata``.
    path
        The file that is read: the user's, or a translated copy of the same name.
    reader
        Its format.
    text
        What it shows as text, ``None`` if it is none.
    column_mappings
        Columns of the file that are to be kept, and what to call them.
    options
        Of the reader.
    """

    library: Any
    path: Path
    reader: str
    text: CyclerText | None
    column_mappings: Mapping[str, str]
    options: Mapping[str, Any]

    def tables(self, *, is_table: bool) -> tuple[dict[str, pl.DataFrame], bool]:
        """Return series and steps, and whether the current had to be turned round once more.

        Raises
        ------
        ValueError
            If the file cannot be read, or has not the columns that it should have.
        """
        self._check_units(is_table=is_table)
        self._check_wishes()
        with self._readable():
            if is_table:
                return {"time_series": self._open_circuit()}, False
            series, steps = self._series_and_steps(validate=False)
            turned = current_is_reversed(series)
            if turned:
                series, steps = self._series_and_steps(validate=True)
            extra = list(self.column_mappings.values())
            kept = self.library.read.keep_required_columns(series, extra_columns=extra)
        self._check_mapped(kept)
        return {"time_series": kept, "steps": steps}, turned

    def header(self) -> dict[str, Any]:
        """Return what the file says of the test, as fields of a measurement."""
        if self.reader in WITHOUT_HEADER:
            return {}
        with self._readable():
            return dict(self.library.read.metadata(self.path, self.reader, self._options()))

    def _check_wishes(self) -> None:
        """Refuse what the reader would pass over, or fail at without a reason."""
        name = self.path.name
        if self.reader == "repower":
            cell = self.options.get("cell_metadata")
            if not isinstance(cell, Mapping) or any(key not in cell for key in _CUTOFFS):
                lower, upper = _CUTOFFS
                raise ValueError(
                    f"{name}: the reader of Repower leaves out what is beyond the voltages of the "
                    "cell, which it must be told: options={'cell_metadata': "
                    f"{{{lower!r}: 2.5, {upper!r}: 4.2}}}}"
                )
        if self.text is None:
            return
        names = self.text.names()
        known = {_folded(name): name for name in names if name}
        for column in self.column_mappings:
            if column not in names:
                near = get_close_matches(_folded(column), known, n=3)
                hint = f"near it: {_listed([known[one] for one in near])}" if near else "it has "
                has = "" if near else _listed(self.text.columns)
                raise ValueError(f"column_mappings: {name} has no column {column!r}; {hint}{has}")

    def _unit(self, column: str) -> Unit | None:
        return unit_of(column, self.text.below(column) if self.text else ())

    def _check_units(self, *, is_table: bool) -> None:
        """Refuse a mapping from one unit to another, for it renames and converts nothing."""
        for column, target in self.column_mappings.items():
            unit, wanted = self._unit(column), unit_of(target)
            if unit is None or wanted is None or unit.name == wanted.name:
                continue
            if unit.quantity != wanted.quantity and not (unit.is_marked and wanted.is_marked):
                continue
            own = convertible(unit) if self.reader == _PLAIN and not is_table else None
            way = f"map it to {own!r}, which is converted" if own else _CONVERT_FIRST
            raise ValueError(
                f"column_mappings: {column!r} of {self.path.name} is in {unit.name}, {target!r} "
                f"in {wanted.name}, and a mapping only renames: {way}"
            )

    def _check_mapped(self, series: pl.DataFrame) -> None:
        """Refuse a mapping that came to nothing; the reader may change the unit of one."""
        bare = {_without_unit(column) for column in series.columns}
        for column, target in self.column_mappings.items():
            if target not in series.columns and _without_unit(target) not in bare:
                raise ValueError(
                    f"column_mappings: no column {target!r} came of {column!r} in "
                    f"{self.path.name}, read as {self.reader}; it gave {_listed(series.columns)}"
                )

    def _options(self) -> dict[str, Any]:
        kind = self.library.read.BaseReader.get_reader_types()[self.reader]
        taken = self.text is not None and "file_encoding" in kind.default_options
        return {**self.options, **({"file_encoding": "utf-8"} if taken else {})}

    def _series_and_steps(self, *, validate: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
        read: tuple[pl.DataFrame, pl.DataFrame] = self.library.read.time_series_and_steps(
            self.path,
            self.reader,
            extra_column_mappings=dict(self.column_mappings) or None,
            options={**self._options(), "validate": validate},
        )
        return read

    def _open_circuit(self) -> pl.DataFrame:
        read = self.library.read.measurement_details(
            self.path,
            {},
            self.reader,
            extra_column_mappings=dict(self.column_mappings) or None,
            options={"validate": False},
            data_type="ocp",
        )
        series: pl.DataFrame = read["time_series"]
        return series

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Name the file and its format in whatever the library fails with."""
        try:
            yield
        except (MeasurementValidationError, OSError):
            raise
        except Exception as error:
            raise ValueError(
                f"{self.path.name} cannot be read as {self.reader}: {self._reason(error)}"
            ) from error

    def _reason(self, error: Exception) -> str:
        if self.text is None and self.path.suffix.lower() in _TEXTS:
            return (
                "it holds zero bytes, as no text does. If it is UTF-16 without a mark, say so: "
                "options={'file_encoding': 'utf-16-le'}"
            )
        if self.reader == _PLAIN and self.text is not None and self.text.separator == "\t":
            return "tabs stand between its columns, where the plain reader takes commas only"
        if _NO_ROWS in str(error) or (self.text is not None and not self.text.rows):
            return "it has no row with a current and a voltage"
        if "Could not find a" in str(error) and self.text is not None:
            wanted = str(error).removeprefix("Could not find a ").partition(" ")[0].lower()
            return (
                f"none of its columns is known as a {wanted}: {_listed(self.text.columns)}. "
                f"{self._advice(self.text.columns)}"
            )
        reason = f"{type(error).__name__}: {error}".replace(str(self.path), self.path.name)
        return reason[:_LONGEST_REASON]

    def _advice(self, columns: Sequence[str]) -> str:
        """Say how the columns could be mapped, or which of them no mapping brings into its unit."""
        units = {column: self._unit(column) for column in columns}
        example = _example(units)
        for column, target in example.items():
            unit = units[column]
            wanted = unit_of(target)
            if unit is None or wanted is None or unit.name == wanted.name:
                continue
            own = convertible(unit) if self.reader == _PLAIN else None
            if own is None:
                return (
                    f"{column!r} is in {unit.name}, where {target!r} is needed, and a mapping of "
                    f"columns only renames: {_CONVERT_FIRST}"
                )
            example[column] = own
        return f"Say which is which, such as column_mappings={example}"


def library() -> Any:
    """Return ``ionworksdata``.

    Raises
    ------
    ModuleNotFoundError
        If it is not installed.
    """
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


def reader_of(iwdata: Any, path: Path, asked: str | None) -> tuple[str, str]:
    """Return the format to read a file as, and where that is known from.

    Raises
    ------
    ValueError
        If there is no such format, or none is found.
    """
    known = sorted(iwdata.read.BaseReader.get_reader_types())
    if asked is not None:
        name = str(asked).lower()
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
            raise ValueError(f"there is no reader {asked!r}: {hint}")
        return name, "as asked"
    try:
        return iwdata.read.detect_reader(path), "as its content shows"
    except ValueError:
        if path.suffix.lower() == ".csv":
            return _PLAIN, "no cycler's format was found in it"
        raise ValueError(
            f"the format of {path.name} was not found from its content: "
            f"pass reader=, one of {', '.join(known)}"
        ) from None


def current_is_reversed(series: pl.DataFrame, sign: int = 1) -> bool:
    """Whether the data say that positive current is charge, with the current times a sign."""
    import polars as pl

    from ionworks.validators import validate_positive_current_is_discharge

    if not {TIME, VOLTAGE, CURRENT} <= set(series.columns):
        return False
    turned = series.with_columns(pl.col(CURRENT) * sign)
    step = STEP if STEP in series.columns else None
    return bool(validate_positive_current_is_discharge(turned, step_col=step))


def _example(units: Mapping[str, Unit | None]) -> dict[str, str]:
    """Return how columns could be mapped: by their names, else in turn; none to what it is not."""
    left = [column for column in units if column]
    example = {}
    for target, words in _WORDS.items():
        wanted = unit_of(target)
        fit = [one for one in left if _may_be(units[one], wanted)]
        named = (one for word in words for one in fit if one.lower().startswith(word))
        column = next(named, fit[0] if fit else None)
        if column is not None:
            left.remove(column)
            example[column] = target
    return example


def _may_be(unit: Unit | None, wanted: Unit | None) -> bool:
    return unit is None or wanted is None or unit.quantity == wanted.quantity


def _folded(column: str) -> str:
    return re.sub(r"[\s_]+", "", column).lower()


def _without_unit(column: str) -> str:
    return column.partition(" [")[0]


def _listed(columns: Sequence[str]) -> str:
    more = len(columns) - _MOST_COLUMNS
    shown = ", ".join(repr(column) for column in columns[:_MOST_COLUMNS] if column)
    return f"{shown} and {more} more" if more > 0 else shown
