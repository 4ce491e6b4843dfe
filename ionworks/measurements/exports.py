"""The export of a cycler, read with ``ionworksdata`` into what a measurement is made of.

``ionworksdata`` finds the format, names the columns and gives the current its sign: positive on
discharge. What it decided is written down with the measurement; where the data cannot confirm the
sign, a warning says so. What it would read wrongly without a word is translated before, or refused.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ionworks.measurements.cycler_files import CyclerFile, library, reader_of
from ionworks.measurements.cycler_text import readable
from ionworks.measurements.export_notes import notes_on, start_of
from ionworks.measurements.maccor_tables import with_row_of_units
from ionworks.measurements.plausibility import check_plausible
from ionworks.measurements.workbooks import refuse_commas_in_texts

__all__ = ["Export", "read_export"]


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
        Of the reader, such as ``{"timezone": "Europe/Berlin"}``; for every text file also
        ``file_encoding``, and ``decimal``: ``","`` or ``"."``.

    Raises
    ------
    ModuleNotFoundError
        If ``ionworksdata`` is not installed.
    FileNotFoundError
        If there is no such file.
    IsADirectoryError
        If it is a folder.
    ValueError
        If the format is unknown or not found, the file cannot be read as that, its numbers can be
        read in two ways, or are not those of a cell.
    MeasurementValidationError
        If what it holds breaks a rule.
    """
    iwdata = library()
    file = _existing(path)
    given = {key: value for key, value in record.items() if value is not None}
    told = dict(options or {})
    encoding, decimal = told.pop("file_encoding", None), told.pop("decimal", None)
    refuse_commas_in_texts(file, decimal)
    with readable(file, encoding, decimal) as (copy, text):
        format_name, how = reader_of(iwdata, copy, reader)
        with with_row_of_units(copy, format_name, text) as table:
            source = CyclerFile(iwdata, table, format_name, text, column_mappings or {}, told)
            tables, turned = source.tables(is_table=given.get("data_type") == "ocp")
            check_plausible(tables["time_series"], file.name)
            header = source.header()
    start = start_of(source, header)
    notes = notes_on(
        source, how, tables["time_series"], turned, None if "start_time" in given else start
    )
    record = {**header, **given}
    for key in ("protocol", "test_setup"):
        if isinstance(header.get(key), Mapping):
            record[key] = {**header[key], **given.get(key, {})}
    record["notes"] = "\n".join([*([given["notes"]] if "notes" in given else []), *notes])
    return Export({"measurement": record, **tables}, format_name, notes)


def _existing(path: str | os.PathLike[str]) -> Path:
    file = Path(path).expanduser()
    if file.is_dir():
        raise IsADirectoryError(f"{file} is a folder: give the path of a file")
    if not file.is_file():
        raise FileNotFoundError(f"there is no file {file}")
    if not file.stat().st_size:
        raise ValueError(f"{file.name} is empty")
    return file
