"""A cycler's file as text: its encoding, its columns, its rows, and how its numbers are written.

The readers of ``ionworksdata`` take UTF-8, commas or tabs between columns, and decimal points.
What is written otherwise is translated into a temporary copy; the file stays as it is.
"""

from __future__ import annotations

import codecs
import csv
import re
import shutil
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ionworks.measurements.decimals import (
    DECIMALS,
    Decimals,
    is_number,
    with_points,
    without_thousands,
)

__all__ = ["CyclerText", "readable"]

_LOOKED_AT = 1 << 16
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_GZIP = b"\x1f\x8b"
_PRESUMED = "windows-1252"
_HEADER_AT_MOST = 3
_LEAST_NUMBERS = 2
_SEPARATORS, _ROWS_LOOKED_AT = "\t;,", 100
_CELL = re.compile(r'"([^"]*)"|(?<![^,])[^",]+(?![^,])')
_Rewriting = Callable[[str], str]
_REWRITINGS: dict[_Rewriting, str] = {
    with_points: "decimal commas became points",
    without_thousands: "commas between thousands were taken out",
}


@dataclass(frozen=True)
class CyclerText:
    """What a text file shows before a reader reads it.

    Attributes
    ----------
    columns
        Names of the columns, as far as the header was found.
    preamble
        The lines before the first row of data.
    first, last
        Fields of the first and of the last row of data.
    rows, lines
        How many rows of data there are, and how many lines.
    separator
        What stands between the columns.
    translated
        What stands otherwise in the copy that is read, in words.
    """

    columns: tuple[str, ...]
    preamble: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]
    rows: int
    lines: int
    separator: str
    translated: list[str] = field(default_factory=list)

    def names(self) -> set[str]:
        """Return all that could be the name of a column."""
        lines = [line for mark in "\t,;" for line in (_split(one, mark) for one in self.preamble)]
        return {*self.columns, *(name for line in lines for name in line)}

    def below(self, column: str) -> list[str]:
        """Return what stands below the name of a column, above the first row of data."""
        found: list[str] = []
        place: int | None = None
        for line in self.preamble:
            fields = _split(line, self.separator)
            if place is not None and place < len(fields):
                found.append(fields[place])
            elif place is None and column in fields:
                place = fields.index(column)
        return found


@contextmanager
def readable(
    file: Path, encoding: str | None = None, decimal: str | None = None
) -> Iterator[tuple[Path, CyclerText | None]]:
    """Give a file as the readers take it, and what it shows; ``None`` if it is no text.

    Parameters
    ----------
    file
        The file.
    encoding
        Its encoding, if it is known.
    decimal
        Its decimal separator, likewise.

    Raises
    ------
    ValueError
        If the text is not of that encoding, or its numbers can be read in two ways or contradict
        what is said of them.
    """
    if decimal is not None and decimal not in DECIMALS:
        raise ValueError(f"options['decimal'] must be ',' or '.', not {decimal!r}")
    if encoding is None and not _is_text(file):
        yield file, None
        return
    source = _Source(file, *_encoding(file, encoding))
    separator = _separator(source)
    text = _survey(source, separator)
    if separator == "," and text.rows:
        _refuse_two_kinds_of_comma(source, text)
    rewrite = _rewriting(source, separator, text, decimal)
    changes = [
        *source.change,
        *(["semicolons between its columns became commas"] if separator == ";" else []),
        *([_REWRITINGS[rewrite]] if rewrite else []),
    ]
    if not changes:
        yield file, text
        return
    text.translated.extend(changes)
    with tempfile.TemporaryDirectory(prefix="ionworks-") as folder:
        copy = Path(folder, file.name)
        _translate(source, copy, separator, rewrite)
        beside = file.with_name(f"{file.stem}_meta.txt")
        if beside.is_file():  # BaSyTec's, which its reader looks for
            shutil.copyfile(beside, copy.with_name(beside.name))
        yield copy, text


@dataclass(frozen=True)
class _Source:
    file: Path
    encoding: str
    change: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        errors = "replace" if self.encoding == _PRESUMED else "strict"
        with self.file.open(encoding=self.encoding, errors=errors, newline="") as opened:
            try:
                yield from opened
            except UnicodeError as error:
                raise ValueError(f"{self.file.name} is not {self.encoding}: {error}") from None


def _is_text(file: Path) -> bool:
    with file.open("rb") as opened:
        start = opened.read(_LOOKED_AT)
    if start.startswith(tuple(_MARKS)):
        return True
    return b"\0" not in start and not start.startswith(_GZIP)


