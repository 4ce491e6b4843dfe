"""The published schema and the parser accept the same documents."""

from random import Random

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionworks import ucp
from ionworks.ucp.formats import FORMATS
from ionworks.ucp.nodes import member
from tests.robustness.ucp_documents import Documents

VALIDATOR = jsonschema_rs.Draft202012Validator(
    ucp.SCHEMA, validate_formats=True, formats=dict(FORMATS)
)
PARSER_ONLY = {"unknown-target", "ambiguous-target", "endless-loop", "unset-variable"} | {
    "bad-profile"
}
SEEN_CONTRADICTIONS = (".hold_voltage", ".period")


def is_seen_by_the_schema(finding, values):
    """Whether a finding is about something that a schema can describe."""
    path = finding.position.path
    if finding.severity == "warning" or finding.code in PARSER_ONLY:
        return False
    if finding.code == "contradiction":
        return path.endswith(SEEN_CONTRADICTIONS)
    if finding.code == "out-of-range":
        return isinstance(values.get(path), int | float)
    if finding.code == "not-finite":
        return isinstance(values.get(path), str | dict)
    return True


def paths(node, path=""):
    """Return every value of a document by its key path."""
    found = {path: node}
    items = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for key, value in items:
        inner = member(path, key) if isinstance(node, dict) else f"{path}[{key}]"
        found |= paths(value, inner)
    return found


def disagreement(document):
    findings = ucp.check(document)
    values = paths(document)
    seen = [finding for finding in findings if is_seen_by_the_schema(finding, values)]
    if VALIDATOR.is_valid(document) == (not seen):
        return None
    return document, [f"{finding.code} {finding}" for finding in findings]


@settings(max_examples=120, deadline=None)
@given(st.integers(min_value=0, max_value=2**48))
def test_parser_and_schema_accept_the_same_documents(seed):
    documents = Documents(Random(seed))
    for _ in range(25):
        assert disagreement(documents.document()) is None


def test_the_generated_documents_are_a_fair_mixture():
    documents = Documents(Random(1))
    verdicts = [VALIDATOR.is_valid(documents.document()) for _ in range(2000)]
    assert 500 < sum(verdicts) < 1500
    codes = {finding.code for _ in range(2000) for finding in ucp.check(documents.document())}
    assert len(codes) > 35
