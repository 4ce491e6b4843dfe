"""The disk cache: what is kept, for whom, for how long, and what is never touched."""

import os
import threading
import time

import polars as pl
import pytest

import ionworks
from ionworks import cache
from ionworks.cache import CacheKey, DiskCache

FRAME = pl.DataFrame({"Time [s]": [0.0, 1.0], "Step count": [0, None], "Remark": ["ü", None]})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    for name, value in {
        "directory": tmp_path / "cache",
        "enabled": True,
        "ttl_seconds": 3600,
        "max_bytes": 1 << 30,
    }.items():
        monkeypatch.setitem(cache._CACHE_CONFIG, name, value)
    monkeypatch.setattr(cache, "_added", {})
    return tmp_path / "cache"


def key(server="http://a", organization="o", measurement="m", part="time_series", version="1"):
    return CacheKey(server, organization, measurement, part, version)


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_was_kept_is_found_again(folder):
    assert DiskCache().load(key()) is None
    DiskCache().save(key(), FRAME)
    assert DiskCache().load(key()).equals(FRAME)
    assert len(files(folder)) == 1


@pytest.mark.parametrize(
    "other",
    [
        key(server="http://b"),
        key(organization="p"),
        key(measurement="n"),
        key(part="steps"),
        key(version="2"),
        key(server="http://a\0o", organization=""),
    ],
)
def test_nothing_is_taken_for_something_else(other):
    DiskCache().save(key(), FRAME)
    assert DiskCache().load(other) is None


def test_forgetting_takes_every_part_of_one_measurement():
    for part, version in [("steps", "1"), ("time_series", "1"), ("time_series", "2")]:
        DiskCache().save(key(part=part, version=version), FRAME)
    DiskCache().save(key(measurement="n"), FRAME)
    DiskCache().save(key(server="http://b"), FRAME)
    DiskCache().forget("http://a", "o", "m")
    assert DiskCache().load(key(part="steps")) is None
    assert DiskCache().load(key(version="2")) is None
    assert DiskCache().load(key(measurement="n")) is not None
    assert DiskCache().load(key(server="http://b")) is not None
    DiskCache().forget("http://a", None, "never there")


def test_names_never_leave_the_folder(folder, tmp_path):
    for name in ["../../evil", "/etc/passwd", "a" * 5000, "\0", "\ud800", "CON"]:
        DiskCache().save(key(measurement=name, part=name, version=name), FRAME)
        assert DiskCache().load(key(measurement=name, part=name, version=name)).equals(FRAME)
    assert len(files(folder)) == 6
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1 rubbish PAR1"])
def test_a_bad_entry_counts_as_absent_and_goes(folder, content):
    DiskCache().save(key(), FRAME)
    [path] = files(folder)
    path.write_bytes(content)
    assert DiskCache().load(key()) is None
    assert files(folder) == []


def test_old_entries_are_not_used(folder):
    DiskCache().save(key(), FRAME)
    [path] = files(folder)
    hour_ago = time.time() - 3601
    os.utime(path, (hour_ago, hour_ago))
    assert DiskCache().load(key()) is None
    ionworks.set_cache_ttl(None)
    assert DiskCache().load(key()).equals(FRAME)
    ionworks.set_cache_ttl(0)
    assert DiskCache().load(key()) is None


def test_use_does_not_make_an_entry_younger(folder):
    DiskCache().save(key(), FRAME)
    [path] = files(folder)
    before = time.time() - 3000
    os.utime(path, (before, before))
    DiskCache().load(key())
    assert path.stat().st_mtime == pytest.approx(before, abs=2)
    assert path.stat().st_atime > before + 2000


def test_what_was_used_longest_ago_goes_first(folder, monkeypatch):
    for number in range(4):
        DiskCache().save(key(measurement=f"m{number}"), FRAME)
        path = DiskCache().find(key(measurement=f"m{number}"))
        os.utime(path, (time.time() - 1000 + number, path.stat().st_mtime))
    DiskCache().load(key(measurement="m0"))
    size = path.stat().st_size
    monkeypatch.setitem(cache._CACHE_CONFIG, "max_bytes", 3 * size)
    DiskCache().save(key(measurement="m4"), FRAME)
    kept = [n for n in range(5) if DiskCache().load(key(measurement=f"m{n}")) is not None]
    assert kept == [0, 3, 4]
    assert sum(path.stat().st_size for path in files(folder)) <= 3 * size


