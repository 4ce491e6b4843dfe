"""Measurements over the API: what is told about them, what hangs on them, and how they go."""

import datetime as dt
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from urllib.parse import quote

import polars as pl
import pytest
from ionworks_engine.storage.tables import cell_measurements
from measured import engine, parquet, series
from sqlalchemy import update


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with engine(tmp_path_factory.mktemp("store")) as lab:
        yield lab


@pytest.fixture
def lab(shared):
    """The engine of this module, with a cell of its own for each test."""
    shared.count = getattr(shared, "count", 0) + 1
    shared.cell = shared.new_cell(f"cell {shared.count}")
    return shared


@pytest.fixture
def fresh(tmp_path):
    with engine(tmp_path) as lab:
        yield lab


def values(lab, name="Weighing", **told):
    path = f"/cell_instances/{lab.cell}/cell_measurements/create"
    body = {"name": name, "properties": {"mass": {"value": 68.4, "unit": "g"}}, **told}
    return lab.post(path, json=body)


def raw(lab, content=b"raw", project=None):
    body = {"project_id": project or lab.project, "filename": "run.nda", "name": "run.nda"}
    body |= {"content_type": "application/octet-stream", "metadata": {}}
    places = lab.post("/raw_data/initiate-upload", json=body).json()
    lab.put(places["uploads"][0]["signed_url"], content=content)
    path = f"/raw_data/{places['raw_data_id']}/confirm-upload"
    answer = lab.post(path, json={**body, "size_bytes": len(content)})
    assert answer.is_success, answer.text
    return answer.json()["id"]


def error(answer, status, *words):
    assert answer.status_code == status, answer.text
    for word in words:
        assert word in answer.json()["message"]
    return answer.json()


class TestProperties:
    def test_values_are_ready_at_once_as_they_were_written(self, lab):
        told = {
            "notes": "twice",
            "protocol": {"name": "Weigh", "ambient_temperature_degc": 21},
            "test_setup": {"operator": "Ada"},
            "start_time": "2026-05-08T10:00:00+02:00",
            "end_time": "2026-05-08",
            "file_metadata": {"a": [1, {"b": None}]},
            "tags": ["incoming"],
        }
        told["end_time"] = "2026-05-08T09:30:00"
        answer = values(lab, **told)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert made["measurement_type"] == "properties"
        assert made["processing_status"] == "ready"
        assert made["properties"] == {"mass": {"value": 68.4, "unit": "g"}}
        assert made["start_time"] == "2026-05-08T08:00:00.000000+00:00"
        assert made["end_time"] == "2026-05-08T09:30:00.000000+00:00"
        for name in ("notes", "protocol", "test_setup", "file_metadata", "tags"):
            assert made[name] == told[name]
        assert made["specification_id"] == lab.specification
        assert made == lab.get(lab.of(made["id"])).json()

    def test_the_plain_answer_leaves_room_for_the_data(self, lab):
        found = lab.get(lab.of(lab.measured()["id"])).json()
        assert found.keys().isdisjoint({"instance_id", "steps", "cycles", "time_series", "files"})
        assert found["estimated_end_time"] is None

    @pytest.mark.parametrize(
        ("told", "status", "words"),
        [
            ({"properties": {"m": {"value": 1, "unit": "gg"}}}, 422, ["properties.m.unit"]),
            ({"start_time": "yesterday"}, 422, ["start_time", "ISO 8601"]),
            ({"start_time": "2026-05-08", "end_time": "2026-05-07"}, 400, ["before"]),
            ({"protocol_id": "nowhere"}, 404, ["protocol 'nowhere'"]),
            ({"name": "  "}, 422, ["name"]),
            ({"measurement_type": "time_series"}, 422, ["measurement_type"]),
            ({"nots": "x"}, 422, ["nots"]),
            ({"tags": ["x" * 51]}, 400, ["51 characters"]),
            ({"tags": [" "]}, 400, ["empty"]),
            ({"tags": ["a\nb"]}, 400, ["control"]),
            ({"tags": [str(n) for n in range(51)]}, 400, ["51 tags", "50"]),
            ({"tags": "formation"}, 422, ["tags"]),
        ],
    )
    def test_what_cannot_be_is_refused_and_nothing_stays(self, lab, told, status, words):
        error(values(lab, **told), status, *words)
        assert lab.get(f"/cell_instances/{lab.cell}/cell_measurements").json()["total"] == 0

    def test_a_name_is_there_once_in_a_cell(self, lab):
        first = values(lab).json()["id"]
        again = error(values(lab), 409, "Weighing")
        assert again["detail"] == {"existing_id": first}
        lab.cell = lab.new_cell(f"another {lab.count}")
        assert values(lab).status_code == 201

    def test_a_cell_that_is_not_there_is_named(self, lab):
        lab.cell = "nowhere"
        error(values(lab), 404, "cell instance 'nowhere'")
        error(lab.initiate(), 404, "cell instance 'nowhere'")
        error(lab.get("/cell_instances/nowhere/cell_measurements"), 404, "nowhere")

    @pytest.mark.parametrize(
        "name", ["../../etc", "\u202e", "😀", "a" * 255, "%_\\", "null", "eq.x"]
    )
    def test_a_name_may_be_any_text(self, lab, name):
        made = values(lab, name, notes=name, tags=[name[:50]], protocol={"name": name}).json()
        assert (made["name"], made["notes"], made["tags"]) == (name, name, [name[:50]])
        query = {"name": f"eq.{name}"}
        path = f"/cell_instances/{lab.cell}/cell_measurements"
        assert lab.get(path, params=query).json()["items"] == [made]


