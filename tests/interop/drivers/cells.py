"""The hierarchy of cell data, studies and search, through the public client as it comes."""

import sys
from pathlib import Path

import ionworks
from ionworks import Ionworks, IonworksError

sys.path.insert(0, str(Path(__file__).parent))
from watching import report, watched, watched_part

url, project = sys.argv[1:3]
client = watched(Ionworks("any-key", url, project_id=project))
seen = {}


def refused(call, *arguments, **keywords):
    try:
        call(*arguments, **keywords)
    except IonworksError as error:
        data = error.data or {}
        return {"status": error.status_code, "message": str(error), "detail": data.get("detail")}
    except ValueError as error:
        return {"status": None, "message": str(error)}
    return None


def names(items):
    return [each.name for each in items]


GRAPHITE = {"name": "Graphite", "manufacturer": "Example Materials"}
spec = client.cell_spec.create(
    {
        "name": "NCM622/Gr 21700 (pilot_1)",
        "form_factor": "21700",
        "ratings": {"capacity": {"value": 5.0, "unit": "A*h"}, "max_charge_rate": 2},
        "cathode": {
            "properties": {"loading": {"value": 12.1, "unit": "mg/cm**2"}},
            "material": {"name": "NCM622"},
        },
        "anode": {
            "properties": {"loading": {"value": 6.4, "unit": "mg.cm-2"}},
            "material": GRAPHITE,
        },
    }
)
other = client.cell_spec.create(
    {"name": "LFP/Gr 18650", "form_factor": "18650", "anode": {"material": GRAPHITE}}
)
seen["spec"] = {
    "ratings": spec.ratings,
    "loading": spec.anode["properties"]["loading"],
    "material": spec.cathode["material"]["name"],
    "project": spec.project_id == project,
    "shared_material": spec.anode["material_id"] == other.anode["material_id"],
    "again": client.cell_spec.create_or_get({"name": spec.name}).id == spec.id,
    "got": client.cell_spec.get(spec.id).name == spec.name,
}
graphite = spec.anode["material_id"]
seen["specs"] = {
    "contains": names(client.cell_spec.list(name="ncm622")),
    "exact": names(client.cell_spec.list(name_exact=spec.name)),
    "form_factor": names(client.cell_spec.list(form_factor="18650", name="LFP")),
    "full": client.cell_spec.list(True, name_exact=spec.name)[0].anode["material"],
    "before_any": names(client.cell_spec.list(created_before="2020-01-01")),
    "after": names(client.cell_spec.list(created_after="2020-01-01", name="pilot_1")),
    "mine": names(client.cell_spec.list(created_by_email="localhost", name="pilot_1")),
    "others": names(client.cell_spec.list(created_by_email="someone@", name="pilot_1")),
    "page": names(client.cell_spec.list(False, 1, 1, name="/Gr ", order_by="name", order="asc")),
    "total": client.cell_spec.list(limit=1, name="/Gr ").total,
}
if hasattr(client.cell_spec, "related_specs"):
    seen["materials"] = {
        "one": names(client.cell_spec.list(material_id=graphite, order_by="name", order="asc")),
        "any": names(client.cell_spec.list(material_id=[graphite, "none"], order_by="name")),
        "anode": names(
            client.cell_spec.list(anode_material_id=graphite, exclude_cell_spec_id=spec.id)
        ),
        "cathode": names(client.cell_spec.list(cathode_material_id=graphite)),
        "related": names(client.cell_spec.related_specs(spec.id)),
        "related_in_cathode": names(client.cell_spec.related_specs(spec.id, slots=["cathode"])),
    }
changed = client.cell_spec.update(
    spec.id,
    {"notes": "n", "cathode": {"properties": {"loading": {"value": 13, "unit": "mg/cm**2"}}}},
)
seen["spec_changed"] = {
    "notes": changed.notes,
    "loading": changed.cathode["properties"]["loading"]["value"],
    "anode_stays": changed.anode["material_id"] == graphite,
}
seen["spec_refused"] = {
    "name": refused(client.cell_spec.create, {"name": spec.name}),
    "unit": refused(
        client.cell_spec.create,
        {"name": "x", "ratings": {"capacity": {"value": 5, "unit": "A.hourz"}}},
    ),
    "field": refused(client.cell_spec.create, {"name": "x", "form_facter": "18650"}),
    "absent": refused(client.cell_spec.get, "no-such-spec"),
}
seen["spec_refused"]["existing"] = spec.id

