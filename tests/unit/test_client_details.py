"""Measurements that others delete or extend while a cell is read: named, and nothing else lost."""

from contextlib import ExitStack

import pytest

from ionworks import errors
from ionworks.cache import set_cache_directory
from tests.unit.stub import URL, client_of, stubbed
from tests.unit.test_client_measurements import Platform

PARTS = ("steps_and_cycles", "time_series")


class Busy(Platform):
    """Something befalls the measurement ``id1`` when a part of it is asked for the first time."""

    def __init__(self, befall):
        super().__init__(3)
        self._befall = befall

    def answer(self, request, path):
        if path.startswith("/cell_measurements/id1/") and self._befall is not None:
            befall, self._befall = self._befall, None
            answer = befall(self, self.rows[1])
            if answer is not None:
                return answer
        if path.startswith("/gone"):
            return 404, {"content": b"<Error><Code>NoSuchKey</Code></Error>"}
        return super().answer(request, path)

    def of_one(self, request, key, part=None, *_):
        row = next((row for row in self.rows if row["id"] == key), None)
        if part is not None and row is not None and row["processing_status"] != "ready":
            message = f"it is {row['processing_status']}"
            return 409, {"json": {"error_code": "CONFLICT", "message": message}}
        return super().of_one(request, key, part)


def deleted(platform, row):
    platform.rows.remove(row)


def deleted_after_the_redirect(platform, row):
    platform.rows.remove(row)
    return 307, {"headers": {"location": "https://store.example.test/gone?signature=hush"}}


def extended(_, row):
    row |= {"processing_status": "running", "updated_at": "2026-01-02T00:00:00Z"}


def extended_and_done(_, row):
    row["updated_at"] = "2026-01-02T00:00:00Z"
    return 409, {"json": {"error_code": "CONFLICT", "message": "it is running"}}


@pytest.fixture(params=["sync", "async"])
def serve(request, tmp_path):
    set_cache_directory(tmp_path / "cache")
    with stubbed() as stub, ExitStack() as clients:

        def start(platform):
            stub.will(platform)
            client = client_of(request.param, "k", URL, "project", max_retries=0)
            return clients.enter_context(client)

        yield start


def included(*parts):
    return {
        "include_steps": "steps_and_cycles" in parts,
        "include_cycles": "steps_and_cycles" in parts,
        "include_time_series": "time_series" in parts,
    }


@pytest.mark.parametrize("parts", [PARTS, PARTS[:1], PARTS[1:]])
def test_what_is_deleted_meanwhile_is_left_out_and_named(serve, parts):
    client = serve(Busy(deleted))
    with pytest.warns(UserWarning, match="'m1' was deleted"):
        detail = client.cell_instance.detail("cell", **included(*parts))
    assert [one.name for one in detail.measurements] == ["m0", "m2"]
    for one in detail.measurements:
        assert (one.steps is not None) == (one.cycles is not None) == (PARTS[0] in parts)
        assert (one.time_series is not None) == (PARTS[1] in parts)


def test_so_is_what_is_deleted_once_its_place_is_known(serve):
    client = serve(Busy(deleted_after_the_redirect))
    with pytest.warns(UserWarning, match="'m1' was deleted"):
        detail = client.cell_instance.detail("cell", **included("time_series"))
    assert [one.name for one in detail.measurements] == ["m0", "m2"]


@pytest.mark.parametrize("parts", [PARTS, PARTS[:1], PARTS[1:]])
def test_what_is_extended_meanwhile_is_named_and_has_no_parts(serve, parts):
    client = serve(Busy(extended))
    with pytest.warns(UserWarning, match=r"'m1' \(running\)"):
        detail = client.cell_instance.detail("cell", **included(*parts))
    one, two, three = detail.measurements
    assert two.processing_status == "running"
    assert (two.steps, two.cycles, two.time_series) == (None, None, None)
    for other in (one, three):
        assert (other.steps is None) == (PARTS[0] not in parts)
        assert (other.time_series is None) == (PARTS[1] not in parts)


def test_what_is_ready_again_is_read_as_it_is_now(serve):
    client = serve(Busy(extended_and_done))
    two = client.cell_instance.detail("cell").measurements[1]
    assert two.updated_at == "2026-01-02T00:00:00Z"
    assert (two.steps.height, two.cycles.height, two.time_series.height) == (1, 1, 4)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_the_server_does_not_have_is_none(serve, part):
    platform = Platform(3)
    platform.refused[f"id1/{part}"] = (404, {"json": {"message": f"no {part}"}})
    detail = serve(platform).cell_instance.detail("cell")
    missing = [one.steps is None or one.time_series is None for one in detail.measurements]
    assert missing == [False, True, False]
    two = detail.measurements[1]
    assert (two.steps is None) == (two.cycles is None) == (part == "steps_and_cycles")
    assert (two.time_series is None) == (part == "time_series")


def test_a_refusal_that_stays_names_the_measurement(serve):
    platform = Platform(3)
    platform.refused["id1/time_series"] = (409, {"json": {"message": "not now"}})
    with pytest.raises(errors.ConflictError, match="the measurement 'm1': not now"):
        serve(platform).cell_instance.detail("cell")


def test_of_one_that_is_deleted_meanwhile_there_is_no_detail(serve):
    with pytest.raises(errors.NotFoundError, match="id1"):
        serve(Busy(deleted)).cell_measurement.detail("id1")


def test_tables_that_came_in_one_request_are_kept_in_one_file(serve, tmp_path):
    platform = Platform(1)
    client = serve(platform)
    first = client.cell_measurement.detail("id0", include_time_series=False)
    assert len(list((tmp_path / "cache").rglob("*.entry"))) == 1
    platform.requests.clear()
    assert client.cell_measurement.steps("id0").equals(first.steps)
    assert client.cell_measurement.cycles("id0").equals(first.cycles)
    assert {path.rpartition("/")[2] for path in platform.paths} == {"id0"}


def test_cycles_alone_are_kept_too_and_do_not_stand_for_both(serve):
    platform = Platform(1)
    client = serve(platform)
    cycles = client.cell_measurement.cycles("id0")
    platform.requests.clear()
    assert client.cell_measurement.cycles("id0").equals(cycles)
    assert {path.rpartition("/")[2] for path in platform.paths} == {"id0"}
    assert client.cell_measurement.steps("id0").height == 1


def test_a_kept_file_that_is_none_is_fetched_anew(serve, tmp_path):
    platform = Platform(1)
    client = serve(platform)
    first = client.cell_measurement.steps("id0")
    for content in (b"", b"[]", b"{}", b'{"steps": 5}', b"\xff"):
        [kept] = (tmp_path / "cache").rglob("*.entry")
        kept.write_bytes(content)
        assert client.cell_measurement.steps("id0").equals(first)