class TestUpdate:
    def test_what_is_left_out_stays(self, lab):
        made = values(lab, notes="old", tags=["a"], start_time="2026-05-08").json()
        answer = lab.patch(lab.of(made["id"]), json={"notes": "new", "name": "Weighing 2"})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert found.pop("updated_at") > made.pop("updated_at")
        assert found == {**made, "notes": "new", "name": "Weighing 2"}

    @pytest.mark.parametrize("tags", [["B", "b ", "c"], [], None])
    def test_tags_are_replaced_as_a_whole(self, lab, tags):
        made = values(lab, tags=["a", "b"]).json()
        found = lab.patch(lab.of(made["id"]), json={"tags": tags}).json()
        assert [tag.lower() for tag in found["tags"]] == (["b", "c"] if tags else [])
        assert found["updated_at"] > made["updated_at"]

    def test_a_test_can_be_said_to_run_again(self, lab):
        made = values(lab, start_time="2026-05-08", end_time="2026-05-09").json()
        found = lab.patch(lab.of(made["id"]), json={"end_time": None}).json()
        assert found["end_time"] is None
        assert found["start_time"] == made["start_time"]

    @pytest.mark.parametrize(
        ("change", "status", "words"),
        [
            ({"end_time": "2026-05-07"}, 400, ["before start_time"]),
            ({"channel_id": "c-1"}, 400, ["channels", "test_setup"]),
            ({"protocol_id": "nowhere"}, 404, ["nowhere"]),
            (
                {"properties": {"a": [{"value": 1, "unit": "meterr"}]}},
                422,
                ["properties.a[0].unit"],
            ),
            ({"measurement_type": "file"}, 422, ["measurement_type"]),
            ({}, 422, ["at least one field"]),
        ],
    )
    def test_what_cannot_be_is_refused(self, lab, change, status, words):
        made = values(lab, start_time="2026-05-08").json()
        error(lab.patch(lab.of(made["id"]), json=change), status, *words)
        assert lab.get(lab.of(made["id"])).json() == made

    def test_a_channel_may_be_taken_off(self, lab):
        made = values(lab).json()
        answer = lab.patch(lab.of(made["id"]), json={"channel_id": None, "notes": "x"})
        assert answer.json()["channel_id"] is None

    def test_a_name_that_another_has_is_refused(self, lab):
        first, second = values(lab).json()["id"], values(lab, "Other").json()["id"]
        refused = error(lab.patch(lab.of(second), json={"name": "Weighing"}), 409)
        assert refused["detail"]["existing_id"] == first
        assert lab.patch(lab.of(second), json={"name": "Other"}).status_code == 200

    def test_a_saved_protocol_gives_its_name_to_the_search(self, lab):
        protocol = lab.http.template("steps:\n  - Rest:\n      duration: 60\n", name="Formation X")
        made = values(lab, protocol_id=protocol).json()
        assert made["protocol_id"] == protocol
        found = lab.get("/cell_measurements", params={"project_id": lab.project, "q": "mation x"})
        assert [each["id"] for each in found.json()["items"]] == [made["id"]]

    def test_a_protocol_of_another_project_is_refused(self, lab):
        other = lab.post("/projects", json={"name": f"P {lab.count}"}).json()["id"]
        protocol = lab.http.template("steps:\n  - Rest:\n      duration: 60\n", project=other)
        error(values(lab, protocol_id=protocol), 400, "another project")


