"""The calls that are made over a faulty network: what each does, and what is so when it is over."""

from ionworks.errors import ConflictError, NotFoundError

PROTOCOL = "steps: [{{Discharge: {{mode: C-rate, value: {}, ends: [Voltage < 2.5]}}}}]"
MODEL = "system-chen2020-spm"
THICKNESS = "Positive electrode thickness [m]"
NEGLIGIBLE = 0.001
"""How long to pause between two looks, in s."""
ELEMENTS = {"known": {"element_type": "entry", "values": {"a": 1.0}}}


def series(begin, rows):
    """Return rows of a discharge at 1 A, one every 10 s."""
    return {
        "Time [s]": [10.0 * (begin + row) for row in range(rows)],
        "Current [A]": [1.0] * rows,
        "Voltage [V]": [4.0 - 0.001 * (begin + row) for row in range(rows)],
        "Step count": [0] * rows,
    }


def protocol_of(thing):
    """Return a protocol that no other thing has: equal ones are one."""
    return PROTOCOL.format(thing.number / 1000)


class Call:
    """One call.

    Parameters
    ----------
    ledger
        What is there.
    random
        What the call is made of depends on it.
    name
        What it is called, in reports.
    """

    weight = 1

    def __init__(self, ledger, random, name):
        self.ledger, self.random, self.name = ledger, random, name
        self.prepare()

    def prepare(self):
        """Choose what the call is about."""

    def can_be_made(self):
        """Whether there is what it is about."""
        return True

    def act(self, client):
        """Make the call; return its answer."""
        raise NotImplementedError

    def succeeded(self, answer):
        """Write down that it did; return what is wrong with the answer, if anything is."""

    def failed(self, error):
        """Write down that it may have been done, or not."""


class Creation(Call):
    """Makes something with a name of its own."""

    kind = ""
    weight = 2

    def prepare(self):
        self.thing = self.ledger.new(self.kind)

    def body(self):
        return {"name": self.thing.name}

    def act(self, client):
        resource = getattr(client, self.kind)
        create = self.random.choice([resource.create, resource.create_or_get])
        return create(self.body())

    def succeeded(self, answer):
        self.thing.counts, self.thing.id = {1}, answer.id
        return None if answer.name == self.thing.name else f"it is called {answer.name!r}"

    def failed(self, error):
        # Nobody else uses this name: it was an attempt of this very call.
        if isinstance(error, ConflictError):
            self.thing.counts = {1}


class CreateProject(Creation):
    kind = "project"


class CreateCellSpec(Creation):
    kind = "cell_spec"


class CreateStudy(Creation):
    kind = "study"


class CreateModel(Creation):
    kind = "model"

    def act(self, client):
        return client.model.create({"name": self.thing.name, "config": {"type": "SPM"}})


class CreateProtocol(Creation):
    kind = "protocol"

    def act(self, client):
        return client.protocol.create(self.thing.name, protocol_of(self.thing))


class CreateCellBatch(Creation):
    kind = "cell_batch"

    def act(self, client):
        return client.cell_batch.create(self.ledger.cell_spec, self.body())


class CreateCellInstance(Creation):
    kind = "cell_instance"

    def act(self, client):
        resource = client.cell_instance
        create = self.random.choice([resource.create, resource.create_or_get])
        return create(self.ledger.cell_spec, self.body())


class CreateProperties(Creation):
    kind = "cell_measurement"

    def act(self, client):
        mass = {"mass": {"value": 68.4, "unit": "g"}}
        return client.cell_measurement.create_properties(self.ledger.cell, self.thing.name, mass)


class CreateMeasurement(Creation):
    """Uploads a time series and waits until it is processed."""

    kind = "cell_measurement"
    weight = 4

    def prepare(self):
        self.rows = self.random.randrange(3, 9)
        self.thing = self.ledger.new(self.kind, rows={0, self.rows})

    def act(self, client):
        detail = {"measurement": self.body(), "time_series": series(0, self.rows)}
        return client.cell_measurement.create(self.ledger.cell, detail)

    def succeeded(self, answer):
        self.thing.rows = {self.rows}
        return super().succeeded(answer)


class UploadRawData(Creation):
    kind = "raw_data"
    weight = 3

    def act(self, client):
        content = self.random.randbytes(self.random.randrange(1, 4000))
        return client.raw_data.upload(None, content, name=self.thing.name)


class Simulate(Creation):
    kind = "simulation"
    weight = 5

    def experiment(self):
        return {"protocol": protocol_of(self.thing), "name": self.thing.name}

    def act(self, client):
        return client.simulation.protocol(
            {
                "parameterized_model": MODEL,
                "protocol_experiment": self.experiment(),
            }
        )

    def succeeded(self, answer):
        self.thing.counts, self.thing.id = {1}, answer.simulation_id


class SimulateMany(Simulate):
    """Submits a design: all of it, or nothing."""

    def prepare(self):
        super().prepare()
        self.thing.counts = {0, 3}

    def act(self, client):
        thickness = {"type": "range", "name": THICKNESS, "min": 7e-5, "max": 8e-5, "count": 3}
        return client.simulation.protocol_batch(
            {
                "parameterized_model": MODEL,
                "protocol_experiment": self.experiment(),
                "design_parameters_doe": {"sampling": "grid", "rows": [thickness]},
            }
        )

    def succeeded(self, answer):
        self.thing.counts = {3}
        ids = {each.simulation_id for each in answer}
        return None if len(ids) == 3 else f"it names {len(ids)} simulations"


class CreatePipeline(Creation):
    kind = "pipeline"

    def act(self, client):
        return client.pipeline.create({"elements": ELEMENTS}, name=self.thing.name)


class CreateSimplePipeline(Creation):
    kind = "simple_pipeline"

    def act(self, client):
        return client.simple_pipeline.create({"elements": ELEMENTS}, name=self.thing.name)


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
    kinds = ("cell_measurement",)
    weight = 6

    def act(self, client):
        return client.cell_measurement.time_series(self.thing.id)

    def can_be_made(self):
        return self.thing is not None and bool(self.thing.rows)

    def succeeded(self, answer):
        if answer.height in self.thing.rows:
            return None
        return f"it has {answer.height} rows, not {self.thing.rows}"


class ReadRawData(OfThing):
    kinds = ("raw_data",)
    weight = 3

    def act(self, client):
        return client.raw_data.download(self.thing.id), client.raw_data.get(self.thing.id)

    def succeeded(self, answer):
        content, record = answer
        return None if len(content) == record.size_bytes else f"{len(content)} bytes came"


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
    for kind in globals().values()
    if isinstance(kind, type) and issubclass(kind, Call) and kind not in (Call, Creation, OfThing)
]
