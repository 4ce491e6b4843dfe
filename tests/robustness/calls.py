"""The calls that are made over a faulty network: what each does, and what is so when it is over."""

from ionworks.errors import ConflictError

PROTOCOL = "steps: [{{Discharge: {{mode: C-rate, value: {}, ends: [Voltage < 2.5]}}}}]"
MODEL = "system-chen2020-spm"
THICKNESS = "Positive electrode thickness [m]"
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
    may_be_gone = False
    """Whether what it is about may be gone when it fails; else it is there for sure."""

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
        self.thing.values = {content}
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
