"""The generated package: made from a small description, imported and used."""

import copy
import importlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import textwrap

import attrs
import pytest
import yaml

from codegen.__main__ import main
from codegen.bundle import write_bundle
from codegen.check import check
from codegen.client import GenerationError, generate, write_client
from codegen.client_copy import client_copy
from codegen.files import write_tree
from codegen.layout import Layout
from codegen.ruff import FormatterError, run
from codegen.templates import (
    PRINTING,
    SUBSTITUTIONS,
    Substitution,
    TemplateError,
    _replace_once,
    installed,
    substituted,
)

ID = {"type": "string", "description": "Identifies it."}
SMALL = {
    "openapi": "3.1.0",
    "info": {"title": "Cells", "version": "1.0.0"},
    "paths": {
        "/cells": {
            "get": {
                "operationId": "list_cells",
                "tags": ["cells"],
                "parameters": [
                    {
                        "name": "limit",
                        "in": "query",
                        "schema": {"type": "integer", "default": 100},
                    }
                ],
                "responses": {
                    "200": {
                        "description": "All.",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "array",
                                    "items": {"$ref": "#/components/schemas/Cell"},
                                }
                            }
                        },
                    },
                    "404": {
                        "description": "None.",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Error"}}
                        },
                    },
                },
            },
            "post": {
                "operationId": "create_cell",
                "tags": ["cells"],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/CellCreate"}}
                    },
                },
                "responses": {
                    "201": {
                        "description": "New.",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Cell"}}
                        },
                    }
                },
            },
        },
    },
    "components": {
        "schemas": {
            "Cell": {
                "type": "object",
                "required": ["id", "state"],
                "properties": {
                    "id": ID,
                    "state": {
                        "anyOf": [{"$ref": "#/components/schemas/CellState"}, {"type": "string"}]
                    },
                    "capacity": {"type": "number", "description": "Capacity [A.h]."},
                    "maker": {"$ref": "#/components/schemas/Maker"},
                    "made_at": {"type": "string", "format": "date-time"},
                    "ratings": {"type": "object", "additionalProperties": {"type": "number"}},
                    "extra": {},
                },
            },
            "CellCreate": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "ratings"],
                "properties": {
                    "name": ID,
                    "made_on": {"type": ["string", "null"], "format": "date"},
                    "capacity": {"type": ["number", "null"], "default": 1.0},
                    "ratings": {"$ref": "#/components/schemas/Ratings"},
                },
            },
            "CellState": {"type": "string", "enum": ["new", "aged"]},
            "Error": {"type": "object", "properties": {"message": {"type": "string"}}},
            "Maker": {"type": "object", "required": ["name"], "properties": {"name": ID}},
            "Ratings": {"type": "object"},
        }
    },
}


@pytest.fixture(scope="module")
def tree():
    return generate(SMALL)


@pytest.fixture(scope="module")
def cells(tree, tmp_path_factory):
    """The generated package, imported under a name of its own."""
    folder = tmp_path_factory.mktemp("generated")
    write_tree(folder / "generated_cells", tree)
    sys.path.insert(0, str(folder))
    try:
        importlib.import_module("generated_cells.api.cells.list_cells")
        yield importlib.import_module("generated_cells")
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.split(".")[0] == "generated_cells"]:
            del sys.modules[name]


@pytest.fixture
def models(cells):
    return importlib.import_module(f"{cells.__name__}.models")


@pytest.fixture
def types(cells):
    return importlib.import_module(f"{cells.__name__}.types")


@pytest.fixture
def cell(models):
    return models.Cell


def text(tree, name):
    return tree[name].decode()


def test_generating_again_gives_the_same_bytes(tree):
    assert generate(SMALL) == tree


def test_names_load_lazily_and_type_checkers_see_them(tree):
    assert text(tree, "models/__init__.py") == textwrap.dedent(
        '''\
        """The data models of the API, each loaded when its name is first used."""

        from importlib import import_module
        from typing import TYPE_CHECKING, Any

        if TYPE_CHECKING:
            from .cell import Cell
            from .cell_create import CellCreate
            from .cell_state import CellState
            from .error import Error
            from .maker import Maker

        _MODULES = {
            "Cell": "cell",
            "CellCreate": "cell_create",
            "CellState": "cell_state",
            "Error": "error",
            "Maker": "maker",
        }

        __all__ = (
            "Cell",
            "CellCreate",
            "CellState",
            "Error",
            "Maker",
        )


        def __getattr__(name: str) -> Any:
            if name not in _MODULES:
                raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
            value = getattr(import_module(f".{_MODULES[name]}", __name__), name)
            globals()[name] = value
            return value


        def __dir__() -> list[str]:
            return sorted({*globals(), *__all__})
        '''
    )


