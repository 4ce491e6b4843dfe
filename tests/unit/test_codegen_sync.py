"""Asynchronous text becomes synchronous text; what has no such form is refused with its place."""

import textwrap
import tokenize

import pytest

import codegen.sync
from codegen.__main__ import main
from codegen.layout import Layout
from codegen.sync import ConversionError, convert, convert_folder, rename, stale, sync

RESOURCE = '''\
"""Cells, in async."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ionworks_openapi.api.cells import get_cell

from ionworks._async.base import AsyncResource
from ionworks.calls import async_call, async_map


class AsyncCells(AsyncResource):
    """The cells of a project.

    Examples
    --------
    >>> async with AsyncIonworks() as client:
    ...     cell = await client.cell.get("7c9a2f0e")  # await it
    """

    async def get(self, cell_id: str) -> "AsyncCell":
        answer = (await async_call(get_cell.asyncio_detailed, cell_id, client=self._client)).cell
        return AsyncCell(answer)

    async def all(self) -> list[AsyncCell]:
        return [cell async for cell in self.pages()]

    async def pages(self) -> AsyncIterator[AsyncCell]:
        async for cell in self._pages():
            yield cell

    async def __aenter__(self) -> AsyncCells:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._http.aclose()
        await async_map(self.close, self._open, limit=8)
'''
EXPECTED = '''\
# Generated from ionworks/_async/cell.py by `python -m codegen sync`; do not edit.
"""Cells, in async."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ionworks_openapi.api.cells import get_cell

from ionworks._sync.base import Resource
from ionworks.calls import sync_call, sync_map


class Cells(Resource):
    """The cells of a project.

    Examples
    --------
    >>> with Ionworks() as client:
    ...     cell = client.cell.get("7c9a2f0e")  # await it
    """

    def get(self, cell_id: str) -> "Cell":
        answer = (sync_call(get_cell.sync_detailed, cell_id, client=self._client)).cell
        return Cell(answer)

    def all(self) -> list[Cell]:
        return [cell for cell in self.pages()]

    def pages(self) -> Iterator[Cell]:
        for cell in self._pages():
            yield cell

    def __enter__(self) -> Cells:
        return self

    def __exit__(self, *exception: object) -> None:
        self._http.close()
        sync_map(self.close, self._open, limit=8)
'''


@pytest.fixture
def layout(tmp_path):
    layout = Layout(tmp_path)
    layout.asynchronous.mkdir(parents=True)
    (layout.asynchronous / "cell.py").write_text(RESOURCE)
    return layout


def test_a_resource_is_converted_as_a_whole(layout):
    sync(layout)
    produced = (layout.synchronous / "cell.py").read_text()
    assert produced == EXPECTED.replace("# await it", "# it")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AsyncIonworks", "Ionworks"),
        ("_AsyncPages", "_Pages"),
        ("asyncio_detailed", "sync_detailed"),
        ("async_map", "sync_map"),
        ("_async_sleep", "_sync_sleep"),
        ("_async", "_sync"),
        ("set_async_httpx_client", "set_httpx_client"),
        ("AbstractAsyncContextManager", "AbstractContextManager"),
        ("StopAsyncIteration", "StopIteration"),
        ("aclose", "close"),
        ("asynchronous", "asynchronous"),
        ("Asynchrony", "Asynchrony"),
        ("is_async", "is_async"),
        ("await_all", "await_all"),
    ],
)
def test_names_with_a_synchronous_form_change_and_no_others(name, expected):
    assert rename(name) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = await f()\n", "x = f()\n"),
        ("x = await (\n    f()\n)\n", "x = (\n    f()\n)\n"),
        ("async with a as b, c:\n    pass\n", "with a as b, c:\n    pass\n"),
        ("# await the Async things\n", "# the Async things\n"),
        ("x = 'AsyncIonworks'\n", "x = 'Ionworks'\n"),
        ("import asyncio\nasyncio.sleep(1)\n", "import time\ntime.sleep(1)\n"),
        ("x = f'{name} of Ionworks'\n", "x = f'{name} of Ionworks'\n"),
    ],
)
def test_small_pieces(source, expected):
    assert convert(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "x = f'{await f()}'",
        "x = f'made by AsyncIonworks'",
        "x = f'{self.aclose}'",
        "x = rf'{f\"{await f()}\"}'",
        "x = F'''\n{await f()}\n'''",
        "x = 'a' f'{await f()}'",
    ],
)
def test_an_f_string_that_would_change_is_refused_with_its_line(source):
    with pytest.raises(ConversionError, match=r"(?s)^cell\.py:3: .*on the line before"):
        convert(f"import os\n\n{source}\n", "cell.py")


