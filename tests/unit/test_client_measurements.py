"""Measurements against a server that is not there: what is asked of it, and what is made of it."""

import asyncio
import json
import re
import threading
from contextlib import ExitStack
from functools import partial
from io import BytesIO

import httpx
import polars as pl
import pytest

from ionworks import AsyncIonworks, Ionworks, errors
from ionworks.cache import set_cache_directory, set_cache_enabled
from tests.unit.stub import URL, client_of, stubbed

SERIES = {
    "Time [s]": [0.0, 1.0, 2.0, 3.0],
    "Voltage [V]": [4.0, 3.9, 3.8, 3.7],
    "Current [A]": [1.0, 1.0, 1.0, 1.0],
    "Step count": [0, 0, 0, 0],
}
STEPS = {"Step count": [0], "Duration [s]": [3], "Mean frequency [Hz]": [None]}
CYCLES = {"Cycle count": [0], "Discharge capacity [A.h]": [0.1], "Charge capacity [A.h]": [0]}
LATER = {**SERIES, "Time [s]": [4.0, 5.0, 6.0, 7.0]}
DETAIL = {"measurement": {"name": "m0", "tags": "RPT"}, "time_series": SERIES}


class Platform:
    """Measurements on one cell, as the API tells of them; every request is counted."""

    def __init__(self, count=0, **fields):
        self.rows = [self.row(number, **fields) for number in range(count)]
        self.requests = []
        self.files = {}
        self.refused = {}
        self.waits = 0
        self.names, self.shelf = [], 0
        self._lock = threading.Lock()

    @staticmethod
    def row(number, **fields):
        return {
            "id": f"id{number}",
            "name": f"m{number}",
            "cell_instance_id": "cell",
            "measurement_type": "time_series",
            "processing_status": "ready",
            "updated_at": "2026-01-01T00:00:00Z",
            "tags": [],
            "shelf": number,
            **fields,
        }

    @property
    def paths(self):
        return [f"{request.method} {request.url.path}" for request in self.requests]

    def body(self, path):
        found = [request for request in self.requests if request.url.path == path]
        return json.loads(found[-1].content)

    def __call__(self, request):
        with self._lock:
            self.requests.append(request)
            answer = self.answer(request, request.url.path)
        return httpx.Response(answer[0], request=request, **answer[1])

    def answer(self, request, path):
        for pattern, answer in self.refused.items():
            if re.search(pattern, f"{request.method} {path}"):
                return answer
        if path.startswith("/place"):
            self.files[path.removeprefix("/place/")] = request.content
            return 200, {}
        if path == "/cell_instances/cell":
            record = {"id": "cell", "name": "C", "cell_specification_id": "spec"}
            return 200, {"json": record}
        if path == "/cell_instances/cell/cell_measurements":
            return 200, {"json": self.page(request.url.params)}
        if path.endswith(("/initiate-upload", "/initiate-extend")):
            return 200, {"json": self.places(request)}
        if path.endswith(("/confirm-upload", "/confirm-extend")):
            return 200, {"json": self.confirmed(request)}
        return self.of_one(request, *path.split("/")[2:])

    def page(self, params):
        rows = self.rows
        if "name" in params:
            rows = [row for row in rows if row["name"] == params["name"].removeprefix("eq.")]
        offset, limit = int(params.get("offset", 0)), int(params.get("limit", 100))
        self.progress()
        items = rows[offset : offset + limit]
        return {"items": items, "count": len(items), "total": len(rows)}

    def places(self, request):
        names = json.loads(request.content or b"{}").get("filenames")
        if request.url.path.endswith("extend"):
            names = ["time_series_extend.parquet"]
        names = names or ["steps.parquet", "time_series.parquet"]
        uploads = [
            {"filename": name, "signed_url": f"{URL}/place/{name}", "token": "t", "path": name}
            for name in reversed(names)
        ]
        return {"measurement_id": "id0", "uploads": uploads}

    def confirmed(self, request):
        if request.url.path.endswith("upload"):
            told = json.loads(request.content)["measurement"]
            status = "pending" if self.waits else "ready"
            self.rows.append(self.row(0, processing_status=status, name=told["name"]))
        return {**self.rows[-1], "steps_created": 0}

    def of_one(self, request, key, part=None, *rest):
        row = next((row for row in self.rows if row["id"] == key), None)
        if row is None:
            return 404, {"json": {"error_code": "NOT_FOUND", "message": f"no {key}"}}
        if request.method == "DELETE":
            self.rows.remove(row)
            return 204, {}
        if part is None:
            self.progress()
            return 200, {"json": row}
        if part == "time_series":
            frame = pl.DataFrame({**SERIES, "id": [key] * 4})
            buffer = BytesIO()
            frame.write_parquet(buffer)
            return 200, {"content": buffer.getvalue()}
        if part == "files" and rest:
            return 200, {"content": f"{self.shelf} {rest[0]}".encode()}
        if part == "files":
            return 200, {"json": {"filenames": self.names}}
        tables = {"steps": STEPS, "cycles": CYCLES}
        names = tables if part == "steps_and_cycles" else [part]
        return 200, {"json": {name: tables[name] for name in names}}

    def progress(self):
        """Let one measurement more be processed at every look."""
        for row in self.rows:
            if row["processing_status"] == "pending":
                self.waits -= 1
                row["processing_status"] = "pending" if self.waits > 0 else row.get("end", "ready")
                return


