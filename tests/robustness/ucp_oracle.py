"""What must be true of the reading of any document, whatever is in it."""

from contextlib import suppress

import jsonschema_rs
import pytest

from ionworks import ucp
from ionworks.ucp.formats import FORMATS
from ionworks.ucp.nodes import member
from ionworks.ucp.places import references, walk
from ionworks.ucp.tree import DriveCycle

VALIDATOR = jsonschema_rs.Draft202012Validator(
    ucp.SCHEMA, validate_formats=True, formats=dict(FORMATS)
)
PARSER_ONLY = {"unknown-target", "ambiguous-target", "endless-loop", "unset-variable"} | {
    "bad-profile"
}
SEEN_CONTRADICTIONS = (".hold_voltage", ".period")


def read(source):
    """Read a source in every way, and hold the answers to each other; return the findings."""
    findings = ucp.check(source)
    for finding in findings:
        assert finding.code
        assert finding.message
        assert finding.position.path
        assert str(finding)
    if any(finding.severity == "error" for finding in findings):
        with pytest.raises(ucp.ProtocolError) as caught:
            ucp.load(source)
        assert caught.value.findings == findings
    else:
        tree = ucp.load(source)
        assert ucp.load(ucp.dump(tree)) == tree
        assert ucp.load(ucp.body(source)) == tree
        assert ucp.explain(tree)
        bound(tree, ucp.inputs(source))
    for verb in (ucp.body, ucp.inputs):
        with suppress(ucp.ProtocolError):
            verb(source)
    return findings


def bound(tree, names):
    """Bind a tree to numbers that may or may not fit."""
    followed = {node.profile for node in walk(tree.steps) if isinstance(node, DriveCycle)}
    profiles = {name: {"Time [s]": [0, 1], "Current [A]": [1, 1]} for name in followed}
    with suppress(ucp.ProtocolError):
        assert references(ucp.bind(tree, dict.fromkeys(names, 1), profiles)) == {}


def disagreement(document):
    """Return what parser and schema say about a document if they do not say the same."""
    findings = ucp.check(document)
    values = paths(document)
    seen = [finding for finding in findings if is_seen_by_the_schema(finding, values)]
    if VALIDATOR.is_valid(document) == (not seen):
        return None
    return document, [f"{finding.code} {finding}" for finding in findings]


def is_seen_by_the_schema(finding, values):
    """Whether a finding is about something that a schema can describe."""
    path = finding.position.path
    if finding.severity == "warning" or finding.code in PARSER_ONLY:
        return False
    if finding.code == "missing-end" and path.endswith(".ends"):
        return False
    if finding.code == "contradiction":
        return path.endswith(SEEN_CONTRADICTIONS)
    if finding.code == "out-of-range":
        return isinstance(values.get(path), int | float | list)
    if finding.code == "not-finite":
        return isinstance(values.get(path), str | dict)
    return True


def paths(node, path=""):
    """Return every value of a document by its key path."""
    found = {path: node}
    if isinstance(node, dict):
        for key, value in node.items():
            found |= paths(value, member(path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            found |= paths(value, f"{path}[{index}]")
    return found
