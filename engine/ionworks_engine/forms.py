"""Multipart bodies: the bytes from the wire to the one file in them."""

from __future__ import annotations

from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from ionworks_engine.errors import ApiError, Problem, invalid
from ionworks_engine.intake import media_type

FORM = "multipart/form-data"
_PART = "file"
_LONGEST_NAME = 255
_MOST_PARTS = 8
"""As many are read, to name those that are too many."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that came with a request: its name without folders, and its bytes."""

    name: str
    content: bytes


def read_file(headers: dict[bytes, bytes], content: bytes) -> SentFile:
    """Read a body that holds one file, in a part named ``file``.

    Raises
    ------
    ApiError
        400 for another media type or a form that cannot be read, 422 for other parts than the one.
    """
    media = media_type(headers, default="")
    if media != FORM:
        shown = f", not as {media}" if media else ""
        raise ApiError(400, "BAD_REQUEST", f"Send the file as {FORM}{shown}.")
    _, options = parse_options_header(headers[b"content-type"])
    return only_file(parts_of(content, options.get(b"boundary", b"")))


@dataclass(slots=True)
class Part:
    """A part of a form; ``filename`` is ``None`` if it is a plain field."""

    name: str | None = None
    filename: str | None = None
    content: bytearray = field(default_factory=bytearray)
    ended: bool = False


def parts_of(content: bytes, boundary: bytes) -> list[Part]:
    """Take a form apart.

    Raises
    ------
    ApiError
        400, if it is none.
    """
    if not boundary:
        raise _unreadable("its media type names no boundary")
    reader = _Reader()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": reader.begin,
                "on_header_field": reader.header_name,
                "on_header_value": reader.header_value,
                "on_header_end": reader.header_end,
                "on_part_data": reader.data,
                "on_part_end": reader.end,
            },
        )
        parser.write(content)
    except FormParserError as error:
        raise _unreadable(str(error)) from None
    return reader.parts


class _Reader:
    """Collects the parts that the parser comes upon."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._header = b""
        self._value = b""

    def begin(self) -> None:
        if len(self.parts) == _MOST_PARTS:
            raise _unreadable(f"it has more than {_MOST_PARTS} parts")
        self.parts.append(Part())

    def header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            part = self.parts[-1]
            part.name, part.filename = _text(options, b"name"), _text(options, b"filename")
        self._header = self._value = b""

    def data(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1].content += memoryview(data)[start:end]

    def end(self) -> None:
        self.parts[-1].ended = True


def only_file(parts: list[Part]) -> SentFile:
    """Return the one file of a form.

    Raises
    ------
    ApiError
        422, if there is anything else, or the file was cut short.
    """
    others = [part.name or "" for part in parts if part.name != _PART]
    if others:
        raise invalid(Problem(name, f"{name!r} is not a field; send `file`") for name in others)
    if len(parts) != 1:
        found = "it came twice or more" if parts else "it is missing"
        raise invalid([Problem(_PART, f"send exactly one part `file`: {found}")])
    part = parts[0]
    if part.filename is None:
        raise invalid([Problem(_PART, "this part needs a filename: send it as a file")])
    if not part.ended:
        raise invalid([Problem(_PART, "the form was cut short: its last boundary is missing")])
    return SentFile(_base_name(part.filename), bytes(part.content))


def _text(options: dict[bytes, bytes], name: bytes) -> str | None:
    value = options.get(name)
    return None if value is None else value.decode("utf-8", "replace")


def _base_name(filename: str) -> str:
    return filename.replace("\\", "/").rpartition("/")[2][:_LONGEST_NAME]


def _unreadable(reason: str) -> ApiError:
    return ApiError(400, "BAD_REQUEST", f"The form cannot be read: {reason}.")
