"""What is written, and where: data to the standard output, all else to the standard error.

With ``--json`` the output is one JSON value, and each line of the standard error one JSON object.
Without it, tables: drawn on a terminal, in plain columns everywhere else.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from rich.console import JustifyMethod

__all__ = ["Columns", "Output", "cell_text", "plain"]

Columns: TypeAlias = Mapping[str, str | Callable[[Any], Any]]
"""The columns of a table: their headings, with units, and where to find their values."""

_GAP = "  "
_BETWEEN = 3
"""How many signs a drawn table has between two columns."""


class Output:
    """Writes what a command has to say.

    Parameters
    ----------
    as_json
        Whether a program reads it.
    """

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json

    def table(
        self, items: Iterable[Any], columns: Columns, empty: str = "nothing", title: str = ""
    ) -> None:
        """Write one row an item; as JSON, all that is known of the items."""
        listed = list(items)
        if self.as_json:
            self.json(listed)
        elif listed:
            rows = [
                [cell_text(_value(item, where)) for where in columns.values()] for item in listed
            ]
            self._rows(list(columns), rows, title)
        else:
            self.note(empty)

    def record(self, item: Any, columns: Columns | None = None) -> None:
        """Write one thing, a line a value; as JSON, all that is known of it."""
        if self.as_json:
            self.json(item)
            return
        wanted = columns or {key: key for key in plain(item)}
        values = {name: _value(item, where) for name, where in wanted.items()}
        rows = [[name, cell_text(value)] for name, value in values.items() if value is not None]
        self._rows([], rows, "")

    def text(self, text: str, as_json: Any = None) -> None:
        """Write a text as it is; as JSON, what is given for it."""
        if self.as_json:
            self.json(as_json)
        else:
            self._write(printable(text))

    def json(self, value: Any) -> None:
        """Write a value as JSON."""
        self._write(_json(value, sys.stdout.encoding, indent=2))

    def note(self, text: str) -> None:
        """Tell something that is no data."""
        self._aside("note", text, text)

    def warning(self, text: str) -> None:
        """Tell something that should be looked at."""
        self._aside("warning", text, f"warning: {text}")

    def tell_rest(self, shown: int, total: int) -> None:
        """Tell that there are more than those that were listed."""
        if shown < total:
            self.note(f"{shown} of {total} are shown: --limit 0 lists all")

    def error(self, known: Mapping[str, Any]) -> None:
        """Tell why there is nothing, or not all."""
        self._aside("error", known, f"error: {known['message']}")

    @contextmanager
    def progress(self) -> Iterator[bool]:
        """Send what shows the progress aside; yield whether anyone looks at it."""
        watched = not self.as_json and sys.stderr.isatty()
        with redirect_stdout(sys.stderr):
            yield watched

    def _aside(self, kind: str, value: Any, text: str) -> None:
        line = _json({kind: value}, sys.stderr.encoding) if self.as_json else printable(text)
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    def _write(self, text: str) -> None:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")

    def _rows(self, headings: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
        if sys.stdout.isatty():
            _draw(headings, rows, title)
            return
        if title:
            self._write(title)
        self._write("\n".join(_aligned(headings, rows)))


def plain(value: Any) -> Any:
    """Return a value as JSON has it; what is no number is ``None``, what is unknown its text.

    Examples
    --------
    >>> from ionworks.cli.output import plain
    >>> plain({"Voltage [V]": float("nan"), "tags": ("RPT",)})
    {'Voltage [V]': None, 'tags': ['RPT']}
    """
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def cell_text(value: Any) -> str:
    """Return what stands in one cell of a table.

    Examples
    --------
    >>> from ionworks.cli.output import cell_text
    >>> cell_text(4.992486883794606), cell_text(None), cell_text(["RPT", "aged"])
    ('4.99249', '-', 'RPT, aged')
    """
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        return ", ".join(cell_text(one) for one in value) or "-"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={cell_text(one)}" for key, one in value.items()) or "-"
    return printable(str(value)).replace("\n", " ")


def printable(text: str) -> str:
    r"""Return a text without signs that would steer a terminal.

    Examples
    --------
    >>> from ionworks.cli.output import printable
    >>> print(printable("a name that \x1b[2J clears"))
    a name that \x1b[2J clears
    """
    return "".join(one if one.isprintable() or one in "\n\t" else ascii(one)[1:-1] for one in text)


def _value(item: Any, where: str | Callable[[Any], Any]) -> Any:
    if callable(where):
        found = where(item)
    elif isinstance(item, Mapping):
        found = item.get(where)
    else:
        found = getattr(item, where, None)
    return found.value if isinstance(found, Enum) else found


def _json(value: Any, encoding: str | None, indent: int | None = None) -> str:
    knows_all = (encoding or "").lower().replace("-", "") == "utf8"
    return json.dumps(plain(value), indent=indent, ensure_ascii=not knows_all, allow_nan=False)


def _draw(headings: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    columns = list(zip(*rows, strict=True))
    names = headings or [""] * len(columns)
    console = Console(highlight=False)
    if _width(names, columns) > console.width:
        names = [_folded(name, column) for name, column in zip(names, columns, strict=True)]
        # Half a number would be misread: a table that is too wide runs over the edge, whole.
        console.width = max(console.width, _least_width(names, columns))
    table = Table(box=SIMPLE_HEAD, show_header=bool(headings), pad_edge=False)
    for name, column in zip(names, columns, strict=True):
        justify: JustifyMethod = "right" if headings and _is_numeric(column) else "left"
        is_words = any(" " in cell for cell in column)
        table.add_column(Text(name), justify=justify, overflow="fold", no_wrap=not is_words)
    for row in rows:
        table.add_row(*map(Text, row))
    if title:
        console.print(Text(title))
    console.print(table)


def _width(names: Sequence[str], columns: Sequence[Sequence[str]]) -> int:
    """Return how wide a table is that breaks no line."""
    return _sum(map(_longest, ([name, *cells] for name, cells in zip(names, columns, strict=True))))


def _least_width(names: Sequence[str], columns: Sequence[Sequence[str]]) -> int:
    """Return how wide a table must be so that no word is broken."""
    texts = ([name, *cells] for name, cells in zip(names, columns, strict=True))
    return _sum(_longest([word for text in column for word in text.split()]) for column in texts)


def _folded(name: str, column: Sequence[str]) -> str:
    """Return a heading in as many lines as it takes to be no wider than what is below it."""
    from textwrap import wrap

    width = _longest([*name.split(), *column])
    return "\n".join(wrap(name, max(width, 1), break_on_hyphens=False))


def _longest(texts: Iterable[str]) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, texts), default=0)


def _sum(widths: Iterable[int]) -> int:
    return sum(width + _BETWEEN for width in widths)


def _aligned(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    from rich.cells import cell_len

    lines = [headings, *rows] if headings else rows
    widths = [_longest(column) for column in zip(*lines, strict=True)]
    numeric = [bool(headings) and _is_numeric(column) for column in zip(*rows, strict=True)]
    for line in lines:
        cells = []
        for cell, width, is_number in zip(line, widths, numeric, strict=True):
            filling = " " * (width - cell_len(cell))
            cells.append(filling + cell if is_number else cell + filling)
        yield _GAP.join(cells).rstrip()


def _is_numeric(cells: Sequence[str]) -> bool:
    known = [cell for cell in cells if cell != "-"]
    return bool(known) and all(_is_number(cell) for cell in known)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