class TestFiles:
    def files(self, lab, contents, name="Pictures"):
        places = lab.initiate(name, measurement_type="file", filenames=list(contents)).json()
        assert [place["filename"] for place in places["uploads"]] == list(contents)
        lab.send(places, contents)
        told = {"measurement_type": "file", "filenames": list(contents)}
        return lab.confirm(places["measurement_id"], {"name": name}, **told)

    def test_files_come_back_by_name_and_in_order(self, lab):
        contents = {"b.png": b"\x89PNG", "a b#1?.txt": b"text", "ä%20.csv": b"", "b.PNG.bak": b"x"}
        answer = self.files(lab, contents)
        assert answer.status_code == 200, answer.text
        made = answer.json()
        assert made["processing_status"] == "ready"
        assert made["steps_created"] == 0
        path = f"{lab.of(made['id'])}/files"
        assert lab.get(path).json() == {"filenames": list(contents)}
        for name, content in contents.items():
            answer = lab.get(f"{path}/{quote(name, safe='')}")
            assert answer.status_code == 307
            stored = lab.get(answer.headers["location"])
            assert stored.content == content
        error(lab.get(f"{path}/other.png"), 404, "other.png")

    @pytest.mark.parametrize(
        "name", ["../a", "a/b", "a\\b", "..", ".", " ", "a\x00b", "a\nb", "é" * 128]
    )
    def test_names_that_are_none_are_refused(self, lab, name):
        answer = lab.initiate(measurement_type="file", filenames=["ok.txt", name])
        error(answer, 422, "filenames[1]")

    def test_names_must_differ_on_every_machine(self, lab):
        error(lab.initiate(measurement_type="file", filenames=["a.txt", "A.txt"]), 422, "twice")

    def test_a_measurement_of_files_needs_some(self, lab):
        error(lab.initiate(measurement_type="file"), 422, "filenames")
        error(lab.initiate(measurement_type="file", filenames=[]), 422, "filenames")
        error(lab.initiate(filenames=["a"]), 422, "filenames")

    def test_confirming_other_names_leaves_the_places_open(self, lab):
        places = lab.initiate("P", measurement_type="file", filenames=["a.txt"]).json()
        lab.send(places, {"a.txt": b"a"})
        name, told = places["measurement_id"], {"measurement_type": "file"}
        error(lab.confirm(name, {"name": "P"}, filenames=["b.txt"], **told), 422, "filenames")
        assert lab.confirm(name, {"name": "P"}, filenames=["a.txt"], **told).status_code == 200

    def test_what_is_missing_is_named(self, lab):
        places = lab.initiate("P", measurement_type="file", filenames=["a", "b"]).json()
        lab.send(places, {"a": b"a"})
        told = {"measurement_type": "file", "filenames": ["a", "b"]}
        error(lab.confirm(places["measurement_id"], {"name": "P"}, **told), 400, "'b'")

    def test_there_are_no_tables_of_files_and_no_files_of_tables(self, lab):
        made = self.files(lab, {"a": b"a"}).json()["id"]
        for part in ("steps/download", "time_series/download", "cycles", "steps_and_cycles"):
            error(lab.get(f"{lab.of(made)}/{part}"), 404, "type 'file'")
        error(lab.get(f"{lab.of(lab.measured()['id'])}/files"), 404, "has no files")

    def test_a_series_cannot_be_confirmed_as_files_nor_files_as_a_series(self, lab):
        places = lab.initiate("P", measurement_type="file", filenames=["a"]).json()
        lab.send(places, {"a": b"a"})
        error(lab.confirm(places["measurement_id"], {"name": "P"}), 422, "measurement_type")


