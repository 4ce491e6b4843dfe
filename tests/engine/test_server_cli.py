"""``python -m ionworks_engine serve``: starts, refuses what is unsafe, ends cleanly."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from stored import served_options

SERVE = [sys.executable, "-m", "ionworks_engine", "serve"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(folder, *options):
    port = free_port()
    command = [*SERVE, "--port", str(port), *served_options(folder), *options]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            until_up(server, client)
            yield server, client
    finally:
        server.kill()
        server.communicate()


def until_up(server, client):
    give_up = time.monotonic() + 20
    while True:
        try:
            client.get("/healthz")
            return
        except httpx.TransportError:
            assert server.poll() is None, server.stderr.read()
            assert time.monotonic() < give_up
            time.sleep(0.05)


def refused(*options):
    ended = subprocess.run(
        [*SERVE, *options], capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    return ended.stderr


@pytest.mark.parametrize("words", [["serve", "--data", "store"], ["--help"], []])
def test_without_what_it_needs_it_says_what_to_install(tmp_path, words):
    code = (
        "import runpy, sys\n"
        "sys.modules['uvicorn'] = None\n"
        "runpy.run_module('ionworks_engine', run_name='__main__', alter_sys=True)"
    )
    command = [sys.executable, "-c", code, *words]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr == (
        "error: the local engine needs uvicorn: pip install 'ionworks-api[engine]'\n"
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_stopped_and_ends_without_noise(tmp_path, ending):
    with serving(tmp_path) as (server, client):
        answer = client.get("/projects", headers={"X-API-Key": "any"})
        assert answer.json()["total"] == 1
        assert answer.headers["content-type"] == "application/json"
        server.send_signal(ending)
        _, said = server.communicate(timeout=15)
    assert "Traceback" not in said
    assert said.count("\n") == 1
    assert "http://127.0.0.1:" in said


def test_two_engines_on_the_same_data_serve_the_same(tmp_path):
    with serving(tmp_path) as (_, one), serving(tmp_path) as (_, other):
        made = one.post("/projects", json={"name": "Shared"})
        assert other.get(f"/projects/{made.json()['id']}").json()["name"] == "Shared"


def test_a_port_that_is_taken_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = refused("--data", str(tmp_path), "--port", port)
    assert f"127.0.0.1:{port}" in said
    assert "--port" in said


def test_an_address_with_colons_is_shown_as_a_url_has_it(tmp_path):
    port = str(free_port())
    command = [*SERVE, "--port", port, "--data", str(tmp_path), "--host", "::1"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        said = server.stderr.readline()
    finally:
        server.kill()
        server.communicate()
    if "cannot listen" in said:  # no IPv6 on this machine
        assert f"cannot listen on [::1]:{port}:" in said
    else:
        assert said == f"Ionworks engine on http://[::1]:{port}\n"


def test_an_address_that_others_reach_needs_a_key(tmp_path):
    said = refused("--data", str(tmp_path), "--host", "0.0.0.0")
    assert "--api-key-file" in said
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    assert str(tmp_path / "file") in refused("--data", str(tmp_path / "file"))


def test_a_key_is_asked_for_when_one_is_set(tmp_path):
    with serving(tmp_path, "--api-key", "secret") as (_, client):
        assert client.get("/projects").status_code == 401
        assert client.get("/projects", headers={"X-API-Key": "secret"}).status_code == 200
        named = client.get("/healthz", headers={"Host": "lab.example.com"})
        assert named.status_code == 200


def test_a_key_is_read_from_a_file(tmp_path):
    (tmp_path / "key").write_text("secret\n")
    with serving(tmp_path / "store", "--api-key-file", str(tmp_path / "key")) as (_, client):
        assert client.get("/projects").status_code == 401
        assert client.get("/projects", headers={"X-API-Key": "secret"}).status_code == 200


@pytest.mark.parametrize("content", ["", "two\nlines", None])
def test_a_file_without_a_key_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "key").write_text(content)
    words = ["--data", str(tmp_path / "store"), "--api-key-file", str(tmp_path / "key")]
    ended = subprocess.run([*SERVE, *words], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert str(tmp_path / "key") in ended.stderr
    assert not (tmp_path / "store").exists()


def test_links_are_those_of_the_proxy_in_front(tmp_path):
    with serving(tmp_path, "--api-key", "secret") as (_, client):
        headers = {"X-API-Key": "secret", "Host": "lab.example", "X-Forwarded-Proto": "https"}
        project = client.get("/projects", headers=headers).json()["items"][0]["id"]
        asked = {"project_id": project, "filename": "run.csv"}
        place = client.post("/raw_data/initiate-upload", json=asked, headers=headers).json()
    assert place["uploads"][0]["signed_url"].startswith("https://lab.example/storage/")


def test_without_a_key_other_host_names_are_refused(tmp_path):
    """A page that makes a browser take its name for this machine gets nothing."""
    with serving(tmp_path) as (_, client):
        for host in ("evil.example.com", "127.0.0.1.evil.example.com:80"):
            answer = client.get("/projects", headers={"Host": host})
            assert (answer.status_code, answer.json()["error_code"]) == (403, "FORBIDDEN")
        for host in ("localhost:8787", "127.0.0.1", "[::1]:8787"):
            assert client.get("/projects", headers={"Host": host}).status_code == 200


PAGE, FORM = {"Sec-Fetch-Mode": "no-cors"}, {"Sec-Fetch-Mode": "navigate"}


@pytest.fixture(scope="module")
def keyless(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("keyless")) as (_, client):
        yield client


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", **PAGE},
        {"Sec-Fetch-Site": "same-site", **PAGE},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document", **FORM},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
    ],
    ids=str,
)
def test_without_a_key_pages_of_others_change_nothing(keyless, headers):
    before = keyless.get("/projects").json()["total"]
    for body in ({"content": b'{"name": "theirs"}'}, {"files": {"file": b"cell"}}, {}):
        refused = keyless.post("/projects", headers=headers, **body)
        assert (refused.status_code, refused.json()["error_code"]) == (403, "FORBIDDEN")
    assert keyless.get("/projects").json()["total"] == before


def test_without_a_key_pages_of_others_embed_nothing(keyless):
    frame = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe", **FORM}
    for headers in ({"Sec-Fetch-Site": "cross-site", **PAGE}, frame):
        assert keyless.get("/projects", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "{engine}"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://a-proxy-in-front.example"},
    ],
    ids=str,
)
def test_without_a_key_programs_and_own_pages_are_served(keyless, headers):
    headers = {name: value.format(engine=keyless.base_url) for name, value in headers.items()}
    name = json.dumps({"name": str(uuid.uuid4())})
    assert keyless.post("/projects", content=name, headers=headers).status_code == 201


def test_a_link_on_the_page_of_another_can_be_followed(keyless):
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document", **FORM}
    assert keyless.get("/", headers=link).status_code == 200


PULSES = """
global: {initial_soc: 1}
steps:
  - Pulses:
      repeat: 120
      steps:
        - Discharge: {mode: C-rate, value: 1, duration: 5}
        - Rest: {duration: 300}
