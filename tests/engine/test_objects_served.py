"""Storage of an engine that listens: what it bounds, and what its log does not say."""

import httpx
from test_server_cli import serving


def opened(client):
    project = client.get("/projects").json()["items"][0]["id"]
    body = {"project_id": project, "filename": "run.csv"}
    answer = client.post("/raw_data/initiate-upload", json=body).json()
    return {**body, **answer}, answer["uploads"][0]["signed_url"]


def test_a_size_is_bounded_as_the_command_line_says(tmp_path):
    with serving(tmp_path, "--max-upload", "0.001") as (_, client):
        _, url = opened(client)
        assert client.put(url, content=b"x" * 1_000_000).status_code == 200
        refused = client.put(url, content=b"x" * 1_100_000)
        assert refused.status_code == 413
        assert refused.json()["detail"] == {"limit_bytes": 1_073_741}


def test_an_address_works_over_the_network_and_stands_in_no_log(tmp_path):
    with serving(tmp_path, "--api-key", "secret") as (server, client):
        client.headers["X-API-Key"] = "secret"
        place, url = opened(client)
        with httpx.Client(trust_env=False) as bare:
            assert bare.put(url, content=iter([b"abc", b"def"])).status_code == 200
            told = {key: place[key] for key in ("project_id", "filename")}
            path = f"/raw_data/{place['raw_data_id']}"
            assert client.post(f"{path}/confirm-upload", json={**told, "size_bytes": 6})
            fetch = client.get(f"{path}/download-url").json()["url"]
            assert bare.get(fetch, headers={"Range": "bytes=-2"}).content == b"ef"
            assert bare.get(f"{fetch}x").status_code == 403
            assert bare.put(url, content=b"too late").status_code == 404
        server.terminate()
        _, said = server.communicate(timeout=15)
    assert said.count("\n") == 1
    assert "signature" not in said
