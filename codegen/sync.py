"""The synchronous resources, made from the asynchronous ones by replacing tokens.

``ionworks/_async`` is written by hand, ``ionworks/_sync`` is this module's product: `async` and
`await` go, and names with an asynchronous and a synchronous form change to the latter
(`AsyncIonworks` to `Ionworks`, `asyncio_detailed` to `sync_detailed`, `async_map` to `sync_map`).
Strings and comments change too: examples in docstrings stay true in both colours.

What has no synchronous form is refused with its file and line, never guessed: `asyncio` beyond
`asyncio.sleep`, and anything to replace inside an f-string (Python 3.11 sees an f-string as one
token, later versions as many).
"""

from __future__ import annotations

import ast
import io
import re
import tempfile
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenInfo

from codegen import ruff
from codegen.files import Tree, differences, read_tree, write_tree
from codegen.layout import Layout

_RENAMED = {
    "AbstractAsyncContextManager": "AbstractContextManager",
    "StopAsyncIteration": "StopIteration",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "_async": "_sync",
    "aclose": "close",
    "aiter": "iter",
    "aiter_bytes": "iter_bytes",
    "aiter_lines": "iter_lines",
    "aiter_raw": "iter_raw",
    "aiter_text": "iter_text",
    "anext": "next",
    "aread": "read",
    "asynccontextmanager": "contextmanager",
    "asyncio_detailed": "sync_detailed",
    "enter_async_context": "enter_context",
    "get_async_httpx_client": "get_httpx_client",
    "set_async_httpx_client": "set_httpx_client",
}
_KEYWORDS = re.compile(r"\bawait +|\basync +(?=(?:def|with|for)\b)")
_WORD = re.compile(r"\b[A-Za-z_]\w*\b")
_FSTRING_PREFIX = re.compile(r"[rR]?[fF][rR]?[\"']")
_FSTRING_START = getattr(tokenize, "FSTRING_START", -1)
_FSTRING_END = getattr(tokenize, "FSTRING_END", -1)
_LINE_ENDS = {tokenize.NEWLINE, tokenize.NL}


class ConversionError(ValueError):
    """Asynchronous code without a synchronous form; the message says where and what to write."""


@dataclass(frozen=True)
class _Edit:
    start: int
    end: int
    text: str


def convert(source: str, name: str = "<source>") -> str:
    r"""Turn asynchronous source text into its synchronous form, not yet formatted.

    Parameters
    ----------
    source
        The text of a module.
    name
        The file it came from, for error messages.

    Raises
    ------
    ConversionError
        Where the text holds something without a synchronous form.

    Examples
    --------
    >>> convert("async def close(self):\n    await self._http.aclose()\n")
    'def close(self):\n    self._http.close()\n'
    """
    tokens = _tokens(source, name)
    offsets = _line_offsets(source)
    pieces, position = [], 0
    for edit in _edits(source, offsets, tokens, name):
        pieces += [source[position : edit.start], edit.text]
        position = edit.end
    return "".join([*pieces, source[position:]])


def rename(word: str) -> str:
    """Return the synchronous form of a name; most names are their own."""
    if word in _RENAMED:
        return _RENAMED[word]
    if re.match(r"_?Async[A-Z]", word):
        return word.replace("Async", "", 1)
    if re.match(r"_?async_\w", word):
        return word.replace("async_", "sync_", 1)
    return word


def convert_folder(folder: Path) -> Tree:
    """Convert every module below a folder; the products are formatted and carry a header."""
    sources = {name: text.decode() for name, text in read_tree(folder).items()}
    modules = {name: text for name, text in sources.items() if name.endswith(".py")}
    with tempfile.TemporaryDirectory() as temporary:
        target = Path(temporary) / "ionworks" / "_sync"
        for name, text in modules.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_header(name) + convert(text, f"ionworks/_async/{name}"), "utf-8")
        if modules:
            _format(Path(temporary))
        return read_tree(target)


def sync(layout: Layout) -> list[str]:
    """Write ``ionworks/_sync``; return the names of the files that changed."""
    return write_tree(layout.synchronous, convert_folder(layout.asynchronous))


