"""Tables from storage: only what is asked for, and every spike of it."""

import io
import math
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionworks import cache, errors
from ionworks.storage import rowgroups
from ionworks.storage.rowgroups import Contents
from ionworks.storage.thinning import thinned
from ionworks.storage.windows import Window
from tests.unit.storage_server import api_and_storage
from tests.unit.test_client_storage import PATH, Operation, Storing, _no_pauses  # noqa: F401

ROWS = 40_000
GROUP = 5_000


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setitem(cache._CACHE_CONFIG, "directory", tmp_path / "cache")
    monkeypatch.setitem(cache._CACHE_CONFIG, "enabled", True)
    monkeypatch.setitem(cache._CACHE_CONFIG, "ttl_seconds", 3600)


@pytest.fixture
def servers():
    with api_and_storage() as servers:
        yield servers


@pytest.fixture
def api(servers):
    return servers[0]


@pytest.fixture
def storage(servers):
    return servers[1]


@pytest.fixture(params=["sync", "async"])
def client(request, api):
    storing = Storing(request.param, api)
    yield storing
    storing.close()


@pytest.fixture(params=["with pyarrow", "without"])
def reader(request, monkeypatch):
    if request.param == "without":
        for colour in ("_async", "_sync"):
            monkeypatch.setattr(f"ionworks.{colour}.tables.can_read_parts", lambda: False)
    return request.param


def series(rows=ROWS):
    noise = np.random.default_rng(0).normal(size=(3, rows))
    return pl.DataFrame(
        {
            "Time [s]": np.arange(rows) * 10.0,
            "Voltage [V]": 3.7 + noise[0],
            "Current [A]": noise[1],
            "Temperature [degC]": 25 + noise[2],
            "Step count": np.arange(rows) // 100,
            "Remark": [f"row {row}" if row % 3 else None for row in range(rows)],
        }
    )


FRAME = series()


def stored(frame, **options):
    buffer = io.BytesIO()
    frame.write_parquet(buffer, **{"row_group_size": GROUP, **options})
    return buffer.getvalue()


CONTENT = stored(FRAME)


@pytest.fixture(autouse=True)
def _stored(storage):
    storage.objects[PATH] = CONTENT


def fetched(storage):
    return sum(
        int(entry.headers["range"].rpartition("-")[2])
        - int(entry.headers["range"][6:].split("-")[0])
        for entry in storage.seen
        if not entry.headers["range"].startswith("bytes=-")
    )


WINDOWS = {
    "all": {},
    "columns": {"columns": ["Voltage [V]", "Time [s]"]},
    "one column by its name": {"columns": "Remark"},
    "rows": {"row_range": (7_321, 12_001)},
    "rows to the end": {"row_range": (39_000, None)},
    "rows beyond the end": {"row_range": (39_990, 50_000)},
    "no rows": {"row_range": (5, 5)},
    "rows after the last": {"row_range": (90_000, 90_010)},
    "times": {"time_range": (100_000, 150_000.0)},
    "times from": {"time_range": (399_000, None)},
    "times without the time": {"columns": ["Current [A]"], "time_range": (None, 1_000)},
    "no times": {"time_range": (-10, -1)},
    "both": {"row_range": (9_990, 30_000), "time_range": (0, 100_100), "columns": ["Step count"]},
}


def expected(columns=None, row_range=(0, None), time_range=(None, None)):
    frame = FRAME[slice(*row_range)]
    first, last = time_range
    if first is not None:
        frame = frame.filter(pl.col("Time [s]") >= first)
    if last is not None:
        frame = frame.filter(pl.col("Time [s]") <= last)
    return frame if columns is None else frame.select(columns)


@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS)
def test_a_part_is_what_it_would_be_of_the_whole(client, reader, window):  # noqa: ARG001
    found = client.table(Operation, "m", **window)
    wanted = expected(**window)
    assert found.schema == wanted.schema
    assert found.equals(wanted)


def one_of(*values, dtype=None):
    return pl.Series([values[row % len(values)] for row in range(ROWS)], dtype=dtype, strict=False)


