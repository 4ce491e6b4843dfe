"""What tests of pipelines share: an engine over fake elements, submissions, waiting."""

import time

import fake_pipelines
from conftest import HERE, app_client
from ionworks_engine.jobs.executor import InlineExecutor
from ionworks_engine.jobs.processes import ProcessExecutor
from measured import Lab

ENDED = {"completed", "failed", "canceled"}


def inline():
    return InlineExecutor(fake_pipelines.TASKS)


def workers(count=2, **limits):
    return lambda: ProcessExecutor(count, tasks="fake_pipelines", search_path=[HERE], **limits)


def engine(folder, executor=inline, **options):
    """Return an engine, for a ``with``."""
    return Bench(app_client(folder, executor=executor, **options))


def entry(source="", **values):
    """Return an entry; ``source`` says how its job behaves."""
    return {"element_type": "entry", "source": source, "values": values or {"A [m]": 1.0}}


class Bench(Lab):
    """An engine, and what is submitted to it."""

    def __enter__(self):
        self.http.__enter__()
        self.project = self.http.project()
        return self

    def furnish(self, **properties):
        """Make a cell to measure."""
        body = {"name": "LGM50", "project_id": self.project, **properties}
        self.specification = created(self.post("/cell_specifications", json=body))["id"]
        self.cell = self.new_cell("C1")

    def submit(self, elements, **more):
        body = {"project_id": self.project, "elements": elements, **more}
        return self.post("/pipelines", json=body)

    def submitted(self, elements, **more):
        return created(self.submit(elements, **more))

    def submit_simple(self, elements, **more):
        body = {"project_id": self.project, "config": {"elements": elements}, **more}
        return self.post("/simple_pipelines", json=body)

    def submitted_simple(self, elements, **more):
        return created(self.submit_simple(elements, **more))

    def pipeline(self, name):
        return self.get(f"/pipelines/{name}").json()

    def elements(self, name):
        return {each["name"]: each for each in self.get(f"/pipelines/{name}/elements").json()}

    def result(self, name):
        answer = self.get(f"/pipelines/{name}/result")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def until(self, path, wanted, seconds=30.0):
        """Wait until what stands at a path is as wanted; return it."""
        give_up = time.monotonic() + seconds
        while not wanted(found := self.get(path).json()):
            assert time.monotonic() < give_up, f"waited in vain: {found}"
            time.sleep(0.01)
        return found

    def ended(self, submitted, kind="pipelines"):
        return self.until(f"/{kind}/{submitted['id']}", lambda found: found["is_terminal"])

    def ran(self, elements, **more):
        """Submit a pipeline and wait for its end."""
        return self.ended(self.submitted(elements, **more))


def created(answer):
    assert answer.status_code == 201, answer.text
    return answer.json()


def problems(answer):
    assert answer.status_code == 422, answer.text
    return {each["path"]: each["message"] for each in answer.json()["detail"]["errors"]}