def _encoding(file: Path, given: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the encoding of a text, and what the copy changes of it."""
    if given is not None:
        try:
            name = codecs.lookup(given).name
        except LookupError:
            raise ValueError(f"options['file_encoding']: there is no encoding {given!r}") from None
        if name != "utf-8":
            return name, (f"{given} became UTF-8",)
    with file.open("rb") as opened:
        start = opened.read(len(codecs.BOM_UTF8))
    for mark, name in _MARKS.items():
        if start.startswith(mark):
            return name, (f"{name.removesuffix('-sig').upper()} with a mark became plain UTF-8",)
    if given is not None or _is_utf8(file):
        return "utf-8", ()
    doubt = "say otherwise with options={'file_encoding': ...}"
    return _PRESUMED, (f"text that is no UTF-8 was taken for {_PRESUMED} ({doubt})",)


def _is_utf8(file: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open("rb") as opened:
        try:
            while piece := opened.read(_LOOKED_AT):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _separator(source: _Source) -> str:
    """Return what stands between the columns of the rows at the end: tab, semicolon or comma."""
    rows = [line for line in deque(source.lines(), maxlen=_ROWS_LOOKED_AT) if not line.isspace()]
    found = {mark: sum(_is_row(_split(line, mark)) for line in rows) for mark in _SEPARATORS}
    return next((mark for mark in _SEPARATORS if 0 < max(found.values()) <= 2 * found[mark]), ",")


def _survey(source: _Source, separator: str) -> CyclerText:
    """Find the header and count the rows of data."""
    widths = Counter(line.count(separator) for line in source.lines() if not line.isspace())
    usual = max(widths, key=lambda width: (width > 0, widths[width], width), default=0)
    preamble: list[str] = []
    first = last = ""
    rows = lines = 0
    for lines, line in enumerate(source.lines(), 1):  # noqa: B007
        if rows or (line.count(separator) == usual and _is_row(_split(line, separator))):
            first = first or line
            if any(letter.isdigit() for letter in line):
                rows, last = rows + 1, line
        elif not line.isspace():
            preamble.append(line.rstrip("\r\n"))
    above = [_split(line, separator) for line in reversed(preamble[-_HEADER_AT_MOST:])]
    header = [fields for fields in above if not _is_row(fields)]
    columns: Sequence[str] = max(header, key=lambda names: sum(map(bool, names)), default=())
    return CyclerText(
        columns=tuple(columns),
        preamble=tuple(preamble),
        first=tuple(_split(first, separator)),
        last=tuple(_split(last, separator)),
        rows=rows,
        lines=lines,
        separator=separator,
    )


def _is_row(fields: Sequence[str]) -> bool:
    return sum(map(is_number, fields)) >= _LEAST_NUMBERS


def _split(line: str, separator: str) -> list[str]:
    """Return the fields of a line without blanks and quotes around them."""
    if '"' in line and separator != "\t":
        fields = next(csv.reader([line.rstrip("\r\n")], delimiter=separator), [])
    else:
        fields = line.rstrip("\r\n").split(separator)
    return [name.strip().strip('"').strip() for name in fields]


def _rewriting(
    source: _Source, separator: str, text: CyclerText, decimal: str | None
) -> _Rewriting | None:
    """Return how numbers are rewritten, if they have to be."""
    hint = '"' if separator == "," else ","
    looked_at = decimal == "," or any(hint in line for line in source.lines())
    if not text.rows or not looked_at:
        return None
    seen = Decimals(source.file.name)
    for number, line in enumerate(source.lines(), 1):
        if number > len(text.preamble):
            seen.look(number, _split(line, separator))
    if seen.are_commas(decimal):
        return with_points
    return without_thousands if seen.has_commas() else None


def _refuse_two_kinds_of_comma(source: _Source, text: CyclerText) -> None:
    """Refuse rows like ``10,0,3,85`` below two names."""
    names = len(text.columns)
    if not names:
        return
    for number, line in enumerate(source.lines(), 1):
        if line.count(",") < names or number <= len(text.preamble):
            continue
        fields = _split(line, ",")
        if _is_row(fields) and any(map(is_number, fields[names:])):
            raise ValueError(
                f"{source.file.name}: line {number:,} has {len(fields)} fields below {names} "
                "names: its commas separate columns, and decimals, too, as it seems. Export it "
                "with decimal points, or with tabs or semicolons between the columns"
            )


def _translate(source: _Source, copy: Path, separator: str, rewrite: _Rewriting | None) -> None:
    """Write a file as the readers take it: UTF-8, decimal points, commas or tabs."""
    with copy.open("w", encoding="utf-8", newline="") as written:
        for line in source.lines():
            content = line.rstrip("\r\n")
            end = line[len(content) :]
            if rewrite and separator == ",":
                content = _CELL.sub(lambda cell: _recelled(cell, rewrite), content)
            elif rewrite or separator == ";":
                content = _rewritten(content, separator, rewrite)
            written.write(content + end)


def _rewritten(line: str, separator: str, rewrite: _Rewriting | None) -> str:
    fields = line.split(separator)
    if '"' in line and separator == ";":
        fields = next(csv.reader([line], delimiter=separator), [])
    values = [_changed(one, rewrite) for one in fields] if rewrite else fields
    if separator != ";":
        return separator.join(values)
    return ",".join('"{}"'.format(one.replace('"', '""')) if "," in one else one for one in values)


def _changed(text: str, rewrite: _Rewriting) -> str:
    """Return a field with its number rewritten, and as it was if nothing is to be changed."""
    bare = text.strip().strip('"')
    new = rewrite(bare)
    return text if new == bare else new


def _recelled(cell: re.Match[str], rewrite: _Rewriting) -> str:
    bare = (cell[0] if cell[1] is None else cell[1]).strip()
    return rewrite(bare) if is_number(bare) else cell[0]