@pytest.fixture(autouse=True)
def cache(tmp_path):
    set_cache_directory(tmp_path / "cache")
    yield
    set_cache_enabled(True)


@pytest.fixture(params=["sync", "async"])
def colour(request):
    return request.param


@pytest.fixture
def serve(colour):
    with stubbed() as stub:

        def start(platform, **options):
            stub.will(platform)
            options = {"max_retries": 0, **options}
            return clients.enter_context(client_of(colour, "k", URL, "project", **options))

        with ExitStack() as clients:
            yield start


class TestDetail:
    def test_all_250_measurements_come_in_few_requests_and_in_order(self, serve):
        platform = Platform(250)
        detail = serve(platform).cell_instance.detail("cell")
        assert [one.name for one in detail.measurements] == [f"m{n}" for n in range(250)]
        assert all(one.time_series["id"][0] == one.id for one in detail.measurements)
        assert (detail.instance.id, detail.specification_id) == ("cell", "spec")
        assert platform.paths.count("GET /cell_instances/cell/cell_measurements") == 2
        assert len(platform.requests) == 1 + 2 + 2 * 250

    def test_what_is_known_is_not_asked_again(self, serve):
        platform = Platform(3)
        client = serve(platform)
        first = client.cell_instance.detail("cell")
        count = len(platform.requests)
        again = client.cell_instance.detail("cell")
        assert len(platform.requests) == count + 2
        for one, two in zip(first.measurements, again.measurements, strict=True):
            assert one.steps.equals(two.steps)
            assert one.steps.schema == two.steps.schema
            assert one.cycles.schema == two.cycles.schema
            assert one.time_series.equals(two.time_series)

    def test_a_new_version_is_read_anew(self, serve):
        platform = Platform(1)
        client = serve(platform)
        client.cell_measurement.detail("id0")
        platform.rows[0]["updated_at"] = "2026-01-02T00:00:00Z"
        platform.requests.clear()
        client.cell_measurement.detail("id0")
        assert "GET /cell_measurements/id0/time_series/download" in platform.paths
        platform.requests.clear()
        client.cell_measurement.detail("id0", use_cache=False)
        assert len(platform.requests) == 3

    def test_files_are_kept_in_the_version_they_have(self, serve):
        platform = Platform(1, measurement_type="file")
        platform.names = ["a.png", "b.png"]
        client = serve(platform)
        contents = {"a.png": b"0 a.png", "b.png": b"0 b.png"}
        assert client.cell_measurement.download_files("id0") == contents
        platform.names = ["a.png"]
        platform.shelf = 1
        assert client.cell_measurement.download_files("id0") == {"a.png": b"0 a.png"}
        assert client.cell_measurement.detail("id0").files == {"a.png": b"0 a.png"}
        assert platform.paths.count("GET /cell_measurements/id0/files/a.png") == 1
        for options in ({"use_cache": False}, {}):
            fresh = client.cell_measurement.download_files("id0", **options)
            assert fresh == {"a.png": b"1 a.png" if options else b"0 a.png"}
        platform.rows[0]["updated_at"] = "2026-01-02T00:00:00Z"
        assert client.cell_measurement.download_files("id0") == {"a.png": b"1 a.png"}

    def test_only_what_is_wanted_is_asked_for(self, serve):
        platform = Platform(2)
        detail = serve(platform).cell_instance.detail(
            "cell", include_steps=False, include_time_series=False
        )
        assert {path.rpartition("/")[2] for path in platform.paths[2:]} == {"cycles"}
        one = detail.measurements[0]
        assert (one.steps, one.time_series, one.cycles.height) == (None, None, 1)

    def test_what_the_server_says_is_not_there_is_none(self, serve):
        platform = Platform(1)
        missing = {"json": {"error_code": "NOT_FOUND", "message": "no steps"}}
        platform.refused["steps_and_cycles"] = (404, missing)
        one = serve(platform).cell_measurement.detail("id0")
        assert (one.steps, one.cycles, one.time_series.height) == (None, None, 4)

    @pytest.mark.parametrize(("status", "kind"), [(500, "ServerError"), (409, "ConflictError")])
    def test_other_failures_are_not_swallowed(self, serve, status, kind):
        platform = Platform(3)
        platform.refused["id1/steps_and_cycles"] = (status, {"json": {"message": "not now"}})
        client = serve(platform)
        with pytest.raises(getattr(errors, kind), match="not now"):
            client.cell_instance.detail("cell")

    def test_what_is_not_processed_is_named_and_the_rest_is_read(self, serve):
        platform = Platform(3)
        platform.rows[1] |= {"processing_status": "running"}
        platform.waits = 99
        with pytest.warns(UserWarning, match=r"'m1' \(running\)"):
            details = serve(platform).cell_instance.detail("cell").measurements
        assert [one.time_series is None for one in details] == [False, True, False]

    def test_frames_are_those_of_the_client_from_the_cache_or_not(self, serve):
        client = serve(Platform(2), dataframe_backend="pandas")
        for _ in range(2):
            for one in client.cell_instance.detail("cell").measurements:
                kinds = {type(x).__module__ for x in (one.time_series, one.steps, one.cycles)}
                assert kinds <= {"pandas", "pandas.core.frame"}
        part = client.cell_measurement.time_series("id0", row_range=(1, 3), columns=["Time [s]"])
        assert part["Time [s]"].tolist() == [1.0, 2.0]

    def test_fields_that_only_the_server_knows_are_kept(self, serve):
        one = serve(Platform(4)).cell_measurement.detail("id3")
        assert one.shelf == one["shelf"] == 3
        assert one.instance_id == "cell"


