"""What the tests of storage share: places for files, opened and confirmed by way of raw data."""

from pathlib import Path


def opened(client, filename="run.csv", **more):
    """Keep a place open; return the answer with the project's id in it."""
    body = {"project_id": client.project(), "filename": filename, **more}
    answer = client.post("/raw_data/initiate-upload", json=body)
    assert answer.status_code == 200, answer.text
    return {**answer.json(), "project_id": body["project_id"], "filename": filename}


def confirmed(client, place, size, **more):
    """Confirm what came; return the answer."""
    body = {key: place[key] for key in ("project_id", "filename")}
    path = f"/raw_data/{place['raw_data_id']}/confirm-upload"
    return client.post(path, json={**body, "size_bytes": size, **more})


def sent(client, content, filename="run.csv", **more):
    """Upload a file whole; return its raw data."""
    place = opened(client, filename, **more)
    assert client.put(place["uploads"][0]["signed_url"], content=content).status_code == 200
    answer = confirmed(client, place, len(content), **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def address(client, raw_data):
    return client.get(f"/raw_data/{raw_data['id']}/download-url").json()["url"]


def stored(folder):
    """Return the names of all files in a store, those that are aside among them."""
    files = Path(folder) / "files"
    return {
        path.name if path.parent.name == "aside" else path.parent.name + path.name
        for path in files.rglob("*")
        if path.is_file()
    }