ODD = {
    "lists": one_of([1.0, 2.0], None, []),
    "arrays": one_of([1, 2], [3, 4], dtype=pl.Array(pl.Int64, 2)),
    "structures": one_of({"a": 1, "b": "x"}, {"a": None, "b": "y"}),
    "lists of structures": one_of([{"a": 1}], []),
    "integers of 128 bits": one_of(2**100, None, -1, dtype=pl.Int128),
    "unsigned integers": one_of(2**64 - 1, None, dtype=pl.UInt64),
    "floats of 32 bits": one_of(0.1, None, dtype=pl.Float32),
    "decimals": one_of(Decimal("1.50"), None),
    "moments": one_of(datetime(2026, 1, 1), None, dtype=pl.Datetime("ns", "Europe/Berlin")),
    "durations": one_of(timedelta(seconds=1), None, dtype=pl.Duration("ms")),
    "days": one_of(date(2026, 1, 1), None),
    "bytes": one_of(b"a", None),
    "truths": one_of(True, None),
    "categories": one_of("a", None, dtype=pl.Categorical),
    "few words": one_of("a", None, dtype=pl.Enum(["b", "a"])),
    "nulls": one_of(None),
}


@pytest.mark.parametrize("name", ["odd", "", "Time", "a.b", "Time [s].list"])
@pytest.mark.parametrize("kind", ODD)
def test_a_part_is_the_same_whatever_else_there_is(kind, name, monkeypatch):
    monkeypatch.setattr("ionworks.storage.rowgroups._WORTH_A_REQUEST", 9000)
    frame = pl.DataFrame({name: ODD[kind], **FRAME["Time [s]", "Voltage [V]"].to_dict()})
    content = stored(frame, compression="uncompressed")
    footer = content[Contents.missing(content[-64:], len(content)).start :]
    contents = Contents(footer, len(content))
    for part in (
        {"columns": [name]},
        {"columns": ["Voltage [V]"]},
        {"row_range": (7_321, 12_001)},
        {"columns": [name], "time_range": (100_000, 150_000)},
        {"row_range": (9_000, 20_000), "max_points": 50},
        {"row_range": (5, 5)},
    ):
        window = Window.of(**part)
        window.check(contents.columns)
        groups = contents.groups(window)
        spans = contents.spans(groups, window.needed(contents.columns))
        pieces = {span.start: content[span.start : span.stop] for span in spans}
        found, whole = contents.frame(pieces, groups, window), window.of_file(content)
        assert found.schema == whole.schema
        assert found.equals(whole)


def test_little_is_fetched_for_little(client, storage):
    client.table(Operation, "m", columns=["Voltage [V]"], row_range=(10_000, 15_000))
    assert fetched(storage) < len(CONTENT) / 20
    assert len(storage.seen) == 2


def test_times_choose_row_groups_by_what_the_file_says_of_them(client, storage):
    client.table(Operation, "m", columns=["Voltage [V]"], time_range=(100_000, 149_990))
    one_group = len(CONTENT) / 8
    assert fetched(storage) < one_group


def test_without_statistics_times_are_looked_for_everywhere(client, storage):
    storage.objects[PATH] = stored(FRAME, statistics=False)
    found = client.table(Operation, "m", columns=["Voltage [V]"], time_range=(100_000, 149_990))
    assert found.equals(expected(["Voltage [V]"], time_range=(100_000, 149_990)))


def test_a_long_table_of_contents_is_fetched_whole(client, storage, monkeypatch):
    for colour in ("_async", "_sync"):
        monkeypatch.setattr(f"ionworks.{colour}.tables.TAIL", 64)
    found = client.table(Operation, "m", columns=["Voltage [V]"], row_range=(3, 7))
    assert found.equals(expected(["Voltage [V]"], (3, 7)))
    assert storage.seen[0].headers["range"] == "bytes=-64"


def test_a_small_file_takes_one_request(client, storage):
    storage.objects[PATH] = stored(FRAME[:100])
    found = client.table(Operation, "m", columns=["Voltage [V]"])
    assert found.equals(FRAME[:100].select("Voltage [V]"))
    assert len(storage.seen) == 1


def test_a_server_without_ranges_gives_the_same(client, storage):
    storage.knows_ranges = False
    found = client.table(Operation, "m", columns=["Voltage [V]"], row_range=(3, 7))
    assert found.equals(expected(["Voltage [V]"], (3, 7)))


def test_breaks_in_between_are_resumed(client, storage):
    storage.faults = [("cut", 1000), ("cut", 3000), ("cut", 0)]
    found = client.table(Operation, "m", columns=["Voltage [V]"], row_range=(0, 30_000))
    assert found.equals(expected(["Voltage [V]"], (0, 30_000)))
    assert storage.faults == []


def test_a_part_that_was_altered_is_fetched_again(client, storage):
    storage.tells_digests = True
    storage.faults = [("altered", 0), ("altered", 2000)]
    found = client.table(Operation, "m", columns=["Voltage [V]"], row_range=(0, 30_000))
    assert found.equals(expected(["Voltage [V]"], (0, 30_000)))
    assert (storage.faults, len(storage.seen)) == ([], 4)