def test_the_unset_class_is_as_expected(tree):
    assert text(tree, "types.py").partition("UNSET: Unset")[0].partition("class Unset")[2] == (
        textwrap.dedent(
            """\
            :
                def __bool__(self) -> Literal[False]:
                    return False

                def __repr__(self) -> str:
                    return "UNSET"

                def __reduce__(self) -> str:
                    return "UNSET"


            """
        )
    )


def test_models_print_by_the_one_module_for_it(tree):
    methods = """\
    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
"""
    for name in ("cell", "cell_create", "maker"):
        source = text(tree, f"models/{name}.py")
        assert source.count(methods) == 1
        assert source.count("from ..printing import in_a_line, in_a_table\n") == 1
    assert tree["printing.py"] == PRINTING.read_bytes()


def test_a_model_is_a_short_line_of_what_is_there(cell, models):
    aged = cell.from_dict({"id": "7", "state": "aged", "extra": [], "maker": {"name": "M"}})
    assert repr(aged) == "Cell(id='7', state='aged', maker=Maker(name='M'))"
    assert repr(models.CellCreate("a", {"a": 1}, capacity=None)) == (
        "CellCreate(name='a', ratings={'a': 1})"
    )
    long = cell.from_dict({"id": "7", "state": "x" * 90, "ratings": {"a": 1}, "more": "y" * 90})
    assert repr(long) == f"Cell(id='7', state='{'x' * 38}…, ratings={{'a': 1}}, …)"


def test_a_model_is_a_table_of_what_is_there(cell):
    odd = cell.from_dict({"id": "<b>", "state": "new", "maker": None, "<i>": 5})
    assert odd._repr_html_() == (
        "<table><caption>Cell</caption><tr><th>id</th><td>&#x27;&lt;b&gt;&#x27;</td></tr>"
        "<tr><th>state</th><td>&#x27;new&#x27;</td></tr>"
        "<tr><th>&lt;i&gt;</th><td>5</td></tr></table>"
    )


@pytest.mark.parametrize("kind", ["Client", "AuthenticatedClient"])
def test_only_harmless_settings_of_a_client_are_printed(cells, kind):
    fields = attrs.fields(getattr(cells, kind))
    assert {field.name for field in fields if field.repr} == {
        "raise_on_unexpected_status",
        "_timeout",
        "_verify_ssl",
        "_follow_redirects",
        *({"prefix", "auth_header_name"} if kind == "AuthenticatedClient" else ()),
    }


def test_fields_that_may_be_absent_are_taken_with_none(tree):
    source = text(tree, "models/cell.py")
    taken = {line.strip() for line in source.splitlines() if "d.pop(" in line}
    assert taken == {
        'id = d.pop("id")',
        'state = _parse_state(d.pop("state"))',
        'capacity = _parse_capacity(d.pop("capacity", None))',
        'maker = _parse_maker(d.pop("maker", None))',
        'made_at = _parse_made_at(d.pop("made_at", None))',
        'ratings = d.pop("ratings", None)',
        'extra = d.pop("extra", None)',
    }


def test_the_package_says_where_it_comes_from(tree):
    assert text(tree, "__init__.py").startswith('"""The generated layer: made from openapi/ by')
    assert tree["py.typed"] == b""


@pytest.mark.parametrize("change", SUBSTITUTIONS, ids=lambda each: each.template)
def test_each_substitution_changes_its_template(change):
    name = change.template
    assert change.passage in installed(name)
    assert change.replacement in substituted(name, installed(name))


@pytest.mark.parametrize("text", ["nothing of it", "passage and passage"])
def test_a_template_worded_differently_is_refused(text):
    with pytest.raises(TemplateError, match=r"model\.py\.jinja .* times instead of once"):
        _replace_once(text, Substitution("model.py.jinja", "passage", "other"))


def test_absent_fields_read_as_none(cell):
    sparse = cell.from_dict({"id": "7", "state": "new"})
    assert sparse.capacity is sparse.maker is sparse.made_at is sparse.ratings is None
    assert sparse.extra is None