"""


def submit(client):
    project = client.get("/projects").json()["items"][0]["id"]
    stated = {"protocol_experiment": {"protocol": PULSES, "name": "Pulses"}, "project_id": project}
    template = client.post("/protocols/parse-to-template", json=stated).json()["template_id"]
    batch = {
        "parameterized_model": "system-chen2020-spm",
        "experiment_template_id": template,
        "experiment_parameter_sets": [{}],
    }
    [made] = client.post("/simulations/with-template/batch", json=batch, timeout=30).json()
    return made["simulation_id"]


def until_status(client, name, status):
    give_up = time.monotonic() + 30
    while (found := client.get(f"/simulations/{name}").json())["status"] != status:
        assert found["status"] in {"pending", "processing"}, found["error"]
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_a_killed_engine_loses_nothing(tmp_path):
    with serving(tmp_path, "--workers", "1") as (server, client):
        name = submit(client)
        until_status(client, name, "processing")
        server.kill()
    with serving(tmp_path, "--workers", "1") as (_, client):
        until_status(client, name, "completed")
        assert len(client.get(f"/simulations/{name}/steps/download").content) > 1000


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel for the worker's end")
def test_workers_do_not_outlive_a_killed_engine(tmp_path):
    with serving(tmp_path, "--workers", "1") as (server, client):
        asked = {"pybamm_model": "SPM"}
        client.post("/discovery/pybamm_models/validate", json=asked, timeout=30)
        workers = children(server.pid)
        assert len(workers) == 1
        os.kill(server.pid, signal.SIGKILL)
        server.wait()
        give_up = time.monotonic() + 5
        while any(Path(f"/proc/{pid}").exists() for pid in workers):
            assert time.monotonic() < give_up
            time.sleep(0.02)


def children(pid):
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            if f"PPid:\t{pid}\n" in status.read_text():
                found.append(int(status.parent.name))
    return found