@pytest.mark.parametrize("window", [{}, {"columns": ["Voltage [V]"]}], ids=["all", "part"])
def test_no_altered_table_is_kept_or_given(client, storage, window):
    storage.tells_digests = True
    storage.objects[PATH] = stored(FRAME[:100])
    storage.faults = [("altered", 9)] * 20
    for _ in range(2):
        with pytest.raises(errors.ConnectionFailedError, match="altered"):
            client.table(Operation, "m", **window)


def test_a_content_that_changes_in_between_is_read_anew(client, storage):
    other = stored(FRAME.with_columns(pl.col("Voltage [V]") + 100))
    real = storage.get

    def get(handler, path):
        if len(storage.seen) == 1:
            storage.objects[PATH] = other
        real(handler, path)

    storage.get = get
    found = client.table(Operation, "m", columns=["Voltage [V]"], row_range=(10_000, 15_000))
    assert found["Voltage [V]"].min() > 50


@pytest.mark.parametrize("columns", [["Volatge [V]"], ["Time [s]", "voltage"]])
def test_an_unknown_column_is_named_with_those_near(client, reader, columns):  # noqa: ARG001
    with pytest.raises(ValueError, match=r"no column '(Vola|volt).*; did you mean 'Voltage \[V\]'"):
        client.table(Operation, "m", columns=columns)


def test_a_time_range_needs_times(client, reader, storage):  # noqa: ARG001
    storage.objects[PATH] = stored(FRAME.drop("Time [s]"))
    with pytest.raises(ValueError, match=r"needs the column 'Time \[s\]'"):
        client.table(Operation, "m", time_range=(0, 1))


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"row_range": (5, 2)}, "row_range"),
        ({"row_range": (-5, 2)}, "row_range"),
        ({"row_range": 5}, "pair"),
        ({"row_range": (0.5, 2)}, "whole numbers"),
        ({"time_range": (5, 2)}, "time_range"),
        ({"time_range": (math.nan, 2)}, "time_range"),
        ({"time_range": ("a", 2)}, "numbers"),
        ({"max_points": 1}, "max_points"),
        ({"max_points": 2.5}, "whole"),
        ({"columns": ["a", "a"]}, "twice"),
        ({"columns": [1]}, "names"),
        ({"columns": []}, "no column: leave it out for all"),
        ({"columns": 5}, "columns must be a name or a list of names, not 5"),
    ],
)
def test_what_is_no_window_is_refused_before_anything_is_asked(client, api, arguments, problem):
    with pytest.raises((ValueError, TypeError), match=problem):
        client.table(Operation, "m", **arguments)
    assert api.seen == []


@pytest.mark.parametrize("window", [{}, {"columns": ["Voltage [V]"]}], ids=["all", "part"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PAR1",
        b"no parquet at all",
        CONTENT[:-5],
        CONTENT[:1000],
        b"x" * len(CONTENT) + CONTENT[-8:],
        b"x" * 300_000 + CONTENT[-100_000:],
    ],
    ids=["empty", "magic", "text", "cut", "cut short", "footer of rubbish", "pages of rubbish"],
)
def test_what_is_no_table_is_named(client, storage, content, window):
    storage.objects[PATH] = content
    with pytest.raises(errors.ConnectionFailedError, match="sent a table that cannot be read"):
        client.table(Operation, "m", **window)


class TestKeptOnDisk:
    key = cache.CacheKey("http://s", "", "m", "time_series", "v1")

    def test_the_second_time_nothing_is_asked(self, client, api, storage):
        first = client.table(Operation, "m", key=self.key)
        asked = len(api.seen) + len(storage.seen)
        assert client.table(Operation, "m", key=self.key).equals(first)
        part = client.table(Operation, "m", columns=["Voltage [V]"], row_range=(3, 9), key=self.key)
        assert part.equals(expected(["Voltage [V]"], (3, 9)))
        assert len(api.seen) + len(storage.seen) == asked

    def test_a_part_is_not_kept_for_the_whole(self, client):
        client.table(Operation, "m", columns=["Voltage [V]"], key=self.key)
        assert client.table(Operation, "m", key=self.key).equals(FRAME)

    def test_a_bad_entry_is_fetched_anew(self, client):
        client.table(Operation, "m", key=self.key)
        path = cache.DiskCache().find(self.key)
        path.write_bytes(b"PAR1 broken")
        assert client.table(Operation, "m", key=self.key).equals(FRAME)
        assert cache.DiskCache().load(self.key).equals(FRAME)

    def test_a_download_that_fails_leaves_nothing(self, client, storage, tmp_path):
        storage.faults = [("cut", 10), *[("cut", 0)] * 20]
        with pytest.raises(errors.ConnectionFailedError):
            client.table(Operation, "m", key=self.key)
        assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []

    def test_a_folder_that_cannot_be_written_does_no_harm(self, client, tmp_path):
        (tmp_path / "cache").write_text("a file where the folder should be")
        assert client.table(Operation, "m", key=self.key).equals(FRAME)


