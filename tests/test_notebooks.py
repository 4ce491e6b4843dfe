"""Every notebook runs in a real kernel, in a folder of its own, with warnings as errors."""

import asyncio
import base64
import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
NO_ACCOUNT = ("IONWORKS_API_KEY", "IONWORKS_API_URL", "IONWORKS_PROJECT_ID", "PROJECT_ID")
PICTURES = {"01": 2, "02": 3, "03": 2, "04": 4, "05": 1}
SAID = {
    "01": ["A.h out", "% of the energy comes back", "Constant voltage charge"],
    "02": ["most energy, ", "um", "60/60"],
    "03": ["LGM50-001: 1 measurement", "five cycles", "Coulombic efficiency", "discharge"],
    "04": ["% from the truth", "RMSE at 1.5C", "OptimizationResult", "ConfidenceIntervalResult"],
    "05": ["3 times", "Try: C-rate", "protocols/protocol.000", "No device has verified"],
}


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return request.param.stem[:2], nbformat.read(request.param, as_version=4)


def run(book, folder):
    environment = {name: each for name, each in os.environ.items() if name not in NO_ACCOUNT}
    environment["PYTHONWARNINGS"] = "ignore"  # of the kernel itself; what a user runs is judged
    warned = nbformat.v4.new_code_cell("import warnings\nwarnings.simplefilter('error')")
    book.cells.insert(0, warned)
    client = NotebookClient(
        book,
        timeout=120,
        shutdown_kernel="immediate",  # Its last cell has closed the client.
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
    )
    asyncio.run(client.async_execute(env=environment))
    return [output for cell in book.cells[1:] for output in cell.get("outputs", [])]


def text_of(output):
    data = output.get("data", {})
    return "\n".join(
        [output.get("text", ""), data.get("text/plain", ""), data.get("text/html", "")]
    )


def test_it_runs_and_shows_what_it_found(notebook, tmp_path):
    number, book = notebook
    outputs = run(book, tmp_path)
    said = "\n".join(text_of(output) for output in outputs)
    for words in SAID[number]:
        assert words in said
    assert not [output for output in outputs if output.output_type == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    pictures = [
        output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})
    ]
    assert len(pictures) == PICTURES[number]
    assert all(len(base64.b64decode(picture)) > 10_000 for picture in pictures)


def test_it_is_kept_without_outputs(notebook):
    _, book = notebook
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert code
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert book.cells[0].cell_type == "markdown"
    assert re.match(r"# \w", book.cells[0].source)


def test_there_are_five():
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05"]
