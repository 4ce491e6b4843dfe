"""A TypeScript client made from the bundle: it type-checks, and it runs the quickstart in Node.

The types come from openapi-typescript, the calls from openapi-fetch. Fields with a default may be
left out (``--default-non-nullable=false``): it is the server that fills them in. What the types
must refuse stands in ``refused.ts``: a line there that compiles is an error.
"""

import hashlib
import shutil
import subprocess

import pytest
from first_run import BUNDLE, HERE, KEY, ROOT, assert_equals_ours, last_line, run

SOURCES = HERE / "typescript"
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH")
NODE, NPM = shutil.which("node"), shutil.which("npm")

pytestmark = pytest.mark.skipif(not (NODE and NPM), reason="there is no node with npm here")


def installed():
    """Return a folder with what the lock names, made once for each state of the lock."""
    lock = (SOURCES / "package-lock.json").read_bytes()
    folder = ROOT / ".venv-interop" / f"typescript-{hashlib.sha256(lock).hexdigest()[:12]}"
    if (folder / ".ready").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SOURCES / name, folder)
    command = [NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode and any(word in done.stderr for word in UNREACHABLE):
        pytest.skip("the npm registry cannot be reached, and its packages are not here yet")
    assert done.returncode == 0, done.stderr[-4000:]
    (folder / ".ready").touch()
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder with the sources, the packages, and types fresh from the bundle."""
    folder = tmp_path_factory.mktemp("typescript")
    for source in SOURCES.iterdir():
        shutil.copy(source, folder)
    (folder / "node_modules").symlink_to(installed() / "node_modules")
    tool = folder / "node_modules/.bin/openapi-typescript"
    run([tool, BUNDLE, "-o", "schema.d.ts", "--default-non-nullable=false"], folder)
    run([folder / "node_modules/.bin/tsc", "--strict"], folder)
    return folder


def test_the_quickstart_type_checks_and_gets_our_numbers(project, engine_url, protocol):
    output = run([NODE, "out/quickstart.js", engine_url, KEY, protocol], project)
    assert_equals_ours(last_line(output), engine_url)


def test_free_form_fields_may_hold_anything(project):
    types = (project / "schema.d.ts").read_text()
    fields = [line for line in types.splitlines() if line.strip().startswith("metrics")]
    assert fields
    assert not [line for line in fields if "never" in line]


def test_the_lock_says_which_packages_and_not_where_from(project):
    del project
    lock = (SOURCES / "package-lock.json").read_text()
    assert lock.count('"integrity": "sha512-') > 20
    assert '"resolved"' not in lock