class TestRawData:
    def test_raw_data_are_attached_once_and_detached(self, lab):
        made = values(lab).json()["id"]
        first, second = raw(lab), raw(lab, b"other")
        path = f"{lab.of(made)}/raw_data"
        body = {"raw_data_ids": [first, second, first]}
        assert lab.post(path, json=body).json() == {"attached_count": 2}
        assert lab.post(path, json=body).json() == {"attached_count": 0}
        page = lab.get(path).json()
        assert [each["id"] for each in page["items"]] == [first, second]
        assert (page["count"], page["total"]) == (2, 2)
        assert lab.get(path, params={"limit": 1, "offset": 1}).json()["items"][0]["id"] == second
        assert lab.delete(f"{path}/{first}").status_code == 204
        error(lab.delete(f"{path}/{first}"), 404, first)
        assert lab.get(path).json()["total"] == 1
        assert lab.get(f"/raw_data/{second}/cell_measurements").json()["items"] == [made]

    def test_all_are_attached_or_none(self, lab):
        made = values(lab).json()["id"]
        path = f"{lab.of(made)}/raw_data"
        error(lab.post(path, json={"raw_data_ids": [raw(lab), "nowhere"]}), 404, "nowhere")
        other = lab.post("/projects", json={"name": f"R {lab.count}"}).json()["id"]
        far = raw(lab, project=other)
        error(lab.post(path, json={"raw_data_ids": [far]}), 400, "another project")
        assert lab.get(path).json()["total"] == 0


def test_watching_is_the_same_however_often(lab):
    made = values(lab).json()["id"]
    for _ in range(2):
        answer = lab.post(f"{lab.of(made)}/watch", json={})
        assert answer.json() == {"measurement_id": made, "watched": True}
    for _ in range(2):
        assert lab.delete(f"{lab.of(made)}/watch").status_code == 204
    error(lab.post(f"{lab.of('nowhere')}/watch", json={}), 404, "nowhere")


class TestDelete:
    def test_everything_that_hangs_on_it_goes(self, fresh):
        lab = fresh
        made = lab.measured(tags=["a"])["id"]
        study = lab.post(f"/projects/{lab.project}/studies", json={"name": "S"}).json()["id"]
        assigned = lab.post(f"/projects/{lab.project}/studies/{study}/measurements/{made}")
        assert assigned.is_success, assigned.text
        kept = raw(lab)
        lab.post(f"{lab.of(made)}/raw_data", json={"raw_data_ids": [kept]})
        lab.post(f"{lab.of(made)}/watch", json={})
        assert lab.post(f"{lab.of(made)}/initiate-extend", json={}).status_code == 200
        assert len(lab.files()) == 5
        assert lab.delete(lab.of(made)).status_code == 204
        error(lab.get(lab.of(made)), 404, made)
        assert len(lab.files()) == 1
        members = lab.get(f"/projects/{lab.project}/studies/{study}/measurements").json()
        assert members["total"] == 0
        assert lab.get(f"/raw_data/{kept}/cell_measurements").json()["total"] == 0
        assert rows_about(lab, made) == []

    @pytest.mark.parametrize("what", ["cell_instances", "cell_specifications", "projects"])
    def test_it_goes_with_what_it_belongs_to(self, fresh, what):
        lab = fresh
        made = lab.measured(tags=["a"])["id"]
        lab.post("/projects", json={"name": "Another"})
        owner = {"cell_instances": lab.cell, "cell_specifications": lab.specification}
        assert lab.delete(f"/{what}/{owner.get(what, lab.project)}").status_code == 204
        error(lab.get(lab.of(made)), 404, made)
        assert lab.files() == set()
        assert rows_about(lab, made) == []

    def test_the_same_data_of_another_measurement_stay(self, lab):
        first, second = lab.measured(name="A")["id"], lab.measured(name="B")["id"]
        lab.delete(lab.of(first))
        assert lab.table(second, "time_series").equals(series())
        assert lab.table(second, "steps").height == 4

    def test_a_name_is_free_again(self, lab):
        lab.delete(lab.of(lab.measured()["id"]))
        lab.measured()


