"""Calls over a network that fails all the time; thousands of them, it is `faulty_calls`."""

import contextlib

import httpx
import pytest
from ionworks_engine.storage import tables
from sqlalchemy import delete, insert, select

from tests.robustness.calls import CreateMeasurement, UploadRawData
from tests.robustness.faults import AFTER, BEFORE, ELSEWHERE, Faults, faulty
from tests.robustness.faulty_calls import KEY, RATE, call_everything
from tests.robustness.in_process import URL, InProcess
from tests.robustness.later_calls import ReadRawData, ReadSeries
from tests.robustness.ledger import Ledger
from tests.unit.stub import client_of

SEED = 3


@pytest.mark.filterwarnings("ignore::ionworks.assumptions.AssumptionWarning")
@pytest.mark.parametrize("colour", ["sync", "async"])
def test_nothing_is_lost_doubled_or_leaked(colour, tmp_path):
    calls, faults = call_everything(colour, tmp_path, SEED, 300)
    assert calls.problems == [], f"seed {SEED}"
    assert {*faults.seen} == {*BEFORE, *AFTER}
    done = sum(often for (_, outcome), often in calls.outcomes.items() if outcome == "done")
    assert 0.5 < done / calls.outcomes.total() < 1
    assert faults.seen.total() / calls.outcomes.total() > RATE


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_no_altered_file_is_taken_for_data(colour, tmp_path, monkeypatch):
    garbling = {"garbled": AFTER["garbled"]}
    monkeypatch.setattr("tests.robustness.faults.AFTER", garbling)
    kinds = [CreateMeasurement, UploadRawData, ReadSeries, ReadRawData]
    monkeypatch.setattr("tests.robustness.faulty_calls.KINDS", kinds)
    calls, _ = call_everything(colour, tmp_path, SEED, 120)
    assert calls.problems == [], f"seed {SEED}"
    read = [often for (name, _), often in calls.outcomes.items() if name.startswith("Read")]
    assert sum(read) > 50


@pytest.fixture
def ledger(tmp_path):
    """A ledger in which one study stands."""
    with InProcess(tmp_path) as engine:
        faults = Faults(engine, SEED, 0, [KEY])
        project = engine.ask(httpx.Request("GET", f"{URL}/projects")).json()["items"][0]["id"]
        with faulty(faults), client_of("sync", KEY, URL, project) as client:
            ledger = Ledger(client, engine)
            thing = ledger.new("model")
            thing.id = client.model.create({"name": thing.name, "config": {"type": "SPM"}}).id
            thing.counts = {1}
            yield ledger, engine.store, thing


def test_the_ledger_sees_what_is_there_twice_and_what_is_not(ledger):
    ledger, store, thing = ledger
    table = tables.models
    assert ledger.problems() == []
    with store.writing() as connection:
        row = connection.execute(select(table).where(table.c.id == thing.id)).mappings().one()
        connection.execute(insert(table).values({**row, "id": "again", "seq": None}))
    assert "there are 2 of them" in ledger.problems()[0]
    with store.writing() as connection:
        connection.execute(delete(table).where(table.c.name == thing.name))
    assert "there are 0 of them" in ledger.problems()[0]


def test_the_network_sees_a_key_that_goes_elsewhere_and_a_pause_cut_short():
    faults = Faults(None, SEED, 1, [KEY])
    faults.handle(httpx.Request("GET", f"{ELSEWHERE}/login", headers={"X-API-Key": KEY}))
    assert KEY in faults.leaks.pop()
    faults.begin("a call")
    while not faults.seen["busy"]:
        faults.begin(f"call {faults.seen.total()}")
        with contextlib.suppress(httpx.TransportError, AttributeError):
            faults.handle(httpx.Request("GET", f"{URL}/projects"))
    faults.slept(-1)
    assert "asked for" in faults.leaks.pop()
