"""The store: what it keeps, whom it lets in, and how lists are filtered."""

import contextlib
import re
import sqlite3
import string
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import app_client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ionworks_engine.storage import FileStore, StoreError, content, tables, times
from ionworks_engine.storage.filters import Filter, FilterError, narrow
from sqlalchemy import create_engine, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import StaticPool
from stored import database_of, open_store, sqlite_only

from ionworks import Ionworks
from ionworks.errors import ConnectionFailedError


def names_in(store):
    with store.reading() as connection:
        return list(connection.scalars(select(tables.projects.c.name)))


def test_a_fresh_store_has_exactly_one_project_and_keeps_it(tmp_path):
    first = open_store(tmp_path)
    assert names_in(first) == ["Default project"]
    first.close()
    second = open_store(tmp_path)
    assert names_in(second) == ["Default project"]
    second.close()


def test_a_killed_engine_leaves_the_store_free(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from ionworks_engine.storage import Store;"
        "Store(Path(sys.argv[1]), database=sys.argv[2] or None); os.kill(os.getpid(), 9)"
    )
    command = [sys.executable, "-c", code, str(tmp_path), database_of(tmp_path) or ""]
    assert subprocess.run(command, check=False).returncode == -9
    open_store(tmp_path).close()


def test_a_store_of_a_newer_engine_is_refused(tmp_path):
    store = open_store(tmp_path)
    with store.writing() as connection:
        connection.execute(
            update(tables.facts)
            .where(tables.facts.c.name == "schema_version")
            .values(value=str(tables.SCHEMA_VERSION + 1))
        )
    store.close()
    with pytest.raises(StoreError, match="newer engine"):
        open_store(tmp_path)


