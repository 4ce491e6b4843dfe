"""In a real kernel: both clients run in its loop; bars, tables and pictures show, once each."""

import asyncio
import re

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = {
    "setup": """
import warnings
warnings.simplefilter("error")
from ionworks import AsyncIonworks, Ionworks
PROTOCOL = "steps: [{Discharge: {mode: C-rate, value: 1, duration: 600}}]"
CONFIG = {
    "parameterized_model": "system-chen2020-spm",
    "protocol_experiment": {"protocol": PROTOCOL, "name": "<b>1C</b>"},
}
client = Ionworks.local()
""",
    "waits": """
run = client.simulation.protocol(CONFIG)
record = client.simulation.wait_for_completion(run)
""",
    "silent": "record = client.simulation.wait_for_completion(run, verbose=False)",
    "result": """
result = client.simulation.get_result(run.simulation_id)
result
""",
    "record": "record",
    "page": "client.parameterized_model.list_by_project()",
    "one picture": "axes = result.plot()",
    "second picture": "axes = result.plot(variables='Voltage [V]')",
    "awaits": """
async with AsyncIonworks.local() as later:
    started = await later.simulation.protocol(CONFIG)
    record = await later.simulation.wait_for_completion(started)
    then = await later.simulation.get_result(started.simulation_id)
    print(len(then.time_series), record.status)
""",
    "running": """
import asyncio
print(asyncio.get_running_loop().is_running(), client.health_check()["status"])
""",
    "sends": """
import polars as pl
from ionworks.progress import meter
with meter("<data>.parquet", 1000, True) as advance:
    for _ in range(1000):
        advance(1)
""",
    "no widgets": "import sys; print('ipywidgets' in sys.modules)",
    "end": "client.close()",
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Return what each cell of a notebook put out, by its name."""
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in CELLS.values()]
    book = nbformat.v4.new_notebook(cells=cells)
    runner = NotebookClient(
        book,
        timeout=120,
        shutdown_kernel="immediate",  # Its last cell has closed the client.
        resources={"metadata": {"path": str(tmp_path_factory.mktemp("notebook"))}},
        extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
    )
    asyncio.run(runner.async_execute())
    return dict(zip(CELLS, (cell.outputs for cell in book.cells), strict=True))


def html_of(outputs):
    return [each.data["text/html"] for each in outputs if "text/html" in each.get("data", {})]


def said(outputs):
    return "".join(each.get("text", "") for each in outputs)


def test_a_bar_fills_as_jobs_finish_and_stays(shown):
    for name in ("waits", "awaits"):
        (bar,) = html_of(shown[name])
        assert bar == '<progress value="1" max="1"></progress> 1/1 completed'
    assert shown["silent"] == []
    assert said(shown["no widgets"]) == "False\n"


def test_bytes_are_counted_in_one_bar(shown):
    assert html_of(shown["sends"]) == [
        '<progress value="1000" max="1000"></progress> 1,000/1,000 bytes of &lt;data&gt;.parquet'
    ]


def test_both_clients_work_in_the_running_loop(shown):
    assert said(shown["awaits"]) == "11 completed\n"
    assert said(shown["running"]).startswith("True ")


def test_results_records_and_pages_are_tables(shown):
    (result,), (record,), (page,) = (html_of(shown[name]) for name in ("result", "record", "page"))
    assert "<b>Steps</b>" in result
    assert "Discharge capacity [A.h]" in result
    assert "<td>&lt;b&gt;1C&lt;/b&gt;</td>" in record
    assert page.count("<tr>") == 21
    assert re.search(r"… and \d+ more", page)


@pytest.mark.parametrize("name", ["one picture", "second picture"])
def test_each_picture_appears_once(shown, name):
    (output,) = shown[name]
    assert "image/png" in output.data
