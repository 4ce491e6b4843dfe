"""The rules of the house that a machine can hold: who imports whom, and what no file may say."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GENERATED = "ionworks_openapi"
PURE = ("ionworks.ucp", "ionworks.doe", "ionworks.validators", "ionworks.storage.sigv4")


def modules(folder):
    return sorted((ROOT / folder).rglob("*.py"))


def package_of(path):
    """Dotted name of the package that holds the module at ``path``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1:-1] if parts[0] in {"engine", "generated"} else parts[:-1]


def imports(path):
    """Every module that the file names, relative imports made absolute."""
    package = package_of(path)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def offenders(folder, forbidden, allowed=()):
    def inside(name, packages):
        return any(name == package or name.startswith(f"{package}.") for package in packages)

    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(folder)
        for name in imports(path)
        if inside(name, forbidden) and not inside(name, allowed)
    ]


def test_the_generated_layer_stands_alone():
    assert offenders("generated", ["ionworks", "ionworks_engine", "codegen"]) == []


def test_the_client_reaches_the_engine_through_one_door():
    doors = offenders("ionworks", ["ionworks_engine"])
    assert doors
    assert all(line.startswith("ionworks/local.py ") for line in doors), doors


def test_the_engine_takes_only_the_pure_parts_of_the_client():
    found = offenders("engine", ["ionworks", GENERATED, "codegen"], allowed=PURE)
    names = {line.split(" imports ")[1] for line in found}
    assert names <= {"ionworks"}, found


def test_the_battery_core_knows_no_server():
    assert offenders("engine/ionworks_engine/battery", ["starlette", "sqlalchemy", "httpx"]) == []


def test_one_handwritten_room_imports_httpx():
    found = {line.split(" ")[0].rpartition("/")[0] for line in offenders("ionworks", ["httpx"])}
    assert found == {"ionworks/transport"}


def test_one_handwritten_module_reads_the_environment():
    readers = [
        str(path.relative_to(ROOT))
        for path in modules("ionworks")
        if re.search(r"os\.environ|os\.getenv|from os import .*environ", path.read_text())
    ]
    assert readers == ["ionworks/config.py"]


CONSTRUCT = "import ionworks; ionworks.Ionworks('key')"
HEAVY = ["polars", "pandas", "numpy", "scipy", "pybamm", "pyarrow", "matplotlib"]


@pytest.mark.parametrize("statement", ["import ionworks", CONSTRUCT])
def test_importing_the_client_loads_nothing_heavy(statement):
    code = f"{statement}; import sys; print([name for name in {HEAVY} if name in sys.modules])"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "[]"


def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name]


INDEX = re.compile(
    r"pypi\.org|pythonhosted|registry\.npmjs|--index-url|--extra-index-url|deb\.debian"
)
MACHINE = re.compile(r"/home/\w+|/root/|/work/|/tmp/w\b|/opt/pypi")


@pytest.mark.parametrize("pattern", [INDEX, MACHINE], ids=["index-address", "machine-path"])
def test_no_file_names_an_index_or_a_machine(pattern):
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked()
        if path.exists() and path != Path(__file__)
        for match in [pattern.search(path.read_text(errors="ignore"))]
        if match
    ]
    assert found == []


def test_the_readme_shows_the_example_that_runs():
    first = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert first.group(1).strip() in (ROOT / "examples/quickstart.py").read_text()