def rows_about(lab, name):
    """Return what any table still says of an id."""
    from ionworks_engine.storage import tables
    from sqlalchemy import String, or_, select

    found = []
    with lab.app.state.services.store.reading() as connection:
        for table in tables.metadata.sorted_tables:
            texts = [column for column in table.c if isinstance(column.type, String)]
            if table is tables.idempotency:
                continue
            hits = connection.execute(select(table).where(or_(*(c == name for c in texts))))
            found += [(table.name, row) for row in hits]
    return found


class TestTables:
    def test_tables_are_fetched_by_signed_address(self, lab):
        made = lab.measured()["id"]
        answer = lab.get(f"{lab.of(made)}/time_series/download")
        assert answer.status_code == 307
        assert answer.headers["location"].startswith("http://engine/storage/objects/")
        part = lab.get(answer.headers["location"], headers={"Range": "bytes=-4"})
        assert (part.status_code, part.content) == (206, b"PAR1")
        assert lab.table(made, "time_series").equals(series())

    def test_columns_of_json_are_those_of_parquet(self, lab):
        made = lab.measured()["id"]
        both = lab.get(f"{lab.of(made)}/steps_and_cycles").json()
        assert both["steps"] == lab.table(made, "steps").to_dict(as_series=False)
        assert both["cycles"] == lab.get(f"{lab.of(made)}/cycles").json()["cycles"]
        assert both["cycles"]["Cycle count"] == [0, 1]
        assert both["cycles"]["Discharge capacity [A.h]"] == pytest.approx([2.0, 2.0])
        assert both["steps"]["Step type"][0] == "Constant current discharge"

    def test_tables_that_were_not_written_down_in_json_are_read(self, lab):
        made = lab.measured()["id"]
        place = f"{lab.of(made)}/steps_and_cycles"
        written = lab.get(place)
        kept = update(cell_measurements).where(cell_measurements.c.id == made)
        with lab.app.state.services.store.writing() as connection:
            connection.execute(kept.values(tables_file=None))
        read = lab.get(place)
        assert read.json() == written.json()
        assert read.headers["content-type"] == written.headers["content-type"]

    def test_tables_come_along_on_demand(self, lab):
        made = lab.measured()["id"]
        ask = {"include_steps": "true", "include_time_series": "true"}
        found = lab.get(lab.of(made), params=ask).json()
        assert found["time_series"] == series().to_dict(as_series=False)
        assert found["steps"] == lab.table(made, "steps").to_dict(as_series=False)
        ask = {"include_steps": "false", "include_time_series": "false"}
        assert lab.get(lab.of(made), params=ask).json() == lab.get(lab.of(made)).json()

    def test_a_long_series_does_not_come_along(self, lab, monkeypatch):
        monkeypatch.setattr("ionworks_engine.measurements.content.MOST_INLINE", 43)
        made = lab.measured()["id"]
        answer = lab.get(lab.of(made), params={"include_time_series": "true"})
        error(answer, 400, "44 rows", "download")

    def test_a_series_of_few_rows_and_much_in_them_does_not_come_along(self, lab, monkeypatch):
        monkeypatch.setattr("ionworks_engine.measurements.content.MOST_JSON", 44_000)
        ask = {"include_time_series": "true"}
        assert lab.get(lab.of(lab.measured()["id"]), params=ask).status_code == 200
        notes = pl.Series("Note", ["x" * 1000] * 44)
        for name, odd in {"text": notes, "list": pl.Series("L", [[1.0] * 50] * 44)}.items():
            made = lab.measured(series().with_columns(odd), name=name)["id"]
            error(lab.get(lab.of(made), params=ask), 400, "In JSON", "44,000 are the most")
            assert lab.get(f"{lab.of(made)}/cycles").status_code == 200

    @pytest.mark.parametrize("part", ["steps_and_cycles", "cycles", "?include_steps=true"])
    def test_tables_that_are_too_long_do_not_come_along_either(self, lab, monkeypatch, part):
        made = lab.measured()["id"]
        monkeypatch.setattr("ionworks_engine.measurements.content.MOST_JSON", 100)
        place = lab.of(made) + (part if part[0] == "?" else f"/{part}")
        error(lab.get(place), 400, "In JSON", "100 are the most")

    def test_others_are_served_while_a_table_is_read(self, lab, monkeypatch):
        reading, served = threading.Event(), threading.Event()
        made = lab.measured()["id"]

        def slow(frame):
            del frame
            reading.set()
            assert served.wait(20), "others wait for it"
            return {}

        monkeypatch.setattr("ionworks_engine.measurements.content.as_columns", slow)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(lab.get, f"{lab.of(made)}/cycles")
            assert reading.wait(20)
            assert lab.get("/healthz").status_code == 200
            served.set()
            assert answer.result().json() == {"cycles": {}}

    def test_uploaded_steps_come_back_completed(self, lab):
        given = pl.DataFrame({"Step count": [0, 1, 2, 3], "Step type": ["Pulse"] * 4})
        made = lab.measured(steps=given)["id"]
        found = lab.table(made, "steps")
        assert found["Step type"].to_list() == ["Pulse"] * 4
        assert found["Discharge capacity [A.h]"].to_list() == pytest.approx([2.0, 0, 2.0, 0])

    def test_extra_columns_come_back_in_their_place(self, lab):
        told = series().select(pl.lit("x").alias("Ä note"), pl.all(), pl.lit(7).alias("Code"))
        made = lab.measured(told)["id"]
        assert lab.table(made, "time_series").equals(told)

    def test_columns_of_any_kind_are_kept_and_told(self, lab):
        rows = series().height
        odd = {
            "Day": [dt.date(2026, 5, 8)] * rows,
            "Moment": [dt.datetime(2026, 5, 8, 12)] * rows,
            "List": [[1.0, float("nan")]] * rows,
            "Bytes": [b"\xff"] * rows,
            "Price": [Decimal("1.5")] * rows,
            "Nothing": [None] * rows,
            "__group": [3] * rows,
            "": [4] * rows,
        }
        frame = series().with_columns(pl.Series(name, values) for name, values in odd.items())
        frame = frame.with_columns(pl.Series("Step from cycler", [2**64 - 1] * rows, pl.UInt64))
        made = lab.measured(frame)["id"]
        assert lab.table(made, "time_series").columns == frame.columns
        found = lab.get(lab.of(made), params={"include_time_series": "true"}).json()["time_series"]
        told = {name: found[name][0] for name in frame.columns[5:]}
        assert told == {
            "Day": "2026-05-08",
            "Moment": "2026-05-08T12:00:00",
            "List": "[1.0, nan]",
            "Bytes": "b'\\xff'",
            "Price": 1.5,
            "Nothing": None,
            "__group": 3,
            "": 4,
            "Step from cycler": 2**64 - 1,
        }

    def test_a_file_that_vanished_is_named(self, lab):
        made = lab.measured(series(cycles=3))["id"]
        location = lab.get(f"{lab.of(made)}/steps/download").headers["location"]
        name = location.split("/storage/objects/")[1].split("?")[0]
        lab.app.state.services.store.files.path(name).unlink()
        error(lab.get(f"{lab.of(made)}/steps/download"), 404, "gone from the data folder")
        error(lab.get(f"{lab.of(made)}/steps_and_cycles"), 404, "gone from the data folder")
        assert lab.get(f"{lab.of(made)}/cycles").status_code == 200


def test_open_circuit_curves_and_spectra_are_told_by_their_columns(lab):
    curve = pl.DataFrame(
        {"Step count": [0] * 3, "Voltage [V]": [4.2, 3.7, 3.0], "SOC": [1.0, 0.5, 0.0]}
    )
    made = lab.measured(curve, name="OCP")["id"]
    assert lab.get(f"{lab.of(made)}/cycles").json()["cycles"]["Discharge capacity [A.h]"] == [None]
    spectrum = pl.DataFrame(
        {
            "Frequency [Hz]": [1000.0, 1.0, 0.01],
            "Z_Re [Ohm]": [0.01, 0.02, 0.03],
            "Z_Im [Ohm]": [0.0, -0.01, -0.001],
            "Step count": [0, 0, 0],
        }
    )
    made = lab.measured(spectrum, name="EIS")["id"]
    assert lab.table(made, "steps")["Step type"].to_list() == ["EIS"]
    assert pl.read_parquet(io.BytesIO(parquet(spectrum))).equals(lab.table(made, "time_series"))