if hasattr(client, "cell_batch"):
    batch = client.cell_batch.create(
        spec.id,
        {
            "name": "BATCH-2024-001",
            "date_manufactured": "2024-01-20",
            "properties": {"speed": {"value": 12, "unit": "m/min"}},
        },
    )
    elsewhere = client.cell_batch.create(other.id, {"name": "BATCH-2024-001"})
    seen["batch"] = {
        "again": client.cell_batch.create_or_get(spec.id, {"name": "batch-2024-001"}).id,
        "date": batch.date_manufactured,
        "properties": batch.properties,
        "refused": refused(client.cell_batch.create, spec.id, {"name": "Batch-2024-001"}),
        "id": batch.id,
    }
    cell = client.cell_instance.create(spec.id, {"name": "NCM622-GR-001", "batch_id": batch.id})
    seen["in_batch"] = {
        "name": cell.batch_name,
        "count": client.cell_batch.get(batch.id).instance_count,
        "found": names(client.cell_instance.list(spec.id, batch_id=batch.id)),
        "batch_by_name": refused(client.cell_instance.create, spec.id, {"name": "y", "batch": "b"}),
        "foreign": refused(
            client.cell_instance.create, spec.id, {"name": "z", "batch_id": elsewhere.id}
        ),
        "renamed": client.cell_batch.update(batch.id, {"name": "B1"}).name,
        "listed": names(client.cell_batch.list(spec.id, name="b")),
        "out": client.cell_instance.update(cell.id, {"batch_id": None}).batch_id,
        "back": client.cell_instance.update(cell.id, {"batch_id": batch.id}).batch_name,
    }
    client.cell_batch.delete(batch.id)
    seen["in_batch"]["after_deletion"] = client.cell_instance.get(cell.id).batch_id
else:
    cell = client.cell_instance.create(spec.id, {"name": "NCM622-GR-001"})

measured = {"cathode": {"loading": {"value": 12.1, "unit": "mg/cm**2"}}}
second = client.cell_instance.create(
    spec.id,
    {"name": "NCM622-GR-002", "date_manufactured": "2024-01-20", "measured_properties": measured},
)
seen["cells"] = {
    "measured": second.measured_properties == measured,
    "date": second.date_manufactured,
    "again": client.cell_instance.create_or_get(spec.id, {"name": second.name}).id == second.id,
    "contains": names(
        client.cell_instance.list(spec.id, name="gr-00", order_by="name", order="desc")
    ),
    "exact": names(client.cell_instance.list(spec.id, name_exact="NCM622-GR-002")),
    "updated": client.cell_instance.update(second.id, {"notes": "dropped"}).notes,
    "specification": client.cell_instance.get(second.id).cell_specification_id == spec.id,
    "refused": refused(client.cell_instance.create, spec.id, {"name": second.name}),
    "other_spec": client.cell_instance.create(other.id, {"name": second.name}).name,
}
mass = client.cell_measurement.create_properties(
    second.id, "Weighing", {"mass": {"value": 68.4, "unit": "g"}, "balance": "A"}
)
tagged = client.cell_measurement.update(mass.id, {"tags": ["Incoming", "2024", "incoming "]})
seen["properties"] = {
    "values": mass.properties,
    "status": mass.processing_status,
    "type": mass.measurement_type,
    "tags": tagged.tags,
}

study = client.study.create({"name": "1C Discharge Sweep", "description": "d"}, project_id=project)
client.study.assign_measurement(study.id, mass.id)
mapping = client.study.assign_measurement(study.id, mass.id)
listed = client.study.list_measurements(study.id)
seen["study"] = {
    "mapping": mapping["study_id"] == study.id and mapping["measurement_id"] == mass.id,
    "measurements": [each["name"] for each in listed["items"]],
    "total": listed["total"],
    "by_name": names(client.study.list(name="discharge")),
    "exact": names(client.study.list(name_exact="Discharge")),
    "renamed": client.study.update(study.id, {"name": "1C Discharge Sweep v2"}).name,
    "unchanged": client.study.update(study.id).name,
    "refused": refused(client.study.create, {"name": "1C Discharge Sweep v2"}),
}
client.study.remove_measurement(study.id, mass.id)
seen["study"]["left"] = client.study.list_measurements(study.id)["total"]
client.study.delete(study.id)
seen["study"]["gone"] = refused(client.study.get, study.id)["status"]

if hasattr(client, "search"):
    found = client.search.query("NCM622", project_id=project)
    cells = [each for each in found if each.entity_type == "cell_instance"]
    seen["search"] = {
        "found": [[each.entity_type, each.name] for each in found],
        "parent": {each.parent_id for each in cells} == {spec.id, other.id},
        "only": names(client.search.query("lfp", entity_types=["cell_specification"])),
        "two_kinds": {
            each.entity_type
            for each in client.search.query(
                "NCM622", entity_types=["cell_instance", "material"], project_id=project
            )
        }
        == {"cell_instance", "material"},
        "short": refused(client.search.query, "n")["status"],
        "blank": refused(client.search.query, "   ")["status"],
    }
if hasattr(client, "resolve_measurement"):
    named = client.resolve_measurement(spec.name, second.name, "Weighing")
    seen["resolved"] = named.id == mass.id
    seen["unresolved"] = refused(client.resolve_measurement, spec.name, second.name, "x")["status"]
if hasattr(ionworks, "Navigator"):
    navigator = watched_part(ionworks.Navigator(client.itself), "Navigator")
    seen["navigator"] = {
        "specs": sorted(navigator.specs()),
        "cells": sorted(names(navigator.instances(spec.name))),
        "measurements": names(navigator.measurements(second.id)),
    }

client.cell_spec.delete(spec.id)
seen["deleted"] = [
    refused(client.cell_instance.get, second.id)["status"],
    refused(client.cell_measurement.get, mass.id)["status"],
    names(client.cell_spec.list(name="Gr 18650")),
]
client.cell_spec.delete(other.id)
report(seen)
