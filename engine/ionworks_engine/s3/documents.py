"""The XML that clients of S3 send and are answered with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from starlette.responses import Response

from ionworks_engine.errors import ApiError
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.xml_text import read_xml

_SPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_CODES = {404: "NoSuchUpload", 413: "EntityTooLarge", 507: "InsufficientStorage"}

Value = str | int | bool | Sequence[Mapping[str, Any]]


class S3Error(Exception):
    """A request that is refused in the words of S3.

    Parameters
    ----------
    status
        HTTP status code.
    code
        The word for programs, such as ``NoSuchUpload``.
    message
        The sentence for people.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def in_words_of_s3(error: ApiError) -> S3Error:
    """Return what a refusal of the store is called at S3."""
    return S3Error(error.status, _CODES.get(error.status, "InvalidRequest"), error.message)


def refused(error: S3Error, resource: str) -> Response:
    """Return the answer to a request that is refused."""
    told = {"Code": error.code, "Message": error.message, "Resource": resource}
    return _answer(f"<Error>{_elements(told)}</Error>", error.status)


def document(name: str, values: Mapping[str, Value]) -> Response:
    """Return a good answer: an element with others in it; a list repeats its element."""
    return _answer(f'<{name} xmlns="{_SPACE}">{_elements(values)}</{name}>', 200)


def _elements(values: Mapping[str, Value]) -> str:
    return "".join(_element(name, value) for name, value in values.items())


def _element(name: str, value: Value) -> str:
    if isinstance(value, bool):
        return f"<{name}>{str(value).lower()}</{name}>"
    if isinstance(value, str | int):
        return f"<{name}>{escape(str(value))}</{name}>"
    return "".join(f"<{name}>{_elements(each)}</{name}>" for each in value)


def _answer(text: str, status: int) -> Response:
    return Response((_DECLARATION + text).encode(), status, media_type="application/xml")


def read_completion(body: bytes) -> list[tuple[int, str]]:
    """Return the parts that a completion lists: number and ETag, in its order.

    Raises
    ------
    S3Error
        If it lists none, or cannot be read.
    """
    try:
        root = read_xml(body)
        listed = [part for part in root if part.tag == "Part"]
        parts = [
            (int(part.child("PartNumber").text), part.child("ETag").text.strip().strip('"'))
            for part in listed
        ]
    except (Unreadable, ValueError):
        message = "The list of parts is no XML of Part elements, each with PartNumber and ETag."
        raise S3Error(400, "MalformedXML", message) from None
    if not parts:
        raise S3Error(400, "MalformedXML", "List at least one part.")
    return parts
