"""The executor that ``serve --executor`` asks for, or what is wrong with the asking."""

import sys

import pytest
from ionworks_engine.jobs.executors import ExecutorError, named
from ionworks_engine.server import main


@pytest.mark.parametrize(
    "address",
    ["dask", "dask://", "dask://host", "dask://host:x", "dask://user@host:1", "tcp://host:8786"],
)
def test_an_address_that_is_none_is_refused_with_what_there_is(address, tmp_path, capsys):
    with pytest.raises(ExecutorError, match=r"give processes or dask://host:8786"):
        named(address)
    assert main(["serve", "--data", str(tmp_path / "data"), "--executor", address]) == 1
    assert f"there is no executor {address!r}" in capsys.readouterr().err


def test_without_dask_the_message_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "ionworks_engine.jobs.dask_executor", raising=False)
    monkeypatch.delitem(sys.modules, "ionworks_engine.jobs.dask_place", raising=False)
    with pytest.raises(ExecutorError, match=r"pip install 'ionworks-api\[dask\]'"):
        named("dask://host:8786")


def test_an_address_is_not_connected_to_before_the_engine_runs(tmp_path):
    assert callable(named("dask://127.0.0.1:1", folder=tmp_path))
