"""Lists of the server as sequences."""

import asyncio
from collections.abc import Sequence

import pytest

from ionworks.paging import AsyncPage, Chunk, Page
from tests.unit.stub import URL, client_of, reply, stubbed


class Server:
    def __init__(self, total, *, says=None, cap=100):
        self.total, self.says, self.cap = total, total if says is None else says, cap
        self.asked = []

    def __call__(self, limit, offset):
        self.asked.append((limit, offset))
        size = min(limit, self.cap)
        return Chunk(range(self.total)[offset : offset + size], self.says)

    async def later(self, limit, offset):
        return self(limit, offset)


def opened(server, *args):
    return Page.open(server, *args)


def test_everything_is_there_and_fetched_when_looked_at():
    server = Server(250)
    page = opened(server)
    assert (len(page), page.total, page.count) == (250, 250, 250)
    assert server.asked == [(100, 0)]
    assert page[99] == 99
    assert server.asked == [(100, 0)]
    assert page[100] == 100
    assert server.asked == [(100, 0), (100, 100)]
    assert list(page) == list(range(250))
    assert server.asked == [(100, 0), (100, 100), (50, 200)]
    assert page.items == page.all() == list(range(250))
    assert len(server.asked) == 3


def test_a_limit_is_exactly_that_page():
    page = opened(Server(250), 7, 3)
    assert (len(page), page.total, list(page)) == (7, 250, list(range(3, 10)))
    with pytest.raises(IndexError):
        page[7]


def test_a_limit_beyond_the_servers_pages_is_kept():
    page = opened(Server(250), 150)
    assert (len(page), list(page)) == (150, list(range(150)))


def test_a_limit_beyond_the_end_is_the_rest():
    assert list(opened(Server(5), 10, 3)) == [3, 4]
    assert list(opened(Server(5), 10, 9)) == []


def test_an_offset_without_a_limit_is_the_rest():
    page = opened(Server(250), None, 200)
    assert (len(page), page.total, page[-1]) == (50, 250, 249)


def test_it_is_a_sequence():
    page = opened(Server(120))
    assert isinstance(page, Sequence)
    assert page[-1] == 119
    assert page[110:105:-2] == [110, 108, 106]
    assert page[:2] == [0, 1]
    assert page[500:] == []
    assert 119 in page
    assert page.index(5) == 5
    assert next(reversed(page)) == 119
    assert bool(page)
    assert not opened(Server(0))
    assert page == list(range(120))
    assert page != [1]
    assert page != "no"


def test_a_slice_fetches_no_more_than_it_needs():
    server = Server(1000)
    assert opened(server)[:3] == [0, 1, 2]
    assert len(server.asked) == 1


@pytest.mark.parametrize("says", [0, 1, 99, 120])
def test_a_total_that_is_too_small_loses_nothing_that_came(says):
    assert opened(Server(100, says=says), None).all()[:100] == list(range(100))


def test_a_total_that_is_too_large_ends_with_the_items():
    page = opened(Server(130, says=500))
    assert len(page) == 500
    assert list(page) == list(range(130))
    assert len(page) == 130


def test_a_server_with_smaller_pages_loses_nothing():
    assert list(opened(Server(250, cap=30))) == list(range(250))


def test_no_total_is_what_came():
    page = Page.open(lambda *_: Chunk([1, 2], None))
    assert (len(page), page.total) == (2, 2)


@pytest.mark.parametrize(
    ("limit", "offset", "error"),
    [
        (0, None, ValueError),
        (-1, None, ValueError),
        (None, -1, ValueError),
        (1.5, None, TypeError),
        (True, None, TypeError),
        ("3", None, TypeError),
    ],
)
def test_parts_that_cannot_be(limit, offset, error):
    with pytest.raises(error, match=r"limit|offset"):
        opened(Server(5), limit, offset)


def test_it_reads_well_and_fetches_nothing_for_it():
    server = Server(250)
    page = opened(server)
    assert repr(page) == "<250 of 250: [0, 1, 2, … 247 more]>"
    assert "<td>0</td>" in page._repr_html_()
    assert len(server.asked) == 1
    assert "&lt;b&gt;" in Page.open(lambda *_: Chunk(["<b>"], 1))._repr_html_()


class TestAsync:
    def test_it_walks_lazily(self):
        server = Server(250)

        async def walk():
            page = await AsyncPage.open(server.later)
            seen = []
            async for item in page:
                seen.append(item)
                if item == 99:
                    assert len(server.asked) == 1
            return len(page), seen

        assert asyncio.run(walk()) == (250, list(range(250)))

    def test_what_is_not_here_is_not_shown_as_if(self):
        async def look():
            page = await AsyncPage.open(Server(250).later)
            with pytest.raises(LookupError, match=r"await page\.all"):
                page[0]
            everything = await page.all()
            return everything, page[-1], page.items

        everything, last, items = asyncio.run(look())
        assert (everything, last, items) == (list(range(250)), 249, list(range(250)))

    def test_with_a_limit_all_of_it_is_here(self):
        page = asyncio.run(AsyncPage.open(Server(250).later, 150))
        assert page[149] == 149
        assert page[:2] == [0, 1]


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_lists_of_the_client(colour):
    def project(request):
        start, size = (int(request.url.params[name]) for name in ("offset", "limit"))
        rows = [{"id": str(i), "name": "n", "organization_id": "o"} for i in range(130)]
        return reply({"items": rows[start : start + size], "count": size, "total": 130})(request)

    with stubbed() as stub, client_of(colour, "k", URL) as client:
        stub.will(project)
        page = client.project.list(name="cell", order_by="name", order="desc")
        assert len(page) == page.total == 130
        assert dict(stub.requests[0].url.params) == {
            "limit": "100",
            "offset": "0",
            "name": "ilike.%cell%",
            "order_by": "name",
            "order": "desc",
        }
        assert client.project.list(3, 4)[0].id == "4"
        with pytest.raises(ValueError, match="order_by must be one of"):
            client.project.list(order_by="colour")


def test_it_answers_by_the_names_of_the_server():
    page = opened(Server(250), 3, 1)
    assert (page["items"], page["total"], page["count"]) == ([1, 2, 3], 250, 3)
    with pytest.raises(KeyError, match="a page has items, total, count, not 'pages'"):
        page["pages"]

    async def later():
        page = await AsyncPage.open(Server(250).later)
        assert page["total"] == 250
        with pytest.raises(LookupError, match="100 of 250 items are here"):
            page["items"]
        await page.all()
        return page["items"]

    assert asyncio.run(later()) == list(range(250))


def test_parts_may_be_larger():
    server = Server(1500, cap=1000)
    page = Page.open(server, at_once=1000)
    assert list(page) == list(range(1500))
    assert server.asked == [(1000, 0), (500, 1000)]
    assert list(Page.open(server, 1200, 10, at_once=1000)) == list(range(10, 1210))
    assert server.asked[2:] == [(1000, 10), (200, 1010)]
