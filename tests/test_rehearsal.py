"""A change of the API, rehearsed on a copy of this repository.

The spec gets a field, a word of an enumeration and an operation. One run of ``codegen generate``
carries them to the client; what was recorded before still plays; the engine is told which
operation it lacks, and serves it once it has a function. Then a field goes, and ``check`` says
what that breaks.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("cassettes", "codegen", "engine", "generated", "ionworks", "openapi", "tests")
FIELD = (
    '        watched_at: {type: [string, "null"], format: date-time, description: Since when.}\n'
)
OPERATION = """\
  /projects/{project_id}/watch:
    parameters:
      - {$ref: "#/components/parameters/ProjectId"}
    post:
      operationId: watch_project
      tags: [projects]
      summary: Watch a project
      responses:
        "200":
          description: The project as it is now.
          headers: {x-correlation-id: {$ref: "../ionworks.yaml#/components/headers/CorrelationId"}}
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Project"}
              examples:
                project: {$ref: "#/components/examples/Project"}
        "401": {$ref: "../ionworks.yaml#/components/responses/Unauthorized"}
        "403": {$ref: "../ionworks.yaml#/components/responses/Forbidden"}
        "404": {$ref: "../ionworks.yaml#/components/responses/NotFound"}
        "429": {$ref: "../ionworks.yaml#/components/responses/TooManyRequests"}
        "500": {$ref: "../ionworks.yaml#/components/responses/InternalError"}
"""
RESOURCE = '''
    async def watch(self, project_id: str) -> Project:
        """Watch a project."""
        wanted = path_id(project_id, "project_id")
        return await async_call(watch_project.asyncio_detailed, wanted, client=self._session.api)
'''
HANDLER = '''

def watch_project(call: Call) -> dict[str, Any]:
    """Watch a project."""
    return get_project(call) | {"watched_at": call.store.now()}
'''
PATH = "/projects/{project_id}"
REFERENCE = '  {path}: {{$ref: "resources/projects.yaml#/paths/{pointer}"}}\n'


class Copy:
    """A copy of the repository, in which commands see the copy's packages and no others."""

    def __init__(self, root):
        self.root = root
        listed = subprocess.run(
            ["git", "ls-files", "-z", "-co", "--exclude-standard", *FOLDERS, "pyproject.toml"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).exists():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, root / name)

    def edit(self, name, old, new):
        path = self.root / name
        text = path.read_text()
        assert text.count(old) == 1, f"{name} holds {old!r} {text.count(old)} times"
        path.write_text(text.replace(old, new))

    def append(self, name, text):
        path = self.root / name
        path.write_text(path.read_text() + text)

    def python(self, *arguments):
        """Run Python in the copy; return its exit code and what it wrote."""
        packages = [self.root, self.root / "generated", self.root / "engine"]
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=300,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, packages))},
        )
        return done.returncode, done.stdout + done.stderr


def pointer(path):
    return path.replace("/", "~1")


def reference(path):
    return REFERENCE.format(path=path, pointer=pointer(path))


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The copy, its spec changed and everything generated anew."""
    copy = Copy(tmp_path_factory.mktemp("copy"))
    resource = "openapi/resources/projects.yaml"
    copy.edit(resource, "    ProjectPage:\n", f"{FIELD}    ProjectPage:\n")
    copy.edit(resource, "components:\n  parameters:", f"{OPERATION}components:\n  parameters:")
    watched = f"{PATH}/watch"
    copy.edit("openapi/ionworks.yaml", reference(PATH), reference(PATH) + reference(watched))
    copy.edit("openapi/resources/jobs.yaml", "failed, canceled]", "failed, canceled, paused]")
    copy.edit("ionworks/_async/project.py", "    create_project,\n", ADDED_IMPORT)
    copy.append("ionworks/_async/project.py", RESOURCE)
    code, output = copy.python("-m", "codegen", "generate")
    assert code == 0, output
    return copy


ADDED_IMPORT = "    create_project,\n    watch_project,\n"
LOOK = """
import inspect, ionworks, ionworks_openapi
from ionworks_openapi.api.projects import watch_project
from ionworks_openapi.models import JobStatus, Project
from ionworks._async.project import AsyncProjectClient
from ionworks._sync.project import ProjectClient

for package in (ionworks, ionworks_openapi):
    assert package.__file__.startswith(ROOT), package.__file__
print(JobStatus("paused").value)
known = {"id": "p", "name": "n", "organization_id": "o"}
print(Project.from_dict(known | {"watched_at": "2026-11-02T08:15:00Z"}).watched_at)
print(Project.from_dict(known).watched_at)
print(watch_project._get_kwargs("p")["url"], watch_project._get_kwargs("p")["method"])
for module in (watch_project.sync_detailed, watch_project.asyncio_detailed):
    print(list(inspect.signature(module).parameters))
print(inspect.iscoroutinefunction(AsyncProjectClient.watch))
print(inspect.iscoroutinefunction(ProjectClient.watch))
"""


def test_the_client_has_the_field_the_word_and_the_operation_in_both_colours(copy):
    code, output = copy.python("-c", f"ROOT = {str(copy.root)!r}\n{LOOK}")
    assert code == 0, output
    assert output.splitlines() == [
        "paused",
        "2026-11-02T08:15:00Z",
        "None",
        "/projects/p/watch post",
        "['project_id', 'client']",
        "['project_id', 'client']",
        "True",
        "False",
    ]


def test_both_colours_still_match_and_nothing_that_was_there_breaks(copy):
    assert copy.python("-m", "codegen", "sync", "--check") == (0, "sync: up to date\n")
    assert copy.python("-m", "codegen", "diff") == (0, "diff: nothing breaks\n")
    pytest_only = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "both_colours")
    code, output = copy.python(*pytest_only, "tests/unit/test_client_resources.py")
    assert code == 0, output[-4000:]


def test_what_was_recorded_before_still_plays(copy):
    replays = ("account", "project", "simulation", "cassettes")
    files = [f"tests/replay/test_{name}.py" for name in replays]
    code, output = copy.python("-m", "pytest", "-q", "-p", "no:cacheprovider", *files)
    assert code == 0, output[-4000:]
    assert "skipped" not in output


SERVE = """
import tempfile
from pathlib import Path
from ionworks_engine import create_app
create_app(Path(tempfile.mkdtemp()))
"""
USE = """
from ionworks import Ionworks
with Ionworks.local() as client:
    project = client.project.create_or_get({"name": "Formation"})
    print(project.watched_at, client.project.watch(project.id).watched_at[:2])
"""


def test_the_engine_names_the_operation_that_it_lacks_and_then_serves_it(copy):
    code, output = copy.python("-c", SERVE)
    assert code == 1
    assert "no function for ['projects.watch_project'], no operation for []" in output
    copy.append("engine/ionworks_engine/routes/projects.py", HANDLER)
    assert copy.python("-c", SERVE) == (0, "")
    code, output = copy.python("-c", USE)
    assert code == 0, output
    assert output == "None 20\n"


def test_a_field_that_goes_is_named_as_what_breaks(copy):
    copy.edit(
        "openapi/resources/projects.yaml",
        '        description: {type: [string, "null"], description: What it is about.}\n'
        "        organization_id",
        "        organization_id",
    )
    code, output = copy.python("-m", "codegen", "check")
    assert code == 1
    assert "openapi/dist/ionworks.json: differs from a fresh run" in output
    gone = "get /projects/{project_id} 200/description: response field is gone"
    assert f"breaks users of 1.0.0: {gone}".lower() in output.lower()
