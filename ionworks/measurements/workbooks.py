"""Numbers that an Excel file holds as texts, which the readers take without their commas."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ionworks.measurements.decimals import Decimals

if TYPE_CHECKING:
    import polars as pl

__all__ = ["refuse_commas_in_texts"]

_WORKBOOKS = (".xls", ".xlsx")


def refuse_commas_in_texts(file: Path, decimal: str | None = None) -> None:
    """Refuse a workbook with texts that have, or may have, decimal commas.

    What is no workbook, or cannot be read as one, is left to the readers.

    Parameters
    ----------
    file
        The file.
    decimal
        The decimal separator, if the user says which it is.

    Raises
    ------
    ValueError
        If there is such a text; it is named with its sheet and column.
    """
    if file.suffix.lower() not in _WORKBOOKS:
        return
    import polars as pl
    from polars import selectors as cs

    sheets: dict[str, pl.DataFrame] = {}
    with suppress(Exception):
        sheets = pl.read_excel(file, sheet_id=0, raise_if_empty=False)
    for sheet, table in sheets.items():
        for texts in table.select(cs.string()):
            _look_at(file.name, sheet, texts, decimal)


def _look_at(file: str, sheet: str, texts: pl.Series, decimal: str | None) -> None:
    seen = Decimals(file)
    for row, text in enumerate(texts, 2):
        if text is not None and ("," in text or "." in text or text.isdigit()):
            seen.look(row, [text.strip()])
    try:
        doubtful = seen.are_commas(decimal if decimal == "." else None)
    except ValueError:
        doubtful = True
    if doubtful:
        comma = next((text for text in texts if text and "," in text), texts[0])
        or_say = (
            ", or, if they stand between thousands, say so with options={'decimal': '.'}"
            if "." in seen.allowed()
            else ""
        )
        raise ValueError(
            f"{file}: the column {texts.name!r} of the sheet {sheet!r} holds texts such as "
            f"{comma!r}, whose commas the reader would leave out. Make numbers of them in the "
            f"file{or_say}"
        )
