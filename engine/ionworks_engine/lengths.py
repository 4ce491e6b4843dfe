"""How many steps a run takes, told before it is queued."""

from __future__ import annotations

from collections.abc import Sequence

from ionworks import ucp
from ionworks.ucp.tree import Block, CellStep, Node, Number, Protocol

MOST_STEPS = 100_000
"""Steps in one run, repeats counted, at which the battery core gives up."""


def too_long(protocol: Protocol) -> list[ucp.Finding]:
    """Find the blocks that repeat into more steps than a run may have.

    Gotos and repeats that the run works out are not counted here: the run gives up on those itself.

    Parameters
    ----------
    protocol
        A protocol without inputs.

    Returns
    -------
    list of ucp.Finding
        One for each innermost block that alone is too long; else one for all steps together.

    Examples
    --------
    >>> protocol = ucp.load("steps: [{Pulses: {repeat: 60000, steps: [{Rest: {duration: 1}}]}}]")
    >>> too_long(protocol)
    []
    """
    findings: list[ucp.Finding] = []
    total = _count(protocol.steps, findings)
    if total > MOST_STEPS and not findings:
        findings.append(_finding("Together these are", total, ucp.Position("steps")))
    return findings


def _count(nodes: Sequence[Node], findings: list[ucp.Finding]) -> int:
    return sum(
        _count_block(node, findings) if isinstance(node, Block) else int(isinstance(node, CellStep))
        for node in nodes
    )


def _count_block(block: Block, findings: list[ucp.Finding]) -> int:
    known = len(findings)
    once = _count(block.steps, findings)
    repeat = int(block.repeat.value) if isinstance(block.repeat, Number) else 1
    if once * repeat > MOST_STEPS and len(findings) == known:
        what = f"{block.name!r}, repeated {repeat:,} times, is"
        findings.append(_finding(what, once * repeat, block.position))
    return once * repeat


def _finding(what: str, count: int, position: ucp.Position) -> ucp.Finding:
    message = f"{what} {count:,} steps; a run has at most {MOST_STEPS:,}."
    return ucp.Finding("too-large", message, position)
