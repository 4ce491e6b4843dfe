"""Specifications, batches and cells."""

SPEC = {
    "name": "NCM622/Gr 21700",
    "form_factor": "21700",
    "ratings": {"capacity": {"value": 5.0, "unit": "A*h"}},
    "cathode": {
        "properties": {"loading": {"value": 12.1, "unit": "mg/cm**2"}},
        "material": {"name": "NCM622"},
    },
}
MEASURED = {"cathode": {"loading": {"value": 12.1, "unit": "mg/cm**2"}}}


def run(call):
    """Make, find and change; return the ids of a specification and of a cell."""
    made = call("cell_spec.create", SPEC)
    spec = call.know("spec", made.id)
    call("cell_spec.create_or_get", SPEC, note="there")
    call.know("new spec", call("cell_spec.create_or_get", {"name": "new"}, note="new").id)
    call("cell_spec.get", spec)
    call("cell_spec.list", note="all")
    call("cell_spec.list", True, 5, 0, note="page", order_by="name", order="desc")
    call("cell_spec.list", note="filters", name="NCM", form_factor="21700")
    call("cell_spec.list", note="exact", name_exact=SPEC["name"], created_after="2020-01-01")
    call("cell_spec.update", spec, {"notes": "changed"})
    if call.has("cell_spec.related_specs"):
        related(call, made)
    if call.has("cell_batch.create"):
        batches(call, spec)
    told = {"name": "001", "date_manufactured": "2024-01-20", "measured_properties": MEASURED}
    cell = call.know("cell", call("cell_instance.create", spec, told).id)
    call("cell_instance.create_or_get", spec, told, note="there")
    new = call("cell_instance.create_or_get", spec, {"name": "002"}, note="new")
    call.know("new cell", new.id)
    call("cell_instance.get", cell)
    call("cell_instance.list", spec, note="all")
    call("cell_instance.list", spec, 1, 1, note="page", order_by="name", order="asc")
    call("cell_instance.list", spec, note="filters", name="00", created_before="2100-01-01")
    call("cell_instance.update", cell, {"notes": "changed"})
    call("cell_instance.delete", new.id, note="the new one")
    if call.has("search.query"):
        call("search.query", "NCM622", note="all")
        call("search.query", "NCM", note="kinds", entity_types=["cell_instance", "material"])
        call("search.query", "NCM", note="page", limit=3, offset=1, per_type=2)
    return spec, cell


def related(call, spec):
    """Specifications that share a material."""
    material = call.know("material", spec.cathode["material_id"])
    call("cell_spec.list", note="material", material_id=material)
    call("cell_spec.list", note="materials", material_id=[material, "none"])
    call("cell_spec.list", note="cathode", cathode_material_id=material, exclude_cell_spec_id="x")
    call("cell_spec.related_specs", spec.id, note="all")
    call("cell_spec.related_specs", spec.id, note="slots", slots=["cathode"], exclude_self=False)


def batches(call, spec):
    """Batches of a specification."""
    told = {"name": "B1", "date_manufactured": "2024-01-20"}
    batch = call.know("batch", call("cell_batch.create", spec, told).id)
    call("cell_batch.create_or_get", spec, {"name": "b1"})
    call("cell_batch.get", batch)
    call("cell_batch.list", spec, note="all")
    call("cell_batch.list", spec, 2, 0, note="page", name="B")
    call("cell_batch.update", batch, {"notes": "changed"})
    within = call("cell_instance.create", spec, {"name": "of B1", "batch_id": batch}, note="batch")
    call.know("cell of the batch", within.id)
    call("cell_instance.list", spec, note="batch", batch_id=batch)
    call("cell_batch.delete", batch)


def remove(call, spec, cell):
    """Remove what was made."""
    call("cell_instance.delete", cell)
    call("cell_spec.delete", spec)
