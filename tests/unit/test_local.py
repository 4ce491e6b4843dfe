"""The engine in this process: the user's own documents word for word, and the door itself."""

import asyncio
import gc
import os
import re
import subprocess
import sys
import threading
import tomllib
from concurrent.futures import Future
from importlib.metadata import packages_distributions
from pathlib import Path

import matplotlib as mpl
import polars as pl
import pytest
from ionworks_engine import extra

from ionworks import AsyncIonworks, Ionworks, errors, local, ucp
from ionworks.asgi import Question
from ionworks.results import SimulationResult
from tests.unit.stub import client_of

ROOT = Path(__file__).parents[2]
QUESTION = Question("GET", "/health", b"/health", b"", [], b"")
THICKNESS = "Positive electrode thickness [m]"
PAUSE = "steps: [{Rest: {duration: 60}}]"


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch):
    for name in ("IONWORKS_API_URL", "IONWORKS_PROJECT_ID", "PROJECT_ID", "IONWORKS_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def client():
    with Ionworks.local() as client:
        yield client


@pytest.fixture(scope="module")
def model(client):
    models = client.parameterized_model.list_by_project(summary=True)
    return next(model.id for model in models if model.name == "Chen2020 SPM")


def discharge(model, **changes):
    return {
        "parameterized_model": model,
        "protocol_experiment": {
            "protocol": """
global:
  initial_soc: 1
  temperature: 25
steps:
  - direction: Discharge
    mode: C-rate
    value: 1
    ends:
      - variable: Voltage [V]
        value: 2.5
""",
            "name": "1C Discharge",
        },
        **changes,
    }


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "suggestion"),
    [
        (
            "steps:\n  - Chrage: {mode: C-rate, value: 1, duration: 60}\n",
            *("unknown-step", 2, 5, "Charge"),
        ),
        (
            "safety_limits:\n  max_volts: 4.2\nsteps: [{Rest: {duration: 60}}]\n",
            *("unknown-key", 2, 3, "max_voltage"),
        ),
    ],
)
def test_what_is_left_to_the_server_is_refused_here_with_its_place(
    client, model, text, code, line, column, suggestion
):
    with pytest.raises(errors.ValidationError) as caught:
        client.simulation.protocol(
            {"parameterized_model": model, "protocol_experiment": {"protocol": text, "name": "n"}}
        )
    [finding] = caught.value.detail["findings"]
    assert (finding["code"], finding["line"], finding["column"]) == (code, line, column)
    place = f"{finding['path']} (line {line}, column {column})"
    assert caught.value.message == f"{place}: {finding['message']} Try: {suggestion}"


class TestAsTheDocumentsShow:
    def test_single_simulation(self, client, model, capsys):
        response = client.simulation.protocol(discharge(model))
        print(f"Simulation ID: {response.simulation_id}")
        print(f"Job ID: {response.job_id}")
        result = client.simulation.wait_for_completion(
            response.simulation_id,
            timeout=120,
            poll_interval=2,
            verbose=True,
        )
        assert result["status"] == result.status == "completed"
        assert f"{response.simulation_id}: completed\n" in capsys.readouterr().out

    def test_experiment_and_design_parameters(self, client, model):
        response = client.simulation.protocol(
            {
                "parameterized_model": model,
                "protocol_experiment": {
                    "protocol": """
global:
  initial_soc: input["Initial SOC"]
steps:
  - direction: Discharge
    mode: C-rate
    value: input["C-rate"]
    ends:
      - variable: Voltage [V]
        value: 2.5
""",
                    "name": "Parameterized Discharge",
                },
                "experiment_parameters": {
                    "Initial SOC": 1.0,
                    "C-rate": 0.5,
                },
                "design_parameters": {
                    "Positive electrode thickness [m]": 75e-6,
                },
            }
        )
        assert response.design_parameters == {THICKNESS: 75e-6}
        client.simulation.wait_for_completion(response, timeout=120, verbose=False)
        current = client.simulation.get_result(response.simulation_id).time_series["Current [A]"]
        assert current.mean() == pytest.approx(2.5, rel=1e-3)

    def test_batch(self, client, model):
        responses = client.simulation.protocol_batch(
            discharge(
                model,
                design_parameters_doe={
                    "sampling": "grid",
                    "rows": [
                        {
                            "type": "discrete",
                            "name": "Positive electrode thickness [m]",
                            "values": [50e-6, 75e-6, 100e-6],
                        },
                    ],
                },
            )
        )
        results = client.simulation.wait_for_completion(
            [r.simulation_id for r in responses],
            timeout=300,
            verbose=False,
        )
        assert [r.design_parameters[THICKNESS] for r in responses] == [50e-6, 75e-6, 100e-6]
        assert [r["design_parameters"] for r in results] == [r.design_parameters for r in responses]
        capacities = [result.metrics["Discharge capacity [A.h]"] for result in results]
        assert capacities[0] < capacities[1]

    def test_retrieving(self, client, model):
        mpl.use("Agg")
        simulation_id = client.simulation.protocol(discharge(model)).simulation_id
        client.simulation.wait_for_completion(simulation_id, verbose=False)
        simulations = client.simulation.list()
        assert simulation_id in [simulation["id"] for simulation in simulations]
        assert client.simulation.get(simulation_id)["status"] == "completed"

        result = client.simulation.get_result(simulation_id)
        assert isinstance(result, SimulationResult)
        assert list(vars(result)) == ["time_series", "steps", "metrics"]
        ts = result.time_series.to_pandas()
        axes = ts.plot(x="Time [s]", y="Voltage [V]")
        assert len(axes.lines[0].get_xdata()) == len(ts)
        assert result.metrics["Discharge capacity [A.h]"] == pytest.approx(5, rel=0.05)
        joined = result.time_series.join(result.steps, on="Step count", how="left")
        assert joined["Step type"].null_count() == 0
        assert "Capacity [A.h]" in result.time_series.columns

    def test_protocols(self, client):
        result = client.protocol.validate(discharge("m")["protocol_experiment"]["protocol"])
        assert result["valid"] is True
        refs = client.protocol.find_input_references("""
global:
  initial_soc: input["Initial SOC"]
steps:
  - direction: Discharge
    mode: C-rate
    value: input["C-rate"]
""")
        assert refs == ["Initial SOC", "C-rate"]

    def test_a_failure_can_be_had_as_a_record(self, client, model):
        response = client.simulation.protocol(
            {
                "parameterized_model": model,
                "protocol_experiment": {
                    "protocol": "steps:\n  - Discharge: {mode: Power, value: 1e6, duration: 60}\n"
                },
            }
        )
        result = client.simulation.wait_for_completion(
            response.simulation_id,
            raise_on_failure=False,
            verbose=False,
        )
        assert (result["status"], bool(result["error"])) == ("failed", True)
        with pytest.raises(errors.JobFailedError, match=response.simulation_id):
            client.simulation.wait_for_completion(response, verbose=False)


