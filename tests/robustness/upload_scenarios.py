"""Uploads of every kind by the client, and what there may be of each after the engine was killed.

Each scenario knows its name, what it sends, and how to find it again. Found is all of it or
nothing; what the client was told is done, is found.
"""

import uuid

import polars as pl

_LARGE = 900_000
_BYTES = 18 << 20
"""Above 16 MiB the client sends in parts."""


def shares(index, random):
    """Return numbers between 0 and 1, as many as there are indices."""
    return index.hash(random.getrandbits(60)) / 2**64


def frame(rows, random, start=0, columns=3):
    """Return a series that obeys the rules, and cannot be compressed much."""
    index = pl.int_range(start, start + rows, eager=True)
    return pl.DataFrame(
        {
            "Time [s]": index.cast(pl.Float64),
            "Voltage [V]": 4.2 - index % 50_000 / 50_000 + 1e-3 * shares(index, random),
            "Current [A]": 1.0 + 0.1 * shares(index, random),
            "Step count": index // 50_000,
            **{f"Channel {n}": index.hash(random.getrandbits(60)) / 2**64 for n in range(columns)},
        }
    )


def same(found, sent):
    """Whether a series came back as it was sent; the server may have added columns."""
    return found.select(sent.columns).equals(sent.cast({"Step count": found.schema["Step count"]}))


def processed(client, row):
    return client.cell_measurement.wait_for_processing(row.id, verbose=False)[row.id]


class Scenario:
    """One upload by one client.

    Parameters
    ----------
    cell
        Id of the cell that measurements hang on.
    random
        Where the content comes from.
    folder
        Where it may put what it uploads.
    """

    def __init__(self, cell, random, folder):
        self.cell = cell
        self.folder = folder
        self.name = f"{type(self).__name__} {uuid.UUID(int=random.getrandbits(128))}"
        self.prepare(random)

    def begin(self, client):
        """Do what comes before the upload."""

    def found(self, client):
        """Return the measurement of this name, or none."""
        rows = list(client.cell_measurement.list(self.cell, name_exact=self.name))
        assert len(rows) < 2, f"{self.name} is there {len(rows)} times"
        return rows[0] if rows else None

    def check(self, client, told):
        """Assert that all of it is there or nothing; return whether it is there."""
        row = self.found(client)
        assert row or not told, f"{self.name} was told to be there, and is not"
        if row is not None:
            self.check_whole(client, row)
        return row is not None


class Series(Scenario):
    """A short time series, in one piece."""

    rows = 3_000

    def prepare(self, random):
        self.frame = frame(self.rows, random)

    @property
    def detail(self):
        return {"measurement": {"name": self.name}, "time_series": self.frame}

    def act(self, client):
        client.cell_measurement.create(self.cell, self.detail)

    def repeat(self, client):
        client.cell_measurement.create_or_get(self.cell, self.detail)
        assert self.check(client, told=True)

    def check_whole(self, client, row):
        done = processed(client, row)
        assert done.processing_status == "ready", done
        assert same(client.cell_measurement.time_series(row.id), self.frame), self.name
        assert len(client.cell_measurement.steps(row.id)) == self.frame["Step count"].n_unique()


class SeriesWithSteps(Series):
    """A time series whose steps are sent, too: two files of one measurement."""

    @property
    def detail(self):
        return {**super().detail, "steps": {"Step count": [0], "Start index": [0]}}


class LargeSeries(Series):
    """A time series that is sent in parts."""

    rows = _LARGE


class Extension(Scenario):
    """Further rows of a test that runs: afterwards all of them are there, or none."""

    def prepare(self, random):
        self.before = frame(2_000, random)
        self.more = frame(3_000, random, start=2_000).select(self.before.columns)

    def begin(self, client):
        told = {"name": self.name, "start_time": "2026-01-01T00:00:00Z"}
        detail = {"measurement": told, "time_series": self.before}
        client.cell_measurement.create(self.cell, detail)

    def act(self, client):
        client.cell_measurement.extend(self.found(client).id, self.more)

    def check(self, client, told):
        row = self.found(client)
        done = processed(client, row)
        assert done.processing_status == "ready", done
        assert not done.processing_error, done
        series = client.cell_measurement.time_series(row.id)
        if same(series, pl.concat([self.before, self.more])):
            return True
        assert same(series, self.before), f"{self.name} is neither as before nor extended"
        assert not told, f"{self.name} was told to be extended, and is not"
        return False

    def repeat(self, client):
        if not self.check(client, told=False):
            self.act(client)
        assert self.check(client, told=True)


class Files(Scenario):
    """Three files of one measurement."""

    def prepare(self, random):
        self.files = {f"picture {n}.png": random.randbytes(200_000) for n in range(3)}

    def begin(self, client):
        del client
        for name, content in self.files.items():
            (self.folder / name).write_bytes(content)

    def act(self, client):
        paths = [self.folder / name for name in self.files]
        client.cell_measurement.create_file(self.cell, self.name, paths)

    def repeat(self, client):
        if not self.check(client, told=False):
            self.act(client)
        assert self.check(client, told=True)

    def check_whole(self, client, row):
        assert client.cell_measurement.download_files(row.id) == self.files, self.name


class RawFile(Scenario):
    """A raw file, which has no name that must be new: a repeat by the client is no second one."""

    size = 300_000

    def prepare(self, random):
        self.content = random.randbytes(self.size)

    def found(self, client):
        rows = list(client.raw_data.list(name_exact=self.name))
        assert len(rows) < 2, f"{self.name} is there {len(rows)} times"
        return rows[0] if rows else None

    def act(self, client):
        client.raw_data.upload(None, self.content, name=self.name)

    repeat = Files.repeat

    def check_whole(self, client, row):
        assert client.raw_data.download(row.id) == self.content, self.name


class LargeRawFile(RawFile):
    """A raw file that is sent in parts."""

    size = _BYTES


KINDS = (Series, SeriesWithSteps, LargeSeries, Extension, Files, RawFile, LargeRawFile)
