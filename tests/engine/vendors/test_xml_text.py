"""What comes in as XML: trusted in nothing, placed by line."""

from __future__ import annotations

import time

import pytest
from ionworks_engine.vendors import xml_text
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.xml_text import read_xml


def refusal(data: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_xml(data)
    return caught.value


def test_elements_know_their_line_text_and_attributes() -> None:
    root = read_xml(b'<?xml version="1.0"?>\n<a>\n  <b n="1"> x </b>\n  <b/>\n</a>')
    assert [(e.tag, e.line, e.text) for e in root] == [("b", 3, " x "), ("b", 4, "")]
    assert root.children[0].attributes == {"n": "1"}
    assert root.find("c") is None
    with pytest.raises(Unreadable, match="line 2, a: <a> has no <c>"):
        root.child("c")


@pytest.mark.parametrize("encoding", ["utf-8", "gb2312", "utf-16"])
def test_text_is_decoded_by_its_bytes_when_the_declaration_is_wrong(encoding: str) -> None:
    text = '<?xml version="1.0" encoding="GB2312"?>\r\n<a>电池</a>'
    assert read_xml(text.encode(encoding)).text == "电池"


def test_a_wrong_declaration_in_the_first_line_does_not_shift_lines() -> None:
    assert (
        read_xml('<?xml version="1.0" encoding="GB2312"?><a>\n电<b/></a>'.encode()).children[0].line
        == 2
    )


def test_latin_text_is_read_by_its_declaration_only() -> None:
    assert read_xml(b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xb0C</a>').text == "°C"
    assert refusal(b"<a>\n\xb0C</a>").line == 2


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"<a>\n<b>\n<c></c>", 3, "<b> of line 2 is not closed"),
        (b"<a>\n<b></a>", 2, "mismatched tag"),
        (b"", 1, "no element found"),
        (b"<a/>\n<b/>", 2, "junk"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]>\n<a>&x;</a>', 1, "document type"),
        (b"<a>&x;</a>", 1, "undefined entity"),
        (b'<?xml version="1.0" encoding="klingon"?>\n<a>\xff</a>', 1, "klingon"),
        (b"PK\x03\x04\x00\x00", None, "zero bytes"),
    ],
)
def test_a_refusal_names_the_line(data: bytes, line: int | None, words: str) -> None:
    error = refusal(data)
    assert error.line == line
    assert words in str(error)


def test_depth_count_and_size_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    large = b"<a>" + b" " * 50_000_000 + b"</a>"
    started = time.process_time()
    assert "deeper" in str(refusal(b"<a>" * 100_000))
    assert "bytes" in str(refusal(large))
    assert time.process_time() - started < 10
    monkeypatch.setattr(xml_text, "MAX_ELEMENTS", 10)
    assert "elements" in str(refusal(b"<a>" + b"<b/>" * 10 + b"</a>"))
