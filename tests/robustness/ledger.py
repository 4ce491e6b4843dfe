"""What calls said that they did, held against what the engine's own tables say."""

from dataclasses import dataclass, field
from itertools import count

import polars as pl
from ionworks_engine.storage import queue, tables
from sqlalchemy import select

from tests.robustness.kill_uploads import eventually

TABLES = {
    "project": (tables.projects, "description"),
    "cell_spec": (tables.cell_specifications, "notes"),
    "cell_batch": (tables.cell_batches, "notes"),
    "cell_instance": (tables.cell_instances, "notes"),
    "cell_measurement": (tables.cell_measurements, "notes"),
    "study": (tables.studies, "description"),
    "raw_data": (tables.raw_data, None),
    "model": (tables.models, "description"),
    "protocol": (tables.experiment_templates, "description"),
    "simulation": (tables.simulations, None),
    "pipeline": (tables.pipelines, "description"),
    "simple_pipeline": (tables.simple_pipelines, "description"),
}
"""By the resource of the client: the table, and the column of it that updates change."""


@dataclass
class Thing:
    """Something with a name of its own, and what it may be by what calls have said."""

    kind: str
    number: int
    id: str | None = None
    counts: set = field(default_factory=lambda: {0, 1})
    values: set = field(default_factory=lambda: {None})
    rows: set = field(default_factory=set)

    @property
    def name(self):
        """What it is called, and nothing else is."""
        return f"{self.kind} {self.number}"

    @property
    def is_there(self):
        """Whether it is for sure."""
        return self.id is not None and self.counts == {1}


class Ledger:
    """Everything that calls made on one engine."""

    def __init__(self, client, engine):
        self.client, self._store = client, engine.store
        self._numbers = count(1)
        self.things = []
        spec = client.cell_spec.create({"name": "The specification"})
        self.cell_spec = spec.id
        self.cell = client.cell_instance.create(spec.id, {"name": "The cell"}).id
        self.simulations = []

    def new(self, kind, values=(None,), rows=()):
        """Return a thing that is about to be made."""
        thing = Thing(kind, next(self._numbers), values={*values}, rows={*rows})
        self.things.append(thing)
        return thing

    def there(self, *kinds):
        """Return the things of some kinds that are there for sure."""
        return [thing for thing in self.things if thing.kind in kinds and thing.is_there]

    def problems(self):
        """Return what is there otherwise than the calls have said, once every job has ended."""
        eventually(self._all_ended)
        found = [*self._problems_of_files()]
        with self._store.reading() as connection:
            for thing in self.things:
                table, column = TABLES[thing.kind]
                shown = table.c[column] if column else table.c.name
                query = select(table.c.id, shown).where(table.c.name == thing.name)
                rows = connection.execute(query).all()
                found += [f"{thing}: {said}" for said in self._problems(thing, rows, column)]
        return found

    def _problems(self, thing, rows, column):
        if len(rows) not in thing.counts:
            yield f"there are {len(rows)} of them"
        for name, value in rows:
            if thing.id not in (None, name):
                yield f"it has the id {name}"
            if column and value not in thing.values:
                yield f"it says {value!r}"
        if rows and thing.rows and (height := self._height(rows[0].id)) not in thing.rows:
            yield f"it has {height} rows"

    def _height(self, measurement):
        table = tables.cell_measurements
        query = select(table.c.time_series_file).where(table.c.id == measurement)
        with self._store.reading() as connection:
            name = connection.scalar(query)
        return pl.read_parquet(self._store.files.path(name)).height if name else 0

    def _all_ended(self):
        running = select(tables.jobs.c.id).where(tables.jobs.c.status.in_(queue.OPEN))
        with self._store.reading() as connection:
            return connection.execute(running).first() is None

    def _problems_of_files(self):
        """Say what is stored that no row names, or named and not stored."""
        with self._store.reading() as connection:
            named = {
                name
                for column in tables.FILES
                for name in connection.scalars(select(column).where(column.is_not(None)))
            }
        stored = self._store.files.names()
        if stored != named:
            yield f"{len(stored - named)} files belong to nothing"
            yield f"{len(named - stored)} files are missing"