class TestRefusals:
    def test_a_protocol_names_its_place(self, client, model):
        bad = {"protocol": "steps:\n  - Discharge: {mode: C-rat, value: 1, duration: 9}\n"}
        with pytest.raises(ucp.ProtocolError, match="line 2"):
            client.simulation.protocol(discharge(model, protocol_experiment=bad))

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"parameterized_model": "no-such-model"}, "no-such-model"),
            ({"parameterized_model": {"capacity": 1, "chemistry": "NMC/Grafite"}}, "NMC/Graphite"),
            ({"design_parameters": {"Positive electrode thicknes [m]": 1e-5}}, "thickness"),
            ({"extra_variables": ["Voltge [V]"]}, r"Voltage \[V\]"),
        ],
    )
    def test_what_only_the_engine_knows(self, client, model, changes, message):
        with pytest.raises(errors.IonworksError, match=message):
            client.simulation.protocol(discharge(model, **changes))


class TestColours:
    def test_the_other_colour_runs_the_same(self):
        async def run():
            async with AsyncIonworks.local() as client:
                models = await client.parameterized_model.list_by_project(summary=True)
                chen = [m.id async for m in models if m.name == "Chen2020 SPM"]
                response = await client.simulation.protocol(discharge(chen[0]))
                await client.simulation.wait_for_completion(response, verbose=False)
                return await client.simulation.get_result(response.simulation_id)

        result = asyncio.run(run())
        assert isinstance(result.time_series, pl.DataFrame)
        assert result.time_series["Voltage [V]"][-1] == pytest.approx(2.5, abs=1e-3)

    def test_a_client_outlives_an_event_loop(self):
        client = AsyncIonworks.local()
        assert asyncio.run(client.health_check()).status
        assert asyncio.run(client.health_check()).status
        asyncio.run(client.aclose())

    def test_within_a_running_loop_the_sync_client_works(self, client):
        async def notebook():
            return client.health_check().status

        assert asyncio.run(notebook())


