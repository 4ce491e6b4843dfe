"""PostgreSQL that goes away and comes back, that is unfit, or whose address is wrong."""

import logging
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from conftest import app_client, enqueue, job
from ionworks_engine.storage import StoreError, postgres, tables
from ionworks_engine.storage.store import Store
from sqlalchemy import create_engine, insert, text
from sqlalchemy.exc import OperationalError
from stored import SERVER
from test_server_cli import SERVE, free_port

pytestmark = pytest.mark.skipif(SERVER is None, reason="needs PostgreSQL: make test-postgres")


@pytest.fixture(scope="module")
def server():
    from tests.postgres.server import running

    with running() as server:
        yield server


@pytest.fixture
def client(server, tmp_path, monkeypatch):
    name = f"d{time.monotonic_ns()}"
    engine = create_engine(driven(server.url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    engine.dispose()
    url = server.url.rpartition("/")[0] + f"/{name}"
    monkeypatch.setattr("conftest.database_of", lambda _: url)
    with app_client(tmp_path / "store") as client:
        yield client


def driven(url):
    return url.replace("postgresql:", "postgresql+psycopg:")


def eventually(ask, expected):
    give_up = time.monotonic() + 60
    while (answer := ask()).status_code != expected:
        assert time.monotonic() < give_up, answer.text
        time.sleep(0.1)
    return answer


def test_while_the_database_is_away_requests_are_told_so_and_then_go_on(client, server, caplog):
    assert client.post("/projects", json={"name": "before"}).status_code == 201
    server.stop()
    try:
        for ask in (
            lambda: client.get("/projects"),
            lambda: client.post("/projects", json={"name": "away"}),
        ):
            started = time.monotonic()
            answer = ask()
            assert time.monotonic() - started < 30
            assert answer.status_code == 503
            assert answer.json()["error_code"] == "DATABASE_UNAVAILABLE"
            assert "ionworks@" not in answer.text
    finally:
        server.start()
    found = eventually(lambda: client.get("/projects"), 200).json()
    assert {each["name"] for each in found["items"]} == {"Default project", "before"}
    assert client.post("/projects", json={"name": "after"}).status_code == 201
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]
    said = [each.getMessage() for each in caplog.records if "database cannot" in each.getMessage()]
    assert said
    assert not [words for words in said if "sqlalche.me" in words or "\n" in words]


def test_what_a_job_gave_while_the_database_was_away_is_kept(client, server, tmp_path):
    store = client.app.state.services.store
    marks = tmp_path / "marks"
    [name] = enqueue(store, {"do": "count", "file": str(marks), "seconds": 2.0})
    give_up = time.monotonic() + 60
    while not marks.exists():
        assert time.monotonic() < give_up
        time.sleep(0.01)
    server.stop()
    time.sleep(3)
    server.start()
    eventually(lambda: client.get("/projects"), 200)
    while job(store, name).status != "completed":
        assert time.monotonic() < give_up + 60
        time.sleep(0.1)
    assert marks.read_text() == "x"
    assert job(store, name).attempts == 1


def test_a_session_that_is_cut_off_costs_no_request(client, server):
    """The pool notices sessions that the database ended while they were not used."""
    client.get("/projects")
    engine = create_engine(driven(server.url), isolation_level="AUTOCOMMIT")
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    with engine.connect() as connection:
        connection.execute(text(f"{query} AND datname LIKE 'd%'"))
    engine.dispose()
    assert client.get("/projects").status_code == 200
    assert client.post("/projects", json={"name": "after"}).status_code == 201


def test_a_server_that_stopped_in_a_change_gives_way(client):
    """A stopped process holds the lock of writers: the others are told, and then go on."""
    store = client.app.state.services.store
    with store._database.engine.connect() as stuck:
        stuck.execute(text("SET idle_in_transaction_session_timeout = '14s'"))
        store._database.begin(stuck, serial=True)
        answer = client.post("/projects", json={"name": "meanwhile"})
        assert (answer.status_code, answer.json()["error_code"]) == (503, "DATABASE_UNAVAILABLE")
        assert client.get("/projects").status_code == 200
        eventually(lambda: client.post("/projects", json={"name": "then"}), 201)
        stuck.invalidate()


def test_a_start_beside_a_server_that_stopped_in_a_change_says_try_again(client, monkeypatch):
    hasty = postgres._SETTINGS.replace("lock_timeout = '10s'", "lock_timeout = '0.2s'")
    monkeypatch.setattr(postgres, "_SETTINGS", hasty)
    store, url = client.app.state.services.store, database_of_client(client)
    with (
        store._changing(serial=True),
        pytest.raises(StoreError, match="at present, try again: canceling statement"),
    ):
        Store(store.files.path("0" * 64).parents[2], database=url)


def test_a_server_given_up_while_it_removes_a_file_leaves_what_another_has_named(
    client, server, monkeypatch
):
    import psycopg

    store, url = client.app.state.services.store, database_of_client(client)
    name = store.files.put(b"abc")
    store.files.release([name])
    other = Store(store.files.path(name).parents[2], database=url)
    really = store.files.discarding

    def name_elsewhere():
        with psycopg.connect(server.url) as connection:
            connection.execute(END_WRITERS)
        other.files.put(b"abc")
        row = {"id": "u", "kind": "raw_data", "owner_id": "o", "position": 0, "filename": "f"}
        row |= {"content": name, "expires_at": "9", "created_at": "", "updated_at": ""}
        with other.naming(name), other.writing() as connection:
            connection.execute(insert(tables.uploads).values(row))

    @contextmanager
    def late():
        with really() as discard:
            yield lambda names: (name_elsewhere(), discard(names))

    monkeypatch.setattr(store.files, "discarding", late)
    try:
        with pytest.raises(OperationalError):
            store.discard_files([name])
        assert other.files.path(name).read_bytes() == b"abc"
    finally:
        other.close()


END_WRITERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted "
    "AND mode = 'ExclusiveLock'"
)


