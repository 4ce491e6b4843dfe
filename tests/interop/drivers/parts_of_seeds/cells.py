"""The page about cell instances."""

from parts_of_seeds import refusal, until_ready

MEASURED = {
    "cathode": {"loading": {"value": 12.1, "unit": "mg/cm**2"}},
    "anode": {"loading": {"value": 6.4, "unit": "mg/cm**2"}},
}
NAMED = {
    "name": "NCM622-GR-001",
    "batch": "BATCH-2024-001",
    "date_manufactured": "2024-01-20",
    "measured_properties": MEASURED,
}
SERIES = {
    "Time [s]": [0.0, 1800.0, 3600.0],
    "Step count": [0, 0, 0],
    "Current [A]": [1.0, 1.0, 1.0],
    "Voltage [V]": [4.1, 3.7, 3.2],
}


def run(client):
    """Create, list, retrieve, look into, update and delete."""
    cell_spec = client.cell_spec.create({"name": "NCM622/Gr"})
    batch = refusal(client.cell_instance.create, cell_spec.id, NAMED)
    told = {name: value for name, value in NAMED.items() if name != "batch"}
    cell_instance = client.cell_instance.create_or_get(cell_spec.id, NAMED if not batch else told)
    again = client.cell_instance.create_or_get(cell_spec.id, {"name": "NCM622-GR-001"})
    instances = client.cell_instance.list(cell_spec.id)
    instance_id = client.cell_instance.get(instances[0].id).id
    detail = {"measurement": {"name": "1C"}, "time_series": SERIES}
    client.cell_measurement.create_or_get(instance_id, detail)
    until_ready(client, client.cell_measurement.list(instance_id)[0].id)
    counts = [len(client.cell_measurement.list(inst.id)) for inst in instances]
    detail = client.cell_instance.detail(instance_id)
    spec = client.cell_spec.get(detail.specification_id)
    light = client.cell_instance.detail(instance_id, include_time_series=False)
    rebatched = refusal(client.cell_instance.update, instance_id, {"batch": "BATCH-2024-002"})
    updated = client.cell_instance.update(instance_id, {"notes": "batch 2"})
    client.cell_instance.delete(instance_id)
    gone = refusal(client.cell_instance.get, instance_id)["status"]
    client.cell_spec.delete(cell_spec.id)
    return {
        "batch": batch,
        "rebatched": rebatched,
        "same": again.id == cell_instance.id,
        "names": [inst.name for inst in instances],
        "measured": cell_instance.measured_properties == MEASURED,
        "counts": counts,
        "rows": len(detail.measurements[0].time_series),
        "light": light.measurements[0].time_series is None,
        "spec": spec.name,
        "notes": updated.notes,
        "gone": gone,
    }
