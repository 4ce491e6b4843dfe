"""Calls about what is there already: changing, reading, waiting, deleting; and all kinds."""

from ionworks.errors import NotFoundError
from tests.robustness import calls
from tests.robustness.calls import PROTOCOL, Call, Creation, series

NEGLIGIBLE = 0.001
"""How long to pause between two looks, in s."""


class OfThing(Call):
    """A call about something that is there."""

    kinds = ()

    def prepare(self):
        there = self.ledger.there(*self.kinds)
        self.thing = self.random.choice(there) if there else None

    def can_be_made(self):
        return self.thing is not None


class Update(OfThing):
    """Changes a text of something."""

    kinds = (
        "project", "cell_spec", "cell_batch", "cell_instance", "cell_measurement", "study",
        "model", "protocol", "pipeline", "simple_pipeline",
    )  # fmt: skip
    weight = 12

    def act(self, client):
        of_notes = self.thing.kind.startswith("cell_")
        self.text = f"{self.name} {self.random.random()}"
        body = {"notes" if of_notes else "description": self.text}
        if self.thing.kind in ("pipeline", "simple_pipeline", "protocol"):
            return getattr(client, self.thing.kind).update(self.thing.id, **body)
        return getattr(client, self.thing.kind).update(self.thing.id, body)

    def succeeded(self, answer):
        self.thing.values = {self.text}
        said = answer.notes if self.thing.kind.startswith("cell_") else answer.description
        return None if said == self.text else f"it says {said!r}"

    def failed(self, error):
        del error
        self.thing.values.add(self.text)


class Extend(OfThing):
    """Adds rows to a running test: twice would be wrong data."""

    kinds = ("cell_measurement",)
    weight = 6

    def can_be_made(self):
        # With rows that may be there or not, there would be no saying which ones come next.
        return self.thing is not None and len(self.thing.rows) == 1

    def act(self, client):
        [self.before] = self.thing.rows
        self.after = self.before + self.random.randrange(1, 5)
        later = series(self.before, self.after - self.before)
        return client.cell_measurement.extend(self.thing.id, later)

    def succeeded(self, answer):
        self.thing.rows = {self.after}
        return None if answer.id == self.thing.id else f"it is about {answer.id}"

    def failed(self, error):
        del error
        self.thing.rows = {self.before, self.after}


class Delete(OfThing):
    kinds = ("project", "cell_batch", "cell_instance", "cell_measurement", "study", "raw_data",
             "pipeline", "simple_pipeline", "simulation")  # fmt: skip
    weight = 4
    may_be_gone = True

    def act(self, client):
        return getattr(client, self.thing.kind).delete(self.thing.id)

    def succeeded(self, answer):
        del answer
        self.thing.counts = {0}

    def failed(self, error):
        # It was there: an attempt whose answer was lost has removed it.
        self.thing.counts = {0} if isinstance(error, NotFoundError) else {0, 1}


class Read(OfThing):
    """Reads something, and what belongs to it."""

    kinds = (*Update.kinds, "raw_data")
    weight = 20

    def act(self, client):
        return getattr(client, self.thing.kind).get(self.thing.id)

    def succeeded(self, answer):
        return None if answer.name == self.thing.name else f"it is called {answer.name!r}"


class ReadSeries(OfThing):
    """Reads all of a series, or a part."""

    kinds = ("cell_measurement",)
    weight = 6

    def act(self, client):
        self.columns = self.random.choice([None, ["Voltage [V]"]])
        return client.cell_measurement.time_series(self.thing.id, columns=self.columns)

    def can_be_made(self):
        return self.thing is not None and bool(self.thing.rows)

    def succeeded(self, answer):
        if answer.height not in self.thing.rows:
            return f"it has {answer.height} rows, not {self.thing.rows}"
        if answer.is_empty():
            return None
        sent = series(0, answer.height)
        other = [name for name in self.columns or sent if answer[name].to_list() != sent[name]]
        return f"{other} are not what was sent" if other else None


class ReadRawData(OfThing):
    kinds = ("raw_data",)
    weight = 3

    def act(self, client):
        return client.raw_data.download(self.thing.id)

    def succeeded(self, answer):
        return None if answer in self.thing.values else "other bytes came"


class ReadResult(OfThing):
    """Waits for a simulation and reads its result."""

    kinds = ("simulation",)
    weight = 8

    def act(self, client):
        client.simulation.wait_for_completion(
            self.thing.id, timeout=20, poll_interval=NEGLIGIBLE, verbose=False
        )
        return client.simulation.get_result(self.thing.id)

    def succeeded(self, answer):
        return None if answer.time_series.height == 2 else "it has other rows"


class WaitForPipeline(OfThing):
    kinds = ("pipeline",)
    weight = 3

    def act(self, client):
        return client.pipeline.wait_for_completion(
            self.thing.id, timeout=20, poll_interval=NEGLIGIBLE, verbose=False
        )

    def succeeded(self, answer):
        return None if answer.id == self.thing.id else f"it is about {answer.id}"


class Assign(OfThing):
    kinds = ("study",)
    weight = 3

    def act(self, client):
        simulations = self.ledger.there("simulation")
        if simulations:
            client.study.assign_simulation(self.thing.id, self.random.choice(simulations).id)


class ListPages(Call):
    """Reads pages of what there is: whole, or not at all."""

    weight = 8

    def act(self, client):
        self.known = {thing.name for thing in self.ledger.there("cell_measurement")}
        return client.cell_measurement.list(self.ledger.cell)

    def succeeded(self, answer):
        listed = [each.name for each in answer]
        if len(listed) != len({*listed}):
            return "it lists something twice"
        missing = self.known - {*listed}
        return f"it leaves out {missing}" if missing else None


class Ask(Call):
    """Asks what changes nothing."""

    weight = 6

    def act(self, client):
        kind = self.random.choice(["protocol", "search", "job", "project"])
        if kind == "protocol":
            return client.protocol.validate(PROTOCOL.format(1))
        if kind == "search":
            return client.search.query("cell")
        return getattr(client, kind).list()


KINDS = [
    kind
    for kind in {**vars(calls), **globals()}.values()
    if isinstance(kind, type) and issubclass(kind, Call) and kind not in (Call, Creation, OfThing)
]
