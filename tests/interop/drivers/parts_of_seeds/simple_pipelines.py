"""The page about simple pipelines."""

from parts_of_seeds import refusal

DIFFUSIVITY = "Negative particle diffusivity [m2.s-1]"


def config(measurement):
    """Return the guide's configuration."""
    return {
        "elements": {
            "initial_params": {"element_type": "entry", "values": {DIFFUSIVITY: 2e-14}},
            "fit": {
                "element_type": "data_fit",
                "objectives": {"voltage": {"data": f"db:{measurement}"}},
                "parameters": {DIFFUSIVITY: {"bounds": [1e-14, 1e-13], "initial_value": 2e-14}},
                "cost": {"type": "RMSE"},
                "optimizer": {"type": "DifferentialEvolution", "max_iterations": 10},
            },
        }
    }


def run(client, measurement):
    """Submit, wait, list, update, cancel and delete."""
    sp = client.simple_pipeline.create(
        config(measurement),
        name="NMC622 diffusivity fit",
        description="Single-parameter fit on the May 14 dataset",
    )
    completed = client.simple_pipeline.wait_for_completion(
        sp.id,
        timeout=600,
        poll_interval=2,
        verbose=True,
        raise_on_failure=True,
    )
    page = client.simple_pipeline.list(limit=25)
    active = client.simple_pipeline.list(status="in.(pending,running)")
    matches = client.simple_pipeline.list(name="ilike.%DIFFUSIVITY%")
    recent = client.simple_pipeline.list(
        created_at_gt="2026-05-08",
        created_at_lt="2026-05-15",
        order_by="created_at",
        order="asc",
    )
    without = client.simple_pipeline.create(
        config(measurement),
        name="NMC622 diffusivity fit",
        options={"live_progress_updates": False},
    )
    late = refusal(client.simple_pipeline.wait_for_completion, without.id, timeout=0)
    client.simple_pipeline.cancel(without.id)
    within = client.simple_pipeline.create(
        {"options": {"live_progress_updates": True}, **config(measurement)}
    )
    client.simple_pipeline.cancel(within.id)
    legacy = client.simple_pipeline.create(
        {"elements": {"x": {"element_type": "Direct Entry", "values": {DIFFUSIVITY: 2e-14}}}}
    )
    ended = client.simple_pipeline.wait_for_completion(legacy.id, poll_interval=1)
    renamed = client.simple_pipeline.update(sp.id, name="Renamed", description="notes")
    client.simple_pipeline.cancel(sp.id)
    client.simple_pipeline.delete(sp.id)
    return {
        "created": sp.status,
        "fitted": completed.result["parameter_values"],
        "page": [page.count, page.total, page.items[0].id == sp.id],
        "active": len(active.items),
        "matches": [each.id for each in matches.items] == [sp.id],
        "recent": len(recent.items),
        "late": late["kind"],
        "current": client.simple_pipeline.get(without.id).status,
        "legacy": ended.status,
        "renamed": [renamed.name, renamed.description],
        "gone": refusal(client.simple_pipeline.get, sp.id)["status"],
    }
