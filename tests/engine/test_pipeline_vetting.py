"""Serialised models of strangers: what is packed takes little memory, and workers read it."""

import base64
import json
import tracemalloc
import zlib

import pytest
from ionworks_engine.pipelines.checks import problems
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.models.vetting import LARGEST, vetted_model

STRANGER = b'{"model": {"rhs": [{"$type": "antigravity.Fly"}]}}'
MIB = 2**20


def packed(*pieces):
    """Return a custom model packed from texts, each with how often it is repeated."""
    pack = zlib.compressobj(9)
    made = [pack.compress(text * (times // 64)) for text, times in pieces for _ in range(64)]
    data = base64.b64encode(b"".join([*made, pack.flush()])).decode()
    return {"type": "custom", "model": {"compressed": True, "data": data}}


def submitted(model):
    """Return what is told of a model at submission, and the MiB that it took to tell."""
    elements = {"known": {"element_type": "entry", "values": {"model": model}}}
    tracemalloc.start()
    try:
        told = [f"{path}: {message}" for path, message in problems(elements)]
        return told, tracemalloc.get_traced_memory()[1] / MIB
    finally:
        tracemalloc.stop()


def test_a_model_that_unpacks_to_too_much_is_refused_in_little_memory():
    told, most = submitted(packed((b"[],", 100 * MIB)))
    assert told == [
        "elements.known.values.model.model.data: has more than 64 MiB when it is unpacked"
    ]
    assert most < 16


def test_a_packed_model_is_not_read_by_the_server():
    model = packed((b"[],", 16 * MIB))
    told, most = submitted(model)
    assert told == []
    assert most < 16
    with pytest.raises(PipelineError, match=r"m\.model\.data: cannot be read"):
        vetted_model(model, "m")


def test_a_worker_refuses_what_is_too_large_too():
    with pytest.raises(PipelineError, match="more than 64 MiB"):
        vetted_model(packed((b" " * MIB, 2 * LARGEST // MIB)), "m")


def test_a_packed_stranger_is_refused_before_it_is_imported():
    model = {"model": {"compressed": True, "data": base64.b64encode(zlib.compress(STRANGER))}}
    with pytest.raises(PipelineError, match=r"may only name types .* not 'antigravity\.Fly'"):
        vetted_model(model, "m")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (base64.b64encode(zlib.compress(STRANGER)[:-9]).decode(), "it ends too early"),
        (base64.b64encode(STRANGER).decode(), "cannot be unpacked: Error -3"),
        ("%", "cannot be unpacked"),
        (None, "ends too early"),
        (3, "cannot be unpacked"),
    ],
)
def test_what_cannot_be_unpacked_is_told_at_submission(data, words):
    [told], _ = submitted({"type": "custom", "model": {"compressed": True, "data": data}})
    assert words in told


@pytest.mark.parametrize("text", [b"[" * 100_000, b"[" * 300 + b"]" * 300, b"[]", b"\xff"])
def test_what_is_no_model_once_unpacked_is_refused(text):
    data = base64.b64encode(zlib.compress(text)).decode()
    with pytest.raises(PipelineError, match=r"^m\.model"):
        vetted_model({"model": {"compressed": True, "data": data}}, "m")


def test_a_plain_model_is_vetted_at_submission():
    [told], _ = submitted({"type": "custom", "model": json.loads(STRANGER)})
    assert "not 'antigravity.Fly'; it was not imported" in told
    odd = {"type": "custom", "model": {"model": {"base_class_mro": 3}}}
    assert submitted(odd)[0] == []
