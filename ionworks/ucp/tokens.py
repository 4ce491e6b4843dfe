"""Tokens of an expression: numbers, names, references and signs, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ionworks.ucp.findings import Code, quote
from ionworks.ucp.nodes import NUMBER_PATTERN

_NAMED = r'\[[ \t]*(?:"[ \t]*[^" \t\n][^"\n]*"|' + r"'[ \t]*[^' \t\n][^'\n]*')[ \t]*\]"
INPUT_PATTERN = f"input{_NAMED}"
"""A reference to an input."""

VARIABLE_PATTERN = f"variable{_NAMED}"
"""A reference to a variable of the model."""

NAME_PATTERN = "[A-Za-z_][A-Za-z0-9_]*"
"""A name that ``set_variable`` may give."""

_UNSIGNED = NUMBER_PATTERN.removeprefix("[-+]?")
_TOKEN = re.compile(
    rf"[ \t\r\n]*+(?:(?P<number>{_UNSIGNED})|(?P<sign>\*\*|<=|>=|==|!=|[-+*/<>(),])"
    rf"|(?P<input>{INPUT_PATTERN})|(?P<model>{VARIABLE_PATTERN})"
    rf"|(?P<name>C-rate\b|dV/dt\b|Test[ \t]+time\b|{NAME_PATTERN})|(?P<strange>.))",
    re.DOTALL,
)
_AFTER_NUMBER = re.compile(r"[A-Za-z_0-9.%°]")
_REST_OF_WORD = re.compile(r"[A-Za-z_0-9.%°]*")
_UNIT = re.compile(r"[A-Za-z%°][A-Za-z.%°]*")
_OTHER_SIGNS = {"^": "**", "≤": "<=", "≥": ">=", "≠": "!=", "=": "==", "=<": "<=", "=>": ">="} | {
    "&": "ifelse(a, b, 0)",
    "\u00d7": "*",
    "\u00f7": "/",
    "\u2212": "-",
}


class GrammarError(ValueError):
    """A text that is no expression.

    Parameters
    ----------
    code
        Kind of finding.
    message
        What is wrong and what would be right.
    index
        Index of the character where it is wrong.
    suggestion
        What to write instead, if it can be guessed.
    """

    def __init__(self, code: Code, message: str, index: int, suggestion: str | None = None) -> None:
        self.code = code
        self.message = message
        self.index = index
        self.suggestion = suggestion
        super().__init__(message)


@dataclass(slots=True)
class Token:
    """A piece of text that belongs together, with its kind and the index of its beginning."""

    kind: str
    text: str
    index: int


def tokens(text: str) -> list[Token]:
    """Split a text into tokens; the last one is empty and stands behind the text."""
    found = []
    for match in _TOKEN.finditer(text.rstrip(" \t\r\n")):
        kind = str(match.lastgroup)
        start, end = match.span(kind)
        if kind == "strange":
            raise _strange(text, start)
        if kind == "number" and end < len(text) and _AFTER_NUMBER.match(text, end):
            raise _strange_number(text, start, end)
        found.append(Token(kind, text[start:end], start))
    found.append(Token("end", "", len(text)))
    return found


def _strange(text: str, index: int) -> GrammarError:
    """Say what is wrong with a character that begins no token."""
    rest = text[index : index + 40]
    for word in ("input", "variable"):
        if text[:index].endswith(word) and rest.startswith("["):
            message = f'{word} needs a name in quotes and brackets: {word}["Name"].'
            return GrammarError("bad-expression", message, index - len(word))
    if rest[0] == "[":
        message = "A unit or an index may not stand here; remove the brackets. "
        message += 'A variable of the model is written variable["Name [unit]"].'
        return GrammarError("bad-expression", message, index)
    if rest[0] == ".":
        message = "A point may stand only in a number: there are no attributes."
        return GrammarError("bad-expression", message, index)
    near = _OTHER_SIGNS.get(rest[:2]) or _OTHER_SIGNS.get(rest[0])
    message = f"{quote(rest[0])} has no meaning in an expression."
    if rest[0] == "%":
        message += " There are no units and no remainder."
    if rest[0] in "\"'":
        message = 'Quotes may stand only in input["..."] and variable["..."].'
    return GrammarError("bad-expression", message, index, near)


def _strange_number(text: str, start: int, end: int) -> GrammarError:
    """Say what is wrong with a number that goes on as a word."""
    last = _REST_OF_WORD.match(text, end)
    written = text[start : last.end() if last else end]
    if written[0] == "0" and written[1:2].isdigit():
        message = f"{quote(written)} begins with 0, which may be read as octal."
        return GrammarError("not-a-number", message, start)
    near = text[start:end] if _UNIT.fullmatch(written[end - start :]) else None
    message = f"{quote(written)} is no number; write the number alone, without a unit."
    return GrammarError("not-a-number", message, start, near)


def named(reference: str) -> str:
    """Return the name in ``input["name"]`` or ``variable["name"]``."""
    return reference[reference.index("[") + 1 : -1].strip(" \t")[1:-1]