def stale(layout: Layout) -> list[str]:
    """Name the files of ``ionworks/_sync`` that are not what a fresh run makes."""
    return differences(convert_folder(layout.asynchronous), read_tree(layout.synchronous))


def _header(name: str) -> str:
    return f"# Generated from ionworks/_async/{name} by `python -m codegen sync`; do not edit.\n"


def _format(folder: Path) -> None:
    style = ["--line-length", "100", "--target-version", "py311"]
    ours = ["--config", 'lint.isort.known-first-party=["ionworks"]']
    ruff.run(["check", ".", "--select", "I", "--fix", *ours, *style], folder=folder)
    ruff.run(["format", ".", *style], folder=folder)


def _tokens(source: str, name: str) -> list[TokenInfo]:
    try:
        ast.parse(source)
    except SyntaxError as error:
        raise ConversionError(f"{name}:{error.lineno}: not Python: {error.msg}") from error
    return list(tokenize.generate_tokens(io.StringIO(source).readline))


def _line_offsets(source: str) -> list[int]:
    offsets = [0, 0]
    for line in io.StringIO(source):
        offsets.append(offsets[-1] + len(line))
    return offsets


def _edits(
    source: str, offsets: Sequence[int], tokens: Sequence[TokenInfo], name: str
) -> Iterator[_Edit]:
    for first, last in _spans(tokens):
        start, end = _start(tokens[first], offsets), _end(tokens[last], offsets)
        text, where = source[start:end], f"{name}:{tokens[first].start[0]}"
        if tokens[first].type != tokenize.NAME:
            replacement = _text(text, where)
        elif text in {"async", "await"}:
            replacement, end = "", _end_of_gap(tokens[first], tokens[first + 1], offsets)
        else:
            replacement = _name(text, tokens, first, where)
        if replacement != text:
            yield _Edit(start, end, replacement)


def _start(token: TokenInfo, offsets: Sequence[int]) -> int:
    return offsets[token.start[0]] + token.start[1]


def _end(token: TokenInfo, offsets: Sequence[int]) -> int:
    return offsets[token.end[0]] + token.end[1]


def _end_of_gap(keyword: TokenInfo, following: TokenInfo, offsets: Sequence[int]) -> int:
    """Return where a keyword and the space after it end."""
    same_line = following.start[0] == keyword.end[0] and following.type not in _LINE_ENDS
    return _start(following, offsets) if same_line else _end(keyword, offsets)


def _spans(tokens: Sequence[TokenInfo]) -> Iterator[tuple[int, int]]:
    """Yield the first and last index of each name, comment and string; an f-string is one span."""
    depth, opened = 0, 0
    for index, token in enumerate(tokens):
        if token.type == _FSTRING_START:
            opened = opened if depth else index
            depth += 1
        elif token.type == _FSTRING_END:
            depth -= 1
            if not depth:
                yield opened, index
        elif not depth and token.type in {tokenize.NAME, tokenize.COMMENT, tokenize.STRING}:
            yield index, index


def _name(word: str, tokens: Sequence[TokenInfo], index: int, where: str) -> str:
    if word != "asyncio":
        return rename(word)
    following = [token.string for token in tokens[index + 1 : index + 3]]
    if tokens[index - 1].string == "import" or following == [".", "sleep"]:
        return "time"
    raise ConversionError(
        f"{where}: asyncio.{following[-1]} has no synchronous form; "
        "put it behind a pair of helpers named async_... and sync_..."
    )


def _text(text: str, where: str) -> str:
    converted = _WORD.sub(lambda match: rename(match.group()), _KEYWORDS.sub("", text))
    if converted != text and _FSTRING_PREFIX.match(text):
        raise ConversionError(
            f"{where}: an f-string holds something to convert ({text}); "
            "give the value a name on the line before"
        )
    if "asyncio." in converted:
        raise ConversionError(
            f"{where}: a string or comment names asyncio, which the synchronous form does not use; "
            "write examples with a bare await"
        )
    return converted