class TestStream:
    def test_measurements_are_handed_on_while_later_ones_are_not_asked_for(self):
        with stubbed() as stub:
            platform = Platform(100)
            stub.will(platform)
            with Ionworks("k", URL, "project") as client:
                details = client.cell_instance.iter_details("cell", use_cache=False)
                assert next(details).name == "m0"
                assert len(platform.requests) < 40
                details.close()
                asked = len(platform.requests)
            assert asked < 60

    def test_the_asynchronous_ones_too(self):
        async def read():
            async with AsyncIonworks("k", URL, "project") as client:
                details = client.cell_instance.iter_details("cell", use_cache=False)
                first = await anext(details)
                asked = len(platform.requests)
                rest = [one.name async for one in details]
                return [first.name, *rest], asked

        with stubbed() as stub:
            platform = Platform(100)
            stub.will(platform)
            names, asked = asyncio.run(read())
        assert names == [f"m{n}" for n in range(100)]
        assert asked < 40

    def test_who_leaves_in_the_middle_leaves_no_trouble(self, capsys, caplog):
        left = []

        async def look():
            async with AsyncIonworks("k", URL, "project") as client:
                details = client.cell_instance.iter_details("cell", use_cache=False)
                left.append(details)
                return (await anext(details)).name

        with stubbed() as stub:
            stub.will(Platform(30))
            assert asyncio.run(look()) == "m0"
        assert "closing" not in caplog.text + capsys.readouterr().err