def test_writing_leaves_nothing_half_done(folder, monkeypatch):
    def fail(_frame, path, **_options):
        path.write_bytes(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", fail)
    DiskCache().save(key(), FRAME)
    assert files(folder) == []
    assert DiskCache().load(key()) is None


def test_what_was_never_finished_goes_after_a_day(folder, monkeypatch):
    DiskCache().save(key(), FRAME)
    left = files(folder)[0].with_name("0123.part")
    fresh = left.with_name("4567.part")
    for path in (left, fresh):
        path.write_bytes(b"half")
    days_ago = time.time() - 2 * 86_400
    os.utime(left, (days_ago, days_ago))
    monkeypatch.setitem(cache._CACHE_CONFIG, "max_bytes", 1)
    DiskCache().save(key(version="2"), FRAME)
    assert not left.exists()
    assert fresh.exists()


def test_many_threads_at_once():
    troubles = []

    def work(number):
        try:
            for turn in range(10):
                name = key(measurement=f"m{turn % 3}")
                DiskCache().save(name, FRAME)
                found = DiskCache().load(name)
                assert found is None or found.equals(FRAME)
                if turn == 5 and number == 0:
                    ionworks.clear_cache()
        except Exception as error:
            troubles.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert troubles == []


def test_switched_off_it_neither_keeps_nor_gives(folder):
    DiskCache().save(key(), FRAME)
    ionworks.set_cache_enabled(False)
    assert ionworks.get_cache_enabled() is False
    assert DiskCache().load(key()) is None
    DiskCache().save(key(version="2"), FRAME)
    assert len(files(folder)) == 1
    ionworks.set_cache_enabled(True)
    assert DiskCache().load(key()).equals(FRAME)


def test_clearing_takes_our_entries_and_nothing_of_the_user(folder):
    mine = folder / "my results" / "a.parquet"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    (folder / "note.txt").write_text("mine")
    (folder / "old.pkl").write_text("mine")
    assert ionworks.clear_cache() == 0
    DiskCache().save(key(), FRAME)
    DiskCache().save(key(part="steps"), FRAME)
    assert ionworks.clear_cache() == 2
    assert DiskCache().load(key()) is None
    assert {path.name for path in files(folder)} == {"a.parquet", "note.txt", "old.pkl"}


@pytest.mark.skipif(os.name != "posix", reason="this system has other permissions")
def test_what_is_kept_is_the_users_own(folder):
    DiskCache().save(key(), FRAME)
    assert (folder / cache._OURS).stat().st_mode & 0o077 == 0


def test_a_user_without_a_home_has_a_cache_too(monkeypatch):
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert cache._default_directory().parent.is_dir()


def test_an_absent_folder_is_empty(folder):
    assert not folder.exists()
    assert ionworks.clear_cache() == 0


def test_settings(tmp_path):
    ionworks.set_cache_directory(str(tmp_path / "elsewhere"))
    assert ionworks.get_cache_directory() == tmp_path / "elsewhere"
    DiskCache().save(key(), FRAME)
    assert len(files(tmp_path / "elsewhere")) == 1
    ionworks.set_cache_ttl(5)
    assert ionworks.get_cache_ttl() == 5
    for wrong in (-1, "long", True):
        with pytest.raises(ValueError, match="ttl_seconds"):
            ionworks.set_cache_ttl(wrong)


class TestForNeighbours:
    """What ionworksdata imports: by an id alone, apart from what clients keep."""

    def test_what_one_saves_it_loads(self):
        cache._save_to_cache(
            "m", {"steps": FRAME, "time_series": FRAME.to_pandas(), "cycles": None}
        )
        found = cache._load_from_cache("m")
        assert set(found) == {"steps", "time_series"}
        assert found["steps"].equals(FRAME)
        assert isinstance(found["time_series"], pl.DataFrame)
        assert cache._get_cache_dir("m").is_dir()

    def test_what_a_client_keeps_is_not_given_to_an_id_alone(self):
        DiskCache().save(key(), FRAME)
        DiskCache().save(key(part="steps"), FRAME)
        assert cache._load_from_cache("m") is None

    def test_the_settings_are_the_same(self):
        from ionworksdata import load

        assert load._CACHE_CONFIG is cache._CACHE_CONFIG
        load.set_cache_enabled(False)
        assert not ionworks.get_cache_enabled()
