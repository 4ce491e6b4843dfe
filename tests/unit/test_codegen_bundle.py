"""Several files become one description, the same every time, or an error that says where."""

import re
import shutil

import jsonschema_rs
import pytest

from codegen.bundle import BundleError, bundle, dump, read_bundle, write_bundle
from codegen.language import embed, without
from codegen.layout import Layout
from ionworks.ucp import SCHEMA

ROOT = """\
openapi: 3.1.0
info: {title: Cells, version: 1.0.0}
paths:
  /cells/{cell_id}: {$ref: "resources/cells.yaml#/paths/~1cells~1{cell_id}"}
components:
  responses:
    NotFound: {description: No such cell.}
"""
CELLS = """\
paths:
  /cells/{cell_id}:
    get:
      operationId: get_cell
      responses:
        "200":
          description: The cell.
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Cell"}
              example: {made_on: 2026-11-02}
        "404": {$ref: "../ionworks.yaml#/components/responses/NotFound"}
components:
  schemas:
    Cell:
      type: object
      properties:
        parts: {type: array, items: {$ref: "#/components/schemas/Cell"}}
        made_by: {$ref: "makers.yaml#/components/schemas/Maker"}
"""
BRANDED = """\
Cell:
      anyOf:
        - {$ref: "makers.yaml#/components/schemas/Maker"}
        - {$ref: "makers.yaml#/components/schemas/Was"}
        - {$ref: "#/components/schemas/Part"}
    Part:"""
MAKERS = """\
components:
  schemas:
    Maker: {type: string, enum: [on, off]}
"""


@pytest.fixture
def source(tmp_path):
    layout = Layout(tmp_path)
    folder = layout.spec.parent
    (folder / "resources").mkdir(parents=True)
    layout.spec.write_text(ROOT)
    (folder / "resources/cells.yaml").write_text(CELLS)
    (folder / "resources/makers.yaml").write_text(MAKERS)
    return layout


def edit(source, name, old, new):
    path = source.spec.parent / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def refusal(source):
    with pytest.raises(BundleError) as caught:
        bundle(source.spec)
    return str(caught.value)


def test_paths_are_inlined_and_components_collected(source):
    document = bundle(source.spec)
    responses = document["paths"]["/cells/{cell_id}"]["get"]["responses"]
    schema = responses["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Cell"}
    assert responses["404"] == {"$ref": "#/components/responses/NotFound"}
    cell = document["components"]["schemas"]["Cell"]["properties"]
    assert cell["parts"]["items"] == {"$ref": "#/components/schemas/Cell"}
    assert cell["made_by"] == {"$ref": "#/components/schemas/Maker"}
    assert list(document["components"]) == ["responses", "schemas"]


def test_dates_stay_text(source):
    responses = bundle(source.spec)["paths"]["/cells/{cell_id}"]["get"]["responses"]
    assert responses["200"]["content"]["application/json"]["example"]["made_on"] == "2026-11-02"


def test_the_bundle_is_the_same_every_time(source, tmp_path):
    shutil.copytree(source.spec.parent, tmp_path / "elsewhere")
    assert dump(bundle(source.spec)) == dump(bundle(tmp_path / "elsewhere/ionworks.yaml"))


def test_a_bundle_that_is_right_is_not_written_again(source):
    assert write_bundle(source) == ["ionworks.json"]
    assert write_bundle(source) == []


@pytest.mark.parametrize("stated", ["object", '[object, "null"]'])
def test_an_object_of_which_nothing_is_said_may_hold_anything(source, stated):
    known = "        parts: {"
    edit(source, "resources/cells.yaml", known, f"        notes: {{type: {stated}}}\n{known}")
    write_bundle(source)
    cell = read_bundle(source.bundle)["components"]["schemas"]["Cell"]
    assert cell["properties"]["notes"]["additionalProperties"] is True
    assert "additionalProperties" not in cell


def test_a_component_name_in_two_files_is_refused(source):
    edit(source, "resources/makers.yaml", "Maker:", "Maker: {type: string}\n    Cell:")
    edit(
        source,
        "resources/cells.yaml",
        "parts:",
        'twin: {$ref: "makers.yaml#/components/schemas/Cell"}\n        parts:',
    )
    assert refusal(source) == "components/schemas/Cell is in cells.yaml and in makers.yaml"


