"""Cells, studies and search: the public client, unmodified, keeps and finds what it wrote.

Ours runs the same script: it refuses some of what is wrong before it sends it, and nothing else
differs.
"""

import pytest

from tests.interop.conftest import OWN

SPEC, OTHER = "NCM622/Gr 21700 (pilot_1)", "LFP/Gr 18650"
NEW, OLD = "0.38.0", "0.20.0"
but_old = pytest.mark.parametrize("version", [NEW, OWN], indirect=True)


@pytest.fixture(scope="module", params=[NEW, OLD, OWN])
def version(request):
    return request.param


@pytest.fixture(scope="module")
def seen(drive, make, version):
    return drive(version, "cells", make("projects", name=f"Cells of {version}"))


def test_a_specification_is_kept_as_it_was_written(seen):
    kept = seen["spec"]
    assert kept["ratings"] == {"capacity": {"value": 5.0, "unit": "A*h"}, "max_charge_rate": 2}
    assert kept["loading"] == {"value": 6.4, "unit": "mg.cm-2"}
    assert kept["material"] == "NCM622"
    assert all(kept[name] for name in ("project", "shared_material", "again", "got"))
    changed = {"notes": "n", "loading": 13, "anode_stays": True}
    assert seen["spec_changed"] == changed


def test_specifications_are_found_by_every_filter(seen):
    found = seen["specs"]
    for by in ("contains", "exact", "after", "mine"):
        assert found[by] == [SPEC], by
    assert found["form_factor"] == [OTHER]
    assert found["full"]["manufacturer"] == "Example Materials"
    assert found["before_any"] == found["others"] == []
    assert (found["page"], found["total"]) == ([SPEC], 2)


@but_old
def test_specifications_are_found_by_material(seen):
    assert seen["materials"] == {
        "one": [OTHER, SPEC],
        "any": [SPEC, OTHER],
        "anode": [OTHER],
        "cathode": [],
        "related": [OTHER],
        "related_in_cathode": [],
    }


def test_what_is_wrong_is_refused_by_its_place(seen, version):
    refused = seen["spec_refused"]
    assert refused["name"]["status"] == 409
    assert refused["name"]["detail"] == {"existing_id": refused["existing"]}
    assert refused["unit"]["status"] == 422
    assert "ratings.capacity" in refused["unit"]["message"]
    assert "A.hourz" in refused["unit"]["message"]
    assert refused["field"]["status"] == (None if version == OWN else 422)
    assert "form_factor" in refused["field"]["message"]
    assert refused["absent"]["status"] == 404


@but_old
def test_batches_hold_cells(seen):
    batch, within = seen["batch"], seen["in_batch"]
    assert (batch["again"], batch["date"]) == (batch["id"], "2024-01-20")
    assert batch["properties"] == {"speed": {"value": 12, "unit": "m/min"}}
    assert batch["refused"]["status"] == 409
    assert batch["refused"]["detail"] == {"existing_id": batch["id"]}
    assert (within["name"], within["count"]) == ("BATCH-2024-001", 1)
    assert within["found"] == ["NCM622-GR-001"]
    assert within["foreign"]["status"] == 400
    assert within["renamed"] == "B1"
    assert "B1" in within["listed"]
    assert (within["out"], within["back"]) == (None, "B1")
    assert within["after_deletion"] is None


@but_old
def test_a_batch_by_its_name_is_taken_by_ours_only(seen, version):
    refused = seen["in_batch"]["batch_by_name"]
    if version == OWN:
        assert refused is None
        return
    assert refused["status"] is None
    assert "batch_id" in refused["message"]


def test_cells_are_kept_and_found(seen):
    cells = seen["cells"]
    for fact in ("measured", "again", "specification"):
        assert cells[fact], fact
    assert cells["date"] == "2024-01-20"
    assert cells["contains"] == ["NCM622-GR-002", "NCM622-GR-001"]
    assert cells["exact"] == ["NCM622-GR-002"]
    assert cells["updated"] == "dropped"
    assert cells["refused"]["status"] == 409
    assert cells["other_spec"] == "NCM622-GR-002"


def test_values_are_a_measurement(seen):
    assert seen["properties"] == {
        "values": {"mass": {"value": 68.4, "unit": "g"}, "balance": "A"},
        "status": "ready",
        "type": "properties",
        "tags": ["2024", "Incoming"],
    }


def test_studies_hold_measurements(seen):
    study = seen["study"]
    assert study["mapping"]
    assert (study["measurements"], study["total"], study["left"]) == (["Weighing"], 1, 0)
    assert study["by_name"] == ["1C Discharge Sweep"]
    assert study["exact"] == []
    assert study["renamed"] == study["unchanged"] == "1C Discharge Sweep v2"
    assert (study["refused"]["status"], study["gone"]) == (409, 404)


@but_old
def test_everything_is_searched(seen, version):
    search = seen["search"]
    assert ["cell_specification", SPEC] in search["found"]
    assert ["cell_instance", "NCM622-GR-001"] in search["found"]
    assert ["material", "NCM622"] in search["found"]
    assert search["parent"]
    assert OTHER in search["only"]
    assert search["two_kinds"]
    assert (search["short"], search["blank"]) == ((None, None) if version == OWN else (422, 400))


@but_old
def test_measurements_are_found_by_their_names(seen, version):
    assert (seen["resolved"], seen["unresolved"]) == (True, 404)
    assert seen["navigator"] == {
        "specs": [OTHER, SPEC],
        "cells": ["NCM622-GR-001", "NCM622-GR-002", *(["y"] if version == OWN else [])],
        "measurements": ["Weighing"],
    }


def test_deleting_a_specification_takes_everything_below_it(seen):
    assert seen["deleted"] == [404, 404, [OTHER]]
