"""The commands of docs/cli.md, run in a shell in their order: each works, and prints what it says.

They run on a served engine; that the first one needs no server is the test of a newcomer's.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typed import project_of_ones_own, working_at

from ionworks.cli.failures import ExitCode
from tests.documents import ROOT, blocks, text

PAGE = "docs/cli.md"


@pytest.fixture(scope="module")
def place(tmp_path_factory, engine_url):
    """A folder with the examples, a project of one's own, and ``ionworks`` on the path."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "examples").symlink_to(ROOT / "examples")
    program = folder / "bin/ionworks"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport sys\nfrom ionworks.cli import main\nsys.exit(main())\n"
    )
    program.chmod(0o755)
    python = Path(sys.executable).parent
    with project_of_ones_own(engine_url) as project, pytest.MonkeyPatch.context() as patch:
        working_at(patch, folder, engine_url, project)
        patch.setenv(
            "PATH", f"{program.parent}{os.pathsep}{python}{os.pathsep}{os.environ['PATH']}"
        )
        yield folder


@pytest.mark.parametrize("block", blocks(PAGE, "sh"), ids=str)
def test_the_commands_run_and_print_what_the_page_says(place, block):
    seen = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.code],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (seen.returncode, "error:" in seen.stderr) == (0, False), seen.stderr
    if block.said is not None:
        assert block.prints(seen.stdout), f"{block} printed\n{seen.stdout}"


def test_files_that_the_page_makes_are_there(place):
    names = re.findall(r"--(?:plot|save|output) (\S+)", "".join(b.code for b in blocks(PAGE, "sh")))
    assert len(names) > 5
    assert [name for name in names if not (place / name).exists()] == []


def test_the_exit_codes_of_the_page_are_those_of_the_program():
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", text(PAGE), re.MULTILINE)}
    assert told == {int(code) for code in ExitCode}