class TestCreate:
    def test_what_is_sent(self, serve):
        platform = Platform()
        made = serve(platform).cell_measurement.create("cell", {**DETAIL, "steps": STEPS})
        begun = platform.body("/cell_instances/cell/cell_measurements/initiate-upload")
        assert begun == {"measurement": {"name": "m0"}, "measurement_type": "time_series"}
        assert platform.body("/cell_measurements/id0/confirm-upload") == {
            "cell_instance_id": "cell",
            "measurement": {"name": "m0", "tags": ["RPT"]},
            "measurement_type": "time_series",
        }
        assert pl.read_parquet(platform.files["time_series.parquet"]).equals(pl.DataFrame(SERIES))
        assert pl.read_parquet(platform.files["steps.parquet"]).columns == list(STEPS)
        assert (made.id, made.processing_status, made.steps_created) == ("id0", "ready", 0)

    @pytest.mark.parametrize(
        "detail",
        [
            {**DETAIL, "time_series": {**SERIES, "Time [s]": [0.0, 2.0, 1.0, 3.0]}},
            {**DETAIL, "measurement": {"name": "a", "tags": ["x" * 51]}},
            {**DETAIL, "measurement": {"name": "a", "start_time": "2", "end_time": "1"}},
            {**DETAIL, "measurement": {"name": "a", "channel_id": "c"}},
            {**DETAIL, "time_series": {name: [] for name in SERIES}},
            {"measurement": {"name": "a"}},
        ],
    )
    def test_nothing_is_sent_of_what_is_not_right(self, serve, detail):
        platform = Platform()
        client = serve(platform)
        for call in (client.cell_measurement.create, client.cell_measurement.create_or_get):
            with pytest.raises((ValueError, errors.MeasurementValidationError)):
                call("cell", detail)
        assert platform.requests == []

    def test_the_row_is_that_after_the_wait(self, serve):
        platform = Platform()
        platform.waits = 3
        client = serve(platform)
        made = client.cell_measurement.create("cell", DETAIL)
        assert (made.processing_status, made.steps_created) == ("ready", 0)
        assert platform.paths.count("GET /cell_measurements/id0") == 3

    def test_without_the_wait_it_is_that_of_the_upload(self, serve):
        platform = Platform()
        platform.waits = 3
        made = serve(platform).cell_measurement.create("cell", DETAIL, wait_for_processing=False)
        assert made.processing_status == "pending"

    def test_what_cannot_be_processed_is_removed(self, serve, monkeypatch):
        platform = Platform()
        platform.waits = 2
        why = {"end": "failed", "processing_error": "no rows"}
        monkeypatch.setattr(Platform, "row", staticmethod(_row_with(why)))
        client = serve(platform)
        with pytest.raises(errors.MeasurementProcessingError, match="no rows") as caught:
            client.cell_measurement.create("cell", DETAIL)
        assert caught.value.failures == {"id0": "no rows"}
        assert platform.rows == []

    def test_what_exists_is_not_sent_again(self, serve):
        times = {"start_time": "2026-01-01T23:00:00+00:00"}
        platform = Platform(1, tags=["first", "RPT"], notes="n", **times)
        record = {"name": "m0", "tags": ["rpt", "FIRST"], "start_time": "2026-01-02T00:00:00+01:00"}
        detail = {**DETAIL, "measurement": record}
        found = serve(platform).cell_measurement.create_or_get("cell", detail)
        assert found.id == "id0"
        assert platform.paths == [
            "GET /cell_instances/cell/cell_measurements",
            "GET /cell_measurements/id0/time_series/download",
        ]

    @pytest.mark.parametrize(
        ("record", "rows", "message"),
        [
            ({"notes": "b"}, 4, "as it is: notes is 'a', not 'b'. update() would change it"),
            ({"tags": ["x"]}, 4, "tags is ['RPT'], not ['x']"),
            ({"start_time": "2026-01-02"}, 4, "start_time is '2026-01-01', not '2026-01-02'"),
            ({}, 3, "as it is: time_series has more than the 3 rows given"),
            ({}, 5, "as it is: time_series has fewer than the 5 rows given"),
            ({"notes": "b"}, 2, "not 'b', time_series has more than the 2 rows given. update()"),
        ],
    )
    @pytest.mark.parametrize("is_listed", [True, False])
    def test_what_exists_and_differs_is_said(self, serve, record, rows, message, is_listed):
        platform = Platform(1, tags=["RPT"], notes="a", start_time="2026-01-01")
        if not is_listed:
            platform.rows[0]["name"] = "M0"
            conflict = {"error_code": "CONFLICT", "message": "m", "detail": {"existing_id": "id0"}}
            platform.refused["initiate-upload"] = (409, {"json": conflict})
        series = {name: [*values, values[-1]][:rows] for name, values in SERIES.items()}
        series["Time [s]"] = [float(row) for row in range(rows)]
        detail = {"measurement": {"name": "m0", **record}, "time_series": series}
        with pytest.warns(UserWarning, match=re.escape(message)):
            assert serve(platform).cell_measurement.create_or_get("cell", detail).id == "id0"

    def test_rows_that_cannot_be_counted_are_not_spoken_of(self, serve):
        platform = Platform(1, tags=["RPT"])
        platform.refused["time_series"] = (404, {"json": {"message": "gone"}})
        assert serve(platform).cell_measurement.create_or_get("cell", DETAIL).id == "id0"

    def test_what_exists_is_waited_for(self, serve):
        platform = Platform(1, processing_status="pending", tags=["RPT"])
        platform.waits = 3
        assert serve(platform).cell_measurement.create_or_get("cell", DETAIL).id == "id0"
        assert platform.rows[0]["processing_status"] == "ready"

    def test_what_another_made_meanwhile_is_returned(self, serve):
        platform = Platform(2)
        platform.rows[1]["name"] = "other"
        conflict = {"error_code": "CONFLICT", "message": "m", "detail": {"existing_id": "id1"}}
        platform.refused["initiate-upload"] = (409, {"json": conflict})
        detail = {**DETAIL, "measurement": {"name": "new"}}
        assert serve(platform).cell_measurement.create_or_get("cell", detail).id == "id1"

    def test_files_go_to_the_place_of_their_name(self, serve, tmp_path):
        names = ["b 1#.txt", "a.png"]
        for name in names:
            (tmp_path / name).write_text(name)
        platform = Platform()
        paths = [tmp_path / name for name in names]
        serve(platform).cell_measurement.create_file("cell", "Teardown", paths)
        assert sorted(content.decode() for content in platform.files.values()) == sorted(names)
        confirmed = platform.body("/cell_measurements/id0/confirm-upload")
        assert confirmed["filenames"] == names
        assert platform.files["a.png"] == b"a.png"

    def test_a_place_that_is_missing_is_noticed_before_anything_is_uploaded(self, serve):
        platform = Platform()
        platform.places = lambda _: {"measurement_id": "id0", "uploads": []}
        client = serve(platform)
        with pytest.raises(errors.IonworksError, match=r"no place for time_series\.parquet"):
            client.cell_measurement.create("cell", DETAIL)
        assert len(platform.requests) == 1