class TestThinning:
    def test_nothing_is_done_to_what_is_small(self):
        assert thinned(FRAME[:10], 10).equals(FRAME[:10])

    def test_rows_are_rows_of_the_data_in_order(self):
        small = thinned(FRAME, 200)
        assert len(small) == 200
        assert small["Time [s]"].is_sorted()
        assert small.join(FRAME, on=FRAME.columns, nulls_equal=True).height == len(small)

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(st.one_of(st.none(), st.floats(allow_infinity=False)), min_size=1, max_size=300),
        st.integers(6, 40),
    )
    def test_no_spike_is_lost(self, values, most):
        frame = pl.DataFrame(
            {"Time [s]": [float(t) for t in range(len(values))], "V": values},
            schema={"Time [s]": pl.Float64, "V": pl.Float64},
        ).with_columns(W=-pl.col("V") * 2)
        small = thinned(frame, most)
        assert len(small) == min(most, len(values))
        assert small.row(0)[0] == 0.0
        assert small.row(-1)[0] == len(values) - 1
        for name in ("V", "W"):
            numbers = frame[name].fill_nan(None)
            assert small[name].fill_nan(None).min() == numbers.min()
            assert small[name].fill_nan(None).max() == numbers.max()

    def test_a_spike_of_one_row_in_each_column_stays(self):
        frame = FRAME.clone()
        for number, name in enumerate(["Voltage [V]", "Current [A]", "Temperature [degC]"]):
            frame[1000 + number, name] = 1e6
            frame[30_000 + number, name] = -1e6
        small = thinned(frame, 100)
        for name in ["Voltage [V]", "Current [A]", "Temperature [degC]"]:
            assert (small[name].min(), small[name].max()) == (-1e6, 1e6)

    def test_too_few_points_say_how_many_it_takes(self):
        with pytest.raises(ValueError, match="takes 10 or more"):
            thinned(FRAME, 9)
        assert len(thinned(FRAME, 10)) == 10

    @pytest.mark.parametrize("columns", [["Time [s]"], ["Remark"], ["Time [s]", "Nothing"]])
    def test_without_a_curve_rows_stay_at_equal_distances(self, columns):
        frame = FRAME.with_columns(pl.lit(None, dtype=pl.Float64).alias("Nothing"))
        small = thinned(frame.select(columns), 5)
        assert small.equals(frame[[0, 9_999, 19_999, 29_999, 39_999]].select(columns))

    @pytest.mark.parametrize("name", ["__row__", "__bucket__", "row", "bucket", "0", "<0", ""])
    def test_a_column_may_have_any_name(self, name):
        frame = FRAME.select("Time [s]", pl.col("Voltage [V]").alias(name), "Current [A]")
        small = thinned(frame, 100)
        assert small.columns == frame.columns
        assert small.equals(thinned(frame.rename({name: "V"}), 100).rename({"V": name}))

    @pytest.mark.parametrize("most", [120, 999])
    def test_rows_that_fill_up_are_spread_over_all(self, most):
        """A straight line has its extremes at the ends of buckets, which are neighbours."""
        line = pl.DataFrame({"Time [s]": range(1000), "V": range(1000), "I": [1] * 1000})
        times = thinned(line, most)["Time [s]"]
        assert len(times.unique()) == most
        assert times.diff().max() <= 24

    def test_the_server_thins_nothing_itself(self, client):
        found = client.table(Operation, "m", columns=["Time [s]", "Voltage [V]"], max_points=50)
        assert found.equals(thinned(FRAME.select("Time [s]", "Voltage [V]"), 50))


def test_pieces_that_were_not_fetched_are_not_made_up():
    sparse = rowgroups._Sparse({0: b"0123", 10: b"abcd"}, 14)
    assert sparse.read(4) == b"0123"
    with pytest.raises(OSError, match="byte 4"):
        sparse.read(2)
    sparse.seek(-3, io.SEEK_END)
    assert sparse.read() == b"bcd"


def test_a_window_of_everything_is_known_as_such():
    assert Window.of().is_everything
    assert Window.of(max_points=10).is_everything
    assert not Window.of(row_range=(0, 5)).is_everything