def test_a_reference_to_nothing_is_refused_with_its_place(source):
    edit(source, "resources/cells.yaml", "schemas/Maker", "schemas/Makers")
    message = refusal(source)
    assert "properties/made_by" in message
    assert "makers.yaml has no components/schemas/Makers" in message


def test_a_file_that_is_not_there_is_refused(source):
    (source.spec.parent / "resources/makers.yaml").unlink()
    assert refusal(source).startswith("makers.yaml cannot be read")


def test_a_path_that_the_root_forgot_is_refused(source):
    edit(source, "resources/cells.yaml", "paths:\n", "paths:\n  /cells: {get: {}}\n")
    assert refusal(source) == "cells.yaml: the root does not refer to path /cells"


def test_a_component_that_nothing_uses_is_refused(source):
    edit(source, "resources/makers.yaml", "Maker:", "Plant: {type: string}\n    Maker:")
    assert refusal(source) == "makers.yaml: nothing uses components/schemas/Plant"


def test_a_key_that_stands_twice_is_refused_with_its_line(source):
    edit(source, "resources/makers.yaml", "Maker:", "Maker: {type: string}\n    Maker:")
    message = refusal(source)
    assert "'Maker' stands twice" in message
    assert "line 4" in message


def test_what_a_mapping_merges_is_spelled_out(source):
    merged = "Maker: &maker {type: string}\n    Brand: {<<: *maker, minLength: 1}\n    Was:"
    edit(source, "resources/makers.yaml", "Maker:", merged)
    edit(source, "resources/cells.yaml", "schemas/Maker", "schemas/Brand")
    edit(source, "resources/cells.yaml", "Cell:", BRANDED)
    schemas = bundle(source.spec)["components"]["schemas"]
    assert schemas["Brand"] == {"type": "string", "minLength": 1}
    assert schemas["Maker"] == {"type": "string"}


def test_text_that_is_not_yaml_is_refused(source):
    edit(source, "resources/makers.yaml", "[on, off]", "[on, off")
    assert refusal(source).startswith("makers.yaml is not YAML")


LANGUAGE = """\
components:
  schemas:
    Maker:
      type: string
      contentSchema: {$ref: "../ionworks.yaml#/components/schemas/UniversalCyclerProtocol"}
"""


@pytest.fixture
def speaking(source):
    """A description that keeps a place for the protocol language."""
    edit(
        source,
        "ionworks.yaml",
        "components:\n",
        "components:\n  schemas:\n    UniversalCyclerProtocol: {}\n",
    )
    (source.spec.parent / "resources/makers.yaml").write_text(LANGUAGE)
    return source


def test_the_protocol_language_is_written_where_there_is_a_place_for_it(speaking):
    write_bundle(speaking)
    document = read_bundle(speaking.bundle)
    language = document["components"]["schemas"]["UniversalCyclerProtocol"]
    assert language["description"] == SCHEMA["description"]
    assert "$schema" not in language
    registry = jsonschema_rs.Registry([("urn:bundle", document)])
    here = {"$ref": "urn:bundle#/components/schemas/UniversalCyclerProtocol"}
    validator = jsonschema_rs.Draft202012Validator(here, registry=registry)
    assert validator.is_valid({"steps": [{"Rest": {"duration": 60}}]})
    assert not validator.is_valid({"steps": [{"Block": [{"Rest": {"duratio": 60}}]}]})


def test_every_reference_of_the_language_leads_through_the_bundle(speaking):
    write_bundle(speaking)
    inside = "#/components/schemas/UniversalCyclerProtocol/$defs/"
    text = speaking.bundle.read_text("utf-8")
    found = set(re.findall(r'"\$ref": "([^"]+)"', text))
    assert {reference for reference in found if "$defs" in reference}
    assert all(reference.startswith(inside) for reference in found if "$defs" in reference)


def test_the_api_without_the_language_does_not_speak_of_it(speaking):
    document = without(embed(bundle(speaking.spec)))
    assert document["components"]["schemas"].keys() == {"Cell", "Maker"}
    assert document["components"]["schemas"]["Maker"] == {"type": "string"}
    assert embed(bundle(speaking.spec))["components"]["schemas"]["Maker"]["contentSchema"]


def test_a_description_without_a_place_for_it_stays_as_it_is(source):
    assert embed(bundle(source.spec)) == bundle(source.spec)
