"""Saved protocols, one for each content in a project.

A protocol that came with a submission is a draft until a simulation uses it: it is in no list,
and what was never used goes after a day. So a submission that fails leaves nothing behind.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from ionworks import ucp
from ionworks_engine.call import EMAIL
from ionworks_engine.errors import ApiError, Problem, invalid
from ionworks_engine.storage import Store, content, times
from ionworks_engine.storage.tables import experiment_templates, simulations

DRAFT_LIFE = timedelta(days=1)


def finding_document(finding: ucp.Finding) -> dict[str, Any]:
    """Return a finding as the API shows it."""
    return {
        "code": finding.code,
        "message": finding.message,
        "severity": finding.severity,
        "path": finding.position.path,
        "line": finding.position.line,
        "column": finding.position.column,
        "suggestion": finding.suggestion,
    }


def refused(error: ucp.ProtocolError) -> ApiError:
    """Return the error of a request for a protocol that cannot be used."""
    return invalid(
        [problem(finding) for finding in error.findings if finding.severity == "error"],
        findings=[finding_document(finding) for finding in error.findings],
    )


def problem(finding: ucp.Finding, where: str = "") -> Problem:
    """Return a finding as a problem of the request, or of the part of it called ``where``."""
    place = finding.position
    hint = f" Try: {finding.suggestion}" if finding.suggestion else ""
    message = finding.message + hint
    if not where:
        return Problem(place.path, message, place.line, place.column)
    if place.path.startswith("experiment_parameters"):
        return Problem(f"{where}.{place.path}", message)
    return Problem(where, f"{place}: {message}")


def body_of(source: str | Mapping[str, Any], text: str | None = None) -> dict[str, Any]:
    """Return a protocol as a plain mapping, checked.

    Parameters
    ----------
    source
        The protocol.
    text
        What a mapping was made from: if it is the text of the same document, findings have their
        lines in it.

    Raises
    ------
    ApiError
        422 with every finding: in ``errors`` and, with code and suggestion, in ``findings``.
    """
    try:
        ucp.load(source)
        return ucp.body(source)
    except ucp.ProtocolError as error:
        raise refused(_placed(error, source, text) if text else error) from None


def _placed(
    error: ucp.ProtocolError, document: str | Mapping[str, Any], text: str
) -> ucp.ProtocolError:
    """Return the error with lines, if this is the text of the document."""
    try:
        is_its_text = ucp.body(text) == document
    except ucp.ProtocolError:
        return error
    return ucp.ProtocolError(ucp.check(text)) if is_its_text else error


def explained(body: Mapping[str, Any]) -> str:
    """Return a protocol for people, one line a step; errors as `body_of`."""
    try:
        return ucp.explain(body)
    except ucp.ProtocolError as error:
        raise refused(error) from None


def same(connection: Connection, project: str, name: str) -> Row[Any] | None:
    """Return the project's template with the content called ``name``, draft or not."""
    table = experiment_templates
    query = select(table).where(table.c.project_id == project, table.c.content == name)
    return connection.execute(query).first()


def save(store: Store, connection: Connection, values: Mapping[str, Any], *, draft: bool) -> str:
    """Insert a template whose content is new in its project; return its id."""
    now, name = store.now(), str(uuid.uuid4())
    row = {
        "id": name,
        **values,
        "content": content.digest(values["protocol_config"]),
        "draft": draft,
        "created_by_email": EMAIL,
        "created_at": now,
        "updated_at": now,
    }
    connection.execute(insert(experiment_templates).values(row))
    return name


def publish(
    connection: Connection, template_id: str, values: Mapping[str, Any] | None = None
) -> None:
    """Make a draft a saved protocol like any other, with other values where they are given."""
    mine = update(experiment_templates).where(experiment_templates.c.id == template_id)
    connection.execute(mine.values({**(values or {}), "draft": False}))


def purge_drafts(store: Store, connection: Connection) -> None:
    """Remove the drafts that nothing came of."""
    table = experiment_templates
    old = times.stamp(store.clock() - DRAFT_LIFE)
    used = select(simulations.c.experiment_template_id)
    stale = delete(table).where(table.c.draft, table.c.updated_at < old, table.c.id.not_in(used))
    connection.execute(stale)
