"""The page about studies."""

from parts_of_seeds import refusal


def run(client, project, simulation, measurement):
    """Create, list, get, update, assign, remove and delete."""
    study = client.study.create(
        {
            "name": "1C Discharge Sweep",
            "description": "Comparing discharge curves across temperatures",
        }
    )
    listed = [each.name for each in client.study.list()]
    found = [each.name for each in client.study.list(name="Discharge")]
    paged = [each.name for each in client.study.list(limit=10, offset=0)]
    other = [each.name for each in client.study.list(project_id=project)]
    renamed = client.study.update(study.id, {"name": "1C Discharge Sweep v2"}).name
    client.study.assign_simulation(study.id, simulation)
    client.study.remove_simulation(study.id, simulation)
    client.study.assign_measurement(study.id, measurement)
    measurements = client.study.list_measurements(study.id)
    client.study.remove_measurement(study.id, measurement)
    got = client.study.get(study.id).name
    client.study.delete(study.id)
    return {
        "lists": listed == found == paged == other == ["1C Discharge Sweep"],
        "renamed": renamed == got == "1C Discharge Sweep v2",
        "measurements": [each["name"] for each in measurements["items"]],
        "gone": refusal(client.study.get, study.id)["status"],
    }
