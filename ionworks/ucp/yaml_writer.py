"""Plain values to YAML that people like to read.

Two spaces a level, lists indented under their key, short lists of numbers on one line, texts over
several lines as blocks, quotes only where a reader would otherwise see something else: ours, or
one of YAML 1.1 or 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

WIDTH = 100
"""Longest line of a list of numbers, and of a text before it is never broken."""

LONGEST_KEY = 1000
"""Most characters that YAML allows in a key on one line, with room for quotes."""

_INDENT = "  "
_PLAIN = re.compile(
    r"""
    (?: [A-Za-z_(]                                      # a word, a name or a parenthesis
      | -[A-Za-z_(]                                     # a negated one
      | [0-9]+(?:\.[0-9]+)?\ (?:[-+*/<>]|\*\*|[<>=!]=)\ (?=.*[A-Za-z(])  # 2 * VAR_X
    )
    .*
    """,
    re.VERBOSE,
)
_WORDS_OF_YAML = frozenset(
    {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"}
)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def write_yaml(value: Mapping[str, object]) -> str:
    """Write a mapping of texts, numbers, truth values, lists and mappings as YAML.

    Parameters
    ----------
    value
        What to write; a list of numbers stands on one line, as long as it fits.

    Returns
    -------
    str
        The document, ending in a line break.

    Examples
    --------
    >>> print(write_yaml({"steps": [{"Rest": {"duration": 600, "note": "yes"}}]}), end="")
    steps:
      - Rest:
          duration: 600
          note: "yes"
    """
    return "\n".join(_mapping(value, "")) + "\n"


def write_scalar(value: object) -> str:
    """Write a text, a number or a truth value on one line.

    Examples
    --------
    >>> [write_scalar(value) for value in ("Voltage < 2.5", "1", 1, 5e-5, True)]
    ['Voltage < 2.5', '"1"', '1', '5.0e-05', 'true']
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _decimal(value)
    return _text(str(value))


def _mapping(value: Mapping[str, object], indent: str) -> Iterator[str]:
    for key, inner in value.items():
        yield from _entry(f"{indent}{_text(key)}:", inner, indent)


def _entry(head: str, value: object, indent: str) -> Iterator[str]:
    """Write what follows a key: on its line if it fits there, else below."""
    if isinstance(value, Mapping) and value:
        yield head
        yield from _mapping(value, indent + _INDENT)
    elif _is_list(value) and value:
        yield from _list(head, value, indent + _INDENT)
    elif isinstance(value, str) and _is_block(value):
        yield from _block(head, value, indent + _INDENT)
    else:
        yield f"{head} {_empty(value) or write_scalar(value)}"


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _empty(value: object) -> str:
    if isinstance(value, Mapping):
        return "{}"
    return "[]" if _is_list(value) else ""


def _list(head: str, items: object, indent: str) -> Iterator[str]:
    assert isinstance(items, Sequence)
    if all(isinstance(item, int | float) for item in items):
        yield from _row(head, [write_scalar(item) for item in items], indent)
        return
    yield head
    for item in items:
        yield from _item(item, indent)


def _row(head: str, words: list[str], indent: str) -> Iterator[str]:
    """Write a list of numbers on one line, or on as many full ones as it needs."""
    line = f"{head} [{', '.join(words)}]"
    if len(line) <= WIDTH:
        yield line
        return
    yield f"{head} ["
    line = indent
    for word in words:
        if len(line) + len(word) + 1 > WIDTH and line.strip():
            yield line.rstrip()
            line = indent
        line += f"{word}, "
    yield line.rstrip(", ")
    yield f"{indent.removesuffix(_INDENT)}]"


def _item(item: object, indent: str) -> Iterator[str]:
    """Write an item of a list; a mapping begins on the line of its dash."""
    if not isinstance(item, Mapping) or not item:
        yield from _entry(f"{indent}-", item, indent)
        return
    lines = _mapping(item, indent + _INDENT)
    yield f"{indent}- {next(lines).lstrip()}"
    yield from lines


def _text(text: str) -> str:
    if _is_plain(text):
        return text
    if '"' in text and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _is_plain(text: str) -> bool:
    """Whether every reader takes the text, without quotes, as this very text."""
    return (
        _PLAIN.fullmatch(text) is not None
        and text.isprintable()
        and text == text.strip()
        and ": " not in text
        and " #" not in text
        and not text.endswith(":")
        and text.lower() not in _WORDS_OF_YAML
    )


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _is_block(text: str) -> bool:
    """Whether a text over several lines can stand as it is, below its key."""
    lines = text.removesuffix("\n").split("\n")
    return (
        "\n" in text.rstrip("\n")
        and all(line.isprintable() and line == line.rstrip() for line in lines)
        and bool(lines[-1])
        and bool(lines[0])
        and not lines[0].startswith(" ")
    )


def _block(head: str, text: str, indent: str) -> Iterator[str]:
    yield f"{head} {'|' if text.endswith(chr(10)) else '|-'}"
    for line in text.removesuffix("\n").split("\n"):
        yield f"{indent}{line}" if line else ""


def _decimal(value: float) -> str:
    """Write a number so that YAML 1.1, too, sees a number: with a point and a signed exponent."""
    text = repr(value)
    mantissa, mark, exponent = text.partition("e")
    return f"{mantissa}.0e{exponent}" if mark and "." not in mantissa else text