@sqlite_only
def test_a_folder_that_cannot_be_a_store_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        open_store(tmp_path / "file")
    (tmp_path / "ionworks.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="no readable store"):
        open_store(tmp_path)


@sqlite_only
def test_a_client_hears_that_its_folder_is_held_by_an_engine_that_shares_it_not(tmp_path):
    fcntl = pytest.importorskip("fcntl")
    with (tmp_path / "engine.lock").open("w") as lock:
        lock.write("123")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        with (
            Ionworks.local(tmp_path) as client,
            pytest.raises(ConnectionFailedError, match=r"in use by another engine \(process 123\)"),
        ):
            client.whoami()


@sqlite_only
def test_a_start_while_another_process_writes_for_long_says_try_again(tmp_path, monkeypatch):
    open_store(tmp_path).close()
    hasty = lambda connection, _: connection.execute("PRAGMA busy_timeout=50")  # noqa: E731
    monkeypatch.setattr("ionworks_engine.storage.sqlite._tune", hasty)
    with contextlib.closing(sqlite3.connect(tmp_path / "ionworks.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="at present, try again: database is locked"):
            open_store(tmp_path)


def test_a_transaction_that_fails_leaves_nothing(store):
    rows = [{"id": "x", "name": name, "created_at": "", "updated_at": ""} for name in ("a", "b")]

    def write():
        with store.writing() as connection:
            for row in rows:
                connection.execute(insert(tables.projects).values(row))

    with pytest.raises(IntegrityError):
        write()
    assert names_in(store) == ["Default project"]


def test_files_are_named_by_content_and_stored_once(tmp_path):
    files = FileStore(tmp_path)
    assert files.put(b"abc") == files.put(b"abc")
    name = files.put(b"abc")
    assert name.startswith("ba7816bf")  # sha256 of abc, FIPS 180-2
    assert files.path(name).read_bytes() == b"abc"
    files.release([name] * 3)
    assert all_files(tmp_path) == [files.path(name)]


def test_a_file_just_stored_is_not_discarded_before_its_row_is_there(tmp_path):
    files = FileStore(tmp_path)
    name = files.put(b"abc")
    discard(files, name)
    assert files.path(name).exists()
    files.release([name])
    discard(files, name)
    assert all_files(tmp_path) == []


def discard(files, *names):
    with files.discarding() as remove:
        remove(names)


def test_files_are_put_back_if_it_did_not_hold_that_no_row_names_them(tmp_path):
    files = FileStore(tmp_path)
    name = files.put(b"abc")
    files.release([name])

    def fail():
        with files.discarding() as remove:
            remove([name])
            assert not files.path(name).exists()
            files.release([files.put(b"abc")])
            raise KeyError

    for _ in range(2):
        with pytest.raises(KeyError):
            fail()
        assert all_files(tmp_path) == [files.path(name)]
        assert files.path(name).read_bytes() == b"abc"


def test_what_a_killed_server_was_removing_is_judged_anew(tmp_path):
    gone, files = FileStore(tmp_path, "gone"), FileStore(tmp_path, "here", lambda: ["gone"])
    name = gone.put(b"abc")
    gone.release([name])
    with gone.discarding() as remove:
        remove([name])
        files.clear_aside()
        assert files.names() == set(), "it may still be at it"
        later = FileStore(tmp_path, "later")
        assert later.path(name).read_bytes() == b"abc"
    assert all_files(tmp_path) == [files.path(name)]


def test_what_comes_aside_while_the_living_are_looked_up_stays(tmp_path):
    """A server that appears just then was not known when its first files were seen, or is."""
    FileStore(tmp_path, "gone").fresh().write_bytes(b"left")
    found = []

    def appear():
        path = FileStore(tmp_path, "new", lambda: ["gone"]).fresh()
        path.write_bytes(b"half")
        found.append(path)
        return []

    FileStore(tmp_path, "here", appear)
    assert all_files(tmp_path) == found


def test_a_write_that_fails_leaves_no_file(tmp_path, monkeypatch):
    files = FileStore(tmp_path)

    def fail(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        files.put(b"abc")
    monkeypatch.undo()
    FileStore(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_comes_in_piece_by_piece(tmp_path):
    files = FileStore(tmp_path)
    with files.receive() as incoming:
        incoming.write(b"a")
        incoming.write(b"bc")
        name = files.keep(incoming)
    assert incoming.size == 3
    assert name == files.put(b"abc")
    assert files.names() == {name}
    files.release([name] * 2)
    assert all_files(tmp_path) == [files.path(name)]


def test_a_file_that_did_not_come_whole_leaves_nothing(tmp_path):
    files = FileStore(tmp_path)

    def give_up():
        with files.receive() as incoming:
            incoming.write(b"a")
            raise KeyError

    with pytest.raises(KeyError):
        give_up()
    assert all_files(tmp_path) == []


def test_a_file_written_elsewhere_is_taken_in_once(tmp_path):
    files, names = FileStore(tmp_path), []
    for _ in range(2):
        path = files.fresh()
        path.write_bytes(b"abc")
        names.append(files.adopt(path))
    assert set(names) == files.names() == {files.put(b"abc")}
    files.release([names[0]] * 2)
    discard(files, *names)
    assert files.path(names[0]).exists(), "put holds it still"
    files.release(names[:1])
    assert all_files(tmp_path) == [files.path(names[0])]


def all_files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_storing_and_discarding_the_same_content_never_loses_it(tmp_path):
    """Threads store what others discard at the same time: who has stored it, finds it there."""
    files, lost = FileStore(tmp_path), []

    def store():
        for _ in range(300):
            name = files.put(b"abc")
            if not files.path(name).exists():
                lost.append(name)
            files.release([name])
            discard(files, name)

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(store) for _ in range(4)]:
            done.result(60)
    assert lost == []


# What is left over


def test_a_sweep_removes_what_no_row_names(store, tmp_path):
    named, nobodys = store.files.put(b"named"), store.files.put(b"nobody's")
    store.files.release([named, nobodys])
    underway = store.files.put(b"its row is still to come")
    add_upload(store, named)
    store.sweep()
    assert store.files.names() == {named, underway}
    assert (tmp_path / "store/files").exists()


def test_a_sweep_says_what_is_missing(store, caplog):
    name = store.files.put(b"x")
    add_upload(store, name)
    store.files.release([name])
    store.files.path(name).unlink()
    store.sweep()
    assert f"1 files that rows name are missing, such as {name}" in caplog.text


def test_what_a_killed_engine_left_goes_with_the_next_start(tmp_path):
    store = open_store(tmp_path)
    aside = store.files.fresh()
    aside.write_bytes(b"half")
    orphan = store.files.path(store.files.put(b"its row was never written"))
    store.close()
    store = open_store(tmp_path)
    store.sweep()
    store.close()
    assert not aside.exists()
    assert not orphan.exists()


def test_a_failed_naming_lets_the_file_go(store):
    name = store.files.put(b"x")
    with pytest.raises(KeyError), store.naming(name):
        raise KeyError
    assert store.files.names() == set()
    name = store.files.put(b"x")
    with store.naming(name):
        add_upload(store, name)
    store.discard_files([name])
    assert store.files.names() == {name}


def add_upload(store, content):
    row = {"id": "u", "kind": "raw_data", "owner_id": "o", "position": 0, "filename": "f"}
    row |= {"content": content, "expires_at": "9", "created_at": "", "updated_at": ""}
    with store.writing() as connection:
        connection.execute(insert(tables.uploads).values(row))


def test_the_secret_stays_and_is_of_one_store(tmp_path):
    secrets = []
    for folder in ("a", "a", "b"):
        store = open_store(tmp_path / folder)
        secrets.append(store.secret)
        store.close()
    assert secrets[0] == secrets[1] != secrets[2]
    assert len(secrets[0]) == 32


@sqlite_only
def test_a_store_of_the_first_version_keeps_what_is_in_it(tmp_path):
    frame = b"frame"
    with contextlib.closing(sqlite3.connect(tmp_path / "ionworks.db")) as database:
        database.executescript((Path(__file__).parent / "stores/version_1.sql").read_text())
        query = "select id, time_series_file, steps_file from simulations"
        run, *files = database.execute(query).fetchone()
    for name in files:
        path = tmp_path / "files" / name[:2] / name[2:]
        path.parent.mkdir(parents=True)
        path.write_bytes(frame)
    for _ in range(2):
        with app_client(tmp_path) as client:
            found = client.get(f"/simulations/{run}").json()
            assert (found["name"], found["status"]) == ("run", "completed")
            assert found["parameterized_model"]["name"] == "Chen2020 SPM"
            assert found["experiment_template"]["name"] == "run"
            assert client.get("/simulations").json()["total"] == 1
            answer = client.get(f"/simulations/{run}/time_series/download")
            assert answer.content == frame
            assert client.get("/cell_specifications", params=of(client)).json()["items"] == []
    store = open_store(tmp_path)
    with store.reading() as connection:
        version = select(tables.facts.c.value).where(tables.facts.c.name == "schema_version")
        assert connection.scalar(version) == str(tables.SCHEMA_VERSION)
    store.close()


def of(client):
    return {"project_id": client.project()}


def test_discarding_spares_files_that_another_simulation_names(store):
    shared, alone = store.files.put(b"shared"), store.files.put(b"alone")
    store.files.release([shared, alone])
    with store.writing() as connection:
        row = dict.fromkeys(("id", "job_id", "project_id", "name", "content"), "x")
        row |= dict.fromkeys(("cell", "protocol", "experiment_template_id"), "x")
        row |= {"steps_file": shared, "created_at": "", "updated_at": ""}
        connection.execute(insert(tables.simulations).values(row))
    store.discard_files([shared, alone])
    assert store.files.path(shared).exists()
    assert not store.files.path(alone).exists()


def test_content_does_not_depend_on_key_order_or_kind_of_number():
    assert content.digest({"a": [1, {"b": 2}], "c": None}) == content.digest(
        {"c": None, "a": [1.0, {"b": 2.0}]}
    )
    assert content.digest({"a": 1}) != content.digest({"a": True})
    assert content.digest({"a": 1}) != content.digest({"a": "1"})


def test_documents_are_kept_once_and_go_with_their_last_run(store):
    with store.writing() as connection:
        name = content.keep_document(connection, {"a": 1})
        assert content.keep_document(connection, {"a": 1.0}) == name
        assert content.documents_named(connection, [name]) == {name: {"a": 1}}
        content.drop_orphans(connection)
        assert content.documents_named(connection, [name]) == {}


@given(st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 28)), st.data())
def test_stamps_sort_as_their_moments_do(moment, data):
    other = data.draw(st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 28)))
    one, two = moment.replace(tzinfo=UTC), other.replace(tzinfo=timezone(timedelta(hours=5)))
    assert (times.stamp(one) < times.stamp(two)) == (one < two)
    assert times.parse(one.isoformat()) == times.stamp(one)


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-08T10:00:00+02:00",
        "2026-05-08T10:00:00 02:00",
        "2026-05-08 08:00",
        "2026-05-08T08:00:00Z",
    ],
)
def test_moments_are_read_in_every_usual_form(text):
    assert times.parse(text) == "2026-05-08T08:00:00.000000+00:00"