class TestExtend:
    def test_what_is_sent(self, serve):
        platform = Platform(1)
        client = serve(platform)
        client.cell_measurement.time_series("id0")
        extended = client.cell_measurement.extend("id0", LATER)
        assert extended.id == "id0"
        sent = pl.read_parquet(platform.files["time_series_extend.parquet"])
        assert sent.equals(pl.DataFrame(LATER))
        platform.requests.clear()
        client.cell_measurement.time_series("id0")
        assert "GET /cell_measurements/id0/time_series/download" in platform.paths

    def test_rows_that_are_refused_leave_the_measurement(self, serve):
        platform = Platform(1, processing_error="columns differ")
        client = serve(platform)
        with pytest.raises(errors.MeasurementProcessingError, match="columns differ"):
            client.cell_measurement.extend("id0", LATER)
        assert len(platform.rows) == 1

    @pytest.mark.parametrize("is_given_up", [False, True])
    def test_one_that_failed_goes_on_in_the_place_it_has(
        self, serve, colour, monkeypatch, is_given_up
    ):
        given_up = KeyboardInterrupt if colour == "sync" else asyncio.CancelledError
        trouble = given_up if is_given_up else OSError
        platform = Platform(1)
        client = serve(platform)
        with monkeypatch.context() as patched:
            patched.setattr("ionworks.measurements.contents.parquet", partial(_fail, trouble()))
            with pytest.raises(trouble):
                client.cell_measurement.extend("id0", LATER)
        client.cell_measurement.extend("id0", LATER)
        client.cell_measurement.extend("id0", LATER)
        opened = [path for path in platform.paths if path.endswith("initiate-extend")]
        # One for the first and the second, one for the third.
        assert len(opened) == 2
        assert platform.paths.count("POST /cell_measurements/id0/confirm-extend") == 2

    def test_one_whose_place_was_closed_gets_another(self, serve):
        platform = Platform(1)
        client = serve(platform)
        platform.refused["PUT /place"] = 403, {}
        for _ in range(2):
            with pytest.raises(errors.ConnectionFailedError, match="403"):
                client.cell_measurement.extend("id0", LATER)
        platform.refused.clear()
        client.cell_measurement.extend("id0", LATER)
        paths = [path for path in platform.paths if "steps" not in path]
        assert [path.rpartition("/")[2] for path in paths if "GET" not in path] == [
            *("initiate-extend", "time_series_extend.parquet"),
            *("time_series_extend.parquet", "initiate-extend", "time_series_extend.parquet"),
            *("time_series_extend.parquet", "confirm-extend"),
        ]


