"""What a notebook shows of answers: tables, escaped, without secrets; and nobody is asked."""

import asyncio

import polars as pl
import pytest
from ionworks_openapi.models import CellInstance, SearchResult

from ionworks.paging import AsyncPage, Chunk, Page
from ionworks.records import Record
from ionworks.results import (
    CellInstanceDetail,
    CellMeasurement,
    CellMeasurementDetail,
    SimulationResponse,
    SimulationResult,
    SimulationResults,
    StepsAndCycles,
)
from ionworks.results.search import SearchResponse
from ionworks.showing import in_a_cell, table_of_fields, table_of_items

HOSTILE = "<script>alert('&')</script>"
SAFE = "&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;"
SIGNED = "https://store.test/a?X-Amz-Signature=hush"


def measurement(name=HOSTILE, **parts):
    record = CellMeasurement.from_dict({"id": "m", "name": name, "cell_instance_id": "c"})
    return CellMeasurementDetail.holding(record, parts)


def cell(name=HOSTILE):
    return CellInstance.from_dict({"id": "c", "name": name, "cell_specification_id": "s"})


def table():
    return pl.DataFrame({HOSTILE: [HOSTILE]})


def shown_things():
    result = SimulationResult(table(), table(), Record({HOSTILE: HOSTILE}))
    found = SearchResult.from_dict({"id": "i", "entity_type": "cell", "name": HOSTILE})
    return {
        "record": Record({HOSTILE: HOSTILE, "token": "hush", "url": SIGNED}),
        "nested": Record({"name": HOSTILE, "upload": {"signed_url": "hush", "n": 1}}),
        "page": Page.open(lambda *_: Chunk([cell()], 1)),
        "page of records": Page.open(lambda *_: Chunk([Record({"name": HOSTILE})], 1)),
        "page of texts": Page.open(lambda *_: Chunk([HOSTILE], 1)),
        "cell": CellInstanceDetail(cell(), "s", [measurement()]),
        "measurement": measurement(time_series=table(), files={HOSTILE: b"x"}),
        "model": cell(),
        "response": SimulationResponse("i", "j", design_parameters=Record({HOSTILE: HOSTILE})),
        "result": result,
        "results": SimulationResults([result], [{HOSTILE: HOSTILE}], ["i"]),
        "tables": StepsAndCycles(table(), table()),
        "search": SearchResponse([found], HOSTILE, 1, 25, 0),
    }


@pytest.mark.parametrize("name", shown_things())
def test_hostile_names_are_text_and_secrets_are_not_there(name):
    thing = shown_things()[name]
    html = thing._repr_html_()
    assert "<script" not in html
    assert SAFE in html or "&lt;script&gt;" in html
    assert "<table" in html
    for text in (html, repr(thing), str(thing)):
        assert "hush" not in text
        assert len(text) < 6000
    assert " object at 0x" not in repr(thing)


def test_words_that_hold_a_secret_word_are_no_secrets():
    record = Record({"Designed capacity [A.h]": 5.0, "assigned_to": "me", "x_signed": "hush"})
    assert repr(record) == "{'Designed capacity [A.h]': 5.0, 'assigned_to': 'me', 'x_signed': …}"
    assert "hush" not in record._repr_html_()


class Server:
    """Counts how often it is asked."""

    def __init__(self, total):
        self.asked = 0
        self.total = total

    def fetch(self, limit, offset):
        self.asked += 1
        last = min(offset + limit, self.total)
        return Chunk(
            [Record({"name": f"n{place}", "id": place}) for place in range(offset, last)], 250
        )

    async def fetch_later(self, limit, offset):
        return self.fetch(limit, offset)


def test_showing_asks_nobody():
    server = Server(250)
    page = Page.open(server.fetch)
    before = server.asked
    html, line = page._repr_html_(), repr(page)
    assert server.asked == before == 1
    assert html.startswith("<p>250 of 250</p>")
    assert html.endswith("<p>… and 230 more</p>")
    assert html.count("<tr>") == 21
    assert line.endswith("… 247 more]>")


def test_showing_an_asynchronous_page_asks_nobody():
    server = Server(250)
    page = asyncio.run(AsyncPage.open(server.fetch_later))
    assert "<td>n19</td>" in page._repr_html_()
    assert "<td>n20</td>" not in page._repr_html_()
    assert repr(page)
    assert server.asked == 1


def test_a_list_shows_what_tells_most():
    items = [Record({"zeta": 1, "status": "completed", "name": "A", "notes": "x"}), {"name": "B"}]
    assert table_of_items(items, 5) == (
        "<table><tr><th></th><th>name</th><th>status</th></tr>"
        "<tr><td>0</td><td>A</td><td>completed</td></tr>"
        "<tr><td>1</td><td>B</td><td></td></tr></table><p>… and 3 more</p>"
    )


def test_an_empty_list_is_an_empty_table():
    assert table_of_items([], 0) == "<table></table>"


def test_values_are_short():
    assert in_a_cell("x" * 500) == "x" * 199 + "…"
    assert in_a_cell(0.18999999999999978) == "0.19"
    assert in_a_cell(list(range(9))) == "&lt;9 items&gt;"
    assert in_a_cell({str(n): n for n in range(9)}) == "&lt;9 entries&gt;"
    assert in_a_cell(["a", {"b": None}]) == "a, {b: }"
    assert in_a_cell(table()) == "&lt;1 rows, 1 columns&gt;"
    assert in_a_cell(SIGNED) == "https://store.test/a?..."
    assert "<caption>a&amp;b</caption>" in table_of_fields({}, "a&b")