def database_of_client(client):
    url = client.app.state.services.store._database.engine.url
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://me:secret@127.0.0.1:1/lab", "cannot be used"),
        ("postgresql://me:secret@127.0.0.1:1/lab?password=secret", "cannot be used"),
        ("mysql://me:secret@host/lab", "postgresql://user@host"),
        ("me:secret@host", "postgresql://user@host"),
        ("postgresql://me:secret@host:port/lab", "postgresql://user@host"),
        ("postgresql://me:pass@secret@127.0.0.1:1/lab", "%40"),
        ("postgresql://me:pass@secret/word@127.0.0.1:1/lab", "%40"),
        ("postgresql://me:pass@secret?word@127.0.0.1:1/lab", "%40"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(tmp_path, url, words):
    with pytest.raises(StoreError) as caught:
        Store(tmp_path, database=url)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)
    ended = subprocess.run(
        [*SERVE, "--data", str(tmp_path), "--database", url, "--port", str(free_port())],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert "secret" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_of_another_encoding_is_refused(server, tmp_path):
    engine = create_engine(driven(server.url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0"))
    engine.dispose()
    with pytest.raises(StoreError, match="ENCODING 'UTF8'"):
        Store(tmp_path, database=server.url.rpartition("/")[0] + "/latin")


def test_a_schema_that_is_not_there_is_named(server, tmp_path):
    with pytest.raises(StoreError, match="nowhere"):
        Store(tmp_path, database=f"{server.url}?options=-csearch_path%3Dnowhere")


def test_without_psycopg_the_extra_is_named(tmp_path):
    script = (
        "import importlib.util as u, sys\n"
        "real = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'psycopg' else real(name, *more)\n"
        "from ionworks_engine.server import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    words = ["serve", "--data", str(tmp_path), "--database", "postgresql://me@127.0.0.1/lab"]
    ended = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, "ionworks-api[postgres]" in ended.stderr) == (1, True), ended.stderr