class TestWait:
    def test_nothing_is_shown_if_nobody_asks(self, serve, capsys):
        client = serve(Platform(2))
        client.cell_measurement.wait_for_processing(["id0", "id1"])
        client.cell_measurement.create("cell", DETAIL)
        assert capsys.readouterr().out == ""

    def test_what_is_shown_has_the_words_of_measurements(self, serve, capsys):
        platform = Platform(3, processing_status="failed", processing_error="no rows")
        platform.rows[1]["processing_status"] = "ready"
        platform.rows[2]["processing_status"] = None
        client = serve(platform)
        with pytest.raises(errors.MeasurementProcessingError):
            client.cell_measurement.wait_for_processing(["id0", "id1", "id2"], verbose=True)
        assert capsys.readouterr().out == "id0: failed\nid1: ready\nid2: ready\n"

    @pytest.mark.parametrize("things", [None, 5, [None]])
    def test_what_has_no_id_is_refused(self, serve, things):
        platform = Platform(1)
        with pytest.raises(TypeError, match="has no measurement_id"):
            serve(platform).cell_measurement.wait_for_processing(things)
        assert platform.requests == []

    @pytest.mark.parametrize("as_rows", [True, False])
    def test_many_on_one_cell_are_looked_at_together(self, serve, as_rows):
        platform = Platform(50, processing_status="running")
        client = serve(platform)
        things = [row["id"] for row in platform.rows]
        if as_rows:
            things = client.cell_measurement.list("cell", limit=50).items
            platform.requests.clear()
        platform.progress = partial(_finish, platform, after=51 - 50 * as_rows)
        rows = client.cell_measurement.wait_for_processing(things)
        assert list(rows) == [f"id{n}" for n in range(50)]
        assert {row["processing_status"] for row in rows.values()} == {"ready"}
        lists = platform.paths.count("GET /cell_instances/cell/cell_measurements")
        assert len(platform.paths) - lists == (0 if as_rows else 50)
        assert lists <= 2

    def test_all_reasons_are_told_and_nothing_is_removed(self, serve):
        platform = Platform(3, processing_status="failed", processing_error="no rows")
        platform.rows[1]["processing_status"] = "ready"
        client = serve(platform)
        with pytest.raises(errors.MeasurementProcessingError, match="2 of 3") as caught:
            client.cell_measurement.wait_for_processing(["id0", "id1", "id2"])
        assert caught.value.failures == {"id0": "no rows", "id2": "no rows"}
        assert len(platform.rows) == 3

    def test_running_out_of_time_is_a_timeout_with_the_states(self, serve):
        platform = Platform(1, processing_status="running")
        client = serve(platform)
        with pytest.raises(TimeoutError) as caught:
            client.cell_measurement.wait_for_processing("id0", timeout=0)
        assert caught.value.states == {"id0": "running"}

    def test_nothing_is_waited_for_without_a_measurement(self, serve):
        platform = Platform()
        assert serve(platform).cell_measurement.wait_for_processing([]) == {}
        assert platform.requests == []


def _fail(error, _frame):
    raise error


def _finish(platform, after):
    """Let all measurements be ready from a look on."""
    if len(platform.requests) >= after:
        for row in platform.rows:
            row["processing_status"] = "ready"


def _row_with(more):
    plain = Platform.row
    return lambda number, **fields: plain(number, **{**fields, **more})
