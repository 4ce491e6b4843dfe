"""The protocol language (UCP): what is to be done to a cell, written, checked and explained.

    load, check        a protocol as a typed tree; all that is wrong with it, each with its place
    Protocol           the same protocol, built in Python step by step
    explain            one readable line a step
    dump, document     canonical YAML, and the mapping that it is
    from_pybamm        experiment strings, and `pybamm.Experiment`
    inputs, bind       the open numbers of a protocol, and the protocol with numbers given

Pure Python and PyYAML; usable without the rest of the package.

Examples
--------
>>> from ionworks import ucp
>>> protocol = ucp.load('''
... global: {initial_soc: 1, temperature: 25}
... steps:
...   - Discharge:
...       mode: C-rate
...       value: input["C-rate"]
...       ends: [Voltage < 2.5]
... ''')
>>> protocol.steps[0].ends[0].text
'Voltage < 2.5'
"""

from __future__ import annotations

from ionworks.ucp.binding import START_NAMES, bind
from ionworks.ucp.build import Protocol
from ionworks.ucp.document import MAX_TEXT
from ionworks.ucp.dump import document, dump
from ionworks.ucp.evaluate import EvaluationError, evaluate
from ionworks.ucp.explain import explain
from ionworks.ucp.findings import Finding, ProtocolError
from ionworks.ucp.nodes import MAX_DEPTH
from ionworks.ucp.parse import MAX_STEPS
from ionworks.ucp.pybamm_objects import from_pybamm
from ionworks.ucp.reading import Source, body, check, inputs, load
from ionworks.ucp.schema import SCHEMA
from ionworks.ucp.tree import Position
from ionworks.ucp.tree import Protocol as Tree

__all__ = [
    "MAX_DEPTH",
    "MAX_STEPS",
    "MAX_TEXT",
    "SCHEMA",
    "START_NAMES",
    "EvaluationError",
    "Finding",
    "Position",
    "Protocol",
    "ProtocolError",
    "Source",
    "Tree",
    "bind",
    "body",
    "check",
    "document",
    "dump",
    "evaluate",
    "explain",
    "from_pybamm",
    "inputs",
    "load",
]