# The filter grammar against a few lines of Python that read it independently.

TEXTS = st.text(string.ascii_letters + '%_\\.é É,"(0', max_size=6)
VALUES = st.lists(st.none() | TEXTS, min_size=1, max_size=6)


def fulfils(operator, operand, value):
    """What an operator means, for a value that is there."""
    match operator:
        case "eq":
            return value == operand
        case "neq":
            return value != operand
        case "gt":
            return value.encode() > operand.encode()
        case "gte":
            return value.encode() >= operand.encode()
        case "lt":
            return value.encode() < operand.encode()
        case "lte":
            return value.encode() <= operand.encode()
        case "in":
            return value in operand
        case "like":
            return like(operand, value)
        case "ilike":
            return like(operand.lower(), value.lower())
    raise AssertionError(operator)


def like(pattern, value):
    pieces = re.findall(r"\\.|.", pattern, re.DOTALL)
    meaning = {"%": ".*", "_": "."}
    expression = "".join(meaning.get(piece) or re.escape(piece[-1]) for piece in pieces)
    return re.fullmatch(expression, value, re.DOTALL) is not None


def well_formed(pattern):
    return (len(pattern) - len(pattern.rstrip("\\"))) % 2 == 0


SIMPLE = st.tuples(st.sampled_from(["eq", "neq", "gt", "gte", "lt", "lte"]), TEXTS)
PATTERN = st.tuples(st.sampled_from(["like", "ilike"]), TEXTS.filter(well_formed))
ONE_OF = st.tuples(st.just("in"), st.lists(TEXTS, max_size=4))


