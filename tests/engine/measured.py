"""What tests of measurements share: a cell, series with known numbers, and uploads of them."""

import io
import time

import polars as pl
from conftest import Served, app_client
from ionworks_engine.jobs.executor import InlineExecutor
from ionworks_engine.measurements.ingest import ingest

TASKS = {"ingest": ingest}


def engine(folder, executor=lambda: InlineExecutor(TASKS), **options):
    """Return an engine, for a ``with``; by default it processes uploads in its own process."""
    return Lab(app_client(folder, executor=executor, **options))


def series(cycles=2, points=11, **more):
    """Return cycles of 1 h at 2 A down from 4 to 3 V, and 1 h at 2.02 A up again."""
    columns = {"Time [s]": [], "Current [A]": [], "Voltage [V]": [], "Step count": []}
    for step in range(2 * cycles):
        for point in range(points):
            part = point / (points - 1)
            columns["Time [s]"].append(3600.0 * (step + part))
            columns["Current [A]"].append(-2.02 if step % 2 else 2.0)
            columns["Voltage [V]"].append(3.0 + part if step % 2 else 4.0 - part)
            columns["Step count"].append(step)
    cycle = [step // 2 for step in columns["Step count"]]
    return pl.DataFrame({**columns, "Cycle count": cycle, **more})


def parquet(frame, **options):
    buffer = io.BytesIO()
    frame.write_parquet(buffer, **options)
    return buffer.getvalue()


class Lab:
    """An engine with one cell, and what is done to it."""

    def __init__(self, served: Served):
        self.http = served
        for name in ("get", "post", "put", "patch", "delete", "request", "run", "app"):
            setattr(self, name, getattr(served, name))

    def __enter__(self):
        self.http.__enter__()
        self.project = self.http.project()
        specification = {"name": "LGM50", "ratings": {"capacity": {"value": 5, "unit": "A.h"}}}
        answer = self.post(f"/cell_specifications?project_id={self.project}", json=specification)
        if answer.status_code == 422:
            specification["project_id"] = self.project
            answer = self.post("/cell_specifications", json=specification)
        assert answer.status_code == 201, answer.text
        self.specification = answer.json()["id"]
        self.cell = self.new_cell("C1")
        return self

    def __exit__(self, *error):
        self.http.__exit__(*error)

    def new_cell(self, name):
        path = f"/cell_specifications/{self.specification}/cell_instances"
        answer = self.post(path, json={"name": name})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def of(self, name):
        return f"/cell_measurements/{name}"

    def initiate(self, name="Cycling", cell=None, **more):
        body = {"measurement": {"name": name}, **more}
        path = f"/cell_instances/{cell or self.cell}/cell_measurements/initiate-upload"
        return self.post(path, json=body)

    def send(self, places, contents):
        """Fill places by name."""
        for place in places["uploads"]:
            if place["filename"] in contents:
                answer = self.put(place["signed_url"], content=contents[place["filename"]])
                assert answer.status_code == 200, answer.text

    def confirm(self, name, measurement, cell=None, **more):
        body = {"cell_instance_id": cell or self.cell, "measurement": measurement, **more}
        return self.post(f"{self.of(name)}/confirm-upload", json=body)

    def upload(self, data, name="Cycling", steps=None, cell=None, **told):
        """Upload a series; return the answer to its confirmation."""
        answer = self.initiate(name, cell)
        assert answer.status_code == 200, answer.text
        places = answer.json()
        content = data if isinstance(data, bytes) else parquet(data)
        contents = {"time_series.parquet": content}
        if steps is not None:
            contents["steps.parquet"] = parquet(steps)
        self.send(places, contents)
        return self.confirm(places["measurement_id"], {"name": name, **told}, cell)

    def settled(self, answer, seconds=60.0):
        """Wait until a measurement is processed; return it."""
        assert answer.status_code == 200, answer.text
        give_up = time.monotonic() + seconds
        while True:
            found = self.get(self.of(answer.json()["id"])).json()
            if found["processing_status"] in {"ready", "failed"}:
                return found
            assert time.monotonic() < give_up, "waited in vain"
            time.sleep(0.01)

    def measured(self, data=None, name="Cycling", **told):
        """Upload a series that is good; return its measurement, ready."""
        found = self.settled(self.upload(series() if data is None else data, name, **told))
        assert found["processing_status"] == "ready", found["processing_error"]
        return found

    def refused(self, data, **told):
        """Upload a series that is not; return why."""
        found = self.settled(self.upload(data, **told))
        assert found["processing_status"] == "failed"
        return found["processing_error"]

    def extend(self, name, data):
        """Send further rows; return the answer to their confirmation."""
        answer = self.post(f"{self.of(name)}/initiate-extend", json={})
        assert answer.status_code == 200, answer.text
        content = data if isinstance(data, bytes) else parquet(data)
        self.send(answer.json(), {"time_series_extend.parquet": content})
        return self.post(f"{self.of(name)}/confirm-extend", json={})

    def table(self, name, part):
        """Download a table, by its redirect."""
        answer = self.get(f"{self.of(name)}/{part}/download")
        assert answer.status_code == 307, answer.text
        return pl.read_parquet(io.BytesIO(self.get(answer.headers["location"]).content))

    def files(self):
        """Return the names of all files in the store."""
        return self.app.state.services.store.files.names()