class TestTheDoor:
    @pytest.mark.parametrize("passes", range(5))
    def test_who_is_cancelled_gets_no_answer(self, monkeypatch, passes):
        coming = Future()

        def put(question, _loop):
            question.close()
            return coming

        async def run(engine):
            asking = asyncio.create_task(engine.async_answer(QUESTION, timeout=60))
            await asyncio.sleep(0)
            coming.set_result("an answer")
            for _ in range(passes):
                await asyncio.sleep(0)
            was_done = asking.done()
            asking.cancel()
            await asyncio.wait([asking])
            return was_done, asking.cancelled()

        engine = local.attach(None)
        try:
            monkeypatch.setattr(asyncio, "run_coroutine_threadsafe", put)
            assert asyncio.run(run(engine)) in ((False, True), (True, False))
        finally:
            engine.release()

    def test_a_temporary_store_goes_with_the_client(self):
        client = Ionworks.local()
        client.health_check()
        folder = client._session._engine._folder
        assert folder.is_dir()
        client.close()
        client.close()
        assert not folder.exists()
        with pytest.raises(RuntimeError, match="closed"):
            client.health_check()

    def test_a_forgotten_client_leaves_nothing(self):
        client = Ionworks.local()
        client.health_check()
        folder = client._session._engine._folder
        del client
        gc.collect()
        assert not folder.exists()

    def test_a_store_with_a_path_is_kept(self, tmp_path):
        with Ionworks.local(tmp_path / "lab") as client:
            made = client.project.create({"name": "Pouch cells"})
        with Ionworks(api_url=f"local:{tmp_path / 'lab'}") as client:
            assert client.project.get(made.id).name == "Pouch cells"

    def test_clients_of_one_path_share_an_engine(self, tmp_path):
        first = Ionworks.local(tmp_path)
        second = Ionworks.local(str(tmp_path) + "/../" + tmp_path.name)
        assert second._session._engine is first._session._engine
        made = first.project.create({"name": "shared"})
        first.close()
        assert second.project.get(made.id).name == "shared"
        second.close()
        third = Ionworks.local(tmp_path)
        assert third.project.get(made.id).name == "shared"
        third.close()

    def test_the_environment_leads_here(self, monkeypatch, tmp_path):
        monkeypatch.setenv("IONWORKS_API_URL", f"local:{tmp_path}")
        with Ionworks() as client:
            assert client.whoami()["id"]
            assert repr(client) == f"Ionworks(api_url='local:{tmp_path}')"

    def test_the_oldest_project_is_the_default(self, tmp_path):
        with Ionworks.local(tmp_path) as client:
            default = client.project.list()[0].id
            client.project.create({"name": "another"})
            stored = client.model.create({"name": "m", "config": {"type": "SPM"}})
            assert stored.project_id == default

    @pytest.mark.parametrize("colour", ["sync", "async"])
    def test_the_default_is_another_when_it_is_deleted(self, colour, tmp_path):
        with client_of(colour, api_url=f"local:{tmp_path}") as client:
            first = client.protocol.create("Pause", PAUSE).project_id
            second = client.project.create({"name": "another"}).id
            client.project.delete(first)
            assert client.protocol.create("Pause", PAUSE).project_id == second

    @pytest.mark.parametrize(
        ("text", "names"), [('Discharge at input["C"] until 2.5 V', ["C"]), ("", [])]
    )
    def test_input_references_are_found_in_what_is_no_protocol(self, client, text, names):
        assert client.protocol.find_input_references(text) == names

    def test_a_file_is_no_store(self, tmp_path):
        (tmp_path / "file").write_text("x")
        with pytest.raises(NotADirectoryError, match="file"):
            Ionworks.local(tmp_path / "file")

    def test_a_store_that_cannot_be_opened_says_why(self, tmp_path):
        folder = tmp_path / "lab"
        with Ionworks.local(folder) as client:
            client.health_check()
        database = next(path for path in folder.rglob("*") if path.read_bytes()[:6] == b"SQLite")
        database.write_bytes(b"this is no database, and quite long enough to be none" * 99)
        client = Ionworks.local(folder)
        with pytest.raises(errors.ConnectionFailedError, match=r"did not start: .+"):
            client.health_check()
        client.close()

    @pytest.mark.parametrize("missing", extra.MODULES)
    def test_without_a_part_of_the_engine_it_says_what_to_install(self, monkeypatch, missing):
        monkeypatch.setattr(extra, "find_spec", lambda name: None if name == missing else name)
        advice = rf"needs {missing}: pip install 'ionworks-api\[engine\]'"
        for start in (Ionworks.local, lambda: local.serve([])):
            with pytest.raises(ModuleNotFoundError, match=advice) as caught:
                start()
            assert caught.value.name == missing

    def test_what_is_looked_for_are_the_packages_of_the_extra(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        stated = project["optional-dependencies"]["engine"]
        packages_of = packages_distributions()
        looked_for = {name for module in extra.MODULES for name in packages_of[module]}
        assert {name.lower().replace("_", "-") for name in looked_for} == {
            re.match(r"[\w-]+", requirement).group() for requirement in stated
        }

    def test_threads_may_share_a_client(self, client):
        seen = []

        def ask():
            seen.extend(client.project.list()[0].id for _ in range(20))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(seen) == 160
        assert len(set(seen)) == 1

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
    def test_a_fork_is_noticed(self, client):
        client.health_check()
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                client.health_check()
                said = "it answered"
            except errors.ConnectionFailedError as error:
                said = str(error)
            os.write(writer, said.encode())
            os._exit(0)
        os.waitpid(child, 0)
        assert b"forked" in os.read(reader, 1000)
        os.close(reader)
        os.close(writer)
        assert client.health_check().status

    def test_a_script_needs_no_guard_and_no_close(self, tmp_path):
        script = tmp_path / "script.py"
        script.write_text(
            "from ionworks import Ionworks\n"
            "client = Ionworks.local()\n"
            "print(client.health_check().status, client._session._engine._folder)\n"
        )
        done = subprocess.run(
            [sys.executable, "-W", "error", script], capture_output=True, text=True, timeout=60
        )
        status, folder = done.stdout.split()
        assert (done.returncode, done.stderr) == (0, "")
        assert status
        assert not Path(folder).exists()