def written(operator, operand):
    if operator == "in":
        quoted = ('"' + re.sub(r'(["\\])', r"\\\1", item) + '"' for item in operand)
        return f"in.({','.join(quoted)})"
    return f"{operator}.{operand}"


@pytest.fixture(scope="module")
def column_of(tmp_path_factory):
    """Return a function that puts values into a table and answers which of them a filter finds."""
    store = open_store(tmp_path_factory.mktemp("filters"))

    def found(values, text):
        with store.writing() as connection:
            connection.execute(tables.projects.delete())
            rows = [
                {"id": str(i), "name": "", "description": value, "created_at": "", "updated_at": ""}
                for i, value in enumerate(values)
            ]
            connection.execute(insert(tables.projects), rows)
            query = select(tables.projects.c.id)
            query = narrow(query, {"name": text}, {"name": tables.projects.c.description})
            return [values[int(name)] for name in connection.scalars(query)]

    yield found
    store.close()


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(values=VALUES, test=SIMPLE | PATTERN | ONE_OF, negated=st.booleans())
def test_filters_mean_what_they_say(column_of, values, test, negated):
    text = ("not." if negated else "") + written(*test)
    expected = [
        value for value in values if value is not None and fulfils(*test, value) is not negated
    ]
    assert column_of(values, text) == expected


@settings(deadline=None, max_examples=30)
@given(values=VALUES)
def test_absence_is_asked_for_by_is_null(column_of, values):
    assert column_of(values, "is.null") == [value for value in values if value is None]
    assert column_of(values, "not.is.null") == [value for value in values if value is not None]


@pytest.mark.parametrize("value", ["plain", "with.dot", "NMC.622", "not", "in", "eq"])
def test_a_bare_value_means_equality(column_of, value):
    assert column_of([value, "other"], value) == [value]


def test_lists_may_hold_bare_and_quoted_items():
    assert Filter.parse('in.(a, "b,c" ,d\\,"e\\"f")').operand == ["a", "b,c", "d\\", 'e"f']
    assert Filter.parse("in.()").operand == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("in.a,b", "parentheses"),
        ('in.("a)', "cannot be read"),
        ("is.nothing", "null, true or false"),
        ("like.a\\", "single backslash"),
    ],
)
def test_a_filter_that_cannot_be_read_names_its_parameter(text, message):
    columns = {"name": tables.projects.c.name}
    with pytest.raises(FilterError, match=message) as caught:
        narrow(select(tables.projects), {"name": text}, columns)
    assert caught.value.parameter == "name"


MOMENTS = ["2026-05-01", "2026-05-08", "2026-05-15"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"created_at_gt": "2026-05-08"}, [1, 2]),
        ({"created_at_lt": "2026-05-08T00:00:00Z"}, [0, 1]),
        ({"created_at": "gt.2026-05-08"}, [2]),
        ({"created_at": "not.gte.2026-05-08"}, [0]),
        ({"created_at": "in.(2026-05-01,2026-05-15)"}, [0, 2]),
        ({"created_at_gt": "2026-05-08T01:00:00+02:00"}, [1, 2]),
    ],
)
def test_moments_are_compared_as_moments_and_bounds_are_inclusive(given, expected):
    engine = create_engine("sqlite://", poolclass=StaticPool)
    tables.metadata.create_all(engine)
    table = tables.projects
    rows = [
        {"id": str(i), "name": "", "created_at": times.parse(text), "updated_at": ""}
        for i, text in enumerate(MOMENTS)
    ]
    with engine.begin() as connection:
        connection.execute(insert(table), rows)
        query = narrow(select(table.c.id), given, {"created_at": table.c.created_at})
        assert [int(name) for name in connection.scalars(query)] == expected
    engine.dispose()


@pytest.mark.parametrize("text", ["gt.yesterday", "2026-13-01", "like.2026%"])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(FilterError):
        narrow(select(tables.projects), {"created_at": text}, {"created_at": tables.projects.c.id})