def test_a_field_that_must_be_there_is_not_made_up(cell):
    with pytest.raises(KeyError, match="state"):
        cell.from_dict({"id": "7"})


def test_a_request_without_a_required_field_is_not_made_up_either(models):
    with pytest.raises(KeyError, match="ratings"):
        models.CellCreate.from_dict({"name": "a"})


def test_an_unknown_word_survives(cell):
    wire = {"id": "7", "state": "recycled"}
    assert cell.from_dict(wire).state == "recycled"
    assert cell.from_dict(wire).to_dict()["state"] == "recycled"
    assert cell.from_dict({"id": "7", "state": "aged"}).state.name == "AGED"


def test_an_unknown_field_survives(cell):
    known = cell.from_dict({"id": "7", "state": "new", "colour": {"rgb": [1, 2, 3]}})
    assert known.additional_properties == {"colour": {"rgb": [1, 2, 3]}}
    assert known["colour"] == {"rgb": [1, 2, 3]}
    assert known.to_dict()["colour"] == {"rgb": [1, 2, 3]}


def test_maps_stay_dicts_and_times_stay_text(cell):
    known = cell.from_dict(
        {"id": "7", "state": "new", "ratings": {"Voltage [V]": 4.2}, "made_at": "soon"}
    )
    assert known.ratings == {"Voltage [V]": 4.2}
    assert known.made_at == "soon"


def test_times_of_requests_are_left_to_the_service(models):
    wire = {"name": "a", "ratings": {}, "made_on": "20 January"}
    assert models.CellCreate.from_dict(wire).to_dict() == wire


def test_requests_tell_a_value_from_null_from_nothing(models):
    bare, cleared = models.CellCreate("a", {}), models.CellCreate("a", {}, capacity=None)
    assert bare.to_dict() == {"name": "a", "ratings": {}}
    assert cleared.to_dict() == {"name": "a", "ratings": {}, "capacity": None}
    listing = sys.modules["generated_cells.api.cells.list_cells"]
    assert listing._get_kwargs().get("params", {}) == {}


def test_unset_prints_and_stays_itself(types, models):
    assert repr(types.UNSET) == "UNSET"
    assert copy.deepcopy(types.UNSET) is types.UNSET
    assert pickle.loads(pickle.dumps(types.UNSET)) is types.UNSET
    copied = pickle.loads(pickle.dumps(models.CellCreate("a", {})))
    assert copied.to_dict() == {"name": "a", "ratings": {}}


@pytest.mark.parametrize("kind", ["Client", "AuthenticatedClient"])
def test_a_printed_client_shows_no_secret(cells, kind):
    secrets = {
        "base_url": "https://user:s3cret@example.com",
        "headers": {"X-API-Key": "s3cret"},
        "cookies": {"session": "s3cret"},
        "httpx_args": {"auth": ("user", "s3cret")},
    }
    token = {"token": "s3cret"} if kind == "AuthenticatedClient" else {}
    printed = repr(getattr(cells, kind)(**secrets, **token))
    assert printed.startswith(f"{kind}(")
    assert "s3cret" not in printed


def test_only_success_is_parsed(tree):
    source = text(tree, "api/cells/list_cells.py")
    assert "Response[list[Cell]]" in source
    assert "404" not in source
    assert "Error" not in source


def test_the_bundle_itself_is_left_as_it_is():
    before = copy.deepcopy(SMALL)
    client_copy(SMALL)
    assert before == SMALL


def test_a_warning_of_the_generator_is_an_error():
    broken = copy.deepcopy(SMALL)
    response = broken["paths"]["/cells"]["get"]["responses"]["200"]
    response["content"] = {"application/x-unheard-of": {"schema": {"type": "string"}}}
    with pytest.raises(GenerationError, match="application/x-unheard-of"):
        generate(broken)


@pytest.mark.parametrize("command", ["client", "lint", "diff"])
def test_a_missing_bundle_is_an_error_that_says_what_to_run(tmp_path, capsys, command):
    assert main([command, "--root", str(tmp_path)]) == 2
    assert "is not there; run `python -m codegen bundle` first" in capsys.readouterr().err


def test_formatting_needs_no_path(tree, monkeypatch):
    monkeypatch.setenv("PATH", os.devnull)
    assert generate(SMALL) == tree


