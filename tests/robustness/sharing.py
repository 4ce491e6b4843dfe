"""What several users of one client, or of one store, do at the same time; and what must be so.

    python -m tests.robustness.sharing FOLDER NAME

As a program it is one user of the local store in a folder, in a process of its own.
"""

import asyncio
import json
import sys

from ionworks import Ionworks

SHARED = "Everyone's specification"
SERIES = {
    "Time [s]": [0.0, 10.0, 20.0],
    "Current [A]": [1.0, 1.0, 1.0],
    "Voltage [V]": [4.0, 3.9, 3.8],
    "Step count": [0, 0, 0],
}


def use(client, name, project=None):
    """Make things, some of which others make as well; return the ids of what was made."""
    shared = client.cell_spec.create_or_get(_specification(SHARED, project))
    cell = client.cell_instance.create_or_get(shared.id, {"name": "Everyone's cell"})
    mine = [client.cell_spec.create(_specification(f"{name} {n}", project)).id for n in range(3)]
    client.cell_spec.update(mine[0], {"notes": name})
    measured = client.cell_measurement.create(
        cell.id, {"measurement": {"name": name}, "time_series": SERIES}
    )
    assert client.cell_measurement.time_series(measured.id).height == 3
    client.cell_spec.delete(mine[2])
    return {"shared": [shared.id, cell.id], "mine": mine, "measured": measured.id}


async def use_async(client, name, project=None):
    """Make the same with an asynchronous client, more of it at once."""
    shared = await client.cell_spec.create_or_get(_specification(SHARED, project))
    cell = await client.cell_instance.create_or_get(shared.id, {"name": "Everyone's cell"})
    bodies = [_specification(f"{name} {n}", project) for n in range(3)]
    made = await asyncio.gather(*(client.cell_spec.create(body) for body in bodies))
    mine = [each.id for each in made]
    _, measured = await asyncio.gather(
        client.cell_spec.update(mine[0], {"notes": name}),
        client.cell_measurement.create(
            cell.id, {"measurement": {"name": name}, "time_series": SERIES}
        ),
    )
    assert (await client.cell_measurement.time_series(measured.id)).height == 3
    await client.cell_spec.delete(mine[2])
    return {"shared": [shared.id, cell.id], "mine": mine, "measured": measured.id}


def check(client, used, project=None):
    """Hold what is there against what all users said, by name."""
    assert len({tuple(each["shared"]) for each in used.values()}) == 1
    specifications = {spec.id: spec for spec in client.cell_spec.list(project_id=project)}
    names = [spec.name for spec in specifications.values()]
    assert len(names) == len(set(names))
    [[shared, cell]] = {tuple(each["shared"]) for each in used.values()}
    for name, each in used.items():
        first, second, gone = each["mine"]
        assert specifications[first].notes == name
        assert specifications[second].name == f"{name} 1"
        assert gone not in specifications
    measured = {each.name: each.id for each in client.cell_measurement.list(cell)}
    assert measured == {name: each["measured"] for name, each in used.items()}
    assert len(specifications) == 2 * len(used) + 1
    assert specifications[shared].name == SHARED


def _specification(name, project):
    return {"name": name, "project_id": project} if project else {"name": name}


def main():
    folder, name = sys.argv[1:]
    with Ionworks.local(folder) as client:
        print(json.dumps(use(client, name)))


if __name__ == "__main__":
    main()