def test_an_f_string_of_many_tokens_is_one_span(monkeypatch):
    """Python 3.12 splits f-strings, here one within another; 3.11 does not."""
    opening, closing = 1001, 1002
    monkeypatch.setattr(codegen.sync, "_FSTRING_START", opening)
    monkeypatch.setattr(codegen.sync, "_FSTRING_END", closing)
    kinds = [tokenize.NAME, opening, tokenize.NAME, opening, closing, closing, tokenize.STRING]
    tokens = [tokenize.TokenInfo(kind, "x", (1, 0), (1, 1), "x") for kind in kinds]
    assert list(codegen.sync._spans(tokens)) == [(0, 0), (1, 5), (6, 6)]


@pytest.mark.parametrize("source", ["await asyncio.gather(a, b)", "asyncio.run(main())"])
def test_asyncio_beyond_sleep_is_refused(source):
    with pytest.raises(ConversionError, match=r"^cell\.py:2: asyncio\.\w+ has no synchronous form"):
        convert(f"\n{source}\n", "cell.py")


def test_text_that_is_not_python_is_refused_with_its_line():
    with pytest.raises(ConversionError, match=r"^cell\.py:2: not Python: "):
        convert("x = 1\ndef (:\n", "cell.py")


def test_asyncio_in_a_docstring_is_refused():
    with pytest.raises(ConversionError, match="bare await"):
        convert('"""Call it: asyncio.run(main())."""\n')


def test_converted_text_still_parses_wherever_await_stands():
    source = textwrap.dedent(
        """
        async def f(x):
            y = [await g(i) for i in x if await h(i)]
            return await g(await h(y)), not await h(x), -await g(x)
        """
    )
    compiled = convert(source)
    compile(compiled, "converted", "exec")
    assert "await" not in compiled


def test_nothing_written_in_async_gives_nothing(tmp_path):
    layout = Layout(tmp_path)
    assert convert_folder(layout.asynchronous) == {}
    assert sync(layout) == []
    assert stale(layout) == []


def test_a_second_run_changes_nothing(layout):
    assert sync(layout) == ["cell.py"]
    assert sync(layout) == []


def test_files_whose_source_is_gone_are_removed(layout):
    sync(layout)
    (layout.asynchronous / "cell.py").rename(layout.asynchronous / "pack.py")
    assert stale(layout) == ["cell.py: left over, nothing makes it", "pack.py: missing"]
    assert sync(layout) == ["pack.py", "cell.py"]
    assert [path.name for path in layout.synchronous.iterdir()] == ["pack.py"]


def test_an_edit_of_the_product_is_reported(layout, capsys):
    sync(layout)
    assert main(["sync", "--check", "--root", str(layout.root)]) == 0
    with (layout.synchronous / "cell.py").open("a") as product:
        product.write("\n\nPATCHED = True\n")
    assert stale(layout) == ["cell.py: differs from a fresh run"]
    assert main(["sync", "--check", "--root", str(layout.root)]) == 1
    assert "cell.py: differs from a fresh run" in capsys.readouterr().out


def test_what_cannot_be_converted_stops_the_command_and_writes_nothing(layout, capsys):
    with (layout.asynchronous / "cell.py").open("a") as source:
        source.write("\nLABEL = f'{AsyncCells}'\n")
    assert main(["sync", "--root", str(layout.root)]) == 2
    line = len(RESOURCE.splitlines()) + 2
    assert f"ionworks/_async/cell.py:{line}: an f-string" in capsys.readouterr().err
    assert not layout.synchronous.exists()