def test_a_formatter_that_refuses_is_an_error(tmp_path):
    (tmp_path / "broken.py").write_text("def (")
    with pytest.raises(FormatterError, match="ruff format failed"):
        run(["format", "."], folder=tmp_path)


LOADED = """
import sys
import ionworks_openapi.api.projects.get_project
prefix = "ionworks_openapi.models."
print(sorted(name.removeprefix(prefix) for name in sys.modules if name.startswith(prefix)))
import ionworks_openapi.models as models
assert models.Job.__module__ == "ionworks_openapi.models.job"
assert "ionworks_openapi.models.simulation" not in sys.modules
assert set(models.__all__) <= set(dir(models))
try:
    models.Nothing
except AttributeError as error:
    print(error)
"""


def test_one_operation_loads_its_own_models_only():
    seen = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True)
    assert seen.stderr == ""
    assert seen.stdout.splitlines() == [
        "['project']",
        "module 'ionworks_openapi.models' has no attribute 'Nothing'",
    ]


USE = """
import sys
sys.path.insert(0, sys.argv[1])
from ionworks_openapi.models import Project, ProjectCreate
project = Project.from_dict({"id": "1", "name": "a", "organization_id": "o", "colour": "red"})
created = ProjectCreate(name="a", colour="blue")
print(project.colour, project.additional_properties, created.to_dict())
"""


@pytest.fixture
def working_copy(tmp_path):
    """A copy of the real description, with its products, to be changed at will."""
    layout, real = Layout(tmp_path / "copy"), Layout()
    shutil.copytree(real.spec.parent, layout.spec.parent)
    write_bundle(layout)
    write_client(layout)
    return layout


def add_colour(layout):
    path = layout.spec.parent / "resources" / "projects.yaml"
    document = yaml.safe_load(path.read_text("utf-8"))
    for name in ("Project", "ProjectCreate"):
        properties = document["components"]["schemas"][name]["properties"]
        properties["colour"] = {"type": "string", "description": "Its colour."}
    path.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")


def test_a_field_added_to_a_schema_file_is_on_the_model_after_one_run(working_copy):
    add_colour(working_copy)
    command = [sys.executable, "-m", "codegen", "generate", "--root", str(working_copy.root)]
    done = subprocess.run(command, cwd=Layout().root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    folder = str(working_copy.client.parent)
    used = subprocess.run([sys.executable, "-c", USE, folder], capture_output=True, text=True)
    assert used.stdout == "red {} {'name': 'a', 'colour': 'blue'}\n", used.stderr


def test_check_names_each_file_that_a_change_should_have_changed(working_copy):
    assert check(working_copy) == []
    add_colour(working_copy)
    (working_copy.client / "models" / "leftover.py").touch()
    (working_copy.client / "models" / "job.py").unlink()
    assert check(working_copy) == [
        "generated/ionworks_openapi/models/job.py: missing",
        "generated/ionworks_openapi/models/leftover.py: left over, nothing makes it",
        "generated/ionworks_openapi/models/project.py: differs from a fresh run",
        "generated/ionworks_openapi/models/project_create.py: differs from a fresh run",
        "openapi/dist/ionworks.json: differs from a fresh run",
    ]


def test_everything_generated_is_as_a_fresh_run_makes_it():
    assert check(Layout()) == []


@pytest.mark.parametrize(
    ("command", "code", "output"),
    [
        ("lint", 1, "no full stop [operation_summary]"),
        ("diff", 1, "get /healthz: operation get_health is gone"),
    ],
)
def test_the_command_line_prints_each_finding_and_exits_with_1(tmp_path, command, code, output):
    layout, real = Layout(tmp_path), Layout()
    shutil.copytree(real.bundle.parent, layout.bundle.parent)
    document = json.loads(layout.bundle.read_text("utf-8"))
    del document["paths"]["/healthz"]
    document["paths"]["/jobs/"]["get"]["summary"] += "."
    layout.bundle.write_text(json.dumps(document))
    done = subprocess.run(
        [sys.executable, "-m", "codegen", command, "--root", str(tmp_path)],
        cwd=real.root,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (code, "")
    assert output in done.stdout


def test_a_command_that_cannot_run_says_why_and_exits_with_2(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "codegen", "generate", "--root", str(tmp_path)],
        cwd=Layout().root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr == "generate: ionworks.yaml cannot be read: No such file or directory\n"
